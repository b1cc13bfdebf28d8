"""Forms: Tab order, pickers by typing, errors under their fields, and nothing typed is ever lost."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.widgets.host import Host, screen_lines, screen_text, until
from widgets.form import FixedField, Form, FormField, PickField, SwitchField, TextField
from widgets.form_field import UNDERSTOOD
from widgets.pick_list import PickRow

GROUPS = [
    PickRow("1", "Block A", (("always", "$sp-t2"),)),
    PickRow("2", "Gym Day", (("weekly", "$sp-t2"),)),
    PickRow("3", "Pool"),
    PickRow("4", "Gym Night"),
    PickRow("5", "Cleaning [x]"),
]
COUNTRIES = [PickRow("PL", "Poland", (("+48", "$sp-t3"),)), PickRow("PT", "Portugal"), PickRow("DE", "Germany")]


def resident_form() -> Form:
    return Form(
        {
            "Person": (TextField("first", "First name", required=True), TextField("last", "Last name", required=True)),
            "Contact": (
                TextField("email", "E-mail"),
                PickField("country", "Country", options=COUNTRIES),
                TextField("mobile", "Mobile", hint="+48"),
            ),
            "Access": (
                TextField("pin", "PIN", secret=True, hint="2-8 digits"),
                PickField("groups", "Groups", options=GROUPS, several=True),
                SwitchField("calls", "Calls"),
            ),
            "Account": (FixedField("apt", "Building, APT", hint="set in Site Setup"), TextField("remark", "Remark")),
        }
    )


BEGIN: dict[str, Any] = {
    "first": "Anna",
    "last": "Kowalska",
    "email": "anna@example.com",
    "country": "PL",
    "mobile": "601 402 118",
    "groups": ["1", "2"],
    "calls": True,
    "apt": "A 1001",
}


async def begun(pilot: Pilot[Any], form: Form) -> None:
    form.begin(BEGIN)
    form.focus_first()
    await pilot.pause()


def line_of(app: Host, word: str) -> str:
    return next(line for line in screen_lines(app) if line.lstrip().startswith(word))


def focused_key(form: Form) -> str | None:
    return next((key for key, field in form.fields.items() if field.has_focus or field.has_focus_within), None)


async def test_fields_stand_in_sections_with_labels_values_and_hints() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        assert line_of(app, "Person").startswith("Person ─────")
        assert line_of(app, "First name") == "First name *     ▌ Anna"
        assert line_of(app, "Last name") == "Last name *        Kowalska"
        assert line_of(app, "Mobile").endswith("+48")
        assert line_of(app, "Country").endswith("▾")
        assert line_of(app, "Groups").split("  ")[-1] == "+"
        assert line_of(app, "Building, APT") == "Building, APT      A 1001  set in Site Setup"
        assert "■ Yes" in line_of(app, "Calls")
        assert form.values()["groups"] == ("1", "2")
        assert form.changes() == {}


async def test_tab_walks_in_order_and_leaves_out_what_is_fixed() -> None:
    form = resident_form()
    async with Host(form).run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        walked = [focused_key(form)]
        for _ in range(8):
            await pilot.press("tab")
            walked.append(focused_key(form))
        assert walked == ["first", "last", "email", "country", "mobile", "pin", "groups", "calls", "remark"]
        await pilot.press("shift+tab")
        assert focused_key(form) == "calls"


async def test_typing_replaces_a_default_and_counts_as_a_change() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        await pilot.press(*"Jan")
        assert form.changes() == {"first": "Jan"}
        last = app.heard(FormField.Changed)[-1]
        assert (last.key, last.value) == ("first", "Jan")
        await pilot.press("backspace", "backspace", "backspace", *"Anna")
        assert form.changes() == {}


async def test_errors_stand_under_their_fields_the_first_has_the_focus_and_what_was_typed_stays() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["email"].focus_value()
        await pilot.press(*"anna.kowalska@mail")
        before = form.values()
        form.show_errors(
            {
                "mobile": "Too short for Poland: 9 digits, this has [6]",
                "email": "Not an e-mail address: a dot is missing after @",
            }
        )
        await pilot.pause()
        assert form.values() == before
        assert focused_key(form) == "email"
        text = screen_lines(app)
        assert text[0] == "▌ × Not saved: 2 fields need a correction"
        assert text[1] == "▌ What you typed is kept. Tab goes to the next one."
        at = text.index(line_of(app, "E-mail"))
        assert text[at].startswith("E-mail           ▌ anna.kowalska@mail")
        assert text[at + 1] == " " * 19 + "× Not an e-mail address: a dot is missing after @"
        at = text.index(line_of(app, "Mobile"))
        assert text[at].startswith("Mobile           ▌ 601 402 118")
        assert text[at + 1].strip() == "× Too short for Poland: 9 digits, this has [6]"

        await pilot.press(*".com")
        assert form.values()["email"] == "anna.kowalska@mail.com"
        assert screen_lines(app)[0] == "▌ × Not saved: 1 field needs a correction"
        await pilot.press("tab")
        assert focused_key(form) == "mobile"
        await pilot.press("backspace")
        await pilot.pause()
        assert "Not saved" not in screen_text(app)
        assert "×" not in screen_text(app)


async def test_what_is_wrong_with_the_whole_form_stands_on_top() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.show_errors({"": "Somebody else changed this resident.", "unknown": "No such group."})
        await pilot.pause()
        assert screen_lines(app)[:2] == [
            "▌ × Not saved",
            "▌ Somebody else changed this resident.  No such group.",
        ]


async def test_a_long_error_takes_the_lines_it_needs() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(60, 34)) as pilot:
        await begun(pilot, form)
        form.show_errors({"first": "This name has a character that no door phone can show: write it in Latin letters"})
        await pilot.pause()
        text = " ".join(line.strip() for line in screen_lines(app)[3:10])
        assert "× This name has a character that no door phone can show: write it in Latin letters" in text


async def test_what_was_understood_is_told_and_does_not_look_like_a_warning() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.show_notes({"first": f"{UNDERSTOOD}Sunday 2026-11-29 22:00", "last": "Somebody has this name already."})
        await pilot.pause()
        said = [line.strip() for line in screen_lines(app)]
        assert "= Sunday 2026-11-29 22:00" in said
        assert "▲ Somebody has this name already." in said


async def test_a_secret_shows_bullets_and_never_itself() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["pin"].focus_value()
        await pilot.press(*"2741")
        assert form.values()["pin"] == "2741"
        await pilot.press("shift+tab")
        assert "2741" not in screen_text(app)
        assert "••••" in line_of(app, "PIN")
        assert "2741" not in repr(form.fields["pin"])
        assert "2741" not in repr(app.heard(FormField.Changed)[-1])


@pytest.mark.parametrize("key", ["enter", "tab"])
async def test_a_choice_is_made_by_typing_and_the_first_hit_is_taken(key: str) -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["country"].focus_value()
        await pilot.press(*"ger")
        await pilot.pause()
        assert "▌ Germany" in screen_text(app)
        await pilot.press(key)
        await until(pilot, lambda: form.values()["country"] == "DE")
        assert focused_key(form) == ("mobile" if key == "tab" else "country")
        assert "Germany" in line_of(app, "Country")


async def test_a_comma_takes_the_first_hit_and_asks_for_the_next() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["groups"].focus_value()
        await pilot.press(*"poo", "comma", *"clea", "comma")
        assert form.values()["groups"] == ("1", "2", "3", "5")
        await pilot.pause()
        assert "Block A   Gym Day   + Pool   + Cleaning […" in line_of(app, "Groups")
        await pilot.press("backspace")
        assert form.values()["groups"] == ("1", "2", "3")
        await pilot.press(*"gym n", "tab")
        await until(pilot, lambda: form.values()["groups"] == ("1", "2", "3", "4"))


async def test_the_list_opens_below_space_ticks_and_escape_closes_it_first() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["groups"].focus_value()
        await pilot.press("down", "down", "down", "space")
        await pilot.pause()
        text = screen_lines(app)
        at = text.index(line_of(app, "Groups"))
        assert [line[17:].split("  ")[0].strip() for line in text[at + 1 : at + 6]] == [
            "■ Block A",
            "■ Gym Day",
            "▌■ Pool",
            "□ Gym Night",
            "□ Cleaning [x]",
        ]
        assert form.values()["groups"] == ("1", "2", "3")
        await pilot.press("up", "space", "escape")
        await pilot.pause()
        assert form.values()["groups"] == ("1", "3")
        assert "□ Gym Night" not in screen_text(app)


async def test_what_fits_nothing_stays_in_the_line_marked() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["country"].focus_value()
        await pilot.press(*"xyz", "tab")
        await until(pilot, lambda: form.fields["country"].error)
        field = form.fields["country"]
        assert isinstance(field, PickField)
        assert field.typed == "xyz"
        assert field.value == "PL"
        assert "× Nothing is called “xyz”" in screen_text(app)


async def test_a_comma_is_text_where_only_one_can_be_picked() -> None:
    people = [PickRow("1", "Kowalska, Anna"), PickRow("2", "Kowalska, Maria")]
    form = Form({"": (PickField("owner", "Owner", options=people), TextField("note", "Note"))})
    async with Host(form).run_test(size=(90, 34)) as pilot:
        await pilot.pause()
        form.focus_first()
        await pilot.press(*"kowalska", "comma", "space", "m", "enter")
        await until(pilot, lambda: form.values()["owner"] == "2")


async def test_a_click_on_a_hit_takes_it() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["country"].focus_value()
        await pilot.press("down")
        await pilot.pause()
        y = next(number for number, line in enumerate(screen_lines(app)) if "Portugal" in line)
        await pilot.click(offset=(25, y))
        await until(pilot, lambda: form.values()["country"] == "PT")


async def test_a_switch_turns_with_space_and_with_the_mouse() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["calls"].focus_value()
        await pilot.press("space")
        assert form.changes() == {"calls": False}
        assert "□ No" in line_of(app, "Calls")
        await pilot.click(form.fields["calls"], offset=(25, 0))
        assert form.changes() == {}


async def test_options_that_go_take_their_answers_along() -> None:
    form = resident_form()
    async with Host(form).run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        groups = form.fields["groups"]
        assert isinstance(groups, PickField)
        groups.set_options(GROUPS[1:])
        assert groups.value == ("2",)


async def test_a_paste_is_data_and_never_a_key() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        form.fields["remark"].focus_value()
        await pilot.pause()
        app.post_message(events.Paste("two [bold]bicycles\nq\nd"))
        await until(pilot, lambda: form.values()["remark"])
        assert form.values()["remark"] == "two [bold]bicycles"
        assert focused_key(form) == "remark"


async def test_the_focused_field_is_reverse_and_the_others_underlined_without_grounds() -> None:
    form = resident_form()
    app = Host(form, theme="ansi")
    async with app.run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        strips = app.screen._compositor.render_strips()
        first = [segment for segment in strips[1] if segment.style and segment.style.reverse]
        last = [segment for segment in strips[2] if segment.style and segment.style.underline]
        assert sum(segment.cell_length for segment in first) > 50
        assert sum(segment.cell_length for segment in last) > 50
        cursor = [segment for segment in strips[1] if segment.style and not segment.style.reverse]
        assert any(segment.text == " " for segment in cursor), "the text cursor is seen in the reversed field"


async def test_the_form_fits_80_by_24_without_empty_rows() -> None:
    form = resident_form()
    app = Host(form)
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, form)
        text = screen_lines(app)
        assert text[3].startswith("Contact ───")
        assert "" not in text[: text.index(line_of(app, "Remark"))]


async def test_enter_in_a_text_is_told_to_the_page() -> None:
    form = resident_form()
    heard: list[str] = []

    class Page(Host):
        def on_input_submitted(self, event: Input.Submitted) -> None:
            heard.append(event.value)

    async with Page(form).run_test(size=(90, 34)) as pilot:
        await begun(pilot, form)
        await pilot.press("enter")
        await until(pilot, lambda: heard == ["Anna"])


async def test_a_hint_gives_way_to_a_text_that_needs_its_room() -> None:
    field = TextField("zone", "Time zone", hint="as in Europe/Berlin")
    form = Form({"": (field,)})
    app = Host(form)
    async with app.run_test(size=(60, 10)) as pilot:
        form.begin({"zone": ""})
        await until(pilot, lambda: "as in Europe/Berlin" in line_of(app, "Time zone"))
        form.begin({"zone": "America/Argentina/Buenos_Aires"})
        form.focus_first()
        await until(pilot, lambda: "America/Argentina/Buenos_Aires" in line_of(app, "Time zone"))


async def test_a_joiner_is_typed_like_a_letter() -> None:
    form = Form({"": (TextField("name", "Name"), PickField("who", "Who", options=[PickRow("1", "م\u200cن")]))})
    app = Host(form)
    async with app.run_test(size=(90, 34)) as pilot:
        await pilot.pause()
        form.focus_first()
        for key in ("م", "\u200c", "ن"):
            app.post_message(events.Key("letter", key))
        await until(pilot, lambda: form.values()["name"] == "م\u200cن")
        await pilot.press("tab")
        for key in ("م", "\u200c", "ن"):
            app.post_message(events.Key("letter", key))
        await pilot.press("enter")
        await until(pilot, lambda: form.values()["who"] == "1")
