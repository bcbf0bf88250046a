-- What was refused at the door, set aside after it, or flagged as a series that looks wrong, by source, record type and
-- rule.
select
    cast('refused' as varchar) as finding_type,
    cast(r.source_id as varchar) as source_id,
    cast({{ or_missing('r.record_type') }} as varchar) as record_type,
    cast(r.rule as varchar) as rule,
    cast(sum(r.rejections_count) as bigint) as records_count,
    cast(count(distinct r.file_sha256) as bigint) as files_count,
    cast(null as date) as first_event_date,
    cast(null as date) as last_event_date,
    cast(max(l.received_at) as timestamp) as last_received_at
from {{ ref('fct_feed_rejection') }} as r
left join {{ ref('fct_feed_load') }} as l on r.source_id = l.source_id and r.file_sha256 = l.file_sha256
group by r.source_id, {{ or_missing('r.record_type') }}, r.rule

union all

select
    cast('set_aside' as varchar) as finding_type,
    cast(s.source_id as varchar) as source_id,
    cast(s.record_type as varchar) as record_type,
    cast(s.reason as varchar) as rule,
    cast(count(*) as bigint) as records_count,
    cast(count(distinct s.file_sha256) as bigint) as files_count,
    cast(min(s.event_date) as date) as first_event_date,
    cast(max(s.event_date) as date) as last_event_date,
    cast(max(l.received_at) as timestamp) as last_received_at
from {{ ref('fct_feed_set_aside') }} as s
left join {{ ref('fct_feed_load') }} as l on s.source_id = l.source_id and s.file_sha256 = l.file_sha256
group by s.source_id, s.record_type, s.reason

union all

select
    cast('flagged' as varchar) as finding_type,
    cast(f.source_id as varchar) as source_id,
    cast(f.record_type as varchar) as record_type,
    cast(f.rule as varchar) as rule,
    cast(sum(f.records_count) as bigint) as records_count,
    cast(max(f.files_count) as bigint) as files_count,
    cast(min(f.first_event_date) as date) as first_event_date,
    cast(max(f.last_event_date) as date) as last_event_date,
    cast(null as timestamp) as last_received_at
from {{ ref('stg_ops__suspect') }} as f
group by f.source_id, f.record_type, f.rule
