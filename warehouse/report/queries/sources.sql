-- Sources: what each brought. No times and no counts of attempts: the same warehouse gives the same page.
select
    source_id, source_kind, last_outcome, files_count, rows_accepted_count, rows_rejected_count, set_aside_count,
    notices_count, last_event_date, last_publish_date
from operations.mart_source_health
order by source_id
