"""The local API over real sockets: dialects, envelope, tables and the quirks of each model."""

from __future__ import annotations

import json
from time import perf_counter

import pytest

pytestmark = pytest.mark.feature("AGT-08")

MODELS = ("X916", "E18C", "R20A", "A08S")


async def test_four_dialects_say_the_same(serve):
    door = await serve()
    key = "Config.DoorSetting.DEVICENODE.Location"
    body = {"target": "config", "action": "set", "data": {key: "Gate"}}
    assert (await door.client.post(f"{door.url}/api/config/set", json=body)).json()["retcode"] == 0
    assert (await door.get("/api/config/get")).json()["data"][key] == "Gate"
    body["data"][key] = "Back door"
    assert (await door.client.post(f"{door.url}/api/", json=body)).json()["retcode"] == 0
    assert door.core.settings[key] == "Back door"
    reply = await door.client.get(f"{door.url}/api/config/set?{key}=Hof%20%26%20Tor%C3%A4")
    assert reply.json()["action"] == "set"
    assert door.core.settings[key] == "Hof & Torä"


async def test_the_body_decides_not_the_path(serve, person):
    door = await serve()
    body = {"target": "user", "action": "add", "data": {"item": [person("1")]}}
    await door.client.post(f"{door.url}/api/schedule/del", json=body)
    assert len(door.core.users) == 1


async def test_without_a_target_in_the_body_the_path_counts_except_on_e18(serve, person):
    for model, retcode in (("X916", 0), ("E18C", -1)):
        door = await serve(model, name="door")
        reply = await door.client.post(f"{door.url}/api/user/add", json={"data": {"item": [person("1")]}})
        assert reply.json()["retcode"] == retcode


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/plain; charset=UTF-8", ""])
async def test_json_is_taken_under_either_content_type(serve, kind):
    door = await serve()
    body = json.dumps({"target": "system", "action": "status"})
    reply = await door.client.post(f"{door.url}/api", content=body, headers={"Content-Type": kind} if kind else {})
    assert reply.json()["retcode"] == 0


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"user"', "application/json"),
        (b'{"target":"user","action":"get","data":[]}', "application/json"),
        (b'{"target":"user","action":"get","data":{"x":NaN}}', "application/json"),
        (b'{"target":"user","action":"get","data":{"x":"\\ud800"}}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100000, "application/json"),
        (b"target=user&action=get", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_call_is_an_error_in_an_http_200(serve, body, kind):
    door = await serve()
    reply = await door.client.post(f"{door.url}/api", content=body, headers={"Content-Type": kind})
    assert reply.status_code == 200
    assert reply.json() == {"retcode": -1, "action": "unknow", "message": "Error param", "data": {}}


@pytest.mark.parametrize(
    "call",
    [
        ("user", "set", {"item": [{"ID": ["1"]}]}),
        ("user", "del", {"item": [{"ID": {}}]}),
        ("user", "add", {"item": []}),
        ("user", "add", {"item": [1]}),
        ("user", "get", {"page": {}}),
        ("schedule", "set", {"item": {"ID": []}}),
        ("contact", "del", {"item": {"ID": 7}}),
        ("relay", "trig", {"num": True}),
        ("relay", "trig", {"num": "1"}),
        ("relay", "trig", {"num": 5}),
        ("relay", "trig", {"num": 1, "delay": 65536}),
        ("config", "get", {"item": "Config."}),
    ],
)
async def test_wrong_types_are_refused_not_crashed_on(serve, call):
    door = await serve()
    target, action, data = call
    assert (await door.ask(target, action, data))["retcode"] == -1


async def test_unknown_targets_and_actions_have_each_models_words(serve):
    words = {
        "X916": ("No hanlders for this request", "unsupport action"),
        "E18C": ("No handlers for this request", "unsupported action"),
        "R20A": ("No hanlders for this request", "unsupport action"),
        "A08S": ("Api unsupported", "unsupport action"),
    }
    for model, (no_handler, no_action) in words.items():
        door = await serve(model)
        reply = await door.ask("coffee", "brew")
        assert (reply["retcode"], reply["action"], reply["message"]) == (-1, "unknow", no_handler)
        reply = await door.ask("user", "brew")
        assert (reply["retcode"], reply["message"]) == (-1, no_action)
        reply = (await door.get("/api/user/add")).json()
        assert (reply["retcode"], reply["message"]) == (-1, no_action)


async def test_what_each_model_lacks(serve):
    for model, lacking in {
        "X916": set(),
        "R20A": {("group", "set")},
        "A08S": {("group", "set"), ("group", "get"), ("contact", "get"), ("calllog", "get")},
    }.items():
        door = await serve(model)
        calls = [("group", "set"), ("group", "get"), ("contact", "get"), ("calllog", "get"), ("doorlog", "get")]
        data = {"item": [{"ID": "9", "Name": "G"}]}
        words = ("Api unsupported", "unsupport action")
        answers = {call: await door.ask(*call, {} if call[1] == "get" else data) for call in calls}
        assert {call for call, answer in answers.items() if answer["message"] in words} == lacking


async def test_the_first_look_at_each_model(serve):
    for model, firmware, lan, kind in (
        ("X916", "916.30.10.216", "Lan", "application/json"),
        ("E18C", "18.30.11.21", "Network", "text/html"),
        ("R20A", "320.30.11.63", "Lan", "application/json"),
        ("A08S", "108.30.10.144", "Lan", "application/json"),
    ):
        door = await serve(model, mac="0c:11:05:12:34:ab")
        reply = await door.get("/api/system/info")
        assert reply.headers["content-type"].startswith(kind)
        data = reply.json()["data"]
        assert (data["Status"]["Model"], data["Status"]["FirmwareVersion"]) == (model, firmware)
        assert data["Status"]["MAC"] == "0C:11:05:12:34:AB"
        assert data[lan]["IPAddress"] == "127.0.0.11"
        levels = (await door.ask("relay", "status"))["data"]
        assert list(levels) == [f"Relay{letter}" for letter in ("ABCD" if model == "X916" else "AB")]


async def test_status_tells_the_devices_own_clock_as_text(serve, noon):
    door = await serve(now=noon, faults={"clock_offset": 90})
    noon.move(seconds=7)
    reply = await door.get("/api/system/status")
    assert reply.json()["data"] == {"SystemTime": str(int(noon.at.timestamp()) + 90), "UpTime": "7"}
    assert reply.headers["date"] == "Mon, 01 Jun 2026 12:01:37 GMT"


async def test_mutations_succeed_with_0_or_1(serve, person):
    for model, retcode, message in (("X916", 0, "OK"), ("E18C", 1, "set successfully!"), ("A08S", 1, "OK")):
        door = await serve(model)
        reply = await door.add(**person("1"))
        assert (reply["retcode"], reply["message"], reply["data"]["item"]) == (retcode, message, [{"Ret": 0}])


@pytest.mark.parametrize("model", MODELS)
async def test_a_user_comes_back_as_strings_with_an_id_of_the_devices_own(serve, person, model):
    door = await serve(model)
    await door.add(**person("77", ID="500", PrivatePIN="0042", CardCode="0A1B", Extra="kept"))
    await door.add(**person("78", ID="-1"))
    first, second = await door.listed("user")
    assert (first["ID"], second["ID"]) == ("1", "2")
    assert (first["UserID"], first["PrivatePIN"], first["CardCode"], first["Extra"]) == ("77", "0042", "0A1B", "kept")
    assert all(isinstance(value, str) for value in first.values())
    await door.ask("user", "clear")
    await door.add(**person("79"))
    assert [user["ID"] for user in await door.listed("user")] == ["3"]


async def test_each_model_knows_one_name_of_the_relay_field(serve, person):
    for model, known, unknown in (
        ("X916", "ScheduleRelay", "Schedule-Relay"),
        ("E18C", "Schedule-Relay", "ScheduleRelay"),
    ):
        door = await serve(model)
        user = person("1")
        del user[known]
        reply = await door.add(**user)
        assert (reply["retcode"], reply["message"]) == (-1, "Failed" if model == "E18C" else "Error param")
        await door.add(**person("1", **{known: "1001-1,1001-2", unknown: "1002-1;", "Schedule": "1002-1;"}))
        (held,) = await door.listed("user")
        assert held[known] == "1001-1;1001-2;"
        assert unknown not in held
        assert "Schedule" not in held


async def test_a_set_erases_what_it_does_not_say(serve, person):
    door = await serve()
    await door.add(**person("1", PrivatePIN="1234", PhoneNum="555", Note="n"))
    reply = await door.ask("user", "set", {"item": [{"ID": "1", "Name": "New", "PrivatePIN": "1234"}]})
    assert reply["retcode"] == 0
    (user,) = await door.listed("user")
    assert (user["Name"], user["UserID"], user["PhoneNum"], user["ScheduleRelay"]) == ("New", "", "", "")
    assert "Note" not in user
    assert door.core.press_pin("1234").reason == "schedule"


async def test_refused_users(serve, person):
    door = await serve()
    await door.add(**person("1"))
    for change, message, ret in (
        ({"UserID": "1"}, "User already exist", -1),
        ({"Name": ""}, "Error param", 14),
        ({"WebRelay": None}, "Error param", -1),
        ({"PrivatePIN": 1234}, "Error param", -1),
        ({"ScheduleRelay": "1001"}, "Failed", -1),
    ):
        reply = await door.add(**(person("2") | change))
        assert (reply["retcode"], reply["message"], reply["data"]) == (-1, message, {"item": [{"Ret": ret}]})
    for field in ("Name", "UserID", "WebRelay", "LiftFloorNum"):
        user = person("2")
        del user[field]
        assert (await door.add(**user))["message"] == "Error param"
    reply = await door.ask("user", "set", {"item": [{"ID": "9", "Name": "x"}]})
    assert reply["retcode"] == -1
    assert len(door.core.users) == 1


async def test_r20a_takes_a_card_and_a_grant_alone(serve):
    door = await serve("R20A")
    reply = await door.add(CardCode="AABBCCDD", ScheduleRelay="1001-1;")
    assert (reply["retcode"], reply["data"]) == (0, {"Item": [{"Ret": 0}]})
    assert door.core.present_card("aabbccdd").opened == (1,)


async def test_a_batch_with_a_bad_row_keeps_the_good_ones(serve, person):
    for model, retcode, message in (("X916", -1, "User already exist"), ("E18C", 1, "set successfully!")):
        door = await serve(model)
        reply = await door.ask("user", "add", {"item": [person("1"), person("1"), person("2")]})
        assert (reply["retcode"], reply["message"]) == (retcode, message)
        assert [item["Ret"] for item in reply["data"]["item"]] == [0, -1, 0]
        assert [user["UserID"] for user in door.core.users] == ["1", "2"]


async def test_users_are_deleted_by_id_and_by_user_id(serve, person):
    door = await serve()
    for number in ("1", "2", "3"):
        await door.add(**person(number))
    assert (await door.ask("user", "del", {"item": [{"ID": "1"}, {"UserID": "3"}]}))["retcode"] == 0
    assert [user["UserID"] for user in await door.listed("user")] == ["2"]
    assert (await door.ask("user", "del", {"item": {"ID": "1"}}))["retcode"] == -1
    assert (await door.get("/api/user/clear")).json()["retcode"] == 0
    assert await door.listed("user") == []


async def test_ten_a_page_and_an_empty_one_past_the_end(serve, person):
    door = await serve()
    await door.ask("user", "add", {"item": [person(str(number)) for number in range(1, 26)]})
    pages = {page: await door.listed("user", page=str(page)) for page in (1, 2, 3, 4, 10**40)}
    assert [len(items) for items in pages.values()] == [10, 10, 5, 0, 0]
    assert [user["UserID"] for user in pages[3]] == ["21", "22", "23", "24", "25"]
    assert len(await door.listed("user")) == 10
    assert len((await door.ask("user", "get", {"page": -1}))["data"]["item"]) == 25
    data = (await door.ask("user", "get", {"page": 2}))["data"]
    assert (data["num"], data["curPageNum"], data["item"][0]["UserID"]) == (25, 2, "11")
    assert (await door.get("/api/user/get", page="two")).json()["message"] == "Error param"


async def test_r20a_gives_everybody_at_once_without_a_page(serve, person):
    door = await serve("R20A")
    await door.ask("user", "add", {"item": [person(str(number)) for number in range(1, 26)]})
    data = (await door.get("/api/user/get")).json()["data"]
    assert (len(data["Item"]), data["num"]) == (25, 25)
    assert len(await door.listed("user", page="3")) == 5


async def test_a08s_gives_a_single_record_as_an_object(serve, person):
    door = await serve("A08S")
    await door.add(**person("1"))
    assert (await door.get("/api/user/get")).json()["data"]["item"]["UserID"] == "1"


async def test_the_search_is_fuzzy(serve, person):
    door = await serve()
    await door.add(**person("1", Name="Anna Berg", PrivatePIN="4711"))
    await door.add(**person("2", Name="Hannah", CardCode="0471AA"))
    assert [user["UserID"] for user in await door.listed("user", NameOrCode="anna")] == ["1", "2"]
    assert [user["UserID"] for user in await door.listed("user", NameOrCode="4711")] == ["1"]
    assert [user["UserID"] for user in await door.listed("user", NameOrPerID="471a")] == ["2"]
    assert await door.listed("user", NameOrCode="zoe") == []


async def test_a_read_back_card_field_ends_at_63_characters(serve, person):
    door = await serve()
    cards = ";".join(f"{number:016X}" for number in range(1, 6))
    await door.add(**person("1", CardCode=cards))
    (user,) = await door.listed("user")
    assert user["CardCode"] == cards[:63]


async def test_capacity_ends_the_adding(serve, person):
    door = await serve(max_users=2)
    reply = await door.ask("user", "add", {"item": [person(str(number)) for number in range(3)]})
    assert [item["Ret"] for item in reply["data"]["item"]] == [0, 0, -1]


async def test_ten_thousand_users_are_read_page_by_page_in_time(serve, person):
    door = await serve()
    for start in range(0, 10000, 1000):
        batch = [person(str(start + number), PrivatePIN=str(10000 + start + number)) for number in range(1000)]
        assert (await door.ask("user", "add", {"item": batch}))["retcode"] == 0
    began = perf_counter()
    for page in range(901, 1001):
        assert len(await door.listed("user", page=str(page))) == 10
    assert perf_counter() - began < 3.0
    assert door.core.press_pin("19999").opened == (1,)


async def test_schedules_have_two_built_ins_that_stay(serve):
    door = await serve()
    reply = await door.ask("schedule", "add", {"item": [{"ID": "-1", "Type": "1", "Name": "W", "Week": "14"}]})
    assert reply["retcode"] == 0
    built_in = await door.listed("schedule")
    assert [(one["ID"], one["Name"]) for one in built_in] == [("1001", "Always"), ("1002", "Never"), ("1003", "W")]
    local = built_in[2]
    assert (local["Mon"], local["Thur"], local["Tue"], local["Daily"]) == ("1", "1", "0", "00:00-23:59")
    for number in ("1001", "1002", "1999"):
        assert (await door.ask("schedule", "del", {"item": [{"ID": number}]}))["retcode"] == -1
        assert (await door.ask("schedule", "set", {"item": [{"ID": number, "Type": "2"}]}))["retcode"] == -1
    await door.ask("schedule", "set", {"item": [{"ID": "1003", "Type": "2"}]})
    assert (await door.listed("schedule"))[2]["Name"] == ""
    await door.ask("schedule", "clear")
    assert len(await door.listed("schedule")) == 2


async def test_the_hundred_and_first_schedule_is_refused(serve):
    door = await serve()
    reply = await door.ask("schedule", "add", {"item": [{"Type": "2"}] * 101})
    assert [item["Ret"] for item in reply["data"]["item"]] == [0] * 100 + [-1]
    assert len(door.core.schedules) == 102


async def test_groups_and_contacts(serve):
    door = await serve()
    assert (await door.ask("group", "add", {"item": [{"Name": ""}]}))["data"]["item"] == [{"Ret": 14}]
    await door.ask("group", "add", {"item": [{"Name": "Guests"}]})
    assert await door.listed("group") == [{"ID": "1", "Name": "Guests"}]
    assert (await door.ask("group", "set", {"item": [{"ID": "5", "Name": "x"}]}))["data"]["item"] == [{"Ret": -4}]
    assert (await door.ask("group", "del", {"item": [{"ID": "5"}]}))["retcode"] == 0
    for name, group in (("A", "Guests"), ("B", "Nowhere"), ("C", "")):
        await door.ask("contact", "add", {"item": [{"Name": name, "Phone": "1", "Group": group}]})
    assert [one["Group"] for one in await door.listed("contact")] == ["Guests", "Default", "Default"]
    for action in ("set", "del"):
        reply = await door.ask("contact", action, {"item": [{"ID": "9", "Name": "x"}]})
        assert (reply["retcode"], reply["data"]["item"]) == (-1, [{"Ret": -7}])
    await door.ask("contact", "set", {"item": [{"ID": "1", "Name": "A2"}]})
    assert (await door.listed("contact"))[0] == {"ID": "1", "Name": "A2", "Phone": "", "Group": "Default"}
    assert (await door.ask("contact", "del", {"item": [{"ID": "1"}, {"ID": "2"}]}))["retcode"] == 0
    assert [one["ID"] for one in await door.listed("contact")] == ["3"]
    for target in ("contact", "group"):
        assert (await door.ask(target, "clear"))["retcode"] == 0
        assert await door.listed(target) == []


@pytest.mark.parametrize("model", MODELS)
async def test_the_configuration_is_flat_text(serve, model):
    door = await serve(model)
    everything = (await door.get("/api/config/get")).json()["data"]
    assert len(everything) >= 60
    assert all(isinstance(value, str) and key.startswith("Config.") for key, value in everything.items())
    wanted = ["Config.Features.ACTIONURL.ValidCodeEntered", "Config.None", "Config.Settings.SNTP.Enable"]
    some = await door.ask("config", "get", {"item": wanted})
    assert list(some["data"]) == [wanted[0], wanted[2]]
    hold = door.core.profile.relay_keys.hold.format("B")
    assert (await door.ask("relay", "get"))["data"][hold] == "5"
    reply = await door.ask("relay", "set", {hold: "9", "Config.Settings.SNTP.Enable": "0", "Config.None": "1"})
    assert reply["retcode"] >= 0
    assert (door.core.settings[hold], door.core.settings["Config.Settings.SNTP.Enable"]) == ("9", "1")
    await door.ask("config", "set", {"Config.None": "1"})
    assert "Config.None" not in (await door.get("/api/config/get")).json()["data"]


async def test_relay_modes_and_levels(serve, noon):
    door = await serve(now=noon)

    async def level(letter="A"):
        return (await door.get("/api/relay/status")).json()["data"][f"Relay{letter}"]

    await door.ask("relay", "trig", {"num": 1, "mode": 0, "level": 0, "delay": 7})
    assert await level() == 1
    noon.move(seconds=7)
    assert await level() == 0
    await door.ask("relay", "trig", {"num": 1, "mode": 1, "level": 1, "delay": 7})
    noon.move(days=1)
    assert await level() == 1
    await door.ask("relay", "trig", {"num": 1, "mode": 0, "level": 0, "delay": 1})
    noon.move(seconds=2)
    assert await level() == 1
    await door.ask("relay", "trig", {"num": 1, "mode": 1, "level": 0, "delay": 0})
    assert await level() == 0
    await door.ask("config", "set", {"Config.DoorSetting.RELAY.TypeB": "1"})
    assert await level("B") == 1
    await door.ask("relay", "trig", {"num": 2, "mode": 0, "level": 0, "delay": 5})
    assert await level("B") == 0
    assert door.core.relays.opened()[2]


async def test_the_door_log_newest_first_with_filters(serve, person, noon):
    door = await serve(now=noon)
    await door.add(**person("1", PrivatePIN="1234"))
    for pin in ["1234", *["0000"] * 11]:
        door.core.press_pin(pin)
        noon.move(seconds=1)
    first, second = await door.listed("doorlog", page="1"), await door.listed("doorlog", page="2")
    assert [line["ID"] for line in first] == [str(number) for number in range(12, 2, -1)]
    assert [line["ID"] for line in second] == ["2", "1"]
    assert await door.listed("doorlog", page="3") == []
    assert [line["Name"] for line in await door.listed("doorlog", Status="Succ")] == ["Person 1"]
    assert [line["ID"] for line in await door.listed("doorlog", NameOrCode="person")] == ["1"]
    assert await door.listed("calllog") == []


async def test_pages_without_a_login(serve):
    door = await serve("E18C", auth="digest")
    assert (await door.get("/api/system/info")).status_code == 401
    told = (await door.get("/web/status/get", session="", web="1")).json()["data"]
    assert (told["Model"], told["Firmware"]) == ("E18C", "18.30.11.21")
    other = await serve("X916")
    assert (await other.get("/web/status/get")).status_code == 404
    assert (await other.get("/")).status_code == 404


async def test_opening_by_fcgi(serve):
    on = {
        "Config.DoorSetting.RELAY.RelayOnWeb": "1",
        "Config.DoorSetting.RELAY.RelayOnWebUser": "relay",
        "Config.DoorSetting.RELAY.RelayOnWebPwd": "s3cret",
    }
    off = await serve()
    assert (await off.get("/fcgi/do", action="OpenDoor", DoorNum="1")).status_code == 503
    assert (await (await serve("E18C")).get("/fcgi/do", action="OpenDoor")).json()["retcode"] == -3
    moved = await (await serve("R20A", settings=on)).get("/fcgi/do", action="OpenDoor", DoorNum="1")
    assert moved.json()["message"] == "please use new interface"

    door = await serve(settings=on, high_security=False)
    query = {"action": "OpenDoor", "UserName": "relay", "Password": "s3cret", "DoorNum": "2"}
    assert (await door.get("/fcgi/do", **query | {"Password": "no"})).json()["retcode"] == -1
    assert (await door.get("/fcgi/do", **query | {"action": "Close"})).json()["retcode"] == -1
    assert (await door.get("/fcgi/do", **query | {"DoorNum": "SA"})).json()["retcode"] == -2
    assert not any(door.core.relays.opened().values())
    assert (await door.get("/fcgi/do", **query)).json()["retcode"] == 0
    assert door.core.relays.opened()[2]
    assert "s3cret" not in (await door.client.get(f"{door.control}/devices/door")).text

    safe = await serve(settings=on)
    assert (await safe.get("/fcgi/do", **query)).json()["retcode"] == -4
    url = f"{safe.url}/fcgi/OpenDoor?action=OpenDoor&DoorNum=1"
    assert (await safe.client.get(url)).status_code == 401
    assert (await safe.client.get(url, auth=("relay", "no"))).status_code == 401
    assert (await safe.client.get(url, auth=("relay", "s3cret"))).json()["retcode"] == 0
    assert safe.core.relays.opened()[1]

    bare = await serve(settings={"Config.DoorSetting.RELAY.RelayOnWeb": "1"})
    assert (await bare.get("/fcgi/do", action="OpenDoor", DoorNum="3")).json()["retcode"] == 0
    assert bare.core.relays.opened()[3]
