"""One picture of each screen state that matters, at 120x40 and some at 80x24. Look at each before accepting it."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from textual.pilot import Pilot
from textual.widgets import Input

from backend.domain.amenities import AmenityDraft
from backend.domain.bookings import BookingDraft
from backend.domain.community_drafts import CommunitySwitches
from backend.domain.context import Context
from backend.domain.enums import PinMode, Role, Via
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.engine import Engine
from backend.services import key_digits
from backend.store import tables as t
from backend.store.opening import open_site
from tests.screens.conftest import SMALL, WIDE, MakeApp
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import context_of, open_park
from widgets.form import FormField

Compare = Callable[..., bool]
Wait = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A state: what leads there from the Dashboard, who looks, and what is unlike the usual."""

    acts: str = ""
    role: Role = Role.INSTALLER
    later: int = 0
    """Minutes that have passed since the agent's last sign."""
    logs_closed: bool = False
    demo: bool = False
    delivered: bool = False
    """Whether the Outbox has a text in most of its states."""
    shared_pins: bool = False
    """Whether the community is in APT+PIN mode and two people share a PIN."""
    reserved: bool = False
    """Whether there are a premium plan, an amenity and reservations of it."""


PLAN = "g r n ?ResidentForm =1203 tab =Jan tab =Nowak tab tab =4711"

LIST = (
    "g r &Building;Apt;Type;First_name;Last_name;RF_card;PIN;Remark"
    "|A;1203;0;Ada;Okonkwo;0A3C7F98;38531;|A;1203;1;Ben;Okonkwo;;9207;|A;1001;;Anna;Kowalska;0A3C7F20;;tenant"
    "|B;1001;;Mia;Anderson;;;|A;1001;1;Luz;Ortiz;;27;|D;0203;0;Jan;Fischer;;;|A;1002;1;Rui;Costa;1.2E+11;; "
    "?ImportPage !3_refuse"
)

STAFF = "g v 3 &Staff_Name;RF_Card;Access_Group_ID|Jan_Nowak;9F8E7D60;1|Eva_Moss;77889900;{} ?StaffImportPage"
STAFF_THERE = f"{STAFF.format(2)} !2_add f2 ?ImportReportPage g v 3 !Moss home"

GROUP = "g g n ?GroupForm =Day_team tab =mo-fr_8-18;_fr_22-6;_2026-12-24 tab =gym tab"
GROUP_THERE = f"{GROUP} f2 ?GroupsScreen !Day_team end"

MOVE_PLANNED = (
    "g a enter ?ApartmentPage m ?MoveForm =Ewa tab =Nowak tab tab =73519 tab tab =2026-12-24_9 f2 !Type_1001 =1001 f2 "
    "?ApartmentPage"
)

PICTURES: dict[str, Picture] = {
    "dashboard": Picture(),
    "groups": Picture(GROUP_THERE),
    "groups-viewer": Picture("g g !default", role=Role.VIEWER),
    "groups-technician": Picture("g g", role=Role.TECHNICIAN),
    "group-form": Picture(f"{GROUP} !08:00_to_18:00"),
    "group-form-errors": Picture("g g n ?GroupForm =Night tab =0-0 f2 !Choose_a_door"),
    "group-painted": Picture(
        f"{GROUP_THERE} e ?GroupEdit tab tab tab tab up home {'shift+right ' * 17}space up up c !Sat"
    ),
    "group-page": Picture(f"{GROUP_THERE} enter ?GroupPage !Custom plus =anna enter !Add_Kowalska y !1_person"),
    "group-default": Picture("g g enter ?GroupPage !default_group"),
    "group-add-people": Picture(f"{GROUP_THERE} g r a plus =day enter !Add_5_people"),
    "group-delete": Picture(f"{GROUP_THERE} enter plus =anna enter !Add_Kowalska y !1_person d !Delete_Day"),
    "group-stays": Picture("g g d !stays."),
    "holidays-empty": Picture("g g 2 ?HolidaysTab !no_holiday"),
    "holidays": Picture("g g 2 ?HolidaysTab n ?HolidayForm =Christmas tab =2026-12-25 tab =2026-12-26 f2 !2026-12-26"),
    "dashboard-viewer": Picture(role=Role.VIEWER),
    "dashboard-agent-silent": Picture(later=11),
    "dashboard-logs-closed": Picture(role=Role.MANAGER, logs_closed=True),
    "dashboard-go-to": Picture("g"),
    "residents": Picture("g r down"),
    "residents-filter-typed": Picture("g r slash =b:A_acc"),
    "residents-filtered": Picture("g r slash =kowal enter !2_of_5"),
    "residents-nothing-found": Picture("g r slash =zzz enter !Nothing_matches"),
    "residents-filter-error": Picture("g r slash =flat:3 enter !no_field"),
    "residents-ticked": Picture("g r space down space !2_ticked"),
    "residents-doors": Picture("g r right_square_bracket"),
    "residents-history": Picture("g r left_square_bracket !Ines"),
    "residents-empty": Picture("g r a d !Delete y !Nobody"),
    "residents-technician": Picture("g p", role=Role.TECHNICIAN),
    "resident-delete": Picture("g r d !Delete_Abara"),
    "resident-delete-many": Picture("g r a d !Delete_these"),
    "resident-delete-blocked": Picture("g r down down d !would_be_left"),
    "resident-form": Picture("g r n ?ResidentForm"),
    "resident-form-picking": Picture("g r n ?ResidentForm =10"),
    "resident-form-plan": Picture(f"{PLAN} !+2_-0"),
    "resident-form-errors": Picture("g r n ?ResidentForm =1203 tab tab tab tab =9123 f2 !correction"),
    "resident-form-told": Picture("g r n ?ResidentForm =1203 tab tab tab tab =41 !Another_PIN"),
    "resident-form-leave": Picture("g r n ?ResidentForm tab =Jan escape !Throw"),
    "resident-edit": Picture("g r e ?ResidentEdit !Master"),
    "resident-edit-loses": Picture("g r e ?ResidentEdit tab tab tab tab tab backspace f2 !loses_access"),
    "resident-page": Picture("g r enter ?ResidentPage"),
    "resident-password": Picture("g r down down p !new_app_password"),
    "resident-password-sent": Picture("g r enter ?ResidentPage p !new_app_password y !waiting_abara"),
    "resident-history": Picture("g r enter ?ResidentPage h !Ines"),
    "import-menu": Picture("g r i !Batch_Add"),
    "import-preview": Picture(LIST),
    "import-bad": Picture(f"{LIST} f"),
    "import-cell": Picture(f"{LIST} f e !not_beginning"),
    "import-question": Picture(f"{LIST} f2 !stay_out"),
    "import-leave": Picture(f"{LIST} f d escape !Throw"),
    "import-failed": Picture("g r &x;y|z;w ?ImportPage !not_taken_over"),
    "import-report": Picture(f"{LIST} f2 !stay_out y ?ImportReportPage"),
    "imports": Picture(f"{LIST} f2 !stay_out y ?ImportReportPage escape i =reports enter ?ImportsPage"),
    "imports-none": Picture("g r i =reports enter ?ImportsPage"),
    "resident-revoked": Picture("g r enter ?ResidentPage d !Take_PIN y !read_back_without"),
    "apartments": Picture("g a"),
    "export": Picture("g r slash =kowal enter !2_of_5 x !2_rows"),
    "apartments-settings": Picture("g a right_square_bracket right_square_bracket !Users_may"),
    "apartment-page": Picture("g a enter ?ApartmentPage !SIP_call"),
    "apartment-form": Picture("g a e ?ApartmentForm =Sea_view tab =phone_and tab !No_telephone"),
    "apartment-form-errors": Picture("g a e ?ApartmentForm tab tab tab tab tab tab =64 f2 !correction"),
    "apartment-reset": Picture("g a enter ?ApartmentPage z !Type_1001 =10"),
    "apartment-after-reset": Picture("g a enter ?ApartmentPage z !Type_1001 =1001 f2 !Nobody_here_can"),
    "apartment-new": Picture("g a n ?ApartmentNew =B tab =0101"),
    "apartment-empty": Picture("g a down down enter ?ApartmentPage !Nobody"),
    "move-form": Picture("g a m ?MoveForm !Goes =Ewa tab =Nowak tab tab =73519"),
    "move-errors": Picture("g a m ?MoveForm !Goes =Ewa tab tab tab =9123 f2 !correction"),
    "move-question": Picture("g a m ?MoveForm !Goes f2 !Type_1001"),
    "move-planned": Picture(f"{MOVE_PLANNED} !Planned"),
    "move-change": Picture(f"{MOVE_PLANNED} !Planned m ?MoveChange !is_kept"),
    "devices": Picture("g p"),
    "device-page": Picture("g p enter ?DevicePage !To_be_written"),
    "device-form": Picture("g p n ?DeviceForm"),
    "device-hold-open": Picture("g p enter ?DevicePage !To_be_written O ?HoldForm !this_model_has_no"),
    "device-edit": Picture("g p e ?RelayForm !DTMF"),
    "device-delete": Picture("g p d !out_of_this_site"),
    "door-logs": Picture("g l"),
    "door-logs-refused": Picture("g l up up"),
    "door-logs-wide": Picture("g l v"),
    "door-logs-why": Picture("g l up up w !Refused"),
    "who": Picture("ctrl+p =gym enter ?DoorPage w ?WhoPage =fr_20 enter !Friday"),
    "who-not-understood": Picture("ctrl+p =gym enter ?DoorPage w ?WhoPage =someday enter !Write_22"),
    "who-nobody": Picture("g r a d !Delete y !Nobody g p ?DevicesScreen w ?WhoPage !Nobody_may"),
    "can": Picture("g r down w ?CanPage !no_group down"),
    "why-opens": Picture("g r down w ?CanPage !no_group down enter !Step_by"),
    "why-offers": Picture(f"{GROUP_THERE} g r down w ?CanPage !no_group down end enter !May_not"),
    "why-plan": Picture(f"{GROUP_THERE} g r down w ?CanPage !no_group down end enter !smallest 1 !Do_it"),
    "door-logs-closed": Picture("g l !closed_to_your", role=Role.MANAGER, logs_closed=True),
    "library-pins": Picture("g i down"),
    "library-looked-up": Picture("g i slash =pin:2741 enter !1_of_4"),
    "library-cards": Picture("g i 2 ?CardsTab"),
    "library-replace": Picture("g i 2 ?CardsTab e ?CodeForm =0A1B2C3D"),
    "library-replace-taken": Picture("g i 2 ?CardsTab e ?CodeForm =0A3C7F20 f2 !belongs_to"),
    "library-take-away": Picture("g i 2 ?CardsTab a d !codes_away"),
    "library-viewer": Picture("g i", role=Role.VIEWER),
    "ghosts": Picture("g i 3 ?GhostsTab !another_person", shared_pins=True),
    "ghosts-why": Picture("g i 3 ?GhostsTab !another_person w !of_100", shared_pins=True),
    "ghosts-none": Picture("g i 3 ?GhostsTab"),
    "operations": Picture("g h"),
    "undo": Picture("u ?UndoScreen"),
    "undo-confirm": Picture("u ?UndoScreen enter !Undo_number"),
    "outbox": Picture("g o down", delivered=True),
    "outbox-waiting": Picture("g o"),
    "outbox-send-again": Picture("g o m !Send_this_text"),
    "outbox-print": Picture("g o p ?PrintForm"),
    "outbox-viewer": Picture("g o enter !Your_role", role=Role.VIEWER),
    "settings": Picture("g s !not_set"),
    "settings-manager": Picture("g s down", role=Role.MANAGER),
    "settings-form": Picture("g s e ?SettingsForm"),
    "settings-form-errors": Picture("g s e ?SettingsForm =mail_example f2 !correction"),
    "settings-test": Picture("g s t ?TestForm"),
    "setup-communities": Picture("g z"),
    "setup-community-errors": Picture("g z n ?CommunityForm tab =Oslo tab tab tab tab =Atlantis f2 !correction"),
    "setup-pin-mode": Picture("g z e ?CommunityForm shift+tab =APT enter !opens_for_both"),
    "setup-pin-mode-refused": Picture(
        "g z e ?CommunityForm shift+tab =PIN f2 ?SharedPins !Max_May escape ?CommunityForm", shared_pins=True
    ),
    "setup-switches": Picture("g z w ?SwitchesForm space"),
    "setup-switches-errors": Picture("g z w ?SwitchesForm tab =soon f2 !correction"),
    "setup-buildings": Picture("g z 2"),
    "setup-building-errors": Picture("g z 2 n ?BuildingForm =a f2 !correction"),
    "setup-building-delete": Picture("g z 2 d !Delete_building"),
    "setup-apartments": Picture("g z 3"),
    "setup-range-errors": Picture("g z 3 R ?RangeForm =B tab =0105 tab =0101 f2 !correction"),
    "setup-devices": Picture("g z 4"),
    "setup-by-hand-errors": Picture("g z 4 H ?ByHandForm =Gym tab =X916 tab =12 f2 !correction"),
    "setup-place": Picture("g z 4 P ?PlaceForm tab =10"),
    "setup-address-swap": Picture("g z 4 A ?AddressForm tab =0C1105AABBCC f2 !Replace"),
    "setup-sheet": Picture("g z 4 i !Devices_from =/nowhere.xlsx f2 !cannot_be_read"),
    "setup-accounts": Picture("g z 5 down"),
    "setup-account-errors": Picture("g z 5 n ?AccountForm =Nora tab =nobody f2 !correction"),
    "setup-account-assign": Picture("g z 5 m ?AssignForm"),
    "setup-account-disable": Picture("g z 5 down d !Disable_the_account"),
    "first-steps-door": Picture("f8 ?FirstSteps pageup pageup"),
    "first-steps-errors": Picture("f8 ?FirstSteps pageup pageup pageup =x enter !correction"),
    "first-steps-open": Picture("f8 ?FirstSteps"),
    "try-a-door": Picture("g k ?TryDoorScreen =gym", demo=True),
    "deliveries-empty": Picture("g v 2"),
    "delivery-errors": Picture("g v 2 n ?DeliveryForm =DHL tab =2741 f2 !belongs_to"),
    "delivery-plan": Picture("g v 2 n ?DeliveryForm =DHL tab =4321 !Capacity_after"),
    "staff": Picture(f"{STAFF_THERE} down"),
    "staff-page": Picture(f"{STAFF_THERE} enter ?StaffPage"),
    "staff-edit": Picture(f"{STAFF_THERE} e ?StaffEdit !typed_adds"),
    "staff-import": Picture(f"{STAFF.format(99)} !1_refuse"),
    "staff-delete": Picture(f"{STAFF_THERE} a d !Delete_these"),
    "search": Picture("ctrl+p =kowal !Kowalski"),
    "open-door": Picture("o !Main_Gate"),
    "open-door-confirm": Picture("o =gym enter !Open_Gym_now"),
    "progress": Picture("g r d !Delete_Abara y !0_of_2_doors D !hold_this_change"),
    "bookings": Picture("g b !Upcoming", reserved=True),
    "booking-page": Picture("g b !Upcoming enter ?BookingPage !doors_without", reserved=True),
    "booking-errors": Picture("g b n ?BookingForm tab tab =noon f2 !correction", reserved=True),
    "booking-cancel": Picture("g b !Upcoming d !Cancel_this", reserved=True),
    "bookings-closed": Picture("g b !premium_feature"),
    "amenities": Picture("g b 2 ?AmenitiesTab !all_buildings", reserved=True),
    "amenity-page": Picture("g b 2 ?AmenitiesTab enter ?AmenityPage right_square_bracket", reserved=True),
    "amenity-form": Picture("g b 2 ?AmenitiesTab e ?AmenityForm !Every_day", reserved=True),
    "help": Picture("g r question_mark !Type_to_find"),
    "help-searched": Picture("g r question_mark =tick"),
}
SMALL_ONES = (
    "dashboard",
    "dashboard-agent-silent",
    "residents",
    "residents-filtered",
    "resident-form",
    "resident-form-plan",
    "resident-form-errors",
    "resident-form-told",
    "resident-page",
    "import-preview",
    "import-report",
    "resident-delete",
    "apartment-page",
    "apartment-form",
    "apartment-reset",
    "move-form",
    "devices",
    "setup-communities",
    "setup-switches-errors",
    "setup-by-hand-errors",
    "setup-accounts",
    "first-steps-door",
    "first-steps-open",
    "door-logs",
    "who",
    "can",
    "why-offers",
    "library-pins",
    "library-replace",
    "ghosts",
    "outbox",
    "settings",
    "settings-form",
    "deliveries-empty",
    "delivery-errors",
    "staff",
    "staff-page",
    "staff-import",
    "groups",
    "group-form",
    "group-form-errors",
    "group-painted",
    "group-page",
    "group-default",
    "holidays",
    "bookings",
    "booking-page",
    "bookings-closed",
    "amenity-page",
    "amenity-form",
    "help",
)
THEMED = ("dashboard", "residents", "resident-form-errors")


class Doors:
    """Doors that nobody stands at: the demo's page is drawn, nothing is tried."""

    def type_pin(self, device: str, pin: str) -> tuple[bool, str]:
        """Nobody types here."""
        raise AssertionError(f"{device} {pin}")

    def present_card(self, device: str, card: str) -> tuple[bool, str]:
        """Nobody presents a card here."""
        raise AssertionError(f"{device} {card}")

    def show_face(self, device: str, photo: bytes) -> tuple[bool, str]:
        """Nobody looks into a camera here."""
        raise AssertionError(f"{device} {len(photo)}")


def walk(acts: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys one by one; "=text" types, "&text" pastes, "?Page" waits for a page, "!text" for a text.

    "_" is a space, and "|" of what is pasted a new line.
    """

    async def run(pilot: Pilot[Any]) -> None:
        keys = Keys(pilot)
        waits: dict[str, Wait] = {"=": keys.type, "&": keys.paste, "?": keys.until_page, "!": keys.until_text}
        await keys.until_page("DashboardScreen")
        await keys.settled()
        for act in acts.split():
            if act[0] in waits:
                await waits[act[0]](act[1:].replace("_", " "))
            else:
                await keys.press(act)
                await keys.settled()
        await keys.settled()
        freeze(pilot)
        await pilot.pause()

    return run


def freeze(pilot: Pilot[Any]) -> None:
    """No cursor blinks in a picture, and no toast is about to leave it."""
    pilot.app.screen.query("Toast.-information").remove()
    for pin in pilot.app.screen.query("#field-pin").results(FormField):
        pin.hint = re.sub(r"free: \d+", "free: 4711", pin.hint)  # a proposal is made by chance
    for line in pilot.app.screen.query(Input):
        line.cursor_blink = False


def prepare(picture: Picture, root: Path, clock: FakeClock) -> dict[str, Any]:
    """What is unlike the usual, in the site and in the application."""
    clock.advance(minutes=picture.later)
    if picture.logs_closed:
        store = open_site(root, clock=clock)
        with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
            work.connection.execute(update(t.manager).values(log_access=False))
        store.close()
    if picture.delivered:
        deliver(root, clock)
    if picture.shared_pins:
        share_pins(root, clock)
    if picture.reserved:
        reserve(root, clock)
    options: dict[str, Any] = {"context": context_of(picture.role)}
    return options | ({"doors": Doors()} if picture.demo else {})


DELIVERED: tuple[dict[str, Any], ...] = (
    {"state": "sent", "attempt": 1, "answer": "250 2.0.0 Ok: queued as 4FKqLb0w3Tz"},
    {"state": "failed", "attempt": 2, "answer": "451 4.7.1 Greylisted, please try again in 300 seconds"},
    {"state": "dead", "attempt": 1, "answer": "550 5.1.1 The email account that you tried to reach does not exist"},
    {"state": "unknown", "attempt": 1, "answer": "The server took the mail and did not say whether it keeps it."},
)


def deliver(root: Path, clock: FakeClock) -> None:
    """What an agent with a mail server would have written; the last text still waits."""
    store = open_site(root, clock=clock)
    with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
        for number, values in enumerate(DELIVERED, 1):
            late = {"not_before" if values["state"] == "failed" else "ended_at": clock() + timedelta(minutes=10)}
            work.connection.execute(update(t.outgoing).where(t.outgoing.c.id == number).values(**values, **late))
    store.close()


def share_pins(root: Path, clock: FakeClock) -> None:
    """Two people of two apartments get one PIN, as APT+PIN mode allows."""
    engine, context = open_park(root, clock)
    version = engine.communities.get(context).version
    engine.communities.set_pin_mode(context.again(), version, PinMode.APT_PIN)
    for apartment_id, first in ((3, "Ida"), (4, "Max")):
        draft = ResidentDraft(apartment_id=apartment_id, first=first, last="May", pin="8181")
        engine.residents.add(context.again(), draft)
    engine.close()


def reserve(root: Path, clock: FakeClock) -> None:
    """A gym for two, reserved by three people; the digits of their keys are always the same."""
    engine, context = open_park(root, clock)
    version = engine.communities.get(context).version
    plan = CommunitySwitches(premium_until=(clock() + timedelta(days=365)).date())
    engine.communities.switch(context.again(), version, plan)
    draft = AmenityDraft(
        name="Gym",
        description="Machines and mats, building B",
        device_id=3,
        hours="8-12; 14-22",
        capacity=2,
        out_of_group=True,
        uses=10,
    )
    amenity_id = engine.amenities.add(context.again(), draft).id
    drawn, key_digits._RANDOM = key_digits._RANDOM, random.Random(1)  # type: ignore[assignment]
    try:
        for resident_id, hours in ((1, 4.5), (4, 4), (3, 28)):
            start = clock() + timedelta(hours=hours)
            booking = BookingDraft(
                amenity_id=amenity_id,
                resident_id=resident_id,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
            )
            engine.bookings.add(context.again(), booking)
    finally:
        key_digits._RANDOM = drawn
    engine.close()


Draw = Callable[..., bool]


@pytest.fixture
def draw(make_app: MakeApp, park: tuple[Engine, Context], clock: FakeClock, snap_compare: Compare) -> Draw:
    """Compares a named state with its picture."""

    def compare(name: str, size: tuple[int, int], **options: Any) -> bool:
        picture = PICTURES[name]
        app = make_app(**prepare(picture, park[0].root, clock), **options)
        return snap_compare(app, terminal_size=size, run_before=walk(picture.acts))

    return compare


@pytest.mark.parametrize("name", PICTURES)
def test_wide(name: str, draw: Draw) -> None:
    assert draw(name, WIDE)


@pytest.mark.parametrize("name", SMALL_ONES)
def test_small(name: str, draw: Draw) -> None:
    assert draw(name, SMALL)


@pytest.mark.parametrize("name", THEMED)
@pytest.mark.parametrize("theme", ["day", "ansi"])
def test_themes(theme: str, name: str, draw: Draw) -> None:
    assert draw(name, WIDE, theme=theme)


def test_too_small(make_app: MakeApp, snap_compare: Compare) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await Keys(pilot).until_text("Make it larger")
        await resting(pilot)

    assert snap_compare(make_app(), terminal_size=(70, 20), run_before=shown)


async def resting(pilot: Pilot[Any]) -> None:
    """Until the application has nothing more to do."""
    keys = Keys(pilot)
    await keys.until(lambda: "Opening the site" not in keys.text())
    await keys.settled()
    freeze(pilot)
    await pilot.pause()


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
def test_two_at_one_record(
    size: tuple[int, int], make_app: MakeApp, park: tuple[Engine, Context], snap_compare: Compare
) -> None:
    engine, installer = park

    async def both(pilot: Pilot[Any]) -> None:
        keys = Keys(pilot)
        await walk("g r down down e ?ResidentEdit !Master end =bel")(pilot)
        anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        patch = ResidentPatch(first="Hanna", floors=("3",))
        engine.residents.edit(installer.again(), anna.id, anna.version, patch)
        await keys.press("f2")
        await keys.until_text("Both changed it. Theirs: Hanna.")
        await keys.settled()
        freeze(pilot)
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=both)
