"""The terms of the latency model: what is counted of a kernel and what a device pays for it.

latency = launches + max(compute, memory) + (1 - overlap) * min(compute, memory), where each of the
three is a sum of `amount / rate`. The roofline (Williams et al., CACM 2009) is the case of one
compute rate, one bandwidth and full overlap; more rates than one because libraries run another
algorithm for each kind of kernel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Part: TypeAlias = Literal["launch", "compute", "memory"]
FREE: Final = "free"
NEEDED: Final = "needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. `unit` is the rate's, as it ends the profile's key (`dense_1x1_mac_per_s`).

    A unit of `s` is seconds for each (`launch_s`), any other is a rate. `default` is what a profile
    takes that does not have the term: the rate of another term, by its name; FREE, where the term
    is time on top of others; NEEDED, where no profile can do without it.
    """

    name: str
    part: Part
    unit: str
    doc: str
    default: str

    @property
    def is_rate(self) -> bool:
        """Whether the profile holds a rate; else seconds for each."""
        return self.unit != "s"

    def inverse(self, value: float) -> float:
        """A rate as seconds for each, and back; what is seconds already stays."""
        return 1.0 / value if self.is_rate else value

    @property
    def key(self) -> str:
        """The key in a profile."""
        return f"{self.name}_{self.unit}"


def _launch(name: str, doc: str, unit: str = "s", default: str = FREE) -> Term:
    return Term(name=name, part="launch", unit=unit, doc=doc, default=default)


def _compute(name: str, doc: str, default: str, unit: str = "mac_per_s") -> Term:
    return Term(name=name, part="compute", unit=unit, doc=doc, default=default)


def _memory(name: str, doc: str, default: str = "elementwise") -> Term:
    return Term(name=name, part="memory", unit="byte_per_s", doc=doc, default=default)


TERMS: Final[tuple[Term, ...]] = (
    _launch(
        "launch", "each kernel: dispatch, and on a GPU the gap before the next", default=NEEDED
    ),
    _launch("launch_product", "each convolution or product besides: packing, thread wake-up"),
    _launch("group", "each further group of a grouped convolution, where groups run in turn"),
    _launch("depth", "each multiply-accumulate in the longest chain: a dot product is serial"),
    _launch("resize_chain", "each sample and channel of a resize: one thread may walk them all"),
    _launch("step", "each time step of a recurrent layer"),
    _launch(
        "copy",
        "inputs from the host, results back; of a map no more than an image's channels",
        "byte_per_s",
    ),
    _launch(
        "reorder",
        "between plain tensors and blocks of channels, where a runtime uses both",
        "byte_per_s",
        default="movement",
    ),
    _launch(
        "reorder_integer",
        "of maps of integers between channels first and last, where a runtime uses both",
        "byte_per_s",
        default="reorder",
    ),
    _launch("crossing", "each tensor that goes to the host or comes back for an op of the host's"),
    _launch(
        "crossing_traffic",
        "bytes of those tensors: download, the host's own work, upload",
        "byte_per_s",
        default="copy",
    ),
    _compute("dense_1x1", "dense 1x1 convolutions: matrix products", NEEDED),
    _compute(
        "dense_3x3",
        "dense 3x3 of stride 1, where Winograd saves up to 2.25 to 4 times",
        "dense_1x1",
    ),
    _compute(
        "dense_other", "other dense convolutions: strided, large, few input channels", "dense_1x1"
    ),
    _compute(
        "dense_narrow",
        "dense ones of few channels or weights, where a library has its own",
        "dense_other",
    ),
    _compute(
        "unpacked", "dense convolutions that do not fill the vectors, or groups of threads", FREE
    ),
    _compute("grouped", "grouped convolutions", "dense_other"),
    _compute(
        "group_window", "outputs times filter of grouped ones: narrow groups waste lanes", FREE
    ),
    _compute("group_odd", "grouped ones whose group is no power of two wide: no fast kernel", FREE),
    _compute("depthwise", "depthwise 3x3 and smaller", "grouped"),
    _compute("depthwise_5x5", "depthwise 5x5", "depthwise"),
    _compute("depthwise_large", "depthwise filters over 5x5", "depthwise_5x5"),
    _compute("linear", "products with a weight", "dense_1x1"),
    _compute("unaligned", "products whose rows are no multiple of 16 bytes", FREE),
    _compute("matmul", "products of two activations, attention", "linear"),
    _compute("integer", "dense convolutions and products of integers of 8 bits", "dense_1x1"),
    _compute("integer_signed", "the same with signed activations, where they are apart", "integer"),
    _compute("integer_depthwise", "depthwise convolutions of integers", "depthwise"),
    _compute("recurrent", "recurrent layers", "linear"),
    _compute("special", "exponentials and the like, and window operations", FREE, "element_per_s"),
    _compute(
        "epilogue",
        "elements of ops fused behind a product: activations, sums",
        FREE,
        "element_per_s",
    ),
    _memory("dense_1x1_traffic", "activations of dense 1x1 convolutions"),
    _memory(
        "winograd_traffic", "3x3 convolutions' activations through Winograd's transforms", FREE
    ),
    _memory("dense_traffic", "activations of other convolutions"),
    _memory(
        "channels_first", "half-precision convolutions' maps that lie channel after channel", FREE
    ),
    _memory("im2col", "the matrix that filters over 1x1 unfold their input to", FREE),
    _memory("depthwise_traffic", "activations of depthwise convolutions"),
    _memory("linear_traffic", "activations of products"),
    _memory("elementwise", "sums, products, batch normalisation, casts", NEEDED),
    _memory("activation", "functions of one tensor"),
    _memory("normalization", "layer, group and instance normalisation"),
    _memory("softmax", "softmax"),
    _memory("reduction", "pooling and reductions"),
    _memory("movement", "concatenation, copies, transposes, padding, resizing"),
    _memory("quantized", "arithmetic on elements of 8 bits, and conversions to and from them"),
    _memory("spill", "what of a kernel's activations and weights does not fit the cache", FREE),
    _memory("weights", "weights of convolutions"),
    _memory("weights_linear", "weights of linear layers, streamed once at batch 1", "weights"),
)

INTEGERS: Final = (
    "integer", "integer_signed", "integer_depthwise", "quantized", "reorder_integer",
)  # fmt: skip
"""Terms of kernels on integers. A profile without them is said to be so where a model has any."""
INDEX: Final = {term.name: i for i, term in enumerate(TERMS)}
PARTS: Final[tuple[Part, ...]] = tuple(term.part for term in TERMS)
TRANSFERS: Final = tuple(
    i for i, term in enumerate(TERMS) if term.part == "launch" and term.is_rate
)
"""Launch terms that are bytes on their way to or from the kernel, and no launch of it."""
