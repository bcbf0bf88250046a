-- Feed records of type shared_centre as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(centre_code as varchar) as centre_code,
    cast(centre_type as varchar) as centre_type,
    cast(name as varchar) as name,
    cast(group_code as varchar) as group_code,
    cast(host_org_code as varchar) as host_org_code,
    cast(status as varchar) as status,
    cast(opened_on as date) as opened_on,
    cast(tat_target_minutes as bigint) as tat_target_minutes,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to
from {{ source('raw', 'shared_centre') }}
