-- Shared-resource centres in all their versions (SCD2 over the dated versions reported); valid and label days as in
-- dim_org.
with centre_version as (
    select
        r.*,
        lag(r.valid_from) over (partition by r.centre_id order by r.valid_from nulls last) as previous_from,
        lead(r.valid_from) over (partition by r.centre_id order by r.valid_from nulls last) as next_from
    from {{ ref('int_shared_centre__resolved') }} as r
    where r.set_aside_reason is null
)

select
    md5(v.centre_id || '|' || cast(v.valid_from as varchar)) as centre_key,
    cast(v.centre_id as varchar) as centre_id,
    cast(v.centre_code as varchar) as centre_code,
    cast(v.name as varchar) as name,
    cast(v.centre_type as varchar) as centre_type,
    cast(v.group_id as varchar) as group_id,
    cast(v.group_code as varchar) as group_code,
    cast(v.host_org_id as varchar) as host_org_id,
    cast(v.host_org_code as varchar) as host_org_code,
    cast(v.status as varchar) as status,
    cast(v.opened_on as date) as opened_date,
    cast(v.tat_target_minutes as bigint) as tat_target_minutes,
    cast(v.valid_from as date) as valid_from,
    cast(case
        when v.next_from is null then v.valid_to
        when v.valid_to is null or v.valid_to > v.next_from then v.next_from
        else v.valid_to
    end as date) as valid_to,
    cast(case when v.previous_from is null then date '1900-01-01' else v.valid_from end as date) as label_from,
    cast(coalesce(v.next_from, date '9999-12-31') as date) as label_to,
    cast(v.next_from is null as boolean) as is_latest,
    cast(v.source_id as varchar) as source_id,
    cast(v.source_system as varchar) as source_system,
    cast(v.source_record_id as varchar) as source_record_id,
    cast(v.source_version as bigint) as source_version
from centre_version as v
