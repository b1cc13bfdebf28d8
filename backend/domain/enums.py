"""The closed vocabularies of the product; their values are what the database and the command line hold."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a manager account may do at most (rules 1.3, feature ACC-08)."""

    INSTALLER = "installer"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    VIEWER = "viewer"


class Via(StrEnum):
    """Which way an act came in; stands in every operation."""

    APP = "app"
    COMMAND = "command"
    AGENT = "agent"


class HolderKind(StrEnum):
    """Who can own a credential."""

    RESIDENT = "resident"
    STAFF = "staff"
    DELIVERY = "delivery"
    VISITOR = "visitor"
    BOOKING = "booking"


class HolderStatus(StrEnum):
    """Whether the credentials of a holder count at all."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class ResidentRole(StrEnum):
    """Account Type of the guide: family master (template code 0) or family member (1)."""

    MASTER = "master"
    MEMBER = "member"


class AccountStatus(StrEnum):
    """Account Status of the guide; it governs the app, never PIN or card (rules 14)."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    EXPIRED = "expired"


class AppStatus(StrEnum):
    """App Status of the guide."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"


class LoginState(StrEnum):
    """Where a resident's login information is (rules 5.2); `waiting` is its fourth rule."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"


class CredentialKind(StrEnum):
    """What is shown to a door."""

    PIN = "pin"
    CARD = "card"
    FACE = "face"
    ID_ACCESS = "id_access"
    QR = "qr"


class CredentialStatus(StrEnum):
    """Life of a credential; a freed value stays `cooling` until each door was read back without it."""

    ACTIVE = "active"
    SCHEDULED = "scheduled"
    SUSPENDED = "suspended"
    COOLING = "cooling"
    GONE = "gone"


class Origin(StrEnum):
    """Where a credential was made."""

    MANAGER = "manager"
    APP = "app"
    IMPORT = "import"


class PinMode(StrEnum):
    """PIN Access Mode of a community (rules 15)."""

    PIN = "pin"
    APT_PIN = "apt_pin"


class ChargeMode(StrEnum):
    """Charge Mode of a community: who pays for its services (rules 1.2)."""

    MANAGER = "manager"
    INSTALLER = "installer"
    RESIDENT = "resident"


class Repeat(StrEnum):
    """Repeats of an access window: one span, every day, or on weekdays (rules 7.5)."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class DeviceKind(StrEnum):
    """Type of a device with the codes of rules 13 in the order of the guide."""

    MULTI_DOOR_PHONE = "multi_door_phone"
    SINGLE_DOOR_PHONE = "single_door_phone"
    INDOOR_MONITOR = "indoor_monitor"
    GUARD_PHONE = "guard_phone"
    ACCESS_CONTROL = "access_control"


class DeviceStatus(StrEnum):
    """What the agent last saw of a device."""

    ONLINE = "online"
    OFFLINE = "offline"
    NEVER_SEEN = "never_seen"
    RESTARTING = "restarting"


class SyncState(StrEnum):
    """What a door holds against what it should hold, and whether it keeps its hours, worst first."""

    RED = "red"
    HELD = "held"
    REFUSED = "refused"
    CLOCK = "clock"
    DRIFT = "drift"
    PENDING = "pending"
    IN_SYNC = "in_sync"


class CommandVerb(StrEnum):
    """Edge-triggered acts at a device."""

    OPEN = "open"
    REBOOT = "reboot"
    IDENTIFY = "identify"
    READ_BACK = "read_back"


class CommandState(StrEnum):
    """Life of a command; it is claimed before it is sent and never sent twice."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"


class CodePurpose(StrEnum):
    """What a mailed code is for."""

    SIGN_IN = "sign_in"
    RESET = "reset"


class Document(StrEnum):
    """The two texts that everybody agrees to before the first sign-in (rules 2)."""

    PRIVACY = "privacy"
    TERMS = "terms"


class LogType(StrEnum):
    """Type of a door log line (rules 10.1)."""

    CALL = "call"
    RELEASE = "release"
    CLOSE = "close"
    NOTE = "note"


class LogAction(StrEnum):
    """How a door was asked to open (rules 10.1)."""

    PIN = "pin"
    CARD = "card"
    FACE = "face"
    QR = "qr"
    DTMF = "dtmf"
    HTTP = "http"
    EXIT_BUTTON = "exit_button"
    UNKNOWN = "unknown"


class LogResponse(StrEnum):
    """Whether the door opened."""

    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CallType(StrEnum):
    """The six call types of an apartment (rules 4.1), in the order of the guide."""

    APP_MONITOR = "app_monitor"
    PHONE_MONITOR = "phone_monitor"
    APP_MONITOR_PHONE = "app_monitor_phone"
    MONITOR_APP = "monitor_app"
    MONITOR_PHONE = "monitor_phone"
    MONITOR_APP_PHONE = "monitor_app_phone"


class DriftCause(StrEnum):
    """Why a door was found to hold something else than we believed."""

    EDITED = "edited"
    MISSED = "missed"
    RESET = "reset"
    UNKNOWN = "unknown"
    LOST = "lost"


class DriftResolution(StrEnum):
    """What became of a difference; `open` waits for a choice or for the door, `gone` ended by itself."""

    OPEN = "open"
    REPAIRED = "repaired"
    ADOPTED = "adopted"
    OVERWRITTEN = "overwritten"
    LEFT = "left"
    GONE = "gone"


class HeldKind(StrEnum):
    """What kind of record a device holds for us."""

    USER = "user"
    SCHEDULE = "schedule"


class OutgoingKind(StrEnum):
    """How a text leaves the site."""

    MAIL = "mail"
    SMS = "sms"


class OutgoingState(StrEnum):
    """Life of a text in the Outbox (rules 7.1, edge case 23); it is claimed before it is sent."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DEAD = "dead"
    WAITING = "waiting"
    HANDED = "handed"
    WITHDRAWN = "withdrawn"


class MailSecurity(StrEnum):
    """How the way to the mail server is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class SmsMethod(StrEnum):
    """How the gateway for text messages is called."""

    POST = "post"
    PUT = "put"
    GET = "get"


class SmsFormat(StrEnum):
    """How the gateway takes what it is given."""

    JSON = "json"
    FORM = "form"


class ImportKind(StrEnum):
    """What a list of people is taken over for, in the words of the guide."""

    ADD = "add"
    EDIT = "edit"
    CARDS = "cards"
    FACES = "faces"


class Verdict(StrEnum):
    """What a row would do; in the order of the counts (look: row of an import)."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    WARN = "warn"
    REFUSE = "refuse"


class ImportState(StrEnum):
    """How far an import has come."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    BROKEN = "broken"


class MoveKind(StrEnum):
    """Who moves: a family out, the next one in, or both."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


class MoveState(StrEnum):
    """How far a move has come; a failed one did what could be done."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
