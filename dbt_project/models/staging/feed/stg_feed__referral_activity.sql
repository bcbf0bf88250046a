-- Feed records of type referral_activity as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(from_org_code as varchar) as from_org_code,
    cast(to_org_code as varchar) as to_org_code,
    cast(direction as varchar) as direction,
    cast(setting as varchar) as setting,
    cast(requested as bigint) as requested,
    cast(accepted as bigint) as accepted,
    cast(rejected as bigint) as rejected,
    cast(cancelled as bigint) as cancelled,
    cast(completed as bigint) as completed,
    cast(priority_used as bigint) as priority_used
from {{ source('raw', 'referral_activity') }}
