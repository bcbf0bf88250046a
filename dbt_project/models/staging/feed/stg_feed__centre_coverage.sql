-- Feed records of type centre_coverage as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(centre_code as varchar) as centre_code,
    cast(org_code as varchar) as org_code,
    cast(mode as varchar) as mode,
    cast(device_connected as boolean) as device_connected,
    cast(status as varchar) as status,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to
from {{ source('raw', 'centre_coverage') }}
