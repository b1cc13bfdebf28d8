"""Access groups and holidays as services take and answer them (rules 8)."""

from __future__ import annotations

from backend.domain.access.results import DoorPlan
from backend.domain.enums import CredentialKind, HolderKind, SyncState
from backend.domain.frozen import Frozen


class GroupDraft(Frozen):
    """A group as typed; `schedule` is a line of hours as `parse_schedule` reads it."""

    name: str = ""
    schedule: str = ""
    relay_ids: tuple[int, ...] = ()
    keeps_holidays: bool = False


class GroupPatch(Frozen):
    """Changes to a group; None keeps."""

    name: str | None = None
    schedule: str | None = None
    relay_ids: tuple[int, ...] | None = None
    keeps_holidays: bool | None = None


class GroupDoor(Frozen):
    """A door of a group, with the access methods that its relay takes (edge case 48) and how its device stands."""

    relay_id: int
    door: str
    device_id: int
    device: str
    methods: tuple[CredentialKind, ...]
    sync: SyncState


class GroupPerson(Frozen):
    """Somebody in a group; `place` is building and APT of a resident."""

    id: int
    kind: HolderKind
    name: str
    place: str


class GroupRecord(Frozen):
    """A group's whole page; `number` is its ID in the import templates, `schedule` its hours as they are typed.

    `hours` says them in full; `hours_per_week` counts those of a usual week, dated spans not. `fixed` says why a
    default group's name, time and doors stay as they are, "" for the others.
    """

    id: int
    version: int
    number: int
    name: str
    type: str
    building: str
    schedule: str
    hours: str
    keeps_holidays: bool
    hours_per_week: float
    doors: tuple[GroupDoor, ...]
    people: int
    fixed: str


class GroupDeletion(Frozen):
    """What deleting these groups takes away: from whom, at which doors; `alone` are people with no other group.

    `held_open` are the doors that their hours keep open, which are shut (edge case 49).
    """

    ids: tuple[int, ...]
    groups: tuple[str, ...]
    people: tuple[str, ...]
    doors: tuple[str, ...]
    alone: tuple[str, ...]
    held_open: tuple[str, ...]
    blocked: str
    """Why they cannot be deleted, "" when they can."""
    plans: tuple[DoorPlan, ...] = ()


class PeopleChange(Frozen):
    """What adding people to a group, or taking them out, does: how many of those meant are concerned, and the doors.

    `same` are already in it, or not in it; `alone` would have no group left.
    """

    group: str
    people: tuple[str, ...]
    same: int
    alone: tuple[str, ...]
    plans: tuple[DoorPlan, ...]


class HolidayRecord(Frozen):
    """Days, ISO and both inclusive, on which groups that keep holidays are closed."""

    id: int
    version: int
    name: str
    first_day: str
    last_day: str


def names_told(names: tuple[str, ...], most: int = 5) -> str:
    """So many names, and how many more: "Kowalska, Anna; Nowak, Jan and 3 more"."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
