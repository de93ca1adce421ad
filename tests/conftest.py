"""One thread a process where several run side by side: more would only wait for each other."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read by OpenMP and BLAS when they are loaded, so before any test module imports them.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
