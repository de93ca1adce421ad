"""llama.cpp must be compiled for what the processor has, and never for AMX."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.build_flags import (
    choose_cmake_args,
    list_safer_builds,
    read_cpu_flags,
    say_rebuild,
)

AVX2 = frozenset({"sse4_2", "avx", "avx2", "bmi2", "fma", "f16c"})
AVX512 = AVX2 | {"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"}
SAPPHIRE_RAPIDS = AVX512 | {
    "avx512vbmi", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8", "amx_bf16",
}  # fmt: skip
FLAGS = st.frozensets(st.sampled_from(sorted(SAPPHIRE_RAPIDS)))


def test_a_processor_with_amx_gets_everything_but_amx() -> None:
    assert choose_cmake_args("x86_64", SAPPHIRE_RAPIDS) == (
        "-DGGML_NATIVE=OFF -DGGML_AVX512=ON -DGGML_AVX512_VBMI=ON -DGGML_AVX512_VNNI=ON "
        "-DGGML_AVX512_BF16=ON"
    )


def test_a_processor_with_avx2_gets_the_portable_build() -> None:
    assert choose_cmake_args("x86_64", AVX2) == "-DGGML_NATIVE=OFF"


def test_what_an_old_processor_lacks_is_switched_off() -> None:
    assert choose_cmake_args("x86_64", frozenset({"sse4_2", "avx", "f16c"})) == (
        "-DGGML_NATIVE=OFF -DGGML_AVX2=OFF -DGGML_BMI2=OFF -DGGML_FMA=OFF"
    )


def test_avx512_needs_all_five_parts() -> None:
    assert "AVX512" not in choose_cmake_args("x86_64", SAPPHIRE_RAPIDS - {"avx512dq"})


@pytest.mark.parametrize("machine", ["arm64", "aarch64", "riscv64", ""])
def test_another_processor_gets_the_portable_build(machine: str) -> None:
    assert list_safer_builds(machine, SAPPHIRE_RAPIDS) == ("-DGGML_NATIVE=OFF",)


def test_an_unknown_x86_processor_gets_the_portable_build_first() -> None:
    assert list_safer_builds("x86_64", frozenset())[0] == "-DGGML_NATIVE=OFF"


@given(FLAGS)
def test_no_build_is_for_amx_or_for_this_machine_alone(flags: frozenset[str]) -> None:
    for build in list_safer_builds("x86_64", flags):
        assert "AMX" not in build
        assert build.startswith("-DGGML_NATIVE=OFF")


@given(FLAGS)
def test_no_build_uses_what_the_processor_lacks(flags: frozenset[str]) -> None:
    for build in list_safer_builds("x86_64", flags or AVX2):
        used = {"AVX2", "FMA", "F16C", "BMI2", "AVX"} - {
            name for name in ("AVX2", "FMA", "F16C", "BMI2", "AVX") if f"-DGGML_{name}=OFF" in build
        }
        assert {name.lower() for name in used} <= (flags or AVX2)


@given(FLAGS)
def test_each_build_is_tried_once_and_the_last_uses_nothing_new(flags: frozenset[str]) -> None:
    builds = list_safer_builds("x86_64", flags)
    assert len(set(builds)) == len(builds)
    assert "=ON" not in builds[-1]
    assert builds[-1].count("=OFF") == 7


def test_flags_are_read_from_cpuinfo() -> None:
    cpuinfo = "processor\t: 0\nmodel name\t: Some CPU: fast\nflags\t\t: fpu avx avx2\nbugs\t: x\n"
    assert read_cpu_flags(cpuinfo) == {"fpu", "avx", "avx2"}


@pytest.mark.parametrize("cpuinfo", ["", "processor\t: 0\nFeatures\t: fp asimd\n", "no colon"])
def test_a_cpuinfo_without_flags_gives_none(cpuinfo: str) -> None:
    assert read_cpu_flags(cpuinfo) == frozenset()


def test_the_rebuild_line_neither_uses_nor_fills_the_cache_of_wheels() -> None:
    line = say_rebuild(".venv/bin/python", "-DGGML_NATIVE=OFF")
    assert line.startswith('CMAKE_ARGS="-DGGML_NATIVE=OFF" .venv/bin/python -m pip install ')
    assert "--no-cache-dir" in line


def test_the_module_imports_nothing_so_that_the_set_up_can_load_it_alone() -> None:
    source = Path(__file__).parents[2] / "auditor" / "core" / "build_flags.py"
    assert "import" not in source.read_text(encoding="utf-8").split('"""', 2)[2]
