"""The relays of a device: triggering, closing by themselves, contact levels (device protocol 1.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.virtual.profiles import Profile
from backend.virtual.settings import Settings

LETTERS = "ABCD"


@dataclass
class Relay:
    """One relay: `opened` means triggered, whatever the contact's type."""

    letter: str
    opened: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    announced: bool = True
    """Whether its next changes are told to the Action URLs."""
    scheduled: bool = False
    """Whether a schedule keeps it open now."""


class RelayBank:
    """All relays of one device, driven by the clock values handed in.

    `changed(letter, opened)` is called at every change that is to be announced.
    """

    def __init__(self, profile: Profile, settings: Settings, changed: Callable[[str, bool], None]) -> None:
        self._profile = profile
        self._settings = settings
        self._changed = changed
        self._relays = {number: Relay(LETTERS[number - 1]) for number in range(1, profile.relays + 1)}

    def __contains__(self, number: object) -> bool:
        return number in self._relays

    def trigger(self, number: int, now: datetime, *, seconds: int = 0, announced: bool = True) -> None:
        """Open relay `number` after its trigger delay, for `seconds` or its hold delay when 0.

        A relay in bistable mode changes sides instead and stays there. One held open by hand stays open
        (inferred: "manual" ends by hand only).
        """
        relay = self._relays[number]
        keys = self._profile.relay_keys
        bistable = self._number(keys.mode, relay) == 1
        if not bistable and relay.opened and relay.closes_at is None:
            return
        relay.announced = announced
        if bistable:
            self._move(relay, not relay.opened)
            return
        start = now + timedelta(seconds=self._number(keys.delay, relay))
        relay.closes_at = start + timedelta(seconds=seconds or self._number(keys.hold, relay))
        if relay.opened or start > now:
            relay.opens_at = None if relay.opened else start
        else:
            self._move(relay, True, until=relay.closes_at)

    def hold(self, number: int, level: int) -> None:
        """Manual mode: put the contact on `level` and leave it there.

        `level` is read as the contact level that `levels` reports (inferred, see `Profile.manual_open_level`).
        """
        relay = self._relays[number]
        relay.announced = True
        open_level = self._profile.manual_open_level ^ self._inverted(relay)
        self._move(relay, level == open_level)

    def advance(self, now: datetime) -> None:
        """Carry out all openings and closings that are due by `now`."""
        for relay in self._relays.values():
            if relay.opens_at is not None and relay.opens_at <= now:
                self._move(relay, True, until=relay.closes_at)
            if relay.opened and relay.closes_at is not None and relay.closes_at <= now:
                self._move(relay, False)

    def keep_open(self, scheduled: Mapping[int, bool]) -> None:
        """Follow the relay schedules: relays switched to schedules -> whether one of those is on.

        A relay opens with its span and shuts with it. One that is switched off its schedules within the span stays as
        it is until it is told otherwise (inferred, and the worst that can happen).
        """
        for number, relay in self._relays.items():
            on = scheduled.get(number, False)
            if on and not (relay.scheduled and relay.opened and relay.closes_at is None):
                relay.announced = True
                self._move(relay, True)
            elif relay.scheduled and not on and number in scheduled:
                self._move(relay, False)
            relay.scheduled = on

    def next_due(self) -> datetime | None:
        """When `advance` has something to do next."""
        times = (relay.opens_at or relay.closes_at for relay in self._relays.values())
        return min((time for time in times if time is not None), default=None)

    def release(self) -> None:
        """Power is off: all relays fall back, nobody is told."""
        for relay in self._relays.values():
            relay.opened, relay.opens_at, relay.closes_at, relay.scheduled = False, None, None, False

    def opened(self) -> dict[int, bool]:
        """Relay number -> whether it is triggered."""
        return {number: relay.opened for number, relay in self._relays.items()}

    def levels(self) -> dict[str, int]:
        """`RelayA` .. -> contact level: 1 is open on a relay of type NO and closed on one of type NC."""
        return {f"Relay{relay.letter}": int(relay.opened) ^ self._inverted(relay) for relay in self._relays.values()}

    def _move(self, relay: Relay, opened: bool, *, until: datetime | None = None) -> None:
        relay.opens_at, relay.closes_at = None, until
        if relay.opened != opened:
            relay.opened = opened
            if relay.announced:
                self._changed(relay.letter, opened)

    def _inverted(self, relay: Relay) -> int:
        return int(self._number(self._profile.relay_keys.kind, relay) == 1)

    def _number(self, pattern: str, relay: Relay) -> int:
        """The value of a relay's key, 0 for what is no number a delay can be."""
        text = self._settings[pattern.format(relay.letter)]
        return int(text) if text.isdecimal() and len(text) <= 5 else 0
