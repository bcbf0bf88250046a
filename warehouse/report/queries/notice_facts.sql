-- Facts and statements of one notice version, in the order of the page.
select
    f.fact_no,
    f.is_statement,
    f.indicator,
    i.name_zh as indicator_name,
    f.indicator_code,
    f.subject,
    f.geography,
    f.value,
    f.value_max,
    f.value_text,
    f.numerator,
    f.denominator,
    f.unit,
    f.comparator,
    f.fact_date_raw,
    f.date_precision,
    f.fact_kind,
    f.segment,
    f.trust,
    f.evidence,
    f.start_offset,
    f.end_offset
from fct_notice_fact as f
left join dim_indicator as i on f.indicator_code = i.indicator_code
where f.notice_version_id = $version and not f.is_rejected
order by f.fact_no
