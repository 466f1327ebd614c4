"""Panels of expected depths."""

import numpy as np
from tools.depth_panel import PanelDepths, PanelSettings, build_panel

from pgx.copynumber.depth import GeneWindow


def test_a_panel_is_built_without_known_copies_and_unmoved_by_odd_samples():
    rng = np.random.default_rng(3)
    n, controls, windows = 24, 300, 12
    expectation, own = rng.normal(0, 0.2, controls), rng.normal(-0.1, 0.1, windows)
    copies = np.array([1] * 3 + [2] * 18 + [3, 4, 2])
    level = np.log(rng.uniform(25, 45, n))
    depth = np.exp(level[:, None] + expectation + rng.normal(0, 0.05, (n, controls)))
    gene = np.exp(level[:, None] + own + rng.normal(0, 0.05, (n, windows))) * copies[:, None] / 2
    settings = PanelSettings(
        name="made",
        gene="CYP2D6",
        contig="chr22",
        made_from="numbers",
        controls=[("chr1", 100 * i, 100 * i + 19) for i in range(1, controls + 1)],
        gene_windows=[
            GeneWindow(1000 * i, 1000 * i + 19, 0, 0, body=True) for i in range(1, windows + 1)
        ],
    )
    panel = build_panel(settings, PanelDepths(depth, gene))
    found = np.array([w.log_depth for w in panel.windows])
    shift = np.median(expectation)
    np.testing.assert_allclose(found, own - shift, atol=0.06)
