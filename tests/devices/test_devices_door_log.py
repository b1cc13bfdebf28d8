"""Door log lines in every encoding, and reading on without losing any."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.devices.door_log import LogCollector, LogMethod, LogPage, LogRead, read_log_line
from backend.devices.errors import BadAnswer

pytestmark = pytest.mark.feature("AGT-05")


def page(*ids: int, total: int | None = None) -> LogPage:
    return LogPage(total, [read_log_line({"ID": str(number)}) for number in ids])


def read(last_id: int | None, *pages: LogPage) -> tuple[LogRead, int]:
    collector = LogCollector(last_id)
    taken = 0
    for one in pages:
        taken += 1
        if collector.take(one):
            break
    return collector.result(), taken


def ids(result: LogRead) -> list[int | None]:
    return [line.id for line in result.lines]


def test_words_and_numbers_mean_the_same() -> None:
    words = read_log_line(
        {"ID": "7", "Date": "2026-01-15", "Time": "08:09:10", "Type": "PIN", "Status": "Succ", "Code": "4711"}
    )
    numbers = read_log_line({"ID": 7, "Date": "20260115", "Time": "08:09:10", "Type": 2, "Status": 0, "Code": 4711})
    assert words.at == numbers.at == datetime(2026, 1, 15, 8, 9, 10)
    assert words.method is numbers.method is LogMethod.PIN
    assert words.ok is numbers.ok is True
    assert words.code == numbers.code == "4711"
    assert "4711" not in repr(words)


@pytest.mark.parametrize(
    ("record", "method", "ok"),
    [
        ({"Type": "Card", "Status": "Failed"}, LogMethod.CARD, False),
        ({"Type": "1", "Status": "1"}, LogMethod.CARD, False),
        ({"Type": "3"}, LogMethod.PUBLIC_PIN, None),
        ({"Type": "Face", "Status": "Success"}, LogMethod.FACE, True),
        ({"Type": "QR Code"}, LogMethod.QR, None),
        ({"Type": "0", "Status": "maybe"}, LogMethod.UNKNOWN, None),
        ({}, LogMethod.UNKNOWN, None),
    ],
)
def test_methods_and_outcomes(record: dict[str, str], method: LogMethod, ok: bool | None) -> None:
    line = read_log_line(record)
    assert (line.method, line.ok) == (method, ok)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("2026/01/15", "08:09", datetime(2026, 1, 15, 8, 9)),
        ("2026-01-15", "08:09:10 pm", datetime(2026, 1, 15, 20, 9, 10)),
        ("2026-13-45", "08:09:10", None),
        ("", "", None),
        ("x" * 500, "y", None),
    ],
)
def test_times_are_device_local_or_nothing(day: str, time: str, expected: datetime | None) -> None:
    assert read_log_line({"Date": day, "Time": time}).at == expected


def test_only_new_lines_come_back_oldest_first() -> None:
    result, taken = read(7, page(10, 9, 8, 7, 6, total=10))
    assert (ids(result), taken) == ([8, 9, 10], 1)
    assert (result.gap, result.lost, result.reset) == (False, None, False)
    assert result.last_id(7) == 10


def test_pages_are_read_until_the_known_line() -> None:
    result, taken = read(4, page(9, 8, 7, total=9), page(6, 5, 4, total=9), page(3, 2, 1, total=9))
    assert (ids(result), taken) == ([5, 6, 7, 8, 9], 2)


def test_lines_that_move_to_the_next_page_meanwhile_come_once() -> None:
    result, _ = read(4, page(9, 8, 7), page(7, 6, 5), page(5, 4, 3))
    assert ids(result) == [5, 6, 7, 8, 9]


def test_nothing_new_is_nothing() -> None:
    result, taken = read(9, page(9, 8, 7, total=30))
    assert (ids(result), taken, result.gap, result.last_id(9)) == ([], 1, False, 9)


def test_lines_the_device_has_dropped_are_counted() -> None:
    result, _ = read(4, page(9, 8, 7, total=3))
    assert (ids(result), result.gap, result.lost) == ([7, 8, 9], True, 2)


def test_a_log_that_was_cut_right_behind_the_known_line_lost_nothing() -> None:
    result, _ = read(6, page(9, 8, 7, total=3))
    assert (ids(result), result.gap, result.lost) == ([7, 8, 9], False, None)


def test_pages_that_were_not_read_are_a_gap_of_unknown_size() -> None:
    result, _ = read(1, page(9, 8, 7, total=9))
    assert (ids(result), result.gap, result.lost) == ([7, 8, 9], True, None)


def test_a_log_that_was_cleared_starts_over() -> None:
    result, _ = read(500, page(3, 2, 1, total=3))
    assert (ids(result), result.reset, result.gap) == ([1, 2, 3], True, False)
    assert result.last_id(500) == 3
    empty, _ = read(500, page(total=0))
    assert (ids(empty), empty.reset, empty.last_id(500)) == ([], True, None)


def test_the_first_reading_takes_what_there_is() -> None:
    result, taken = read(None, page(3, 2, total=3), page(1, total=3))
    assert (ids(result), taken, result.gap) == ([1, 2, 3], 2, False)


def test_a_device_without_totals_is_read_to_its_end() -> None:
    result, taken = read(1, page(5, 4), page(3, 2), page())
    assert (ids(result), taken, result.gap) == ([2, 3, 4, 5], 3, False)
    _, taken = read(1, page(5, 4), page(5, 4), page(5, 4))
    assert taken == 2, "a device that repeats its page has no more"


def test_lines_without_a_number_are_kept() -> None:
    lines = [read_log_line({"Name": "A"}), read_log_line({"Name": "B"})]
    result, _ = read(None, LogPage(2, lines))
    assert [line.name for line in result.lines] == ["A", "B"]


def test_a_log_in_the_other_order_is_not_taken_for_a_cleared_one() -> None:
    with pytest.raises(BadAnswer, match="oldest first"):
        read(500, page(1, 2, 3, total=900))
