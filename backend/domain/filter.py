"""The one filter language of lists, `tail`, `--filter`, exports and saved alarms (cli.md; feature LOG-09).

    anna building:A status:active expires<2027-01-01 -type:member b:A,B name:"Anna K" on:last-week

A bare word is searched in the whole record, `field:value` compares, commas are alternatives, `-` in front denies,
quotes keep spaces and signs together (`\\"` inside). `on:` and the bare names `today`, `night`, `last-week` ... mean
the first instant of the record. Instants and dates compare by whole spans: `<=2026-12-01` includes that day, `>today`
begins tomorrow. Fields go by name or short name, choices by value, label or the beginning of one, in any case.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from backend.domain.errors import Invalid
from backend.domain.filter_lexer import Token, quote, quote_always, tokens
from backend.domain.formats import zone_info
from backend.domain.names import printable
from backend.domain.timewords import Span, is_span_name, parse_span, span_names
from backend.domain.walltime import instant_of, iso_day, iso_moment

LONGEST = 500
MOST_TERMS = 30

Value = str | datetime | date | int | bool
Op = Literal["word", "eq", "lt", "le", "gt", "ge", "in", "span"]

_ON = "on"
_COMPARISONS: dict[str, Op] = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_SIGNS = {op: sign for sign, op in _COMPARISONS.items()}
_FLAGS = (("true", "yes"), ("false", "no"))
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_SHOWN_CHOICES = 12


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that can be filtered: name and short name (letters, digits, `_`), (value, label) of each choice.

    A value wins over an equal label of another choice, so give labels as values where people name the records.
    """

    name: str
    short: str = ""
    kind: Literal["text", "choice", "instant", "date", "integer", "flag"] = "text"
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `field` None with `word` is full text; `span` has a first value in it and a last one not in it.

    Instants are UTC. The values stay out of the repr: somebody may look for a PIN or a card.
    """

    field: str | None
    op: Op
    values: tuple[Value, ...] = dataclasses.field(repr=False)
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold, and the text they were read from, which does not count in comparing filters."""

    terms: tuple[Term, ...]
    text: str = dataclasses.field(default="", compare=False, repr=False)


def parse(text: str, fields: Sequence[FieldSpec], *, now: datetime, zone: str) -> Filter:
    """Read a filter on a record with these fields; `now` is aware, `zone` the community's.

    Raises Invalid (field "filter") with one sentence: unknown field or choice, a value of the wrong kind, a quote left
    open, over 500 characters or 30 conditions.
    """
    if len(text) > LONGEST:
        raise Invalid({"filter": f"A filter has at most {LONGEST} characters, this one {len(text)}."})
    typed = printable(text).strip()
    reader = _Reader(fields, now, zone)
    try:
        terms = tuple(term for token in tokens(typed) for term in reader.terms(token))
    except Invalid as error:
        raise Invalid({"filter": str(error)}) from None
    if len(terms) > MOST_TERMS:
        raise Invalid({"filter": f"A filter has at most {MOST_TERMS} conditions, this one {len(terms)}."})
    return Filter(terms, typed)


def render(filter_: Filter) -> str:
    """The filter as an expression that reads back as the same conditions, times written out as instants."""
    return " ".join(_rendered(term) for term in filter_.terms)


def complete(text: str, cursor: int, fields: Sequence[FieldSpec]) -> list[str]:
    """What may be written on at `cursor` (index into `text`), likeliest first: the endings of fields, choices, times.

    [] within a word, within quotes, after a space, and where nothing fits.
    """
    head = text[:cursor]
    if not head or head[-1].isspace() or not (text[cursor : cursor + 1] or " ").isspace():
        return []
    try:
        token = tokens(head)[-1]
    except Invalid:
        return []
    begun = token.rest.rpartition(",")[2]
    if not begun and not token.field:
        return []
    options = _value_options(token, begun, fields) if token.field else _bare_options(fields)
    return [option[len(begun) :] for option in options if _continues(option, begun)]


@dataclass(frozen=True, slots=True)
class _Reader:
    fields: Sequence[FieldSpec]
    now: datetime
    zone: str

    def terms(self, token: Token) -> list[Term]:
        if token.field:
            return [self._term(token, _field(token.field, self.fields))]
        if token.negated and not token.pieces:
            raise _refused("Nothing stands after the minus.")
        instant = _first_instant(self.fields)
        if instant and is_span_name(token.rest):
            return [Term(instant.name, "span", self._span(token.rest), token.negated)]
        return [Term(None, "word", (piece.text,), token.negated) for piece in token.pieces if piece.text]

    def _term(self, token: Token, spec: FieldSpec) -> Term:
        typed = tuple(dict.fromkeys(piece.text for piece in token.pieces))
        if not typed:
            raise _refused(f"Write a value after {token.field}{token.sign}")
        timed = spec.kind in ("instant", "date")
        if len(typed) > 1 and (timed or token.sign in _COMPARISONS):
            raise _refused(f"{spec.name} takes one value here, not {len(typed)}.")
        if token.sign in _COMPARISONS:
            op, value = self._bound(spec, token.sign, typed[0])
            return Term(spec.name, op, (value,), token.negated)
        if timed:
            return self._during(spec, typed[0], token.negated)
        values = tuple(dict.fromkeys(_value(spec, text) for text in typed))
        return Term(spec.name, "eq" if len(values) == 1 else "in", values, token.negated)

    def _during(self, spec: FieldSpec, word: str, negated: bool) -> Term:
        span = self._span(word)
        if spec.kind == "instant":
            return Term(spec.name, "span", span, negated)
        first, end = self._days(spec, span)
        if end - first == timedelta(days=1):
            return Term(spec.name, "eq", (first,), negated)
        return Term(spec.name, "span", (first, end), negated)

    def _bound(self, spec: FieldSpec, sign: str, word: str) -> tuple[Op, Value]:
        """The comparison with a number, an exact instant, or the edge of a day or a named span."""
        if spec.kind == "integer":
            return _COMPARISONS[sign], _value(spec, word)
        if spec.kind not in ("instant", "date"):
            raise _refused(f"{spec.name} has no order to compare with {sign}, write {spec.name}: and a value.")
        moment = iso_moment(word.upper(), zone_info(self.zone)) if spec.kind == "instant" else None
        if moment:
            return _COMPARISONS[sign], moment
        if not (is_span_name(word) or iso_day(word)):
            raise _refused(f"{spec.name}{sign} takes a date, as in {spec.name}{sign}2026-12-01, or a word like today.")
        span = self._span(word)
        start, end = span if spec.kind == "instant" else self._days(spec, span)
        return ("lt" if sign.startswith("<") else "ge"), (start if sign in ("<", ">=") else end)

    def _span(self, word: str) -> Span:
        return parse_span(word, self.now, self.zone)

    def _days(self, spec: FieldSpec, span: Span) -> tuple[date, date]:
        place = zone_info(self.zone)
        first, end = span.start.astimezone(place).date(), span.end.astimezone(place).date()
        if span != Span(instant_of(first, place), instant_of(end, place)):
            raise _refused(f"{spec.name} holds days, it takes a date or whole days like last-week.")
        return first, end


def _field(name: str, fields: Sequence[FieldSpec]) -> FieldSpec:
    spec = _named(name, fields)
    if spec:
        return spec
    if name.casefold() == _ON:
        raise _refused("Nothing here has a time, so on: says nothing.")
    known = [spec.name for spec in fields]
    near = difflib.get_close_matches(name.casefold(), known, n=1)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    raise _refused(f"There is no field '{name}'. Fields: {', '.join(known)}.{guess}")


def _named(name: str, fields: Sequence[FieldSpec]) -> FieldSpec | None:
    """The field by name, else by short name, else the first instant for `on`."""
    wanted = name.casefold()
    by_name = next((spec for spec in fields if spec.name.casefold() == wanted), None)
    by_short = next((spec for spec in fields if spec.short.casefold() == wanted), None)
    return by_name or by_short or (_first_instant(fields) if wanted == _ON else None)


def _first_instant(fields: Sequence[FieldSpec]) -> FieldSpec | None:
    return next((spec for spec in fields if spec.kind == "instant"), None)


def _value(spec: FieldSpec, text: str) -> Value:
    if spec.kind == "choice":
        return _choice(spec.name, spec.choices, text)
    if spec.kind == "flag":
        return _choice(spec.name, _FLAGS, text) == "true"
    if spec.kind == "integer":
        if not _INTEGER.fullmatch(text):
            raise _refused(f"{spec.name} takes a whole number, not '{text}'.")
        return int(text)
    return text


def _choice(name: str, choices: Sequence[tuple[str, str]], text: str) -> str:
    meant = _meant(choices, text)
    if len(meant) == 1:
        return meant[0]
    labels = [label or value for value, label in choices if not meant or value in meant]
    shown = ", ".join(labels[:_SHOWN_CHOICES]) + (", …" if len(labels) > _SHOWN_CHOICES else "")
    raise _refused(f"'{text}' may be: {shown}." if meant else f"{name} has no '{text}'. Choices: {shown}.")


def _meant(choices: Sequence[tuple[str, str]], text: str) -> list[str]:
    """The values meant by `text`: exactly, else in any case, else by label, else by the beginning of either."""
    wanted = text.casefold()
    folded = [(value, value.casefold(), label.casefold()) for value, label in choices]
    tries = (
        [value for value, _ in choices if value == text],
        [value for value, folded_value, _ in folded if folded_value == wanted],
        [value for value, _, label in folded if label == wanted],
        [value for value, *words in folded if any(word.startswith(wanted) for word in words)],
    )
    return list(dict.fromkeys(next((values for values in tries if values), [])))


def _rendered(term: Term) -> str:
    minus = "-" if term.negated else ""
    if term.field is None:
        word = str(term.values[0])
        return minus + (quote_always(word) if is_span_name(word) else quote(word))
    if term.op == "span":
        first, end = (_written(value) for value in term.values)
        if not isinstance(term.values[1], datetime):  # a range of days is written with its last day
            end = str(date.fromisoformat(end) - timedelta(days=1))
        return f"{minus}{term.field}:{first}..{end}"
    sign = _SIGNS.get(term.op, ":")
    return f"{minus}{term.field}{sign}{','.join(_written(value) for value in term.values)}"


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return quote(value) if isinstance(value, str) else str(value)


def _bare_options(fields: Sequence[FieldSpec]) -> Iterable[str]:
    timed = _first_instant(fields) is not None
    return [*(f"{spec.name}:" for spec in fields), *((f"{_ON}:", *span_names()) if timed else ())]


def _value_options(token: Token, begun: str, fields: Sequence[FieldSpec]) -> Iterable[str]:
    spec = _named(token.field, fields)
    if spec is None:
        return []
    if spec.kind in ("instant", "date"):
        return span_names(whole_days=spec.kind == "date")
    choices = _FLAGS if spec.kind == "flag" else spec.choices
    words = [_choice_word(choices, value, label, begun) for value, label in choices]
    return [word for word in words if word]


def _choice_word(choices: Sequence[tuple[str, str]], value: str, label: str, begun: str) -> str:
    """The label, else the value, that goes on from `begun`, needs no quotes and means this choice; "" for none."""
    fits = (word for word in (label, value) if _continues(word, begun) and quote(word) == word)
    return next((word for word in fits if _meant(choices, word) == [value]), "")


def _continues(option: str, begun: str) -> bool:
    return len(option) > len(begun) and option[: len(begun)].casefold() == begun.casefold()


def _refused(sentence: str) -> Invalid:
    return Invalid({"filter": sentence})
