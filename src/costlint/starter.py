"""What `costlint init` writes and prints."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = """\
# Settings of costlint. The same keys may stand in pyproject.toml under [tool.costlint].
# `costlint config` shows what is in effect, `costlint schema config` the form of this file.

# device = ["pixel4-tflite-1large"]   # costlint devices
# batch = 1
# select = ["G"]                      # rules by prefix; costlint explain
# ignore = ["G303"]
# min-savings = "1%"
# fail-on = "error"                   # error, warning, note, never
# max-latency = "8ms"
# baseline = "costlint-baseline.json"

# [shapes]                            # dimensions that a model leaves open
# N = 1

# [budgets."models/mobilenetv2.onnx"]
# pixel4-tflite-1large = "8ms"

# [[ignores]]
# rule = "G2"
# node = "/features/features.1/*"
# reason = "the accelerator needs the depthwise stem"
# expires = 2027-06-01
"""

SNIPPETS: Final = """\
In .pre-commit-config.yaml:

  - repo: local
    hooks:
      - id: costlint
        name: costlint
        entry: costlint check
        language: python
        additional_dependencies: [costlint]
        files: '\\.onnx$'
        types: [file]
        require_serial: true

In a GitHub workflow:

  - uses: actions/checkout@v4
    with: {lfs: true}
  - run: pip install costlint && costlint models/*.onnx -f github
"""
