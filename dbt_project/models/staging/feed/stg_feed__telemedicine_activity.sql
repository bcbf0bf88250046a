-- Feed records of type telemedicine_activity as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(provider_org_code as varchar) as provider_org_code,
    cast(requester_org_code as varchar) as requester_org_code,
    cast(service_type as varchar) as service_type,
    cast(requested as bigint) as requested,
    cast(accepted as bigint) as accepted,
    cast(completed as bigint) as completed,
    cast(cancelled as bigint) as cancelled,
    cast(duration_minutes_sum as double) as duration_minutes_sum
from {{ source('raw', 'telemedicine_activity') }}
