"""What only one may have: addresses, PINs and cards, among the rows of an import and against everybody.

Edge cases 3, 5, 6, 8, 10. All values are looked up at once and every pair of rows is found by a table, so that the time
grows with the number of rows and not with its square.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from backend.domain.codes import mask
from backend.domain.enums import CredentialKind, PinMode, ResidentRole, Verdict
from backend.services.credentials import LIVE, Value, open_value, spoken, taken_by
from backend.services.import_checked import Checked
from backend.services.import_rights import Rights, card_word
from backend.services.import_world import owners
from backend.store import tables as t
from backend.store.seal import Sealer


def settle(connection: Connection, sealer: Sealer, checker: Rights, rows: Sequence[Checked]) -> None:
    """Refuse what somebody else has, and finish the rows: what is added to whom, and who waits for a refused master."""
    _emails(checker, rows)
    _values(connection, sealer, checker, rows)
    if checker.world.community.pin_mode == PinMode.PIN.value:
        _contained(connection, sealer, checker, rows)
    _without_master(checker, rows)


def _emails(checker: Rights, rows: Iterable[Checked]) -> None:
    first: dict[str, Checked] = {}
    for row in rows:
        email = row.columns.get("email") or row.patch.get("email", "").casefold()
        if not email:
            continue
        owner = checker.world.emails.get(email)
        mine = row.person.id if row.person is not None else None
        if owner is not None and owner[0] != mine:
            checker.refuse(row, "email", f"This e-mail address belongs to {spoken(owner[1])}.")
        elif (earlier := first.setdefault(email, row)) is not row:
            checker.refuse(row, "email", f"Row {earlier.parsed.number} has this e-mail address too.")


def _values(connection: Connection, sealer: Sealer, checker: Rights, rows: Sequence[Checked]) -> None:
    found = owners(connection, sealer, (value for row in rows for values in row.values.values() for value in values))
    first: dict[tuple[object, ...], Checked] = {}
    for row in rows:
        mine = row.person.id if row.person is not None else None
        for name, values in row.values.items():
            for value in values:
                owner = found.get(value)
                if owner is not None and owner.holder_id == mine and owner.status in LIVE:
                    continue  # theirs already
                if owner is not None and owner.holder_id != mine:
                    checker.refuse(row, name, taken_by(value, owner))
                elif (earlier := first.setdefault(_among(value, row), row)) is not row:
                    word = f"card {mask(value.text)}" if value.kind is CredentialKind.CARD else "PIN"
                    checker.refuse(row, name, f"Row {earlier.parsed.number} has this {word} too.")
                elif row.person is not None:
                    _comes(row, value)


def _among(value: Value, row: Checked) -> tuple[object, ...]:
    """What two rows may not share; an apartment that is to be made is a scope of its own."""
    return value.kind, value.text, value.scope, row.key if row.makes_flat else None


def _comes(row: Checked, value: Value) -> None:
    """A code that somebody who is there gets."""
    if value.kind is CredentialKind.CARD:
        row.patch["cards_add"] = (*row.patch.get("cards_add", ()), value.text)
        row.does.append(card_word(value))
    else:
        row.patch["pin"] = value.text
        row.does.append("new PIN")
    row.acts = Verdict.CHANGE


def _contained(connection: Connection, sealer: Sealer, checker: Rights, rows: Sequence[Checked]) -> None:
    """Warn of a PIN that is part of another, or has one that is there in it: some doors ignore digits around a PIN."""
    typed = {id(row): row.values["pin"][0].text for row in rows if row.values.get("pin")}
    if not typed:
        return
    c = t.credential
    query = select(c).where(
        c.c.community_id == checker.world.community.id,
        c.c.kind == CredentialKind.PIN.value,
        c.c.status.in_(LIVE),
    )
    there = {open_value(sealer, one) for one in connection.execute(query)}
    everyone = there | set(typed.values())
    inside = {part for pin in everyone for part in _parts(pin)} & everyone
    for row in rows:
        pin = typed.get(id(row))
        if pin is None or row.refused or (row.person is not None and "pin" not in row.patch):
            continue
        if pin in inside:
            checker.warn(row, "pin", "is part of another PIN: some doors take one for the other.")
        elif any(part in there for part in _parts(pin)):
            checker.warn(row, "pin", "has the PIN of a resident in it: some doors take one for the other.")


def _parts(pin: str) -> Iterable[str]:
    """Every shorter run of digits in a PIN, from two on."""
    size = len(pin)
    return (pin[at : at + width] for width in range(2, size) for at in range(size - width + 1))


def _without_master(checker: Rights, rows: Sequence[Checked]) -> None:
    """A member whose master is a row that is refused cannot come either."""
    refused = {
        row.key: row.parsed.number
        for row in rows
        if row.refused and row.acts is Verdict.ADD and row.role is ResidentRole.MASTER and row.key is not None
    }
    for row in rows:
        if row.acts is Verdict.ADD and row.role is ResidentRole.MEMBER and row.key in refused and not row.refused:
            place = checker.world.places[row.key]
            checker.refuse(row, "", f"The family master of {place.name} is row {refused[row.key]}, which is refused.")
