"""Who comes in, step by step: password, code, policies; or Enter in the demo (features ACC-01, ACC-03..05, ACC-07)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Middle, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from backend.domain.errors import SmartPlusError
from screens.base.entry_dialog import errors_of
from screens.base.waits import Waits
from screens.login_flow import INSIDE, POLICIES, Turn, WayIn
from screens.login_steps import LEAD, STEPS, phone
from widgets.entries import Entries
from widgets.frame import Hint, KeyFooter
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine


class LoggedIn(Message):
    """Somebody has logged in; `reminder` says that a new password is due, `told` is the first thing they read."""

    def __init__(
        self, context: Context | None, *, reminder: bool = False, told: tuple[str, str, str] | None = None
    ) -> None:
        super().__init__()
        self.context = context
        self.reminder = reminder
        self.told = told


class LoginScreen(Waits, Screen[None]):
    """The first screen; it is drawn before the engine has started."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin", id="login.begin", tooltip="Begin", show=False),
        Binding("f4", "forgot", "Forgot password", id="login.forgot", tooltip="Have a code mailed", show=False),
        Binding("f5", "obtain", "Obtain Code", id="login.obtain", tooltip="Have another code mailed", show=False),
        Binding("f6", "site", "Site", id="login.site", tooltip="Choose the site before logging in", show=False),
        Binding("ctrl+r", "remember", "Remember", id="login.remember", tooltip="Remember the e-mail", show=False),
        Binding("escape", "back", "Back", id="login.back", tooltip="Back to the password", show=False),
    ]
    DEFAULT_CSS = """
    LoginScreen #box { width: auto; height: auto; }
    LoginScreen .phone { width: 16; height: 13; color: $sp-t3; margin-right: 6; }
    LoginScreen #fields { width: 52; height: auto; min-height: 13; }
    LoginScreen .name { text-style: bold; color: $sp-t1; }
    LoginScreen #lines { height: auto; }
    LoginScreen #step { color: $sp-t2; height: auto; }
    LoginScreen #state, LoginScreen #remember { margin-top: 1; height: auto; color: $sp-t2; }
    """

    def __init__(self, engine: Engine, *, welcome: bool = False, sentence: str = "") -> None:
        """`sentence` says why whoever was logged in is not any more; then the engine has started already."""
        super().__init__()
        self._engine = engine
        self._welcome = welcome
        self._sentence = sentence
        self._is_ready = engine.started and not self._welcome
        self._begins = self._recalled = False
        self._sites: tuple[tuple[int, str], ...] = ()
        self._step = "password"
        self._way = WayIn(engine)

    def compose(self) -> ComposeResult:
        """The door phone, and the step beside it."""
        with Middle(), Center(), Horizontal(id="box"):
            yield Static(phone(), classes="phone")
            with Vertical(id="fields"):
                yield Static("SmartPlus", classes="name", markup=False)
                if self._welcome:
                    yield Lines(id="lead")
                else:
                    yield Static(id="step", markup=False)
                    with Vertical(id="lines"):
                        yield Entries(*STEPS[self._step].entries)
                    yield Static(id="remember", markup=False)
                yield Static("" if self._is_ready else "Opening the site …", id="state", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Say what this is."""
        self.query_one(KeyFooter).always = (Hint("ctrl+q", "Quit"),)
        if self._welcome:
            self.query_one("#lead", Lines).lines = LEAD
            self.query_one(KeyFooter).hints = (Hint("Enter", "Begin"),)
        else:
            self.query_one(KeyFooter).hints = STEPS[self._step].hints
            self.query_one(Entries).begin()
            self._state(self._sentence or ("" if self._is_ready else "Opening the site …"))
            if self._is_ready:
                self.ready()
        self.set_interval(1.0, self._count_down)

    def ready(self) -> None:
        """The engine has started."""
        self._is_ready = True
        if self._begins:
            self.action_begin()
        if self._welcome:
            self._state(Content.assemble(("Enter", "bold $sp-acc"), " to begin"))
        elif not self._welcome and not self._recalled:
            self._recalled = True
            self._state(self._sentence)
            self._run(self._recall, group="recall")

    def cannot_start(self, sentence: str) -> None:
        """The site cannot be opened: say why; nothing else is possible."""
        self._state(Content.styled(sentence, "$sp-bad"))

    def action_begin(self) -> None:
        """Enter the demo, as soon as it can be entered."""
        self._begins = self._welcome
        if self._welcome and self._is_ready:
            self.post_message(LoggedIn(None))

    def action_forgot(self) -> None:
        """Have a code mailed for a new password."""
        if not self._welcome and self._is_ready and self._step == "password":
            email = self.query_one(Entries).values["email"]
            self._run(self._show, "forgot", "", email)

    def action_obtain(self) -> None:
        """Have another code mailed."""
        if self._step == "code":
            self._run(self._take, self._way.obtain)

    def action_remember(self) -> None:
        """Remember the e-mail and the site on this machine, or do not."""
        if not self._welcome and self._is_ready and self._step == "password":
            self._way.memory.wanted = not self._way.memory.wanted
            self._draw_memory()

    def action_site(self) -> None:
        """Choose where to begin, where the site has several communities."""
        if self._step == "password" and len(self._sites) > 1:
            from widgets.pick_dialog import PickDialog
            from widgets.pick_list import PickRow

            rows = [PickRow(str(one), name) for one, name in self._sites]
            self.app.push_screen(PickDialog("Log in to which site?", rows), self._chosen_site)

    def _chosen_site(self, site: str | None) -> None:
        if site is not None:
            self._way.memory.choose(site)
            self._draw_step()

    def action_back(self) -> None:
        """Back to the password; a code that was spent stays spent."""
        if not self._welcome and self._step != "password":
            self._run(self._show, "password", "", self._way.email)

    @on(Entries.Submitted)
    def _submitted(self, event: Entries.Submitted) -> None:
        event.stop()
        if self._is_ready:
            self._run(self._take, self._way.submit, self._step, event.entries.values)

    def _answered(self, agreed: bool | None) -> None:
        self._run(self._take, self._way.answer, bool(agreed))

    async def _take(self, ask: Callable[..., Coroutine[Any, Any, Turn]], *args: Any) -> None:
        """Ask, and go where it leads."""
        turn = await ask(*args)
        if turn.step == INSIDE:
            told = ("Another site", turn.state, "warn") if turn.state else None
            self.post_message(LoggedIn(turn.context, reminder=turn.reminder, told=told))
        elif turn.step == POLICIES and self._way.proof is not None:
            from screens.agreement_dialog import AgreementDialog

            self.app.push_screen(AgreementDialog(self._way.proof.unread), self._answered)
        elif turn.step == self._step == "code":
            self._state(turn.state)  # what was typed of the code stays
        else:
            await self._show(turn.step, turn.state, self._way.email)
        self._count_down()

    def _run(self, work: Callable[..., Coroutine[Any, Any, None]], *args: Any, group: str = "login") -> None:
        """Do one thing of a group at a time; keys wait for it, known errors come under the lines they are about."""

        async def guarded() -> None:
            self.waiting = True
            try:
                await work(*args)
            except SmartPlusError as error:
                self.query_one(Entries).say(errors_of(error))
            finally:
                self.call_after_refresh(self.end_wait)

        if not any(worker.group == group and not worker.is_finished for worker in self.workers):
            self.run_worker(guarded(), group=group)

    async def _recall(self) -> None:
        self._sites = await asyncio.to_thread(self._engine.sign_in.site_names)
        known = await asyncio.to_thread(self._way.memory.recall)
        lines = self.query_one(Entries)
        if self._step == "password" and known["email"] and not any(lines.values.values()):
            await self._show("password", self._sentence, **known)
        self._draw_step()

    async def _show(self, step: str, state: str = "", email: str = "", password: str = "") -> None:
        """Go to a step, with what is known of who comes in."""
        self._step = step
        self._way.again_at = self._way.again_at if step == "code" else None
        place = self.query_one("#lines", Vertical)
        await place.remove_children()
        await place.mount(Entries(*STEPS[step].entries))
        lines = self.query_one(Entries)
        lines.fill({"email": email, "password": password})
        lines.begin()
        self._state(state)
        self._draw_step()

    def _state(self, text: str | Content) -> None:
        self.query_one("#state", Static).update(text)

    def _draw_step(self) -> None:
        here = self._step == "password"
        name = next((name for one, name in self._sites if str(one) == self._way.memory.site), "")
        name = name or (self._sites[0][1] if self._sites else "")
        where = [(" to ", "$sp-t2"), (name, "$sp-t1")] if name and here else []
        hints = STEPS[self._step].hints
        several = here and len(self._sites) > 1
        self.query_one(KeyFooter).hints = (*hints[1:], Hint("F6", "Site")) if several else hints
        title = Content.assemble((STEPS[self._step].title, "$sp-t2"), *where)
        self.query_one("#step", Static).update(title)
        self._draw_memory()

    def _draw_memory(self) -> None:
        line = self.query_one("#remember", Static)
        line.display = self._step == "password" and self._is_ready
        line.update(self._way.memory.line())

    def _count_down(self) -> None:
        """When another code can be had."""
        if self._step != "code" or self._way.again_at is None:
            return
        left = max(0, int((self._way.again_at - self._engine.clock()).total_seconds()))
        word = f"Resend in {left // 60}:{left % 60:02}" if left else "Obtain Code"
        self.query_one(KeyFooter).hints = tuple(
            Hint(hint.key, word) if hint.key == "F5" else hint for hint in STEPS["code"].hints
        )
