{{ config(severity='warn') }}
-- A reviewer's correction that matches nothing any more: the text changed, or the parser reads it otherwise now.
select notice_id, correction_id, value_text
from {{ ref('mart_review_list') }}
where reason = 'orphaned_correction'
