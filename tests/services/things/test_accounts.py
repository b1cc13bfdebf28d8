"""Accounts: made, disabled, listed, and who keeps the last key (features ACC-02, ACC-08)."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from backend.domain.context import Context
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from backend.domain.paging import ListQuery
from backend.services.account import Account
from backend.services.managers import Managers
from backend.services.sign_in import SignIn
from backend.store import tables as t
from tests.services.things.conftest import EMAIL, PASSWORD, Park, account


@pytest.mark.feature("ACC-02")
def test_an_account_is_checked_field_by_field(park: Park, managers: Managers) -> None:
    with pytest.raises(Invalid) as caught:
        managers.add(park.installer.again(), account(email="nobody", name=" ", password="short"))
    assert caught.value.fields.keys() == {"email", "name", "password"}
    with pytest.raises(Conflict) as taken:
        managers.add(park.installer.again(), account(email="LENA@example.com"))
    assert taken.value.field == "email"


@pytest.mark.feature("ACC-08")
def test_the_last_installer_stays(park: Park, managers: Managers) -> None:
    own = park.installer.actor_id
    assert own is not None
    with pytest.raises(Conflict, match="last installer"):
        managers.disable(park.installer.again(), own, 1, True)
    second = managers.add(park.installer.again(), account(email="two@example.com", role=Role.INSTALLER)).id
    managers.disable(park.installer.again(), own, 1, True)
    with pytest.raises(Forbidden, match="disabled"):
        managers.get(park.installer, second)


def test_the_installer_of_another_community_does_not_count(park: Park, managers: Managers, elsewhere: Context) -> None:
    assert park.installer.actor_id is not None
    with pytest.raises(Conflict):
        managers.disable(park.installer.again(), park.installer.actor_id, 1, True)
    with pytest.raises(NotFound):
        managers.get(elsewhere, park.installer.actor_id)


def test_disabling_wants_the_version_that_was_seen(park: Park, managers: Managers) -> None:
    record = SignIn(park.store).login(EMAIL, PASSWORD, Via.APP, agree=True)[1]
    managers.disable(park.installer.again(), record.id, record.version, True)
    with pytest.raises(Stale):
        managers.disable(park.installer.again(), record.id, record.version, False)
    managers.disable(park.installer.again(), record.id, record.version + 1, False)
    assert SignIn(park.store).login(EMAIL, PASSWORD, Via.APP, agree=True)[1].id == record.id


def test_the_same_request_makes_one_account(park: Park, managers: Managers) -> None:
    request = park.installer.again()
    first = managers.add(request, account(email="once@example.com"))
    assert managers.add(request, account(email="once@example.com")) == first


def test_the_list_has_every_account_of_the_community_and_no_other(
    park: Park, managers: Managers, elsewhere: Context
) -> None:
    rows = managers.list(park.viewer, ListQuery()).first(50)
    assert [row.values["name"] for row in rows] == ["Ines", "Lena", "Mara", "Tom", "Vera"]
    assert rows[0].values["role"] == "installer"
    assert "password_hash" not in rows[0].values


def test_everybody_sees_their_own_account(park: Park) -> None:
    assert Account(park.store).me(park.technician).name == "Tom"
    with pytest.raises(NotFound):
        Account(park.store).me(park.agent)


def test_a_manager_put_into_another_role_loses_it_at_once(park: Park, managers: Managers) -> None:
    context = SignIn(park.store).login(EMAIL, PASSWORD, Via.APP, agree=True)[0]
    assert context.actor_id is not None
    managers.get(context, context.actor_id)
    with park.store.write(park.agent, "test.role") as work:
        work.require("manager.write")
        work.connection.execute(
            update(t.manager).where(t.manager.c.id == context.actor_id).values(role=Role.TECHNICIAN.value)
        )
    with pytest.raises(Forbidden, match="seeing the accounts of managers"):
        managers.get(context, context.actor_id)
