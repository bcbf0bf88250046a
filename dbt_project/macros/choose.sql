{#
  A number may be told twice: for the month and for its days, for all classes and for each, for all items and for each.
  keep_lowest keeps, in each partition, only the rows of the lowest rank, so that a total is never added to its parts.
  Renders a select; it adds the columns <name>_rank and <name>_lowest.
#}
{% macro keep_lowest(relation, name, rank, partition) -%}
    select ranked.*
    from (
        select
            r.*,
            {{ rank }} as {{ name }}_rank,
            min({{ rank }}) over (partition by {{ partition | join(', ') }}) as {{ name }}_lowest
        from {{ relation }} as r
    ) as ranked
    where ranked.{{ name }}_rank = ranked.{{ name }}_lowest
{%- endmacro %}

{# The month's own figure stands before the sum of its days; longer periods are never spread over months. #}
{% macro period_rank() -%} case when period_type = 'month' then 1 else 2 end {%- endmacro %}

{# 'all', then a class that was not stated, then the single classes. #}
{% macro whole_rank(column) -%}
    case when {{ column }} = 'all' then 1 when {{ column }} = {{ missing() }} then 2 else 3 end
{%- endmacro %}

{# Beds in use (实际开放床日) are the basis of RS02; authorised beds count only where nothing else is told. #}
{% macro basis_rank() -%}
    case when bed_basis = 'open' then 1 when bed_basis = {{ missing() }} then 2 else 3 end
{%- endmacro %}

{# Released and total beds can be compared: told on one basis, or one of them without a basis. #}
{% macro is_one_bed_basis(alias) -%}
    case
        when {{ alias }}.beds_total_basis = {{ alias }}.beds_released_basis then true
        else {{ missing() }} in ({{ alias }}.beds_total_basis, {{ alias }}.beds_released_basis)
    end
{%- endmacro %}

{#
  The one group that an organisation is counted in on a day: city group before county community, lead before member,
  then by code. `relation` has org_id, month_start and as_of_date. Renders a select: org_id, month_start, group_id.
#}
{% macro group_of_org(relation, roles=['lead', 'member', 'partner']) -%}
    select choice.org_id, choice.month_start, choice.group_id
    from (
        select
            k.org_id,
            k.month_start,
            m.group_id,
            row_number() over (
                partition by k.org_id, k.month_start
                order by
                    case when g.group_type = 'city_group' then 0 else 1 end,
                    case m.role when 'lead' then 0 when 'member' then 1 else 2 end,
                    m.group_code nulls last, m.valid_from nulls last
            ) as choice_no
        from {{ relation }} as k
        inner join {{ ref('bridge_group_member') }} as m
            on
                k.org_id = m.org_id
                and k.as_of_date >= m.valid_from
                and k.as_of_date < coalesce(m.valid_to, date '9999-12-31')
        inner join {{ ref('dim_group') }} as g on m.group_id = g.group_id
        where m.role in ('{{ roles | join("', '") }}')
    ) as choice
    where choice.choice_no = 1
{%- endmacro %}
