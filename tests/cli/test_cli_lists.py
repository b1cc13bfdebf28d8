"""Lists: filter, sort, pages, and what they look like for scripts and for people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import Invalid
from smartplus_tui.cli.cursors import read_cursor, write_cursor
from tests.cli.conftest import PIN, Smartplus
from tests.documents.test_writer import read_csv, read_xlsx

pytestmark = pytest.mark.feature("OPS-02")


def read_file(path: Path) -> list[list[Any]]:
    """The cells of an exported file."""
    return read_xlsx(path) if path.suffix == ".xlsx" else read_csv(path)


def names(smartplus: Smartplus, *options: str) -> list[str]:
    return [item["name"] for item in smartplus("resident", "list", "--json", *options).json["items"]]


def test_a_list_is_one_json_object(smartplus):
    listed = smartplus("resident", "list", "--json").json
    assert list(listed) == ["items", "total", "after"]
    assert (listed["total"], listed["after"]) == (3, None)
    anna = listed["items"][0]
    assert isinstance(anna["id"], int)
    assert (anna["name"], anna["building"], anna["apartment"]) == ("Kowalska, Anna", "A", "1001")


@pytest.mark.feature("RES-06")
@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("kowalska", ["Kowalska, Anna", "Kowalska, Jan"]),
        ("lucja", ["Nowak, Łucja"]),
        ("b:A type:member", ["Kowalska, Jan"]),
        ("-b:A", ["Nowak, Łucja"]),
        ("nobody", []),
    ],
)
def test_filters_are_those_of_every_list(smartplus, expression, found):
    assert names(smartplus, "--filter", expression) == found


def test_sorting_goes_both_ways(smartplus):
    forwards = names(smartplus, "--sort", "name")
    assert forwards == sorted(forwards)
    assert names(smartplus, "--sort", "-name") == forwards[::-1]


@pytest.mark.parametrize("sort", ["name", "-name", "apartment", "-expires_at"])
def test_pages_join_to_the_whole_list(smartplus, sort):
    found, after = [], None
    for _ in range(3):
        cursor = ["--after", after] if after else []
        page = smartplus("resident", "list", "--json", "--sort", sort, "--limit", "1", *cursor).json
        assert page["total"] == 3
        found += [item["name"] for item in page["items"]]
        after = page["after"]
    assert after is None
    assert found == names(smartplus, "--sort", sort)


def test_pages_of_the_operation_log_join(smartplus):
    whole = [item["id"] for item in smartplus("log", "operation", "--json").json["items"]]
    first = smartplus("log", "operation", "--json", "--limit", "2").json
    rest = smartplus("log", "operation", "--json", "--after", first["after"]).json
    assert [item["id"] for item in first["items"]] + [item["id"] for item in rest["items"]] == whole
    assert whole == sorted(whole, reverse=True)


def test_a_cursor_of_another_order_or_list_is_refused(smartplus):
    cursor = smartplus("resident", "list", "--json", "--limit", "1").json["after"]
    for words in (("resident", "list", "--sort", "-name"), ("building", "list")):
        ran = smartplus(*words, "--after", cursor)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith("after: ")


@pytest.mark.parametrize("cursor", ["x", "", "ä", "e30", "WzFd", "A" * 3000, "WyJhIix7InQiOjF9LDFd"])
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(Invalid):
        read_cursor("resident ", cursor)


@pytest.mark.parametrize("value", ["Łucja", 17, 1.5, datetime(2026, 3, 2, 9, 0, 0, 125, tzinfo=UTC), date(2026, 3, 2)])
def test_a_cursor_brings_its_key_back(value):
    assert read_cursor("x name", write_cursor("x name", (value, 7))) == (value, 7)


@pytest.mark.parametrize("options", [("--sort", "shoe-size"), ("--limit", "0"), ("--limit", "many")])
def test_wrong_options_are_wrong_usage(smartplus, options):
    ran = smartplus("resident", "list", *options)
    assert (ran.code, ran.out) == (2, "")


def test_an_unknown_filter_field_is_refused_with_a_sentence(smartplus):
    ran = smartplus("resident", "list", "--filter", "shoe:9")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("filter: ")


def test_times_are_iso_with_the_zone_of_the_community(smartplus):
    at = smartplus("log", "operation", "--json", "--limit", "1").json["items"][0]["at"]
    moment = datetime.fromisoformat(at)
    assert moment.utcoffset() is not None
    assert moment.utcoffset().total_seconds() in (3600, 7200)
    smartplus.done("community", "edit", "--timezone", "Asia/Kathmandu")
    again = smartplus("log", "operation", "--json", "--filter", "type:community").json["items"][0]["at"]
    assert again.endswith("+05:45")


def test_without_a_terminal_a_list_is_lines_with_tabs(smartplus):
    lines = smartplus.done("resident", "list").splitlines()
    assert lines[0].split("\t")[:4] == ["No.", "Name", "Bldg", "APT"]
    assert [line.split("\t")[1] for line in lines[1:]] == ["Kowalska, Anna", "Kowalska, Jan", "Nowak, Łucja"]
    assert "\x1b" not in "".join(lines)


def test_a_list_says_how_to_go_on(smartplus):
    ran = smartplus("resident", "list", "--limit", "2")
    assert ran.err.startswith("2 of 3. Go on with --after ")
    assert len(ran.out.splitlines()) == 3
    assert smartplus("resident", "list", "--filter", "nobody").err == "Nothing matches.\n"
    assert smartplus("device", "list").err == "There is no device yet.\n"


def test_names_are_no_markup_and_cannot_steer_the_terminal(smartplus):
    smartplus.done("building", "add", "--name", "[bold]C[/bold]")
    assert "[bold]C[/bold]" in smartplus.done("building", "list")
    ran = smartplus("building", "show", "\x1b[2Jnone")
    assert ran.code == 1
    assert "\x1b" not in ran.err


def test_json_is_all_that_stands_on_standard_output(smartplus):
    for words in (("building", "list"), ("door", "list"), ("log", "door"), ("user", "list"), ("undo",), ("plan",)):
        ran = smartplus(*words, "--json")
        assert set(json.loads(ran.out)) == {"items", "total", "after"}, words
        assert ran.err == "", words


@pytest.mark.feature("APT-05")
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_list_goes_into_a_file_as_it_is_filtered(smartplus, tmp_path, suffix):
    path = tmp_path / f"family.{suffix}"
    out = smartplus.done("resident", "list", "--filter", "kowalska", "--sort", "-name", "--export", str(path))
    assert out == f"2 rows in {path}\n"
    rows = read_file(path)
    assert rows[0][:3] == ["Name", "Bldg", "APT"]
    assert [row[0] for row in rows[1:]] == ["Kowalska, Jan", "Kowalska, Anna"]


@pytest.mark.feature("LOG-01")
def test_logs_go_into_files_too_and_scripts_learn_where(smartplus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = smartplus("log", "operation", "--filter", "type:resident.add", "--export", "acts.csv", "--json").json
    assert ran == {"file": str(tmp_path / "acts.csv"), "rows": 3}
    head, first, *_ = read_file(tmp_path / "acts.csv")
    happened = datetime.fromisoformat(first[head.index("Happened")])
    assert happened.utcoffset() is not None
    assert smartplus.done("log", "door", "--export", "doors.xlsx") == f"no rows in {tmp_path / 'doors.xlsx'}\n"


def test_no_code_is_ever_in_a_file(smartplus, tmp_path):
    for record in ("resident", "device", "user", "apartment"):
        path = tmp_path / f"{record}.csv"
        smartplus.done(record, "list", "--export", str(path))
        text = path.read_text(encoding="utf-8-sig")
        assert PIN not in text
        assert "0A1B2C3D" not in text


def test_a_file_that_cannot_be_written_is_refused_in_a_sentence(smartplus, tmp_path):
    ran = smartplus("resident", "list", "--export", str(tmp_path / "list.pdf"))
    assert (ran.code, ran.err) == (1, "path: The name ends in .xlsx or .csv.\n")
    assert not list(tmp_path.glob("*.pdf"))


@pytest.mark.feature("SYNC-07")
def test_an_act_that_cannot_be_undone_says_which_and_why(smartplus):
    first = smartplus("log", "operation", "--json", "--limit", "100").json["items"][-1]
    ran = smartplus("undo", str(first["id"]), "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Number {first['id']} cannot be undone ({first['action']}")
    assert ran.err.rstrip().endswith(".")
