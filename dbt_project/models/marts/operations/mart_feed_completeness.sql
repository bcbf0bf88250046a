-- What each source owes and what came (应报/实报), a period a row. Silence, zero, late and not provided are four states;
-- a period that is not due yet is a fifth and counts for neither.
select
    p.*,
    cast(p.state <> 'not_due' as boolean) as is_due,
    cast(p.state in ('reported', 'late', 'zero', 'not_provided') as boolean) as is_received
from {{ ref('stg_ops__due_period') }} as p
