"""The frame of a page, panels, states and plots: what stands where, what folds away, what the mouse reaches."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.binding import Binding
from textual.content import Content

from tests.widgets.host import Host, lines, screen_lines, screen_text, until
from widgets.field_input import FieldInput
from widgets.frame import (
    Banner,
    Gauge,
    Hint,
    KeyFooter,
    ModuleColumn,
    ModuleItem,
    StatusLine,
    Title,
    TitleLine,
    TopBar,
)
from widgets.panel import Lines, Panel
from widgets.plots import Bars, Shares, gauge, share_cells
from widgets.state_pane import empty, failed, no_permission, nothing_found
from widgets.text import assemble, clean, fit, pad, rule, spread

GAUGES = (
    Gauge("▲", "2 alarms", "2", "bad", loud=True, opens="m"),
    Gauge("●", "doors 23/24", "23/24", "ok", opens="p"),
    Gauge("●", "agent ok", "agent", "ok"),
)


def bar() -> TopBar:
    top = TopBar()
    top.community, top.note, top.clock, top.account, top.gauges = "Rosewood [Court]", "demo", "10:42", "ines", GAUGES
    return top


async def test_the_top_bar_says_where_and_how_things_stand() -> None:
    for width, expected in (
        (120, "▍Rosewood [Court]  ◇ demo"),
        (80, "▍Rosewood [Court]  ◇ demo"),
    ):
        app = Host(bar())
        async with app.run_test(size=(width, 24)):
            line = screen_lines(app)[0]
            assert line.startswith(expected)
            end = (
                "▲ 2    ● 23/24    ● agent    10:42  ines"
                if width == 80
                else "● doors 23/24    ● agent ok    10:42  ines"
            )
            assert line.endswith(end.replace("    ", "  ") if width == 80 else end)


async def test_a_click_on_a_figure_names_its_module() -> None:
    app = Host(bar())
    async with app.run_test(size=(120, 24)) as pilot:
        line = screen_lines(app)[0]
        await pilot.click(TopBar, offset=(line.index("doors"), 0))
        await pilot.click(TopBar, offset=(line.index("alarms"), 0))
        await pilot.click(TopBar, offset=(5, 0))
        await pilot.pause()
        assert [message.gauge.opens for message in app.heard(TopBar.Chosen)] == ["p", "m"]


MODULES = (
    ModuleItem("d", "Dashboard"),
    ModuleItem("v", "Visitors & Staff"),
    ModuleItem("m", "Alarm Records", "2", "bad"),
    ModuleItem("", ""),
    ModuleItem("n", "Sync", "2", "warn"),
)


async def test_the_module_column_folds_to_letters() -> None:
    column = ModuleColumn()
    column.items, column.current = MODULES, "m"
    app = Host(column)
    async with app.run_test(size=(120, 24)) as pilot:
        assert lines(column)[1:6] == [
            " d Dashboard",
            " v Visitors & Staff",
            "▌m Alarm Records  2",
            "",
            " n Sync           2",
        ]
        await pilot.click(column, offset=(5, 2))
        await pilot.click(column, offset=(5, 4))
        column.add_class("-narrow")
        await pilot.pause()
        assert lines(column)[:4] == [" d", " v", "▌m", " n"]
        await pilot.click(column, offset=(1, 3))
        await pilot.pause()
        assert [message.letter for message in app.heard(ModuleColumn.Chosen)] == ["v", "n"]


async def test_the_current_module_is_reverse_where_there_are_no_grounds() -> None:
    column = ModuleColumn()
    column.items, column.current = MODULES, "m"
    async with Host(column, theme="ansi").run_test(size=(120, 24)):
        strips = column.render_lines(column.size.region)
        assert any(segment.style and segment.style.reverse for segment in strips[3])
        assert not any(segment.style and segment.style.reverse for segment in strips[2])


async def test_the_footer_keeps_help_and_shows_what_fits() -> None:
    words = (
        "n New",
        "e Edit",
        "d Delete",
        "space Tick",
        "/ Filter",
        "o Open",
        "x Export",
        "u Undo",
        "y Copy",
        "q Quit",
    )
    for width, expected in (
        (120, " n New  e Edit  d Delete  space Tick  / Filter  o Open  x Export  u Undo  y Copy"),
        (80, " n New  e Edit  d Delete  space Tick  / Filter  o Open"),
    ):
        keys = KeyFooter()
        keys.hints = tuple(Hint(*each.split()) for each in words)
        app = Host(keys)
        async with app.run_test(size=(width, 24)):
            line = screen_lines(app)[-1]
            assert line.split("   ")[0] == expected
            assert line.endswith("? Help  ^p Search" if width == 80 else "? Help  ctrl+p Search")


async def test_the_footer_names_the_help_key_that_is_no_text() -> None:
    field = FieldInput()
    app = Host(field, KeyFooter())
    async with app.run_test(size=(120, 24)) as pilot:
        field.focus()
        await until(pilot, lambda: screen_lines(app)[-1].endswith("F1 Help  ctrl+p Search"))
        app.screen.set_focus(None)
        await until(pilot, lambda: screen_lines(app)[-1].endswith("? Help  ctrl+p Search"))


async def test_a_click_in_the_footer_presses_the_key() -> None:
    class Keys(Host):
        BINDINGS: ClassVar = [
            Binding("n", "say('new')"),
            Binding("slash", "say('filter')"),
            Binding("f2,ctrl+s", "say('save')"),
            Binding("question_mark", "say('help')"),
        ]

        def action_say(self, what: str) -> None:
            said.append(what)

    said: list[str] = []
    footer = KeyFooter()
    footer.hints = (Hint("n", "New"), Hint("/", "Filter"), Hint("F2 ctrl+s", "Save"))
    app = Keys(footer)
    async with app.run_test(size=(120, 24)) as pilot:
        line = screen_lines(app)[-1]
        for word in ("New", "Filter", "Save", "Help"):
            await pilot.click(footer, offset=(line.index(word), 0))
        await until(pilot, lambda: said == ["new", "filter", "save", "help"])


async def test_banner_status_and_title_say_one_thing_each() -> None:
    banner, status, title = Banner(), StatusLine(classes="-empty"), TitleLine()
    app = Host(banner, title, status)
    async with app.run_test(size=(80, 24)) as pilot:
        title.title = Title("Residents", (("of A [1]", "$sp-t3"),), (("312", "$sp-t1"), (" of 1,284", "$sp-t3")))
        await pilot.pause()
        line = next(line for line in screen_lines(app) if line.startswith("Residents"))
        assert line == "Residents   of A [1]".ljust(68) + "312 of 1,284"
        assert not banner.display
        banner.text, banner.kind = "Emergency: 29 relays open\nDock and Garage are not", "alert"
        status.parts = (("Kowalska, [Anna]: ", "$sp-t1"), ("5 of 6 doors", "$sp-warn"))
        await pilot.pause()
        text = screen_text(app)
        assert " Emergency: 29 relays open\n Dock and Garage are not" in text
        assert " Kowalska, [Anna]: 5 of 6 doors" in text


async def test_a_panel_has_its_name_figure_and_keys_in_its_edges_at_any_width() -> None:
    content = Lines()
    content.lines = ((("Main Gate [x]", "$sp-t1"), ("  a very long remark about this gate", "$sp-t3")),)
    panel = Panel(content, heading="Doors [1]", keys="Enter open · w why")
    panel.figure = (("4", "$sp-t1"), (" of 24", "$sp-t3"))
    app = Host(panel)
    async with app.run_test(size=(40, 10)) as pilot:
        assert screen_lines(app)[0] == f"╭─ Doors [1] {'─' * 16} 4 of 24 ─╮"
        assert screen_lines(app)[2].endswith(" Enter open · w why ─╯")
        panel.heading = "Maria-Magdalena von und zu Hohenlohe [1]"
        await until(pilot, lambda: screen_lines(app)[0] == "╭─ Maria-Magdalena von und… ─ 4 of 24 ─╮")
        panel.heading = "Doors [1]"
        assert "│ Main Gate [x]  a very long remark a… │" in screen_text(app)
        await pilot.resize_terminal(60, 10)
        await until(pilot, lambda: screen_lines(app)[0] == f"╭─ Doors [1] {'─' * 36} 4 of 24 ─╮")
        await pilot.resize_terminal(20, 10)
        await until(pilot, lambda: screen_lines(app)[0] == "╭─ Doors [1] ──────╮")


def test_states_say_what_why_and_the_way_out() -> None:
    states = [
        (
            failed("The list could not be read", "database is [locked]", "tried 3 times, last 10:42:09"),
            ["× The list could not be read", "database is [locked]", "tried 3 times, last 10:42:09", "r Retry"],
        ),
        (empty("No residents yet.", "n", "Add the first"), ["No residents yet.", "n Add the first"]),
        (nothing_found("building:C", 1284), ["Nothing matches", "building:C", "Esc Clear the filter   shows 1,284"]),
        (
            no_permission(
                "Door logs are closed", "Log Access Control is off.", "Motion stays open.", [("]", "Motion")]
            ),
            ["Door logs are closed", "Log Access Control is off.", "Motion stays open.", "] Motion"],
        ),
    ]
    for state, expected in states:
        assert {line.strip() for line in state.content().plain.splitlines()} >= set(expected)


async def test_bars_carry_their_values_and_the_last_is_today() -> None:
    bars = Bars()
    bars.values = (("Mon 16", 400), ("Tue 17", 800), ("Wed 18", 0), ("today", 1))
    app = Host(bars)
    async with app.run_test(size=(40, 10)) as pilot:
        shown = lines(bars)
        assert len(shown) == 10
        assert shown[0].index("800") == 10
        assert shown[-1] == "Mon 16    Tue 17    Wed 18    today"
        assert [line[10] for line in shown[1:9]] == ["█"] * 8
        assert [line[0] for line in shown[4:9]] == ["4", "█", "█", "█", "█"]
        assert shown[8][20:21] == "0"
        assert shown[8][30] == "▁"
        assert shown[7][30] == "1"
        today = [segment.style.color for segment in bars.render_line(8) if "▁" in segment.text and segment.style]
        other = [segment.style.color for segment in bars.render_line(8) if "█" in segment.text and segment.style]
        assert today[0] != other[0]
        bars.second = (800, 0, 100, 0)
        await until(pilot, lambda: lines(bars)[4].count("█") > 6)
        await pilot.resize_terminal(20, 10)
        await until(pilot, lambda: lines(bars)[-1] == "Mon  Tue  Wed  today")
        await pilot.resize_terminal(11, 10)
        await until(pilot, lambda: lines(bars)[0] == "1,201")


@pytest.mark.parametrize(
    ("value", "most", "drawn"),
    [(0, 10, ""), (10, 10, "━━━━━━━━━━"), (5, 10, "━━━━━"), (1, 1000, "╸"), (99, 10, "━━━━━━━━━━"), (3, 0, "╸")],
)
def test_a_share_is_drawn_in_half_cells(value: int, most: int, drawn: str) -> None:
    line, rest = share_cells(value, most, 10)
    assert line == drawn
    assert len(line + rest) == 10
    assert set(rest) <= {"─"}


def test_a_gauge_warns_from_four_fifths_and_is_bad_when_nearly_full() -> None:
    tones = [gauge(value, 100, 10)[0][1] for value in (79, 80, 94, 95)]
    assert tones == ["$sp-plot", "$sp-warn", "$sp-warn", "$sp-bad"]


async def test_shares_fold_the_percentage_then_the_line() -> None:
    values = (("Face", 812), ("RF card", 704), ("[SmartPlus]", 498))
    for width, first in (
        (44, "Face        ━━━━━━━━━━━━━━━━━━━━━━ 812  40%"),
        (24, "Face        ━━━━━━━━ 812"),
        (18, "Face           812"),
    ):
        shares = Shares()
        shares.values = values
        app = Host(shares)
        async with app.run_test(size=(width, 10)):
            shown = lines(shares)
            assert shown[0].replace("━", "").split() == first.replace("━", "").split()
            assert len(shown[0]) == width
            assert len(shown) == 3


def test_text_is_cleaned_cut_and_spread_by_cells() -> None:
    assert clean("a\x00b\u200dc\u2066d") == "a�bc�d"
    assert fit("日本語", 5) == "日本…"
    assert fit("0C:11:05:2A:FF:17", 9, "middle") == "0C:1…F:17"
    assert fit("abc", 1) == "…"
    assert fit("abc", 0) == ""
    assert pad("日本", 6, "right") == "  日本"
    assert spread([("[b]left[/b] and more", "")], [("right", "")], 16).plain == "[b]left[/… right"
    assert rule(("Word", "bold"), [("3", "")], 12).plain == "Word ───── 3"
    assert isinstance(assemble([("x", "$sp-bad")]), Content)
