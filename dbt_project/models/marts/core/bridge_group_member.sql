-- Who belongs to a group, in what role and when. Periods of one member in one group never overlap.
with membership as (
    select
        r.*,
        lead(r.valid_from) over (partition by r.group_id, r.org_id order by r.valid_from nulls last) as next_from
    from {{ ref('int_group_membership__resolved') }} as r
    where r.set_aside_reason is null
)

select
    md5(m.group_id || '|' || m.org_id || '|' || cast(m.valid_from as varchar)) as membership_key,
    cast(m.group_id as varchar) as group_id,
    cast(m.org_id as varchar) as org_id,
    cast(m.group_code as varchar) as group_code,
    cast(m.org_code as varchar) as org_code,
    cast(m.role as varchar) as role,
    cast(m.valid_from as date) as valid_from,
    cast(case
        when m.next_from is null then m.valid_to
        when m.valid_to is null or m.valid_to > m.next_from then m.next_from
        else m.valid_to
    end as date) as valid_to,
    cast(m.source_id as varchar) as source_id,
    cast(m.source_system as varchar) as source_system,
    cast(m.source_record_id as varchar) as source_record_id,
    cast(m.source_version as bigint) as source_version
from membership as m
