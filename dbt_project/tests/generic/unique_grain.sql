{#
  One row a grain, and no part of it null: fails on every grain that has several rows or lacks a part, and on rows
  that lack a column of never_null. `touched` (column, record_types) looks at tonight's days only: facts are replaced
  in complete days, and the day is part of their grain.
#}
{% test unique_grain(model, grain, never_null=[], touched=none) %}
    {% set required = grain + never_null %}
    select {{ grain | join(', ') }}
    from {{ model }}
    where {% if touched %}{{ touched_day_filter(touched['column'], touched['record_types']) }}{% else %}true{% endif %}
    group by {{ grain | join(', ') }}
    having
        count(*) > 1
        {% for column in required %}or count({{ column }}) < count(*)
        {% endfor %}
{% endtest %}
