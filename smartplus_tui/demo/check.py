"""`smartplus demo --check`: the main job of the product on a fresh demo community, without a screen, step by step."""

from __future__ import annotations

import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from backend.domain.enums import CommandState, LogAction, SyncState
from backend.domain.errors import SmartPlusError
from smartplus_tui.demo.stage import Failed, Stage, staged, until

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.revocations import RevocationLine

Say = Callable[[str], None]

AT = "Lobby-A"
"""The door where the resident of the check stands."""
BY_HAND = "Gym"
CRASHED = ("A 1002", "A 1003", "A 1004")
"""Where those live who are added while the agent is killed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was done, whether it went as it must, how long it took, and what was seen."""

    name: str
    ok: bool
    ms: int
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """The steps that were taken; the first one that failed is the last."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether every step went as it must."""
        return all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        return {"ok": self.ok, "steps": [asdict(step) for step in self.steps]}


def run_check(root: Path | None = None, *, say: Say | None = None, crash: bool = True) -> Report:
    """Build the demo community in `root` or in a temporary directory, take every step, and clear up.

    `say` hears each step as it ends. Without `crash` the agent is not killed. Processes and the temporary directory
    are gone afterwards, also after ctrl+c and SIGTERM.
    """
    steps: list[Step] = []
    with ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        place = root or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smartplus-check-")))
        job = Job(stack.enter_context(staged(place)))
        for name, act in job.steps(crash=crash):
            steps.append(_take(name, act))
            if say is not None:
                say(_line(steps[-1]))
            if not steps[-1].ok:
                break
    return Report(tuple(steps))


class Job:
    """The steps, in their order; each answers what was seen and raises Failed when it went wrong."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pin = ""
        self._saved: Saved | None = None
        self._crashed: list[tuple[Saved, str]] = []

    def steps(self, *, crash: bool) -> list[tuple[str, Callable[[], str]]]:
        """Names and acts."""
        job: list[tuple[str, Callable[[], str]]] = [
            ("site and devices up", self._build),
            ("agent alive", self._agent),
            ("every door filled", self._filled),
            ("resident with a PIN added", self._add),
            ("accepted by every door", self._accepted),
            ("PIN opens a door", self._opens),
            ("line in the door log", self._logged),
            ("door opened by hand", self._by_hand),
            ("resident deleted", self._delete),
            ("removal proved by read-back", self._proved),
            ("PIN refused at every door", self._refused),
            ("deletion undone", self._undo),
            ("PIN opens every door again", self._opens_all),
        ]
        if crash:
            job += [("agent killed while it writes", self._kill), ("nothing lost, nothing twice", self._recovered)]
        return job

    @property
    def saved(self) -> Saved:
        """The last change of the resident."""
        assert self._saved is not None, "the resident comes first"
        return self._saved

    def _build(self) -> str:
        self._stage.build()
        figures = self._stage.engine.dashboard.read(self._stage.context)
        return f"{figures.devices} devices, {figures.masters + figures.members} residents"

    def _agent(self) -> str:
        self._stage.start_agent()
        until(self._stage.agent_lives, lambda: "the agent gave no sign")
        return ""

    def _filled(self) -> str:
        until(lambda: not self._not_filled(), lambda: "; ".join(self._not_filled()))
        found = self._stage.engine.sync.devices(self._stage.context)
        return f"{len(found)} devices hold {sum(sync.users for _, _, sync in found)} users"

    def _not_filled(self) -> list[str]:
        found = self._stage.engine.sync.devices(self._stage.context)
        return [
            f"{name} is {sync.state.value.replace('_', ' ')} {sync.last_error}".rstrip()
            for _, name, sync in found
            if sync.state is not SyncState.IN_SYNC
        ]

    def _add(self) -> str:
        self._saved, self._pin = self._resident("A 1001", "Check")
        return f"{len(self.saved.doors)} doors concerned"

    def _resident(self, apartment: str, first: str) -> tuple[Saved, str]:
        """A resident with a PIN that was free."""
        from backend.domain.filter import Filter, Term
        from backend.domain.paging import ListQuery
        from backend.domain.residents import ResidentDraft

        engine, context = self._stage.engine, self._stage.context
        building, number = apartment.split()
        terms = Term("building", "eq", (building,)), Term("number", "eq", (number,))
        home = engine.list("apartment", context, ListQuery(Filter(terms))).first(1)[0].id
        pin = engine.residents.defaults(context, home).free_pin
        return engine.residents.add(context, ResidentDraft(apartment_id=home, first=first, last="Demo", pin=pin)), pin

    def _accepted(self) -> str:
        until(lambda: self._stage.all_hold(self.saved), lambda: self._stage.missing(self.saved))
        return ", ".join(self._stage.doors_of(self.saved))

    def _opens(self) -> str:
        self._stage.pin_must([AT], self._pin, open_it=True)
        return AT

    def _opens_all(self) -> str:
        doors = self._stage.doors_of(self.saved)
        self._stage.pin_must(doors, self._pin, open_it=True)
        return ", ".join(doors)

    def _logged(self) -> str:
        until(lambda: self._log_line() != "", lambda: f"no line of {AT} names the resident")
        return self._log_line()

    def _log_line(self) -> str:
        for line in self._stage.engine.logs.newest(self._stage.context, 50):
            if line.holder_id == self.saved.id and line.action is LogAction.PIN:
                return f"{line.initiated_by} at {line.door}: {line.response.value}"
        return ""

    def _by_hand(self) -> str:
        engine, context = self._stage.engine, self._stage.context
        command_id = engine.doors.open(context, engine.doors.find(context, BY_HAND))
        until(lambda: engine.doors.command(context, command_id).ended, lambda: "the command did not end")
        record = engine.doors.command(context, command_id)
        if record.state is not CommandState.DONE:
            raise Failed(f"{record.door}: {record.text}")
        relays = self._stage.demo.doors.state(BY_HAND)["relays"]
        if not any(relays.values()):
            raise Failed(f"{BY_HAND} said yes and its relay stayed shut")
        return f"{record.door}: {record.text}"

    def _delete(self) -> str:
        resident_id = self.saved.id
        self._saved = self._stage.engine.residents.delete(self._stage.context, [resident_id])
        return f"{len(self.saved.doors)} doors concerned"

    def _proved(self) -> str:
        until(lambda: not self._unproved(), lambda: "; ".join(self._unproved()))
        return f"{len(self._revocations())} doors read back without the PIN"

    def _revocations(self) -> tuple[RevocationLine, ...]:
        return self._stage.engine.sync.revoked(self._stage.context, self.saved.id)

    def _unproved(self) -> list[str]:
        lines = self._revocations()
        if len(lines) != len(self.saved.doors):
            return [f"{len(lines)} proofs for {len(self.saved.doors)} doors"]
        return [f"{line.device}: {line.reason}" for line in lines if line.absent_at is None]

    def _refused(self) -> str:
        doors = self._stage.doors_of(self.saved)
        self._stage.pin_must(doors, self._pin, open_it=False)
        return ", ".join(doors)

    def _undo(self) -> str:
        self._saved = self._stage.engine.undo.undo(self._stage.context, self.saved.operation)
        return self._accepted()

    def _kill(self) -> str:
        self._crashed = [self._resident(place, f"Crash{number}") for number, place in enumerate(CRASHED, 1)]
        newest = self._crashed[-1][0]
        doors = self._stage.doors_of(newest)
        until(lambda: any(map(self._holds_a_new_one, doors)), lambda: "the agent wrote nothing")
        self._stage.kill_agent()
        progress = self._stage.engine.sync.progress(self._stage.context, newest)
        if progress.done == progress.total:
            raise Failed("the agent was done before it could be killed")
        return f"{progress.done} of {progress.total} doors were done"

    def _holds_a_new_one(self, door: str) -> bool:
        return any("Crash" in str(user["Name"]) for user in self._stage.users(door))

    def _recovered(self) -> str:
        self._stage.start_agent()
        until(self._stage.agent_lives, lambda: "the second agent gave no sign")
        for saved, pin in self._crashed:
            until(partial(self._stage.all_hold, saved), partial(self._stage.missing, saved))
            self._stage.pin_must(self._stage.doors_of(saved), pin, open_it=True)
        doors = self._stage.doors_of(self._crashed[-1][0])
        if wrong := self._stage.not_once(doors, [pin for _, pin in self._crashed]):
            raise Failed(f"held not once: {', '.join(wrong)}")
        return f"{len(self._crashed)} residents at {len(doors)} doors"


def _take(name: str, act: Callable[[], str]) -> Step:
    began = time.monotonic()
    try:
        ok, detail = True, act()
    except SmartPlusError as error:
        ok, detail = False, str(error)
    return Step(name, ok, round((time.monotonic() - began) * 1000), detail)


def _line(step: Step) -> str:
    return f"{'✓' if step.ok else '×'} {step.name:<32} {step.ms:>6} ms  {step.detail}".rstrip()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl+c, SIGTERM and SIGHUP unwind, so that nothing is left behind, and end with 128 and their number.

    A KeyboardInterrupt would do that for ctrl+c, but Python forgets its exit code where it passed through `exec`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _unwind) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unwind(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
