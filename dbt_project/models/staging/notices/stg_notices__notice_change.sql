-- Changes of a notice's text, one row a change, with the differing sentences.
select
    cast(notice_id as varchar) as notice_id,
    cast(change_no as bigint) as change_no,
    cast(from_capture_id as varchar) as from_capture_id,
    cast(capture_id as varchar) as capture_id,
    cast(from_norm_sha256 as varchar) as from_norm_sha256,
    cast(norm_sha256 as varchar) as norm_sha256,
    cast(substr(fetched_at, 1, 23) as timestamp) as fetched_at,
    cast(removed_count as bigint) as removed_count,
    cast(added_count as bigint) as added_count,
    cast(text_diff as varchar) as text_diff
from {{ source('raw', 'notice_change') }}
