"""What each door would receive and lose if one saved now (feature SYNC-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from backend.domain.formats import Formats, figure
from screens.base.drawing import column, wrapped
from widgets.frame import Part
from widgets.panel import Lines, Panel
from widgets.plots import gauge

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan, PlanLine

NAME = 15
WHAT = 14


class PlanPane(Panel):
    """The plan beside a form."""

    DEFAULT_CSS = """
    PlanPane { width: 44; height: 1fr; margin-left: 1; }
    """

    def __init__(self, formats: Formats) -> None:
        super().__init__(heading="Plan", keys="F2 Save and push")
        self._formats = formats
        self._plans: Sequence[DoorPlan] | None = None

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        yield Lines()

    def on_mount(self) -> None:
        """Nothing is planned yet."""
        super().on_mount()
        self.show(None)

    def on_resize(self) -> None:
        """More fits into a line where the plan is a page."""
        self.show(self._plans)

    def show(self, plans: Sequence[DoorPlan] | None) -> None:
        """Draw the plan; None while the form cannot tell."""
        self._plans = plans
        lines = self.query_one(Lines)
        if plans is None:
            self.figure = ()
            lines.lines = ((("The plan comes with the fields.", "$sp-t3"),),)
        elif not plans:
            self.figure = (("no door", "$sp-t3"),)
            lines.lines = ((("No door receives anything.", "$sp-t2"),),)
        else:
            self.figure = summary_parts(plans)
            lines.lines = tuple(plan_lines(plans, self._formats, self.content_size.width))


class PlanSum(Lines):
    """The sum of the plan over the footer, where the plan itself is a page behind F3."""

    DEFAULT_CSS = """
    PlanSum { display: none; height: auto; max-height: 2; }
    """

    def show(self, plans: Sequence[DoorPlan] | None) -> None:
        """Draw the sum; nothing while the form cannot tell."""
        self.set_class(plans is None, "-unknown")
        if plans is None:
            self.lines = ()
            return
        key: tuple[Part, ...] = (("   F3", "bold $sp-acc"), (" door by door", "$sp-t2"))
        warnings = [(plan.device_name, loss.text) for plan in plans for loss in plan.losses]
        first = (("Plan  ", "bold $sp-t1"), *(summary_parts(plans) if plans else (("no door", "$sp-t2"),)), *key)
        second = ((("▲ ", "$sp-warn"), (": ".join(warnings[0]), "$sp-t2")),) if warnings else ()
        self.lines = (first, *second)


def loses(plan: DoorPlan) -> str:
    """What a door takes away, in a word or two."""
    return _words(plan.removes)


def summary_parts(plans: Sequence[DoorPlan]) -> tuple[Part, ...]:
    """The sum of a plan: "4 doors +4 -0"."""
    gains = sum(len(plan.adds) + len(plan.changes) for plan in plans)
    losses = sum(len(plan.removes) for plan in plans)
    return (
        (f"{len(plans)} door{'s' if len(plans) != 1 else ''} ", "$sp-t2"),
        (f"+{gains} ", "$sp-ok" if gains else "$sp-t3"),
        (f"-{losses}", "$sp-bad" if losses else "$sp-t3"),
    )


def opening_part(plan: DoorPlan, formats: Formats) -> tuple[Part, ...]:
    """When a door is concerned that holds nobody before the hours come near; nothing where it is at once."""
    if plan.opens_at is None:
        return ()
    return (("  ◐ ", "$sp-warn"), (f"from {formats.moment(plan.opens_at)}", "$sp-t2"))


def plan_lines(plans: Sequence[DoorPlan], formats: Formats, width: int) -> list[tuple[Part, ...]]:
    """Per door what it receives and loses, and from when, then capacity, then what cannot be held, which is told whole
    in `width` cells."""
    lines: list[tuple[Part, ...]] = [((f"  {'Door':<{NAME}}{'receives':<{WHAT}}loses", "$sp-t3"),)]
    for plan in plans:
        gains = _words([*plan.adds, *plan.changes])
        losses = _words(plan.removes)
        lines.append(
            (
                ("× " if plan.removes else "▸ ", "$sp-bad" if plan.removes else "$sp-acc"),
                (column(plan.device_name, NAME), "$sp-t1"),
                (column(gains, WHAT), "$sp-ok" if gains != "–" else "$sp-t3"),
                (losses, "$sp-bad" if losses != "–" else "$sp-t3"),
            )
        )
        lines += [opening] if (opening := opening_part(plan, formats)) else []
        lines += [((f"  {hold}", "$sp-t2"),) for hold in plan.holds]
    lines += [(("", ""),), (("Capacity after", "$sp-t3"),)]
    for plan in sorted(plans, key=lambda one: one.users_after / max(1, one.users_limit), reverse=True)[:3]:
        room = f"{figure(plan.users_after)}/{figure(plan.users_limit)}"
        lines.append(
            (
                (column(plan.device_name, NAME), "$sp-t2"),
                *gauge(plan.users_after, plan.users_limit, 10),
                (f" {room}", "$sp-t2"),
            )
        )
    for told in (f"{plan.device_name}: {loss.text}" for plan in plans for loss in plan.losses):
        first, *more = wrapped(told, width, "$sp-t2", ("  ", ""))
        lines += [(("▲ ", "$sp-warn"), first[1]), *more]
    return lines


def _words(lines: Sequence[PlanLine]) -> str:
    if not lines:
        return "–"
    return lines[0].what if len(lines) == 1 else f"{len(lines)} people"
