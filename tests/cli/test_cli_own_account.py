"""Two-factor, policies, passwords and sites from the command line (features ACC-03..ACC-07)."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from backend.domain.agreements import TEXTS
from backend.domain.context import agent_context, new_id
from backend.services.outbox import open_content
from backend.services.passwords import hash_password
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.store import Store
from tests.cli.conftest import EMAIL, PASSWORD, Smartplus
from tests.cli.test_cli_terminal import at_terminal

NEW = "nine loud windows"
OTHER = "ines@harbour.example"
LOGIN = ("login", "--as", EMAIL, "--password-file", "-")


@contextmanager
def opened(site: Path):
    """The store of a site, for a look or for what an installer would set."""
    with closing(open_site(site)) as store:
        yield store


def execute(site: Path, *statements) -> None:
    with opened(site) as store, store.books(agent_context(1)) as work:
        for statement in statements:
            work.connection.execute(statement)


def mailed(site: Path) -> str:
    """The digits of the newest mail."""

    def read(store: Store, connection: Connection) -> str:
        row = connection.execute(select(t.outgoing).order_by(t.outgoing.c.id.desc()).limit(1)).one()
        text = open_content(store.sealer, row.uuid, row.content_sealed).text
        return next(word.strip(".") for word in text.split() if word.strip(".").isdigit() and len(word) > 5)

    with opened(site) as store, store.read() as connection:
        return read(store, connection)


@pytest.fixture
def harbour(smartplus: Smartplus) -> int:
    """A second community of the site, with an account of Ines' that has been signed in once."""
    with opened(smartplus.site) as store, store.write(agent_context(1), "test.harbour") as work:
        work.require("manager.write")
        community = work.insert(t.community, uuid=new_id(), name="Harbour", timezone="Europe/Berlin")
        work.insert(
            t.manager, uuid=new_id(), community_id=community, email=OTHER, name="Ines H", role="manager",
            password_hash=hash_password(PASSWORD),
        )  # fmt: skip
    session = (smartplus.site / "session").read_text()
    smartplus.done("login", "--agree", "--as", OTHER, "--password-file", "-", typed=f"{PASSWORD}\n")
    (smartplus.site / "session").write_text(session)
    return community


def test_without_agreeing_no_command_runs(smartplus):
    execute(smartplus.site, t.agreement.delete())
    ran = smartplus("building", "list")
    assert (ran.code, ran.out) == (1, "")
    assert "new version" in ran.err
    ran = smartplus("--as", EMAIL, "--password-file", "-", "building", "list", typed=f"{PASSWORD}\n")
    assert ran.code == 1
    assert "agreement show" in ran.err


@pytest.mark.feature("ACC-04")
def test_the_texts_are_read_and_agreed_to(smartplus):
    execute(smartplus.site, t.agreement.delete())
    smartplus.done("logout")
    shown = smartplus.done("agreement", "show")
    for text in TEXTS:
        assert f"{text.title}, version {text.version}" in shown
    agree = ("agreement", "agree", "--as", EMAIL, "--password-file", "-")
    refused = smartplus(*agree, typed=f"{PASSWORD}\n")
    assert refused.code == 1
    assert "Who keeps the data" in refused.err
    agreed = smartplus(*agree, "--yes", "--json", typed=f"{PASSWORD}\n").json
    assert agreed == {"email": EMAIL, "agreed": ["privacy 1", "terms 1"]}
    smartplus.done(*LOGIN, typed=f"{PASSWORD}\n")
    items = smartplus("agreement", "show", "--json").json["items"]
    assert [item["document"] for item in items] == ["privacy", "terms"]
    assert all(item["agreed_at"] for item in items)


@pytest.mark.feature("ACC-04")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_the_texts_are_read_before_anybody_is_in(smartplus, answer, code):
    execute(smartplus.site, t.agreement.delete())
    smartplus.done("logout")
    asked = {f"Password of {EMAIL}": PASSWORD, "Do you agree": answer}
    ended, drawn = at_terminal(smartplus, "login", "--as", EMAIL, answers=asked)
    assert ended == code, drawn
    assert "Who keeps the data" in drawn
    assert (smartplus("building", "list").code == 0) is (answer == "y")


@pytest.mark.feature("ACC-03")
def test_login_mails_a_code_and_takes_it(smartplus):
    mail = insert(t.setting).values(name="mail.host", value="mail.example")
    execute(smartplus.site, update(t.manager).values(two_factor=True), mail)
    asked = smartplus(*LOGIN, typed=f"{PASSWORD}\n")
    assert asked.code == 1
    assert EMAIL in asked.err
    assert "--code -" in asked.err
    again = smartplus(*LOGIN, typed=f"{PASSWORD}\n")
    assert again.code == 4
    assert "just been sent" in again.err
    wrong = smartplus(*LOGIN, "--code", "-", typed=f"{PASSWORD}\n12\n")
    assert wrong.code == 1
    assert wrong.err == "code: This is not the code of the last mail.\n"
    code = mailed(smartplus.site)
    shown = smartplus(*LOGIN, "--code", code, typed=f"{PASSWORD}\n")
    assert shown.code == 2
    assert code not in shown.err
    smartplus.done(*LOGIN, "--code", "-", typed=f"{PASSWORD}\n{code}\n")
    smartplus.done("building", "list")


@pytest.mark.feature("ACC-05")
def test_login_reminds_of_an_old_password_and_lets_in(smartplus):
    execute(smartplus.site, update(t.manager).values(password_reminder=True, password_changed_at=None))
    ran = smartplus(*LOGIN, typed=f"{PASSWORD}\n")
    assert ran.code == 0
    assert "smartplus password change" in ran.err


@pytest.mark.feature("ACC-05")
def test_the_password_is_changed_and_this_session_goes_on(smartplus):
    kept = (smartplus.site / "session").read_text()
    wrong = smartplus("password", "change", typed=f"not it at all\n{NEW}\n")
    assert (wrong.code, wrong.err) == (1, "current: The password is wrong.\n")
    assert smartplus("password", "change", "--json", typed=f"{PASSWORD}\n{NEW}\n").json["email"] == EMAIL
    smartplus.done("building", "list")
    (smartplus.site / "session").write_text(kept)
    assert "over" in smartplus("building", "list").err
    smartplus.done(*LOGIN, typed=f"{NEW}\n")


@pytest.mark.feature("ACC-05")
def test_a_forgotten_password_is_reset(smartplus):
    smartplus.done("logout")
    known, unknown = smartplus("password", "reset", EMAIL), smartplus("password", "reset", "nobody@example.com")
    assert (known.code, known.err) == (unknown.code, unknown.err)
    assert "code is on its way" in known.err
    code = mailed(smartplus.site)
    ran = smartplus("password", "reset", EMAIL, "--code", "-", typed=f"99999999\n{NEW}\n")
    assert (ran.code, ran.err) == (1, "code: This is not the code of the last mail, or it is over.\n")
    assert smartplus("password", "reset", EMAIL, "--code", "-", "--json", typed=f"{code}\n{NEW}\n").json == {
        "email": EMAIL
    }
    smartplus.done(*LOGIN, typed=f"{NEW}\n")


@pytest.mark.feature("ACC-06")
def test_sites_are_linked_switched_and_unlinked(smartplus, harbour):
    own = {"id": 1, "community": "Park", "kind": "own", "email": EMAIL, "role": "installer"}
    flags = {"stale": False, "current": True}
    assert smartplus("site", "list", "--json").json["items"] == [own | flags]
    assert smartplus("site", "link", OTHER, typed="not it at all\n").code == 1
    smartplus.done("site", "link", OTHER, typed=f"{PASSWORD}\n")
    assert "Harbour\tlinked" in smartplus.done("site", "list")
    assert smartplus("site", "switch", "nowhere").code == 1
    assert smartplus("site", "switch", "harb", "--json").json["id"] == harbour
    assert smartplus("community", "show", "--json").json["name"] == "Harbour"
    assert smartplus("building", "add", "--name", "C").code == 1, "there she is a manager"
    smartplus.done("site", "switch", EMAIL)
    assert smartplus("community", "show", "--json").json["name"] == "Park"
    assert smartplus("site", "unlink", OTHER, typed="not it at all\n").err == "password: The password is wrong.\n"
    smartplus.done("site", "unlink", OTHER, typed=f"{PASSWORD}\n")
    assert smartplus("site", "list", "--json").json["total"] == 1


@pytest.mark.feature("ACC-06")
def test_unlinking_from_the_other_side_ends_the_session_that_came_by_the_link(smartplus, harbour):
    smartplus.done("site", "link", OTHER, typed=f"{PASSWORD}\n")
    smartplus.done("site", "switch", "Harbour")
    smartplus.done("site", "unlink", EMAIL, typed=f"{PASSWORD}\n")
    assert smartplus("community", "show", "--json").json["name"] == "Harbour", "the password was proved there"


@pytest.mark.feature("ACC-06")
@pytest.mark.edge("74")
def test_a_stale_link_says_what_to_do(smartplus, harbour):
    smartplus.done("site", "link", OTHER, typed=f"{PASSWORD}\n")
    signed = ("--as", OTHER, "--password-file", "-")
    smartplus.done("password", "change", *signed, typed=f"{PASSWORD}\n{PASSWORD}\n{NEW}\n")
    assert "password changed, link again" in smartplus.done("site", "list")
    ran = smartplus("site", "switch", "Harbour")
    assert ran.code == 1
    assert "Link the account again" in ran.err
    smartplus.done("site", "link", OTHER, typed=f"{NEW}\n")
    smartplus.done("site", "switch", "Harbour")
