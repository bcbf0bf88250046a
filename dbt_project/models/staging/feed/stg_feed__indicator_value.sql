-- Feed records of type indicator_value as they were accepted: every version, void and duplicate.
select
    {{ feed_envelope() }},
    cast(indicator_code as varchar) as indicator_code,
    cast(subject_type as varchar) as subject_type,
    cast(subject_code as varchar) as subject_code,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(unit as varchar) as unit,
    cast(definition_version as varchar) as definition_version,
    cast(data_source as varchar) as data_source
from {{ source('raw', 'indicator_value') }}
