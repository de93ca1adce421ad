"""Which layers are patched and read in words."""


def choose_layers(n_layers: int, n: int) -> tuple[int, ...]:
    """Layers from 0 to `n_layers`, evenly spread, both ends among them.

    Args:
        n_layers: Decoder blocks; layer 0 is the embeddings, so there is one layer more.
        n: How many layers; all of them where there are no more than `n`.

    Returns:
        Distinct layers, increasing: at least two, but for a model without a block.
    """
    if n_layers < 1:
        return (0,)
    n_steps = min(max(n - 1, 1), n_layers)
    # Whole numbers, rounded half up: the same layers on every machine.
    return tuple((2 * step * n_layers + n_steps) // (2 * n_steps) for step in range(n_steps + 1))
