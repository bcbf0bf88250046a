-- Centre records that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ current_records(ref('stg_feed__shared_centre')) }},

keyed as (
    select
        r.*,
        {{ code_id('r.centre_code') }} as centre_id,
        {{ code_id('r.group_code') }} as group_id,
        {{ org_id('r.host_org_code', 'r.source_system') }} as host_org_id
    from current_record as r
),

hashed as (
    select
        k.*,
        {{ content_key([
            'k.centre_type', 'k.name', 'k.group_id', 'k.host_org_id', 'k.status', 'k.opened_on', 'k.tat_target_minutes',
            'k.valid_to'
        ]) }} as payload_hash
    from keyed as k
),

{{ judged_master('hashed', ['centre_id', 'valid_from']) }}

select * from judged
