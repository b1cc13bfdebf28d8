"""`smartplus staff` and `smartplus delivery` (features VIS-05, VIS-06)."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from backend.domain.context import agent_context, new_id
from backend.store import tables as t
from backend.store.opening import open_site
from tests.cli.conftest import Smartplus
from tests.documents.test_writer import read_xlsx
from tests.support.rows import insert_device


def add_staff(smartplus: Smartplus) -> int:
    """Jan, who has a card."""
    added = smartplus("--json", "staff", "add", "--name", "Jan Nowak", "--card", "9F8E7D6C").json
    return int(added["id"])


@pytest.mark.feature("VIS-06")
@pytest.mark.feature("OPS-02")
def test_staff_are_added_found_changed_and_deleted(smartplus: Smartplus) -> None:
    ran = smartplus("staff", "add", "--name", "Jan Nowak", "--card", "9F8E7D6C", "--floor", "1;G0")
    assert ran.code == 0
    assert "group: A (default), B (default), default groups" in ran.err
    assert "Added staff member: Jan Nowak" in ran.out
    shown = smartplus("--json", "staff", "show", "jan").json
    assert shown["kind"] == "staff"
    assert [one["masked"] for one in shown["credentials"]] == ["··6C"]
    assert shown["floors"] == ["G0", "1"]
    assert "9F8E7D6C" not in smartplus.done("staff", "show", "jan")
    smartplus.done("staff", "edit", "jan", "--pin", "-", "--name", "Jan Moss", typed="4321\n")
    assert {one["value"] for one in smartplus("--json", "staff", "reveal", "moss").json["codes"]} == {
        "9F8E7D6C",
        "4321",
    }
    listed = smartplus("--json", "staff", "list", "--filter", "card:9F8E7D6C").json
    assert [(row["name"], row["methods"]) for row in listed["items"]] == [("Jan Moss", "PIN, Card")]
    assert smartplus("--json", "staff", "list", "--filter", "pin:4321").json["total"] == 1
    assert smartplus("--json", "staff", "list", "--filter", "pin:432").json["total"] == 0
    code = shown["credentials"][0]["id"]
    smartplus.done("staff", "edit", "moss", "--remove-code", str(code), "--group", "A (default)")
    asked = smartplus("staff", "delete", "moss", typed="n\n")
    assert asked.code == 1
    assert "Goes: 1 PIN." in asked.err
    smartplus.done("--yes", "staff", "delete", "moss")
    assert smartplus("staff", "show", "moss").code == 1
    assert "no staff member 'moss'" in smartplus("staff", "show", "moss").err


@pytest.mark.feature("VIS-05")
def test_a_delivery_pin_comes_by_standard_input_only(smartplus: Smartplus) -> None:
    assert smartplus("delivery", "add", "--name", "DHL", "--pin", "4321").code == 2
    none = smartplus("delivery", "add", "--name", "DHL")
    assert (none.code, none.err.splitlines()[-1]) == (1, "pin: A delivery needs a PIN or a card.")
    smartplus.done("delivery", "add", "--name", "DHL", "--pin", "-", typed="4321\n")
    taken = smartplus("delivery", "add", "--name", "UPS", "--pin", "-", typed="4321\n")
    assert (taken.code, taken.err.splitlines()[-1]) == (1, "pin: This PIN belongs to DHL.")
    anna = smartplus("delivery", "add", "--name", "UPS", "--pin", "-", typed="2741\n")
    assert anna.err.splitlines()[-1] == "pin: This PIN belongs to Anna Kowalska, A 1001."
    smartplus.done("delivery", "add", "--name", "UPS", "--card", "9F8E7D6C")
    smartplus.done("--yes", "delivery", "delete", "--filter", "method:card")
    assert [row["name"] for row in smartplus("--json", "delivery", "list").json["items"]] == ["DHL"]
    assert "DHL" in smartplus.done("search", "dhl")


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("75")
def test_a_change_upon_an_older_version_is_refused(smartplus: Smartplus) -> None:
    add_staff(smartplus)
    smartplus.done("staff", "edit", "jan", "--floor", "2")
    ran = smartplus("staff", "edit", "jan", "--floor", "3", "--version", "1")
    assert ran.code == 1
    assert "changed Jan Nowak meanwhile: Floors" in ran.err


@pytest.mark.feature("SYNC-05")
def test_why_knows_staff_by_name_also_when_they_were_deleted(smartplus: Smartplus) -> None:
    person = add_staff(smartplus)
    with closing(open_site(smartplus.site)) as store, store.write(agent_context(1), "test.prepare") as work:
        work.require("device.write")
        gate = insert_device(work, 1, "Gate")
        work.insert(t.relay, uuid=new_id(), device_id=gate, number=1, name="Main Gate", name_fold="main gate")
    answer = smartplus("--json", "why", "jan nowak", "gate").json
    assert (answer["allowed"], answer["person"]) == (False, "Jan Nowak")
    smartplus.done("--yes", "staff", "delete", "jan")
    assert smartplus("--json", "why", "jan nowak", "gate").json["allowed"] is False
    assert smartplus("--json", "why", f"id:{person}", "gate").json["allowed"] is False
    ran = smartplus("why", "nobody at all", "gate")
    assert "There is no resident 'nobody at all'" in ran.err


@pytest.mark.feature("VIS-06")
def test_undo_brings_staff_back(smartplus: Smartplus) -> None:
    add_staff(smartplus)
    gone = smartplus("--yes", "--json", "staff", "delete", "jan").json
    smartplus.done("--yes", "undo", str(gone["operation"]))
    assert smartplus("--json", "staff", "show", "jan nowak").json["name"] == "Jan Nowak"


@pytest.mark.feature("VIS-07")
@pytest.mark.edge("47")
def test_the_template_is_written_filled_previewed_and_taken(smartplus: Smartplus, tmp_path: Path) -> None:
    template = tmp_path / "staff.xlsx"
    smartplus.done("staff", "template", str(template))
    assert read_xlsx(template)[0][:3] == ["Staff Name", "RF Card", "Access Group ID"]
    assert smartplus("staff", "template", str(template)).code == 1
    filled = tmp_path / "filled.csv"
    filled.write_text("Staff Name;RF Card;Access Group ID\nJan Nowak;9F8E7D6C;\nEva Moss;77889900;99\n")
    dry = smartplus("--json", "staff", "import", str(filled), "--dry-run")
    assert dry.code == 3
    previewed = json.loads(dry.out)
    rows = previewed["rows"]
    assert previewed["kind"] == "staff"
    assert [row["verdict"] for row in rows] == ["add", "refuse"]
    assert rows[1]["notes"][0]["cell"] == "C3"
    assert smartplus("staff", "import", str(filled)).code == 1
    assert smartplus("--json", "staff", "list").json["total"] == 0
    taken = smartplus("--json", "staff", "import", str(filled), "--good-rows")
    assert smartplus("--json", "import", "list").json["items"][0]["kind"] == "staff"
    assert taken.code == 3
    report = json.loads(taken.out)
    assert (report["written"], report["refused"]) == (1, 1)
    assert smartplus("--json", "import", "show", str(report["id"])).json["written"] == 1
    smartplus.done("--yes", "undo", str(report["operation"]))
    assert smartplus("--json", "staff", "list").json["total"] == 0
