-- Feed records of type capacity_release as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(lead_org_code as varchar) as lead_org_code,
    cast(target_type as varchar) as target_type,
    cast(target_org_code as varchar) as target_org_code,
    cast(team_key as varchar) as team_key,
    cast(resource_type as varchar) as resource_type,
    cast(clinic_class as varchar) as clinic_class,
    cast(bed_basis as varchar) as bed_basis,
    cast(capacity_total as bigint) as capacity_total,
    cast(capacity_released as bigint) as capacity_released,
    cast(capacity_used as bigint) as capacity_used,
    cast(capacity_returned as bigint) as capacity_returned,
    cast(priority_used as bigint) as priority_used
from {{ source('raw', 'capacity_release') }}
