-- Feed records of type visit_volume as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(org_code as varchar) as org_code,
    cast(visit_type as varchar) as visit_type,
    cast(visits as bigint) as visits,
    cast(open_bed_days as bigint) as open_bed_days,
    cast(occupied_bed_days as bigint) as occupied_bed_days,
    cast(scope as varchar) as scope
from {{ source('raw', 'visit_volume') }}
