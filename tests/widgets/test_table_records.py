"""The cursor stays on its record while rows come, go and change; a log follows its end until the user leaves it."""

from __future__ import annotations

from textual.events import MouseScrollUp

from tests.widgets.host import Host, lines, until
from tests.widgets.sources import Living
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, FollowChanged, RowSelected, TicksChanged
from widgets.table_source import Column, ListSource, Row

NAME = (Column("name", "Name"),)


def people(count: int) -> dict[int, str]:
    return {number: f"Person {number:05}" for number in range(count)}


def cursor_id(table: VirtualTable) -> int | None:
    return None if table.cursor_row is None else table.cursor_row.id


def cursor_line(table: VirtualTable) -> int:
    return next(number for number, line in enumerate(lines(table)) if line.startswith("▌"))


async def test_rows_inserted_above_leave_the_cursor_on_its_record_and_line() -> None:
    source = Living(people(3_000))
    table = VirtualTable(columns=NAME, source=source)
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.press("pagedown", "pagedown", "down", "down", "up")
        await until(pilot, lambda: not table._busy)
        record, line, before = cursor_id(table), cursor_line(table), lines(table)
        source.put({10_000 + number: f"A newcomer {number}" for number in range(500)})
        moves = len(app.heard(CursorMoved))
        table.reload()
        await until(pilot, lambda: table.row_count == 3_500)
        assert cursor_id(table) == record
        assert cursor_line(table) == line
        assert lines(table) == before
        assert len(app.heard(CursorMoved)) == moves
        await pilot.press("home")
        await until(pilot, lambda: cursor_id(table) == 10_000)


async def test_rows_removed_above_leave_the_cursor_on_its_record() -> None:
    source = Living(people(600))
    table = VirtualTable(columns=NAME, source=source)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.press(*["pagedown"] * 4)
        record = cursor_id(table)
        assert record is not None
        source.drop(*range(record))
        table.reload()
        await until(pilot, lambda: table.row_count == 600 - record)
        assert cursor_id(table) == record
        assert cursor_line(table) == 1


async def test_a_record_that_is_deleted_leaves_the_cursor_on_the_next_one() -> None:
    source = Living(people(50))
    table = VirtualTable(columns=NAME, source=source)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.press("down", "down", "down")
        source.drop(3)
        table.reload()
        await until(pilot, lambda: cursor_id(table) == 4)
        await pilot.press("end")
        source.drop(49)
        table.reload()
        await until(pilot, lambda: cursor_id(table) == 48)


async def test_a_record_that_is_renamed_takes_the_cursor_along() -> None:
    source = Living(people(2_000))
    table = VirtualTable(columns=NAME, source=source)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.press("down")
        source.put({1: "Zacharias"})
        table.reload()
        await until(pilot, lambda: "Zacharias" in lines(table)[-1])
        assert cursor_id(table) == 1


async def test_another_order_keeps_the_record_under_the_cursor() -> None:
    rows = [Row(number, (number,), (f"Person {number}",)) for number in range(300)]
    table = VirtualTable(columns=NAME, source=ListSource(rows))
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.press(*["down"] * 5)
        table.set_source(ListSource(rows, key=lambda row: (-row.id,)))
        await until(pilot, lambda: "Person 299" not in lines(table)[1] and table._model.window.rows[0].id == 299)
        assert cursor_id(table) == 5
        table.set_source(ListSource(rows[100:]))
        await until(pilot, lambda: cursor_id(table) == 100)


async def test_a_changed_cell_is_bold_for_a_moment() -> None:
    source = ListSource([Row(1, (1,), ("Gym", "closed")), Row(2, (2,), ("Pool", "closed"))])
    table = VirtualTable(columns=(Column("door", "Door"), Column("state", "State", 10)), source=source)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 1)
        source._rows[1] = Row(2, (2,), ("Pool", "open"))
        table.reload()
        await until(pilot, lambda: "open" in lines(table)[2])
        bold = [segment.text.strip() for segment in table.render_line(2) if segment.style and segment.style.bold]
        assert bold == ["open"]
        await until(pilot, lambda: not any(s.style and s.style.bold for s in table.render_line(2)))


async def test_a_log_is_followed_until_the_user_scrolls_up_and_end_resumes() -> None:
    source = Living(people(1_000))
    table = VirtualTable(columns=NAME, source=source, follow=True)
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 999)
        assert table.following
        source.put({1_000: "Person 01000"})
        table.reload()
        await until(pilot, lambda: cursor_id(table) == 1_000)
        assert "Person 01000" in lines(table)[-1]

        await pilot.press("up", "up")
        assert not table.following
        before = lines(table)
        source.put({number: f"Person {number:05}" for number in range(1_001, 1_013)})
        table.reload()
        await until(pilot, lambda: "12 new below" in lines(table)[-1])
        assert lines(table)[-1].endswith("End follows again")
        assert cursor_id(table) == 998
        assert lines(table)[2:19] == before[2:19] or lines(table)[1:18] == before[2:19]
        last = app.heard(FollowChanged)[-1]
        assert (last.following, last.new_below) == (False, 12)

        await pilot.press("end")
        await until(pilot, lambda: cursor_id(table) == 1_012)
        assert table.following
        assert "Person 01012" in lines(table)[-1]
        last = app.heard(FollowChanged)[-1]
        assert (last.following, last.new_below) == (True, 0)


async def test_the_count_of_new_rows_grows_page_by_page_and_goes_when_they_are_seen() -> None:
    source = Living(people(100))
    table = VirtualTable(columns=NAME, source=source, follow=True)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 99)
        await pilot.press("pageup")
        source.put({number: f"Person {number:05}" for number in range(100, 800)})
        table.reload()
        await until(pilot, lambda: "700 new below" in lines(table)[-1])
        for _ in range(60):
            await pilot.press("pagedown")
            await until(pilot, lambda: not table._busy)
            if cursor_id(table) == 799:
                break
        assert cursor_id(table) == 799
        assert "new below" not in lines(table)[-1]
        assert not table.following
        await pilot.press("end")
        assert table.following


async def test_the_wheel_leaves_a_followed_log_too() -> None:
    table = VirtualTable(columns=NAME, source=Living(people(200)), follow=True)
    async with Host(table).run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 199 and table.scroll_offset.y == table.max_scroll_y > 0)
        table.post_message(MouseScrollUp(table, 5, 5, 0, -1, 0, shift=False, meta=False, ctrl=False))
        await until(pilot, lambda: not table.following)
        assert cursor_id(table) == 197


async def test_ticks_are_kept_by_record_and_all_means_all_that_is_filtered() -> None:
    source = Living(people(1_000))
    table = VirtualTable(columns=NAME, source=source)
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0 and table.row_count == 1_000)
        await pilot.press("space", "down", "space")
        assert table.ticks.ids == {0, 1}
        assert lines(table)[1].startswith(" ■ Person")
        assert lines(table)[2].startswith("▌■ Person")
        assert app.heard(TicksChanged)[-1].count == 2
        source.put({5_000: "Aaron"})
        table.reload()
        await until(pilot, lambda: table.row_count == 1_001)
        assert table.ticks.ids == {0, 1}
        await pilot.press("a")
        assert table.ticks.everything
        assert app.heard(TicksChanged)[-1].count == 1_001
        await pilot.press("space")
        assert app.heard(TicksChanged)[-1].count == 1_000
        assert not table.ticks.holds(1)
        assert table.ticks.holds(500)
        await pilot.press("a", "a")
        assert not table.ticks


async def test_enter_and_the_mouse_open_tick_and_move() -> None:
    table = VirtualTable(columns=NAME, source=Living(people(30)))
    app = Host(table)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: cursor_id(table) == 0)
        await pilot.click(table, offset=(8, 5))
        assert cursor_id(table) == 4
        await pilot.press("enter")
        assert app.heard(RowSelected)[-1].row.id == 4
        await pilot.click(table, offset=(1, 7))
        assert table.ticks.ids == {6}
