-- Every organisation and centre that tonight's facts name is in its dimension: what is unknown was set aside.
{% set references = [
    ('fct_centre_activity_daily', 'centre_activity', 'centre_id', 'dim_centre', 'centre_id'),
    ('fct_centre_activity_daily', 'centre_activity', 'requester_org_id', 'dim_org', 'org_id'),
    ('fct_recognition_daily', 'recognition_activity', 'receiver_org_id', 'dim_org', 'org_id'),
    ('fct_recognition_daily', 'recognition_activity', 'source_org_id', 'dim_org', 'org_id'),
    ('fct_capacity_daily', 'capacity', 'lead_org_id', 'dim_org', 'org_id'),
    ('fct_capacity_release_daily', 'capacity_release', 'lead_org_id', 'dim_org', 'org_id'),
    ('fct_capacity_release_daily', 'capacity_release', 'target_org_id', 'dim_org', 'org_id')
] %}
{% for fact, record_type, column, dimension, key in references %}
select distinct '{{ fact }}.{{ column }}' as reference, f.{{ column }} as missing_id
from {{ ref(fact) }} as f
left join {{ ref(dimension) }} as d on f.{{ column }} = d.{{ key }}
where
    d.{{ key }} is null
    and f.{{ column }} <> {{ missing() }}
    and {{ touched_day_filter('f.event_date', [record_type]) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
