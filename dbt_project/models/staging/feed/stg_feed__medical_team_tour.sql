-- Feed records of type medical_team_tour as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(tour_code as varchar) as tour_code,
    cast(team_type as varchar) as team_type,
    cast(tour_level as varchar) as tour_level,
    cast(org_code as varchar) as org_code,
    cast(dest_adcode as varchar) as dest_adcode,
    cast(dest_org_code as varchar) as dest_org_code,
    cast(start_date as date) as start_date,
    cast(end_date as date) as end_date,
    cast(staff_count as bigint) as staff_count,
    cast(patients_served as bigint) as patients_served,
    cast(trainees as bigint) as trainees,
    cast(status as varchar) as status
from {{ source('raw', 'medical_team_tour') }}
