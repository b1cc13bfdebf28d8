"""The filter language: what each form means, what is refused with which sentence, that rendering reads back."""

from __future__ import annotations

import re
import time as clock
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.filter import LONGEST, MOST_TERMS, FieldSpec, Filter, Term, complete, parse, render
from backend.domain.names import printable

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 27, 10, 42, tzinfo=UTC)
"""A Friday, 11:42 in Berlin."""

FIELDS = (
    FieldSpec("name", "n"),
    FieldSpec("building", "b", "choice", (("A", "House A"), ("B", "Straßenhaus"), ("b2", "B two"))),
    FieldSpec("status", "s", "choice", (("active", "Active"), ("inactive", "Not active"), ("expired", "Expired"))),
    FieldSpec("type", "t", "choice", (("master", "Family master"), ("member", "Family member"))),
    FieldSpec("expires", "e", "date"),
    FieldSpec("happened", "h", "instant"),
    FieldSpec("seen", "", "instant"),
    FieldSpec("floor", "f", "integer"),
    FieldSpec("solved", "", "flag"),
)
TIMELESS = tuple(spec for spec in FIELDS if spec.kind != "instant")


def at(text: str) -> datetime:
    """Wall time of Berlin as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


def read(text: str, fields: tuple[FieldSpec, ...] = FIELDS) -> tuple[Term, ...]:
    """The terms of `text`, proven to come back from their rendered form."""
    found = parse(text, fields, now=NOW, zone=BERLIN)
    assert parse(render(found), fields, now=NOW, zone=BERLIN) == found
    return found.terms


def refusal(text: str, fields: tuple[FieldSpec, ...] = FIELDS) -> str:
    """The sentence with which `text` is refused."""
    with pytest.raises(Invalid) as refused:
        parse(text, fields, now=NOW, zone=BERLIN)
    assert list(refused.value.fields) == ["filter"]
    return refused.value.fields["filter"]


def read_or_refused(text: str) -> tuple[str, Filter]:
    """The sentence of a refusal and no conditions, or none and the filter."""
    try:
        return "", parse(text, FIELDS, now=NOW, zone=BERLIN)
    except Invalid as error:
        return error.fields["filter"], Filter(())


def word(text: str, negated: bool = False) -> Term:
    return Term(None, "word", (text,), negated)


@pytest.mark.feature("LOG-09")
def test_the_expression_of_the_manual() -> None:
    text = 'anna building:A status:active expires<2027-01-01 -type:member b:A,B name:"Anna K" on:last-week'
    assert read(text) == (
        word("anna"),
        Term("building", "eq", ("A",)),
        Term("status", "eq", ("active",)),
        Term("expires", "lt", (date(2027, 1, 1),)),
        Term("type", "eq", ("member",), negated=True),
        Term("building", "in", ("A", "B")),
        Term("name", "eq", ("Anna K",)),
        Term("happened", "span", (at("2026-11-16T00:00"), at("2026-11-23T00:00"))),
    )
    assert parse(f"  {text} ", FIELDS, now=NOW, zone=BERLIN).text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \t ", []),
        (",", []),
        ('""', []),
        ("anna kowalska", ["anna", "kowalska"]),
        ("Kowalska, Anna", ["Kowalska", "Anna"]),
        ('"Anna  K"', ["Anna  K"]),
        (r'"say \"hi\" \\ there"', [r'say "hi" \ there']),
        (r"back\slash", [r"back\slash"]),
        ('fo"o b"ar', ["foo bar"]),
        ("10:42", ["10:42"]),
        ("0C:11:05:AA:BB:CC", ["0C:11:05:AA:BB:CC"]),
        ("AC:11:05:AA:BB:CC", ["AC:11:05:AA:BB:CC"]),
        ("be:ef:00 x be:ef:01", ["be:ef:00", "x", "be:ef:01"]),
        ('"building:A"', ["building:A"]),
        ('"-x"', ["-x"]),
        ("<5", ["<5"]),
        (":x", [":x"]),
        ("2026-11-20", ["2026-11-20"]),
        ("fr 2h", ["fr", "2h"]),
        ("anna\x00kowalska", ["annakowalska"]),
        ("anna\nkowalska", ["anna", "kowalska"]),
        ("Łódź 李", ["Łódź", "李"]),
    ],
)
def test_words_are_searched_as_text(text: str, words: list[str]) -> None:
    assert read(text) == tuple(word(each) for each in words)


def test_a_minus_denies_words_phrases_fields_and_times() -> None:
    assert read("-anna") == (word("anna", negated=True),)
    assert read('-"anna k"') == (word("anna k", negated=True),)
    assert read("--x") == (word("-x", negated=True),)
    assert read("-a,b") == (word("a", negated=True), word("b", negated=True))
    assert read("-AC:11:05") == (word("AC:11:05", negated=True),)
    assert read("-e:today") == (Term("expires", "eq", (date(2026, 11, 27),), negated=True),)
    assert read("-floor<3") == (Term("floor", "lt", (3,), negated=True),)
    assert read("-night")[0] == Term("happened", "span", (at("2026-11-26T22:00"), at("2026-11-27T06:00")), True)
    assert read("Jean-Luc") == (word("Jean-Luc"),)


@pytest.mark.feature("LOG-09")
def test_a_bare_time_word_means_the_first_instant_of_the_record() -> None:
    night = Term("happened", "span", (at("2026-11-26T22:00"), at("2026-11-27T06:00")))
    assert read("gym night") == (word("gym"), night)
    assert read("Night on:night h:night happened:last-night") == (night,) * 4
    assert read('"night"') == (word("night"),)
    assert read("night", TIMELESS) == (word("night"),)
    assert read("seen:today")[0].field == "seen"


def test_a_record_with_a_field_called_on_keeps_it() -> None:
    fields = (FieldSpec("on", "", "flag"), FieldSpec("at", "on", "instant"))
    assert read("on:yes", fields) == (Term("on", "eq", (True,)),)
    assert read("on:today", fields[1:])[0].field == "at"


@pytest.mark.parametrize(
    ("text", "op", "values"),
    [
        ("building:A", "eq", ("A",)),
        ("BUILDING=a", "eq", ("A",)),
        ("b:b", "eq", ("B",)),
        ('b:"house a"', "eq", ("A",)),
        ("b:strassen", "eq", ("B",)),
        ("b:B,A,b", "in", ("B", "A")),
        ("b:,A,,", "eq", ("A",)),
        ("s:ex", "eq", ("expired",)),
        ("s:act", "eq", ("active",)),
        ("s:not", "eq", ("inactive",)),
        ("t:ma", "eq", ("master",)),
        ('t:"Family member"', "eq", ("member",)),
        ("name:x,y,x", "in", ("x", "y")),
        ('name:""', "eq", ("",)),
        ('name:"a,b"', "eq", ("a,b",)),
        ('name:"a",b', "in", ("a", "b")),
        ("name:night", "eq", ("night",)),
        ("name:a:b", "eq", ("a:b",)),
        ("floor:-3", "eq", (-3,)),
        ("floor:0,07", "in", (0, 7)),
        ("floor<-3", "lt", (-3,)),
        ("floor<=3", "le", (3,)),
        ("floor>3", "gt", (3,)),
        ("floor>=3", "ge", (3,)),
        ("floor:999999999999999999", "eq", (10**18 - 1,)),
        ("solved:yes", "eq", (True,)),
        ("solved:n", "eq", (False,)),
        ("solved:TRUE", "eq", (True,)),
        ("solved:yes,no", "in", (True, False)),
    ],
)
def test_values_by_kind(text: str, op: str, values: tuple[Any, ...]) -> None:
    (term,) = read(text)
    assert (term.op, term.values, term.negated) == (op, values, False)
    assert [type(value) for value in term.values] == [type(value) for value in values]


def test_a_value_goes_before_a_label_and_an_exact_case_before_another() -> None:
    fields = (FieldSpec("pick", "", "choice", (("1", "2"), ("2", "3"), ("x", "low"), ("X", "high"))),)
    assert [read(f"pick:{text}", fields)[0].values for text in ("1", "2", "3", "x", "X", "hi")] == [
        ("1",),
        ("2",),
        ("2",),
        ("x",),
        ("X",),
        ("X",),
    ]


@pytest.mark.edge("27")
@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("expires:2026-12-01", "eq", date(2026, 12, 1)),
        ("expires:today", "eq", date(2026, 11, 27)),
        ("expires<2026-12-01", "lt", date(2026, 12, 1)),
        ("expires<=2026-12-01", "lt", date(2026, 12, 2)),
        ("expires>2026-12-01", "ge", date(2026, 12, 2)),
        ("expires>=2026-12-01", "ge", date(2026, 12, 1)),
        ("expires<last-month", "lt", date(2026, 10, 1)),
        ("expires<=last-month", "lt", date(2026, 11, 1)),
        ("happened<2026-12-01", "lt", at("2026-12-01T00:00")),
        ("happened<=2026-12-01", "lt", at("2026-12-02T00:00")),
        ("happened>2026-12-01", "ge", at("2026-12-02T00:00")),
        ("happened>=2026-12-01", "ge", at("2026-12-01T00:00")),
        ("happened>night", "ge", at("2026-11-27T06:00")),
        ("happened<2026-12-01T12:00", "lt", at("2026-12-01T12:00")),
        ("happened<=2026-12-01T12:00", "le", at("2026-12-01T12:00")),
        ("happened>2026-12-01T12:00Z", "gt", at("2026-12-01T13:00")),
        ("happened>=2026-12-01t12:00+02:00", "ge", at("2026-12-01T11:00")),
    ],
)
def test_times_compare_by_the_edges_of_what_was_written(text: str, op: str, value: date) -> None:
    (term,) = read(text)
    assert (term.field, term.op, term.values) == (re.split("[:<>]", text)[0], op, (value,))


def test_spans_of_days_and_of_instants() -> None:
    assert read("expires:last-week") == (Term("expires", "span", (date(2026, 11, 16), date(2026, 11, 23))),)
    assert read("e:2026-12-01..2026-12-02") == (Term("expires", "span", (date(2026, 12, 1), date(2026, 12, 3))),)
    assert read("seen:2h") == (Term("seen", "span", (at("2026-11-27T09:42"), at("2026-11-27T11:42"))),)
    assert read("on:fr") == (Term("happened", "span", (at("2026-11-27T00:00"), at("2026-11-28T00:00"))),)


@pytest.mark.edge("25")
def test_a_day_field_knows_whole_days_over_a_change_of_the_clocks() -> None:
    for zone, day in (("Europe/Berlin", "2027-03-28"), ("Africa/Cairo", "2027-04-30")):
        (term,) = parse(f"e:{day}", FIELDS, now=NOW, zone=zone).terms
        assert term == Term("expires", "eq", (date.fromisoformat(day),))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "foo:1",
            "There is no field 'foo'. Fields: name, building, status, type, expires, happened, seen, floor, solved.",
        ),
        ("statuz:active", "Did you mean 'status'?"),
        ("FLOORR:1", "Did you mean 'floor'?"),
        ("status:foo", "status has no 'foo'. Choices: Active, Not active, Expired."),
        ("t:fam", "'fam' may be: Family master, Family member."),
        ('s:""', "'' may be: Active, Not active, Expired."),
        ("building:", "Write a value after building:"),
        ("b>=,", "Write a value after b>="),
        ("-", "Nothing stands after the minus."),
        ("anna -", "Nothing stands after the minus."),
        ("-,", "Nothing stands after the minus."),
        ('"anna', "A quote is opened and not closed."),
        ('name:"an\\"', "A quote is opened and not closed."),
        ('anna" x', "A quote is opened and not closed."),
        ("name<K", "name has no order"),
        ("status>=active", "status has no order"),
        ("solved>no", "solved has no order"),
        ("floor<1,2", "floor takes one value here, not 2."),
        ("expires:2026-12-01,2026-12-02", "expires takes one value here, not 2."),
        ("seen:today,yesterday", "seen takes one value here, not 2."),
        ("floor:x", "floor takes a whole number, not 'x'."),
        ("floor:1.5", "floor takes a whole number"),
        ("floor:+1", "floor takes a whole number"),
        ("floor:１", "floor takes a whole number"),
        ("floor:1000000000000000000", "floor takes a whole number"),
        ("floor>", "Write a value after floor>"),
        ("solved:maybe", "solved has no 'maybe'. Choices: yes, no."),
        ("expires:night", "expires holds days"),
        ("expires:2h", "expires holds days"),
        ("expires<night", "expires holds days"),
        ("be:ef:00x", "There is no field 'be'."),
        ("be:ef", "There is no field 'be'."),
        ("expires<2026-12-01T12:00", "expires< takes a date"),
        ("expires<30d", "expires< takes a date, as in expires<2026-12-01"),
        ("seen>=2h", "seen>= takes a date"),
        ("seen<fr", "seen< takes a date"),
        ("seen<2026-12-01..2026-12-02", "seen< takes a date"),
        ("expires:soon", "'soon' is no span of time."),
        ("expires:01/02/2026", "is no span of time."),
        ("expires<2026-02-30", "There is no day 2026-02-30."),
        ("on:2026-12-02..2026-12-01", "does not end after"),
        ("x" * (LONGEST + 1), "at most 500 characters, this one 501"),
        ("a " * (MOST_TERMS + 1), "at most 30 conditions, this one 31"),
        ("a," * (MOST_TERMS + 1), "at most 30 conditions, this one 31"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(text: str, says: str) -> None:
    assert says in refusal(text)


def test_a_field_is_unknown_without_a_near_one_and_on_needs_a_time() -> None:
    assert refusal("zzz:1").endswith("floor, solved.")
    assert refusal("on:today", TIMELESS) == "Nothing here has a time, so on: says nothing."


def test_a_long_list_of_choices_is_cut() -> None:
    def picks(count: int) -> tuple[FieldSpec, ...]:
        return (FieldSpec("pick", "", "choice", tuple((f"v{i}", f"L{i}") for i in range(count))),)

    assert refusal("pick:x", picks(12)).endswith("L10, L11.")
    assert refusal("pick:x", picks(13)).endswith("L10, L11, ….")


def test_the_bounds_themselves_are_allowed() -> None:
    assert read("x" * LONGEST) == (word("x" * LONGEST),)
    assert len(read("a " * MOST_TERMS)) == MOST_TERMS


def test_what_is_looked_for_stays_out_of_the_repr() -> None:
    found = parse("name:4711 4711", FIELDS, now=NOW, zone=BERLIN)
    assert "4711" not in repr(found)
    assert "name" in repr(found)


def test_filters_are_equal_by_their_conditions() -> None:
    assert parse("b:a", FIELDS, now=NOW, zone=BERLIN) == parse(" building:A", FIELDS, now=NOW, zone=BERLIN)
    assert parse("b:a", FIELDS, now=NOW, zone=BERLIN) != parse("-b:a", FIELDS, now=NOW, zone=BERLIN)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("b:a,B  anna", "building:A,B anna"),
        ('"night" today', '"night" happened:2026-11-26T23:00:00Z..2026-11-27T23:00:00Z'),
        ('-name:"a b",c', '-name:"a b",c'),
        ("e:last-week e<=today", "expires:2026-11-16..2026-11-22 expires<2026-11-28"),
        ("solved:n,t floor>=-3", "solved:no,yes floor>=-3"),
        ("10:42 -x", '"10:42" -x'),
    ],
)
def test_rendered_filters_are_written_as_people_would(text: str, rendered: str) -> None:
    assert render(parse(text, FIELDS, now=NOW, zone=BERLIN)) == rendered


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    worst = ['"' + "\\a" * 249, "a" * 500, "-" * 500, ":" * 500, '"",' * 166, "a:" * 250, "ab:" * 166]
    start = clock.perf_counter()
    for text in worst:
        try:
            parse(text, FIELDS, now=NOW, zone=BERLIN)
        except Invalid:
            continue
    assert clock.perf_counter() - start < 1


values = st.text(st.characters(codec="utf-8"), max_size=12).filter(lambda text: printable(text) == text)
instants = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC))
days = st.dates(date(2000, 1, 1), date(2199, 12, 30))
numbers = st.integers(-(10**18) + 1, 10**18 - 1)
CHOICES = ("master", "member", "a b", "-x", "", "yes", "Ünï", 'q"u\\o', "night", "1,2", "x:y")
SPECS = (
    FieldSpec("name", "n"),
    FieldSpec("role", "r", "choice", tuple((value, f"Label of {value}") for value in CHOICES)),
    FieldSpec("expires", "e", "date"),
    FieldSpec("happened", "h", "instant"),
    FieldSpec("floor", "f", "integer"),
    FieldSpec("solved", "", "flag"),
)


def ordered(pair: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(pair))


def several(name: str, of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    lists = st.lists(of, min_size=1, max_size=4, unique_by=lambda value: (value, type(value)))
    return lists.map(lambda found: (name, "eq" if len(found) == 1 else "in", tuple(found)))


def compared(name: str, ops: list[str], of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(name), st.sampled_from(ops), st.tuples(of))


def spanning(name: str, of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(name), st.just("span"), st.lists(of, min_size=2, max_size=2, unique=True).map(ordered))


conditions = st.one_of(
    st.tuples(st.none(), st.just("word"), st.tuples(values.filter(bool))),
    several("name", values),
    several("role", st.sampled_from(CHOICES)),
    several("floor", numbers),
    several("solved", st.booleans()),
    compared("expires", ["eq", "lt", "ge"], days),
    compared("happened", ["lt", "le", "gt", "ge"], instants),
    compared("floor", ["lt", "le", "gt", "ge"], numbers),
    spanning("expires", days).filter(lambda term: (term[2][1] - term[2][0]).days > 1),
    spanning("happened", instants),
)
filters = st.lists(st.tuples(conditions, st.booleans()), max_size=6).map(
    lambda found: Filter(tuple(Term(name, op, values, negated) for (name, op, values), negated in found))
)


@pytest.mark.feature("LOG-09")
@given(found=filters)
def test_every_filter_reads_back_from_its_rendered_form(found: Filter) -> None:
    rendered = render(found)
    assume(len(rendered) <= LONGEST)
    again = parse(rendered, SPECS, now=NOW, zone=BERLIN)
    assert again == found
    assert render(again) == rendered


@given(text=st.one_of(st.text(max_size=60), st.text('ab:,-"\\<>= nightsofloor12', max_size=60)))
def test_any_text_is_read_or_refused_with_a_sentence_and_completing_never_fails(text: str) -> None:
    for cursor in (0, len(text) // 2, len(text), len(text) + 5):
        assert isinstance(complete(text, cursor, FIELDS), list)
    _, found = read_or_refused(text)
    rendered = render(found)
    assert len(rendered) > LONGEST or parse(rendered, FIELDS, now=NOW, zone=BERLIN) == found


@pytest.mark.parametrize(
    ("text", "endings"),
    [
        ("stat", ["us:"]),
        ("STAT", ["us:"]),
        ("s", ["tatus:", "een:", "olved:"]),
        ("-ty", ["pe:"]),
        ("anna fl", ["oor:"]),
        ("o", ["n:"]),
        ("nig", ["ht"]),
        ("last-", ["night", "week", "month"]),
        ("status:", ["Active", "inactive", "Expired"]),
        ("status:a", ["ctive"]),
        ("-s:E", ["xpired"]),
        ("b:", ["A", "Straßenhaus", "b2"]),
        ("b:A,", ["A", "Straßenhaus", "b2"]),
        ("b:A,s", ["traßenhaus"]),
        ('b:"House A",s', ["traßenhaus"]),
        ('b:"x,s"', []),
        ("b:stras", []),
        ("t:fam", []),
        ("t:", ["master", "member"]),
        ("solved:", ["yes", "no"]),
        ("solved:t", ["rue"]),
        ("on:to", ["day", "morrow"]),
        ("h:ni", ["ght"]),
        ("e:ni", []),
        ("e:last-", ["week", "month"]),
        ("expires<to", ["day", "morrow"]),
        ("", []),
        ("anna ", []),
        ("-", []),
        ("zzz", []),
        ("zzz:", []),
        ("name:", []),
        ("floor:", []),
        ("today", []),
        ('"stat', []),
        ('name:"anna stat', []),
        ('"stat"', []),
    ],
)
def test_what_completes_at_the_end(text: str, endings: list[str]) -> None:
    assert complete(text, len(text), FIELDS) == endings


def test_completing_within_a_line_only_at_the_end_of_a_word() -> None:
    assert complete("stat anna", 4, FIELDS) == ["us:"]
    assert complete("stat anna", 3, FIELDS) == []
    assert complete("stat anna", 5, FIELDS) == []
    assert complete("stat", 0, FIELDS) == []


def test_without_instants_no_time_is_offered() -> None:
    assert complete("o", 1, TIMELESS) == []
    assert complete("nig", 3, TIMELESS) == []
    assert complete("on:to", 5, TIMELESS) == []


def test_a_label_that_means_another_choice_is_not_offered() -> None:
    fields = (FieldSpec("pick", "", "choice", (("1", "2"), ("2", "3"), ("x", "same"), ("y", "same"))),)
    assert complete("pick:", 5, fields) == ["1", "3", "x", "y"]


def test_a_choice_that_cannot_be_written_without_quotes_is_not_offered() -> None:
    assert complete("pick:", 5, (FieldSpec("pick", "", "choice", (("a b", "c d"), ("e", "f g"))),)) == ["e"]


TIMED_OR_CHOSEN = [spec for spec in FIELDS if spec.kind in ("choice", "flag", "instant", "date")]


@given(spec=st.sampled_from(TIMED_OR_CHOSEN), data=st.data())
def test_what_completes_is_understood(spec: FieldSpec, data: st.DataObject) -> None:
    begun = spec.name + ":"
    ending = data.draw(st.sampled_from(complete(begun, len(begun), FIELDS)))
    assert len(parse(begun + ending, FIELDS, now=NOW, zone=BERLIN).terms) == 1
    assert ending[1:] in ["", *complete(begun + ending[:1], len(begun) + 1, FIELDS)]
