"""One's own account: new and forgotten passwords, the lock of the screen (features ACC-01, ACC-05)."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.domain.errors import Forbidden, Invalid
from backend.services.account import Account
from backend.services.forgotten import ANSWER, Forgotten
from backend.services.managers import Managers
from backend.services.outbox import open_content
from backend.services.sessions import Sessions
from backend.services.sign_in import SignIn
from backend.store import tables as t
from tests.services.things.conftest import CHEAP, EMAIL, PASSWORD, Park
from tests.services.things.test_steps_of_signing_in import mailed, other_than
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

NEW = "nine loud windows"


@pytest.fixture
def lena(managers: Managers) -> Context:
    """Lena, signed in."""
    return SignIn(managers.store).login(EMAIL, PASSWORD, Via.APP, agree=True)[0]


@pytest.mark.feature("ACC-05")
def test_a_new_password_wants_the_old_one(park: Park, lena: Context) -> None:
    account = Account(park.store)
    with pytest.raises(Invalid) as caught:
        account.change_password(lena, NEW, NEW)
    assert caught.value.fields.keys() == {"current"}
    for bad in ("short", PASSWORD, EMAIL):
        with pytest.raises(Invalid) as caught:
            account.change_password(lena, PASSWORD, bad)
        assert caught.value.fields.keys() == {"password"}
    account.change_password(lena, PASSWORD, NEW)
    SignIn(park.store).login(EMAIL, NEW, Via.APP)
    with pytest.raises(Forbidden, match="wrong"):
        SignIn(park.store).login(EMAIL, PASSWORD, Via.APP)


@pytest.mark.feature("ACC-05")
@pytest.mark.feature("ACC-08")
def test_a_new_password_ends_every_other_session_and_not_this_one(park: Park, lena: Context, clock: FakeClock) -> None:
    account, sessions = Account(park.store), Sessions(park.store)
    elsewhere, token = lena.again(), sessions.make(lena)
    clock.advance(seconds=1)
    here = account.change_password(lena, PASSWORD, NEW)
    assert account.me(here).email == EMAIL
    with pytest.raises(Forbidden, match="password of this account was changed"):
        account.me(elsewhere)
    with pytest.raises(Forbidden, match="over"):
        sessions.resume(token, Via.COMMAND)
    assert sessions.resume(sessions.make(here), Via.COMMAND).proved_at == here.proved_at


@pytest.mark.feature("ACC-05")
def test_a_new_password_is_told_by_mail_without_it(park: Park, lena: Context) -> None:
    Account(park.store).change_password(lena, PASSWORD, NEW)
    with park.store.read() as connection:
        (letter,) = connection.execute(select(t.outgoing)).all()
    text = open_content(park.store.sealer, letter.uuid, letter.content_sealed).text
    assert letter.address == EMAIL
    assert "changed just now" in text
    assert NEW not in text


@pytest.mark.feature("ACC-05")
def test_old_passwords_cannot_be_guessed_at_an_open_screen(park: Park, lena: Context) -> None:
    account = Account(park.store)
    for _ in range(5):
        with pytest.raises(Invalid):
            account.change_password(lena, "guess number x", NEW)
    with pytest.raises(Forbidden, match="locked"):
        account.change_password(lena, PASSWORD, NEW)


@pytest.mark.feature("ACC-05")
def test_a_forgotten_password_is_replaced_with_a_code_once(park: Park, lena: Context, clock: FakeClock) -> None:
    forgotten = Forgotten(park.store)
    clock.advance(seconds=1)
    assert forgotten.ask(EMAIL.upper(), Via.APP) == ANSWER
    code = mailed(park)
    assert len(code) == 8
    with pytest.raises(Invalid) as caught:
        forgotten.reset(EMAIL, code, "short", Via.APP)
    assert caught.value.fields.keys() == {"password"}
    forgotten.reset(EMAIL, code, NEW, Via.APP)
    SignIn(park.store).login(EMAIL, NEW, Via.APP)
    with pytest.raises(Forbidden, match="password of this account was changed"):
        Account(park.store).me(lena)
    with pytest.raises(Invalid, match="not the code"):
        forgotten.reset(EMAIL, code, PASSWORD, Via.APP)


@pytest.mark.feature("ACC-05")
def test_a_code_for_a_new_password_lives_half_an_hour(park: Park, lena: Context, clock: FakeClock) -> None:
    forgotten = Forgotten(park.store)
    forgotten.ask(EMAIL, Via.APP)
    clock.advance(minutes=30)
    with pytest.raises(Invalid, match="over"):
        forgotten.reset(EMAIL, mailed(park), NEW, Via.APP)


@pytest.mark.feature("ACC-05")
def test_nobody_learns_who_has_an_account(park: Park, lena: Context, manager_context: ManagerContext) -> None:
    forgotten = Forgotten(park.store)
    manager_context(
        Role.VIEWER, community_id=park.installer.community_id, email="gone@example.com", password_hash=CHEAP,
        disabled=True,
    )  # fmt: skip
    forgotten.ask(EMAIL, Via.APP)
    wrong = other_than(mailed(park))
    for email in (EMAIL, "nobody@example.com", "gone@example.com", "no address"):
        assert forgotten.ask(email, Via.APP) == ANSWER
        assert forgotten.ask(email, Via.APP) == ANSWER, "asked again within the minute"
    sentences = set()
    for email in (EMAIL, "nobody@example.com", "gone@example.com"):
        for _ in range(5):
            with pytest.raises(Invalid) as caught:
                forgotten.reset(email, wrong, NEW, Via.APP)
            sentences.add(str(caught.value))
        with pytest.raises(Forbidden, match="locked") as locked:
            forgotten.reset(email, wrong, NEW, Via.APP)
        sentences.add(str(locked.value))
    assert len(sentences) == 2
    with park.store.read() as connection:
        assert len(connection.execute(select(t.outgoing)).all()) == 1


@pytest.mark.feature("ACC-05")
def test_whoever_is_locked_out_of_signing_in_gets_back_in_by_mail(park: Park, lena: Context) -> None:
    for _ in range(5):
        with pytest.raises(Forbidden, match="wrong"):
            SignIn(park.store).login(EMAIL, "was it this one", Via.APP)
    Forgotten(park.store).ask(EMAIL, Via.APP)
    Forgotten(park.store).reset(EMAIL, mailed(park), NEW, Via.APP)
    SignIn(park.store).login(EMAIL, NEW, Via.APP)


@pytest.mark.feature("ACC-01")
def test_a_locked_screen_opens_with_the_password_of_who_left_it(park: Park, lena: Context) -> None:
    account = Account(park.store)
    for _ in range(4):
        with pytest.raises(Invalid, match="wrong"):
            account.unlock(lena, "guess number x")
    account.unlock(lena, PASSWORD)
    for _ in range(5):
        with pytest.raises(Invalid, match="wrong"):
            account.unlock(lena, "guess number x")
    with pytest.raises(Forbidden, match="locked for"):
        account.unlock(lena, PASSWORD)


def test_asking_takes_no_longer_for_an_account_that_is_there(park: Park, lena: Context) -> None:
    forgotten = Forgotten(park.store)
    began = time.perf_counter()
    forgotten.ask(EMAIL, Via.APP)
    assert time.perf_counter() - began < 1, "no mail is sent while somebody waits"


def test_a_viewer_of_an_assigned_site_has_their_account_there(park: Park, lena: Context, elsewhere: Context) -> None:
    with park.store.write(park.agent, "test.assign") as work:
        work.require("manager.write")
        work.insert(t.manager_community, manager_id=lena.actor_id, community_id=elsewhere.community_id)
    there = replace(lena, community_id=elsewhere.community_id)
    assert Account(park.store).me(there).email == EMAIL
    Account(park.store).unlock(there, PASSWORD)
