"""PIN access mode: in APT+PIN mode a PIN counts within its apartment; the way back needs PINs apart."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.enums import CredentialKind, CredentialStatus, PinMode, Role
from backend.domain.errors import Conflict, Forbidden, Invalid, Stale
from backend.services.communities import Communities
from backend.services.credentials import Value, clash
from backend.store import tables as t
from tests.services.people.park import Park
from tests.services.people.pins import add_staff, switch
from tests.support.rows import manager_contexts

pytestmark = pytest.mark.feature("SET-01")


def mode(park: Park) -> str:
    """The mode as it stands."""
    return Communities(park.store).get(park.context).pin_mode


def scopes(park: Park) -> dict[int, str]:
    """Credential -> scope."""
    return {row["id"]: row["scope"] for row in park.rows(t.credential)}


def pairs(park: Park) -> list[tuple[str, str, str, str, str]]:
    """What the collision report says: masked PIN, and name and place of both."""
    found = Communities(park.store).pin_collisions(park.context)
    assert found.total == len(found.pairs)
    return [(one.masked, one.first.name, one.first.place, one.second.name, one.second.place) for one in found.pairs]


@pytest.mark.edge("3")
@pytest.mark.edge("4")
def test_in_apt_pin_mode_two_apartments_share_a_pin_and_the_way_back_names_them(park: Park) -> None:
    anna = park.add(pin="2041", cards=("0A1B2C7F",)).id
    before = scopes(park)
    gens = park.gens()
    saved = switch(park, PinMode.APT_PIN)
    assert set(saved.doors) == set(gens)
    assert all(park.gens()[device] > gens[device] for device in gens)
    jan = park.add(number="1002", first="Jan", last="Nowak", pin="2041").id
    with pytest.raises(Conflict, match="belongs to Anna Kowalska"):
        park.add(first="Piotr", pin="2041")
    held = scopes(park)
    with pytest.raises(Conflict) as caught:
        switch(park, PinMode.PIN)
    assert caught.value.field == "pin_mode"
    assert str(caught.value).startswith("1 pair of people shares a PIN")
    assert "2041" not in str(caught.value)
    assert (mode(park), scopes(park)) == ("apt_pin", held)
    assert pairs(park) == [("··41", "Anna Kowalska", "A 1001", "Jan Nowak", "A 1002")]
    park.edit(jan, pin="3052")
    assert len(pairs(park)) == 1, "the freed PIN still cools"
    with pytest.raises(Conflict):
        switch(park, PinMode.PIN)
    park.prove()
    assert pairs(park) == []
    switch(park, PinMode.PIN)
    assert {key: scope for key, scope in scopes(park).items() if key in before} == before
    with pytest.raises(Conflict, match="belongs to Jan Nowak"):
        park.edit(anna, pin="3052")


@pytest.mark.edge("4")
def test_a_refused_switch_keeps_the_other_facts_of_the_form_too(park: Park) -> None:
    switch(park, PinMode.APT_PIN)
    park.add(pin="2041")
    park.add(number="1002", first="Jan", pin="2041")
    communities = Communities(park.store)
    before = communities.get(park.context)
    with pytest.raises(Conflict):
        communities.edit(park.act, before.version, city="Albany", pin_mode="pin")
    assert communities.get(park.context) == before
    with pytest.raises(Invalid) as caught:
        communities.edit(park.act, before.version, pin_mode="both")
    assert set(caught.value.fields) == {"pin_mode"}
    with pytest.raises(Stale):
        communities.set_pin_mode(park.act, before.version - 1, PinMode.APT_PIN)


@pytest.mark.edge("5")
@pytest.mark.parametrize("wanted", list(PinMode))
def test_a_pin_of_the_staff_is_no_residents_in_either_mode(park: Park, wanted: PinMode) -> None:
    switch(park, wanted)
    add_staff(park, "6060")
    with pytest.raises(Conflict, match="This PIN belongs to Ola Berg"):
        park.add(pin="6060")
    park.add(pin="2041")
    value = Value(CredentialKind.PIN, "2041", f"c:{park.context.community_id}")
    with park.store.read() as connection:
        assert clash(connection, park.store.sealer, value, None) == "This PIN belongs to Anna Kowalska, A 1001."
        other = Value(CredentialKind.PIN, "6060", "a:999999", community_id=park.context.community_id + 1)
        assert clash(connection, park.store.sealer, other, None) == "", "of another community"


@pytest.mark.edge("4")
@pytest.mark.feature("SYNC-07")
def test_a_switch_is_undone_only_while_no_collision_came(park: Park) -> None:
    park.add(pin="2041")
    before = scopes(park)
    park.take_back(switch(park, PinMode.APT_PIN))
    assert (mode(park), scopes(park)) == ("pin", before)
    again = switch(park, PinMode.APT_PIN)
    park.add(number="1002", first="Jan", pin="2041")
    held = scopes(park)
    with pytest.raises(Conflict, match="cannot be undone: 1 pair of people shares a PIN"):
        park.take_back(again)
    assert (mode(park), scopes(park)) == ("apt_pin", held)


@pytest.mark.edge("4")
@pytest.mark.feature("SYNC-07")
def test_who_comes_back_after_a_switch_comes_into_the_scope_of_today(park: Park) -> None:
    anna = park.add(pin="2041").id
    gone = park.delete(anna)
    switch(park, PinMode.APT_PIN)
    with pytest.raises(Conflict, match="not yet proved gone"):
        park.add(number="1002", first="Jan", pin="2041")
    park.prove()
    jan = park.add(number="1002", first="Jan", pin="2041").id
    park.take_back(gone)
    (code,) = park.rows(t.credential, holder_id=anna)
    assert (code["status"], code["scope"]) == ("active", f"a:{park.apartments['1001']}")
    with pytest.raises(Conflict, match="1 pair of people"):
        switch(park, PinMode.PIN)
    left = park.delete(anna)
    park.prove()
    switch(park, PinMode.PIN)
    with pytest.raises(Conflict, match=r"cannot be undone\. This PIN belongs to Jan"):
        park.take_back(left)
    assert park.statuses(jan) == ["active"]


@pytest.mark.edge("4")
@pytest.mark.feature("SYNC-07")
def test_two_who_shared_a_pin_do_not_both_come_back_into_pin_mode(park: Park) -> None:
    switch(park, PinMode.APT_PIN)
    one, other = park.add(pin="2041").id, park.add(number="1002", first="Jan", pin="2041").id
    gone = park.delete(one, other)
    park.prove()
    switch(park, PinMode.PIN)
    with pytest.raises(Conflict, match="two of these people would have the same PIN"):
        park.take_back(gone)
    assert park.rows(t.resident) == []


@pytest.mark.feature("ACC-08")
def test_who_may_not_change_the_community_neither_switches_nor_reads_collisions(park: Park) -> None:
    viewer = manager_contexts(park.store)(Role.VIEWER, name="Vera")
    for ask in (
        lambda: Communities(park.store).pin_collisions(viewer),
        lambda: Communities(park.store).set_pin_mode(viewer.again(), 1, PinMode.APT_PIN),
    ):
        with pytest.raises(Forbidden):
            ask()


@pytest.mark.edge("3")
@pytest.mark.edge("4")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.tuples(st.sampled_from(["1001", "1002"]), st.sampled_from(["11", "22", "33"])), max_size=6))
def test_there_and_back_restores_the_scopes_or_refuses_with_exactly_the_colliding_pairs(
    park: Park, people: list[tuple[str, str]]
) -> None:
    """Whoever lives where with whatever PIN: the report is what a plain look at all PINs finds."""
    if there := [row["id"] for row in park.rows(t.resident)]:
        park.delete(*there)
    park.prove()
    if mode(park) == PinMode.APT_PIN.value:
        switch(park, PinMode.PIN)
    start = scopes(park)
    switch(park, PinMode.APT_PIN)
    owners: dict[str, list[str]] = defaultdict(list)
    for number, (flat, pin) in enumerate(people):
        if f"A {flat}" not in owners[pin]:
            park.add(number=flat, first=f"P{number}", last="Test", pin=pin)
            owners[pin].append(f"A {flat}")
    live = {row["id"]: row["scope"] for row in park.rows(t.credential, status=CredentialStatus.ACTIVE.value)}
    assert set(live.values()) == {f"a:{park.apartments[flat]}" for flat, _ in people}
    expected = sorted(pair for flats in owners.values() for pair in combinations(sorted(flats), 2))
    found = sorted(tuple(sorted((one[2], one[4]))) for one in pairs(park))
    assert found == expected
    if expected:
        with pytest.raises(Conflict, match=f"^{len(expected)} pair"):
            switch(park, PinMode.PIN)
        assert {key: scope for key, scope in scopes(park).items() if key in live} == live
        return
    switch(park, PinMode.PIN)
    whole = f"c:{park.context.community_id}"
    assert scopes(park) == {**start, **dict.fromkeys(live, whole)}
    switch(park, PinMode.APT_PIN)
    assert {key: scope for key, scope in scopes(park).items() if key in live} == live
