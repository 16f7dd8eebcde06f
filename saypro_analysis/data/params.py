"""Read everything in params/: validated nouns, or one error that lists all that is wrong in all files."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from saypro_analysis.data.checks import check_causes, check_company, check_id, check_tables
from saypro_analysis.data.checks_department import check_department, check_sign_kpis
from saypro_analysis.data.outcome_file import NAME, read_outcomes
from saypro_analysis.data.reader import Document, nearest, read_yaml
from saypro_analysis.data.registers import read_actions, read_evidence
from saypro_analysis.data.validate import validate
from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.kpi import (
    CauseModel,
    Company,
    Department,
    Observation,
    Params,
    PlannedAction,
    Table,
)


def read_params(folder: Path, *, first_department: bool = False) -> Params:
    """Everything in ``folder`` (company.yml, causes.yml, tables.yml, departments/, evidence/, actions/).

    ``first_department``: there need not be a department yet. Raises ParamsError that lists every fault of every file,
    each with file, line, key, what was found, and what is allowed.
    """
    if not (folder / "company.yml").is_file():
        fault = Fault(where=folder.name, found="no company.yml there", hint="give the folder of params with --params")
        raise ParamsError("There are no params to read; nothing was run.", (fault,))
    reading = _Reading(folder)
    company = reading.company()
    tables = reading.tables()
    departments = reading.departments()
    if not departments and not reading.faults and not first_department:
        hint = "'saypro new department ID' makes one"
        reading.faults.append(Fault(where=f"{folder.name}/departments", found="no department", hint=hint))
    causes = reading.causes(departments)
    observations, register = reading.registers(departments, causes)
    outcomes, faults_of_outcomes = read_outcomes(folder / NAME, f"{folder.name}/{NAME}", departments)
    reading.faults += faults_of_outcomes
    if reading.faults or company is None or causes is None:
        faults = tuple(dict.fromkeys(reading.faults))
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        raise ParamsError(f"The params have {count}; nothing was run.", faults)
    return Params(
        folder=str(folder),
        company=company,
        tables=tables,
        causes=causes,
        departments=departments,
        observations=observations,
        register=register,
        outcomes=outcomes,
    )


class _Reading:
    """Reads file after file and keeps the faults of all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def _name(self, path: Path) -> str:
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"

    def _document(self, path: Path) -> Document | None:
        document, faults = read_yaml(path, self._name(path))
        self.faults += faults
        return None if document.value is None else document

    def company(self) -> Company | None:
        document = self._document(self.folder / "company.yml")
        if document is None:
            return None
        company, faults = validate(document, Company)
        self.faults += faults or check_company(document, company) if company else faults
        return company

    def tables(self) -> dict[str, Table]:
        path = self.folder / "tables.yml"
        document = self._document(path) if path.exists() else None
        if document is None:
            return {}
        if not isinstance(document.value, Mapping):
            self.faults.append(document.fault((), found="no tables", hint="table names with their settings"))
            return {}
        tables: dict[str, Table] = {}
        for name in document.value:
            table, faults = validate(document, Table, inside=(name,))
            self.faults += faults
            if table:
                tables[name] = table
        self.faults += check_tables(document, tables)
        return tables

    def departments(self) -> dict[str, Department]:
        documents: dict[str, Document] = {}
        found: dict[str, Department] = {}
        for path in sorted((self.folder / "departments").glob("*.yml")):
            self.faults += check_id(path.stem, self._name(path))
            document = self._document(path)
            if document is None:
                continue
            department, faults = validate(document, Department)
            self.faults += faults
            if department:
                kpis = {name: replace(kpi, department=path.stem) for name, kpi in department.kpis.items()}
                found[path.stem] = replace(department, id=path.stem, kpis=kpis)
                documents[path.stem] = document
        for path in sorted((self.folder / "departments").glob("*.yaml")):
            self.faults.append(Fault(where=self._name(path), found="would not be read", hint="end its name in .yml"))
        self._documents = documents
        return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))

    def causes(self, departments: Mapping[str, Department]) -> CauseModel | None:
        document = self._document(self.folder / "causes.yml")
        model, faults = validate(document, CauseModel) if document else (None, ())
        self.faults += faults
        if model and document:
            self.faults += check_causes(document, model, departments)
        for name, department in departments.items():
            self.faults += check_department(self._documents[name], department, model)
        self.faults += check_sign_kpis(self._documents, departments)
        return model

    def _without_department(self) -> Iterator[Fault]:
        """Registers that no department would read, such as that of a misspelt name."""
        known = [path.stem for path in (self.folder / "departments").glob("*.yml")]
        for kind in ("evidence", "actions"):
            for path in sorted((self.folder / kind).glob("*.csv")):
                if path.stem not in known:
                    found = f"no department '{path.stem}'"
                    yield Fault(where=self._name(path), found=found, hint=nearest(path.stem, known))

    def registers(
        self, departments: Mapping[str, Department], causes: CauseModel | None
    ) -> tuple[dict[str, tuple[Observation, ...]], dict[str, tuple[PlannedAction, ...]]]:
        observations: dict[str, tuple[Observation, ...]] = {}
        register: dict[str, tuple[PlannedAction, ...]] = {}
        self.faults += self._without_department()
        if causes is None:  # its names cannot be checked; what is wrong with causes.yml is told already
            return observations, register
        for name, department in departments.items():
            evidence, actions = (self.folder / kind / f"{name}.csv" for kind in ("evidence", "actions"))
            observations[name], faults = read_evidence(evidence, self._name(evidence), department, causes)
            register[name], more = read_actions(actions, self._name(actions), department, causes)
            self.faults += (*faults, *more)
        return observations, register
