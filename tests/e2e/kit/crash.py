"""For the crash suite: a page that says when an engine is to be killed or its disk to fail, a script of operations, and
a ledger of what was answered, against which the engine is judged afterwards."""
import http.client
import json
import mmap
import os
import struct
import tempfile

import kit
from kit import SERVER, TOKEN, WRITE, check, equal

FULL, IO, SHORT, NO_SYNC, LASTING, MEMORY = 1, 2, 3, 4, 5, 6  # tests/crash/control.h
TOOLS = os.environ.get("ZHUN_CRASH_TOOLS", os.path.join(os.path.dirname(kit.ZHUN), "tests", "crash"))
STEP, FAULTS = os.path.join(TOOLS, "crash-step"), os.path.join(TOOLS, "crash-faults.so")
NO_PASSWORD = {"ZHUN_ADMIN_PASSWORD": ""}  # none is given, so a start does not hash one: 60 ms, thousands of times
GONE = (OSError, http.client.HTTPException)


class Control:
    """The page of tests/crash/control.h."""

    def __init__(self):
        self.path = os.path.join(kit.folder(), "control")
        with open(self.path, "wb") as file:
            file.write(bytes(4096))
        link = os.open(self.path, os.O_RDWR)
        self.page = mmap.mmap(link, 4096)
        os.close(link)

    def _get(self, at):
        return struct.unpack_from("<Q", self.page, 8 * at)[0]

    def _set(self, at, value):
        struct.pack_into("<Q", self.page, 8 * at, value)

    @property
    def count(self):
        return self._get(0)

    @property
    def hits(self):
        return self._get(4)

    @property
    def last(self):
        return bytes(self.page[40:72]).split(b"\0")[0].decode()

    def arm(self, calls, kind=0, times=1):
        """The call that is `calls` from now on, and times - 1 after it."""
        self._set(4, 0)
        self._set(3, kind)
        first = self.count + calls
        self._set(2, first + times)
        self._set(1, first)

    def rest(self):
        self._set(1, 0)

    def zero(self):
        for at in range(5):
            self._set(at, 0)


def traced(control, data):
    """An engine whose system calls are counted."""
    return kit.Engine(data=data, start=False, prefix=[STEP, control.path], env=NO_PASSWORD)


def faulty(control, data):
    """An engine on a disk that may fail."""
    return kit.Engine(data=data, start=False, env=NO_PASSWORD | {"LD_PRELOAD": FAULTS, "ZHUN_FAULTS": control.path, "ZHUN_FAULTS_UNDER": data})


def memory_folder():
    """For kills: they lose nothing that was written, so a disk would only be slow."""
    try:
        path = tempfile.mkdtemp(prefix="zhun-e2e-", dir="/dev/shm")
    except OSError:
        return kit.folder()
    kit._folders.append(path)
    return path


# ---- operations ----


class Ledger:
    """What was sent, and of that what was answered. `sent` and `answered` hold the names of things, by kind."""

    KINDS = ("events", "letters", "choices", "items", "sources")

    def __init__(self):
        self.sent = {kind: {} for kind in self.KINDS}  # name -> number of the operation
        self.answered = {kind: set() for kind in self.KINDS}
        self.acked = 0


class Operation:
    """One request. names: {kind: [names]}, all of which are there when it was answered, and all or none when it was not."""

    def __init__(self, number, method, path, body, key, names):
        self.number, self.method, self.path, self.body, self.key, self.names = number, method, path, body, key, names

    def send(self, engine, ledger, timeout=30):
        """The status; None: no answer."""
        for kind, names in self.names.items():
            ledger.sent[kind].update({name: self.number for name in names})
        try:
            answer = engine.ask(self.method, self.path, self.body, key=None if self.key == WRITE else self.key,
                                auth=kit.basic(WRITE) if self.key == WRITE else None, timeout=timeout)
        except GONE:
            return None
        if answer.status in (200, 201):
            for kind, names in self.names.items():
                ledger.answered[kind].update(names)
            ledger.acked += 1
        return answer.status


KIND_OF_OPERATIONS = 10


def operation(number, attempt):
    """Operation `number` of the script; every attempt has names of its own, so it walks the same way as the first."""
    n, user, form = f"{number}.{attempt}", f"u{number % 17}", number % KIND_OF_OPERATIONS
    view = {"type": "track", "event": "Product Viewed", "properties": {"product_id": f"p{number % 9}"}}
    if form == 0:
        return Operation(number, "PUT", f"/v1/consents/k-{n}", {"personalization": False, "version": n}, SERVER, {"choices": [f"k-{n}"]})
    if form == 1:
        return Operation(number, "PUT", f"/api/v1/items/i-{n}", {"title": f"title {n}", "priceCents": 100, "currency": "CNY"}, TOKEN, {"items": [f"i-{n}"]})
    if form == 2:
        return Operation(number, "POST", "/api/v1/sources", {"name": f"s-{n}"}, TOKEN, {"sources": [f"s-{n}"]})
    if form == 3:  # nobody: a dead letter
        return Operation(number, "POST", "/v1/track", {"event": "E", "messageId": f"x-{n}"}, WRITE, {"letters": [f"x-{n}"]})
    items, ids = [], []
    for i in range(1 + 4 * (number % 3)):
        event = dict(view, messageId=f"e-{n}-{i}")
        if form == 4:    # an order
            event.update(userId=user, event="Order Completed", properties={"order_id": f"o-{n}-{i}", "revenue": 5, "currency": "CNY", "products": [{"product_id": "p1", "price": 5, "quantity": 1}]})
        elif form == 5:  # somebody new
            event["anonymousId"] = f"a-{n}-{i}"
        elif form == 6:  # logs in: a merge, where the anonymous visitor had come before
            event.update(type="identify", userId=f"l-{n}", anonymousId=f"b-{n}", traits={"email": f"{n}@example.com"}) if i else event.update(anonymousId=f"b-{n}")
        elif form == 7:
            event.update(userId=user, properties={"product_id": f"new-{n}", "note": "x" * 3000})
        else:
            event["userId"] = user
        items.append(event)
        ids.append(event["messageId"])
    return Operation(number, "POST", "/v1/batch", {"batch": items}, WRITE, {"events": ids})


# ---- judging ----


def _all_or_none(ledger, kind, there, when):
    lost = ledger.answered[kind] - there
    check(not lost, f"{when}: every answered one of {kind} is there", sorted(lost)[:3])
    strange = there - set(ledger.sent[kind])
    check(not strange, f"{when}: none of {kind} is there that was not sent", sorted(strange)[:3])


def _batches_whole(ledger, there, when):
    """With one partition a request is one frame, so it is there whole or not at all."""
    half = {}
    for name in ledger.sent["events"]:
        half.setdefault(name.rsplit("-", 1)[0], set()).add(name in there)
    torn = [name for name, found in half.items() if len(found) == 2]
    check(not torn, f"{when}: no request is there by halves", torn[:3])


def _stored(engine):
    """The messageIds of all events, page by page."""
    stored, place = [], "0:0"
    while place is not None:
        answer = engine.ask("GET", f"/api/v1/export/events?from={place}", key=TOKEN)
        stored += [json.loads(line)["messageId"] for line in answer.body.decode().split("\n") if line]
        place = answer.header("x-zhun-next")
    return stored


def judge(engine, ledger, when, names=None, offline=False, whole=True):
    """Everything answered is there once, nothing is there by halves, and the views equal a rebuild. `names`: only these choices and
    items are asked for one by one (all: None). `whole`: a request is there whole or not at all, else each of its events is."""
    stored = _stored(engine)
    there = set(stored)
    check(len(stored) == len(there), f"{when}: no event twice", [name for name in there if stored.count(name) > 1][:3] if len(stored) != len(there) else "")
    _all_or_none(ledger, "events", there, when)
    if whole:
        _batches_whole(ledger, there, when)
    letters = [letter["messageId"] for letter in engine.letters()]
    check(len(letters) == len(set(letters)), f"{when}: no dead letter twice")
    _all_or_none(ledger, "letters", set(letters), when)
    sources = [source["name"] for source in engine.admin("GET", "/api/v1/sources").json["items"]]
    check(len(sources) == len(set(sources)), f"{when}: no source twice")
    _all_or_none(ledger, "sources", {name for name in sources if name != "default"}, when)
    for user in (names or ledger.sent)["choices"]:
        said = engine.serve("GET", f"/v1/consents/{user}").json
        told = said.get("version") == user[2:]
        check(told == (said.get("personalization") is False), f"{when}: the choice of {user} is there whole or not at all", said)
        check(told or user not in ledger.answered["choices"], f"{when}: the choice of {user} is kept", said)
    for item in (names or ledger.sent)["items"]:
        got = engine.admin("GET", f"/api/v1/items/{item}")
        there = got.status == 200 and got.json["item"].get("title") == f"title {item[2:]}"
        check(there or (item not in ledger.answered["items"] and got.status == 404), f"{when}: item {item} is whole or not at all", got)
    done = engine.admin("POST", "/api/v1/check")
    check(done.status == 200 and done.json["equal"], f"{when}: zhun check is equal", done)
    if offline:
        equal(engine.stop(), 0, f"{when}: it ends well")
        engine.is_equal(when)
