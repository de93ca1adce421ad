"""Which decoder blocks a fix changes, and the ranks that make all choices equally large.

Sun et al. (2025) compare the first 20 of 32 blocks with the last 12 at one rank, so the early
adapter has 5/3 of the parameters of the late one. Here early and late are halves of as many
blocks, and ranks grow where blocks are fewer.
"""

from collections.abc import Sequence

from auditor.core.fix import LayerGroup


def group_blocks(n_blocks: int, group: LayerGroup) -> tuple[int, ...]:
    """Blocks of a group, from 0. Of an odd number, the middle one is neither early nor late."""
    half = max(1, n_blocks // 2)
    match group:
        case "early":
            return tuple(range(half))
        case "late":
            return tuple(range(n_blocks - half, n_blocks))
        case "all":
            return tuple(range(n_blocks))


def plan_ranks(costs: Sequence[int], group: LayerGroup, rank: int) -> dict[int, int]:
    """Rank of each block of a group, with as many parameters in all as `rank` has in all blocks.

    The number is the same to the last parameter where all blocks are alike: ranks then differ by
    one where it does not divide evenly. Where blocks differ, it falls short by less than what one
    more rank takes in one of them.

    Args:
        costs: Parameters that one rank takes in each block of the network; 0 where a block has
            none of the layers that are changed.
        group: Whose blocks.
        rank: Of group `all`.

    Raises:
        ValueError: No block of the group can be changed.
    """
    blocks = [block for block in group_blocks(len(costs), group) if costs[block]]
    if not blocks:
        raise ValueError(f"None of the {group} blocks can be changed.")
    budget = rank * sum(costs)
    each, left = divmod(budget, sum(costs[block] for block in blocks))
    ranks = {}
    for block in blocks:
        takes_more = costs[block] <= left
        ranks[block] = each + takes_more
        left -= costs[block] * takes_more
    return {block: rank for block, rank in ranks.items() if rank}
