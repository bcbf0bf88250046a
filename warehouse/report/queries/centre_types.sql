-- Centres by type on a day (the latest version of each where no day is known).
select
    centre_type,
    count(distinct centre_id) as centres_count,
    count(distinct case when status = 'operating' then centre_id end) as operating_count,
    count(distinct case when status = 'operating' then group_id end) as groups_count
from dim_centre
where case
    when $day is null then is_latest
    else cast($day as date) >= valid_from and cast($day as date) < coalesce(valid_to, date '9999-12-31')
end
group by centre_type
order by centre_type nulls last
