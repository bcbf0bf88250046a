-- A row's code lies in its province, a printed province that was corrected is another one, and the characters at the
-- row's offsets are its evidence, in the body.
select p.notice_id, p.place_no, 'province' as finding
from {{ ref('fct_notice_place') }} as p
where p.adcode is not null and substr(p.adcode, 1, 2) || '0000' <> p.province_adcode

union all

select p.notice_id, p.place_no, 'correction' as finding
from {{ ref('fct_notice_place') }} as p
where p.correction = 'province_wrong' and (p.province_raw = p.province or p.adcode is null)

union all

select p.notice_id, p.place_no, 'evidence' as finding
from {{ ref('fct_notice_place') }} as p
inner join {{ ref('fct_notice') }} as n on p.notice_version_id = n.notice_version_id
where
    substr(n.page_text, p.start_offset + 1, p.end_offset - p.start_offset) <> p.evidence
    or p.end_offset > length(n.body)
