#!/usr/bin/env python3
"""The live debugger: a request as it came, what it became, what it changed; off by itself, and blind for who may not read raw bytes."""
import base64
import datetime
import json

import kit
from kit import check, dump, equal, gz

engine = kit.Engine()
OFF = {"on": False, "raw": True, "until": None, "items": []}


def a_minute_ago():
    return datetime.datetime.fromtimestamp(kit.now_ms() / 1000 - 60, datetime.timezone.utc).isoformat(timespec="milliseconds")


def look(source="1", after=0):
    answer = engine.admin("GET", f"/api/v1/sources/{source}/debugger{f'?after={after}' if after else ''}")
    equal(answer.status, 200, "the debugger answers")
    return answer.json


def newest():
    return look()["items"][0]


def switch(minutes, source="1", key=kit.TOKEN):
    return engine.ask("PUT", f"/api/v1/sources/{source}/debugger", {"minutes": minutes}, key=key)


def track(message_id, user="deb", **more):
    return {"userId": user, "event": "Product Viewed", "messageId": message_id, "properties": {"product_id": "p1"}, **more}


def off():
    equal(look(), OFF, "it is off at first")
    engine.collect("track", track("off-1"))
    equal(look(), OFF, "and sees nothing then")
    for body, what in (({"minutes": 61}, "over an hour"), ({"minutes": -1}, "less than none"), ({"minutes": "x"}, "no number")):
        equal(engine.admin("PUT", "/api/v1/sources/1/debugger", body).json.get("field"), "minutes", what)
    equal((switch(5, "99").status, engine.admin("GET", "/api/v1/sources/99/debugger").status), (404, 404), "no such source")
    on = switch(5).json
    check(on["on"] and on["items"] == [] and 290_000 < kit.ms_of(on["until"]) - kit.now_ms() <= 301_000, "on for five minutes", on)


def requests():
    engine.collect("track", track("one-1", context={"ip": "203.0.113.9"}), {"X-Retry-Count": "2", "Cookie": "secret=1"})
    got = newest()
    equal((got["method"], got["path"], got["status"], got["accepted"], got["duplicate"], got["rejected"]), ("POST", "/v1/track", 200, 1, 0, 0), "the request and its answer")
    equal(json.loads(got["request"]["body"])["messageId"], "one-1", "the body as it came")
    equal(got["request"]["headers"].get("X-Retry-Count"), "2", "a header")
    check(not {"Cookie", "Authorization"} & set(got["request"]["headers"]), "no secret is written down", got["request"]["headers"])
    event = got["events"][0]
    equal((event["type"], event["event"], event["messageId"], event["outcome"]), ("track", "Product Viewed", "one-1", "accepted"), "the event")
    equal((event["raw"]["userId"], event["raw"]["context"]["ip"], event["raw"]["properties"]), ("deb", "203.0.113.9", {"product_id": "p1"}), "in its canonical form, whole")
    engine.collect("track", track("one-1"))
    equal((newest()["events"][0]["outcome"], newest()["duplicate"]), ("duplicate", 1), "a duplicate")
    engine.collect("track", track("one-1", properties={"product_id": "other"}))
    equal((newest()["events"][0]["outcome"], newest()["rejected"]), ("conflict", 1), "the same id with another body")
    engine.collect("batch", gz(dump({"writeKey": kit.WRITE, "batch": [{"type": "track", "messageId": "bad"}, track("one-2") | {"type": "track"}]})), {"Content-Type": "application/x-www-form-urlencoded"})
    got = newest()
    check(kit.WRITE not in got["request"]["body"] and '"writeKey":"*' in got["request"]["body"], "gzip is unpacked, the key is hidden", got["request"]["body"][:200])
    equal([(one["index"], one["reason"]) for one in got["rejects"]], [(0, "no_customer")], "a dead letter and its reason")
    equal((len(got["events"]), got["rejected"]), (1, 1), "its neighbour")
    engine.collect("track", b'{"broken', {})
    equal((newest()["status"], newest()["request"]["body"]), (400, '{"broken'), "what could not be read")
    record = {"type": "track", "event": "ViewProduct", "distinct_id": "deb-sa", "time": kit.now_ms(), "properties": {"product_id": "p1"}}
    form = "data=" + base64.b64encode(dump(record)).decode().replace("+", "%2B").replace("=", "%3D")
    engine.ask("POST", "/sa?project=default", form, headers={"Content-Type": "text/plain"})
    equal((newest()["path"], newest()["dialect"], newest()["events"][0]["event"]), ("/sa", "sensors", "ViewProduct"), "a Sensors record")
    engine.ask("GET", f"/v1/pixel/track?userId=deb&event=Seen&writeKey={kit.WRITE}")
    check(kit.WRITE not in newest()["request"]["query"] and newest()["events"][0]["event"] == "Seen", "a pixel, its key hidden", newest()["request"])


def changes():
    engine.collect("track", track("c-1", user=None, anonymousId="deb-anon"))
    visitor = newest()["events"][0]["identity"]
    equal((visitor["kind"], visitor["anonymousBefore"]), ("new", None), "a new visitor")
    # Two without a time of their own may come within one millisecond, and then a hash says which of them stands: this one was before.
    engine.collect("identify", {"userId": "deb-2", "anonymousId": "deb-anon", "messageId": "c-2", "timestamp": a_minute_ago(), "traits": {"city": "Shenzhen", "level": 1, "email": "x@example.com"}})
    event = newest()["events"][0]
    equal((event["identity"]["kind"], event["identity"]["customer"], event["identity"]["userBefore"]), ("known", visitor["customer"], None), "who gets a name, and stays the same customer")
    equal((event["before"]["traits"], event["after"]["traits"], event["personal"]), ({}, {"city": "Shenzhen", "level": 1}, ["email"]), "the portrait before and after, names of what is personal")
    engine.collect("identify", {"userId": "deb-2", "messageId": "c-3", "traits": {"level": 2}})
    event = newest()["events"][0]
    equal((event["before"]["traits"], event["after"]["traits"]), ({"level": 1}, {"level": 2}), "only what the event speaks of")
    order = {"order_id": "o1", "total": 40, "revenue": 40, "currency": "EUR", "products": [{"product_id": "p1", "price": 40, "quantity": 1}]}
    engine.collect("track", {"userId": "deb-2", "messageId": "c-4", "event": "Order Completed", "properties": order})
    event = newest()["events"][0]
    equal([(event[when]["orders"], event[when]["revenueCents"]) for when in ("before", "after")], [(0, 0), (1, 4000)], "what it brought")
    engine.collect("track", track("c-5", user=None, anonymousId="deb-other"))
    engine.collect("identify", {"userId": "deb-2", "anonymousId": "deb-other", "messageId": "c-6"})
    event = newest()["events"][0]
    equal((event["identity"]["kind"], event["identity"]["customer"]), ("joined", visitor["customer"]), "two customers are one")
    check(event["identity"]["anonymousBefore"] not in (None, visitor["customer"]), "the other one is named", event["identity"])


def rights():
    people = {}
    for role in ("viewer", "developer", "marketer"):
        answer = engine.admin("POST", "/api/v1/users", {"name": role, "role": role, "password": "correct horse battery"})
        equal(answer.status, 201, f"a {role}")
        link = engine.ask("POST", "/api/v1/login", {"user": role, "password": "correct horse battery"})
        people[role] = {"Cookie": link.header("set-cookie").split(";")[0], "X-CSRF-Token": link.json["csrf"]}
    for role, may in (("viewer", False), ("marketer", False), ("developer", True)):
        answer = engine.ask("GET", "/api/v1/sources/1/debugger", headers=people[role])
        equal((answer.status, answer.json["raw"]), (200, may), f"{role} looks")
        equal("x@example.com" in answer.body.decode() and "deb-anon" in answer.body.decode(), may, f"{role}: raw bytes")
        equal(engine.ask("PUT", "/api/v1/sources/1/debugger", {"minutes": 5}, headers=people[role]).status, 200 if may else 403, f"{role} switches it on")
        if not may:
            check(all(one["request"] is None and all(e["raw"] is None and (e["before"]["traits"], e["personal"]) == (None, None) for e in one["events"]) for one in answer.json["items"]), f"{role}: masked")
    for who in (kit.SERVER, kit.WRITE):
        equal(engine.ask("GET", "/api/v1/sources/1/debugger", key=who).status, 403, "a key of the shop does not look")


def bounds():
    first = look()["items"][0]["number"]
    for i in range(60):
        engine.collect("batch", {"batch": [{**track(f"b-{i}-{k}", properties={"text": "x" * 20000}), "type": "track"} for k in range(20)]})
    got = look()["items"]
    equal([int(one["number"]) for one in got], list(range(int(first) + 60, int(first) + 10, -1)), "the latest fifty")
    check(all(len(dump(one)) < 200_000 for one in got), "each is bounded")
    equal(len(look(after=int(first) + 57)["items"]), 3, "asked for what is new")
    made = [engine.admin("POST", "/api/v1/sources", {"name": f"s{i}"}).json["id"] for i in range(8)]
    equal([switch(5, one).status for one in made], [200] * 7 + [409], "eight sources at a time")
    equal((switch(0).json, look()), (OFF, OFF), "ended, and forgotten")
    equal(switch(5, made[7]).status, 200, "there is room for another")
    engine.collect("track", track("after-1"))
    switch(5)
    equal(look()["items"], [], "what came in between was not seen")
    engine.restart()
    equal(look(), OFF, "a restart ends it")


for part in (off, requests, changes, rights, bounds):
    kit.say(f"-- {part.__name__}")
    part()
engine.is_equal("at the end")
equal(engine.stop(), 0, "it stops well")
kit.finish()
