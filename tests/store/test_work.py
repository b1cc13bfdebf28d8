"""The unit of work: one transaction that leaves rows, images, operation, dirty devices and topics, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from backend.domain.context import Context, agent_context
from backend.domain.enums import Role
from backend.domain.errors import Forbidden, NotFound, Stale
from backend.store import tables as t
from backend.store.images import from_image
from backend.store.store import Store, in_transaction
from backend.store.work import Work
from tests.support.clock import START, FakeClock
from tests.support.rows import ManagerContext, insert_building, insert_device


def add_building(store: Store, context: Context, name: str = "A") -> int:
    """A building by way of a whole unit of work, as a service would."""
    with store.write(context, "building.add") as work:
        work.require("resident.write")
        if work.replayed is not None:
            return int(work.replayed)
        work.result = insert_building(work, context.community_id, name)
        work.tell(f"Added building {name}", "building", work.result, name)
        work.touch("buildings")
        return int(work.result)


def rows(store: Store, table: Any, *where: Any) -> list[Any]:
    """All rows of a table, oldest first."""
    with store.read() as connection:
        return list(connection.execute(select(table).where(*where).order_by(*table.primary_key)).mappings())


def topics(store: Store) -> dict[str, int]:
    """Topic versions."""
    return {row["name"]: row["version"] for row in rows(store, t.topic)}


def fail(store: Store, context: Context, body: Callable[[Work], object], error: type[Exception], match: str) -> None:
    """A unit of work whose body raises."""

    def run() -> None:
        with store.write(context, "test.fail") as work:
            body(work)

    with pytest.raises(error, match=match):
        run()


def test_a_unit_leaves_row_operation_image_topics_and_request(store: Store, manager_context: ManagerContext) -> None:
    context, before = manager_context(), topics(store)
    building = add_building(store, context)
    (operation,) = rows(store, t.operation, t.operation.c.type == "building.add")
    told = {name: operation[name] for name in ("actor_id", "actor", "via", "action", "entity", "entity_id", "at")}
    assert told == {
        "actor_id": context.actor_id,
        "actor": "Mara",
        "via": "app",
        "action": "Added building A",
        "entity": "building",
        "entity_id": building,
        "at": START,
    }
    assert (operation["text_fold"], operation["undoable"]) == ("added building a a", True)
    (change,) = rows(store, t.change, t.change.c.operation_id == operation["id"])
    assert (change["table_name"], change["row_id"], change["from_at"], change["to_at"]) == (
        "building",
        building,
        START,
        None,
    )
    assert change["before_sealed"] is None
    assert topics(store) == {**before, "buildings": 1, "operations": before["operations"] + 1}
    (request,) = rows(store, t.request, t.request.c.request_id == context.request_id)
    assert request["actor_id"] == context.actor_id


def test_images_follow_a_row_through_its_life(store: Store, manager_context: ManagerContext, clock: FakeClock) -> None:
    context = manager_context()
    building = add_building(store, context)
    clock.advance(hours=1)
    with store.write(context.again(), "building.edit") as work:
        work.require("resident.write")
        assert work.update(t.building, building, version=1, name="B", name_fold="b")
    clock.advance(hours=1)
    with store.write(context.again(), "building.delete") as work:
        work.require("resident.write")
        work.delete(t.building, building)
    images = rows(store, t.change, t.change.c.table_name == "building")
    hour = timedelta(hours=1)
    spans = [(START, START + hour), (START + hour, START + 2 * hour), (START + 2 * hour, None)]
    assert [(row["from_at"], row["to_at"]) for row in images] == spans
    names = [
        tuple(sealed and from_image(store.sealer, t.building, building, sealed)["name"] for sealed in sides)
        for sides in ((row["before_sealed"], row["after_sealed"]) for row in images)
    ]
    assert names == [(None, "A"), ("A", "B"), ("B", None)]


def test_an_id_is_never_given_twice(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    first = add_building(store, context)
    with store.write(context.again(), "building.delete") as work:
        work.require("resident.write")
        work.delete(t.building, first)
    assert add_building(store, context.again()) > first


def test_a_deleted_row_can_be_put_back_under_its_id(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    building = add_building(store, context)
    before = dict(rows(store, t.building)[0])
    with store.write(context.again(), "building.delete") as work:
        work.require("resident.write")
        work.delete(t.building, building)
    with store.write(context.again(), "undo") as work:
        work.require("undo.write")
        work.insert(t.building, **before)
    assert [dict(row) for row in rows(store, t.building)] == [before]


def test_a_repeated_request_answers_and_changes_nothing(store: Store, manager_context: ManagerContext) -> None:
    context, calls = manager_context(), list[frozenset[str]]()
    first = add_building(store, context)
    store.after_commit.append(calls.append)
    assert add_building(store, context, "another name") == first
    assert len(rows(store, t.building)) == 1
    assert calls == []


def test_a_repeated_request_without_a_result_is_known_too(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    for replayed in (None, True):
        with store.write(context, "building.touch") as work:
            work.require("resident.write")
            assert work.replayed is replayed


def test_a_repeated_request_refuses_to_change_rows(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    building = add_building(store, context)
    bodies: list[Callable[[Work], object]] = [
        lambda work: insert_building(work, context.community_id, "B"),
        lambda work: work.insert(t.setting, name="x", value="y"),
        lambda work: work.update(t.building, building, name="B"),
        lambda work: work.delete(t.building, building),
        lambda work: work.dirty([1], "x"),
    ]
    for body in bodies:
        fail(store, context, body, RuntimeError, "carried out before")
    assert [row["name"] for row in rows(store, t.building)] == ["A"]


def test_further_slices_share_the_operation_of_the_first(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    with store.write(context, "building.import") as work:
        work.require("resident.write")
        insert_building(work, context.community_id, "A")
        work.tell("Imported 2 buildings", "building", None, "")
        operation = work.open_operation()
    with store.write(context, "building.import", operation_id=operation) as work:
        work.require("resident.write")
        insert_building(work, context.community_id, "B")
    (told,) = rows(store, t.operation, t.operation.c.type == "building.import")
    assert (told["id"], told["action"]) == (operation, "Imported 2 buildings")
    assert len(rows(store, t.change, t.change.c.operation_id == operation)) == 2


@pytest.mark.edge("75")
def test_a_stale_version_is_refused_and_named(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    building = add_building(store, context)
    with store.write(context.again(), "building.edit") as work:
        work.require("resident.write")
        work.update(t.building, building, version=1, name="B")

    def edit(work: Work) -> None:
        work.require("resident.write")
        work.update(t.building, building, version=1, name="C")

    with pytest.raises(Stale) as caught:
        edit_in(store, context.again(), edit)
    assert caught.value.current == 2
    assert [row["name"] for row in rows(store, t.building)] == ["B"]


def edit_in(store: Store, context: Context, body: Callable[[Work], None]) -> None:
    """Run `body` in a unit of work."""
    with store.write(context, "building.edit") as work:
        body(work)


def test_an_update_that_differs_in_nothing_leaves_no_image(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    building = add_building(store, context)
    with store.write(context.again(), "building.edit") as work:
        work.require("resident.write")
        assert not work.update(t.building, building, name="A")
    assert len(rows(store, t.change, t.change.c.table_name == "building")) == 1


def test_a_row_that_is_not_there_is_not_found(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    for body in (
        lambda work: work.update(t.access_group, 9, name="x"),
        lambda work: work.delete(t.access_group, 9),
    ):
        fail(store, context, body, NotFound, "access group")


def test_dirty_devices_get_a_generation_a_reason_and_the_first_since(
    store: Store, manager_context: ManagerContext, clock: FakeClock
) -> None:
    context = manager_context()
    with store.write(agent_context(context.community_id), "device.add") as work:
        work.require("device.write")
        one, two = (insert_device(work, context.community_id, name) for name in "ab")
    start = {row["id"]: row["gen"] for row in rows(store, t.device_sync)}
    for reason in ("first", "second"):
        with store.write(context.again(), "test.dirty") as work:
            work.require("resident.write")
            work.dirty([two, two], reason)
            work.dirty({two}, "again in the same unit")
        clock.advance(minutes=1)
    untouched, dirty = rows(store, t.device_sync)
    assert (untouched["gen"], untouched["since"]) == (start[one], None)
    assert (dirty["gen"], dirty["reason"], dirty["since"]) == (start[two] + 2, "second", START)
    assert topics(store)["sync"] == 2


def test_nothing_is_left_of_a_unit_that_fails(store: Store, manager_context: ManagerContext) -> None:
    context, before = manager_context(), topics(store)

    def body(work: Work) -> None:
        work.require("resident.write")
        insert_building(work, context.community_id)
        work.touch("buildings")
        raise KeyError("midway")

    fail(store, context, body, KeyError, "midway")
    assert rows(store, t.building) == []
    assert topics(store) == before
    assert rows(store, t.operation, t.operation.c.type == "test.fail") == []
    assert add_building(store, context)


def test_a_unit_that_asks_for_no_permission_is_not_committed(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context(Role.INSTALLER)
    fail(store, context, lambda work: insert_building(work, context.community_id), Forbidden, "asked for no permission")
    assert rows(store, t.building) == []


@pytest.mark.parametrize(
    ("role", "columns", "permission", "text"),
    [
        (Role.VIEWER, {}, "resident.write", "role does not allow"),
        (Role.MANAGER, {"disabled": True}, "resident.read", "disabled"),
        (Role.MANAGER, {"delete_residents": False}, "resident.delete", "switched this off for your account"),
        (Role.INSTALLER, {}, "nobody.declared", "role does not allow"),
    ],
)
def test_who_may_not_is_refused(
    store: Store, manager_context: ManagerContext, role: Role, columns: dict[str, Any], permission: str, text: str
) -> None:
    context = manager_context(role, **columns)
    fail(store, context, lambda work: work.require(permission), Forbidden, text)

    def look() -> None:
        with store.read(context, permission):
            pass

    with pytest.raises(Forbidden, match=text):
        look()


def test_a_manager_of_another_community_is_refused(store: Store, manager_context: ManagerContext) -> None:
    mine, other = manager_context(), manager_context()
    stranger = Context(mine.actor_id, mine.actor_name, other.community_id, mine.via)
    fail(store, stranger, lambda work: work.require("resident.read"), Forbidden, "not assigned")


@pytest.mark.feature("ACC-02")
def test_a_manager_acts_where_they_are_assigned_until_that_is_taken_away(
    store: Store, manager_context: ManagerContext
) -> None:
    mine, other = manager_context(), manager_context()
    assert mine.actor_id is not None
    with store.write(agent_context(mine.community_id), "test.assign") as work:
        work.require("manager.write")
        row = work.insert(t.manager_community, manager_id=mine.actor_id, community_id=other.community_id)
    there = Context(mine.actor_id, mine.actor_name, other.community_id, mine.via)
    with store.read(there, "resident.read"):
        pass
    with store.write(agent_context(mine.community_id), "test.assign") as work:
        work.require("manager.write")
        work.delete(t.manager_community, row)
    with pytest.raises(Forbidden, match="not assigned"), store.read(there, "resident.read"):
        pass


@pytest.mark.feature("ACC-05")
def test_a_password_changed_later_ends_what_was_signed_in_before(store: Store, manager_context: ManagerContext) -> None:
    at = store.clock()
    mine = manager_context(password_changed_at=at)
    with store.read(replace(mine, proved_at=at), "resident.read"):
        pass
    before = replace(mine, proved_at=at - timedelta(microseconds=1))
    with pytest.raises(Forbidden, match="password of this account was changed"), store.read(before, "resident.read"):
        pass


def test_the_books_take_no_rule_table_and_leave_no_operation(store: Store) -> None:
    operations = len(rows(store, t.operation))

    def change_a_rule() -> None:
        with store.books(agent_context(1)) as work:
            work.insert(t.community, name="Park")

    with pytest.raises(RuntimeError, match="rule table"):
        change_a_rule()
    assert rows(store, t.community) == []
    with store.books(agent_context(1)) as work:
        work.connection.execute(insert(t.body).values(mac=b"m", sealed=b"s"))
        work.touch("events")
    assert len(rows(store, t.body)) == 1
    assert topics(store) == {"events": 1}
    assert len(rows(store, t.operation)) == operations
    assert rows(store, t.request) == []


def test_a_unit_inside_another_is_refused_and_the_flag_falls(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()

    def nested(work: Work) -> None:
        assert in_transaction.get()
        add_building(store, context.again())

    fail(store, context, nested, RuntimeError, "inside another")
    assert not in_transaction.get()


def test_listeners_hear_of_commits_with_their_topics_only(store: Store, manager_context: ManagerContext) -> None:
    context, heard = manager_context(), list[frozenset[str]]()
    store.after_commit.append(heard.append)
    fail(store, context, lambda work: work.require("nobody.declared"), Forbidden, "role")
    add_building(store, context.again())
    assert heard == [frozenset({"buildings", "operations"})]


def test_a_reader_sees_one_instant(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    counted = select(func.count()).select_from(t.building)
    with store.read() as connection:
        before = connection.execute(counted).scalar()
        add_building(store, context)
        assert connection.execute(counted).scalar() == before


def test_the_time_with_the_lock_is_measured_also_when_it_fails(store: Store, manager_context: ManagerContext) -> None:
    context = manager_context()
    store.longest_lock = 0.0
    fail(store, context, lambda work: work.require("nobody.declared"), Forbidden, "role")
    assert 0 < store.longest_lock < 5
