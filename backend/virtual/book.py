"""Groups and contacts of a device's phone book (device protocol 1.9)."""

from __future__ import annotations

from collections.abc import Iterator

from backend.virtual.envelope import ERROR_PARAM, FAILED, Record, Refused, id_of, strings

DEFAULT = "Default"
"""The group that is always there and never listed."""


class _Table:
    """Records under IDs the device assigns."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self._next = 1

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records.values())

    def clear(self) -> None:
        """Remove all."""
        self.records.clear()

    def dump(self) -> Record:
        """What the flash keeps."""
        return {"next": self._next, "records": list(self.records.values())}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        self._next = state["next"]
        self.records = {record["ID"]: record for record in state["records"]}

    def _append(self, record: Record) -> None:
        number = str(self._next)
        self.records[number] = {"ID": number} | record
        self._next += 1


class Groups(_Table):
    """Group names. Deleting one that does not exist succeeds."""

    def add(self, given: Record) -> None:
        """Store a group; raises Refused on an empty name (Ret 14)."""
        self._append({"Name": _name(given)})

    def set(self, given: Record) -> None:
        """Rename a group; raises Refused on an unknown ID (Ret -4)."""
        number = id_of(given)
        if number not in self.records:
            raise Refused(FAILED, ret=-4)
        self.records[number] = {"ID": number, "Name": _name(given)}

    def delete(self, given: Record) -> None:
        """Remove a group, if there is one of that ID."""
        self.records.pop(id_of(given), None)

    def known(self, name: str) -> str:
        """The group a contact lands in: `name` if it exists, else the default one."""
        return name if any(group["Name"] == name for group in self) else DEFAULT


class Contacts(_Table):
    """Contacts. An unknown group becomes the default one without a word; `set` needs the full record."""

    def __init__(self, groups: Groups) -> None:
        super().__init__()
        self._groups = groups

    def add(self, given: Record) -> None:
        """Store a contact; raises Refused on an empty name."""
        self._append(self._stored(given))

    def set(self, given: Record) -> None:
        """Replace a contact whole; raises Refused on an unknown ID (Ret -7) or without a name."""
        number = id_of(given)
        if number not in self.records:
            raise Refused(FAILED, ret=-7)
        self.records[number] = {"ID": number} | self._stored(given)

    def delete(self, given: Record) -> None:
        """Remove a contact; raises Refused on an unknown ID (Ret -7)."""
        if self.records.pop(id_of(given), None) is None:
            raise Refused(FAILED, ret=-7)

    def _stored(self, given: Record) -> Record:
        strings(given, ("Name", "Phone", "Group"))
        return {
            "Name": _name(given),
            "Phone": given.get("Phone", ""),
            "Group": self._groups.known(given.get("Group", "")),
        }


def _name(given: Record) -> str:
    name = given.get("Name")
    if not isinstance(name, str):
        raise Refused(ERROR_PARAM)
    if not name:
        raise Refused(FAILED, ret=14)
    return name
