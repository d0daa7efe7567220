"""PostgreSQL and the poolers as child processes in a temporary directory."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import proc, wire
from .machine import SetupError, Tools, unprivileged

HOST = "127.0.0.1"
DATABASE = "bench"
# Server connections per client, as many as are needed: for what PgBouncer cannot do in transaction mode.
SESSION_DATABASE = "bench_session"
# The server of the package load, in transaction mode.
STUB_DATABASE = "stub"
USER = "bench"
# A user whose password stands in the poolers' file as it is, not as a SCRAM secret.
PLAIN_USER = "plain"
PASSWORD = "the benchmark's secret"
POOL_SIZE = 20
SESSION_POOL_SIZE = 200
MAX_CLIENTS = 12_000
START_SECONDS = 30
# Longer than the interval at which a JVM gives memory back; at rest is what changes by less than this share in it.
REST_SECONDS = 6
REST_SHARE = 0.01
REST_TRIES = 5


def free_port() -> int:
    with socket.socket() as s:
        s.bind((HOST, 0))
        return s.getsockname()[1]


def give_away(path: Path) -> None:
    """To the user that servers run as."""
    user = unprivileged()
    if user:
        shutil.chown(path, user.pw_uid, user.pw_gid)


class Child:
    """A process that runs as the unprivileged user and is ended with the benchmark."""

    def __init__(self, directory: Path, name: str):
        self.directory = directory
        self.log = directory / f"{name}.log"
        self.process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        user = unprivileged()
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env=dict(os.environ, HOME=str(self.directory), **(environment or {})),
                # A group of its own: Ctrl-C is for the benchmark, which then ends its children in order.
                start_new_session=True,
                **identity,
            )

    def fail(self, what: str) -> SetupError:
        tail = "".join(self.log.read_text(errors="replace").splitlines(True)[-15:])
        return SetupError(f"{what}; the end of {self.log.name}:\n{tail}")

    def close(self) -> None:
        self.stop()

    def check_alive(self) -> None:
        if self.process is None or self.process.poll() is not None:
            raise self.fail("a server has ended")

    def stop(self, how: int = signal.SIGTERM) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()



class Postgres(Child):
    """A cluster with the tables of pgbench, without a care for what a crash would leave."""

    def __init__(self, directory: Path, tools: Tools):
        super().__init__(directory, "postgres")
        self.tools = tools
        self.port = free_port()

    def start(self, scale: int) -> None:
        data = self.directory / "data"
        password = self.directory / "password"
        password.write_text(PASSWORD + "\n")
        give_away(password)
        self.launch(
            [str(self.tools.postgres_bin / "initdb"), "-D", str(data), "-U", USER, "-E", "UTF8", "--locale=C"]
            + ["--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"]
        )
        assert self.process is not None
        if self.process.wait() != 0:
            raise self.fail("initdb failed")
        settings = {
            "port": self.port,
            "listen_addresses": HOST,
            "unix_socket_directories": self.directory,
            "max_connections": 4 * SESSION_POOL_SIZE,
            "shared_buffers": "128MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "jit": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.launch([str(self.tools.postgres_bin / "postgres"), "-D", str(data), *options])
        wait_for_query(self, self.port, "postgres", USER)
        self.sql("postgres", f'CREATE DATABASE "{DATABASE}"')
        self.sql(DATABASE, f"CREATE ROLE {PLAIN_USER} LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
        self.sql(DATABASE, f"GRANT pg_read_all_data TO {PLAIN_USER}")
        self.sql(DATABASE, "CREATE TABLE sink (line text)")
        subprocess.run(
            [self.tools.pgbench, "-q", "-i", "-s", str(scale), *client_options(self.port), DATABASE],
            env=client_environment(),
            check=True,
            capture_output=True,
        )

    def sql(self, database: str, statement: str) -> str:
        result = subprocess.run(
            [self.tools.psql, "-XAtq", *client_options(self.port), "-d", database, "-c", statement],
            env=client_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise SetupError(f"{statement}: {result.stderr.strip()}")
        return result.stdout.strip()

    def secret(self, role: str) -> str:
        return self.sql("postgres", f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'")

    def stop(self, how: int = signal.SIGINT) -> None:
        super().stop(how)


@dataclass(frozen=True)
class Servers:
    """What stands behind the poolers, and who may log in to them."""

    postgres_port: int
    stub_port: int
    userlist: str


class Pooler(Child):
    """A pooler. ``name`` is its column in the results."""

    def __init__(self, directory: Path, name: str, servers: Servers):
        directory.mkdir()
        super().__init__(directory, name)
        give_away(directory)
        self.name = name
        self.servers = servers
        self.port = free_port()
        self.others: dict[str, Pooler] = {}
        self.tls: dict[str, str] = {}
        """Settings that both poolers know by the same names."""
        self.write("userlist.txt", servers.userlist)

    def write(self, file: str, text: str) -> Path:
        path = self.directory / file
        path.write_text(text)
        give_away(path)
        return path

    def start(self) -> None:
        """Returns when the first query has been answered."""
        self.begin()
        wait_for_query(self, self.port, DATABASE, USER)

    def begin(self) -> None:
        raise NotImplementedError

    def another(self, purpose: str) -> "Pooler":
        """One more of this kind, not started."""
        raise NotImplementedError

    def with_loops(self, loops: int, clients_each: int, prepare: Callable[["Pooler"], None]) -> "Pooler":
        """This one, or one more with so many event loops and clients on each, started and prepared; it ends with this one."""
        return self

    def assignments(self) -> tuple[float, float]:
        """How often a server connection was given to a client, and how often one on another event loop."""
        return (0, 0)

    def with_tls(self, prepare: Callable[["Pooler"], None]) -> "Pooler | None":
        """One more whose clients may use TLS, started and prepared; it ends with this one. None if it has no TLS."""
        if "tls" not in self.others:
            other = self.another("tls")
            other.tls = certificate(other.directory)
            self.others["tls"] = other
            other.start()
            if offers_tls(other.port):
                prepare(other)
        return self.others["tls"] if offers_tls(self.others["tls"].port) else None

    def stop(self, how: int = signal.SIGINT) -> None:
        # SIGINT lets PgWeir end without waiting for its clients; everything that measures has left by then.
        for other in self.others.values():
            other.stop()
        super().stop(how)

    def cpu(self) -> proc.Cpu:
        self.check_alive()
        return proc.cpu(self.pid)

    def rss(self) -> int:
        self.check_alive()
        return proc.rss(self.pid)

    def rss_at_rest(self) -> int:
        """Once it has given back what starting and serving have taken for a moment: a JVM that is told to does so every 5 s."""
        last = self.rss()
        for _ in range(REST_TRIES):
            time.sleep(REST_SECONDS)
            now = self.rss()
            if abs(now - last) < REST_SHARE * last:
                return now
            last = now
        return last

    def _directory_for(self, purpose: str) -> Path:
        parent = Path(tempfile.mkdtemp(prefix=f"{self.name}-{purpose}-", dir=self.directory.parent))
        parent.chmod(0o755)
        return parent / "pooler"


class PgBouncer(Pooler):
    def __init__(self, directory: Path, tools: Tools, servers: Servers):
        super().__init__(directory, "pgbouncer", servers)
        self.tools = tools

    def begin(self) -> None:
        server = f"host={HOST} port={self.servers.postgres_port} dbname={DATABASE}"
        configuration = self.write(
            "pgbouncer.ini",
            f"""[databases]
{DATABASE} = {server}
{SESSION_DATABASE} = {server} pool_mode=session pool_size={SESSION_POOL_SIZE}
{STUB_DATABASE} = host={HOST} port={self.servers.stub_port}
[pgbouncer]
listen_addr = {HOST}
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {self.directory}/userlist.txt
pool_mode = transaction
default_pool_size = {POOL_SIZE}
max_client_conn = {MAX_CLIENTS}
listen_backlog = 1024
log_connections = 0
log_disconnections = 0
{"".join(f"{name} = {value}" + chr(10) for name, value in self.tls.items())}""",
        )
        self.launch([self.tools.pgbouncer, str(configuration)])

    def another(self, purpose: str) -> "PgBouncer":
        return PgBouncer(self._directory_for(purpose), self.tools, self.servers)


class PgWeir(Pooler):
    """
    :param distribution: an unpacked distribution
    :param environment: the transport, and what else is to be different
    """

    def __init__(self, directory: Path, name: str, distribution: Path, servers: Servers, environment: dict[str, str]):
        super().__init__(directory, name, servers)
        self.distribution = distribution
        self.environment = environment
        self.http_port = free_port()

    def begin(self) -> None:
        server = f'host = "{HOST}"\nport = {self.servers.postgres_port}\ndbname = "{DATABASE}"'
        configuration = self.write(
            "pgweir.toml",
            f"""[databases.{DATABASE}]
{server}
[databases.{SESSION_DATABASE}]
{server}
pool_mode = "session"
pool_size = {SESSION_POOL_SIZE}
[databases.{STUB_DATABASE}]
host = "{HOST}"
port = {self.servers.stub_port}
[pgweir]
listen_addr = "{HOST}"
listen_port = {self.port}
listen_backlog = 1024
auth_type = "scram-sha-256"
auth_file = "{self.directory}/userlist.txt"
pool_mode = "transaction"
default_pool_size = {POOL_SIZE}
max_client_conn = {MAX_CLIENTS}
log_connections = false
log_disconnections = false
http_addr = "{HOST}:{self.http_port}"
{"".join(f'{name} = "{value}"' + chr(10) for name, value in self.tls.items())}""",
        )
        self.launch([str(self.distribution / "bin" / "pgweir"), str(configuration)], self.environment)

    def another(self, purpose: str) -> "PgWeir":
        return self._with(purpose, {})

    def assignments(self) -> tuple[float, float]:
        with urllib.request.urlopen(f"http://{HOST}:{self.http_port}/metrics") as page:
            lines = page.read().decode().splitlines()

        def total(name: str) -> float:
            return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))

        # One of before the counter was there has none.
        return (
            total("pgweir_server_assignments_total"),
            total("pgweir_server_assignments_across_loops_total"),
        )

    def with_loops(self, loops: int, clients_each: int, prepare: Callable[[Pooler], None]) -> Pooler:
        key = f"{loops}-loops-of-{clients_each}"
        if key not in self.others:
            # Left to itself it would fill the first loop before it uses another.
            environment = {"PGWEIR_WORKER_THREADS": str(loops), "PGWEIR_WORKER_CLIENTS": str(clients_each)}
            other = self._with(key, environment)
            self.others[key] = other
            other.start()
            prepare(other)
        return self.others[key]

    def _with(self, purpose: str, environment: dict[str, str]) -> "PgWeir":
        directory = self._directory_for(purpose)
        return PgWeir(directory, self.name, self.distribution, self.servers, self.environment | environment)


def certificate(directory: Path) -> dict[str, str]:
    """Makes a key (P-256, as most certificates have today) and certificate; returns the settings for them."""
    key, cert = directory / "server.key", directory / "server.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-keyout", str(key), "-out", str(cert), "-subj", "/CN=bench", "-days", "2"],
        check=True,
        capture_output=True,
    )
    for path in (key, cert):
        path.chmod(0o600)
        give_away(path)
    return {
        "client_tls_sslmode": "allow",
        "client_tls_key_file": str(key),
        "client_tls_cert_file": str(cert),
    }


def offers_tls(port: int) -> bool:
    with socket.create_connection((HOST, port), timeout=START_SECONDS) as asking:
        asking.sendall(struct.pack("!II", 8, 80877103))
        return asking.recv(1) == b"S"


def unpack(archive: Path, directory: Path, launcher: Path) -> Path:
    """
    A distribution from a tar.gz; from a bare jar, one is put together with the launcher of the sources.

    :return: the directory with ``bin`` and ``lib``
    """
    directory.mkdir()
    if archive.suffix == ".jar":
        for source, target in ((archive, "lib/pgweir.jar"), (launcher, "bin/pgweir")):
            (directory / target).parent.mkdir()
            shutil.copy(source, directory / target)
        return directory
    with tarfile.open(archive) as tar:
        tar.extractall(directory, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(directory)
    for path in [directory, *directory.rglob("*")]:
        os.chmod(path, 0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return next(directory.glob("*/bin")).parent


def keep_classes(distribution: Path, java_home: str | None) -> None:
    """What an installation does once so that later starts are quick."""
    program = distribution / "bin" / "pgweir-archive"
    if program.exists():
        environment = dict(os.environ, **({"JAVA_HOME": java_home} if java_home else {}))
        result = subprocess.run([str(program)], env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise SetupError(f"{program.name}: {result.stderr.strip()[-500:]}")
        for archive in (distribution / "lib").iterdir():
            archive.chmod(0o644)


def client_options(port: int) -> list[str]:
    return ["-h", HOST, "-p", str(port), "-U", USER]


def client_environment(sslmode: str = "disable") -> dict[str, str]:
    return dict(os.environ, PGPASSWORD=PASSWORD, PGSSLMODE=sslmode, PGGSSENCMODE="disable")


def wait_for_query(server: Child, port: int, database: str, user: str) -> None:
    """Tries as often as a person could not, so that what is measured is the start and not the pause between tries."""
    end = time.monotonic() + START_SECONDS
    while True:
        server.check_alive()
        try:
            with wire.Connection(HOST, port, user, PASSWORD, database) as connection:
                connection.query("SELECT 1")
            return
        except (OSError, wire.ServerError) as e:
            if time.monotonic() > end:
                raise server.fail(f"no answer within {START_SECONDS} s ({e})") from e
            time.sleep(0.002)
