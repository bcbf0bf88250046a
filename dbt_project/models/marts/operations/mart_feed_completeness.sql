-- What each source owes and what came (应报/实报), a period a row. Silence, zero, late and not provided are four states;
-- a period that is not due yet is a fifth and counts for neither.
select
    cast(source_id as varchar) as source_id,
    cast(record_type as varchar) as record_type,
    cast(period_type as varchar) as period_type,
    cast(period_end as date) as period_end,
    cast(due_on as date) as due_on,
    cast(state as varchar) as state,
    cast(state <> 'not_due' as boolean) as is_due,
    cast(state in ('reported', 'late', 'zero', 'not_provided') as boolean) as is_received,
    cast(records_count as bigint) as records_count,
    cast(not_provided_count as bigint) as not_provided_count,
    cast(files_count as bigint) as files_count,
    cast(organisations_count as bigint) as organisations_count,
    cast(organisations_due_count as bigint) as organisations_due_count,
    cast(first_received_at as timestamp) as first_received_at
from {{ ref('stg_ops__due_period') }}
