"""Login information: by the guide's four rules, each exactly once, and what ends an app password."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from backend.domain.enums import LoginState
from backend.domain.errors import NotFound
from backend.services.logins import password_of
from backend.services.outbox import open_content
from backend.store import tables as t
from tests.services.people.park import Park


def sent(park: Park, holder_id: int | None = None) -> list[tuple[str, str, str]]:
    """What was written for sending: kind, address, key."""
    where = {} if holder_id is None else {"holder_id": holder_id}
    return [(row["kind"], row["address"], row["idempotency_key"]) for row in park.rows(t.outgoing, **where)]


def content(park: Park, number: int = -1) -> Any:
    """The sealed part of a message."""
    row = park.rows(t.outgoing)[number]
    return open_content(park.store.sealer, row["uuid"], row["content_sealed"])


def password(park: Park, holder_id: int) -> str:
    """A resident's app password."""
    with park.store.write(park.act, "test.look") as work:
        work.require("resident.write")
        found = password_of(work, holder_id)
        work.tell("Looked", "resident", holder_id, "", undoable=False)
    return found


@pytest.mark.feature("RES-03")
def test_rule_1_a_person_with_an_address_gets_it_themselves_and_once(park: Park) -> None:
    anna = park.add(email="anna@example.com", mobile="601402118")
    jan = park.add(first="Jan", mobile="601402119")
    assert sent(park) == [
        ("mail", "anna@example.com", f"login:{anna.id}:1"),
        ("sms", "+48601402119", f"login:{jan.id}:1"),
    ]


@pytest.mark.feature("RES-03")
def test_rules_2_and_3_the_masters_mail_then_the_masters_mobile(park: Park) -> None:
    park.add(email="anna@example.com", mobile="601402118")
    jan = park.add(first="Jan")
    park.add("1002", "Ewa", "Nowak", mobile="601402120")
    ola = park.add("1002", "Ola")
    assert sent(park, jan.id) == [("mail", "anna@example.com", f"login:{jan.id}:1")]
    assert sent(park, ola.id) == [("sms", "+48601402120", f"login:{ola.id}:1")]
    assert "Jan Kowalska" in content(park, 1).text


@pytest.mark.edge("31")
@pytest.mark.feature("RES-03")
def test_rule_4_waits_and_fires_once_for_each_who_waits_when_the_master_is_reachable(park: Park) -> None:
    anna = park.add()
    waiting = [park.add(first=name).id for name in ("Jan", "Ola")]
    park.add("1002", "Ewa", "Nowak")
    assert sent(park) == []
    assert park.residents.get(park.context, anna.id).login.state is LoginState.WAITING
    park.edit(anna.id, remark="nothing to send to yet")
    assert sent(park) == []
    park.edit(anna.id, mobile="601402118")
    assert sent(park) == [("sms", "+48601402118", f"login:{one}:1") for one in (anna.id, *waiting)]
    told = [password(park, one) for one in (anna.id, *waiting)]
    park.edit(anna.id, mobile="601402119")
    park.edit(anna.id, remark="once more")
    assert len(sent(park)) == 3
    assert [password(park, one) for one in (anna.id, *waiting)] == told, (
        "a password that was told is the one that counts"
    )
    park.edit(waiting[0], email="jan@example.com")
    assert sent(park, waiting[0])[1:] == [("mail", "jan@example.com", f"login:{waiting[0]}:2")]


def test_a_master_who_comes_later_wakes_the_members_who_wait(park: Park) -> None:
    anna = park.add()
    jan = park.add(first="Jan")
    park.edit(anna.id, email="anna@example.com")
    assert [address for _, address, _ in sent(park)] == ["anna@example.com"] * 2
    assert password(park, jan.id) != password(park, anna.id)


@pytest.mark.feature("APP-01")
def test_the_mail_has_server_number_password_and_a_code_that_can_be_read(park: Park) -> None:
    with park.store.write(park.act, "test.server") as work:
        work.require("setting.write")
        work.connection.execute(t.setting.insert().values(name="sip.server", value="doors.example.com"))
        work.tell("Set server", "setting", None, "", undoable=False)
    anna = park.add(email="anna@example.com")
    record = park.residents.get(park.context, anna.id)
    mail = content(park)
    secret = password(park, anna.id)
    for told in ("doors.example.com", record.uid, secret, "A 1001"):
        assert told in mail.text
    assert not mail.pictures, "a code is drawn when it leaves, not while the lock is held"
    ((name, png),) = mail.drawn()
    assert name.endswith(".png")
    assert Image.open(io.BytesIO(png)).size[0] > 100
    assert secret not in repr(mail)
    assert (record.login.state, record.login.sent_to) == (LoginState.SENT, "anna@example.com")


@pytest.mark.edge("32")
@pytest.mark.feature("RES-08")
def test_another_mail_address_gets_a_new_password_and_the_old_one_is_dead(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    old = password(park, anna.id)
    park.edit(anna.id, remark="x")
    park.edit(anna.id, email="anna@example.com", mobile="601402118")
    assert password(park, anna.id) == old
    assert len(sent(park)) == 1
    park.edit(anna.id, email="anna.k@example.com")
    new = password(park, anna.id)
    assert new != old
    assert sent(park)[1:] == [("mail", "anna.k@example.com", f"login:{anna.id}:2")]
    assert new in content(park).text
    assert park.rows(t.outgoing)[0]["state"] == "withdrawn", "a mail with a dead password is not sent any more"
    park.edit(anna.id, email="")
    assert len(sent(park)) == 2
    assert password(park, anna.id) == new


@pytest.mark.edge("32")
def test_undo_of_another_address_brings_no_old_password_back(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    old = password(park, anna.id)
    moved = park.edit(anna.id, email="wrong@example.com")
    wrong = password(park, anna.id)
    park.take_back(moved)
    assert sent(park)[-1][1] == "anna@example.com"
    assert password(park, anna.id) not in (old, wrong)


@pytest.mark.feature("RES-08")
def test_reset_password_sends_a_new_one_by_the_rules_and_is_no_act_to_undo(park: Park) -> None:
    park.add(email="anna@example.com")
    jan = park.add(first="Jan")
    old = password(park, jan.id)
    assert park.residents.get(park.context, jan.id).login.to == "anna@example.com, of the master Anna Kowalska"
    act = park.act
    saved = park.residents.reset_password(act, jan.id)
    assert park.residents.reset_password(act, jan.id) == saved, "the same request twice is one reset"
    assert password(park, jan.id) != old
    assert len(sent(park, jan.id)) == 2
    (operation,) = park.rows(t.operation, id=saved.operation)
    assert (operation["action"], operation["undoable"]) == ("Reset app password", False)
    with pytest.raises(NotFound):
        park.residents.reset_password(park.act, 999)


@pytest.mark.feature("RES-08")
def test_reset_without_any_address_ends_the_password_and_waits(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    park.edit(anna.id, email="")
    park.residents.reset_password(park.act, anna.id)
    assert password(park, anna.id) == ""
    login = park.residents.get(park.context, anna.id).login
    assert (login.state, login.to) == (LoginState.WAITING, "")
    assert "waits for the first one" in login.error


def test_no_password_stands_in_an_image_a_log_line_or_an_operation(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    secret = password(park, anna.id)
    for table in (t.operation, t.resident, t.outgoing, t.resident_login):
        assert secret not in repr(park.rows(table))


@pytest.mark.edge("33")
@pytest.mark.feature("RES-08")
def test_contact_data_of_a_linked_user_stays_and_the_rest_is_done(park: Park) -> None:
    anna = park.add(email="anna@example.com", mobile="601402118")
    park.residents.link(park.act, anna.id, "The account belongs to another community too.")
    saved = park.edit(anna.id, email="other@example.com", mobile="601402119", calling_code="49", remark="Two bicycles")
    record = park.residents.get(park.context, anna.id)
    assert (record.email, record.mobile, record.calling_code) == ("anna@example.com", "+48601402118", "48")
    assert record.remark == "Two bicycles"
    assert saved.skipped.keys() == {"email", "mobile", "calling_code"}
    assert "The account belongs to another community too." in saved.skipped["email"]
    assert len(sent(park)) == 1
    park.residents.link(park.act, anna.id, "")
    assert park.edit(anna.id, email="other@example.com").skipped == {}
    assert park.residents.get(park.context, anna.id).email == "other@example.com"


@pytest.mark.feature("RES-07")
def test_a_login_that_has_not_left_goes_with_the_resident_and_comes_back_with_them(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    jan = park.add(first="Jan")
    gone = park.delete(anna.id, jan.id)
    assert [row["state"] for row in park.rows(t.outgoing)] == ["withdrawn", "withdrawn"]
    park.take_back(gone)
    states = {row["idempotency_key"]: row["state"] for row in park.rows(t.outgoing)}
    assert states[f"login:{anna.id}:2"] == states[f"login:{jan.id}:2"] == "waiting"
    assert len(states) == 4


@pytest.mark.feature("RES-07")
def test_a_login_that_has_left_is_not_sent_again_by_an_undo(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    with park.store.books(park.context) as work:
        work.connection.execute(t.outgoing.update().values(state="sent"))
    old = password(park, anna.id)
    park.take_back(park.delete(anna.id))
    assert len(sent(park)) == 1
    assert password(park, anna.id) == old


@pytest.mark.feature("SYNC-07")
def test_undo_of_adding_takes_the_mail_back_and_of_linking_opens_the_fields(park: Park) -> None:
    added = park.add(email="anna@example.com")
    park.take_back(added)
    assert [row["state"] for row in park.rows(t.outgoing)] == ["withdrawn"]
    ewa = park.add("1002", "Ewa", email="ewa@example.com")
    linked = park.residents.link(park.act, ewa.id, "Manages a second home.")
    park.take_back(linked)
    assert park.residents.get(park.context, ewa.id).linked == ""


@pytest.mark.feature("RES-08")
def test_the_page_says_what_became_of_the_message(park: Park) -> None:
    anna = park.add(email="anna@example.com")
    for state, answer, told in (("sent", "250 OK", ""), ("dead", "550 no such user", "550 no such user")):
        with park.store.books(park.context) as work:
            work.connection.execute(t.outgoing.update().values(state=state, answer=answer))
        login = park.residents.get(park.context, anna.id).login
        assert (login.delivery, login.error) == (state, told)
