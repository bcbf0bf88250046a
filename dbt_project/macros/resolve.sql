{#
  From all versions of a record to the one that counts. Renders CTEs; the last is `current_record`: one row a key
  (source_system, source_record_id) that is not withdrawn, with is_tie.

  * the highest source_version wins, whatever came first or last;
  * the same version sent again with equal content counts once (the first of file and line);
  * the same version with different content is a tie: nobody can say which is right;
  * a void takes the record away, in all its versions.

  record_types: none for a master (always resolved in full); else only keys with a version on a touched day are looked
  at, with ALL their versions, and only rows whose current day is touched are kept.
#}
{% macro current_records(relation, record_types=none) -%}
version as (
    select r.*
    from {{ relation }} as r
    {%- if record_types and touched_days(record_types) is not none %}
    inner join (
        select distinct source_system, source_record_id
        from {{ relation }}
        where {{ touched_day_filter('event_date', record_types) }}
    ) as touched_key
        on r.source_system = touched_key.source_system and r.source_record_id = touched_key.source_record_id
    {%- endif %}
),

highest_version as (
    select source_system, source_record_id, max(source_version) as source_version
    from version
    group by source_system, source_record_id
),

head as (
    select
        v.*,
        row_number() over (
            partition by v.source_system, v.source_record_id
            order by v.source_id nulls last, v.file_sha256 nulls last, v.line_no nulls last
        ) as head_no,
        min(v.content_hash) over (partition by v.source_system, v.source_record_id)
        <> max(v.content_hash) over (partition by v.source_system, v.source_record_id) as is_tie
    from version as v
    inner join highest_version as h
        on
            v.source_system = h.source_system
            and v.source_record_id = h.source_record_id
            and v.source_version = h.source_version
),

current_record as (
    select *
    from head
    where head_no = 1 and (op = 'upsert' or is_tie)
    {%- if record_types %} and {{ touched_day_filter('event_date', record_types) }}{% endif %}
)
{%- endmacro %}

{#
  Judge current records against each other. Renders one CTE, `judged`: the rows of `relation` with set_aside_reason
  (null = counts). A grain is the contract's, over durable ids, so it spans source systems.

  judged_activity: two record ids for one grain are both set aside (Q23); a reference to an organisation or a centre
  that no current record describes is set aside until it comes (Q12).
  judged_master: two ids with equal content are one statement (the first stays); with different content both are set
  aside. References of masters are not judged: they are labels there, and a missing one shows as null.
#}
{% macro judged_activity(relation, grain, organisations, centres=[]) -%}
known_org as (
    select distinct code_org_id as org_id
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
),

{% if centres -%}
known_centre as (
    select distinct centre_id
    from {{ ref('int_shared_centre__resolved') }}
    where set_aside_reason is null
),

{% endif -%}
rivals as (
    select
        k.*,
        sum(case when k.is_tie then 0 else 1 end) over (partition by {{ grain | join(', ') }}) as ids_of_grain
    from {{ relation }} as k
),

judged as (
    select
        r.*,
        case
            when r.is_tie then 'tie'
            when r.ids_of_grain > 1 then 'Q23_two_ids'
            {%- for column in organisations %}
            when r.{{ column }} is not null and org_{{ loop.index }}.org_id is null then 'Q12_unknown_org'
            {%- endfor %}
            {%- for column in centres %}
            when r.{{ column }} is not null and centre_{{ loop.index }}.centre_id is null then 'Q12_unknown_centre'
            {%- endfor %}
        end as set_aside_reason
    from rivals as r
    {%- for column in organisations %}
    left join known_org as org_{{ loop.index }} on r.{{ column }} = org_{{ loop.index }}.org_id
    {%- endfor %}
    {%- for column in centres %}
    left join known_centre as centre_{{ loop.index }} on r.{{ column }} = centre_{{ loop.index }}.centre_id
    {%- endfor %}
)
{%- endmacro %}

{% macro judged_master(relation, grain) -%}
rivals as (
    select
        k.*,
        row_number() over (
            partition by {{ grain | join(', ') }}, k.is_tie
            order by k.source_system nulls last, k.source_record_id nulls last
        ) as rival_no,
        min(k.payload_hash) over (partition by {{ grain | join(', ') }}, k.is_tie)
        <> max(k.payload_hash) over (partition by {{ grain | join(', ') }}, k.is_tie) as is_disputed
    from {{ relation }} as k
),

judged as (
    select
        r.*,
        case when r.is_tie then 'tie' when r.is_disputed then 'Q23_two_ids' end as set_aside_reason
    from rivals as r
    where r.rival_no = 1 or r.is_tie or r.is_disputed
)
{%- endmacro %}
