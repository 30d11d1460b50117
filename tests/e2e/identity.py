#!/usr/bin/env python3
"""Whose event is it: a device of many, limits, what a person takes apart again; through restarts, and equal to a rebuild."""
import base64
import json
import os
import time
import urllib.parse

import kit
from kit import check, equal

engine = kit.Engine(options=["--partitions", "3"])
now = kit.now_ms()
serial = 0


def event(user=None, device=None, at=None, **more):
    """`at`: seconds after an hour ago; without it later than all before."""
    global serial
    serial += 1
    out = {"type": "track", "event": "Product Viewed", "messageId": f"id-{serial}", "properties": {"product_id": f"p{serial}"},
           "timestamp": kit.iso(now - 3_600_000 + 1000 * (serial if at is None else at)), **more}
    if user is not None:
        out["userId"] = user
    if device is not None:
        out["anonymousId"] = device
    return out


def send(*events):
    answer = engine.collect("batch", {"batch": list(events)})
    equal((answer.status, answer.json["accepted"]), (200, len(events)), "taken")
    engine.sync()
    return [one["messageId"] for one in events]


def has(user, *ids):
    equal(sorted(one["messageId"] for one in engine.events(user)), sorted(ids), f"{user} has exactly these events")


def reasons():
    return {one["reason"]: one["count"] for one in engine.admin("GET", "/api/v1/quality").json["reasons"] if one["count"] > 0}


# ---- a device of many ----

before = send(event(device="tablet"))
ann = send(event("ann", "tablet"), event(device="tablet"))
bob = send(event("bob", "tablet"), event(device="tablet"))
has("ann", *before, *ann)
has("bob", *bob)
late = send(event(device="tablet", at=2.5))  # queued on the device while ann was there
has("ann", *before, *ann, *late)
cat = send(event("cat", "tablet"))
nobodys = send(event(device="tablet"), event(device="tablet"))
again = send(event("ann", "tablet"), event("dan", "tablet"))
nobodys += send(event(device="tablet"))
has("ann", *before, *ann, *late, again[0])
has("bob", *bob)
has("cat", *cat)
has("dan", again[1])
equal(reasons(), {"shared_device": 5}, "events of a shared device are marked")
check(engine.metric("zhun_ids_held_total", reason="shared_device") == 5, "and counted")

# ---- limits, and words that identify nobody, of this workspace ----

equal(engine.admin("PUT", "/api/v1/identity", {"limits": {"userIds": 1, "anonymousIds": 2}, "blocked": ["Kiosk"]}).status, 200, "a workspace has its own limits")
phones = send(event("fay", "fay-1"), event("fay", "fay-2"), event("fay", "fay-3"), event(device="fay-3"))
has("fay", *phones[:3])
equal((reasons()["id_limit"], engine.metric("zhun_ids_held_total", reason="id_limit")), (1, 1), "a third browser is not joined")
send(event("gus"))
renamed = send({"type": "alias", "previousId": "fay", "userId": "gus", "messageId": "alias-1"})
has("fay", *phones[:3])
equal(reasons()["id_limit"], 2, "nor a second user id")
answer = engine.collect("batch", {"batch": [event("kiosk"), event("KIOSK ", "hal-1"), event("hal", "kiosk")]})
equal((answer.json["accepted"], answer.json["rejected"]), (2, 1), "who has only a blocked id is nobody")
has("hal", f"id-{serial}")
equal([letter["reason"] for letter in engine.letters()], ["blocked_id"], "it is a dead letter")

# ---- an id that is let go (Sensors' bind and unbind) ----


def sensors(**record):
    answer = engine.ask("POST", "/sa?project=default", urllib.parse.urlencode({"gzip": "0", "data": base64.b64encode(json.dumps({"time": now, "properties": {}, "lib": {}, **record}).encode())}),
                        headers={"Content-Type": "application/x-www-form-urlencoded"})
    equal(answer.status, 200, "a record is taken")
    engine.sync()


def customer_of(text):
    return [one["id"] for one in engine.admin("GET", f"/api/v1/customers?q={urllib.parse.quote(text, safe='')}").json["items"]]


mobile = {"$identity_login_id": "ida", "$identity_mobile": "13800000000"}
sensors(type="track_id_bind", event="$BindID", distinct_id="ida", login_id="ida", identities=mobile, _track_id=1)
equal(customer_of("$identity_mobile+13800000000"), customer_of("ida"), "a number is bound")
sensors(type="track_id_unbind", event="$UnbindID", distinct_id="ida", login_id="ida", identities=mobile, _track_id=2)
sensors(type="track", event="Called", distinct_id="$identity_mobile+13800000000", identities={"$identity_mobile": "13800000000"}, _track_id=3)
check(customer_of("$identity_mobile+13800000000") not in ([], customer_of("ida")), "it leads to somebody else", customer_of("$identity_mobile+13800000000"))
equal([one["event"] for one in engine.events("ida")], ["$UnbindID", "$BindID"], "what was done stays")

engine.kill()
engine.start()
equal(engine.admin("GET", "/api/v1/identity").json, {"limits": {"userIds": 1, "anonymousIds": 2}, "sharedFrom": 3, "blocked": ["kiosk"]}, "a restart keeps the setting")
equal(engine.collect("track", event("Kiosk")).json["rejected"], 1, "and its words")
phones += send(event("fay", "fay-4"))
equal(reasons()["id_limit"], 3, "and its limits")
more = send(event(device="tablet"), event("eve", "tablet"))
has("eve", more[1])
has("cat", *cat)
engine.is_equal("a rebuild agrees about devices")
engine.stop()

# ---- a merge that is taken back, beside an engine where it never was ----

DAY = 86_400_000


def life(joined):
    """A visitor's and a user's days. `joined`: the user's events of that device name it, so both become one."""
    device = {"anonymousId": "zoe-phone"} if joined else {}
    out = []

    def add(what, day, properties, **who):
        out.append({"type": "track", "event": what, "messageId": f"life-{len(out)}", "timestamp": kit.iso(now - 10 * DAY + day * DAY + len(out) * 1000), "properties": properties, **who})

    def order(n, *items):
        return {"order_id": f"o{n}", "currency": "CNY", "products": [{"product_id": f"p{i}", "price": 10 + i, "quantity": 1 + i % 2, "category": f"c{i % 3}"} for i in items]}

    for i in range(6):
        add("Product Viewed", i, {"product_id": f"p{i}", "category": f"c{i % 3}"}, anonymousId="zoe-phone")
        add("Product Viewed", i, {"product_id": f"p{i + 3}", "category": f"c{i % 3}"}, userId="zoe")
        add("Product Viewed", i, {"product_id": f"p{i}"}, userId="kai")
    add("Order Completed", 2, order(1, 1, 2), anonymousId="zoe-phone")
    add("Order Completed", 3, order(2, 2, 5), userId="zoe")
    add("Product Viewed", 3, {"product_id": "p7"}, anonymousId="zoe-laptop")
    add("Product Viewed", 4, {"product_id": "p8"}, userId="zoe", anonymousId="zoe-laptop")  # this merge stays
    add("Product Added", 4, {"product_id": "p3"}, userId="zoe", **device)
    first = len(out)
    for i in range(5):
        add("Product Viewed", 5 + i // 2, {"product_id": f"p{i}", "category": "late"}, anonymousId="zoe-phone")
        add("Product Viewed", 5 + i // 2, {"product_id": f"p{i + 1}"}, userId="zoe", **device)
    add("Order Completed", 6, order(3, 4), anonymousId="zoe-phone")
    add("Order Completed", 6, order(4, 6, 7), userId="zoe", **device)
    add("Product Viewed", 7, {"product_id": "p9"}, anonymousId="zoe-laptop")
    return out[:first], out[first:]


def plain(value):
    """Without what two engines cannot share."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items() if key not in ("id", "customerId", "receivedAt", "decisionId", "updatedAt", "version", "generatedAt", "sentAt", "anonymousId", "times")}
    return [plain(one) for one in value] if isinstance(value, list) else value


def number_of(engine, text):
    items = engine.admin("GET", f"/api/v1/customers?q={text}").json["items"]
    return items[0]["id"] if items else None


def messages(engine, number):
    rows = engine.admin("GET", f"/api/v1/customers/{number}/events?limit=100").json["items"]
    return [engine.admin("GET", f"/api/v1/events/{row['position']}").json["event"]["messageId"] for row in rows]


def picture(engine):
    engine.draw()
    out = {"report": engine.admin("GET", "/api/v1/reports/orders").json, "totals": plain(engine.admin("GET", "/api/v1/overview").json["totals"]),
           "kpis": plain(engine.admin("GET", f"/api/v1/reports/kpis?from={kit.iso(now - 11 * DAY)[:10]}&to={kit.iso(now)[:10]}").json.get("series"))}
    for who in ("zoe", "kai", "zoe-phone", "zoe-laptop"):
        number = number_of(engine, who)
        out[who] = plain(engine.admin("GET", f"/api/v1/customers/{number}").json)
        out["events of " + who] = messages(engine, number)
    out["home"] = [(one["itemId"], one["score"]) for one in engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": "zoe", "n": 10}).json["items"]]
    return out


def told(engine, joined):
    first, then = life(joined)
    for part in (first, then):
        answer = engine.collect("batch", {"batch": part})
        equal((answer.status, answer.json["accepted"]), (200, len(part)), "taken")
        if part is first:
            equal(engine.serve("PUT", "/v1/consents/zoe", {"personalization": True, "marketing": {"email": True}}).status, 200, "a choice is kept")


def wait_undone(engine, number, what, until_s=120):
    end = time.monotonic() + until_s
    while time.monotonic() < end:
        try:
            undone = engine.admin("GET", f"/api/v1/customers/{number}/identity").json["unmerged"]
            if undone and all(one["state"] == "undone" for one in undone):
                return check(True, what)
        except (OSError, ConnectionError, ValueError):
            pass  # it is being opened anew
        time.sleep(0.1)
    return check(False, what, engine.lines[-5:])


def has_line(what, until_s=20):
    """A thread reads the lines: they come a moment after the answer."""
    end = time.monotonic() + until_s
    while time.monotonic() < end and not any(what in str(line) for line in engine.lines):
        time.sleep(0.01)
    return any(what in str(line) for line in engine.lines)


def identity(engine, number):
    return engine.admin("GET", f"/api/v1/customers/{number}/identity").json


never = kit.Engine(data=os.path.join(kit.folder(), "never"), options=["--partitions", "3"])
told(never, False)
want = picture(never)
never.stop()
for partitions, crash in (("1", False), ("3", True)):
    engine = kit.Engine(data=os.path.join(kit.folder(), "joined" + partitions), options=["--partitions", partitions])
    told(engine, True)
    engine.sync()
    zoe = number_of(engine, "zoe")
    equal(number_of(engine, "zoe-phone"), zoe, "the phone is zoe's")
    merged = identity(engine, zoe)
    phone = [one["number"] for one in merged["ids"] if one["id"] == "zoe-phone"][0]
    equal(sorted((one["why"], one["into"]) for one in merged["merges"]), [("login", zoe), ("login", zoe)], "two merges made zoe")
    equal([(one["kind"], one["id"]) for one in merged["ids"] if one["kind"] == "userId"], [("userId", "zoe")], "one user id")
    equal(engine.admin("POST", f"/api/v1/customers/{zoe}/unmerge", {"number": zoe}).status, 409, "nobody is merged into oneself")
    equal(engine.admin("POST", f"/api/v1/customers/{zoe}/unmerge", {"number": "999"}).status, 409, "nor an unknown number")
    equal(engine.admin("POST", f"/api/v1/customers/{zoe}/unmerge", {}).status, 400, "a merge is named")
    equal(engine.ask("POST", f"/api/v1/customers/{zoe}/unmerge", {"number": phone}, key=kit.SERVER).status, 403, "a shop's server may not")
    engine.is_equal("before")
    if partitions == "1":
        equal(engine.admin("POST", f"/api/v1/customers/{zoe}/unmerge", {"number": phone}).status, 202, "the merge is taken back")
    else:
        status, out, err = kit.run("profile", "--data", engine.data, "--unmerge", phone, "zoe")
        equal((status, json.loads(out)["unmerged"][0]["merge"]["number"]), (0, phone), "by the command, too")
    check(has_line("customer.unmerge"), "a log line says so", engine.lines[-3:])
    if crash:
        engine.kill()
        engine.start()
    wait_undone(engine, zoe, "it is undone")
    have = picture(engine)
    for key in want:
        equal(json.dumps(have[key], sort_keys=True), json.dumps(want[key], sort_keys=True), f"as if it had never been: {key}")
    engine.is_equal("after a merge is taken back")
    after = identity(engine, zoe)
    equal((len(after["merges"]), [(one["merge"]["number"], one["merge"]["why"]) for one in after["unmerged"]]), (1, [(phone, "login")]), "one merge is left, one is told of")
    equal(identity(engine, phone)["unmerged"], after["unmerged"], "told at both")
    answer = engine.collect("batch", {"batch": [{"type": "track", "event": "Product Viewed", "userId": "zoe", "anonymousId": "zoe-phone", "messageId": "again", "properties": {"product_id": "p1"}},
                                                {"type": "track", "event": "Product Viewed", "anonymousId": "zoe-phone", "messageId": "phone again", "properties": {"product_id": "p2"}}]})
    engine.sync()
    equal((number_of(engine, "zoe-phone"), number_of(engine, "zoe")), (phone, zoe), "no login joins them again")
    check("phone again" in messages(engine, phone), "the phone's events are its own")
    equal(reasons().get("id_apart"), 1, "the event says why")
    engine.restart()
    equal((number_of(engine, "zoe-phone"), number_of(engine, "zoe"), identity(engine, zoe)["unmerged"]), (phone, zoe, after["unmerged"]), "a restart keeps it")
    engine.is_equal("after a restart")
    engine.stop()

kit.finish()
