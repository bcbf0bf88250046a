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

union all

-- an abolished code ends on the day its successors begin to stand for it, and they stand then
select 'successor' as finding, b.old_adcode || ' ' || b.new_adcode as what
from {{ ref('bridge_region_successor') }} as b
left join {{ ref('dim_region') }} as o on b.old_adcode = o.adcode and b.effective_date = o.valid_to
left join {{ ref('dim_region') }} as n
    on
        b.new_adcode = n.adcode
        and b.effective_date >= n.valid_from
        and b.effective_date < coalesce(n.valid_to, date '9999-12-31')
where o.adcode is null or n.adcode is null
