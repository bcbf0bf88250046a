-- Memberships that count: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ judged_records('group_membership', content=[
    'group_name', 'group_type', 'grid_code', 'pilot_adcode', 'role', 'valid_to'
]) }}

select * from judged
