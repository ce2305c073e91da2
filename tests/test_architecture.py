"""The rules of the house, as code: who may import whom, what the runner may use, what an experiment file must have."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from conclab.lab.catalogue import CHAPTERS, catalogue
from conclab.model.experiments import resolve, wall_of
from conclab.runner.registry import EXECUTORS, WORKLOADS
from conclab.sampling.machine import read_facts

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "conclab"
RUNNER = PACKAGE / "runner"
LONGEST = 320
"""Lines; a room that grows beyond needs a second door or a second room."""

MAY_IMPORT = {
    # The commands open screens, and play demos on them; demos never know who asked for them.
    "model": {"model"},
    "settings": {"model", "settings"},
    "sampling": {"model", "sampling"},
    "lab": {"model", "lab", "runner", "programs"},
    "programs": set(),
    "recording": {"model", "sampling", "lab", "recording"},
    "tui": {"model", "lab", "recording", "tui"},
    "web": {"model", "web"},
    "cli": {"model", "settings", "sampling", "lab", "recording", "tui", "web", "cli", "demos", ""},
    "demos": {"model", "lab", "recording", "tui", "demos"},
}
TUI_ORDER = (
    "palettes",
    "theme",
    "renderables",
    "layout",
    "charts",
    "commands",
    "keymap",
    "keys_in_turn",
    "only_looks",
    "driver",
    "served",
    "saving",
    "casting",
    "widgets",
    "setup",
    "screens",
    "guide",
    "app",
    "presenter",
)
RUNNER_OPEN_TO_LAB = {"conclab.runner", "conclab.runner.wire", "conclab.runner.registry"}
RUNNER_FLOOR = (3, 9)


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@functools.cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it: at the top, in a function, under TYPE_CHECKING."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they lead"
            assert node.module is not None
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names if is_module(node.module, alias.name)}
    return frozenset(found)


def is_module(package: str, name: str) -> bool:
    base = ROOT.joinpath(*package.split("."), name)
    return base.with_suffix(".py").exists() or base.is_dir()


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_layers_import_in_one_direction(layer: str) -> None:
    offences = []
    for path in modules(PACKAGE / layer):
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "conclab":
                continue
            target = parts[1] if len(parts) > 1 else ""
            if target not in MAY_IMPORT[layer]:
                offences.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not offences


def test_the_lab_reads_only_the_vocabulary_of_the_runner() -> None:
    offences = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(PACKAGE / "lab")
        for name in imports_of(path)
        if name.startswith("conclab.runner") and name not in RUNNER_OPEN_TO_LAB
    ]
    assert not offences


def test_inside_the_tui_too_imports_go_one_way() -> None:
    offences = []
    for path in modules(PACKAGE / "tui"):
        own = path.relative_to(PACKAGE / "tui").parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for name in imports_of(path):
            parts = name.split(".")
            if parts[:2] == ["conclab", "tui"] and len(parts) > 2 and TUI_ORDER.index(parts[2]) > TUI_ORDER.index(own):
                offences.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not offences


def test_every_layer_is_under_the_rules() -> None:
    assert {layer_of(path) for path in modules(PACKAGE)} - {"__init__", "__main__"} == set(MAY_IMPORT) | {"runner"}


def test_the_model_does_no_io_and_has_no_clock() -> None:
    forbidden = {"os", "io", "time", "datetime", "socket", "subprocess", "threading", "pathlib", "psutil", "textual", "rich"}
    offences = [
        f"{path.name} imports {name}"
        for path in modules(PACKAGE / "model")
        for name in imports_of(path)
        if name.split(".")[0] in forbidden
    ]
    assert not offences


@pytest.mark.parametrize(
    ("library", "importers"),
    [
        ("plotext", {"tui/charts/plots.py"}),
        ("shtab", {"cli/completion.py"}),
        ("tomlkit", {"settings/file.py"}),
        ("aiohttp", {"web/server.py"}),
        ("textual_serve", {"web/server.py", "web/session.py"}),
    ],
)
def test_some_libraries_have_one_importer_each(library: str, importers: set[str]) -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path in modules(PACKAGE)
        if any(name.split(".")[0] == library for name in imports_of(path))
    }
    assert found == importers


def test_the_runner_is_pure_standard_library_of_its_floor() -> None:
    own = {path.stem for path in RUNNER.glob("*.py")} | {path.name for path in RUNNER.iterdir() if path.is_dir()}
    offences = []
    for path in modules(RUNNER):
        tree = ast.parse(path.read_text(), feature_version=RUNNER_FLOOR)
        assert any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body) or len(tree.body) == 1
        for name in imports_of(path):
            top = name.split(".")[0]
            if top not in sys.stdlib_module_names and top not in own:
                offences.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not offences


def test_no_file_of_the_runner_shadows_the_standard_library() -> None:
    names = {path.stem for path in RUNNER.glob("*.py")} - {"__init__", "__main__"}
    names |= {path.name for path in RUNNER.iterdir() if path.is_dir()}
    assert not names & set(sys.stdlib_module_names)


def test_what_the_lab_reads_of_the_runner_needs_none_of_its_other_files() -> None:
    own = {path.stem for path in RUNNER.glob("*.py")}
    for name in ("wire", "registry"):
        assert not {imported.split(".")[0] for imported in imports_of(RUNNER / f"{name}.py")} & own


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in answer.stdout.split()}


@pytest.mark.parametrize("layer", ["model", "settings", "sampling", "lab", "recording"])
def test_headless_layers_never_load_textual(layer: str) -> None:
    names = ", ".join(
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules(PACKAGE / layer) if path.name != "__init__.py"
    )
    assert "textual" not in loaded_by(f"import {names}")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_neither_textual_nor_psutil(option: str) -> None:
    statement = (
        "import contextlib, io\nfrom conclab.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main(['{option}'])"
    )
    assert not loaded_by(statement) & {"textual", "psutil", "rich", "plotext"}


def test_rooms_are_small_and_say_what_they_are_for() -> None:
    for path in modules(PACKAGE):
        text = path.read_text()
        assert len(text.splitlines()) <= LONGEST, f"{path.relative_to(ROOT)} has {len(text.splitlines())} lines"
        assert ast.get_docstring(ast.parse(text)), f"{path.relative_to(ROOT)} does not say what it is for"


def test_public_functions_and_classes_of_the_lower_layers_are_documented() -> None:
    """What others build on says what it does; experiments' ``arms`` and ``judge`` are documented by the declaration."""
    bare = []
    for layer in ("model", "settings", "sampling", "lab", "recording", "runner"):
        for path in modules(PACKAGE / layer):
            if "experiments/" in str(path.relative_to(PACKAGE)) and path.name != "common.py":
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                    bare.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert not bare


def test_one_experiment_is_one_file() -> None:
    files = [path for path in modules(PACKAGE / "lab" / "experiments") if path.name not in ("__init__.py", "common.py")]
    assert len(files) == len(catalogue())
    for path in files:
        assigned = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)]
        names = [target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)]
        assert names.count("EXPERIMENT") == 1, path


@pytest.mark.parametrize("experiment", catalogue(), ids=lambda experiment: experiment.name)
def test_every_experiment_is_complete(experiment: object) -> None:
    from conclab.model.experiments import Experiment

    assert isinstance(experiment, Experiment)
    machine = read_facts()
    values = resolve(experiment.parameters, {}, machine)
    assert experiment.chapter in CHAPTERS
    assert experiment.question.endswith("?")
    assert experiment.proposition.endswith(".")
    assert len(experiment.explanation) > 150
    assert experiment.parameters
    assert all(parameter.help for parameter in experiment.parameters)
    arms = experiment.arms(values, machine)
    names = [arm.name for arm in arms]
    assert len(set(names)) == len(names) >= 2
    assert experiment.control is None or experiment.control in [arm.name for arm in arms if not arm.optional]
    if experiment.scaled:
        assert experiment.metric is wall_of
        assert experiment.control is not None
        larger = {**values, experiment.scaled: 2 * int(values[experiment.scaled])}
        assert [(arm.name, arm.workers, arm.optional) for arm in experiment.arms(larger, machine)] == [
            (arm.name, arm.workers, arm.optional) for arm in arms
        ], "larger work is done by the same arms"
    for arm in arms:
        assert arm.executor in EXECUTORS
        assert arm.workload in WORKLOADS
        assert 1 <= arm.workers <= arm.tasks


def test_what_the_registry_names_is_there() -> None:
    for executor in EXECUTORS.values():
        assert not executor.module or (RUNNER / "executors" / f"{executor.module}.py").exists()
    for workload in WORKLOADS.values():
        assert (RUNNER / "workloads" / f"{workload.module}.py").exists()


def test_nothing_names_this_machine_or_a_registry() -> None:
    """No path of a developer's machine and no package registry's host gets into what is installed."""
    forbidden = ("/work/", "/root/", "files.pythonhosted", "pypi.org/simple", "registry.npmjs")
    for path in [*modules(PACKAGE), ROOT / "pyproject.toml", ROOT / "README.md"]:
        text = path.read_text()
        assert not [word for word in forbidden if word in text], path
