"""How a batch is cut into tiles, and a channel into parts.

The constants are reasoned from what the compiler reports (registers) and from what
memory needs (bytes in flight), not tuned: no GPU was to be had when they were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Numbers in a tile: 8 for each of 256 threads, so that what a thread keeps of them
#: (count, mean, squares) stays in its registers.
TILE = 2048
WARPS = 8
#: Channels of a tile where they lie side by side: 64 numbers of 4 bytes fill two of
#: the 128-byte lines in which memory answers.
CHANNELS_SIDE_BY_SIDE = 64
#: Programs for each multiprocessor. It holds three or four at a time, so they come in
#: about ten waves, and a last one that is not full costs little.
PROGRAMS_EACH = 32
#: A program has at least so many tiles, or its start and its merge would weigh more.
FEWEST_TILES = 4


@dataclass(frozen=True)
class Plan:
    """Say how x of shape (n, c, s) is cut; ``grid`` is what Triton launches."""

    n: int
    c: int
    s: int
    block_n: int
    block_c: int
    block_s: int
    parts: int

    @property
    def grid(self) -> tuple[int, int]:
        """Return the programs: blocks of channels by parts of each."""
        return -(-self.c // self.block_c), self.parts

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the arguments that every split kernel has in common."""
        return self.n, self.c, self.s, self.block_n, self.block_c, self.block_s

    @property
    def block_parts(self) -> int:
        """Return the power of two that holds all parts."""
        return power_of_two(self.parts)


def plan(n: int, c: int, s: int, processors: int, tile: int = TILE) -> Plan:
    """Cut x of shape (n, c, s) for a GPU with so many multiprocessors."""
    block_s = min(power_of_two(s), tile)
    block_c = min(power_of_two(c), CHANNELS_SIDE_BY_SIDE, tile) if s == 1 else 1
    block_n = min(power_of_two(n), tile // (block_s * block_c))
    tiles = -(-n // block_n) * -(-s // block_s)
    wanted = PROGRAMS_EACH * processors // -(-c // block_c)
    parts = max(min(wanted, tiles // FEWEST_TILES), 1)
    return Plan(n, c, s, block_n, block_c, block_s, parts)


def power_of_two(number: int) -> int:
    """Return the smallest power of two that is not below ``number``."""
    return 1 << (number - 1).bit_length()
