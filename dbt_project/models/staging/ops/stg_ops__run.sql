-- Runs of the scrapers, one row a verb and source.
select
    cast(run_id as varchar) as run_id,
    cast(verb as varchar) as verb,
    cast(source_id as varchar) as source_id,
    cast(outcome as varchar) as outcome,
    cast(started_at as timestamp) as started_at,
    cast(finished_at as timestamp) as finished_at,
    cast(error as varchar) as error
from {{ source('ops', 'run') }}
