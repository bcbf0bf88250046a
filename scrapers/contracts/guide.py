"""The guide for senders (docs/send-a-feed.md), written from the contracts.

Comes in: the contracts, the envelope, the rules. Goes out: Markdown, Chinese first, English beside it where a field is
explained. Never here: a field, an option or a rule that the YAML does not hold; only what surrounds them is text here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from scrapers.contracts import BACKFILL_DAYS, Contract, Field, Rule, envelope, load, rules, sample

EFFECTS = {
    "refuse_line": "退回该行",
    "refuse_file": "整份退回",
    "warn": "接收并提示",
    "set_aside": "接收,暂不计入",
    "merge": "合并计数",
    "none": "—",
}
SEVERITIES = {"refuse": "退回该行", "warn": "接收并提示", "flag": "接收并标记"}

HEAD = """# 报送数据 Send a feed
<!-- Made from scrapers/contracts by `yilian contracts guide -o docs/send-a-feed.md`. Do not edit by hand. -->

Only aggregates are sent: counts of a day or a month, master data of institutions. **任何个人信息都不接收**:一旦发现,
整份文件退回且不留存,改好后重报。

## 怎么报 How to send
1. 取模板:`yilian contracts template centre_activity -o 业务量.xlsx`,或按下文生成 NDJSON。
2. 报送前自查:`yilian check 业务量.xlsx`,结论与正式接收相同,不需要网络;`--source <来源>` 按其登记的类型和机构查。
3. 投放:放入 `inbox/<来源>/`,或由平台按清单拉取。
4. 看回执:`accepted/receipts/<来源>/index.html`,或 `yilian receipts <来源>`。退回的行改好后单独重报。

| 格式 | 说明 |
| --- | --- |
| NDJSON(`.ndjson`,可 `.gz`、`.zst`) | UTF-8,一行一条记录;推荐 |
| XLSX | 用模板,或任何列名可识别的表;一个工作簿可有多张表;图片、宏、嵌入文件不接收;旧版 XLS 请另存 |
| CSV(`.csv`,可 `.gz`) | UTF-8、GB18030 或 UTF-16;逗号、分号或制表符分隔 |

文件名:`YYYYMMDD_<来源>_<记录类型>_<序号>.ndjson.gz`。同一文件重复投放只算一次。

### 清单 Manifest
与文件同名、以 `.manifest.json` 结尾;文件与清单不符的整份退回。零行文件加清单 = 本期无业务;没有文件 = 未报。两者不同。

```json
{"file": "20261120_demo_centre_activity_001.ndjson.gz", "sha256": "<64 位十六进制>", "rows": 1200,
 "produced_at": "2026-11-20T23:30:00+08:00", "period_from": "2026-11-20", "period_to": "2026-11-20", "backfill": false}
```

`rows` 是记录数,不含空行、列名和合计行。业务日期早于生成时间 BACKFILL_DAYS 天以上的,须在清单中写 `"backfill": true`。

### 更正、作废、无法提供
* 更正:同一记录标识,记录版本加一,重报整条记录。版本最高的有效,历史都保留。
* 作废:`op` 为 `void`,不带 payload。
* 无法提供的字段列入 `not_provided`,不要填 0。未报、零、迟报、无法提供是四种不同的状态。
* 表格中可不填记录标识和记录版本:标识由统计口径各列得出,版本取生成时间;生成时间缺省取工作簿的保存时间。

### 表格的读法
* 列名:中文列名、字段名或来源自己的列名(来源文件夹的 `headers.csv`)。列名可带单位,如「申请数(份)」。
* 约定之外的列:有内容的行退回,回执写明列名。列名比上次接收时有增减的,回执会提示。
* 列名之上可写「报送机构编码:…」「业务日期:…」,对全表有效。
* 编码列请设为「文本」。编码变成 1.2E+17、末位变零、丢了前导零的退回,不猜。
* 百分数按计量单位读:单位为 % 时填 33 或 33%;单位为「比例」或不填时填 0.33 或 33%。
* 行号:回执中的行号就是表格的行号(NDJSON 为文本行)。
"""


def markdown() -> str:
    """The whole guide."""
    every = sorted(load().values(), key=lambda c: (c.tier != "minimum", c.record_type))
    parts = [HEAD.replace("BACKFILL_DAYS", str(BACKFILL_DAYS)), *_types(every), *_envelope(), *_catalogue()]
    parts += [part for contract in every for part in _contract(contract)]
    return "\n".join(parts) + "\n"


def _types(every: Sequence[Contract]) -> Iterator[str]:
    yield "## 记录类型 Record types\n\n| 类型 | 名称 | 层级 | 统计口径 grain |\n| --- | --- | --- | --- |"
    for c in every:
        tier = "必报 minimum" if c.tier == "minimum" else "扩展 extended"
        yield f"| [`{c.record_type}`](#{c.record_type}) | {c.zh} {c.en} | {tier} | {', '.join(c.grain)} |"
    yield ""


def _envelope() -> Iterator[str]:
    yield "## 信封 Envelope\n\n每条记录都有的字段。What surrounds every record.\n"
    yield from _fields(envelope().fields)
    yield from _rules(envelope().rules)


def _contract(contract: Contract) -> Iterator[str]:
    yield f'<a id="{contract.record_type}"></a>\n\n## {contract.zh} `{contract.record_type}`\n'
    yield f"{contract.en}. 版本 {contract.version}。" + ";".join(
        f"{k}:{v or '(空)'}" for k, v in contract.authority.items()
    )
    yield ""
    yield from _fields(contract.fields)
    yield from _rules(contract.rules)
    yield f"示例 Example:\n\n```json\n{json.dumps(sample.record(contract), ensure_ascii=False)}\n```\n"


def _fields(fields: Sequence[Field]) -> Iterator[str]:
    yield "| 字段 | 列名 | 类型 | 必填 | 含义 | 取值 | 示例 |\n| --- | --- | --- | --- | --- | --- | --- |"
    for field in fields:
        yield from _rows(field)
    yield ""


def _rows(field: Field) -> Iterator[str]:
    needed = "必填" if field.required else "选填"
    unit = f",{field.unit}" if field.unit else ""
    example = "" if field.example is None else f"`{json.dumps(field.example, ensure_ascii=False)}`"
    cells = (
        f"`{field.path}`", field.label, f"{field.type}{unit}", needed + (",可为 null" if field.nullable else ""),
        f"{field.zh}. {field.en}", _values(field), example,
    )  # fmt: skip
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    for member in field.fields:
        yield from _rows(member)


def _values(field: Field) -> str:
    if field.options:
        return "、".join(
            f"`{value}` {name}" if name != value else f"`{value}`" for value, name in field.options.items()
        )
    limits = {
        "≥": field.minimum, "≤": field.maximum, "最短": field.min_length, "最长": field.max_length,
        "每项最长": field.item_max_length, "格式": field.pattern and f"`{field.pattern}`", "校验": field.check,
    }  # fmt: skip
    return ";".join(f"{name} {limit}" for name, limit in limits.items() if limit is not None)


def _rules(found: Sequence[Rule]) -> Iterator[str]:
    if found:
        yield "| 规则 | 后果 | 说明 | 条件 |\n| --- | --- | --- | --- |"
        for rule in found:
            when = " ".join(rule.broken_when.split()).replace("|", "\\|")
            yield f"| {rule.code} | {SEVERITIES[rule.severity]} | {rule.zh}. {rule.en} | `{when}` |"
        yield ""


def _catalogue() -> Iterator[str]:
    yield "## 规则一览 Rules\n\n| 规则 | 后果 | 说明 |\n| --- | --- | --- |"
    for code, entry in rules()["catalogue"].items():
        yield f"| {code} | {EFFECTS[entry['effect']]} | {entry['zh']} |"
    yield "\n其他规则和处理办法 How to mend:\n\n| 规则 | 如何处理 |\n| --- | --- |"
    for code, text in rules()["mend"].items():
        yield f"| {code} | {text.replace('|', chr(92) + '|')} |"
    yield ""
