-- Work of a shared-resource centre in a month. A month's own figure stands before its days, a category's total before
-- its items. Own = requested by the hosting institution. Ratios as numerator and denominator over the rows that state
-- both; null where none does. Names are those of the last day of the month with a record (as_of_date).
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'month', 'partition': 'month_start', 'record_types': ['centre_activity']}
) }}
with activity as (
    select a.*, {{ month_start('a.event_date') }} as month_start
    from {{ ref('fct_centre_activity_daily') }} as a
    where a.period_type in ('day', 'month') and {{ touched_month_filter('a.event_date', ['centre_activity']) }}
),

activity_of_period as (
    {{ keep_lowest(
        'activity', 'period', period_rank(), ['centre_id', 'requester_org_id', 'service_category', 'month_start']
    ) }}
),

activity_once as (
    {{ keep_lowest(
        'activity_of_period', 'item', whole_rank('item_code'),
        ['centre_id', 'requester_org_id', 'service_category', 'event_date']
    ) }}
),

centre_month as (
    select centre_id, month_start, max(event_date) as as_of_date
    from activity_once
    group by centre_id, month_start
),

centre_label as (
    select
        k.centre_id,
        k.month_start,
        k.as_of_date,
        c.name,
        c.centre_code,
        c.centre_type,
        c.group_id,
        c.host_org_id
    from centre_month as k
    left join {{ ref('dim_centre') }} as c
        on k.centre_id = c.centre_id and k.as_of_date >= c.label_from and k.as_of_date < c.label_to
),

volume as (
    select
        a.centre_id,
        a.month_start,
        max(a.centre_code) as centre_code,
        sum(a.requested_count) as requested_count,
        sum(a.received_count) as received_count,
        sum(a.rejected_count) as rejected_count,
        sum(a.reported_count) as reported_count,
        sum(a.reported_on_time_count) as reported_on_time_count,
        sum(case when a.requester_org_id = l.host_org_id then a.reported_count else 0 end) as own_reported_count,
        sum(case when a.requester_org_id = l.host_org_id then 0 else a.reported_count end) as other_reported_count,
        sum(case when a.reported_on_time_count is not null then a.reported_count end) as on_time_den,
        count(distinct case when a.period_type = 'day' then a.event_date end) as active_days_count
    from activity_once as a
    inner join centre_label as l on a.centre_id = l.centre_id and a.month_start = l.month_start
    group by a.centre_id, a.month_start
)

select
    cast(v.month_start as date) as month_start,
    cast(o.province_adcode as varchar) as province_adcode,
    cast(province.name as varchar) as province_name,
    cast(g.pilot_seq as bigint) as pilot_seq,
    cast(p.city as varchar) as pilot_name,
    cast(l.group_id as varchar) as group_id,
    cast(g.name as varchar) as group_name,
    cast(v.centre_id as varchar) as centre_id,
    cast(v.centre_code as varchar) as centre_code,
    cast(l.name as varchar) as centre_name,
    cast(l.centre_type as varchar) as centre_type,
    cast(o.name as varchar) as host_org_name,
    cast(v.requested_count as bigint) as requested_count,
    cast(v.received_count as bigint) as received_count,
    cast(v.rejected_count as bigint) as rejected_count,
    cast(v.reported_count as bigint) as reported_count,
    cast(v.reported_on_time_count as bigint) as reported_on_time_count,
    cast(v.own_reported_count as bigint) as own_reported_count,
    cast(v.other_reported_count as bigint) as other_reported_count,
    cast(v.reported_on_time_count as bigint) as on_time_num,
    cast(v.on_time_den as bigint) as on_time_den,
    cast(v.rejected_count as bigint) as rejection_num,
    cast(v.received_count + v.rejected_count as bigint) as rejection_den,
    cast(v.active_days_count as bigint) as active_days_count,
    cast(l.as_of_date as date) as as_of_date
from volume as v
inner join centre_label as l on v.centre_id = l.centre_id and v.month_start = l.month_start
left join {{ ref('dim_org') }} as o
    on l.host_org_id = o.org_id and l.as_of_date >= o.label_from and l.as_of_date < o.label_to
left join {{ ref('dim_region') }} as province on o.province_adcode = province.adcode and province.level = 'province'
left join {{ ref('dim_group') }} as g on l.group_id = g.group_id
left join {{ ref('dim_pilot') }} as p on g.pilot_seq = p.seq
order by month_start nulls last
