"""The operation log: who did what, field by field, and never a secret (feature LOG-06)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from backend.catalog.operations import OPERATION
from backend.catalog.specs import filter_specs
from backend.domain.account_drafts import ManagerDraft
from backend.domain.context import Context, new_id
from backend.domain.enums import CredentialKind, Role, Via
from backend.domain.errors import Forbidden, NotFound
from backend.domain.filter import parse
from backend.domain.names import fold
from backend.domain.operations import FieldChange
from backend.domain.paging import ListQuery
from backend.services.devices import Devices
from backend.services.doors import Doors
from backend.services.managers import Managers
from backend.services.operations import MOST_ROWS, Operations
from backend.services.sessions import Sessions
from backend.services.sign_in import SignIn
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock
from tests.support.plans import plans

PIN, PASSWORD = "48151623", "4242 quiet doors"


@pytest.fixture
def operations(park: Park) -> Operations:
    """The operation log of the park."""
    return Operations(park.store)


def newest(park: Park) -> int:
    """The number of the newest operation."""
    return Operations(park.store).list(park.viewer, ListQuery()).first(1)[0].id


def told(changes: tuple[FieldChange, ...]) -> list[tuple[str, str, str, str]]:
    """The changes as plain tuples."""
    return [(line.record, line.field, line.before, line.after) for line in changes]


def found(park: Park, expression: str) -> list[str]:
    """The actions that a filter leaves, newest first."""
    wanted = parse(expression, filter_specs(OPERATION), now=park.store.clock(), zone="Europe/Berlin")
    rows = Operations(park.store).list(park.viewer, ListQuery(filter=wanted)).first(50)
    return [row.values["action"] for row in rows if not row.values["type"].startswith("test.")]


@pytest.mark.feature("LOG-06")
def test_every_act_says_who_what_when_and_which_way(park: Park, operations: Operations, clock: FakeClock) -> None:
    context = Context(park.installer.actor_id, "Ines", park.installer.community_id, Via.COMMAND)
    saved = Devices(park.store).add(context, park.draft("Gate"))
    record = operations.get(park.viewer, saved.operation)
    assert (record.actor, record.via, record.type, record.action) == ("Ines", "command", "device.add", "Added device")
    assert (record.entity, record.entity_id, record.entity_name) == ("device", saved.id, "Gate")
    assert (record.at, record.undoable, record.undo_of, record.blocked) == (clock(), False, None, "")


@pytest.mark.feature("LOG-06")
def test_the_newest_stands_first_and_filters_find(park: Park, clock: FakeClock) -> None:
    park.device("Gate")
    clock.advance(days=1)
    Devices(park.store).edit(park.technician.again(), park.device("Pool"), 1, name="Pool Side")
    Doors(park.store).open(park.manager.again(), park.door("Gate"))
    assert found(park, "") == ["Opened by hand: Gate", "Changed device", "Added device", "Added device"]
    assert found(park, "by:tom") == ["Changed device"]
    assert found(park, "type:door") == ["Opened by hand: Gate"]
    assert found(park, "record:device pool") == ["Changed device", "Added device"]
    assert found(park, "name:side") == ["Changed device"]
    assert found(park, "on:yesterday") == ["Added device"]
    assert found(park, "since:today -changed") == ["Opened by hand: Gate", "Added device"]
    assert found(park, f"no:{newest(park)}") == ["Opened by hand: Gate"]


@pytest.mark.feature("LOG-06")
def test_an_act_is_told_field_by_field_in_words(park: Park, operations: Operations) -> None:
    building_id = park.building("A")
    anna = park.resident(building_id, role="master")
    with park.store.write(park.manager.again(), "test.change") as work:
        work.require("resident.write")
        group_id = work.insert(
            t.access_group, uuid=new_id(), community_id=1, number=9, name="Gym Day", name_fold="gym day"
        )
        work.insert(
            t.access_window, group_id=group_id, repeat="weekly", days="04", start=time(8), end=time(18, 30),
            begins_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        )  # fmt: skip
        member = work.insert(t.access_group_member, group_id=group_id, holder_id=anna)
        work.update(t.resident, anna, role="member", email="anna@example.com")
        work.update(t.holder, anna, name="Nowak, Anna", status="suspended")
        work.delete(t.access_group_member, member)
        number = work.open_operation()
    assert told(operations.fields(park.viewer, number)) == [
        ("Access group Gym Day", "ID", "", "9"),
        ("Access group Gym Day", "Name", "", "Gym Day"),
        ("Access group Gym Day", "System", "", "No"),
        ("Access group Gym Day", "Keeps holidays", "", "No"),
        ("Hours of Gym Day", "Group", "", "Gym Day"),
        ("Hours of Gym Day", "Repeats", "", "weekly"),
        ("Hours of Gym Day", "Days", "", "Mo Fr"),
        ("Hours of Gym Day", "Start", "", "08:00"),
        ("Hours of Gym Day", "End", "", "18:30"),
        ("Hours of Gym Day", "From", "", "2026-03-02 10:00"),
        ("Person of a group of Nowak, Anna", "Group", "", "Gym Day"),
        ("Person of a group of Nowak, Anna", "Person", "", "Nowak, Anna"),
        ("Resident Kowalska, Anna", "Type", "Master", "Member"),
        ("Resident Kowalska, Anna", "E-mail", "", "anna@example.com"),
        ("Person Nowak, Anna", "Status", "active", "suspended"),
        ("Person of a group of Nowak, Anna", "Group", "Gym Day", ""),
        ("Person of a group of Nowak, Anna", "Person", "Nowak, Anna", ""),
    ]


def test_what_is_gone_by_now_is_told_by_its_number(park: Park, operations: Operations) -> None:
    with park.store.write(park.manager.again(), "test.change") as work:
        work.require("resident.write")
        group_id = work.insert(t.access_group, uuid=new_id(), community_id=1, number=9, name="Day", name_fold="day")
        window = work.insert(t.access_window, group_id=group_id, repeat="daily")
        work.delete(t.access_window, window)
        work.delete(t.access_group, group_id)
        number = work.open_operation()
    assert ("Hours of no. " + str(group_id), "Group", "", f"no. {group_id}") in told(
        operations.fields(park.viewer, number)
    )


@pytest.mark.feature("LOG-06")
def test_secrets_are_three_stars_before_and_after(park: Park, operations: Operations) -> None:
    anna = park.resident(park.building())
    credential = park.credential(anna, PIN)
    issued = newest(park)
    with park.store.write(park.manager.again(), "test.replace") as work:
        work.require("resident.write")
        uuid = work.row(t.credential, credential)["uuid"]
        work.update(t.credential, credential, value_sealed=work.sealer.seal_text(f"credential.value:{uuid}", "12"))
        replaced = work.open_operation()
    assert ("Value", "", "***") in [line[1:] for line in told(operations.fields(park.viewer, issued))]
    assert [line[1:] for line in told(operations.fields(park.viewer, replaced))] == [("Value", "***", "***")]
    draft = ManagerDraft(email="n@example.com", name="Nora", role=Role.VIEWER, password=PASSWORD)
    made = told(operations.fields(park.viewer, Managers(park.store).add(park.installer.again(), draft).operation))
    assert ("Account Nora", "Password", "", "***") in made
    assert ("Account Nora", "Role", "", "Viewer") in made
    assert "argon2" not in str(made)


@pytest.mark.feature("LOG-06")
def test_no_secret_lies_open_in_the_files_of_the_site(park: Park) -> None:
    """Everything that takes a secret has taken one: none is found in the database, its log, or any operation."""
    card, door, found_at = "0A1B2C7F99", "pa55-of-the-door", "pa55-of-the-search"
    holder = park.resident(park.building())
    park.credential(holder, PIN)
    park.credential(holder, card, CredentialKind.CARD)
    devices, managers = Devices(park.store), Managers(park.store)
    gate = devices.add(park.installer.again(), park.draft("Gate", password=door)).id
    devices.identify(park.installer.again(), "192.0.2.7", "admin", found_at)
    devices.edit(park.installer.again(), gate, 1, name="Gate House")
    managers.add(
        park.installer.again(),
        ManagerDraft(email="n@example.com", name="Nora", role=Role.VIEWER, password=PASSWORD),
    )
    token = Sessions(park.store).make(SignIn(park.store).login("n@example.com", PASSWORD, Via.COMMAND, agree=True)[0])
    with pytest.raises(Forbidden):
        SignIn(park.store).login("n@example.com", f"{PASSWORD}!", Via.APP, agree=True)
    devices.delete(park.installer.again(), gate)
    stored = b"".join(file.read_bytes() for file in sorted(park.store.path.parent.glob("smartplus.db*")))
    assert b"Gate House" in stored, "the bytes read are those of the site"
    for secret in (PIN, card, door, found_at, PASSWORD, token):
        assert secret.encode() not in stored
        assert secret.encode("utf-16-le") not in stored


@pytest.mark.feature("LOG-06")
def test_the_history_of_a_record_has_acts_that_touched_it_by_the_way(
    park: Park, operations: Operations, clock: FakeClock
) -> None:
    anna, jan = park.resident(park.building()), park.resident(park.building("B"), "Nowak, Jan")
    for action, holder_id in (("first", anna), ("of Jan", jan)):
        clock.advance(minutes=1)
        with park.store.write(park.manager.again(), "resident.edit") as work:
            work.require("resident.write")
            work.update(t.resident, holder_id, remark=action)
            work.tell(action, "resident", holder_id, "")
    clock.advance(minutes=1)
    with park.store.write(park.manager.again(), "resident.delete") as work:
        work.require("resident.write")
        for holder_id in (anna, jan):
            work.update(t.holder, holder_id, status="suspended")
        work.tell("both", "resident", None, "2 residents")
    actions = [record.action for record in operations.of_record(park.viewer, "resident", anna, 2)]
    assert actions == ["both", "first"]
    gate = park.device("Gate")
    Doors(park.store).open(park.manager.again(), park.door("Gate"))
    doors = [record.type for record in operations.of_record(park.viewer, "door", park.door("Gate"))]
    assert sorted(doors) == ["device.add", "door.open"]
    assert [record.type for record in operations.of_record(park.viewer, "device", gate)] == ["device.add"]


def test_the_history_of_a_record_is_read_without_the_log_of_the_community(park: Park, operations: Operations) -> None:
    def read() -> None:
        assert operations.of_record(park.viewer, "device", park.device("Gate"))

    found = plans(park.store, "operation", read)
    assert found
    for plan in found:
        assert "ix_operation_time" not in plan, plan
        assert "SCAN operation" not in plan, plan


def test_a_batch_of_many_is_told_by_its_first_rows(park: Park, operations: Operations) -> None:
    with park.store.write(park.manager.again(), "test.batch") as work:
        work.require("resident.write")
        for number in range(MOST_ROWS + 5):
            name = f"B{number}"
            work.insert(t.building, uuid=new_id(), community_id=1, name=name, name_fold=fold(name))
        operation = work.open_operation()
    assert len(operations.fields(park.viewer, operation)) == MOST_ROWS


def test_operations_of_another_community_are_out_of_reach(
    park: Park, operations: Operations, elsewhere: Context
) -> None:
    gate = park.device("Gate")
    number = newest(park)
    for act in (operations.get, operations.fields):
        with pytest.raises(NotFound):
            act(elsewhere, number)
    assert operations.of_record(elsewhere, "device", gate) == ()


def test_nothing_of_the_product_removes_an_operation(park: Park) -> None:
    """Append-only: the device, the account's session and the person are gone, what was done with them stays."""
    with park.store.read() as connection:
        before: set[Any] = set(connection.execute(select(t.operation.c.id)).scalars())
    Devices(park.store).delete(park.installer.again(), park.device("Gate"))
    with park.store.read() as connection:
        after = set(connection.execute(select(t.operation.c.id)).scalars())
    assert before < after
