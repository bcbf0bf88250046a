-- What a person should look at: flags of notices, facts of low trust, rows of places that prove no region or whose
-- print is wrong, and corrections that match nothing any more. What flags mean, and which need a person, says the seed
-- review_reason; a flag that it does not know needs one. Current versions only.
with notice as (
    select * from {{ ref('fct_notice') }} where is_current
),

flagged_notice as (
    {{ json_texts('notice', 'flags') }}
),

place as (
    select p.*
    from {{ ref('fct_notice_place') }} as p
    inner join notice as n on p.notice_version_id = n.notice_version_id
),

flagged_place as (
    {{ json_texts('place', 'flags') }}
),

doubtful_place as (
    select notice_version_id, notice_id, place_no, evidence, province_raw, city_raw, item_text as reason
    from flagged_place
    union all
    select notice_version_id, notice_id, place_no, evidence, province_raw, city_raw, correction as reason
    from place
    where correction is not null
),

reviewed as (
    select
        notice_version_id,
        target_type,
        item_no,
        min(correction_id) as correction_id,
        max(case
            when field = 'is_rejected' and corrected_value = 'true' then 2
            when field = 'is_confirmed' then 1
            else 0
        end) as word
    from {{ ref('fct_notice_correction') }}
    group by notice_version_id, target_type, item_no
),

finding as (
    select
        'notice' as target_type,
        notice_version_id,
        notice_id,
        0 as item_no,
        item_text as reason,
        cast(null as varchar) as indicator,
        cast(null as varchar) as evidence,
        cast(null as varchar) as value_text,
        cast(null as varchar) as correction_id
    from flagged_notice

    union all

    select
        'fact' as target_type,
        f.notice_version_id,
        f.notice_id,
        f.fact_no as item_no,
        'low_trust' as reason,
        f.indicator,
        f.evidence,
        coalesce(f.value_text, cast(f.value_raw as varchar)) as value_text,
        cast(null as varchar) as correction_id
    from {{ ref('fct_notice_fact') }} as f
    inner join notice as n on f.notice_version_id = n.notice_version_id
    where f.trust = 'low'

    union all

    select
        'place' as target_type,
        notice_version_id,
        notice_id,
        place_no as item_no,
        reason,
        cast(null as varchar) as indicator,
        evidence,
        coalesce(province_raw, '') || ' ' || city_raw as value_text,
        cast(null as varchar) as correction_id
    from doubtful_place

    union all

    select
        target_type,
        {{ missing() }} as notice_version_id,
        notice_id,
        item_no,
        'orphaned_correction' as reason,
        indicator,
        quote as evidence,
        field || ': ' || coalesce(value_was, '') || ' -> ' || coalesce(value, '') as value_text,
        correction_id
    from {{ ref('int_notice_correction__matched') }}
    where is_orphaned
)

select
    cast(f.target_type as varchar) as target_type,
    cast(f.notice_version_id as varchar) as notice_version_id,
    cast(f.notice_id as varchar) as notice_id,
    cast(f.item_no as bigint) as item_no,
    cast(f.reason as varchar) as reason,
    cast(w.meaning as varchar) as meaning,
    cast(f.indicator as varchar) as indicator,
    cast(f.evidence as varchar) as evidence,
    cast(f.value_text as varchar) as value_text,
    cast(
        case
            when r.word = 2 then 'rejected'
            when r.word = 1 then 'confirmed'
            when r.word = 0 then 'corrected'
            when f.reason in ('province_wrong', 'prefecture_wrong') then 'proven'
            else 'open'
        end as varchar
    ) as review_status,
    cast(coalesce(r.correction_id, f.correction_id) as varchar) as correction_id,
    cast(n.source_id as varchar) as source_id,
    cast(n.url as varchar) as url,
    cast(n.title as varchar) as title,
    cast(n.first_fetched_at as timestamp) as first_fetched_at
from finding as f
left join {{ ref('review_reason') }} as w on f.reason = w.reason
left join notice as n on f.notice_version_id = n.notice_version_id
left join reviewed as r
    on f.notice_version_id = r.notice_version_id and f.target_type = r.target_type and f.item_no = r.item_no
where coalesce(w.is_to_review, true)
