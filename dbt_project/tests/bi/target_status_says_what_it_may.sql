-- met, missed and pending only for a target that binds; no data is never missed; a figure is compared exactly.
select target_key, subject_id, month_start, status
from {{ ref('mart_target_attainment') }}
where
    status not in ('met', 'missed', 'pending', 'no_data', 'reference')
    or (status in ('met', 'missed', 'pending') and not is_assessed)
    or (status = 'reference' and is_assessed)
    or (status = 'no_data' and is_satisfied is not null)
    or (status = 'met' and not is_satisfied)
    or (status in ('missed', 'pending') and is_satisfied)
    or (status <> 'no_data' and (value_num is null or value_den is null))
