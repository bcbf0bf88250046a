-- Recognition by month: numerator and denominator of MR07, and the estimated saving.
select
    month_start,
    max(as_of_date) as as_of_date,
    count(distinct receiver_org_id) as receivers_count,
    count(distinct case when recognition_den is null then receiver_org_id end) as no_denominator_count,
    sum(recognition_num) as recognition_num,
    sum(recognition_den) as recognition_den,
    sum(recognised_count) as recognised_count,
    sum(not_recognised_count) as not_recognised_count,
    sum(saved_amount_fen) as saved_amount_fen
from mart_mutual_recognition
group by month_start
order by month_start
