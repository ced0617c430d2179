"""Text of configuration.md: every key of a settings file, from the keys themselves."""

from __future__ import annotations

from costlint.settings import NAMES, variable
from costlint.settings.keys import KEYS, OPTIONS, Key

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


def page() -> str:
    """The page."""
    return "\n".join([INTRO, *(_section(name, key) for name, key in KEYS.items())])


def _section(name: str, key: Key) -> str:
    also = f" Also `--{name}` and `{variable(name)}`." if name in OPTIONS else ""
    return f"""\
## {name}

{key.meaning[0].upper()}{key.meaning[1:]}. Default: {key.default_text}.{also}

```toml
{key.example}
```
"""
