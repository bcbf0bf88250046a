-- Tours of medical teams: one row a record id that is not withdrawn, with the reason it is set aside or null.
-- They are about no one day: always all of them.
with {{ judged_records('medical_team_tour') }}

select * from judged
