-- Mutual recognition by a receiving institution in a month. The rate is that of the national quality goals (MR07):
-- recognised over eligible results, and null where no eligible results are stated: it never falls back to reminders.
-- Reminded, viewed and undecided are null where no row states them.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'month', 'partition': 'month_start', 'record_types': ['recognition_activity']}
) }}
with recognition as (
    select r.*, {{ month_start('r.event_date') }} as month_start
    from {{ ref('fct_recognition_daily') }} as r
    where r.period_type in ('day', 'month') and {{ touched_month_filter('r.event_date', ['recognition_activity']) }}
),

recognition_once as (
    {{ keep_lowest(
        'recognition', 'period', period_rank(),
        ['receiver_org_id', 'source_org_id', 'item_system', 'item_code', 'scope_type', 'month_start']
    ) }}
),

volume as (
    select
        receiver_org_id as org_id,
        month_start,
        max(event_date) as as_of_date,
        max(receiver_org_code) as receiver_org_code,
        sum(eligible_results_count) as eligible_count,
        sum(reminded_count) as reminded_count,
        sum(viewed_count) as viewed_count,
        sum(recognised_count) as recognised_count,
        sum(not_recognised_count) as not_recognised_count,
        sum(undecided_count) as undecided_count,
        sum(cited_count) as cited_count,
        sum(repeat_orders_count) as repeat_orders_count,
        sum(case when eligible_results_count is not null then recognised_count end) as recognition_num,
        sum(saved_amount_fen) as saved_amount_fen,
        count(distinct source_org_id) as source_orgs_count,
        count(distinct case when period_type = 'day' then event_date end) as active_days_count
    from recognition_once
    group by receiver_org_id, month_start
),

member_of as (
    {{ group_of_org('volume') }}
)

select
    cast(v.month_start as date) as month_start,
    cast(o.province_adcode as varchar) as province_adcode,
    cast(province.name as varchar) as province_name,
    cast(g.pilot_seq as bigint) as pilot_seq,
    cast(p.city as varchar) as pilot_name,
    cast(g.group_id as varchar) as group_id,
    cast(g.name as varchar) as group_name,
    cast(v.org_id as varchar) as receiver_org_id,
    cast(v.receiver_org_code as varchar) as receiver_org_code,
    cast(o.name as varchar) as receiver_org_name,
    cast(v.eligible_count as bigint) as eligible_count,
    cast(v.reminded_count as bigint) as reminded_count,
    cast(v.viewed_count as bigint) as viewed_count,
    cast(v.recognised_count as bigint) as recognised_count,
    cast(v.not_recognised_count as bigint) as not_recognised_count,
    cast(v.undecided_count as bigint) as undecided_count,
    cast(v.cited_count as bigint) as cited_count,
    cast(v.repeat_orders_count as bigint) as repeat_orders_count,
    cast(v.recognition_num as bigint) as recognition_num,
    cast(v.eligible_count as bigint) as recognition_den,
    cast(v.saved_amount_fen as bigint) as saved_amount_fen,
    cast(v.source_orgs_count as bigint) as source_orgs_count,
    cast(v.active_days_count as bigint) as active_days_count,
    cast(v.as_of_date as date) as as_of_date
from volume as v
left join {{ ref('dim_org') }} as o
    on v.org_id = o.org_id and v.as_of_date >= o.label_from and v.as_of_date < o.label_to
left join {{ ref('dim_region') }} as province on o.province_adcode = province.adcode and province.level = 'province'
left join member_of as m on v.org_id = m.org_id and v.month_start = m.month_start
left join {{ ref('dim_group') }} as g on m.group_id = g.group_id
left join {{ ref('dim_pilot') }} as p on g.pilot_seq = p.seq
order by month_start nulls last
