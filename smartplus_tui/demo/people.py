"""Who lives in the demo community and which devices it has: invented, and the same at every start."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

COMMUNITY = "Rosewood Court"
TIMEZONE = "Europe/Warsaw"
COUNTRY = "PL"
ADMIN = "ines@rosewood.example"
ADMIN_NAME = "Ines Moreau"
BUILDINGS = ("A", "B")
FLOORS = (10, 11, 12, 13, 14)
PER_FLOOR = 4

FIRST = [
    "Chidi",
    "Joana",
    "Mia",
    "Ruben",
    "Katrin",
    "Emile",
    "Paul",
    "Lena",
    "Rami",
    "Piotr",
    "Maja",
    "Lucie",
    "Hana",
    "Tunde",
    "Ilya",
    "Rosa",
    "Marco",
    "Nina",
    "Tomas",
    "Suki",
    "Aylin",
    "Jonas",
    "Petra",
    "Omar",
    "Greta",
    "Luca",
    "Ivana",
    "Noor",
    "Felix",
    "Sara",
    "Diego",
    "Ewa",
    "Karim",
    "Ida",
    "Milan",
    "Zofia",
    "Hugo",
    "Leila",
    "Anton",
    "Vera",
]
LAST = [
    "Abara",
    "Almeida",
    "Anderson",
    "Brandt",
    "Dubois",
    "Edward",
    "Haddad",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Osei",
    "Petrov",
    "Quispe",
    "Rossi",
    "Schmidt",
    "Suarez",
    "Tanaka",
    "Novak",
    "Keller",
    "Fraser",
    "Okafor",
    "Mensah",
    "Yilmaz",
    "Nilsen",
    "Costa",
    "Weber",
    "Horvat",
    "Silva",
    "Marino",
    "Farkas",
]


@dataclass(frozen=True, slots=True)
class DemoDevice:
    """One virtual device and the doors at its relays; `building` empty means the whole community."""

    name: str
    model: str
    building: str
    relays: tuple[str, ...]
    kind: str = "multi_door_phone"


DEVICES = (
    DemoDevice("Main-Gate", "X916", "", ("Main Gate",)),
    DemoDevice("Lobby-A", "X916", "A", ("A Lobby",)),
    DemoDevice("Rear-A", "A08S", "A", ("A Rear",), "access_control"),
    DemoDevice("Garage-A", "E18C", "A", ("Garage",), "single_door_phone"),
    DemoDevice("Lobby-B", "X916", "B", ("B Lobby",)),
    DemoDevice("Rear-B", "A08S", "B", ("B Rear",), "access_control"),
    DemoDevice("Gym", "E18C", "B", ("Gym",), "single_door_phone"),
    DemoDevice("Bike-Room", "R20A", "B", ("Bike Room",), "single_door_phone"),
)


@dataclass(frozen=True, slots=True)
class DemoResident:
    """One invented resident."""

    building: str
    apartment: str
    first: str
    last: str
    master: bool
    pin: str
    card: str
    email: str


def apartments() -> list[tuple[str, str]]:
    """Building and number of the forty apartments."""
    return [
        (building, f"{floor}{door:02d}")
        for building in BUILDINGS
        for floor in FLOORS
        for door in range(1, PER_FLOOR + 1)
    ]


def residents() -> list[DemoResident]:
    """About ninety residents; the Kowalskis of A 1001 are those whom the manual speaks of."""
    chance = Random(7)  # noqa: S311 - invented people, the same every time
    people = [
        DemoResident("A", "1001", "Anna", "Kowalska", True, "2741", "0A3C7F20", "anna.k@mail.example"),
        DemoResident("A", "1001", "Piotr", "Kowalski", False, "3852", "1B0094A2", "piotr.k@mail.example"),
    ]
    pins = iter(chance.sample(range(10000, 89999), 200))
    taken: set[str] = set()
    for building, number in apartments()[1:]:
        last = chance.choice(LAST)
        for place in range(chance.choice((1, 2, 2, 2, 3, 3))):
            first = chance.choice(FIRST)
            email = f"{first}.{last}.{number}{building}@mail.example".lower()
            if email in taken:
                continue
            taken.add(email)
            card = f"{chance.randrange(16**8):08X}" if chance.random() < 0.7 else ""
            people.append(DemoResident(building, number, first, last, place == 0, str(next(pins)), card, email))
    return people
