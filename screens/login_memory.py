"""What this machine remembers of who logs in (feature ACC-07): e-mail and site, sealed with the site's key; the
password where there is a real keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from backend.domain.errors import SmartPlusError
from widgets.symbols import TICK, UNTICKED

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

NAME = "login"
"""Under which name the site keeps it."""


class Memory:
    """Read when the engine has started, written when somebody has come in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.wanted = False
        self.site = ""
        """The id of the community to begin at: the one that was chosen, or the last one; "" for the account's own."""
        self._chosen = False
        self._where = ""

    def recall(self) -> dict[str, str]:
        """E-mail and password as they were remembered, "" for none; called in a thread."""
        kept = self._engine.kept
        place = kept.where().partition(" /")[0]
        self._where = "password in the keyring" if kept.has_keyring() else f"sealed, {place}"
        email = kept.get(NAME).get("email", "")
        self.wanted = bool(email)
        self.site = self.site or (kept.get(NAME).get("site", "") if email else "")
        return {"email": email, "password": kept.password(email) if email else ""}

    def choose(self, site: str) -> None:
        """Begin at this community, whoever comes in."""
        self.site, self._chosen = site, True

    def missed(self, context: Context) -> bool:
        """Whether a site was chosen that the account does not reach."""
        return self._chosen and self.site != str(context.community_id)

    def keep(self, context: Context, email: str, password: str) -> Context:
        """Remember who came in, or forget; answers the context of the site that was chosen, or where they were last.

        Called in a thread.
        """
        kept = self._engine.kept.get(NAME)
        if kept.get("email", email) != email or not self.wanted:
            self._engine.kept.keep_password(kept.get("email", email), "")
        if not self.wanted:
            self._engine.kept.drop(NAME)
            return self._at(context, self.site) if self._chosen else context
        self._engine.kept.keep_password(email, password)
        last = kept.get("site", "") if kept.get("email") == email else ""
        goal = self._at(context, self.site if self._chosen else last)
        self._engine.kept.put(NAME, {"email": email, "site": str(goal.community_id)})
        return goal

    def _at(self, context: Context, site: str) -> Context:
        """The context at a site, if the account still reaches it."""
        sites = self._engine.sites
        for place in sites.places(context):
            if str(place.community_id) == site and not place.current and not place.stale:
                try:
                    return sites.switch(context, place)
                except SmartPlusError:
                    return context
        return context

    def line(self) -> Content:
        """The line of the login screen."""
        tick = (f"{TICK} ", "$sp-acc") if self.wanted else (f"{UNTICKED} ", "$sp-t3")
        where = f"  {self._where}" if self._where else ""
        return Content.assemble(tick, ("Remember on this machine", "$sp-t2"), (where, "$sp-t3"))


def move_memory(engine: Engine, context: Context) -> None:
    """Somebody went to another site: the next login begins there. Called in a thread."""
    kept = engine.kept.get(NAME)
    if kept:
        engine.kept.put(NAME, {**kept, "site": str(context.community_id)})
