-- Lines that the door refused: coordinates and rule, never values.
select
    cast(source_id as varchar) as source_id,
    cast(file_sha256 as varchar) as file_sha256,
    cast(filename as varchar) as filename,
    cast(line_no as bigint) as line_no,
    cast(record_type as varchar) as record_type,
    cast(field as varchar) as field,
    cast(rule as varchar) as rule,
    cast(load_run as varchar) as load_run
from {{ source('ops', 'rejection') }}
