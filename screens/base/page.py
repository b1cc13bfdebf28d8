"""The frame and the habits that every page has in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from backend.domain.errors import Forbidden, SmartPlusError
from screens.base.acts import Acts
from screens.base.keys import action_of
from screens.base.messages import GoTo, Refused, Shown, Watch
from screens.base.needs import needed
from screens.base.session import Session
from widgets.frame import (
    NARROW,
    Banner,
    Hint,
    KeyFooter,
    ModuleColumn,
    ModuleItem,
    Part,
    StatusLine,
    Title,
    TitleLine,
    TopBar,
)

OLDER_EVERY = 15.0
"""Seconds for which ages may stand on a page."""


class Page(Acts):
    """A full screen: frame around what `compose_page` yields, keys that work everywhere, live reloading.

    A page names its module's letter, its title and the topics whose change concerns it; it loads in `load`, which is
    called when it is shown, when one of its topics changed, and on `r`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "go", "Go to", id="page.go", tooltip="Go to a module: g and its letter", show=False),
        Binding("r", "reload", "Refresh", id="page.reload", tooltip="Read again", show=False),
        Binding("o", "open_door", "Open door", id="page.open-door", tooltip="Open a door now", show=False),
        Binding("u", "undo", "Undo", id="page.undo", tooltip="What can be undone", show=False),
        Binding("ctrl+p", "search", "Search", id="page.search", tooltip="Find people, doors, commands", show=False),
        Binding("question_mark,f1", "help", "Help", id="page.help", tooltip="Keys of this page", show=False),
        Binding("escape", "back", "Back", id="page.back", tooltip="One level back", show=False),
        Binding("q", "quit_app", "Quit", id="page.quit", tooltip="Leave the application", show=False),
        Binding("L", "account", "Account", id="page.account", tooltip="Sites, password, lock, log out", show=False),
        Binding("ctrl+l", "lock", "Lock", id="page.lock", tooltip="Lock the screen", show=False),
        Binding("D", "watched", "Doors", id="page.watched", tooltip="Which door is missing, and why", show=False),
    ]
    AUTO_FOCUS = ""
    MODULE: ClassVar[str] = ""
    TITLE_TEXT: ClassVar[str] = ""
    TOPICS: ClassVar[frozenset[str]] = frozenset()
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = ()
    AGES: ClassVar[bool] = False
    """Whether it shows how old figures are: it is then read anew by itself while it is seen."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._going = False
        self._stale = False
        self._read_at = 0.0
        self.code_wanted: int | None = None
        """Of a person's page: the code that the cursor goes to once it is there."""

    def compose(self) -> ComposeResult:
        """The frame, folded from the first picture on."""
        fold = "-narrow" if self.app.size.width < NARROW else ""
        self.set_class(bool(fold), "-narrow")
        yield TopBar()
        yield Banner()
        with Horizontal(id="body"):
            yield ModuleColumn(classes=fold)
            with Vertical(id="main"):
                yield TitleLine(classes=fold)
                yield from self.compose_page()
        yield StatusLine(classes="-empty")
        yield KeyFooter()

    def compose_page(self) -> Iterable[Widget]:
        """The widgets of the page itself."""
        return ()

    async def load(self) -> None:
        """Read what the page shows."""

    def heading(self) -> Title:
        """What the title line says."""
        return Title(self.TITLE_TEXT)

    def hints(self) -> Iterable[tuple[str, str]]:
        """The keys that the footer shows, most useful first."""
        return self.HINTS

    def offered(self) -> tuple[Hint, ...]:
        """The hints without those that this manager may not use."""
        page, may = type(self), self.session.may
        return tuple(
            Hint(key, word)
            for key, word in self.hints()
            if not (wanted := self._wanted(action_of(page, key))) or may(wanted)
        )

    def _wanted(self, action: str) -> str:
        return needed(type(self), action) or self.permission_of(action)

    def permission_of(self, action: str) -> str:
        """The permission that an action of a binding asks for beyond what it declares itself, "" for none."""
        del action
        return ""

    @property
    def unsaved(self) -> int:
        """How many changes would be lost if the page were left now."""
        return 0

    def ask_leave(self, then: Callable[[], object]) -> None:
        """Ask before changes are lost, then go on."""
        then()

    def on_mount(self) -> None:
        """Draw the frame and load."""
        column = self.query_one(ModuleColumn)
        column.current = self.MODULE
        self.refresh_frame()
        self.post_message(Shown())
        self.reload()

    def on_resize(self, event: events.Resize) -> None:
        """Fold what folds."""
        narrow = event.size.width < NARROW
        self.set_class(narrow, "-narrow")
        self.query_one(ModuleColumn).set_class(narrow, "-narrow")
        self.query_one(TitleLine).set_class(narrow, "-narrow")

    def on_screen_resume(self) -> None:
        """Catch up with what changed while another screen was shown; one that is gone again has nothing to catch."""
        if not self.is_current:
            return
        self.refresh_frame()
        self.post_message(Shown())
        if self._stale:
            self.reload()

    def refresh_frame(self) -> None:
        """Draw title, module column, footer and status line as they stand."""
        if not all(self.query(part) for part in (ModuleColumn, TitleLine, KeyFooter, StatusLine)):
            return  # the page is being taken down
        badges = self.session.badges
        items = [
            ModuleItem(entry.letter, entry.name, *badges.get(entry.letter, ("", "t2")))
            for entry in self.session.modules
        ]
        self.query_one(ModuleColumn).items = tuple(items)
        self.query_one(TitleLine).title = self.heading()
        self.query_one(KeyFooter).hints = self.offered()
        self.query_one(StatusLine).parts = self._status()

    def _status(self) -> tuple[Part, ...]:
        """The last save on its way to the doors, else the last thing that was said."""
        watched, told = self.session.watched, self.session.told
        if watched is not None and watched.text:
            parts = ((f"{watched.title}: ", "$sp-t1"), (watched.text, f"$sp-{watched.tone}"))
            return parts if watched.done else (*parts, ("   D", "bold $sp-acc"), (" which and why", "$sp-t3"))
        return ((told[0], "$sp-t1"), (told[1], f"$sp-{told[2]}")) if told else ()

    def touched(self, topics: frozenset[str]) -> None:
        """Something changed in the database; a page that is not seen catches up when it is shown again."""
        if not topics & self.TOPICS:
            return
        if self.is_current:
            self.reload()
        else:
            self._stale = True

    def reload(self) -> None:
        """Load anew, dropping a load that is under way."""
        self._stale = False
        self._read_at = time.monotonic()
        self.start(self._load, group="load", exclusive=True)

    def grow_older(self) -> None:
        """Read anew what has stood for a while: an age that stands still is wrong."""
        if self.AGES and time.monotonic() - self._read_at >= OLDER_EVERY:
            self.reload()

    async def _load(self) -> None:
        await self.load()
        self.refresh_frame()

    def start(
        self, work: Callable[..., Coroutine[Any, Any, None]], *args: Any, group: str = "act", exclusive: bool = False
    ) -> Worker[None]:
        """Run `work(*args)` beside the page; known errors go to `failed`, unknown ones end in the error screen."""
        return self.run_worker(partial(self._guarded, work, args), group=group, exclusive=exclusive)

    async def _guarded(self, work: Callable[..., Coroutine[Any, Any, None]], args: tuple[Any, ...]) -> None:
        try:
            await work(*args)
        except SmartPlusError as error:
            self.failed(error)
        except NoMatches:
            if self.is_attached and not self._pruning:
                raise  # else the page went away while it was read

    def failed(self, error: SmartPlusError) -> None:
        """Say a known error; a page with fields shows it at its field instead."""
        self.say(str(error), bad=True)
        if isinstance(error, Forbidden):
            self.post_message(Refused())

    def take_letter(self, key: str) -> bool:
        """The letter after `g`, also one that leads nowhere: it must not act on the page. Every other key goes on.

        Asked by the application, where `g` itself acts: a key may pass this page while the one before it is still on
        its way there.
        """
        if not self._going:
            return False
        self._going = False
        if any(key == entry.letter for entry in self.session.modules):
            self.app.post_message(GoTo(key))
        elif len(key) == 1:
            self.say(f"g {key} leads nowhere", "The letters stand in the left column.", bad=True)
        self.refresh_frame()
        return len(key) == 1

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the letter after `g` is awaited, no key of the page acts."""
        if self._going and action != "back":
            return False
        if action == "watched":
            return self.session.watched is not None
        return True

    @on(TopBar.CommunityChosen)
    def sites_clicked(self, event: TopBar.CommunityChosen) -> None:
        """The community was clicked."""
        event.stop()
        self.action_account()

    @on(ModuleColumn.Chosen)
    def go_to_clicked(self, event: ModuleColumn.Chosen) -> None:
        """A module was clicked."""
        self.app.post_message(GoTo(event.letter))

    def action_go(self) -> None:
        """Await the letter of a module."""
        self._going = True
        footer = self.query_one(KeyFooter)
        footer.hints = tuple(Hint(entry.letter, entry.name) for entry in self.session.modules if entry.letter)

    def action_reload(self) -> None:
        """Read again."""
        self.reload()

    def action_back(self) -> None:
        """One level back; a module stays."""
        if self._going:
            self._going = False
            self.refresh_frame()
        elif isinstance(self.focused, Input):
            self.set_focus(None)
        elif len(self.app.screen_stack) > 2:
            self.dismiss()

    def arrived(self) -> None:
        """Somebody came back to this module by its name or letter, from another one or from itself."""

    def stand_on(self, record: str, record_id: int) -> None:
        """This record was saved in a form over the page: a list of its type puts the cursor on it."""

    def gone(self, ids: Iterable[int]) -> None:
        """These records are there no more: a page forgets what it kept about them."""

    def watch_save(self, title: str, saved: Any) -> None:
        """Have the way of a save to the doors counted in the status line."""
        self.post_message(Watch(title, saved))
