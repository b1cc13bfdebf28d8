"""A virtual device without its network: what it holds, what its clock says, whom it lets in."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backend.virtual.actionurl import filled_in
from backend.virtual.book import Contacts, Groups
from backend.virtual.config import DeviceConfig
from backend.virtual.doorlog import DoorLog
from backend.virtual.envelope import Record, Refused
from backend.virtual.faces import Faces
from backend.virtual.people import Users
from backend.virtual.relays import LETTERS, RelayBank
from backend.virtual.schedules import Schedules
from backend.virtual.settings import ACTION, API, RELAY_SCHEDULE, Settings, factory

Clock = Callable[[], datetime]

_EVENTS = {
    "PIN": ("ValidCodeEntered", "InvalidCodeEntered"),
    "Card": ("ValidCardEntered", "InvalidCardEntered"),
    "Face": ("ValidFaceRecognition", "InvalidFaceRecognition"),
}
"""How somebody wanted in -> the Action URL of success and of failure (protocol 3)."""


def utc_now() -> datetime:
    """The true time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Outcome:
    """What became of a PIN typed, a card presented, a face shown: the relays it opened, or why it opened none."""

    opened: tuple[int, ...] = ()
    reason: str = "opened"
    """`opened`, `unknown` (nobody holds it), `schedule` (not now, or no relay of this device) or `off`."""

    @property
    def refused(self) -> bool:
        """Whether the door stayed shut."""
        return not self.opened


@dataclass
class Hooks:
    """What a device does to the world around it; by default nothing."""

    call: Callable[[str], None] = field(default=lambda url: None)
    """An Action URL is to be fetched; it can contain a PIN."""
    changed: Callable[[], None] = field(default=lambda: None)
    """Something the flash keeps has changed."""
    restarting: Callable[[float], None] = field(default=lambda seconds: None)
    """The device goes off the network for so many seconds."""
    waiting: Callable[[], None] = field(default=lambda: None)
    """A relay is to change later by itself: call `advance` after `due_in` seconds."""


class VirtualDevice:
    """One device as a state machine over an injected clock; `now` gives aware datetimes of the true time.

    The device's own clock is `now()` plus the fault `clock_offset`, shown in the zone of its configuration. Relay
    timers and uptime run on `now()`. Nothing here blocks or sleeps: call `advance` to let due relay changes happen.
    """

    def __init__(self, config: DeviceConfig, *, now: Clock = utc_now, hooks: Hooks | None = None) -> None:
        self.config = config
        self.profile = config.profile
        self.hooks = hooks or Hooks()
        self.faults = config.faults.model_copy()
        self._now = now
        self._zone = zoneinfo.ZoneInfo(config.timezone)
        self._booted = now()
        self._off_until = self._booted
        self.restore()

    # -- clock -------------------------------------------------------------------------------------

    def instant(self) -> datetime:
        """What the device takes for the present instant."""
        return self._now() + timedelta(seconds=self.faults.clock_offset)

    def local(self) -> datetime:
        """The wall clock of the device."""
        return self.instant().astimezone(self._zone)

    def uptime(self) -> int:
        """Whole seconds since the last start."""
        return max(0, int((self._now() - self._booted).total_seconds()))

    @property
    def powered(self) -> bool:
        """False while the device restarts."""
        return self._now() >= self._off_until

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        self.relays.advance(self._now())
        self.relays.keep_open(self._kept_open())

    def due_in(self) -> float | None:
        """Seconds until `advance` has something to do; None when nothing is pending.

        Schedules are kept to the minute: while one of them keeps a relay open at times, the next minute is due.
        """
        due = self.relays.next_due()
        waits = [] if due is None else [max(0.0, (due - self._now()).total_seconds())]
        if any(self._relay_schedules()):
            waits.append(60.0 - self.local().second)
        return min(waits, default=None)

    def _relay_schedules(self) -> list[tuple[int, list[str]]]:
        """The relays that are switched to schedules, with these: "1001/1003/" (protocol 1.8)."""
        found = []
        for number, letter in enumerate(LETTERS[: self.profile.relays], start=1):
            if self.settings[f"{RELAY_SCHEDULE}{letter}Enable"] == "1":
                found.append((number, self.settings[f"{RELAY_SCHEDULE}{letter}Schedule"].split("/")))
        return found

    def _kept_open(self) -> dict[int, bool]:
        """Relays switched to schedules -> whether one of those is on."""
        local = self.local()
        return {
            number: any(self.schedules.allows(one, local) for one in listed if one)
            for number, listed in self._relay_schedules()
        }

    # -- the door ----------------------------------------------------------------------------------

    def press_pin(self, typed: str) -> Outcome:
        """Type digits at the keypad; a `#` at the end changes nothing."""
        pin = typed.removesuffix("#")
        return self._enter("PIN", pin, self.users.with_pin(pin))

    def present_card(self, card: str) -> Outcome:
        """Hold a card to the reader; `card` is its code as the reader shows it."""
        code = card.strip()
        return self._enter("Card", code, self.users.with_card(code))

    def show_face(self, photo: bytes) -> Outcome:
        """Stand before the camera, looking exactly as on `photo`: another picture is another face here."""
        name = self.faces.named(photo)
        return self._enter("Face", "", self.users.with_face(name) if name else [])

    def open_relay(self, number: int, *, seconds: int = 0) -> None:
        """Open relay `number` on a command from the network."""
        self.relays.trigger(number, self._now(), seconds=seconds)
        self.hooks.waiting()

    def _enter(self, kind: str, code: str, holders: list[Record]) -> Outcome:
        self.advance()
        if not self.powered:
            return Outcome(reason="off")
        local = self.local()
        entitled = [(holder, self._entitled(holder, local)) for holder in holders]
        name, user_id = next(
            ((holder["Name"], holder["UserID"]) for holder, relays in entitled if relays),
            (holders[0]["Name"], holders[0]["UserID"]) if holders else ("", ""),
        )
        opened = tuple(sorted({relay for _, relays in entitled for relay in relays}))
        self.log.append(local, kind=kind, code=code, name=name, relays=opened, opened=bool(opened))
        if self.faults.log_wrap:
            self.log.trim(self.faults.log_wrap)
        for relay in opened:
            announced = kind != "PIN" or self.profile.relay_urls_on_code
            self.relays.trigger(relay, self._now(), announced=announced)
        valid, invalid = _EVENTS[kind]
        typed = {"code": code if kind == "PIN" else "", "card_sn": code if kind == "Card" else ""}
        known = {"userid": user_id, "user_name": name, "unlocktype": kind, "open_type": kind}
        self._announce(valid if opened else invalid, typed | known)
        self.hooks.changed()
        self.hooks.waiting()
        if opened:
            return Outcome(opened)
        return Outcome(reason="schedule" if holders else "unknown")

    def _entitled(self, holder: Record, local: datetime) -> set[int]:
        return {
            relay
            for schedule, relays in self.users.grants_of(holder)
            for relay in relays
            if relay in self.relays and self.schedules.allows(schedule, local)
        }

    # -- power and memory --------------------------------------------------------------------------

    def reboot(self) -> None:
        """Restart: off the network for `reboot_seconds`, relays fall back, the flash is kept."""
        self.advance()
        self.relays.release()
        self._booted = self._off_until = self._now() + timedelta(seconds=self.config.reboot_seconds)
        self.hooks.restarting(self.config.reboot_seconds)

    def factory_reset(self) -> None:
        """Wipe everything, back to the factory's configuration (API in allowlist mode, empty list), and restart."""
        self._make()
        self.hooks.changed()
        self.reboot()

    def restore(self) -> None:
        """Put the device into the state the site file describes, faults included.

        Raises OSError or ValueError for a seed that cannot be read or that the device refuses.
        """
        self._make()
        self.faults = self.config.faults.model_copy()
        login = {
            f"{API}AuthMode": self.config.auth_mode,
            f"{API}UserName": self.config.user,
            f"{API}Password": self.config.password,
        }
        slots = {f"{API}WhiteListIP0{slot}": source for slot, source in enumerate(self.config.allowlist, 1)}
        self.settings.write("Config.", login | slots | self.config.settings)
        if self.config.seed is not None:
            self._sow(json.loads(self.config.seed.read_text(encoding="utf-8")))
        self.hooks.changed()

    def _sow(self, seed: Record) -> None:
        self.settings.write("Config.", seed.get("config", {}))
        for what, table in (("schedules", self.schedules), ("users", self.users)):
            for number, record in enumerate(seed.get(what, []), 1):
                try:
                    table.add(record)
                except Refused as refused:
                    text = f"seed of {self.config.name}: number {number} of {what}: {refused.message}"
                    raise ValueError(text) from None
        self.log.past(seed.get("doorlog", []))

    def dump(self) -> Record:
        """What outlives the process, as JSON values: users, schedules, configuration, logs."""
        parts = self._parts()
        return {name: part.dump() for name, part in parts.items()}

    def load(self, state: Record) -> None:
        """Take back what `dump` gave."""
        for name, part in self._parts().items():
            if name not in state:
                continue  # kept by a version before this part
            if isinstance(part, Settings):
                part.write("Config.", state[name])
            else:
                part.load(state[name])

    def _parts(self) -> dict[str, Users | Schedules | Groups | Contacts | DoorLog | Settings | Faces]:
        return {
            "users": self.users,
            "faces": self.faces,
            "schedules": self.schedules,
            "groups": self.groups,
            "contacts": self.contacts,
            "doorlog": self.log,
            "settings": self.settings,
        }

    def _make(self) -> None:
        config, profile = self.config, self.profile
        self.settings = Settings(factory(profile, address=config.address, secure=config.secure, local=self.local()))
        self.faces = Faces()
        capacity = profile.max_users if config.max_users is None else config.max_users
        self.users = Users(profile, capacity, self.faces)
        self.schedules = Schedules(profile)
        self.groups = Groups()
        self.contacts = Contacts(self.groups)
        self.log = DoorLog(config.log_capacity or profile.log_capacity)
        self.relays = RelayBank(profile, self.settings, self._relay_changed)

    # -- Action URLs -------------------------------------------------------------------------------

    def _relay_changed(self, letter: str, opened: bool) -> None:
        self._announce(f"Relay{letter}{'Triggered' if opened else 'Closed'}", {"relay_id": letter})

    def _announce(self, event: str, values: dict[str, str]) -> None:
        """Have the Action URL of `event` called, when the feature is on and one is set (protocol 3)."""
        url = self.settings[f"{ACTION}{event}"]
        if not url or self.settings[f"{ACTION}Enable"] != "1":
            return
        own = {
            "mac": self.config.plain_mac,
            "ip": self.config.address,
            "model": self.profile.model,
            "firmware": self.profile.firmware,
            "location": self.settings["Config.DoorSetting.DEVICENODE.Location"],
            "time": self.local().strftime("%Y-%m-%d %H:%M:%S"),
        }
        relays = {f"relay{number}status": str(int(opened)) for number, opened in self.relays.opened().items()}
        self.hooks.call(filled_in(url, own | relays | values))
