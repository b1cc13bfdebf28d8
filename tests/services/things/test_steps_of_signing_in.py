"""Code, policies and reminder: the steps of signing in after the password (features ACC-03, ACC-04, ACC-05)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from backend.domain import agreements
from backend.domain.agreements import PRIVACY, TEXTS, AgreementText
from backend.domain.enums import CodePurpose, Document, Role, Via
from backend.domain.errors import Busy, Forbidden, Invalid
from backend.domain.paging import ListQuery
from backend.domain.signing_in import Proof
from backend.services import account_rows
from backend.services.account import Account
from backend.services.managers import Managers
from backend.services.outbox import open_content
from backend.services.outbox_list import Outbox
from backend.services.sessions import Sessions
from backend.services.sign_in import SignIn
from backend.store import tables as t
from tests.services.things.conftest import CHEAP, EMAIL, PASSWORD, Park
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

WRONG = "seven quiet floors"


@pytest.fixture
def sign_in(managers: Managers) -> SignIn:
    """The way in; Lena has an account."""
    return SignIn(managers.store)


def switch(park: Park, **columns: Any) -> None:
    """What the installer set for Lena."""
    with park.store.books(park.agent) as work:
        work.connection.execute(update(t.manager).where(t.manager.c.email == EMAIL).values(**columns))


def mail_server(park: Park) -> None:
    """Mail can leave this site."""
    with park.store.books(park.agent) as work:
        work.connection.execute(t.setting.insert().values(name="mail.host", value="mail.example"))


def mailed(park: Park) -> str:
    """The digits of the newest mail."""
    with park.store.read() as connection:
        row = connection.execute(select(t.outgoing).order_by(t.outgoing.c.id.desc()).limit(1)).one()
    text = open_content(park.store.sealer, row.uuid, row.content_sealed).text
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit() and len(word) > 5)


def other_than(code: str) -> str:
    """A code of the same length that is not this one."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def two_factor(park: Park, sign_in: SignIn) -> tuple[Proof, str]:
    """Lena, her password proved, and the code that was mailed to her."""
    switch(park, two_factor=True)
    mail_server(park)
    proof = sign_in.prove(EMAIL, PASSWORD, Via.APP)
    assert proof.wants_code
    sign_in.obtain_code(proof)
    return proof, mailed(park)


@pytest.mark.feature("ACC-03")
def test_a_code_that_was_mailed_lets_in_once(park: Park, sign_in: SignIn) -> None:
    proof, code = two_factor(park, sign_in)
    assert len(code) == 6
    with pytest.raises(Forbidden, match="mailed code"):
        sign_in.agree(proof)
    with pytest.raises(Forbidden, match="mailed code"):
        sign_in.enter(proof)
    entered = sign_in.enter(sign_in.agree(sign_in.prove_code(proof, f"{code[:3]} {code[3:]}")))
    assert entered.manager.email == EMAIL
    with pytest.raises(Invalid, match="Obtain a new one"):
        sign_in.prove_code(proof, code)


@pytest.mark.feature("ACC-03")
def test_the_code_lies_nowhere_but_sealed_in_its_mail(park: Park, sign_in: SignIn) -> None:
    _, code = two_factor(park, sign_in)
    with park.store.read() as connection:
        row = connection.execute(select(t.login_code)).one()
        (letter,) = connection.execute(select(t.outgoing)).all()
    assert row.code_index == park.store.sealer.index("login_code", f"{row.manager_id}|sign_in|{code}")
    assert (letter.address, letter.purpose, letter.manager_id) == (EMAIL, "Sign-in code", row.manager_id)
    assert letter.useful_until == row.expires_at
    for file in park.store.path.parent.glob("smartplus.db*"):
        assert code.encode() not in file.read_bytes()


@pytest.mark.feature("ACC-03")
def test_a_code_lives_five_minutes(park: Park, sign_in: SignIn, clock: FakeClock) -> None:
    proof, code = two_factor(park, sign_in)
    clock.advance(minutes=5)
    with pytest.raises(Invalid, match="still good"):
        sign_in.prove_code(proof, code)
    sign_in.obtain_code(proof)
    clock.advance(minutes=4, seconds=59)
    assert not sign_in.prove_code(proof, mailed(park)).wants_code


@pytest.mark.feature("ACC-03")
def test_another_code_comes_after_a_minute_and_ends_the_one_before(
    park: Park, sign_in: SignIn, clock: FakeClock
) -> None:
    proof, first = two_factor(park, sign_in)
    clock.advance(seconds=59)
    with pytest.raises(Busy, match="in 1 s"):
        sign_in.obtain_code(proof)
    clock.advance(seconds=1)
    sign_in.obtain_code(proof)
    second = mailed(park)
    if first != second:
        with pytest.raises(Invalid, match="not the code"):
            sign_in.prove_code(proof, first)
    assert not sign_in.prove_code(proof, second).wants_code


@pytest.mark.feature("ACC-03")
def test_five_wrong_codes_lock_the_account_for_a_quarter_of_an_hour(
    park: Park, sign_in: SignIn, clock: FakeClock
) -> None:
    proof, code = two_factor(park, sign_in)
    for _ in range(5):
        with pytest.raises(Invalid, match="not the code"):
            sign_in.prove_code(proof, other_than(code))
    for locked in (
        lambda: sign_in.prove_code(proof, code),
        lambda: sign_in.obtain_code(proof),
        lambda: sign_in.prove(EMAIL, PASSWORD, Via.APP),
    ):
        with pytest.raises(Forbidden, match="locked for 15 m"):
            locked()
    clock.advance(minutes=15)
    assert sign_in.prove(EMAIL, PASSWORD, Via.APP).wants_code


@pytest.mark.feature("ACC-03")
def test_without_a_mail_server_the_sentence_says_who_can_help(park: Park, sign_in: SignIn) -> None:
    switch(park, two_factor=True)
    sent = sign_in.obtain_code(sign_in.prove(EMAIL, PASSWORD, Via.APP))
    assert not sent.can_leave
    assert "installer finds the code in the Outbox" in sent.sentence
    with park.store.read() as connection:
        assert connection.execute(select(t.outgoing.c.state)).scalars().all() == ["waiting"]


@pytest.mark.feature("ACC-03")
@pytest.mark.feature("AGT-07")
def test_only_an_installer_reads_the_code_in_the_outbox_and_that_is_recorded(park: Park, sign_in: SignIn) -> None:
    switch(park, two_factor=True)
    sign_in.obtain_code(sign_in.prove(EMAIL, PASSWORD, Via.APP))
    outbox = Outbox(park.store)
    (row,) = outbox.list(park.installer, ListQuery()).first(5)
    with pytest.raises(Forbidden):
        outbox.read(park.manager.again(), row.id)
    assert mailed(park) in outbox.read(park.installer.again(), row.id).text
    with park.store.read() as connection:
        newest = connection.execute(select(t.operation).order_by(t.operation.c.id.desc()).limit(1)).one()
    assert (newest.actor_id, newest.action) == (park.installer.actor_id, "Read the text: Sign-in code")


@pytest.mark.feature("ACC-03")
def test_an_installer_is_not_locked_out_of_a_site_that_cannot_mail(park: Park, sign_in: SignIn) -> None:
    switch(park, two_factor=True, role=Role.INSTALLER.value)
    assert not sign_in.prove(EMAIL, PASSWORD, Via.APP).wants_code
    mail_server(park)
    assert sign_in.prove(EMAIL, PASSWORD, Via.APP).wants_code


@pytest.mark.feature("ACC-04")
def test_only_who_agreed_to_both_texts_comes_in(park: Park, sign_in: SignIn, clock: FakeClock) -> None:
    proof = sign_in.prove(EMAIL, PASSWORD, Via.APP)
    assert proof.unread == TEXTS
    with pytest.raises(Forbidden, match="Agree to"):
        sign_in.enter(proof)
    clock.advance(minutes=1)
    context = sign_in.enter(sign_in.agree(proof)).context
    with park.store.read() as connection:
        rows = connection.execute(select(t.agreement).order_by(t.agreement.c.id)).all()
    assert [(row.document, row.version, row.agreed_at) for row in rows] == [
        ("privacy", PRIVACY.version, clock()),
        ("terms", "1", clock()),
    ]
    assert sign_in.prove(EMAIL, PASSWORD, Via.APP).unread == ()
    assert [each.agreed_at for each in Account(park.store).agreements(context)] == [clock(), clock()]


@pytest.mark.feature("ACC-04")
def test_a_new_version_is_asked_again_and_ends_what_was_kept(
    park: Park, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, _ = sign_in.login(EMAIL, PASSWORD, Via.COMMAND, agree=True)
    token = Sessions(park.store).make(context)
    newer = AgreementText(Document.PRIVACY, "2", "Privacy Policy", (("Who", "Somebody else."),))
    monkeypatch.setattr(account_rows, "TEXTS", (newer, agreements.TERMS))
    assert sign_in.prove(EMAIL, PASSWORD, Via.APP).unread == (newer,)
    with pytest.raises(Forbidden, match="new version"):
        Sessions(park.store).resume(token, Via.COMMAND)
    with pytest.raises(Forbidden, match="Agree to"):
        sign_in.login(EMAIL, PASSWORD, Via.APP)
    sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
    assert Sessions(park.store).resume(token, Via.COMMAND).actor_id == context.actor_id


@pytest.mark.feature("ACC-04")
@pytest.mark.edge("72")
def test_declining_makes_no_session_and_the_code_stays_spent(park: Park, sign_in: SignIn, clock: FakeClock) -> None:
    proof, code = two_factor(park, sign_in)
    declined = sign_in.prove_code(proof, code)
    sign_in.decline(declined)
    with pytest.raises(Forbidden, match="Agree to the Privacy Policy"):
        sign_in.enter(declined)
    with park.store.read() as connection:
        assert connection.execute(select(t.login_session)).all() == []
        assert connection.execute(select(t.agreement)).all() == []
        assert connection.execute(select(t.manager.c.last_login_at).where(t.manager.c.email == EMAIL)).scalar() is None
    again = sign_in.prove(EMAIL, PASSWORD, Via.APP)
    with pytest.raises(Invalid, match="Obtain a new one"):
        sign_in.prove_code(again, code)
    sign_in.obtain_code(again)
    assert sign_in.prove_code(again, mailed(park)).unread == TEXTS


@pytest.mark.feature("ACC-05")
def test_the_reminder_comes_after_thirty_days_until_the_password_is_another(
    park: Park, sign_in: SignIn, clock: FakeClock
) -> None:
    switch(park, password_changed_at=clock())

    def reminded() -> bool:
        return sign_in.enter(sign_in.agree(sign_in.prove(EMAIL, PASSWORD, Via.APP))).reminder

    clock.advance(days=30)
    assert not reminded(), "the installer has not switched it on"
    switch(park, password_reminder=True)
    assert reminded()
    assert reminded(), "later means at the next sign-in"
    switch(park, password_changed_at=clock())
    assert not reminded()
    clock.advance(days=29, hours=23)
    assert not reminded()
    clock.advance(hours=1)
    assert reminded()


@pytest.mark.feature("ACC-05")
def test_an_account_whose_password_was_never_dated_is_reminded(park: Park, sign_in: SignIn) -> None:
    switch(park, password_reminder=True, password_changed_at=None)
    assert sign_in.enter(sign_in.agree(sign_in.prove(EMAIL, PASSWORD, Via.APP))).reminder


def test_an_account_disabled_between_two_steps_gets_no_further(park: Park, sign_in: SignIn) -> None:
    proof = sign_in.prove(EMAIL, PASSWORD, Via.APP)
    switch(park, disabled=True)
    for step in (sign_in.agree, sign_in.enter, sign_in.obtain_code, sign_in.decline):
        with pytest.raises(Forbidden, match="disabled"):
            step(proof)


def test_a_code_of_one_account_is_no_code_of_another(
    park: Park, sign_in: SignIn, manager_context: ManagerContext
) -> None:
    manager_context(
        Role.MANAGER, community_id=park.installer.community_id, email="o@example.com", password_hash=CHEAP,
        two_factor=True,
    )  # fmt: skip
    _, code = two_factor(park, sign_in)
    other = sign_in.prove("o@example.com", PASSWORD, Via.APP)
    with pytest.raises(Invalid, match="Obtain a new one"):
        sign_in.prove_code(other, code)
    with park.store.read() as connection:
        purposes = connection.execute(select(t.login_code.c.purpose)).scalars().all()
    assert purposes == [CodePurpose.SIGN_IN.value]
