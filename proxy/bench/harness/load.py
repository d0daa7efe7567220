"""The Java programs in ``load``: a server that costs nothing, and clients that log in faster than pgbench's can."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import proc
from .machine import SetupError, Tools
from .servers import DATABASE, HOST, USER, Child, Pooler, client_environment

SOURCES = Path(__file__).resolve().parent.parent / "load"
SETTLE_SECONDS = 2
# Little more than what the pooler and those who ask leave of the processors. Merely nice, two hundred threads that
# compute would still have most of them, and the wait for a processor would be taken for the pooler's.
STORM_POLICY = ["chrt", "--idle", "0"]
# They are the same for every column; what matters is that they are small and ready at once.
JVM = ["-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData"]


def compile_sources(tools: Tools, directory: Path) -> None:
    sources = [str(path) for path in SOURCES.rglob("*.java")]
    subprocess.run([tools.java("javac"), "-nowarn", "-d", str(directory), *sources], check=True)


class Stub(Child):
    """The server; it says its port."""

    def __init__(self, directory: Path, tools: Tools, classes: Path):
        super().__init__(directory, "stub")
        self.command = [tools.java(), *JVM, "-cp", str(classes), "dev.pgweir.bench.StubServer"]

    def start(self) -> int:
        """Returns its port."""
        self.launch(self.command)
        while not (text := self.log.read_text()).endswith("\n"):
            self.check_alive()
        if not text.strip().isdigit():
            raise self.fail("the stub did not start")
        return int(text)


def measure(tools: Tools, classes: Path, pooler: Pooler, mode: str, user: str, database: str, clients: int, seconds):
    """
    Clients in a closed loop, in one thread.

    :param mode: query, or connect for a new connection per query
    :return: per second, latencies in microseconds, and the pooler's processor time per query
    """
    command = [tools.java(), *JVM, "-cp", str(classes), "dev.pgweir.bench.Load"]
    command += [mode, str(pooler.port), user, database, str(clients), str(seconds)]
    process = subprocess.Popen(
        command, env=client_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "begin":
            raise SetupError(f"load on {pooler.name} at {HOST}: {process.communicate()[1][-500:]}")
        before: proc.Cpu = pooler.cpu()
        line = process.stdout.readline()
        after = pooler.cpu()
        errors = process.communicate()[1]
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise SetupError(f"load on {pooler.name} at {HOST}: {errors[-500:]}")
    answers, micros, p50, p99, longest = (int(field) for field in line.split())
    if not answers:
        raise SetupError(f"load on {pooler.name}: no answer within {seconds} s")
    used = after - before
    return {
        "rate": answers / micros * 1e6,
        "p50": p50,
        "p99": p99,
        "max": longest,
        "cpu": used.total * 1e6 / answers,
        "compiler": used.compiler * 1e6 / answers,
        "compiled_cpu": (used.total - used.compiler) * 1e6 / answers,
    }


def storm(tools: Tools, classes: Path, pooler: Pooler, logins: int, at_once: int, askers: int, seconds) -> dict:
    """
    Logins by TLS and SCRAM while others ask, see Storm.java.

    :param seconds: how long the others ask without the storm before
    """

    def start(mode: str, count: int, *more: str, policy: Sequence[str] = ()) -> subprocess.Popen:
        command = [tools.java(), *JVM, "-cp", str(classes), "dev.pgweir.bench.Storm"]
        command += [mode, str(pooler.port), USER, DATABASE, str(count), *more]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*policy, *command], env=client_environment(), stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    asking = start("ask", askers)
    assert asking.stdin is not None
    try:
        time.sleep(SETTLE_SECONDS)
        order(asking, "before")
        time.sleep(seconds)
        order(asking, "pause")
        storming = start("storm", at_once, str(logins), policy=STORM_POLICY)
        try:
            assert storming.stdout is not None
            if storming.stdout.readline().strip() != "begin":
                raise SetupError(f"storm on {pooler.name}: {storming.communicate()[1][-500:]}")
            order(asking, "during")
            line, errors = storming.communicate()
            order(asking, "pause")
        finally:
            storming.kill()
            storming.wait()
        answer, complaints = asking.communicate()
    finally:
        asking.kill()
        asking.wait()
    if storming.returncode != 0 or not answer:
        raise SetupError(f"storm on {pooler.name} at {HOST}: {(errors + complaints)[-500:]}")
    failed, done, micros, p50, p99 = (int(n) for n in line.split())
    lost, alone, during, alone_max, during_max = (int(n) for n in answer.split())
    if failed or lost:
        print(f"{pooler.name}: {(errors + complaints)[:300]}", file=sys.stderr)
    return {
        "failed": failed + lost,
        "cps": done / micros * 1e6,
        "p50": p50,
        "p99": p99,
        "alone": alone,
        "during": during,
        "alone_max": alone_max,
        "during_max": during_max,
    }


def order(process: subprocess.Popen, word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
