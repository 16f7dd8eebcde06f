"""The folder of params as a whole."""

from pathlib import Path

import pytest
from builders import CAUSES, DEPARTMENT, check_plain, params_faults, write, write_params

from saypro_analysis.data.params import read_params
from saypro_analysis.errors import ParamsError

EVIDENCE = "month,sign,degree,source,who,note,kpi\n"


def test_sound(tmp_path: Path) -> None:
    """Sound params become Params; departments, KPIs and tables know their ids."""
    others = {"evidence/sales.csv": EVIDENCE + "2026-10,overload,yes,Talk,Ann,,revenue\n"}
    params = read_params(write_params(tmp_path, tables={"orders": {"file": "export"}}, others=others))
    assert params.departments["sales"].kpis["revenue"].key == "sales.revenue"
    assert params.tables["orders"].id == "orders"
    assert params.observations["sales"][0].degree == 0.95
    assert params.register["sales"] == ()


def test_departments_in_order(tmp_path: Path) -> None:
    """Departments come by their ``order``, then by their id."""
    departments = {name: {**DEPARTMENT, "order": order} for name, order in (("b", 2), ("c", 1), ("a", 2))}
    assert list(read_params(write_params(tmp_path, departments=departments)).departments) == ["c", "a", "b"]


def test_no_folder(tmp_path: Path) -> None:
    """A folder without company.yml is no folder of params; its name is said, not its path."""
    with pytest.raises(ParamsError, match=r"no company\.yml there") as caught:
        read_params(tmp_path / "nothing")
    check_plain(caught.value, tmp_path, words=["nothing", "--params"])
    assert caught.value.exit_code == 2


def test_no_causes(tmp_path: Path) -> None:
    """causes.yml is needed."""
    folder = write_params(tmp_path)
    (folder / "causes.yml").unlink()
    with pytest.raises(ParamsError, match=r"params/causes\.yml: cannot be read"):
        read_params(folder)


def test_no_department(tmp_path: Path) -> None:
    """A company without departments is a fault that says how to make one."""
    folder = write_params(tmp_path)
    (folder / "departments" / "sales.yml").unlink()
    with pytest.raises(ParamsError, match="saypro new department"):
        read_params(folder)


def test_no_tables_file(tmp_path: Path) -> None:
    """tables.yml may be left out: files of the source are used as they are."""
    folder = write_params(tmp_path)
    (folder / "tables.yml").unlink()
    assert read_params(folder).tables == {}


@pytest.mark.parametrize("text", ["", "~\n", "# nothing yet\n"])
@pytest.mark.parametrize("name", ["company.yml", "causes.yml", "departments/sales.yml"])
def test_file_without_settings(tmp_path: Path, name: str, text: str) -> None:
    """A file without settings is a fault, never passed over."""
    found = params_faults(tmp_path, others={name: text})
    assert any(f"params/{name}:1" in fault and "is missing" in fault for fault in found)


@pytest.mark.parametrize("text", ["- a\n", "word\n"])
def test_tables_that_are_no_mapping(tmp_path: Path, text: str) -> None:
    """tables.yml holds names with settings."""
    assert "table names with their settings" in params_faults(tmp_path, others={"tables.yml": text})[0]


def test_count_of_faults(tmp_path: Path) -> None:
    """The message counts the faults."""
    folder = write_params(tmp_path, others={"company.yml": "nam: A\n"})
    with pytest.raises(ParamsError) as caught:
        read_params(folder)
    assert caught.value.message == "The params have 2 faults; nothing was run."


@pytest.mark.parametrize(
    "name", ["NO", "on", "Sales", "sales team", "012", "a-b", "é", "index", "overview", "con", "com1", "x" * 61]
)
def test_department_ids(tmp_path: Path, name: str) -> None:
    """A department's id becomes a file name: reserved, odd, long and capital names are faults ("on" is fine)."""
    found = params_faults(tmp_path, departments={name: DEPARTMENT})
    if name == "on":
        assert found == []
    else:
        assert any(f"'{name}' cannot be an id" in fault for fault in found)


def test_ids_differ_in_capitals_only(tmp_path: Path) -> None:
    """Of two files that differ in capitals only, the one with capitals is a fault: no two reports share a page."""
    found = params_faults(tmp_path, departments={"hr": DEPARTMENT, "HR": DEPARTMENT})
    assert [fault.split(":")[0] for fault in found] == ["params/departments/HR.yml"]


def test_yaml_ending(tmp_path: Path) -> None:
    """departments/hr.yaml would be passed over, so it is a fault."""
    (found,) = params_faults(tmp_path, others={"departments/hr.yaml": DEPARTMENT})
    assert found == "params/departments/hr.yaml: would not be read; end its name in .yml"


@pytest.mark.parametrize("kind", ["evidence", "actions"])
def test_register_of_no_department(tmp_path: Path, kind: str) -> None:
    """evidence/slaes.csv would be passed over, so it is a fault with the nearest name."""
    (found,) = params_faults(tmp_path, others={f"{kind}/slaes.csv": EVIDENCE})
    assert found == f"params/{kind}/slaes.csv: no department 'slaes'; did you mean 'sales'?"


def test_register_of_a_faulty_department(tmp_path: Path) -> None:
    """The register of a department that has faults of its own is no fault besides."""
    departments = {"sales": DEPARTMENT, "hr": {**DEPARTMENT, "onwer": "x"}}
    assert len(params_faults(tmp_path, departments=departments, others={"evidence/hr.csv": EVIDENCE})) == 1


def test_faults_of_registers_with_faults_of_yaml(tmp_path: Path) -> None:
    """Registers are read although a YAML file has faults."""
    others = {"evidence/sales.csv": EVIDENCE + "2026-13,overlaod,1.4,,,,\n", "company.yml": "name: 3\n"}
    found = "\n".join(params_faults(tmp_path, others=others))
    for word in (
        "company.yml:1: name",
        "month: '2026-13'",
        "did you mean 'overload'?",
        "degree: '1.4'",
        "source",
        "who",
    ):
        assert word in found


def test_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is as good as an absolute one."""
    write_params(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert list(read_params(Path("params")).departments) == ["sales"]


def test_shipped_params() -> None:
    """The params of this project are sound and describe five departments."""
    params = read_params(Path(__file__).parents[2] / "params")
    assert set(params.departments) == {"sales", "marketing", "customer_support", "operations", "employees"}


def test_hostile_names(tmp_path: Path) -> None:
    """Hostile text in names, notes and labels is kept as it is."""
    text = "<script>alert(1)</script> $x$ =cmd|' /C calc'!A0 \\ \" '"
    cell = '"' + text.replace('"', '""') + '"'
    evidence = EVIDENCE + f"2026-10,overload,1,{cell},{cell},{cell},\n"
    departments = {"sales": {**DEPARTMENT, "name": text}}
    causes = {**CAUSES, "signs": {"overload": {"name": text}, "queues": {"name": text}}}
    folder = write_params(tmp_path, departments=departments, causes=causes, others={"evidence/sales.csv": evidence})
    params = read_params(folder)
    assert params.departments["sales"].name == params.causes.signs["queues"].name == text
    assert params.observations["sales"][0].note == text


def test_secret_folder_is_not_told(tmp_path: Path) -> None:
    """No fault says where on the machine the params lie."""
    folder = write_params(
        tmp_path / "secret", others={"company.yml": b"\xff", "causes.yml": "a: [", "tables.yml": "a: *b"}
    )
    write(folder / "evidence" / "sales.csv", b"\xff")
    with pytest.raises(ParamsError) as caught:
        read_params(folder)
    assert "secret" not in str(caught.value)
