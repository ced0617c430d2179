"""Rows of the table of options as parameters of a command."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Final, TypeAlias

import typer

from costlint.costmodel.ir.errors import OptionError
from costlint.settings.option import TEXT, Option
from costlint.settings.options import OPTIONS
from costlint.settings.readers import UnknownWordError, text

Given: TypeAlias = Mapping[str, Any]
"""The values of the options that a command was given, by their names in `Options`."""

_Command: TypeAlias = Callable[..., None]

ONE_DEVICE: Final = replace(OPTIONS["device"], form=TEXT, read=text)
"""The row for a command that takes one device."""


def with_options(*names: str | Option) -> Callable[[_Command], _Command]:
    """Let a command have rows of the table as options; what was given reaches it as `given`.

    A text names a field of `Options`, or a parameter of the command's own that is to stand at
    that place in the help; the others of its own come first.
    """
    rows = {row.name: row for row in map(_row, names) if row is not None}
    order = [name if isinstance(name, str) else name.name for name in names]

    def decorated(command: _Command) -> _Command:
        own = dict(signature(command, eval_str=True).parameters)
        del own["given"]

        @wraps(command)
        def call(**values: Any) -> None:
            given = {
                name: _read(row, values[name])
                for name, row in rows.items()
                if values[name] not in (None, []) and name != "traceback"  # the app reads it
            }
            command(**{name: values[name] for name in own}, given=given)

        first = [parameter for name, parameter in own.items() if name not in order]
        rest = [_parameter(rows[name]) if name in rows else own[name] for name in order]
        keywords = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*first, *rest)]
        call.__signature__ = Signature(keywords)  # type: ignore[attr-defined] # typer reads it
        call.__annotations__ = {one.name: one.annotation for one in keywords}
        return call

    return decorated


def option(*names: str, about: str, panel: str, metavar: str = " ", **more: Any) -> Any:
    """A typer option in a panel of the help, and as COSTLINT_NAME in the environment.

    `metavar` stands for the value, nothing for a flag.
    """
    more.setdefault("envvar", Option(flags=names).variable)
    return typer.Option(
        *names, help=about, rich_help_panel=panel, metavar=metavar, show_envvar=False, **more
    )


def one_of(option: str, word: str, known: Sequence[str]) -> str:
    """`word` of an option that has few values.

    Raises:
        OptionError: it is none of `known`.
    """
    if word not in known:
        near = difflib.get_close_matches(word, known, 1)
        hint = (f"did you mean {near[0]!r}?",) if near else ()
        raise OptionError(f"{option} {word!r}", facts=(*hint, f"it is one of {', '.join(known)}"))
    return word


def _row(name: str | Option) -> Option | None:
    return OPTIONS.get(name) if isinstance(name, str) else name


def _parameter(row: Option) -> Parameter:
    """The parameter that typer makes an option of; None leaves a value to the settings file."""
    more: dict[str, Any] = {"count": True, "show_default": False} if row.is_counted else {}
    made = option(
        *row.flags,
        about=row.help,
        panel=row.panel,
        metavar=row.metavar,
        autocompletion=row.completion,
        **more,
    )
    return Parameter(
        row.name,
        Parameter.KEYWORD_ONLY,
        default=None if row.key else row.default,
        annotation=Annotated[row.form, made],
    )


def _read(row: Option, value: Any) -> Any:
    try:
        return row.read(value)
    except UnknownWordError as error:
        return one_of(row.flag, str(value), error.known)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{row.flag} {value!r}: {error}") from error
