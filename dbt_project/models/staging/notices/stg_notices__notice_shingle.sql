-- Hashed 8-grams of the sentences of a notice, one row a capture and hash: what reposts are matched by.
select
    cast(capture_id as varchar) as capture_id,
    cast(parser_version as varchar) as parser_version,
    cast(notice_id as varchar) as notice_id,
    cast(shingle_hash as bigint) as shingle_hash,
    cast(load_run as varchar) as load_run,
    cast(loaded_at as timestamp) as loaded_at
from {{ source('raw', 'notice_shingle') }}
