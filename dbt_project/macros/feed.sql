{#
  What judging feed records against each other needs of their contracts (scrapers/contracts/*.yml), by record type. A
  test holds the two equal.

  grain        what a record is about; two record ids that agree on all of it contradict each other (Q23)
  references   columns that name another record, and the record type that describes it
  is_master    describes who or what others speak of: resolved in full each night
#}
{% macro feed_contracts() %}
    {{ return({
        'organization': {
            'grain': ['org_code', 'campus_code', 'valid_from'],
            'references': {'part_of': 'organization'},
            'is_master': true
        },
        'group_membership': {
            'grain': ['group_code', 'org_code', 'valid_from'],
            'references': {'group_code': 'group', 'org_code': 'organization'},
            'is_master': true
        },
        'shared_centre': {
            'grain': ['centre_code', 'valid_from'],
            'references': {'group_code': 'group', 'host_org_code': 'organization'},
            'is_master': true
        },
        'centre_coverage': {
            'grain': ['centre_code', 'org_code', 'valid_from'],
            'references': {'centre_code': 'shared_centre', 'org_code': 'organization'},
            'is_master': true
        },
        'recognition_item': {
            'grain': ['scope_type', 'scope_code', 'item_system', 'item_code', 'valid_from'],
            'references': {},
            'is_master': true
        },
        'centre_activity': {
            'grain': [
                'centre_code', 'requester_org_code', 'service_category', 'item_system', 'item_code', 'period_type',
                'event_date'
            ],
            'references': {'centre_code': 'shared_centre', 'requester_org_code': 'organization'},
            'is_master': false
        },
        'recognition_activity': {
            'grain': [
                'receiver_org_code', 'source_org_code', 'item_system', 'item_code', 'scope_type', 'period_type',
                'event_date'
            ],
            'references': {'receiver_org_code': 'organization', 'source_org_code': 'organization'},
            'is_master': false
        },
        'capacity': {
            'grain': ['lead_org_code', 'resource_type', 'clinic_class', 'bed_basis', 'period_type', 'event_date'],
            'references': {'lead_org_code': 'organization'},
            'is_master': false
        },
        'capacity_release': {
            'grain': [
                'lead_org_code', 'target_type', 'target_org_code', 'team_key', 'resource_type', 'clinic_class',
                'bed_basis', 'period_type', 'event_date'
            ],
            'references': {'lead_org_code': 'organization', 'target_org_code': 'organization'},
            'is_master': false
        },
        'referral_activity': {
            'grain': ['from_org_code', 'to_org_code', 'direction', 'setting', 'period_type', 'event_date'],
            'references': {'from_org_code': 'organization', 'to_org_code': 'organization'},
            'is_master': false
        },
        'telemedicine_activity': {
            'grain': ['provider_org_code', 'requester_org_code', 'service_type', 'period_type', 'event_date'],
            'references': {'provider_org_code': 'organization', 'requester_org_code': 'organization'},
            'is_master': false
        },
        'visit_volume': {
            'grain': ['org_code', 'visit_type', 'scope', 'period_type', 'event_date'],
            'references': {'org_code': 'organization'},
            'is_master': false
        },
        'indicator_value': {
            'grain': [
                'indicator_code', 'subject_type', 'subject_code', 'definition_version', 'data_source', 'period_type',
                'event_date'
            ],
            'references': {'subject_code': 'organization'},
            'is_master': false
        },
        'dispatch_assignment': {
            'grain': ['assignment_key'],
            'references': {'from_org_code': 'organization', 'to_org_code': 'organization'},
            'is_master': false
        },
        'dispatch_activity': {
            'grain': ['assignment_key', 'period_type', 'event_date'],
            'references': {'assignment_key': 'dispatch_assignment'},
            'is_master': false
        },
        'medical_team_tour': {
            'grain': ['tour_code'],
            'references': {'org_code': 'organization', 'dest_org_code': 'organization'},
            'is_master': false
        }
    }) }}
{% endmacro %}

{#
  Is a record about one day? Then rivals share that day, and touched days are enough. What is about a whole posting or
  tour, or is a master, is resolved in full.
#}
{% macro is_by_day(contract) -%}
    {{ return('event_date' in contract['grain'] and not contract['is_master']) }}
{%- endmacro %}

{# Names of the record types whose records are about one day, or of the others. #}
{% macro record_types(by_day) %}
    {% set names = [] %}
    {% for name, contract in feed_contracts().items() if is_by_day(contract) == by_day %}
        {%- do names.append(name) %}
    {%- endfor %}
    {{ return(names) }}
{% endmacro %}

{#
  The columns of every feed record in staging: where it stands in what file, and its envelope. Each model lists the
  payload after them.
#}
{% macro feed_envelope() -%}
    cast(source_id as varchar) as source_id,
    cast(file_sha256 as varchar) as file_sha256,
    cast(line_no as bigint) as line_no,
    cast(contract_version as varchar) as contract_version,
    cast(source_system as varchar) as source_system,
    cast(source_record_id as varchar) as source_record_id,
    cast(source_version as bigint) as source_version,
    cast(op as varchar) as op,
    cast(reporter_org_code as varchar) as reporter_org_code,
    cast(event_date as date) as event_date,
    cast(period_type as varchar) as period_type,
    cast(produced_at as timestamp) as produced_at,
    cast(not_provided as varchar) as not_provided,
    cast(load_run as varchar) as load_run,
    cast(loaded_at as timestamp) as loaded_at
{%- endmacro %}
