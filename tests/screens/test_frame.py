"""What every page has in common: going about, status, banner, toasts, sizes, accounts that end, keys typed ahead."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from textual import events

from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.engine import Engine
from backend.store import tables as t
from backend.store.opening import open_site
from screens.dashboard import DashboardScreen
from tests.screens.conftest import SMALL, MakeApp, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import context_of
from widgets.frame import Banner, StatusLine

Park = tuple[Engine, Context]


async def test_modules_are_kept_and_can_be_visited_again(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("kowal")
        await keys.press("enter")
        await keys.until_text("2 of 5")
        await keys.press("g", "d")
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")
        await keys.until_text("2 of 5")
        await keys.until(lambda: "Abara" not in keys.text())  # neither in the list nor in the pane, which follows it


async def test_g_goes_anywhere_from_a_list_whose_keys_are_the_same_letters(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("g", "a")
        await keys.until_page("ApartmentsScreen")
        await keys.press("g")
        await keys.until_text("h Operation Logs")
        await keys.press("escape")
        await keys.press("d")
        await keys.until_text("Delete A 1001?")


@pytest.mark.parametrize(("letter", "page"), [("l", "DoorLogsScreen"), ("o", "OutboxScreen")])
async def test_two_keys_that_arrive_together_go_where_they_say(show: Show, letter: str, page: str) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        burst(keys, "g", letter)
        await keys.until_page(page)
        await keys.settled()


def burst(keys: Keys, *names: str) -> None:
    """Keys that arrive in one piece, as over a slow line."""
    for name in names:
        keys.app.post_message(events.Key(name, name if len(name) == 1 else None))


async def test_text_typed_in_one_piece_goes_into_its_fields(show: Show) -> None:
    async with show("g", "s") as keys:
        await keys.until_text("not set")
        burst(keys, "e", *"mail.example.com", "tab", "tab", *"2525", "tab", *"anna", "tab", "tab", *"office")
        await keys.until_page("SettingsForm")
        await keys.settled()
        values = keys.page.form.values()  # type: ignore[attr-defined]
        typed = ("mail_host", "mail_port", "mail_user", "mail_sender")
        assert [values[name] for name in typed] == ["mail.example.com", "2525", "anna", "office"]


async def test_a_question_gets_the_answer_typed_right_behind_its_key(show: Show) -> None:
    async with show("g", "o") as keys:
        await keys.until_text("waiting")
        burst(keys, "H", "y")
        await keys.until_text("handed over")
        await keys.settled()


async def test_escape_leaves_one_level_at_a_time(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("kowal")
        await keys.press("enter")
        await keys.until_text("2 of 5")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")
        await keys.until_text("2 of 5")
        await keys.press("escape")
        await keys.until_text("5 residents")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("AGT-06")
async def test_a_silent_agent_is_said_over_every_page(show: Show, park: Park, clock: FakeClock) -> None:
    clock.advance(minutes=11)
    async with show() as keys:
        await keys.until(lambda: "Agent silent 11 m" in keys.page.query_one(Banner).text)
        assert "agent silent" in keys.text()
        await keys.press("g", "p")
        await keys.until_page("DevicesScreen")
        await keys.until_text("Agent silent 11 m")


async def test_a_terminal_that_is_too_small_is_told_which_size_is_needed(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.pilot.resize_terminal(70, 20)
        await keys.until_text("This needs 80x24, the terminal has 70x20.")
        await keys.pilot.press("d")
        await keys.pilot.resize_terminal(*SMALL)
        await keys.until_page("ResidentsScreen")
        await keys.until_text("Kowalska, Anna")


async def test_an_app_that_starts_too_small_says_so_over_its_first_page(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(70, 20)) as pilot:
        keys = Keys(pilot)
        await keys.until(lambda: any(isinstance(one, DashboardScreen) for one in keys.app.screen_stack))
        await keys.settled()
        await keys.until_text("This needs 80x24, the terminal has 70x20.")
        await pilot.resize_terminal(*SMALL)
        await keys.until_page("DashboardScreen")


async def test_a_bad_toast_stays_until_a_key_and_there_are_two_at_most(show: Show) -> None:
    async with show() as keys:
        for number in range(4):
            keys.page.say(f"Number {number} failed", "why", bad=True)
            await keys.pilot.pause()
        assert len(keys.app.screen.query("Toast")) <= 2
        await keys.until_text("Number 3 failed")
        keys.app._bad_since -= 1.0
        await keys.pilot.press("r")
        await keys.until(lambda: "failed" not in keys.text())


async def test_text_that_looks_like_markup_is_only_text_in_toasts_and_titles(show: Show) -> None:
    async with show() as keys:
        keys.page.say("[/ x] [bold]", "[red]Umlaut[/] 👩‍👩‍👧 שלום", bad=True)
        await keys.until_text("[/ x] [bold]")
        keys.page.session.tell("[/ x]: ", "[oops", "ok")
        keys.page.refresh_frame()
        await keys.until_text("[/ x]: [oops")


@pytest.mark.feature("ACC-02")
async def test_an_account_that_was_closed_meanwhile_ends_at_once_with_a_sentence(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r", role=Role.VIEWER) as keys:
        await keys.until_text("Kowalska, Anna")
        viewer = context_of(Role.VIEWER).actor_id
        assert viewer is not None
        record = engine.managers.get(installer, viewer)
        engine.managers.disable(installer.again(), viewer, record.version, True)
        await keys.until(lambda: type(keys.app.screen).__name__ == "LoginScreen")
        await keys.until_text("This account has been disabled")
        assert keys.app.session is None


@pytest.mark.feature("ACC-01")
async def test_somebody_else_can_log_in_after_that(show: Show, park: Park) -> None:
    engine, installer = park
    async with show(role=Role.VIEWER) as keys:
        viewer = context_of(Role.VIEWER).actor_id
        assert viewer is not None
        engine.managers.disable(installer.again(), viewer, engine.managers.get(installer, viewer).version, True)
        await keys.until(lambda: type(keys.app.screen).__name__ == "LoginScreen")
        await keys.type("ines@rosewood.example")
        await keys.press("enter")
        await keys.type("correct horse battery")
        await keys.press("enter")
        await keys.until_page("DashboardScreen", within=30)
        await keys.press("g", "p")
        await keys.until_text("Lobby A")


async def test_an_account_that_is_closed_already_is_told_at_the_login(make_app: MakeApp, park: Park) -> None:
    engine, installer = park
    viewer = context_of(Role.VIEWER)
    assert viewer.actor_id is not None
    record = engine.managers.get(installer, viewer.actor_id)
    engine.managers.disable(installer.again(), viewer.actor_id, record.version, True)
    app = make_app(context=viewer)
    async with app.run_test(size=SMALL) as pilot:
        await Keys(pilot).until_text("This account has been disabled")


@pytest.mark.feature("LOG-08")
async def test_without_log_access_the_dashboard_and_the_log_say_who_closed_it(
    show: Show, park: Park, clock: FakeClock
) -> None:
    engine, _ = park
    store = open_site(engine.root, clock=clock)
    with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
        work.connection.execute(update(t.manager).where(t.manager.c.id == 2).values(log_access=False))
    store.close()
    async with show(role=Role.MANAGER) as keys:
        await keys.until_text("Door logs are closed to your account")
        assert "Access methods" not in keys.text()
        await keys.press("g", "l")
        await keys.until_text("Door logs are closed to your account")
        assert "stay open" in keys.text()


async def test_what_a_role_may_not_do_is_left_out_of_the_footer_and_said_when_pressed(show: Show) -> None:
    async with show("g", "r", role=Role.VIEWER) as keys:
        await keys.until_text("Kowalska, Anna")
        footer = keys.text().splitlines()[-1]
        assert "New" not in footer
        assert "Open door" not in footer
        await keys.press("n")
        await keys.until_text("Your role does not allow this")
        await keys.press("question_mark")
        await keys.until_text("Open door · no right")


async def test_a_letter_behind_g_that_leads_nowhere_does_nothing_else(show: Show) -> None:
    async with show("g", "p", role=Role.TECHNICIAN) as keys:
        await keys.until_page("DevicesScreen")
        await keys.press("g", "e")
        await keys.until_text("g e leads nowhere")
        await keys.press("g", "r")
        await keys.until_text("g r leads nowhere")
        assert type(keys.page).__name__ == "DevicesScreen"
        await keys.press("g", "question_mark")
        await keys.until_page("Help")


async def test_what_a_role_may_not_see_is_said_whole_and_not_offered(show: Show) -> None:
    async with show("g", "p", size=SMALL, role=Role.TECHNICIAN) as keys:
        await keys.until_text("Main Gate")
        await keys.press("enter")
        await keys.until_page("DevicePage")
        await keys.until(lambda: "An installer can grant it." in " ".join(keys.text().replace("│", "").split()))
        await keys.press("g", "l")
        await keys.until_page("DoorLogsScreen")
        await keys.until(lambda: "Filter" in keys.text().splitlines()[-1])
        assert "Details" not in keys.text().splitlines()[-1]


async def test_keys_typed_before_a_form_is_read_are_not_lost(show: Show, park: Park) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.pilot.press("n", *"1203", "tab", *"Jan", "tab", *"Nowak")
        await keys.until_page("ResidentForm")
        await keys.until(lambda: values(keys)["last"] == "Nowak")
        assert values(keys)["first"] == "Jan"
        assert values(keys)["apartment_id"]


async def test_a_burst_of_keys_goes_where_each_of_them_leads(show: Show) -> None:
    async with show() as keys:
        burst = ["g", "r", "n", *"1203", "tab", *"Jan", "tab", *"Nowak", "tab", "tab", *"73519"]
        for key in burst:
            keys.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await keys.until_page("ResidentForm")
        await keys.until(lambda: values(keys)["pin"] == "73519")
        assert (values(keys)["first"], values(keys)["last"]) == ("Jan", "Nowak")
        assert values(keys)["apartment_id"]


async def test_each_screen_that_reads_has_patience_of_its_own(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        keys.page.waiting = True
        await keys.pilot.press("down")
        await keys.until(lambda: keys.app._patience is not None)
        keys.page.end_wait()
        await keys.until(lambda: not keys.app._kept)
        assert keys.app._patience is None, "the next screen would have less time"


def values(keys: Keys) -> dict[str, Any]:
    """What stands in the form."""
    from screens.base.form_page import FormPage

    assert isinstance(keys.page, FormPage)
    return keys.page.form.values()


async def test_going_elsewhere_from_a_form_asks_before_work_is_lost(show: Show) -> None:
    async with show("g", "r", "n") as keys:
        await keys.until_page("ResidentForm")
        await keys.press("tab")
        await keys.type("Jan")
        keys.app.go("d")
        await keys.until_text("Throw away 1 change?")
        await keys.press("escape")
        await keys.until_page("ResidentForm")
        assert values(keys)["first"] == "Jan"
        keys.app.go("d")
        await keys.until_text("Throw away 1 change?")
        await keys.press("x")
        await keys.until_page("DashboardScreen")


async def test_quitting_while_doors_are_written_asks(show: Show, park: Park) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("piotr")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("d")
        await keys.until_text("Delete Kowalski, Piotr?")
        await keys.press("y")
        await keys.until(lambda: "0 of 2 doors" in status(keys))
        await keys.press("q")
        await keys.until_text("Leave while doors are being written?")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")
        await keys.press("D")
        await keys.until_text("0 of 2 doors hold this change")


def status(keys: Keys) -> str:
    """What the status line says."""
    return "".join(text for text, _ in keys.app.screen.query_one(StatusLine).parts)
