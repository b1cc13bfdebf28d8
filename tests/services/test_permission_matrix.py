"""Who may do what: every public method of every service against a table written by hand (feature ACC-08).

A method that is not in the table fails the suite, and so does a row without its method. The calls name records that
are not there wherever that is possible: what counts is that the permission is asked before anything else.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from backend.domain.access.remedies import Remedy, Way
from backend.domain.account_drafts import ManagerDraft, ManagerPatch
from backend.domain.amenities import AmenityDraft
from backend.domain.apartments import ApartmentPatch
from backend.domain.bookings import BookingDraft
from backend.domain.community_drafts import CommunityDraft, CommunitySwitches
from backend.domain.context import Context, agent_context, new_id
from backend.domain.device_drafts import DeviceDraft, Reach
from backend.domain.enums import ImportKind, OutgoingKind, PinMode, Role, Via
from backend.domain.errors import Forbidden, SmartPlusError
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.import_columns import Columns
from backend.domain.imports import ImportDraft
from backend.domain.moves import MoveDraft, MovePatch
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.domain.sheets import Sheet, SheetRow
from backend.domain.signing_in import Proof
from backend.domain.staff import StaffDraft, StaffPatch
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import TempKeyDraft
from backend.engine import Engine
from backend.served import SERVICES
from backend.services.base import Service
from backend.store import tables as t
from backend.store.opening import open_site
from tests.support.clock import FakeClock
from tests.support.rows import insert_apartment, insert_building, insert_community, insert_device, insert_resident

NOBODY = 4711
DEVICE = DeviceDraft(
    name="Gate", model="X916", mac="0C1105AA0001", firmware="1", profile="X916", scheme="http", host="192.0.2.1",
    port=80, auth="none",
)  # fmt: skip
ACCOUNT = ManagerDraft(email="new@example.com", name="New", role=Role.VIEWER, password="quiet doors stay")
QUERY = ListQuery()
RESERVATION = BookingDraft(
    amenity_id=NOBODY,
    resident_id=NOBODY,
    starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 10, tzinfo=UTC),
)
SHEET = Sheet("list.csv", "", (SheetRow(1, ("Building", "Apt", "Last Name")), SheetRow(2, ("Nowhere", "1", "Novak"))))
LIST = ImportDraft(ImportKind.ADD, SHEET, Columns(("building", "apartment", "last"), 1))

STAFF_SHEET = Sheet("staff.csv", "", (SheetRow(1, ("Staff Name", "RF Card")), SheetRow(2, ("Jan", "no card"))))
STAFF_LIST = ImportDraft(ImportKind.CARDS, STAFF_SHEET, Columns(("staff", "cards"), 1))


@dataclass(frozen=True)
class Act:
    """Who may (letters: Installer, Manager, Technician, Viewer) and how to try it."""

    who: str
    call: Callable[[Engine, Context, dict[str, int]], object]


ACTS: dict[str, Act] = {
    "communities.get": Act("IMTV", lambda e, c, i: e.communities.get(c)),
    "communities.edit": Act("IM  ", lambda e, c, i: e.communities.edit(c, NOBODY, name="Park")),
    "communities.set_pin_mode": Act("IM  ", lambda e, c, i: e.communities.set_pin_mode(c, NOBODY, PinMode.APT_PIN)),
    "communities.pin_collisions": Act("IM  ", lambda e, c, i: e.communities.pin_collisions(c)),
    "communities.list": Act("IMTV", lambda e, c, i: e.communities.list(c, QUERY).first(1)),
    "communities.add": Act("I   ", lambda e, c, i: e.communities.add(c, CommunityDraft(name="x", timezone="UTC"))),
    "communities.switch": Act("I   ", lambda e, c, i: e.communities.switch(c, NOBODY, CommunitySwitches())),
    "buildings.list": Act("IMTV", lambda e, c, i: e.buildings.list(c, QUERY).first(1)),
    "buildings.get": Act("IMTV", lambda e, c, i: e.buildings.get(c, i["building"])),
    "buildings.add": Act("I   ", lambda e, c, i: e.buildings.add(c, new_id())),
    "buildings.rename": Act("I   ", lambda e, c, i: e.buildings.rename(c, NOBODY, 1, "B")),
    "buildings.delete": Act("I   ", lambda e, c, i: e.buildings.delete(c, NOBODY)),
    "apartments.list": Act("IMTV", lambda e, c, i: e.apartments.list(c, QUERY).first(1)),
    "apartments.get": Act("IMTV", lambda e, c, i: e.apartments.get(c, i["apartment"])),
    "apartments.add": Act("I   ", lambda e, c, i: e.apartments.add(c, NOBODY, "1")),
    "apartments.add_range": Act("I   ", lambda e, c, i: e.apartments.add_range(c, NOBODY, "1", "2")),
    "apartments.edit": Act("IM  ", lambda e, c, i: e.apartments.edit(c, NOBODY, 1, ApartmentPatch())),
    "apartments.reset_preview": Act("IM  ", lambda e, c, i: e.apartments.reset_preview(c, i["apartment"])),
    "apartments.reset": Act("IM  ", lambda e, c, i: e.apartments.reset(c, i["apartment"], "no number")),
    "apartments.delete": Act("I   ", lambda e, c, i: e.apartments.delete(c, NOBODY)),
    "moves.preview": Act("IM  ", lambda e, c, i: e.moves.preview(c, i["apartment"])),
    "moves.plan": Act("IM V", lambda e, c, i: e.moves.plan(c, MoveDraft(apartment_id=i["apartment"]))),
    "moves.plan_change": Act("IM V", lambda e, c, i: e.moves.plan_change(c, NOBODY, MovePatch())),
    "moves.advise": Act("IM  ", lambda e, c, i: e.moves.advise(c, MoveDraft(apartment_id=i["apartment"]))),
    "moves.check": Act("IM  ", lambda e, c, i: e.moves.check(c, MoveDraft(apartment_id=i["apartment"]))),
    "moves.move": Act("IM  ", lambda e, c, i: e.moves.move(c, MoveDraft(apartment_id=i["apartment"]), "no number")),
    "moves.change": Act("IM  ", lambda e, c, i: e.moves.change(c, NOBODY, 1, MovePatch())),
    "moves.cancel": Act("IM  ", lambda e, c, i: e.moves.cancel(c, NOBODY)),
    "moves.get": Act("IM V", lambda e, c, i: e.moves.get(c, NOBODY)),
    "moves.of": Act("IM V", lambda e, c, i: e.moves.of(c, i["apartment"])),
    "moves.planned": Act("IM V", lambda e, c, i: e.moves.planned(c)),
    "moves.receipt": Act("IM V", lambda e, c, i: e.moves.receipt(c, NOBODY)),
    "residents.list": Act("IM V", lambda e, c, i: e.residents.list(c, QUERY).first(1)),
    "residents.get": Act("IM V", lambda e, c, i: e.residents.get(c, i["resident"])),
    "residents.find": Act("IM V", lambda e, c, i: e.residents.find(c, "nobody")),
    "residents.defaults": Act("IM  ", lambda e, c, i: e.residents.defaults(c, i["apartment"])),
    "residents.add": Act("IM  ", lambda e, c, i: e.residents.add(c, ResidentDraft(apartment_id=NOBODY))),
    "residents.edit": Act("IM  ", lambda e, c, i: e.residents.edit(c, NOBODY, 1, ResidentPatch())),
    "residents.reset_password": Act("IM  ", lambda e, c, i: e.residents.reset_password(c, NOBODY)),
    "residents.link": Act("I   ", lambda e, c, i: e.residents.link(c, NOBODY, "Has an account elsewhere.")),
    "residents.advise_add": Act("IM  ", lambda e, c, i: e.residents.advise_add(c, ResidentDraft())),
    "residents.advise_edit": Act("IM  ", lambda e, c, i: e.residents.advise_edit(c, NOBODY, ResidentPatch())),
    "residents.photo": Act("IM V", lambda e, c, i: e.residents.photo(c, i["resident"])),
    "residents.deletion": Act("IM  ", lambda e, c, i: e.residents.deletion(c, [i["resident"]])),
    "residents.delete": Act("IM  ", lambda e, c, i: e.residents.delete(c, [NOBODY])),
    "residents.plan_add": Act("IM V", lambda e, c, i: e.residents.plan_add(c, ResidentDraft(apartment_id=NOBODY))),
    "residents.plan_edit": Act("IM V", lambda e, c, i: e.residents.plan_edit(c, NOBODY, ResidentPatch())),
    "residents.reveal": Act("IM  ", lambda e, c, i: e.residents.reveal(c, i["resident"])),
    "staff.list": Act("IM V", lambda e, c, i: e.staff.list(c, QUERY).first(1)),
    "staff.get": Act("IM V", lambda e, c, i: e.staff.get(c, NOBODY)),
    "staff.defaults": Act("IM  ", lambda e, c, i: e.staff.defaults(c)),
    "staff.add": Act("IM  ", lambda e, c, i: e.staff.add(c, StaffDraft())),
    "staff.edit": Act("IM  ", lambda e, c, i: e.staff.edit(c, NOBODY, 1, StaffPatch())),
    "staff.advise_add": Act("IM  ", lambda e, c, i: e.staff.advise_add(c, StaffDraft())),
    "staff.advise_edit": Act("IM  ", lambda e, c, i: e.staff.advise_edit(c, NOBODY, StaffPatch())),
    "staff.photo": Act("IM V", lambda e, c, i: e.staff.photo(c, NOBODY)),
    "staff.deletion": Act("IM  ", lambda e, c, i: e.staff.deletion(c, [NOBODY])),
    "staff.delete": Act("IM  ", lambda e, c, i: e.staff.delete(c, [NOBODY])),
    "staff.plan_add": Act("IM V", lambda e, c, i: e.staff.plan_add(c, StaffDraft())),
    "staff.plan_edit": Act("IM V", lambda e, c, i: e.staff.plan_edit(c, NOBODY, StaffPatch())),
    "staff.reveal": Act("IM  ", lambda e, c, i: e.staff.reveal(c, NOBODY)),
    "deliveries.list": Act("IM V", lambda e, c, i: e.deliveries.list(c, QUERY).first(1)),
    "deliveries.get": Act("IM V", lambda e, c, i: e.deliveries.get(c, NOBODY)),
    "deliveries.defaults": Act("IM  ", lambda e, c, i: e.deliveries.defaults(c)),
    "deliveries.add": Act("IM  ", lambda e, c, i: e.deliveries.add(c, StaffDraft())),
    "deliveries.edit": Act("IM  ", lambda e, c, i: e.deliveries.edit(c, NOBODY, 1, StaffPatch())),
    "deliveries.advise_add": Act("IM  ", lambda e, c, i: e.deliveries.advise_add(c, StaffDraft())),
    "deliveries.advise_edit": Act("IM  ", lambda e, c, i: e.deliveries.advise_edit(c, NOBODY, StaffPatch())),
    "deliveries.photo": Act("IM V", lambda e, c, i: e.deliveries.photo(c, NOBODY)),
    "deliveries.deletion": Act("IM  ", lambda e, c, i: e.deliveries.deletion(c, [NOBODY])),
    "deliveries.delete": Act("IM  ", lambda e, c, i: e.deliveries.delete(c, [NOBODY])),
    "deliveries.plan_add": Act("IM V", lambda e, c, i: e.deliveries.plan_add(c, StaffDraft())),
    "deliveries.plan_edit": Act("IM V", lambda e, c, i: e.deliveries.plan_edit(c, NOBODY, StaffPatch())),
    "deliveries.reveal": Act("IM  ", lambda e, c, i: e.deliveries.reveal(c, NOBODY)),
    "amenities.list": Act("IM V", lambda e, c, i: e.amenities.list(c, QUERY).first(1)),
    "amenities.get": Act("IM V", lambda e, c, i: e.amenities.get(c, NOBODY)),
    "amenities.picture": Act("IM V", lambda e, c, i: e.amenities.picture(c, NOBODY)),
    "amenities.closed": Act("IM V", lambda e, c, i: e.amenities.closed(c)),
    "amenities.plan": Act("IM V", lambda e, c, i: e.amenities.plan(c, NOBODY, AmenityDraft())),
    "amenities.add": Act("IM  ", lambda e, c, i: e.amenities.add(c, AmenityDraft())),
    "amenities.edit": Act("IM  ", lambda e, c, i: e.amenities.edit(c, NOBODY, 1, AmenityDraft())),
    "amenities.delete": Act("IM  ", lambda e, c, i: e.amenities.delete(c, NOBODY)),
    "bookings.list": Act("IM V", lambda e, c, i: e.bookings.list(c, QUERY).first(1)),
    "bookings.get": Act("IM V", lambda e, c, i: e.bookings.get(c, NOBODY)),
    "bookings.day": Act("IM V", lambda e, c, i: e.bookings.day(c, NOBODY, date(2026, 12, 1))),
    "bookings.plan_add": Act("IM V", lambda e, c, i: e.bookings.plan_add(c, RESERVATION)),
    "bookings.add": Act("IM  ", lambda e, c, i: e.bookings.add(c, RESERVATION)),
    "bookings.move": Act("IM  ", lambda e, c, i: e.bookings.move(c, NOBODY, 1, RESERVATION.slot)),
    "bookings.cancel": Act("IM  ", lambda e, c, i: e.bookings.cancel(c, [NOBODY])),
    "bookings.mail": Act("IM  ", lambda e, c, i: e.bookings.mail(c, NOBODY)),
    "temp_keys.list": Act("IM V", lambda e, c, i: e.temp_keys.list(c, QUERY).first(1)),
    "temp_keys.get": Act("IM V", lambda e, c, i: e.temp_keys.get(c, NOBODY)),
    "temp_keys.defaults": Act("IM  ", lambda e, c, i: e.temp_keys.defaults(c, i["apartment"])),
    "temp_keys.add": Act("IM  ", lambda e, c, i: e.temp_keys.add(c, TempKeyDraft(name=""))),
    "temp_keys.edit": Act("IM  ", lambda e, c, i: e.temp_keys.edit(c, NOBODY, 1, KeyTime())),
    "temp_keys.resend": Act("IM  ", lambda e, c, i: e.temp_keys.resend(c, NOBODY)),
    "temp_keys.advise_add": Act("IM  ", lambda e, c, i: e.temp_keys.advise_add(c, TempKeyDraft(name=""))),
    "temp_keys.deletion": Act("IM  ", lambda e, c, i: e.temp_keys.deletion(c, [NOBODY])),
    "temp_keys.delete": Act("IM  ", lambda e, c, i: e.temp_keys.delete(c, [NOBODY])),
    "temp_keys.plan_add": Act("IM V", lambda e, c, i: e.temp_keys.plan_add(c, TempKeyDraft(name=""))),
    "temp_keys.plan_edit": Act("IM V", lambda e, c, i: e.temp_keys.plan_edit(c, NOBODY, KeyTime())),
    "temp_keys.picture": Act("IM  ", lambda e, c, i: e.temp_keys.picture(c, NOBODY)),
    "imports.begin": Act("IM  ", lambda e, c, i: e.imports.begin(c, ImportKind.ADD, [SHEET])),
    "imports.begin_faces": Act("IM  ", lambda e, c, i: e.imports.begin_faces(c, "faces.zip", [])),
    "imports.preview": Act("IM  ", lambda e, c, i: e.imports.preview(c, LIST)),
    "imports.plan": Act("IM  ", lambda e, c, i: e.imports.plan(c, LIST)),
    "imports.write": Act("IM  ", lambda e, c, i: e.imports.write(c, LIST)),
    "imports.reports": Act("IM V", lambda e, c, i: e.imports.reports(c)),
    "imports.report": Act("IM V", lambda e, c, i: e.imports.report(c, NOBODY)),
    "imports.export": Act("IM  ", lambda e, c, i: e.imports.export(c)),
    "staff_imports.begin": Act("IM  ", lambda e, c, i: e.staff_imports.begin(c, [STAFF_SHEET])),
    "staff_imports.preview": Act("IM  ", lambda e, c, i: e.staff_imports.preview(c, STAFF_LIST)),
    "staff_imports.plan": Act("IM  ", lambda e, c, i: e.staff_imports.plan(c, STAFF_LIST)),
    "staff_imports.write": Act("IM  ", lambda e, c, i: e.staff_imports.write(c, STAFF_LIST)),
    "groups.list_all": Act("IM V", lambda e, c, i: e.groups.list_all(c)),
    "groups.list": Act("IM V", lambda e, c, i: e.groups.list(c, QUERY).first(1)),
    "groups.get": Act("IM V", lambda e, c, i: e.groups.get(c, NOBODY)),
    "groups.people": Act("IM V", lambda e, c, i: e.groups.people(c, NOBODY)),
    "groups.add": Act("IM  ", lambda e, c, i: e.groups.add(c, GroupDraft())),
    "groups.edit": Act("IM  ", lambda e, c, i: e.groups.edit(c, NOBODY, 1, GroupPatch())),
    "groups.plan_edit": Act("IM V", lambda e, c, i: e.groups.plan_edit(c, NOBODY, GroupPatch())),
    "groups.people_change": Act("IM V", lambda e, c, i: e.groups.people_change(c, NOBODY, [1], add=True)),
    "groups.add_people": Act("IM  ", lambda e, c, i: e.groups.add_people(c, NOBODY, [i["resident"]])),
    "groups.remove_people": Act("IM  ", lambda e, c, i: e.groups.remove_people(c, NOBODY, [i["resident"]])),
    "groups.losses": Act("IM  ", lambda e, c, i: e.groups.losses(c, [NOBODY])),
    "groups.delete": Act("IM  ", lambda e, c, i: e.groups.delete(c, [NOBODY])),
    "holidays.list": Act("IM V", lambda e, c, i: e.holidays.list(c, QUERY).first(1)),
    "holidays.get": Act("IM V", lambda e, c, i: e.holidays.get(c, NOBODY)),
    "holidays.add": Act("IM  ", lambda e, c, i: e.holidays.add(c, "Fair", "2026-12-25")),
    "holidays.edit": Act("IM  ", lambda e, c, i: e.holidays.edit(c, NOBODY, 1)),
    "holidays.delete": Act("IM  ", lambda e, c, i: e.holidays.delete(c, NOBODY)),
    "devices.list": Act("IMTV", lambda e, c, i: e.devices.list(c, QUERY).first(1)),
    "devices.get": Act("IMTV", lambda e, c, i: e.devices.get(c, i["device"])),
    "devices.identify": Act("I T ", lambda e, c, i: e.devices.identify(c, "192.0.2.1", "", "")),
    "devices.finding": Act("I T ", lambda e, c, i: e.devices.finding(c, NOBODY)),
    "devices.add": Act("I T ", lambda e, c, i: e.devices.add(c, DEVICE.model_copy(update={"building_id": NOBODY}))),
    "devices.edit": Act("IMT ", lambda e, c, i: e.devices.edit(c, NOBODY, 1, name="x")),
    "devices.delete": Act("I T ", lambda e, c, i: e.devices.delete(c, NOBODY)),
    "relay_holds.get": Act("IMTV", lambda e, c, i: e.relay_holds.get(c, i["relay"])),
    "relay_holds.set": Act("IMT ", lambda e, c, i: e.relay_holds.set(c, NOBODY, 1, on=False, group_ids=())),
    "doors.list": Act("IMTV", lambda e, c, i: e.doors.list(c, QUERY).first(1)),
    "doors.all": Act("IMTV", lambda e, c, i: e.doors.all(c)),
    "doors.find": Act("IMTV", lambda e, c, i: e.doors.find(c, "nothing")),
    "doors.open": Act("IMT ", lambda e, c, i: e.doors.open(c, i["relay"])),
    "doors.command": Act("IMTV", lambda e, c, i: e.doors.command(c, NOBODY)),
    "logs.list": Act("IMTV", lambda e, c, i: e.logs.list(c, QUERY).first(1)),
    "logs.get": Act("IMTV", lambda e, c, i: e.logs.get(c, NOBODY)),
    "logs.newest": Act("IMTV", lambda e, c, i: e.logs.newest(c, 1)),
    "operations.list": Act("IM V", lambda e, c, i: e.operations.list(c, QUERY).first(1)),
    "operations.get": Act("IM V", lambda e, c, i: e.operations.get(c, NOBODY)),
    "operations.fields": Act("IM V", lambda e, c, i: e.operations.fields(c, NOBODY)),
    "operations.of_record": Act("IM V", lambda e, c, i: e.operations.of_record(c, "device", NOBODY)),
    "undo.candidates": Act("IM  ", lambda e, c, i: e.undo.candidates(c, 5)),
    "undo.plan": Act("IM  ", lambda e, c, i: e.undo.plan(c, NOBODY)),
    "undo.undo": Act("IM  ", lambda e, c, i: e.undo.undo(c, NOBODY)),
    "undo.undo of an installer's act": Act("I   ", lambda e, c, i: e.undo.undo(c, i["made_building"])),
    "undoable.list": Act("IM  ", lambda e, c, i: e.undoable.list(c, QUERY).first(1)),
    "managers.list": Act("IM V", lambda e, c, i: e.managers.list(c, QUERY).first(1)),
    "managers.get": Act("IM V", lambda e, c, i: e.managers.get(c, NOBODY)),
    "managers.add": Act("I   ", lambda e, c, i: e.managers.add(c, ACCOUNT)),
    "managers.edit": Act("I   ", lambda e, c, i: e.managers.edit(c, NOBODY, 1, ManagerPatch())),
    "managers.assign": Act("I   ", lambda e, c, i: e.managers.assign(c, NOBODY, 1, {1})),
    "first_passwords.give": Act("I   ", lambda e, c, i: e.first_passwords.give(c, NOBODY)),
    "device_sheets.check": Act("I T ", lambda e, c, i: e.device_sheets.check(c, ())),
    "device_sheets.add": Act(
        "I T ", lambda e, c, i: e.device_sheets.add(c, [DEVICE.model_copy(update={"building_id": NOBODY})])
    ),
    "device_setup.place": Act("I T ", lambda e, c, i: e.device_setup.place(c, NOBODY, 1)),
    "device_setup.readdress": Act("I T ", lambda e, c, i: e.device_setup.readdress(c, NOBODY, 1, Reach())),
    "managers.disable": Act("I   ", lambda e, c, i: e.managers.disable(c, NOBODY, 1, True)),
    "sessions.make": Act("IMTV", lambda e, c, i: e.sessions.make(c)),
    "sessions.end": Act("IMTV", lambda e, c, i: e.sessions.end(c, "no token")),
    "sessions.move": Act("IMTV", lambda e, c, i: e.sessions.move(c, e.sessions.make(c))),
    "account.me": Act("IMTV", lambda e, c, i: e.account.me(c)),
    "account.change_password": Act("IMTV", lambda e, c, i: e.account.change_password(c, "", "")),
    "account.unlock": Act("IMTV", lambda e, c, i: e.account.unlock(c, "")),
    "account.lock_minutes": Act("IMTV", lambda e, c, i: e.account.lock_minutes(c)),
    "account.sign_out": Act("IMTV", lambda e, c, i: e.account.sign_out(c)),
    "account.agreements": Act("IMTV", lambda e, c, i: e.account.agreements(c)),
    "sites.places": Act("IMTV", lambda e, c, i: e.sites.places(c)),
    "sites.link": Act("IMTV", lambda e, c, i: e.sites.link(c, _proof(e, c))),
    "sites.unlink": Act("IMTV", lambda e, c, i: e.sites.unlink(c, NOBODY, "")),
    "sites.switch": Act("IMTV", lambda e, c, i: e.sites.switch(c, e.sites.places(c)[0])),
    "library.get": Act("IM V", lambda e, c, i: e.library.get(c, NOBODY)),
    "library.by_card": Act("IM V", lambda e, c, i: e.library.by_card(c, "0A3C7F20")),
    "library.by_pin": Act("IM  ", lambda e, c, i: e.library.by_pin(c, "2741")),
    "library.edit": Act("IM  ", lambda e, c, i: e.library.edit(c, NOBODY, 1, "2741")),
    "library.taking": Act("IM  ", lambda e, c, i: e.library.taking(c, [NOBODY])),
    "library.delete": Act("IM  ", lambda e, c, i: e.library.delete(c, [NOBODY])),
    "library.plan_edit": Act("IM V", lambda e, c, i: e.library.plan_edit(c, NOBODY, "2741")),
    "library.advise": Act("IM  ", lambda e, c, i: e.library.advise(c, NOBODY, "2741")),
    "library.free_pins": Act("IM V", lambda e, c, i: e.library.free_pins(c)),
    "library_pins.list": Act("IM V", lambda e, c, i: e.library_pins.list(c, QUERY).first(1)),
    "ghosts.list": Act("IM V", lambda e, c, i: e.ghosts.list(c, QUERY).first(1)),
    "ghosts.get": Act("IM V", lambda e, c, i: e.ghosts.get(c, NOBODY)),
    "ghosts.clean": Act("IM  ", lambda e, c, i: e.ghosts.clean(c, NOBODY)),
    "library_cards.list": Act("IM V", lambda e, c, i: e.library_cards.list(c, QUERY).first(1)),
    "sync.progress": Act("IMTV", lambda e, c, i: e.sync.progress(c, {i["device"]: 1})),
    "sync.devices": Act("IMTV", lambda e, c, i: e.sync.devices(c)),
    "sync.person": Act("IMTV", lambda e, c, i: e.sync.person(c, i["resident"])),
    "sync.revoked": Act("IMTV", lambda e, c, i: e.sync.revoked(c, i["resident"])),
    "sync.release": Act("IM  ", lambda e, c, i: e.sync.release(c, i["device"], 1)),
    "sync_doors.list": Act("IMTV", lambda e, c, i: e.sync_doors.list(c, QUERY).first(1)),
    "sync_doors.get": Act("IMTV", lambda e, c, i: e.sync_doors.get(c, i["device"])),
    "revocations.list": Act("IMTV", lambda e, c, i: e.revocations.list(c, QUERY).first(1)),
    "revocations.get": Act("IMTV", lambda e, c, i: e.revocations.get(c, i["resident"])),
    "revocations.receipt": Act("IMTV", lambda e, c, i: e.revocations.receipt(c, i["resident"])),
    "drift.list": Act("IMTV", lambda e, c, i: e.drift.list(c, QUERY).first(1)),
    "drift.get": Act("IMTV", lambda e, c, i: e.drift.get(c, NOBODY)),
    "drift.of_device": Act("IMTV", lambda e, c, i: e.drift.of_device(c, i["device"])),
    "drift.adopt": Act("IM  ", lambda e, c, i: e.drift.adopt(c, NOBODY)),
    "drift.overwrite": Act("IM  ", lambda e, c, i: e.drift.overwrite(c, [NOBODY])),
    "drift.leave": Act("IM  ", lambda e, c, i: e.drift.leave(c, [NOBODY])),
    "sync.check": Act("IMT ", lambda e, c, i: e.sync.check(c)),
    "access.why": Act("IM V", lambda e, c, i: e.access.why(c, holder_id=i["resident"], relay_id=i["relay"])),
    "access.why of a log line": Act("IM V", lambda e, c, i: e.access.why(c, log_id=NOBODY)),
    "access.reasons": Act("IM V", lambda e, c, i: e.access.reasons(c, [NOBODY])),
    "access.who": Act("IM V", lambda e, c, i: e.access.who(c, i["relay"])),
    "access.can": Act("IM V", lambda e, c, i: e.access.can(c, i["resident"])),
    "remedies.plan": Act("IM V", lambda e, c, i: e.remedies.plan(c, NOBODY, Remedy(Way.PERSON))),
    "remedies.apply": Act("IMT ", lambda e, c, i: e.remedies.apply(c, NOBODY, Remedy(Way.METHOD, relay_id=NOBODY))),
    "access.plan_device": Act("IM V", lambda e, c, i: e.access.plan_device(c)),
    "search.find": Act("IMTV", lambda e, c, i: e.search.find(c, "anna")),
    "search.find by PIN": Act("IM  ", lambda e, c, i: e.search.find(c, "pin:1234")),
    "dashboard.read": Act("IMTV", lambda e, c, i: e.dashboard.read(c)),
    "dashboard.summary": Act("IMTV", lambda e, c, i: e.dashboard.summary(c)),
    "retention.figures": Act("IM V", lambda e, c, i: e.retention.figures(c)),
    "settings.all": Act("IM V", lambda e, c, i: e.settings.all(c)),
    "settings.facts": Act("IM V", lambda e, c, i: e.settings.facts(c)),
    "settings.edit of visitors": Act("IM  ", lambda e, c, i: e.settings.edit(c, {"visitor.span": "4"})),
    "settings.edit": Act("I   ", lambda e, c, i: e.settings.edit(c, {"sms.success": "OK"})),
    "settings.test": Act("I   ", lambda e, c, i: e.settings.test(c, OutgoingKind.MAIL, "x@example.com")),
    "outbox.list": Act("IM V", lambda e, c, i: e.outbox.list(c, QUERY).first(1)),
    "outbox.get": Act("IM V", lambda e, c, i: e.outbox.get(c, NOBODY)),
    "outbox.read": Act("IM  ", lambda e, c, i: e.outbox.read(c, NOBODY)),
    "outbox.print": Act("IM  ", lambda e, c, i: e.outbox.print(c, NOBODY, Path("/dev/shm") / new_id())),
    "outbox.send_again": Act("IM  ", lambda e, c, i: e.outbox.send_again(c, [NOBODY])),
    "outbox.hand_over": Act("IM  ", lambda e, c, i: e.outbox.hand_over(c, [NOBODY])),
    "outbox.delete": Act("IM  ", lambda e, c, i: e.outbox.delete(c, [NOBODY])),
    "backups.write": Act("IM  ", lambda e, c, i: e.backups.write(c, Path("/nowhere/backup.db"))),
    "files.export": Act("IM V", lambda e, c, i: e.files.export("resident", c, QUERY, Path("/nowhere/rows.csv"))),
    "engine.files.export of logs": Act(
        "IMTV", lambda e, c, i: e.files.export("door-log", c, QUERY, Path("/nowhere/rows.csv"))
    ),
    "engine.list undo": Act("IM  ", lambda e, c, i: e.list("undo", c).first(1)),
}

FREE = frozenset(
    {
        "sign_in.site_names",
        "sign_in.prove",
        "sign_in.obtain_code",
        "sign_in.prove_code",
        "sign_in.agree",
        "sign_in.decline",
        "sign_in.enter",
        "sign_in.login",
        "sessions.resume",
        "forgotten.ask",
        "forgotten.reset",
        "kept.put",
        "kept.get",
        "kept.drop",
        "kept.where",
        "kept.keep_password",
        "kept.password",
        "kept.has_keyring",
        "agents.state",
    }
)
"""Before there is a context, or without any: they take none."""

SWITCHED = {
    "log_access": {
        "logs.list",
        "logs.get",
        "logs.newest",
        "access.why of a log line",
        "access.reasons",
        "engine.files.export of logs",
    },
    "delete_residents": {
        "apartments.reset",
        "apartments.reset_preview",
        "moves.preview",
        "moves.check",
        "moves.move",
        "moves.change",
        "moves.cancel",
        "residents.deletion",
        "residents.delete",
        "library.taking",
        "library.delete",
        "ghosts.clean",
        "staff.deletion",
        "staff.delete",
        "deliveries.deletion",
        "deliveries.delete",
    },
}
"""Switch of an account -> what a property manager loses with it (rules 1.1)."""


def _proof(engine: Engine, context: Context) -> Proof:
    """A proof of the acting account itself, which is not linked with itself."""
    assert context.actor_id is not None
    return Proof(context.actor_id, "", "", context.community_id, Via.APP, engine.clock(), False, ())


LETTERS = {Role.INSTALLER: "I", Role.MANAGER: "M", Role.TECHNICIAN: "T", Role.VIEWER: "V"}


@dataclass(frozen=True)
class Site:
    """One site for the whole table: its engine, an account of each role, and records to name."""

    engine: Engine
    accounts: dict[str, Context]
    ids: dict[str, int]

    def allows(self, act: Act, account: str) -> bool:
        """Whether the account gets past the permission; anything else that is wrong does not count."""
        try:
            act.call(self.engine, self.accounts[account].again(), self.ids)
        except Forbidden:
            return False
        except SmartPlusError:
            return True
        return True


@pytest.fixture(scope="module")
def site(template_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with accounts of every role, of each switch turned off, and a disabled one."""
    root = Path(shutil.copytree(template_site, tmp_path_factory.mktemp("matrix") / "site"))
    clock = FakeClock()
    with closing(open_site(root, clock=clock)) as store, store.write(agent_context(1), "test.site") as work:
        work.require("building.write")
        community = insert_community(work)
        building = insert_building(work, community)
        apartment = insert_apartment(work, building)
        device = insert_device(work, community)
        ids = {
            "building": building,
            "apartment": apartment,
            "resident": insert_resident(work, community, apartment),
            "device": device,
            "relay": work.insert(t.relay, uuid=new_id(), device_id=device, number=1, name="Gate", name_fold="gate"),
        }
        made: dict[str, dict[str, Any]] = {role.value: {"role": role} for role in Role}
        made |= {switch: {"role": Role.MANAGER, switch: False} for switch in SWITCHED}
        made["disabled"] = {"role": Role.INSTALLER}
        accounts = {
            name: work.insert(
                t.manager, uuid=new_id(), community_id=community, email=f"{name}@example.com", name=name, **columns
            )
            for name, columns in made.items()
        }
    engine = Engine(root, clock=clock)
    engine.start()
    contexts = {name: Context(row_id, name, community, Via.APP) for name, row_id in accounts.items()}
    ids["made_building"] = engine.buildings.add(contexts["installer"].again(), "Made").operation
    disable = update(t.manager).where(t.manager.c.id == accounts["disabled"]).values(disabled=True)
    with engine.backups.store.books(agent_context(community)) as work:
        work.connection.execute(disable)
    yield Site(engine, contexts, ids)
    engine.close()


def services(engine: Engine) -> dict[str, Service]:
    """The services that the engine holds for screens and commands."""
    held = {name: getattr(engine, name) for name in SERVICES}
    assert all(isinstance(service, Service) for service in held.values())
    return held


def methods(engine: Engine) -> set[str]:
    """Every public method of every service, "service.method"."""
    return {
        f"{name}.{method}"
        for name, service in services(engine).items()
        for method, value in inspect.getmembers(type(service), callable)
        if not method.startswith("_")
    }


@pytest.mark.feature("ACC-08")
def test_every_public_method_stands_in_the_table(site: Site) -> None:
    told = {name.partition(" ")[0] for name in ACTS if not name.startswith(("engine.", "files."))}
    assert methods(site.engine) == told | FREE


def test_the_engine_has_every_service_of_its_contract(site: Site) -> None:
    assert services(site.engine).keys() == {
        "communities", "buildings", "apartments", "moves", "residents", "groups", "holidays", "devices", "doors",
        "relay_holds",
        "logs", "operations", "amenities", "bookings", "undo", "undoable", "managers", "first_passwords",
        "device_setup", "device_sheets",
        "sign_in", "sessions", "account", "forgotten", "kept", "sites",
        "sync", "sync_doors", "revocations", "drift",
        "access", "remedies", "search", "dashboard", "agents", "backups", "settings", "outbox", "imports",
        "temp_keys", "library", "library_pins", "library_cards", "ghosts", "staff", "deliveries",
        "staff_imports", "retention",
    }  # fmt: skip


def test_what_asks_nobody_takes_no_context(site: Site) -> None:
    held = services(site.engine)
    for name in FREE:
        service, _, method = name.partition(".")
        assert "context" not in inspect.signature(getattr(held[service], method)).parameters, name
    for name in methods(site.engine) - FREE:
        service, _, method = name.partition(".")
        assert next(iter(inspect.signature(getattr(held[service], method)).parameters)) == "context", name


@pytest.mark.feature("ACC-08")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(site: Site, role: Role) -> None:
    may = {name for name, act in ACTS.items() if site.allows(act, role.value)}
    assert may == {name for name, act in ACTS.items() if LETTERS[role] in act.who}


@pytest.mark.feature("ACC-08")
@pytest.mark.feature("LOG-08")
@pytest.mark.parametrize("switch", list(SWITCHED))
def test_a_switch_that_is_off_takes_away_what_it_names(site: Site, switch: str) -> None:
    refused = {name for name, act in ACTS.items() if not site.allows(act, switch)}
    assert refused - {name for name, act in ACTS.items() if "M" not in act.who} == SWITCHED[switch]


@pytest.mark.feature("ACC-08")
def test_a_disabled_account_may_do_nothing_at_all(site: Site) -> None:
    assert [name for name, act in ACTS.items() if site.allows(act, "disabled")] == []


@pytest.mark.feature("LOG-08")
def test_the_dashboard_keeps_the_switch_of_the_logs_too(site: Site) -> None:
    assert site.engine.dashboard.read(site.accounts["log_access"]).days == ()
    assert len(site.engine.dashboard.read(site.accounts["manager"]).days) == 7
