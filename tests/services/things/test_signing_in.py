"""Signing in: right and wrong passwords, the lock, sessions, accounts (features ACC-01, ACC-02, ACC-08)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from backend.domain.enums import Role, Via
from backend.domain.errors import Forbidden, Invalid
from backend.services import managers as managers_module
from backend.services import sign_in as sign_in_module
from backend.services.managers import Managers
from backend.services.passwords import NOBODY, check_password, hash_password, is_right
from backend.services.sessions import Sessions
from backend.services.sign_in import SignIn
from backend.store import tables as t
from backend.store.store import in_transaction
from tests.conftest import REAL_COST
from tests.services.things.conftest import EMAIL, PASSWORD, Park, account
from tests.support.clock import FakeClock

WRONG = "seven quiet floors"


@pytest.fixture
def sign_in(managers: Managers) -> SignIn:
    """The way in; Lena has an account."""
    return SignIn(managers.store)


@pytest.fixture
def sessions(managers: Managers) -> Sessions:
    """The sessions that are kept."""
    return Sessions(managers.store)


def operations(park: Park, kind: str) -> list[Any]:
    """The operations of a type, oldest first."""
    with park.store.read() as connection:
        return list(
            connection.execute(select(t.operation).where(t.operation.c.type == kind).order_by(t.operation.c.id))
        )


def refused(sign_in: SignIn, password: str, email: str = EMAIL) -> str:
    """The sentence of a sign-in that is refused."""
    with pytest.raises(Forbidden) as caught:
        sign_in.login(email, password, Via.APP, agree=True)
    return str(caught.value)


@pytest.mark.feature("ACC-01")
def test_the_right_password_signs_in_and_leaves_an_operation(
    park: Park, managers: Managers, sign_in: SignIn, clock: FakeClock
) -> None:
    clock.advance(minutes=1)
    context, record = sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)
    assert (context.actor_name, context.community_id, context.via) == ("Lena", park.installer.community_id, Via.COMMAND)
    assert (record.role, record.disabled, record.last_login_at) == (Role.VIEWER, False, clock())
    (operation,) = operations(park, "manager.login")
    assert (operation.actor_id, operation.entity_id, operation.undoable) == (record.id, record.id, False)
    assert managers.get(park.installer, record.id).version == record.version == 1


@pytest.mark.feature("ACC-01")
def test_an_address_in_capitals_is_the_same_account(sign_in: SignIn) -> None:
    assert sign_in.login(" Lena@EXAMPLE.com ", PASSWORD, Via.APP, agree=True)[1].email == EMAIL


@pytest.mark.feature("ACC-01")
def test_no_sentence_tells_which_part_was_wrong(park: Park, sign_in: SignIn) -> None:
    assert refused(sign_in, WRONG) == refused(sign_in, PASSWORD, "nobody@example.com") == refused(sign_in, "", "x")
    first, second, third = operations(park, "manager.login_refused")
    assert (first.actor_id, first.entity_name) == (None, EMAIL)
    assert first.entity_id is not None
    assert (second.entity_id, second.entity_name) == (None, "nobody@example.com")
    assert third.entity_name == "", "what is no address may be a password typed in the wrong place"


@pytest.mark.feature("ACC-01")
@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour_known_or_not(
    park: Park, sign_in: SignIn, clock: FakeClock, email: str
) -> None:
    for _ in range(5):
        assert "wrong" in refused(sign_in, WRONG, email)
        clock.advance(seconds=10)
    assert "locked for 14 m" in refused(sign_in, WRONG, email)
    assert "locked" in refused(sign_in, PASSWORD, email), "the right password does not help now"
    assert len(operations(park, "manager.login_refused")) == 5
    clock.advance(minutes=15)
    assert "wrong" in refused(sign_in, WRONG, email)


@pytest.mark.feature("ACC-01")
def test_a_lock_ends_and_a_good_sign_in_forgets_the_wrong_ones(sign_in: SignIn, clock: FakeClock) -> None:
    for _ in range(5):
        refused(sign_in, WRONG)
    clock.advance(minutes=15)
    sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
    for _ in range(4):
        refused(sign_in, WRONG)
    sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
    refused(sign_in, WRONG)
    sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)


@pytest.mark.feature("ACC-01")
def test_other_accounts_are_not_locked_with_it(park: Park, managers: Managers, sign_in: SignIn) -> None:
    managers.add(park.installer.again(), account(email="other@example.com"))
    for _ in range(6):
        refused(sign_in, WRONG)
    assert sign_in.login("other@example.com", PASSWORD, Via.APP, agree=True)[1].role is Role.VIEWER


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    park: Park, managers: Managers, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    managers.add(park.installer.again(), account(email="dear@example.com"))
    checked: list[str | None] = []

    def watched(stored: str | None, password: str) -> bool:
        checked.append(stored)
        return is_right(stored, password)

    monkeypatch.setattr(sign_in_module, "is_right", watched)
    refused(sign_in, WRONG, "dear@example.com")
    refused(sign_in, WRONG, "nobody@example.com")
    assert [stored is None for stored in checked] == [False, True]
    cost = extract_parameters(NOBODY)
    assert {"time_cost": cost.time_cost, "memory_cost": cost.memory_cost, "parallelism": cost.parallelism} == REAL_COST


def test_a_disabled_account_is_told_only_with_its_password(park: Park, managers: Managers, sign_in: SignIn) -> None:
    record = sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)[1]
    managers.disable(park.installer.again(), record.id, record.version, True)
    assert "wrong" in refused(sign_in, WRONG)
    assert "disabled" in refused(sign_in, PASSWORD)


@pytest.mark.feature("ACC-01")
def test_a_session_lives_twelve_hours(park: Park, sign_in: SignIn, sessions: Sessions, clock: FakeClock) -> None:
    context, record = sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)
    token = sessions.make(context)
    clock.advance(hours=11, minutes=59)
    resumed = sessions.resume(token, Via.COMMAND)
    assert (resumed.actor_id, resumed.community_id) == (record.id, park.installer.community_id)
    clock.advance(minutes=1)
    with pytest.raises(Forbidden, match="Sign in again"):
        sessions.resume(token, Via.COMMAND)


def test_only_what_a_token_is_found_by_is_kept(park: Park, sign_in: SignIn, sessions: Sessions) -> None:
    token = sessions.make(sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)[0])
    with park.store.read() as connection:
        (kept,) = connection.execute(select(t.login_session.c.token_index)).scalars()
    assert kept == park.store.sealer.index("session", token)
    for file in park.store.path.parent.glob("smartplus.db*"):
        assert token.encode() not in file.read_bytes()
    for wrong in ("", token[:-1], token + "x"):
        with pytest.raises(Forbidden):
            sessions.resume(wrong, Via.COMMAND)


def test_logging_out_and_disabling_end_sessions(
    park: Park, managers: Managers, sign_in: SignIn, sessions: Sessions
) -> None:
    context, record = sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)
    first, second, third = (sessions.make(context) for _ in range(3))
    sessions.end(context, first)
    with pytest.raises(Forbidden):
        sessions.resume(first, Via.COMMAND)
    sessions.end(park.viewer, second)
    resumed = sessions.resume(second, Via.COMMAND)
    managers.disable(park.installer.again(), record.id, record.version, True)
    for token in (second, third):
        with pytest.raises(Forbidden):
            sessions.resume(token, Via.COMMAND)
    with pytest.raises(Forbidden, match="disabled"):
        sessions.make(resumed)


def test_an_expired_session_leaves_with_the_next_sign_in(
    park: Park, sign_in: SignIn, sessions: Sessions, clock: FakeClock
) -> None:
    sessions.make(sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)[0])
    clock.advance(hours=13)
    sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)
    with park.store.read() as connection:
        assert connection.execute(select(t.login_session.c.id)).all() == []


def test_no_transaction_waits_for_argon2(
    park: Park, managers: Managers, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[bool] = []

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            locked.append(in_transaction.get())
            return real(*arguments)

        return run

    monkeypatch.setattr(sign_in_module, "is_right", watched(is_right))
    monkeypatch.setattr(managers_module, "hash_password", watched(hash_password))
    sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
    refused(sign_in, WRONG)
    managers.add(park.installer.again(), account(email="other@example.com"))
    assert locked == [False, False, False]


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
