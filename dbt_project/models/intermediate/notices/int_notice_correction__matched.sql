-- The reviewer's corrections beside what the parser read: one row a corrected field of a fact, a row of places or a
-- notice. The only model that reads the seed; the fct_ models take from here what it says.
--
-- A correction finds its item by what stays when a parser changes: the notice, the indicator, characters that stand in
-- the evidence, and the value that was read. Where any of them is no longer there it matches nothing and is_orphaned.
-- Of two corrections of one field the one reviewed last counts.
with item as (
    select
        'fact' as target_type,
        capture_id,
        fact_no as item_no,
        notice_id,
        indicator,
        evidence,
        cast(value as varchar) as value_said,
        cast(value_max as varchar) as value_max_said,
        unit as unit_said,
        comparator as comparator_said,
        fact_date_raw as fact_date_said,
        adcode as adcode_said,
        cast(null as varchar) as title_said,
        cast(null as varchar) as publish_date_said,
        cast(null as varchar) as doc_number_said
    from {{ ref('stg_notices__notice_fact') }}

    union all

    select
        'place' as target_type,
        capture_id,
        place_no as item_no,
        notice_id,
        cast(null as varchar) as indicator,
        evidence,
        cast(null as varchar) as value_said,
        cast(null as varchar) as value_max_said,
        cast(null as varchar) as unit_said,
        cast(null as varchar) as comparator_said,
        cast(null as varchar) as fact_date_said,
        adcode as adcode_said,
        cast(null as varchar) as title_said,
        cast(null as varchar) as publish_date_said,
        cast(null as varchar) as doc_number_said
    from {{ ref('stg_notices__notice_place') }}

    union all

    select
        'notice' as target_type,
        capture_id,
        0 as item_no,
        notice_id,
        cast(null as varchar) as indicator,
        page_text as evidence,
        cast(null as varchar) as value_said,
        cast(null as varchar) as value_max_said,
        cast(null as varchar) as unit_said,
        cast(null as varchar) as comparator_said,
        cast(null as varchar) as fact_date_said,
        cast(null as varchar) as adcode_said,
        title as title_said,
        publish_date_raw as publish_date_said,
        doc_number as doc_number_said
    from {{ ref('stg_notices__notice') }}
),

beside as (
    select
        c.*,
        i.capture_id,
        i.item_no,
        case
            when c.field = 'value' then i.value_said
            when c.field = 'value_max' then i.value_max_said
            when c.field = 'unit' then i.unit_said
            when c.field = 'comparator' then i.comparator_said
            when c.field = 'fact_date' then i.fact_date_said
            when c.field = 'adcode' then i.adcode_said
            when c.field = 'title' then i.title_said
            when c.field = 'publish_date' then i.publish_date_said
            when c.field = 'doc_number' then i.doc_number_said
        end as raw_value
    from {{ ref('notice_correction') }} as c
    inner join item as i
        on
            c.target_type = i.target_type
            and c.notice_id = i.notice_id
            and coalesce(c.indicator, i.indicator, '') = coalesce(i.indicator, '')
    where c.quote is null or instr(i.evidence, c.quote) > 0
),

matched as (
    select
        b.*,
        row_number() over (
            partition by b.target_type, b.capture_id, b.item_no, b.field
            order by b.reviewed_date desc nulls last, b.correction_id desc nulls last
        ) as choice_no
    from beside as b
    where
        b.field in ('is_rejected', 'is_confirmed')
        or coalesce(b.raw_value, '') = coalesce(b.value_was, '')
        or {{ number_or_null('b.raw_value') }} = {{ number_or_null('b.value_was') }}
),

told as (
    select
        target_type,
        capture_id,
        item_no,
        field,
        raw_value,
        value,
        correction_id,
        notice_id,
        indicator,
        quote,
        value_was,
        reason,
        link,
        reviewer,
        reviewed_date,
        false as is_orphaned
    from matched
    where choice_no = 1

    union all

    select
        c.target_type,
        {{ missing() }} as capture_id,
        row_number() over (order by c.correction_id nulls last, c.field nulls last, c.quote nulls last) as item_no,
        c.field,
        cast(null as varchar) as raw_value,
        c.value,
        c.correction_id,
        c.notice_id,
        c.indicator,
        c.quote,
        c.value_was,
        c.reason,
        c.link,
        c.reviewer,
        c.reviewed_date,
        true as is_orphaned
    from {{ ref('notice_correction') }} as c
    left join (select distinct correction_id from matched) as m on c.correction_id = m.correction_id
    where m.correction_id is null
)

select
    cast(target_type as varchar) as target_type,
    cast(capture_id as varchar) as capture_id,
    cast(item_no as bigint) as item_no,
    cast(field as varchar) as field,
    cast(raw_value as varchar) as raw_value,
    cast(value as varchar) as value,
    cast(correction_id as varchar) as correction_id,
    cast(notice_id as varchar) as notice_id,
    cast(indicator as varchar) as indicator,
    cast(quote as varchar) as quote,
    cast(value_was as varchar) as value_was,
    cast(reason as varchar) as reason,
    cast(link as varchar) as link,
    cast(reviewer as varchar) as reviewer,
    cast(reviewed_date as date) as reviewed_date,
    cast(is_orphaned as boolean) as is_orphaned
from told
