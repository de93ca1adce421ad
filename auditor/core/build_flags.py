"""Which instruction sets llama.cpp may be compiled for, so that it does not crash here.

Imports the standard library alone: the set-up script loads this file by path, before anything
is installed.
"""

# The CMake switch, and the names that Linux gives in /proc/cpuinfo to what it needs.
# Switches that GGML_NATIVE=OFF leaves on:
_ON_BY_DEFAULT: tuple[tuple[str, frozenset[str]], ...] = (
    ("GGML_SSE42", frozenset({"sse4_2"})),
    ("GGML_AVX", frozenset({"avx"})),
    ("GGML_AVX2", frozenset({"avx2"})),
    ("GGML_BMI2", frozenset({"bmi2"})),
    ("GGML_FMA", frozenset({"fma"})),
    ("GGML_F16C", frozenset({"f16c"})),
)
_AVX512 = frozenset({"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"})
# Switches that it leaves off. AMX is not among them: compiled by gcc 12.2 its kernels crash on
# the first decode.
_OFF_BY_DEFAULT: tuple[tuple[str, frozenset[str]], ...] = (
    ("GGML_AVX512", _AVX512),
    ("GGML_AVX512_VBMI", _AVX512 | {"avx512vbmi"}),
    ("GGML_AVX512_VNNI", _AVX512 | {"avx512_vnni"}),
    ("GGML_AVX512_BF16", _AVX512 | {"avx512_bf16"}),
)
_X86 = frozenset({"x86_64", "amd64", "i386", "i686"})
_PORTABLE = "-DGGML_NATIVE=OFF"
_OLDEST = " ".join([_PORTABLE, *(f"-D{switch}=OFF" for switch, _ in _ON_BY_DEFAULT)])


def read_cpu_flags(cpuinfo: str) -> frozenset[str]:
    """The instruction sets in the text of Linux's `/proc/cpuinfo`; empty where it lists none."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return frozenset(value.split())
    return frozenset()


def choose_cmake_args(machine: str, cpu_flags: frozenset[str]) -> str:
    """CMAKE_ARGS for the fastest llama.cpp that is safe on this processor.

    `machine` is what `platform.machine()` says. Everything the processor has is used but AMX;
    an unknown processor gets the portable build.
    """
    if machine.lower() not in _X86 or not cpu_flags:
        return _PORTABLE
    absent = [f"-D{switch}=OFF" for switch, needs in _ON_BY_DEFAULT if not needs <= cpu_flags]
    extra = [f"-D{switch}=ON" for switch, needs in _OFF_BY_DEFAULT if needs <= cpu_flags]
    return " ".join([_PORTABLE, *absent, *extra])


def list_safer_builds(machine: str, cpu_flags: frozenset[str]) -> tuple[str, ...]:
    """CMAKE_ARGS to try one after the other, each safer and slower than the one before.

    The portable build uses AVX2, so it is left out where the processor is known to lack it.
    """
    chosen = choose_cmake_args(machine, cpu_flags)
    if machine.lower() not in _X86:
        return (chosen,)
    lacks_portable = cpu_flags and any(not needs <= cpu_flags for _, needs in _ON_BY_DEFAULT)
    ladder = [chosen, _OLDEST] if lacks_portable else [chosen, _PORTABLE, _OLDEST]
    return tuple(dict.fromkeys(ladder))


def say_rebuild(python: str, cmake_args: str) -> str:
    """The shell line that compiles llama-cpp-python anew with these CMAKE_ARGS."""
    return (
        f'CMAKE_ARGS="{cmake_args}" {python} -m pip install --force-reinstall --no-deps '
        "--no-cache-dir llama-cpp-python"
    )
