"""Lists of residents taken over: what each row would do, what is refused and why, and what is then there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from backend.domain.enums import ImportKind, ImportState, PinMode, Role, Verdict
from backend.domain.errors import Forbidden, Invalid
from backend.services.import_write import SLICE_LEAST
from backend.services.imports import Imports
from backend.store import tables as t
from tests.services.people.lists import PERSON, Lists
from tests.services.people.park import Park, add_group
from tests.services.people.pins import add_staff, switch
from tests.support.rows import manager_contexts

CODES = (*PERSON, "cards", "pin")


@pytest.fixture
def lists(park: Park) -> Lists:
    """Imports into the park."""
    return Lists(park)


@pytest.mark.feature("RES-15")
@pytest.mark.feature("RES-09")
def test_nothing_is_written_before_write_and_then_all_of_it_is(park: Park, lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo", "0A3C7F20;1B0094A2", "2741"),
        ("A", "1001", 1, "Ben", "Okonkwo", "", "3852"),
        columns=CODES,
    )
    preview = lists.preview(draft)
    assert [row.verdict for row in preview.rows] == [Verdict.ADD, Verdict.ADD]
    assert preview.rows[0].does == "account, 2 cards, PIN, A"
    assert preview.rows[1].does == "after row 2, account, PIN, A"
    plans = lists.imports.plan(park.context, draft)
    assert [(plan.device_name, len(plan.adds)) for plan in plans] == [("Gate", 2), ("Lobby", 2)]
    assert park.rows(t.resident) == []
    report = lists.write(draft)
    assert (report.state, report.written, report.refused) == (ImportState.DONE, 2, 0)
    assert lists.names() == [("Okonkwo, Ada", "master", "1001"), ("Okonkwo, Ben", "member", "1001")]
    assert park.codes(park.rows(t.resident)[0]["id"]) == ["0A3C7F20", "1B0094A2", "2741"]
    assert {row["origin"] for row in park.rows(t.credential)} == {"import"}
    assert report.doors.keys() == {park.gate, park.lobby}


@pytest.mark.feature("RES-09")
def test_the_same_file_again_changes_nothing(lists: Lists) -> None:
    draft = lists.draft(("A", "1001", 0, "Ada", "Okonkwo", "0A3C7F20", "2741"), columns=CODES)
    lists.write(draft)
    assert lists.verdicts(draft) == [Verdict.SAME]
    with pytest.raises(Invalid, match="Nothing differs"):
        lists.write(draft)


@pytest.mark.feature("RES-09")
def test_a_row_of_somebody_who_is_there_adds_what_is_new(park: Park, lists: Lists) -> None:
    gym = add_group(park.store, park.context, "Gym", (park.gate_relay,))
    anna = park.add(cards=("0A3C7F20",)).id
    columns = (*PERSON, "cards", "groups", "remark")
    draft = lists.draft(("a", "1001", "", "anna", "KOWALSKA", "0A3C7F20; 9F8E7D6C", "50", "tenant"), columns=columns)
    row = lists.preview(draft).rows[0]
    assert (row.verdict, row.does) == (Verdict.CHANGE, "remark, + group Gym, + card ··6C")
    lists.write(draft)
    assert park.codes(anna) == ["0A3C7F20", "9F8E7D6C"]
    assert {group for group, _ in park.residents.get(park.context, anna).groups} == {gym, park.default_group}


@pytest.mark.feature("RES-09")
@pytest.mark.edge("29")
def test_members_may_stand_before_their_master(lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 1, "Ben", ""),
        ("A", "1001", 0, "Ada", "Okonkwo"),
        ("A", "1002", "", "Rosa", "Quispe"),
        ("A", "1002", "", "Marco", "Rossi"),
    )
    assert lists.verdicts(draft) == [Verdict.ADD] * 4
    lists.write(draft)
    assert sorted(lists.names()) == [
        ("Okonkwo, Ada", "master", "1001"),
        ("Okonkwo, Ben", "member", "1001"),
        ("Quispe, Rosa", "master", "1002"),
        ("Rossi, Marco", "member", "1002"),
    ]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("29")
def test_members_of_a_refused_master_do_not_come_without_him(lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 1, "Ben", "Okonkwo", "", ""), ("A", "1001", 0, "Ada", "Okonkwo", "", "9207"), columns=CODES
    )
    first, second = lists.preview(draft).rows
    assert (first.verdict, second.verdict) == (Verdict.REFUSE, Verdict.REFUSE)
    assert "row 3" in first.does
    assert second.does.startswith("PIN (G3): A PIN cannot start with 9")
    assert lists.verdicts(draft.fixed(3, "pin", "2741")) == [Verdict.ADD, Verdict.ADD]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("30")
def test_a_second_master_is_refused_in_the_file_and_in_the_house(park: Park, lists: Lists) -> None:
    park.add("1002", "Rosa", "Quispe")
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo"), ("A", "1001", 0, "Ben", "Berg"), ("A", "1002", 0, "Jan", "Novak")
    )
    assert lists.verdicts(draft) == [Verdict.ADD, Verdict.REFUSE, Verdict.REFUSE]
    in_file, in_house = lists.refusals(draft)
    assert "Ada Okonkwo" in in_file
    assert "row 2" in in_file
    assert "Rosa Quispe" in in_house


@pytest.mark.feature("RES-09")
@pytest.mark.edge("10")
def test_empty_and_repeated_cards_of_a_cell_count_once(park: Park, lists: Lists) -> None:
    draft = lists.draft(("A", "1001", 0, "Ada", "Okonkwo", "0A3C7F20;1B0094A2;;0a-3c-7f-20 ", ""), columns=CODES)
    assert lists.preview(draft).rows[0].does == "account, 2 cards, A"
    lists.write(draft)
    assert park.codes(park.rows(t.resident)[0]["id"]) == ["0A3C7F20", "1B0094A2"]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("5")
@pytest.mark.edge("8")
def test_what_somebody_else_has_names_its_owner(park: Park, lists: Lists) -> None:
    park.add("1002", "Rosa", "Quispe", cards=("0A3C7F20",), pin="2741", email="rosa@example.com")
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo", "0a:3c:7f:20", "", ""),
        ("A", "1003", 0, "Ben", "Berg", "", "2741", ""),
        ("A", "1001", 0, "Jan", "Novak", "", "", "Rosa@Example.com"),
        columns=(*CODES, "email"),
    )
    assert [("Rosa Quispe" in text) for text in lists.refusals(draft)] == [True, True, True]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("10")
def test_two_rows_cannot_have_the_same_card_pin_or_address(lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo", "0A3C7F20", "", ""),
        ("A", "1002", 0, "Ben", "Berg", "0A3C7F20", "", ""),
        ("A", "1003", 0, "Jan", "Novak", "", "2741", "n@example.com"),
        ("A", "1003", 1, "Petra", "Novak", "", "2741", "N@example.com"),
        columns=(*CODES, "email"),
    )
    texts = lists.refusals(draft)
    assert "Row 2 has this card ··20 too" in texts[0]
    assert "Row 4 has this PIN too" in texts[1]
    assert "Row 4 has this e-mail address too" in texts[1]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("11")
@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("cards", 1.2e11, "1.2E+11 from a spreadsheet"),
        ("cards", "1.2E+11", "rounded"),
        ("pin", "1.2E+03", "rounded"),
        ("pin", date(2026, 1, 2), "made a date"),
        ("cards", True, "TRUE or FALSE"),
        ("apartment", date(2026, 1, 2), "made a date"),
    ],
)
def test_what_a_spreadsheet_mangled_is_refused(lists: Lists, column: str, cell: Any, sentence: str) -> None:
    values = {"building": "A", "apartment": "1001", "role": "0", "first": "Ada", "last": "Okonkwo"} | {column: cell}
    draft = lists.draft(tuple(values.values()), columns=tuple(values))
    assert sentence in lists.refusals(draft)[0]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("11")
def test_a_pin_that_lost_its_zeros_is_warned_of_and_text_keeps_them(park: Park, lists: Lists) -> None:
    rows = [("A", "1001", 0, "Ada", "Okonkwo", "", 12), ("A", "1002", 0, "Ben", "Berg", "", "0034")]
    draft = lists.draft(*rows, ("A", "1003", 0, "Jan", "Novak", "", 2741), columns=CODES)
    first, second, third = lists.preview(draft).rows
    assert (first.verdict, second.verdict, third.verdict) == (Verdict.WARN, Verdict.ADD, Verdict.ADD)
    assert "zeros lost?" in first.does
    lists.write(draft)
    assert park.codes(park.rows(t.resident)[1]["id"]) == ["0034"]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("39")
def test_an_apartment_keeps_its_zeros(park: Park, lists: Lists) -> None:
    from backend.services.apartments import Apartments

    low = Apartments(park.store).add(park.act, park.building, "0101").id
    draft = lists.draft(("A", 101, 0, "Ada", "Okonkwo"), ("A", "101", 0, "Ben", "Berg"))
    taken, other = lists.preview(draft).rows
    assert taken.verdict is Verdict.WARN
    assert "taken for A 0101" in taken.does
    assert taken.apartment == "0101"
    assert "new apartment" in other.rest  # 101 is another apartment, and the installer may make it
    assert "A has 0101" in other.does
    lists.write(draft)
    assert {row["apartment_id"] for row in park.rows(t.resident)} >= {low}
    assert "101" in {row["number"] for row in park.rows(t.apartment)}


@pytest.mark.feature("RES-09")
@pytest.mark.edge("38")
def test_a_number_counts_within_its_building(park: Park, lists: Lists) -> None:
    from backend.services.apartments import Apartments
    from backend.services.buildings import Buildings

    other = Buildings(park.store).add(park.act, "B").id
    flat = Apartments(park.store).add(park.act, other, "1001").id
    draft = lists.draft(("A", "1001", 0, "Ada", "Okonkwo"), ("B", "1001", 0, "Ben", "Berg"))
    lists.write(draft)
    assert [row["apartment_id"] for row in park.rows(t.resident)] == [park.apartments["1001"], flat]
    assert lists.refusals(lists.draft(("", "1001", 0, "Jan", "Novak")))[0].startswith("Building (A2): Write")
    elsewhere = lists.draft(("B", "1002", 0, "Eva", "Sol"))
    assert "new apartment" in lists.preview(elsewhere).rows[0].rest
    lists.write(elsewhere)
    made = park.rows(t.apartment, building_id=other, number="1002")
    assert [row["id"] for row in made] == [park.rows(t.resident)[-1]["apartment_id"]], "1002 of A is another apartment"


@pytest.mark.feature("RES-09")
@pytest.mark.edge("47")
def test_unknown_places_and_groups_say_what_there_is(park: Park, lists: Lists) -> None:
    draft = lists.draft(
        ("D", "1001", 0, "Ada", "Okonkwo", ""),
        ("A", "1001", 0, "Ben", "Berg", "77"),
        ("A", "1001234", 0, "Jan", "Novak", ""),
        columns=(*PERSON, "groups"),
    )
    building, group, apartment = lists.refusals(draft)
    assert building == "Building (A2): There is no building D. There are A."
    assert "no access group 77 here" in group
    assert "1 to 6 digits" in apartment


@pytest.mark.feature("RES-09")
def test_only_the_installer_makes_apartments_by_an_import(park: Park, lists: Lists) -> None:
    draft = lists.draft(("A", "2001", 0, "Ada", "Okonkwo"), ("A", "2001", 1, "Ben", "Okonkwo"))
    assert [row.rest for row in lists.preview(draft).rows] == ["new apartment, account, A", "after row 2, account, A"]
    manager = manager_contexts(park.store)(Role.MANAGER, name="Marco", community_id=park.context.community_id)
    rows = Imports(park.store).preview(manager, draft).rows
    assert [row.verdict for row in rows] == [Verdict.REFUSE, Verdict.REFUSE]
    assert "The installer makes apartments" in rows[0].does
    report = lists.write(draft)
    assert len(park.rows(t.apartment)) == 4
    with pytest.raises(Forbidden):
        park.undo.undo(manager, report.operation or 0)
    park.undo.undo(park.act, report.operation or 0)
    assert len(park.rows(t.apartment)) == 3


@pytest.mark.feature("RES-09")
def test_refused_rows_stop_all_unless_the_good_ones_are_chosen(park: Park, lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo", "", "9207"), ("A", "1002", 0, "Ben", "Berg", "", ""), columns=CODES
    )
    with pytest.raises(Invalid, match="1 row is refused"):
        lists.write(draft)
    assert park.rows(t.resident) == []
    report = lists.write(draft, good_rows=True)
    assert (report.written, report.refused) == (1, 1)
    assert [(row.number, row.verdict) for row in report.rows] == [(2, Verdict.REFUSE), (3, Verdict.ADD)]
    assert lists.verdicts(draft.without(2)) == [Verdict.SAME]


@pytest.mark.feature("RES-09")
def test_the_report_stays_and_holds_no_code(park: Park, lists: Lists) -> None:
    draft = lists.draft(("A", "1001", 0, "Ada", "Okonkwo", "0A3C7F20", "2741"), columns=CODES)
    report = lists.write(draft)
    (listed,) = lists.imports.reports(park.context)
    assert (listed.source, listed.written, listed.total) == ("list.xlsx", 1, 1)
    kept = repr(park.rows(t.import_row)) + repr(park.rows(t.import_report)) + repr(draft) + repr(report)
    assert "2741" not in kept
    assert "0A3C7F20" not in kept


@pytest.mark.feature("RES-09")
@pytest.mark.feature("SYNC-07")
def test_undo_takes_the_whole_batch_back(park: Park, lists: Lists) -> None:
    park.add("1003", "Rosa", "Quispe")
    rows = [("A", "1001", 0 if n == 0 else 1, f"P{n}", "Okonkwo", "", f"{2000 + n}") for n in range(30)]
    report = lists.write(
        lists.draft(*rows, ("A", "1003", 0, "Rosa", "Quispe", "0A3C7F20", ""), columns=CODES), good_rows=True
    )
    assert report.written == 31
    park.undo.undo(park.act, report.operation or 0)
    assert lists.names() == [("Quispe, Rosa", "master", "1003")]
    assert {row["status"] for row in park.rows(t.credential)} == {"cooling"}


@pytest.mark.feature("RES-09")
def test_a_stop_between_slices_keeps_what_is_written_and_tells_the_rest(park: Park, lists: Lists) -> None:
    rows = [("A", "1001", 0 if n == 0 else 1, f"P{n}", "Okonkwo") for n in range(120)]
    seen: list[tuple[int, int]] = []
    report = lists.write(
        lists.draft(*rows),
        tell=lambda progress: seen.append((progress.done, progress.total)),
        stopped=lambda: bool(seen),
    )
    assert seen[0] == (SLICE_LEAST, 120)
    assert (report.state, report.written) == (ImportState.STOPPED, SLICE_LEAST)
    assert len(park.rows(t.resident)) == SLICE_LEAST
    assert f"{SLICE_LEAST} of 120 rows" in report.sentence
    assert lists.write(lists.draft(*rows)).written == 120 - SLICE_LEAST


@pytest.mark.feature("RES-09")
def test_a_crash_goes_on_with_the_same_request_under_one_operation(park: Park, lists: Lists) -> None:
    rows = [("A", "1001", 0 if n == 0 else 1, f"P{n}", "Okonkwo") for n in range(60)]
    draft, context = lists.draft(*rows), park.act

    def die(_progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lists.imports.write(context, draft, tell=die)
    assert len(park.rows(t.resident)) == SLICE_LEAST
    park.clock.advance(minutes=5)
    (broken,) = lists.imports.reports(park.context)
    assert broken.state is ImportState.BROKEN
    assert f"undo {broken.operation}" in broken.sentence
    report = lists.imports.write(context, draft)
    assert (report.id, report.state, report.written) == (broken.id, ImportState.DONE, 60)
    assert report.operation == broken.operation
    assert sorted(row.number for row in report.rows) == list(range(2, 62))
    park.undo.undo(park.act, report.operation or 0)
    assert park.rows(t.resident) == []


@pytest.mark.feature("RES-09")
def test_what_the_world_took_meanwhile_is_left_out_and_told(park: Park, lists: Lists) -> None:
    rows = [("A", "1001", 0 if n == 0 else 1, f"P{n}", "Okonkwo", "", f"{2000 + n}") for n in range(30)]
    draft = lists.draft(*rows, ("A", "1002", 0, "Ben", "Berg", "", ""), columns=CODES)

    def steal(progress: Any) -> None:
        if progress.done == SLICE_LEAST:
            park.add("1003", "Rosa", "Quispe", pin="2027")

    report = lists.write(draft, tell=steal)
    assert (report.written, report.refused) == (30, 1)
    assert report.rows[0].text == "The PIN was taken meanwhile."


@pytest.mark.feature("RES-09")
@pytest.mark.edge("6")
def test_pins_that_contain_one_another_are_warned_of(park: Park, lists: Lists) -> None:
    park.add("1003", "Rosa", "Quispe", pin="4321")
    rows = [("A", "1001", 0, "Ada", "Okonkwo", "", "32"), ("A", "1002", 0, "Ben", "Berg", "", "1204")]
    more = [("A", "1002", 1, "Jan", "Novak", "", "20"), ("A", "1002", 1, "Ola", "Novak", "", "543210")]
    draft = lists.draft(*rows, *more, columns=CODES)
    assert lists.verdicts(draft) == [Verdict.WARN, Verdict.ADD, Verdict.WARN, Verdict.WARN]
    assert lists.write(draft).written == 4


@pytest.mark.feature("RES-09")
def test_columns_may_stand_in_any_order_under_other_words(lists: Lists) -> None:
    from backend.documents.reading import read_bytes
    from tests.services.people.lists import xlsx

    rows = [
        ["Bewohnerliste 2026"],
        ["E-Mail-Adresse", "Nachname", "Vorname", "Wohnung", "Gebäude", "Stand", "Karte (hex)"],
        ["ada@example.com", "Okonkwo", "Ada", "1001", "A", "?", "0A3C7F20"],
    ]
    draft = lists.imports.begin(lists.park.context, ImportKind.ADD, read_bytes(xlsx(rows), "bewohner.xlsx"))
    (row,) = lists.preview(draft).rows
    assert (row.verdict, row.number, row.name) == (Verdict.ADD, 3, "Okonkwo, Ada")
    assert row.does == "account, login is sent, 1 card, A"
    assert lists.preview(draft).heading == "1 column not understood"


@pytest.mark.feature("RES-09")
def test_pasted_lines_are_understood_and_remembered(park: Park, lists: Lists) -> None:
    from backend.documents.reading import read_pasted

    text = "A 1001\tAda Okonkwo <ada@example.com>\t2741\nA 1002\tBen Berg\t3852\n"
    draft = lists.imports.begin(park.context, ImportKind.ADD, read_pasted(text))
    assert draft.columns.fields == ("place", "name", "pin")
    rows = lists.preview(draft).rows
    assert [(row.verdict, row.name, row.apartment) for row in rows] == [
        (Verdict.ADD, "Okonkwo, Ada", "1001"),
        (Verdict.ADD, "Berg, Ben", "1002"),
    ]
    bad = lists.imports.begin(park.context, ImportKind.ADD, read_pasted("A 1001\tAda Okonkwo\t9123\n"))
    assert bad.columns.fields == ("place", "name", "pin")  # refused as a PIN, never kept as a remark
    told = replace(draft, columns=replace(draft.columns, fields=("place", "name", "remark")))
    lists.write(told)
    again = lists.imports.begin(park.context, ImportKind.ADD, read_pasted("A 1003\tJan Novak\t1234\n"))
    assert again.columns.fields == ("place", "name", "remark")


@pytest.mark.feature("RES-09")
@pytest.mark.edge("40")
def test_an_import_asks_for_the_right_to_write(park: Park, lists: Lists) -> None:
    draft = lists.draft(("A", "1001", 0, "Ada", "Okonkwo"))
    make, here = manager_contexts(park.store), park.context.community_id
    for role in (Role.VIEWER, Role.TECHNICIAN):
        context = make(role, name=role.value, community_id=here)
        with pytest.raises(Forbidden):
            lists.imports.preview(context, draft)
        with pytest.raises(Forbidden):
            lists.imports.write(context, draft)
    assert park.rows(t.resident) == []
    lists.imports.write(make(Role.MANAGER, community_id=here, delete_residents=False), draft)
    assert len(park.rows(t.resident)) == 1


@pytest.mark.feature("RES-09")
def test_a_list_of_something_else_is_refused_whole(park: Park, lists: Lists) -> None:
    for columns in (("email", "remark"), ("building", "email"), ("first", "last")):
        with pytest.raises(Invalid) as error:
            lists.draft(("x", "y"), columns=columns)
        assert "file" in error.value.fields
    with pytest.raises(Invalid, match="no row under"):
        lists.preview(lists.draft())


@pytest.mark.feature("RES-09")
@pytest.mark.edge("3")
@pytest.mark.edge("5")
def test_in_apt_pin_mode_every_row_is_held_against_its_own_apartment_and_the_staff(park: Park, lists: Lists) -> None:
    switch(park, PinMode.APT_PIN)
    park.add("1001", pin="2741")
    add_staff(park, "6060")
    draft = lists.draft(
        ("A", "1001", 1, "Ada", "Okonkwo", "", "2741"),
        ("A", "1002", 0, "Ben", "Berg", "", "2741"),
        ("A", "2001", 0, "Jan", "Novak", "", "6060"),
        columns=CODES,
    )
    assert lists.verdicts(draft) == [Verdict.REFUSE, Verdict.ADD, Verdict.REFUSE]
    anna, ola = lists.refusals(draft)
    assert "belongs to Anna Kowalska" in anna
    assert "belongs to Ola Berg" in ola


@pytest.mark.feature("RES-09")
@pytest.mark.edge("4")
@pytest.mark.edge("5")
def test_an_import_goes_on_in_the_pin_mode_that_came_meanwhile(park: Park, lists: Lists) -> None:
    switch(park, PinMode.APT_PIN)
    family = [("A", "1001", 0 if n == 0 else 1, f"P{n}", "Okonkwo", "", f"{2000 + n}") for n in range(30)]
    park.add("1002", "Rosa", "Quispe")
    late = (("A", "1002", 1, "Ben", "Berg", "", "2029"), ("A", "1002", 1, "Jan", "Novak", "", "6060"))
    draft = lists.draft(*family, *late, columns=CODES)

    def turn(progress: Any) -> None:
        if progress.done == SLICE_LEAST:
            switch(park, PinMode.PIN)
            add_staff(park, "6060")

    report = lists.write(draft, tell=turn)
    assert (report.written, report.refused) == (30, 2)
    assert {row.text for row in report.rows} >= {"The PIN was taken meanwhile."}
    assert {row["scope"] for row in park.rows(t.credential)} == {f"c:{park.context.community_id}"}


@pytest.mark.feature("RES-09")
@pytest.mark.edge("3")
def test_in_apt_pin_mode_a_pin_counts_within_its_apartment_also_in_one_that_is_made(park: Park, lists: Lists) -> None:
    switch(park, PinMode.APT_PIN)
    draft = lists.draft(
        ("A", "1001", 0, "Ada", "Okonkwo", "", "2741"),
        ("A", "2001", 0, "Ben", "Berg", "", "2741"),
        ("A", "2002", 0, "Jan", "Novak", "", "2741"),
        ("A", "2002", 1, "Ola", "Novak", "", "2741"),
        columns=CODES,
    )
    assert lists.verdicts(draft) == [Verdict.ADD, Verdict.ADD, Verdict.ADD, Verdict.REFUSE]
    assert lists.write(draft, good_rows=True).written == 3
    flats = {row["id"] for row in park.rows(t.apartment)}
    scopes = {row["scope"] for row in park.rows(t.credential)}
    assert len(scopes) == 3
    assert {int(scope.removeprefix("a:")) for scope in scopes} <= flats


@pytest.mark.feature("RES-03")
@pytest.mark.edge("31")
def test_logins_go_out_by_the_rules_once_each(park: Park, lists: Lists) -> None:
    draft = lists.draft(
        ("A", "1001", 1, "Ben", "Okonkwo", ""),
        ("A", "1001", 0, "Ada", "Okonkwo", "ada@example.com"),
        ("A", "1002", 0, "Rosa", "Quispe", ""),
        columns=(*PERSON, "email"),
    )
    lists.write(draft)
    sent = park.rows(t.outgoing)
    assert [row["address"] for row in sent] == ["ada@example.com", "ada@example.com"]  # the member's goes to the master
    assert len({row["holder_id"] for row in sent}) == 2
    states = {row["id"]: row["state"] for row in park.rows(t.resident_login)}
    assert sorted(states.values()) == ["sent", "sent", "waiting"]


@pytest.mark.feature("RES-09")
def test_floors_and_numbers_are_kept_as_the_form_keeps_them(park: Park, lists: Lists) -> None:
    columns = (*PERSON, "floors", "mobile", "calling_code", "phone1", "remark", "apartment_name")
    row = ("A", "1001", 0, "Ada", "Okonkwo", "g1;-2; 3", "600 700 800", "", "221234567", "tenant", "Sea view")
    lists.write(lists.draft(row, columns=columns))
    (kept,) = park.rows(t.resident)
    assert (kept["mobile"], kept["calling_code"], kept["phone1"]) == ("+48600700800", "48", "221234567")
    assert (kept["remark"], kept["country"]) == ("tenant", "PL")
    assert [one["floors"] for one in park.rows(t.holder)] == ["-2;G1;3"]
    assert "Sea view" in {flat["name"] for flat in park.rows(t.apartment)}
    assert lists.verdicts(lists.draft(row, columns=columns)) == [Verdict.SAME]
    bad = lists.draft(("A", "1002", 0, "Ben", "Berg", "500", "12", "", "", "", ""), columns=columns)
    assert {note.field for note in lists.preview(bad).rows[0].notes} == {"floors", "mobile"}


@pytest.mark.feature("RES-09")
@pytest.mark.edge("27")
@pytest.mark.parametrize("order", ["iso", "mdy", "dmy"])
def test_a_date_is_read_and_told_in_one_form_whatever_the_community_shows(park: Park, lists: Lists, order: str) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("community.edit")
        work.update(t.community, park.context.community_id, date_format=order)
    draft = lists.draft(("A", date(2026, 2, 1), 0, "Ada", "Okonkwo"))
    assert "A spreadsheet made a date of it, 2026-02-01" in lists.refusals(draft)[0]


@pytest.mark.feature("RES-09")
def test_the_same_request_imports_once_and_answers_the_same_report(park: Park, lists: Lists) -> None:
    draft, context = lists.draft(("A", "1001", 0, "Ada", "Okonkwo")), park.act
    first = lists.imports.write(context, draft)
    again = lists.imports.write(context, draft)
    assert (again.id, again.written, again.rows) == (first.id, 1, first.rows)
    assert len(park.rows(t.import_report)) == 1
    (operation,) = park.rows(t.operation, type="resident.import")
    assert (operation["action"], operation["entity_name"]) == ("Imported 1 row", "list.xlsx")
