-- The characters at a fact's offsets are its evidence, and in the segment main they are in the body too.
select f.notice_id, f.fact_no
from {{ ref('fct_notice_fact') }} as f
inner join {{ ref('fct_notice') }} as n on f.notice_version_id = n.notice_version_id
where
    substr(n.page_text, f.start_offset + 1, f.end_offset - f.start_offset) <> f.evidence
    or (f.segment = 'main' and f.end_offset > length(n.body))
