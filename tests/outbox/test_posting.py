"""Posted once however often it is asked for, sealed, waiting without a server, and whole after a kill (AGT-07)."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.domain.context import agent_context
from backend.domain.enums import OutgoingKind
from backend.domain.errors import Conflict, Invalid
from backend.outbox import books
from backend.outbox.outcome import End, Outcome, without
from backend.outbox.sending import Sending
from backend.services.outbox import MOST_PICTURE_BYTES, withdraw
from backend.services.outbox_list import Outbox
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.store import Store
from tests.outbox.conftest import Desk
from tests.support.post_office import mail_server
from tests.support.writers import PATIENCE, other_process

pytestmark = pytest.mark.feature("AGT-07")
MAIL, SMS = OutgoingKind.MAIL, OutgoingKind.SMS
SECRET = "q7Rt-9931"


def count(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(t.outgoing)).scalar_one())


def test_the_same_key_is_the_same_text(desk: Desk) -> None:
    first = desk.mail("login 7", text="the first")
    assert desk.mail("login 7", text="another") == first
    assert desk.mail("login 8") != first
    assert count(desk.store) == 2
    assert desk.outbox.read(desk.installer.again(), first).text == "the first"


def test_nothing_of_a_text_lies_open_on_the_disk(desk: Desk) -> None:
    desk.mail(subject="Subject-5512", text=f"Password {SECRET}", pictures=[("key.png", b"PNG-5513")])
    desk.sms(text="Code 5514")
    desk.set(mail_host="mail.example.com", mail_sender="a@example.com", mail_user="u", mail_password="Word-5515")
    desk.set(sms_url="https://sms.example.com", sms_token="Bearer 5516")
    files = b"".join(path.read_bytes() for path in desk.store.path.parent.glob("smartplus.db*"))
    assert b"anna@example.com" in files
    for secret in ("Subject-5512", SECRET, "PNG-5513", "Code 5514", "Word-5515", "5516"):
        assert secret.encode() not in files
        assert SECRET not in repr(desk.outbox.read(desk.installer.again(), 1))


@pytest.mark.parametrize("to", ["", "anna", "anna@example.com\r\nBcc: x@y.example", "a b@example.com", "a@b@c.example"])
def test_no_mail_address_no_mail(desk: Desk, to: str) -> None:
    with pytest.raises(Invalid) as error:
        desk.mail(to=to)
    assert list(error.value.fields) == ["email"]


@pytest.mark.parametrize("to", ["", "+", "48 600", "+48\n600", "+48x"])
def test_no_number_no_text_message(desk: Desk, to: str) -> None:
    with pytest.raises(Invalid) as error:
        desk.sms(to=to)
    assert list(error.value.fields) == ["mobile"]


def test_pictures_have_a_limit(desk: Desk) -> None:
    with pytest.raises(Invalid, match="2 MB"):
        desk.mail(pictures=[("a.png", bytes(MOST_PICTURE_BYTES + 1))])


@pytest.mark.feature("AGT-09")
async def test_without_a_server_texts_wait_and_are_never_sent_unasked(desk: Desk) -> None:
    waiting, message = desk.mail(), desk.sms()
    assert [desk.state(one) for one in (waiting, message)] == ["waiting", "waiting"]
    assert (await desk.send(), await desk.send(SMS)) == (0, 0)
    with pytest.raises(Conflict, match="No mail server"):
        desk.outbox.send_again(desk.installer.again(), [waiting])
    with mail_server() as office:
        desk.use(office)
        desk.clock.advance(days=3)
        assert await desk.send() == 0, "a text of three days ago needs a person's word"
        assert office.mails == []
        desk.outbox.send_again(desk.installer.again(), [waiting])
        assert await desk.send() == 1
    assert (desk.state(waiting), desk.state(message)) == ("sent", "waiting")
    assert len(office.mails) == 1


async def test_a_server_that_is_taken_out_of_the_settings_leaves_waiting_texts(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
    failed, queued = desk.mail(), desk.mail("login 2")
    await desk.send()
    assert [desk.state(one) for one in (failed, queued)] == ["failed", "queued"]
    desk.set(mail_host="")
    assert await desk.send() == 0
    assert [desk.state(one) for one in (failed, queued)] == ["waiting", "waiting"]


async def test_what_is_of_no_use_any_more_is_not_sent(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        code = desk.mail("code 1", useful_until=desk.clock() + timedelta(minutes=5))
        desk.clock.advance(minutes=5)
        assert await desk.send() == 0
        assert desk.state(code) == "withdrawn"
        with pytest.raises(Conflict, match="no use"):
            desk.outbox.send_again(desk.installer.again(), [code])
    assert office.mails == []


async def test_what_is_no_longer_so_is_withdrawn_and_never_sent(desk: Desk) -> None:
    waiting, sent, other = desk.mail(), desk.mail("login 2"), desk.mail("login 3")
    desk.put(sent, state="sent")
    with mail_server() as office:
        desk.use(office)
        with desk.store.write(desk.installer.again(), "test.withdraw") as work:
            work.require("resident.write")
            withdraw(work, t.outgoing.c.id.in_([waiting, sent]), "A newer password takes its place.")
        assert [desk.state(one) for one in (waiting, sent, other)] == ["withdrawn", "sent", "waiting"]
        for one in (waiting, sent):
            with pytest.raises(Conflict, match="no use"):
                desk.outbox.send_again(desk.installer.again(), [one])
        with pytest.raises(Conflict):
            desk.outbox.hand_over(desk.installer.again(), [waiting])
        assert await desk.send() == 0
        desk.outbox.delete(desk.installer.again(), [waiting])
    assert count(desk.store) == 2


def test_a_text_that_another_key_sealed_is_set_aside(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        damaged, good = desk.mail(), desk.mail("login 2")
        desk.put(damaged, content_sealed=b"damaged, and long enough to look like something")
        asyncio.run(desk.send())
        asyncio.run(desk.send())
    assert (desk.state(damaged), desk.state(good)) == ("dead", "sent")


def test_killed_before_the_mail_went_out_it_is_sent_and_the_try_does_not_count(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        sent = desk.mail()
        assert books.claim(desk.store, desk.agent, MAIL) is not None
        assert desk.state(sent) == "sending"
        asyncio.run(desk.send())
    assert (desk.state(sent), desk.row(sent).attempt, len(office.mails)) == ("sent", 1, 1)


def test_killed_after_the_mail_went_out_it_is_unknown_and_not_sent(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        sent = desk.mail()
        claimed = books.claim(desk.store, desk.agent, MAIL)
        assert claimed is not None
        books.going_out(desk.store, desk.agent, claimed)
        assert asyncio.run(desk.send()) == 0
        assert (desk.state(sent), office.mails) == ("unknown", [])
        books.end(desk.store, desk.agent, claimed, Outcome(End.ACCEPTED, "250"))
    assert desk.state(sent) == "unknown", "who comes late does not change what was told"


def send_mail_due(pipe: Connection, root: Path) -> None:
    """An agent of its own that sends what is due."""
    store = open_site(root)
    asyncio.run(Sending(store, agent_context(1)).send_due(MAIL))
    pipe.send("ended")


@pytest.mark.parametrize(("step", "state", "mails"), [("at_rcpt", "sent", 1), ("at_data", "unknown", 0)])
def test_kill_9_in_the_middle(desk: Desk, step: str, state: str, mails: int) -> None:
    with mail_server() as office:
        desk.use(office, mail_timeout="60")
        getattr(office, step).append("hang")
        sent = desk.mail()
        with other_process(send_mail_due, desk.store.path.parent) as (process, _):
            assert office.hanging.wait(PATIENCE), "the server was not reached"
            os.kill(process.pid, signal.SIGKILL)
            process.join(PATIENCE)
        assert desk.state(sent) == "sending"
        asyncio.run(desk.send())
    assert (desk.state(sent), len(office.mails)) == (state, mails)


@pytest.mark.parametrize(("answer", "state"), [("250 slow", "sent"), ("hang", "unknown")])
async def test_an_agent_that_stops_lets_a_try_end(
    desk: Desk, answer: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.outbox.sending.GRACE", 0.2 if answer == "hang" else 10.0)
    with mail_server() as office:
        desk.use(office, mail_timeout="60")
        office.at_data = [answer]
        sent = desk.mail()
        running = asyncio.create_task(Sending(desk.store, desk.agent).run())
        assert await asyncio.to_thread(office.hanging.wait, PATIENCE)
        running.cancel()
        office.go_on.set()
        await asyncio.gather(running, return_exceptions=True)
    assert desk.state(sent) == state


def test_handed_over_and_deleted(desk: Desk) -> None:
    waiting, dead = desk.mail(), desk.mail("login 2")
    desk.put(dead, state="dead")
    outbox: Outbox = desk.outbox
    act = desk.installer.again
    with pytest.raises(Conflict, match="Only dead letters"):
        outbox.delete(act(), [waiting])
    outbox.hand_over(act(), [waiting])
    assert (desk.state(waiting), desk.row(waiting).ended_at) == ("handed", desk.clock())
    with pytest.raises(Conflict):
        outbox.hand_over(act(), [waiting])
    outbox.delete(act(), [waiting, dead])
    assert count(desk.store) == 1
    assert desk.state(waiting) == "handed"


def test_reading_a_text_is_an_operation_that_does_not_tell_it(desk: Desk) -> None:
    waiting = desk.mail(text=f"Password {SECRET}")
    assert desk.outbox.read(desk.installer.again(), waiting).text == f"Password {SECRET}"
    with desk.store.read() as connection:
        told = connection.execute(select(t.operation).order_by(t.operation.c.id.desc()).limit(1)).one()
    assert (told.type, told.action, told.entity_name) == (
        "outgoing.read", "Read the text: Login information", "anna@example.com",
    )  # fmt: skip


def test_what_a_server_says_is_kept_without_what_it_was_told() -> None:
    text = "Your login Password q7Rt-9931 please keep it"
    assert without("550 5.1.1 Mailbox anna is full", text) == "550 5.1.1 Mailbox anna is full"
    assert without("554 keep it simple", text) == "554 keep it simple"
    assert without("554 [Password q7Rt-9931 please] refused", text) == "554 [··· ···-··· ···] refused"
    assert without("200\r\n\x1b[31mok\u202e", text) == "200 [31mok"
    assert without("401 secret-token", "", "secret-token") == "401 ···"
