"""Options from the fields of the catalog, and the values that they give to the services."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from backend.catalog.model import Field, Kind, Record
from backend.domain.errors import Conflict, Invalid, NotFound
from smartplus_tui.cli.call import Call
from smartplus_tui.cli.references import FINDERS
from smartplus_tui.cli.secret_input import SecretParameter, read_secret
from smartplus_tui.cli.words import option_name

Values = dict[str, Any]
"""Field name -> value as a service takes it; only what was given."""

FROM = "from_file"
_MANY = (Kind.REFERENCES, Kind.SECRETS, Kind.TEXTS)
_LONGEST_FILE = 1_000_000
_LONGEST_FIGURE = 18
_FLAGS = {"yes": True, "no": False}


def formed(record: Record, without: Iterable[str] = ()) -> tuple[Field, ...]:
    """The fields of a record's form that a verb takes."""
    return tuple(field for field in record.formed() if field.name not in set(without))


def options_of(fields: Iterable[Field], also: Mapping[str, str]) -> list[click.Parameter]:
    """An option for each field, and --from; `also` gives fields a second name."""
    options: list[click.Parameter] = [_option(field, also.get(field.name, "")) for field in fields]
    source = click.Path(dir_okay=False, path_type=Path)
    text = "Take fields from a JSON object, by the names of these options; options go before it."
    return [*options, click.Option(["--from", FROM], metavar="FILE.json", type=source, help=text)]


def values_of(call: Call, fields: Iterable[Field], typed: Mapping[str, Any]) -> Values:
    """What was given of the fields, as the services take it; secrets are asked for last of all.

    Raises Invalid naming every field that is not understood.
    """
    by_name = {field.name: field for field in fields}
    given = _from_file(typed.get(FROM), by_name)
    call.act()  # signing in comes first: where both come by standard input, its password is the first line
    given |= {name: typed[name] for name in by_name if typed.get(name) not in (None, ())}
    values: Values = {}
    bad: dict[str, str] = {}
    for name, value in sorted(given.items(), key=lambda item: by_name[item[0]].kind is Kind.SECRET):
        try:
            values[name] = _READERS[by_name[name].kind](call, by_name[name], value)
        except (NotFound, Conflict) as error:
            bad[name] = str(error)
        except Invalid as error:
            bad |= {name: str(error)}
    if bad:
        raise Invalid(bad)
    return values


def _option(field: Field, also: str) -> click.Option:
    name = option_name(field.name)
    flags = [f"--{name}", *([f"--{also}"] if also else []), field.name]
    words = [field.label, *([field.hint] if field.hint else [])]
    kind: click.ParamType[Any] = click.STRING
    if field.kind is Kind.SECRET:
        kind = SecretParameter()
        words.append("- asks for it")
    elif field.choices:
        kind = click.Choice([choice.value for choice in field.choices], case_sensitive=False)
    elif field.kind is Kind.FLAG:
        kind = click.Choice(list(_FLAGS), case_sensitive=False)
    if field.refers:
        words.append("by name or id:N")
    many = field.kind in _MANY
    if many:
        words.append("repeat it for several")
    metavar = name.upper() if kind is click.STRING else None
    return click.Option(flags, multiple=many, type=kind, metavar=metavar, help=f"{'; '.join(words)}.")


def _from_file(path: Path | None, by_name: Mapping[str, Field]) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8") as source:
            found = json.loads(source.read(_LONGEST_FILE))
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid({"from": f"{path} cannot be read."}) from error
    except ValueError:
        raise Invalid({"from": f"{path} is not JSON."}) from None
    if not isinstance(found, dict):
        raise Invalid({"from": f"{path} must hold one JSON object."})
    names = {option_name(name): name for name in by_name} | {name: name for name in by_name}
    unknown = {key: "There is no such field." for key in found if key not in names}
    if unknown:
        raise Invalid(unknown)
    return {names[key]: _texts(value) for key, value in found.items() if value is not None}


def _texts(value: Any) -> Any:
    """JSON values as options would have them: numbers as text, lists of text."""
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return str(value)


def _text(_call: Call, _field: Field, value: Any) -> str:
    return str(value)


def _choice(_call: Call, field: Field, value: Any) -> str:
    wanted = str(value).casefold()
    found = next((one.value for one in field.choices if wanted in (one.value.casefold(), one.label.casefold())), None)
    if found is None:
        raise Invalid({field.name: f"Choose one of {', '.join(one.value for one in field.choices)}."})
    return found


def _flag(_call: Call, field: Field, value: Any) -> bool:
    found = (_FLAGS | {"true": True, "false": False}).get(str(value).casefold())
    if found is None:
        raise Invalid({field.name: f"Say {' or '.join(_FLAGS)}."})
    return found


def _integer(_call: Call, field: Field, value: Any) -> int:
    text = str(value).strip()
    if not text.removeprefix("-").isdecimal() or len(text) > _LONGEST_FIGURE:
        raise Invalid({field.name: "This is a whole number."})
    return int(text)


def _reference(call: Call, field: Field, value: Any) -> int | None:
    return FINDERS[field.refers](call.engine, call.context, str(value)) if value != "" else None


def _references(call: Call, field: Field, value: Any) -> tuple[int, ...]:
    wanted = value if isinstance(value, tuple) else (value,)
    return tuple(dict.fromkeys(one for text in wanted if text for one in _found(call, field, text)))


def _found(call: Call, field: Field, text: str) -> tuple[int, ...]:
    """The record that is called so, or those between commas: "gym,pool"."""
    find = FINDERS[field.refers]
    try:
        return (find(call.engine, call.context, text),)
    except NotFound:
        if "," not in text:
            raise
    return tuple(find(call.engine, call.context, part.strip()) for part in text.split(",") if part.strip())


def _secret(_call: Call, field: Field, value: Any) -> str:
    return read_secret(field.label) if value == "-" else str(value)


def _secrets(_call: Call, field: Field, value: Any) -> tuple[str, ...]:
    wanted = value if isinstance(value, tuple) else (value,)
    return tuple(read_secret(field.label) if text == "-" else text.strip() for one in wanted for text in one.split(";"))


def _several(_call: Call, _field: Field, value: Any) -> tuple[str, ...]:
    wanted = value if isinstance(value, tuple) else (value,)
    return tuple(part.strip() for text in wanted for part in text.split(";") if part.strip())


def _photo(call: Call, _field: Field, value: Any) -> bytes:
    return call.engine.files.read_photo(Path(value))


_READERS: dict[Kind, Callable[[Call, Field, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.EMAIL: _text,
    Kind.CHOICE: _choice,
    Kind.FLAG: _flag,
    Kind.INTEGER: _integer,
    Kind.DATE: _text,
    Kind.REFERENCE: _reference,
    Kind.REFERENCES: _references,
    Kind.SECRET: _secret,
    Kind.SECRETS: _secrets,
    Kind.TEXTS: _several,
    Kind.PHOTO: _photo,
}
"""How a field of each kind is read; a form has no others."""
