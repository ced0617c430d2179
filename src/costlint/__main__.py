"""The command line's way in: what must happen before anything heavy is imported."""

from __future__ import annotations

import gc
import signal
import sys

from costlint._version import __version__


def main() -> None:
    """Run costlint.

    Exit codes: 0 passed, 1 gate failed, 2 not analysed, 3 a bug in costlint, 130 interrupted.
    """
    if hasattr(signal, "SIGPIPE"):  # `costlint ... | head` ends quietly, not as a finding
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"costlint {__version__}")  # noqa: T201 - the answer
        return
    gc.set_threshold(200_000, 50, 100)  # a run makes many objects, hardly any of them garbage
    try:
        from costlint.app import run

        code = run()
    except KeyboardInterrupt:  # before a command runs
        code = 130
    except ImportError as error:  # Python's own exit code would be 1: a failed gate
        sys.stderr.write(f"error: costlint is not installed whole: {error}\n")
        sys.stderr.write("  fix: pip install --force-reinstall costlint\n")
        code = 3
    sys.exit(code)


if __name__ == "__main__":
    main()
