-- Feed files that came before the door.
select
    count(*) as files_count,
    count(file_refused) as refused_count,
    coalesce(sum(rows_total_count), 0) as rows_total_count,
    coalesce(sum(rows_accepted_count), 0) as rows_accepted_count,
    coalesce(sum(rows_rejected_count), 0) as rows_rejected_count
from operations.fct_feed_load
