"""Everything that can be wrong with causes and evidence, in one copy of the params: told at once, with its place."""

import re
import shutil
from pathlib import Path

import pytest

from saypro_analysis.data.params import read_params
from saypro_analysis.errors import ParamsError

PARAMS = Path(__file__).resolve().parents[2] / "params"

#: What is put into which file in place of what, and the fault that this is: (file, old, new, words).
#: Where old is empty the slip before it makes this fault too.
SLIPS: tuple[tuple[str, str, str, str], ...] = (
    (
        "causes.yml",
        "causes:\n  resource_shortages:",
        "causes:\n  bad_luck: {name: Bad luck, signs: {}}\n  resource_shortages:",
        "causes.bad_luck.signs: no sign; a cause needs at least one sign",
    ),
    ("causes.yml", "prior: occasional", "prior: 1.5", "causes.resource_shortages.prior: 1.5; between 0 and 1"),
    (
        "causes.yml",
        "lack_of_budget: moderate",
        "lack_of_budget: -0.2",
        "causes.resource_shortages.signs.lack_of_budget: -0.2; between 0 and 1",
    ),
    (
        "causes.yml",
        "too_little_training: decisive",
        "too_little_training: 1.1",
        "causes.lack_of_training.signs.too_little_training: 1.1; between 0 and 1",
    ),
    (
        "causes.yml",
        "\nsigns:\n",
        "\nsigns:\n  bad_weather: {name: Bad weather}\n",
        "signs.bad_weather: no cause shows in it",
    ),
    (
        "causes.yml",
        "    name: Rework\n",
        "    name: Rework\n    leak: 1\n    group: quality\n",
        "signs.rework.leak: 1; between 0 and 1",
    ),
    ("causes.yml", "", "", "signs.rework.group: 'quality' has this sign only"),
    (
        "causes.yml",
        "effect_of: [conversion_rate]",
        "effect_of: [conversion_rte]",
        "signs.low_sales_conversions.effect_of: no KPI 'conversion_rte'; did you mean 'conversion_rate'?",
    ),
    (
        "causes.yml",
        "effects: {resource_shortages: strong}",
        "effects: {resource_shortage: 1.4}",
        "actions.hire.effects.resource_shortage: no such cause; did you mean 'resource_shortages'?",
    ),
    ("causes.yml", "", "", "actions.hire.effects.resource_shortage: 1.4; between 0 and 1"),
    ("causes.yml", "success: 0.7", "success: 1.2", "actions.hire.success: 1.2; above 0, and 1 at most"),
    (
        "departments/sales.yml",
        "\nsigns:\n",
        "\nlinks: {lack_of_training: {reworks: 0.5, rework: 2}, lak_of_training: {}}\nsigns:\n",
        "links.lack_of_training.reworks: no such sign; did you mean 'rework'?",
    ),
    ("departments/sales.yml", "", "", "links.lack_of_training.rework: 2; 0, between 0 and 1"),
    ("departments/sales.yml", "", "", "links.lak_of_training: no such cause; did you mean 'lack_of_training'?"),
    (
        "departments/sales.yml",
        "\n  hire: ",
        "\n  revenu.hire: Hire\n  hire: ",
        "action_texts.revenu.hire: no KPI 'revenu'; did you mean 'revenue'?",
    ),
    ("evidence/sales.csv", "2026-10,vacant_posts,no", "2026-13,vacant_posts,no", "month: '2026-13'; a month such as"),
    ("evidence/sales.csv", "2026-10,rework,no", "2026-10,rewrk,no", "sign: 'rewrk'; did you mean 'rework'?"),
    ("evidence/sales.csv", "2026-10,bottlenecks,0.2", "2026-10,bottlenecks,1.4", "degree: '1.4'; yes, no, or a degree"),
    ("actions/sales.csv", "sales_training,Training Lead", "sales_training,", "owner: is empty; fill it in"),
    ("actions/sales.csv", "SAL-04,", "SAL-01,", "id: 'SAL-01' stands twice"),
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A copy of the project's params with all the slips; each is put in once, where its place is searched for."""
    folder = tmp_path / "params"
    shutil.copytree(PARAMS, folder)
    for name, old, new, _ in SLIPS:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text, old
        if old:
            path.write_text(text.replace(old, new, 1), "utf-8")
    return folder


def test_all_faults_are_told_at_once(faulty: Path) -> None:
    """One error lists every slip with its file and line or row, what was found, and what is allowed; nothing else."""
    with pytest.raises(ParamsError) as caught:
        read_params(faulty)
    found = [str(fault) for fault in caught.value.faults]
    for name, _, _, words in SLIPS:
        matching = [fault for fault in found if re.match(rf"params/{name}(:\d+)?: ", fault) and words in fault]
        assert len(matching) == 1, (words, found)
    assert len(found) == len(SLIPS), found
    assert f"{len(SLIPS)} faults" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("causes.yml", "  bad_luck:", "causes.bad_luck.signs"),
        ("causes.yml", "lack_of_budget: -0.2", "signs.lack_of_budget: -0.2"),
        ("causes.yml", "  bad_weather:", "signs.bad_weather:"),
        ("causes.yml", "    group: quality", "signs.rework.group"),
        ("causes.yml", "effect_of: [conversion_rte]", "conversion_rte"),
        ("departments/sales.yml", "links: {lack_of_training", "links.lak_of_training"),
        ("departments/sales.yml", "  revenu.hire:", "action_texts.revenu.hire"),
        ("evidence/sales.csv", "2026-13", "2026-13"),
        ("evidence/sales.csv", "2026-10,bottlenecks,1.4", "degree"),
        ("actions/sales.csv", "sales_training,,", "owner"),
    ],
)
def test_each_fault_names_its_line(faulty: Path, name: str, line: str, words: str) -> None:
    """The line, or row of a register, is that of the slip."""
    lines = (faulty / name).read_text("utf-8").split("\n")
    number = next(n for n, text in enumerate(lines, 1) if line in text)
    with pytest.raises(ParamsError) as caught:
        read_params(faulty)
    assert any(
        re.match(f"params/{name}:{number}: ", str(fault)) and words in str(fault) for fault in caught.value.faults
    )
