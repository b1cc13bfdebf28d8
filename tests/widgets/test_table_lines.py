"""What the lines of a table look like: folding, alignment, wide and hostile text, marks, themes without colour."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.widgets.host import Host, lines, until
from widgets.symbols import AsciiSymbols, ascii_symbols
from widgets.table import VirtualTable
from widgets.table_layout import place
from widgets.table_messages import SortWanted
from widgets.table_source import Cell, Column, ListSource, Row

RESIDENTS = (
    Column("name", "Name", 18, importance=9, sortable=True),
    Column("building", "Bldg", 4, importance=2),
    Column("apt", "APT", 4, "right", importance=8),
    Column("type", "Type", 6, importance=7),
    Column("account", "Account", 13, importance=6),
    Column("app", "App", 11, importance=1),
    Column("doors", "Doors", 13, importance=8),
    Column("expires", "Expires", 10, "right", importance=3),
)


def resident(number: int, name: str) -> Row:
    cells = ("A", "1001", "Master", Cell("Active", "●", symbol_tone="ok"), "Registered")
    return Row(number, (number,), (name, *cells, Cell("1 red door", "×", "bad"), "2027-03-01"))


async def table_lines(rows: list[Row], columns: tuple[Column, ...], width: int) -> list[str]:
    table = VirtualTable(columns=columns, source=ListSource(rows))
    async with Host(table).run_test(size=(width, 12)) as pilot:
        await until(pilot, lambda: table.cursor_row is not None)
        strips = table.render_lines(table.size.region)
        assert {cell_len(strip.text) for strip in strips} == {width}
        assert {strip.cell_length for strip in strips} == {width}
        return lines(table)


async def test_all_columns_stand_at_a_comfortable_width() -> None:
    shown = await table_lines([resident(1, "Kowalska, Anna")], RESIDENTS, 98)
    assert shown[0] == (
        "   Name                Bldg   APT  Type    Account        App          Doors             Expires"
    )
    assert shown[1] == (
        "▌  Kowalska, Anna      A     1001  Master  ● Active       Registered   × 1 red door   2027-03-01"
    )


async def test_columns_fold_by_importance_when_it_gets_narrow() -> None:
    shown = await table_lines([resident(1, "Kowalska, Anna")], RESIDENTS, 76)
    assert shown[0] == "   Name                 APT  Type    Account        Doors"
    assert shown[1] == "▌  Kowalska, Anna      1001  Master  ● Active       × 1 red door"


@pytest.mark.parametrize("width", range(1, 140))
def test_placed_columns_never_exceed_the_width(width: int) -> None:
    columns = (Column("a", "A"), *RESIDENTS)
    placed = place(columns, width)
    assert placed[0].index == 0
    assert [each.index for each in placed] == sorted(each.index for each in placed)
    used = 3 + sum(each.width for each in placed) + 2 * (len(placed) - 1)
    assert used <= max(width, 4) or len(placed) == 1


async def test_text_of_people_is_drawn_and_never_parsed() -> None:
    names = ["[/ x]", "[bold]Anna[/bold]", "\x1b[31mred\x07", "a\tb\nc", "\u202egnp", "\ud800half", ""]
    rows = [Row(number, (number,), (name,)) for number, name in enumerate(names)]
    shown = await table_lines(rows, (Column("name", "Name"),), 40)
    assert [line[3:] for line in shown[1:8]] == [
        "[/ x]",
        "[bold]Anna[/bold]",
        "�[31mred�",
        "a b c",
        "�gnp",
        "�half",
        "–",
    ]


async def test_wide_and_joined_characters_keep_the_columns_aligned() -> None:
    names = ["日本語テキスト", "Zoë", "e\u0301mile", "👩\u200d👩\u200d👧 family", "한국어 이름이 아주 길다"]
    rows = [Row(number, (number,), (name, "end")) for number, name in enumerate(names)]
    shown = await table_lines(rows, (Column("name", "Name", 12), Column("end", "End", 3)), 40)
    assert {cell_len(line[: line.index("end")]) for line in shown[1:6]} == {17}
    assert "…" in shown[1]
    assert "…" in shown[5]


async def test_numbers_of_things_are_cut_in_the_middle() -> None:
    columns = (Column("mac", "MAC", 11, truncate="middle"), Column("name", "Name", 6))
    shown = await table_lines([Row(1, (1,), ("0C:11:05:2A:FF:17", "Basement"))], columns, 40)
    assert shown[1] == "▌  0C:11…FF:17  Basem…"


async def test_the_sorted_head_is_marked_and_a_click_on_a_head_asks_for_it() -> None:
    table = VirtualTable(columns=RESIDENTS, source=ListSource([resident(1, "Anna")]))
    app = Host(table)
    async with app.run_test(size=(98, 12)) as pilot:
        table.sort = "name"
        await until(pilot, lambda: lines(table)[0].startswith("   Name ↑  "))
        table.sort, table.descending = "apt", True
        await until(pilot, lambda: " APT↓  Type" in lines(table)[0])
        await pilot.click(table, offset=(5, 0))
        await pilot.click(table, offset=(25, 0))
        assert [message.column.name for message in app.heard(SortWanted)] == ["name"]


async def test_the_cursor_row_is_reverse_without_colours_in_the_theme_of_the_terminal() -> None:
    table = VirtualTable(columns=RESIDENTS, source=ListSource([resident(1, "Anna"), resident(2, "Jan")]))
    async with Host(table, theme="ansi").run_test(size=(98, 12)) as pilot:
        await until(pilot, lambda: table.cursor_row is not None)
        await pilot.press("down", "space", "up", "space")
        cursor, other = table.render_lines(table.size.region)[1:3]
        row = [segment.style for segment in cursor if segment.style and segment.style.reverse]
        assert row
        assert all(style.color is None or style.color.is_default for style in row)
        assert not any(segment.style and segment.style.reverse for segment in other)
        assert other.text.startswith(" ■ Jan")
        colours = [segment.style.color.number for segment in other if segment.style and segment.style.color]
        assert 9 in colours, "bright red"


async def test_no_color_keeps_cursor_ticks_and_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    table = VirtualTable(columns=RESIDENTS, source=ListSource([resident(1, "Anna"), resident(2, "Jan")]))
    async with Host(table, theme="ansi", ansi_color=True).run_test(size=(98, 12)) as pilot:
        await until(pilot, lambda: table.cursor_row is not None)
        await pilot.press("space")
        strips = table.render_lines(table.size.region)
        for strip in strips:
            for segment in strip:
                assert segment.style is None or segment.style.color is None or segment.style.color.is_default
        assert any(segment.style and segment.style.reverse for segment in strips[1])
        assert strips[1].text.startswith("▌■ Anna")
        assert "× 1 red door" in strips[1].text


async def test_a_theme_change_draws_everything_anew() -> None:
    table = VirtualTable(columns=RESIDENTS, source=ListSource([resident(1, "Anna")]))
    app = Host(table)
    async with app.run_test(size=(98, 12)) as pilot:
        await until(pilot, lambda: table.cursor_row is not None)
        night = [segment.style for segment in table.render_line(1)]
        app.theme = "day"
        await until(pilot, lambda: [segment.style for segment in table.render_line(1)] != night)


def test_every_sign_has_a_stand_in_of_its_own_width() -> None:
    text = "●○◐✓×≠▲■▌↘↗▾…–─━╸╭╮╰╯█▄▁"
    assert ascii_symbols(text).isascii()
    assert len(ascii_symbols(text)) == len(text)
    assert ascii_symbols(" ■ Anna") == "[x]Anna"
    assert ascii_symbols("▌■ Anna ◐ 1 pending ≠ 1 drift") == ">x Anna ~ 1 pending # 1 drift"


async def test_the_ascii_filter_draws_a_whole_table_in_ascii() -> None:
    class Plain(Host):
        def get_line_filters(self) -> list[object]:  # type: ignore[override]
            return [*super().get_line_filters(), AsciiSymbols()]

    table = VirtualTable(columns=RESIDENTS, source=ListSource([resident(1, "Anna"), resident(2, "Jan")]))
    async with Plain(table).run_test(size=(98, 12)) as pilot:
        await until(pilot, lambda: table.cursor_row is not None)
        await pilot.press("down", "space", "up")
        shown = lines(table)
        assert shown[1].startswith(">  Anna")
        assert shown[2].startswith("[x]Jan")
        assert "x 1 red door" in shown[1]
