"""Drives wrk, reads what processes use, and prints one line per comparison."""

import functools
import http.client
import json
import pathlib
import socket
import statistics
import subprocess
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent


@dataclass(frozen=True)
class Load:
    """What wrk sends: one request, repeated on `connections` kept connections for `seconds`."""

    method: str
    path: str
    token: str = ""
    body: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Answers per second and how long they took; every answer was a 2xx."""

    per_s: float
    p50_ms: float
    p99_ms: float
    requests: int


def drive(port, load, connections, seconds):
    """Runs wrk against a loopback port. A refused, broken or failed request makes the measurement void; a
    slow one does not, as it would after the 2 s that wrk waits by itself."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
               "-s", str(HERE / "post.lua"), f"http://127.0.0.1:{port}",
               "--", load.method, load.path, load.token]
    if load.body is not None:
        command.append(load.body)
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30)
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    if seen["bad_status"] or seen["broken"] or not seen["requests"]:
        raise RuntimeError(f"void measurement: {seen}")
    per_s = seen["requests"] * 1e6 / seen["duration_us"]
    return Outcome(per_s, seen["p50_us"] / 1e3, seen["p99_us"] / 1e3, seen["requests"])


def drivers_of(loads, connections, seconds):
    """name -> a call that drives its (port, load) once."""
    return {name: functools.partial(drive, port, load, connections, seconds)
            for name, (port, load) in loads.items()}


def alternate(drivers, rounds):
    """Runs the drivers in turn, `rounds` times, so that a drifting machine meets all alike; gives medians."""
    seen = {name: [] for name in drivers}
    for _ in range(rounds):
        for name, run in drivers.items():
            seen[name].append(run())
    return {name: median(outcomes) for name, outcomes in seen.items()}


def median(outcomes):
    of = statistics.median
    return Outcome(of(o.per_s for o in outcomes), of(o.p50_ms for o in outcomes),
                   of(o.p99_ms for o in outcomes), sum(o.requests for o in outcomes))


def ask(port, load):
    """The load's request once: status and body, to see that the right thing is measured."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {load.token}"} if load.token else {}
    if load.body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(load.method, load.path, load.body, headers)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


def rss_mb(pids):
    """Resident memory of processes in MB; pages they share are counted once each time, as every tool does."""
    total = 0
    for pid in pids:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        total += int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
    return total / 1024


def family(pid):
    """A process and all below it."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [one for child in children for one in family(int(child))]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_serving(process, port, path, timeout_s=60):
    """Seconds until `GET path` is answered with 200."""
    begun = time.monotonic()
    while time.monotonic() - begun < timeout_s:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        try:
            status, _ = ask(port, Load("GET", path))
        except OSError:
            time.sleep(0.001)
            continue
        if status == 200:
            return time.monotonic() - begun
        time.sleep(0.001)
    raise RuntimeError(f"{process.args[0]} does not serve {path}")


def compare(name, ours, peer, unit, goal, better="higher"):
    """Prints `name: ours X, peer Y, ratio Z (goal G)`; the ratio is above 1 where we are better."""
    ratio = (ours / peer if better == "higher" else peer / ours) if peer else None
    peer_text = f"peer {peer:,.0f}{unit}, ratio {ratio:.2f}" if peer else "peer not run"
    print(f"{name}: ours {ours:,.0f}{unit}, {peer_text} (goal {goal})", flush=True)


def detail(name, outcome):
    print(f"  {name}: {outcome.per_s:,.0f}/s, p50 {outcome.p50_ms:.2f} ms, p99 {outcome.p99_ms:.2f} ms, "
          f"{outcome.requests:,} requests", flush=True)
