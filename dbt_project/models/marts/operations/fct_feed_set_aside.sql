-- Records of any type that are in raw and, for a stated reason, count nowhere: they come back by themselves when the
-- reason is gone. By touched days; record types whose records are not about one day (masters, postings, tours) whole.
{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='fail',
    meta={
        'window': 'record_day',
        'partition': 'event_date',
        'record_types': record_types(by_day=true),
        'whole': record_types(by_day=false)
    }
) }}
{% for record_type in feed_contracts() %}
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
