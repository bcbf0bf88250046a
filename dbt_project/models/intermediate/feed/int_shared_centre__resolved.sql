-- Centre records that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ judged_records('shared_centre', content=[
    'centre_type', 'name', 'group_id', 'host_org_id', 'status', 'opened_on', 'tat_target_minutes', 'valid_to'
]) }}

select * from judged
