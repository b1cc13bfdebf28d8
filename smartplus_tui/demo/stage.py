"""The demo community with an agent, as `demo --check` uses it: acting, waiting, standing at the doors."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.domain.errors import SmartPlusError
from smartplus_tui.demo.build import Demo, build

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.records import Saved
    from backend.engine import Engine

WITHIN = 60.0
"""Seconds that any wait takes at most."""
LOOK_EVERY = 0.02
END_WITHIN = 10.0


class Failed(SmartPlusError):
    """A step did not go as it must; the sentence says what was seen instead."""


class Stage:
    """A demo community with the process of an agent; close it whatever happened."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._demo: Demo | None = None
        self._agent: subprocess.Popen[bytes] | None = None
        self._names: dict[int, str] = {}

    def close(self) -> None:
        """End the agent and the devices."""
        with contextlib.suppress(ProcessLookupError):
            self.end_agent()
        if self._demo is not None:
            self._demo.close()

    def build(self) -> None:
        """Make the community and start its devices."""
        self._demo = build(self._place)
        self._names = {row.id: str(row.values["name"]) for row in self.engine.list("device", self.context).first(100)}

    @property
    def demo(self) -> Demo:
        """The community, once it is built."""
        assert self._demo is not None, "build comes first"
        return self._demo

    @property
    def engine(self) -> Engine:
        """Its engine."""
        return self.demo.engine

    @property
    def context(self) -> Context:
        """Its installer, with a request of their own."""
        return self.demo.context.again()

    def start_agent(self) -> None:
        """Start an agent in a session of its own, so that an interrupt at the terminal is ours to handle."""
        with (self._place / "agent.out").open("ab") as output:
            self._agent = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "backend.agent", "--site", str(self.engine.root)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def agent_lives(self) -> bool:
        """Whether our agent has given its sign; raises Failed when it has ended by itself."""
        assert self._agent is not None, "start_agent comes first"
        if self._agent.poll() is not None:
            raise Failed(f"the agent ended with {self._agent.returncode}: {self._last_words()}")
        state = self.engine.agents.state()
        return state.alive and state.pid == self._agent.pid

    def kill_agent(self) -> None:
        """Kill the agent as a power cut would."""
        if self._agent is not None:
            self._agent.kill()
            self._agent.wait()
            self._agent = None

    def end_agent(self) -> None:
        """Have the agent end in order, or kill it when it does not."""
        if self._agent is None:
            return
        self._agent.terminate()
        try:
            self._agent.wait(timeout=END_WITHIN)
        except subprocess.TimeoutExpired:
            self._agent.kill()
            self._agent.wait()
        self._agent = None

    def doors_of(self, saved: Saved) -> list[str]:
        """The devices that a change concerns, by the names that their virtual twins have."""
        return sorted(self._names[device_id].replace(" ", "-") for device_id in saved.doors)

    def all_hold(self, saved: Saved) -> bool:
        """Whether every door holds a change."""
        progress = self.engine.sync.progress(self.context, saved)
        return progress.done == progress.total

    def missing(self, saved: Saved) -> str:
        """Which doors do not hold a change, and why."""
        waiting = self.engine.sync.progress(self.context, saved).waiting
        return "; ".join(f"{one.device}: {one.reason}" for one in waiting)

    def pin_must(self, doors: Iterable[str], pin: str, *, open_it: bool) -> None:
        """Type a PIN at each of these doors; raises Failed naming those that did otherwise."""
        wrong = []
        for door in doors:
            opened, reason = self.demo.doors.type_pin(door, pin)
            if opened is not open_it:
                wrong.append(f"{door} opened" if opened else f"{door} refused ({reason})")
        if wrong:
            raise Failed(", ".join(wrong))

    def users(self, door: str) -> list[dict[str, Any]]:
        """The user records that a device holds."""
        found: list[dict[str, Any]] = self.demo.doors.state(door)["users"]
        return found

    def not_once(self, doors: Iterable[str], pins: Iterable[str]) -> list[str]:
        """How often these devices hold each of the PINs, where that is not once."""
        wanted = set(pins)
        wrong = []
        for door in doors:
            counts = Counter(pin for user in self.users(door) if (pin := str(user["PrivatePIN"])) in wanted)
            wrong += [f"{door}: {counts[pin]} times" for pin in wanted if counts[pin] != 1]
        return wrong

    def _last_words(self) -> str:
        lines = (self._place / "agent.out").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"


def until(condition: Callable[[], bool], why_not: Callable[[], str], within: float = WITHIN) -> None:
    """Wait until `condition` holds; raises Failed with what `why_not` says after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() >= deadline:
            raise Failed(why_not() or "it did not happen in time")
        time.sleep(LOOK_EVERY)


@contextmanager
def staged(place: Path) -> Iterator[Stage]:
    """A stage that is closed however its use ends."""
    stage = Stage(place)
    try:
        yield stage
    finally:
        stage.close()
