"""The table pages through a million rows by key, counts late, and ends up on exact ranks."""

from __future__ import annotations

import pytest

from tests.widgets.host import Host, lines, until
from tests.widgets.sources import Living, Synthetic
from widgets.table import VirtualTable
from widgets.table_messages import CountKnown, LoadFailed
from widgets.table_source import Column
from widgets.table_window import KEPT

COLUMNS = (Column("name", "Name"), Column("number", "Number", 8, "right"))
MILLION = 1_000_000


def table_of(source: Synthetic | Living) -> VirtualTable:
    return VirtualTable(columns=COLUMNS[:1] if isinstance(source, Living) else COLUMNS, source=source)


def cursor_id(table: VirtualTable) -> int | None:
    return None if table.cursor_row is None else table.cursor_row.id


async def test_the_first_rows_are_drawn_before_anything_is_counted() -> None:
    source = Synthetic(MILLION, guess=900_000)
    table = table_of(source)
    app = Host(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(app.heard(CountKnown)) == 2)
        assert source.asked[0] == "first"
        assert source.asked.index("count") > source.asked.index("first")
        assert [(message.count, message.exact) for message in app.heard(CountKnown)] == [
            (900_000, False),
            (MILLION, True),
        ]
        assert lines(table)[1].startswith("▌  Name 0")
        assert len(lines(table)) == 24
        assert table.row_count == MILLION


async def test_end_reads_the_last_page_only_and_home_the_first() -> None:
    source = Synthetic(MILLION)
    table = table_of(source)
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table.row_count == MILLION and cursor_id(table) == 0)
        source.asked.clear()
        await pilot.press("end")
        await until(pilot, lambda: cursor_id(table) == MILLION - 1)
        assert source.asked.count("last") == 1
        assert not {"around", "first"} & set(source.asked)
        assert lines(table)[-1].startswith("▌  Name 999999")
        assert table.scroll_offset.y == table.max_scroll_y == MILLION - 23
        await pilot.press("home")
        await until(pilot, lambda: cursor_id(table) == 0)
        assert table.scroll_offset.y == 0


async def test_paging_down_and_up_visits_every_row_once() -> None:
    table = table_of(Synthetic(MILLION))
    async with Host(table).run_test(size=(80, 120)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        for page in range(1, 26):
            await pilot.press("pagedown")
            await until(pilot, lambda: table._model.loaded and not table._busy)
            assert cursor_id(table) == page * 119
            assert lines(table)[1].startswith(f"▌  Name {page * 119} ")
        assert len(table._model.window.rows) <= KEPT < 25 * 119
        for page in range(24, -1, -1):
            await pilot.press("pageup")
            await until(pilot, lambda: table._model.loaded and not table._busy)
            assert cursor_id(table) == page * 119
        assert table.scroll_offset.y == 0


async def test_a_jump_of_the_scrollbar_shows_rows_near_that_place() -> None:
    source = Synthetic(MILLION)
    table = table_of(source)
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table.row_count == MILLION and cursor_id(table) == 0)
        table.scroll_to(y=500_000, animate=False)
        await until(pilot, lambda: "around" in source.asked and table._model.loaded)
        assert cursor_id(table) == pytest.approx(500_000, abs=300)
        shown = lines(table)
        numbers = [int(line.replace("▌", "").split()[1]) for line in shown[1:]]
        assert numbers == list(range(numbers[0], numbers[0] + 23))


async def test_approximate_ranks_become_exact_at_the_ends() -> None:
    table = table_of(Synthetic(5_000))
    async with Host(table).run_test(size=(80, 120)) as pilot:
        await until(pilot, lambda: table.max_scroll_y == 5_000 - 119 and cursor_id(table) == 0)
        table.scroll_to(y=2_500, animate=False)
        await until(pilot, lambda: (cursor_id(table) or 0) > 2_000)
        for _ in range(25):
            await pilot.press("pagedown")
            await until(pilot, lambda: table._model.loaded and not table._busy)
        assert cursor_id(table) == 4_999
        assert table.scroll_offset.y == table.max_scroll_y == 5_000 - 119


async def test_an_estimate_that_was_too_low_grows_with_what_is_seen() -> None:
    source = Synthetic(2_000, guess=10)
    table = table_of(source)
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table.row_count == 2_000)
        await pilot.press("end")
        await until(pilot, lambda: cursor_id(table) == 1_999)


async def test_an_empty_source_shows_what_the_owner_says() -> None:
    table = table_of(Living({}))
    table.show_message("No residents yet.\nn adds the first [b]one[/b]")
    app = Host(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.heard(CountKnown))
        assert (app.heard(CountKnown)[-1].count, app.heard(CountKnown)[-1].exact) == (0, True)
        assert lines(table)[2:4] == ["   No residents yet.", "   n adds the first [b]one[/b]"]
        await pilot.press("down", "pagedown", "end", "home", "space", "enter", "a", "up")
        assert table.cursor_row is None


async def test_a_failed_source_keeps_the_old_rows_and_reload_tries_again() -> None:
    source = Living({1: "Anna", 2: "Jan"})
    table = table_of(source)
    app = Host(table)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 1)
        source.error = RuntimeError("database is locked")
        table.reload()
        await until(pilot, lambda: app.heard(LoadFailed))
        assert str(app.heard(LoadFailed)[-1].error) == "database is locked"
        assert "Anna" in lines(table)[1]
        source.error = None
        source.put({3: "Abel"})
        table.reload()
        await until(pilot, lambda: any("Abel" in line for line in lines(table)))


async def test_a_slow_source_shows_a_skeleton_and_drops_the_answers_of_a_replaced_one() -> None:
    slow, quick = Living({1: "Slow"}), Living({2: "Quick"})
    slow.gate.clear()
    table = table_of(slow)
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table._model.waited)
        skeleton = table.render_line(1)
        assert skeleton.text.strip() == ""
        assert len({segment.style for segment in skeleton}) > 1
        table.set_source(quick)
        await until(pilot, lambda: cursor_id(table) == 2)
        slow.gate.set()
        table.reload()
        await until(pilot, lambda: not table._busy)
        assert cursor_id(table) == 2


async def test_what_is_said_of_a_slow_failure_takes_the_place_of_the_skeleton() -> None:
    slow = Living({1: "Slow"})
    slow.gate.clear()
    slow.error = OSError("database is locked")
    table = table_of(slow)
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table._model.waited)
        slow.gate.set()
        await until(pilot, lambda: table._halted)
        table.show_message("These could not be read")
        assert any("These could not be read" in line for line in lines(table))


async def test_a_key_press_repaints_two_lines() -> None:
    table = table_of(Synthetic(MILLION))
    async with Host(table).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: table.row_count == MILLION and not table._busy)
        await pilot.pause()
        painted: list[int] = []
        regions = []
        refresh = table.refresh
        table.refresh = lambda *args, **options: (regions.append(args), refresh(*args, **options))[1]  # type: ignore[assignment]
        await pilot.press("down")
        for args in regions:
            painted.extend(region.y for region in args)
        assert sorted(painted) == [1, 2]
        assert all(args for args in regions), "nothing asked for a whole repaint"
