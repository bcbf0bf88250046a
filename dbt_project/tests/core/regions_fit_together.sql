-- Versions of a region do not overlap, a parent stands where it is named, and no pseudo area is listed.
with version as (
    select r.*, lead(r.valid_from) over (partition by r.region_id order by r.valid_from nulls last) as next_from
    from {{ ref('dim_region') }} as r
)

select 'overlap' as finding, name as what
from version
where valid_to <= valid_from or (next_from is not null and coalesce(valid_to, date '9999-12-31') > next_from)

union all

select 'parent' as finding, v.name as what
from version as v
left join {{ ref('dim_region') }} as p on v.parent_adcode = p.adcode
where v.parent_adcode is not null and p.adcode is null

union all

select 'pseudo' as finding, name as what
from version
where substr(adcode, 5, 2) between '71' and '80' or name in ('市辖区', '县')
