"""The table of keys in the manual, made from the bindings of the screens: `python -m smartplus_tui.keytable`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module

from textual.dom import DOMNode

from screens.base.keys import bindings_of, shown_key
from smartplus_tui.navigation import MODULES, RECORD_PAGES

FORMS = (
    "screens.apartment_form:ApartmentForm",
    "screens.apartment_new:ApartmentNew",
    "screens.resident_form:ResidentForm",
    "screens.library_form:CodeForm",
    "screens.device_form:DeviceForm",
    "screens.relay_form:RelayForm",
    "screens.group_form:GroupForm",
    "screens.holidays:HolidayForm",
)
DIALOGS = (
    "screens.search:Search",
    "screens.login:LoginScreen",
    "screens.agreement_dialog:AgreementDialog",
    "screens.lock:LockScreen",
    "screens.account_dialogs:ChangePassword",
    "screens.account_dialogs:LinkSite",
    "screens.account_dialogs:UnlinkSite",
    "screens.open_door:OpenDoor",
    "screens.first_steps:FirstSteps",
    "screens.help:Help",
    "screens.why:WhyDialog",
    "screens.who:WhoPage",
    "screens.can:CanPage",
    "screens.progress:ProgressDialog",
    "screens.shared_pins:SharedPins",
    "screens.base.export:ExportDialog",
    "screens.undo:UndoScreen",
    "screens.import_page:ImportPage",
    "screens.import_report:ImportReportPage",
    "screens.import_report:ImportsPage",
)
PARTS = (
    "widgets.table:VirtualTable",
    "widgets.week:WeekGrid",
    "screens.base.filter_line:FilterInput",
    "widgets.pick_field:PickInput",
)
TOGETHER = ("page", "list", "form", "table", "filter", "picker", "week", "app")
"""Kinds of bindings that mean the same wherever they work, in their order."""
NAMES = {
    "page": "Every page",
    "list": "Every list",
    "form": "Every form",
    "table": "Moving in a list",
    "filter": "Typing a filter",
    "picker": "A field that picks",
    "week": "Painting a week",
    "app": "Everywhere",
}


def screens() -> tuple[type[DOMNode], ...]:
    """Every screen and every part of one that has keys."""
    places = [*(module.place for module in MODULES), *RECORD_PAGES.values(), *FORMS, *DIALOGS, *PARTS]
    return tuple(dict.fromkeys(_load(place) for place in ("smartplus_tui.app:SmartPlusApp", *places)))


def markdown() -> str:
    """The whole page: where `g` leads, what means the same everywhere, then what single screens add."""
    groups: dict[str, dict[str, tuple[str, str, str]]] = {}
    for screen in screens():
        for binding in bindings_of(screen):
            kind = binding.id.partition(".")[0] if binding.id else ""
            name = kind if kind in TOGETHER else _title(screen)
            row = (_keys(binding.key.split(",")), binding.description, binding.tooltip)
            groups.setdefault(name, {}).setdefault(binding.id or binding.action, row)
    ordered = [*TOGETHER, *sorted(group for group in groups if group not in TOGETHER)]
    lines = ["# Keys", "", "Made from the bindings of the screens; `?` shows those of the page you are on.", ""]
    lines += ["## After `g`", "", "| Key | Module |", "|---|---|"]
    lines += [
        f"| `{module.letter}` | {module.name}{' (demo)' if module.demo_only else ''} |"
        for module in MODULES
        if not module.tab
    ]
    for group in ordered:
        if group in groups:
            lines += ["", f"## {NAMES.get(group, group)}", "", "| Key | | What it does |", "|---|---|---|"]
            lines += [f"| {keys} | {word} | {meaning} |" for keys, word, meaning in groups[group].values()]
    return "\n".join(lines) + "\n"


def _load(place: str) -> type[DOMNode]:
    module, _, name = place.partition(":")
    found: type[DOMNode] = getattr(import_module(module), name)
    return found


def _keys(keys: Iterable[str]) -> str:
    return " ".join(f"`{shown_key(key)}`" for key in keys)


def _title(screen: type[DOMNode]) -> str:
    """What people call a screen."""
    record = getattr(screen, "RECORD", None)
    if record is not None:
        return str(record.title)
    words = {
        "DashboardScreen": "Dashboard",
        "ResidentPage": "A resident",
        "ApartmentPage": "An apartment",
        "DevicePage": "A device",
        "DoorPage": "A device",
        "TryDoorScreen": "Try a door",
        "UndoScreen": "Undo",
        "WhyDialog": "Why",
        "ProgressDialog": "Doors of a save",
        "Search": "A list to pick from",
        "OpenDoor": "A list to pick from",
    }
    return words.get(screen.__name__, screen.__name__)


if __name__ == "__main__":
    sys.stdout.write(markdown())
