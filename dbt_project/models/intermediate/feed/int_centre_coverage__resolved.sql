-- Who a centre serves: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ judged_records('centre_coverage', content=[
    'mode', 'device_connected', 'status', 'valid_to'
]) }}

select * from judged
