"""The treemap of modules as SVG: area is time on the device, or bytes where there is none."""

from __future__ import annotations

from collections.abc import Iterator

from costlint.reports import numbers
from costlint.reports.html.treemap import Box, Module, modules, squarified
from costlint.reports.report import CLASSES, ModelReport
from costlint.reports.svg import COLORS, chart, element, title, words

_WIDTH, _HEIGHT = 900, 380
_HEADER = 15
_LETTER = 6.4
_LEAST_SIDE = 3.0


def treemap_svg(model: ModelReport, label_id: str) -> str:
    """Every module that is large enough to see; each rectangle tells its name and numbers."""
    root = modules([(op, model.cost(op)) for op in model.ops])
    marks = _nested(root, (0.0, 0.0, float(_WIDTH), float(_HEIGHT)), root, model, 0)
    return chart(_WIDTH, _HEIGHT, marks, "tree", label_id)


def _nested(
    module: Module, box: Box, root: Module, model: ModelReport, depth: int
) -> Iterator[str]:
    x, y, width, height = box
    if width < _LEAST_SIDE or height < _LEAST_SIDE:
        return
    parts = module.parts()
    open_it = parts and width > 34 and height > 34 and depth < 6
    if not open_it:
        yield _leaf(module, box, root, model)
        return
    header = _HEADER if depth and width > 50 and height > 60 else 0
    if depth:
        yield _rectangle(module, box, _text(module, root, model), "#e8ebef", "box")
    if header:
        yield _label(module.name, x + 4, y + 11, width - 8, "lab")
    inner = (x + 1, y + header + (0 if header else 1), width - 2, height - header - 2)
    for part, place in zip(parts, squarified([p.cost for p in parts], inner), strict=False):
        yield from _nested(part, place, root, model, depth + 1)


def _leaf(module: Module, box: Box, root: Module, model: ModelReport) -> str:
    x, y, width, height = box
    name = module.main_class
    inner = (x + 0.5, y + 0.5, width - 1, height - 1)
    mark = _rectangle(module, inner, _text(module, root, model), COLORS[name], f"f-{name}")
    if width < 40 or height < 16:
        return mark
    return mark + _label(module.name, x + 4, y + 13, width - 8, f"in-{name}")


def _label(name: str, x: float, y: float, width: float, style: str) -> str:
    room = int(width / _LETTER)
    short = f"{name[: room - 1]}…" if room > 3 else ""  # the whole name is in the title
    shown = name if len(name) <= room else short
    return element("text", words(shown), x=x, y=y, class_=style) if shown else ""


def _rectangle(module: Module, box: Box, told: str, fill: str, style: str) -> str:
    mark = {"fill": fill, "class_": style, "data_m": "", "data_q": module.path}
    place = dict(zip(("x", "y", "width", "height"), box, strict=True))
    return element("rect", title(told), **place, **mark)


def _text(module: Module, root: Module, model: ModelReport) -> str:
    cost = numbers.milliseconds(module.cost) if model.device else numbers.quantity(module.cost, "B")
    part = numbers.share(module.cost / root.cost if root.cost else 0.0)
    name = CLASSES.get(module.main_class, module.main_class)
    return f"{module.path}: {cost}, {part}, {numbers.plural(module.ops, 'op')}, mostly {name}"
