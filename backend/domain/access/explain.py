"""Why a door opens or stays shut, in plain sentences in the community's own time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.domain.access.decide import USABLE, decide, group_open, groups_on, methods_of, reaches, validity
from backend.domain.access.results import Check, Explanation, Reason
from backend.domain.access.rules import Credential, Group, Holder, Rules, Window
from backend.domain.access.windows import (
    DAY,
    WEEK,
    describe,
    is_open,
    minute_of_week,
    next_edge,
    on_holiday,
    week_of,
)
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat
from backend.domain.formats import zone_info
from backend.domain.walltime import WEEKDAYS, local_time

LOOK_AHEAD = timedelta(days=8)
"""How far ahead the next opening of daily and weekly hours is looked for; a single span has no limit."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ONE = {
    CredentialKind.PIN: "PIN",
    CredentialKind.CARD: "card",
    CredentialKind.FACE: "face",
    CredentialKind.ID_ACCESS: "ID access",
    CredentialKind.QR: "QR code",
}
_MANY = _ONE | {
    CredentialKind.PIN: "PINs",
    CredentialKind.CARD: "cards",
    CredentialKind.FACE: "faces",
    CredentialKind.QR: "QR codes",
}
_STATES = {
    CredentialStatus.ACTIVE: "in use",
    CredentialStatus.SCHEDULED: "in use from its day on",
    CredentialStatus.SUSPENDED: "suspended",
    CredentialStatus.COOLING: "taken away",
    CredentialStatus.GONE: "taken away",
}
_ORDER = {reason: index for index, reason in enumerate([*list(Reason)[1:], Reason.GRANTED])}


@dataclass(frozen=True, slots=True)
class _Case:
    """One credential of a holder at one relay at one instant."""

    rules: Rules
    zone: ZoneInfo
    holder: Holder
    credential: Credential
    relay_id: int
    at: datetime

    @property
    def groups(self) -> list[Group]:
        """The holder's groups that have the relay, by id."""
        return groups_on(self.rules, self.holder, self.relay_id)

    @property
    def owned(self) -> str:
        """The credential with its owner: "The PIN of Anna"."""
        return f"The {_ONE[self.credential.kind]} of {self.holder.name}"


def explain(rules: Rules, holder_id: int, relay_id: int, at: datetime, credential_id: int | None = None) -> Explanation:
    """Explain whether a holder opens a relay at the aware instant `at`, with one credential or with any of theirs.

    Without `credential_id` the credential that comes furthest in the order of `Reason` speaks. `checks` holds the whole
    chain, also after its first broken link. `opens_next` is the first later instant at which a credential asked about
    would open.
    """
    holder = rules.holders.get(holder_id)
    shown = [c for c in rules.credentials.get(holder_id, ()) if credential_id in {None, c.id}]
    if holder is None or not shown:
        sentence = _nothing_shown(holder, credential_id)
        checks = (Check("Credential", "none", False),)
        return Explanation(False, Reason.NO_CREDENTIAL, sentence, checks)
    zone = zone_info(rules.zone)
    cases = [_Case(rules, zone, holder, credential, relay_id, at) for credential in shown]
    decided = [(decide(rules, case.credential, relay_id, at), case) for case in cases]
    decision, case = max(decided, key=lambda pair: (_ORDER[pair[0].reason], -pair[1].credential.id))
    opens_next = None if decision.allowed else min(filter(None, map(_opens_next, cases)), default=None)
    return Explanation(decision.allowed, decision.reason, _sentence(case, decision.reason), _checks(case), opens_next)


def _nothing_shown(holder: Holder | None, credential_id: int | None) -> str:
    if holder is None:
        return "This person is not known."
    if credential_id is None:
        return f"{holder.name} has no PIN, card or other credential."
    return f"{holder.name} does not have this credential."


def _sentence(case: _Case, reason: Reason) -> str:
    """Say the verdict in one sentence."""
    name, door = case.holder.name, door_of(case.rules, case.relay_id)
    if reason is Reason.GRANTED:
        return f"{name} may open {door}: {_open_hours(case)}; it was {_moment(case, case.at)}."
    if reason is Reason.NOT_YET_VALID:
        return _with_date(case, case.owned, "begins", case.credential.valid_from)
    if reason is Reason.NO_LONGER_VALID:
        return _with_date(case, case.owned, "ended", case.credential.valid_to)
    if reason is Reason.OUTSIDE_WINDOW:
        return _nearest_hours(case)
    return {
        Reason.HOLDER_SUSPENDED: f"{name} is suspended.",
        Reason.CREDENTIAL_GONE: f"{case.owned} was taken away.",
        Reason.CREDENTIAL_SUSPENDED: f"{case.owned} is suspended.",
        Reason.METHOD_OFF: f"{door} takes no {_MANY[case.credential.kind]}.",
        Reason.ONLY_PUBLIC: f"{door} is in no public area, and residents of this community open public doors only.",
        Reason.NO_GROUP: f"No group of {name} opens {door}.",
    }[reason]


def door_of(rules: Rules, relay_id: int) -> str:
    """A door with the device it belongs to, "Lobby A, Street", once where both have one name."""
    relay = rules.relays.get(relay_id)
    if relay is None:
        return "A relay that is not known"
    device = rules.devices.get(relay.device_id)
    return f"{device.name}, {relay.name}" if device and device.name != relay.name else relay.name


def _moment(case: _Case, at: datetime) -> str:
    """Write an instant in the community's time, without the machine's locale: "Sunday 22 November 2026 at 10:41"."""
    local = local_time(at, case.zone)
    return f"{WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year} at {local:%H:%M}"


def _with_date(case: _Case, subject: str, verb: str, edge: datetime | None) -> str:
    assert edge is not None, "only an edge that is set can be in the way"
    return f"{subject} {verb} on {_moment(case, edge)}; it was {_moment(case, case.at)}."


def _open_hours(case: _Case) -> str:
    """Name the first group that is open and the window that makes it so."""
    return next(
        f"{group.name}, {describe(window, case.rules.zone)}"
        for group in case.groups
        for window in group.windows
        if is_open(window, case.at, case.rules.zone)
    )


def _nearest_hours(case: _Case) -> str:
    """Tell of the window whose edge was nearest: "Gym Day ends Sunday at 10:00; it was 10:41."."""
    told = [(WEEK, group.id, f"{group.name} has no hours.") for group in case.groups if not group.windows]
    for group in case.groups:
        for window in group.windows:
            told += [(far, group.id, text) for far, text in _told(case, group, window)]
    return min(told)[2]


def _told(case: _Case, group: Group, window: Window) -> Iterable[tuple[int, str]]:
    """Give sentences about a closed window, each with the minutes between its edge and now."""
    if window.repeat is Repeat.NEVER:
        return [_told_span(case, group, window)]
    local = local_time(case.at, case.zone)
    minute, day = minute_of_week(local), WEEKDAYS[local.weekday()]
    if on_holiday(window, case.at, case.zone):
        date = f"{day} {local.day} {_MONTHS[local.month - 1]} {local.year}"
        return [(0, f"{group.name} is closed on holidays, and {date} is one.")]
    today, clock = minute - minute % DAY, f"{local:%H:%M}"
    week = week_of(window)
    told = [
        (minute - end, f"{group.name} ends {day} at {_clock(end)}; it was {clock}.")
        for _, end in week
        if today < end <= minute
    ]
    told += [
        (start - minute, f"{group.name} begins {day} at {_clock(start)}; it was {clock}.")
        for start, _ in week
        if minute < start < today + DAY
    ]
    if not week:
        return [(WEEK, f"{group.name} is never open.")]
    return told or [(WEEK, f"{group.name} is not open on {day}, only {describe(window)}.")]


def _told_span(case: _Case, group: Group, window: Window) -> tuple[int, str]:
    over = window.ends is not None and window.ends <= case.at
    verb, edge = ("ended", window.ends) if over else ("begins", window.begins)
    far = abs(case.at - (edge or case.at)) // timedelta(minutes=1)
    return far, _with_date(case, group.name, verb, edge)


def _clock(minute: int) -> str:
    hour, minute = divmod(minute % DAY, 60)
    return f"{hour:02}:{minute:02}"


def _checks(case: _Case) -> tuple[Check, ...]:
    """Follow the chain; every link is judged for itself."""
    credential, rules = case.credential, case.rules
    methods, groups = methods_of(rules, case.relay_id), case.groups
    dates = describe(Window(Repeat.NEVER, begins=credential.valid_from, ends=credential.valid_to), rules.zone)
    hours = "; ".join(describe(window, rules.zone) for group in groups for window in group.windows)
    inside = any(group_open(rules, group, case.at) for group in groups)
    taken = ", ".join(_ONE[kind] for kind in CredentialKind if kind in methods)
    return (
        Check("Credential", _ONE[credential.kind], True),
        Check("Person", "active" if case.holder.active else "suspended", case.holder.active),
        Check("Its state", _STATES[credential.status], credential.status in USABLE),
        Check("Validity", dates, validity(credential, case.at) is Reason.GRANTED),
        Check(f"Relay takes {_MANY[credential.kind]}", taken or "nothing", credential.kind in methods),
        *_public(case),
        Check("Group on this relay", ", ".join(group.name for group in groups) or "none", bool(groups)),
        Check("Inside its hours", f"{hours or 'no hours'}, it was {_moment(case, case.at)}", inside),
    )


def _public(case: _Case) -> tuple[Check, ...]:
    """The link of Only Public Area, where it is on and binds."""
    if not (case.rules.only_public_area and case.holder.resident):
        return ()
    public = reaches(case.rules, case.holder.resident, case.relay_id)
    return (Check("Only Public Area", "public door" if public else "private door", public),)


def _opens_next(case: _Case) -> datetime | None:
    """Give when this credential opens the relay next if nothing but time passes."""
    credential = case.credential
    if not case.holder.active or credential.status not in USABLE:
        return None
    if credential.kind not in methods_of(case.rules, case.relay_id):
        return None
    if not reaches(case.rules, case.holder.resident, case.relay_id):
        return None
    start = max(case.at, credential.valid_from or case.at).astimezone(UTC)
    windows = [window for group in case.groups for window in group.windows]
    opens = min(filter(None, (_opening(window, start, case.rules.zone) for window in windows)), default=None)
    if opens is None or (credential.valid_to is not None and opens >= credential.valid_to):
        return None
    return opens


def _opening(window: Window, start: datetime, zone: str) -> datetime | None:
    """Give the first instant from `start` on at which a window is open, as far as is looked ahead."""
    if is_open(window, start, zone):
        return start
    edge = next_edge(window, start, zone)
    near = edge is not None and (window.repeat is Repeat.NEVER or edge <= start + LOOK_AHEAD)
    return edge if near else None
