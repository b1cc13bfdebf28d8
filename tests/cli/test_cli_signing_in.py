"""Making a site and signing in to it: sessions, passwords, and where secrets never are."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import EMAIL, PASSWORD, Smartplus


@pytest.mark.feature("OPS-01")
def test_without_a_site_the_app_says_what_to_do(tmp_path):
    ran = Smartplus(tmp_path / "none")()
    assert (ran.code, ran.out) == (1, "")
    assert "smartplus init" in ran.err
    assert "smartplus demo" in ran.err


@pytest.mark.parametrize("words", [("building", "list"), ("agent",), ("login", "--as", EMAIL), ("tail",)])
def test_without_a_site_no_command_makes_one(tmp_path, words):
    ran = Smartplus(tmp_path / "none")(*words)
    assert ran.code == 1
    assert "There is no site" in ran.err
    assert not (tmp_path / "none").exists()


def test_the_app_needs_a_terminal(smartplus):
    ran = smartplus()
    assert ran.code == 2
    assert "needs a terminal" in ran.err


@pytest.mark.feature("OPS-01")
def test_init_names_what_is_missing(tmp_path):
    smartplus = Smartplus(tmp_path / "site")
    given: list[str] = []
    for option, value in (("--community", "Park"), ("--timezone", "Europe/Berlin"), ("--admin", EMAIL)):
        ran = smartplus("init", *given)
        if option != "--timezone":  # the machine knows its own
            assert (ran.code, ran.out) == (2, "")
            assert f"Missing {option}" in ran.err
        given += [option, value]
    ran = smartplus("init", *given)
    assert ran.code == 2
    assert "--password-file" in ran.err
    assert not (tmp_path / "site").exists()


def test_init_refuses_what_is_wrong_before_it_writes(tmp_path):
    smartplus = Smartplus(tmp_path / "site")
    place = ("--community", "Park", "--timezone", "Europe/Nowhere", "--admin", "ines", "--password-file", "-")
    place += ("--country", "Atlantis")
    ran = smartplus("init", *place, typed="short\n")
    assert ran.code == 1
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["timezone", "country", "email", "password"]
    assert not (tmp_path / "site").exists()


def test_init_leaves_a_site_alone(smartplus, password_file):
    ran = smartplus(
        "init", "--community", "Other", "--timezone", "UTC", "--admin", EMAIL, "--password-file", password_file
    )
    assert ran.code == 1
    assert ran.err.startswith("site: There is a site in ")


@pytest.mark.feature("ACC-01")
def test_without_a_session_nobody_is_asked(smartplus):
    smartplus.done("logout")
    ran = smartplus("building", "list")
    assert (ran.code, ran.out) == (1, "")
    assert "smartplus login" in ran.err
    assert "password" in smartplus("building", "list", "--as", EMAIL).err


@pytest.mark.feature("ACC-01")
@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong horse battery"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_account_sound_the_same(smartplus, email, password):
    ran = smartplus("login", "--as", email, "--password-file", "-", typed=f"{password}\n")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "E-mail or password is wrong.\n"


@pytest.mark.feature("ACC-01")
def test_five_wrong_passwords_lock(smartplus, password_file):
    for _ in range(5):
        smartplus("login", "--as", EMAIL, "--password-file", "-", typed="wrong\n")
    ran = smartplus("login", "--as", EMAIL, "--password-file", password_file)
    assert ran.code == 1
    assert "locked" in ran.err


@pytest.mark.feature("ACC-07")
def test_login_keeps_a_private_session_and_logout_ends_it(smartplus, password_file, tmp_path):
    smartplus.done("logout")
    session = smartplus.site / "session"
    assert not session.exists()
    signed = smartplus("login", "--as", EMAIL.upper(), "--password-file", password_file, "--json").json
    assert signed == {"id": 1, "email": EMAIL, "role": "installer"}
    assert stat.S_IMODE(session.stat().st_mode) == 0o600
    assert PASSWORD not in session.read_text()
    assert EMAIL not in base64.b64decode(session.read_text()).decode("latin-1"), "the token is sealed with the address"
    stolen = session.read_text()
    smartplus.done("building", "list")
    assert smartplus("logout", "--json").json == {"email": EMAIL}
    session.write_text(stolen)
    ran = smartplus("building", "list")
    assert ran.code == 1
    assert "over" in ran.err


def test_a_password_acts_without_a_session(smartplus, password_file):
    smartplus.done("logout")
    listed = smartplus("--as", EMAIL, "--password-file", password_file, "building", "list", "--json").json
    assert listed["total"] == 2
    assert not (smartplus.site / "session").exists()


def test_a_session_is_not_lent_to_another_account(smartplus):
    ran = smartplus("building", "list", "--as", "boss@example.com")
    assert ran.code == 1
    assert "boss@example.com" in ran.err


def test_a_damaged_session_file_is_no_session(smartplus):
    (smartplus.site / "session").write_text('["nobody"')
    ran = smartplus("building", "list")
    assert ran.code == 1
    assert "smartplus login" in ran.err


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_an_unusable_password_file_is_wrong_usage(smartplus, tmp_path, content):
    path = tmp_path / "empty"
    if content is not None:
        path.write_text(content)
    ran = smartplus("login", "--as", EMAIL, "--password-file", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert str(path) in ran.err


@pytest.mark.feature("OPS-06")
@pytest.mark.parametrize(
    "words",
    [
        ("resident", "add", "--apartment", "A 1002", "--first", "Ida", "--last", "May", "--pin", "7171"),
        ("resident", "edit", "anna", "--pin", "7171"),
        ("device", "identify", "192.0.2.20", "--password", "7171"),
        ("user", "add", "--password", "7171"),
        ("search", "pin:7171"),
    ],
)
def test_a_secret_is_refused_as_an_argument(smartplus, words):
    ran = smartplus(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "does not belong in an argument" in ran.err
    assert "7171" not in ran.err


def test_the_session_of_a_disabled_account_is_worth_nothing(smartplus, password_file):
    account = ("--name", "Vera", "--email", "vera@example.com", "--role", "viewer", "--password", "-")
    smartplus.done("user", "add", *account, typed="a long enough sentence\n")
    kept = (smartplus.site / "session").read_text()
    login = ("login", "--as", "vera@example.com", "--password-file", "-")
    assert "agreement show" in smartplus(*login, typed="a long enough sentence\n").err
    smartplus.done(*login, "--agree", typed="a long enough sentence\n")
    vera = (smartplus.site / "session").read_text()
    refused = smartplus("building", "add", "--name", "C")
    assert refused.code == 1
    assert "installer" in refused.err
    (smartplus.site / "session").write_text(kept)
    assert "Disabled account" in smartplus.done("user", "disable", "vera", "--yes")
    (smartplus.site / "session").write_text(vera)
    assert smartplus("building", "list").code == 1


def test_the_site_is_named_by_option_before_the_environment(smartplus, tmp_path):
    elsewhere = Smartplus(tmp_path / "none")
    assert elsewhere("--site", str(smartplus.site), "building", "list", "--json").json["total"] == 2
    assert elsewhere("building", "list", "--json", "--site", str(smartplus.site)).json["total"] == 2


def test_backup_writes_a_private_copy_and_never_over_a_file(smartplus, tmp_path):
    target = tmp_path / "copy.db"
    told = smartplus("backup", str(target), "--json").json
    assert told == {"path": str(target), "bytes": target.stat().st_size}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = smartplus("backup", str(target))
    assert again.code == 1
    assert again.err.startswith("path: ")
    assert smartplus("backup", str(Path("/nowhere/copy.db"))).code == 1
