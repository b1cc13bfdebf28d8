"""The dashboard: counts, doors by state, a week of releases, live events (features DASH-01 to DASH-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from backend.catalog.states import drawn
from backend.catalog.words import LOG_ACTIONS
from backend.domain.errors import Forbidden
from backend.domain.formats import age, figure
from screens.base.page import Page
from screens.base.session import Session
from widgets.frame import Part, Title
from widgets.panel import Lines, Panel
from widgets.plots import Bars, Shares

if TYPE_CHECKING:
    from backend.domain.records import Dashboard, LogLine

EVENTS = 40
ACTION_WORDS = {choice.value: choice.label for choice in LOG_ACTIONS}


class Tile(Lines):
    """A name, a figure, and two second readings."""

    DEFAULT_CSS = """
    Tile { background: $sp-panel; padding: 0 2; height: 4; width: 1fr; margin-right: 1; }
    """


class DashboardScreen(Page):
    """What the community looks like now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="dashboard.search", tooltip="Find anything", show=False),
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

    def compose_page(self) -> Iterable[Widget]:
        """Tiles, plots, events and doors."""
        with Horizontal(id="tiles"):
            for name in ("residents", "accounts", "devices", "doors"):
                yield Tile(id=f"tile-{name}")
        with Horizontal(id="plots"):
            yield Panel(Bars(), heading="Door releases", id="releases")
            yield Panel(Shares(), heading="Access methods", id="methods")
        with Horizontal(id="live"):
            yield Panel(Lines(id="event-lines"), heading="Live events", id="events", keys="g l all")
            with Vertical(id="side"):
                yield Panel(Lines(id="door-lines"), heading="Doors", id="doors")

    def heading(self) -> Title:
        """How large the community is, and how old what is read from devices."""
        data = self._data
        if data is None:
            return Title("Dashboard")
        read = age(max(timedelta(0), self.session.now() - data.read_at)) if data.read_at else "never"
        places = f"{data.buildings} buildings · {data.apartments} apartments   devices read "
        return Title("Dashboard", right=((places, "$sp-t3"), (read, "$sp-t1")))

    async def load(self) -> None:
        """Read figures and the newest events."""
        session = self.session
        data = self._data = await session.ask(session.engine.dashboard.read, session.context)
        self._draw_tiles(data)
        self._draw_doors(data)
        self._draw_plots(data)
        try:
            lines = await session.ask(session.engine.logs.newest, session.context, EVENTS)
        except Forbidden as error:
            self.query_one("#event-lines", Lines).lines = (((str(error), "$sp-t3"),),)
            return
        self.query_one("#events", Panel).figure = (("● following", "$sp-ok"),)
        self.query_one("#event-lines", Lines).lines = tuple(self._event(line) for line in lines)

    def _draw_tiles(self, data: Dashboard) -> None:
        offline = data.devices - data.devices_online
        look = [door for door in data.doors if door.state not in ("in_sync", "online")]
        tiles: dict[str, tuple[str, str, tuple[Part, ...], tuple[Part, ...]]] = {
            "residents": (
                "Residents",
                figure(data.masters + data.members),
                ((f"{figure(data.masters)} masters", "$sp-t2"),),
                ((f"{figure(data.members)} members", "$sp-t2"),),
            ),
            "accounts": (
                "Accounts",
                f"{figure(data.active)} active",
                (("◐ ", "$sp-warn"), (f"{data.expiring} expiring", "$sp-warn" if data.expiring else "$sp-t2")),
                (("○ ", "$sp-t2"), (f"{data.inactive} inactive", "$sp-t2")),
            ),
            "devices": (
                "Devices",
                figure(data.devices),
                (("● ", "$sp-ok"), (f"{data.devices_online} online", "$sp-t2")),
                (
                    ("○ ", "$sp-bad" if offline else "$sp-t2"),
                    (f"{offline} offline", "$sp-bad" if offline else "$sp-t2"),
                ),
            ),
            "doors": (
                "Doors",
                figure(len(data.doors)),
                (("✓ ", "$sp-ok"), (f"{len(data.doors) - len(look)} in order", "$sp-t2")),
                (
                    ("× ", "$sp-warn" if look else "$sp-t2"),
                    (f"{len(look)} want a look", "$sp-warn" if look else "$sp-t2"),
                ),
            ),
        }
        for name, (title, number, second, third) in tiles.items():
            self.query_one(f"#tile-{name}", Tile).lines = (
                ((title, "$sp-t3"),),
                ((number, "bold $sp-t1"),),
                second,
                third,
            )

    def _draw_doors(self, data: Dashboard) -> None:
        lines: list[tuple[Part, ...]] = []
        trouble = [door for door in data.doors if door.state not in ("in_sync", "online")]
        for door in trouble:
            look = drawn(door.vocabulary, door.state)
            words = f"{look.word} {door.detail}".strip()
            lines.append(
                (
                    (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                    (f"{door.name:<14}", "$sp-t1"),
                    (words, f"$sp-{look.word_tone}"),
                )
            )
        quiet = [door for door in data.doors if door not in trouble]
        if len(quiet) > 12:
            lines.append((("● ", "$sp-ok"), (f"{len(quiet)} others in order", "$sp-t2")))
        else:
            lines += [(("● ", "$sp-ok"), (door.name, "$sp-t2")) for door in quiet]
        self.query_one("#doors", Panel).figure = ((f"{len(trouble)} of {len(data.doors)} want a look", "$sp-t2"),)
        self.query_one("#door-lines", Lines).lines = tuple(lines)

    def _draw_plots(self, data: Dashboard) -> None:
        self.query_one(Bars).values = data.days
        total = sum(value for _, value in data.days)
        self.query_one("#releases", Panel).figure = ((f"{figure(total)} in 7 days", "$sp-t2"),)
        self.query_one(Shares).values = tuple((ACTION_WORDS.get(name, name), value) for name, value in data.methods)
        self.query_one("#methods", Panel).figure = (("7 days", "$sp-t3"),)

    def _event(self, line: LogLine) -> tuple[Part, ...]:
        opened = line.response == "success"
        look = drawn("response", line.response)
        word = "opened" if opened else "refused" if line.response == "failed" else "unknown"
        tone = "$sp-t2" if opened else f"$sp-{look.word_tone}"
        when = self.session.formats.time(line.happened_at, seconds=True)
        method = ACTION_WORDS.get(line.action.value, line.action.value).replace(" Unlock", "")
        return (
            (f"{when} ", "$sp-t3"),
            (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
            (f"{(line.door or line.device)[:12]:<13}", "$sp-t1"),
            (f"{line.initiated_by[:16]:<17}", "$sp-t2"),
            (f"{method[:10]} {line.key}"[:16].ljust(17), "$sp-t3"),
            (word, tone),
        )

    def action_new_resident(self) -> None:
        """Add a resident from here."""
        from screens.resident_form import ResidentForm

        self.app.push_screen(ResidentForm(self.session))

    def action_back(self) -> None:
        """The dashboard is where one comes back to."""
        if self._going:
            super().action_back()
