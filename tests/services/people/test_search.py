"""One search over people, apartments, doors and devices."""

from __future__ import annotations

import pytest

from backend.domain.enums import Role
from backend.domain.errors import Forbidden, Invalid
from backend.services.apartments import Apartments
from backend.store import tables as t
from tests.services.people.park import Park
from tests.support.rows import ManagerContext


def found(park: Park, text: str) -> list[tuple[str, str]]:
    """Hits as record and title."""
    return [(hit.record, hit.title) for hit in park.search.find(park.context, text)]


@pytest.mark.feature("RES-06")
def test_exact_number_comes_before_starts_and_parts(park: Park) -> None:
    Apartments(park.store).add(park.act, park.building, "100")
    Apartments(park.store).add(park.act, park.building, "21001")
    titles = [title for _, title in found(park, "1001")]
    assert titles == ["A 1001", "A 21001"]
    assert [title for _, title in found(park, "100")] == ["A 100", "A 1001", "A 1002", "A 1003", "A 21001"]


def test_start_of_a_word_comes_before_anywhere(park: Park) -> None:
    park.add(first="Marianna", last="Lis")
    park.add(number="1002", first="Anna", last="Zych")
    park.add(number="1003", first="Ola", last="Hanna")
    assert found(park, "ann") == [("resident", "Zych, Anna"), ("resident", "Hanna, Ola"), ("resident", "Lis, Marianna")]


@pytest.mark.feature("RES-06")
def test_whole_words_come_before_beginnings_and_the_whole_name_before_all(park: Park) -> None:
    park.add(first="Ann", last="Zorn")
    park.add(number="1002", first="Anna", last="Abel")
    park.add(number="1003", first="Abel", last="Ann")
    assert [title for _, title in found(park, "ann")] == ["Ann, Abel", "Zorn, Ann", "Abel, Anna"]
    assert [title for _, title in found(park, "zorn ann")] == ["Zorn, Ann"]
    assert [title for _, title in found(park, "abel ann")] == ["Ann, Abel", "Abel, Anna"]


def test_door_meant_by_all_its_words_comes_before_one_that_has_them_in_parts(park: Park) -> None:
    with park.store.write(park.act, "test.rename") as work:
        for relay_id, name in ((park.rows(t.relay)[0]["id"], "A Lobby"), (park.rows(t.relay)[1]["id"], "B Lobby")):
            work.connection.execute(
                t.relay.update().where(t.relay.c.id == relay_id).values(name=name, name_fold=name.lower())
            )
        work.require("device.write")
        work.tell("Renamed", "door", None, "", undoable=False)
    assert [title for kind, title in found(park, "lobby b") if kind == "door"] == ["B Lobby", "A Lobby"]
    assert [title for kind, title in found(park, "lobby") if kind == "door"][:2] == ["A Lobby", "B Lobby"]


def test_twins_are_told_apart_by_apartment(park: Park) -> None:
    park.add()
    twin = park.add(number="1002")
    assert [hit.detail for hit in park.search.find(park.context, "kowal anna")] == ["A 1001", "A 1002"]
    (hit,) = park.search.find(park.context, "kowal 1002")
    assert (hit.id, hit.detail) == (twin.id, "A 1002")


def test_accents_case_and_order_do_not_matter(park: Park) -> None:
    park.add(first="Émile", last="Łukasz")
    for text in ("emile lukasz", "LUKASZ, ÉMILE", "luk em"):
        assert found(park, text) == [("resident", "Łukasz, Émile")]
    assert found(park, "luk xx") == []
    assert found(park, "  ") == []


def test_signs_of_the_pattern_language_mean_themselves(park: Park) -> None:
    park.add(last="100% Kowal_ska")
    assert found(park, "%") == [("resident", "100% Kowal_ska, Anna")]
    assert found(park, "kowal_") == [("resident", "100% Kowal_ska, Anna")]
    assert found(park, "k%l") == []


def test_doors_and_devices_are_found_beside_people(park: Park) -> None:
    park.add(last="Gaterson")
    assert found(park, "gate") == [("device", "Gate"), ("door", "Main Gate"), ("resident", "Gaterson, Anna")]
    assert found(park, "lobby door") == [("door", "Lobby Door")]
    mac = park.rows(t.device, id=park.gate)[0]["mac"]
    assert found(park, mac.lower()) == [("device", "Gate")]


def test_uid_finds_its_resident_first(park: Park) -> None:
    anna = park.add()
    uid = park.residents.get(park.context, anna.id).uid
    assert found(park, uid) == [("resident", "Kowalska, Anna")]


@pytest.mark.edge(8)
@pytest.mark.feature("LIB-02")
def test_card_is_found_whole_in_any_notation_and_never_in_part(park: Park) -> None:
    park.add(cards=("0A1B2C3D",))
    for text in ("0a:1b:2c:3d", "3D2C1B0A", "0169552957"):
        assert found(park, text) == [("resident", "Kowalska, Anna")]
    assert found(park, "0A1B2C") == []


@pytest.mark.feature("LIB-01")
def test_pin_is_found_whole_after_its_word_only_and_leaves_an_operation(park: Park) -> None:
    anna = park.add(pin="2041")
    assert found(park, "2041") == []
    assert [hit.id for hit in park.search.find(park.act, "PIN: 2041")] == [anna.id]
    assert park.search.find(park.act, "pin:204") == ()
    operations = park.rows(t.operation, type="search.pin")
    assert [(one["action"], one["undoable"], one["entity_name"]) for one in operations] == [
        ("Looked up a PIN", False, "")
    ] * 2
    with pytest.raises(Invalid) as caught:
        park.search.find(park.act, "pin:9123")
    assert caught.value.fields == {"text": "A PIN cannot start with 9: those are temporary keys."}


def test_what_may_not_be_read_is_not_found(park: Park, manager_context: ManagerContext) -> None:
    park.add(last="Gaterson", pin="2041", cards=("0A1B2C3D",))
    home = park.context.community_id
    technician = manager_context(Role.TECHNICIAN, community_id=home)
    assert [hit.record for hit in park.search.find(technician, "gate")] == ["device", "door"]
    assert park.search.find(technician, "0A1B2C3D") == ()
    with pytest.raises(Forbidden):
        park.search.find(manager_context(Role.VIEWER, community_id=home), "pin:2041")
    assert park.search.find(manager_context(Role.INSTALLER), "gate") == ()


def test_limit_holds(park: Park) -> None:
    assert len(park.search.find(park.context, "100", limit=2)) == 2


def test_resident_is_meant_by_id_uid_or_name(park: Park) -> None:
    from backend.domain.errors import Conflict, NotFound

    anna = park.add()
    joanna = park.add(number="1002", first="Joanna")
    uid = park.residents.get(park.context, joanna.id).uid
    find = park.residents.find
    assert find(park.context, str(anna.id)) == anna.id
    assert find(park.context, uid) == joanna.id
    assert find(park.context, "joan") == joanna.id
    assert find(park.context, "kowalska 1001") == anna.id
    assert find(park.context, "Kowalska, Anna") == find(park.context, "anna kowalska") == anna.id
    with pytest.raises(Conflict) as caught:
        find(park.context, "kowal")
    assert str(caught.value) == (
        f"Several residents match 'kowal': Kowalska, Anna · A 1001 ({anna.id}); "
        f"Kowalska, Joanna · A 1002 ({joanna.id})."
    )
    for text in ("nowak", "999999", " ", "1001", "a 1001x"):
        with pytest.raises(NotFound):
            find(park.context, text)
