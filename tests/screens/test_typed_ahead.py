"""Keys typed ahead of a slow field: handed on one after the other, and none waits for the next to be pressed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message_pump import MessagePump
from textual.widgets import Input

from smartplus_tui import typed_ahead
from smartplus_tui.typed_ahead import TypedAheadApp

pytestmark = pytest.mark.feature("RES-01")


class SlowInput(Input):
    """Takes its first key in two steps, each as late as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.may_stop, self.may_end = asyncio.Event(), asyncio.Event()
        self.first: events.Key | None = None

    async def on_key(self, event: events.Key) -> None:
        if self.first is None:
            self.first = event
            await self.may_stop.wait()
            event.stop()
            await self.may_end.wait()


class Typing(TypedAheadApp):
    def compose(self) -> ComposeResult:
        yield SlowInput()


async def until(what: Callable[[], object]) -> None:
    """Wait at most two seconds; the pilot cannot wait for a widget that is held up."""
    async with asyncio.timeout(2):
        while not what():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.005)


async def test_a_key_stopped_while_it_is_followed_leaves_nobody_waiting() -> None:
    app = Typing()
    async with app.run_test():
        field = app.query_one(SlowInput)

        def type_key(letter: str) -> None:
            app.post_message(events.Key(letter, letter))

        type_key("a")
        await until(lambda: field.first)
        type_key("b")
        await until(lambda: app._followed)
        field.may_stop.set()
        await until(lambda: field.first and field.first._stop_propagation)
        type_key("c")
        type_key("d")
        await until(lambda: not app._kept or app._under_way is not field.first)
        field.may_end.set()
        await until(lambda: field.value.endswith("bcd"))


class Stalling(TypedAheadApp):
    """Two fields deep in boxes; the whole loop stands still once a key is followed."""

    stalls = 0

    def compose(self) -> ComposeResult:
        with Vertical(), Vertical(), Vertical(), Vertical():
            yield Input(id="first")
            yield Input(id="second")

    def _follow(self, event: events.Key, node: MessagePump) -> None:
        super()._follow(event, node)
        if event.key == "tab":
            self.stalls += 1
            time.sleep(0.1)


async def test_a_key_behind_tab_goes_to_the_next_field_however_long_the_loop_stood_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(typed_ahead, "LOST_AFTER", 0.05)
    app = Stalling()
    async with app.run_test():
        first, second = app.query(Input)
        for key, letter in (("a", "a"), ("tab", None), ("b", "b"), ("c", "c")):
            app.post_message(events.Key(key, letter))
        await until(lambda: len(first.value + second.value) == 3)
        assert app.stalls
        assert (first.value, second.value) == ("a", "bc")
