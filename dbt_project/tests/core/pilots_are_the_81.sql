-- 81 pilots with 81 codes; exactly four in a wrong province on the page; the codes prove the provinces.
-- 兵团 is no province of GB/T 2260: its pilot stands in 新疆 and reports as 660000.
with counted as (
    select
        count(*) as pilots,
        count(distinct adcode) as codes,
        sum(case when is_corrected then 1 else 0 end) as corrected
    from {{ ref('dim_pilot') }}
)

select
    'counts' as finding,
    cast(pilots as varchar) || '/' || cast(codes as varchar) || '/' || cast(corrected as varchar) as what
from counted
where pilots <> 81 or codes <> 81 or corrected <> 4

union all

select 'province' as finding, p.city as what
from {{ ref('dim_pilot') }} as p
left join {{ ref('dim_region') }} as r on p.province_adcode = r.adcode and r.level = 'province'
where
    substr(p.adcode, 1, 2) || '0000' <> p.province_adcode
    or r.adcode is null
    or (p.report_province_code = p.province_adcode and r.name <> p.province)
    or (p.report_province_code <> p.province_adcode and p.report_province_code <> '660000')

union all

select 'region' as finding, p.city as what
from {{ ref('dim_pilot') }} as p
left join {{ ref('dim_region') }} as r on p.adcode = r.adcode and r.valid_to is null
where r.adcode is null
