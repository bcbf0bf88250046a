-- The latest notices from which no fact was drawn.
select n.title, n.publish_date, n.source_name, n.url, n.content_sha256, n.flags
from fct_notice as n
left join fct_notice_fact as f on n.notice_version_id = f.notice_version_id and not f.is_rejected
where n.is_current and f.notice_version_id is null
order by n.publish_date desc nulls last, n.notice_version_id
limit $most
