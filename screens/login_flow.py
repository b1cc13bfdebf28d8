"""What each step of logging in asks the engine, and where it leads (features ACC-03, ACC-04, ACC-05)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from backend.domain.enums import Via
from backend.domain.errors import Busy
from screens.login_memory import Memory

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.signing_in import Proof
    from backend.engine import Engine

POLICIES, INSIDE = "policies", "inside"
"""Turns that no line of the screen is for: the two texts, and the way in itself."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where it goes on: the next step, what is said there or once inside, who came and whether a password is due."""

    step: str
    state: str = ""
    context: Context | None = None
    reminder: bool = False


class WayIn:
    """One try to come in; the engine's errors go on to whoever draws it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.memory = Memory(engine)
        self.email = ""
        self._typed = ""
        """The password that was proved, until whoever has it is inside."""
        self.again_at: datetime | None = None
        """When another code may be asked for."""
        self.proof: Proof | None = None

    async def submit(self, step: str, values: dict[str, str]) -> Turn:
        """What was typed in a step."""
        if step == "password":
            return await self._password(values["email"], values["password"])
        if step == "code":
            assert self.proof is not None
            self.proof = await asyncio.to_thread(self._engine.sign_in.prove_code, self.proof, values["code"])
            return await self._after_code()
        forgotten = self._engine.forgotten
        if step == "forgot":
            self.email = values["email"]
            return Turn("reset", await asyncio.to_thread(forgotten.ask, self.email, Via.APP))
        await asyncio.to_thread(forgotten.reset, self.email, values["code"], values["password"], Via.APP)
        return Turn("password", "The password is a new one. Log in with it.")

    async def obtain(self) -> Turn:
        """Have another code mailed."""
        assert self.proof is not None
        sent = await asyncio.to_thread(self._engine.sign_in.obtain_code, self.proof)
        self.again_at = sent.again_at
        return Turn("code", sent.sentence)

    async def answer(self, agreed: bool) -> Turn:
        """What was said to the two texts."""
        assert self.proof is not None
        if agreed:
            self.proof = await asyncio.to_thread(self._engine.sign_in.agree, self.proof)
            return await self._enter()
        proof, self.proof = self.proof, None
        await asyncio.to_thread(self._engine.sign_in.decline, proof)
        return Turn("password", "Without agreeing nobody comes in. Nothing was kept.")

    async def _password(self, email: str, password: str) -> Turn:
        self.email, self._typed = email, password
        self.proof = await asyncio.to_thread(self._engine.sign_in.prove, email, password, Via.APP)
        if not self.proof.wants_code:
            return await self._after_code()
        try:
            return await self.obtain()
        except Busy as error:  # the one of a moment ago is still good
            return Turn("code", str(error))

    async def _after_code(self) -> Turn:
        assert self.proof is not None
        return Turn(POLICIES) if self.proof.unread else await self._enter()

    async def _enter(self) -> Turn:
        assert self.proof is not None
        entered = await asyncio.to_thread(self._engine.sign_in.enter, self.proof)
        typed, self._typed = self._typed, ""
        context = await asyncio.to_thread(self.memory.keep, entered.context, self.proof.email, typed)
        said = "Your account does not reach the site you chose." if self.memory.missed(context) else ""
        return Turn(INSIDE, said, context, entered.reminder)
