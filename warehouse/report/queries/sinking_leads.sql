-- Lead hospitals of a month, with those that are due on a day and silent. Shares only where both sides are comparable.
with due as (
    select distinct m.org_id, o.province_adcode
    from bridge_group_member as m
    left join dim_org as o
        on m.org_id = o.org_id and cast($day as date) >= o.label_from and cast($day as date) < o.label_to
    where
        m.role = 'lead'
        and cast($day as date) >= m.valid_from
        and cast($day as date) < coalesce(m.valid_to, date '9999-12-31')
),

reported as (
    select *
    from mart_resource_sinking
    where month_start = cast($month as date)
)

select
    coalesce(d.org_id, r.lead_org_id) as org_id,
    coalesce(d.province_adcode, r.province_adcode) as province_adcode,
    d.org_id is not null as is_due,
    r.lead_org_id is not null as is_reported,
    case when r.is_one_third_slots is not null then r.slots_released_num end as slots_num,
    case when r.is_one_third_slots is not null then r.slots_total_den end as slots_den,
    r.is_one_third_slots,
    case when r.is_one_quarter_beds is not null then r.beds_released_num end as beds_num,
    case when r.is_one_quarter_beds is not null then r.beds_total_den end as beds_den,
    r.is_one_quarter_beds,
    case when r.slots_released_count is not null then r.slots_used_count end as slots_used_num,
    case when r.slots_used_count is not null then r.slots_released_count end as slots_used_den
from due as d
full join reported as r on d.org_id = r.lead_org_id
order by province_adcode nulls last, org_id
