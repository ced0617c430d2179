"""`verify` runs what the findings propose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from costlint.analyzers import RULES
from costlint.costmodel.channels import channels_of
from costlint.costmodel.edit import Edit
from costlint.costmodel.models.from_graph import model_of
from costlint.fixing import run
from costlint.verifying import Verified, _parts, timed
from tests.analyzers.examples import graph
from tests.analyzers.pricing import Device, facts_on, found_by

DEVICE = Device(mac_per_s=1e11, byte_per_s=1e10, lanes_out=8)


def test_both_networks_of_every_expressible_finding_run():
    ran = set()
    for rule in RULES:
        of = graph(rule.bad)
        facts = facts_on(DEVICE, of)
        for finding in found_by([rule], facts):
            if finding.edit is None or finding.edit.fused or finding.edit.free:
                continue
            parts = _parts(of, finding.edit, channels_of(of))
            seconds = timed(parts, runs=1, threads=1)
            assert all(value > 0 for value in seconds)
            ran.add(rule.id)
    assert ran == {"G101", "G102", "G201", "G202", "G301", "G302", "G404"}


def test_a_difference_of_less_than_the_noise_is_close():
    finding = found_by([RULES[0]], facts_on(DEVICE, graph(RULES[0].bad)))[0]
    one = Verified(finding=finding, predicted=finding.saving, before_s=1.0, after_s=0.98)
    assert one.is_close
    assert one.has_sign
    assert not replace(one, after_s=0.9).is_close


def test_a_changed_width_reaches_the_shape_of_an_expand():
    text = """
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w, float[4, 8, 1, 1] v) => (float[1, 4, 8, 8] y)
    <int64[4] s = {1, 8, 8, 8}>
    { a = Conv(x, w)  b = Expand(a, s)  y = Conv(b, v) }
    """
    of = graph(text)
    channels = channels_of(of)
    (group,) = [g for g in channels.groups if not g.frozen]
    parts = _parts(of, Edit(widths={group.name: 5}), channels)
    assert timed(parts, runs=1, threads=1)


def test_a_vector_that_is_scale_and_variance_stays_positive():
    text = """
    g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w, float[8] s) => (float[1, 8, 8, 8] y)
    { a = Conv(x, w)  y = BatchNormalization(a, s, s, s, s) }
    """
    given = {"x": np.ones((1, 3, 8, 8), np.float32)}
    assert np.isfinite(run(model_of(graph(text)), given)[0]).all()
