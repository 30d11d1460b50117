#!/usr/bin/env python3
"""Requests as real SDKs send them, byte for byte (ZHUN_SHARED/wire): what is stored must be what each one meant.

Replayed twice: the second time nothing new may be stored.
"""
import base64
import glob
import json
import os

import kit
from kit import check, equal

FOLDERS = ("segment-node", "segment-browser", "segment-http", "rudder-node", "rudder-browser")
SENSORS = ("sensors-js", "sensors-node", "sensors-python", "sensors-other")
AHEAD_MS = 5 * 60 * 1000  # a time further in the future is replaced by the time of receipt


def vectors(folders):
    out = []
    for name in folders:
        for path in sorted(glob.glob(os.path.join(kit.SHARED, "wire", name, "*.json"))):
            with open(path, encoding="utf-8") as file:
                out.append(json.load(file))
    return out


def key_of(vector):
    request = vector["request"]
    auth = (vector["expect"].get("auth") or {}).get("writeKey")
    if auth is None and "writeKey=" in request["path"]:
        auth = request["path"].split("writeKey=")[1].split("&")[0]
    return auth or "wk_demo"


def send(engine, vector):
    request = vector["request"]
    body = base64.b64decode(request["bodyBase64"]) if "bodyBase64" in request else request.get("body", "").encode()
    return engine.ask(request["method"], request["path"], body or None, headers=request["headers"])


def has_status(answer, want):
    if want == "2xx":
        return 200 <= answer.status < 300
    return answer.status == want if isinstance(want, int) else answer.status in want


def is_part(want, got):
    """Named fields are equal, fields that are not named are free."""
    if isinstance(want, dict):
        return isinstance(got, dict) and all(is_part(value, got.get(name)) for name, value in want.items())
    return want == got and isinstance(want, bool) == isinstance(got, bool)


def want_time(event, received_ms):
    original, sent = event.get("originalTimestamp"), event.get("sentAt")
    if original is None:
        return received_ms
    time_ms = kit.ms_of(original) if sent is None else received_ms - (kit.ms_of(sent) - kit.ms_of(original))
    return received_ms if time_ms > received_ms + AHEAD_MS else time_ms


def compare(name, want, got):
    """One event that is stored with what was expected of it."""
    received = kit.ms_of(got["receivedAt"])
    for field, value in want.items():
        what = f"{name} {want.get('messageId', '')}: {field}"
        if field == "timestamp":
            equal(kit.ms_of(got["timestamp"]), want_time(want, received), what)
        elif field == "consent":
            equal(got["context"].get("consent"), value, what)
        elif field == "context":
            check(is_part(value, got["context"]), what, f"got {got['context']}, want {value}")
        elif isinstance(value, dict):
            equal(got.get(field), value, what)
        else:
            equal(got.get(field), value, what)
    for field in ("userId", "anonymousId"):
        if field not in want:
            check(field not in got, f"{name}: no {field} was sent", got.get(field))


def replay(engine, mine):
    seen = set()
    for vector in mine:
        name, expect = vector["id"], vector["expect"]
        before = {event["messageId"] for event in engine.export()}
        letters = len(engine.letters())
        began = kit.now_ms()
        answer = send(engine, vector)
        check(has_status(answer, expect["status"]), f"{name}: status", answer)
        for header, value in (expect.get("responseHeaders") or {}).items():
            compare_header(name, answer, header, value)
        compare_answer(name, vector, answer, engine)
        log = engine.export()
        stored = {event["messageId"]: event for event in log}
        wanted = expect.get("events", [])
        fresh = [event for event in log if event["messageId"] not in before]
        if len(wanted) == len(fresh):  # a pixel's event gets its messageId from the engine
            wanted = [{"messageId": got["messageId"], **want} for want, got in zip(wanted, fresh)]
        wanted = {event["messageId"]: event for event in wanted}
        equal(set(stored) - before, set(wanted) - seen, f"{name}: what is new in the log")
        for message_id, want in wanted.items():
            if message_id in stored and message_id not in seen:
                compare(name, want, stored[message_id])
                check(began - 2 <= kit.ms_of(stored[message_id]["receivedAt"]) <= kit.now_ms() + 2, f"{name}: receivedAt is the server's clock")
        seen |= set(wanted)
        rejected = expect.get("rejected", [])
        equal(len(engine.letters()) - letters, len(rejected), f"{name}: dead letters")
        found = [one["text"] for one in engine.letters()[:len(rejected)]]
        equal(sorted(found), sorted(one["reason"] for one in rejected), f"{name}: reasons")
    return seen


GIF = b"GIF89a\x01\x00\x01\x00"


def compare_answer(name, vector, answer, engine):
    """What the browser SDKs need of the settings they load; an image where one was asked for."""
    path, key = vector["request"]["path"], key_of(vector)
    if vector["request"]["method"] != "GET":
        return
    if path.startswith("/v1/projects/"):
        want = {"apiKey": key, "apiHost": f"127.0.0.1:{engine.port}/v1", "protocol": "http"}
        equal(answer.json, {"integrations": {"Segment.io": want}, "metrics": {"sampleRate": 0}}, f"{name}: settings")
    elif path.startswith("/sourceConfig/"):
        source = answer.json["source"]
        equal((source["writeKey"], source["enabled"], source["destinations"]), (key, True, []), f"{name}: source")
    else:
        is_gif(answer, name)
    if "Origin" in vector["request"]["headers"]:
        check(answer.header("Access-Control-Allow-Origin") in ("*", vector["request"]["headers"]["Origin"]), f"{name}: may be read by the page", answer.headers)


def is_gif(answer, name):
    check(answer.body.startswith(GIF) and len(answer.body) == 43 and answer.header("Content-Type") == "image/gif", f"{name}: an image of 43 bytes", answer)


def compare_header(name, answer, header, value):
    """The expectation is in words: "contains a,b" or "X (or *)"."""
    got = answer.header(header) or ""
    if value.startswith("contains "):
        want = set(value[len("contains "):].lower().split(","))
        check(want <= {part.strip().lower() for part in got.split(",")}, f"{name}: {header}", f"got {got!r}, want {value!r}")
    else:
        check(got in (value.split(" ")[0], "*"), f"{name}: {header}", f"got {got!r}, want {value!r}")


# ---- Sensors ----


def sensors_ids(want):
    """Which of its ids are the customer's own, and which a device's."""
    identities = want.get("identities", {})
    user = want.get("login_id") or identities.get("$identity_login_id")
    if not user and (want.get("isLoginId") or want["type"] == "track_signup"):
        user = want["distinct_id"]
    return user


def compare_record(name, vector, want, got):
    what = f"{name} {want['type']} {want.get('event', '')}"
    means = {"page": "page", "traits": "identify", "profile": "identify"}.get(want["means"].split(" ")[0], "track")
    equal(got["type"], means, f"{what}: type")
    if means == "track":
        equal(got["event"], want["event"], f"{what}: event")
    if means == "identify":
        equal(got["name"], want["type"], f"{what}: which profile record")
    user = sensors_ids(want)
    equal(got.get("userId"), user, f"{what}: userId")
    if not user:
        equal(got["anonymousId"], want["distinct_id"], f"{what}: anonymousId")
    if want.get("original_id"):
        equal(got["anonymousId"], want["original_id"], f"{what}: the id before login")
    equal(got["context"]["sensors"]["type"], want["type"], f"{what}: its own type")
    equal(got["context"]["sensors"].get("trackId"), want.get("_track_id"), f"{what}: _track_id")
    for key, value in (want.get("identities") or {}).items():
        check({"type": key, "id": value} in got["context"]["externalIds"], f"{what}: {key} is kept")
    equal(got["traits" if means == "identify" else "properties"], want["properties"], f"{what}: properties")
    equal(kit.ms_of(got["originalTimestamp"]), kit.ms_of(want["clientTime"]), f"{what}: the client's time")
    ago = kit.ms_of(vector["receivedAt"]) - kit.ms_of(want["timestamp"])
    # With _flush_time the record is as old as it was then; the vector does not say which had one.
    allowed = [kit.ms_of(want["clientTime"])] if "sentAt" not in got else [kit.ms_of(got["receivedAt"]) - ago]
    check(any(abs(kit.ms_of(got["timestamp"]) - one) <= 60000 for one in allowed), f"{what}: timestamp", got["timestamp"])


def items(mine):
    """The catalog after each item record, in an engine of its own: their times overlap."""
    for vector in mine:
        for want in vector["expect"]["events"]:
            if not want["type"].startswith("item_"):
                continue
            engine, name = kit.Engine(), vector["id"]
            if want["type"] == "item_delete":
                send(engine, next(v for v in mine if v["id"] == "sensors-python/item-set"))
            send(engine, vector)
            engine.sync()
            there = [item for item in engine.admin("GET", "/api/v1/items").json["items"] if item["itemId"] == want["item_id"]]
            equal(len(there), 0 if want["type"] == "item_delete" else 1, f"{name}: the item")
            for item in there:
                equal(item["title"], want["properties"]["name"], f"{name}: title")
                equal(item["priceCents"], round(100 * want["properties"]["price"]) if "price" in want["properties"] else None, f"{name}: price")
            engine.is_equal(f"after {name}")
            engine.stop()


def sensors():
    mine = vectors(SENSORS)
    engine = kit.Engine(env={"ZHUN_WRITE_KEY": "wk_demo"})
    count = 0
    for vector in mine:
        name, expect = vector["id"], vector["expect"]
        before, letters = engine.export(), len(engine.letters())
        answer = send(engine, vector)
        check(has_status(answer, expect["status"]), f"{name}: status", answer)
        if vector["request"]["method"] == "GET":
            is_gif(answer, name)
        elif not expect.get("dryRun"):
            equal(answer.body, b"", f"{name}: an empty body")
        equal(answer.header("Access-Control-Allow-Origin"), "*", f"{name}: pages may read it")
        equal(answer.header("Cache-Control"), "no-store", f"{name}: not cached")
        fresh = engine.export()[len(before):]
        wanted = [] if expect.get("dryRun") else expect["events"]
        events = [want for want in wanted if not want["type"].startswith("item_")]
        if equal(len(fresh), len(events), f"{name}: what is new in the log"):
            for want, got in zip(events, fresh):
                compare_record(name, vector, want, got)
        equal(len(engine.letters()) - letters, 1 if "crcExpected" in expect else 0, f"{name}: dead letters")
        count += len(events)
    check(engine.letters()[0]["reason"] == "crc_mismatch" and engine.metric("zhun_events_rejected_total", reason="crc_mismatch") == 1, "a wrong checksum is counted and kept")
    equal(engine.metric("zhun_events_accepted_total", dialect="sensors"), count, "counted as sensors")
    log = engine.export()
    for vector in mine:
        check(has_status(send(engine, vector), vector["expect"]["status"]), f"{vector['id']}: status, the second time")
    equal(engine.export(), log, "sensors: the second time nothing new is stored")
    engine.is_equal("after the requests of Sensors SDKs")
    kit.say(f"sensors: {len(mine)} requests, {count} events")
    engine.stop()
    items(mine)


# ---- webhooks of shops ----


def compare_hook(name, want, got):
    """`stored` of a vector: the event, its order, its time and money."""
    equal(got["type"], "track", f"{name}: type")
    equal(got["event"], want["event"], f"{name}: event")
    equal(got["properties"]["order_id"], want["order_id"], f"{name}: order")
    equal(got["timestamp"], want["time"], f"{name}: the shop's time")
    equal((got["properties"]["currency"], got["properties"]["total"]), (want["currency"], want["total"]), f"{name}: money")
    equal(len(got["properties"]["products"]), want["products"], f"{name}: products")


def shop_hooks():
    mine = vectors(("shop-hooks",))
    secrets = {(vector["request"]["path"].split("/")[3], vector["expect"]["secret"]) for vector in mine}
    engine = kit.Engine(env={"ZHUN_HOOK_SECRETS": ",".join(f"{source}={secret}" for source, secret in sorted(secrets))})
    for vector in mine:
        name, expect, before = vector["id"], vector["expect"], engine.export()
        changed = {**vector, "request": {**vector["request"], "body": vector["request"]["body"] + " "}}
        equal(send(engine, changed).status, 401, f"{name}: a changed body")
        equal(engine.export(), before, f"{name}: nothing is stored of it")
        check(has_status(send(engine, vector), expect["status"]), f"{name}: status")
        fresh = engine.export()[len(before):]
        if equal(len(fresh), 1, f"{name}: one event"):
            compare_hook(name, expect["stored"], fresh[0])
    equal(engine.metric("zhun_events_accepted_total", dialect="webhook"), len(mine), "counted as webhooks")
    log = engine.export()
    for vector in mine:
        check(has_status(send(engine, vector), vector["expect"]["status"]), f"{vector['id']}: status, the second time")
    equal((engine.export(), engine.letters()), (log, []), "shop-hooks: the second time nothing new is stored")
    engine.is_equal("after the webhooks of shops")
    kit.say(f"shop-hooks: {len(mine)} requests, {len(log)} events")
    engine.stop()


def main():
    mine = vectors(FOLDERS)
    if not mine:
        kit.skip(f"no golden requests in {os.path.join(kit.SHARED, 'wire')}: set ZHUN_SHARED")
    for key in sorted({key_of(v) for v in mine}):
        engine = kit.Engine(env={"ZHUN_WRITE_KEY": key})
        own = [v for v in mine if key_of(v) == key]
        seen = replay(engine, own)
        log = engine.export()
        equal(len(log), len(seen), f"{key}: one event a messageId")
        rudder = {event["messageId"] for v in own if v["id"].startswith("rudder") for event in v["expect"].get("events", [])}
        equal(engine.metric("zhun_events_accepted_total", dialect="rudderstack"), len(rudder), f"{key}: counted as RudderStack's")
        equal(engine.metric("zhun_events_accepted_total", dialect="segment"), len(seen) - len(rudder), f"{key}: counted as Segment's")
        for vector in own:
            if "/v1/pixel/" in vector["request"]["path"]:
                continue  # it has no time and no messageId: asked again it is another event
            check(has_status(send(engine, vector), vector["expect"]["status"]), f"{vector['id']}: status, the second time")
        equal(engine.export(), log, f"{key}: the second time nothing new is stored")
        engine.is_equal(f"after the requests of {key}")
        for user in sorted({event["userId"] for event in log if "userId" in event}):
            ids = {event["messageId"] for event in log if event.get("userId") == user}
            check(ids <= {event["messageId"] for event in engine.events(user)}, f"{key}: {user} has its events")
        kit.say(f"{key}: {len(own)} requests, {len(seen)} events")
        engine.stop()
    sensors()
    shop_hooks()
    kit.finish()


main()
