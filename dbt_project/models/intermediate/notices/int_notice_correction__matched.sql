-- The reviewer's corrections beside what the parser read: one row a corrected field of a fact, a row of places or a
-- notice. The only model that reads the seed; the fct_ models take from here what it says.
--
-- A correction finds its item by what stays when a parser changes: the notice, the indicator, characters that stand in
-- the evidence, and the value that was read. Where any of them is no longer there it matches nothing and is_orphaned.
-- Of two corrections of one field the one reviewed last counts.
{% set items = {
    'fact': {
        'relation': ref('stg_notices__notice_fact'), 'item_no': 'fact_no', 'indicator': 'indicator',
        'evidence': 'evidence',
        'read': {
            'value': 'value', 'value_max': 'value_max', 'unit': 'unit', 'comparator': 'comparator',
            'fact_date': 'fact_date_raw', 'adcode': 'adcode'
        }
    },
    'place': {
        'relation': ref('stg_notices__notice_place'), 'item_no': 'place_no', 'indicator': 'null',
        'evidence': 'evidence', 'read': {'adcode': 'adcode'}
    },
    'notice': {
        'relation': ref('stg_notices__notice'), 'item_no': '0', 'indicator': 'null', 'evidence': 'page_text',
        'read': {'title': 'title', 'publish_date': 'publish_date_raw', 'doc_number': 'doc_number'}
    }
} %}
{% set fields = items['fact']['read'].keys() | list + items['notice']['read'].keys() | list %}
with item as (
    {% for target_type, item in items.items() -%}
    select
        '{{ target_type }}' as target_type,
        capture_id,
        {{ item['item_no'] }} as item_no,
        notice_id,
        cast({{ item['indicator'] }} as varchar) as indicator,
        {% for field in fields -%}
        cast({{ item['read'].get(field, 'null') }} as varchar) as {{ field }}_read,
        {% endfor -%}
        {{ item['evidence'] }} as evidence
    from {{ item['relation'] }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

beside as (
    select
        c.*,
        i.capture_id,
        i.item_no,
        case c.field
            {%- for field in fields %}
            when '{{ field }}' then i.{{ field }}_read
            {%- endfor %}
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
)

select
    cast(c.target_type as varchar) as target_type,
    cast(coalesce(m.capture_id, {{ missing() }}) as varchar) as capture_id,
    cast(coalesce(m.item_no, row_number() over (
        partition by m.correction_id order by c.correction_id nulls last, c.field nulls last, c.quote nulls last
    )) as bigint) as item_no,
    cast(c.field as varchar) as field,
    cast(m.raw_value as varchar) as raw_value,
    cast(c.value as varchar) as value,
    cast(c.correction_id as varchar) as correction_id,
    cast(c.notice_id as varchar) as notice_id,
    cast(c.indicator as varchar) as indicator,
    cast(c.quote as varchar) as quote,
    cast(c.value_was as varchar) as value_was,
    cast(c.reason as varchar) as reason,
    cast(c.link as varchar) as link,
    cast(c.reviewer as varchar) as reviewer,
    cast(c.reviewed_date as date) as reviewed_date,
    cast(m.correction_id is null as boolean) as is_orphaned
from {{ ref('notice_correction') }} as c
left join matched as m on c.correction_id = m.correction_id and c.field = m.field
where m.correction_id is null or m.choice_no = 1
