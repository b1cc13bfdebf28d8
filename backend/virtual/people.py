"""Users of a device, with look-up by PIN and card (device protocol 1.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.virtual.envelope import ERROR_PARAM, FAILED, Record, Refused, id_of, strings
from backend.virtual.faces import STORED, Faces
from backend.virtual.profiles import Profile
from backend.virtual.schedules import device_form, grants

ALIASES = ("ScheduleRelay", "Schedule-Relay", "Schedule")
CARD_READ_BACK = 63
"""Characters of `CardCode` that come back in a list; the reader itself knows them all."""

_BASE = (
    *("ID", "UserID", "Name", "PrivatePIN", "CardCode", "WebRelay", "LiftFloorNum", "Type", "Source", "SourceType"),
    *("Group", "PhoneNum", "DialAccount", "AuthMode"),
)
_TYPEABLE = re.compile(r"\d{2,8}")


class Users:
    """The user table of one device. A field nobody knows is kept as it was given."""

    def __init__(self, profile: Profile, capacity: int, faces: Faces) -> None:
        self._profile = profile
        self._faces = faces
        self._capacity = capacity
        self._records: dict[str, Record] = {}
        self._next = 1
        self._by_user_id: dict[str, str] = {}
        self._by_pin: dict[str, dict[str, None]] = {}
        self._by_card: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def add(self, given: Record) -> None:
        """Store a user under a new ID.

        Raises Refused: table full, a mandatory field missing, an empty name (Ret 14), a UserID that exists.
        """
        if len(self._records) >= self._capacity:
            raise Refused(FAILED)
        if any(name not in given for name in self._profile.mandatory) or not given.get(self._profile.alias):
            raise Refused(self._profile.missing_message)
        number = str(self._next)
        self._keep(number, self._stored(given, number))
        self._next += 1

    def set(self, given: Record) -> None:
        """Replace a user whole, what is not given is erased; raises Refused for an unknown ID."""
        number = id_of(given)
        if number not in self._records:
            raise Refused(FAILED)
        record = self._stored(given, number)
        old = self._records[number]
        self._forget_keys(old)
        self._keep(number, record)
        self._drop_photo(old)

    def delete(self, given: Record) -> None:
        """Remove a user by `ID`, else by `UserID`; raises Refused when there is none."""
        number = id_of(given) or self._by_user_id.get(str(given.get("UserID", "")), "")
        record = self._records.pop(number, None)
        if record is None:
            raise Refused(FAILED)
        self._forget_keys(record)
        self._drop_photo(record)

    def clear(self) -> None:
        """Remove everybody with their photos; IDs are not used again."""
        self._faces.clear()
        for keys in (self._records, self._by_user_id, self._by_pin, self._by_card):
            keys.clear()

    def shown(self, record: Record) -> Record:
        """A record as a list gives it: `CardCode` cut short, and where the photo of a face lies."""
        told = record | {"CardCode": record["CardCode"][:CARD_READ_BACK]}
        if self._profile.faces:
            name = self._photo(record)
            told |= {"FaceFileName": name, "FaceUrl": f"{STORED}{name}" if name else ""}
        return told

    def with_face(self, name: str) -> list[Record]:
        """Those whose face is on the photo `name`."""
        return [record for record in self if self._photo(record) == name]

    def _photo(self, record: Record) -> str:
        """The photo of a record's face: either field names it, and only one that was taken in counts."""
        named = record.get("FaceFileName") or str(record.get("FaceUrl", "")).rpartition("/")[2]
        return named if isinstance(named, str) and named in self._faces else ""

    def _drop_photo(self, record: Record) -> None:
        """Forget a photo that nobody's face is on any more."""
        name = self._photo(record)
        if name and not self.with_face(name):
            self._faces.drop(name)

    def found(self, text: str) -> list[Record]:
        """Everybody whose name, UserID, PIN or cards contain `text`, whatever the case."""
        wanted = text.casefold()
        fields = ("Name", "UserID", "PrivatePIN", "CardCode")
        return [record for record in self if any(wanted in record[name].casefold() for name in fields)]

    def with_pin(self, pin: str) -> list[Record]:
        """Those whose PIN is exactly `pin`."""
        return [self._records[number] for number in self._by_pin.get(pin, ())]

    def with_card(self, card: str) -> list[Record]:
        """Those who hold `card`, compared without regard to case."""
        return [self._records[number] for number in self._by_card.get(card.upper(), ())]

    def grants_of(self, record: Record) -> list[tuple[str, tuple[int, ...]]]:
        """What the record allows, as (schedule ID, relay numbers)."""
        return grants(record[self._profile.alias])

    def dump(self) -> Record:
        """What the flash keeps."""
        return {"next": self._next, "records": list(self._records.values())}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        for keys in (self._records, self._by_user_id, self._by_pin, self._by_card):
            keys.clear()
        self._next = state["next"]
        for record in state["records"]:
            self._keep(record["ID"], record)

    def _stored(self, given: Record, number: str) -> Record:
        alias = self._profile.alias
        strings(given, (*_BASE, alias))
        if "Name" in self._profile.mandatory and given.get("Name") == "":
            raise Refused(ERROR_PARAM, ret=14)
        owner = self._by_user_id.get(given.get("UserID", ""))
        if owner not in (None, number):
            raise Refused("User already exist")
        record = dict.fromkeys((*_BASE, alias), "") | {"Type": "0", "Source": "Local"}
        record |= {name: value for name, value in given.items() if name == alias or name not in ALIASES}
        return record | {"ID": number, "SourceType": "1", alias: device_form(record[alias])}

    def _cards(self, record: Record) -> list[str]:
        cards = [card.strip().upper() for card in record["CardCode"].split(";")]
        return [card for card in cards if card][: self._profile.max_cards]

    def _keep(self, number: str, record: Record) -> None:
        self._records[number] = record
        if record["UserID"]:
            self._by_user_id[record["UserID"]] = number
        if _TYPEABLE.fullmatch(record["PrivatePIN"]):
            self._by_pin.setdefault(record["PrivatePIN"], {})[number] = None
        for card in self._cards(record):
            self._by_card.setdefault(card, {})[number] = None

    def _forget_keys(self, record: Record) -> None:
        self._by_user_id.pop(record["UserID"], None)
        for index, keys in ((self._by_pin, [record["PrivatePIN"]]), (self._by_card, self._cards(record))):
            for key in keys:
                owners = index.get(key, {})
                owners.pop(record["ID"], None)
                if not owners:
                    index.pop(key, None)
