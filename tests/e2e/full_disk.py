#!/usr/bin/env python3
"""The disk is full: writes are refused and said to be, reading and the choices of customers go on; with room again all goes on.

A disk of its own (ext4 in a file, a loop device), so it needs root.
"""
import base64
import json
import os
import time

import kit
from kit import SERVER, WRITE, check, equal
from kit.disk import Disk

BATCH, CUSTOMERS = 100, 40
WAIT_S = 60  # until the engine sees that there is room again


class Sender:
    """Batches of numbered events; what was answered, and what was refused and is sent again later."""

    def __init__(self, engine):
        self.engine, self.next, self.answered, self.refused = engine, 0, [], []

    def batch(self):
        items = []
        for _ in range(BATCH):
            items.append({"type": "track", "userId": f"c{self.next % CUSTOMERS}", "messageId": f"f-{self.next}", "event": "Product Viewed",
                          "properties": {"product_id": f"p{self.next % 30}", "note": base64.b64encode(os.urandom(300)).decode()}})
            self.next += 1
        return items

    def send(self, items):
        answer = self.engine.collect("batch", {"batch": items})
        if answer.status == 200:
            self.answered += [item["messageId"] for item in items]
            return answer
        self.refused.append(items)
        return answer

    def again(self):
        waiting, self.refused = self.refused, []
        return [self.send(items).status for items in waiting]


def events_until_refused(sender):
    for _ in range(2000):
        answer = sender.send(sender.batch())
        if answer.status != 200:
            return answer
        if answer.json["accepted"] != BATCH:
            check(False, "a batch is taken whole", answer)
    raise SystemExit("the disk does not get full")


def what_is_refused(engine, answer):
    equal((answer.status, answer.header("retry-after")), (503, "5"), "Segment's path: 503 with Retry-After, as its SDKs try again")
    check("disk is full" in answer.json["detail"], "the answer says why", answer)
    record = {"type": "track", "event": "ViewProduct", "distinct_id": "s1", "time": kit.now_ms(), "properties": {"$lib": "js"}, "_track_id": 7}
    body = "data=" + base64.b64encode(json.dumps(record).encode()).decode().replace("+", "%2B").replace("=", "%3D") + "&gzip=0"
    sensors = engine.ask("POST", f"/sa?project={WRITE}", body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    equal((sensors.status, sensors.header("retry-after")), (503, "5"), "Sensors' path: 503, as its Android SDK keeps its queue on nothing else")
    equal(engine.admin("PUT", "/api/v1/items/p1", {"title": "a new title"}).status, 503, "an item")
    equal(engine.admin("POST", "/api/v1/sources", {"name": "late"}).status, 503, "a source")
    ready = engine.ask("GET", "/readyz")
    equal((ready.status, ready.json["ready"], ready.json["code"]), (503, False, "disk_full"), "/readyz")
    check("make room" in ready.json["reason"], "/readyz says what to do", ready)
    equal(engine.ask("GET", "/healthz").status, 200, "/healthz")
    equal(engine.metric("zhun_writable"), 0, "zhun_writable")
    check(engine.metric("zhun_refused_total", reason="disk_full") > 0, "zhun_refused_total")
    system = engine.admin("GET", "/api/v1/system").json
    equal((system["ready"], system["intake"]), (False, "disk_full"), "/api/v1/system")


def what_goes_on(engine, turn):
    """Reading, and choices: durable, and in force at once."""
    equal(engine.serve("GET", "/v1/profiles/c1").status, 200, f"{turn}: a profile")
    equal(engine.admin("GET", "/api/v1/overview").status, 200, f"{turn}: a report")
    equal(len(engine.serve("GET", "/v1/profiles/c1/events?limit=20").json["events"]), 20, f"{turn}: a timeline")
    asked = engine.ask("POST", "/v1/recommend", {"placement": "home", "userId": f"c{turn}", "n": 5}, key=SERVER)
    equal((asked.status, asked.json.get("personalized")), (200, True), f"{turn}: a personal list")
    said = engine.serve("PUT", f"/v1/consents/c{turn}", {"personalization": False})
    equal((said.status, said.json.get("personalization")), (200, False), f"{turn}: an opt-out")
    asked = engine.ask("POST", "/v1/recommend", {"placement": "home", "userId": f"c{turn}", "n": 5}, key=SERVER)
    equal((asked.status, asked.json.get("personalized")), (200, False), f"{turn}: the opt-out is in force")
    equal(engine.serve("PUT", f"/v1/consents/new-{turn}", {"marketing": {"sms": False}}).status, 200, f"{turn}: an opt-out of somebody unknown")


def judge(engine, sender, turns, when):
    for turn in turns:
        equal(engine.serve("GET", f"/v1/consents/c{turn}").json["personalization"], False, f"{when}: the opt-out of c{turn} is kept")
        equal(engine.serve("GET", f"/v1/consents/new-{turn}").json["marketing"], {"sms": False}, f"{when}: and that of new-{turn}")
    stored = [event["messageId"] for event in engine.export()]
    equal(len(stored), len(set(stored)), f"{when}: no event twice")
    equal(set(stored), set(sender.answered), f"{when}: every answered event is stored, no refused one")
    engine.is_equal(when)


def check_04_opt_outs_on_a_full_disk():
    disk = Disk()
    engine = kit.Engine(data=os.path.join(disk.at, "data"))
    sender = Sender(engine)
    for _ in range(3):
        sender.send(sender.batch())
    end = time.monotonic() + WAIT_S
    while engine.metric("zhun_log_reserve_bytes") == 0 and time.monotonic() < end:
        time.sleep(0.05)
    check(engine.metric("zhun_log_reserve_bytes") > 0, "a reserve lies ready")
    disk.fill()
    what_is_refused(engine, events_until_refused(sender))
    what_goes_on(engine, 1)
    for i in range(200):
        answer = engine.serve("PUT", f"/v1/consents/many-{i}", {"marketing": {"email": False}})
        if answer.status != 200:
            check(False, "200 opt-outs on a full disk", answer)
            break
    equal({sender.send(sender.batch()).status for _ in range(3)}, {503}, "events are still refused")
    judge(engine, sender, [1], "on a full disk")

    engine.kill()  # killed while the disk is full, and started again on it
    engine.start()
    judge(engine, sender, [1], "after a kill on a full disk")
    if sender.send(sender.batch()).status == 200:
        events_until_refused(sender)
    what_goes_on(engine, 2)

    disk.empty()
    end = time.monotonic() + WAIT_S
    while engine.ask("GET", "/readyz").status != 200 and time.monotonic() < end:
        time.sleep(0.1)
    equal(engine.ask("GET", "/readyz").status, 200, "with room again the engine is ready without a restart")
    equal(set(sender.again()), {200}, "what was refused is taken")
    equal(engine.metric("zhun_writable"), 1, "zhun_writable")
    while engine.metric("zhun_log_reserve_bytes") == 0 and time.monotonic() < end:
        time.sleep(0.05)
    check(engine.metric("zhun_log_reserve_bytes") > 0, "and a reserve lies ready again")
    judge(engine, sender, [1, 2], "with room again")
    engine.restart()
    judge(engine, sender, [1, 2], "after a restart")


kit.prove(check_04_opt_outs_on_a_full_disk)
kit.finish()
