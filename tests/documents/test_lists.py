"""A list as a file: what each kind of value becomes, page by page, stopped or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.catalog.model import Choice, Field, Kind, Record
from backend.documents import lists
from backend.documents.lists import write_list
from backend.documents.xlsx import MOST_ROWS
from backend.domain.errors import Forbidden, Invalid
from backend.domain.paging import ListRow
from tests.documents.test_writer import read_xlsx

WHEN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
RECORD = Record(
    name="thing",
    title="Things",
    singular="thing",
    fields=(
        Field("text", "Text"),
        Field("kind", "Kind", Kind.CHOICE, choices=(Choice("a", "The first"),)),
        Field("state", "State", Kind.STATE, vocabulary="sync"),
        Field("flag", "Flag", Kind.FLAG),
        Field("count", "Count", Kind.INTEGER),
        Field("at", "At", Kind.INSTANT),
        Field("day", "Day", Kind.DATE),
        Field("pin", "PIN", Kind.SECRET),
        Field("cards", "Cards", Kind.SECRETS, exported=True),
        Field("hidden", "Hidden", listed=False),
        Field("more", "More", listed=False, exported=True),
        Field("seen", "Seen", exported=False),
    ),
    verbs=(),
    topics=frozenset(),
    default_sort="text",
)
VALUES: dict[str, Any] = {
    "text": "0101", "kind": "a", "state": "pending:2", "flag": False, "count": 1284, "at": WHEN, "day": WHEN,
    "pin": "2741", "cards": "0A1B2C3D", "hidden": "x", "more": "y", "seen": "z",
}  # fmt: skip


class Pages:
    """So many rows alike, page by page; counts the pages that were read."""

    def __init__(self, count: int) -> None:
        self.rows = [ListRow(number, (number,), VALUES) for number in range(count)]
        self.read = 0
        self.total = count

    def count(self) -> int:
        """How many rows it says there are."""
        return self.total

    def first(self, limit: int) -> list[ListRow]:
        """The first page."""
        return self.after((-1,), limit)

    def after(self, key: tuple[Any, ...], limit: int) -> list[ListRow]:
        """The page after a key."""
        self.read += 1
        return self.rows[key[0] + 1 :][:limit]


def go_on(_done: int, _total: int) -> bool:
    """Nobody stops it."""
    return True


@pytest.mark.feature("APT-05")
def test_values_are_written_in_words_and_no_secret_is(tmp_path: Path) -> None:
    path = tmp_path / "things.xlsx"
    assert write_list(path, RECORD, Pages(1), "Europe/Berlin", go_on) == 1
    head, row = read_xlsx(path)
    assert dict(zip(head, row, strict=True)) == {
        "Text": "0101",
        "Kind": "The first",
        "State": "pending 2",
        "Flag": "No",
        "Count": 1284,
        "At": "2026-03-29 01:30:00+01:00",
        "Day": "2026-03-29",
        "More": "y",
    }


def test_every_page_is_read_once_and_how_far_it_is_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    pages, told = Pages(5), []
    write_list(tmp_path / "things.csv", RECORD, pages, "UTC", lambda *far: told.append(far) or True)
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert pages.read == 4


def test_stopped_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    pages = Pages(5)
    path = tmp_path / "things.csv"
    assert write_list(path, RECORD, pages, "UTC", lambda done, _: done < 4) is None
    assert pages.read == 2
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_an_xlsx_holds_are_refused_before_one_is_read(tmp_path: Path) -> None:
    pages = Pages(1)
    pages.total = MOST_ROWS + 1
    with pytest.raises(Invalid, match=r"holds 1,048,575 rows, these are 1,048,576\. Filter them, or take \.csv"):
        write_list(tmp_path / "things.xlsx", RECORD, pages, "UTC", go_on)
    assert pages.read == 0
    assert write_list(tmp_path / "things.csv", RECORD, pages, "UTC", go_on) == 1


def test_who_may_not_read_gets_no_file(tmp_path: Path) -> None:
    class Closed(Pages):
        def count(self) -> int:
            raise Forbidden("thing.read")

    with pytest.raises(Forbidden):
        write_list(tmp_path / "none" / "things.pdf", RECORD, Closed(1), "UTC", go_on)
