"""The small Xceptions that the ShuffleNet papers compare with.

Xception itself (Chollet, CVPR 2017) has 8.4 GMACs. Light-Head R-CNN (arXiv 1711.07264, Table 6)
made a small one: (4, 8, 4) units of 144, 288 and 576 channels, 145 MFLOPs. ShuffleNet (arXiv
1707.01083, section 4.1) says what such a unit is: its own without groups, and so without shuffle.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from costlint.examples.recipe import family
from costlint.examples.shufflenet_v1 import shufflenet_v1

# Other widths scale as ShuffleNet's do, which nobody published.
RECIPES: Final = family(
    "xception_{width}",
    "arXiv 1711.07264, Table 6",
    partial(shufflenet_v1, groups=1),
    width=("0.5x", "1.0x", "1.5x", "2.0x"),
)
