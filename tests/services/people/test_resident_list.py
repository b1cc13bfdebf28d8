"""The list of residents: order, filters, pages, and the worst state of each person's doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from backend.catalog.residents import RESIDENT
from backend.domain.enums import Role
from backend.domain.errors import Forbidden
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery
from backend.store import tables as t
from tests.services.people.park import Park
from tests.support.rows import ManagerContext


def names(park: Park, query: ListQuery) -> list[str]:
    """The names of a list in its order."""
    return [row.values["name"] for row in park.residents.list(park.context, query).first(256)]


def doors(park: Park, resident_id: int) -> str:
    """The worst state of a person's doors."""
    rows = park.residents.list(park.context, ListQuery()).first(256)
    return next(str(row.values["doors"]) for row in rows if row.id == resident_id)


@pytest.mark.feature("RES-06")
def test_rows_have_every_column_of_the_catalog(park: Park) -> None:
    park.add(email="anna@example.com", mobile="601402118", remark="x")
    (row,) = park.residents.list(park.context, ListQuery()).first(10)
    assert set(row.values) == {one.name for one in RESIDENT.listed()} | {"login"}
    assert row.values["name"] == "Kowalska, Anna"
    assert (row.values["role"], row.values["account_status"], row.values["app_status"]) == (
        "master",
        "inactive",
        "unregistered",
    )
    assert (row.values["building"], row.values["apartment"], row.values["expires_at"]) == ("A", "1001", None)


@pytest.mark.feature("RES-06")
def test_sorts_and_filters(park: Park) -> None:
    park.add(last="Żuk")
    park.add(first="Jan", last="Abara", email="jan@example.com")
    park.add(number="1003", first="Ewa", last="Müller")
    park.add(number="1002", first="Ola", last="Lis")
    assert names(park, ListQuery()) == ["Abara, Jan", "Lis, Ola", "Müller, Ewa", "Żuk, Anna"]
    assert names(park, ListQuery(sort="apartment")) == ["Żuk, Anna", "Abara, Jan", "Lis, Ola", "Müller, Ewa"]
    assert names(park, ListQuery(sort="name", descending=True))[0] == "Żuk, Anna"
    for term, expected in (
        (Term(None, "word", ("mull",)), ["Müller, Ewa"]),
        (Term(None, "word", ("1001",)), ["Abara, Jan", "Żuk, Anna"]),
        (Term("role", "eq", ("member",)), ["Abara, Jan"]),
        (Term("apartment", "in", ("1002", "1003")), ["Lis, Ola", "Müller, Ewa"]),
        (Term("building", "eq", ("A",)), ["Abara, Jan", "Lis, Ola", "Müller, Ewa", "Żuk, Anna"]),
        (Term("email", "eq", ("jan@",), negated=True), ["Lis, Ola", "Müller, Ewa", "Żuk, Anna"]),
        (Term("expires_at", "lt", (datetime(2030, 1, 1, tzinfo=UTC),)), []),
    ):
        assert names(park, ListQuery(filter=Filter((term,)))) == expected


def test_every_sort_of_the_catalog_is_offered_and_every_filter_understood(park: Park) -> None:
    park.add()
    for field in RESIDENT.fields:
        if field.sorted:
            assert names(park, ListQuery(sort=field.name)) == ["Kowalska, Anna"]
        if field.filtered:
            value = datetime(2026, 1, 1, tzinfo=UTC) if field.name == "expires_at" else "x"
            names(park, ListQuery(filter=Filter((Term(field.name, "eq", (value,)),))))


def test_pages_follow_each_other_and_find_a_record(park: Park) -> None:
    ids = {park.add(first=f"P{number}", group_ids=()).id for number in range(7)}
    handle = park.residents.list(park.context, ListQuery())
    first = handle.first(3)
    then = handle.after(first[-1].key, 10)
    assert {row.id for row in first + then} == ids
    assert handle.before(then[0].key, 10) == first
    assert (handle.count(), handle.seek(then[0].id)) == (7, then[0].key)


@pytest.mark.feature("SYNC-01")
def test_doors_go_from_pending_to_in_sync_to_red(park: Park) -> None:
    idle = park.add(group_ids=(), number="1003")
    anna = park.add(pin="2041")
    assert (doors(park, anna.id), doors(park, idle.id)) == ("pending:2", "none")
    for device in (park.gate, park.lobby):
        park.set_sync(device, done_gen=99)
        park.hold(device, anna.id, park.clock.now, pin="2041")
    assert doors(park, anna.id) == "in_sync:2"
    park.edit(anna.id, pin="")
    assert doors(park, anna.id) == "pending:2"
    park.clock.advance(minutes=2)
    assert doors(park, anna.id) == "red:2"
    with park.store.books(park.context) as work:
        work.connection.execute(
            update(t.read_back).where(t.read_back.c.device_id == park.gate).values(absent_at=work.at)
        )
    assert doors(park, anna.id) == "red:1"


def test_doors_tell_of_a_stopped_device_and_of_doubt(park: Park) -> None:
    anna = park.add(pin="2041")
    for device in (park.gate, park.lobby):
        park.set_sync(device, done_gen=99)
    park.hold(park.gate, anna.id, park.clock.now, pin="2041", unknown=True)
    assert doors(park, anna.id) == "pending:1"
    park.set_sync(park.lobby, held_reason="40 of 50 users would be removed")
    assert doors(park, anna.id) == "held:1"
    park.set_sync(park.lobby, released=True)
    assert doors(park, anna.id) == "pending:1"


def test_door_that_still_holds_somebody_without_right_counts(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=())
    park.hold(park.gate, anna.id, park.clock.now - timedelta(hours=1), pin="2041")
    park.set_sync(park.gate, gen=2, done_gen=1)
    assert doors(park, anna.id) == "pending:1"


def test_page_and_list_agree_on_the_doors(park: Park) -> None:
    anna = park.add(pin="2041")
    park.set_sync(park.gate, done_gen=99)
    states = [door.state.value for door in park.residents.get(park.context, anna.id).doors]
    assert sorted(states) == ["in_sync", "pending"]
    assert doors(park, anna.id) == "pending:1"


def test_list_is_for_those_who_may_read_and_of_their_community(park: Park, manager_context: ManagerContext) -> None:
    park.add()
    with pytest.raises(Forbidden):
        park.residents.list(
            manager_context(Role.TECHNICIAN, community_id=park.context.community_id), ListQuery()
        ).first(1)
    assert park.residents.list(manager_context(Role.VIEWER), ListQuery()).first(1) == []
