"""Runs pgbench against a pooler and reads its per-transaction log."""

import math
import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from .machine import SetupError, Tools
from .servers import DATABASE, Pooler, client_environment, client_options

# Connecting and the first transactions are not measured; PgBouncer needs this long for 200 clients with SCRAM.
SETTLE_SECONDS = 0.5
SETTLE_SECONDS_PER_CLIENT = 0.004
# Between the end of the window and the end of pgbench.
MARGIN_SECONDS = 0.1


def measure(tools: Tools, pooler: Pooler, clients: int, seconds: float, *options: str, database=DATABASE) -> dict:
    """
    Throughput, latency and processor time per transaction within a window of ``seconds``, after all have connected.

    Latency in microseconds, as the client sees it.
    """
    # pgbench counts whole seconds.
    duration = math.ceil(SETTLE_SECONDS + clients * SETTLE_SECONDS_PER_CLIENT + seconds + MARGIN_SECONDS)
    with TemporaryDirectory(prefix="pgweir-pgbench-") as directory:
        command = [tools.pgbench, "-n", "-c", str(clients), "-j", "1", "-T", str(duration), "-l"]
        command += [f"--log-prefix={directory}/log", *options, *client_options(pooler.port), database]
        process = subprocess.Popen(
            command, env=client_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        time.sleep(duration - seconds - MARGIN_SECONDS)
        before, begin = pooler.cpu(), time.time()
        time.sleep(seconds)
        after, end = pooler.cpu(), time.time()
        errors = process.communicate()[1]
        if process.returncode != 0:
            raise SetupError(f"pgbench ended with {process.returncode}: {errors.strip()[-500:]}")
        latencies = window(Path(directory), begin, end)
    return figures(latencies, end - begin, (after - before).total)


def window(directory: Path, begin: float, end: float) -> list[int]:
    """Latencies of the transactions that ended in the window."""
    latencies = []
    first, last = int(begin * 1e6), int(end * 1e6)
    for name in os.listdir(directory):
        lines = (directory / name).read_text().split("\n")
        for line in filter(None, lines):
            fields = line.split(" ")
            if first <= int(fields[4]) * 1_000_000 + int(fields[5]) < last:
                latencies.append(int(fields[2]))
    return latencies


def figures(latencies: list[int], seconds: float, cpu: float) -> dict:
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
        "cpu": cpu * 1e6 / count,
    }
