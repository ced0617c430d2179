"""The command line: one group, one module in `commands` per command."""

from __future__ import annotations

import difflib
import errno
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final, TextIO

import typer
from typer.core import TyperGroup

from costlint._version import __version__
from costlint.commands.cache import cache
from costlint.commands.calibrate import calibrate
from costlint.commands.check import check
from costlint.commands.compare import compare
from costlint.commands.config import config, init, schema
from costlint.commands.devices import devices
from costlint.commands.example import example
from costlint.commands.explain import explain
from costlint.commands.fix import fix
from costlint.commands.measure import measure
from costlint.commands.optimize import optimize
from costlint.commands.report import report
from costlint.commands.verify import verify
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.exit_codes import BUG, INTERRUPTED, NOT_ANALYSED, PIPE_CLOSED
from costlint.output import tell


class DefaultCommandGroup(TyperGroup):
    """`costlint model.onnx` is `costlint check model.onnx`."""

    default = "check"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command before words that name neither a command nor an own option."""
        own = {o for p in self.get_params(ctx) for o in (*p.opts, *p.secondary_opts)}
        if args and args[0] not in self.commands and args[0].split("=", 1)[0] not in own:
            self._refuse_misspelt(args[0])
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, word: str) -> None:
        """A word that is no file but nearly a command is not taken for a model."""
        near = difflib.get_close_matches(word, self.commands, 1, 0.75)
        if near and word.isidentifier() and not os.path.lexists(word):
            hint = f"did you mean the command `costlint {near[0]}`?"
            raise OptionError(f"no file is called {word!r}", facts=(hint,))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; typer's own exit code of an interrupt or a closed pipe is 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.exit(PIPE_CLOSED)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Offer the default command's options besides the group's own."""
        items = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            command = self.commands[self.default]
            with command.make_context(self.default, [], parent=ctx, resilient_parsing=True) as sub:
                seen = {item.value for item in items}
                more = command.shell_complete(sub, incomplete)
                items += [item for item in more if item.value not in seen]
        return items

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """The usage line: both ways to call it."""
        return ["[OPTIONS] MODEL...  |  COMMAND [ARGS]..."]


app = typer.Typer(
    cls=DefaultCommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Says what a neural network costs, and which of its layers waste time.",
    epilog="All options of a command: costlint COMMAND --help. Each has an environment variable "
    "(COSTLINT_FAIL_ON for --fail-on), and many have a key in costlint.toml (fail-on).",
)

# Help panel -> its commands. A new command is one module, and its function here.
_COMMANDS: Final[Mapping[str, Sequence[Callable[..., None]]]] = {
    "Analyse": (check, report, compare, measure, calibrate),
    "Change": (fix, optimize, verify),
    "Learn": (explain, devices, example),
    "Settings": (cache, config, init, schema),
}

for _panel, _functions in _COMMANDS.items():
    for _function in _functions:
        app.command(_function.__name__, rich_help_panel=_panel)(_function)


@app.callback()
def _group(
    *,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    if version:
        typer.echo(f"costlint {__version__}")
        raise typer.Exit


def run() -> int:
    """Run the command that `sys.argv` names; the exit code."""
    try:
        app(prog_name="costlint", standalone_mode=True)
    except CostlintError as error:
        tell(error)
        return NOT_ANALYSED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:  # noqa: BLE001 - the last door: a bug has its own exit code
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            tell(OptionError("a file name is longer than this system allows"))
            return NOT_ANALYSED
        print_bug(error, sys.stderr)
        return BUG
    return 0


def print_bug(error: Exception, stream: TextIO) -> None:
    """Say that costlint is at fault; the trace only on request."""
    stream.write(f"internal error: {type(error).__name__}: {error}\n")
    if "--traceback" in sys.argv or os.environ.get("COSTLINT_TRACEBACK"):
        traceback.print_exception(error, file=stream)
    else:
        again = " ".join(["costlint", *sys.argv[1:], "--traceback"])
        stream.write("  this is a bug in costlint, not in your model\n")
        stream.write(f"  fix: report it with the output of: {again}\n")
