-- The 81 pilots as a repost prints them and as the administrative codes prove them. A correction is shown, never
-- silent: is_corrected marks the four cities that the page puts into the wrong province.
select
    cast(seq as bigint) as seq,
    cast(province_raw as varchar) as province_raw,
    cast(city_raw as varchar) as city_raw,
    cast(province as varchar) as province,
    cast(city as varchar) as city,
    cast(adcode as varchar) as adcode,
    cast(province_adcode as varchar) as province_adcode,
    cast(report_province_code as varchar) as report_province_code,
    cast(level as varchar) as level,
    cast(overlap_adcodes as varchar) as overlap_adcodes,
    cast(correction as varchar) as correction,
    cast(correction like '%province_wrong%' as boolean) as is_corrected,
    cast(correction_reason as varchar) as correction_reason,
    cast('city-list-2023' as varchar) as doc_key
from {{ ref('pilot') }}
