"""What the measurements run on and with: programs, versions, the user that servers run as."""

import os
import platform
import pwd
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PACKAGES = {"pgbouncer": "pgbouncer", "pgbench": "postgresql-contrib", "psql": "postgresql-client"}

# Each client of a pooler is one file in the process that holds it and one in the pooler; servers come on top.
WANTED_FILES = 20_000


class SetupError(Exception):
    """The benchmark cannot run here; the text says what is missing."""


@dataclass(frozen=True)
class Tools:
    """Paths of the programs."""

    postgres_bin: Path
    pgbench: str
    psql: str
    pgbouncer: str
    java_home: str | None

    def java(self, name: str = "java") -> str:
        if self.java_home:
            return str(Path(self.java_home) / "bin" / name)
        return found(name)


def found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if not path:
        raise SetupError(f"{program} is not on the PATH")
    return path


def install_missing() -> None:
    """Installs Debian's packages for what is not there. Its PgBouncer is not started as a service."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program, path=search_path())]
    if not list(postgres_directories()):
        missing.append("postgresql")
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"missing: {' '.join(missing)} (installed by apt-get when run as root on Debian)")
    # RUNLEVEL=1 tells invoke-rc.d that services are not wanted now.
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        subprocess.run(["apt-get", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)


def search_path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def postgres_directories() -> list[Path]:
    """Debian keeps one directory per major; the newest comes first."""
    bins = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted((b for b in bins if (b / "initdb").exists()), key=lambda b: -int(b.parent.name))


def tools(java_home: str | None) -> Tools:
    directories = postgres_directories()
    if not directories:
        raise SetupError("PostgreSQL's initdb is not in /usr/lib/postgresql/*/bin")
    return Tools(directories[0], found("pgbench"), found("psql"), found("pgbouncer"), java_home)


def raise_file_limit() -> int:
    """Returns what it is then."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def unprivileged() -> pwd.struct_passwd | None:
    """The user that servers run as; None where this process is not root and so may start them itself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SetupError("there is neither a user postgres nor nobody; PostgreSQL and PgBouncer do not run as root")


def first_line(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr).strip().splitlines()[0]


def description(tools: Tools) -> dict[str, str]:
    """Machine and versions, as they stand above the results."""
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].split(":", 1)[1].strip() if models else platform.machine()
    return {
        "machine": f"{os.cpu_count()} cores, {model}, {int(memory.split()[1]) // 1024 ** 2} GiB",
        # What a distribution or a cloud makes of it says nothing here.
        "kernel": ".".join(platform.release().split(".")[:2]),
        "PostgreSQL": first_line(str(tools.postgres_bin / "postgres"), "--version").split(") ")[-1],
        "PgBouncer": first_line(tools.pgbouncer, "--version").split()[-1],
        "Java": first_line(tools.java(), "-version"),
        "pgbench": first_line(tools.pgbench, "--version").split(") ", 1)[1],
    }


def load() -> str:
    """What waited for the cores lately, this benchmark included."""
    one, five, fifteen = os.getloadavg()
    waited = f"{one:.1f}, {five:.1f}, {fifteen:.1f} processes at the end (over 1, 5 and 15 minutes)"
    return f"{waited} for {os.cpu_count()} cores"
