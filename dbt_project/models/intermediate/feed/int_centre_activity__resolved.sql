-- Centre activity records of tonight's touched days (all days on a full refresh): one row a record id that is not
-- withdrawn, with the reason it is set aside or null. Complete for each of these days.
with {{ current_records(ref('stg_feed__centre_activity'), ['centre_activity']) }},

keyed as (
    select
        r.*,
        {{ code_id('r.centre_code') }} as centre_id,
        {{ org_id('r.requester_org_code', 'r.source_system') }} as requester_org_id,
        {{ or_missing('r.item_system') }} as item_system_part,
        {{ or_missing('r.item_code') }} as item_code_part
    from current_record as r
),

{{ judged_activity('keyed', [
    'centre_id', 'requester_org_id', 'service_category', 'item_system_part', 'item_code_part',
    'period_type', 'event_date'
], ['requester_org_id'], ['centre_id']) }}

select * from judged
