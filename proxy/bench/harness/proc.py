"""What the kernel knows of a process: processor time and memory."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cpu:
    """Processor time in seconds since the process began."""

    user: float
    system: float
    compiler: float
    """Of user and system together, the part that went into compiling Java code."""

    @property
    def total(self) -> float:
        return self.user + self.system

    def __sub__(self, other: "Cpu") -> "Cpu":
        return Cpu(self.user - other.user, self.system - other.system, self.compiler - other.compiler)


def cpu(pid: int) -> Cpu:
    """
    All threads together, those that have ended included (but for the compiler's). The clock ticks 100 times a second.
    """
    # The name may hold blanks and brackets; behind the last bracket come fields without either.
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return Cpu(int(fields[11]) / TICKS_PER_SECOND, int(fields[12]) / TICKS_PER_SECOND, compiler_seconds(pid))


def compiler_seconds(pid: int) -> float:
    """What the JVM's compiler threads have used, of those that are there; 0 for a program that is no JVM."""
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            stat = (task / "stat").read_text()
        except OSError:
            # It has ended meanwhile.
            continue
        name, rest = stat.split("(", 1)[1].rsplit(")", 1)
        if name.startswith(("C1 Compiler", "C2 Compiler")):
            fields = rest.split()
            total += (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    return total


def rss(pid: int) -> int:
    """Resident memory in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
