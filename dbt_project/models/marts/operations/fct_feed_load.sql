-- Feed files that came before the door, with what became of their lines.
select
    cast(source_id as varchar) as source_id,
    cast(file_sha256 as varchar) as file_sha256,
    cast(filename as varchar) as file_name,
    cast(received_at as timestamp) as received_at,
    cast(rows_total as bigint) as rows_total_count,
    cast(rows_accepted as bigint) as rows_accepted_count,
    cast(rows_rejected as bigint) as rows_rejected_count,
    cast(file_refused as varchar) as file_refused,
    cast(load_run as varchar) as load_run
from {{ ref('stg_ops__feed_file') }}
