"""Accounts as an installer makes, switches, assigns and rescues them (features ACC-02, ACC-08; rules 1.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from backend.domain.account_drafts import ManagerDraft, ManagerPatch
from backend.domain.community_drafts import CommunityDraft
from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.services.communities import Communities
from backend.services.devices import Devices
from backend.services.first_passwords import FirstPasswords
from backend.services.managers import Managers
from backend.services.outbox import open_content
from backend.services.sign_in import SignIn
from backend.services.undo import Undo
from backend.store import tables as t
from tests.services.things.conftest import CHEAP, EMAIL, Park

NEW = ManagerDraft(email="Nora@Example.com", name="Nora", role=Role.MANAGER)


def mail_server(park: Park) -> None:
    """The site can send mail."""
    with park.store.books(park.agent) as work:
        work.connection.execute(insert(t.setting).values(name="mail.host", value="127.0.0.1"))


def letters(park: Park) -> list[tuple[str, str]]:
    """What waits to be mailed: address and text."""
    with park.store.read() as connection:
        rows = connection.execute(select(t.outgoing).order_by(t.outgoing.c.id)).all()
    return [(row.address, open_content(park.store.sealer, row.uuid, row.content_sealed).text) for row in rows]


def patch(park: Park, manager_id: int, **values: object) -> None:
    """Change an account as the installer."""
    service = Managers(park.store)
    version = service.get(park.installer, manager_id).version
    service.edit(park.installer.again(), manager_id, version, ManagerPatch.model_validate(values))


@pytest.mark.feature("ACC-02")
def test_the_welcome_mail_carries_user_name_and_first_password_and_nobody_else_sees_it(park: Park) -> None:
    mail_server(park)
    made = Managers(park.store).add(park.installer.again(), NEW)
    ((address, text),) = letters(park)
    assert (made.mailed_to, made.password, address) == ("nora@example.com", "", "nora@example.com")
    assert "User name: nora@example.com" in text
    password = text.partition("Password:  ")[2].partition("\n")[0]
    context, record = SignIn(park.store).login("nora@example.com", password, Via.APP, agree=True)
    assert (context.actor_id, record.role) == (made.id, Role.MANAGER)


@pytest.mark.feature("ACC-02")
def test_without_a_mail_server_the_first_password_is_shown_once(park: Park) -> None:
    request = park.installer.again()
    made = Managers(park.store).add(request, NEW)
    assert made.mailed_to == ""
    assert letters(park) == []
    assert Managers(park.store).add(request, NEW).password == "", "not a second time"
    assert made.password not in repr(made)
    SignIn(park.store).login("nora@example.com", made.password, Via.APP, agree=True)


@pytest.mark.feature("ACC-05")
def test_a_new_first_password_ends_the_old_one(park: Park, managers: Managers) -> None:
    lena = next(row.id for row in managers.list(park.installer, ListQuery()).first(10) if row.values["name"] == "Lena")
    made = FirstPasswords(park.store).give(park.installer.again(), lena)
    assert made.password
    with park.store.read() as connection:
        hashed = connection.execute(select(t.manager.c.password_hash).where(t.manager.c.id == lena)).scalar_one()
    assert hashed != CHEAP
    SignIn(park.store).login(EMAIL, made.password, Via.APP, agree=True)


@pytest.mark.feature("ACC-08")
@pytest.mark.feature("RES-07")
@pytest.mark.edge("40")
def test_a_switch_holds_with_the_next_act_and_is_undone(park: Park) -> None:
    assert park.manager.actor_id is not None
    service = Managers(park.store)
    version = service.get(park.installer, park.manager.actor_id).version
    saved = service.edit(
        park.installer.again(), park.manager.actor_id, version, ManagerPatch(log_access=False, log_images=False)
    )
    from backend.services.door_logs import DoorLogs

    with pytest.raises(Forbidden):
        DoorLogs(park.store).newest(park.manager, 5)
    assert not service.get(park.installer, park.manager.actor_id).log_images
    Undo(park.store).undo(park.installer.again(), saved.operation)
    DoorLogs(park.store).newest(park.manager, 5)


@pytest.mark.feature("ACC-08")
def test_an_account_is_checked_and_the_last_installer_keeps_the_role(park: Park) -> None:
    own = park.installer.actor_id
    assert own is not None
    with pytest.raises(Conflict, match="last installer") as caught:
        patch(park, own, role=Role.MANAGER)
    assert caught.value.field == "role"
    with pytest.raises(Invalid) as refused:
        patch(park, own, email="nobody", name=" ")
    assert refused.value.fields.keys() == {"email", "name"}


@pytest.mark.feature("ACC-08")
@pytest.mark.feature("SET-06")
def test_a_manager_sees_only_assigned_communities(park: Park) -> None:
    communities, managers = Communities(park.store), Managers(park.store)
    hill = communities.add(park.installer.again(), CommunityDraft(name="Hill", timezone="UTC")).id
    assert park.manager.actor_id is not None
    there = replace(park.manager, community_id=hill)
    with pytest.raises(Forbidden):
        Devices(park.store).list(there, ListQuery()).first(1)
    version = managers.get(park.installer, park.manager.actor_id).version
    home = park.installer.community_id
    managers.assign(park.installer.again(), park.manager.actor_id, version, {home, hill})
    assert Devices(park.store).list(there, ListQuery()).first(1) == []
    assert managers.get(replace(park.installer, community_id=hill), park.manager.actor_id).name == "Mara"
    version = managers.get(park.installer, park.manager.actor_id).version
    managers.assign(park.installer.again(), park.manager.actor_id, version, {hill})
    with pytest.raises(Forbidden):
        Devices(park.store).list(park.manager, ListQuery()).first(1)
    with pytest.raises(NotFound):
        managers.get(park.installer, park.manager.actor_id)
    assert [row.values["name"] for row in communities.list(there, ListQuery()).first(5)] == ["Hill"]


@pytest.mark.feature("ACC-08")
def test_nobody_assigns_a_community_that_is_not_theirs_nor_takes_the_last_installer(
    park: Park, elsewhere: Context
) -> None:
    managers = Managers(park.store)
    assert park.manager.actor_id is not None
    assert park.installer.actor_id is not None
    for wanted in ({elsewhere.community_id}, set[int]()):
        with pytest.raises(Invalid) as refused:
            managers.assign(park.installer.again(), park.manager.actor_id, 1, wanted)
        assert refused.value.fields.keys() == {"communities"}
    hill = Communities(park.store).add(park.installer.again(), CommunityDraft(name="Hill", timezone="UTC")).id
    version = managers.get(park.installer, park.installer.actor_id).version
    with pytest.raises(Conflict, match="last installer"):
        managers.assign(park.installer.again(), park.installer.actor_id, version, {hill})
