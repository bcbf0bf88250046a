-- Recognition activity records of tonight's touched days (all days on a full refresh): one row a record id that is not
-- withdrawn, with the reason it is set aside or null. Complete for each of these days.
with {{ current_records(ref('stg_feed__recognition_activity'), ['recognition_activity']) }},

keyed as (
    select
        r.*,
        {{ org_id('r.receiver_org_code', 'r.source_system') }} as receiver_org_id,
        {{ org_id('r.source_org_code', 'r.source_system') }} as source_org_id,
        {{ or_missing('r.scope_type') }} as scope_type_part
    from current_record as r
),

{{ judged_activity('keyed', [
    'receiver_org_id', 'source_org_id', 'item_system', 'item_code', 'scope_type_part', 'period_type',
    'event_date'
], ['receiver_org_id', 'source_org_id']) }}

select * from judged
