-- Postings of staff: one row a record id that is not withdrawn, with the reason it is set aside or null.
-- They are about no one day: always all of them.
with {{ judged_records('dispatch_assignment') }}

select * from judged
