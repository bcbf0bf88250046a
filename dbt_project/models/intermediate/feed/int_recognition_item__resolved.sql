-- Items of recognition catalogues: one row a record id that is not withdrawn, with the reason it is set aside or null.
with {{ judged_records('recognition_item', content=[
    'item_display', 'item_loinc', 'item_local_code', 'category', 'hr_mark', 'valid_days', 'valid_to', 'direction'
]) }}

select * from judged
