{#
  Tonight's work. ops.touched_day, ops.touched_master and ops.touched_notice are filled by the load; these macros read
  them when a model runs and render literals, so that DuckDB prunes by zone map and nothing depends on dbt vars.

  touched_days(record_types)            list of ISO dates, or none where everything is to be built (full refresh)
  touched_months(record_types)          list of first days of the months that these days fall into, or none; none too
                                        where the table is new or a master changed: then every month is built
  touched_day_filter(column, types)     SQL: is this day touched?  `true` on a full refresh, `false` when nothing is
  touched_month_filter(column, types)   SQL: does this day fall into a touched month? whole history if a master changed
  partition_filter(config)              SQL: the rows of a table that its `replace_partitions` meta says to replace
#}

{% macro touched_days(record_types) %}
    {% if not execute or flags.FULL_REFRESH %}{{ return(none) }}{% endif %}
    {% set query %}
        select distinct cast(event_date as varchar) as day_text
        from {{ source('ops', 'touched_day') }}
        where record_type in ('{{ record_types | join("', '") }}') and event_date is not null
        order by day_text nulls last
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}

{% macro is_master_touched() %}
    {% if not execute %}{{ return(false) }}{% endif %}
    {% set query %}select count(*) as masters from {{ source('ops', 'touched_master') }}{% endset %}
    {{ return(run_query(query).columns[0].values()[0] > 0) }}
{% endmacro %}

{% macro touched_months(record_types) %}
    {% set days = touched_days(record_types) %}
    {% if days is none or not is_incremental() or is_master_touched() %}{{ return(none) }}{% endif %}
    {% set months = [] %}
    {% for day in days if day[:7] ~ '-01' not in months %}{% do months.append(day[:7] ~ '-01') %}{% endfor %}
    {{ return(months) }}
{% endmacro %}

{% macro date_list(days) -%}
    {% for day in days %}date '{{ day }}'{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}

{% macro touched_day_filter(column, record_types) -%}
    {% set days = touched_days(record_types) -%}
    {% if days is none -%} true
    {%- elif not days -%} false
    {%- else -%} {{ column }} in ({{ date_list(days) }})
    {%- endif %}
{%- endmacro %}

{% macro touched_month_filter(column, record_types) -%}
    {% set months = touched_months(record_types) -%}
    {% if months is none -%} true
    {%- elif not months -%} false
    {%- else -%}
    {{ column }} >= date '{{ months | min }}' and {{ column }} <= last_day(date '{{ months | max }}')
        and {{ month_start(column) }} in ({{ date_list(months) }})
    {%- endif %}
{%- endmacro %}

{# For tables of several record types: each has touched days of its own, or is always replaced whole. #}
{% macro touched_record_day_filter(column, record_types, whole) -%}
    record_type in ('{{ whole | join("', '") }}')
    {%- for record_type in record_types %}
    or (record_type = '{{ record_type }}' and {{ touched_day_filter(column, [record_type]) }})
    {%- endfor %}
{%- endmacro %}

{% macro partition_filter(meta) -%}
    {% if meta['window'] == 'day' -%} {{ touched_day_filter(meta['partition'], meta['record_types']) }}
    {%- elif meta['window'] == 'month' -%} {{ touched_month_filter(meta['partition'], meta['record_types']) }}
    {%- elif meta['window'] == 'record_day' -%}
    {{ touched_record_day_filter(meta['partition'], meta['record_types'], meta['whole']) }}
    {%- else -%}
    {{ exceptions.raise_compiler_error('replace_partitions: no window ' ~ meta['window']) }}
    {%- endif %}
{%- endmacro %}
