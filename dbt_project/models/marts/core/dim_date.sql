-- Days from 2016 to 2035. Working days are known for the years of the seed only; elsewhere is_workday is null.
with day as (
    {{ every_day('2016-01-01', '2035-12-31') }}
),

known_year as (
    select distinct extract(year from date_day) as calendar_year
    from {{ ref('workday_exception') }}
)

select
    cast(d.date_day as date) as date_day,
    {{ month_start('d.date_day') }} as month_start,
    cast(extract(year from d.date_day) as bigint) as year,
    cast(extract(quarter from d.date_day) as bigint) as quarter,
    cast(extract(month from d.date_day) as bigint) as month,
    cast({{ iso_year('d.date_day') }} as bigint) as iso_year,
    cast(extract(week from d.date_day) as bigint) as iso_week,
    cast({{ iso_weekday('d.date_day') }} as bigint) as iso_weekday,
    cast(case
        when y.calendar_year is null then null
        when e.is_workday is not null then e.is_workday
        else {{ iso_weekday('d.date_day') }} <= 5
    end as boolean) as is_workday,
    cast(e.reason as varchar) as workday_reason
from day as d
left join known_year as y on extract(year from d.date_day) = y.calendar_year
left join {{ ref('workday_exception') }} as e on d.date_day = e.date_day
