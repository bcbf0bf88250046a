-- How much the notices hold in all.
select
    count(*) as notices_count,
    count(case when f.facts_count > 0 then 1 end) as with_facts_count,
    coalesce(sum(f.facts_count), 0) as facts_count
from fct_notice as n
left join (
    select notice_version_id, count(*) as facts_count
    from fct_notice_fact
    where not is_rejected
    group by notice_version_id
) as f on n.notice_version_id = f.notice_version_id
where n.is_current
