"""What a user says of sizes and contents is followed, or refused; nothing of it is lost."""

from __future__ import annotations

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.load import load
from tests.models import model

IMAGE = "g (float[N, 3, H, W] x) => (float[N, 8, H, W] y) { y = Conv(x, w) }"


def image():
    return model(IMAGE, weights={"w": (8, 3, 1, 1)})


def test_an_axis_of_an_input_is_the_symbol_that_stands_there():
    counts = count(image(), shapes={"x_2": 5, "x_3": 7})
    assert counts.graph.inputs[0].shape == (1, 3, 5, 7)
    assert counts.macs == 3 * 8 * 5 * 7
    assert counts.graph.assumed == ()


def test_an_axis_that_is_a_number_in_the_file_takes_no_other():
    with pytest.raises(OptionError, match="x_1=4: that size of input 'x' is 3 in the file"):
        load(image(), shapes={"x_1": 4})


@pytest.mark.parametrize("shapes", [{"x": (1, 3, 5, 7)}, {"N": 1, "H": 5, "W": 7}])
def test_a_batch_beside_sizes_that_say_another_one(shapes):
    assert count(image(), shapes=shapes, batch=1).macs == 3 * 8 * 5 * 7
    with pytest.raises(OptionError, match="batch=4, but the sizes given say 1"):
        count(image(), shapes=shapes, batch=4)


def test_one_value_is_no_content_of_an_image():
    with pytest.raises(OptionError, match="one value was given for input 'x', which has 4"):
        count(image(), values={"x": 3})


def test_a_name_that_the_model_lacks_is_refused_in_python_too():
    for ask in (load, count):
        with pytest.raises(OptionError, match="no input or dimension 'heigth'"):
            ask(image(), shapes={"heigth": 3})
