-- Feed records of type dispatch_assignment as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(assignment_key as varchar) as assignment_key,
    cast(staff_key as varchar) as staff_key,
    cast(from_org_code as varchar) as from_org_code,
    cast(to_org_code as varchar) as to_org_code,
    cast(dispatch_type as varchar) as dispatch_type,
    cast(role as varchar) as role,
    cast(title_rank as varchar) as title_rank,
    cast(specialty_code as varchar) as specialty_code,
    cast(planned_start as date) as planned_start,
    cast(planned_end as date) as planned_end,
    cast(actual_start as date) as actual_start,
    cast(actual_end as date) as actual_end,
    cast(planned_days_per_week as double) as planned_days_per_week,
    cast(status as varchar) as status
from {{ source('raw', 'dispatch_assignment') }}
