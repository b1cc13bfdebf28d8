"""The table of roles, written out by hand a second time, and what the switches of an account take away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.enums import Role
from backend.domain.permissions import ALL, PERMISSIONS, SWITCH_WORDS, SWITCHES, WORDS, allowed, refusal

EXPECTED = """
                    installer manager technician viewer
access_group.read       x        x        -        x
access_group.write      x        x        -        -
apartment.create        x        -        -        -
apartment.read          x        x        x        x
apartment.reset         x        x        -        -
apartment.write         x        x        -        -
backup.write            x        x        -        -
booking.read            x        x        -        x
booking.write           x        x        -        -
building.read           x        x        x        x
building.write          x        -        -        -
community.edit          x        x        -        -
community.read          x        x        x        x
community.write         x        -        -        -
credential.reveal       x        x        -        -
device.edit             x        x        x        -
device.read             x        x        x        x
device.write            x        -        x        -
door.open               x        x        x        -
door.read               x        x        x        x
door.try                x        x        -        -
door_log.read           x        x        x        x
library.delete          x        x        -        -
library.read            x        x        -        x
manager.read            x        x        -        x
manager.write           x        -        -        -
operation.read          x        x        -        x
outbox.read             x        x        -        x
outbox.write            x        x        -        -
plan.read               x        x        -        x
resident.delete         x        x        -        -
resident.link           x        -        -        -
resident.read           x        x        -        x
resident.write          x        x        -        -
setting.edit            x        x        -        -
setting.read            x        x        -        x
setting.write           x        -        -        -
sync.read               x        x        x        x
sync.write              x        x        -        -
undo.write              x        x        -        -
visitor.read            x        x        -        x
visitor.write           x        x        -        -
"""


def expected_table() -> dict[tuple[Role, str], bool]:
    head, *rows = [line.split() for line in EXPECTED.strip().splitlines()]
    return {
        (Role(role), permission): mark == "x"
        for permission, *marks in rows
        for role, mark in zip(head, marks, strict=True)
    }


TABLE = expected_table()


@pytest.mark.feature("ACC-08")
def test_every_role_has_exactly_what_the_table_says() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert {key: allowed(*key, {}) for key in TABLE} == TABLE
    assert {permission for _, permission in TABLE} == ALL


@pytest.mark.feature("ACC-08")
def test_a_viewer_changes_nothing_and_sees_no_code() -> None:
    assert all(name.endswith(".read") for name in PERMISSIONS[Role.VIEWER])


@pytest.mark.feature("ACC-08")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", ["", "door", "door.close", "Door.open", "door.open ", "delete_residents"])
def test_what_nobody_declared_is_refused(role: Role, permission: str) -> None:
    assert not allowed(role, permission, {})
    assert not allowed(role, permission, {permission: True})


@pytest.mark.edge("40")
@pytest.mark.feature("RES-07")
def test_without_delete_permission_a_manager_edits_residents_but_deletes_none() -> None:
    switches = {"delete_residents": False}
    assert not allowed(Role.MANAGER, "resident.delete", switches)
    assert allowed(Role.MANAGER, "resident.write", switches)
    assert allowed(Role.MANAGER, "door_log.read", switches)


@pytest.mark.feature("LOG-08")
@pytest.mark.parametrize("role", [Role.MANAGER, Role.TECHNICIAN, Role.VIEWER, Role.INSTALLER])
def test_without_log_access_door_logs_are_gone_and_operations_stay(role: Role) -> None:
    switches = {"log_access": False}
    assert not allowed(role, "door_log.read", switches)
    assert allowed(role, "operation.read", switches) is TABLE[role, "operation.read"]


@pytest.mark.feature("ACC-08")
def test_a_switch_that_is_on_gives_nothing_the_role_lacks() -> None:
    on = dict.fromkeys(SWITCHES.values(), True)
    assert {key: allowed(*key, on) for key in TABLE} == TABLE


@given(
    key=st.sampled_from(sorted(TABLE)),
    switches=st.dictionaries(st.sampled_from([*SWITCHES.values(), "unknown"]), st.booleans()),
)
def test_switches_only_narrow(key: tuple[Role, str], switches: dict[str, bool]) -> None:
    off = {name for name, on in switches.items() if not on}
    assert allowed(*key, switches) == (TABLE[key] and SWITCHES.get(key[1]) not in off)


def test_nobody_can_change_the_table_while_running() -> None:
    with pytest.raises(TypeError):
        PERMISSIONS[Role.VIEWER] = ALL  # type: ignore[index]
    with pytest.raises(TypeError):
        SWITCHES["door.open"] = "log_access"  # type: ignore[index]


@pytest.mark.feature("ACC-08")
def test_a_refusal_is_said_in_words() -> None:
    assert set(WORDS) == ALL
    assert set(SWITCH_WORDS) == set(SWITCHES.values())
    for permission in ALL:
        for role in (None, *(one for one in Role if not allowed(one, permission, {}))):
            assert permission not in refusal(permission, role)
    assert "seeing codes" in refusal("credential.reveal", Role.VIEWER)
    assert "Delete Account Permission" in refusal("resident.delete", Role.MANAGER)
    assert "Your role" in refusal("resident.delete", Role.VIEWER)
