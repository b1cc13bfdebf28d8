"""Pictures of logging in, of the lock, and of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from textual.pilot import Pilot

from backend.domain.context import Context, agent_context, new_id
from backend.domain.enums import Role, Via
from backend.engine import Engine
from backend.services.passwords import hash_password
from backend.store import tables as t
from tests.screens.conftest import SMALL, WIDE, MakeApp
from tests.snapshots.test_snapshots import Compare, freeze, resting
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import EMAIL, PASSWORD, context_of

OTHER = "ines@harbour.example"
IN = f"={EMAIL} enter ={PASSWORD.replace(' ', '_')} enter"


@dataclass(frozen=True, slots=True)
class Picture:
    """A state: what leads there, from the login screen or from the Dashboard, and what is unlike the usual."""

    acts: str
    site: str = ""
    inside: bool = False


PICTURES = {
    "wrong": Picture(f"={EMAIL} enter =not_it enter !is_wrong"),
    "locked": Picture(f"={EMAIL} enter =no enter !locked_for", "locked"),
    "remember": Picture("ctrl+r"),
    "code": Picture(f"{IN} !on_its_way", "code"),
    "code-wrong": Picture(f"{IN} !on_its_way =123456 enter !not_the_code", "code"),
    "code-no-server": Picture(f"{IN} !no_mail_server", "code-no-server"),
    "policies": Picture(f"{IN} ?AgreementDialog", "policies"),
    "declined": Picture(f"{IN} ?AgreementDialog escape !Without_agreeing", "policies"),
    "forgot": Picture(f"f4 ={EMAIL}"),
    "reset": Picture(f"f4 ={EMAIL} enter !30_minutes =12345678 enter =short enter !characters"),
    "reminder": Picture(f"{IN} ?DashboardScreen !30_days_old", "reminder"),
    "lock": Picture("ctrl+l ?LockScreen", inside=True),
    "lock-wrong": Picture("ctrl+l ?LockScreen =not_it enter !is_wrong", inside=True),
    "account": Picture("L !link_again", "linked", inside=True),
    "password": Picture("L !here p =not_it enter =a_good_sentence enter =another_one f2 !above", inside=True),
    "link": Picture(f"L !here n ={OTHER} enter =not_it f2 !is_wrong", inside=True),
    "unlink": Picture("L !link_again down down x !cannot_be_reached", "linked", inside=True),
    "agreement": Picture("g t ?AgreementScreen !agreed_to", inside=True),
}


def site(park: tuple[Engine, Context], clock: FakeClock, what: str) -> None:
    """Make the site what the picture wants."""
    engine, _ = park
    store = engine.managers.store
    everybody = update(t.manager)
    statements: dict[str, list[Any]] = {
        "code": [everybody.values(two_factor=True), insert(t.setting).values(name="mail.host", value="mail.example")],
        "code-no-server": [everybody.values(two_factor=True, role=Role.MANAGER.value)],
        "policies": [delete(t.agreement)],
        "reminder": [everybody.values(password_reminder=True, password_changed_at=None)],
    }
    with store.books(agent_context(1)) as work:
        for statement in statements.get(what, ()):
            work.connection.execute(statement)
    if what == "locked":
        for _ in range(5):
            with pytest.raises(Exception, match="wrong"):
                engine.sign_in.prove(EMAIL, "no", Via.APP)
    if what == "linked":
        link(engine, clock)


def link(engine: Engine, clock: FakeClock) -> None:
    """Two other sites: one linked and stale, one assigned."""
    with engine.managers.store.write(agent_context(1), "test.sites") as work:
        work.require("manager.write")
        harbour, mill = (
            work.insert(t.community, uuid=new_id(), name=name, timezone="Europe/Warsaw")
            for name in ("Harbour View", "Mill Lane")
        )
        work.insert(
            t.manager, uuid=new_id(), community_id=harbour, email=OTHER, name="Ines", role="manager",
            password_hash=hash_password(PASSWORD),
        )  # fmt: skip
        work.insert(t.manager_community, manager_id=1, community_id=mill)
    other, _ = engine.sign_in.login(OTHER, PASSWORD, Via.APP, agree=True)
    engine.sites.link(context_of(Role.INSTALLER), engine.sign_in.prove(OTHER, PASSWORD, Via.APP))
    clock.advance(minutes=1)
    engine.account.change_password(other, PASSWORD, "nine loud windows")


def walk(picture: Picture) -> Callable[[Pilot[Any]], Any]:
    """Press keys one by one, as for the other pictures, from wherever the picture begins."""

    async def run(pilot: Pilot[Any]) -> None:
        keys = Keys(pilot)
        if picture.inside:
            await keys.until_page("DashboardScreen")
        else:
            await keys.until_text("Log in to")
        await keys.settled()
        for act in picture.acts.split():
            word = act[1:].replace("_", " ")
            if act[0] == "=":
                await keys.type(word)
            elif act[0] == "?":
                await keys.until_page(word)
            elif act[0] == "!":
                await keys.until_text(word)
            else:
                await keys.press(act)
        await keys.settled()
        freeze(pilot)
        await pilot.pause()

    return run


@pytest.fixture
def draw(
    make_app: MakeApp, park: tuple[Engine, Context], clock: FakeClock, snap_compare: Compare
) -> Callable[..., bool]:
    """Compares a named state with its picture."""

    def compare(name: str, size: tuple[int, int]) -> bool:
        picture = PICTURES[name]
        site(park, clock, picture.site)
        app = make_app(context=context_of(Role.INSTALLER) if picture.inside else None)
        return snap_compare(app, terminal_size=size, run_before=walk(picture))

    return compare


@pytest.mark.parametrize("name", PICTURES)
def test_wide(name: str, draw: Callable[..., bool]) -> None:
    assert draw(name, WIDE)


@pytest.mark.parametrize("name", ["wrong", "code-wrong", "policies", "reset", "reminder", "lock", "account", "link"])
def test_small(name: str, draw: Callable[..., bool]) -> None:
    assert draw(name, SMALL)


@pytest.mark.parametrize("welcome", [False, True], ids=["password", "demo"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
def test_first(size: tuple[int, int], welcome: bool, make_app: MakeApp, snap_compare: Compare) -> None:
    app = make_app(context=context_of(Role.INSTALLER) if welcome else None, welcome=welcome)
    assert snap_compare(app, terminal_size=size, run_before=resting)
