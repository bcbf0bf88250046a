-- Lines refused at the door and records set aside after it, by rule.
select finding_type, rule, record_type, sum(records_count) as records_count, sum(files_count) as files_count
from operations.mart_data_quality
group by finding_type, rule, record_type
order by finding_type, records_count desc, rule, record_type nulls last
