-- Feed records of type group_membership as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(group_code as varchar) as group_code,
    cast(group_name as varchar) as group_name,
    cast(group_type as varchar) as group_type,
    cast(grid_code as varchar) as grid_code,
    cast(pilot_adcode as varchar) as pilot_adcode,
    cast(org_code as varchar) as org_code,
    cast(role as varchar) as role,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to
from {{ source('raw', 'group_membership') }}
