-- The 81 pilots: their city groups on a day, in how many of them each type operates, and the indicators of a month.
with city_group as (
    select group_id, pilot_seq
    from dim_group
    where
        group_type = 'city_group' and pilot_seq is not null
        and cast($day as date) >= valid_from
        and cast($day as date) < coalesce(valid_to, date '9999-12-31')
),

kind as (
    select distinct g.pilot_seq, g.group_id, c.centre_type
    from city_group as g
    inner join dim_centre as c on g.group_id = c.group_id
    where
        c.status = 'operating'
        and cast($day as date) >= c.valid_from
        and cast($day as date) < coalesce(c.valid_to, date '9999-12-31')
),

kinds as (
    select
        pilot_seq,
        count(case when centre_type = 'lab' then group_id end) as lab,
        count(case when centre_type = 'imaging' then group_id end) as imaging,
        count(case when centre_type = 'ecg' then group_id end) as ecg,
        count(case when centre_type = 'pathology' then group_id end) as pathology,
        count(case when centre_type = 'cssd' then group_id end) as cssd
    from kind
    group by pilot_seq
),

grouped as (
    select pilot_seq, count(distinct group_id) as groups_count
    from city_group
    group by pilot_seq
),

indicator as (
    select
        pilot_seq,
        max(case when indicator_code = 'SC01' then value_num end) as sc01_num,
        max(case when indicator_code = 'SC01' then value_den end) as sc01_den,
        max(case when indicator_code = 'RS01' then value_num end) as rs01_num,
        max(case when indicator_code = 'RS01' then value_den end) as rs01_den,
        max(case when indicator_code = 'RS02' then value_num end) as rs02_num,
        max(case when indicator_code = 'RS02' then value_den end) as rs02_den
    from mart_target_attainment
    where subject_level = 'pilot' and month_start = cast($month as date)
    group by pilot_seq
)

select
    p.seq,
    p.city,
    p.province,
    p.province_adcode,
    p.province_raw,
    p.is_corrected,
    coalesce(g.groups_count, 0) as groups_count,
    coalesce(k.lab, 0) as lab,
    coalesce(k.imaging, 0) as imaging,
    coalesce(k.ecg, 0) as ecg,
    coalesce(k.pathology, 0) as pathology,
    coalesce(k.cssd, 0) as cssd,
    i.sc01_num,
    i.sc01_den,
    i.rs01_num,
    i.rs01_den,
    i.rs02_num,
    i.rs02_den
from dim_pilot as p
left join grouped as g on p.seq = g.pilot_seq
left join kinds as k on p.seq = k.pilot_seq
left join indicator as i on p.seq = i.pilot_seq
order by p.seq
