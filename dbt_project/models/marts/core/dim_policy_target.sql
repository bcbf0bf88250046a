-- Targets. A target binds (is_assessed) only where a document states the figure, and either states the date too or
-- states none: then it stands from the document's date on. All others are shown as 参照值,非考核.
select
    md5(
        t.indicator_code || '|' || t.scope || '|' || coalesce(cast(t.due_date as varchar), {{ missing() }})
    ) as target_key,
    cast(t.indicator_code as varchar) as indicator_code,
    cast(t.scope as varchar) as scope,
    cast(t.target_op as varchar) as target_op,
    cast(t.target_num as bigint) as target_num,
    cast(t.target_den as bigint) as target_den,
    cast(d.issued_date as date) as effective_from,
    cast(t.due_date as date) as due_date,
    cast(t.doc_key as varchar) as doc_key,
    cast(t.doc_raw as varchar) as doc_raw,
    cast(t.target_basis as varchar) as target_basis,
    cast(t.date_basis as varchar) as date_basis,
    cast(
        t.target_op is not null and coalesce(t.target_basis, '') = 'documented'
        and (
            (t.due_date is not null and coalesce(t.date_basis, '') = 'documented')
            or (t.due_date is null and d.issued_date is not null)
        ) as boolean
    ) as is_assessed,
    cast(t.verification as varchar) as verification
from {{ ref('policy_target') }} as t
left join {{ ref('policy_doc') }} as d on t.doc_key = d.doc_key
