-- Facts and statements of one notice version, in the order of the page.
select
    fact_no, is_statement, indicator, indicator_code, subject, geography, value, value_max, value_text, numerator,
    denominator, unit, comparator, fact_date_raw, date_precision, fact_kind, segment, trust, evidence, start_offset,
    end_offset
from fct_notice_fact
where notice_version_id = $version
order by fact_no
