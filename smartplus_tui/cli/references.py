"""Records by the words that people have for them: a name, a number, an id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from backend.domain.errors import Conflict, NotFound
from backend.domain.filter import Filter, Term
from backend.domain.names import fold
from backend.domain.paging import ListQuery, ListRow

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

Finder = Callable[["Engine", "Context", str], int]
"""The id of the one record meant; raises NotFound, and Conflict naming the candidates."""

ID = "id:"
"""In front of a number that is an id, whatever else it could be."""
MOST = 5000
"""Rows that are searched by name; more buildings, devices or accounts no community has."""
NAMED = 6


def find_building(engine: Engine, context: Context, text: str) -> int:
    """A building by its name or id."""
    return _pick("building", text, _names(engine, context, "building"))


def find_community(engine: Engine, context: Context, text: str) -> int:
    """A community by its name, words of it, or its id, of those in which the account may act."""
    return _pick("community", text, _names(engine, context, "community"))


def find_device(engine: Engine, context: Context, text: str) -> int:
    """A device by its name, words of it, or its id."""
    return _pick("device", text, _names(engine, context, "device"))


def find_amenity(engine: Engine, context: Context, text: str) -> int:
    """An amenity by its name, words of it, or its id."""
    return _pick("amenity", text, _names(engine, context, "amenity"))


def find_booking(engine: Engine, context: Context, text: str) -> int:
    """A reservation by its number."""
    return engine.bookings.get(context, number_of(text, "reservation")).id


def find_group(engine: Engine, context: Context, text: str) -> int:
    """An access group by its name, words of it, or its id."""
    return _pick("access group", text, [(row[0], row[1]) for row in engine.groups.list_all(context)])


def find_holiday(engine: Engine, context: Context, text: str) -> int:
    """A holiday by its first day, its name, words of it, or its id."""
    rows = engine.list("holiday", context).first(MOST)
    days = [(row.id, str(row.values["first_day"])) for row in rows]
    if any(day == text for _, day in days):
        return _pick("holiday", text, days)
    return _pick("holiday", text, [(row.id, str(row.values["name"])) for row in rows])


def find_manager(engine: Engine, context: Context, text: str) -> int:
    """An account by its e-mail, name, words of it, or its id."""
    rows = engine.list("manager", context).first(MOST)
    mails = [(row.id, str(row.values["email"])) for row in rows]
    if any(mail == text.lower() for _, mail in mails):
        return _pick("account", text, mails)
    return _pick("account", text, [(row.id, str(row.values["name"])) for row in rows])


def find_apartment(engine: Engine, context: Context, text: str) -> int:
    """An apartment by "1001" where one building has it, by "A 1001", or by "id:12"."""
    if text.startswith(ID):
        return engine.apartments.get(context, number_of(text, "apartment")).id
    building, _, number = text.strip().rpartition(" ")
    found = _rows(engine, context, "apartment", Term("number", "eq", (number,)))
    if building:
        found = [row for row in found if fold(str(row.values["building"])) == fold(building)]
    if not found:
        raise NotFound(f"There is no apartment '{text}'.")
    if len(found) > 1:
        places = ", ".join(f"'{row.values['building']} {number}'" for row in found[:NAMED])
        raise Conflict("apartment", f"Several buildings have {number}: write {places}.")
    return found[0].id


def find_resident(engine: Engine, context: Context, text: str) -> int:
    """A resident by UID, id, or words of name, apartment and building."""
    if text.startswith(ID):
        return engine.residents.get(context, number_of(text, "resident")).id
    return engine.residents.find(context, text)


def find_staff(engine: Engine, context: Context, text: str) -> int:
    """A staff member by name, words of it, or id."""
    return _pick("staff member", text, _names(engine, context, "staff"))


def find_delivery(engine: Engine, context: Context, text: str) -> int:
    """A delivery by its name, words of it, or its id."""
    return _pick("delivery", text, _names(engine, context, "delivery"))


def find_person(engine: Engine, context: Context, text: str) -> int:
    """A resident as `find_resident`, else staff, a delivery or a temporary key by name, else one who was deleted."""
    try:
        return find_resident(engine, context, text)
    except NotFound:
        if (number := text.removeprefix(ID)).isdigit():
            return int(number)
        others = [one for record in ("staff", "delivery", "temp-key") for one in _names(engine, context, record)]
        if found := _called(text, others):
            return _only("person", text, found)
        deleted = ("resident.delete", "staff.delete", "delivery.delete", "temp_key.delete")
        terms = (Term("type", "eq", deleted), Term("entity_name", "eq", (text,)))
        gone = {
            int(row.values["entity_id"]): str(row.values["entity_name"])
            for row in _rows(engine, context, "operation", *terms)
            if row.values["entity_id"] is not None
        }
        if not gone:
            raise
        return _only("resident", text, list(gone.items()))


def find_temp_key(engine: Engine, context: Context, text: str) -> int:
    """A temporary key by its name, words of it, or its id."""
    return _pick("temporary key", text, _names(engine, context, "temp-key"))


def find_door(engine: Engine, context: Context, text: str) -> int:
    """A door by its name, words of door, device and building, or its id."""
    return engine.doors.find(context, text.removeprefix(ID))


def find_text(engine: Engine, context: Context, text: str) -> int:
    """A text of the Outbox by its number."""
    return engine.outbox.get(context, number_of(text, "text")).id


FINDERS: dict[str, Finder] = {
    "access-group": find_group,
    "amenity": find_amenity,
    "apartment": find_apartment,
    "booking": find_booking,
    "building": find_building,
    "community": find_community,
    "delivery": find_delivery,
    "device": find_device,
    "door": find_door,
    "holiday": find_holiday,
    "manager": find_manager,
    "outgoing": find_text,
    "resident": find_resident,
    "staff": find_staff,
    "temp-key": find_temp_key,
}
"""By the name of the record type in the catalog."""


def _rows(engine: Engine, context: Context, record: str, *terms: Term) -> list[ListRow]:
    return engine.list(record, context, ListQuery(Filter(terms))).first(MOST)


def _names(engine: Engine, context: Context, record: str) -> list[tuple[int, str]]:
    return [(row.id, str(row.values["name"])) for row in engine.list(record, context).first(MOST)]


def _pick(what: str, text: str, known: Sequence[tuple[int, str]]) -> int:
    """The one that is called so; a whole name wins over beginnings of its words, and both over an id."""
    found = _called(text, known)
    if text.startswith(ID) or (not found and text.isdigit()):
        number = number_of(text, what)
        found = [one for one in known if one[0] == number]
    return _only(what, text, found)


def _called(text: str, known: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those who are called so; a whole name wins over beginnings of its words."""
    wanted = fold(text.strip())
    found = [one for one in known if fold(one[1]) == wanted]
    return found or [one for one in known if _begins(fold(one[1]), wanted)]


def _only(what: str, text: str, found: Sequence[tuple[int, str]]) -> int:
    if not found:
        raise NotFound(f"There is no {what} '{text}'.")
    if len(found) > 1:
        names = ", ".join(f"{name} (id:{number})" for number, name in found[:NAMED])
        more = ", …" if len(found) > NAMED else ""
        raise Conflict(what.replace(" ", "-"), f"Several match '{text}': {names}{more}.")
    return found[0][0]


def _begins(name: str, wanted: str) -> bool:
    words = name.split()
    return bool(wanted) and all(any(word.startswith(part) for word in words) for part in wanted.split())


def number_of(text: str, what: str) -> int:
    """The number in "id:12" or "12"; raises NotFound."""
    number = text.removeprefix(ID)
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound(f"There is no {what} '{text}'.")
    return int(number)
