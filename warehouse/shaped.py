"""Lines of known shapes → raw columns: each distinct piece of a line is judged once, in Arrow and SQL.

Comes in: lines split into pieces, by the SQL of scrapers.contracts.shape. Goes out: their columns, and which lines are
of the shape with a value of the right form in every gap. Never here: rules over several columns, or the reason why a
line is not clean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from scrapers.contracts import Contract, Field, checks, shape
from scrapers.contracts.shape import Piece, Shape
from warehouse.database import Connection

MUCH = 1024**2  # bytes of distinct pieces at one place of a line: so much is not remembered from slice to slice
TYPES: Mapping[str, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


@dataclass(slots=True)
class _Known:
    """What was found of the distinct pieces at one place: the value of each in its type, null or "" where not good."""

    texts: pa.Array
    values: pa.Array
    is_good: pa.Array


class Reader:
    """Reads the lines of one record type of one file; what is known of a piece is known for the whole file."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.fields = shape.columns(contract)
        self._known: dict[Piece, _Known] = {}

    def read(self, con: Connection, rows: pa.Table, form: Shape) -> tuple[pa.Table, pa.BooleanArray]:
        """({line_no, every raw column of the record}, which rows are of the shape) of {line_no, pieces, piece_0 ...}.

        Times are still texts of the right form, and may yet be none.
        """
        is_good = pc.equal(_one(rows["pieces"]), len(form.pieces))
        columns: dict[str, pa.Array] = {}
        shared: list[tuple[Piece, pa.DictionaryArray]] = []
        for number, piece in enumerate(form.pieces):
            if f"piece_{number}" not in rows.column_names:
                continue  # the same in every line, and compared
            texts = _one(rows[f"piece_{number}"])
            if piece.field not in shape.UNREPEATED:
                shared.append((piece, texts.dictionary_encode()))
                continue
            values, fits = _gaps(piece, texts)
            has_form = pc.match_substring_regex(values, shape.own_pattern(self.fields[piece.field]))
            columns[piece.field], is_good = values, pc.and_(is_good, pc.and_(fits, has_form))
        self._judge(con, shared)
        for piece, texts in shared:
            known = self._known[piece]
            at = pc.index_in(texts.dictionary, value_set=known.texts)
            fits = known.is_good.take(at)
            if not pc.all(fits, min_count=0).as_py():
                is_good = pc.and_(is_good, fits.take(texts.indices))
            if piece.field:
                columns[piece.field] = _column(known.values.take(at), texts.indices)
        self._known = {piece: known for piece, known in self._known.items() if known.texts.nbytes <= MUCH}
        made = {"line_no": rows["line_no"]}
        for name, field in self.fields.items():
            made[name] = columns[name] if name in columns else _constant(field, form, rows.num_rows)
        return pa.table(made), pc.fill_null(is_good, False)

    def _judge(self, con: Connection, found: Iterable[tuple[Piece, pa.DictionaryArray]]) -> None:
        """Get to know the pieces that were not met before, all in one statement."""
        met: dict[Piece, list[pa.Array]] = {}
        for piece, texts in found:
            met.setdefault(piece, []).append(texts.dictionary)  # an array may hold equal pieces, at several places
        fresh = {piece: self._unknown(piece, pc.unique(pa.concat_arrays(texts))) for piece, texts in met.items()}
        gaps = {piece: _gaps(piece, texts) for piece, texts in fresh.items()}
        wrong = self._wrong(con, {piece: values for piece, (values, _) in gaps.items() if piece.field})
        for piece, (values, fits) in gaps.items():
            is_good = fits
            if piece in wrong:
                is_good = pc.and_(fits, pc.invert(pc.is_in(values, value_set=wrong[piece])))
            made = _Known(fresh[piece], _typed(self.fields.get(piece.field or ""), values, is_good), is_good)
            self._known[piece] = _together(self._known.get(piece), made)

    def _unknown(self, piece: Piece, texts: pa.Array) -> pa.Array:
        texts = texts.drop_null()
        if piece not in self._known:
            return texts
        return texts.filter(pc.is_null(pc.index_in(texts, value_set=self._known[piece].texts)))

    def _wrong(self, con: Connection, values: Mapping[Piece, pa.Array]) -> dict[Piece, pa.Array]:
        """The values that break the form of their fields."""
        places = [piece for piece, of_piece in values.items() if len(of_piece)]
        if not places:
            return {}
        numbers = [pa.repeat(pa.scalar(n, pa.int32()), len(values[piece])) for n, piece in enumerate(places)]
        batch = {"place": pa.concat_arrays(numbers), "value": pa.concat_arrays([values[piece] for piece in places])}
        tests = [shape.wrong(self.fields[piece.field or ""], "value") for piece in places]
        cases = " ".join(f"when {n} then {test}" for n, test in enumerate(tests))
        con.register("gap", pa.table(batch))
        wrong = con.sql(f"select place, value from gap where case place {cases} end").to_arrow_table()
        con.unregister("gap")
        return {piece: _one(wrong.filter(pc.equal(wrong["place"], n))["value"]) for n, piece in enumerate(places)}


def _gaps(piece: Piece, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """(what stands in the gap, whether the rest is as it must be) of texts at the place of a piece."""
    if piece.field is None:
        return texts, pc.equal(texts, piece.before)
    fits = pc.and_(pc.starts_with(texts, piece.before), pc.ends_with(texts, piece.after))
    fits = pc.and_(fits, pc.greater_equal(pc.binary_length(texts), len((piece.before + piece.after).encode())))
    return pc.utf8_slice_codeunits(texts, len(piece.before), -len(piece.after) if piece.after else None), fits


def _typed(field: Field | None, values: pa.Array, is_good: pa.Array) -> pa.Array:
    """Values of the right form in the type of their column; the others are null, or "" in a column of texts."""
    if field is None or field.type == "text":
        return pc.if_else(is_good, values, "")
    told = pc.if_else(pc.and_(is_good, pc.not_equal(values, "null")), values, None)
    return pc.equal(told, "true") if field.type == "boolean" else told.cast(TYPES[field.type])


def _constant(field: Field, form: Shape, count: int) -> pa.Array:
    """A column that is the same in every line of a shape: its value, or nothing."""
    text = dict(form.fixed).get(field.column, checks.PERIOD if field.column == "period_type" else None)
    if text is None:
        return pa.nulls(count, TYPES.get(field.type, pa.string()))
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), pa.array([text]))


def _column(values: pa.Array, indices: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(indices, values) if pa.types.is_string(values.type) else values.take(indices)


def _together(known: _Known | None, made: _Known) -> _Known:
    if known is None or not len(made.texts):
        return known or made
    parts = ((known.texts, made.texts), (known.values, made.values), (known.is_good, made.is_good))
    return _Known(*(pa.concat_arrays(part) for part in parts))


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
