"""The guide's RF card template for staff: previewed, refused in its cells, written, taken back (VIS-07)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from backend.documents.reading import read_bytes, read_pasted
from backend.domain.enums import ImportState, Verdict
from backend.domain.errors import Invalid
from backend.domain.imports import ImportDraft, Preview
from backend.domain.paging import ListQuery
from backend.domain.staff import StaffDraft
from backend.services.import_staff import StaffImports
from backend.services.imports import Imports
from backend.services.personnel import Staff
from backend.services.undo import Undo
from backend.store import tables as t
from tests.services.people.lists import xlsx
from tests.services.people.park import Park, add_group
from tests.support.rows import insert_community

HEADINGS = ("Staff Name", "RF Card", "Access Group ID")
pytestmark = pytest.mark.feature("VIS-07")


def draft_of(park: Park, *rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> ImportDraft:
    """A draft on a real file of the template."""
    return StaffImports(park.store).begin(park.context, read_bytes(xlsx([headings, *rows]), "staff.xlsx"))


def previewed(park: Park, *rows: Sequence[Any]) -> Preview:
    """What such a file would do."""
    return StaffImports(park.store).preview(park.context, draft_of(park, *rows))


def staff(park: Park) -> dict[str, str]:
    """Name -> groups of everybody."""
    rows = Staff(park.store).list(park.context, ListQuery()).first(100)
    return {str(row.values["name"]): str(row.values["groups"]) for row in rows}


def test_nothing_is_written_before_write_and_undo_takes_the_batch_back(park: Park) -> None:
    add_group(park.store, park.context, "Night", (park.gate_relay,))
    eva = Staff(park.store).add(park.act, StaffDraft(name="Eva Moss", cards=("9F8E7D6C",)))
    rows = (
        ("Jan Nowak", "0A1B2C3D;;1B0094A2; 0A1B2C3D", "1; 50"),
        ("eva moss", "0A3C7F20", "50"),
        ("Otto", "77889900"),
    )
    draft, imports = draft_of(park, *rows), StaffImports(park.store)
    preview = imports.preview(park.context, draft)
    assert [(row.verdict, row.does) for row in preview.rows] == [
        (Verdict.ADD, "staff member, 2 cards, A, Night"),
        (Verdict.CHANGE, "+ group Night, + card ··20"),
        (Verdict.ADD, "staff member, 1 card, A"),
    ]
    plans = imports.plan(park.context, draft)
    assert [(plan.device_name, len(plan.adds), len(plan.removes)) for plan in plans] == [
        ("Gate", 3, 0),
        ("Lobby", 3, 0),
    ]
    assert staff(park) == {"Eva Moss": "A (default)"}
    heard: list[int] = []
    report = imports.write(park.act, draft, tell=lambda progress: heard.append(progress.done))
    assert (report.state, report.written, report.refused, heard[-1]) == (ImportState.DONE, 3, 0, 3)
    assert staff(park) == {"Eva Moss": "A (default), Night", "Jan Nowak": "A (default), Night", "Otto": "A (default)"}
    assert [row.text for row in report.rows] == [row.does for row in preview.rows]
    assert report.doors.keys() == {park.gate, park.lobby}
    assert Imports(park.store).report(park.context, report.id) == report
    assert {row["origin"] for row in park.rows(t.credential)} == {"manager", "import"}
    (operation,) = park.rows(t.operation, id=report.operation)
    assert (operation["type"], operation["action"], operation["entity"]) == ("staff.import", "Imported 3 rows", "staff")
    with pytest.raises(Invalid, match="Nothing differs"):
        imports.write(park.act, draft)
    Undo(park.store).undo(park.act, report.operation or 0)
    assert staff(park) == {"Eva Moss": "A (default)"}
    assert park.statuses(eva.id) == ["active", "cooling"]


@pytest.mark.edge("47")
def test_a_group_that_is_unknown_here_is_refused_in_its_cell(park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.write")
        other = insert_community(work, name="Elsewhere")
        work.insert(t.access_group, uuid="x", community_id=other, number=77, name="Theirs", name_fold="theirs")
    (row,) = previewed(park, ("Jan Nowak", "0A1B2C3D", "1;77")).rows
    assert row.verdict is Verdict.REFUSE
    (note,) = row.notes
    assert (note.field, note.cell) == ("groups", "C2")
    assert note.text == "Access Group ID (C2): There is no access group 77 here. There are 1."


@pytest.mark.edge("8")
@pytest.mark.edge("10")
@pytest.mark.edge("11")
def test_every_bad_cell_says_what_is_wrong_with_it(park: Park) -> None:
    park.add(cards=("0A1B2C3D",))
    preview = previewed(
        park,
        ("Jan", "dec:0169552957", ""),
        ("Eva", 120000000000.0, ""),
        ("", "1B0094A2", ""),
        ("Otto", "", ""),
        ("Max", "77889900", ""),
        ("max", "77889901", ""),
        ("Kim", "77889900", ""),
        ("Zoe", "no card", ""),
    )
    assert [row.does for row in preview.rows] == [
        "RF Card (B2): Card ··3D belongs to Anna Kowalska, A 1001.",
        "RF Card (B3): 1.2E+11 from a spreadsheet: digits may be lost. Format the column as text.",
        "Staff Name (A4): Write a name.",
        "RF Card (B5): Write the card of this new staff member.",
        "staff member, 1 card, A",
        "This is the same person as in row 6.",
        "RF Card (B8): Row 6 has this card ··00 too.",
        preview.rows[7].does,
    ]
    assert preview.count(Verdict.REFUSE) == 7
    assert preview.rows[7].does.startswith("RF Card (B9): ")
    draft = draft_of(park, ("Jan", "dec:0169552957", ""), ("Max", "77889900", ""))
    with pytest.raises(Invalid, match="1 row is refused"):
        StaffImports(park.store).write(park.act, draft)
    report = StaffImports(park.store).write(park.act, draft, good_rows=True)
    assert (report.written, report.refused, list(staff(park))) == (1, 1, ["Max"])


def test_a_cell_is_put_right_in_place_and_two_of_one_name_are_told_apart(park: Park) -> None:
    imports = StaffImports(park.store)
    draft = draft_of(park, ("Jan", "no card", ""))
    draft = draft.fixed(2, "cards", "0A1B2C3D")
    assert imports.preview(park.context, draft).rows[0].verdict is Verdict.ADD
    for card in ("9F8E7D6C", "9F8E7D6D"):
        Staff(park.store).add(park.act, StaffDraft(name="Jan", cards=(card,)))
    (row,) = imports.preview(park.context, draft).rows
    assert row.does == "Staff Name (A2): 2 staff members are called so: the row could mean any."


def test_pasted_lines_without_headings_are_read_like_the_template(park: Park) -> None:
    imports = StaffImports(park.store)
    draft = imports.begin(park.context, read_pasted("Jan Nowak\t0A1B2C3D\t1\nEva Moss\t1B0094A2\t1\n"))
    preview = imports.preview(park.context, draft)
    assert [row.name for row in preview.rows] == ["Jan Nowak", "Eva Moss"]
    assert preview.count(Verdict.ADD) == 2
    assert "template" in preview.heading
    with pytest.raises(Invalid, match="no column Staff Name"):
        draft_of(park, ("A", "1001"), headings=("Building", "Apt"))
    with pytest.raises(Invalid, match="no row under the headings"):
        imports.preview(park.context, draft_of(park))


def test_a_stopped_import_keeps_what_is_written_and_goes_on_with_the_same_request(park: Park) -> None:
    rows = [(f"Person {number}", f"0A1B{number:04X}", "") for number in range(60)]
    draft, imports, act = draft_of(park, *rows), StaffImports(park.store), park.act
    stopped = imports.write(act, draft, stopped=lambda: True)
    assert stopped.state is ImportState.STOPPED
    assert 0 < stopped.written < 60
    assert len(staff(park)) == stopped.written
    again = imports.write(park.act, draft)
    assert (again.state, len(staff(park))) == (ImportState.DONE, 60)


def test_a_card_that_is_given_away_meanwhile_is_told_on_its_row(park: Park) -> None:
    rows = [(f"Person {number}", f"0A1B{number:04X}", "") for number in range(60)]
    given: list[int] = []

    def give_away(_progress: object) -> None:
        if not given:
            given.append(Staff(park.store).add(park.act, StaffDraft(name="Eva", cards=("0A1B003B",))).id)

    report = StaffImports(park.store).write(park.act, draft_of(park, *rows), tell=give_away)
    assert (report.written, report.refused) == (59, 1)
    assert report.rows[0].text == "Card ··3B belongs to Eva."
    assert len(staff(park)) == 60
