"""The page on counts against PyTorch's own, over 700 networks."""

from __future__ import annotations

from typing import Final

from docs.template import render

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
    return render("counts.md", graphs=GRAPHS, merged=MERGED, folded=FOLDED, not_traced=NOT_TRACED)
