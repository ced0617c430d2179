"""Which example is which row of ShuffleNet V2's tables of speeds (arXiv 1807.11164)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from costlint.examples.window import Pair

# Platform -> its name in example names.
_PLATFORMS: Final = {"gtx1080ti-cudnn7": "gpu", "snapdragon810-neon-1t": "arm"}

# Rows of Tables 1 to 4 -> the middle of the example's name.
_BLOCKS: Final = {
    "T1": {f"c1:c2=1:{ratio}": f"1to{ratio}" for ratio in (1, 2, 6, 12)},
    "T2": {f"groups={groups}": f"g{groups}" for groups in (1, 2, 4, 8)},
    "T3": {
        "1-fragment": "1fragment",
        "2-fragment-series": "2series",
        "4-fragment-series": "4series",
        "2-fragment-parallel": "2parallel",
        "4-fragment-parallel": "4parallel",
    },
    "T4": {
        f"relu={relu},shortcut={shortcut}": f"{relu_name}relu_{shortcut_name}shortcut"
        for relu, relu_name in (("yes", ""), ("no", "no"))
        for shortcut, shortcut_name in (("yes", ""), ("no", "no"))
    },
}

# Rows of Table 8 -> example, size of the input, printed complexity in millions.
_NETWORKS: Final = {
    "ShuffleNet v2 0.5x": ("shufflenet_v2_0.5x", 224, 41),
    "0.25 MobileNet v1": ("mobilenet_v1_0.25", 224, 41),
    "0.4 MobileNet v2 (160x160)": ("mobilenet_v2_0.4", 160, 43),
    "0.15 MobileNet v2": ("mobilenet_v2_0.15", 224, 39),
    "ShuffleNet v1 0.5x (g=3)": ("shufflenet_v1_0.5x_g3", 224, 38),
    "DenseNet 0.5x": ("densenet_0.5x", 224, 42),
    "Xception 0.5x": ("xception_0.5x", 224, 40),
    "IGCV2-0.25": ("igcv2_0.25", 224, 46),
    "ShuffleNet v2 1x": ("shufflenet_v2_1.0x", 224, 146),
    "0.5 MobileNet v1": ("mobilenet_v1_0.5", 224, 149),
    "0.75 MobileNet v2 (192x192)": ("mobilenet_v2_0.75", 192, 145),
    "0.6 MobileNet v2": ("mobilenet_v2_0.6", 224, 141),
    "ShuffleNet v1 1x (g=3)": ("shufflenet_v1_1.0x_g3", 224, 140),
    "DenseNet 1x": ("densenet_1.0x", 224, 142),
    "Xception 1x": ("xception_1.0x", 224, 145),
    "IGCV2-0.5": ("igcv2_0.5", 224, 156),
    "IGCV3-D (0.7)": ("igcv3_d_0.7", 224, 210),
    "ShuffleNet v2 1.5x": ("shufflenet_v2_1.5x", 224, 299),
    "0.75 MobileNet v1": ("mobilenet_v1_0.75", 224, 325),
    "1.0 MobileNet v2 (paper acc)": ("mobilenet_v2_1.0", 224, 300),
    "1.0 MobileNet v2": ("mobilenet_v2_1.0", 224, 301),
    "ShuffleNet v1 1.5x (g=3)": ("shufflenet_v1_1.5x_g3", 224, 292),
    "DenseNet 1.5x": ("densenet_1.5x", 224, 295),
    "Xception 1.5x": ("xception_1.5x", 224, 305),
    "IGCV3-D": ("igcv3_d_1.0", 224, 318),
    "ShuffleNet v2 2x": ("shufflenet_v2_2.0x", 224, 591),
    "1.0 MobileNet v1": ("mobilenet_v1_1.0", 224, 569),
    "1.4 MobileNet v2 (paper acc)": ("mobilenet_v2_1.4", 224, 585),
    "1.4 MobileNet v2": ("mobilenet_v2_1.4", 224, 587),
    "ShuffleNet v1 2x (g=3)": ("shufflenet_v1_2.0x_g3", 224, 524),
    "DenseNet 2x": ("densenet_2.0x", 224, 519),
    "Xception 2x": ("xception_2.0x", 224, 525),
    "IGCV2-1.0": ("igcv2_1.0", 224, 564),
    "IGCV3-D (1.4)": ("igcv3_d_1.4", 224, 610),
    "ShuffleNet v2 2x (SE)": ("shufflenet_v2_2.0x_se", 224, 597),
    "NASNet-A (4 @ 1056)": ("nasnet_a_4_1056", 224, 564),
    "PNASNet-5": ("pnasnet_5", 224, 588),
}

# Rows of the appendix's table of resolutions -> example. Its MobileNet v2 rows of 40 and 140 MFLOPs
# are left out: Table 8 has two networks of each, and the paper does not say which one ran.
_COMPLEXITIES: Final = {
    **{
        f"{family} {macs}": example.format(width)
        for family, example in (
            ("ShuffleNet v2", "shufflenet_v2_{}x"),
            ("ShuffleNet v1", "shufflenet_v1_{}x_g3"),
            ("Xception", "xception_{}x"),
        )
        for macs, width in (("40M", 0.5), ("140M", 1.0), ("300M", 1.5), ("500M", 2.0))
    },
    "MobileNet v2 300M": "mobilenet_v2_1.0",
    "MobileNet v2 500M": "mobilenet_v2_1.4",
}

# As printed, width first -> height and width.
_RESOLUTIONS: Final = {"320x320": (320, 320), "640x480": (480, 640), "1080x720": (720, 1080)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """A published speed's coordinates, and `example(name, batch=batch, size=size)` that ran.

    `multiplier` is the "x2" of Tables 1 to 4, `resolution` the column of the appendix's table (A1),
    `printed_macs` the complexity that Table 8 prints: where the example's is far from it, the paper
    did not define the network well enough to build it (docs/examples.md).
    """

    table: str
    row: str
    platform: str
    multiplier: int | None = None
    resolution: str | None = None
    example: str
    batch: int
    size: Pair | None
    printed_macs: int | None = None


def paper_rows() -> tuple[PaperRow, ...]:
    """Every row of Tables 1 to 4 and 8 and of the appendix's table of resolutions."""
    return (*_block_rows(), *_network_rows(), *_resolution_rows())


def _block_rows() -> Iterator[PaperRow]:
    for platform, short in _PLATFORMS.items():
        for table, rows in _BLOCKS.items():
            for row, middle in rows.items():
                for times in (1, 2, 4):
                    yield PaperRow(
                        table=table,
                        row=row,
                        platform=platform,
                        multiplier=times,
                        example=f"paper_table{table[1:]}_{short}_{middle}_x{times}",
                        batch=1,
                        size=None,
                    )


def _network_rows() -> Iterator[PaperRow]:
    for platform, short in _PLATFORMS.items():
        for row, (example, size, millions) in _NETWORKS.items():
            yield PaperRow(
                table="T8",
                row=row,
                platform=platform,
                example=example,
                batch=8 if short == "gpu" else 1,
                size=size,
                printed_macs=millions * 10**6,
            )


def _resolution_rows() -> Iterator[PaperRow]:
    for platform, short in _PLATFORMS.items():
        for row, example in _COMPLEXITIES.items():
            for resolution, size in _RESOLUTIONS.items():
                # The table's footnote: a smaller batch does not fill the GPU there.
                starred = short == "gpu" and row.endswith(" 40M") and resolution == "320x320"
                yield PaperRow(
                    table="A1",
                    row=row,
                    platform=platform,
                    resolution=resolution,
                    example=example,
                    batch=8 if starred else 1,
                    size=size,
                )
