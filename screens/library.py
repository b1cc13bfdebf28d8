"""The Library: every PIN and every RF card, whoever it belongs to (features LIB-01, LIB-02; rules 11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from backend.catalog.library import LIBRARY_CARD, LIBRARY_PIN
from backend.catalog.model import Field
from backend.catalog.states import drawn
from backend.domain.formats import figure
from screens.base.detail_pane import Detail
from screens.base.drawing import wrapped
from screens.base.messages import OpenRecord
from screens.base.tabs import TabbedScreen, tab_keys
from screens.library_acts import replace_code, take_away
from widgets.frame import Part, Title
from widgets.panel import fact
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.formats import Formats
    from backend.domain.library import FreePins, LibraryRecord

TABS = {"PINs": "library.read", "RF cards": "library.read", "Ghost hunt": "library.read"}
"""In the order of their digits."""
LABEL = 13


class LibraryTab(TabbedScreen):
    """One list of the Library."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("library", TABS)
    MODULE = "i"
    TITLE_TEXT = "Library"
    TABS = TABS
    COUNTED: ClassVar[str] = ""
    """What the rows are called after their number."""

    def _count_parts(self, word: str, one: str = "") -> tuple[Part, ...]:
        """ "4 PINs", never "4 pins"."""
        return super()._count_parts(self.COUNTED or word, one)


class CodesTab(LibraryTab):
    """The codes of one kind."""

    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Code",)
    DETAIL_KEYS = "Enter owner · e replace · d take away"

    def hints(self) -> Iterable[tuple[str, str]]:
        """The owner first."""
        return [("Enter", "Owner"), *super().hints()]

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """A code that the app made is marked: it is read-only here."""
        cell = super().draw(field, values, first)
        if field.name == "masked" and values.get("origin") == "app":
            return Cell(str(values["masked"]), tone="t3")
        return cell

    async def detail(self, row_id: int, page: str) -> Detail:
        """Whose it is, where it opens, when it was used."""
        session = self.session
        record = await session.ask(session.engine.library.get, session.context, row_id)
        width = max(40, self.content_size.width - 34)
        narrow = self.has_class("-narrow")
        lines = brief_lines(record, session.formats) if narrow else code_lines(record, session.formats, width)
        return Detail(lines, ((record.place, "$sp-t3"),), heading=record.name)

    def open_row(self, row_id: int) -> None:
        """Enter: the owner's page, the cursor on this code."""
        self.start(self._open_owner, row_id)

    async def _open_owner(self, row_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.library.get, session.context, row_id)
        self.post_message(OpenRecord(record.owner.value, record.holder_id, row_id))

    def verb_edit(self, ids: Sequence[int]) -> None:
        """Replace one."""
        self.start(replace_code, self, ids[0])

    def verb_delete(self, ids: Sequence[int]) -> None:
        """Take away one or the ticked."""
        self.start(take_away, self, ids)


class PinsTab(CodesTab):
    """Every PIN; the head says how many are free where a length is in use (edge case 7)."""

    RECORD = LIBRARY_PIN
    TOPICS = LIBRARY_PIN.topics
    TAB = 1
    COUNTED = "PINs"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._free: tuple[FreePins, ...] = ()

    async def load(self) -> None:
        """The list, and what is free."""
        await super().load()
        session = self.session
        self._free = await session.ask(session.engine.library.free_pins, session.context)

    def heading(self) -> Title:
        """Free PINs before the count: the length that runs out, else the shortest in use."""
        shown = super().heading()
        return Title(
            shown.name, shown.second, (*free_parts(self._free, narrow=self.has_class("-narrow")), *shown.right)
        )


class CardsTab(CodesTab):
    """Every RF card."""

    RECORD = LIBRARY_CARD
    TOPICS = LIBRARY_CARD.topics
    TAB = 2
    COUNTED = "cards"


def free_parts(free: Sequence[FreePins], *, narrow: bool = False) -> tuple[Part, ...]:
    """ "free 4-digit PINs: 8,900   " of what runs out, or of the shortest of four digits and more."""
    shown = [one for one in free if one.few] or [one for one in free if one.length >= 4][:1]
    parts: list[Part] = []
    for one in shown[: 1 if narrow else 3]:
        word = f"{one.length}-digit free: " if narrow else f"free {one.length}-digit PINs: "
        tone = "$sp-warn" if one.few else "$sp-t1"
        parts += [(word, "$sp-t3"), (f"{figure(one.free)}   ", tone)]
    return tuple(parts)


def brief_lines(record: LibraryRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """The same in three lines, for terminals with few."""
    used = formats.moment(record.last_used_at) if record.last_used_at else "–"
    made = formats.moment(record.made_at) if record.made_at else "–"
    app = " · made in the app: read-only here" if record.origin == "app" else ""
    return [
        ((", ".join(record.groups) or "no group", "$sp-t1"), (app, "$sp-warn")),
        (("Held by ", "$sp-t3"), (", ".join(record.doors) or "no door", "$sp-t1")),
        (
            ("Last used ", "$sp-t3"),
            (used, "$sp-t1"),
            ("   created ", "$sp-t3"),
            (f"{made} by {record.made_by}", "$sp-t2"),
        ),
    ]


def code_lines(record: LibraryRecord, formats: Formats, width: int) -> list[tuple[Part, ...]]:
    """State, groups, doors, maker, last use."""
    look = drawn("credential", record.status)
    state = ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}"))
    made = f"{formats.moment(record.made_at)}  by {record.made_by}" if record.made_at else "–"
    app = ((("made in the app: read-only here", "$sp-warn"),),) if record.origin == "app" else ()
    doors, *more = wrapped(", ".join(record.doors) or "none", width, "$sp-t1")
    return [
        fact("State", state, LABEL),
        fact("Groups", ((", ".join(record.groups) or "none", "$sp-t1"),), LABEL),
        fact("Held by", doors, LABEL),
        *(((" " * LABEL, ""), *line) for line in more),
        fact("Last used", ((formats.moment(record.last_used_at) if record.last_used_at else "–", "$sp-t1"),), LABEL),
        fact("Created", ((made, "$sp-t2"),), LABEL),
        *app,
    ]
