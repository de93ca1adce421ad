"""Goals hold where speed is measured, not where the benchmarks are only kept from rotting."""

import pytest


@pytest.fixture
def is_measuring(request: pytest.FixtureRequest) -> bool:
    """False under `--benchmark-disable`, as CI runs them on a machine busy with anything."""
    return not request.config.getoption("benchmark_disable")
