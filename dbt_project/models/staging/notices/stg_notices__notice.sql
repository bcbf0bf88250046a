-- Notices as read from their pages, one row a capture. Times are written with +08:00 and kept as wall clock.
select
    cast(capture_id as varchar) as capture_id,
    cast(parser_version as varchar) as parser_version,
    cast(source_id as varchar) as source_id,
    cast(notice_id as varchar) as notice_id,
    cast(url as varchar) as url,
    cast(content_sha256 as varchar) as content_sha256,
    cast(norm_sha256 as varchar) as norm_sha256,
    cast(substr(fetched_at, 1, 23) as timestamp) as fetched_at,
    cast(is_blocked as boolean) as is_blocked,
    cast(is_relevant as boolean) as is_relevant,
    cast(title as varchar) as title,
    cast(publish_date as varchar) as publish_date_raw,
    cast(publish_time as varchar) as publish_time,
    cast(source_name as varchar) as source_name,
    cast(doc_number as varchar) as doc_number,
    cast(topics as varchar) as topics,
    cast(flags as varchar) as flags,
    cast(body as varchar) as body,
    cast(page_text as varchar) as page_text,
    cast(load_run as varchar) as load_run,
    cast(loaded_at as timestamp) as loaded_at
from {{ source('raw', 'notice') }}
