"""The first steps of a new site, one short form each; what is done can be done again (feature OPS-01)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backend.domain.errors import Invalid
from screens.base.session import Session
from screens.device_form import ask_device, found_draft
from screens.first_facts import Facts
from widgets.form import FormField, TextField

if TYPE_CHECKING:
    from backend.domain.records import Saved

Waited = Callable[[float], None]
"""Hears how many seconds a device has been waited for."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: its name, what it is for before it is done, what it asks."""

    title: str
    hint: str
    lead: tuple[str, ...] = ()

    def fields(self) -> Sequence[FormField]:
        """The fields of its form, what must be typed first."""
        raise NotImplementedError(self.title)

    async def values(self, session: Session, facts: Facts) -> dict[str, Any]:
        """What its form begins with."""
        del session, facts
        return {}

    def done(self, facts: Facts) -> str:
        """What it has made, "" while it has made nothing."""
        raise NotImplementedError(self.title)

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Do it; known errors name the fields. None where nothing was to be done."""
        raise NotImplementedError(self.title)


class CommunityStep(Step):
    """What the community is called and where it is."""

    def fields(self) -> Sequence[FormField]:
        """Name and place, then what follows from them."""
        return (
            TextField("name", "Name", required=True, max_length=64),
            TextField("city", "City", max_length=128),
            TextField("country", "Country", hint="by name or code"),
            TextField("timezone", "Time zone", required=True, hint="as in Europe/Berlin"),
        )

    async def values(self, session: Session, facts: Facts) -> dict[str, Any]:
        """As it stands."""
        record = facts.community
        return {"name": record.name, "city": record.city, "country": record.country, "timezone": record.timezone}

    def done(self, facts: Facts) -> str:
        """Name and city."""
        record = facts.community
        return ", ".join(filter(None, (record.name, record.city))) if facts.told else ""

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Change the community."""
        edit = session.engine.communities.edit
        return await session.ask(edit, session.act(), facts.community.version, **values)


class BuildingStep(Step):
    """The first building; its default access group is made with it."""

    def fields(self) -> Sequence[FormField]:
        """One name."""
        return (TextField("name", "Building", required=True, max_length=64, hint="as people call it"),)

    async def values(self, session: Session, facts: Facts) -> dict[str, Any]:
        """Its name, A for a first one."""
        return {"name": facts.building.values["name"] if facts.building else "A"}

    def done(self, facts: Facts) -> str:
        """Its name."""
        return str(facts.building.values["name"]) if facts.building else ""

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Add or rename it."""
        buildings = session.engine.buildings
        if facts.building is None:
            return await session.ask(buildings.add, session.act(), values["name"])
        record = await session.ask(buildings.get, session.context, facts.building.id)
        return await session.ask(buildings.rename, session.act(), record.id, record.version, values["name"])


class ApartmentsStep(Step):
    """Apartments from one number to another; more of them come on each visit."""

    def fields(self) -> Sequence[FormField]:
        """The ends of the range."""
        return (
            TextField("first", "First APT", required=True, max_length=6, hint="as wide as all shall be: 0101"),
            TextField("last", "Last APT", required=True, max_length=6, hint="included; 1,000 at most"),
        )

    def done(self, facts: Facts) -> str:
        """How many there are."""
        if facts.apartment is None:
            return ""
        first = str(facts.apartment.values["number"])
        return f"{first} and {facts.apartments - 1} more" if facts.apartments > 1 else first

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Add them to the first building; two empty fields are no more of them."""
        first, last = values["first"].strip(), values["last"].strip()
        if not (first or last) and facts.apartment is not None:
            return None
        if facts.building is None:
            raise Invalid({"": "Add the building first: PgUp goes back to it."})
        return await session.ask(
            session.engine.apartments.add_range, session.act(), facts.building.id, first, last or first
        )


class DoorStep(Step):
    """The first door phone, asked at its address; a virtual one stands in where there is none."""

    def fields(self) -> Sequence[FormField]:
        """Address and login: the rest is read from the device."""
        return (
            TextField("address", "Address", required=True, hint="10.0.0.5 or https://10.0.0.5"),
            TextField("user", "User name", max_length=64, hint="of its HTTP API"),
            TextField("password", "Password", secret=True, max_length=128),
            TextField("name", "Name it", required=True, max_length=63),
        )

    async def values(self, session: Session, facts: Facts) -> dict[str, Any]:
        """What most devices have."""
        return {"user": "admin", "name": "Main Gate"}

    def done(self, facts: Facts) -> str:
        """Its name and whether it has answered."""
        return f"{facts.door.name}, {facts.door.status.value.replace('_', ' ')}" if facts.door else ""

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Ask what is there, and add it when it can be used; no address is no more of them."""
        address = values["address"].strip()
        if not address and facts.door is not None:
            return None
        if not address:
            raise Invalid({"address": "An address is needed, such as 192.168.1.20. F7 takes a virtual door instead."})
        finding = await ask_device(session, address, values["user"], values["password"], waited=waited)
        finding.demand_usable()
        draft = found_draft(finding, values["name"], values["user"], values["password"])
        return await session.ask(session.engine.devices.add, session.act(), draft)


class PersonStep(Step):
    """The first resident, with a PIN that opens the door."""

    def fields(self) -> Sequence[FormField]:
        """A name and a PIN; the apartment is the first one."""
        return (
            TextField("first", "First name", required=True, max_length=64),
            TextField("last", "Last name", required=True, max_length=64),
            TextField("pin", "PIN", required=True, max_length=8, hint="2 to 8 digits, no 9 in front"),
        )

    async def values(self, session: Session, facts: Facts) -> dict[str, Any]:
        """A PIN that nobody has."""
        if facts.apartment is None or facts.resident is not None:
            return {}
        defaults = session.engine.residents.defaults
        return {"pin": (await session.ask(defaults, session.context, facts.apartment.id)).free_pin}

    def done(self, facts: Facts) -> str:
        """Who it is, and where they live."""
        if facts.resident is None:
            return ""
        values = facts.resident.values
        return f"{values['name']}, {values['building']} {values['apartment']}"

    async def save(self, session: Session, facts: Facts, values: dict[str, Any], waited: Waited) -> Saved | None:
        """Add them to the first apartment; three empty fields are nobody more."""
        from backend.domain.residents import ResidentDraft

        if facts.resident is not None and not any(text.strip() for text in values.values()):
            return None
        if facts.apartment is None:
            raise Invalid({"": "Add the apartments first: PgUp goes back to them."})
        draft = ResidentDraft(apartment_id=facts.apartment.id, **{key: text.strip() for key, text in values.items()})
        return await session.ask(session.engine.residents.add, session.act(), draft)


STEPS: tuple[Step, ...] = (
    CommunityStep("Community", "its name, and where it is"),
    BuildingStep("First building", "with its access group"),
    ApartmentsStep("Apartments", "first to last number"),
    DoorStep(
        "First door",
        "at its address",
        ("A device is not changed before it is added.", "What stands at the address is said in words."),
    ),
    PersonStep("First resident", "with a PIN", ("The first of an apartment is its master.",)),
)
