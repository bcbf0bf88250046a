-- Targets against actuals, by indicator, subject and month. Only a documented target with a documented date yields
-- met, missed or pending; one without a date stands from its document's date on; every other is 参照值,非考核
-- (`reference`), shown with is_satisfied. Without data a target is no_data, never missed. The day judged is the last
-- one of the month with a record (as_of_date).
--
-- Computed: GV01, SC01, RS01, RS02. Subjects that no registry lists yet (counties, prefectures …) stand as one row
-- a scope, without data.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={
        'window': 'month', 'partition': 'month_start',
        'record_types': ['centre_activity', 'recognition_activity', 'capacity', 'capacity_release']
    }
) }}
{% set types = ['centre_activity', 'recognition_activity', 'capacity', 'capacity_release'] %}
{% set facts = [
    'fct_centre_activity_daily', 'fct_recognition_daily', 'fct_capacity_daily', 'fct_capacity_release_daily'
] %}
with day_with_data as (
    {% for fact in facts %}
    select event_date
    from {{ ref(fact) }}
    where {{ touched_month_filter('event_date', types) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

data_month as (
    select {{ month_start('event_date') }} as month_start, max(event_date) as as_of_date, false as is_list_only
    from day_with_data
    group by {{ month_start('event_date') }}
),

-- the month in which the list of pilots was issued shows the pilots, whatever was reported
calendar as (
    select month_start, as_of_date, is_list_only
    from data_month
    union all
    select {{ month_start('t.due_date') }} as month_start, t.due_date as as_of_date, true as is_list_only
    from {{ ref('dim_policy_target') }} as t
    left join data_month as d on {{ month_start('t.due_date') }} = d.month_start
    where t.indicator_code = 'GV01' and d.month_start is null and {{ touched_month_filter('t.due_date', types) }}
),

subject as (
    select
        'city_group' as scope,
        'pilot' as subject_level,
        p.adcode as subject_id,
        p.city as subject_name,
        p.province as province_name,
        p.seq as pilot_seq
    from {{ ref('dim_pilot') }} as p
    union all
    select distinct
        t.scope,
        t.scope as subject_level,
        case when t.scope = 'national' then 'CN' else {{ missing() }} end as subject_id,
        case t.scope
            when 'national' then '全国'
            when 'county' then '各县(市、区)'
            when 'prefecture' then '各地市'
            when 'province' then '各省份'
            when 'region' then '各跨省区域'
            else t.scope
        end as subject_name,
        cast(null as varchar) as province_name,
        cast(null as bigint) as pilot_seq
    from {{ ref('dim_policy_target') }} as t
    where t.scope not in ('city_group', 'both')
),

due as (
    select
        t.target_key,
        t.indicator_code,
        t.target_op,
        t.target_num,
        t.target_den,
        t.effective_from,
        t.due_date,
        t.doc_key,
        t.target_basis,
        t.date_basis,
        t.is_assessed,
        s.subject_level,
        s.subject_id,
        s.subject_name,
        s.province_name,
        s.pilot_seq,
        c.month_start,
        c.as_of_date
    from {{ ref('dim_policy_target') }} as t
    inner join subject as s on case when t.scope = 'both' then 'city_group' else t.scope end = s.scope
    inner join calendar as c
        on
            (not c.is_list_only or t.indicator_code = 'GV01')
            and c.as_of_date >= coalesce(t.effective_from, date '1900-01-01')
),

-- RS01, RS02: ratio of sums over the leads of a pilot that report both sides
lead_month as (
    select f.*, f.lead_org_id as org_id, f.last_event_date as as_of_date
    from {{ ref('fct_lead_capacity_monthly') }} as f
    where {{ touched_month_filter('f.month_start', types) }}
),

lead_of as (
    {{ group_of_org('lead_month', ['lead']) }}
),

release_share as (
    select
        g.pilot_seq,
        f.month_start,
        sum(f.slots_comparable_released_count) as slots_num,
        sum(f.slots_comparable_total_count) as slots_den,
        sum(case when {{ is_one_bed_basis('f') }} then f.beds_comparable_released_count end) as beds_num,
        sum(case when {{ is_one_bed_basis('f') }} then f.beds_comparable_total_count end) as beds_den
    from lead_month as f
    inner join lead_of as l on f.org_id = l.org_id and f.month_start = l.month_start
    inner join {{ ref('dim_group') }} as g on l.group_id = g.group_id
    where g.pilot_seq is not null
    group by g.pilot_seq, f.month_start
),

-- SC01: operating kinds of the five, in the group of the pilot that has fewest; a pilot without any centre is silent
group_kinds as (
    select
        g.pilot_seq,
        g.group_id,
        k.month_start,
        count(c.centre_id) as centres,
        count(distinct case
            when c.status = 'operating' and c.centre_type in ('lab', 'imaging', 'ecg', 'pathology', 'cssd')
                then c.centre_type
        end) as kinds
    from {{ ref('dim_group') }} as g
    inner join data_month as k
        on g.valid_from <= k.as_of_date and coalesce(g.valid_to, date '9999-12-31') > k.as_of_date
    left join {{ ref('dim_centre') }} as c
        on
            g.group_id = c.group_id
            and k.as_of_date >= c.valid_from
            and k.as_of_date < coalesce(c.valid_to, date '9999-12-31')
    where g.group_type = 'city_group' and g.pilot_seq is not null
    group by g.pilot_seq, g.group_id, k.month_start
),

pilot_value as (
    select 'RS01' as indicator_code, pilot_seq, month_start, slots_num as value_num, slots_den as value_den
    from release_share
    union all
    select 'RS02' as indicator_code, pilot_seq, month_start, beds_num as value_num, beds_den as value_den
    from release_share
    union all
    select 'SC01' as indicator_code, pilot_seq, month_start, min(kinds) as value_num, 5 as value_den
    from group_kinds
    group by pilot_seq, month_start
    having sum(centres) > 0
),

list_value as (
    select 'GV01' as indicator_code, count(*) as value_num, 1 as value_den
    from {{ ref('dim_pilot') }}
),

valued as (
    select
        d.*,
        i.name_zh,
        i.subject,
        i.unit,
        cast(coalesce(n.value_num, v.value_num) as bigint) as value_num,
        cast(coalesce(n.value_den, v.value_den) as bigint) as value_den
    from due as d
    inner join {{ ref('dim_indicator') }} as i on d.indicator_code = i.indicator_code
    left join pilot_value as v
        on d.indicator_code = v.indicator_code and d.pilot_seq = v.pilot_seq and d.month_start = v.month_start
    left join list_value as n on d.indicator_code = n.indicator_code and d.subject_level = 'national'
),

-- whole numbers only: value_num / value_den against target_num / target_den, multiplied out
compared as (
    select
        v.*,
        case
            when v.value_num is null or v.value_den is null or v.value_den = 0 then null
            when v.target_op = '>=' then v.value_num * v.target_den >= v.value_den * v.target_num
            when v.target_op = '>' then v.value_num * v.target_den > v.value_den * v.target_num
            when v.target_op = '=' then v.value_num * v.target_den = v.value_den * v.target_num
            when v.target_op = '<=' then v.value_num * v.target_den <= v.value_den * v.target_num
            when v.target_op = '<' then v.value_num * v.target_den < v.value_den * v.target_num
        end as is_satisfied
    from valued as v
)

select
    cast(c.month_start as date) as month_start,
    cast(c.target_key as varchar) as target_key,
    cast(c.indicator_code as varchar) as indicator_code,
    cast(c.name_zh as varchar) as name_zh,
    cast(c.subject as varchar) as subject,
    cast(c.unit as varchar) as unit,
    cast(c.subject_level as varchar) as subject_level,
    cast(c.subject_id as varchar) as subject_id,
    cast(c.subject_name as varchar) as subject_name,
    cast(c.province_name as varchar) as province_name,
    cast(c.pilot_seq as bigint) as pilot_seq,
    cast(c.value_num as bigint) as value_num,
    cast(c.value_den as bigint) as value_den,
    cast(c.target_op as varchar) as target_op,
    cast(c.target_num as bigint) as target_num,
    cast(c.target_den as bigint) as target_den,
    cast(c.due_date as date) as due_date,
    cast(c.doc_key as varchar) as doc_key,
    cast(c.target_basis as varchar) as target_basis,
    cast(c.date_basis as varchar) as date_basis,
    cast(c.is_assessed as boolean) as is_assessed,
    cast(c.is_satisfied as boolean) as is_satisfied,
    cast(case
        when c.value_num is null or c.value_den is null or c.value_den = 0 then 'no_data'
        when not c.is_assessed then 'reference'
        when c.is_satisfied then 'met'
        when c.as_of_date < c.due_date then 'pending'
        else 'missed'
    end as varchar) as status,
    cast(c.as_of_date as date) as as_of_date
from compared as c
order by month_start nulls last
