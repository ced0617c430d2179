"""The page on counts against PyTorch's own, over 700 networks."""

from __future__ import annotations

from typing import Final

# Reason -> graphs (of gpu-graphs.zip, without `.onnx`) whose counts differ from PyTorch's.
MERGED: Final = """
beit_base_patch16_224__224 beit_base_patch16_384__384 beitv2_base_patch16_224__224
convit_base__224 convit_small__224 convit_tiny__224
efficientformer_l3__224 efficientformer_l7__224
efficientformerv2_l__224 efficientformerv2_s0__224 efficientformerv2_s1__224
efficientformerv2_s2__224
efficientvit_m0__224 efficientvit_m1__224 efficientvit_m2__224 efficientvit_m3__224
efficientvit_m4__224 efficientvit_m5__224
eva02_small_patch14_224__224 eva02_small_patch14_336__336 eva02_tiny_patch14_224__224
eva02_tiny_patch14_336__336
gcresnet33ts__256 gcresnet50t__256 gcresnext26ts__256 gcresnext50ts__256
samvit_base_patch16_224__224
tiny_vit_11m_224__224 tiny_vit_21m_224__224 tiny_vit_21m_384__384 tiny_vit_21m_512__512
tiny_vit_5m_224__224
vit_base_patch16_rope_reg1_gap_256__256 vit_betwixt_patch16_rope_reg4_gap_256__256
vit_medium_patch16_rope_reg1_gap_256__256
""".split()

FOLDED: Final = """
coatnet_rmlp_0_rw_224__224 coatnet_rmlp_1_rw2_224__224 coatnet_rmlp_1_rw_224__224
coatnet_rmlp_2_rw_224__224 coatnet_rmlp_2_rw_384__384 coatnet_rmlp_nano_rw_224__224
maxvit_rmlp_pico_rw_256__256
maxvit_small_tf_512__512 maxvit_tiny_tf_384__384 maxvit_tiny_tf_512__512
""".split()

NOT_TRACED: Final = """
cait_s24_224__224 cait_s24_384__384 cait_s36_384__384 cait_xs24_384__384 cait_xxs24_224__224
cait_xxs24_384__384 cait_xxs36_224__224 cait_xxs36_384__384
vit_base_patch16_siglip_224__224 vit_base_patch16_siglip_256__256
vit_base_patch16_siglip_384__384 vit_base_patch16_siglip_512__512
""".split()

GRAPHS: Final = 700


def page() -> str:
    """`counts.md`: what was compared, what differs, and which side is right."""
    return f"""# Counts against PyTorch's own

{GRAPHS} image networks of pytorch-image-models (102 families) were exported to ONNX, and PyTorch
counted the same networks itself: `flop_torch` (2 per multiply-add of convolutions, matrix products
and attention, batch 1) and the number of parameters. On every graph `2 * macs` is within 0.5 % of
`flop_torch` and `parameters` is equal, but for those below. A test holds this list: it fails when a
graph is missing from it, and when one on it agrees.

{GRAPHS - len(MERGED) - len(FOLDED)} of {GRAPHS} agree in all that PyTorch counted.

## Parameters: equal matrices that the exporter merged ({len(MERGED)} graphs)

The exported networks are untrained, and TorchScript's exporter stores tensors of equal content
once: all position-bias tables that start as zeros become one initializer that many ops read. In the
file that is the same as a weight that is tied on purpose, so it counts once, and PyTorch's count is
higher. For a trained network both agree. By hand for `gcresnet33ts__256`: the last convolution of
each context block starts at zero; one of 2, one of 3 and one of 5 are the same tensor. Missing are
`64*8*1 + 128*16*2 + 384*48*4 = 78,336` weights and their biases `64*1 + 128*2 + 384*4 = 1,856`,
together the 80,192 that the counts differ by.

{_list(MERGED)}

## Multiply-accumulates: products of constants alone ({len(FOLDED)} graphs)

The relative position bias of these is computed from parameters only, so every runtime computes it
once, before the first inference, and it is not counted. PyTorch runs it at each inference and
counts it. By hand for `maxvit_tiny_tf_384__384`: two einsums make a bias of 12x12 windows from a
table of 23x23, `23*23*144 + 144*23*144 = 553,104` for each head; there are
`2*2*2 + 2*2*4 + 5*2*8 + 2*2*16 = 168` heads, together 92,921,472: exactly the difference.
And for `coatnet_rmlp_0_rw_224__224`, whose bias is a small network of 2, 512 and `heads` features
at each of 27x27 offsets (13x13 in the last stage): one block of 6 heads, six of 12, then one of 12
and one of 24: `729*(2*512 + 512*6) + 6*729*(2*512 + 512*12) + 169*(2*512 + 512*12) +
169*(2*512 + 512*24) = 37,799,936`, exactly half of the difference in `flop`.

{_list(FOLDED)}

## Not counted by PyTorch ({len(NOT_TRACED)} graphs)

PyTorch's counter failed on these, so only parameters were compared.

{_list(NOT_TRACED)}
"""


def _list(graphs: list[str]) -> str:
    return "\n".join(f"- `{name}`" for name in graphs)
