"""Who comes in: e-mail and password, or Enter in the demo (feature ACC-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Middle, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from backend.domain.errors import SmartPlusError
from widgets.frame import Hint, KeyFooter
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

PHONE = """╭──────────────╮
│       ◉      │
│              │
│    ▪  ▪  ▪   │
│    ▪  ▪  ▪   │
│              │
│    1  2  3   │
│    4  5  6   │
│    7  8  9   │
│    *  0  #   │
│              │
│   ━━━━━━━━   │
╰──────────────╯"""


class LoggedIn(Message):
    """Somebody has logged in."""

    def __init__(self, context: Context | None) -> None:
        super().__init__()
        self.context = context


class LoginScreen(Screen[None]):
    """The first screen; it is drawn before the engine has started."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin", id="login.begin", tooltip="Begin", show=False),
    ]
    DEFAULT_CSS = """
    LoginScreen #box { width: auto; height: auto; }
    LoginScreen .phone { width: 16; height: 13; color: $sp-t3; margin-right: 6; }
    LoginScreen #fields { width: 52; height: auto; }
    LoginScreen .name { text-style: bold; color: $sp-t1; }
    LoginScreen .label { color: $sp-t2; margin-top: 1; }
    LoginScreen Input { border: none; height: 1; padding: 0 1; background: $sp-raise; }
    LoginScreen Input:focus { background: $sp-cur; }
    LoginScreen #error { color: $sp-bad; height: auto; min-height: 1; }
    LoginScreen #state { margin-top: 1; }
    """

    def __init__(self, engine: Engine, *, welcome: bool, remembered: bool, sentence: str = "") -> None:
        """`sentence` says why whoever was logged in is not any more; then the engine has started already."""
        super().__init__()
        self._sentence = sentence
        self._engine = engine
        self._welcome = welcome
        self._remembered = remembered
        self._is_ready = bool(sentence)
        self._begins = False

    def compose(self) -> ComposeResult:
        """The door phone, and the fields beside it."""
        with Middle(), Center(), Horizontal(id="box"):
            yield Static(PHONE, classes="phone", markup=False)
            with Vertical(id="fields"):
                yield Static("SmartPlus", classes="name", markup=False)
                if self._welcome:
                    yield Lines(id="lead")
                elif not self._remembered:
                    yield Static("E-mail", classes="label", markup=False)
                    yield Input(id="email", compact=True, max_length=254)
                    yield Static("Password", classes="label", markup=False)
                    yield Input(id="password", compact=True, password=True, max_length=256)
                    yield Static(self._sentence, id="error", markup=False)
                yield Static("" if self._is_ready else "Opening the site …", id="state", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Say what this is."""
        if self._welcome:
            self.query_one("#lead", Lines).lines = (
                (("A demo community: two buildings, 40 apartments,", "$sp-t2"),),
                (("about 90 residents, 8 virtual door phones.", "$sp-t2"),),
                (("Everything runs on this machine.", "$sp-t2"),),
                (("", ""),),
                (("Add a resident with a PIN  ", "$sp-t2"), ("g r n", "bold $sp-acc")),
                (("Try it at a door           ", "$sp-t2"), ("g t", "bold $sp-acc")),
                (("See it in the logs         ", "$sp-t2"), ("g l", "bold $sp-acc")),
                (("Open a door by hand        ", "$sp-t2"), ("o", "bold $sp-acc")),
            )
        keys = (Hint("Enter", "Begin"),) if self._welcome else (Hint("Tab", "Next"), Hint("Enter", "Log in"))
        self.query_one(KeyFooter).hints = (*keys, Hint("ctrl+q", "Quit"))
        self.query_one(KeyFooter).always = ()
        for field in self.query(Input):
            field.focus()
            break

    def ready(self) -> None:
        """The engine has started."""
        self._is_ready = True
        if self._begins:
            self.action_begin()
        text = Content.assemble(("Enter", "bold $sp-acc"), " to begin") if self._welcome else Content("")
        self.query_one("#state", Static).update(text)

    def cannot_start(self, sentence: str) -> None:
        """The site cannot be opened: say why; nothing else is possible."""
        self.query_one("#state", Static).update(Content.styled(sentence, "$sp-bad"))

    def action_begin(self) -> None:
        """Enter the demo, as soon as it can be entered."""
        self._begins = self._welcome
        if self._welcome and self._is_ready:
            self.post_message(LoggedIn(None))

    @on(Input.Submitted, "#email")
    def _to_password(self) -> None:
        self.query_one("#password", Input).focus()

    @on(Input.Submitted, "#password")
    def _submitted(self) -> None:
        if self._is_ready:
            self._log_in(self.query_one("#email", Input).value, self.query_one("#password", Input).value)

    @work(exclusive=True)
    async def _log_in(self, email: str, password: str) -> None:
        import asyncio

        from backend.domain.enums import Via

        field = self.query_one("#password", Input)
        try:
            context, _ = await asyncio.to_thread(self._engine.sign_in.login, email, password, Via.APP)
        except SmartPlusError as error:
            self.query_one("#error", Static).update(str(error))
            field.value = ""
            field.focus()
            return
        self.post_message(LoggedIn(context))
