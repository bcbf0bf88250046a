-- Lines that the door refused, by rule and field: coordinates only, a value is never kept.
select
    cast(source_id as varchar) as source_id,
    cast(file_sha256 as varchar) as file_sha256,
    cast(coalesce(line_no, 0) as bigint) as line_no,
    cast({{ or_missing('rule') }} as varchar) as rule,
    cast({{ or_missing('field') }} as varchar) as field,
    cast(max(filename) as varchar) as file_name,
    cast(max(record_type) as varchar) as record_type,
    cast(count(*) as bigint) as rejections_count
from {{ ref('stg_ops__rejection') }}
group by source_id, file_sha256, coalesce(line_no, 0), {{ or_missing('rule') }}, {{ or_missing('field') }}
