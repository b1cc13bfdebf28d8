"""The dashboard: counts, doors by state, a week of releases, live events (features DASH-01 to DASH-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from backend.domain.formats import age, counted, figure
from screens.base.drawing import wrapped
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.dashboard_drawing import door_lines, event_line, in_order, summary_line, tiles
from screens.dashboard_read import read_dashboard
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.plots import Bars, Shares
from widgets.text import Part

if TYPE_CHECKING:
    from backend.domain.dashboard import Dashboard
    from backend.domain.doors import LogLine

TILES = ("residents", "accounts", "devices", "doors")


class Tile(Lines):
    """A name, a figure, and two second readings."""

    DEFAULT_CSS = """
    Tile { background: $sp-panel; padding: 0 2; height: 4; width: 1fr; margin-right: 1; }
    """


class DashboardScreen(Page):
    """What the community looks like now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="dashboard.search", tooltip="Find anything", show=False),
        Binding("f8", "first_steps", "First steps", id="dashboard.steps", tooltip="Until a door opens", show=False),
        Binding("n", "new_resident", "New resident", id="dashboard.new", tooltip="Add a resident", show=False),
    ]
    MODULE = "d"
    TITLE_TEXT = "Dashboard"
    TOPICS = frozenset({"residents", "apartments", "buildings", "devices", "doors", "door_logs", "sync"})
    HINTS = (
        ("g", "Go to"),
        ("/", "Search"),
        ("o", "Open door"),
        ("n", "New resident"),
        ("u", "Undo"),
        ("r", "Refresh"),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._data: Dashboard | None = None
        self._events: tuple[LogLine, ...] = ()
        self._shut = ""

    def compose_page(self) -> Iterable[Widget]:
        """Tiles, plots, events and doors."""
        yield Lines(id="first-steps")
        yield Lines(id="summary")
        with Horizontal(id="tiles"):
            for name in TILES:
                yield Tile(id=f"tile-{name}")
        with Horizontal(id="plots"):
            yield Panel(Bars(), heading="Door releases", id="releases")
            yield Panel(Shares(), heading="Access methods", id="methods")
        with Horizontal(id="live"):
            yield Panel(Lines(id="event-lines"), heading="Live events", id="events", keys="g l All events")
            with Vertical(id="side"):
                yield Panel(Lines(id="door-lines"), heading="Doors", id="doors")

    def heading(self) -> Title:
        """How large the community is, and how old what is read from devices."""
        data = self._data
        if data is None:
            return Title("Dashboard")
        read = age(max(timedelta(0), self.session.now() - data.read_at)) if data.read_at else "never"
        between = " · read " if self.has_class("-narrow") else "   devices read "
        places = f"{counted(data.buildings, 'building')} · {counted(data.apartments, 'apartment')}{between}"
        return Title("Dashboard", right=((places, "$sp-t3"), (read, "$sp-t1")))

    async def load(self) -> None:
        """Read figures and the newest events."""
        session = self.session
        first, session.first = session.first, None
        read = await (first or session.ask(read_dashboard, session.engine, session.context))
        if read is None:
            return  # it is read again when the engine has started
        self._data, self._events = read.figures, read.events
        self._shut = session.why_closed(read.closed) if read.closed else ""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """What fits is chosen anew."""
        super().on_resize(event)
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        data = self._data
        if data is None or not self.query("#summary"):
            return  # nothing is read yet, or the page is being taken down
        self.query_one("#summary", Lines).lines = (summary_line(data),)
        for name, lines in tiles(data).items():
            self.query_one(f"#tile-{name}", Tile).lines = lines
        self._draw_steps(data)
        self._draw_plots(data)
        self._draw_doors(data)
        self._draw_events()

    def _draw_steps(self, data: Dashboard) -> None:
        """What leads on from a site that has not come far yet."""
        counts = (data.buildings, data.apartments, data.devices, data.masters + data.members)
        self.set_class(not all(counts) and self.session.may("community.write"), "-new")
        self.query_one("#first-steps", Lines).lines = (
            (("F8", "bold $sp-acc"), (" First steps", "$sp-t1"), ("   five short forms, until a door opens", "$sp-t3")),
        )

    def _draw_plots(self, data: Dashboard) -> None:
        self.set_class(bool(self._shut), "-closed")
        self.query_one(Bars).values = data.days
        total = sum(value for _, value in data.days)
        self.query_one("#releases", Panel).figure = ((f"{figure(total)} in 7 days", "$sp-t2"),)
        self.query_one(Shares).values = data.methods
        self.query_one("#methods", Panel).figure = (("7 days", "$sp-t3"),)

    def _draw_doors(self, data: Dashboard) -> None:
        lines = self.query_one("#door-lines", Lines)
        panel = self.query_one("#doors", Panel)
        trouble = sum(1 for door in data.doors if not in_order(door))
        tone = "$sp-warn" if trouble else "$sp-t2"
        few = self.has_class("-narrow")
        words = f"{trouble} of {len(data.doors)}" + ("" if few else f" want{'s' if trouble == 1 else ''} a look")
        panel.figure = ((words, tone),)
        size = panel.content_size
        lines.lines = tuple(door_lines(data.doors, size.width or 35, size.height or 16))

    def _draw_events(self) -> None:
        panel, lines = self.query_one("#events", Panel), self.query_one("#event-lines", Lines)
        if self._shut:
            panel.heading, panel.figure, panel.keys = "No permission", (), ""
            why = wrapped(self._shut, panel.content_size.width or 54, "$sp-t2")
            still: tuple[Part, ...] = (("Doors and figures stay open.", "$sp-t3"),)
            lines.lines = ((("Door logs are closed to your account", "bold $sp-t1"),), *why, still)
            return
        panel.heading, panel.keys = "Live events", "g l All events"
        panel.figure = (("● following", "$sp-ok"),)
        nothing: tuple[Part, ...] = (("No door has told anything yet.", "$sp-t3"),)
        width = panel.content_size.width or 54
        drawn = (event_line(line, self.session.formats, width) for line in self._events)
        lines.lines = tuple(drawn) or (nothing,)

    @needs("community.write")
    def action_first_steps(self) -> None:
        """Take up the first steps, or go through them again."""
        from screens.first_steps import FirstSteps

        self.app.push_screen(FirstSteps(self.session))

    @needs("resident.write")
    def action_new_resident(self) -> None:
        """Add a resident from here."""
        from screens.resident_form import ResidentForm

        self.app.push_screen(ResidentForm(self.session))
