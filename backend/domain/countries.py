"""Countries and the calling code that choosing one fills in (feature RES-04; rules 5.1)."""

from __future__ import annotations

from typing import NamedTuple

from backend.domain.names import fold


class Country(NamedTuple):
    """A country: ISO 3166 code, name, calling code in digits."""

    code: str
    name: str
    calling_code: str


COUNTRIES: tuple[Country, ...] = (
    Country("AE", "United Arab Emirates", "971"),
    Country("AR", "Argentina", "54"),
    Country("AT", "Austria", "43"),
    Country("AU", "Australia", "61"),
    Country("BE", "Belgium", "32"),
    Country("BG", "Bulgaria", "359"),
    Country("BR", "Brazil", "55"),
    Country("CA", "Canada", "1"),
    Country("CH", "Switzerland", "41"),
    Country("CL", "Chile", "56"),
    Country("CN", "China", "86"),
    Country("CO", "Colombia", "57"),
    Country("CZ", "Czechia", "420"),
    Country("DE", "Germany", "49"),
    Country("DK", "Denmark", "45"),
    Country("EE", "Estonia", "372"),
    Country("EG", "Egypt", "20"),
    Country("ES", "Spain", "34"),
    Country("FI", "Finland", "358"),
    Country("FR", "France", "33"),
    Country("GB", "United Kingdom", "44"),
    Country("GR", "Greece", "30"),
    Country("HK", "Hong Kong", "852"),
    Country("HR", "Croatia", "385"),
    Country("HU", "Hungary", "36"),
    Country("IE", "Ireland", "353"),
    Country("IL", "Israel", "972"),
    Country("IN", "India", "91"),
    Country("IT", "Italy", "39"),
    Country("JP", "Japan", "81"),
    Country("KR", "South Korea", "82"),
    Country("LT", "Lithuania", "370"),
    Country("LU", "Luxembourg", "352"),
    Country("LV", "Latvia", "371"),
    Country("MX", "Mexico", "52"),
    Country("MY", "Malaysia", "60"),
    Country("NL", "Netherlands", "31"),
    Country("NO", "Norway", "47"),
    Country("NZ", "New Zealand", "64"),
    Country("PE", "Peru", "51"),
    Country("PL", "Poland", "48"),
    Country("PT", "Portugal", "351"),
    Country("RO", "Romania", "40"),
    Country("SA", "Saudi Arabia", "966"),
    Country("SE", "Sweden", "46"),
    Country("SG", "Singapore", "65"),
    Country("SI", "Slovenia", "386"),
    Country("SK", "Slovakia", "421"),
    Country("TR", "Turkey", "90"),
    Country("TW", "Taiwan", "886"),
    Country("UA", "Ukraine", "380"),
    Country("US", "United States", "1"),
    Country("ZA", "South Africa", "27"),
)
"""By code. A country that is missing here can still be typed: the calling code is a field of its own."""

_BY_WORD = {fold(word): country for country in COUNTRIES for word in (country.code, country.name)}


def find_country(text: str) -> Country | None:
    """The country of an ISO code or a name, in any case; None for another text."""
    return _BY_WORD.get(fold(text))


def calling_code_of(text: str) -> str:
    """The calling code in digits of a country named by code or name; "" when it is not known."""
    country = find_country(text)
    return country.calling_code if country else ""
