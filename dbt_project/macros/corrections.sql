{#
  The reviewer's word on the items of one kind as a relation: capture_id, item_no, a text column a field, and the
  correction they come from (the first by id, if several fields are corrected).
#}
{% macro corrections_of(target_type, fields) -%}
    select
        capture_id,
        item_no,
        {% for field in fields -%}
        max(case when field = '{{ field }}' then value end) as {{ field }},
        {% endfor -%}
        min(correction_id) as correction_id
    from {{ ref('int_notice_correction__matched') }}
    where target_type = '{{ target_type }}' and not is_orphaned
    group by capture_id, item_no
{%- endmacro %}
