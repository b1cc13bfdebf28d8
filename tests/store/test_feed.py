"""The change feed: every commit is told, of whatever process, soon, and no more often than every 100 ms."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise

import pytest

from backend.domain.context import agent_context
from backend.store.driver import connect
from backend.store.feed import QUIET_SECONDS, ChangeFeed
from backend.store.site import Site
from backend.store.store import Store
from tests.support.writers import other_process, receive, touch_on_demand

BOUND = 10.0
"""Seconds after which a test gives up waiting."""


class Heard:
    """A subscriber that keeps what it was told and when (monotonic seconds)."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, frozenset[str]]] = []
        self._changed = threading.Condition()

    def __call__(self, topics: frozenset[str]) -> None:
        with self._changed:
            self.calls.append((time.monotonic(), topics))
            self._changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds`, within the bound."""
        with self._changed:
            assert self._changed.wait_for(holds, BOUND), self.calls

    def until_told(self, topic: str) -> None:
        """Wait until `topic` was told, within the bound."""
        self.until(lambda: topic in self.topics)

    @property
    def topics(self) -> set[str]:
        return {topic for _, topics in self.calls for topic in topics}


@pytest.fixture
def feed(store: Store) -> Iterator[ChangeFeed]:
    with ChangeFeed(store) as opened:
        yield opened


def touch(store: Store, *topics: str) -> None:
    with store.books(agent_context(1)) as work:
        work.touch(*topics)


def test_a_commit_of_this_process_is_told_with_its_topics(store: Store, feed: ChangeFeed) -> None:
    heard = Heard()
    feed.subscribe(heard)
    touch(store, "residents", "sync")
    heard.until(lambda: bool(heard.calls))
    assert [topics for _, topics in heard.calls] == [{"residents", "sync"}]


def test_a_commit_of_another_process_is_told_within_a_moment(site: Site, feed: ChangeFeed) -> None:
    heard = Heard()
    feed.subscribe(heard)
    with other_process(touch_on_demand, site.root) as (_, pipe):
        assert receive(pipe) == "ready"
        for number in range(5):
            pipe.send(f"topic {number}")
            committed = receive(pipe)
            heard.until_told(f"topic {number}")
            assert heard.calls[-1][0] - committed < 1.0
    assert heard.topics == {f"topic {number}" for number in range(5)}


def test_what_comes_thick_is_gathered(store: Store, feed: ChangeFeed) -> None:
    heard = Heard()
    feed.subscribe(heard)
    began = time.monotonic()
    for number in range(60):
        touch(store, ("even", "odd")[number % 2])
    touch(store, "last")
    heard.until_told("last")
    times = [at for at, _ in heard.calls]
    assert heard.topics == {"even", "odd", "last"}
    assert len(times) <= (times[-1] - began) / QUIET_SECONDS + 2
    assert all(later - earlier >= QUIET_SECONDS * 0.9 for earlier, later in pairwise(times))


def test_a_commit_without_a_topic_is_not_told(store: Store, feed: ChangeFeed) -> None:
    heard = Heard()
    feed.subscribe(heard)
    touch(store)
    touch(store, "told")
    heard.until(lambda: bool(heard.calls))
    assert heard.topics == {"told"}


def test_what_was_committed_before_is_not_told(store: Store) -> None:
    touch(store, "before")
    with ChangeFeed(store) as feed:
        heard = Heard()
        feed.subscribe(heard)
        touch(store, "after")
        heard.until(lambda: bool(heard.calls))
    assert heard.topics == {"after"}


def test_a_subscriber_that_fails_harms_no_other(store: Store, feed: ChangeFeed) -> None:
    def fails(_topics: frozenset[str]) -> None:
        raise RuntimeError("a fault of a screen")

    heard = Heard()
    feed.subscribe(fails)
    feed.subscribe(heard)
    for topic in ("one", "two"):
        touch(store, topic)
        heard.until_told(topic)


def test_who_has_unsubscribed_hears_nothing(store: Store, feed: ChangeFeed) -> None:
    gone, heard = Heard(), Heard()
    feed.subscribe(gone)()
    feed.subscribe(heard)
    touch(store, "told")
    heard.until(lambda: bool(heard.calls))
    assert gone.calls == []


def test_who_attends_is_called_after_every_commit_of_anybody_and_not_afterwards(
    site: Site, store: Store, feed: ChangeFeed
) -> None:
    committed = threading.Event()
    with other_process(touch_on_demand, site.root) as (_, pipe):
        assert receive(pipe) == "ready"
        with feed.attend(committed.set):
            touch(store)  # a commit without a topic, of this process
            touch(store, "own")
            assert committed.wait(BOUND)
            heard = Heard()
            feed.subscribe(heard)
            touch(store, "settled")
            heard.until_told("settled")
            committed.clear()
            pipe.send("theirs")
            receive(pipe)
            assert committed.wait(BOUND)
        heard.until_told("theirs")
        committed.clear()
        touch(store, "later")
        heard.until_told("later")
    assert not committed.is_set()


def test_a_stopped_feed_is_quiet_and_leaves_no_thread(store: Store) -> None:
    before, heard = set(threading.enumerate()), Heard()
    feed = ChangeFeed(store)
    feed.subscribe(heard)
    feed.stop()
    feed.stop()
    assert set(threading.enumerate()) == before
    assert store.after_commit == []
    touch(store, "after")
    assert heard.calls == []


def test_a_failing_database_is_noted_once_and_its_changes_are_told_after_it(
    store: Store, feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("backend.store.feed.RETRY_SECONDS", 0.02)
    noted, heard = threading.Event(), Heard()

    def note(record: logging.LogRecord) -> None:
        caplog.records.append(record)
        noted.set()

    monkeypatch.setattr(caplog.handler, "emit", note)
    feed.subscribe(heard)
    touch(store, "before")
    heard.until_told("before")
    with closing(connect(store.path)) as connection:
        connection.execute("ALTER TABLE topic RENAME TO hidden")
        assert noted.wait(BOUND)
        connection.execute("UPDATE hidden SET version = version + 1")
        noted.clear()
        connection.execute("ALTER TABLE hidden RENAME TO topic")
        assert noted.wait(BOUND)
    heard.until(lambda: len(heard.calls) == 2)
    assert [record.getMessage().split(" the ")[0] for record in caplog.records] == [
        "the change feed cannot read",
        "the change feed reads",
    ]


def test_an_idle_feed_costs_next_to_nothing(feed: ChangeFeed) -> None:
    window = threading.Event()
    began, used = time.monotonic(), time.process_time()
    window.wait(0.6)
    share = (time.process_time() - used) / (time.monotonic() - began)
    assert share < 0.1
