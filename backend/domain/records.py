"""What goes into the services and comes out: drafts, records and answers, all frozen."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from backend.domain.access.results import DoorPlan
from backend.domain.enums import (
    AccountStatus,
    AppStatus,
    ChargeMode,
    CommandState,
    CommandVerb,
    CredentialKind,
    CredentialStatus,
    DeviceKind,
    DeviceStatus,
    LogAction,
    LoginState,
    LogResponse,
    Origin,
    ResidentRole,
    Role,
    SyncState,
)


class Frozen(BaseModel):
    """A value that nobody changes and that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Saved(Frozen):
    """What a write answers: the record, the operation's number (what `u` takes back) and, per device concerned, the
    generation that has to be done before the door holds the change."""

    id: int
    operation: int
    doors: dict[int, int] = {}
    skipped: dict[str, str] = {}
    """What was asked for and not done, by field, while the rest was (edge case 33)."""


class Waiting(Frozen):
    """A door that does not hold a change yet, with the reason in words."""

    device_id: int
    device: str
    reason: str


class Progress(Frozen):
    """How many doors hold a change: the "5 of 6 doors" of the status line."""

    done: int
    total: int
    waiting: tuple[Waiting, ...] = ()


class CommunityRecord(Frozen):
    """A community and how its times are written."""

    id: int
    version: int
    name: str
    timezone: str
    clock_format: str
    date_format: str
    pin_mode: str
    country: str
    street: str = ""
    city: str = ""
    postcode: str = ""
    state: str = ""
    only_public_area: bool = False
    charge_mode: ChargeMode = ChargeMode.MANAGER
    premium_until: date | None = None
    """The last day of the Premium Feature Plan in the community's zone; None without one."""
    with_indoor_monitor: bool = False
    landline: bool = True
    id_access: bool = False
    video_storage: bool = False
    free_members: int = 3


class BuildingRecord(Frozen):
    """A building with the id of its default access group."""

    id: int
    version: int
    name: str
    apartments: int
    residents: int
    devices: int
    default_group_id: int


class CredentialRecord(Frozen):
    """A credential as it may be shown: masked ("··41")."""

    id: int
    kind: CredentialKind
    masked: str
    status: CredentialStatus
    made_at: datetime | None = None
    last_used_at: datetime | None = None
    origin: Origin = Origin.MANAGER
    made_by: str = ""


class DoorHeld(Frozen):
    """One door that a person may open, or still could: its sync state for that person and how old the reading is."""

    device_id: int
    device: str
    state: SyncState
    detail: str = ""
    read_at: datetime | None = None
    opens: bool = True


class LogLine(Frozen):
    """A door log line; names are snapshots."""

    id: int
    happened_at: datetime
    building: str
    device: str
    door: str
    initiated_by: str
    apartment: str
    type: str
    action: LogAction
    key: str
    response: LogResponse
    reason: str
    holder_id: int | None = None
    device_id: int | None = None
    relay_id: int | None = None


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


class RelayRecord(Frozen):
    """A door: one relay of a device."""

    id: int
    version: int
    device_id: int
    number: int
    name: str
    dtmf: str
    methods: tuple[CredentialKind, ...]
    hold_seconds: int
    open: bool | None = None


class DoorRecord(Frozen):
    """A door as the picker shows it: its name, where it is, whether its device answers."""

    relay_id: int
    device_id: int
    name: str
    device: str
    building: str
    status: DeviceStatus
    last_seen_at: datetime | None
    last_opened_at: datetime | None = None


class DeviceDraft(Frozen):
    """A device as the installer adds it: the finding's facts plus name and place.

    In an apartment it is private, and its building is the apartment's.
    """

    name: str
    building_id: int | None = None
    apartment_id: int | None = None
    kind: DeviceKind = DeviceKind.MULTI_DOOR_PHONE
    model: str
    mac: str
    firmware: str
    profile: str
    scheme: str
    host: str
    port: int
    auth: str
    http_user: str = ""
    password: str = Field(default="", repr=False)
    tls_pin: str = ""
    legacy_tls: bool = False
    relay_names: tuple[str, ...] = ()


class FindingRecord(Frozen):
    """What stood at an address, in words: its factory state, what to do, and the menu path on its own page."""

    state: str
    sentence: str
    menu_path: str = ""
    scheme: str = ""
    host: str = ""
    port: int = 0
    auth: str = ""
    tls_pin: str = ""
    legacy_tls: bool = False
    model: str = ""
    mac: str = ""
    firmware: str = ""
    profile: str = ""

    @property
    def usable(self) -> bool:
        """Whether the device can be added as it is."""
        return self.state in ("ok", "legacy_tls")


class DeviceSync(Frozen):
    """What a device holds against what it should hold."""

    state: SyncState
    pending: int
    drift: int
    red: int
    users: int
    users_limit: int
    unmanaged: int
    since: datetime | None
    read_back_at: datetime | None
    next_change_at: datetime | None
    reason: str
    last_error: str
    held_reason: str = ""
    removals: int = 0
    losses: tuple[str, ...] = ()


class DeviceRecord(Frozen):
    """A device's whole page; no secret in it."""

    id: int
    version: int
    name: str
    building_id: int | None
    building: str
    apartment_id: int | None
    apartment: str
    kind: DeviceKind
    model: str
    mac: str
    firmware: str
    profile: str
    address: str
    auth: str
    tls_pin: str
    status: DeviceStatus
    status_since: datetime | None
    last_seen_at: datetime | None
    last_error: str
    clock_offset_ms: int | None
    log_last_id: int | None
    log_read_at: datetime | None
    event_at: datetime | None
    relays: tuple[RelayRecord, ...]
    sync: DeviceSync


class CommandRecord(Frozen):
    """A command and its honest result."""

    id: int
    verb: CommandVerb
    state: CommandState
    door: str
    device: str
    text: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether no more is to come."""
        return self.state not in (CommandState.QUEUED, CommandState.CLAIMED)


class OperationRecord(Frozen):
    """One act, as the operation log and the undo list show it."""

    id: int
    at: datetime
    actor: str
    via: str
    type: str
    action: str
    entity: str
    entity_id: int | None
    entity_name: str
    undo_of: int | None
    undoable: bool
    blocked: str = ""


class FieldChange(Frozen):
    """One field before and after; secrets only as "***"."""

    record: str
    field: str
    before: str
    after: str


class RevocationLine(Frozen):
    """One door of a revocation proof: absent_at only after the door was read back without it."""

    device: str
    credential: str
    freed_at: datetime
    absent_at: datetime | None
    reason: str = ""


class ManagerDraft(Frozen):
    """A new account of this community; without a password it gets a first one that nobody chose."""

    email: str
    name: str
    role: Role
    password: str = Field(default="", repr=False)
    delete_residents: bool = True
    log_access: bool = True
    log_images: bool = True
    password_reminder: bool = False
    two_factor: bool = False
    pm_app: bool = False


class ManagerRecord(Frozen):
    """An account."""

    id: int
    version: int
    email: str
    name: str
    role: Role
    disabled: bool
    last_login_at: datetime | None
    delete_residents: bool = True
    log_access: bool = True
    log_images: bool = True
    password_reminder: bool = False
    two_factor: bool = False
    pm_app: bool = False
    communities: tuple[tuple[int, str], ...] = ()
    """Where the account may act, (id, name), its own community first; empty where nobody asked."""


class AgentRecord(Frozen):
    """Whether the agent of the site lives: `alive`, seconds since its last sign, where it runs."""

    alive: bool
    age_seconds: float | None
    pid: int | None
    host: str
    base_url: str


class Summary(Frozen):
    """The live figures of the top bar."""

    community: str
    doors_online: int
    doors: int
    pending: int
    red: int
    held: int
    drift: int
    agent: AgentRecord
    texts_failed: int = 0
    """Texts of the Outbox that did not arrive, or may not have."""
    texts_waiting: int = 0
    """Texts that wait for a server or a hand."""


class DoorGlance(Frozen):
    """A door on the dashboard: worst word first."""

    relay_id: int
    name: str
    vocabulary: str
    state: str
    detail: str = ""


class Dashboard(Frozen):
    """Everything the dashboard draws but its live events."""

    buildings: int
    apartments: int
    masters: int
    members: int
    active: int
    inactive: int
    expired: int
    expiring: int
    devices: int
    devices_online: int
    doors: tuple[DoorGlance, ...]
    days: tuple[tuple[str, int], ...]
    methods: tuple[tuple[str, int], ...]
    read_at: datetime | None


class Hit(Frozen):
    """One hit of the search: record type, id, what to show, where it is; `code` is the credential that was meant."""

    record: str
    id: int
    title: str
    detail: str
    code: int | None = None
