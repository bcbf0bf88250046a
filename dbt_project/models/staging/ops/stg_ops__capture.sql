-- Every attempt to fetch an address, from the capture log.
select
    cast(capture_id as varchar) as capture_id,
    cast(run_id as varchar) as run_id,
    cast(source_id as varchar) as source_id,
    cast(kind as varchar) as kind,
    cast(role as varchar) as role,
    cast(url as varchar) as url,
    cast(document_key as varchar) as document_key,
    cast(business_date as date) as business_date,
    cast(requested_at as timestamp) as requested_at,
    cast(finished_at as timestamp) as finished_at,
    cast(outcome as varchar) as outcome,
    cast(http_status as bigint) as http_status,
    cast(sha256 as varchar) as sha256,
    cast(size as bigint) as size,
    cast(media_type as varchar) as media_type,
    cast(filename as varchar) as filename,
    cast(etag as varchar) as etag,
    cast(last_modified as varchar) as last_modified,
    cast(attempts as bigint) as attempts,
    cast(error as varchar) as error
from {{ source('ops', 'capture') }}
