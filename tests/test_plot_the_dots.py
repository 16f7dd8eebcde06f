"""The charts of NHSRplotthedots, label by label: compatible mode is that package to the letter."""

import pandas as pd
import pytest

from saypro_analysis.kpi import Baseline, Rebase
from saypro_analysis.limits import limit_points, process_limits

# A&E breaches of trusts, April 2016 to March 2018, and attendances in England, April 2016 to March 2019 (NHSRdatasets,
# CC0), as charted in the README and the vignettes of NHSRplotthedots (MIT).
RQM = [
    1199, 929, 970, 1178, 1110, 1388, 2061, 1985, 2675, 3141, 1942, 2030, 1309, 1960, 1169, 1117, 1085, 1492,
    1280, 1197, 1569, 1406, 1328, 1564,
]  # fmt: skip
RRK = [
    1195, 1843, 1397, 1333, 1771, 1751, 2013, 1759, 2179, 2585, 1654, 1543, 1632, 1558, 1190, 1357, 1279, 1683,
    2190, 1804, 986, 2181, 2048, 2154,
]  # fmt: skip
RJC = [
    250, 263, 229, 300, 189, 279, 253, 201, 393, 379, 225, 198, 260, 349, 219, 297, 233, 408, 529, 490, 891,
    780, 991, 937,
]  # fmt: skip
R1K = [
    2652, 3145, 2508, 2544, 2179, 3227, 3752, 4062, 5392, 5897, 4616, 4874, 4374, 4442, 3781, 3317, 3672, 4847,
    3594, 3911, 4912, 4689, 3216, 4524,
]  # fmt: skip
ENGLAND = [
    1867781, 2070340, 1958802, 2079034, 1932901, 1952464, 2001816, 1907871, 1944567, 1895272, 1735619, 2015834,
    1949762, 2066789, 1994056, 2073944, 1924663, 1925961, 2044137, 1976971, 2003954, 2000086, 1820012, 2049785,
    1984369, 2164458, 2093942, 2179896, 1997854, 2005695, 2079492, 2037847, 2047518, 2113413, 1954947, 2167550,
]  # fmt: skip
# R's set.seed(123); rnorm(24), the data of the package's snapshot and icon tests.
NORMAL = [
    -0.56047564655221, -0.230177489483281, 1.55870831414912, 0.070508391424576, 0.129287735160946,
    1.71506498688328, 0.460916205989202, -1.26506123460653, -0.686852851893526, -0.445661970099958,
    1.22408179743946, 0.359813827057364, 0.400771450594052, 0.11068271594512, -0.555841134754075,
    1.78691313680308, 0.497850478229239, -1.96661715662964, 0.701355901563686, -0.472791407727934,
    -1.06782370598685, -0.217974914658295, -1.02600444830724, -0.72889122929114,
]  # fmt: skip
# Vignette "deviations": one outlier, of which screening is switched off.
OUTLIER = [
    1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1,
]  # fmt: skip

#: Labels: U above, u below the limits; S seven above, s seven below the mean; t two of three below; . common cause.
#: Meaning: + improvement, - concern, . common cause. Both from the package's charts and tests, or by its stated rules.
CASES = {
    "README": (RQM, "lower", 1200, "common", "hit or miss", (1545.166666667, 740.395757576, 2349.937575758),
               ".tt.....UU..............", ".++.....--.............."),
    "stable period": (RRK, "lower", None, "common", "none", (1711.875, 849.793181818, 2573.956818182),
                      ".........Ussssssss......", ".........-++++++++......"),
    "facet RJC": (RJC, "lower", None, "concerning", "none", (397.625, 165.721363636, 629.528636364),
                  "sststsssssttsststSSSUUUU", "+++++++++++++++++-------"),
    "facet R1K": (R1K, "lower", None, "common", "none", (3921.958333333, 2119.403550725, 5724.513115942),
                  "tstttssSSUSSSS..........", "+++++++-------.........."),
    "rebased": (ENGLAND, "higher", None, "common", "none", (2068915.083333333, 1805691.397878788, 2332138.768787879),
                "." * 36, "." * 36),
    "not screened": (OUTLIER, "higher", None, "common", "none", (1.944444444, -3.062614379, 6.951503268),
                     "....U.............", "....+............."),
    "snapshot": ([*NORMAL[:14], 10.0, *NORMAL[15:20]], "higher", None, "common", "none",
                 (0.669415859, -2.383665597, 3.722497316), "..............U.....", "..............+....."),
    "facet 0": (NORMAL[:10], "higher", None, "common", "none", (0.074625644, -2.600585408, 2.749836696),
                "." * 10, "." * 10),
    "icons": (NORMAL, "higher", 0.5, "common", "hit or miss", (-0.00867576, -2.908246542, 2.890895022),
              "." * 24, "." * 24),
    "one step": ([1, 1, 1, 1, 2], "higher", None, "improving", "none", (1.2, 1.2, 1.2), "uuuuU", "----+"),
}  # fmt: skip
BASELINES = {
    "rebased": Baseline(rebase=(Rebase(month="2017-04", reason="a year"), Rebase(month="2018-04", reason="a year"))),
    "not screened": Baseline(screen=False),
}
LABELS = {"outside limits": "uU", "shift": "sS", "two in three": "tT", "trend": "rR"}
MEANING = {"improving": "+", "concerning": "-", "common": "."}


@pytest.mark.parametrize("case", CASES)
def test_labels_limits_and_icons(case):
    """Label and meaning of every point, limits, variation and assurance are those of the package."""
    values, better, target, variation, assurance, lines, labels, meaning = CASES[case]
    series = pd.Series(values, index=pd.period_range("2016-04", periods=len(values), freq="M"), dtype="float64")
    settings = {"better": better, "target": target, "baseline": BASELINES.get(case, Baseline()), "compatible": True}
    table = limit_points(series, **settings)
    found = [
        LABELS[rule][way > 0] if rule else "." for rule, way in zip(table["rule"], table["direction"], strict=True)
    ]
    assert "".join(found) == labels
    assert "".join(table["signal"].map(MEANING)) == meaning
    limits = process_limits(series, **settings)
    assert (limits.mean, limits.lower, limits.upper) == pytest.approx(lines, abs=1e-8)
    assert (limits.variation, limits.assurance) == (variation, assurance)
