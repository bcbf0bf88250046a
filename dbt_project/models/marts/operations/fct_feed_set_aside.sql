-- Records that are in raw and, for a stated reason, in no fact or dimension: they come back by themselves when the
-- reason is gone. Activity by touched days; masters whole.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={
        'window': 'record_day',
        'partition': 'event_date',
        'record_types': ['centre_activity', 'recognition_activity', 'capacity', 'capacity_release'],
        'masters': ['organization', 'group_membership', 'shared_centre']
    }
) }}
{% set record_types = [
    'organization', 'group_membership', 'shared_centre',
    'centre_activity', 'recognition_activity', 'capacity', 'capacity_release'
] %}
{% for record_type in record_types %}
select
    cast('{{ record_type }}' as varchar) as record_type,
    cast(source_system as varchar) as source_system,
    cast(source_record_id as varchar) as source_record_id,
    cast(source_version as bigint) as source_version,
    cast(event_date as date) as event_date,
    cast(set_aside_reason as varchar) as reason,
    cast(source_id as varchar) as source_id,
    cast(reporter_org_code as varchar) as reporter_org_code,
    cast(file_sha256 as varchar) as file_sha256,
    cast(line_no as bigint) as line_no
from {{ ref('int_' ~ record_type ~ '__resolved') }}
where set_aside_reason is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
