-- Feed records of type capacity as they were accepted: every version, void and duplicate.
select
    cast(source_id as varchar) as source_id,
    cast(file_sha256 as varchar) as file_sha256,
    cast(line_no as bigint) as line_no,
    cast(contract_version as varchar) as contract_version,
    cast(source_system as varchar) as source_system,
    cast(source_record_id as varchar) as source_record_id,
    cast(source_version as bigint) as source_version,
    cast(op as varchar) as op,
    cast(reporter_org_code as varchar) as reporter_org_code,
    cast(event_date as date) as event_date,
    cast(period_type as varchar) as period_type,
    cast(produced_at as timestamp) as produced_at,
    cast(not_provided as varchar) as not_provided,
    cast(content_hash as varchar) as content_hash,
    cast(lead_org_code as varchar) as lead_org_code,
    cast(resource_type as varchar) as resource_type,
    cast(clinic_class as varchar) as clinic_class,
    cast(bed_basis as varchar) as bed_basis,
    cast(capacity_total as bigint) as capacity_total,
    cast(load_run as varchar) as load_run,
    cast(loaded_at as timestamp) as loaded_at
from {{ source('raw', 'capacity') }}
