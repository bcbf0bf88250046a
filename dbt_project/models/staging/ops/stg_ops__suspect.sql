-- Series that look wrong: told, never taken out.
select
    cast(source_id as varchar) as source_id,
    cast(record_type as varchar) as record_type,
    cast(rule as varchar) as rule,
    cast(records_count as bigint) as records_count,
    cast(files_count as bigint) as files_count,
    cast(first_event_date as date) as first_event_date,
    cast(last_event_date as date) as last_event_date
from {{ source('ops', 'suspect') }}
