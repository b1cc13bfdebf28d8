"""What has to hold for every screen: keys with ids and words, danger that asks, help, and opening for every role."""

from __future__ import annotations

from collections import Counter
from functools import partial
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest
from textual.dom import DOMNode

from backend.catalog.registry import RECORDS
from backend.domain.enums import Role
from screens.base.keys import action_of, actions_of, bindings_of
from screens.base.needs import is_of_row, needed
from screens.base.page import Page
from screens.base.resource import ResourceScreen
from screens.help import rows_of
from smartplus_tui.keytable import markdown, screens
from smartplus_tui.navigation import MODULES, RECORD_PAGES
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.keys import Keys

SCREENS = screens()
LISTS = [screen for screen in SCREENS if issubclass(screen, ResourceScreen)]
PAGES = [screen for screen in SCREENS if issubclass(screen, Page)]
KEYS_PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def named(screen: type[DOMNode]) -> str:
    return screen.__name__


@pytest.mark.parametrize("screen", SCREENS, ids=named)
def test_every_binding_has_an_id_a_word_and_a_tooltip(screen: type[DOMNode]) -> None:
    for binding in bindings_of(screen):
        assert binding.id, f"{binding.key} has no id: it cannot be remapped"
        assert binding.description, binding.id
        assert binding.tooltip, binding.id


def test_ids_are_not_used_twice_for_different_acts() -> None:
    acts: dict[str, set[str]] = {}
    for screen in SCREENS:
        for binding in bindings_of(screen):
            acts.setdefault(binding.id or "", set()).add(binding.action)
    assert {name: found for name, found in acts.items() if len(found) > 1} == {}


@pytest.mark.parametrize("screen", SCREENS, ids=named)
def test_no_key_does_two_things_on_one_screen(screen: type[DOMNode]) -> None:
    own = screen.__dict__.get("BINDINGS", ())
    keys = Counter(key for binding in own for key in binding.key.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("screen", LISTS, ids=named)
def test_every_verb_that_a_list_offers_has_its_key(screen: type[ResourceScreen]) -> None:
    for verb in screen.RECORD.verbs:
        if hasattr(screen, f"verb_{verb.name}"):
            assert action_of(screen, verb.key) == f"verb('{verb.name}')", verb.name


@pytest.mark.parametrize("screen", LISTS, ids=named)
def test_every_act_on_the_row_under_the_cursor_says_that_it_is_about_a_row(screen: type[ResourceScreen]) -> None:
    for action in actions_of(screen).values():
        method = getattr(screen, f"action_{action.partition('(')[0]}", None)
        act = unwrap(method) if method else None
        if act is not None and {"under_cursor", "cursor_row", "meant"} & set(act.__code__.co_names):
            assert action.startswith(("verb(", "undo")) or is_of_row(screen, action), action


@pytest.mark.parametrize("screen", PAGES, ids=named)
def test_every_key_of_the_footer_acts(screen: type[Page]) -> None:
    there = actions_of(screen).keys() | table_keys()
    for key, word in screen.HINTS:
        for one in key.split():
            assert one in there, f"{key} {word}"


def table_keys() -> set[str]:
    """Keys of lists and fields, which work where the cursor is."""
    from widgets.table import VirtualTable

    return {*actions_of(VirtualTable), "Tab"}


@pytest.mark.parametrize("record", RECORDS.values(), ids=list(RECORDS))
def test_every_danger_has_a_key_of_its_own_to_confirm(record: Any) -> None:
    for verb in record.verbs:
        if verb.danger:
            assert verb.confirm_key, verb.name
            assert verb.confirm_key != verb.key
            assert verb.confirm_key not in {"enter", *"0123456789abcdef"}, "a card reader types these"


def is_module(keys: Keys, letter: str) -> bool:
    """Whether the page of this module is shown."""
    return letter == keys.page.MODULE


def test_modules_have_letters_of_their_own() -> None:
    letters = [module.letter for module in MODULES]
    assert len(letters) == len(set(letters))


FREE = {
    *("go", "reload", "search", "help", "back", "quit_app", "watched", "account", "lock", "scroll"),
    *("filter", "sort", "copy", "export", "detail", "pane", "plan", "save", "save_next", "theirs"),
    *("app.focus_next", "app.focus_previous", "try_code", "undo_this", "tab"),
}
"""Acts that only look, or that live on a page which its own permission guards."""


@pytest.mark.parametrize("screen", PAGES, ids=named)
def test_every_other_act_names_the_permission_it_needs(screen: type[Page]) -> None:
    for binding in bindings_of(screen):
        name = binding.action.partition("(")[0]
        if name in FREE or name == "verb" or (screen.__name__ == "UndoScreen" and name == "undo"):
            continue
        assert needed(screen, binding.action), f"{screen.__name__}.{name}"


def test_the_page_of_keys_is_up_to_date() -> None:
    assert KEYS_PAGE.read_text(encoding="utf-8") == markdown(), "run: python -m smartplus_tui.keytable > docs/keys.md"


@pytest.mark.feature("ACC-08")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
@pytest.mark.parametrize("role", Role)
async def test_every_module_opens_for_every_role(show: Show, role: Role, size: tuple[int, int]) -> None:
    async with show(role=role, size=size) as keys:
        for entry in keys.page.session.modules:
            await keys.press("g", entry.letter)
            await keys.until(partial(is_module, keys, entry.letter))
            await keys.quiet()
            rows = rows_of(keys.page)
            assert len(rows) > 5, "help lists the keys"
            assert all(row.meaning for row in rows)
            await keys.press("f1")
            await keys.until_text("Type to find a key")
            await keys.press("escape")


@pytest.mark.feature("ACC-08")
@pytest.mark.parametrize("role", Role)
async def test_every_record_page_opens_for_whoever_may_read_it(show: Show, role: Role) -> None:
    from screens.base.messages import OpenRecord

    async with show(role=role) as keys:
        session = keys.page.session
        for record in RECORD_PAGES:
            if session.may(f"{record}.read"):
                keys.page.post_message(OpenRecord(record, 1))
                await keys.until_page(RECORD_PAGES[record].partition(":")[2])
                await keys.press("escape")
                await keys.until_page("DashboardScreen")
