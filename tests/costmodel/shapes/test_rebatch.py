"""A model exported at batch 1 with the batch baked in, costed at another one."""

from __future__ import annotations

from typing import Any

import onnx
import pytest

from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.load import load


def output(body: str, constants: str, dims: str = "1,8,6,6") -> Any:
    """Shape of `y` at batch 4 of a model that stands at batch 1."""
    header = '<ir_version: 8, opset_import: ["": 17]>'
    text = f"{header} g (float[{dims}] x) => (float y) <{constants}> {{ {body} }}"
    return load(onnx.parser.parse_model(text), batch=4).outputs[0].shape


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("1,288", (4, 288)),
        ("-1,288", (4, 288)),
        ("1,-1", (4, 288)),
        ("0,-1", (4, 288)),
        ("1,2,4,6,6", (4, 2, 4, 6, 6)),  # a channel shuffle
        ("8,36", (4 * 8, 36)),  # batch and channels in one
        ("8,1,36", (4 * 8, 1, 36)),
        ("1,8,36", (4, 8, 36)),
    ],
)
def test_a_baked_reshape_takes_the_new_batch(target, expected):
    count = target.count(",") + 1
    assert output("y = Reshape(x, t)", f"int64[{count}] t = {{{target}}}") == expected


def test_a_channel_shuffle_keeps_the_batch_apart():
    body = "a = Reshape(x, t) b = Transpose<perm=[0,2,1,3,4]>(a) y = Reshape(b, u)"
    constants = "int64[5] t = {1,2,4,6,6}, int64[4] u = {1,8,6,6}"
    assert output(body, constants) == (4, 8, 6, 6)


def test_sizes_of_a_resize_and_targets_of_an_expand():
    sizes = "int64[4] s = {1,8,12,12}, float e"
    assert output("y = Resize(x, , , s)", sizes) == (4, 8, 12, 12)
    assert output("y = Expand(x, s)", "int64[4] s = {1,8,6,6}") == (4, 8, 6, 6)


def test_a_class_token_at_the_old_batch_is_joined_to_the_new_one():
    body = "y = Concat<axis=1>(t, x)"
    assert output(body, "float[1,1,16] t = {0}", "1,9,16") == (4, 10, 16)


def test_where_no_axis_can_take_the_batch_the_model_is_refused():
    with pytest.raises(ShapeError, match="baked into the model"):
        output("a = Transpose<perm=[1,0,2,3]>(x) y = Reshape(a, t)", "int64[2] t = {2,144}")
