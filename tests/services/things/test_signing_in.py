"""Signing in: right and wrong passwords, the lock, sessions, accounts (features ACC-01, ACC-02, ACC-08)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select, update

from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.paging import ListQuery
from backend.domain.records import ManagerDraft
from backend.services.managers import Managers
from backend.services.passwords import NOBODY, check_password, hash_password, is_right
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

EMAIL = "lena@example.com"
PASSWORD = "seven quiet doors"
WRONG = "seven quiet floors"


CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""A hash says itself how it was made, so that tests need not wait for a dear one."""


@pytest.fixture
def managers(park: Park, manager_context: ManagerContext) -> Managers:
    """The accounts of the park with Lena's, whose password is quick to check."""
    manager_context(
        Role.VIEWER, community_id=park.installer.community_id, name="Lena", email=EMAIL, password_hash=CHEAP
    )
    return Managers(park.store)


def draft(**values: Any) -> ManagerDraft:
    """A viewer's account."""
    return ManagerDraft.model_validate(
        {"email": EMAIL, "name": "Lena", "role": Role.VIEWER, "password": PASSWORD} | values
    )


def operations(park: Park, kind: str) -> list[Any]:
    """The operations of a type, oldest first."""
    with park.store.read() as connection:
        return list(
            connection.execute(select(t.operation).where(t.operation.c.type == kind).order_by(t.operation.c.id))
        )


def refused(managers: Managers, password: str, email: str = EMAIL) -> str:
    """The sentence of a sign-in that is refused."""
    with pytest.raises(Forbidden) as caught:
        managers.login(email, password, Via.APP)
    return str(caught.value)


@pytest.mark.feature("ACC-01")
def test_the_right_password_signs_in_and_leaves_an_operation(park: Park, managers: Managers, clock: FakeClock) -> None:
    clock.advance(minutes=1)
    context, record = managers.login(EMAIL, PASSWORD, Via.COMMAND)
    assert (context.actor_name, context.community_id, context.via) == ("Lena", park.installer.community_id, Via.COMMAND)
    assert (record.role, record.disabled, record.last_login_at) == (Role.VIEWER, False, clock())
    (operation,) = operations(park, "manager.login")
    assert (operation.actor_id, operation.entity_id, operation.undoable) == (record.id, record.id, False)
    assert managers.get(park.installer, record.id).version == record.version == 1


@pytest.mark.feature("ACC-01")
def test_an_address_in_capitals_is_the_same_account(managers: Managers) -> None:
    assert managers.login(" Lena@EXAMPLE.com ", PASSWORD, Via.APP)[1].email == EMAIL


@pytest.mark.feature("ACC-01")
def test_no_sentence_tells_which_part_was_wrong(park: Park, managers: Managers) -> None:
    assert refused(managers, WRONG) == refused(managers, PASSWORD, "nobody@example.com") == refused(managers, "", "x")
    first, second, third = operations(park, "manager.login_refused")
    assert (first.actor_id, first.entity_name) == (None, EMAIL)
    assert first.entity_id is not None
    assert (second.entity_id, second.entity_name) == (None, "nobody@example.com")
    assert third.entity_name == "", "what is no address may be a password typed in the wrong place"


@pytest.mark.feature("ACC-01")
@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour_known_or_not(
    park: Park, managers: Managers, clock: FakeClock, email: str
) -> None:
    for _ in range(5):
        assert "wrong" in refused(managers, WRONG, email)
        clock.advance(seconds=10)
    assert "locked for 14 m" in refused(managers, WRONG, email)
    assert "locked" in refused(managers, PASSWORD, email), "the right password does not help now"
    assert len(operations(park, "manager.login_refused")) == 5
    clock.advance(minutes=15)
    assert "wrong" in refused(managers, WRONG, email)


@pytest.mark.feature("ACC-01")
def test_a_lock_ends_and_a_good_sign_in_forgets_the_wrong_ones(managers: Managers, clock: FakeClock) -> None:
    for _ in range(5):
        refused(managers, WRONG)
    clock.advance(minutes=15)
    managers.login(EMAIL, PASSWORD, Via.APP)
    for _ in range(4):
        refused(managers, WRONG)
    managers.login(EMAIL, PASSWORD, Via.APP)
    refused(managers, WRONG)
    managers.login(EMAIL, PASSWORD, Via.APP)


@pytest.mark.feature("ACC-01")
def test_other_accounts_are_not_locked_with_it(park: Park, managers: Managers) -> None:
    managers.add(park.installer.again(), draft(email="other@example.com"))
    for _ in range(6):
        refused(managers, WRONG)
    assert managers.login("other@example.com", PASSWORD, Via.APP)[1].role is Role.VIEWER


def test_an_unknown_address_takes_as_long_as_a_wrong_password(park: Park, managers: Managers) -> None:
    managers.add(park.installer.again(), draft(email="dear@example.com"))

    def seconds(email: str) -> float:
        began = time.perf_counter()
        refused(managers, WRONG, email)
        return time.perf_counter() - began

    known = min(seconds("dear@example.com") for _ in range(3))
    unknown = min(seconds(f"no{number}@example.com") for number in range(3))
    assert unknown > known / 2
    assert extract_parameters(NOBODY) == extract_parameters(hash_password("as slow as the real ones"))


def test_a_disabled_account_is_told_only_with_its_password(park: Park, managers: Managers) -> None:
    record = managers.login(EMAIL, PASSWORD, Via.APP)[1]
    managers.disable(park.installer.again(), record.id, record.version, True)
    assert "wrong" in refused(managers, WRONG)
    assert "disabled" in refused(managers, PASSWORD)


@pytest.mark.feature("ACC-01")
def test_a_session_lives_twelve_hours(park: Park, managers: Managers, clock: FakeClock) -> None:
    context, record = managers.login(EMAIL, PASSWORD, Via.COMMAND)
    token = managers.make_session(context)
    clock.advance(hours=11, minutes=59)
    resumed = managers.resume(token, Via.COMMAND)
    assert (resumed.actor_id, resumed.community_id) == (record.id, park.installer.community_id)
    clock.advance(minutes=1)
    with pytest.raises(Forbidden, match="Sign in again"):
        managers.resume(token, Via.COMMAND)


def test_only_what_a_token_is_found_by_is_kept(park: Park, managers: Managers) -> None:
    token = managers.make_session(managers.login(EMAIL, PASSWORD, Via.COMMAND)[0])
    with park.store.read() as connection:
        (kept,) = connection.execute(select(t.login_session.c.token_index)).scalars()
    assert kept == park.store.sealer.index("session", token)
    for file in park.store.path.parent.glob("smartplus.db*"):
        assert token.encode() not in file.read_bytes()
    for wrong in ("", token[:-1], token + "x"):
        with pytest.raises(Forbidden):
            managers.resume(wrong, Via.COMMAND)


def test_logging_out_and_disabling_end_sessions(park: Park, managers: Managers) -> None:
    context, record = managers.login(EMAIL, PASSWORD, Via.COMMAND)
    first, second, third = (managers.make_session(context) for _ in range(3))
    managers.end_session(context, first)
    with pytest.raises(Forbidden):
        managers.resume(first, Via.COMMAND)
    managers.end_session(park.viewer, second)
    resumed = managers.resume(second, Via.COMMAND)
    managers.disable(park.installer.again(), record.id, record.version, True)
    for token in (second, third):
        with pytest.raises(Forbidden):
            managers.resume(token, Via.COMMAND)
    with pytest.raises(Forbidden, match="disabled"):
        managers.make_session(resumed)


def test_an_expired_session_leaves_with_the_next_sign_in(park: Park, managers: Managers, clock: FakeClock) -> None:
    managers.make_session(managers.login(EMAIL, PASSWORD, Via.COMMAND)[0])
    clock.advance(hours=13)
    managers.login(EMAIL, PASSWORD, Via.COMMAND)
    with park.store.read() as connection:
        assert connection.execute(select(t.login_session.c.id)).all() == []


@pytest.mark.feature("ACC-02")
def test_an_account_is_checked_field_by_field(park: Park, managers: Managers) -> None:
    with pytest.raises(Invalid) as caught:
        managers.add(park.installer.again(), draft(email="nobody", name=" ", password="short"))
    assert caught.value.fields.keys() == {"email", "name", "password"}
    with pytest.raises(Conflict) as taken:
        managers.add(park.installer.again(), draft(email="LENA@example.com"))
    assert taken.value.field == "email"


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("123456789", "10 to 256"),
        ("x" * 257, "10 to 256"),
        ("Password123", "Everybody"),
        ("aaaaaaaaaaaa", "Everybody"),
        ("Lena@example.com", "must not be"),
    ],
)
def test_passwords_that_anybody_would_try_are_refused(password: str, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        check_password(password, EMAIL, "Lena")
    check_password("four words are good", EMAIL, "Lena")


def test_a_password_longer_than_any_is_wrong_without_being_hashed_whole() -> None:
    longest = "y" * 256
    stored = PasswordHasher(time_cost=1, memory_cost=1024).hash(longest)
    assert is_right(stored, longest)
    assert not is_right(stored, longest + "y")
    assert not is_right(None, longest)


@pytest.mark.feature("ACC-08")
def test_the_last_installer_stays(park: Park, managers: Managers) -> None:
    own = park.installer.actor_id
    assert own is not None
    with pytest.raises(Conflict, match="last installer"):
        managers.disable(park.installer.again(), own, 1, True)
    second = managers.add(park.installer.again(), draft(email="two@example.com", role=Role.INSTALLER)).id
    managers.disable(park.installer.again(), own, 1, True)
    with pytest.raises(Forbidden, match="disabled"):
        managers.get(park.installer, second)


def test_the_installer_of_another_community_does_not_count(park: Park, managers: Managers, elsewhere: Context) -> None:
    assert park.installer.actor_id is not None
    with pytest.raises(Conflict):
        managers.disable(park.installer.again(), park.installer.actor_id, 1, True)
    with pytest.raises(NotFound):
        managers.get(elsewhere, park.installer.actor_id)


def test_disabling_wants_the_version_that_was_seen(park: Park, managers: Managers) -> None:
    record = managers.login(EMAIL, PASSWORD, Via.APP)[1]
    managers.disable(park.installer.again(), record.id, record.version, True)
    with pytest.raises(Stale):
        managers.disable(park.installer.again(), record.id, record.version, False)
    managers.disable(park.installer.again(), record.id, record.version + 1, False)
    assert managers.login(EMAIL, PASSWORD, Via.APP)[1].id == record.id


def test_the_same_request_makes_one_account(park: Park, managers: Managers) -> None:
    request = park.installer.again()
    first = managers.add(request, draft(email="once@example.com"))
    assert managers.add(request, draft(email="once@example.com")) == first


def test_the_list_has_every_account_of_the_community_and_no_other(
    park: Park, managers: Managers, elsewhere: Context
) -> None:
    rows = managers.list(park.viewer, ListQuery()).first(50)
    assert [row.values["name"] for row in rows] == ["Ines", "Lena", "Mara", "Tom", "Vera"]
    assert rows[0].values["role"] == "installer"
    assert "password_hash" not in rows[0].values


def test_no_transaction_waits_for_argon2(park: Park, managers: Managers) -> None:
    slow = PasswordHasher(time_cost=6, memory_cost=65536).hash(PASSWORD)
    with park.store.write(park.agent, "test.slow") as work:
        work.require("manager.write")
        work.connection.execute(update(t.manager).where(t.manager.c.email == EMAIL).values(password_hash=slow))
    began = time.perf_counter()
    managers.login(EMAIL, PASSWORD, Via.APP)
    refused(managers, WRONG)
    assert park.store.longest_lock < (time.perf_counter() - began) / 4


def test_everybody_sees_their_own_account(park: Park, managers: Managers) -> None:
    assert managers.me(park.technician).name == "Tom"
    with pytest.raises(NotFound):
        managers.me(park.agent)


def test_a_manager_put_into_another_role_loses_it_at_once(park: Park, managers: Managers) -> None:
    context = managers.login(EMAIL, PASSWORD, Via.APP)[0]
    assert context.actor_id is not None
    managers.get(context, context.actor_id)
    with park.store.write(park.agent, "test.role") as work:
        work.require("manager.write")
        work.connection.execute(
            update(t.manager).where(t.manager.c.id == context.actor_id).values(role=Role.TECHNICIAN.value)
        )
    with pytest.raises(Forbidden, match=r"manager\.read"):
        managers.get(context, context.actor_id)
