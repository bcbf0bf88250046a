-- Referral records, of tonight's touched days (all days on a full refresh): one row a record id that is not
-- withdrawn, with the reason it is set aside or null. Complete for each of these days.
with {{ judged_records('referral_activity') }}

select * from judged
