-- Periods that sources owe, with what came of each.
select
    cast(source_id as varchar) as source_id,
    cast(record_type as varchar) as record_type,
    cast(period_type as varchar) as period_type,
    cast(period_end as date) as period_end,
    cast(due_on as date) as due_on,
    cast(state as varchar) as state,
    cast(records_count as bigint) as records_count,
    cast(not_provided_count as bigint) as not_provided_count,
    cast(files_count as bigint) as files_count,
    cast(organisations_count as bigint) as organisations_count,
    cast(organisations_due_count as bigint) as organisations_due_count,
    cast(first_received_at as timestamp) as first_received_at
from {{ source('ops', 'due_period') }}
