"""Why: every sentence, every link of the chain, and when the door opens next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from access_world import (
    BERLIN,
    BOTH,
    CARD,
    DAILY_ALL,
    FR,
    MO,
    PIN,
    SU,
    TH,
    TU,
    WE,
    anna,
    card,
    community,
    daily,
    gym_relay,
    local,
    pin,
    span,
    utc,
    weekly,
)

from backend.domain.access.explain import explain
from backend.domain.access.results import Check, Explanation, Reason
from backend.domain.access.rules import Group, Holder
from backend.domain.enums import CredentialKind, CredentialStatus

pytestmark = pytest.mark.feature("SYNC-05")

NOW = local("2026-11-22 10:41:30")  # a Sunday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SUNDAY = weekly({SU}, "08:00-10:00")
WORK = weekly({MO, TU, WE, TH, FR}, "08:00-18:00")
IT_WAS = "it was Sunday 22 November 2026 at 10:41"


def told(rules, at=NOW, credential_id=None) -> Explanation:
    return explain(rules, 1, 1, at, credential_id)


def said(*windows, at=NOW) -> str:
    return told(anna(*windows), at).sentence


def test_the_whole_answer_to_why():
    assert told(anna(SUNDAY)) == Explanation(
        allowed=False,
        reason=Reason.OUTSIDE_WINDOW,
        sentence="Gym Day ends Sunday at 10:00; it was 10:41.",
        checks=(
            Check("Credential", "PIN", True),
            Check("Person", "active", True),
            Check("Its state", "in use", True),
            Check("Validity", "always", True),
            Check("Relay takes PINs", "PIN, card", True),
            Check("Group on this relay", "Gym Day", True),
            Check("Inside its hours", f"Su 08:00-10:00, {IT_WAS}", False),
        ),
        opens_next=local("2026-11-29 08:00"),
    )


def test_the_whole_answer_to_an_opened_door():
    assert told(anna(SUNDAY, WORK), local("2026-11-22 09:59:59")) == Explanation(
        allowed=True,
        reason=Reason.GRANTED,
        sentence="Anna Kowalska may open Gym, Relay 1: Gym Day, Su 08:00-10:00; "
        "it was Sunday 22 November 2026 at 09:59.",
        checks=(
            Check("Credential", "PIN", True),
            Check("Person", "active", True),
            Check("Its state", "in use", True),
            Check("Validity", "always", True),
            Check("Relay takes PINs", "PIN, card", True),
            Check("Group on this relay", "Gym Day", True),
            Check(
                "Inside its hours",
                "Su 08:00-10:00; Mo-Fr 08:00-18:00, it was Sunday 22 November 2026 at 09:59",
                True,
            ),
        ),
        opens_next=None,
    )


def test_nobody_and_nothing():
    nothing = (Check("Credential", "none", False),)
    rules = anna(DAILY_ALL)
    assert explain(rules, 9, 1, NOW) == Explanation(
        False, Reason.NO_CREDENTIAL, "This person is not known.", nothing, None
    )
    assert explain(replace(rules, credentials={}), 1, 1, NOW).sentence == (
        "Anna Kowalska has no PIN, card or other credential."
    )
    other = told(rules, credential_id=2)
    assert (other.reason, other.checks) == (Reason.NO_CREDENTIAL, nothing)
    assert other.sentence == "Anna Kowalska does not have this credential."
    orphan = replace(rules, holders={})
    assert explain(orphan, 1, 1, NOW).sentence == "This person is not known."


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        # the nearest edge of today speaks
        ([daily("08:00-10:00")], "Gym Day ends Sunday at 10:00; it was 10:41."),
        ([daily("11:00-12:00")], "Gym Day begins Sunday at 11:00; it was 10:41."),
        ([daily("08:00-10:00"), daily("11:00-12:00")], "Gym Day begins Sunday at 11:00; it was 10:41."),
        ([daily("08:00-10:00"), daily("12:00-13:00")], "Gym Day ends Sunday at 10:00; it was 10:41."),
        ([daily("08:00-10:41")], "Gym Day ends Sunday at 10:41; it was 10:41."),
        ([daily("10:42-10:43")], "Gym Day begins Sunday at 10:42; it was 10:41."),
        ([daily("22:00-06:05")], "Gym Day ends Sunday at 06:05; it was 10:41."),
        ([weekly({SU}, "22:00-06:00")], "Gym Day begins Sunday at 22:00; it was 10:41."),
        ([weekly({SU}, "23:59-06:00")], "Gym Day begins Sunday at 23:59; it was 10:41."),
        # what ended at midnight ended yesterday, what begins at midnight begins tomorrow
        ([weekly({5}, "08:00-23:59")], "Gym Day is not open on Sunday, only Sa 08:00-23:59."),
        ([weekly({MO}, "00:00-08:00")], "Gym Day is not open on Sunday, only Mo 00:00-08:00."),
        ([WORK], "Gym Day is not open on Sunday, only Mo-Fr 08:00-18:00."),
        ([weekly(set(), "08:00-18:00")], "Gym Day is never open."),
        ([], "Gym Day has no hours."),
        (
            [span(NOW - 10 * DAY, NOW - DAY)],
            f"Gym Day ended on Saturday 21 November 2026 at 10:41; {IT_WAS}.",
        ),
        ([span(None, NOW)], f"Gym Day ended on Sunday 22 November 2026 at 10:41; {IT_WAS}."),
        (
            [span(NOW + DAY, NOW + 2 * DAY)],
            f"Gym Day begins on Monday 23 November 2026 at 10:41; {IT_WAS}.",
        ),
        ([span(NOW + 50 * DAY, None)], f"Gym Day begins on Monday 11 January 2027 at 10:41; {IT_WAS}."),
        # a span or hours, whichever is nearer
        ([span(NOW + DAY, None), daily("08:00-10:00")], "Gym Day ends Sunday at 10:00; it was 10:41."),
        (
            [span(NOW + HOUR / 2, None), daily("08:00-10:00")],
            f"Gym Day begins on Sunday 22 November 2026 at 11:11; {IT_WAS}.",
        ),
        ([span(NOW + 6 * DAY, None), WORK], f"Gym Day begins on Saturday 28 November 2026 at 10:41; {IT_WAS}."),
        ([span(NOW + 8 * DAY, None), WORK], "Gym Day is not open on Sunday, only Mo-Fr 08:00-18:00."),
        ([span(NOW - 8 * DAY, NOW - 7 * DAY - HOUR), WORK], "Gym Day is not open on Sunday, only Mo-Fr 08:00-18:00."),
    ],
)
def test_outside_its_hours(windows, sentence):
    assert said(*windows) == sentence


def test_a_night_that_ended_this_morning():
    night = weekly({SU}, "22:00-06:00")
    assert said(night, at=local("2026-11-23 07:00")) == "Gym Day ends Monday at 06:00; it was 07:00."


def test_weekdays_in_the_middle_of_the_week():
    noon = weekly({WE}, "12:00-13:00")
    assert said(noon, at=local("2026-11-25 11:00")) == "Gym Day begins Wednesday at 12:00; it was 11:00."
    assert said(noon, at=local("2026-11-25 13:00")) == "Gym Day ends Wednesday at 13:00; it was 13:00."
    assert said(noon, at=local("2026-11-26 11:00")) == "Gym Day is not open on Thursday, only We 12:00-13:00."
    midnight = weekly({WE}, "00:00-01:00")
    assert said(midnight, at=local("2026-11-24 23:59")) == "Gym Day is not open on Tuesday, only We 00:00-01:00."
    assert said(noon, at=local("2026-11-24 23:59")) == "Gym Day is not open on Tuesday, only We 12:00-13:00."


@pytest.mark.edge(24)
def test_times_are_told_in_the_zone_of_the_community():
    rules = anna(daily("08:00-10:00"), zone="America/New_York")
    assert told(rules, utc("2026-11-22 15:41")).sentence == "Gym Day ends Sunday at 10:00; it was 10:41."
    stay = anna(span(None, utc("2026-11-22 15:00")), zone="America/New_York")
    assert told(stay, utc("2026-11-22 15:41")).sentence.startswith("Gym Day ended on Sunday 22 November 2026 at 10:00;")


def test_the_months_have_names():
    names = []
    for month in range(1, 13):
        at = local(f"2026-{month:02}-15 12:00")
        names.append(said(span(at - HOUR, at), at=at).split()[6])
    assert names == [
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ]


def with_groups(*groups: tuple[str, list]):
    held = [Group(number, name, tuple(windows), frozenset({1})) for number, (name, windows) in enumerate(groups, 1)]
    holder = Holder(1, "Anna", True, frozenset(group.id for group in held))
    return community(groups=held, holders=[holder], credentials=[pin(1)])


def test_the_nearest_of_several_groups_speaks():
    rules = with_groups(("Morning", [daily("06:00-08:00")]), ("Noon", [daily("11:00-13:00")]), ("Empty", []))
    explained = told(rules)
    assert explained.sentence == "Noon begins Sunday at 11:00; it was 10:41."
    assert explained.checks[5:] == (
        Check("Group on this relay", "Morning, Noon, Empty", True),
        Check("Inside its hours", f"daily 06:00-08:00; daily 11:00-13:00, {IT_WAS}", False),
    )


def test_of_equally_near_groups_the_first_speaks():
    rules = with_groups(("Zebra", [daily("06:00-08:00")]), ("Ape", [daily("06:00-08:00")]))
    assert told(rules).sentence == "Zebra ends Sunday at 08:00; it was 10:41."


def test_a_window_that_is_open_names_its_group():
    rules = with_groups(
        ("Empty", []), ("Shut", [daily("06:00-08:00")]), ("Open", [daily("09:00-10:00"), daily("10:00-11:00")])
    )
    assert told(rules).sentence == f"Anna may open Gym, Relay 1: Open, daily 10:00-11:00; {IT_WAS}."


def test_a_span_that_is_open_is_told_in_the_zone_of_the_community():
    explained = told(anna(span(NOW - HOUR, NOW + HOUR)))
    hours = "2026-11-22 09:41 to 2026-11-22 11:41"
    assert explained.sentence == f"Anna Kowalska may open Gym, Relay 1: Gym Day, {hours}; {IT_WAS}."
    assert explained.checks[6] == Check("Inside its hours", f"{hours}, {IT_WAS}", True)


def broken(rules, credential_id=None):
    """The sentence and the labels of the broken links."""
    explained = told(rules, credential_id=credential_id)
    return explained.sentence, [check.label for check in explained.checks if not check.ok]


def test_a_suspended_person():
    rules = anna(DAILY_ALL, active=False)
    assert broken(rules) == ("Anna Kowalska is suspended.", ["Person"])
    assert told(rules).checks[1] == Check("Person", "suspended", False)


@pytest.mark.parametrize(
    ("status", "word", "sentence"),
    [
        (CredentialStatus.SUSPENDED, "suspended", "The PIN of Anna Kowalska is suspended."),
        (CredentialStatus.GONE, "taken away", "The PIN of Anna Kowalska was taken away."),
        (CredentialStatus.COOLING, "taken away", "The PIN of Anna Kowalska was taken away."),
    ],
)
def test_a_credential_that_does_not_count(status, word, sentence):
    rules = anna(DAILY_ALL, credentials=[pin(1, status=status)])
    assert broken(rules) == (sentence, ["Its state"])
    assert told(rules).checks[2] == Check("Its state", word, False)


def test_a_credential_outside_its_dates():
    later = anna(DAILY_ALL, credentials=[card(1, since=NOW + DAY)])
    assert broken(later) == (
        f"The card of Anna Kowalska begins on Monday 23 November 2026 at 10:41; {IT_WAS}.",
        ["Validity"],
    )
    assert told(later).checks[3] == Check("Validity", "from 2026-11-23 10:41", False)
    over = anna(DAILY_ALL, credentials=[card(1, since=NOW - DAY, until=NOW)])
    assert broken(over) == (
        f"The card of Anna Kowalska ended on Sunday 22 November 2026 at 10:41; {IT_WAS}.",
        ["Validity"],
    )
    assert told(over).checks[3] == Check("Validity", "2026-11-21 10:41 to 2026-11-22 10:41", False)
    good = anna(DAILY_ALL, credentials=[card(1, until=NOW + DAY)])
    assert told(good).checks[3] == Check("Validity", "until 2026-11-23 10:41", True)


@pytest.mark.edge(48)
@pytest.mark.parametrize(
    ("kind", "one", "many"),
    [
        (CredentialKind.PIN, "PIN", "PINs"),
        (CredentialKind.CARD, "card", "cards"),
        (CredentialKind.FACE, "face", "faces"),
        (CredentialKind.ID_ACCESS, "ID access", "ID access"),
        (CredentialKind.QR, "QR code", "QR codes"),
    ],
)
def test_a_relay_that_does_not_take_it(kind, one, many):
    credential = replace(pin(1), kind=kind)
    others = frozenset(CredentialKind) - {kind}
    rules = anna(DAILY_ALL, credentials=[credential], relay=gym_relay(others))
    assert broken(rules) == (f"Gym, Relay 1 takes no {many}.", [f"Relay takes {many}"])
    taken = ", ".join(name for name in ("PIN", "card", "face", "ID access", "QR code") if name != one)
    assert told(rules).checks[0] == Check("Credential", one, True)
    assert told(rules).checks[4] == Check(f"Relay takes {many}", taken, False)
    gone = anna(DAILY_ALL, credentials=[replace(credential, status=CredentialStatus.GONE)])
    assert told(gone).sentence == f"The {one} of Anna Kowalska was taken away."


def test_a_relay_that_takes_nothing_or_is_not_known():
    rules = anna(DAILY_ALL, relay=gym_relay(frozenset()))
    assert told(rules).checks[4] == Check("Relay takes PINs", "nothing", False)
    unknown = explain(rules, 1, 77, NOW)
    assert (unknown.sentence, unknown.reason) == ("A relay that is not known takes no PINs.", Reason.METHOD_OFF)
    nameless = replace(rules, devices={})
    assert told(nameless).sentence == "Relay 1 takes no PINs."


def test_no_group_opens_the_door():
    rules = replace(anna(DAILY_ALL), groups={})
    assert broken(rules) == (
        "No group of Anna Kowalska opens Gym, Relay 1.",
        ["Group on this relay", "Inside its hours"],
    )
    assert told(rules).checks[5:] == (
        Check("Group on this relay", "none", False),
        Check("Inside its hours", f"no hours, {IT_WAS}", False),
    )


def test_several_links_may_be_broken():
    rules = anna(SUNDAY, active=False, credentials=[pin(1, status=CredentialStatus.SUSPENDED, until=NOW)])
    assert broken(rules) == ("Anna Kowalska is suspended.", ["Person", "Its state", "Validity", "Inside its hours"])


def test_the_credential_that_comes_furthest_speaks():
    rules = anna(
        SUNDAY,
        credentials=[pin(1, status=CredentialStatus.GONE), card(2), card(3), pin(4, until=NOW)],
        relay=gym_relay(frozenset({CARD})),
    )
    assert told(rules).checks[0].found == "card"
    assert told(rules).reason is Reason.OUTSIDE_WINDOW
    assert told(rules, credential_id=1).reason is Reason.CREDENTIAL_GONE
    assert told(rules, credential_id=4).reason is Reason.NO_LONGER_VALID
    granted = replace(rules, groups={1: Group(1, "All", (DAILY_ALL,), frozenset({1}))})
    assert told(granted).reason is Reason.GRANTED
    assert told(replace(granted, relays={1: gym_relay(frozenset({PIN}))})).reason is Reason.METHOD_OFF


def test_of_equal_credentials_the_oldest_speaks():
    rules = anna(DAILY_ALL, credentials=[pin(1), card(2)])
    assert told(rules).checks[0].found == "PIN"
    assert told(anna(SUNDAY, credentials=[card(1), pin(2)])).checks[0].found == "card"


# When it opens next


@pytest.mark.parametrize(
    ("windows", "opens"),
    [
        ([SUNDAY], "2026-11-29 08:00"),
        ([WORK], "2026-11-23 08:00"),
        ([WORK, daily("22:00-23:00")], "2026-11-22 22:00"),
        ([weekly({SU}, "10:40-10:41")], "2026-11-29 10:40"),
    ],
)
def test_when_hours_open_next(windows, opens):
    explained = told(anna(*windows))
    assert explained.opens_next == local(opens)
    assert explained.opens_next.tzinfo is UTC


def test_a_span_may_lie_far_ahead():
    assert told(anna(span(NOW + 400 * DAY, None))).opens_next == NOW + 400 * DAY
    assert told(anna(span(NOW + 400 * DAY, None), span(NOW + 9 * DAY, None))).opens_next == NOW + 9 * DAY


def test_what_never_opens_again():
    assert told(anna()).opens_next is None
    assert told(anna(span(None, NOW))).opens_next is None
    assert told(anna(SUNDAY, active=False)).opens_next is None
    assert told(anna(SUNDAY, relay=gym_relay(frozenset({CARD})))).opens_next is None
    assert told(replace(anna(SUNDAY), groups={})).opens_next is None
    for status in (CredentialStatus.GONE, CredentialStatus.SUSPENDED, CredentialStatus.COOLING):
        assert told(anna(SUNDAY, credentials=[pin(1, status=status)])).opens_next is None


@pytest.mark.edge(25)
def test_weekly_hours_are_looked_for_eight_days_ahead():
    """The clocks leave out Sunday's hour in a week and the next is a week later."""
    gap = weekly({SU}, "02:10-02:50")
    assert told(anna(gap), local("2026-03-22 03:00")).opens_next is None
    assert told(anna(gap), local("2026-03-27 03:00")).opens_next is None
    assert told(anna(gap), local("2026-03-28 03:00")).opens_next == local("2026-04-05 02:10")
    exactly = local("2026-04-05 02:10") - 8 * DAY
    assert told(anna(gap), exactly).opens_next == local("2026-04-05 02:10")
    assert told(anna(gap), exactly - timedelta(seconds=1)).opens_next is None


def test_the_dates_of_the_credential_count():
    begins = NOW + 20 * DAY
    assert told(anna(DAILY_ALL, credentials=[pin(1, since=begins)])).opens_next == begins
    assert told(anna(SUNDAY, credentials=[pin(1, since=begins)])).opens_next == local("2026-12-13 08:00")
    sunday = local("2026-11-29 08:00")
    assert told(anna(SUNDAY, credentials=[pin(1, until=sunday)])).opens_next is None
    assert told(anna(SUNDAY, credentials=[pin(1, until=sunday + HOUR)])).opens_next == sunday
    assert told(anna(DAILY_ALL, credentials=[pin(1, until=NOW)])).opens_next is None
    assert told(anna(SUNDAY, credentials=[pin(1, since=NOW - DAY)])).opens_next == sunday


def test_any_credential_may_open_next():
    rules = anna(SUNDAY, span(NOW + DAY, None), credentials=[pin(1, since=NOW + 3 * DAY), card(2)])
    assert told(rules).opens_next == NOW + DAY
    assert told(rules, credential_id=1).opens_next == NOW + 3 * DAY
    assert told(rules, credential_id=2).opens_next == NOW + DAY


def test_an_explanation_shows_no_secret():
    rules = anna(
        SUNDAY, credentials=[pin(1, value="4711"), card(2, value="0A3C7F20")], relay=gym_relay(BOTH), zone=BERLIN
    )
    for credential_id in (None, 1, 2):
        text = repr(told(rules, credential_id=credential_id))
        assert "4711" not in text
        assert "0A3C7F20" not in text
