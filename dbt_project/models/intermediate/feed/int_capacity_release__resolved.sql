-- Capacity release records of tonight's touched days (all days on a full refresh): one row a record id that is not
-- withdrawn, with the reason it is set aside or null. Complete for each of these days.
with {{ current_records(ref('stg_feed__capacity_release'), ['capacity_release']) }},

keyed as (
    select
        r.*,
        {{ org_id('r.lead_org_code', 'r.source_system') }} as lead_org_id,
        {{ org_id('r.target_org_code', 'r.source_system') }} as target_org_id,
        {{ or_missing('r.team_key') }} as team_part,
        {{ or_missing('r.clinic_class') }} as clinic_class_part,
        {{ or_missing('r.bed_basis') }} as bed_basis_part
    from current_record as r
),

{{ judged_activity('keyed', [
    'lead_org_id', 'target_type', 'target_org_id', 'team_part', 'resource_type', 'clinic_class_part',
    'bed_basis_part', 'period_type', 'event_date'
], ['lead_org_id', 'target_org_id']) }}

select * from judged
