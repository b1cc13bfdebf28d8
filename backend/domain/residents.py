"""Residents as services take and answer them (rules 5)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.domain.access.results import DoorPlan
from backend.domain.credentials import CredentialRecord, DoorHeld
from backend.domain.doors import LogLine
from backend.domain.enums import AccountStatus, AppStatus, LoginState, OutgoingState, ResidentRole
from backend.domain.frozen import Frozen


class ResidentDraft(Frozen):
    """A resident as typed: `role`, `last` and `group_ids` left None are filled from the apartment (rules 5)."""

    apartment_id: int | None = None
    role: ResidentRole | None = None
    first: str = ""
    last: str | None = None
    email: str = ""
    calling_code: str = ""
    mobile: str = ""
    phone1: str = ""
    phone2: str = ""
    phone3: str = ""
    remark: str = ""
    pin: str = Field(default="", repr=False)
    cards: tuple[str, ...] = Field(default=(), repr=False)
    group_ids: tuple[int, ...] | None = None
    country: str = ""
    floors: tuple[str, ...] = ()
    run: str = Field(default="", repr=False)
    serial: str = Field(default="", repr=False)
    face: bytes | None = Field(default=None, repr=False)
    own_schedule: str | None = None
    own_relay_ids: tuple[int, ...] | None = None


class ResidentPatch(Frozen):
    """Changes to a resident: None keeps, "" clears. `cards_add` and `credentials_remove` name what comes and goes.

    `pin` takes the place of every PIN there is, `pins_add` come beside them; `face` is a photo as `read_photo` answers
    it and takes the place of the one there is. `own_schedule` and `own_relay_ids` are Self Devices Authorisation.
    """

    first: str | None = None
    last: str | None = None
    email: str | None = None
    calling_code: str | None = None
    mobile: str | None = None
    phone1: str | None = None
    phone2: str | None = None
    phone3: str | None = None
    remark: str | None = None
    pin: str | None = Field(default=None, repr=False)
    pins_add: tuple[str, ...] = Field(default=(), repr=False)
    cards_add: tuple[str, ...] = Field(default=(), repr=False)
    credentials_remove: tuple[int, ...] = ()
    group_ids: tuple[int, ...] | None = None
    country: str | None = None
    floors: tuple[str, ...] | None = None
    run: str | None = Field(default=None, repr=False)
    serial: str | None = Field(default=None, repr=False)
    face: bytes | None = Field(default=None, repr=False)
    own_schedule: str | None = None
    own_relay_ids: tuple[int, ...] | None = None


class ResidentDefaults(Frozen):
    """What the form of a new resident can know: each value comes with where it is from."""

    role: ResidentRole
    last: str
    calling_code: str
    group_ids: tuple[int, ...]
    groups: tuple[tuple[int, str], ...]
    free_pin: str = Field(repr=False)
    members: int
    free_members: int
    sources: dict[str, str] = {}
    country: str = ""
    id_access: bool = False
    landline: bool = True
    private_doors: tuple[tuple[int, str], ...] = ()


class LoginRecord(Frozen):
    """Where a resident's login information is: `to` says in words whom the next one goes to, "" for nobody yet."""

    state: LoginState = LoginState.NONE
    to: str = ""
    sent_to: str = ""
    delivery: str = ""
    at: datetime | None = None
    error: str = ""

    @property
    def news(self) -> str:
        """What becomes of the last one, in words."""
        if not self.sent_to:
            return "waits for an address"
        if self.delivery == OutgoingState.WAITING:
            return f"waits in the Outbox for {self.sent_to}: nothing is set up that could send it"
        return f"on its way to {self.sent_to}"


class ResidentRecord(Frozen):
    """A resident's whole page."""

    id: int
    version: int
    uid: str
    name: str
    first: str
    last: str
    building_id: int
    building: str
    apartment_id: int
    apartment: str
    role: ResidentRole
    account_status: AccountStatus
    app_status: AppStatus
    email: str
    calling_code: str
    mobile: str
    phone1: str
    phone2: str
    phone3: str
    remark: str
    expires_at: datetime | None
    credentials: tuple[CredentialRecord, ...]
    groups: tuple[tuple[int, str], ...]
    doors: tuple[DoorHeld, ...]
    last_seen: LogLine | None = None
    last_refusal: LogLine | None = None
    country: str = ""
    floors: tuple[str, ...] = ()
    linked: str = ""
    """Why the contact data is locked, "" where it is not (rules 5.1)."""
    login: LoginRecord
    unsent: str = ""
    """What of this person no door takes from here, "" where everything reaches one."""
    own_schedule: str = ""
    own_hours: str = ""
    """Hours of Self Devices Authorisation, as typed and in full; `own_doors` are their doors (id, name)."""
    own_doors: tuple[tuple[int, str], ...] = ()
    private_doors: tuple[tuple[int, str], ...] = ()
    """The doors of the apartment's own devices; none where nobody may be authorised there."""
    fee: str = ""
    """That this family has more members than are free, "" where it has not (rules 5.7)."""


class Deletion(Frozen):
    """What deleting these residents takes away, for the dialog and for the command."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    accounts: int
    pins: int
    cards: int
    doors: tuple[str, ...]
    licences: tuple[str, ...]
    blocked: str = ""
    faces: int = 0
    id_access: int = 0
    bookings: int = 0
    """Reservations of theirs that are not over."""
    families: tuple[int, ...] = ()
    """Everybody of the families that `blocked` speaks of: deleting them all is allowed."""
    plans: tuple[DoorPlan, ...] = ()
