"""Who acts, by which way, and the clock they act by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from backend.domain.enums import Via

Clock = Callable[[], datetime]
"""Answers the instant now, aware and in UTC."""


def system_clock() -> datetime:
    """The machine's clock in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random identifier for what is named outside the database."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Context:
    """One actor's act: the manager (None for the agent), their name, community, the way in and the request.

    A request id makes a repeated write answer with its first result instead of acting twice. `proved_at` is when the
    account's password was last proved: a password changed after it ends what was signed in before; None where nobody
    signed in with one. `link_id` is the link by which somebody acts as an account that is linked with their own.
    """

    actor_id: int | None
    actor_name: str
    community_id: int
    via: Via
    request_id: str = field(default_factory=new_id)
    proved_at: datetime | None = None
    link_id: int | None = None

    def again(self) -> Context:
        """The same actor with a request id of its own, for the next act."""
        return replace(self, request_id=new_id())


def agent_context(community_id: int) -> Context:
    """The context in which the agent writes what devices told it."""
    return Context(None, "agent", community_id, Via.AGENT)
