"""The two texts that everybody agrees to before the first sign-in, as data (guide: Privacy Policy; rules 2).

They speak for a product that its owner runs: no company behind it sees any of the data. A text whose sense changes gets
a new version here, and everybody is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.enums import Document


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One text in its present version: sections of heading and sentences."""

    document: Document
    version: str
    title: str
    sections: tuple[tuple[str, str], ...]


PRIVACY = AgreementText(
    Document.PRIVACY,
    "1",
    "Privacy Policy",
    (
        (
            "Who keeps the data",
            "The owner or administration of this property runs SmartPlus on a machine of their own. They alone decide "
            "who gets an account, and they alone answer for the data. Nothing is sent to the makers of this software.",
        ),
        (
            "Which data",
            "Residents, staff and visitors: name, apartment, e-mail, phone numbers, PINs, cards, faces, and the doors "
            "and hours they have. Doors: who opened which one when, calls, pictures, alarms. Accounts: name, e-mail, a "
            "hash of the password, sign-ins, and every change that was made.",
        ),
        (
            "Where it lies",
            "In one database on that machine, and as far as doors need it on the door devices of this property. Mail "
            "and text messages pass through the servers that the administration has set up.",
        ),
        (
            "How it is kept",
            "PINs, cards, device passwords and mailed codes are sealed with the key of this site and shown masked; "
            "whoever lifts a mask leaves a record. This protects lost disks and backups. It does not protect from "
            "somebody who has taken over the machine itself.",
        ),
        (
            "How long",
            "A person's codes go from the doors when the person is deleted, and the deletion is proved door by door. "
            "Logs of doors and calls are meant for 30 days; the administration may keep them longer or shorter. The "
            "record of changes stays as long as the site does. Backups are the administration's to keep and destroy.",
        ),
        (
            "Your rights",
            "Ask the administration of this property to see, correct or delete what is kept about you.",
        ),
    ),
)

TERMS = AgreementText(
    Document.TERMS,
    "1",
    "Terms of Service",
    (
        (
            "Your account",
            "It is yours alone. Keep its password to yourself, lock the screen when you leave it, and tell the "
            "installer at once if somebody else may know the password.",
        ),
        (
            "What you may do",
            "Use what you see here to run this property, and for nothing else. Open doors and change rights only for "
            "those who may enter. What you do is recorded under your name.",
        ),
        (
            "What the doors do",
            "A change counts once the door has been read back. A door that cannot be reached keeps what it held; "
            "the screens say so. In an emergency do not rely on this software alone.",
        ),
        (
            "No warranty",
            "The software comes as it is. Those who run it look after backups, updates, the network, and the laws on "
            "data and on cameras that hold where the property is.",
        ),
    ),
)

TEXTS = (PRIVACY, TERMS)
"""The present versions, in the order in which they are shown."""
