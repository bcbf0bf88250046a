-- Regions of the mainland in all versions that are known: the release of 2026-03-25, undone by the changes since the
-- release of 2023-06-30, and the documented events. Where only two releases bound a change (date_basis `release`), a
-- region counts as standing over the whole span between them.
with release_now as (
    select
        r.adcode,
        r.name,
        cast(null as date) as gone_by,
        cast(null as date) as absent_until,
        '2026-03-25' as code_release
    from {{ ref('region_2026_03_25') }} as r
    left join {{ ref('region_release_diff') }} as d on r.adcode = d.adcode
    where d.adcode is null
),

release_change as (
    select
        adcode,
        name,
        case when change = 'removed' then release_without end as gone_by,
        case when change = 'added' then release_without end as absent_until,
        case when change = 'removed' then '2023-06-30' else '2026-03-25' end as code_release
    from {{ ref('region_release_diff') }}
),

listed as (
    select * from release_now
    union all
    select * from release_change
),

-- an event with a code describes the listed region of that code; one without is a region of its own
stated as (
    select
        coalesce(e.durable_code, l.adcode) as durable_code,
        l.adcode,
        e.zone_code,
        l.name,
        e.level,
        e.parent_adcode,
        coalesce(e.is_statutory, true) as is_statutory,
        l.code_release,
        coalesce(e.valid_from, cast(l.absent_until + interval 1 day as date), date '1900-01-01') as valid_from,
        coalesce(e.valid_to, l.gone_by) as valid_to,
        e.overlap_adcodes,
        e.announced_date,
        e.approved_date,
        e.code_notice_date,
        e.inaugurated_date,
        case
            when e.basis is not null then e.basis
            when l.gone_by is not null or l.absent_until is not null then 'release'
            else 'open'
        end as date_basis
    from listed as l
    left join {{ ref('region_event') }} as e on l.adcode = e.adcode

    union all

    select
        durable_code,
        adcode,
        zone_code,
        name,
        level,
        parent_adcode,
        is_statutory,
        cast(null as varchar) as code_release,
        valid_from,
        valid_to,
        overlap_adcodes,
        announced_date,
        approved_date,
        code_notice_date,
        inaugurated_date,
        basis as date_basis
    from {{ ref('region_event') }}
    where adcode is null
),

prefecture as (
    select adcode from listed where adcode like '%00'
)

select
    md5(s.durable_code) as region_id,
    md5(s.durable_code || '|' || cast(s.valid_from as varchar)) as region_key,
    cast(s.adcode as varchar) as adcode,
    cast(s.zone_code as varchar) as zone_code,
    cast(s.name as varchar) as name,
    cast(case
        when s.level is not null then s.level
        when s.adcode like '%0000' then 'province'
        when s.adcode like '%00' then 'prefecture'
        when s.name like '%林区' or s.name like '%特区' then 'county'
        when s.name like '%区' then 'district'
        when s.name like '%市' then 'county_city'
        else 'county'
    end as varchar) as level,
    cast(case
        when s.parent_adcode is not null then s.parent_adcode
        when s.adcode like '%0000' then null
        when p.adcode is not null and p.adcode <> s.adcode then p.adcode
        else substr(s.adcode, 1, 2) || '0000'
    end as varchar) as parent_adcode,
    cast(substr(coalesce(s.adcode, s.parent_adcode), 1, 2) || '0000' as varchar) as province_adcode,
    cast(
        coalesce(a.report_province_code, substr(coalesce(s.adcode, s.parent_adcode), 1, 2) || '0000') as varchar
    ) as report_province_code,
    cast(s.is_statutory as boolean) as is_statutory,
    cast(s.overlap_adcodes as varchar) as overlap_adcodes,
    cast(s.code_release as varchar) as code_release,
    cast(s.date_basis as varchar) as date_basis,
    cast(s.announced_date as date) as announced_date,
    cast(s.approved_date as date) as approved_date,
    cast(s.code_notice_date as date) as code_notice_date,
    cast(s.inaugurated_date as date) as inaugurated_date,
    cast(s.valid_from as date) as valid_from,
    cast(s.valid_to as date) as valid_to
from stated as s
left join prefecture as p on substr(s.adcode, 1, 4) || '00' = p.adcode
left join {{ ref('region_attribute') }} as a on s.adcode = a.adcode
