-- What reviewers corrected, field by field, with the value that was read beside theirs, their reason and their link.
select
    cast(v.notice_version_id as varchar) as notice_version_id,
    cast(c.target_type as varchar) as target_type,
    cast(c.item_no as bigint) as item_no,
    cast(c.field as varchar) as field,
    cast(v.notice_id as varchar) as notice_id,
    cast(c.raw_value as varchar) as raw_value,
    cast(c.value as varchar) as corrected_value,
    cast(c.correction_id as varchar) as correction_id,
    cast(c.reason as varchar) as reason,
    cast(c.link as varchar) as link,
    cast(c.reviewer as varchar) as reviewer,
    cast(c.reviewed_date as date) as reviewed_date
from {{ ref('int_notice_correction__matched') }} as c
inner join {{ ref('fct_notice') }} as v on c.capture_id = v.capture_id
