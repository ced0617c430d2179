"""Text of configuration.md: every key and every option of `check`, from the table of options."""

from __future__ import annotations

from costlint.settings import NAMES
from costlint.settings.option import Option
from costlint.settings.options import KEYS, OPTIONS

INTRO = f"""\
# Settings

They stand in {", ".join(f"`{name}`" for name in NAMES[:2])} or `{NAMES[2]}` (there under
`[tool.costlint]`); in one folder the first of these wins. The nearest file upwards from a model
holds for it, and files are joined by `extend` only. `costlint init` writes one to start from,
`costlint config` shows what is in effect and where it came from, `costlint schema config` prints
the JSON Schema for editors.

What is said twice: an option wins over an environment variable, that over the settings file, that
over the default. Every option has a variable, `COSTLINT_` and its name; several values are
separated by spaces. `--config FILE` takes another file, `--isolated` none.

Durations are written `8ms`, `800us` or `1.5s` (a bare number is milliseconds), shares `2%` or
`0.02`. A key that is not known is an error.
"""


OTHERS = """\
## Options without a key

| option of `costlint check` | variable | |
|---|---|---|
"""


def page() -> str:
    """The page."""
    others = [_line(row) for row in OPTIONS.values() if not row.key]
    return "\n".join([INTRO, *map(_section, KEYS.values()), OTHERS + "\n".join(others), ""])


def _section(row: Option) -> str:
    also = f" Also `{row.flag}` and `{row.variable}`." if row.flags else ""
    return f"""\
## {row.key}

{row.meaning[0].upper()}{row.meaning[1:]}. Default: {row.default_text}.{also}

```toml
{row.example}
```
"""


def _line(row: Option) -> str:
    names = ", ".join(f"`{flag}`" for flag in row.flags)
    return f"| {names} | `{row.variable}` | {row.help} |"
