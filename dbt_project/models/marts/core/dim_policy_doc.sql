-- Policy documents. issued_date is the last day that the wording of issued_raw allows.
select
    cast(doc_key as varchar) as doc_key,
    cast(title as varchar) as title,
    cast(doc_no as varchar) as doc_no,
    cast(issued_raw as varchar) as issued_raw,
    cast(issued_date as date) as issued_date,
    cast(issued_precision as varchar) as issued_precision,
    cast(issuers as varchar) as issuers,
    cast(content_used as varchar) as content_used,
    cast(verification as varchar) as verification
from {{ ref('policy_doc') }}
