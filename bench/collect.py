#!/usr/bin/env python3
"""Taking events in, measured from outside: how many a second become durable with every view up to date, and what it costs.

usage: bench/collect.py BUILD [FOLDER [SECONDS [ROUNDS]]]; FOLDER is on the disk that is to be measured. Prints JSON lines.

The generator is bench/load.c on the same machine: 573 bytes an event, ids as UUIDs, 1,000,000 customers, items by Zipf's law, a
fixed seed, 100 events a request, 64 connections. Each round is held between two runs of the yardstick: one writer that
appends the same bytes uncompressed to a file made ahead, and syncs it every 100 events. Then, at half the rate of the median round:
how long an answer takes, and how long until a new customer's event can be read from the profile. Then the engine is killed, and
the time until it is ready again taken; at last what all files together take an event, when the log is packed. Where `perf` is
installed a profile of the last round says where the processor's time goes; else only each thread's share is told.
"""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from serve import SERVER, TICKS, TOKEN, WRITE, Engine, bare_file, load, result, show  # noqa: E402

CUSTOMERS, BATCH, CONNECTIONS = 1_000_000, 100, 64
PROBES, PROBE_PAUSE_S, PROBE_WAIT_S = 200, 0.02, 10.0
PACK_WAIT_S = 300
PROFILE_LINES = 25


def ask(engine, path, key=None, body=None, auth=None):
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if auth:
        headers["Authorization"] = auth
    request = urllib.request.Request(engine.url + path, data=None if body is None else json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def threads(pid):
    """Processor seconds by the name of the thread."""
    seconds = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8") as file:
            text = file.read()
        name, fields = text[text.index("(") + 1:text.rindex(")")], text.rsplit(")", 1)[1].split()
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def yardstick(build, folder):
    return bare_file(build, folder).get(BATCH, 0)


def run_load(generator, engine, seconds, *more):
    return load(generator, "ingest", engine, "--key", WRITE, "--connections", str(CONNECTIONS), "--batch", str(BATCH), "--customers", str(CUSTOMERS),
                "--seconds", str(seconds), *more)


def profile(pid, seconds, folder):
    """The functions with the most processor time, by perf where it is there."""
    data = os.path.join(folder, "perf.data")
    if shutil.which("perf") is None:
        return None
    recorded = subprocess.run(["perf", "record", "-F", "499", "-o", data, "-p", str(pid), "--", "sleep", str(seconds)], capture_output=True, check=False)
    if recorded.returncode != 0:
        return None
    text = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "--sort", "comm,symbol"], capture_output=True, text=True, check=False).stdout
    lines = [line.split(None, 4) for line in text.split("\n") if "%" in line and not line.startswith("#")]
    return [{"share": line[0], "thread": line[1], "symbol": " ".join(line[3:])[:80].strip()} for line in lines[:PROFILE_LINES] if len(line) >= 4]


def rounds(build, generator, engine, folder, seconds, count):
    rates, ratios = [], []
    for number in range(1, count + 1):
        before = yardstick(build, folder)
        spent = threads(engine.process.pid)
        process = run_load(generator, engine, seconds)
        if number == count:
            time.sleep(1)
            for line in profile(engine.process.pid, max(1, seconds - 2), folder) or []:
                show(bench="collect_profile", **line)
        got = result(process)
        began = time.monotonic()
        engine.catch_up()
        lag = time.monotonic() - began
        used = {name: value - spent.get(name, 0) for name, value in threads(engine.process.pid).items()}
        after = yardstick(build, folder)
        events = got["events_per_s"] * got["seconds"]
        # Views that come later have to be paid for: the round ends when they have caught up.
        rate = events / (got["seconds"] + lag)
        stick = (before + after) / 2
        rates.append(rate)
        ratios.append(rate / stick if stick else 0.0)
        show(bench="collect_round", round=number, events=events, acked_events_per_s=got["events_per_s"], view_lag_s=lag, events_per_s=rate, yardstick_before=before,
             yardstick_after=after, of_yardstick=ratios[-1], p50_ms=got["p50_ms"], p99_ms=got["p99_ms"], errors=got["errors"], busy=got["busy"],
             cpu_us_an_event={name: round(value * 1e6 / max(events, 1), 2) for name, value in sorted(used.items()) if value > 0.02}, resident_mb=engine.resident() >> 20)
    show(bench="collect", events_per_s=statistics.median(rates), of_yardstick=statistics.median(ratios), wanted_events_per_s=300000, wanted_of_yardstick=0.45)
    return statistics.median(rates)


def see(engine, number, seen):
    """How long until one new customer's event is in the profile."""
    user = f"probe-{os.getpid()}-{number}"
    began = time.monotonic()
    ask(engine, "/v1/track", WRITE, {"userId": user, "event": "Product Viewed", "messageId": f"{user}-m", "properties": {"product_id": "p1"}})
    acked = time.monotonic()
    while time.monotonic() - began < PROBE_WAIT_S:
        try:
            ask(engine, f"/v1/profiles/{user}", SERVER)
            seen.append((acked - began, time.monotonic() - began))
            return
        except urllib.error.HTTPError as e:
            if e.code != 404:
                raise
        time.sleep(0.001)
    seen.append((acked - began, PROBE_WAIT_S))


def at_half_load(generator, engine, rate, seconds):
    seen = []
    process = run_load(generator, engine, seconds, "--rate", str(int(rate / 2)))
    time.sleep(1)
    for number in range(PROBES):
        if process.poll() is not None:
            break
        see(engine, number, seen)
        time.sleep(PROBE_PAUSE_S)
    got = result(process)
    visible = sorted(pair[1] * 1000 for pair in seen)
    show(bench="collect_half_load", events_per_s=got["events_per_s"], p50_ms=got["p50_ms"], p99_ms=got["p99_ms"], wanted_p99_ms=20, busy=got["busy"], probes=len(visible),
         visible_p50_ms=visible[len(visible) // 2] if visible else None, visible_p99_ms=visible[len(visible) * 99 // 100] if visible else None, wanted_visible_p99_ms=50)


def kill_and_start(zhun, engine, folder):
    os.kill(engine.process.pid, signal.SIGKILL)
    engine.process.wait()
    began = time.monotonic()
    again = Engine(zhun, folder)
    show(bench="collect_restart", ready_s=time.monotonic() - began, wanted_s=10, resident_mb=again.resident() >> 20)
    return again


def bytes_of(folder):
    return sum(os.stat(os.path.join(path, name)).st_blocks * 512 for path, _, names in os.walk(folder) for name in names)


def disk(engine, folder):
    began = time.monotonic()
    while time.monotonic() - began < PACK_WAIT_S:
        storage = ask(engine, "/api/v1/system", TOKEN).get("storage", {})
        if storage.get("packedSegments", 0) + 1 >= storage.get("segments", 0):
            break
        time.sleep(2)
    system = ask(engine, "/api/v1/system", TOKEN)
    events = system["counts"]["events"]
    everything = bytes_of(os.path.join(folder, "data"))
    show(bench="collect_disk", events=events, bytes_an_event=everything / events, log_bytes_an_event=system["logBytes"] / events, state_bytes_an_event=system["stateBytes"] / events,
         storage=system.get("storage"), wanted_bytes_an_event=160, resident_mb=engine.resident() >> 20, wanted_resident_mb=1024)


def main():
    if len(sys.argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        sys.exit(2)
    build = os.path.abspath(sys.argv[1])
    place = sys.argv[2] if len(sys.argv) > 2 else tempfile.gettempdir()
    seconds, count = int(sys.argv[3]) if len(sys.argv) > 3 else 10, int(sys.argv[4]) if len(sys.argv) > 4 else 5
    zhun = os.environ.get("ZHUN", os.path.join(build, "zhun"))
    generator = os.environ.get("ZHUN_LOAD", os.path.join(build, "src", "sys", "zhun-load"))
    for program in (zhun, generator):
        if not os.access(program, os.X_OK):
            raise SystemExit(f"bench/collect.py: {program} is not there: build first, or set ZHUN and ZHUN_LOAD")
    os.makedirs(place, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="collect-", dir=place)
    engine = None
    try:
        engine = Engine(zhun, folder)
        rate = rounds(build, generator, engine, folder, seconds, count)
        at_half_load(generator, engine, rate, seconds)
        engine = kill_and_start(zhun, engine, folder)
        disk(engine, folder)
    finally:
        if engine is not None:
            engine.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
