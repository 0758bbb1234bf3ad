"""What every file of the repository, the lock files and the Makefile must keep to."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import left_out

ROOT = Path(__file__).parent.parent
LOCKS = ("runtime", "dev")

# Written in halves, so that this file passes its own test.
REGISTRIES = re.compile(
    r"https?://[^\s/\"'>]*(?:"
    + "|".join(("py" + "pi", "python" + "hosted", "npm" + "js", "js" + "delivr", "un" + "pkg", "cdn" + "js"))
    + r")[^\s\"'>]*",
    re.IGNORECASE,
)
MACHINE = re.compile("/wo" + "rk/(?:main|shared)|/op" + "t/py" + "pi|/ro" + "ot/|/tm" + "p/bash_")


def repository_files() -> list[Path]:
    """Return the files that are in git or about to be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in sorted(listed.split("\0")) if name and (path := ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return `path:line: what was found` for every match in a text file of the repository."""
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in repository_files()}
    return [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := pattern.search(line))
    ]


def locked(name: str) -> dict[str, str]:
    """Return the requirements of a lock file with everything that belongs to each of them."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    without_comments = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", without_comments, flags=re.MULTILINE)
    return {entry.split("==")[0]: entry for entry in entries if entry.strip()}


def test_no_file_holds_the_address_of_a_package_registry() -> None:
    assert lines_with(REGISTRIES) == []


def test_no_file_holds_a_path_of_the_machine_it_was_written_on() -> None:
    assert lines_with(MACHINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.findall(r"http|://|^--?[a-z].*$|@ ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_has_a_version_and_hashes(name: str) -> None:
    wrong = [
        package
        for package, entry in locked(name).items()
        if not re.match(r"[a-z0-9-]+==[\w.]+ ", entry) or "--hash=sha256:" not in entry
    ]
    assert wrong == []


def test_the_development_lock_contains_the_runtime_lock() -> None:
    dev = locked("dev")
    assert {package for package, entry in locked("runtime").items() if dev.get(package) != entry} == set()


def test_the_build_backend_is_locked() -> None:
    assert "hatchling" in locked("runtime")


def test_every_target_of_the_makefile_has_a_sentence_above_it() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    targets = [number for number, line in enumerate(lines) if re.match(r"[a-z$][\w$()/-]*:(?!=)", line)]
    assert {lines[number].partition(":")[0] for number in targets} >= {"demo", "test", "lint", "bench"}
    assert [lines[number] for number in targets if not re.match(r"# [A-Z].*[.:]", lines[number - 1])] == []


@pytest.mark.parametrize(
    ("skips", "line"),
    [
        ({}, ""),
        ({"Chromium not installed": 1}, "left out: 1 browser test (install Debian's chromium)"),
        (
            {"PostgreSQL not installed": 8, "Chromium not installed": 12},
            "left out: 12 browser tests (install Debian's chromium), "
            "8 PostgreSQL tests (install Debian's postgresql)",
        ),
    ],
)
def test_what_was_left_out_is_said_in_one_line(skips: dict[str, int], line: str) -> None:
    assert left_out(Counter(skips)) == line
