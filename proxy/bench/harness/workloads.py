"""What is measured. A workload is run once per round and column and returns figures by the names in ``METRICS``."""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import pgbench
from .machine import Tools
from .servers import DATABASE, SESSION_DATABASE, PgBouncer, Pooler


@dataclass(frozen=True)
class Metric:
    """How a figure is called, printed and judged."""

    title: str
    format: str
    more_is_better: bool = False


METRICS = {
    "tps": Metric("transactions/s", "{:,.0f}", more_is_better=True),
    "p50": Metric("p50 µs", "{:,.0f}"),
    "p99": Metric("p99 µs", "{:,.0f}"),
    "max": Metric("max µs", "{:,.0f}"),
    "spread": Metric("p99/p50", "{:.2f}"),
    "cpu": Metric("CPU µs/transaction", "{:.1f}"),
    "cps": Metric("connections/s", "{:,.0f}", more_is_better=True),
    "connection_cpu": Metric("CPU µs/connection", "{:,.0f}"),
    "rate": Metric("MB/s", "{:,.0f}", more_is_better=True),
    "byte_cpu": Metric("CPU ms/100 MB", "{:.0f}"),
    "rss": Metric("RSS MB", "{:.1f}"),
    "client_memory": Metric("kB/idle client", "{:.1f}"),
    "start": Metric("ms to first query", "{:,.0f}"),
}


@dataclass(frozen=True)
class Setting:
    """What a workload is given besides the pooler."""

    tools: Tools
    seconds: float


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    measure: Callable[[Pooler, Setting], dict]
    notes: dict = field(default_factory=dict)
    """By column, what is different there."""


def select(protocol: str, clients: int) -> Workload:
    def measure(pooler: Pooler, setting: Setting) -> dict:
        # PgBouncer before 1.21 does not follow prepared statements, so it gets a server connection for each client.
        alone = protocol == "prepared" and isinstance(pooler, PgBouncer)
        database = SESSION_DATABASE if alone else DATABASE
        return pgbench.measure(setting.tools, pooler, clients, setting.seconds, "-S", "-M", protocol, database=database)

    what = f"pgbench -S -M {protocol}, {clients} {'client' if clients == 1 else 'clients'}"
    notes = {"pgbouncer": "in session mode, one server connection per client"} if protocol == "prepared" else {}
    return Workload(f"{protocol}-{clients}", what, measure, notes)


def all_workloads() -> list[Workload]:
    return [select(protocol, clients) for protocol in ("simple", "extended", "prepared") for clients in (1, 32, 200)]
