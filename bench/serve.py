#!/usr/bin/env python3
"""The whole engine over HTTP, measured from outside: durable events a second, and recommendations while events come in.

usage: bench/serve.py BUILD [FOLDER [SECONDS]]; FOLDER is on the disk that is to be measured. Prints JSON lines.

Each number has its yardstick from the same run, for machines differ and a shared one differs from minute to minute:
collecting is held against the bare file of bench/log_bench.c (the same bytes, one write and one sync an append) and
answering against /healthz, which costs what HTTP costs and nothing more. The load generator takes its share of the
same cores.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

WRITE, SERVER, TOKEN = "wk_of_the_benchmark", "sk_of_the_benchmark", "at_of_the_benchmark"
PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
CATCH_UP_S = 600


def clean_environment(more=None):
    env = {name: value for name, value in os.environ.items() if not name.startswith("ZHUN")}
    env.update(more or {})
    return env


class Engine:
    def __init__(self, zhun, folder):
        env = clean_environment({"ZHUN_WRITE_KEY": WRITE, "ZHUN_SERVER_KEY": SERVER, "ZHUN_ADMIN_TOKEN": TOKEN, "ZHUN_ADMIN_PASSWORD": "correct horse battery"})
        self.process = subprocess.Popen([zhun, "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, text=True)
        for line in self.process.stderr:
            found = re.search(r'"serve.ready".*"port":(\d+)', line)
            if found:
                self.url = f"http://127.0.0.1:{found.group(1)}"
                threading.Thread(target=self.process.stderr.read, daemon=True).start()  # a full pipe would hold it up
                return
        raise SystemExit("bench/serve.py: the engine did not get ready")

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="utf-8") as file:
            return int(file.read().split()[1]) * PAGE

    def catch_up(self):
        """Wait until the views have what the log has."""
        for _ in range(CATCH_UP_S * 10):
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=60) as answer:
                    if json.load(answer)["viewLagMs"] == 0:
                        return
            except urllib.error.HTTPError as e:
                code = json.load(e).get("code")
                if code != "views_behind":  # of that one it recovers by itself
                    raise SystemExit(f"the engine takes no more work: {code}") from e
            time.sleep(0.1)
        raise SystemExit(f"the views are behind the log for {CATCH_UP_S} seconds")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)


def load(generator, mode, engine, *options):
    return subprocess.Popen([generator, mode, "--url", engine.url, *options], stdout=subprocess.PIPE, text=True, env=clean_environment())


def result(process):
    out, _ = process.communicate(timeout=700)
    if process.returncode != 0:
        raise SystemExit(f"bench/serve.py: {' '.join(process.args)} ended with {process.returncode}")
    return json.loads(out.strip().split("\n")[-1])


def bare_file(build, folder):
    """Events a second of a bare file, by events an append; what the log's own benchmark measures it with."""
    bench = os.path.join(build, "log_bench")
    if not os.path.exists(bench):
        return {}
    out = subprocess.run([bench, folder, "1"], capture_output=True, text=True, timeout=120, check=True).stdout
    rows = [json.loads(line) for line in out.split("\n") if line.startswith("{")]
    return {row["events_an_append"]: row["events_per_s"] for row in rows if row.get("what") == "bare file"}


def show(**line):
    print(json.dumps({name: round(value, 3) if isinstance(value, float) else value for name, value in line.items()}, separators=(",", ":")), flush=True)


def ingest(build, generator, zhun, folder, seconds):
    yardstick = bare_file(build, folder)
    engine = Engine(zhun, folder)
    before = engine.cpu_s()
    got = result(load(generator, "ingest", engine, "--key", WRITE, "--connections", "64", "--batch", "100", "--seconds", str(seconds)))
    spent = engine.cpu_s() - before
    events = got["events_per_s"] * got["seconds"]
    line = {"bench": "http_ingest", "connections": 64, "batch": 100, "seconds": got["seconds"], "events_per_s": got["events_per_s"],
            "p50_ms": got["p50_ms"], "p99_ms": got["p99_ms"], "errors": got["errors"], "busy": got["busy"],
            "cpu_us_an_event": spent * 1e6 / max(events, 1), "resident_mb": engine.resident() // (1 << 20)}
    for batch, rate in sorted(yardstick.items()):
        line[f"bare_file_{batch}_events_per_s"] = rate
        line[f"of_bare_file_{batch}"] = got["events_per_s"] / rate
    began = time.monotonic()
    engine.catch_up()
    show(**line, view_lag_s_at_the_end=time.monotonic() - began)
    return engine


def recommend(generator, engine, seconds):
    """On the shop that the events before have made, with 5,000 events a second coming in."""
    bare = result(load(generator, "get", engine, "--path", "/healthz", "--connections", "16", "--seconds", str(max(2, seconds // 3))))
    for name, rate in (("http_recommend", 0), ("http_recommend_while_collecting", 5000)):
        events = load(generator, "ingest", engine, "--key", WRITE, "--connections", "8", "--batch", "50", "--rate", str(rate), "--seed", "2",
                      "--seconds", str(seconds + 1)) if rate else None
        before = engine.cpu_s()
        got = result(load(generator, "recommend", engine, "--key", SERVER, "--connections", "16", "--seconds", str(seconds)))
        line = {"bench": name, "connections": 16, "seconds": got["seconds"], "requests_per_s": got["requests_per_s"], "p50_ms": got["p50_ms"], "p99_ms": got["p99_ms"],
                "errors": got["errors"], "busy": got["busy"], "cpu_us_a_request": (engine.cpu_s() - before) * 1e6 / max(got["requests_per_s"] * got["seconds"], 1),
                "healthz_requests_per_s": bare["requests_per_s"], "healthz_p99_ms": bare["p99_ms"], "of_healthz": got["requests_per_s"] / max(bare["requests_per_s"], 1)}
        if events is not None:
            collected = result(events)
            line.update(collected_events_per_s=collected["events_per_s"], collected_p99_ms=collected["p99_ms"], collect_errors=collected["errors"])
        show(**line)


def main():
    if len(sys.argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        sys.exit(2)
    build = os.path.abspath(sys.argv[1])
    place = sys.argv[2] if len(sys.argv) > 2 else tempfile.gettempdir()
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    zhun = os.environ.get("ZHUN", os.path.join(build, "zhun"))
    generator = os.environ.get("ZHUN_LOAD", os.path.join(build, "src", "sys", "zhun-load"))
    for program in (zhun, generator):
        if not os.access(program, os.X_OK):
            raise SystemExit(f"bench/serve.py: {program} is not there: build first, or set ZHUN and ZHUN_LOAD")
    os.makedirs(place, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="serve-", dir=place)
    engine = None
    try:
        engine = ingest(build, generator, zhun, folder, seconds)
        recommend(generator, engine, seconds)
    finally:
        if engine is not None:
            engine.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
