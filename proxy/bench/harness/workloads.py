"""What is measured. A workload is run once per round and column and returns figures by the names in ``METRICS``."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from . import load, pgbench, wire
from .machine import SetupError, Tools
from .servers import DATABASE, HOST, PASSWORD, PLAIN_USER, SESSION_DATABASE, STUB_DATABASE, USER, PgBouncer, Pooler

MEGABYTE = 1_000_000
BULK_MEGABYTES = 100
# Lines and rows of a result, in bytes: wide enough for PostgreSQL to keep up with a pooler.
ROW_BYTES = 1_000
# PgWeir opens its connections to files and libraries besides; PgBouncer keeps a hundred too.
SPARE_FILES = 500
# A column is warm when compiling takes less of its processor time than this, or after so many tries.
COMPILED_SHARE = 0.03
WARM_SECONDS = 2
WARM_UP_TRIES = 6
# A collector or a checkpoint that stops the world for a moment does so within some minutes, if ever.
PAUSE_SECONDS = 300
# Of each column, all at once: a machine with two cores is to have time left, or every wait would be a pause.
PAUSE_RATE = 300
# Logins of the storm, how many of them at once, and how many others ask meanwhile.
STORM_LOGINS = 2_000
STORM_AT_ONCE = 200
STORM_ASKERS = 20
IDLE_FEW = 1_000
IDLE_MANY = 9_000


@dataclass(frozen=True)
class Metric:
    """How a figure is called, printed and judged."""

    title: str
    format: str
    more_is_better: bool = False


METRICS = {
    "tps": Metric("transactions/s", "{:,.0f}", more_is_better=True),
    "cps": Metric("connections/s", "{:,.0f}", more_is_better=True),
    "rate": Metric("MB/s", "{:,.0f}", more_is_better=True),
    "p50": Metric("p50 µs", "{:,.0f}"),
    "p99": Metric("p99 µs", "{:,.0f}"),
    "max": Metric("max µs", "{:,.0f}"),
    "spread": Metric("p99/p50", "{:.2f}"),
    "cpu": Metric("CPU µs/transaction", "{:.1f}"),
    "connection_cpu": Metric("CPU µs/connection", "{:,.0f}"),
    "compiler": Metric("of it, compiling", "{:.1f}"),
    "compiled_cpu": Metric("CPU µs without it", "{:.1f}"),
    "cpu1": Metric("CPU µs/transaction, 1 loop, no compiling", "{:.1f}"),
    "cpu2": Metric("CPU µs/transaction, 2 loops, no compiling", "{:.1f}"),
    "cpu4": Metric("CPU µs/transaction, 4 loops, no compiling", "{:.1f}"),
    "tps1": Metric("transactions/s, 1 loop", "{:,.0f}", more_is_better=True),
    "tps2": Metric("transactions/s, 2 loops", "{:,.0f}", more_is_better=True),
    "tps4": Metric("transactions/s, 4 loops", "{:,.0f}", more_is_better=True),
    "across1": Metric("% of transactions across loops, 1 loop", "{:.1f}"),
    "across2": Metric("% of transactions across loops, 2 loops", "{:.1f}"),
    "across4": Metric("% of transactions across loops, 4 loops", "{:.1f}"),
    "failed": Metric("failures", "{:,.0f}"),
    "alone": Metric("p99 µs of the others, before", "{:,.0f}"),
    "during": Metric("p99 µs of the others, meanwhile", "{:,.0f}"),
    "alone_max": Metric("max µs of the others, before", "{:,.0f}"),
    "during_max": Metric("max µs of the others, meanwhile", "{:,.0f}"),
    "byte_cpu": Metric("CPU ms/100 MB", "{:.0f}"),
    "start": Metric("ms to first query", "{:,.0f}"),
    "first": Metric("RSS MB after first query", "{:.1f}"),
    "rest": Metric("RSS MB at rest, after one query", "{:.1f}"),
    "rss": Metric("RSS MB", "{:.1f}"),
    "few": Metric(f"RSS MB, {IDLE_FEW:,} clients", "{:.1f}"),
    "many": Metric(f"RSS MB, {IDLE_MANY:,} clients", "{:.1f}"),
    "client_memory": Metric("kB per further client", "{:.1f}"),
}


@dataclass(frozen=True)
class Setting:
    """What a workload is given besides the pooler."""

    tools: Tools
    seconds: float
    classes: Path
    """Where the programs of ``load`` are."""


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    measure: Callable[[Pooler, Setting], dict]
    notes: dict = field(default_factory=dict)
    """By column, what is different there."""
    once: bool = False
    """Too long for several rounds."""
    together: bool = False
    """All columns at the same time, for what else the machine does would fall on one of them."""
    on_demand: bool = False
    """So long that it has to be named."""


def all_workloads() -> list[Workload]:
    return [
        *(select(protocol, clients) for protocol in ("simple", "extended", "prepared") for clients in (1, 32, 200)),
        Workload("steady", "pgbench -S at 2,000 transactions/s, 32 clients (latency from the planned begin)", steady),
        Workload("reconnect", "pgbench -S -C, 32 clients, SCRAM (pgbench's own SCRAM is the bottleneck)", reconnect),
        connect("connect", USER, "SCRAM secrets in auth_file"),
        connect("connect-plain", PLAIN_USER, "plain passwords in auth_file"),
        bulk("rows", "rows of 1 kB", select_rows(), DATABASE),
        bulk("copy-out", "COPY TO STDOUT, lines of 1 kB", f"COPY ({select_rows()}) TO STDOUT", DATABASE),
        Workload("copy-in", f"{BULK_MEGABYTES} MB COPY FROM STDIN, lines of 1 kB", copy_in),
        bulk("rows-stub", "rows of 1 kB from the stub server", f"bulk {BULK_MEGABYTES}", STUB_DATABASE),
        Workload("tls-32", "pgbench -S -M simple, 32 clients, TLS", tls_select),
        Workload("tls-reconnect", "pgbench -S -C, 32 clients, SCRAM, TLS (a handshake for each)", tls_reconnect),
        Workload(
            "tls-storm",
            f"{STORM_LOGINS:,} logins by TLS and SCRAM, {STORM_AT_ONCE} at once, while {STORM_ASKERS} others ask 50 times a second",
            tls_storm,
        ),
        Workload("start", "start to the first query's answer", start),
        Workload("idle", f"idle clients, {IDLE_FEW:,} and {IDLE_MANY:,}, in a fresh process", idle, once=True),
        cores(32),
        cores(200),
        Workload(
            "pauses",
            f"the longest wait in {PAUSE_SECONDS // 60} minutes, {PAUSE_RATE} transactions/s by 8 clients of each column",
            pauses,
            once=True,
            together=True,
            on_demand=True,
        ),
    ]


def select(protocol: str, clients: int) -> Workload:
    def measure(pooler: Pooler, setting: Setting) -> dict:
        # PgBouncer before 1.21 does not follow prepared statements, so it gets a server connection for each client.
        alone = protocol == "prepared" and isinstance(pooler, PgBouncer)
        database = SESSION_DATABASE if alone else DATABASE
        figures = pgbench.measure(
            setting.tools, pooler, clients, setting.seconds, "-S", "-M", protocol, database=database
        )
        return figures | {"rss": pooler.rss() / MEGABYTE}

    what = f"pgbench -S -M {protocol}, {clients} {'client' if clients == 1 else 'clients'}"
    notes = {"pgbouncer": "in session mode, one server connection per client"} if protocol == "prepared" else {}
    return Workload(f"{protocol}-{clients}", what, measure, notes)


def steady(pooler: Pooler, setting: Setting) -> dict:
    figures = pgbench.measure(setting.tools, pooler, 32, setting.seconds, "-S", "-R", "2000")
    return {name: figures[name] for name in ("p50", "p99", "max", "cpu", "compiler", "compiled_cpu")}


def pauses(pooler: Pooler, setting: Setting) -> dict:
    figures = pgbench.measure(setting.tools, pooler, 8, PAUSE_SECONDS, "-S", "-R", str(PAUSE_RATE))
    return {name: figures[name] for name in ("p50", "p99", "max")}


def tls_select(pooler: Pooler, setting: Setting) -> dict:
    figures = over_tls(pooler, setting)
    kept = ("tps", "p50", "p99", "max", "cpu", "compiler", "compiled_cpu")
    return {name: figures[name] for name in kept if figures}


def tls_reconnect(pooler: Pooler, setting: Setting) -> dict:
    figures = over_tls(pooler, setting, "-C")
    if not figures:
        return {}
    kept = {n: figures[n] for n in ("compiler", "compiled_cpu")}
    return kept | {"cps": figures["tps"], "connection_cpu": figures["cpu"]}


def tls_storm(pooler: Pooler, setting: Setting) -> dict:
    def prepare(fresh: Pooler) -> None:
        until_compiled(lambda: pgbench.measure(setting.tools, fresh, 32, WARM_SECONDS, "-S", "-C", sslmode="require"))

    instance = pooler.with_tls(prepare)
    if not instance:
        return {}
    return load.storm(
        setting.tools, setting.classes, instance, STORM_LOGINS, STORM_AT_ONCE, STORM_ASKERS, setting.seconds
    )


def over_tls(pooler: Pooler, setting: Setting, *options: str) -> dict:
    """Nothing if the pooler has no TLS."""

    def run(instance: Pooler) -> dict:
        return pgbench.measure(setting.tools, instance, 32, setting.seconds, "-S", *options, sslmode="require")

    instance = pooler.with_tls(lambda fresh: until_compiled(lambda: run(fresh)))
    return run(instance) if instance else {}


def reconnect(pooler: Pooler, setting: Setting) -> dict:
    figures = pgbench.measure(setting.tools, pooler, 32, setting.seconds, "-S", "-C")
    kept = {n: figures[n] for n in ("compiler", "compiled_cpu")}
    return kept | {"cps": figures["tps"], "connection_cpu": figures["cpu"]}


def connect(name: str, user: str, what: str) -> Workload:
    def measure(pooler: Pooler, setting: Setting) -> dict:
        figures = load.measure(
            setting.tools, setting.classes, pooler, "connect", user, STUB_DATABASE, 32, setting.seconds
        )
        kept = {n: figures[n] for n in ("p50", "p99", "compiler", "compiled_cpu")}
        return kept | {"cps": figures["rate"], "connection_cpu": figures["cpu"]}

    return Workload(name, f"new connection per query, 32 at once, SCRAM, {what}", measure)


def select_rows() -> str:
    return f"SELECT repeat('x', {ROW_BYTES}) FROM generate_series(1, {BULK_MEGABYTES * MEGABYTE // ROW_BYTES})"


def bulk(name: str, what: str, sql: str, database: str) -> Workload:
    def measure(pooler: Pooler, setting: Setting) -> dict:
        return moved(pooler, setting, database, lambda connection: connection.bulk(sql))

    return Workload(name, f"{BULK_MEGABYTES} MB of {what}", measure)


def copy_in(pooler: Pooler, setting: Setting) -> dict:
    line = wire.message(b"d", b"x" * (ROW_BYTES - 1) + b"\n")
    chunk = line * (MEGABYTE // ROW_BYTES)
    # The condition drops every line, so that PostgreSQL has little to do.
    sql = "COPY sink FROM STDIN WHERE line = ''"
    return moved(pooler, setting, DATABASE, lambda connection: connection.copy_in(sql, chunk, BULK_MEGABYTES))


def moved(pooler: Pooler, setting: Setting, database: str, move: Callable[[wire.Connection], int]) -> dict:
    """Moves bytes again and again for about as long as a measurement is to last."""
    with closing(wire.Connection(HOST, pooler.port, USER, PASSWORD, database)) as connection:
        move(connection)
        before, begin = pooler.cpu(), time.monotonic()
        count = 0
        while time.monotonic() < begin + setting.seconds * 0.8:
            count += move(connection)
        seconds = time.monotonic() - begin
        cpu = (pooler.cpu() - before).total
    return {"rate": count / MEGABYTE / seconds, "byte_cpu": cpu * 1e3 / (count / (100 * MEGABYTE))}


def start(pooler: Pooler, _: Setting) -> dict:
    with closing(pooler.another("start")) as fresh:
        begin = time.monotonic()
        fresh.start()
        return {"start": (time.monotonic() - begin) * 1e3, "first": fresh.rss() / MEGABYTE}


def idle(pooler: Pooler, _: Setting) -> dict:
    """Clients that have asked once. What one more costs is taken between few and many, past what the process needs."""
    with closing(pooler.another("idle")) as fresh, ExitStack() as stack:
        fresh.start()
        figures = {"rest": fresh.rss_at_rest() / MEGABYTE}
        for name, count in (("few", IDLE_FEW), ("many", IDLE_MANY - IDLE_FEW)):
            for _ in range(count):
                connection = stack.enter_context(wire.Connection(HOST, fresh.port, USER, PASSWORD, STUB_DATABASE))
                connection.query("SELECT 1")
            figures[name] = fresh.rss_at_rest() / MEGABYTE
    further = (figures["many"] - figures["few"]) * MEGABYTE / (IDLE_MANY - IDLE_FEW)
    return figures | {"client_memory": further / 1024}


def cores(clients: int) -> Workload:
    def measure(pooler: Pooler, setting: Setting) -> dict:
        def run(instance: Pooler) -> dict:
            return load.measure(
                setting.tools, setting.classes, instance, "query", USER, STUB_DATABASE, clients, setting.seconds
            )

        figures = {}
        last = None
        for loops in (1, 2, 4):
            # PgBouncer has one loop, whatever is asked for: one measurement is for all three.
            if last is None or not isinstance(pooler, PgBouncer):
                instance = pooler.with_loops(loops, clients // loops, lambda fresh: until_compiled(lambda: run(fresh)))
                before = instance.assignments()
                last = run(instance)
                assigned, across = (now - then for now, then in zip(instance.assignments(), before))
                if assigned > 0:
                    figures[f"across{loops}"] = 100 * across / assigned
            figures |= {f"cpu{loops}": last["compiled_cpu"], f"tps{loops}": last["rate"]}
        return figures

    notes = {"pgbouncer": "always one loop"}
    what = f"queries to the stub server, {clients} clients, spread over 1, 2 and 4 event loops"
    return Workload(f"cores-{clients}", what, measure, notes)


def warm_up(pooler: Pooler, setting: Setting) -> None:
    """PgBouncer gets the same, as far as it makes sense. Not measured."""
    for workload in (*(select(protocol, 32) for protocol in ("simple", "extended", "prepared")), connect("", USER, "")):
        until_compiled(lambda: workload.measure(pooler, setting))


def until_compiled(measure: Callable[[], dict]) -> None:
    """Measures until the JVM has compiled what runs often: a busy machine may need many seconds for that."""
    for _ in range(WARM_UP_TRIES):
        figures = measure()
        cpu = figures.get("cpu") or figures["connection_cpu"]
        if figures["compiler"] < COMPILED_SHARE * cpu:
            return


def check_files(limit: int) -> None:
    wanted = IDLE_MANY + SPARE_FILES
    if limit < wanted:
        raise SetupError(f"the workload idle needs {wanted} open files, the limit is {limit} (ulimit -n)")
