{#
  The incremental strategy of this project: delete the touched partitions of the target, then append the complete
  partitions that the model returned, in one transaction. A partition whose every record was voided ends empty, and a
  kill leaves all old or all new rows. A model names its partitions in its config:

      meta={'window': 'day' | 'month', 'partition': <column>, 'record_types': [...]}
#}
{% macro get_incremental_replace_partitions_sql(arg_dict) %}
    {% set columns = arg_dict['dest_columns'] | map(attribute='name') | join(', ') %}
    delete from {{ arg_dict['target_relation'] }} where {{ partition_filter(config.get('meta')) }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }}) select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}
