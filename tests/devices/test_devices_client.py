"""The client against doors of several firmware lines, on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from akuvox_door import Door, record
from akuvox_wire import Request, Server, http, ok, serve

from backend.devices.address import Auth, Endpoint, Secret
from backend.devices.client import DeviceClient, ScheduleBody, ScheduleKind, UserBody
from backend.devices.errors import (
    AccessDenied,
    ApiUnsupported,
    BadAnswer,
    DeviceFull,
    LoginChanged,
    RelayRefused,
    WrongPassword,
)
from backend.devices.profiles import E18C, R20A, X916, Profile
from backend.devices.results import NOT_SENT
from backend.domain.errors import Invalid

pytestmark = pytest.mark.feature("AGT-01")
PASSWORD = Secret("httpapi")
ANN = UserBody("u500", "Ann", "4711", ("00AB12",), (("1001", (1, 2)),))


@asynccontextmanager
async def client_of(
    door: Door, profile: Profile, auth: Auth = Auth.NONE, password: Secret = PASSWORD
) -> AsyncIterator[tuple[DeviceClient, Server]]:
    async with serve(door) as server:
        endpoint = Endpoint(server.address(), auth, "admin", password)
        async with DeviceClient(endpoint, profile, timeout=5) as client:
            yield client, server


async def test_identity_clock_and_relays(quick: Profile) -> None:
    async with client_of(Door(), quick) as (client, _):
        info = await client.info()
        assert (info.model, info.mac, info.firmware, info.uptime_s) == ("X916", "0C11050A0B0C", "916.30.10.114", 12)
        status = await client.status()
        assert (status.system_time, status.uptime_s) == (datetime(2026, 1, 1, tzinfo=UTC), 4711)
        assert await client.relay_status() == {1: True, 2: False, 3: True}


async def test_the_clock_of_the_last_answer_is_kept(quick: Profile) -> None:
    dates = iter(["Thu, 01 Jan 2026 00:00:00 GMT", "nonsense"])

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return http(200, {"retcode": 0, "data": {"RelayA": 0}}, Date=next(dates))

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert client.last_date is None
        await client.relay_status()
        assert client.last_date == datetime(2026, 1, 1, tzinfo=UTC)
        await client.relay_status()
        assert client.last_date is None


@pytest.mark.parametrize("item", ["item", "Item"])
@pytest.mark.parametrize("wrapped", [True, False])
async def test_answers_of_other_shapes_are_understood(quick: Profile, item: str, wrapped: bool) -> None:
    one = {"num": 1, item: record(1)}
    answers = {
        "/api/user/get": {"retcode": 1, "data": one} if wrapped else {"retcode": 0, **one},
        "/api/system/info": {"retcode": 0, "Status": {"Model": "X916", "FirmwareVersion": "916.1"}},
    }

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        if request.query.get("page", "1") != "1":
            return ok({"num": 1, "item": []})
        return http(200, answers[request.path])

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert [user.name for user in await client.users()] == ["User 1"]
        assert (await client.info()).model == "X916"


@pytest.mark.parametrize("dialect", ["path_post", "body_post"])
async def test_both_post_dialects_carry_target_and_action(quick: Profile, dialect: str) -> None:
    door = Door(dialects=frozenset({"get", dialect}))
    profile = replace(quick, dialect=dialect)  # type: ignore[arg-type]
    async with client_of(door, profile) as (client, server):
        assert [result.ok for result in await client.add_users([ANN])] == [True]
        assert (await client.delete_users([door.users[0]["ID"]]))[0].ok
        await client.trigger_relay(1)
        calls = [(request.json["target"], request.json["action"]) for request in server.requests]
        assert calls == [("user", "add"), ("user", "del"), ("relay", "trig")]
        paths = {"path_post": ["/api/user/set", "/api/user/set", "/api/relay/trig"], "body_post": ["/api"] * 3}
        assert [request.path for request in server.requests] == paths[dialect]


async def test_the_other_dialect_is_tried_once_and_remembered(quick: Profile) -> None:
    door = Door(dialects=frozenset({"get", "body_post"}))
    async with client_of(door, quick) as (client, server):
        await client.add_users([ANN])
        await client.trigger_relay(1)
        assert [request.path for request in server.requests] == ["/api/user/set", "/api", "/api"]
        assert len(door.users) == len(door.relays) == 1


async def test_a_device_that_takes_get_only_is_configured_key_by_key(quick: Profile) -> None:
    door = Door(dialects=frozenset({"get"}), ignored_keys=frozenset({"Config.No.Such"}))
    async with client_of(door, replace(quick, dialect="get_set")) as (client, server):
        values = {"Config.A.B": "x y&z=ä", "Config.No.Such": "1"}
        assert await client.config_set(values) == ["Config.No.Such"]
        assert door.config == {"Config.A.B": "x y&z=ä"}
        assert [request.method for request in server.requests] == ["GET"] * 3
        with pytest.raises(ApiUnsupported):
            await client.add_users([ANN])


async def test_a_call_that_no_dialect_knows_is_unsupported(quick: Profile) -> None:
    async with client_of(Door(dialects=frozenset({"get"})), quick) as (client, server):
        with pytest.raises(ApiUnsupported, match="relay/trig") as error:
            await client.trigger_relay(1)
        assert not error.value.ambiguous
        assert len(server.requests) == 2


@pytest.mark.parametrize("qop", ["auth,auth-int", "auth", "auth-int", None])
@pytest.mark.parametrize("algorithm", ["MD5", None, "SHA-256"])
async def test_digest_in_its_variants(quick: Profile, qop: str | None, algorithm: str | None) -> None:
    door = Door(auth="digest", qop=qop, algorithm=algorithm, users=[record(1)])
    async with client_of(door, quick, Auth.DIGEST) as (client, server):
        assert len(await client.users()) == 1
        assert (await client.find_users(name="User 1"))[0].user_id == "u1"
        assert (await client.add_users([ANN]))[0].ok
        assert door.authorizations[0] == "", "nothing is sent before the device asks"
        assert len(server.requests) == 4, "the nonce is used again"


async def test_a_stale_nonce_costs_one_more_request_and_nothing_else(quick: Profile) -> None:
    door = Door(auth="digest", nonce_uses=1)
    async with client_of(door, quick, Auth.DIGEST) as (client, server):
        for _ in range(3):
            await client.trigger_relay(2)
        assert len(door.relays) == 3
        assert len(server.requests) == 6


async def test_a_nonce_called_stale_by_name_is_renewed(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        number = len(server.requests)
        if number < 3:
            return http(401, "", WWW_Authenticate=f'Digest realm="r", nonce="{number}", qop="auth", stale=true')
        return ok({"RelayA": 1})

    async with serve(handler) as server:
        endpoint = Endpoint(server.address(), Auth.DIGEST, "admin", PASSWORD)
        async with DeviceClient(endpoint, quick) as client:
            assert await client.relay_status() == {1: True}


async def test_a_login_that_is_stale_for_ever_ends(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return http(401, "", WWW_Authenticate='Digest realm="r", nonce="n", stale=true')

    async with serve(handler) as server:
        endpoint = Endpoint(server.address(), Auth.DIGEST, "admin", PASSWORD)
        async with DeviceClient(endpoint, quick) as client:
            with pytest.raises(WrongPassword):
                await client.relay_status()
        assert len(server.requests) == 4


async def test_basic_waits_for_the_question_and_then_goes_along(quick: Profile) -> None:
    door = Door(auth="basic")
    async with client_of(door, quick, Auth.BASIC) as (client, server):
        await client.relay_status()
        await client.relay_status()
        assert [bool(header) for header in door.authorizations] == [False, True, True]
        assert not any("httpapi" in request.target for request in server.requests)


@pytest.mark.parametrize(("auth", "asked"), [("digest", 2), ("basic", 2)])
async def test_a_wrong_password_is_told_after_one_try(quick: Profile, auth: str, asked: int) -> None:
    async with client_of(Door(auth=auth), quick, Auth(auth), Secret("wrong-pw")) as (client, server):
        with pytest.raises(WrongPassword) as error:
            await client.trigger_relay(1)
        assert not error.value.ambiguous
        assert "wrong-pw" not in str(error.value)
        assert len(server.requests) == asked
        with pytest.raises(WrongPassword):
            await client.trigger_relay(1)
        assert len(server.requests) == 2 * asked, "a later call starts over, as the password may be right by then"


@pytest.mark.parametrize(
    ("set_to", "device", "offered"),
    [(Auth.NONE, "digest", ("digest",)), (Auth.DIGEST, "basic", ("basic",)), (Auth.BASIC, "digest", ("digest",))],
)
async def test_another_login_method_is_not_followed(
    quick: Profile, set_to: Auth, device: str, offered: tuple[str, ...]
) -> None:
    door = Door(auth=device)
    async with client_of(door, quick, set_to) as (client, _):
        with pytest.raises(LoginChanged) as error:
            await client.info()
        assert error.value.offered == offered
        assert door.authorizations == [""], "Digest never falls back to Basic"


async def test_an_allowlist_without_us_is_a_denial(quick: Profile) -> None:
    async with client_of(Door(auth="allowlist"), quick, Auth.ALLOWLIST) as (client, _):
        with pytest.raises(AccessDenied) as error:
            await client.trigger_relay(1)
        assert not error.value.ambiguous


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30])
@pytest.mark.parametrize("capital", [True, False])
async def test_lists_are_read_to_the_empty_page(quick: Profile, count: int, capital: bool) -> None:
    door = Door(users=[record(n) for n in range(count)], capital_items=capital)
    async with client_of(door, quick) as (client, server):
        assert [user.remote_id for user in await client.users()] == [str(n) for n in range(count)]
        assert all(request.query.get("page") for request in server.requests)


async def test_a_device_without_pages_is_read_in_one_reply(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(35)], page_size=None)
    profile = replace(R20A, gap=0.0, settle=0.0)
    async with client_of(door, profile) as (client, server):
        assert len(await client.users()) == 35
        assert [request.target for request in server.requests] == ["/api/user/get"]


async def test_a_device_that_pages_against_its_profile_is_still_read_whole(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(35)])
    async with client_of(door, replace(quick, page_size=None)) as (client, _):
        assert len(await client.users()) == 35


async def test_totals_that_count_the_page_only_do_not_cut_the_list(quick: Profile) -> None:
    users = [record(n) for n in range(25)]

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        start = (int(request.query["page"]) - 1) * 10
        shown = users[start : start + 10]
        return ok({"num": len(shown), "item": shown})

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert len(await client.users()) == 25


async def test_a_device_that_repeats_its_page_is_not_believed(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(35)], repeats_pages=True)
    async with client_of(door, quick) as (client, server):
        with pytest.raises(BadAnswer, match="same page"):
            await client.users()
        assert len(server.requests) == 2


async def test_a_list_shorter_than_its_total_is_read_again_and_then_refused(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(5)], num_offset=1)
    async with client_of(door, quick) as (client, server):
        with pytest.raises(BadAnswer, match="number of records of user"):
            await client.users()
        assert len(server.requests) == 4


async def test_a_list_that_changes_while_it_is_read_is_read_again(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(15)])

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        answer = await door(request, writer)
        if len(server.requests) == 1:
            door.users.pop(0)
        return answer

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert {user.remote_id for user in await client.users()} == set(map(str, range(1, 15)))


async def test_finding_compares_exactly_and_only_a_full_list_proves_absence(quick: Profile) -> None:
    door = Door(users=[record(1, Name="Ann"), record(2, Name="Anna"), record(3, Name="Ann", UserID="other")])
    async with client_of(door, quick) as (client, server):
        assert [user.remote_id for user in await client.find_users(name="Ann")] == ["1", "3"]
        assert [user.remote_id for user in await client.find_users(name="Ann", user_id="other")] == ["3"]
        assert all("NameOrCode" in request.query for request in server.requests)
        before = len(server.requests)
        assert [user.remote_id for user in await client.find_users(user_id="u2")] == ["2"]
        assert await client.find_users(name="An") == []
        assert any("NameOrCode" not in request.query for request in server.requests[before:])


async def test_finding_works_without_a_search_on_the_device(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        if "NameOrCode" in request.query:
            return ok(retcode=-1, message="Error param")
        return ok({"num": 1, "item": [record(1, Name="Ann")]})

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert [user.name for user in await client.find_users(name="Ann")] == ["Ann"]


async def test_bulk_requests_keep_to_the_profiles_size_and_report_each_record(quick: Profile) -> None:
    door = Door(users=[record(1, UserID="u503")])
    bodies = [replace(ANN, user_id=f"u{500 + n}") for n in range(7)]
    async with client_of(door, replace(quick, bulk=3)) as (client, server):
        results = await client.add_users(bodies)
        assert [len(request.json["data"]["item"]) for request in server.requests] == [3, 3, 1]
        assert [result.index for result in results] == list(range(7))
        assert [result.ok for result in results] == [n != 3 for n in range(7)]
        assert (results[3].code, results[3].text, results[3].certain) == (-3, "User already exist", True)
        by_id = {user["ID"]: user["UserID"] for user in door.users}
        assert [by_id[result.remote_id or ""] for result in results if result.ok] == [
            f"u{500 + n}" for n in range(7) if n != 3
        ]


async def test_a_refusal_without_numbers_per_record_leaves_doubt_unless_it_was_one(quick: Profile) -> None:
    door = Door(users=[record(1, UserID="u500")], item_codes=False)
    async with client_of(door, quick) as (client, _):
        both = await client.add_users([ANN, replace(ANN, user_id="u501")])
        assert [(result.ok, result.certain) for result in both] == [(False, False)] * 2
        alone = await client.add_users([ANN])
        assert (alone[0].ok, alone[0].certain, alone[0].text) == (False, True, "Failed")


async def test_a_record_that_is_too_long_is_not_a_full_device(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return ok(retcode=-1, message="Name exceeds the length limit")

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        assert [result.ok for result in await client.add_users([ANN])] == [False]


async def test_a_full_device_says_so_and_what_came_before_is_known(quick: Profile) -> None:
    door = Door(full_at=4)
    bodies = [replace(ANN, user_id=f"u{n}") for n in range(6)]
    async with client_of(door, replace(quick, bulk=2)) as (client, _):
        with pytest.raises(DeviceFull) as error:
            await client.add_users(bodies)
        assert [result.index for result in error.value.done] == [0, 1, 2, 3]
        assert error.value.in_doubt == ()
        assert not error.value.ambiguous


@pytest.mark.parametrize(("profile", "alias"), [(X916, "ScheduleRelay"), (E18C, "Schedule-Relay")])
async def test_each_firmware_finds_its_own_spelling_of_the_grants(profile: Profile, alias: str) -> None:
    door = Door(alias=alias)
    async with client_of(door, replace(profile, gap=0.0, settle=0.0)) as (client, server):
        await client.add_users([ANN])
        sent = server.requests[0].json["data"]["item"][0]
        assert sent["ScheduleRelay"] == sent["Schedule-Relay"] == "1001-12;"
        held = (await client.users())[0]
        assert held.grants == (("1001", (1, 2)),)
        await client.set_users([replace(ANN, remote_id=held.remote_id, grants=(("1001", (2,)),))])
        assert (await client.users())[0].grants == (("1001", (2,)),)


@pytest.mark.parametrize("with_base", [True, False])
@pytest.mark.parametrize("count", [2, 8])
async def test_a_change_replaces_the_whole_record_and_loses_nothing(
    quick: Profile, with_base: bool, count: int
) -> None:
    door = Door(users=[record(n) for n in range(12)])
    async with client_of(door, quick) as (client, _):
        held = (await client.users())[:count]
        bodies = [
            replace(
                ANN,
                user_id=user.user_id,
                name=f"New {user.name}",
                remote_id=user.remote_id,
                base=user.raw if with_base else None,
            )
            for user in held
        ]
        assert all(result.ok for result in await client.set_users(bodies))
        for number in range(count):
            user = door.users[number]
            assert (user["Name"], user["CardCode"]) == (f"New User {number}", "00AB12")
            assert (user["PhoneNum"], user["LicensePlate"]) == (f"55{number}", [{"Plate": "AB"}])
        assert door.users[count] == record(count)


async def test_records_that_are_gone_or_belong_to_a_cloud_are_not_sent(quick: Profile) -> None:
    door = Door(users=[record(1), record(2, SourceType="2"), record(3)])
    async with client_of(door, quick) as (client, server):
        bodies = [replace(ANN, user_id=f"x{n}", name=f"User {n}", remote_id=n) for n in ("2", "99", "3")]
        results = await client.set_users(bodies)
        assert [(result.index, result.ok, result.code) for result in results] == [
            (0, False, NOT_SENT),
            (1, False, NOT_SENT),
            (2, True, 0),
        ]
        sets = [request for request in server.requests if request.method == "POST"]
        assert [item["ID"] for item in sets[0].json["data"]["item"]] == ["3"]
        assert door.users[1] == record(2, SourceType="2")


async def test_a_bad_record_stops_before_anything_is_sent(quick: Profile) -> None:
    async with client_of(Door(), quick) as (client, server):
        too_many = replace(ANN, cards=("1", "2", "3", "4", "5"))
        with pytest.raises(Invalid):
            await client.add_users([ANN, too_many])
        with pytest.raises(Invalid):
            await client.set_users([replace(ANN, remote_id="1"), replace(too_many, remote_id="2")])
        assert server.requests == []


async def test_schedules_are_added_changed_and_removed(quick: Profile) -> None:
    door = Door(schedules=[{"ID": "1001", "Name": "Always", "Type": "2", "SourceType": "1"}])
    work = ScheduleBody("Work", ScheduleKind.WEEKLY, "08:00", "17:59", days=(0, 1, 2, 3, 4))
    async with client_of(door, quick) as (client, server):
        assert (await client.add_schedules([work]))[0].ok
        assert server.requests[0].json["data"]["item"][0]["Thur"] == "1"
        built_in, mine = await client.schedules()
        assert built_in.builtin
        assert (mine.name, mine.days, mine.kind) == ("Work", (0, 1, 2, 3, 4), ScheduleKind.WEEKLY)
        door.schedules[1]["Date"] = "kept"
        assert (await client.set_schedules([replace(work, end="18:59", remote_id=mine.remote_id)]))[0].ok
        assert (door.schedules[1]["TimeEnd"], door.schedules[1]["Date"]) == ("18:59", "kept")
        assert (await client.delete_schedules([mine.remote_id]))[0].ok
        assert len(door.schedules) == 1
        assert not (await client.delete_schedules([mine.remote_id]))[0].ok


async def test_a_relay_opens_holds_and_releases(quick: Profile) -> None:
    door = Door()
    async with client_of(door, quick) as (client, _):
        await client.trigger_relay(2, delay=7)
        await client.trigger_relay(1, hold=True)
        await client.release_relay(1)
        assert door.relays == [
            {"num": 2, "mode": 0, "level": 0, "delay": 7},
            {"num": 1, "mode": 1, "level": 0, "delay": 5},
            {"num": 1, "mode": 1, "level": 1, "delay": 0},
        ]
        for number, delay in ((0, 5), (5, 5), (1, -1), (1, 65_536)):
            with pytest.raises(Invalid):
                await client.trigger_relay(number, delay=delay)
        assert len(door.relays) == 3


async def test_a_refused_relay_is_asked_once(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return ok(retcode=-2, message="Relay 4711 <b>busy</b>\x1b[31m", action="trig")

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        with pytest.raises(RelayRefused) as error:
            await client.trigger_relay(1)
        assert (error.value.retcode, error.value.ambiguous) == (-2, False)
        assert "4711" not in str(error.value), "whatever looks like a code is blanked out"
        assert "\x1b" not in str(error.value)
        assert len(server.requests) == 1


async def test_configuration_is_written_and_proven(quick: Profile) -> None:
    door = Door(config={"Config.A": "1", "Config.B": "2"}, ignored_keys=frozenset({"Config.Typo"}))
    async with client_of(door, quick) as (client, _):
        assert await client.config_get() == {"Config.A": "1", "Config.B": "2"}
        assert await client.config_get(["Config.B", "Config.Typo"]) == {"Config.B": "2"}
        assert await client.config_set({"Config.B": "3", "Config.Typo": "x"}) == ["Config.Typo"]
        assert door.config["Config.B"] == "3"
        assert await client.config_set({}) == []
        for value in ("line\nbreak", "x" * 1025):
            with pytest.raises(Invalid):
                await client.config_set({"Config.A": value})
        assert door.config["Config.A"] == "1"


@pytest.mark.parametrize("dialect", ["path_post", "get_set"])
async def test_a_reboot_is_asked_in_the_devices_dialect(quick: Profile, dialect: str) -> None:
    door = Door()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return ok() if request.target == "/api/system/reboot" else await door(request, writer)

    async with serve(handler) as server:
        profile = replace(quick, dialect=dialect)  # type: ignore[arg-type]
        async with DeviceClient(Endpoint(server.address()), profile) as client:
            await client.reboot()
        assert [request.method for request in server.requests] == ["POST" if dialect == "path_post" else "GET"]


@pytest.mark.feature("AGT-05")
async def test_the_door_log_is_read_on_from_the_last_line(quick: Profile) -> None:
    door = Door(
        log=[{"ID": str(n), "Date": "2026-01-15", "Time": "10:00:00", "Type": "Card"} for n in range(40, 0, -1)]
    )
    async with client_of(door, quick) as (client, server):
        first = await client.door_log_since(27, max_pages=5)
        assert [line.id for line in first.lines] == list(range(28, 41))
        assert (first.gap, len(server.requests)) == (False, 2)
        nothing = await client.door_log_since(first.last_id(27), max_pages=5)
        assert (nothing.lines, len(server.requests)) == ([], 3)
        assert (await client.door_log_since(5, max_pages=2)).gap
        assert (await client.door_log(4)).items[-1].id == 1
        assert (await client.door_log(9)).items == []


async def test_one_request_at_a_time_with_the_gap_between_two(quick: Profile) -> None:
    async with client_of(Door(), replace(quick, gap=0.05)) as (client, server):
        await asyncio.gather(*(client.relay_status() for _ in range(4)))
        assert server.most_busy == 1
        pauses = [start - end for (_, end), (start, _) in zip(server.times, server.times[1:], strict=False)]
        assert len(pauses) == 3
        assert min(pauses) >= 0.045


async def test_reading_waits_until_a_write_has_settled(quick: Profile) -> None:
    async with client_of(Door(), replace(quick, settle=0.4)) as (client, server):
        await client.trigger_relay(1)
        await client.add_users([ANN])
        await client.relay_status()
        await client.users()
        _, write, relay, read = server.times
        assert relay[0] - write[1] < 0.35, "only the list that was written needs to settle"
        assert read[0] - write[1] >= 0.39


async def test_an_opening_goes_before_a_waiting_bulk(quick: Profile) -> None:
    door = Door()
    first_is_in = asyncio.Event()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        first_is_in.set()
        return await door(request, writer)

    async with serve(handler) as server:
        profile = replace(quick, gap=0.6, bulk=1)
        async with DeviceClient(Endpoint(server.address()), profile) as client:
            bulk = asyncio.create_task(client.add_users([replace(ANN, user_id=f"u{n}") for n in range(2)]))
            await asyncio.wait_for(first_is_in.wait(), 5)
            start = asyncio.get_running_loop().time()
            await client.trigger_relay(1)
            assert asyncio.get_running_loop().time() - start < 0.5, "the gap is not waited for"
            assert all(result.ok for result in await bulk)
        assert [request.json["target"] for request in server.requests] == ["user", "relay", "user"]


async def test_every_request_says_that_it_is_the_last_of_its_connection(quick: Profile) -> None:
    async with client_of(Door(), quick) as (client, server):
        await client.relay_status()
        await client.trigger_relay(1)
        for request in server.requests:
            assert request.headers["connection"] == "close"
            assert "expect" not in request.headers
        assert server.connections == 2
