"""What the documents say is what the code says: settings, commands, numbers, log lines, links."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel, SecretStr

from bot.cli import main
from bot.settings import Settings
from flows.core import retention

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONFIDENTIALITY = (ROOT / "docs/confidentiality.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
PACKAGES = ("bot", "adapters", "flows", "content")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

# put together from parts, so that this file does not hold what it looks for
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian"),
        ("proxy", "golang"),
        ("ghcr", "io"),
        ("docker", "io"),
        ("quay", "io"),
    )
]
MACHINE = re.compile("(?<![\\w.:/-])/(?:" + "|".join(("work", "root", "home", "Users", "opt/" + "pypi")) + ")/[\\w.-]")


def committed() -> list[Path]:
    """Return every file that is in the repository, or is about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of committed files")
    files = {ROOT / name.decode() for name in listed.stdout.split(b"\0") if name}
    return sorted(path for path in files if path.is_file())


def rows(text: str, columns: int) -> Iterator[list[str]]:
    """Yield the cells of every table row with so many columns, heads left out."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.strip().startswith("|") and len(cells) == columns and not set("".join(cells)) <= set("-: "):
            yield cells


def code(cell: str) -> str:
    """Return what stands between a cell's backticks; empty if the cell is not all code."""
    found = re.fullmatch(r"`([^`]+)`", cell)
    return found[1] if found else ""


# --- settings


def settings_of(model: type[BaseModel], prefix: str = "HAVEN_") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= settings_of(field.annotation, f"{prefix}{name.upper()}__")
        else:
            found[f"{prefix}{name.upper()}"] = field.default
    return found


def test_the_readme_names_every_setting_with_its_default_and_no_other() -> None:
    told = {code(cells[0]): code(cells[1]) for cells in rows(README, 3) if code(cells[0]).startswith("HAVEN_")}
    real = settings_of(Settings)
    assert not any(isinstance(default, SecretStr) for default in real.values()), "a secret has no default"
    assert told == {name: "" if default is None else str(default) for name, default in real.items()}


@pytest.mark.parametrize(
    "file", ["README.md", "docs/operations.md", "docs/confidentiality.md", "compose.yaml", "Dockerfile"]
)
def test_a_setting_that_is_named_anywhere_exists(file: str) -> None:
    named = set(re.findall(r"HAVEN_[A-Z][A-Z0-9_]*[A-Z0-9]", (ROOT / file).read_text(encoding="utf-8")))
    assert named <= set(settings_of(Settings))


# --- commands


def commands_of(group: Any, path: tuple[str, ...] = ("haven",)) -> dict[str, set[str]]:
    """Return each command's full name with its options."""
    found: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands_of(command, (*path, name))
        else:
            found[" ".join((*path, name))] = {option for each in command.params for option in each.opts}
    return found


COMMANDS = commands_of(typer.main.get_command(main))


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = {code(cells[0]) for cells in rows(README, 3) if code(cells[0]).startswith("haven ")}
    assert listed == set(COMMANDS)


def test_the_readme_lists_each_commands_options() -> None:
    for name, told in ((code(cells[0]), cells[1]) for cells in rows(README, 3) if code(cells[0]) in COMMANDS):
        options = {each for each in COMMANDS[name] if each.startswith("--")}
        assert set(re.findall(r"--[a-z][a-z-]*", told)) == options, name


@pytest.mark.parametrize(
    "file", [*sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md")), "README.md"]
)
def test_a_command_that_is_shown_anywhere_exists(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    shown = re.findall(r"`haven ([^`]+)`", text) + re.findall(r"^    haven ([^#\n]+)", text, flags=re.MULTILINE)
    for line in shown:
        name = next((each for each in COMMANDS if f"haven {line} ".startswith(f"{each} ")), None)
        assert name, f"{file}: there is no command haven {line}"
        assert set(re.findall(r"--[a-z][a-z-]*", line)) <= COMMANDS[name] | {"--help"}, f"{file}: haven {line}"


# --- numbers


def spoken(span: timedelta) -> str:
    """Return a span in the largest unit that fits it whole; a day is 24 hours."""
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0 and (unit != "day" or seconds > size):
            return f"{seconds // size} {unit}{'' if seconds == size else 's'}"
    raise ValueError(span)


RETENTION = [(code(cells[2]), cells[1]) for cells in rows(CONFIDENTIALITY, 3) if "." in code(cells[2])]


@pytest.mark.parametrize(("constant", "told"), RETENTION)
def test_the_retention_table_says_what_the_code_does(constant: str, told: str) -> None:
    module, _, name = constant.rpartition(".")
    span = getattr(importlib.import_module(module), name)
    assert re.match(rf"{spoken(span)}\b", told), f"{constant} is {spoken(span)}"


def test_the_retention_table_leaves_no_clock_out() -> None:
    clocks = {name for name, value in vars(retention).items() if isinstance(value, timedelta)}
    assert clocks == {name.rpartition(".")[2] for name, _ in RETENTION if name.startswith(f"{retention.__name__}.")}


# --- log lines


def events_of(path: Path) -> Iterator[str]:
    """Yield the names of the events that a module logs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        func, args = node.func, node.args
        if getattr(func, "id", "") == "partial" and len(args) > 1:  # logged later, by whoever is given it
            func, args = args[0], args[1:]
        if isinstance(args[0], ast.Constant):
            called = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            owner = getattr(getattr(func, "value", None), "id", "log")
            if called in {"event", "failure"} and owner == "log" and isinstance(args[0].value, str):
                yield args[0].value


def test_operations_explains_every_log_line_and_no_other() -> None:
    logged = {name for path in MODULES for name in events_of(path)} | {"library"}
    told = [code(cells[0]) for cells in rows(OPERATIONS, 3) if re.fullmatch(r"[a-z_]+", code(cells[0]))]
    assert len(told) == len(set(told))
    assert set(told) == logged


# --- the map


def test_the_map_names_every_room_and_no_other() -> None:
    """Modules that stand directly in a package, and packages: what lies in those is named by their own rooms."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    drawn = text.partition("## Rooms")[2].split("```")[1]
    folders = [*PACKAGES, "flows/core"]
    rooms = {path for folder in folders for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"}
    rooms |= {path.parent for folder in folders for path in (ROOT / folder).glob("*/__init__.py")}
    named = set(re.findall(r"\w+", drawn))
    assert not sorted(str(path.relative_to(ROOT)) for path in rooms if path.stem not in named)
    files = {name for name in re.findall(r"[\w/]+\.py", drawn) if "/" not in name}
    assert not files - {path.name for path in rooms}
    assert not [name for name in re.findall(r"[\w/]+\.py", drawn) if "/" in name and not (ROOT / name).exists()]


# --- the repository


def test_every_module_says_what_it_is_for() -> None:
    assert MODULES
    silent = [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not silent


def test_a_test_that_is_named_exists() -> None:
    tests = [path for path in committed() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    defined = {name for path in tests for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))}
    documents = [path for path in committed() if path.suffix == ".md"]
    named = {name for path in documents for name in re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert not named - defined


def test_links_lead_somewhere() -> None:
    documents = [path for path in committed() if path.suffix == ".md"]
    assert ROOT / "README.md" in documents
    for path in documents:
        prose = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
            if not re.match(r"[a-z]+:", target):
                assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}"


def test_no_committed_file_names_a_package_registry_or_a_path_of_somebodys_machine() -> None:
    found = []
    for path in committed():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRIES if host in text.lower()]
        found += [f"{path.relative_to(ROOT)}: {each.group()}" for each in MACHINE.finditer(text)]
    assert not found


def test_the_licence_is_the_one_that_the_project_names() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
