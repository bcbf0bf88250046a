"""What no single record shows and no record is refused for: series that look wrong. Told, never taken out.

Comes in: raw.* and ops.touched_day of a build. Goes out: ops.suspect, a row a source, record type, rule and window,
which mart_data_quality shows as `flagged`. Only windows with a touched day are looked at again.

Q13  an item that the recognition catalogue does not hold on that day (where anybody sent that catalogue)
Q22  daily counts that only grow for LONG days, at least RISES of them: a cumulative value sent as a daily one
"""

from __future__ import annotations

from datetime import date, timedelta

from scrapers import contracts
from scrapers.contracts import Contract
from warehouse.database import Connection

LONG = 10
RISES = 7
WINDOW_DAYS = 62  # before the last touched day

DDL = """
create table if not exists ops.suspect (
    source_id varchar, record_type varchar, rule varchar, records_count bigint, files_count bigint,
    first_event_date date, last_event_date date);
"""


def find(con: Connection) -> int:
    """Look at the windows of the touched days again. Returns how many suspicions stand in ops.suspect."""
    for contract in contracts.load().values():
        row = con.execute(
            "select min(event_date), max(event_date) from ops.touched_day where record_type = ?", [contract.record_type]
        ).fetchone()
        if row is None or row[1] is None or contract.is_master:
            continue
        last: date = row[1]
        first = max(row[0] - timedelta(days=LONG), last - timedelta(days=WINDOW_DAYS))
        con.execute(
            "delete from ops.suspect where record_type = ? and last_event_date >= ? and first_event_date <= ?",
            [contract.record_type, first, last],
        )
        if contract.measures:
            con.execute(_growing(contract), {"first": first, "last": last, "long": LONG, "rises": RISES})
        if {"item_system", "item_code"} <= {column.name for column in contract.columns}:
            con.execute(_outside_catalogue(contract), {"first": first, "last": last})
    found = con.execute("select count(*) from ops.suspect").fetchone()
    return int(found[0]) if found else 0


def _growing(contract: Contract) -> str:
    """Runs of days of one grain in which the first measure never falls."""
    key = [column for column in contract.grain if column not in ("event_date", "period_type")]
    measure = contract.measures[0]
    return f"""
    insert into ops.suspect by name
    with day_row as (
        select
            source_id, file_sha256, event_date, {measure} as measured,
            md5(concat_ws('|', {", ".join(f"coalesce(cast({column} as varchar), '')" for column in key)})) as series
        from raw.{contract.record_type}
        where period_type = 'day' and op = 'upsert' and event_date between $first and $last and {measure} is not null
        qualify row_number() over (
            partition by source_system, source_record_id order by source_version desc, file_sha256, line_no) = 1
    ),
    step as (
        select *, lag(measured) over (partition by source_id, series order by event_date, file_sha256) as before
        from day_row
    ),
    run as (
        select *, sum(case when before is null or measured < before then 1 else 0 end)
            over (partition by source_id, series order by event_date, file_sha256) as run_no
        from step
    ),
    growing as (
        select source_id, series, run_no, count(*) as days_count
        from run
        group by all
        having count(*) >= $long and count(*) filter (measured > before) >= $rises
    )
    select
        r.source_id, '{contract.record_type}' as record_type, 'Q22' as rule, count(*) as records_count,
        count(distinct r.file_sha256) as files_count, min(r.event_date) as first_event_date,
        max(r.event_date) as last_event_date
    from run as r
    semi join growing as g on r.source_id = g.source_id and r.series = g.series and r.run_no = g.run_no
    group by r.source_id
    """


def _outside_catalogue(contract: Contract) -> str:
    """Records whose item stands in no version of its catalogue that is in force on the day."""
    return f"""
    insert into ops.suspect by name
    select
        r.source_id, '{contract.record_type}' as record_type, 'Q13' as rule, count(*) as records_count,
        count(distinct r.file_sha256) as files_count, min(r.event_date) as first_event_date,
        max(r.event_date) as last_event_date
    from raw.{contract.record_type} as r
    semi join raw.recognition_item as c on r.item_system = c.item_system
    where r.op = 'upsert' and r.item_code is not null and r.event_date between $first and $last
    and not exists (
        select 1 from raw.recognition_item as i
        where i.op = 'upsert' and i.item_system = r.item_system and i.item_code = r.item_code
        and i.valid_from <= r.event_date and r.event_date < coalesce(i.valid_to, date '9999-12-31'))
    group by r.source_id
    """
