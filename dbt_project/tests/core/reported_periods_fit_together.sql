{{ config(severity='warn') }}
-- What senders report about organisations, centres and memberships: a period ends after it begins, and a member is in
-- one group of a kind at a time. A warning: one hospital cannot stop the night.
select 'org' as finding, org_code as what
from {{ ref('dim_org') }}
where valid_to <= valid_from

union all

select 'centre' as finding, centre_code as what
from {{ ref('dim_centre') }}
where valid_to <= valid_from

union all

select 'membership' as finding, group_code || ' ' || org_code as what
from {{ ref('bridge_group_member') }}
where valid_to <= valid_from

union all

select 'two groups' as finding, a.org_code || ' ' || a.group_code || ' ' || b.group_code as what
from {{ ref('bridge_group_member') }} as a
inner join {{ ref('bridge_group_member') }} as b
    on
        a.org_id = b.org_id
        and a.group_id < b.group_id
        and a.valid_from < coalesce(b.valid_to, date '9999-12-31')
        and b.valid_from < coalesce(a.valid_to, date '9999-12-31')
inner join {{ ref('dim_group') }} as ga on a.group_id = ga.group_id
inner join {{ ref('dim_group') }} as gb on b.group_id = gb.group_id
where ga.group_type = gb.group_type and a.role <> 'partner' and b.role <> 'partner'
