-- Feed records of type recognition_item as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(scope_type as varchar) as scope_type,
    cast(scope_code as varchar) as scope_code,
    cast(item_system as varchar) as item_system,
    cast(item_code as varchar) as item_code,
    cast(item_display as varchar) as item_display,
    cast(item_loinc as varchar) as item_loinc,
    cast(item_local_code as varchar) as item_local_code,
    cast(category as varchar) as category,
    cast(hr_mark as varchar) as hr_mark,
    cast(valid_days as bigint) as valid_days,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to,
    cast(direction as varchar) as direction
from {{ source('raw', 'recognition_item') }}
