"""Revocations: what was taken away, door by door with its proof, and the receipt of it (feature SYNC-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from backend.catalog.model import Field
from backend.catalog.syncing import REVOCATION
from backend.domain.errors import Conflict, Invalid
from backend.domain.paths import at_home
from backend.domain.revocations import Proof
from screens.base.detail_pane import Detail
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.sync_drawing import revocation_figure, revocation_lines
from screens.sync_tabs import SyncTab, read_back
from widgets.form import FormField, TextField
from widgets.frame import Title
from widgets.panel import Lines
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.paths import at_home
    from backend.domain.records import Saved
from backend.domain.revocations import Revocation


class RevocationsScreen(SyncTab):
    """The people who lost something, those first whose doors are not all proved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "verb('check')", "Read back", id="revocations.check", tooltip="Read the doors now", show=False),
        Binding("x", "verb('receipt')", "Receipt", id="revocations.receipt", tooltip="Write the receipt", show=False),
    ]
    RECORD = REVOCATION
    TOPICS = REVOCATION.topics
    TAB = 2
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Proof",)
    DETAIL_KEYS = "Enter every door · x Receipt"

    def hints(self) -> Iterable[tuple[str, str]]:
        """`x` writes the receipt here, so that nothing else is told of it."""
        return [hint for hint in super().hints() if hint not in (("x", "Export"), ("space", "Tick"))]

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """Doors as "5 of 7"."""
        if field.name == "doors":
            done = values["doors"] - values["missing"]
            return Cell(f"{done} of {values['doors']}", tone="t2")
        return super().draw(field, values, first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """Door by door."""
        session = self.session
        found = await session.ask(session.engine.revocations.get, session.context, row_id)
        return Detail(revocation_lines(found, session.formats, session.now()), revocation_figure(found))

    def open_row(self, row_id: int) -> None:
        """Enter: every door, on a page of its own."""
        self.app.push_screen(RevocationPage(self.session, row_id))

    def verb_check(self, ids: Sequence[int]) -> None:
        """Read the doors that are not proved."""
        self.start(check_doors, self, ids[0])

    def verb_receipt(self, ids: Sequence[int]) -> None:
        """Write the receipt."""
        self.app.push_screen(ReceiptForm(self.session, ids[0]))


async def check_doors(page: Page, holder_id: int) -> None:
    """Ask for a read-back of each door that is not proved."""
    session = page.session
    found = await session.ask(session.engine.revocations.get, session.context, holder_id)
    late = [door.device_id for door in found.doors if door.proof is not Proof.GONE and door.device_id is not None]
    if late:
        await read_back(page, late)
    else:
        page.say("Each door is proved", "nothing to read")


class RevocationPage(Page):
    """What one person lost, every door and what to do about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "check", "Read back", id="revocation.check", tooltip="Read the doors now", show=False),
        Binding("x", "receipt", "Receipt", id="revocation.receipt", tooltip="Write the receipt", show=False),
    ]
    MODULE = "n"
    TOPICS = REVOCATION.topics
    HINTS = (("r", "Read back"), ("x", "Receipt"), ("u", "Undo"), ("Esc", "Back"))

    def __init__(self, session: Session, holder_id: int) -> None:
        super().__init__(session)
        self._holder_id = holder_id
        self._record: Revocation | None = None

    def compose_page(self) -> Iterable[Widget]:
        """The doors, scrolled where they are many."""
        yield VerticalScroll(Lines(), id="sheet")

    def on_mount(self) -> None:
        """The arrows scroll."""
        super().on_mount()
        self.query_one("#sheet").focus()

    def heading(self) -> Title:
        """Who, and the sum."""
        found = self._record
        return Title(found.person, revocation_figure(found)) if found else Title("Revocation")

    async def load(self) -> None:
        """Read it."""
        session = self.session
        found = await session.ask(session.engine.revocations.get, session.context, self._holder_id)
        self._record = found
        lines = revocation_lines(found, session.formats, session.now())
        self.query_one("#sheet").query_one(Lines).lines = ((("", ""),), *lines)

    @needs("device.edit")
    def action_check(self) -> None:
        """Read the doors that are not proved."""
        self.start(check_doors, self, self._holder_id)

    def action_receipt(self) -> None:
        """Write the receipt."""
        self.app.push_screen(ReceiptForm(self.session, self._holder_id))


class ReceiptForm(PlainForm):
    """Where a receipt is written to."""

    MODULE = "n"
    TITLE_TEXT = "Receipt"

    def __init__(self, session: Session, holder_id: int) -> None:
        super().__init__(session)
        self._holder_id = holder_id

    def sections(self) -> dict[str, Sequence[FormField]]:
        """One field."""
        return {"Receipt": (TextField("path", "File", required=True, hint=".txt or .pdf", max_length=1000),)}

    async def load(self) -> None:
        """Propose a name."""
        folder = Path(self.session.export_folder or Path.home())
        day = self.session.formats.local(self.session.now()).strftime("%Y-%m-%d")
        self.form.begin({"path": str(folder / f"revocation-{self._holder_id}-{day}.pdf")})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Write it as it stands now."""
        from backend.domain.records import Saved

        session, typed = self.session, str(self.form.values()["path"]).strip()
        if not typed:
            raise Invalid({"path": "Name a file."})
        await session.ask(self._write, Path(typed))
        self.say("Receipt written", typed)
        return Saved(id=self._holder_id, operation=0)

    def _write(self, path: Path) -> None:
        engine = self.session.engine
        if at_home(path).exists():
            raise Conflict("path", f"{path} is there already. Name another file.")
        engine.files.write_receipt(path, engine.revocations.receipt(self.session.context, self._holder_id))
