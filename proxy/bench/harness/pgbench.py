"""Runs pgbench against a pooler and reads its per-transaction log."""

import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from . import proc
from .machine import SetupError, Tools
from .servers import DATABASE, Pooler, client_environment, client_options

# From the first logged transactions, which come when all clients have connected.
SETTLE_SECONDS = 0.3
CONNECT_SECONDS = 60
# pgbench writes its log in blocks; what its last block holds is lost when it is ended.
BLOCK_BYTES = 4096
POLL_SECONDS = 0.01


def measure(
    tools: Tools,
    pooler: Pooler,
    clients: int,
    seconds: float,
    *options: str,
    database: str = DATABASE,
    sslmode: str = "disable",
) -> dict:
    """
    Throughput, latency and processor time per transaction within a window of ``seconds``, after all have connected.

    Latency in microseconds, as the client sees it.
    """
    with TemporaryDirectory(prefix="pgweir-pgbench-") as directory:
        log = Path(directory)
        limit = CONNECT_SECONDS + int(10 * seconds)
        command = [tools.pgbench, "-n", "-c", str(clients), "-j", "1", "-T", str(limit), "-l"]
        command += [f"--log-prefix={directory}/log", *options, *client_options(pooler.port), database]
        process = subprocess.Popen(
            command, env=client_environment(sslmode), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            grown(process, log, 1)
            time.sleep(SETTLE_SECONDS)
            before, begin = pooler.cpu(), time.time()
            time.sleep(seconds)
            after, end = pooler.cpu(), time.time()
            grown(process, log, size(log) + BLOCK_BYTES)
        finally:
            process.terminate()
            process.communicate()
        latencies = window(log, begin, end)
    return figures(latencies, end - begin, after - before)


def size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir())


def grown(process: subprocess.Popen, directory: Path, to: int) -> None:
    """Waits until the log has so many bytes."""
    end = time.monotonic() + CONNECT_SECONDS
    while size(directory) < to:
        if process.poll() is not None:
            raise SetupError(f"pgbench ended with {process.returncode}: {process.communicate()[1].strip()[-500:]}")
        if time.monotonic() > end:
            raise SetupError(f"pgbench finished hardly a transaction within {CONNECT_SECONDS} s")
        time.sleep(POLL_SECONDS)


def window(directory: Path, begin: float, end: float) -> list[int]:
    """Latencies of the transactions that ended in the window."""
    latencies = []
    first, last = int(begin * 1e6), int(end * 1e6)
    for name in os.listdir(directory):
        lines = (directory / name).read_text().split("\n")
        # The last one may be cut anywhere.
        for line in lines[:-1]:
            fields = line.split(" ")
            if first <= int(fields[4]) * 1_000_000 + int(fields[5]) < last:
                latencies.append(int(fields[2]))
    return latencies


def figures(latencies: list[int], seconds: float, used: proc.Cpu) -> dict:
    if not latencies:
        raise SetupError("pgbench finished no transaction in the window")
    latencies.sort()
    count = len(latencies)
    p50, p99 = latencies[count // 2], latencies[min(count - 1, count * 99 // 100)]
    return {
        "tps": count / seconds,
        "p50": p50,
        "p99": p99,
        "max": latencies[-1],
        "spread": p99 / p50,
        "cpu": used.total * 1e6 / count,
        "compiler": used.compiler * 1e6 / count,
        "compiled_cpu": (used.total - used.compiler) * 1e6 / count,
    }
