-- How much the notices hold in all.
select
    (select count(*) from fct_notice where is_current) as notices_count,
    (select count(*) from fct_notice) as versions_count,
    (
        select count(*)
        from fct_notice_fact as f
        inner join fct_notice as n on f.notice_version_id = n.notice_version_id
        where n.is_current
    ) as facts_count
