"""Every format from one fixed Report, word for word."""

import pytest

from costlint.reports import RENDERERS, render
from costlint.reports.terminal.full import render as render_terminal
from costlint.reports.terminal.screen import Look
from tests.reports.on_device import estimated
from tests.reports.sample import compared, counted, sample, symbolic

ENDINGS = {
    "json": "json",
    "json-lines": "jsonl",
    "csv": "csv",
    "sarif": "sarif",
    "gitlab": "json",
    "junit": "xml",
    "markdown": "md",
    "html": "html",
}


@pytest.mark.parametrize("format_name", RENDERERS)
def test_format(format_name, golden):
    golden(f"{format_name}.{ENDINGS.get(format_name, 'txt')}", render(sample(), format_name))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_terminal_width(width, golden):
    report = sample(counted(), estimated())
    golden(f"terminal-{width}.txt", render_terminal(report, Look(width=width)))


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("ascii", Look(unicode=False)),
        ("color", Look(color=True)),
        ("per-op", Look(width=100, per_op=True, statistics=True, show_fused=True)),
    ],
)
def test_terminal_look(name, look, golden):
    golden(f"terminal-{name}.txt", render_terminal(sample(estimated()), look))


def test_terminal_symbolic(golden):
    golden("terminal-symbolic.txt", render_terminal(sample(symbolic())))


@pytest.mark.parametrize("format_name", ["full", "html", "concise", "markdown"])
def test_compared(format_name, golden):
    golden(
        f"compared-{format_name}.{ENDINGS.get(format_name, 'txt')}", render(compared(), format_name)
    )
