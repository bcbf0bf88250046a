-- Organisation records that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
-- An organisation is known by its code; where several campuses share a code, the first campus bears the code's id.
with {{ current_records(ref('stg_feed__organization')) }},

keyed as (
    select
        r.*,
        {{ org_id('r.org_code', 'r.source_system') }} as code_org_id,
        {{ org_id('r.part_of', 'r.source_system') }} as part_of_org_id,
        {{ or_missing('r.campus_code') }} as campus_part
    from current_record as r
),

hashed as (
    select
        k.*,
        {{ content_key([
            'k.practice_licence_no', 'k.ws218_code', 'k.name', 'k.alias', 'k.org_class', 'k.level', 'k.grade', 'k.tier',
            'k.ownership', 'k.is_tcm', 'k.adcode', 'k.open_beds', 'k.authorised_beds', 'k.part_of_org_id', 'k.valid_to',
            'k.status', 'k.uscc', 'k.nhsa_code', 'k.resident_population'
        ]) }} as payload_hash
    from keyed as k
),

{{ judged_master('hashed', ['code_org_id', 'campus_part', 'valid_from']) }},

main_campus as (
    select code_org_id, min(campus_part) as campus_part
    from judged
    where set_aside_reason is null
    group by code_org_id
)

select
    j.*,
    case
        when m.campus_part is null or m.campus_part = j.campus_part then j.code_org_id
        else md5(j.code_org_id || '|' || j.campus_part)
    end as org_id
from judged as j
left join main_campus as m on j.code_org_id = m.code_org_id
