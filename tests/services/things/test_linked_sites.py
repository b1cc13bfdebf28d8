"""Sites of an account: assigned, linked, stale, unlinked (feature ACC-06; guide: Link)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.signing_in import Place, Proof
from backend.services.account import Account
from backend.services.managers import Managers
from backend.services.sessions import Sessions
from backend.services.sign_in import SignIn
from backend.services.sites import Sites
from backend.store import tables as t
from tests.services.things.conftest import CHEAP, EMAIL, PASSWORD, Park
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

OTHER, NEW = "lena@harbour.example", "nine loud windows"


@pytest.fixture
def lena(managers: Managers) -> Context:
    """Lena, signed in at the Park."""
    return SignIn(managers.store).login(EMAIL, PASSWORD, Via.APP, agree=True)[0]


@pytest.fixture
def other(lena: Context, managers: Managers, elsewhere: Context, manager_context: ManagerContext) -> Context:
    """Lena's other account, a manager's at a site that another installer made, signed in once."""
    manager_context(Role.MANAGER, community_id=elsewhere.community_id, name="Lena H", email=OTHER, password_hash=CHEAP)
    return SignIn(managers.store).login(OTHER, PASSWORD, Via.APP, agree=True)[0]


@pytest.fixture
def sites(managers: Managers) -> Sites:
    """The sites of accounts."""
    return Sites(managers.store)


def proof(park: Park, email: str = OTHER, password: str = PASSWORD) -> Proof:
    return SignIn(park.store).prove(email, password, Via.APP)


def linked(sites: Sites, context: Context) -> Place:
    """The one place that a link leads to."""
    (found,) = [place for place in sites.places(context) if place.link_id is not None]
    return found


@pytest.mark.feature("ACC-06")
def test_a_link_leads_to_the_other_site_and_back(park: Park, sites: Sites, lena: Context, other: Context) -> None:
    sites.link(lena, proof(park))
    (own, there) = sites.places(lena)
    assert (own.kind, own.current, there.kind, there.current) == ("own", True, "linked", False)
    assert (there.email, there.role, there.stale) == (OTHER, Role.MANAGER, False)
    acting = sites.switch(lena, there)
    assert (acting.actor_id, acting.community_id) == (other.actor_id, other.community_id)
    assert Account(park.store).me(acting).email == OTHER
    home = sites.switch(acting, linked(sites, acting))
    assert Account(park.store).me(home).email == EMAIL


@pytest.mark.feature("ACC-06")
def test_linking_wants_the_password_and_counts_wrong_ones(park: Park, lena: Context, other: Context) -> None:
    for _ in range(5):
        with pytest.raises(Forbidden, match="wrong"):
            proof(park, password="not it at all")
    with pytest.raises(Forbidden, match="locked"):
        proof(park)


@pytest.mark.feature("ACC-06")
def test_an_account_is_not_linked_with_itself_its_own_site_or_twice(
    park: Park, sites: Sites, lena: Context, other: Context, manager_context: ManagerContext
) -> None:
    manager_context(community_id=lena.community_id, email="near@example.com", password_hash=CHEAP)
    for email, word in ((EMAIL, "signed in with"), ("near@example.com", "same site")):
        with pytest.raises(Invalid, match=word):
            sites.link(lena, proof(park, email))
    sites.link(lena, proof(park))
    with pytest.raises(Conflict, match="linked already"):
        sites.link(lena, proof(park))
    with pytest.raises(Conflict, match="linked already"):
        sites.link(other, proof(park, EMAIL))


@pytest.mark.feature("ACC-06")
def test_an_account_with_two_factor_or_unread_policies_is_not_linked_by_its_password_alone(
    park: Park, sites: Sites, lena: Context, other: Context, manager_context: ManagerContext
) -> None:
    manager_context(community_id=other.community_id, email="two@example.com", password_hash=CHEAP, two_factor=True)
    manager_context(community_id=other.community_id, email="new@example.com", password_hash=CHEAP)
    with pytest.raises(Forbidden, match="mailed code"):
        sites.link(lena, proof(park, "two@example.com"))
    with pytest.raises(Forbidden, match="not agreed"):
        sites.link(lena, proof(park, "new@example.com"))


@pytest.mark.feature("ACC-06")
@pytest.mark.edge("74")
def test_a_new_password_of_the_linked_account_makes_the_link_stale(
    park: Park, sites: Sites, lena: Context, other: Context, clock: FakeClock
) -> None:
    sites.link(lena, proof(park))
    acting = sites.switch(lena, linked(sites, lena))
    clock.advance(minutes=1)
    Account(park.store).change_password(other, PASSWORD, NEW)
    assert linked(sites, lena).stale
    with pytest.raises(Forbidden, match="password of this account was changed"):
        Account(park.store).me(acting)
    with pytest.raises(Forbidden, match="Link the account again"):
        sites.switch(lena, linked(sites, lena))
    with pytest.raises(Forbidden, match="wrong"):
        proof(park)
    sites.link(lena, proof(park, password=NEW))
    assert not linked(sites, lena).stale
    assert sites.switch(lena, linked(sites, lena)).actor_id == other.actor_id


@pytest.mark.feature("ACC-06")
@pytest.mark.parametrize("side", ["this", "other"])
def test_both_sides_unlink_with_their_own_password_and_both_sites_record_it(
    park: Park, sites: Sites, lena: Context, other: Context, side: str
) -> None:
    sites.link(lena, proof(park))
    mine, theirs = (lena, other) if side == "this" else (other, lena)
    through = sites.switch(theirs, linked(sites, theirs))
    assert theirs.actor_id is not None
    with pytest.raises(Invalid, match="wrong"):
        sites.unlink(mine, theirs.actor_id, "not it at all")
    sites.unlink(mine, theirs.actor_id, PASSWORD)
    for context in (mine, theirs):
        assert [place.kind for place in sites.places(context)] == ["own"]
    with pytest.raises(Forbidden, match="taken away"):
        Account(park.store).me(through)
    with pytest.raises(NotFound):
        sites.unlink(mine, theirs.actor_id, PASSWORD)
    o = t.operation
    with park.store.read() as connection:
        rows = connection.execute(
            select(o.c.type, o.c.community_id, o.c.entity_name).where(o.c.type.in_(("site.link", "site.unlink")))
        ).all()
    both = {(lena.community_id, OTHER), (other.community_id, EMAIL)}
    assert {tuple(row) for row in rows} == {(kind, *at) for kind in ("site.link", "site.unlink") for at in both}


@pytest.mark.feature("ACC-06")
def test_who_unlinks_the_site_they_came_to_stays_there(park: Park, sites: Sites, lena: Context, other: Context) -> None:
    sites.link(lena, proof(park))
    acting = sites.switch(lena, linked(sites, lena))
    assert lena.actor_id is not None
    stays = sites.unlink(acting, lena.actor_id, PASSWORD)
    assert stays.link_id is None
    assert Account(park.store).me(stays).email == OTHER


@pytest.mark.feature("ACC-06")
@pytest.mark.feature("ACC-02")
def test_assigned_communities_are_sites_too(park: Park, sites: Sites, lena: Context, elsewhere: Context) -> None:
    with park.store.write(park.agent, "test.assign") as work:
        work.require("manager.write")
        row = work.insert(t.manager_community, manager_id=lena.actor_id, community_id=elsewhere.community_id)
    own, there = sites.places(lena)
    assert (own.kind, there.kind) == ("own", "assigned")
    acting = sites.switch(lena, there)
    assert (acting.actor_id, acting.community_id) == (lena.actor_id, elsewhere.community_id)
    assert [place.current for place in sites.places(acting)] == [False, True]
    with park.store.write(park.agent, "test.assign") as work:
        work.require("manager.write")
        work.delete(t.manager_community, row)
    with pytest.raises(Forbidden, match="not assigned"):
        sites.places(acting)
    with pytest.raises(Forbidden, match="not assigned"):
        sites.switch(lena, there)


@pytest.mark.feature("ACC-06")
def test_a_kept_session_moves_to_another_site_and_keeps_its_end(
    park: Park, sites: Sites, lena: Context, other: Context, clock: FakeClock
) -> None:
    sessions = Sessions(park.store)
    token = sessions.make(lena)
    sites.link(lena, proof(park))
    clock.advance(hours=11)
    sessions.move(sites.switch(lena, linked(sites, lena)), token)
    resumed = sessions.resume(token, Via.COMMAND)
    assert (resumed.actor_id, resumed.community_id) == (other.actor_id, other.community_id)
    assert other.actor_id is not None
    sites.unlink(lena, other.actor_id, PASSWORD)
    with pytest.raises(Forbidden, match="over"):
        sessions.resume(token, Via.COMMAND)
    with pytest.raises(Forbidden, match="over"):
        sessions.move(lena, token)
