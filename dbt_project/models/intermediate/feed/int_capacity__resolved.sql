-- Capacity records of tonight's touched days (all days on a full refresh): one row a record id that is not
-- withdrawn, with the reason it is set aside or null. Complete for each of these days.
with {{ current_records(ref('stg_feed__capacity'), ['capacity']) }},

keyed as (
    select
        r.*,
        {{ org_id('r.lead_org_code', 'r.source_system') }} as lead_org_id,
        {{ or_missing('r.bed_basis') }} as bed_basis_part
    from current_record as r
),

{{ judged_activity('keyed', [
    'lead_org_id', 'resource_type', 'clinic_class', 'bed_basis_part', 'period_type', 'event_date'
], ['lead_org_id']) }}

select * from judged
