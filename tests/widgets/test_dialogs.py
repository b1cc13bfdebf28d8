"""Dialogs: Enter never confirms, letters choose, danger ignores keys typed ahead, nothing else loses them."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.widgets.host import Host, screen_lines, screen_text, until
from widgets.dialog import Choice, ConfirmDialog, PickDialog, PickList, PickRow, best

DELETE = Choice("x", "Delete both", "delete", danger=True)
RESET = Choice("r", "Reset instead", "reset")


def delete_dialog(**options: Any) -> ConfirmDialog:
    return ConfirmDialog(
        "Delete",
        "Delete Kowalska, [Anna] and the whole family?",
        lines=[
            (("A 1001 · master · UID 20417", "$sp-t2"),),
            (("- ", "$sp-bad"), ("2 accounts", "$sp-t1"), ("   master, 1 member", "$sp-t2")),
            (("▲ ", "$sp-warn"), ("The licence of A 1001 dies with its master", "$sp-t1")),
        ],
        choices=[DELETE, RESET],
        **options,
    )


class Asking(Host):
    """A page with a dialog over it."""

    def __init__(self, dialog: ConfirmDialog | PickDialog, **options: Any) -> None:
        super().__init__(Static("the page underneath"), **options)
        self.dialog = dialog
        self.answers: list[str | None] = []

    def ask(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


async def shown(pilot: Pilot[Any], app: Asking) -> None:
    app.ask()
    await until(pilot, lambda: app.screen is app.dialog and app.dialog.is_mounted)
    await pilot.pause()


async def test_the_question_stands_with_what_it_takes_away_and_the_ways_out() -> None:
    app = Asking(delete_dialog())
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app)
        text = screen_text(app)
        for piece in (
            "╭─ Delete ─",
            "Delete Kowalska, [Anna] and the whole family?",
            "- 2 accounts   master, 1 member",
            "▲ The licence of A 1001 dies with its master",
            "x  Delete both",
            "r  Reset instead",
            "Cancel",
            "Enter Cancel · Esc Cancel ─╯",
        ):
            assert piece in text


@pytest.mark.parametrize(("key", "answer"), [("enter", None), ("escape", None), ("x", "delete"), ("r", "reset")])
async def test_enter_and_escape_cancel_and_letters_choose(key: str, answer: str | None) -> None:
    app = Asking(delete_dialog())
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app)
        await pilot.press("d", "y", "space", "tab", key)
        await until(pilot, lambda: app.answers)
        assert app.answers == [answer]


@pytest.mark.parametrize("key", ["x", "enter", "escape"])
async def test_danger_ignores_keys_pressed_before_it_was_drawn(key: str) -> None:
    app = Asking(delete_dialog())
    async with app.run_test(size=(120, 40)) as pilot:
        early = events.Key(key, key if len(key) == 1 else None)
        await shown(pilot, app)
        app.dialog.post_message(early)
        await pilot.pause()
        assert app.answers == []
        await pilot.press("x")
        await until(pilot, lambda: app.answers)
        assert app.answers == ["delete"]


async def test_a_harmless_question_takes_a_key_typed_ahead() -> None:
    app = Asking(ConfirmDialog("Open door", "Open Main Gate now?", choices=[Choice("y", "Open", "open")]))
    async with app.run_test(size=(120, 40)) as pilot:
        app.ask()
        app.post_message(events.Key("y", "y"))
        await until(pilot, lambda: app.answers)
        assert app.answers == ["open"]


async def test_a_typed_count_is_the_only_way_on() -> None:
    app = Asking(delete_dialog(typed="340"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app)
        await pilot.press("x", "backspace", "3", "4", "x", "backspace")
        assert app.answers == []
        await pilot.press("0")
        await pilot.pause()
        assert "Type 340 to go on  ▌ 340  ✓" in screen_text(app)
        await pilot.press("x")
        await until(pilot, lambda: app.answers)
        assert app.answers == ["delete"]


async def test_the_digits_of_a_card_reader_and_its_enter_change_nothing() -> None:
    app = Asking(delete_dialog(typed="340"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app)
        await pilot.press(*"0a3c7f20", "enter")
        await until(pilot, lambda: app.answers)
        assert app.answers == [None]


@pytest.mark.parametrize(("letter", "opened_by"), [("d", ""), ("7", ""), ("z", "z")])
def test_a_dangerous_letter_must_be_its_own(letter: str, opened_by: str) -> None:
    with pytest.raises(ValueError, match="a letter of its own"):
        ConfirmDialog("Reset", "Reset?", choices=[Choice(letter, "Reset", "reset", danger=True)], opened_by=opened_by)


async def test_the_mouse_chooses_too() -> None:
    app = Asking(delete_dialog())
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, app)
        rows = screen_lines(app)
        y = next(number for number, line in enumerate(rows) if "Reset instead" in line)
        await pilot.click(offset=(rows[y].index("Reset"), y))
        await until(pilot, lambda: app.answers)
        assert app.answers == ["reset"]


async def test_the_page_under_a_dialog_is_veiled_and_without_colours_turns_grey() -> None:
    for theme in ("night", "ansi"):
        app = Asking(delete_dialog(), theme=theme)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            before = app.screen._compositor.render_strips()[0]
            await shown(pilot, app)
            after = app.screen._compositor.render_strips()[0]
            assert after.text.startswith("the page underneath")
            assert [segment.style for segment in after] != [segment.style for segment in before]
            if theme == "ansi":
                style = next(iter(after)).style
                assert style is not None
                assert style.color is not None
                assert style.color.number == 8


async def test_a_dialog_fits_80_by_24_and_scrolls_when_it_is_longer() -> None:
    many = [((f"line {number}", "$sp-t2"),) for number in range(40)]
    app = Asking(ConfirmDialog("Delete", "Delete?", lines=many, choices=[DELETE]))
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app)
        assert "line 0" in screen_text(app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "x  Delete both" in screen_text(app))


DOORS = [
    PickRow("1", "Main Gate", (("● ", "$sp-ok"), ("online", "$sp-t2"), ("  8 s", "$sp-t3")), "R29"),
    PickRow("2", "Gym", (("○ ", "$sp-t2"), ("offline", "$sp-bad"), ("  2 h", "$sp-t3")), "A Lobby"),
    PickRow("3", "A Lobby [/]", (), ""),
    PickRow("4", "Bike Gym", (), ""),
]


async def test_typing_finds_and_enter_takes_the_first_hit() -> None:
    app = Asking(PickDialog("Open a door", DOORS))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, app)
        assert [line for line in screen_lines(app) if "A Lobby [/]" in line]
        await pilot.press(*"gym")
        await until(pilot, lambda: [row.answer for row in app.dialog.query_one(PickList).rows] == ["2", "4"])
        line = next(line for line in screen_lines(app) if "▌ Gym" in line)
        assert "○ offline  2 h" in line
        await pilot.press("enter")
        await until(pilot, lambda: app.answers)
        assert app.answers == ["2"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("lobby b", ["B Lobby", "Lobby Bar"]),  # every one has a b
        ("lobby", ["Lobby", "Lobby Bar", "A Lobby", "B Lobby", "Lobbyists"]),
        ("lob", ["Lobbyists", "Lobby Bar", "Lobby", "A Lobby", "B Lobby"]),
        ("muller", ["Müller, Ute"]),
    ],
)
def test_whole_names_come_first_then_whole_words_then_beginnings(typed: str, names: list[str]) -> None:
    rows = ["A Lobby", "B Lobby", "Lobbyists", "Lobby Bar", "Müller, Ute", "Lobby"]
    found = [row.name for row in best([PickRow(name, name) for name in rows], typed)]
    assert found[: len(names)] == names


async def test_arrows_walk_escape_picks_none_and_the_mouse_picks() -> None:
    for keys, answer in ((["down", "down", "up", "enter"], "2"), (["escape"], None)):
        app = Asking(PickDialog("Open a door", DOORS))
        async with app.run_test(size=(100, 30)) as pilot:
            await shown(pilot, app)
            await pilot.press(*keys)
            await until(pilot, lambda app=app: app.answers)
            assert app.answers == [answer]
    app = Asking(PickDialog("Open a door", DOORS))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, app)
        await pilot.click(PickList, offset=(5, 3))
        await until(pilot, lambda: app.answers)
        assert app.answers == ["4"]


async def test_keys_typed_ahead_reach_the_picker() -> None:
    app = Asking(PickDialog("Open a door", DOORS))
    async with app.run_test(size=(100, 30)) as pilot:
        app.ask()
        for key in "bik":
            app.post_message(events.Key(key, key))
        app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: app.answers)
        assert app.answers == ["4"]


async def test_a_long_list_shows_the_rows_around_the_cursor() -> None:
    rows = [PickRow(str(number), f"Door {number:03}") for number in range(200)]
    app = Asking(PickDialog("Open a door", rows))
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, app)
        await pilot.press(*["pagedown"] * 9)
        await until(pilot, lambda: "▌ Door 090" in screen_text(app))
        app.dialog.query_one(Input).value = "199"
        await until(pilot, lambda: "▌ Door 199" in screen_text(app))
        app.dialog.query_one(Input).value = "zzz"
        await until(pilot, lambda: "Nothing fits." in screen_text(app))
        await pilot.press("enter")
        assert app.answers == []


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_an_act_takes_away_is_read_whole(size: tuple[int, int]) -> None:
    sentence = "u takes it back, but no log line and no message; 2 doors are read back, and what they hold is proved."
    lines = [(("- ", "$sp-bad"), ("Main Gate", "$sp-t1")), (("u", "bold $sp-acc"), (sentence[1:], "$sp-t3"))]
    app = Asking(ConfirmDialog("Reset", "Reset A 1002?", lines=lines, choices=[Choice("x", "Reset", "reset")]))
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app)
        inside = [line.partition("│")[2].rpartition("│")[0].strip() for line in screen_lines(app)]
        assert sentence in " ".join(" ".join(inside).split())
        assert "- Main Gate" in inside
