-- Resource sinking of a lead hospital in a month: what share of outpatient slots and beds it opened to primary care.
-- The thirds and quarters are compared in whole numbers over sums; null where one side was not reported.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'month', 'partition': 'month_start', 'record_types': ['capacity', 'capacity_release']}
) }}
with lead_month as (
    select f.*, f.lead_org_id as org_id, f.last_event_date as as_of_date
    from {{ ref('fct_lead_capacity_monthly') }} as f
    where {{ touched_month_filter('f.month_start', ['capacity', 'capacity_release']) }}
),

member_of as (
    {{ group_of_org('lead_month', ['lead']) }}
)

select
    cast(f.month_start as date) as month_start,
    cast(o.province_adcode as varchar) as province_adcode,
    cast(province.name as varchar) as province_name,
    cast(g.pilot_seq as bigint) as pilot_seq,
    cast(p.city as varchar) as pilot_name,
    cast(g.group_id as varchar) as group_id,
    cast(g.name as varchar) as group_name,
    cast(f.lead_org_id as varchar) as lead_org_id,
    cast(f.lead_org_code as varchar) as lead_org_code,
    cast(o.name as varchar) as lead_org_name,
    cast(f.slots_comparable_released_count as bigint) as slots_released_num,
    cast(f.slots_comparable_total_count as bigint) as slots_total_den,
    cast(f.beds_comparable_released_count as bigint) as beds_released_num,
    cast(f.beds_comparable_total_count as bigint) as beds_total_den,
    cast(f.slots_released_count as bigint) as slots_released_count,
    cast(f.beds_released_count as bigint) as beds_released_count,
    cast(f.slots_used_count as bigint) as slots_used_count,
    cast(f.beds_used_count as bigint) as beds_used_count,
    cast(case
        when f.slots_comparable_total_count > 0
            then f.slots_comparable_released_count * 3 >= f.slots_comparable_total_count
    end as boolean) as is_one_third_slots,
    cast(case
        when f.beds_comparable_total_count > 0 and {{ is_one_bed_basis('f') }}
            then f.beds_comparable_released_count * 4 >= f.beds_comparable_total_count
    end as boolean) as is_one_quarter_beds,
    cast(f.beds_total_basis as varchar) as beds_total_basis,
    cast(f.beds_released_basis as varchar) as beds_released_basis,
    cast(f.slots_total_days_count as bigint) as slots_total_days_count,
    cast(f.slots_released_days_count as bigint) as slots_released_days_count,
    cast(f.beds_total_days_count as bigint) as beds_total_days_count,
    cast(f.beds_released_days_count as bigint) as beds_released_days_count,
    cast(f.as_of_date as date) as as_of_date
from lead_month as f
left join {{ ref('dim_org') }} as o
    on f.lead_org_id = o.org_id and f.as_of_date >= o.label_from and f.as_of_date < o.label_to
left join {{ ref('dim_region') }} as province on o.province_adcode = province.adcode and province.level = 'province'
left join member_of as m on f.lead_org_id = m.org_id and f.month_start = m.month_start
left join {{ ref('dim_group') }} as g on m.group_id = g.group_id
left join {{ ref('dim_pilot') }} as p on g.pilot_seq = p.seq
order by month_start nulls last
