-- Captures of a notice → its versions, one row a notice and text. A version is told by its text: other bytes around the
-- same title and body (navigation, footer, counters) are the same version, and counted. The first capture stands for it
-- and gives it its id, so that a better parser re-keys nothing. Blocked pages are no notices; a page that could not be
-- read is never the current version while another could.
with page as (
    select
        n.*,
        coalesce(n.flags, '') not like '%"parse_error"%' as is_read
    from {{ ref('stg_notices__notice') }} as n
    where not n.is_blocked
),

-- The same bytes are one text, also where two parsers read them differently: the newest reading counts.
content_text as (
    select
        notice_id,
        content_sha256,
        norm_sha256,
        is_read
    from (
        select
            p.*,
            row_number() over (
                partition by p.notice_id, p.content_sha256
                order by
                    case when p.is_read then 0 else 1 end asc nulls last,
                    p.parser_version desc nulls last,
                    p.fetched_at asc nulls last,
                    p.capture_id asc nulls last
            ) as reading_no
        from page as p
    ) as reading
    where reading_no = 1
),

version_page as (
    select
        p.notice_id,
        p.content_sha256,
        p.capture_id,
        p.fetched_at,
        t.norm_sha256 as version_norm_sha256,
        t.is_read,
        row_number() over (
            partition by p.notice_id, t.norm_sha256, t.is_read
            order by p.fetched_at nulls last, p.capture_id nulls last
        ) as capture_no
    from page as p
    inner join content_text as t on p.notice_id = t.notice_id and p.content_sha256 = t.content_sha256
),

counted as (
    select
        notice_id,
        version_norm_sha256,
        is_read,
        count(distinct content_sha256) as contents_count,
        min(fetched_at) as first_fetched_at,
        max(fetched_at) as last_fetched_at
    from version_page
    group by notice_id, version_norm_sha256, is_read
)

select
    n.*,
    v.version_norm_sha256,
    v.is_read,
    md5(n.notice_id || '|' || n.content_sha256) as notice_version_id,
    c.contents_count,
    c.first_fetched_at,
    c.last_fetched_at,
    row_number() over (
        partition by n.notice_id
        order by c.first_fetched_at nulls last, n.content_sha256 nulls last
    ) as version_no,
    row_number() over (
        partition by n.notice_id
        order by
            case when v.is_read then 0 else 1 end asc nulls last,
            c.last_fetched_at desc nulls last,
            c.first_fetched_at desc nulls last,
            n.content_sha256 asc nulls last
    ) as recency_no
from version_page as v
inner join counted as c
    on v.notice_id = c.notice_id and v.version_norm_sha256 = c.version_norm_sha256 and v.is_read = c.is_read
inner join {{ ref('stg_notices__notice') }} as n on v.capture_id = n.capture_id
where v.capture_no = 1
