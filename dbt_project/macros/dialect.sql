{#
  What dialects say differently, one macro a need. Only DuckDB is implemented: another adapter raises until it has its
  own version here.
#}
{% macro month_start(column) -%} cast(date_trunc('month', {{ column }}) as date) {%- endmacro %}

{# Every day from first to last as a one-column relation: date_day. #}
{% macro every_day(first, last) -%}
    {{ return(adapter.dispatch('every_day', 'yilian')(first, last)) }}
{%- endmacro %}

{% macro duckdb__every_day(first, last) -%}
    select cast(day_value as date) as date_day
    from (select unnest(generate_series(date '{{ first }}', date '{{ last }}', interval 1 day)) as day_value)
{%- endmacro %}

{% macro default__every_day(first, last) -%}
    {{ exceptions.raise_compiler_error('every_day has no version for ' ~ target.type) }}
{%- endmacro %}

{# The year that an ISO week belongs to. #}
{% macro iso_year(column) -%} {{ return(adapter.dispatch('iso_year', 'yilian')(column)) }} {%- endmacro %}

{% macro duckdb__iso_year(column) -%} extract(isoyear from {{ column }}) {%- endmacro %}

{% macro default__iso_year(column) -%} extract(yearofweek from {{ column }}) {%- endmacro %}

{# Day of the ISO week, Monday 1 to Sunday 7. #}
{% macro iso_weekday(column) -%} {{ return(adapter.dispatch('iso_weekday', 'yilian')(column)) }} {%- endmacro %}

{% macro duckdb__iso_weekday(column) -%} extract(isodow from {{ column }}) {%- endmacro %}

{% macro default__iso_weekday(column) -%} extract(dayofweek_iso from {{ column }}) {%- endmacro %}

{# A date, or null where the text is not one. #}
{% macro date_or_null(column) -%} try_cast({{ column }} as date) {%- endmacro %}

{# A number, or null where the text is none. #}
{% macro number_or_null(column) -%} try_cast({{ column }} as double) {%- endmacro %}

{# The items of a JSON array of texts, one row each: the columns of `relation`, and item_text. #}
{% macro json_texts(relation, column) -%}
    {{ return(adapter.dispatch('json_texts', 'yilian')(relation, column)) }}
{%- endmacro %}

{% macro duckdb__json_texts(relation, column) -%}
    select r.*, unnest(from_json(r.{{ column }}, '["VARCHAR"]')) as item_text from {{ relation }} as r
{%- endmacro %}

{% macro default__json_texts(relation, column) -%}
    {{ exceptions.raise_compiler_error('json_texts has no version for ' ~ target.type) }}
{%- endmacro %}
