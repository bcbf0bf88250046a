-- Reported volume and timeliness by month and type of centre.
select
    month_start,
    centre_type,
    max(as_of_date) as as_of_date,
    count(distinct centre_id) as centres_count,
    sum(reported_count) as reported_count,
    sum(own_reported_count) as own_count,
    sum(other_reported_count) as other_count,
    sum(on_time_num) as on_time_num,
    sum(on_time_den) as on_time_den
from mart_shared_centres
group by month_start, centre_type
order by month_start, centre_type nulls last
