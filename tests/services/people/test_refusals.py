"""Why keys and people who are gone are refused: keys have their own doors, are used up, over or deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.domain.errors import NotFound
from backend.store import tables as t
from tests.services.people.park import Park
from tests.services.people.test_temp_keys import TONIGHT, Keys

pytestmark = pytest.mark.feature("SYNC-05")


@pytest.fixture
def keys(park: Park) -> Keys:
    return Keys(park)


def told(park: Park) -> tuple[str, str, tuple[str, ...]]:
    """The last line of the log: in a few words, in a sentence, and what is offered to do about it."""
    with park.store.read() as connection:
        line = connection.execute(select(t.door_log.c.id).order_by(t.door_log.c.id.desc()).limit(1)).scalar_one()
    answer = park.access.why(park.context, log_id=line)
    return park.access.reasons(park.context, [line])[line], answer.sentence, tuple(one.title for one in answer.offers)


def test_a_key_that_is_used_up_is_told_so(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=1)
    for _ in range(2):
        keys.use(key)
        park.clock.advance(seconds=30)
    keys.use(key, ok=False)
    assert told(park) == ("key used up", "The key of plumber is used up.", ())


@pytest.mark.edge("17")
def test_a_key_whose_time_is_over_is_told_so_and_not_as_used_up(keys: Keys, park: Park) -> None:
    key = keys.add(each_count=1)
    park.clock.now = TONIGHT + timedelta(minutes=1)
    keys.tick()
    keys.use(key, ok=False)
    assert told(park) == ("key over", "The key of plumber is over.", ())


def test_a_key_at_a_door_that_is_not_its_own_is_told_so(keys: Keys, park: Park) -> None:
    key = keys.add(relay_ids=(park.gate_relay,))
    keys.use(key, "lobby", ok=False)
    brief, sentence, offers = told(park)
    assert (brief, offers) == ("not for this door", ())
    assert sentence.startswith("The key of plumber is not for ")


def test_a_key_that_was_deleted_is_told_so(keys: Keys, park: Park) -> None:
    key = keys.add()
    keys.service.delete(park.act, [key])
    park.clock.advance(minutes=1)
    keys.use(key, ok=False)
    assert told(park)[:2] == ("key deleted", "The key of plumber was deleted.")


def test_somebody_who_was_deleted_is_not_told_as_suspended(keys: Keys, park: Park) -> None:
    anna = park.add(pin="2041")
    park.clock.advance(minutes=1)
    park.delete(anna.id)
    park.clock.advance(minutes=1)
    keys.use(anna.id, ok=False)
    assert told(park) == ("deleted", "Kowalska, Anna was deleted.", ())


def test_a_person_is_told_as_before(keys: Keys, park: Park) -> None:
    anna = park.add(pin="2041", group_ids=())
    keys.use(anna.id, ok=False)
    assert told(park)[0] == "no group here"
    with pytest.raises(NotFound):
        park.access.why(park.context, log_id=999)


def test_a_door_that_is_called_like_its_device_is_named_once(keys: Keys, park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, park.lobby, name="Lobby")
        work.update(t.relay, park.lobby_relay, name="Lobby")
    key = keys.add(relay_ids=(park.gate_relay,))
    answer = park.access.why(park.context, holder_id=key, relay_id=park.lobby_relay)
    assert answer.sentence == "The key of plumber is not for Lobby."
