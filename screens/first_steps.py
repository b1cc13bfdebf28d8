"""The first steps: an empty site leads to an opened door in five short forms (feature OPS-01; look: First run)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from backend.domain.errors import Conflict, Invalid, SmartPlusError
from screens.base.messages import GoTo
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.first_facts import Facts, read_facts
from screens.open_door import state_parts, until_ended
from screens.steps import STEPS
from widgets.form import Form
from widgets.frame import Part, Title
from widgets.panel import Lines, Panel
from widgets.plots import gauge

WITHIN = 60
"""Seconds that a device may take to answer."""
OPENING = len(STEPS)
"""The step after the last form: open the door."""


class FirstSteps(Page):
    """Left what is done, right the step at hand; Enter goes on, Escape leaves and keeps what is done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,f2,ctrl+s", "next_step", "Next", id="steps.next", tooltip="Do this step", priority=True, show=False
        ),
        Binding("tab", "field(1)", "Next field", id="steps.tab", tooltip="Next field", priority=True, show=False),
        Binding("shift+tab", "field(-1)", "Field above", id="steps.up", tooltip="Above", priority=True, show=False),
        Binding("pageup", "move(-1)", "Back", id="steps.back", tooltip="The step before", priority=True, show=False),
        Binding("pagedown", "move(1)", "On", id="steps.on", tooltip="The step after", priority=True, show=False),
        Binding("f7", "virtual", "Virtual door", id="steps.virtual", tooltip="A virtual door stands in", show=False),
        Binding("y", "open_now", "Open it", id="steps.open", tooltip="Open the door now", show=False),
    ]
    MODULE = "d"
    TITLE_TEXT = "First steps"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._facts: Facts | None = None
        self._at = 0
        self._busy = False
        self._result: tuple[Part, ...] = ()
        self.waiting = True

    def compose_page(self) -> Iterable[Widget]:
        """The list of steps and the step at hand."""
        with Horizontal(id="steps-body"):
            yield Lines(id="steps")
            yield Panel(Vertical(id="step"), id="step-panel")
        yield Lines(id="steps-note")

    def heading(self) -> Title:
        """How far it is."""
        done = self._facts.done if self._facts else 0
        return Title("First steps", (("until a door opens", "$sp-t2"),), ((f"{done} of {len(STEPS)} done", "$sp-t3"),))

    def hints(self) -> list[tuple[str, str]]:
        """What goes on from here."""
        act = ("y", "Open it now") if self._at == OPENING else ("Enter", "Next")
        virtual = [("F7", "Virtual door")] if self._at == 3 and self.session.stand_in else []
        return [act, ("PgUp", "Back"), ("PgDn", "On"), *virtual, ("Esc", "Leave, keep what is done")]

    async def load(self) -> None:
        """Read how far the site is, and show the step that comes next."""
        self._facts = await self.session.ask(read_facts, self.session)
        self._at = self._facts.done
        await self._show()
        self.end_wait()

    async def _read(self) -> Facts:
        self._facts = await self.session.ask(read_facts, self.session)
        return self._facts

    async def _show(self) -> None:
        """The step at hand in the panel, its cursor in the first field."""
        facts, box = self._facts, self.query_one("#step", Vertical)
        assert facts is not None
        await box.remove_children()
        panel = self.query_one("#step-panel", Panel)
        if self._at == OPENING:
            panel.heading, panel.figure, panel.keys = "Open it", (("the door", "$sp-t3"),), "y open it now"
            await box.mount(Lines(id="opening"))
        else:
            step = STEPS[self._at]
            panel.heading = f"{self._at + 1}  {step.title}"
            panel.figure = ((f"step {self._at + 1} of {len(STEPS)}", "$sp-t3"),)
            panel.keys = "F7 no door at hand: a virtual one" if self._at == 3 and self.session.stand_in else ""
            lead, form, wait = Lines(id="lead"), Form({"": tuple(step.fields())}), Lines(id="wait")
            lead.lines = tuple(((text, "$sp-t2"),) for text in step.lead)
            lead.display = bool(step.lead)
            await box.mount(lead, form, wait)
            form.begin(await step.values(self.session, facts))
            form.focus_first()
        self._draw()

    def _draw(self) -> None:
        """The list of steps, and what became of the opening."""
        facts = self._facts
        assert facts is not None
        lines: list[tuple[Part, ...]] = []
        for number, step in enumerate(STEPS):
            done = step.done(facts)
            mark: Part = ("✓ ", "$sp-ok") if done else ("○ ", "$sp-t3")
            if number == self._at:
                mark = ("▌ ", "$sp-acc")
            lines += [
                (mark, (step.title, "bold $sp-t1" if number == self._at else "$sp-t1")),
                ((f"  {done or step.hint}", "$sp-t3"),),
            ]
        here = self._at == OPENING
        lines += [
            (
                ("▌ " if here else "○ ", "$sp-acc" if here else "$sp-t3"),
                ("Open it", "bold $sp-t1" if here else "$sp-t1"),
            )
        ]
        self.query_one("#steps", Lines).lines = tuple(lines)
        note = "Leave when you like: what is done stays, F8 on the dashboard comes back here."
        self.query_one("#steps-note", Lines).lines = (((note, "$sp-t3"),),)
        for opening in self.query("#opening").results(Lines):
            opening.lines = self._opening_lines(facts)
        self.refresh_frame()

    def _opening_lines(self, facts: Facts) -> tuple[tuple[Part, ...], ...]:
        if facts.door is None:
            return ((("There is no door yet: PgUp goes back to it.", "$sp-warn"),),)
        return (
            ((facts.door.name, "bold $sp-t1"), ("  ", ""), *state_parts(facts.door, self.session.now())),
            (("", ""),),
            self._result or (("y", "bold $sp-acc"), (" opens it now. The PIN opens it at the door.", "$sp-t2")),
        )

    @needs("community.write")
    def action_field(self, step: int) -> None:
        """Another field of the form; at once, so that what is typed ahead goes there."""
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    @needs("community.write")
    def action_next_step(self) -> None:
        """Do the step at hand, then go on to the next."""
        if self._at == OPENING:
            self.post_message(GoTo("d"))
        elif not self._busy:
            self._busy = self.waiting = True
            self.start(self._save)

    async def _save(self) -> None:
        facts, step = self._facts, STEPS[self._at]
        assert facts is not None
        try:
            saved = await step.save(self.session, facts, self.query_one(Form).values(), self._waited)
        finally:
            self._busy = False
            for wait in self.query("#wait").results(Lines):
                wait.lines = ()
        if saved is not None and saved.doors:
            self.watch_save(step.title, saved)
        await self._read()
        self._at += 1
        await self._show()
        self.end_wait()

    def _waited(self, seconds: float) -> None:
        """How long a device has been waited for."""
        line = (*gauge(min(int(seconds), WITHIN), WITHIN * 2, 24), (f"  asking the device, {seconds:.0f} s", "$sp-t2"))
        for wait in self.query("#wait").results(Lines):
            wait.lines = (line,)

    def failed(self, error: SmartPlusError) -> None:
        """Errors stand under their fields; what was typed stays."""
        self.end_wait()
        forms = self.query(Form)
        if forms and isinstance(error, Invalid):
            forms.first().show_errors(error.fields)
        elif forms and isinstance(error, Conflict):
            forms.first().show_errors({error.field: str(error)})
        else:
            super().failed(error)

    @needs("community.write")
    def action_move(self, step: int) -> None:
        """A step that is done, or the next one; what is typed here and not saved is left."""
        facts = self._facts
        if facts is not None and not self._busy:
            self._at = max(0, min(self._at + step, facts.done, OPENING))
            self.start(self._show)

    @needs("device.write")
    def action_virtual(self) -> None:
        """Have a virtual door stand in, and add it like any other."""
        if self._at == 3 and self.session.stand_in is not None and not self._busy:
            self.start(self._stand_in)

    async def _stand_in(self) -> None:
        session = self.session
        assert session.stand_in is not None
        door = await session.ask(session.stand_in, session.community.timezone)
        self.query_one(Form).begin(
            {"address": door.address, "user": door.user, "password": door.password, "name": "Virtual Door"}
        )
        self.action_next_step()

    @needs("door.open")
    def action_open_now(self) -> None:
        """Open the first door, and say honestly how it went."""
        if self._at == OPENING and self._facts is not None and self._facts.door is not None and not self._busy:
            self._busy = True
            self.start(self._open, self._facts.door.relay_id)

    async def _open(self, relay_id: int) -> None:
        session = self.session
        self._result = (("◐ asking the door", "$sp-t2"),)
        self._draw()
        try:
            command_id = await session.ask(session.engine.doors.open, session.act(), relay_id)
            record = await until_ended(session, command_id)
            opened = record.state == "done"
            word = f"● {record.door} is open" if opened else f"× {record.text}"
            self._result = ((word, "$sp-ok" if opened else "$sp-bad"), ("   Enter to the dashboard", "$sp-t3"))
        finally:
            self._busy = False
        await self._read()
        self._draw()

    def action_back(self) -> None:
        """Leave; what is done stays."""
        self.dismiss()
