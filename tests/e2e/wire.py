#!/usr/bin/env python3
"""Requests as real SDKs send them, byte for byte (ZHUN_SHARED/wire): what is stored must be what each one meant.

Replayed twice: the second time nothing new may be stored. Routes that this version does not have are counted.
"""
import base64
import glob
import json
import os

import kit
from kit import check, equal

FOLDERS = ("segment-node", "segment-browser", "segment-http", "rudder-node", "rudder-browser")
GROWING = ("/v1/projects/", "/sourceConfig/", "/v1/pixel/", "/beacon/")  # routes to come
AHEAD_MS = 5 * 60 * 1000  # a time further in the future is replaced by the time of receipt


def vectors():
    out = []
    for name in FOLDERS:
        for path in sorted(glob.glob(os.path.join(kit.SHARED, "wire", name, "*.json"))):
            with open(path, encoding="utf-8") as file:
                out.append(json.load(file))
    return out


def key_of(vector):
    return (vector["expect"].get("auth") or {}).get("writeKey", "wk_demo")


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
        stored = {event["messageId"]: event for event in engine.export()}
        wanted = {event["messageId"]: event for event in expect.get("events", [])}
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


def compare_header(name, answer, header, value):
    """The expectation is in words: "contains a,b" or "X (or *)"."""
    got = answer.header(header) or ""
    if value.startswith("contains "):
        want = set(value[len("contains "):].lower().split(","))
        check(want <= {part.strip().lower() for part in got.split(",")}, f"{name}: {header}", f"got {got!r}, want {value!r}")
    else:
        check(got in (value.split(" ")[0], "*"), f"{name}: {header}", f"got {got!r}, want {value!r}")


def main():
    all_of_them = vectors()
    if not all_of_them:
        kit.skip(f"no golden requests in {os.path.join(kit.SHARED, 'wire')}: set ZHUN_SHARED")
    mine = [v for v in all_of_them if not v["request"]["path"].startswith(GROWING)]
    for key in sorted({key_of(v) for v in mine}):
        engine = kit.Engine(env={"ZHUN_WRITE_KEY": key})
        own = [v for v in mine if key_of(v) == key]
        seen = replay(engine, own)
        log = engine.export()
        equal(len(log), len(seen), f"{key}: one event a messageId")
        for vector in own:
            check(has_status(send(engine, vector), vector["expect"]["status"]), f"{vector['id']}: status, the second time")
        equal(engine.export(), log, f"{key}: the second time nothing new is stored")
        engine.is_equal(f"after the requests of {key}")
        for user in sorted({event["userId"] for event in log if "userId" in event}):
            ids = {event["messageId"] for event in log if event.get("userId") == user}
            check(ids <= {event["messageId"] for event in engine.events(user)}, f"{key}: {user} has its events")
        kit.say(f"{key}: {len(own)} requests, {len(seen)} events")
        engine.stop()
    kit.say(f"{len(all_of_them) - len(mine)} of {len(all_of_them)} requests are for routes to come")
    kit.finish()


main()
