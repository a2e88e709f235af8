"""The laws of the house: what its papers promise is so."""

import ast
import hashlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from db import models
from db.demo import DEMO_PEOPLE, PASSWORD
from db.settings import Settings
from tests.source import ROOMS, ROOT, papers, sources


def requirements(name: str) -> dict[str, tuple[str, bool]]:
    """The pins of a list: normal name → (version, whether we name it ourselves)."""
    pins = {}
    direct = False
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("#"):
            direct = {"# direct": True, "# brought along": False}.get(line, direct)
        elif line.strip() and not line.startswith("-r"):
            pin = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?==([\w.]+)(?:\s+#.*)?", line)
            assert pin is not None, f"{name}: {line!r} is not pinned"
            pins[normal(pin[1])] = (pin[2], direct)
    return pins


def normal(name: str) -> str:
    """A distribution's name, as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def targets() -> set[str]:
    """What `make` can be asked for."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands() -> set[str]:
    """What `python -m db` can be asked for: the words given to its parser."""
    calls = [
        call for source in sources("db") if source.name == "db/__main__.py" for call, name in source.calls() if name.endswith("add_parser")
    ]
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def code_of(name: str) -> str:
    """What a paper shows as code."""
    shown = re.findall(r"```.*?\n(.*?)```|`([^`\n]+)`", (ROOT / name).read_text(), re.DOTALL)
    return "\n".join(block or inline for block, inline in shown)


READ = ["README.md", "CONTRIBUTING.md", "docs/operations.md"]


@pytest.mark.parametrize("name", READ)
def test_the_commands_that_are_written_exist(name: str) -> None:
    code = code_of(name)
    assert set(re.findall(r"\bmake ([a-z]+)", code)) - targets() == set()
    assert set(re.findall(r"-m db ([a-z-]+)", code)) - commands() == set()
    modules = {ROOT.joinpath(*module.split(".")) for module in re.findall(r"-m ((?:domain|db|tests|ui)[\w.]*)", code)}
    assert {module for module in modules if not (module.is_dir() or module.with_suffix(".py").is_file())} == set()


@pytest.mark.parametrize("name", READ)
def test_the_files_that_are_named_exist(name: str) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", re.sub(r"`[^`\n]+`", "", (ROOT / name).read_text()))
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize(("name", "lines"), [("README.md", 120), ("CONTRIBUTING.md", 150)])
def test_a_paper_is_short(name: str, lines: int) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= lines


def test_operations_tells_every_setting() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))
    assert rows == {name.upper() for name in Settings.model_fields}


def test_the_licence_is_there_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "13. Remote Network Interaction" in text
    assert text.rstrip().endswith("<http://www.gnu.org/licenses/>.")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "AGPL-3.0-or-later"


def test_everything_installed_is_pinned_and_known_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    told = {normal(name) for name in re.findall(r"^\| ([\w.-]+) \|", notice, re.MULTILINE)}
    wanted = requirements("requirements.txt") | requirements("requirements-dev.txt")
    assert set(wanted) - told == set()
    assert told - {"part"} - set(wanted) == set()


def test_what_is_imported_is_named_and_what_is_named_is_imported() -> None:
    """Parts that work without being imported say so here."""
    by_name = {"psycopg", "tzdata", "uvicorn", "xlsxwriter"}
    providers = packages_distributions()
    tops = {name.partition(".")[0] for source in sources() for _, name in source.imports() if not name.startswith(".")}
    foreign = tops - set(sys.stdlib_module_names) - {*ROOMS, "Home"}
    used = {normal(name) for top in foreign for name in providers[top]}
    direct = {name for name, (_, named) in requirements("requirements.txt").items() if named}
    assert used - direct == set()
    assert direct - used - by_name == set()


def test_no_paper_knows_this_machine() -> None:
    """No path of one machine, no host of a package registry, no secret."""
    places = [
        "/" + "work/",
        "/" + "root/",
        "/home" + "/",
        "/opt/" + "pypi",
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "registry.npmjs" + ".org",
    ]
    keys = re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY")
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in papers()
        for text in [path.read_text(errors="replace")]
        for place in [*(place for place in places if place in text), *keys.findall(text)]
    ]
    assert found == []


def test_published_browser_files_are_unchanged() -> None:
    """Each folder of `ui/static/vendor` has its licence and the checksums of its files."""
    vendor = ROOT / "ui" / "static" / "vendor"
    wrong = []
    for sums in sorted(vendor.rglob("SHA256SUMS")):
        for line in sums.read_text().splitlines():
            told, _, name = line.partition("  ")
            if hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() != told:
                wrong.append(f"{sums.parent.name}/{name}")
    assert wrong == []


def test_the_glossary_knows_every_model() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    assert [name for name in models.__all__ if name != "Base" and f"`{name}`" not in glossary] == []


def test_the_readme_names_the_demo_people() -> None:
    text = (ROOT / "README.md").read_text()
    assert PASSWORD in text
    assert [email for email, name, _ in DEMO_PEOPLE if f"`{email}`" not in text or name not in text] == []
