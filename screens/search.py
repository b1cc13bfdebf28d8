"""One search for everything: people, apartments, doors, devices, and where to go (tasks: rule 1)."""

from __future__ import annotations

from textual import work

from backend.domain.errors import SmartPlusError
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import PickDialog, PickList, PickRow, best

KINDS = {
    "resident": "person",
    "apartment": "apartment",
    "door": "door",
    "device": "device",
    "access-group": "group",
    "staff": "staff",
    "delivery": "delivery",
    "amenity": "amenity",
    "booking": "reservation",
}

ACTS = (
    ("account", "Account and sites", "L", "switch site link unlink change password log out"),
    ("lock", "Lock the screen", "ctrl+l", ""),
)
"""Acts of every page that are looked for by name: the act, its name, its key, words it is found by too."""


class Search(Waits, PickDialog):
    """Hits as one types; Enter opens the one under the cursor. Answers "record:id", "record:id:code" for a
    person by what they show to doors, "module:letter" or "act:name"."""

    def __init__(self, session: Session) -> None:
        super().__init__("Search", empty="Nothing found. A PIN is found by its whole value: pin:1234")
        self._session = session
        self._modules = [
            PickRow(
                f"module:{entry.letter}", entry.name, (("go to", "$sp-t3"), (f"  g {entry.letter}", "bold $sp-acc"))
            )
            for entry in session.modules
            if entry.letter
        ]
        self._modules += [
            PickRow(f"act:{act}", name, (("do", "$sp-t3"), (f"  {key}", "bold $sp-acc")), words)
            for act, name, key, words in ACTS
        ]

    def typed(self, text: str) -> None:
        """Ask the engine; modules are found here."""
        if not text.strip():
            self.query_one(PickList).show(self._modules)
            return
        self._find(text.strip())

    @work(exclusive=True, group="search")
    async def _find(self, text: str) -> None:
        session = self._session
        context = session.act() if text.startswith("pin:") else session.context
        try:
            hits = await session.ask(session.engine.search.find, context, text)
        except SmartPlusError as error:
            self.query_one(PickList).show([], str(error))
            self.end_wait()
            return
        rows = [
            PickRow(
                f"{hit.record}:{hit.id}" + (f":{hit.code}" if hit.code else ""),
                hit.title,
                ((hit.detail, "$sp-t2"), (f"  {KINDS.get(hit.record, '')}", "$sp-t3")),
            )
            for hit in hits
        ]
        self.query_one(PickList).show([*rows, *best(self._modules, text)], self._empty)
        if self.waiting:
            super().entered()
            self.end_wait()

    def entered(self) -> None:
        """Enter typed ahead waits for the hits of what was typed, and so do the keys after it."""
        self.waiting = any(worker.group == "search" and not worker.is_finished for worker in self.workers)
        if not self.waiting:
            super().entered()
