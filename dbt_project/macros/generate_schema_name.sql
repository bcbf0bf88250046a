{# Schemas are named exactly: stg, int, seeds, operations, and main where a model names none. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
