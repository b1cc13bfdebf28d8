"""Writing a list from the import page, with progress, a way to stop, and a question before work is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.domain.enums import Verdict
from backend.domain.progress import Progress
from screens.base.needs import needs
from screens.import_drawing import progress_line
from screens.import_in_hand import InHand
from widgets.dialog import Choice, ConfirmDialog
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.imports import ImportReport

DRAWN_EVERY = 0.1


class Writing(InHand):
    """F2, and what Escape means before, while and after."""

    @needs("resident.write")
    def action_save(self) -> None:
        """Write; where rows are refused only once that was chosen."""
        preview = self._preview
        if preview is None or self._checking or self._progress is not None:
            return
        refused, good = preview.count(Verdict.REFUSE), preview.writes
        if not good:
            self.say("Nothing to write", "Every row is refused or there already.", bad=True)
        elif not refused:
            self.start(self._write)
        else:
            rows = "1 row is refused and stays" if refused == 1 else f"{refused:,} rows are refused and stay"
            dialog = ConfirmDialog(
                "Write good rows",
                f"Write {good:,} row{'s' if good != 1 else ''} now?",
                lines=[((f"{rows} out. The report names them.", "$sp-warn"),)],
                choices=[Choice("y", "Write the good rows", "write")],
            )
            self.app.push_screen(dialog, self._chosen)

    def _chosen(self, answer: str | None) -> None:
        if answer:
            self.start(self._write)

    async def _write(self) -> None:
        session, draft = self.session, self._draft
        assert draft is not None, "there is something to write"
        self._progress = Progress(0, self._preview.writes if self._preview else 0, 0.0)
        self.refresh_frame()
        self.add_class("-writing")
        timer = self.set_interval(DRAWN_EVERY, self._draw_progress)
        try:
            report = await session.ask(
                self.imports.write,
                session.act(),
                draft,
                good_rows=True,
                tell=self._heard,
                stopped=self._stop.is_set,
            )
        finally:
            timer.stop()
            self._progress = None
            self.remove_class("-writing")
        self._written(report)

    def _heard(self, progress: Progress) -> None:
        """Called in a thread, between slices."""
        self._progress = progress

    def _draw_progress(self) -> None:
        if self._progress is not None:
            line = progress_line(self._progress, self.query_one("#progress", Lines).size.width)
            self.query_one("#progress", Lines).lines = (line,)

    def _written(self, report: ImportReport) -> None:
        from backend.domain.records import Saved
        from screens.import_report import ImportReportPage

        self._changes = 0
        saved = Saved(id=report.id, operation=report.operation or 0, doors=dict(report.doors))
        people = f"1 {self.ONE}" if report.written == 1 else f"{report.written:,} {self.MANY}"
        self.watch_save(f"Import of {people}", saved)
        self.app.switch_screen(ImportReportPage(self.session, report.id))

    def ask_leave(self, then: Callable[[], object]) -> None:
        """Throw away what was put right here only after one question."""
        if self._progress is not None:
            self._stop.set()
            return
        if not self._changes:
            then()
            return
        dialog = ConfirmDialog(
            "Leave the import",
            f"Throw away {self._changes} change{'s' if self._changes != 1 else ''}?",
            lines=[(("Nothing of the list is written.", "$sp-t2"),)],
            choices=[Choice("x", "Throw away", "leave", danger=True)],
            opened_by="escape",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self._changes = 0
                then()

        self.app.push_screen(dialog, answered)

    def action_back(self) -> None:
        """Stop the writing after the rows under way; else leave."""
        if self._progress is not None:
            self._stop.set()
            self.say("Stopping", "What is written stays; u takes it back.")
        else:
            self.ask_leave(self.dismiss)
