"""User records: our side, the device's side, and the way between them (protocol 1.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.devices.envelope import LOCAL_SOURCES, Record, first_text, text_of
from backend.devices.profiles import Profile
from backend.domain.errors import Invalid
from backend.domain.floors import NO_FLOOR
from backend.domain.names import printable

Grants = tuple[tuple[str, tuple[int, ...]], ...]
"""Pairs of a schedule's reference on the device ("1001") and the relays it opens, counted from 1."""

_SPELLINGS = ("ScheduleRelay", "Schedule-Relay", "Schedule")
_GRANT = re.compile(r"([0-9]{1,9})-([1-9]{1,9})", re.ASCII)
_CARD = re.compile(r"[0-9A-Za-z]{1,32}", re.ASCII)
_PIN = re.compile(r"[0-9]{2,8}", re.ASCII)
_CARD_FIELD = 63  # what is longer comes back cut off
_NOTHING = {"LiftFloorNum": NO_FLOOR, "WebRelay": "0"}
_FACE = re.compile(r"SP-([0-9a-f]{4,64})\.jpg", re.ASCII)

SOME_FACE = "?"
"""A face of which the device does not tell the photo."""


@dataclass(frozen=True, slots=True)
class UserBody:
    """What a user on a device shall be.

    `remote_id` is the record's id for a change, "" for a new one. `base` is the record as read: a change sends back
    its other fields, which the device would erase; None lets the client read it first. `face` names the photo of the
    face, "" for none; with `new_face` the record is told of it, else it keeps the photo that it has.
    """

    user_id: str
    name: str
    pin: str | None = field(default=None, repr=False)
    cards: tuple[str, ...] = field(default=(), repr=False)
    grants: Grants = ()
    remote_id: str = ""
    base: Mapping[str, object] | None = field(default=None, repr=False, compare=False)
    floor: str = NO_FLOOR
    face: str = ""
    new_face: bool = False


@dataclass(frozen=True, slots=True)
class RemoteUser:
    """A user as the device holds it; `raw` has every field it sent.

    `floor` is NO_FLOOR and `face` "" on lines of devices that are not told of them. `face` names the photo where the
    device tells a name of ours, and is SOME_FACE where it only tells that there is one.
    """

    remote_id: str
    user_id: str
    name: str
    pin: str | None = field(repr=False)
    cards: tuple[str, ...] = field(repr=False)
    grants: Grants
    source_type: str
    raw: Record = field(repr=False)
    floor: str = NO_FLOOR
    face: str = ""

    @property
    def editable(self) -> bool:
        """Whether the record is the device's own; cloud and ACMS records cannot be changed locally."""
        return self.source_type in LOCAL_SOURCES


def face_file(name: str) -> str:
    """The file under which a photo is put on a device."""
    return f"SP-{name}.jpg"


def read_user(record: Record, profile: Profile) -> RemoteUser:
    """Parse a record, taking numbers for texts and missing fields for empty ones."""
    return RemoteUser(
        remote_id=text_of(record.get("ID")),
        user_id=text_of(record.get("UserID")),
        name=text_of(record.get("Name")),
        pin=text_of(record.get("PrivatePIN")) or None,
        cards=split_cards(text_of(record.get("CardCode"))),
        grants=read_grants(first_text(record, _SPELLINGS)),
        source_type=text_of(record.get("SourceType")),
        raw=record,
        floor=(text_of(record.get("LiftFloorNum")).strip(" ;") or NO_FLOOR) if profile.floors else NO_FLOOR,
        face=_read_face(record) if profile.faces else "",
    )


def _read_face(record: Record) -> str:
    """The name of the photo, SOME_FACE where none of the two fields has a name of ours, "" where both are empty."""
    told = [found for name in ("FaceFileName", "FaceUrl") if (found := text_of(record.get(name)).strip())]
    named = (_FACE.fullmatch(one.rpartition("/")[2]) for one in told)
    return next((match[1] for match in named if match), SOME_FACE if told else "")


def write_user(body: UserBody, profile: Profile) -> Record:
    """The full record to send: `base` with our fields over it, the schedules in both spellings. Raises `Invalid`."""
    check_user(body, profile)
    record: Record = dict(body.base or {})
    stale = record.pop("Schedule", None)
    if isinstance(stale, list):
        record["Schedule"] = [schedule for schedule, _ in body.grants]
    grants = write_grants(body.grants)
    record |= {
        "UserID": body.user_id,
        "Name": body.name,
        "PrivatePIN": body.pin or "",
        "CardCode": ";".join(body.cards),
        "ScheduleRelay": grants,
        "Schedule-Relay": grants,
    }
    if profile.floors:
        record["LiftFloorNum"] = body.floor
    if profile.faces and (body.new_face or not body.face):
        record["FaceUrl"] = record["FaceFileName"] = face_file(body.face) if body.face else ""
    if body.remote_id:
        record["ID"] = body.remote_id
    for name in profile.mandatory:
        record.setdefault(name, _NOTHING.get(name, ""))
    return record


def check_user(body: UserBody, profile: Profile) -> None:
    """Raises `Invalid` for what the device would refuse, cut off or read as something else."""
    wrong: dict[str, str] = {}
    if not body.name.strip() or body.name != printable(body.name):
        wrong["name"] = "A user on a device needs a name."
    if not body.user_id.strip() or not body.user_id.isprintable():
        wrong["user_id"] = "A user on a device needs a user ID."
    if body.pin is not None and not _PIN.fullmatch(body.pin):
        wrong["pin"] = "A PIN has 2 to 8 digits."
    if len(body.cards) > profile.max_cards_per_user or len(";".join(body.cards)) > _CARD_FIELD:
        wrong["cards"] = (
            f"The device keeps at most {profile.max_cards_per_user} cards of {_CARD_FIELD} characters in all."
        )
    elif not all(map(_CARD.fullmatch, body.cards)):
        wrong["cards"] = "A card number has letters and digits only."
    relays = [relay for _, numbers in body.grants for relay in numbers]
    if not body.grants or not all(numbers for _, numbers in body.grants):
        wrong["grants"] = "A user on a device needs a schedule and a relay; without any, remove the user."
    elif not all(1 <= relay <= profile.relays for relay in relays):
        wrong["grants"] = f"The device has the relays 1 to {profile.relays}."
    elif not all(_GRANT.fullmatch(f"{schedule}-1") for schedule, _ in body.grants):
        wrong["grants"] = "A schedule on a device is named by its number."
    if wrong:
        raise Invalid(wrong)


def differences(remote: RemoteUser, body: UserBody) -> frozenset[str]:
    """The names of our fields that the device holds otherwise; cards compare without case, grants without order."""
    pairs: dict[str, tuple[object, object]] = {
        "user_id": (remote.user_id, body.user_id),
        "name": (remote.name, body.name),
        "pin": (remote.pin, body.pin or None),
        "cards": ({card_key(c) for c in remote.cards}, {card_key(c) for c in body.cards}),
        "grants": (_openings(remote.grants), _openings(body.grants)),
        "floor": (remote.floor, body.floor),
        "face": (remote.face, body.face),
    }
    return frozenset(name for name, (held, wanted) in pairs.items() if held != wanted)


def card_key(card: str) -> str:
    """A card number for comparing: without case, leading zeros kept as they are part of it."""
    return card.upper()


def split_cards(text: str) -> tuple[str, ...]:
    """The cards of a card field, joined by ";" or by ","."""
    return tuple(card for part in re.split("[;,]", text) if (card := part.strip()))


def read_grants(text: str) -> Grants:
    """Parse "1001-12;1002-3;", with ";" or ","; parts that are no grant open nothing and are left out."""
    found = (_GRANT.fullmatch(part.strip()) for part in re.split("[;,]", text))
    return tuple((match[1], tuple(map(int, match[2]))) for match in found if match)


def write_grants(grants: Grants) -> str:
    """The text of grants as devices hold it, each ended by ";"."""
    return "".join(f"{schedule}-{''.join(map(str, relays))};" for schedule, relays in grants)


def _openings(grants: Grants) -> set[tuple[str, int]]:
    return {(schedule, relay) for schedule, relays in grants for relay in relays}
