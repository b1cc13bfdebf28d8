"""What was typed of a resident, put in order: all bad fields at once, a sentence each (features RES-01, RES-05)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import ResidentRole
from backend.domain.errors import Invalid
from backend.domain.floors import check_floors, stored
from backend.domain.names import check_calling_code, check_name, clean
from backend.services.contacts import country_of, email_of, landline_of, mobile_of
from backend.services.credentials import Value, clash, spoken
from backend.services.holders import known_groups
from backend.services.resident_places import Place
from backend.services.resident_problems import Problems
from backend.store import tables as t
from backend.store.seal import Sealer

REMARK_LONGEST = 128
PHONES = ("phone1", "phone2", "phone3")


def checked_names(problems: Problems, typed: dict[str, str]) -> dict[str, str]:
    """First and last name as they are kept."""
    return {name: problems.check(name, partial(check_name, text, name), "") for name, text in typed.items()}


def checked_contact(
    problems: Problems, typed: dict[str, str], place: Place | None, before: Row[Any] | None = None
) -> dict[str, str | None]:
    """Contact data and remark as they are kept.

    A country fills in the calling code where none is typed; without one the community's does. What stands in `before`
    already, the row as it is, is not judged anew, so that an old number stops no other change.
    """
    columns: dict[str, str | None] = {}
    country = problems.check("country", lambda: country_of(typed["country"]), None)
    columns["country"] = country.code if country else ""
    columns["email"] = None
    if before is not None and typed["email"] == before.email:
        columns["email"] = before.email
    elif typed["email"].strip():
        columns["email"] = problems.check("email", lambda: email_of(typed["email"]), None)
    numbers = [name for name in ("mobile", *PHONES) if typed[name].strip()]
    code = typed["calling_code"].strip() or (country.calling_code if country else place.calling_code if place else "")
    if code or numbers:
        code = problems.check("calling_code", lambda: check_calling_code(code), "")
    columns["calling_code"] = code
    columns["mobile"] = None
    same_code = before is not None and before.calling_code == code
    if "mobile" in numbers and code:
        kept = before.mobile if before is not None and same_code else None
        columns["mobile"] = (
            kept
            if typed["mobile"] == kept
            else problems.check("mobile", lambda: mobile_of(typed["mobile"], code), None)
        )
    for name in PHONES:
        kept = getattr(before, name) if before is not None and same_code else None
        columns[name] = (
            kept if typed[name] == kept else problems.check(name, partial(landline_of, name, typed[name], code), "")
        )
        if columns[name] and columns[name] != kept and place is not None and not place.landline:
            problems.refuse(name, "Landline Service is off in this community. An installer can switch it on.")
    columns["remark"] = problems.check("remark", lambda: _remark(typed["remark"]), "")
    return columns


def checked_floors(problems: Problems, typed: Iterable[str], most: int | None = None) -> str:
    """Accessible floors as the database keeps them; at most `most` where that is given."""
    return problems.check("floors", lambda: stored(check_floors(typed, most)), "")


def checked_groups(problems: Problems, connection: Connection, community_id: int, ids: Iterable[int]) -> None:
    """Every id must be a group of this community (edge case 47)."""
    if not known_groups(connection, community_id, ids):
        problems.refuse("group_ids", "One of these access groups does not exist here any more.")


def checked_role(problems: Problems, place: Place | None, wanted: ResidentRole | None) -> ResidentRole:
    """Master of an apartment without one, else member, as wanted: no second master, no member beyond the limit."""
    if place is None:
        return wanted or ResidentRole.MEMBER
    if wanted is ResidentRole.MEMBER and not place.master:
        problems.refuse("role", "This apartment has no family master yet. Add the master first.")
    if wanted is ResidentRole.MASTER and place.master:
        problems.taken("role", f"{place.name} has a family master already: {spoken(place.master)}.")
    role = place.role_of(wanted)
    full = place.member_limit is not None and place.members >= place.member_limit
    if role is ResidentRole.MEMBER and full:
        may = "no family member" if not place.member_limit else f"at most {place.member_limit} family members"
        problems.refuse("role", f"{place.name} may have {may} and has {place.members}. Raise its limit first.")
    return role


def check_email_free(problems: Problems, connection: Connection, email: str | None, own: Collection[int]) -> None:
    """An e-mail address belongs to one resident only, one of `own` may be that; any number may have none."""
    if email is None:
        return
    owner = connection.execute(
        select(t.holder.c.id, t.holder.c.name)
        .join(t.resident, t.resident.c.id == t.holder.c.id)
        .where(t.resident.c.email == email)
    ).one_or_none()
    if owner is not None and owner.id not in own:
        problems.taken("email", f"This e-mail address belongs to {spoken(owner.name)}.")


def check_values_free(
    problems: Problems,
    connection: Connection,
    sealer: Sealer,
    values: Iterable[tuple[str, Value]],
    holder_id: int | None,
) -> None:
    """Each value, with the field it was typed in, must be nobody else's."""
    for name, value in values:
        if sentence := clash(connection, sealer, value, holder_id):
            problems.taken(name, sentence)


def _remark(text: str) -> str:
    remark = clean(text, len(text) + 1)
    if len(remark) > REMARK_LONGEST:
        raise Invalid({"remark": f"At most {REMARK_LONGEST} characters, this has {len(remark)}."})
    return remark
