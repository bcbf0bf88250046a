"""The wall: which files must not enter, told by rule, field and line; and that honest files are not held up."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import uuid
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from scrapers import contracts, registry
from scrapers.archive import Refusal
from scrapers.registry import Source
from tests import feed
from tests.scrapers.contracts import generated
from warehouse import privacy

# Made up, with right check digits; no number of a person is meant.
ID18_X = "11010519491231002X"
ID15 = "110105491231002"
MOBILE = "13912345678"


def checked(body: str) -> str:
    """An 18-digit number with the check digit of GB 11643."""
    return body + privacy.CHECK_DIGITS[sum(int(c) * w for c, w in zip(body, privacy.WEIGHTS, strict=True)) % 11]


ID18 = checked("11010519900307123")


@pytest.fixture(scope="module")
def source() -> Source:
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


def organisation(**changes: Any) -> dict[str, Any]:
    record = feed.organisation(feed.LEAD, "示例县人民医院")
    for name, value in changes.items():
        place = record["payload"] if name.startswith("p_") else record
        place[name.removeprefix("p_")] = value
    return record


def walled(folder: Path, source: Source, *lines: bytes) -> Refusal | None:
    path = folder / "feed.ndjson"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return privacy.wall(path, source)


def text(record: Any, **options: Any) -> bytes:
    return json.dumps(record, **{"ensure_ascii": False, **options}).encode()


PERSONAL: list[tuple[dict[str, Any], str, str]] = [
    (organisation(p_name=f"示例医院 {MOBILE}"), "PII-mobile", "payload.name"),
    (organisation(p_name="示例医院 139 1234 5678"), "PII-mobile", "payload.name"),
    (organisation(p_name="示例医院 139-1234-5678"), "PII-mobile", "payload.name"),
    (organisation(p_name=f"示例医院 +86{MOBILE}"), "PII-mobile", "payload.name"),
    (organisation(p_name="示例医院 １３９１２３４５６７８"), "PII-mobile", "payload.name"),
    *(
        (organisation(p_name=f"示例医院 {written}"), "PII-mobile", "payload.name")
        for written in (
            "139.1234.5678",
            "1391 234 5678",
            "13912 345678",
            "139 12345678",
            "(+86)139-1234-5678",
            "008613912345678",
            "139—1234—5678",
            "139－1234－5678",
            "139\u200b1234\u200b5678",
            "139\u00a01234\u00a05678",
            "139\t1234\t5678",
            "1 3 9 1 2 3 4 5 6 7 8",
            "a13912345678",
            "139 123 45678",
            "١٣٩١٢٣٤٥٦٧٨",
            "139,1234,5678",
        )
    ),
    *(
        (organisation(p_name=f"示例医院 {written}"), "PII-id-number", "payload.name")
        for written in (
            "110105 19491231 002X",
            "110105-19491231-002x",
            "11010519491231002Ｘ",
            "11010519491231 002X",
            "110105 491231 002",
        )
    ),
    (organisation(source_record_id=ID18_X + "A"), "PII-id-number", "source_record_id"),
    (organisation(event_date=MOBILE), "PII-mobile", "event_date"),
    (organisation(p_valid_to=MOBILE), "PII-mobile", "payload.valid_to"),
    *(
        (organisation(p_name=f"示例医院 {written}"), "PII-person", "payload.name")
        for written in (
            "患者：张三",
            "姓名:阿依古丽·买买提",
            "患者欧阳娜娜",
            "患者(张三)",
            "姓名|张三",
            "患者張三",
            "姓名:李 雷",
            "姓名:Zhang San",
            "患者张三已出院",
            "患者张三李四",
            "张三(患者)",
            "patient: Zhang San",
            "家属王先生",
            "住院号:0012345",
            "卡号6222021234567890",
            "出生日期1990-03-07",
            "1990年3月7日出生",
            "生于1990-03-07",
            "住址:朝阳区建国路88号",
            "家住建国路88号3单元",
        )
    ),
    *(
        (organisation(**{f"p_{name}": "x"}), "PII-field", f"payload.{name}")
        for name in ("patientName", "patient-name", "mobilePhone", "联系方式", "xm", "sfzh", "身份证号码")
    ),
    (organisation(p_name='{"tel": "\\u60a3\\u8005\\u5f20\\u4e09"}'), "PII-person", "payload.name"),
    (organisation(p_alias=["甲", f"tel{MOBILE}"]), "PII-mobile", "payload.alias"),
    (organisation(source_record_id=MOBILE), "PII-mobile", "source_record_id"),
    (organisation(source_record_id=f"p{MOBILE}"), "PII-mobile", "source_record_id"),
    *(
        (organisation(source_record_id=id_), "PII-mobile", "source_record_id")
        for id_ in (f"a{MOBILE}", f"{MOBILE}e", f"ca:c{MOBILE}", f"AB{MOBILE}FE")  # letters of a hash, and no hash
    ),
    # region, day and serial number: nobody can tell them from a card of before 1999, or, one in eleven, from one since
    (organisation(source_record_id="410100261120001"), "PII-id-number", "source_record_id"),
    (organisation(source_record_id=checked("41010020261120001")), "PII-id-number", "source_record_id"),
    (organisation(source_record_id=ID18_X), "PII-id-number", "source_record_id"),
    (organisation(source_record_id=f"org-{ID18}-1"), "PII-id-number", "source_record_id"),
    (organisation(source_record_id=ID15), "PII-id-number", "source_record_id"),
    (organisation(p_name=f"负责人{ID18}"), "PII-id-number", "payload.name"),
    (organisation(p_practice_licence_no=ID18), "PII-id-number", "payload.practice_licence_no"),
    (organisation(p_adcode=MOBILE), "PII-mobile", "payload.adcode"),
    (organisation(p_tier=f"county {MOBILE}"), "PII-mobile", "payload.tier"),
    (organisation(p_name="患者张三"), "PII-person", "payload.name"),
    (organisation(p_name="姓名: 李小明,示例医院"), "PII-person", "payload.name"),
    (organisation(p_alias=["家属王某"]), "PII-person", "payload.alias"),
    (organisation(p_name="示例医院住院号 0012345"), "PII-person", "payload.name"),
    (organisation(p_patient_name="张三"), "PII-field", "payload.patient_name"),
    (organisation(p_患者姓名="张三"), "PII-field", "payload.患者姓名"),
    (organisation(Mobile=1), "PII-field", "Mobile"),
    (organisation(p_remark=f"请回电 {MOBILE}"), "PII-mobile", "payload.?"),
    (organisation(p_remark={"deep": [1, {"er": int(MOBILE)}]}), "PII-mobile", "payload.?"),
    (organisation(p_remark=reduce(lambda inner, _: {"in": inner}, range(480), MOBILE)), "PII-mobile", "payload.?"),
    (organisation(**{f"p_{MOBILE}": 1}), "PII-mobile", "payload.?"),
    ({**organisation(), "op": "void", "payload": {"note": ID18}}, "PII-id-number", "payload.?"),
    ({**organisation(), "record_type": "x"} | {"payload": {"name": MOBILE}}, "PII-mobile", "payload.name"),
]


@pytest.mark.parametrize(("record", "rule", "field"), PERSONAL)
@pytest.mark.parametrize("escaped", [False, True])
def test_personal_data_keeps_a_file_out(
    tmp_path: Path, source: Source, record: dict[str, Any], rule: str, field: str, escaped: bool
) -> None:
    good = text(organisation())
    refusal = walled(tmp_path, source, good, b"", text(record, ensure_ascii=escaped))
    assert refusal == Refusal(rule, field, 3)


def test_digits_hidden_behind_escapes_are_seen(tmp_path: Path, source: Source) -> None:
    hidden = "".join(f"\\u{ord(c):04x}" for c in MOBILE)
    line = text(organisation(p_name="示例医院 M")).replace(b"M", hidden.encode())
    assert walled(tmp_path, source, line) == Refusal("PII-mobile", "payload.name", 1)


def test_each_of_duplicate_keys_is_searched(tmp_path: Path, source: Source) -> None:
    line = text(organisation()).replace(b'"name":', f'"name": "{MOBILE}", "name":'.encode())
    assert walled(tmp_path, source, line) == Refusal("PII-mobile", "payload.name", 1)


@pytest.mark.parametrize(
    "line",
    [
        f"联系电话 {MOBILE}".encode(),
        f'{{"name": "{MOBILE}"'.encode(),
        f'["{MOBILE}"]'.encode(),
        b"\xff\xfe " + MOBILE.encode(),
        f"示例 {MOBILE}".encode("gb18030"),
        '{"record_type": "organization", "payload": {"remark": "患者张三"'.encode("gb18030"),
        json.dumps({"name": "患者张三"})[:-1].encode(),
        b'{"patient_name": "x"',
        b'{"a": "' + "".join(f"\\u{ord(c):04x}" for c in MOBILE).encode() + b'"',
    ],
)
def test_a_line_that_is_no_record_is_searched_as_text(tmp_path: Path, source: Source, line: bytes) -> None:
    refusal = walled(tmp_path, source, text(organisation()), line)
    assert refusal is not None
    assert (refusal.field, refusal.line) == (None, 2)


HONEST: list[dict[str, Any]] = [
    organisation(p_name="示例县张家镇李家村卫生室"),
    organisation(p_name="示例医院患者服务中心"),
    organisation(p_name="患者高血压筛查中心"),
    organisation(p_name="患者安全"),
    organisation(p_name="家属院社区卫生服务站"),
    organisation(p_name="病人马上就诊中心"),
    organisation(p_name="示例医院 1391234567"),  # ten digits
    organisation(p_name="示例医院 139123456789"),  # twelve
    organisation(p_name="示例医院 12912345678"),
    organisation(p_name=f"示例医院 {ID18[:-1]}{(int(ID18[-1], 16) + 1) % 10}"[:22]),  # a wrong check digit
    organisation(p_practice_licence_no="PDY13010050013017"),
    organisation(p_nhsa_code="H13010500123"),
    organisation(source_record_id="20261120093000123"),
    organisation(source_record_id=f"{0xA13912345678:012x}{0x1399999999:010x}"),
    organisation(source_record_id="01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    organisation(p_ws218_code="1391234567813912345678"),
    organisation(p_open_beds=13912345678),
    organisation(p_remark="仅供参考"),
    *(
        organisation(p_name=name)
        for name in (
            "示例市患者安全与服务管理中心",
            "病人自控镇痛",
            "患者随访中心(北区)",
            "示例医院家属院社区卫生服务站",
            "产妇学校",
            "死者鉴定中心",
            "Patient Care Centre",
            "条码打印",
            "示例医院 2026年11月20日揭牌",
            "示例医院(1949年建院)",
            "住院号管理",
            "高血压患者程序化管理",
            "示例医院 0371-12345678",
            "示例医院 400-123-4567",
            "电话心电",
        )
    ),
    *(
        organisation(source_record_id=id_)
        for id_ in (
            "ward138-2026-1120",
            "r-15-2026-11-20-1",
            "138.2026.1120",
            "ca:2026-11-20:13912345",
            "20261120139123456789",
            "202611200000123",  # 15 digits, and no province, or no day
            "500000000000123",
            "410100991345001",
            "410100R261120001",
            "41010020261120001",
        )
    ),
    *(organisation(p_org_code=code, reporter_org_code=code) for code in ("local:13010500123", f"local:{ID15}")),
]


@pytest.mark.parametrize("record", HONEST)
def test_what_is_no_personal_data_passes(tmp_path: Path, source: Source, record: dict[str, Any]) -> None:
    assert walled(tmp_path, source, text(record)) is None


def test_random_keys_and_hashes_of_every_type_pass(tmp_path: Path, source: Source) -> None:
    rng = random.Random(99)
    lines = []
    for contract in contracts.load().values():
        for turn in range(150):
            record = generated.record(rng, contract)
            bits = uuid.UUID(int=rng.getrandbits(128), version=4)
            record["source_record_id"] = [
                str(bits),
                bits.hex,
                f"{rng.getrandbits(256):064x}",
                f"{rng.getrandbits(64):016x}",
            ][turn % 4]
            lines.append(text(record))
    assert walled(tmp_path, source, *lines) is None


@pytest.mark.parametrize("length", [12, 13, 15])
def test_a_number_behind_a_letter_is_a_hash_among_hashes_only(tmp_path: Path, source: Source, length: int) -> None:
    rng = random.Random(length)
    hashes = [f"{rng.getrandbits(4 * length):0{length}x}" for _ in range(150)]
    alike = "a" * (length - 11) + MOBILE
    lines = [text(organisation(source_record_id=f"org-{id_}")) for id_ in (*hashes, alike)]
    assert walled(tmp_path, source, *lines) is None
    other = text(organisation(source_record_id=hashes[0], p_alias=[f"电话{MOBILE}"]))
    assert walled(tmp_path, source, *lines, other) == Refusal("PII-mobile", "payload.alias", 152)
    few = [*lines[:50], lines[-1]]
    assert walled(tmp_path, source, *few) == Refusal("PII-mobile", "source_record_id", 51)
    numbers = [text(organisation(source_record_id=f"{'abcdef'[n % 6]}139{n:08d}")) for n in range(200)]
    assert walled(tmp_path, source, *numbers) == Refusal("PII-mobile", "source_record_id", 1)


def test_numbers_in_hashes_are_no_mobile_numbers() -> None:
    """The expression alone hits honest keys; read as tokens they are none."""
    rng = random.Random(5)
    keys = [f"{rng.getrandbits(256):064x}" for _ in range(20_000)]
    assert any(privacy.MOBILE.search(key) for key in keys)
    assert not any(privacy.find(key) for key in keys)


def test_organisation_codes_are_no_id_numbers(tmp_path: Path, source: Source) -> None:
    """A number that is a USCC and an ID number at once is a code where a code stands, and an ID number elsewhere."""
    codes = (as_uscc(f"12110119900307{tail:03d}") for tail in range(1000))
    both = next(code for code in codes if privacy.find(code))
    record = feed.organisation(both, "示例县人民医院")
    record["source_record_id"] = "org-1"
    assert walled(tmp_path, source, text(record)) is None
    record["source_record_id"] = both
    assert walled(tmp_path, source, text(record)) == Refusal("PII-id-number", "source_record_id", 1)


def as_uscc(body: str) -> str:
    alphabet = generated.ALPHABET
    return body + alphabet[-sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


@pytest.mark.parametrize("name", [f"报表{MOBILE}.ndjson".encode(), "患者张三.csv".encode("gb18030")])
@pytest.mark.parametrize("flag", [8, 16, 4 | 8 | 16])
@pytest.mark.parametrize("member", [0, 1])
def test_what_stands_in_the_header_of_a_packed_file_is_searched(
    tmp_path: Path, source: Source, name: bytes, flag: int, member: int
) -> None:
    """As a name, a comment, or behind both and an extra field; of the first member or of one that follows."""
    plain = gzip.compress(text(organisation()) + b"\n", mtime=0)
    extra = b"\x02\0xy" if flag & 4 else b""
    texts = b"\0".join([b"a.ndjson", name] if flag & 4 else [name]) + b"\0"
    told = plain[:3] + bytes([flag]) + plain[4:10] + extra + texts + plain[10:]
    path = tmp_path / "feed.ndjson.gz"
    path.write_bytes(plain * member + told)
    refusal = privacy.wall(path, source)
    assert refusal is not None
    assert (refusal.rule, refusal.line) in (("PII-mobile", 0), ("PII-person", 0))
    path.write_bytes(plain * member + told.replace(name, b"20261120_platform_capacity_001.ndjson"))
    assert privacy.wall(path, source) is None


def test_a_frame_that_zstd_skips_is_searched(tmp_path: Path, source: Source) -> None:
    packed = pa.compress(text(organisation()), "zstd", asbytes=True)
    path = tmp_path / "feed.ndjson.zst"
    for said, refusal in ((MOBILE, Refusal("PII-mobile", None, 0)), ("block 7", None)):
        frame = b"\x5a\x2a\x4d\x18" + len(said).to_bytes(4, "little") + said.encode()
        path.write_bytes(packed + frame + packed)
        assert privacy.wall(path, source) == refusal


def test_a_packed_file_is_searched_too(tmp_path: Path, source: Source) -> None:
    path = tmp_path / "feed.ndjson.gz"
    path.write_bytes(gzip.compress(text(organisation(p_name=MOBILE))))
    assert privacy.wall(path, source) == Refusal("PII-mobile", "payload.name", 1)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (text(organisation(p_name=MOBILE)).decode().encode("utf-16"), "ENCODING-utf16"),
        (gzip.compress(text(organisation(p_name=MOBILE)))[:-9], "FILE-damaged-container"),
        (b"PK\x03\x04", "FILE-format"),
    ],
    ids=["utf16", "torn", "spreadsheet"],
)
def test_what_cannot_be_searched_does_not_enter(tmp_path: Path, source: Source, data: bytes, rule: str) -> None:
    path = tmp_path / "feed"
    path.write_bytes(data)
    assert privacy.wall(path, source) == Refusal(rule)


def test_notices_are_public_pages_and_pass(tmp_path: Path, source: Source) -> None:
    notices = dataclasses.replace(source, kind="notices")
    assert walled(tmp_path, notices, f"联系人:张三 {MOBILE}".encode()) is None


def test_every_hit_is_listed_by_line(tmp_path: Path) -> None:
    path = tmp_path / "feed.ndjson"
    path.write_bytes(
        b"\n".join([text(organisation(p_name=MOBILE)), text(organisation()), text(organisation(p_name=ID18))])
    )
    assert list(privacy.search(path)) == [
        Refusal("PII-mobile", "payload.name", 1),
        Refusal("PII-id-number", "payload.name", 3),
    ]
