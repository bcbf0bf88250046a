-- The latest notices on the project's subjects: with facts or judged relevant.
select
    n.notice_version_id,
    n.content_sha256,
    n.url,
    n.title,
    n.publish_date,
    n.source_name,
    n.doc_number,
    n.flags,
    count(f.fact_no) as facts_count
from fct_notice as n
left join fct_notice_fact as f on n.notice_version_id = f.notice_version_id
where n.is_current
group by all
order by n.publish_date desc nulls last, count(f.fact_no) desc, n.notice_version_id
limit $most
