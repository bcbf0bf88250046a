-- Feed records of type capacity as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(lead_org_code as varchar) as lead_org_code,
    cast(resource_type as varchar) as resource_type,
    cast(clinic_class as varchar) as clinic_class,
    cast(bed_basis as varchar) as bed_basis,
    cast(capacity_total as bigint) as capacity_total
from {{ source('raw', 'capacity') }}
