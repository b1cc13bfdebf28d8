"""What was typed of a resident, put in order: all bad fields at once, a sentence each (features RES-01, RES-05)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, select

from backend.domain.codes import check_pin, normalise_card
from backend.domain.enums import CredentialKind
from backend.domain.errors import Conflict, Invalid
from backend.domain.names import check_calling_code, check_email, check_mobile, check_name, clean
from backend.services.credentials import Value, clash, scope_of, spoken
from backend.services.holders import known_groups
from backend.services.resident_places import Place
from backend.store import tables as t
from backend.store.seal import Sealer

REMARK_LONGEST = 128
PHONES = ("phone1", "phone2", "phone3")

_Checked = TypeVar("_Checked")
_PHONE = re.compile(r"\+?[0-9]{3,15}")
_PUNCTUATION = re.compile(r"[\s()./-]+")


@dataclass(slots=True)
class Problems:
    """What is wrong with a form: broken rules, and values that somebody else has, one sentence a field."""

    invalid: dict[str, str] = field(default_factory=dict)
    clashes: dict[str, str] = field(default_factory=dict)

    def check(self, name: str, checked: Callable[[], _Checked], fallback: _Checked) -> _Checked:
        """What `checked` answers; where it raises Invalid, `fallback`, and its sentence is kept for field `name`."""
        try:
            return checked()
        except Invalid as error:
            for told, sentence in error.fields.items():
                self.invalid.setdefault(told if told == "calling_code" else name, sentence)
            return fallback

    def refuse(self, name: str, sentence: str) -> None:
        """Keep a broken rule of field `name`; its first one is shown."""
        self.invalid.setdefault(name, sentence)

    def taken(self, name: str, sentence: str) -> None:
        """Keep that somebody else has the value of field `name`."""
        self.clashes.setdefault(name, sentence)

    def raise_any(self) -> None:
        """Raise Conflict where one taken value is all that is wrong, else Invalid with every field."""
        if len(self.clashes) == 1 and not self.invalid:
            raise Conflict(*next(iter(self.clashes.items())))
        if self.invalid or self.clashes:
            raise Invalid(self.clashes | self.invalid)


def checked_names(problems: Problems, typed: dict[str, str]) -> dict[str, str]:
    """First and last name as they are kept."""
    return {name: problems.check(name, partial(check_name, text, name), "") for name, text in typed.items()}


def checked_contact(problems: Problems, typed: dict[str, str], fallback_code: str) -> dict[str, str | None]:
    """E-mail, numbers and remark as they are kept, for those that are in `typed`.

    `typed` always has calling code, mobile and the landlines; an empty calling code is `fallback_code`.
    """
    columns: dict[str, str | None] = {}
    if "email" in typed:
        columns["email"] = problems.check("email", lambda: _email(typed["email"]), None)
    numbers = [name for name in ("mobile", *PHONES) if typed[name].strip()]
    code = typed["calling_code"].strip() or fallback_code
    if code or numbers:
        code = problems.check("calling_code", lambda: check_calling_code(code), "")
    columns["calling_code"] = code
    columns["mobile"] = None
    if "mobile" in numbers and code:
        columns["mobile"] = problems.check("mobile", lambda: check_mobile(typed["mobile"], code), None)
    for name in PHONES:
        columns[name] = problems.check(name, partial(_phone, name, typed[name]), "")
    columns["remark"] = problems.check("remark", lambda: _remark(typed["remark"]), "")
    return columns


def checked_pin(problems: Problems, text: str) -> str:
    """The PIN, "" for none."""
    return problems.check("pin", lambda: check_pin(text), "") if text.strip() else ""


def checked_cards(problems: Problems, typed: Iterable[str], name: str) -> tuple[str, ...]:
    """The codes of the cards without empty ones and repeats (edge case 10); `name` is the field of the sentences."""
    texts = [text for text in typed if text.strip()]
    codes: dict[str, None] = {}
    for number, text in enumerate(texts, start=1):
        try:
            codes[normalise_card(text)] = None
        except Invalid as error:
            which = f"Card {number}: " if len(texts) > 1 else ""
            problems.refuse(name, which + error.fields["card"])
    return tuple(codes)


def checked_groups(problems: Problems, connection: Connection, community_id: int, ids: Iterable[int]) -> None:
    """Every id must be a group of this community (edge case 47)."""
    if not known_groups(connection, community_id, ids):
        problems.refuse("group_ids", "One of these access groups does not exist here any more.")


def check_email_free(problems: Problems, connection: Connection, email: str | None, holder_id: int | None) -> None:
    """An e-mail address belongs to one resident only; any number may have none."""
    if email is None:
        return
    owner = connection.execute(
        select(t.holder.c.id, t.holder.c.name)
        .join(t.resident, t.resident.c.id == t.holder.c.id)
        .where(t.resident.c.email == email)
    ).one_or_none()
    if owner is not None and owner.id != holder_id:
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


def values_of(place: Place, pin: str, cards: Iterable[str], card_field: str) -> list[tuple[str, Value]]:
    """PIN and cards as values in the scopes of a resident of `place`, each with the field it was typed in."""
    typed = [("pin", CredentialKind.PIN, pin)] if pin else []
    typed += [(card_field, CredentialKind.CARD, card) for card in cards]
    return [
        (name, Value(kind, text, scope_of(kind, place.pin_mode, place.community_id, place.apartment_id)))
        for name, kind, text in typed
    ]


def _email(text: str) -> str | None:
    return check_email(text).lower() if text.strip() else None


def _phone(name: str, text: str) -> str:
    number = _PUNCTUATION.sub("", text)
    if number and not _PHONE.fullmatch(number):
        raise Invalid({name: "A telephone number has 3 to 15 digits, as in 030 1234567."})
    return number


def _remark(text: str) -> str:
    remark = clean(text, len(text) + 1)
    if len(remark) > REMARK_LONGEST:
        raise Invalid({"remark": f"At most {REMARK_LONGEST} characters, this has {len(remark)}."})
    return remark
