-- Operating centres of a day by province of the host, which of them reported in a month, and how many diagnostic
-- orders were on time.
with operating as (
    select distinct c.centre_id, o.province_adcode
    from dim_centre as c
    left join dim_org as o
        on
            c.host_org_id = o.org_id
            and cast($day as date) >= o.label_from
            and cast($day as date) < o.label_to
    where
        c.status = 'operating'
        and cast($day as date) >= c.valid_from
        and cast($day as date) < coalesce(c.valid_to, date '9999-12-31')
),

reported as (
    select
        centre_id,
        max(province_adcode) as province_adcode,
        sum(case when centre_type in ('lab', 'imaging', 'ecg', 'pathology') then on_time_num end) as on_time_num,
        sum(case when centre_type in ('lab', 'imaging', 'ecg', 'pathology') then on_time_den end) as on_time_den
    from mart_shared_centres
    where month_start = cast($month as date)
    group by centre_id
)

select
    coalesce(o.province_adcode, r.province_adcode) as province_adcode,
    count(o.centre_id) as due_count,
    count(case when o.centre_id is not null then r.centre_id end) as reported_count,
    count(case when o.centre_id is null then r.centre_id end) as unlisted_count,
    sum(r.on_time_num) as on_time_num,
    sum(r.on_time_den) as on_time_den
from operating as o
full join reported as r on o.centre_id = r.centre_id
group by coalesce(o.province_adcode, r.province_adcode)
order by province_adcode nulls last
