-- The months in which targets are judged, and the day judged.
select month_start, max(as_of_date) as as_of_date
from mart_target_attainment
where subject_level = 'pilot'
group by month_start
order by month_start
