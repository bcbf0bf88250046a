-- Is a notice still there? One row a notice. An address that answered 404 or 410 on two days since it was last seen is
-- gone; a notice is withdrawn when every address that is still asked for is gone. An address that was asked for last
-- before another of the same notice was first asked for has been replaced by that one and no longer counts. Seen again,
-- a notice is no longer withdrawn: all of this is read from the capture log anew each time.
with attempt as (
    select
        document_key as notice_id,
        url,
        capture_id,
        finished_at,
        cast(finished_at as date) as asked_date,
        outcome
    from {{ ref('stg_ops__capture') }}
    where role = 'document' and kind = 'notices'
),

asked as (
    select
        notice_id,
        url,
        min(finished_at) as first_asked_at,
        max(finished_at) as last_asked_at,
        max(
            case when outcome in ('new', 'changed', 'unchanged', 'not_modified') then finished_at end
        ) as last_seen_at
    from attempt
    group by notice_id, url
),

newest as (
    select notice_id, max(first_asked_at) as first_asked_at
    from asked
    group by notice_id
),

missing_day as (
    select
        t.notice_id,
        t.url,
        t.asked_date as missing_date,
        t.capture_id,
        row_number() over (
            partition by t.notice_id, t.url, t.asked_date order by t.finished_at nulls last, t.capture_id nulls last
        ) as attempt_no,
        dense_rank() over (partition by t.notice_id, t.url order by t.asked_date nulls last) as day_no
    from attempt as t
    inner join asked as s on t.notice_id = s.notice_id and t.url = s.url
    where t.outcome = 'missing' and t.finished_at > s.last_seen_at
),

gone as (
    select
        notice_id,
        url,
        max(case when day_no = 2 then missing_date end) as withdrawn_date,
        max(case when day_no = 1 then capture_id end) as missing_capture_id,
        max(case when day_no = 2 then capture_id end) as withdrawn_capture_id
    from missing_day
    where attempt_no = 1 and day_no <= 2
    group by notice_id, url
),

judged as (
    select
        s.notice_id,
        g.withdrawn_date,
        g.missing_capture_id,
        g.withdrawn_capture_id,
        row_number() over (
            partition by s.notice_id
            order by
                case when g.withdrawn_date is null then 0 else 1 end asc nulls last,
                g.withdrawn_date desc nulls last,
                s.url asc nulls last
        ) as judgement_no
    from asked as s
    inner join newest as n on s.notice_id = n.notice_id and s.last_asked_at >= n.first_asked_at
    left join gone as g on s.notice_id = g.notice_id and s.url = g.url
)

select
    notice_id,
    withdrawn_date is not null as is_withdrawn,
    withdrawn_date,
    case when withdrawn_date is not null then missing_capture_id end as missing_capture_id,
    case when withdrawn_date is not null then withdrawn_capture_id end as withdrawn_capture_id
from judged
where judgement_no = 1
