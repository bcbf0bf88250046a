-- The files of notices, one row a capture, with the text that a library could read of them.
select
    cast(capture_id as varchar) as capture_id,
    cast(reader_version as varchar) as reader_version,
    cast(source_id as varchar) as source_id,
    cast(notice_id as varchar) as notice_id,
    cast(notice_url as varchar) as notice_url,
    cast(url as varchar) as url,
    cast(attachment_name as varchar) as attachment_name,
    cast(content_sha256 as varchar) as content_sha256,
    cast(byte_count as bigint) as byte_count,
    cast(file_format as varchar) as file_format,
    cast(text_status as varchar) as text_status,
    cast(text_length as bigint) as text_length,
    cast(attachment_text as varchar) as attachment_text,
    cast(load_run as varchar) as load_run,
    cast(loaded_at as timestamp) as loaded_at
from {{ source('raw', 'notice_attachment') }}
