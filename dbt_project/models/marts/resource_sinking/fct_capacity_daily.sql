-- Total capacity of a lead hospital, by resource, class, basis and day. Complete partitions of the touched days
-- replace what stood there.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'day', 'partition': 'event_date', 'record_types': ['capacity']}
) }}
select
    cast(r.lead_org_id as varchar) as lead_org_id,
    cast(r.resource_type as varchar) as resource_type,
    cast(r.clinic_class as varchar) as clinic_class,
    cast({{ or_missing('r.bed_basis') }} as varchar) as bed_basis,
    cast(r.period_type as varchar) as period_type,
    cast(r.event_date as date) as event_date,
    cast(r.lead_org_code as varchar) as lead_org_code,
    cast(r.capacity_total as bigint) as capacity_total_count,
    cast(r.source_id as varchar) as source_id,
    cast(r.source_system as varchar) as source_system,
    cast(r.source_record_id as varchar) as source_record_id,
    cast(r.source_version as bigint) as source_version,
    cast(r.file_sha256 as varchar) as file_sha256,
    cast(r.line_no as bigint) as line_no
from {{ ref('int_capacity__resolved') }} as r
where r.set_aside_reason is null
order by event_date nulls last
