-- Organisations in all their versions (SCD2 over the dated versions that they report). valid_from/valid_to are the days
-- reported, cut where the next version begins; label_from/label_to cover every day without a gap, so that a number from
-- before the first version still finds a name.
with org_version as (
    select
        r.*,
        lag(r.valid_from) over (partition by r.org_id order by r.valid_from nulls last) as previous_from,
        lead(r.valid_from) over (partition by r.org_id order by r.valid_from nulls last) as next_from
    from {{ ref('int_organization__resolved') }} as r
    where r.set_aside_reason is null
),

report_code as (
    select distinct adcode, report_province_code
    from {{ ref('dim_region') }}
    where adcode is not null
)

select
    md5(v.org_id || '|' || cast(v.valid_from as varchar)) as org_key,
    cast(v.org_id as varchar) as org_id,
    cast(v.org_code as varchar) as org_code,
    cast(v.campus_part as varchar) as campus_code,
    cast(v.name as varchar) as name,
    cast(v.level as varchar) as level,
    cast(v.grade as varchar) as grade,
    cast(v.tier as varchar) as tier,
    cast(v.org_class as varchar) as org_class,
    cast(v.ownership as varchar) as ownership,
    cast(v.is_tcm as boolean) as is_tcm,
    cast(v.status as varchar) as status,
    cast(v.adcode as varchar) as adcode,
    cast(substr(v.adcode, 1, 2) || '0000' as varchar) as province_adcode,
    cast(coalesce(c.report_province_code, substr(v.adcode, 1, 2) || '0000') as varchar) as report_province_code,
    cast(v.part_of_org_id as varchar) as part_of_org_id,
    cast(v.open_beds as bigint) as open_beds_count,
    cast(v.authorised_beds as bigint) as authorised_beds_count,
    cast(v.resident_population as bigint) as resident_population_count,
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
from org_version as v
left join report_code as c on v.adcode = c.adcode
