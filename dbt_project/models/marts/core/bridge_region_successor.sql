-- Which region took over an abolished one. History keeps its codes; this says how to read them together.
select
    cast(old_adcode as varchar) as old_adcode,
    cast(new_adcode as varchar) as new_adcode,
    cast(kind as varchar) as succession_type,
    cast(effective_date as date) as effective_date,
    cast(note as varchar) as note
from {{ ref('region_successor') }}
