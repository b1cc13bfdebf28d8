"""Buildings and apartments to pick from in forms; each call blocks on the database."""

from __future__ import annotations

from screens.base.session import Session
from widgets.dialog import PickRow

NO_BUILDING = "There is no building yet. An installer adds it: g z, 2 Buildings."
NO_APARTMENT = "There is no apartment yet: g a, n adds it."
NO_DOOR = "There is no door yet. Devices bring them: g p, n."
MOST_BUILDINGS, MOST_APARTMENTS = 2_000, 5_000


def buildings_of(session: Session) -> list[PickRow]:
    """The buildings by name."""
    from backend.domain.paging import ListQuery

    rows = session.engine.list("building", session.context, ListQuery()).first(MOST_BUILDINGS)
    return [PickRow(str(row.id), str(row.values["name"])) for row in rows]


def apartments_of(session: Session) -> list[PickRow]:
    """The apartments by building and number, found by their number and name alone too."""
    from backend.domain.paging import ListQuery

    rows = session.engine.list("apartment", session.context, ListQuery()).first(MOST_APARTMENTS)
    return [
        PickRow(
            str(row.id),
            f"{row.values['building']} {row.values['number']}",
            (),
            f"{row.values['number']} {row.values['name']}",
        )
        for row in rows
    ]
