{#
  From all versions of a record to the one that counts. Renders CTEs; the last is `current_record`: one row a key
  (source_system, source_record_id) that is not withdrawn, with is_tie.

  * the highest source_version wins, whatever came first or last;
  * the same version sent again with equal content counts once (the first of file and line);
  * the same version with different content is a tie: nobody can say which is right;
  * a void takes the record away, in all its versions.

  record_types: none for a record that is not about one day (always resolved in full); else only keys with a version on
  a touched day are looked at, with ALL their versions, and only rows whose current day is touched are kept.
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
        count(*) over (partition by v.source_system, v.source_record_id) as heads_count
    from version as v
    inner join highest_version as h
        on
            v.source_system = h.source_system
            and v.source_record_id = h.source_record_id
            and v.source_version = h.source_version
),

tie as (
    select source_system, source_record_id
    from head
    where heads_count > 1
    group by source_system, source_record_id
    having {{ says_different_things(relation) }}
),

current_record as (
    select
        h.*,
        t.source_record_id is not null as is_tie
    from head as h
    left join tie as t on h.source_system = t.source_system and h.source_record_id = t.source_record_id
    where
        h.head_no = 1 and (h.op = 'upsert' or t.source_record_id is not null)
        {%- if record_types %} and {{ touched_day_filter('h.event_date', record_types) }}{% endif %}
)
{%- endmacro %}

{#
  Do the records of a group differ in what they say? That is every column of the staging model but those that say which
  record it is and how it came in. Asked only where versions meet, so nothing is hashed for records that nobody contests.
#}
{% macro says_different_things(relation) -%}
    {%- if not execute -%} count(distinct op) > 1
    {%- else -%}
    {%- for column in adapter.get_columns_in_relation(relation) if column.name not in [
        'source_id', 'file_sha256', 'line_no', 'contract_version', 'source_system', 'source_record_id',
        'source_version', 'load_run', 'loaded_at'
    ] %}
        {% if not loop.first %}or {% endif %}count(distinct coalesce(cast({{ column.name }} as varchar), '~')) > 1
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#
  The durable id of what a code names, and its column: lead_org_code → lead_org_id. An organisation's own code gives
  code_org_id, because campuses share it; the code of an indicator's subject is an organisation's where it says so.
#}
{% macro code_id_column(record_type, column) -%}
    {%- if column == 'part_of' -%} part_of_org_id
    {%- elif record_type == 'organization' -%} code_org_id
    {%- else -%} {{ column | replace('_code', '_id') | replace('_key', '_id') }}
    {%- endif -%}
{%- endmacro %}

{% macro code_id_of(record_type, column, target) -%}
    {%- if column == 'subject_code' -%}
    case when r.subject_type = 'organization' then {{ org_id('r.subject_code', 'r.source_system') }} end
    {%- elif target == 'organization' -%} {{ org_id('r.' ~ column, 'r.source_system') }}
    {%- else -%} {{ code_id('r.' ~ column) }}
    {%- endif -%}
{%- endmacro %}

{#
  The current records of a type, judged against each other and against what is known. Renders CTEs; the last is
  `judged`: one row a record with its durable ids and set_aside_reason (null = counts).

  tie                  one version with two contents
  Q23_two_ids          two record ids for one grain: both. Of masters only where what they say (`content`) differs;
                       equal ones are one statement, and the first stays. Grains span source systems
  Q12_unknown_...      a reference to an organisation, a centre or a posting that no current record describes, until it
                       comes. References of masters are labels, and a missing one shows as null; only a coverage is
                       nothing but its two references

  A code of a grain is joined by its durable id, which a `local:` code has for each source system.
#}
{% macro judged_records(record_type, content=none) -%}
{%- set contract = feed_contracts()[record_type] -%}
{%- set own = {'organization': {'org_code': 'organization'}, 'shared_centre': {'centre_code': 'shared_centre'},
    'dispatch_assignment': {'assignment_key': 'dispatch_assignment'}} -%}
{%- set names = {'organization': 'org', 'shared_centre': 'centre', 'dispatch_assignment': 'assignment'} -%}
{%- set codes = dict(own.get(record_type, {}), **contract['references']) -%}
{%- set needed = contract['references'] if not contract['is_master'] or record_type == 'centre_coverage' else {} -%}
{%- set grain = contract['grain'] | list -%}
{%- for column in codes if column in contract['grain'] %}{% do grain.append(code_id_column(record_type, column)) %}{% endfor -%}
{{ current_records(ref('stg_feed__' ~ record_type), [record_type] if is_by_day(contract) else none) }},

keyed as (
    select
        {%- for column, target in codes.items() %}
        {{ code_id_of(record_type, column, target) }} as {{ code_id_column(record_type, column) }},
        {%- endfor %}
        r.*
    from current_record as r
),

{% for target in needed.values() | unique -%}
known_{{ names[target] }} as (
    select distinct {{ code_id_column(target, own[target].keys() | first) }} as known_id
    from {{ ref('int_' ~ target ~ '__resolved') }}
    where set_aside_reason is null
),

{% endfor -%}
{% if contract['is_master'] -%}
hashed as (
    select
        k.*,
        {{ content_key(content) }} as payload_hash
    from keyed as k
),

rivals as (
    select
        k.*,
        row_number() over (
            partition by {{ grain | join(', ') }}, k.is_tie
            order by k.source_system nulls last, k.source_record_id nulls last
        ) as rival_no,
        min(k.payload_hash) over (partition by {{ grain | join(', ') }}, k.is_tie)
        <> max(k.payload_hash) over (partition by {{ grain | join(', ') }}, k.is_tie) as is_disputed
    from hashed as k
),
{%- else -%}
rivals as (
    select
        k.*,
        sum(case when k.is_tie then 0 else 1 end) over (partition by {{ grain | join(', ') }}) > 1 as is_disputed
    from keyed as k
),
{%- endif %}

judged as (
    select
        r.*,
        case
            when r.is_tie then 'tie'
            when r.is_disputed then 'Q23_two_ids'
            {%- for column, target in needed.items() %}
            when r.{{ code_id_column(record_type, column) }} is not null and known_{{ loop.index }}.known_id is null
                then 'Q12_unknown_{{ names[target] }}'
            {%- endfor %}
        end as set_aside_reason
    from rivals as r
    {%- for column, target in needed.items() %}
    left join known_{{ names[target] }} as known_{{ loop.index }}
        on r.{{ code_id_column(record_type, column) }} = known_{{ loop.index }}.known_id
    {%- endfor %}
    {%- if contract['is_master'] %}
    where r.rival_no = 1 or r.is_tie or r.is_disputed
    {%- endif %}
)
{%- endmacro %}
