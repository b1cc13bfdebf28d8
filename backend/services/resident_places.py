"""Where a resident lives, and what a form can know from there (rules 5.1; task rule 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.countries import calling_code_of, find_country
from backend.domain.enums import CredentialKind, ResidentRole
from backend.domain.errors import Invalid, NotFound
from backend.services.apartment_pages import apartment_row
from backend.services.buildings import default_group
from backend.services.communities import community_row
from backend.services.credentials import scope_of, spoken
from backend.store import tables as t


@dataclass(frozen=True, slots=True)
class Place:
    """An apartment with its community's settings, its family, and the group that its people get by default."""

    community_id: int
    apartment_id: int
    building: str
    number: str
    pin_mode: str
    country: str
    free_members: int
    master: str
    """The master's name as on lists, "" while there is none."""
    master_last: str
    members: int
    default_group_id: int | None
    member_limit: int | None = None
    """How many family members the apartment may have, None where nothing limits them."""
    id_access: bool = False
    landline: bool = True
    licence: Mapping[str, Any] | None = None
    """Columns of the account that stays with the apartment while nobody lives there, None where there is none."""

    @property
    def name(self) -> str:
        """Building and number, "A 1001"."""
        return f"{self.building} {self.number}"

    @property
    def calling_code(self) -> str:
        """The calling code of the community's country, "" when it has none."""
        return calling_code_of(self.country)

    @property
    def country_name(self) -> str:
        """The country in words."""
        country = find_country(self.country)
        return country.name if country else self.country

    def scope(self, kind: CredentialKind) -> str:
        """In which scope nobody else may have a value of this kind."""
        return scope_of(kind, self.pin_mode, self.community_id, self.apartment_id)

    def role_of(self, wanted: ResidentRole | None) -> ResidentRole:
        """The role of a new account: as wanted, else master of an apartment without one, else member."""
        return wanted or (ResidentRole.MEMBER if self.master else ResidentRole.MASTER)

    def fee(self, members: int) -> str:
        """One sentence where a family of so many members has more than are free, else "" (rules 5.7)."""
        if members <= self.free_members:
            return ""
        beyond = members - self.free_members
        more = "1 more needs" if beyond == 1 else f"{beyond} more need"
        return f"{self.free_members} family members are free, {more} an activation fee."

    def default_groups(self) -> tuple[int, ...]:
        """The groups of somebody for whom none is chosen."""
        return () if self.default_group_id is None else (self.default_group_id,)

    def sources(self) -> dict[str, str]:
        """Where each default comes from, in words."""
        told = {"role": f"{self.name} has a master" if self.master else f"first account of {self.name}"}
        if self.master_last:
            told["last"] = f"from the master, {spoken(self.master)}"
        if self.calling_code:
            told["calling_code"] = f"from the community, {self.country_name}"
        if self.default_group_id is not None:
            told["group_ids"] = f"default of building {self.building}"
        return told


def place_of(
    connection: Connection, community_id: int, apartment_id: int | None, leaving: Collection[int] = ()
) -> Place:
    """The place of an apartment, without those who are `leaving` it.

    Raises Invalid (apartment_id) when none is chosen or it is gone.
    """
    if apartment_id is None:
        raise Invalid({"apartment_id": "Choose an apartment."})
    try:
        apartment = apartment_row(connection, community_id, apartment_id)
    except NotFound:
        raise Invalid({"apartment_id": "This apartment does not exist any more."}) from None
    community = community_row(connection, community_id)
    family = connection.execute(
        select(t.resident.c.role, t.resident.c.last, t.holder.c.name)
        .join(t.holder, t.holder.c.id == t.resident.c.id)
        .where(t.resident.c.apartment_id == apartment_id, t.resident.c.id.not_in(leaving))
    ).all()
    master = next((person for person in family if person.role == ResidentRole.MASTER.value), None)
    return Place(
        community_id=community_id,
        apartment_id=apartment_id,
        building=apartment.building,
        number=apartment.number,
        pin_mode=community.pin_mode,
        country=community.country,
        free_members=community.free_members,
        master=master.name if master else "",
        master_last=master.last if master else "",
        members=sum(person.role == ResidentRole.MEMBER.value for person in family),
        default_group_id=default_group(connection, apartment.building_id),
        member_limit=apartment.member_limit if apartment.member_limit_on else None,
        id_access=community.id_access,
        landline=community.landline,
        licence=licence_of(apartment),
    )


def licence_of(apartment: Row[Any]) -> dict[str, Any] | None:
    """The account that waits in an apartment for its next master, as columns of `resident` (rules 4.2)."""
    if apartment.licence is None:
        return None
    return {"account_status": apartment.licence, "expires_at": apartment.licence_until}
