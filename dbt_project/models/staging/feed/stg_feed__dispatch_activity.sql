-- Feed records of type dispatch_activity as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(assignment_key as varchar) as assignment_key,
    cast(days_worked as double) as days_worked,
    cast(outpatient_visits as bigint) as outpatient_visits,
    cast(ward_rounds as bigint) as ward_rounds,
    cast(procedures as bigint) as procedures,
    cast(trainings as bigint) as trainings,
    cast(trainees as bigint) as trainees
from {{ source('raw', 'dispatch_activity') }}
