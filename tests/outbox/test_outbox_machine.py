"""Random lives of a text: servers, crashes and people; it never leaves twice without a person's word (AGT-07)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Conflict
from backend.domain.outgoing import TRIES
from backend.outbox import books
from backend.outbox.outcome import End, Outcome, without
from tests.outbox.conftest import Desk

pytestmark = pytest.mark.feature("AGT-07")
MAIL = OutgoingKind.MAIL
STEPS = (
    *("accepted", "refused", "later", "server down", "unknown"),
    *("crash before", "crash after", "resend", "hand over", "a minute", "two days"),
)
ENDS = {
    "accepted": Outcome(End.ACCEPTED, "250 OK"),
    "refused": Outcome(End.REFUSED, "550 No"),
    "later": Outcome(End.LATER, "451 Busy"),
    "server down": Outcome(End.LATER, "not there", server_down=True),
    "unknown": Outcome(End.UNKNOWN, "silence"),
}
_numbers = itertools.count(1)


class Life:
    """One text, and what a stranger to the code would say has happened to it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.id = desk.mail(f"machine {next(_numbers)}")
        self.may_leave = 1
        """How often it may still go out: once, and once more for each word of a person."""
        self.tries = 0

    def take(self, step: str) -> None:
        """Let one thing happen."""
        if step == "a minute":
            self.desk.clock.advance(minutes=1)
        elif step == "two days":
            self.desk.clock.advance(days=2)
        elif step in ("resend", "hand over"):
            self._person(step)
        else:
            self._agent(step)

    def _person(self, step: str) -> None:
        outbox, context = self.desk.outbox, self.desk.installer.again()
        try:
            if step == "resend":
                outbox.send_again(context, [self.id])
                self.may_leave, self.tries = 1, 0
            else:
                outbox.hand_over(context, [self.id])
                self.may_leave = 0
        except Conflict:
            pass

    def _agent(self, step: str) -> None:
        """One try of an agent, which settles first what the one before it left."""
        store, agent = self.desk.store, self.desk.agent
        books.abandon(store, agent, MAIL)
        claimed = books.claim(store, agent, MAIL)
        if claimed is None:
            return
        assert claimed.id == self.id
        assert self.may_leave, f"it left twice: {self.desk.row(self.id)}"
        self.tries += step != "crash before"
        assert self.tries <= TRIES
        if step == "crash before":
            return
        if step in ("accepted", "unknown", "crash after"):
            books.going_out(store, agent, claimed)
            self.may_leave = 0
        if step != "crash after":
            books.end(store, agent, claimed, ENDS[step])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=14))
def test_no_text_leaves_twice_without_a_word(desk: Desk, steps: list[str]) -> None:
    desk.set(mail_host="127.0.0.1", mail_security="none", mail_sender="office@example.com")
    life = Life(desk)
    try:
        for step in steps:
            life.take(step)
        books.abandon(desk.store, desk.agent, MAIL)
        row = desk.row(life.id)
        assert row.state != OutgoingState.SENDING
        assert row.state != OutgoingState.WAITING
        if row.state == OutgoingState.FAILED:
            assert row.not_before is not None
            assert row.attempt < TRIES
    finally:
        desk.put(life.id, state=OutgoingState.HANDED)


@given(
    text=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=383), max_size=80),
    code=st.from_regex(r"[0-9]{4,8}", fullmatch=True),
    said=st.text(max_size=40),
)
def test_a_code_never_comes_back_in_what_a_server_says(text: str, code: str, said: str) -> None:
    whole = f"{text} {code}"
    for answer in (f"550 {said} <{code}>", f"200 {whole}", f"{code}", f'{{"text": "{whole}"}} {said}'):
        left = without(answer, whole)
        assert code not in left.replace(said, "")
        assert len(left) <= 300
