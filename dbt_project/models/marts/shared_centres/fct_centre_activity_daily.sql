-- Activity of a shared centre for one requesting institution, category, item and day. Complete partitions of the
-- touched days replace what stood there.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'day', 'partition': 'event_date', 'record_types': ['centre_activity']}
) }}
select
    cast(r.centre_id as varchar) as centre_id,
    cast(r.requester_org_id as varchar) as requester_org_id,
    cast(r.service_category as varchar) as service_category,
    cast({{ or_missing('r.item_system') }} as varchar) as item_system,
    cast({{ or_missing('r.item_code') }} as varchar) as item_code,
    cast(r.period_type as varchar) as period_type,
    cast(r.event_date as date) as event_date,
    cast(r.centre_code as varchar) as centre_code,
    cast(r.requester_org_code as varchar) as requester_org_code,
    cast(r.item_display as varchar) as item_name,
    cast(r.unit as varchar) as unit,
    cast(r.requested as bigint) as requested_count,
    cast(r.received as bigint) as received_count,
    cast(r.rejected as bigint) as rejected_count,
    cast(r.reported as bigint) as reported_count,
    cast(r.reported_on_time as bigint) as reported_on_time_count,
    cast(r.corrected as bigint) as corrected_count,
    cast(r.cancelled as bigint) as cancelled_count,
    cast(r.critical_total as bigint) as critical_total_count,
    cast(r.critical_acknowledged as bigint) as critical_acknowledged_count,
    cast(round(r.tat_minutes_sum) as bigint) as tat_sum_minutes,
    cast(round(r.tat_minutes_p50, 2) as double) as tat_p50_minutes,
    cast(round(r.tat_minutes_p90, 2) as double) as tat_p90_minutes,
    cast(r.is_partial as boolean) as is_partial,
    cast(r.source_id as varchar) as source_id,
    cast(r.source_system as varchar) as source_system,
    cast(r.source_record_id as varchar) as source_record_id,
    cast(r.source_version as bigint) as source_version,
    cast(r.file_sha256 as varchar) as file_sha256,
    cast(r.line_no as bigint) as line_no
from {{ ref('int_centre_activity__resolved') }} as r
where r.set_aside_reason is null
order by event_date nulls last
