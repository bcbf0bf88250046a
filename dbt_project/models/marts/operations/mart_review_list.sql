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
    select p.*, n.source_id, n.url, n.title, n.first_fetched_at
    from {{ ref('fct_notice_place') }} as p
    inner join notice as n on p.notice_version_id = n.notice_version_id
),

flagged_place as (
    {{ json_texts('place', 'flags') }}
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
        source_id,
        url,
        title,
        first_fetched_at
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
        n.source_id,
        n.url,
        n.title,
        n.first_fetched_at
    from {{ ref('fct_notice_fact') }} as f
    inner join notice as n on f.notice_version_id = n.notice_version_id
    where f.trust = 'low'

    union all

    select
        'place' as target_type,
        notice_version_id,
        notice_id,
        place_no as item_no,
        item_text as reason,
        cast(null as varchar) as indicator,
        evidence,
        coalesce(province_raw, '') || ' ' || city_raw as value_text,
        source_id,
        url,
        title,
        first_fetched_at
    from flagged_place

    union all

    select
        'place' as target_type,
        notice_version_id,
        notice_id,
        place_no as item_no,
        correction as reason,
        cast(null as varchar) as indicator,
        evidence,
        coalesce(province_raw, '') || ' ' || city_raw as value_text,
        source_id,
        url,
        title,
        first_fetched_at
    from place
    where correction is not null
),

judged as (
    select f.*, w.meaning
    from finding as f
    left join {{ ref('review_reason') }} as w on f.reason = w.reason
    where coalesce(w.is_to_review, true)
)

select
    cast(j.target_type as varchar) as target_type,
    cast(j.notice_version_id as varchar) as notice_version_id,
    cast(j.notice_id as varchar) as notice_id,
    cast(j.item_no as bigint) as item_no,
    cast(j.reason as varchar) as reason,
    cast(j.meaning as varchar) as meaning,
    cast(j.indicator as varchar) as indicator,
    cast(j.evidence as varchar) as evidence,
    cast(j.value_text as varchar) as value_text,
    cast(
        case
            when r.word = 2 then 'rejected'
            when r.word = 1 then 'confirmed'
            when r.word = 0 then 'corrected'
            when j.reason in ('province_wrong', 'prefecture_wrong') then 'proven'
            else 'open'
        end as varchar
    ) as review_status,
    cast(r.correction_id as varchar) as correction_id,
    cast(j.source_id as varchar) as source_id,
    cast(j.url as varchar) as url,
    cast(j.title as varchar) as title,
    cast(j.first_fetched_at as timestamp) as first_fetched_at
from judged as j
left join reviewed as r
    on j.notice_version_id = r.notice_version_id and j.target_type = r.target_type and j.item_no = r.item_no

union all

select
    cast(o.target_type as varchar) as target_type,
    cast({{ missing() }} as varchar) as notice_version_id,
    cast(o.notice_id as varchar) as notice_id,
    cast(o.item_no as bigint) as item_no,
    cast('orphaned_correction' as varchar) as reason,
    cast(w.meaning as varchar) as meaning,
    cast(o.indicator as varchar) as indicator,
    cast(o.quote as varchar) as evidence,
    cast(o.field || ': ' || coalesce(o.value_was, '') || ' -> ' || coalesce(o.value, '') as varchar) as value_text,
    cast('open' as varchar) as review_status,
    cast(o.correction_id as varchar) as correction_id,
    cast(null as varchar) as source_id,
    cast(null as varchar) as url,
    cast(null as varchar) as title,
    cast(null as timestamp) as first_fetched_at
from {{ ref('int_notice_correction__matched') }} as o
left join {{ ref('review_reason') }} as w on w.reason = 'orphaned_correction'
where o.is_orphaned
