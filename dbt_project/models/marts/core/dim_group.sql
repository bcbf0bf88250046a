-- Groups, one row each. Name, kind and pilot are those of the latest membership that states them, the lead's before
-- other members'. A pilot code abolished since is read as its full successor.
with membership as (
    select
        r.*,
        row_number() over (
            partition by r.group_id
            order by
                case when r.role = 'lead' then 0 else 1 end asc nulls last,
                r.valid_from desc nulls last,
                r.org_id asc nulls last,
                r.source_system asc nulls last,
                r.source_record_id asc nulls last
        ) as voice_no
    from {{ ref('int_group_membership__resolved') }} as r
    where r.set_aside_reason is null
),

named as (
    select group_id, min(voice_no) as voice_no
    from membership
    where group_name is not null
    group by group_id
),

placed as (
    select group_id, min(voice_no) as voice_no
    from membership
    where pilot_adcode is not null
    group by group_id
),

life as (
    select
        group_id,
        min(valid_from) as valid_from,
        case when count(*) = count(valid_to) then max(valid_to) end as valid_to
    from membership
    group by group_id
)

select
    cast(m.group_id as varchar) as group_id,
    cast(m.group_code as varchar) as group_code,
    cast(name_voice.group_name as varchar) as name,
    cast(m.group_type as varchar) as group_type,
    cast(place_voice.pilot_adcode as varchar) as pilot_adcode,
    cast(p.seq as bigint) as pilot_seq,
    cast(l.valid_from as date) as valid_from,
    cast(l.valid_to as date) as valid_to
from membership as m
inner join life as l on m.group_id = l.group_id
left join named on m.group_id = named.group_id
left join membership as name_voice on named.group_id = name_voice.group_id and named.voice_no = name_voice.voice_no
left join placed on m.group_id = placed.group_id
left join membership as place_voice on placed.group_id = place_voice.group_id and placed.voice_no = place_voice.voice_no
left join {{ ref('bridge_region_successor') }} as s
    on place_voice.pilot_adcode = s.old_adcode and s.succession_type = 'full'
left join {{ ref('dim_pilot') }} as p on coalesce(s.new_adcode, place_voice.pilot_adcode) = p.adcode
where m.voice_no = 1
