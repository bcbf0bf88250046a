-- Indicators: what each counts, of what, and how that reading was verified.
select
    cast(indicator_code as varchar) as indicator_code,
    cast(subject as varchar) as subject,
    cast(scope as varchar) as scope,
    cast(name_zh as varchar) as name_zh,
    cast(definition as varchar) as definition,
    cast(numerator as varchar) as numerator_definition,
    cast(denominator as varchar) as denominator_definition,
    cast(unit as varchar) as unit,
    cast(direction as varchar) as direction,
    cast(feed_record_types as varchar) as feed_record_types,
    cast(verification as varchar) as verification,
    cast(notes as varchar) as notes
from {{ ref('indicator') }}
