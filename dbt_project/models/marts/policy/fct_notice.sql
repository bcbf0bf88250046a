-- Notices in all their versions: one row a notice and content. A version is told by the page's bytes; the first capture
-- of it stands for it. Blocked pages are no notices. Built whole: notices are few.
with page as (
    select
        n.*,
        row_number() over (
            partition by n.notice_id, n.content_sha256
            order by n.fetched_at nulls last, n.capture_id nulls last
        ) as capture_no,
        min(n.fetched_at) over (partition by n.notice_id, n.content_sha256) as first_fetched_at,
        max(n.fetched_at) over (partition by n.notice_id, n.content_sha256) as last_fetched_at
    from {{ ref('stg_notices__notice') }} as n
    where not n.is_blocked
),

notice_version as (
    select
        p.*,
        row_number() over (
            partition by p.notice_id
            order by
                p.last_fetched_at desc nulls last,
                p.first_fetched_at desc nulls last,
                p.content_sha256 asc nulls last
        ) as recency_no
    from page as p
    where p.capture_no = 1
)

select
    md5(v.notice_id || '|' || v.content_sha256) as notice_version_id,
    cast(v.notice_id as varchar) as notice_id,
    cast(v.content_sha256 as varchar) as content_sha256,
    cast(v.norm_sha256 as varchar) as norm_sha256,
    cast(v.capture_id as varchar) as capture_id,
    cast(v.source_id as varchar) as source_id,
    cast(v.url as varchar) as url,
    cast(v.parser_version as varchar) as parser_version,
    cast(v.title as varchar) as title,
    {{ date_or_null('v.publish_date_raw') }} as publish_date,
    cast(v.publish_time as varchar) as publish_time,
    cast(v.source_name as varchar) as source_name,
    cast(v.doc_number as varchar) as doc_number,
    cast(v.topics as varchar) as topics,
    cast(v.flags as varchar) as flags,
    cast(v.body as varchar) as body,
    cast(v.page_text as varchar) as page_text,
    cast(coalesce(v.is_relevant, false) as boolean) as is_relevant,
    cast(v.recency_no = 1 as boolean) as is_current,
    cast(v.first_fetched_at as timestamp) as first_fetched_at
from notice_version as v
