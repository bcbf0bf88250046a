-- Rows of the lists of places that notices print: what is printed, the region that its name proves, and what the print
-- has wrong. A name that proves none has no adcode and a flag; a reviewer may give one. Built whole: notices are few.
with correction as (
    {{ corrections_of('place', ['adcode']) }}
),

region as (
    select
        d.*,
        row_number() over (partition by d.adcode order by d.valid_from desc nulls last) as recency_no
    from {{ ref('dim_region') }} as d
    where d.adcode is not null
),

province as (
    select adcode, name
    from {{ ref('dim_region') }}
    where level = 'province'
)

select
    cast(v.notice_version_id as varchar) as notice_version_id,
    cast(p.place_no as bigint) as place_no,
    cast(v.notice_id as varchar) as notice_id,
    cast(v.content_sha256 as varchar) as content_sha256,
    cast(v.capture_id as varchar) as capture_id,
    cast(p.parser_version as varchar) as parser_version,
    cast(p.list_no as bigint) as list_no,
    cast(p.row_no as bigint) as row_no,
    cast(p.province_raw as varchar) as province_raw,
    cast(p.city_raw as varchar) as city_raw,
    cast(case when c.adcode is null then p.province else w.name end as varchar) as province,
    cast(case when c.adcode is null then p.name else r.name end as varchar) as name,
    cast(coalesce(c.adcode, p.adcode) as varchar) as adcode,
    cast(p.adcode as varchar) as adcode_raw,
    cast(case when c.adcode is null then p.province_adcode else r.province_adcode end as varchar) as province_adcode,
    cast(
        case when c.adcode is null then p.report_province_code else r.report_province_code end as varchar
    ) as report_province_code,
    cast(case when c.adcode is null then p.level else r.level end as varchar) as level,
    cast(case when c.adcode is null then p.mapping_method else 'review' end as varchar) as mapping_method,
    cast(p.correction as varchar) as correction,
    cast(p.correction_reason as varchar) as correction_reason,
    cast(p.flags as varchar) as flags,
    cast(p.evidence as varchar) as evidence,
    cast(p.start_offset as bigint) as start_offset,
    cast(p.end_offset as bigint) as end_offset,
    cast(p.raw_start_offset as bigint) as raw_start_offset,
    cast(p.raw_end_offset as bigint) as raw_end_offset,
    cast(c.correction_id as varchar) as correction_id
from {{ ref('stg_notices__notice_place') }} as p
inner join {{ ref('fct_notice') }} as v on p.capture_id = v.capture_id
left join correction as c on p.capture_id = c.capture_id and p.place_no = c.item_no
left join region as r on c.adcode = r.adcode and r.recency_no = 1
left join province as w on r.province_adcode = w.adcode
