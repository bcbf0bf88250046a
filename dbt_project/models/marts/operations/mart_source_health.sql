-- Sources as the engineers watch them: the last attempt, the last answer, the last new content, and what was loaded.
-- Two clocks are held against source.yml as of the refresh (checked_at): since the source last answered with the
-- document, and since its content last changed; a notice's content is its text, not the page around it. No clock is
-- asked here.
with attempt as (
    select
        c.*,
        row_number() over (
            partition by c.source_id order by c.finished_at desc nulls last, c.capture_id desc nulls last
        ) as recency_no
    from {{ ref('stg_ops__capture') }} as c
),

fetched as (
    select
        source_id,
        max(kind) as source_kind,
        max(finished_at) as last_attempt_at,
        max(
            case when outcome in ('new', 'changed', 'unchanged', 'not_modified') then finished_at end
        ) as last_answer_at,
        max(
            case when outcome in ('new', 'changed') and role = 'document' then finished_at end
        ) as last_new_content_at,
        max(case when recency_no = 1 then outcome end) as last_outcome,
        max(case when recency_no = 1 then error end) as last_error,
        count(*) as attempts_count,
        sum(case when outcome = 'error' then 1 else 0 end) as errors_count,
        sum(case when outcome = 'blocked' then 1 else 0 end) as blocked_count,
        sum(case when outcome in ('suspect', 'refused') then 1 else 0 end) as refused_count
    from attempt
    group by source_id
),

loaded as (
    select
        source_id,
        count(*) as files_count,
        sum(rows_accepted_count) as rows_accepted_count,
        sum(rows_rejected_count) as rows_rejected_count,
        max(received_at) as last_received_at
    from {{ ref('fct_feed_load') }}
    group by source_id
),

set_aside as (
    select source_id, count(*) as set_aside_count
    from {{ ref('fct_feed_set_aside') }}
    group by source_id
),

published as (
    select source_id, max(event_date) as last_event_date
    from (
        select source_id, event_date from {{ ref('fct_centre_activity_daily') }}
        union all
        select source_id, event_date from {{ ref('fct_recognition_daily') }}
        union all
        select source_id, event_date from {{ ref('fct_capacity_daily') }}
        union all
        select source_id, event_date from {{ ref('fct_capacity_release_daily') }}
    ) as fact
    group by source_id
),

text_changed as (
    select
        notice_id,
        max(fetched_at) as last_changed_at
    from {{ ref('fct_notice_change') }}
    group by notice_id
),

text_news as (
    select
        n.source_id,
        max(greatest(n.first_fetched_at, coalesce(c.last_changed_at, n.first_fetched_at))) as last_new_text_at
    from {{ ref('fct_notice') }} as n
    left join text_changed as c on n.notice_id = c.notice_id
    group by n.source_id
),

noticed as (
    select source_id, count(*) as notices_count, max(publish_date) as last_publish_date
    from {{ ref('fct_notice') }}
    where is_current
    group by source_id
),

source as (
    select source_id from fetched
    union
    select source_id from loaded
    union
    select source_id from {{ ref('stg_ops__source') }}
),

clocked as (
    select
        s.source_id,
        o.checked_at,
        o.answer_warn_before,
        o.answer_error_before,
        o.change_warn_before,
        o.change_error_before,
        coalesce(f.source_kind, o.kind) as source_kind,
        f.last_answer_at,
        coalesce(t.last_new_text_at, f.last_new_content_at) as last_new_content_at
    from source as s
    left join fetched as f on s.source_id = f.source_id
    left join text_news as t on s.source_id = t.source_id
    left join {{ ref('stg_ops__source') }} as o on s.source_id = o.source_id
)

select
    cast(s.source_id as varchar) as source_id,
    cast(s.source_kind as varchar) as source_kind,
    cast(s.checked_at as timestamp) as checked_at,
    cast(f.last_attempt_at as timestamp) as last_attempt_at,
    cast(s.last_answer_at as timestamp) as last_answer_at,
    cast(s.last_new_content_at as timestamp) as last_new_content_at,
    cast(
        case
            when s.checked_at is null then 'not set'
            when s.last_answer_at is null then 'never'
            when s.last_answer_at < s.answer_error_before then 'error'
            when s.last_answer_at < s.answer_warn_before then 'warn'
            else 'ok'
        end as varchar
    ) as answer_freshness,
    cast(
        case
            when s.change_warn_before is null and s.change_error_before is null then 'not set'
            when s.last_new_content_at is null then 'never'
            when s.last_new_content_at < s.change_error_before then 'error'
            when s.last_new_content_at < s.change_warn_before then 'warn'
            else 'ok'
        end as varchar
    ) as change_freshness,
    cast(f.last_outcome as varchar) as last_outcome,
    cast(f.last_error as varchar) as last_error,
    cast(coalesce(f.attempts_count, 0) as bigint) as attempts_count,
    cast(coalesce(f.errors_count, 0) as bigint) as errors_count,
    cast(coalesce(f.blocked_count, 0) as bigint) as blocked_count,
    cast(coalesce(f.refused_count, 0) as bigint) as refused_count,
    cast(coalesce(l.files_count, 0) as bigint) as files_count,
    cast(coalesce(l.rows_accepted_count, 0) as bigint) as rows_accepted_count,
    cast(coalesce(l.rows_rejected_count, 0) as bigint) as rows_rejected_count,
    cast(coalesce(a.set_aside_count, 0) as bigint) as set_aside_count,
    cast(coalesce(n.notices_count, 0) as bigint) as notices_count,
    cast(l.last_received_at as timestamp) as last_received_at,
    cast(p.last_event_date as date) as last_event_date,
    cast(n.last_publish_date as date) as last_publish_date
from clocked as s
left join fetched as f on s.source_id = f.source_id
left join loaded as l on s.source_id = l.source_id
left join set_aside as a on s.source_id = a.source_id
left join published as p on s.source_id = p.source_id
left join noticed as n on s.source_id = n.source_id
