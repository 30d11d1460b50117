#!/usr/bin/env python3
"""`zhun demo`: the same seed prints the same bytes; live it serves, reports and ends well; it replaces nothing that is not its own."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import kit
from kit import TOKEN, check, equal

SMALL = ["--customers", "150", "--days", "12"]
LIVE_CUSTOMERS = "40000"  # some visits a minute at any hour, and two days of them are soon played
ARRIVE_S = 240            # until events come by the clock; in the small hours of Shanghai they are rare


def children(pid):
    """Ids of the processes a process started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def words(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode().split("\0")[:-1]
    except OSError:
        return []


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def until(what, seconds, condition):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = condition()
        if got:
            check(True, what)
            return got
        time.sleep(0.05)
    check(False, what, f"not within {seconds} s")
    return None


class Demo:
    """A demo that runs: lines of both outputs, the pids of its two children."""

    def __init__(self, *options, data=None, env=None):
        self.data = data or os.path.join(kit.folder(), "demo")
        self.out, self.err = [], []
        self.process = subprocess.Popen([kit.ZHUN, "demo", "--data", self.data, "--json", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=kit.environment({"ZHUN_ADMIN_TOKEN": TOKEN, **(env or {})}))
        kit._children.append(self.process)
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    def _read(self, pipe, lines):
        for raw in pipe:
            lines.append(raw.decode("utf-8", "replace").rstrip("\n"))

    def ready(self):
        """Both children run and the address is known."""
        until("the demo says where it is", 60, lambda: self.out or self.process.poll() is not None)
        if not self.out:
            raise SystemExit("the demo did not start:\n" + "\n".join(self.err[-20:]))
        self.where = json.loads(self.out[0])
        by_name = until("its children are zhun and zhun-sim", 10, self.named) or {}
        self.serve, self.shop = by_name.get("zhun"), by_name.get("zhun-sim")
        return self

    def named(self):
        """Its children by name, once each of them is what it will be."""
        by_name = {os.path.basename(words(pid)[0]): pid for pid in children(self.process.pid) if words(pid)}
        return by_name if set(by_name) == {"zhun", "zhun-sim"} else None

    def said(self, part, seconds):
        return until(f"it says {part!r}", seconds, lambda: any(part in line for line in self.err))

    def end(self, number=None, timeout=90):
        """The exit status, after a signal."""
        if number is not None:
            self.process.send_signal(number)
        status = self.process.wait(timeout)
        for reader in self.readers:
            reader.join(10)
        return status

    def get(self, path):
        request = urllib.request.Request(self.where["console"] + path, headers={"Authorization": "Bearer " + TOKEN})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def accepted(self):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics")[1].split("\n") if line.startswith("zhun_events_accepted_total{"))


def both_gone(demo, when):
    until(f"{when} the engine has ended", 10, lambda: is_gone(demo.serve))
    until(f"{when} the shop has ended", 10, lambda: is_gone(demo.shop))


def once():
    data = os.path.join(kit.folder(), "demo")
    printed = []
    for turn in range(2):  # the second replaces the folder of the first
        status, out, err = kit.run("demo", "--once", "--data", data, *SMALL)
        equal(status, 0, f"demo --once ends with status 0 ({turn})")
        check("day 12 of 12" in err and "engine - popular" in err and data in err, "progress and the folder are said on standard error", err)
        printed.append(out)
    check(all(re.search(rf"^{name} ", printed[0], re.M) for name in ("random", "popular", "engine", "oracle")), "all policies are printed", printed[0])
    check("150 customers, 12 days" in printed[0] and "of the oracle's gain" in printed[0], "with the share of the oracle's gain", printed[0])
    equal(printed[1], printed[0], "the same seed prints the same bytes")
    status, out, _ = kit.run("demo", "--once", "--json", "--seed", "2", "--data", data, *SMALL)
    lines = [json.loads(line) for line in out.splitlines()]
    equal((status, [line.get("policy") for line in lines]), (0, ["random", "popular", "engine", "oracle", None]), "demo --once --json prints the policies and a comparison")
    engine = next(one for one in lines[-1]["differences"] if one["policy"] == "engine")
    check(engine["marginCentsPerVisit"]["low"] < engine["marginCentsPerVisit"]["high"] and "oracleShare" in engine, "with intervals", engine)


def live():
    demo = Demo("--listen", "127.0.0.1:0", "--customers", LIVE_CUSTOMERS, "--days", "2", env={"ZHUN_ADMIN_PASSWORD": kit.PASSWORD}).ready()
    equal((demo.where["user"], demo.where["password"], demo.where["data"]), ("admin", kit.PASSWORD, demo.data), "it says who may sign in, and where the data is")
    check(not any(demo.where["serverKey"] in word or kit.PASSWORD in word for pid in (demo.serve, demo.shop) for word in words(pid)), "no key stands in a process list")
    equal(demo.get("/healthz")[0], 200, "it serves")
    status, page = demo.get("/")
    check(status == 200 and "<html" in page, "it shows the console", page[:200])
    equal(json.loads(demo.get("/api/v1/system")[1])["timeZone"], "Asia/Shanghai", "its days are those of the shop")
    second = subprocess.run([kit.ZHUN, "demo", "--once", "--data", demo.data], capture_output=True, timeout=30, env=kit.environment(), text=True)
    check(second.returncode == 3 and "another demo" in second.stderr and "--data" in second.stderr, "a second demo leaves the folder alone", second)
    demo.said("The history is in", 180)
    reports = until("the comparison is reported", 20, lambda: json.loads(demo.get("/api/v1/reports/policies")[1]).get("items"))
    if reports:
        report = reports[0]["report"]
        equal((reports[0]["name"], [one["policy"] for one in report["policies"]], report["note"]),
              ("demo", ["random", "popular", "engine", "oracle"], f"zhun-sim, seed 1, {LIVE_CUSTOMERS} customers"), "the report names the policies")
    before = demo.accepted()
    until("events keep arriving by the clock", ARRIVE_S, lambda: demo.accepted() >= before + 2)
    now, events = kit.now_ms(), kit.run("export", "--data", demo.data)[1]
    times = [kit.ms_of(json.loads(line)["timestamp"]) for line in events.splitlines()]
    check(times and max(times) <= now, "no event lies in the future", (max(times), now))
    check(now - min(times) < 2 * 86400000 and now - max(times) < 300000, "they end now and begin the day before", (min(times), max(times), now))
    equal(demo.end(signal.SIGTERM), 0, "SIGTERM ends it with status 0")
    both_gone(demo, "after SIGTERM")
    check([json.loads(line).get("policy") for line in demo.out[1:]] == ["random", "popular", "engine", "oracle", None], "the last comparison is printed", demo.out[1:])
    check(demo.data in demo.err[-1], "it says where the data is", demo.err[-1:])


def ends():
    """However it ends, nobody is left behind; a child that ends is named."""
    options = ("--listen", "127.0.0.1:0", *SMALL)
    demo = Demo(*options).ready()
    equal(demo.end(signal.SIGINT), 0, "Ctrl-C ends it with status 0")
    both_gone(demo, "after Ctrl-C")
    for name, what in (("shop", "zhun-sim"), ("serve", "zhun serve")):
        demo = Demo(*options, data=demo.data).ready()
        demo.said("The history is in", 60)
        os.kill(getattr(demo, name), signal.SIGKILL)
        equal(demo.end(), 3, f"{what} is killed: status 3")
        text = "\n".join(demo.err)
        check(re.search(rf"^zhun: .*\({what}\) was ended by signal 9", text, re.M), f"{what} is killed: it is named, with the signal", text[-500:])
        both_gone(demo, f"after {what} was killed")
    demo = Demo(*options, data=demo.data).ready()
    equal(demo.end(signal.SIGKILL), -signal.SIGKILL, "the demo itself is killed")
    both_gone(demo, "after the demo was killed")
    demo = Demo("--once", *SMALL, data=demo.data)
    equal(demo.end(), 0, "its folder is free for the next one")


def refusals():
    data = kit.folder()
    mine = os.path.join(data, "mine.txt")
    with open(mine, "w") as file:
        file.write("dear to me")
    status, out, err = kit.run("demo", "--once", "--data", data, *SMALL)
    check(status == 3 and err.startswith("zhun: ") and "--data" in err and data in err and not out, "a folder of somebody else: status 3, named", (status, out, err))
    equal(os.listdir(data), ["mine.txt"], "and it is left as it was")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = kit.run("demo", "--data", os.path.join(kit.folder(), "demo"), "--once", "--listen", f"127.0.0.1:{port}", *SMALL)
        check(status == 3 and str(port) in err and "--listen" in err, "a port that is taken: status 3, and --listen is named", (status, err))
    lonely = kit.folder()  # no zhun-sim beside it, none in PATH
    shutil.copy(kit.ZHUN, lonely)
    done = subprocess.run([os.path.join(lonely, "zhun"), "demo", "--once", "--data", os.path.join(lonely, "demo")], capture_output=True, text=True, timeout=60,
                          env=kit.environment({"PATH": "/usr/bin:/bin"}))
    check(done.returncode == 3 and "zhun-sim" in done.stderr and "PATH" in done.stderr, "without a zhun-sim: status 3, and what to do", (done.returncode, done.stderr))
    for args in (["stray"], ["--days", "1"], ["--customers", "many"], ["--seed", "-1"], ["--listen", "nowhere"]):
        status, _, err = kit.run("demo", "--data", os.path.join(kit.folder(), "demo"), *args)
        check(status == 2 and err.startswith("zhun: "), f"demo {' '.join(args)}: status 2", (status, err))


for part in (once, refusals, ends, live):
    kit.say(f"-- {part.__name__}")
    part()
kit.finish()
