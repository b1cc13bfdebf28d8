"""What stands behind trying a door of the demo: whose face can be shown, and how a try is told (feature AGT-08)."""

from __future__ import annotations

from screens.base.drawing import column
from screens.base.session import Session
from widgets.dialog import PickRow
from widgets.frame import Part

PEOPLE_MOST = 2_000
"""People offered to show their faces."""
REASONS = {
    "opened": "the relay is open",
    "unknown": "the door does not know this",
    "schedule": "the door knows it, but not for now or for this relay",
    "off": "the device is off",
}


def people(session: Session) -> list[PickRow]:
    """Everybody who may have a face, by name."""
    from backend.domain.paging import ListQuery

    return [
        PickRow(f"{kind}:{row.id}", str(row.values["name"]), ((kind, "$sp-t3"),))
        for kind in ("resident", "staff")
        for row in session.engine.list(kind, session.context, ListQuery()).first(PEOPLE_MOST)
    ]


def photo(session: Session, who: str) -> bytes | None:
    """The photo that is kept of one of them, None where there is none."""
    kind, _, number = who.partition(":")
    service = session.engine.residents if kind == "resident" else session.engine.staff
    return service.photo(session.context, int(number))


def told(when: str, door: str, what: str, opened: bool, reason: str) -> tuple[Part, ...]:
    """One try as a line: when, which door, what was shown, and what the door made of it."""
    verdict: Part = ("● opened ", "bold $sp-ok") if opened else ("× refused ", "bold $sp-bad")
    return (
        (f"{when}  ", "$sp-t3"),
        (column(door, 16), "$sp-t1"),
        (column(what, 6), "$sp-t2"),
        verdict,
        (REASONS.get(reason, reason), "$sp-t2"),
    )
