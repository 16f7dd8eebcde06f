"""What a notebook may take, and which engine runs it."""

from dataclasses import dataclass

#: In a forked child of a warm process, or in a Jupyter kernel.
FORK, KERNEL = "fork", "kernel"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a notebook may take: seconds of one cell, seconds of all, and memory of each of its processes in GB.

    Memory is limited on Linux only.
    """

    cell: float = 600.0
    notebook: float = 1800.0
    memory: float = 4.0
