-- Reposts → clusters, one row a notice, by its current version. Notices that bear one document number are one document;
-- a number that is only cited is not borne. A notice without a number joins another of the same title core and kind
-- when containment of the smaller one's shingles is at least 0.3. Two different numbers are never joined.
-- Candidates are not all pairs: within a block of titles (same head or same end), a notice is compared with the first
-- holder of each of its shingles, and of these with the five that it shares most with: so sentences that many notices
-- share cost a few comparisons a notice, not its square.
-- A notice hangs below at most one other that comes before it in a total order (numbered first, then *.gov.cn, then the
-- publish date, then the id), so chains end; six rounds of pointer jumping reach the root of chains of 64.
with notice as (
    select
        v.notice_id,
        v.capture_id,
        v.doc_number_key,
        v.title_core,
        v.title_kind,
        v.shingle_modulus,
        {{ date_or_null('v.publish_date_raw') }} as publish_date,
        case when v.source_site = 'gov.cn' or v.source_site like '%.gov.cn' then 0 else 1 end as site_rank
    from {{ ref('int_notice__versions') }} as v
    where v.recency_no = 1
),

ranked as (
    select
        n.*,
        row_number() over (
            order by
                case when n.doc_number_key is null then 1 else 0 end,
                n.site_rank nulls last,
                n.publish_date nulls last,
                n.notice_id nulls last
        ) as rank_no
    from notice as n
),

titled as (
    select
        notice_id,
        rank_no,
        capture_id,
        'head' || title_kind || '|' || substr(title_core, 1, 10) as title_block
    from ranked
    where length(title_core) >= 8

    union all

    select
        notice_id,
        rank_no,
        capture_id,
        'tail' || title_kind || '|' || substr(title_core, greatest(length(title_core) - 9, 1)) as title_block
    from ranked
    where length(title_core) >= 8
),

shingle as (
    select
        t.title_block,
        t.rank_no,
        s.shingle_hash
    from titled as t
    inner join {{ ref('stg_notices__notice_shingle') }} as s on t.capture_id = s.capture_id
),

first_holder as (
    select title_block, shingle_hash, min(rank_no) as rank_no
    from shingle
    group by title_block, shingle_hash
),

met as (
    select
        s.rank_no,
        h.rank_no as earlier_rank_no,
        count(*) as shared_count
    from shingle as s
    inner join first_holder as h on s.title_block = h.title_block and s.shingle_hash = h.shingle_hash
    where h.rank_no < s.rank_no
    group by s.rank_no, h.rank_no
),

candidate as (
    select rank_no, earlier_rank_no
    from (
        select
            m.*,
            row_number() over (
                partition by m.rank_no order by m.shared_count desc nulls last, m.earlier_rank_no asc nulls last
            ) as meeting_no
        from met as m
    ) as meeting
    where meeting_no <= 5
),

pair as (
    select
        later.rank_no,
        earlier.rank_no as earlier_rank_no,
        later.capture_id,
        earlier.capture_id as earlier_capture_id,
        greatest(later.shingle_modulus, earlier.shingle_modulus) as modulus
    from candidate as c
    inner join ranked as later on c.rank_no = later.rank_no
    inner join ranked as earlier on c.earlier_rank_no = earlier.rank_no
    where
        later.doc_number_key is null
        and later.title_kind = earlier.title_kind
        and (
            later.title_core like '%' || earlier.title_core || '%'
            or earlier.title_core like '%' || later.title_core || '%'
        )
),

side as (
    select
        p.rank_no,
        p.earlier_rank_no,
        s.shingle_hash,
        1 as of_later,
        0 as of_earlier
    from pair as p
    inner join {{ ref('stg_notices__notice_shingle') }} as s on p.capture_id = s.capture_id
    where s.shingle_hash % p.modulus = 0

    union all

    select
        p.rank_no,
        p.earlier_rank_no,
        s.shingle_hash,
        0 as of_later,
        1 as of_earlier
    from pair as p
    inner join {{ ref('stg_notices__notice_shingle') }} as s on p.earlier_capture_id = s.capture_id
    where s.shingle_hash % p.modulus = 0
),

shared as (
    select
        rank_no,
        earlier_rank_no,
        shingle_hash,
        max(of_later) as of_later,
        max(of_earlier) as of_earlier
    from side
    group by rank_no, earlier_rank_no, shingle_hash
),

containment as (
    select
        rank_no,
        earlier_rank_no,
        sum(of_later * of_earlier) as containment_num,
        least(sum(of_later), sum(of_earlier)) as containment_den,
        cast(sum(of_later * of_earlier) as double)
        / nullif(least(sum(of_later), sum(of_earlier)), 0) as containment_share
    from shared
    group by rank_no, earlier_rank_no
),

parent as (
    select
        m.rank_no,
        m.earlier_rank_no,
        m.containment_num,
        m.containment_den
    from (
        select
            c.*,
            row_number() over (
                partition by c.rank_no
                order by
                    case when e.doc_number_key is null then 1 else 0 end asc nulls last,
                    c.containment_share desc nulls last,
                    c.earlier_rank_no asc nulls last
            ) as choice_no
        from containment as c
        inner join ranked as e on c.earlier_rank_no = e.rank_no
        where c.containment_num >= 5 and c.containment_num * 10 >= c.containment_den * 3
    ) as m
    where m.choice_no = 1
),

{# Each round doubles the reach: a notice takes the root that its root had found. -#}
round_0 as (
    select r.rank_no, coalesce(p.earlier_rank_no, r.rank_no) as root_no
    from ranked as r
    left join parent as p on r.rank_no = p.rank_no
),

{% for number in range(1, 7) -%}
round_{{ number }} as (
    select r.rank_no, up.root_no
    from round_{{ number - 1 }} as r
    inner join round_{{ number - 1 }} as up on r.root_no = up.rank_no
),

{% endfor -%}
keyed as (
    select
        n.notice_id,
        n.rank_no,
        n.doc_number_key,
        n.site_rank,
        n.publish_date,
        p.containment_num,
        p.containment_den,
        case
            when root.doc_number_key is not null then md5('doc|' || root.doc_number_key)
            else md5('notice|' || root.notice_id)
        end as cluster_key
    from round_6 as r
    inner join ranked as n on r.rank_no = n.rank_no
    inner join ranked as root on r.root_no = root.rank_no
    left join parent as p on n.rank_no = p.rank_no
),

gathered as (
    select
        k.*,
        count(*) over (partition by k.cluster_key) as cluster_size,
        count(k.doc_number_key) over (partition by k.cluster_key) as numbered_size,
        row_number() over (
            partition by k.cluster_key
            order by k.site_rank nulls last, k.publish_date nulls last, k.notice_id nulls last
        ) as origin_no
    from keyed as k
)

select
    notice_id,
    cluster_key,
    cluster_size as cluster_notices_count,
    origin_no = 1 as is_original,
    case
        when containment_den is not null then 'title_and_text'
        when doc_number_key is not null and numbered_size > 1 then 'doc_number'
        when cluster_size > 1 then 'anchor'
        else 'none'
    end as match_reason,
    containment_num,
    containment_den
from gathered
