-- Facts and statements of every notice version, each with the characters that prove it. What a reviewer corrected
-- stands beside what was read (`_raw`), with the correction's id. Built whole: notices are few.
with correction as (
    {{ corrections_of('fact', ['value', 'value_max', 'unit', 'comparator', 'fact_date', 'adcode', 'is_rejected']) }}
)

select
    cast(v.notice_version_id as varchar) as notice_version_id,
    cast(f.fact_no as bigint) as fact_no,
    cast(v.notice_id as varchar) as notice_id,
    cast(v.content_sha256 as varchar) as content_sha256,
    cast(v.capture_id as varchar) as capture_id,
    cast(f.parser_version as varchar) as parser_version,
    cast(f.is_statement as boolean) as is_statement,
    cast(f.indicator as varchar) as indicator,
    cast(f.indicator_code as varchar) as indicator_code,
    cast(f.subject as varchar) as subject,
    cast(f.geography as varchar) as geography,
    cast(coalesce(c.adcode, f.adcode) as varchar) as adcode,
    cast(f.adcode as varchar) as adcode_raw,
    cast(coalesce({{ number_or_null('c.value') }}, f.value) as double) as value,
    cast(f.value as double) as value_raw,
    cast(coalesce({{ number_or_null('c.value_max') }}, f.value_max) as double) as value_max,
    cast(f.value_max as double) as value_max_raw,
    cast(f.value_text as varchar) as value_text,
    cast(f.numerator as bigint) as numerator,
    cast(f.denominator as bigint) as denominator,
    cast(coalesce(c.unit, f.unit) as varchar) as unit,
    cast(f.unit as varchar) as unit_raw,
    cast(coalesce(c.comparator, f.comparator) as varchar) as comparator,
    cast(f.comparator as varchar) as comparator_raw,
    cast(f.fact_date_raw as varchar) as fact_date_raw,
    {{ date_or_null('coalesce(c.fact_date, f.fact_date_raw)') }} as fact_date,
    cast(f.date_precision as varchar) as date_precision,
    cast(f.fact_kind as varchar) as fact_kind,
    cast(f.topic as varchar) as topic,
    cast(f.segment as varchar) as segment,
    cast(f.trust as varchar) as trust,
    cast(f.evidence as varchar) as evidence,
    cast(f.start_offset as bigint) as start_offset,
    cast(f.end_offset as bigint) as end_offset,
    cast(f.raw_start_offset as bigint) as raw_start_offset,
    cast(f.raw_end_offset as bigint) as raw_end_offset,
    cast(coalesce(c.is_rejected, 'false') = 'true' as boolean) as is_rejected,
    cast(c.correction_id as varchar) as correction_id
from {{ ref('stg_notices__notice_fact') }} as f
inner join {{ ref('fct_notice') }} as v on f.capture_id = v.capture_id
left join correction as c on f.capture_id = c.capture_id and f.fact_no = c.item_no
