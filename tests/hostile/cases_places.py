"""Where a model may lie: odd file names, and what is no file at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.cases_protobuf import SMALL, external, small
from tests.models import model

Place = Callable[[Path], str]
"""Puts something into an empty folder, and gives the word for the command line."""


def called(name: str | bytes, word: str | None = None) -> Place:
    def put(folder: Path) -> str:
        path = folder / os.fsdecode(name)
        path.write_bytes(small())
        return word or str(path)

    return put


def fifo(folder: Path) -> str:
    os.mkfifo(folder / "m.onnx")
    return str(folder / "m.onnx")


def directory(folder: Path) -> str:
    (folder / "m.onnx").mkdir()
    return str(folder / "m.onnx")


def directory_with(folder: Path) -> str:
    inner = folder / "m.onnx"
    inner.mkdir()
    (inner / "real.onnx").write_bytes(small())
    (inner / "broken.onnx").write_bytes(small()[:60])
    (inner / "more").symlink_to(inner)
    return str(inner)


def link_to_itself(folder: Path) -> str:
    (folder / "m.onnx").symlink_to(folder / "m.onnx")
    return str(folder / "m.onnx")


def link_to_nothing(folder: Path) -> str:
    (folder / "m.onnx").symlink_to(folder / "nowhere")
    return str(folder / "m.onnx")


def unreadable(folder: Path) -> str:
    path = Path(called("m.onnx")(folder))
    path.chmod(0)
    return str(path)


def weights_are(kind: Callable[[Path], object]) -> Place:
    """A model whose external data lies in something odd."""

    def put(folder: Path) -> str:
        kind(folder / "w.bin")
        (folder / "m.onnx").write_bytes(external("0", "8"))
        return str(folder / "m.onnx")

    return put


def as_text(folder: Path) -> str:
    (folder / "m.onnxtxt").write_text(SMALL)
    return str(folder / "m.onnxtxt")


def as_json(folder: Path) -> str:
    from google.protobuf.json_format import MessageToJson

    (folder / "m.json").write_text(MessageToJson(model(SMALL)))
    return str(folder / "m.json")


PLACES: dict[str, Place] = {
    "file: new line": called("a\nb.onnx"),
    "file: markup": called("[red]x[bold].onnx"),
    "file: a glob": called("*.onnx"),
    "file: a glob of ranges": called("m[0-9]?.onnx"),
    "file: a dash": called("-x.onnx", "in/-x.onnx"),
    "file: a dash alone": called("-", "in/-"),
    "file: escapes": called("\x1b[2J.onnx"),
    "file: no UTF-8": called(b"\xff\xfe.onnx"),
    "file: HTML": called("<script>alert(1)<%2fscript>.onnx"),
    "file: a formula": called("=cmd.onnx"),
    "file: spaces": called("  .onnx"),
    "file: 250 letters": called("a" * 245 + ".onnx"),
    "file: no ending": called("model"),
    "file: capitals": called("M.ONNX"),
    "file: percent": called("%s%d%n.onnx"),
    "file: braces": called("{0}{x}.onnx"),
    "file: a tilde": called("~root", "~root"),
    "a name of 10**4 letters": lambda folder: str(folder / ("a" * 10**4)),
    "a name of nothing": lambda _: "in/",
    "a FIFO": fifo,
    "a directory": directory,
    "a directory with models": directory_with,
    "a link to itself": link_to_itself,
    "a link to nothing": link_to_nothing,
    "unreadable": unreadable,
    "/dev/zero": lambda _: "/dev/zero",
    "/dev/null": lambda _: "/dev/null",
    "/dev/stdin": lambda _: "/dev/stdin",
    "/dev/full": lambda _: "/dev/full",
    "/proc/self/mem": lambda _: "/proc/self/mem",
    "/proc/self/maps": lambda _: "/proc/self/maps",
    "an address": lambda _: "https://example.invalid/m.onnx",
    "weights in a FIFO": weights_are(os.mkfifo),
    "weights in a folder": weights_are(Path.mkdir),
    "weights in a link to itself": weights_are(lambda path: path.symlink_to(path)),
    "weights in /dev/zero": weights_are(lambda path: path.symlink_to("/dev/zero")),
    "weights of one byte": weights_are(lambda path: path.write_bytes(b"x")),
    "weights that are not there": weights_are(lambda _: None),
    "onnx text in a file": as_text,
    "JSON in a file": as_json,
}
