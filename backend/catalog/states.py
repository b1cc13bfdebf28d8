"""How each state is drawn: symbol, word and tones, one table for the whole product (look: words, symbols, colours)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.formats import figure


@dataclass(frozen=True, slots=True)
class Drawn:
    """A state as it is drawn: one-cell symbol, word, and the tone of each (tokens of the themes)."""

    symbol: str
    word: str
    symbol_tone: str
    word_tone: str = "t2"


VOCABULARIES: dict[str, dict[str, Drawn]] = {
    "device": {
        "online": Drawn("●", "online", "ok"),
        "offline": Drawn("○", "offline", "bad", "bad"),
        "restarting": Drawn("◐", "restarting", "warn", "warn"),
        "never_seen": Drawn("◐", "never seen", "warn", "warn"),
    },
    "sync": {
        "in_sync": Drawn("✓", "in sync", "ok"),
        "pending": Drawn("◐", "pending", "warn", "warn"),
        "drift": Drawn("≠", "drift", "warn", "warn"),
        "red": Drawn("×", "red", "bad", "bad"),
        "held": Drawn("×", "held", "bad", "bad"),
        "refused": Drawn("×", "refusing", "bad", "bad"),
        "clock": Drawn("×", "wrong time", "bad", "bad"),
        "none": Drawn("–", "none", "t3"),
    },
    "account": {
        "active": Drawn("●", "Active", "ok"),
        "inactive": Drawn("○", "Inactive", "t2"),
        "expired": Drawn("×", "Expired", "bad", "bad"),
    },
    "app": {
        "registered": Drawn("", "Registered", "t2"),
        "unregistered": Drawn("", "Unregistered", "t3", "t3"),
        "mailed": Drawn("", "Mailed", "t2", "t2"),
        "handed": Drawn("", "Handed over", "t2", "t2"),
        "waiting": Drawn("", "Waiting", "t3", "t3"),
        "failed": Drawn("", "Mail failed", "bad", "bad"),
    },
    "response": {
        "success": Drawn("●", "Success", "ok"),
        "failed": Drawn("×", "Failed", "bad", "bad"),
        "unknown": Drawn("◐", "Unknown", "warn", "warn"),
    },
    "opens": {
        "yes": Drawn("●", "opens", "ok"),
        "later": Drawn("○", "not then", "t2"),
        "never": Drawn("–", "no group", "t3", "t3"),
        "pending": Drawn("◐", "not written yet", "warn", "warn"),
        "unsure": Drawn("◐", "not sure", "warn", "warn"),
        "held": Drawn("×", "still held", "bad", "bad"),
    },
    "command": {
        "queued": Drawn("◐", "queued", "warn", "warn"),
        "claimed": Drawn("◐", "sent", "warn", "warn"),
        "done": Drawn("●", "opened", "ok"),
        "refused": Drawn("×", "refused", "bad", "bad"),
        "failed": Drawn("×", "failed", "bad", "bad"),
        "unknown": Drawn("◐", "unknown", "warn", "warn"),
        "expired": Drawn("○", "expired", "t2"),
    },
    "booking": {
        "upcoming": Drawn("○", "Upcoming", "acc"),
        "in_progress": Drawn("●", "In progress", "ok"),
        "completed": Drawn("✓", "Completed", "t3", "t3"),
        "no_show": Drawn("▲", "No-show", "warn", "warn"),
        "cancelled": Drawn("–", "Cancelled", "t3", "t3"),
    },
    "outgoing": {
        "queued": Drawn("◐", "queued", "warn", "warn"),
        "sending": Drawn("◐", "sending", "warn", "warn"),
        "sent": Drawn("✓", "accepted", "ok"),
        "failed": Drawn("×", "failed", "bad", "bad"),
        "unknown": Drawn("◐", "unknown", "warn", "warn"),
        "dead": Drawn("×", "given up", "bad", "bad"),
        "waiting": Drawn("◐", "waiting", "warn", "warn"),
        "handed": Drawn("✓", "handed over", "ok"),
        "withdrawn": Drawn("–", "withdrawn", "t3", "t3"),
    },
    "credential": {
        "active": Drawn("●", "valid", "ok"),
        "scheduled": Drawn("○", "not started", "t2"),
        "suspended": Drawn("○", "suspended", "t2"),
        "cooling": Drawn("◐", "removing", "warn", "warn"),
        "gone": Drawn("○", "gone", "t3"),
    },
    "temp_key": {
        "not_started": Drawn("○", "Not started", "t2"),
        "valid": Drawn("●", "Valid", "ok"),
        "used_up": Drawn("○", "Used up", "t2"),
        "expired": Drawn("×", "Expired", "bad", "bad"),
    },
    "revocation": {
        "holds": Drawn("×", "still holds", "bad", "bad"),
        "removed": Drawn("◐", "removed, not read back", "warn", "warn"),
        "gone": Drawn("✓", "read back, gone", "ok", "ok"),
    },
    "proof": {
        "overdue": Drawn("×", "overdue", "bad", "bad"),
        "open": Drawn("◐", "not read back", "warn", "warn"),
        "proved": Drawn("✓", "read back, gone", "ok", "ok"),
    },
    "drift": {
        "open": Drawn("≠", "open", "warn", "warn"),
        "removing": Drawn("◐", "being removed", "warn", "warn"),
        "repaired": Drawn("✓", "set right", "ok"),
        "adopted": Drawn("✓", "adopted", "ok"),
        "overwritten": Drawn("✓", "overwritten", "ok"),
        "left": Drawn("–", "left alone", "t3", "t3"),
        "gone": Drawn("–", "gone by itself", "t3", "t3"),
    },
    "door": {
        "open": Drawn("●", "open", "ok", "ok"),
        "held_open": Drawn("●", "held open", "ok", "ok"),
        "closed": Drawn("", "closed", "t2"),
        "unknown": Drawn("", "unknown", "t3", "t3"),
    },
    "flag": {
        "yes": Drawn("", "Yes", "t2"),
        "no": Drawn("", "No", "t3", "t3"),
    },
}


def told(vocabulary: str, value: str) -> str:
    """The word of a state, with its count where it has one: "pending:2" is "pending 2"."""
    state, _, count = value.partition(":")
    word = drawn(vocabulary, state).word
    return f"{word} {figure(int(count))}" if count.isdigit() and int(count) else word


def drawn(vocabulary: str, state: str) -> Drawn:
    """How `state` of `vocabulary` is drawn; an unknown state is drawn as its own word."""
    return VOCABULARIES.get(vocabulary, {}).get(state) or Drawn("", state or "–", "t3", "t3")
