"""Hashes that `sha256sum` gives too."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.backends.identity import combine_hashes, hash_file, hash_files
from auditor.core.runs import FileHash
from auditor.errors import ModelNotLoaded

files = st.lists(
    st.builds(
        FileHash,
        name=st.text(min_size=1, max_size=8, alphabet="abcdef.-"),
        sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
        n_bytes=st.integers(min_value=0),
    ),
    unique_by=lambda file: file.name,
    max_size=5,
)


@pytest.mark.parametrize("n_bytes", [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_a_file_is_hashed_whole(n_bytes: int, tmp_path: Path) -> None:
    content = bytes(index % 251 for index in range(n_bytes))
    (tmp_path / "weights").write_bytes(content)
    assert hash_file(tmp_path / "weights") == FileHash(
        name="weights", sha256=hashlib.sha256(content).hexdigest(), n_bytes=n_bytes
    )


def test_a_missing_file_is_told_about(tmp_path: Path) -> None:
    with pytest.raises(ModelNotLoaded, match=r"Cannot read .*nothing: No such file"):
        hash_file(tmp_path / "nothing")


@given(files)
def test_the_order_of_files_does_not_matter(given_files: list[FileHash]) -> None:
    assert combine_hashes(given_files) == combine_hashes(given_files[::-1])


@given(files, files)
def test_other_content_or_names_give_another_hash(
    left: list[FileHash], right: list[FileHash]
) -> None:
    same = {(f.name, f.sha256) for f in left} == {(f.name, f.sha256) for f in right}
    assert (combine_hashes(left) == combine_hashes(right)) is same


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_the_combined_hash_can_be_had_without_auditor(tmp_path: Path) -> None:
    for name in ("b.safetensors", "a.safetensors"):
        (tmp_path / name).write_text(name * 3)
    command = "sha256sum *.safetensors | LC_ALL=C sort | sha256sum"
    said = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert said.split()[0] == combine_hashes(hash_files(tmp_path.iterdir()))


def test_a_single_file_is_known_by_its_own_hash_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"weights")
    (tmp_path / "b.gguf").write_bytes(b"weights")
    one, other = hash_file(tmp_path / "a.gguf"), hash_file(tmp_path / "b.gguf")
    assert combine_hashes([one]) == combine_hashes([other]) == one.sha256
