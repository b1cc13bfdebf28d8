"""Lists: every row once in a total order, pages from any key, filters as SQL, jumps without counting."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, insert

from backend.domain.context import agent_context
from backend.domain.enums import LogAction, LogResponse, LogType
from backend.domain.errors import Invalid
from backend.domain.filter import FieldSpec, Filter, parse
from backend.domain.names import fold
from backend.domain.paging import Key, ListQuery, ListRow
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.store import Store
from tests.support.clock import START

log = t.door_log
ROWS = 1500
NAMES = ("Anna Kowalska", "Łukasz Müller", "100% Sure_", "a/b", "Zoë", "")
FIELDS = (
    FieldSpec("time", "t", "instant"),
    FieldSpec("door", "d"),
    FieldSpec("name"),
    FieldSpec("key"),
    FieldSpec("device", "", "integer"),
    FieldSpec("action", "a", "choice", tuple((action.value, action.value) for action in LogAction)),
)
LISTING = Listing(
    source=log,
    id_column=log.c.id,
    columns={"time": log.c.happened_at, "name": log.c.initiated_by, "door": log.c.door},
    sorts={
        "time": log.c.happened_at,
        "door": log.c.door,
        "device": func.coalesce(log.c.device_id, 0),
        "apartment": log.c.relay_id,
    },
    default_sort="time",
    descending=True,
    filters={
        "time": FilterColumn(log.c.happened_at),
        "door": FilterColumn(log.c.building, "folded"),
        "name": FilterColumn(log.c.initiated_fold, "contains"),
        "key": FilterColumn(log.c.key),
        "device": FilterColumn(log.c.device_id),
        "action": FilterColumn(log.c.action),
    },
    words=(log.c.initiated_fold, log.c.building),
    where=log.c.community_id == 1,
)
SORTS = st.sampled_from(["", "time", "door", "device"])
QUERIES = st.builds(ListQuery, sort=SORTS, descending=st.sampled_from([None, True, False]))


def made_up_rows() -> list[dict[str, Any]]:
    """Rows with many equal sort values, some of them in another community."""
    chance = random.Random(7)
    rows = []
    for number in range(ROWS):
        name, door = chance.choice(NAMES), f"Door {chance.randrange(5)}"
        rows.append(
            {
                "community_id": 2 if number % 50 == 0 else 1,
                "device_id": chance.choice([None, 3, 9, 12]),
                "happened_at": START + timedelta(minutes=chance.randrange(400)),
                "received_at": START,
                "building": fold(door),
                "door": door,
                "initiated_by": name,
                "initiated_fold": fold(name),
                "type": LogType.RELEASE,
                "action": chance.choice(list(LogAction)),
                "key": chance.choice(["", "4711"]),
                "response": LogResponse.SUCCESS,
            }
        )
    return rows


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    with store.books(agent_context(1)) as work:
        work.connection.execute(insert(log), made_up_rows())
    with store.read() as opened:
        yield opened


def ids(rows: list[ListRow]) -> list[int]:
    return [row.id for row in rows]


def in_order(connection: Connection, query: ListQuery) -> list[ListRow]:
    """The whole list at once, to compare pages with."""
    return LISTING.rows(connection, query, limit=10 * ROWS)


def filtered(expression: str) -> ListQuery:
    return ListQuery(parse(expression, FIELDS, now=START, zone="UTC"))


def facts(connection: Connection) -> list[Any]:
    """The rows of the community as they are, oldest id first."""
    return list(connection.execute(log.select().where(log.c.community_id == 1).order_by(log.c.id)))


def test_the_whole_list_is_in_total_order_with_its_values(connection: Connection) -> None:
    rows = in_order(connection, ListQuery())
    expected = sorted(facts(connection), key=lambda row: (row.happened_at, row.id), reverse=True)
    assert ids(rows) == [row.id for row in expected]
    assert rows[0].key == (expected[0].happened_at, expected[0].id)
    assert rows[0].values == {
        "time": expected[0].happened_at,
        "name": expected[0].initiated_by,
        "door": expected[0].door,
    }
    assert rows[0].key[0].tzinfo is UTC


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=QUERIES, limit=st.integers(40, 700))
def test_pages_hold_every_row_once_in_both_directions(connection: Connection, query: ListQuery, limit: int) -> None:
    expected = ids(in_order(connection, query))
    forward: list[int] = []
    page = LISTING.rows(connection, query, limit=limit)
    while page:
        forward += ids(page)
        page = LISTING.rows(connection, query, after=page[-1].key, limit=limit)
    assert forward == expected
    backward: list[int] = []
    page = LISTING.rows(connection, query, last=True, limit=limit)
    while page:
        backward = ids(page) + backward
        page = LISTING.rows(connection, query, before=page[0].key, limit=limit)
    assert backward == expected


def test_a_key_serves_when_its_row_has_gone(connection: Connection) -> None:
    rows = in_order(connection, ListQuery())
    gone = (rows[500].key[0], rows[500].key[1] + 0.5)
    assert ids(LISTING.rows(connection, ListQuery(), after=gone, limit=1)) == [rows[500].id]


def test_key_of_finds_the_place_of_a_row(connection: Connection) -> None:
    query = ListQuery(sort="door")
    row = in_order(connection, query)[321]
    assert LISTING.key_of(connection, query, row.id) == row.key
    assert LISTING.key_of(connection, query, 10**9) is None
    assert LISTING.key_of(connection, filtered("name:nobody"), row.id) is None


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("anna", lambda row: "anna" in row.initiated_fold),
        ("LUKASZ", lambda row: row.initiated_by == "Łukasz Müller"),
        ('"anna kow"', lambda row: row.initiated_by == "Anna Kowalska"),
        ("anna 3", lambda row: "anna" in row.initiated_fold and "3" in row.building),
        ("100%", lambda row: "100%" in row.initiated_by),
        ("%", lambda row: "%" in row.initiated_by),
        ("_", lambda row: "_" in row.initiated_by),
        ("a/b", lambda row: row.initiated_by == "a/b"),
        ("-anna", lambda row: "anna" not in row.initiated_fold),
        ('door:"Door 2"', lambda row: row.door == "Door 2"),
        ("door:Door", lambda row: False),
        ('d:"Door 1","DOOR 2"', lambda row: row.door in ("Door 1", "Door 2")),
        ("name:kow,ZOE", lambda row: row.initiated_by in ("Anna Kowalska", "Zoë")),
        ("device:9", lambda row: row.device_id == 9),
        ("-device:9", lambda row: row.device_id != 9),
        ("device>3", lambda row: row.device_id is not None and row.device_id > 3),
        ("device>=9 device<=9", lambda row: row.device_id == 9),
        ("-device<9", lambda row: row.device_id is None or row.device_id >= 9),
        ("action:pin,card", lambda row: row.action in ("pin", "card")),
        ("action:qr -key:4711", lambda row: row.action == "qr" and row.key == ""),
        ("time<2026-03-02T10:00Z", lambda row: row.happened_at < START + timedelta(hours=1)),
        ("on:2026-03-02", lambda row: row.happened_at.day == 2),
        ("-on:2026-03-02", lambda row: row.happened_at.day != 2),
    ],
)
def test_a_filter_keeps_just_the_rows_it_describes(connection: Connection, expression: str, holds: Any) -> None:
    query = filtered(expression)
    expected = [row.id for row in facts(connection) if holds(row)]
    assert sorted(ids(in_order(connection, query))) == expected
    assert LISTING.count(connection, query) == len(expected)


@pytest.mark.parametrize(
    "query", [ListQuery(sort="colour"), ListQuery(Filter(parse("x:1", [FieldSpec("x")], now=START, zone="UTC").terms))]
)
def test_a_field_that_the_list_does_not_have_is_invalid(connection: Connection, query: ListQuery) -> None:
    with pytest.raises(Invalid, match="cannot be"):
        LISTING.rows(connection, query)


def test_a_sort_that_is_null_is_a_fault_and_not_a_lost_row(connection: Connection) -> None:
    with pytest.raises(RuntimeError, match="NULL"):
        LISTING.rows(connection, ListQuery(sort="apartment"))


def test_a_count_stops_at_its_cap(connection: Connection) -> None:
    total = len(facts(connection))
    assert LISTING.count(connection, ListQuery()) == total
    assert LISTING.count(connection, ListQuery(), cap=100) == 100
    assert LISTING.count(connection, ListQuery(), cap=10 * ROWS) == total


def test_an_estimate_is_exact_when_short_and_never_too_low(connection: Connection) -> None:
    assert LISTING.estimate(connection, ListQuery()) == len(facts(connection))
    query = filtered("anna")
    assert LISTING.count(connection, query) <= LISTING.estimate(connection, query) <= ROWS
    nothing = Listing(
        source=t.event, id_column=t.event.c.id, columns={}, sorts={"id": t.event.c.id}, default_sort="id", filters={}
    )
    assert nothing.estimate(connection, filtered("anna")) == 0
    assert nothing.rank(connection, ListQuery(), 0.5) == (0, [])


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["time", "door", "device"])
def test_a_jump_lands_near_its_place(connection: Connection, sort: str, descending: bool) -> None:
    query = ListQuery(sort=sort, descending=descending)
    expected = ids(in_order(connection, query))
    for fraction in (0.0, 0.1, 0.35, 0.5, 0.77, 0.999, 1.0):
        position, page = LISTING.rank(connection, query, fraction, 30)
        start = expected.index(page[0].id)
        assert ids(page) == expected[start : start + 30]
        assert len(page) == 30
        if sort != "device":  # three values only: interpolation lands on the next of them
            assert abs(start - position) <= ROWS * 0.05
            assert abs(start - fraction * len(expected)) <= ROWS * 0.05
    assert LISTING.rank(connection, query, 0, 30)[0] == 0
    assert LISTING.rank(connection, query, 1, 30)[0] == len(expected) - 30


@pytest.mark.parametrize("sort", ["time", "door"])
def test_a_jump_by_anchors_knows_its_position(connection: Connection, sort: str) -> None:
    query = ListQuery(filtered("-anna").filter, sort)
    expected = ids(in_order(connection, query))
    anchors = LISTING.anchors(connection, query, most=100)
    assert (anchors.total, len(anchors.keys)) == (len(expected), -(-len(expected) // anchors.step))
    assert len(anchors.keys) <= 100
    for fraction in (0.2, 0.5, 0.9):
        position, page = LISTING.rank(connection, query, fraction, 30, anchors=anchors)
        assert ids(page) == expected[position : position + 30]
        assert 0 <= fraction * len(expected) - position < anchors.step + 1


def plan(connection: Connection, read: Callable[[], object]) -> list[str]:
    """How SQLite goes about the last statement of `read`, step by step; nothing may be skipped by counting."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    read()
    event.remove(connection, "before_cursor_execute", note)
    statement, parameters = seen[-1]
    assert "OFFSET" not in statement or parameters[-1] == 0  # SQLAlchemy writes OFFSET 0 to every LIMIT
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


KEY: Key = (datetime(2026, 3, 2, 10, tzinfo=UTC), 5)


@pytest.mark.parametrize("descending", [None, False])
@pytest.mark.parametrize("place", [{}, {"last": True}, {"after": KEY}, {"before": KEY}])
def test_every_page_of_the_door_log_comes_straight_from_its_index(
    connection: Connection, place: dict[str, Any], descending: bool | None
) -> None:
    query = ListQuery(descending=descending)
    (step,) = plan(connection, lambda: LISTING.rows(connection, query, **place))
    assert step.startswith("SEARCH door_log USING INDEX ix_door_log_time (community_id=?")
    if "after" in place or "before" in place:
        assert "AND happened_at" in step  # SQLite seeks the instant; the id decides among equal ones


def test_an_equal_field_with_an_index_serves_the_order_too(connection: Connection) -> None:
    (step,) = plan(connection, lambda: LISTING.rows(connection, filtered("device:9"), after=KEY))
    assert "USING INDEX ix_door_log_" in step


def test_an_estimate_reads_the_ends_of_the_ids_only(connection: Connection) -> None:
    steps = plan(connection, lambda: LISTING.estimate(connection, filtered("anna")))
    assert [step for step in steps if "door_log" in step] == ["SEARCH door_log"] * 2
