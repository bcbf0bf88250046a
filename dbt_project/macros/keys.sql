{#
  Durable ids: md5 over the sender's code, the same in every table and every night.
  A `local:` code is unique within its source system only, so the system is part of the key.
  missing() is the sentinel that stands in a grain for a part that was not given.
#}
{% macro org_id(code, source_system='source_system') -%}
    case when {{ code }} like 'local:%' then md5({{ source_system }} || '|' || {{ code }}) else md5({{ code }}) end
{%- endmacro %}

{% macro code_id(code) -%} md5({{ code }}) {%- endmacro %}

{% macro missing() -%} '-' {%- endmacro %}

{% macro or_missing(column) -%} coalesce({{ column }}, {{ missing() }}) {%- endmacro %}

{# One hash over columns of texts, whole numbers, dates and booleans, null apart from empty. #}
{% macro content_key(columns) -%}
    md5({% for column in columns %}coalesce(cast({{ column }} as varchar), '~'){% if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}
