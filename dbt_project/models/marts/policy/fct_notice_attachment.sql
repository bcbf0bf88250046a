-- The files of notices, one row a notice, address and content, with their text. A file that a person dropped belongs to
-- no notice that we know of. Built whole: notices are few.
with numbered as (
    select
        a.*,
        {{ or_missing('a.notice_id') }} as notice_id_or_missing,
        row_number() over (
            partition by {{ or_missing('a.notice_id') }}, a.url, a.content_sha256
            order by a.capture_id nulls last
        ) as content_no
    from {{ ref('stg_notices__notice_attachment') }} as a
)

select
    cast(notice_id_or_missing as varchar) as notice_id,
    cast(url as varchar) as url,
    cast(content_sha256 as varchar) as content_sha256,
    cast(capture_id as varchar) as capture_id,
    cast(source_id as varchar) as source_id,
    cast(attachment_name as varchar) as attachment_name,
    cast(file_format as varchar) as file_format,
    cast(byte_count as bigint) as byte_count,
    cast(text_status as varchar) as text_status,
    cast(text_length as bigint) as text_length_count,
    cast(attachment_text as varchar) as attachment_text
from numbered
where content_no = 1
