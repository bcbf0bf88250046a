-- Notices in all their versions: one row a notice and text. A version is told by its title and body; what stands around
-- them on the page may change without a new one. The first capture of it stands for it. Whether the notice is withdrawn
-- and which cluster of reposts it belongs to is the same in all its versions. What a reviewer corrected stands beside
-- what was read (`_raw`). Built whole: notices are few.
with correction as (
    {{ corrections_of('notice', ['title', 'publish_date', 'doc_number']) }}
)

select
    v.notice_version_id,
    cast(v.notice_id as varchar) as notice_id,
    cast(v.version_no as bigint) as version_no,
    cast(v.content_sha256 as varchar) as content_sha256,
    cast(v.norm_sha256 as varchar) as norm_sha256,
    cast(v.capture_id as varchar) as capture_id,
    cast(v.source_id as varchar) as source_id,
    cast(v.source_site as varchar) as source_site,
    cast(v.url as varchar) as url,
    cast(v.parser_version as varchar) as parser_version,
    cast(coalesce(r.title, v.title) as varchar) as title,
    cast(v.title as varchar) as title_raw,
    {{ date_or_null('coalesce(r.publish_date, v.publish_date_raw)') }} as publish_date,
    cast(v.publish_date_raw as varchar) as publish_date_raw,
    cast(v.publish_time as varchar) as publish_time,
    cast(v.source_name as varchar) as source_name,
    cast(coalesce(r.doc_number, v.doc_number) as varchar) as doc_number,
    cast(v.doc_number as varchar) as doc_number_raw,
    cast(v.issuers as varchar) as issuers,
    {{ date_or_null('v.signed_date_raw') }} as signed_date,
    {{ date_or_null('v.effective_date_raw') }} as effective_date,
    cast(v.cited_doc_numbers as varchar) as cited_doc_numbers,
    cast(v.rejected_numbers as varchar) as rejected_numbers,
    cast(v.topics as varchar) as topics,
    cast(v.flags as varchar) as flags,
    cast(v.body as varchar) as body,
    cast(v.page_text as varchar) as page_text,
    cast(coalesce(v.is_relevant, false) as boolean) as is_relevant,
    cast(v.recency_no = 1 as boolean) as is_current,
    cast(v.contents_count as bigint) as page_contents_count,
    cast(coalesce(a.is_withdrawn, false) as boolean) as is_withdrawn,
    cast(a.withdrawn_date as date) as withdrawn_date,
    cast(a.missing_capture_id as varchar) as missing_capture_id,
    cast(a.withdrawn_capture_id as varchar) as withdrawn_capture_id,
    cast(c.cluster_key as varchar) as cluster_key,
    cast(c.cluster_notices_count as bigint) as cluster_notices_count,
    cast(c.is_original as boolean) as is_original,
    cast(c.match_reason as varchar) as match_reason,
    cast(c.containment_num as bigint) as containment_num,
    cast(c.containment_den as bigint) as containment_den,
    cast(r.correction_id as varchar) as correction_id,
    cast(v.first_fetched_at as timestamp) as first_fetched_at
from {{ ref('int_notice__versions') }} as v
left join {{ ref('int_notice__availability') }} as a on v.notice_id = a.notice_id
left join {{ ref('int_notice__clustered') }} as c on v.notice_id = c.notice_id
left join correction as r on v.capture_id = r.capture_id
