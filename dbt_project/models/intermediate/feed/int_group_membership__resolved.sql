-- Memberships that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ current_records(ref('stg_feed__group_membership')) }},

keyed as (
    select
        r.*,
        {{ code_id('r.group_code') }} as group_id,
        {{ org_id('r.org_code', 'r.source_system') }} as org_id
    from current_record as r
),

hashed as (
    select
        k.*,
        {{ content_key([
            'k.group_name', 'k.group_type', 'k.grid_code', 'k.pilot_adcode', 'k.role', 'k.valid_to'
        ]) }} as payload_hash
    from keyed as k
),

{{ judged_master('hashed', ['group_id', 'org_id', 'valid_from']) }}

select * from judged
