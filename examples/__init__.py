"""Known networks as ONNX, built without any framework."""

from __future__ import annotations

from costlint.examples.build import example
from costlint.examples.listing import Example, list_examples

__all__ = ["Example", "example", "list_examples"]
