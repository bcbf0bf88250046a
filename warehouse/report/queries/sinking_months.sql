-- The months of resource sinking, and how far each reaches.
select month_start, max(as_of_date) as as_of_date
from mart_resource_sinking
group by month_start
order by month_start
