-- The latest day of each subject's facts, and of the notices.
select
    (select max(event_date) from fct_centre_activity_daily) as centres_until,
    (select max(event_date) from fct_recognition_daily) as recognition_until,
    (select max(event_date) from fct_capacity_daily) as capacity_until,
    (select max(event_date) from fct_capacity_release_daily) as release_until,
    (select max(publish_date) from fct_notice where is_current) as notices_until
