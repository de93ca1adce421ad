"""A wheel and an sdist hold what they should, and an installed wheel finds its data."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from auditor.resources import data_root, read_text

ROOT = Path(__file__).parents[1]
SHIPPED = ("templates", "prompts")


def list_sources(folder: str) -> set[str]:
    """Files under a folder of the checkout, without what running leaves behind."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_checkout_reads_its_own_files_and_not_a_dead_copy() -> None:
    assert str(data_root()) == str(ROOT)
    assert read_text("prompts", "battery.yaml")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one wheel, built from one sdist, built from the checkout."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    [path] = built.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    data = {f"auditor/_data/{name}" for folder in SHIPPED for name in list_sources(folder)}
    assert names == list_sources("auditor") | data


@pytest.mark.slow
def test_the_wheel_carries_the_licence_and_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    metadata = {PurePosixPath(name).name: name for name in archive.namelist() if "-info/" in name}
    assert "Apache License" in archive.read(metadata["LICENSE"]).decode()
    assert "auditor = auditor.cli:main" in archive.read(metadata["entry_points.txt"]).decode()


@pytest.mark.slow
def test_the_sdist_holds_the_sources_the_tests_and_no_report(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert list_sources("auditor") | list_sources("prompts") | list_sources("templates") <= names
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml"} <= names
    assert "tests/test_packaging.py" in names
    assert list_sources("contrib") <= names
    assert not [name for name in names if name.startswith(("reports", ".venv", "dist"))]


ASK_WHERE = """
import sys
from auditor.resources import data_root, read_text
assert read_text("prompts", "battery.yaml")
sys.stdout.write(str(data_root()))
"""


def ask_where(python: Path, cwd: Path, path: str = "") -> str:
    """What an interpreter finds as `data_root()`, started in a folder."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path}
    done = subprocess.run(
        [python, "-P", "-c", ASK_WHERE], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def fresh_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with the wheel in it and no dependencies."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--no-deps", "--no-index", "-q", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return python


@pytest.mark.slow
@pytest.mark.parametrize("cwd", [Path("/"), ROOT], ids=["root", "checkout"])
def test_an_installed_wheel_finds_its_data_from_anywhere(fresh_python: Path, cwd: Path) -> None:
    where = ask_where(fresh_python, cwd)
    assert where.endswith("site-packages/auditor/_data")
    assert Path(where).is_relative_to(fresh_python.parents[1])


@pytest.mark.slow
def test_a_zipped_wheel_finds_its_data(wheel: Path) -> None:
    where = ask_where(Path(sys.executable), Path("/"), str(wheel))
    assert where.rstrip("/") == f"{wheel}/auditor/_data"


@pytest.mark.slow
def test_the_installed_command_answers(fresh_python: Path) -> None:
    """With the dependencies of this environment, which the wheel was installed without."""
    import click

    libraries = str(Path(click.__file__).parents[1])
    code = (
        "import sys; sys.path.append(sys.argv.pop(1)); from auditor.cli import main; "
        "sys.argv[0] = 'auditor'; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [fresh_python, "-P", "-c", code, libraries, "battery", "list"],
        cwd="/", env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "word-association" in done.stdout
