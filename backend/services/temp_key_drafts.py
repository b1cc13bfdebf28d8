"""A new temporary key, checked by the rules and the visitor setting, and written (rules 7.1, 7.2; VIS-01, VIS-04)."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, select

from backend.domain.context import Context, new_id
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.errors import Busy, Invalid, NotFound
from backend.domain.id_access import check_id_access
from backend.domain.limits import takes
from backend.domain.names import check_email, check_name, clean, fold
from backend.domain.temp_key_times import KeyTime, check_time, usual_time
from backend.domain.temp_keys import TempKeyDraft, check_count, random_digits, reads_qr
from backend.services.apartment_pages import apartment_row
from backend.services.communities import community_row
from backend.services.credentials import Value, clash, issue, owner_of
from backend.services.holders import reaching
from backend.services.own_rights import set_own_rights
from backend.services.resident_problems import Problems
from backend.services.temp_key_doors import usual_doors
from backend.services.temp_key_rows import Phone, phones_at, sealed_for
from backend.services.visitor_rules import visitor_rules
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

ID_NUMBER_LONGEST = 64
_TRIES = 50


@dataclass(frozen=True, slots=True)
class NewKey:
    """A checked draft; `place` is building and APT, "" for the administration."""

    name: str
    apartment_id: int | None
    place: str
    id_number: str = field(repr=False)
    email: str
    time: KeyTime
    each_count: int | None
    relay_ids: tuple[int, ...]
    id_access: Value | None


def check_draft(work: Work, draft: TempKeyDraft) -> NewKey:
    """The draft as it can be written.

    Raises Conflict (run) where a taken RUN is all that is wrong, else Invalid with every bad field of the draft.
    """
    connection, context = work.connection, work.context
    rules, problems = visitor_rules(connection), Problems()
    name = problems.check("name", lambda: check_name(draft.name, "name"), "")
    time = _checked_time(problems, draft, partial(check_time, rules=rules, now=work.at), usual_time(rules, work.at))
    id_number = problems.check("id_number", lambda: _id_number(draft.id_number, rules.need_id_number), "")
    email = problems.check("email", lambda: _email(draft.email, rules.need_email), "")
    each_count = problems.check("each_count", lambda: check_count(time, draft.each_count), None)
    place = problems.check("apartment_id", lambda: _place(connection, context.community_id, draft.apartment_id), "")
    relay_ids = draft.relay_ids
    if relay_ids is None:
        relay_ids = (
            () if "apartment_id" in problems.invalid else usual_doors(connection, context, draft.apartment_id)[0]
        )
    problems.check("relay_ids", lambda: _known_doors(connection, context.community_id, relay_ids), None)
    id_access = _id_access(problems, connection, work.sealer, context, draft)
    problems.raise_any()
    return NewKey(
        name, draft.apartment_id, place, id_number, email, time, each_count, tuple(sorted(set(relay_ids))), id_access
    )


def insert_key(work: Work, new: NewKey, rng: random.Random) -> tuple[int, str]:
    """Write a key with digits of its own; answers its id and the digits, a secret."""
    digits = free_digits(work.connection, work.sealer, work.context.community_id, rng)
    uuid = new_id()
    key_id = work.insert(
        t.holder,
        uuid=uuid,
        community_id=work.context.community_id,
        kind=HolderKind.VISITOR.value,
        name=new.name,
        name_fold=fold(new.name),
        apartment_id=new.apartment_id,
    )
    work.insert(
        t.temp_key,
        id=key_id,
        repeat=new.time.repeat.value,
        email=new.email,
        id_number_sealed=work.sealer.seal_text(sealed_for(uuid), new.id_number) if new.id_number else None,
        each_count=new.each_count,
        made_by_id=work.context.actor_id,
        made_by=work.context.actor_name,
        made_at=work.at,
    )
    scope = f"c:{work.context.community_id}"
    pin = Value(CredentialKind.PIN, digits, scope, community_id=work.context.community_id)
    with reaching(work, [key_id], "temporary key added"):
        for value in (pin, new.id_access):
            if value is not None:
                credential_id = issue(work, key_id, value)
                work.update(t.credential, credential_id, valid_from=new.time.valid_from, valid_to=new.time.valid_to)
        set_own_rights(work, key_id, (new.time.window(),), new.relay_ids)
    return key_id, digits


def free_digits(connection: Connection, sealer: Sealer, community_id: int, rng: random.Random) -> str:
    """Digits that nobody in the community has, nor had until every door was proved without them (edge case 21).

    Raises Busy in the unlikely case that none is found at once.
    """
    for _ in range(_TRIES):
        digits = random_digits(rng)
        value = Value(CredentialKind.PIN, digits, f"c:{community_id}", community_id=community_id)
        if owner_of(connection, sealer, value) is None:
            return digits
    raise Busy("No free key was found at once. Try again.")


def door_advice(connection: Connection, relay_ids: Iterable[int], *, id_access: bool) -> dict[str, str]:
    """What to know of chosen doors, nothing of which forbids saving: no QR reader (edge case 22), no ID access."""
    phones = phones_at(connection, t.relay.c.id.in_(sorted(set(relay_ids))))
    told = {}
    if without := [phone for phone in phones if not reads_qr(phone.model)]:
        told["relay_ids"] = no_reader(without)
    if id_access and phones and not any(CredentialKind.ID_ACCESS.value in takes(phone.profile) for phone in phones):
        told["run"] = "ID access stays here: no door of this key takes it from the site."
    return told


def no_reader(phones: Iterable[Phone]) -> str:
    """One sentence that names the doors which take the digits of a key only."""
    names = [f"{phone.name} ({phone.model})" for phone in phones]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    verb, them = ("have", "there") if len(names) > 1 else ("has", "there")
    return f"{listed} {verb} no QR reader: the visitor types the digits {them}."


def _checked_time(problems: Problems, draft: TempKeyDraft, check: partial[KeyTime], usual: KeyTime) -> KeyTime:
    """The time of a key; what is wrong is kept by its own fields."""
    if draft.time is None:
        return usual
    try:
        return check(draft.time)
    except Invalid as error:
        for name, sentence in error.fields.items():
            problems.refuse(name, sentence)
        return draft.time


def _id_number(text: str, needed: bool) -> str:
    number = clean(text, len(text) + 1)
    if len(number) > ID_NUMBER_LONGEST:
        raise Invalid({"id_number": f"At most {ID_NUMBER_LONGEST} characters, this has {len(number)}."})
    if needed and not number:
        raise Invalid({"id_number": "An ID number is needed here, by the visitor setting."})
    return number


def _email(text: str, needed: bool) -> str:
    if text.strip():
        return check_email(text)
    if needed:
        raise Invalid({"email": "An e-mail address is needed here, by the visitor setting."})
    return ""


def _place(connection: Connection, community_id: int, apartment_id: int | None) -> str:
    """Building and APT; a key of the administration has none."""
    if apartment_id is None:
        return ""
    try:
        row = apartment_row(connection, community_id, apartment_id)
    except NotFound:
        raise Invalid({"apartment_id": "This apartment does not exist any more."}) from None
    return f"{row.building} {row.number}"


def _known_doors(connection: Connection, community_id: int, relay_ids: Iterable[int]) -> None:
    """At least one door, all of this community (rules 7.1)."""
    wanted, relay, device = set(relay_ids), t.relay, t.device
    if not wanted:
        raise Invalid({"relay_ids": "Choose at least one door."})
    query = select(relay.c.id).join(device, device.c.id == relay.c.device_id).where(relay.c.id.in_(sorted(wanted)))
    if set(connection.execute(query.where(device.c.community_id == community_id)).scalars()) != wanted:
        raise Invalid({"relay_ids": "One of these doors does not exist here any more."})


def _id_access(
    problems: Problems, connection: Connection, sealer: Sealer, context: Context, draft: TempKeyDraft
) -> Value | None:
    """The ID access of a visitor (rules 7.2): nobody else in the community may have the RUN."""
    try:
        pair = check_id_access(draft.run, draft.serial)
    except Invalid as error:
        for name, sentence in error.fields.items():
            problems.refuse(name, sentence)
        return None
    if pair is None:
        return None
    if not community_row(connection, context.community_id).id_access:
        problems.refuse("run", "This community has no ID access. An installer can switch it on.")
    value = Value(CredentialKind.ID_ACCESS, pair.text, f"c:{context.community_id}", community_id=context.community_id)
    if sentence := clash(connection, sealer, value, None):
        problems.taken("run", sentence)
    return value
