"""The first records of a new site: its community and its first installer."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.account_drafts import ManagerDraft
from backend.domain.context import Context, new_id
from backend.domain.enums import Role, Via
from backend.domain.errors import Invalid
from backend.domain.formats import zone_info
from backend.domain.names import check_name
from backend.services.community_checks import checked_country
from backend.services.managers import check_account, insert_account
from backend.services.passwords import hash_password
from backend.store import tables as t
from backend.store.store import Store

FIRST_COMMUNITY = 1
"""Id of the community that a site is made with."""


@dataclass(frozen=True, slots=True)
class FirstRecords:
    """What `check_first` found in order, the password hashed already."""

    community: str
    timezone: str
    country: str
    account: ManagerDraft
    password_hash: str


def check_first(*, community: str, timezone: str, country: str, email: str, name: str, password: str) -> FirstRecords:
    """The first records in order, before anything is written.

    Raises Invalid naming every bad field: community, timezone, country, and of the account email, name, password.
    """
    bad: dict[str, str] = {}
    title = community
    try:
        title = check_name(community, "community")
    except Invalid as error:
        bad |= error.fields
    try:
        zone_info(timezone)
    except Invalid as error:
        bad |= error.fields
    try:
        country = checked_country(country)
    except Invalid as error:
        bad |= error.fields
    account = ManagerDraft(email=email, name=name, role=Role.INSTALLER, password=password)
    try:
        account = check_account(account)
    except Invalid as error:
        bad |= error.fields
    if bad:
        raise Invalid(bad)
    return FirstRecords(title, timezone, country, account, hash_password(password))


def insert_first(store: Store, first: FirstRecords) -> None:
    """Write the community and its installer into a fresh site, in one unit of work."""
    context = Context(None, first.account.name, FIRST_COMMUNITY, Via.COMMAND)
    with store.write(context, "community.add") as work:
        work.require("community.write")
        work.insert(
            t.community,
            id=FIRST_COMMUNITY,
            uuid=new_id(),
            name=first.community,
            timezone=first.timezone,
            country=first.country,
        )
        insert_account(work, first.account, first.password_hash)
        work.tell("Made the site", "community", FIRST_COMMUNITY, first.community, undoable=False)
        work.touch("buildings")
