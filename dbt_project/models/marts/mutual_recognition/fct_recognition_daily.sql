-- Recognition of one institution's results by another, by item, scope and day. Complete partitions of the touched
-- days replace what stood there.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'day', 'partition': 'event_date', 'record_types': ['recognition_activity']}
) }}
select
    cast(r.receiver_org_id as varchar) as receiver_org_id,
    cast(r.source_org_id as varchar) as source_org_id,
    cast(r.item_system as varchar) as item_system,
    cast(r.item_code as varchar) as item_code,
    cast({{ or_missing('r.scope_type') }} as varchar) as scope_type,
    cast(r.period_type as varchar) as period_type,
    cast(r.event_date as date) as event_date,
    cast(r.receiver_org_code as varchar) as receiver_org_code,
    cast(r.source_org_code as varchar) as source_org_code,
    cast(r.item_display as varchar) as item_name,
    cast(r.eligible_results as bigint) as eligible_results_count,
    cast(r.reminded as bigint) as reminded_count,
    cast(r.viewed as bigint) as viewed_count,
    cast(r.recognised as bigint) as recognised_count,
    cast(r.not_recognised as bigint) as not_recognised_count,
    cast(r.undecided as bigint) as undecided_count,
    cast(r.cited as bigint) as cited_count,
    cast(r.repeat_orders as bigint) as repeat_orders_count,
    cast(r.saved_amount_fen as bigint) as saved_amount_fen,
    cast(r.reason_r1_condition_changed as bigint) as reason_r1_condition_changed_count,
    cast(r.reason_r2_fast_changing as bigint) as reason_r2_fast_changing_count,
    cast(r.reason_r3_before_major_measure as bigint) as reason_r3_before_major_measure_count,
    cast(r.reason_r4_emergency as bigint) as reason_r4_emergency_count,
    cast(r.reason_r5_forensic_appraisal as bigint) as reason_r5_forensic_appraisal_count,
    cast(r.reason_r6_other as bigint) as reason_r6_other_count,
    cast(r.source_id as varchar) as source_id,
    cast(r.source_system as varchar) as source_system,
    cast(r.source_record_id as varchar) as source_record_id,
    cast(r.source_version as bigint) as source_version,
    cast(r.file_sha256 as varchar) as file_sha256,
    cast(r.line_no as bigint) as line_no
from {{ ref('int_recognition_activity__resolved') }} as r
where r.set_aside_reason is null
order by event_date nulls last
