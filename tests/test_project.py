"""What holds for the repository as a whole."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
# Modules whose distribution has another name; pytest's own parts count as pytest.
DISTRIBUTIONS = {
    "_pytest": "pytest",
    "IPython": "ipython",
    "docutils": "docutils",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def git(*arguments: str) -> list[str]:
    """Return the lines that git prints, or skip where this is no checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the course is not a git checkout")
    done = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def tracked(*patterns: str) -> list[Path]:
    """Return the tracked files that match, as far as they exist on disk."""
    paths = (ROOT / name for name in git("ls-files", "--", *patterns))
    return [path for path in paths if path.is_file()]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every tracked text file."""
    for path in tracked():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def config() -> dict[str, dict[str, str]]:
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def direct() -> list[Requirement]:
    """Return what requirements.txt lists before the packages brought along."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    own, mark, _ = text.partition("# Brought along")
    assert mark, "requirements.txt no longer separates its own packages from others"
    lines = [line for line in own.splitlines() if line and not line.startswith("#")]
    return [Requirement(line) for line in lines]


# One address


def test_the_address_of_the_repository_is_written_in_one_place():
    address = config()["repository"]["url"].removeprefix("https://")
    # The released notebooks are generated, with the address filled in. The chapter that
    # Colab opens carries it, because there the configuration is not at hand.
    holders = {
        name
        for name, text in texts()
        if address in text and not name.startswith("chapters/exercises/")
    }
    assert holders == {"_config.yml", "chapters/gpu.ipynb"}


def test_the_site_follows_from_the_address_of_the_repository():
    owner, name = config()["repository"]["url"].split("/")[-2:]
    assert config()["html"]["baseurl"] == f"https://{owner}.github.io/{name}/"
    assert config()["html"]["baseurl"] in (ROOT / "README.md").read_text("utf-8")


def test_released_notebooks_install_from_the_address_of_the_repository():
    notebooks = tracked("chapters/*.ipynb")
    assert notebooks
    for path in notebooks:
        found = set(re.findall(r"git\+(https://[^\s'\"@\\]+)", path.read_text("utf-8")))
        assert found == {config()["repository"]["url"]}, path


# Clean


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    places = ["/(work|root|Users)/", "/home/[a-z]+/", r"[.]pyenv"]
    pattern = re.compile("|".join(places))
    found = {name: match for name, text in texts() if (match := pattern.search(text))}
    assert found == {}


def test_no_notebook_is_tracked_with_outputs():
    for path in tracked("solutions/*.ipynb", "chapters/*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path


def test_nothing_generated_is_tracked():
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard") == []


def test_no_large_file_is_tracked():
    assert [p for p in tracked() if p.stat().st_size > 1_000_000] == []


def test_modules_are_short():
    modules = tracked("autograder/*.py", "chapters/*.py", "tools/*.py")
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in modules
        # A catalogue of mistakes is data, as long as the list of mistakes.
        if not path.stem.endswith("_slips")
    }
    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


# The environment


def test_every_requirement_is_pinned_exactly_and_once():
    assert [
        r
        for r in requirements()
        if not re.fullmatch(r"[\w.-]+==[\w.]+(; \w+ == \"\w+\")?", r)
    ] == []
    names = [canonicalize_name(Requirement(line).name) for line in requirements()]
    assert sorted(names) == sorted(set(names))


def test_the_environment_has_what_requirements_pin():
    differing = {
        r.name: importlib.metadata.version(r.name)
        for r in map(Requirement, requirements())
        if not r.specifier.contains(importlib.metadata.version(r.name))
    }
    assert differing == {}, "run `make install`"


def test_the_package_admits_the_pinned_versions():
    project = pyproject()["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + [
        line for part in extras.values() for line in part
    ]
    pinned = {canonicalize_name(r.name): r for r in map(Requirement, requirements())}
    for needed in map(Requirement, wanted):
        version = str(pinned[canonicalize_name(needed.name)].specifier)
        assert needed.specifier.contains(version.removeprefix("==")), needed


def test_the_core_of_the_package_needs_numpy_alone():
    names = [Requirement(line).name for line in pyproject()["project"]["dependencies"]]
    assert names == ["numpy"]


def imported(path: Path) -> set[str]:
    """Return the top-level names that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_what_the_code_imports_is_required_by_name():
    own = {Path(part).stem for path in tracked("*.py") for part in path.parts}
    # Other graders, which benchmarks compare with, live in environments of their own.
    modules = tracked("*.py", ":!benchmarks")
    used = {name for path in modules for name in imported(path)}
    outside = used - own - set(sys.stdlib_module_names)
    known = {canonicalize_name(r.name) for r in map(Requirement, requirements())}
    wanted = {canonicalize_name(DISTRIBUTIONS.get(n, n)) for n in outside}
    assert wanted - known == set()


# The documents


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 100


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_to_files_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in t]
    assert [t for t in targets if not (ROOT / t).exists()] == []


def test_the_folders_on_the_map_of_the_readme_exist():
    text = (ROOT / "README.md").read_text("utf-8")
    folders = re.findall(r"^\| `([\w/]+/)` \|", text, flags=re.MULTILINE)
    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def make(*arguments: str) -> str:
    # A `make` that runs these tests must not pass its own flags on.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=environment | {"MFLAGS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_readme_shows_what_make_prints_at_its_end():
    printed = make("--silent", "results").strip()
    assert printed.count("\n") == 2
    assert printed in (ROOT / "README.md").read_text("utf-8")


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_readme_shows_what_a_student_of_the_sample_class_is_told(tmp_path):
    readme = (ROOT / "README.md").read_text("utf-8")
    example = re.search(
        r"^\$ \.venv/bin/autograder (check class/.*)\n((?:.*\n)+?)```", readme, re.M
    )
    assert example, "README.md no longer shows a command and what it prints"
    command = example[1].replace("class/", f"{tmp_path}/class/", 1).split()
    autograder("sample-class", f"{tmp_path}/class")
    printed = words(autograder(*command))
    shown = [words(part) for part in example[2].split("…\n")]
    assert [part for part in shown if part not in printed] == []


def autograder(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_every_make_command_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text("utf-8")
        named = set(re.findall(r"(?:`|^)make ([a-z]+)\b", text, re.MULTILINE))
        assert named <= targets, name


def test_the_version_is_the_same_everywhere():
    version = pyproject()["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    newest = re.search(
        r"^## (\S+) \((\S+)\)\n\n- ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    assert newest, "CHANGELOG.md does not open with a version and what it brings"
    assert newest.groups() == (version, citation["date-released"])
    assert citation["version"] == version


# Automation


def test_the_commit_hooks_are_valid_and_their_programs_installed():
    command = [sys.executable, "-m", "pre_commit", "validate-config"]
    subprocess.run(command, cwd=ROOT, check=True)
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    programs = {Path(entry.split()[0]).name for entry in entries}
    assert programs == {"ruff", "mypy"}
    # No version of its own: a hook runs what requirements.txt pins.
    assert programs <= {r.name for r in direct()}
    assert {repo["repo"] for repo in hooks["repos"]} == {"local"}


def workflows() -> list[Path]:
    return sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_actions_are_pinned_by_commit_with_their_version_beside():
    uses = [
        line.strip().removeprefix("- ")
        for path in workflows()
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line
    ]
    assert uses
    pinned = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in uses if not pinned.fullmatch(line)] == []


def test_only_the_deployment_may_write_and_only_to_pages():
    for path in workflows():
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            writes = {k for k, v in job["permissions"].items() if v == "write"}
            allowed = {"pages", "id-token"} if name == "deploy" else set()
            assert writes == allowed, name


def test_continuous_integration_runs_make_test():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text("utf-8")
    assert ".ci/run" in workflows()[0].read_text("utf-8")
