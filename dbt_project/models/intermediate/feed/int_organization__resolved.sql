-- Organisation records that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
-- An organisation is known by its code; where several campuses share a code, the first campus bears the code's id.
with {{ judged_records('organization', content=[
    'practice_licence_no', 'ws218_code', 'name', 'alias', 'org_class', 'level', 'grade', 'tier', 'ownership',
    'is_tcm', 'adcode', 'open_beds', 'authorised_beds', 'part_of_org_id', 'valid_to', 'status', 'uscc', 'nhsa_code',
    'resident_population'
]) }},

campus as (
    select
        j.*,
        {{ or_missing('j.campus_code') }} as campus_part
    from judged as j
),

main_campus as (
    select code_org_id, min(campus_part) as campus_part
    from campus
    where set_aside_reason is null
    group by code_org_id
)

select
    c.*,
    case
        when m.campus_part is null or m.campus_part = c.campus_part then c.code_org_id
        else md5(c.code_org_id || '|' || c.campus_part)
    end as org_id
from campus as c
left join main_campus as m on c.code_org_id = m.code_org_id
