-- Registered sources of this home, with the moments before which their last answer or change counts as old.
select
    cast(source_id as varchar) as source_id,
    cast(kind as varchar) as kind,
    cast(checked_at as timestamp) as checked_at,
    cast(answer_warn_before as timestamp) as answer_warn_before,
    cast(answer_error_before as timestamp) as answer_error_before,
    cast(change_warn_before as timestamp) as change_warn_before,
    cast(change_error_before as timestamp) as change_error_before
from {{ source('ops', 'source') }}
