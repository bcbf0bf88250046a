-- Capacity and release of a lead hospital in a month, every total counted once: the month's own figure before its
-- days, open beds before authorised ones, `all` before its parts (targets within a class, classes within a day). A
-- side that nobody reported is null, not zero. Shares compare only days that both sides report: a day whose total is
-- missing must not make its releases look like more of the other days, nor a silent lead weigh on its pilot. Months
-- of touched days are built anew.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={'window': 'month', 'partition': 'month_start', 'record_types': ['capacity', 'capacity_release']}
) }}
{% set types = ['capacity', 'capacity_release'] %}
with total as (
    select c.*, {{ month_start('c.event_date') }} as month_start
    from {{ ref('fct_capacity_daily') }} as c
    where c.period_type in ('day', 'month') and {{ touched_month_filter('c.event_date', types) }}
),

total_of_period as (
    {{ keep_lowest('total', 'period', period_rank(), ['lead_org_id', 'resource_type', 'month_start']) }}
),

total_of_basis as (
    {{ keep_lowest('total_of_period', 'basis', basis_rank(), ['lead_org_id', 'resource_type', 'month_start']) }}
),

total_once as (
    {{ keep_lowest(
        'total_of_basis', 'class', whole_rank('clinic_class'), ['lead_org_id', 'resource_type', 'event_date']
    ) }}
),

release as (
    select r.*, {{ month_start('r.event_date') }} as month_start
    from {{ ref('fct_capacity_release_daily') }} as r
    where r.period_type in ('day', 'month') and {{ touched_month_filter('r.event_date', types) }}
),

release_of_period as (
    {{ keep_lowest('release', 'period', period_rank(), ['lead_org_id', 'resource_type', 'month_start']) }}
),

release_of_basis as (
    {{ keep_lowest('release_of_period', 'basis', basis_rank(), ['lead_org_id', 'resource_type', 'month_start']) }}
),

release_of_target as (
    {{ keep_lowest(
        'release_of_basis', 'target', whole_rank('target_type'),
        ['lead_org_id', 'resource_type', 'event_date', 'clinic_class']
    ) }}
),

release_once as (
    {{ keep_lowest(
        'release_of_target', 'class', whole_rank('clinic_class'), ['lead_org_id', 'resource_type', 'event_date']
    ) }}
),

told as (
    select
        lead_org_id,
        lead_org_code,
        month_start,
        event_date,
        resource_type,
        period_type,
        bed_basis as total_basis,
        cast(null as varchar) as released_basis,
        capacity_total_count as total_count,
        cast(null as bigint) as released_count,
        cast(null as bigint) as used_count
    from total_once
    union all
    select
        lead_org_id,
        lead_org_code,
        month_start,
        event_date,
        resource_type,
        period_type,
        cast(null as varchar) as total_basis,
        bed_basis as released_basis,
        cast(null as bigint) as total_count,
        capacity_released_count as released_count,
        capacity_used_count as used_count
    from release_once
),

compared as (
    select
        *,
        (
            (
                count(case when period_type = 'month' then 1 end)
                    over (partition by lead_org_id, resource_type, month_start)
                > 0
                and count(total_count) over (partition by lead_org_id, resource_type, month_start) > 0
                and count(released_count) over (partition by lead_org_id, resource_type, month_start) > 0
            )
            or (
                count(total_count) over (partition by lead_org_id, resource_type, event_date) > 0
                and count(released_count) over (partition by lead_org_id, resource_type, event_date) > 0
            )
        ) as is_comparable
    from told
)

select
    cast(lead_org_id as varchar) as lead_org_id,
    cast(max(lead_org_code) as varchar) as lead_org_code,
    cast(month_start as date) as month_start,
    cast(max(event_date) as date) as last_event_date,
    cast(sum(case when resource_type = 'outpatient_slot' then released_count end) as bigint) as slots_released_count,
    cast(sum(case when resource_type = 'outpatient_slot' then total_count end) as bigint) as slots_total_count,
    cast(sum(case when resource_type = 'outpatient_slot' then used_count end) as bigint) as slots_used_count,
    cast(sum(case when resource_type = 'inpatient_bed_day' then released_count end) as bigint) as beds_released_count,
    cast(sum(case when resource_type = 'inpatient_bed_day' then total_count end) as bigint) as beds_total_count,
    cast(sum(case when resource_type = 'inpatient_bed_day' then used_count end) as bigint) as beds_used_count,
    cast(sum(case
        when resource_type = 'outpatient_slot' and is_comparable then released_count
    end) as bigint) as slots_comparable_released_count,
    cast(sum(case
        when resource_type = 'outpatient_slot' and is_comparable then total_count
    end) as bigint) as slots_comparable_total_count,
    cast(sum(case
        when resource_type = 'inpatient_bed_day' and is_comparable then released_count
    end) as bigint) as beds_comparable_released_count,
    cast(sum(case
        when resource_type = 'inpatient_bed_day' and is_comparable then total_count
    end) as bigint) as beds_comparable_total_count,
    cast(max(case when resource_type = 'inpatient_bed_day' then total_basis end) as varchar) as beds_total_basis,
    cast(max(case when resource_type = 'inpatient_bed_day' then released_basis end) as varchar) as beds_released_basis,
    cast(count(distinct case
        when resource_type = 'outpatient_slot' and period_type = 'day' and total_count is not null then event_date
    end) as bigint) as slots_total_days_count,
    cast(count(distinct case
        when resource_type = 'outpatient_slot' and period_type = 'day' and released_count is not null then event_date
    end) as bigint) as slots_released_days_count,
    cast(count(distinct case
        when resource_type = 'inpatient_bed_day' and period_type = 'day' and total_count is not null then event_date
    end) as bigint) as beds_total_days_count,
    cast(count(distinct case
        when resource_type = 'inpatient_bed_day' and period_type = 'day' and released_count is not null then event_date
    end) as bigint) as beds_released_days_count
from compared
group by lead_org_id, month_start
order by month_start nulls last
