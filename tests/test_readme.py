"""README's commands work as they stand there, and its links and picture exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
GALLERY = (ROOT / "docs" / "gallery.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, flags=re.M | re.S)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]

pytestmark = pytest.mark.xdist_group("cli")


def test_readme_has_the_two_commands_first() -> None:
    """A stranger reads make reports and make test before anything else, and the Makefile has every target named."""
    assert COMMANDS[:2] == ["make reports", "make test"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"`make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith("make")])
def test_readme_commands_run(command: str, project: Path) -> None:
    """Each command of README ends with exit code 0 in a user's folder; the environment's programs are this one's."""
    program, *arguments = shlex.split(command)
    assert program.startswith(".venv/bin/")
    own = str(Path(sys.executable).with_name(Path(program).name))
    shown = subprocess.run([own, *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    if arguments[:2] == ["new", "department"]:  # the folder is shared with other tests
        for path in project.glob(f"*/**/{arguments[2]}.*"):
            path.unlink()
    if arguments[:1] == ["learn"]:
        (project / "params" / "outcomes.csv").unlink()


def test_readme_links_lead_somewhere() -> None:
    """Every relative link and picture of README, and of the gallery that it leads to, exists."""
    for folder, text in ((ROOT, README), (ROOT / "docs", GALLERY)):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (folder / target).exists(), target
    shown = set(re.findall(r"pictures/([a-z_]+\.png)", README + GALLERY))
    assert shown == {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
