-- Every code that an organisation is known by, of any of its versions, and the organisation's durable id.
with code as (
    select org_id, source_system, 'org_code' as code_type, org_code as code
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
    union all
    select org_id, source_system, 'uscc' as code_type, uscc as code
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
    union all
    select org_id, source_system, 'practice_licence_no' as code_type, practice_licence_no as code
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
    union all
    select org_id, source_system, 'ws218_code' as code_type, ws218_code as code
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
    union all
    select org_id, source_system, 'nhsa_code' as code_type, nhsa_code as code
    from {{ ref('int_organization__resolved') }}
    where set_aside_reason is null
)

select distinct
    cast(org_id as varchar) as org_id,
    cast(code_type as varchar) as code_type,
    cast(code as varchar) as code,
    cast(case when code like 'local:%' then source_system else {{ missing() }} end as varchar) as code_system
from code
where code is not null
