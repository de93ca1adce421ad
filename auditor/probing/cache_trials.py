"""Whether a network gives its own numbers behind a cache: how it is tried out, and what counts."""

import torch
from torch import Tensor

_TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-3}
_HALF_TOLERANCE = 0.1
"""Relative; a wrong mask or position gives errors of the numbers' own size."""


def agree(found: Tensor, expected: Tensor, scale: Tensor, dtype: torch.dtype) -> bool:
    """Whether the error, in units of `scale`, is what rounding in `dtype` may bring."""
    error = (found.float() - expected.float()).norm() / scale.float().norm().clamp_min(1e-12)
    return bool(error <= _TOLERANCES.get(dtype, _HALF_TOLERANCE))
