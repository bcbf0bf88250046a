-- How the text of a notice changed, one row a change, with the sentences that went and came. Going back to an earlier
-- text is a change and no new version.
select
    cast(c.notice_id as varchar) as notice_id,
    cast(c.change_no as bigint) as change_no,
    cast(older.notice_version_id as varchar) as from_notice_version_id,
    cast(newer.notice_version_id as varchar) as notice_version_id,
    cast(c.from_capture_id as varchar) as from_capture_id,
    cast(c.capture_id as varchar) as capture_id,
    cast(c.fetched_at as timestamp) as fetched_at,
    cast(c.removed_count as bigint) as removed_count,
    cast(c.added_count as bigint) as added_count,
    cast(c.text_diff as varchar) as text_diff
from {{ ref('stg_notices__notice_change') }} as c
left join {{ ref('int_notice__versions') }} as older
    on c.notice_id = older.notice_id and c.from_norm_sha256 = older.version_norm_sha256 and older.is_read
left join {{ ref('int_notice__versions') }} as newer
    on c.notice_id = newer.notice_id and c.norm_sha256 = newer.version_norm_sha256 and newer.is_read
