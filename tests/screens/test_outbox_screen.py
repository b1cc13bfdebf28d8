"""The Outbox and the Settings by keys: read, hand over, print, send again; set a server and test it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.domain.context import Context, agent_context
from backend.domain.enums import Role
from backend.engine import Engine
from backend.outbox.sending import Sending
from backend.services.outbox import post_mail, post_sms
from backend.store import tables as t
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.post_office import mail_server

Park = tuple[Engine, Context]
TO = "anna@example.com"


@pytest.fixture
def posted(park: Park) -> tuple[int, int]:
    """A mail and a text message that wait: the mail is the newer one."""
    engine, context = park
    with engine.outbox.store.write(context.again(), "test.post") as work:
        work.require("resident.write")
        sms = post_sms(work, purpose="Code", key="code 1", to="+48600700800", text="Code 471100")
        mail = post_mail(work, purpose="Handover", key="letter 1", to=TO, subject="Your login",
                         text="Password q7Rt-9931 [/ x]", holder_id=1)  # fmt: skip
    return mail, sms


def put(engine: Engine, text_id: int, **values: Any) -> None:
    """Write in the agent's books."""
    with engine.outbox.store.books(agent_context(1)) as work:
        work.connection.execute(update(t.outgoing).where(t.outgoing.c.id == text_id).values(**values))
        work.touch("outbox")


def state(engine: Engine, text_id: int) -> str:
    with engine.outbox.store.read() as connection:
        return str(connection.execute(select(t.outgoing.c.state).where(t.outgoing.c.id == text_id)).scalar_one())


@asynccontextmanager
async def sending(engine: Engine) -> AsyncIterator[Sending]:
    """The loop that sends, woken by every commit."""
    made = Sending(engine.outbox.store, agent_context(1))
    loop = asyncio.get_running_loop()
    engine.outbox.store.after_commit.append(lambda _topics: loop.call_soon_threadsafe(made.wake))
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        engine.outbox.store.after_commit.pop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.feature("AGT-09")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_waiting_text_is_read_and_handed_over(
    show: Show, park: Park, posted: tuple[int, int], size: tuple[int, int]
) -> None:
    mail, _ = posted
    async with show("g", "o", size=size) as keys:
        await keys.until_page("OutboxScreen")
        await keys.until_text("waiting")
        assert TO in keys.text()
        assert "9931" not in keys.text()
        await keys.press("enter")
        await keys.until_page("TextPage")
        await keys.until_text("Password q7Rt-9931 [/ x]")
        await keys.press("H")
        await keys.until_text("given by hand?")
        await keys.press("enter")
        assert state(park[0], mail) == "waiting", "Enter confirms nothing"
        await keys.press("H")
        await keys.until_text("given by hand?")
        await keys.press("y")
        await keys.until(lambda: state(park[0], mail) == "handed")
        await keys.press("escape")
        await keys.until_page("OutboxScreen")
        await keys.until_text("handed over")
    actions = [row.values["action"] for row in park[0].list("operation", park[1]).first(2)]
    assert actions == ["Handed over: Handover", "Read the text: Handover"]


@pytest.mark.feature("AGT-07")
async def test_a_text_is_printed_to_a_file(
    show: Show, posted: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with show("g", "o") as keys:
        await keys.until_text("waiting")
        await keys.press("p")
        await keys.until_page("PrintForm")
        await keys.until_text(f"smartplus-text-{posted[0]}.txt")
        await keys.press("f2")
        await keys.until_page("OutboxScreen")
        file = tmp_path / f"smartplus-text-{posted[0]}.txt"
        assert "Password q7Rt-9931" in file.read_text()
        await keys.press("p")
        await keys.until_page("PrintForm")
        await keys.press("f2")
        await keys.until_text("is there already")


@pytest.mark.feature("AGT-07")
@pytest.mark.edge("23")
async def test_what_was_refused_says_why_and_is_sent_again_by_a_key(
    show: Show, park: Park, posted: tuple[int, int]
) -> None:
    engine, context = park
    mail, _ = posted
    with mail_server() as office:
        server = {"mail.host": "127.0.0.1", "mail.port": str(office.port), "mail.security": "none"}
        engine.settings.edit(context.again(), {**server, "mail.sender": "office@example.com"})
        office.at_rcpt = ["550 No such user here"]
        async with sending(engine), show("g", "o") as keys:
            await keys.until_text("waiting")
            for answer in ("given up", "accepted"):
                await keys.press("m")
                await keys.until_text("Send this text now?")
                await keys.press("y")
                await keys.until_text(answer)
                await keys.until_text("No such user here" if answer == "given up" else "Kept as 4711")
    assert state(engine, mail) == "sent"
    assert [mail["To"] for mail in office.mails] == [TO]


@pytest.mark.feature("AGT-07")
async def test_only_dead_letters_are_deleted_and_after_a_question(
    show: Show, park: Park, posted: tuple[int, int]
) -> None:
    mail, sms = posted
    async with show("g", "o") as keys:
        await keys.until_text("waiting")
        await keys.press("d")
        await keys.until_text("Delete this text?")
        await keys.settled()
        await keys.press("x")
        await keys.until_text("Only dead letters can be deleted")
        put(park[0], mail, state="dead", answer="550 gone")
        await keys.until_text("given up")
        await keys.press("d")
        await keys.until_text("Delete this text?")
        await keys.settled()
        await keys.press("x")
        await keys.until(lambda: TO not in keys.text())
    assert state(park[0], sms) == "waiting"


@pytest.mark.feature("AGT-09")
async def test_all_that_is_filtered_is_handed_over_at_once(show: Show, park: Park, posted: tuple[int, int]) -> None:
    async with show("g", "o", "slash") as keys:
        await keys.type("kind:sms state:waiting")
        await keys.press("enter")
        await keys.until_text("1 of ")
        await keys.press("a")
        await keys.until_text("1 ticked")
        await keys.press("H")
        await keys.until_text("given by hand?")
        await keys.press("y")
        await keys.until(lambda: state(park[0], posted[1]) == "handed")
        await keys.until(lambda: "ticked" not in keys.text())
    assert state(park[0], posted[0]) == "waiting"


@pytest.mark.feature("AGT-07")
async def test_the_badge_counts_what_failed_before_what_waits(show: Show, park: Park, posted: tuple[int, int]) -> None:
    async with show() as keys:
        session = keys.page.session
        await keys.until(lambda: "o" in session.badges)
        waiting = session.badges["o"]
        put(park[0], posted[0], state="failed")
        await keys.until(lambda: session.badges["o"] == ("1", "bad"))
    assert waiting[1] == "warn"
    assert int(waiting[0]) >= 2


@pytest.mark.feature("ACC-08")
async def test_a_viewer_sees_that_it_waits_and_not_what_it_says(show: Show, posted: tuple[int, int]) -> None:
    async with show("g", "o", role=Role.VIEWER) as keys:
        await keys.until_text("waiting")
        assert "Send again" not in keys.text()
        await keys.press("enter")
        await keys.until_text("codes and the texts that hold them")
        await keys.press("m")
        await keys.until_text("Your role does not allow this: sending")
        assert type(keys.page).__name__ == "OutboxScreen"


@pytest.mark.feature("SET-05")
@pytest.mark.feature("AGT-07")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_an_installer_sets_a_mail_server_and_hears_what_it_says(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    with mail_server() as office:
        async with sending(park[0]), show("g", "s", size=size) as keys:
            await keys.until_page("SettingsScreen")
            await keys.until_text("not set")
            await keys.press("e")
            await keys.until_page("SettingsForm")
            await keys.settled()
            await keys.type("127.0.0.1")
            await keys.press("f2")
            await keys.until_text("This is no mail address")
            await keys.type("office@example.com")
            fields = keys.page.form.fields  # type: ignore[attr-defined]
            fields["mail_port"].focus_value()
            await keys.type(str(office.port))
            fields["mail_security"].focus_value()
            await keys.type("none")
            await keys.press("tab", "f2")
            await keys.until_page("SettingsScreen")
            await keys.until_text("127.0.0.1 as office@example.com")
            office.at_rcpt = ["550 5.7.1 Not for you"]
            await keys.press("t")
            await keys.until_page("TestForm")
            await keys.until_text("ines@rosewood.example")
            await keys.press("f2")
            await keys.until_text("550 5.7.1 Not for you")
            await keys.press("f2")
            await keys.until_page("SettingsScreen")
            await keys.until_text("250 Kept as 4711")
    assert office.receivers == ["ines@rosewood.example"]


@pytest.mark.feature("SET-05")
async def test_a_secret_is_never_shown_again_and_stays_when_nothing_is_typed(show: Show, park: Park) -> None:
    engine, context = park
    login = {"mail.user": "park", "mail.password": "letters 5150"}
    engine.settings.edit(context.again(), {"mail.host": "mail.example.com", "mail.sender": "a@example.com", **login})
    async with show("g", "s") as keys:
        await keys.until_text("set, never shown")
        await keys.press("e")
        await keys.until_page("SettingsForm")
        await keys.until_text("empty keeps it")
        assert "5150" not in keys.text()
        keys.page.form.fields["mail_sender_name"].focus_value()  # type: ignore[attr-defined]
        await keys.type("Rosewood")
        await keys.press("f2")
        await keys.until_page("SettingsScreen")
        await keys.until_text("Rosewood")
    assert next(one.is_set for one in engine.settings.all(context) if one.name == "mail.password")


@pytest.mark.feature("SET-05")
async def test_who_may_not_change_settings_reads_where_the_key_comes_from(show: Show) -> None:
    async with show("g", "s", role=Role.MANAGER) as keys:
        await keys.until_text("an installer changes them")
        await keys.press("end")
        await keys.until_text("key file")
        await keys.press("e")
        await keys.until_text("the settings of the whole site")
        assert type(keys.page).__name__ == "SettingsScreen"


@pytest.mark.feature("SET-05")
@pytest.mark.feature("LOG-07")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_retention_says_what_there_is_and_is_set(show: Show, park: Park, size: tuple[int, int]) -> None:
    engine, context = park
    async with show("g", "s", size=size) as keys:
        await keys.until_text("logs are kept 30 days")
        await keys.press("end", "up")
        await keys.until_text("not yet: the agent does it once a day")
        await keys.until_text("Door logs")
        await keys.press("e")
        await keys.until_page("SettingsForm")
        await keys.settled()
        await keys.type("90")
        await keys.press("tab", "f2")
        await keys.until_text("logs are kept 90 days")
    assert engine.retention.figures(context).days == 90
