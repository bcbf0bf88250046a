-- Recognition of a month by province of the receiver; due = members of groups on a day.
with due as (
    select distinct m.org_id, o.province_adcode
    from bridge_group_member as m
    left join dim_org as o
        on m.org_id = o.org_id and cast($day as date) >= o.label_from and cast($day as date) < o.label_to
    where
        m.role in ('lead', 'member')
        and cast($day as date) >= m.valid_from
        and cast($day as date) < coalesce(m.valid_to, date '9999-12-31')
),

reported as (
    select
        receiver_org_id as org_id,
        max(province_adcode) as province_adcode,
        sum(recognition_num) as recognition_num,
        sum(recognition_den) as recognition_den,
        sum(saved_amount_fen) as saved_amount_fen
    from mart_mutual_recognition
    where month_start = cast($month as date)
    group by receiver_org_id
)

select
    coalesce(d.province_adcode, r.province_adcode) as province_adcode,
    count(d.org_id) as due_count,
    count(case when d.org_id is not null then r.org_id end) as reported_count,
    count(case when d.org_id is null then r.org_id end) as unlisted_count,
    sum(r.recognition_num) as recognition_num,
    sum(r.recognition_den) as recognition_den,
    sum(r.saved_amount_fen) as saved_amount_fen
from due as d
full join reported as r on d.org_id = r.org_id
group by coalesce(d.province_adcode, r.province_adcode)
order by province_adcode nulls last
