-- Every target with its document, and its subjects by status in the month asked for (else in the target's last month).
with chosen as (
    select
        target_key,
        coalesce(max(case when month_start <= cast($month as date) then month_start end), max(month_start)) as month_start
    from mart_target_attainment
    group by target_key
),

counted as (
    select
        a.target_key,
        a.month_start,
        max(a.as_of_date) as as_of_date,
        max(a.subject_level) as subject_level,
        count(*) as subjects_count,
        sum(case when a.status = 'met' then 1 else 0 end) as met,
        sum(case when a.status = 'missed' then 1 else 0 end) as missed,
        sum(case when a.status = 'pending' then 1 else 0 end) as pending,
        sum(case when a.status = 'no_data' then 1 else 0 end) as no_data,
        sum(case when a.status = 'reference' then 1 else 0 end) as reference,
        sum(case when a.is_satisfied then 1 else 0 end) as satisfied,
        max(case when a.subject_level <> 'pilot' then a.value_num end) as value_num,
        max(case when a.subject_level <> 'pilot' then a.value_den end) as value_den
    from mart_target_attainment as a
    inner join chosen as c on a.target_key = c.target_key and a.month_start = c.month_start
    group by a.target_key, a.month_start
)

select
    t.indicator_code,
    i.name_zh,
    i.subject,
    i.unit,
    t.scope,
    t.target_op,
    t.target_num,
    t.target_den,
    t.due_date,
    t.effective_from,
    t.target_basis,
    t.date_basis,
    t.is_assessed,
    coalesce(t.doc_raw, d.doc_no, d.title) as doc_text,
    d.title as doc_title,
    c.as_of_date,
    c.subject_level,
    coalesce(c.subjects_count, 0) as subjects_count,
    coalesce(c.met, 0) as met,
    coalesce(c.missed, 0) as missed,
    coalesce(c.pending, 0) as pending,
    coalesce(c.no_data, 0) as no_data,
    coalesce(c.reference, 0) as reference,
    coalesce(c.satisfied, 0) as satisfied,
    c.value_num,
    c.value_den
from dim_policy_target as t
inner join dim_indicator as i on t.indicator_code = i.indicator_code
left join dim_policy_doc as d on t.doc_key = d.doc_key
left join counted as c on t.target_key = c.target_key
order by
    case when c.subjects_count > c.no_data then 0 else 1 end, t.indicator_code, t.scope, t.due_date nulls last,
    t.target_key
