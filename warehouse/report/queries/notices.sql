-- The latest notices that state facts.
select
    n.notice_version_id,
    n.content_sha256,
    n.url,
    n.title,
    n.publish_date,
    n.source_name,
    n.doc_number,
    n.flags,
    count(*) as facts_count
from fct_notice as n
inner join fct_notice_fact as f on n.notice_version_id = f.notice_version_id
where n.is_current and not f.is_rejected
group by all
order by n.publish_date desc nulls last, n.notice_version_id
limit $most
