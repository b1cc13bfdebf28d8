"""One search for everything: people, apartments, doors, devices, and where to go (tasks: rule 1)."""

from __future__ import annotations

from screens.base.find_dialog import FindDialog
from screens.base.session import Session
from widgets.dialog import PickRow, best

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


class Search(FindDialog):
    """Hits as one types; Enter opens the one under the cursor. Answers "record:id", "record:id:code" for a
    person by what they show to doors, "module:letter" or "act:name"."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "Search", empty="Nothing found. A PIN is found by its whole value: pin:1234")
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

    def at_first(self) -> list[PickRow]:
        """Modules and acts, which are found here."""
        return self._modules

    async def find(self, text: str) -> list[PickRow]:
        """What the engine finds, then modules and acts."""
        session = self.session
        context = session.act() if text.startswith("pin:") else session.context
        hits = await session.ask(session.engine.search.find, context, text)
        rows = [
            PickRow(
                f"{hit.record}:{hit.id}" + (f":{hit.code}" if hit.code else ""),
                hit.title,
                ((hit.detail, "$sp-t2"), (f"  {KINDS.get(hit.record, '')}", "$sp-t3")),
            )
            for hit in hits
        ]
        return [*rows, *best(self._modules, text)]
