"""What every end-to-end test shares: an engine in a folder of its own, requests, and checks that are counted.

A test is a script. It ends through kit.finish(): exit status 0 passed, 1 failed; kit.skip() says why and exits 77.
Environment: ZHUN the binary (default build/zhun), ZHUN_LOAD the load generator, ZHUN_SHARED the folder with
reference data (default ../shared beside the project), E2E_KEEP=1 keeps the folders of a test.
"""
import atexit
import base64
import gzip
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
ZHUN = os.environ.get("ZHUN", os.path.join(ROOT, "build", "zhun"))
ZHUN_LOAD = os.environ.get("ZHUN_LOAD", os.path.join(ROOT, "build", "src", "sys", "zhun-load"))
SHARED = os.environ.get("ZHUN_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))

WRITE, SERVER, TOKEN, PASSWORD = "wk_demo", "sk_demo_of_the_tests", "at_demo_of_the_tests", "correct horse battery"
READY_S = 30   # an engine that is not ready by then never will be
ANSWER_S = 60  # of one request
SYNC_S = 30    # until the views have caught up
WHOLE = os.environ.get("TRUST") == "whole"  # checks of docs/trust.md in their long form: make trust

# ---- checks ----

_passed, _failed = 0, []


def check(good, what, detail=""):
    """Count one fact. A test goes on after a failure, so that one run shows all of them."""
    global _passed
    if good:
        _passed += 1
    else:
        _failed.append(what)
        print(f"FAIL {what}{': ' + str(detail)[:1500] if detail != '' else ''}", flush=True)
    return bool(good)


def equal(got, want, what):
    return check(got == want, what, f"got {got!r}, want {want!r}" if got != want else "")


def say(text):
    print(text, flush=True)


def prove(part, *args):
    """A part of a test: its name is printed with how it went. One named `check_NN_...` is a check of docs/trust.md."""
    passed, failed = _passed, len(_failed)
    part(*args)
    say(f"{part.__name__}: {'held' if len(_failed) == failed else 'BROKEN'}, {_passed - passed} facts")


def finish():
    _close_all()
    name = os.path.basename(sys.argv[0])
    if _failed:
        print(f"{name}: {_passed} checks passed, {len(_failed)} FAILED: {'; '.join(_failed)[:2000]}")
        sys.exit(1)
    print(f"{name}: {_passed} checks passed")
    sys.exit(0 if _passed else 1)


def skip(why):
    if _failed:
        finish()  # what was seen before counts
    _close_all()
    print(f"skipped: {why}")
    sys.exit(77)


# ---- folders and processes, taken away at the end whatever happens ----

_engines, _folders, _children, _undo = [], [], [], []


def folder():
    path = tempfile.mkdtemp(prefix="zhun-e2e-")
    _folders.append(path)
    return path


def _stop_all():
    for engine in _engines:
        engine.kill()
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()


def _close_all():
    _stop_all()
    for undo in _undo:  # what must go before folders can: mounts
        undo()
    if os.environ.get("E2E_KEEP") != "1":
        for path in _folders:
            shutil.rmtree(path, ignore_errors=True)


atexit.register(_close_all)


def environment(more=None):
    """The test's own, without settings of whoever runs it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ZHUN")}
    env.update(more or {})
    return env


def run(*args, stdin=None, timeout=300, env=None):
    """`zhun ARGS`: status, standard output, standard error."""
    done = subprocess.run([ZHUN, *args], input=stdin, capture_output=True, timeout=timeout, env=environment(env))
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


# ---- answers ----


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return self.headers.get(name.lower())

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


def code_at(secret, step):
    """What an authenticator app shows: RFC 6238 with SHA-1, by Python's own library."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def basic(key, colon=True):
    return "Basic " + base64.b64encode((key + (":" if colon else "")).encode()).decode()


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def iso(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{int(ms) % 1000:03d}Z"


def ms_of(text):
    """Milliseconds of what the engine prints: 2026-11-21T18:36:40.939Z."""
    import calendar
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1000 + int(text[20:23])


def now_ms():
    return int(time.time() * 1000)


# ---- an engine ----


class Engine:
    """`zhun serve` on a folder and a port of its own. Keys and the admin's password are those above."""

    def __init__(self, data=None, options=(), env=None, start=True, prefix=()):
        self.data = data or os.path.join(folder(), "data")
        self.options, self.env, self.prefix = list(options), env or {}, list(prefix)  # prefix: what runs the engine
        self.process, self.port, self.lines, self.ready_s = None, None, [], None
        _engines.append(self)
        if start:
            self.start()

    def spawn(self):
        env = {"ZHUN_WRITE_KEY": WRITE, "ZHUN_SERVER_KEY": SERVER, "ZHUN_ADMIN_TOKEN": TOKEN, "ZHUN_ADMIN_PASSWORD": PASSWORD}
        env.update(self.env)
        self.lines, self.port = [], None
        self.process = subprocess.Popen([*self.prefix, ZHUN, "serve", "--data", self.data, "--listen", "127.0.0.1:0", *self.options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(env))
        self._ready = threading.Event()
        self._readers = [threading.Thread(target=self._read, args=(self.process.stderr, self.lines), daemon=True),
                         threading.Thread(target=self._read, args=(self.process.stdout, []), daemon=True)]
        for reader in self._readers:
            reader.start()

    def _read(self, pipe, lines):
        ready = self._ready
        for raw in pipe:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            lines.append(line)
            if '"serve.ready"' in line:
                self.port = json.loads(line)["port"]
                ready.set()
        pipe.close()
        ready.set()

    def start(self):
        """True when ready; self.ready_s tells how long that took."""
        began = time.monotonic()
        self.spawn()
        self._ready.wait(READY_S)
        self.ready_s = time.monotonic() - began
        if self.port is None:
            self.kill()
            raise SystemExit("the engine did not get ready:\n" + "\n".join(self.lines[-20:]))
        return self

    def try_start(self):
        """For folders an engine may refuse: its exit status, or None when it is ready."""
        self.spawn()
        self._ready.wait(READY_S)
        if self.port is not None:
            return None
        self.process.wait(READY_S)
        for reader in self._readers:
            reader.join(10)  # its last words may still be in the pipe
        return self.process.returncode

    def stop(self, timeout=60):
        """SIGTERM; the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout)
        self._join()
        return status

    def kill(self):
        """SIGKILL; nothing is flushed."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._join()

    def _join(self):
        for reader in self._readers:
            reader.join(10)
        self.process = None

    def restart(self):
        equal(self.stop(), 0, "SIGTERM ends with status 0")
        return self.start()

    # -- requests --

    def ask(self, method, path, body=None, headers=None, key=None, auth=None, timeout=ANSWER_S):
        """`key`: a Bearer token. `auth`: the whole Authorization header. A dict or list body becomes JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = dump(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        if key:
            headers["Authorization"] = "Bearer " + key
        if auth:
            headers["Authorization"] = auth
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            link.request(method, path, body=body, headers=headers)
            answer = link.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            link.close()

    def raw(self, data, timeout=20):
        """Bytes as they are; whatever comes back until the end or a pause."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as link:
            try:
                link.sendall(data)
            except OSError:
                pass  # an engine may close before it has read what it refuses
            got = b""
            link.settimeout(3)
            try:
                while True:
                    part = link.recv(65536)
                    if not part:
                        break
                    got += part
            except OSError:
                pass
        return got

    def collect(self, route, body, headers=None, auth=basic(WRITE)):
        return self.ask("POST", "/v1/" + route, body, headers=headers, auth=auth)

    def serve(self, method, path, body=None):
        return self.ask(method, path, body, key=SERVER)

    def admin(self, method, path, body=None):
        return self.ask(method, path, body, key=TOKEN)

    # -- what is stored --

    def sync(self):
        """Wait until every view has what the log has: the position first, then the lag, which ends when the rows of
        the timeline are written too. Asked twice, because a lag below a millisecond reads as none."""
        end, still = time.monotonic() + SYNC_S, 0
        while still < 2:
            system = self.admin("GET", "/api/v1/system").json
            there = system["viewLagMs"] == 0 and all(p["folded"] >= p["logEnd"] for p in system["positions"])
            still = still + 1 if there else 0
            if time.monotonic() > end:
                raise SystemExit(f"the views do not catch up: {system}")
            time.sleep(0.003)

    def draw(self):
        """The boundaries over what there is now: profiles that are compared must not depend on when they were drawn by themselves."""
        self.sync()
        end = time.monotonic() + SYNC_S
        while (answer := self.admin("POST", "/api/v1/boundaries", {})).status != 200:  # 429 while an import is being taken back
            if time.monotonic() > end:
                raise SystemExit(f"boundaries cannot be drawn: {answer}")
            time.sleep(0.05)
        return answer.json

    def events(self, user):
        """All events of a customer, newest first."""
        self.sync()
        out, cursor = [], ""
        while True:
            answer = self.serve("GET", f"/v1/profiles/{user}/events?limit=100{'&cursor=' + cursor if cursor else ''}")
            if answer.status != 200:
                return out
            page = answer.json
            out += page["events"]
            cursor = page["next"]
            if not cursor:
                return out

    def letters(self):
        """All dead letters, newest first."""
        self.sync()
        out, cursor = [], ""
        while True:
            page = self.admin("GET", f"/api/v1/deadletters?limit=100{'&cursor=' + cursor if cursor else ''}").json
            out += page["items"]
            cursor = page["next"]
            if not cursor:
                return out

    def export(self):
        """Every stored event, in the order of the log; through the command, which asks this engine or opens the folder."""
        status, out, err = run("export", "--data", self.data)
        if status != 0:
            raise SystemExit(f"export: status {status}: {err}")
        return [json.loads(line) for line in out.split("\n") if line]

    def is_equal(self, what):
        """`zhun check`: do the views equal a rebuild from the log?"""
        status, out, err = run("check", "--data", self.data)
        return check(status == 0 and out.rstrip().endswith("equal") and "DIFFERENT" not in out, f"zhun check is equal {what}", f"status {status}\n{out}{err}")

    def metric(self, name, **labels):
        """Sum of the samples of a metric that carry these labels."""
        total = 0.0
        for line in self.ask("GET", "/metrics").body.decode().split("\n"):
            if not line.startswith(name) or line[len(name):len(name) + 1] not in ("{", " "):
                continue
            if all(f'{label}="{value}"' in line for label, value in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total


def gz(data):
    return gzip.compress(data, mtime=0)
