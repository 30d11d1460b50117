#!/usr/bin/env python3
"""The dialects of other engines' SDKs at their edges: what each may send, and what each must be answered.

wire.py replays what real SDKs sent; here are the other forms of the same: every way to pack a record, every way to
name a source, damage, limits, clocks, preflights, and a restart.
"""
import base64
import gzip
import json
import socket
import time
import urllib.parse

import kit
from kit import WRITE, basic, check, equal, iso, now_ms

GIF_BYTES = 43
engine = kit.Engine()
_number = 0


def record(event="E", distinct_id="d1", **more):
    global _number
    _number += 1
    return {"type": "track", "event": event, "distinct_id": distinct_id, "time": now_ms(), "_track_id": _number, **more}


def pack(value, zipped=False):
    raw = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return base64.b64encode(kit.gz(raw) if zipped else raw).decode()


def java_hash(text):
    value = 0
    for c in text:
        value = (value * 31 + ord(c)) & 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def form(**fields):
    return "&".join(f"{name}={urllib.parse.quote(str(value), safe='')}" for name, value in fields.items())


def send(body, path="/sa?project=default", kind="application/x-www-form-urlencoded", **headers):
    return engine.ask("POST", path, body, headers={"Content-Type": kind, **headers} if kind else headers)


def count():
    return len(engine.export())


def is_empty(answer, what):
    check(answer.status == 200 and answer.body == b"", f"{what}: 200 and nothing else", answer)
    equal(answer.header("Access-Control-Allow-Origin"), "*", f"{what}: any page may read it")
    equal(answer.header("Cache-Control"), "no-store", f"{what}: not cached")


def is_image(answer, what):
    check(answer.status == 200 and answer.body.startswith(b"GIF89a") and len(answer.body) == GIF_BYTES, f"{what}: an image", answer)
    equal(answer.header("Content-Type"), "image/gif", f"{what}: its type")


def forms():
    """T9: GET and POST, data and data_list, gzip 0 and 1, any content type, a plus that became a blank."""
    before, sent = count(), 0
    for name in ("data", "data_list"):
        for many in (False, True):
            for zipped in (None, 0, 1):
                for kind in ("application/x-www-form-urlencoded", "text/plain", "text/plain;charset=UTF-8", "application/json", None):
                    value = [record(), record()] if many else record()
                    fields = {name: pack(value, zipped == 1), **({} if zipped is None else {"gzip": zipped})}
                    is_empty(send(form(**fields), kind=kind), f"POST /sa {name} {'array' if many else 'object'} gzip={zipped} {kind}")
                    sent += 2 if many else 1
                for path in ("/sa", "/sa.gif"):
                    value = [record(), record()] if many else record()
                    fields = {"project": "default", name: pack(value, zipped == 1), **({} if zipped is None else {"gzip": zipped})}
                    answer = engine.ask("GET", path + "?" + form(**fields))
                    (is_image if path == "/sa.gif" else is_empty)(answer, f"GET {path} {name} gzip={zipped}")
                    sent += 2 if many else 1
    is_empty(send(form(data=pack(record())), "/sa.gif?project=default"), "POST /sa.gif")
    raw = pack(record(distinct_id="u>>>?~~"))
    check("+" in raw or "/" in raw, "this text has a plus or a slash in base64")
    is_empty(send("data=" + raw), "unescaped")
    is_empty(send("data=" + raw.replace("+", "%20")), "the same, damaged, again")
    equal(count() - before, sent + 2, "every record is stored once")
    text = pack(record())
    is_empty(send(form(data=text, ext=f"crc={java_hash(text)}")), "a checksum")
    is_empty(send(form(data=pack(record()), crc=7)), "a wrong checksum")
    equal(engine.letters()[0]["reason"], "crc_mismatch", "it is kept")
    equal(count() - before, sent + 3, "and not processed")


def damage():
    """What cannot be read is one dead letter and 200; nothing is sent again for ever."""
    before = count()
    bomb = base64.b64encode(gzip.compress(b" " * (11 << 20))).decode()
    cases = {
        "nothing": ("", "unreadable"), "no data": ("gzip=1", "unreadable"), "no base64": ("data=%%%", "unreadable"),
        "no JSON": (form(data=pack(b"hello")), "unreadable"), "cut gzip": (form(gzip=1, data=pack(record(), True)[:40]), "unreadable"),
        "encrypted 9": (form(gzip=9, data=pack(record())), "encrypted"), "encrypted 13": (form(gzip=13, data=pack(record())), "encrypted"),
        "a bomb": (form(gzip=1, data=bomb), "too_large"), "no event": (form(data=pack({"type": "track", "distinct_id": "d"})), "no_event"),
        "no customer": (form(data=pack({"type": "track", "event": "E"})), "no_customer"),
        "a bad name": (form(data=pack(record(event="two words"))), "bad_field"), "an unknown type": (form(data=pack({"type": "tracks"})), "bad_type"),
        "a large record": (form(data=pack(record(properties={"x": "x" * 33000}))), "too_large"),
    }
    for what, (body, reason) in cases.items():
        letters = len(engine.letters())
        is_empty(send(body), what)
        found = engine.letters()
        equal((len(found) - letters, found[0]["reason"]), (1, reason), f"{what}: one dead letter")
    equal(count(), before, "nothing of it is stored")
    letters = len(engine.letters())
    is_empty(send(form(data_list=pack([record(), {"type": "track"}, 7, record()]))), "bad neighbours")
    equal((count() - before, len(engine.letters()) - letters), (2, 2), "the good ones are stored, the bad ones kept")
    letters = len(engine.letters())
    is_empty(send(form(gzip=1, data_list=pack([record() for _ in range(2501)], True))), "2,501 records")
    equal((count() - before, len(engine.letters()) - letters), (2, 0), "none of them is taken")
    check(engine.metric("zhun_events_rejected_total", reason="too_many") >= 2501, "they are counted")


def sources():
    """A project is a source's name or a write key, a token a write key; a record's own counts where it is known."""
    before = count()
    for query in ("", "?project=default", f"?project={WRITE}", f"?token={WRITE}", f"?project=unheard-of&token={WRITE}"):
        is_empty(send(form(data=pack(record())), "/sa" + query), f"/sa{query}")
    for more in ({"token": WRITE}, {"project": "default"}, {"properties": {"$token": WRITE}}):
        is_empty(send(form(data=pack(record(**more))), "/sa?project=unheard-of"), f"a record with {more}")
    is_empty(send(form(data=pack(record(project="p2", token="tk")))), "a record's unknown project: the address decides")
    equal(count() - before, 9, "all are stored")
    refused = send(form(data=pack(record())), "/sa?project=unheard-of")
    check(refused.status == 403 and refused.json["code"] == "unknown_source", "an unknown project: 403, on which Android keeps its queue", refused)
    is_image(engine.ask("GET", "/sa.gif?" + form(project="unheard-of", data=pack(record()))), "an unknown project as an image")
    is_empty(send(form(data=pack(record())), "/sa.gif?project=unheard-of"), "an unknown project to sa.gif")
    equal(count() - before, 9, "nothing of an unknown project is stored")
    mine = engine.admin("POST", "/api/v1/keys", {"name": "short-lived", "kind": "write"})
    if check(mine.status in (200, 201), "a key is made", mine):
        key = mine.json["key"] if isinstance(mine.json.get("key"), str) else mine.json.get("secret", "")
        is_empty(send(form(data=pack(record())), "/sa?" + form(token=key)), "the new key as a token")
        number = mine.json.get("id") or mine.json.get("key", {}).get("id")
        equal(engine.admin("DELETE", f"/api/v1/keys/{number}").status // 100, 2, "it is revoked")
        equal(send(form(data=pack(record())), "/sa?" + form(token=key)).status, 403, "a revoked key as a token")
        is_empty(send(form(data_list=pack([record(token=key), record()]))), "a record with a revoked key among others")
    equal(count() - before, 11, "a revoked key writes nothing more")


def debug():
    before = count()
    dry = {"Dry-Run": "true"}
    good, bad = form(data=pack(record())), form(data_list=pack([record(), {"type": "track", "distinct_id": "d"}]))
    answer = send(good, "/debug?project=default", **dry)
    equal((answer.status, answer.header("Content-Type")), (200, "text/plain; charset=utf-8"), "a dry run of a good record")
    answer = send(bad, "/debug?project=default", **dry)
    check(answer.status == 400 and b"record 2" in answer.body and b"no_event" in answer.body, "a dry run says what is wrong", answer)
    check(send(form(data=pack(record()), crc=1), "/debug", **dry).status == 400, "a wrong checksum")
    equal(send(good, "/debug?project=unheard-of", **dry).status, 403, "an unknown project")
    equal(count(), before, "a dry run stores nothing")
    equal(send(bad, "/debug").status, 400, "without Dry-Run the rejects are said too")
    equal(count() - before, 1, "and the good one is stored")


def clocks():
    """T10: a clock that is a day ahead is repaired by _flush_time; an import is believed."""
    day = 86400000
    for what, shift, more, want in (("a day ahead", day, {"flush": True}, 0), ("a day behind", -day, {"flush": True}, 0),
                                    ("a day behind, nothing to repair it", -day, {}, -day), ("a day ahead, nothing to repair it", day, {}, 0),
                                    ("an import of a year ago", -365 * day, {"time_free": True}, -365 * day)):
        one = record(event="Clock", time=now_ms() + shift - 1000)
        if more.pop("flush", False):
            one["_flush_time"] = now_ms() + shift
        began = count()
        send(form(data=pack({**one, **more})))
        got = engine.export()[began:]
        if equal(len(got), 1, f"{what}: stored"):
            check(abs(kit.ms_of(got[0]["timestamp"]) - (now_ms() + want)) < 5000, f"{what}: repaired", got[0])


def people():
    """Sign-up joins; profile records become traits; ids of no stated kind find their user."""
    send(form(data=pack(record("ViewProduct", "cookie-9", anonymous_id="cookie-9", properties={"product_id": "p1"}))))
    send(form(data=pack({"type": "track_signup", "event": "$SignUp", "distinct_id": "li", "original_id": "cookie-9", "time": now_ms()})))
    at = now_ms()
    for kind, traits, ago in (("profile_set", {"city": "上海", "Age": 33, "email": "li@shop.example"}, 5000), ("profile_set_once", {"city": "苏州", "first": "wx"}, 4000),
                              ("profile_set_once", {"first": "qq"}, 3000), ("profile_unset", {"Age": True}, 2000)):
        send(form(data=pack({"type": kind, "distinct_id": "li", "time": at - ago, "properties": traits})))
    engine.sync()
    profile = engine.serve("GET", "/v1/profiles/li").json
    equal(profile["traits"], {"email": "li@shop.example", "city": "上海", "first": "wx"}, "traits: set, set once, unset")
    kinds = [event.get("event", event.get("name")) for event in engine.events("li")]
    check({"ViewProduct", "$SignUp", "profile_set", "profile_unset"} <= set(kinds), "what was done before login is theirs", kinds)
    send(form(data=pack({"type": "profile_unset", "distinct_id": "li", "time": at - 1000, "properties": {"email": True}})))
    engine.sync()
    check("email" not in engine.serve("GET", "/v1/profiles/li").json["traits"], "a personal trait is unset too")


def browsers():
    """T4, T5: what browser SDKs load, and the preflights they wait for."""
    answer = engine.ask("GET", f"/v1/projects/{WRITE}/settings", headers={"Origin": "https://shop.example", "Host": "collect.shop.example"})
    equal(answer.json, {"integrations": {"Segment.io": {"apiKey": WRITE, "apiHost": "collect.shop.example/v1", "protocol": "http"}}, "metrics": {"sampleRate": 0}}, "settings")
    secure = engine.ask("GET", f"/v1/projects/{WRITE}/settings", headers={"X-Forwarded-Proto": "https"})
    equal(secure.json["integrations"]["Segment.io"]["protocol"], "https", "a proxy on this machine says https")
    equal(engine.ask("GET", "/v1/projects/wk_nobody/settings").status, 404, "settings of an unknown key")
    equal(engine.ask("GET", f"/v1/projects/{WRITE}/settings", headers={"Host": "a/b?c"}).status // 100, 4, "a host that is none")
    equal(engine.ask("GET", "/sourceConfig/", auth=basic("wk_nobody")).status, 401, "source of an unknown key")
    equal(engine.ask("GET", "/sourceConfig/?p=npm", auth=basic(WRITE)).json["source"]["writeKey"], WRITE, "source by header")
    asked = {
        "/v1/t": "authorization,content-type,x-retry-count", "/v1/projects/k/settings": "authorization", "/sourceConfig/": "authorization",
        "/v1/page": "anonymousid,authorization,content-type,sentat,rsa-retry-attempt,rsa-since-last-attempt,rsa-retry-reason,rsa-recovered",
        "/beacon/v1/batch": "content-type", "/v1/pixel/track": "content-type", "/sa": "content-type", "/sa.gif": "content-type", "/debug": "dry-run,content-type",
    }
    for path, wants in asked.items():
        answer = engine.ask("OPTIONS", path, headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wants})
        check(200 <= answer.status < 300, f"OPTIONS {path}", answer)
        allowed = {one.strip() for one in (answer.header("Access-Control-Allow-Headers") or "").split(",")}
        check(set(wants.split(",")) <= allowed, f"OPTIONS {path}: headers", allowed)
        check({"GET", "POST", "OPTIONS"} <= set((answer.header("Access-Control-Allow-Methods") or "").split(",")), f"OPTIONS {path}: methods", answer.headers)
        check(answer.header("Access-Control-Allow-Origin") in ("*", "https://shop.example"), f"OPTIONS {path}: origin", answer.headers)
        equal(answer.header("Access-Control-Max-Age"), "86400", f"OPTIONS {path}: for a day")
    alone = kit.Engine(options=["--trusted-proxies", "203.0.113.9"])
    proto = alone.ask("GET", f"/v1/projects/{WRITE}/settings", headers={"X-Forwarded-Proto": "https"}).json["integrations"]["Segment.io"]["protocol"]
    equal(proto, "http", "nobody else says https")
    alone.stop()


def pixels():
    """T8: base64 and flat, and an image whatever happens."""
    before, letters = count(), len(engine.letters())
    is_image(engine.ask("GET", f"/v1/pixel/track?writeKey={WRITE}&userId=pix&event=Opened&messageId=px1&properties.subject=Hi%20there&properties.price=2.55&context.page.url=x"), "flat")
    got = engine.export()[-1]
    equal((got["userId"], got["event"], got["properties"], got["context"]["page"]), ("pix", "Opened", {"subject": "Hi there", "price": "2.55"}, {"url": "x"}), "a flat pixel")
    check("ip" in got["context"], "its address is the browser's")
    data = base64.b64encode(json.dumps({"writeKey": WRITE, "userId": "pix", "traits": {"plan": "gold"}}).encode()).decode()
    is_image(engine.ask("GET", "/v1/pixel/identify?" + form(data=data)), "base64")
    equal(engine.export()[-1]["traits"], {"plan": "gold"}, "a pixel that identifies")
    equal(count() - before, 2, "two events")
    for what, path in (("an unknown key", "track?writeKey=wk_nobody&userId=u&event=E"), ("no key", "track?userId=u&event=E"), ("no base64", "track?data=%%%"),
                       ("no JSON", "track?data=aGVsbG8"), ("nothing", "track"), ("an unknown type", f"purchase?writeKey={WRITE}&userId=u"),
                       ("too many pairs", "track?" + "&".join(f"a{i}=1" for i in range(300))), ("no customer", f"track?writeKey={WRITE}&event=E")):
        is_image(engine.ask("GET", "/v1/pixel/" + path), what)
    equal((count() - before, len(engine.letters()) - letters), (2, 1), "no event of them; the one with a key is a dead letter")
    answer = engine.ask("POST", "/beacon/v1/batch?writeKey=" + WRITE, {"batch": [{"type": "track", "event": "E", "userId": "pix", "messageId": "bc1"}]}, headers={"Content-Type": "text/plain"})
    equal((answer.status, answer.json["accepted"]), (200, 1), "a beacon")
    equal(engine.ask("POST", "/beacon/v1/batch?writeKey=wk_nobody", {"batch": []}).status, 401, "a beacon of an unknown key")


def names():
    """Accepted events are counted by who spoke."""
    before = {name: engine.metric("zhun_events_accepted_total", dialect=name) for name in ("segment", "rudderstack", "sensors")}
    engine.collect("track", {"userId": "u", "event": "E", "messageId": "n1", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}})
    engine.collect("track", {"userId": "u", "event": "E", "messageId": "n2", "context": {"library": {"name": "analytics.js"}, "page": {"title": "Rudder"}}})
    send(form(data=pack(record())))
    for name in before:
        equal(engine.metric("zhun_events_accepted_total", dialect=name) - before[name], 1, f"one of {name}")


def overload():
    """Bodies under way fill what the engine has for them: each kind of SDK hears what makes it wait, and loses nothing."""
    before, held = count(), []
    for _ in range(256):
        link = socket.create_connection(("127.0.0.1", engine.port))
        link.sendall(b"POST /sa HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + bytes((1 << 20) - 1))
        held.append(link)
    for _ in range(200):  # until the engine has read what was sent: until then it takes more
        if engine.ask("POST", "/v1/m", b"x" * 40000).status == 429:
            break
        time.sleep(0.1)
    body = form(data=pack(record(properties={"x": "x" * 30000})))
    for path in ("/sa", "/sa.gif", "/debug"):
        answer = send(body, path)
        check(answer.status == 503 and int(answer.header("Retry-After")) >= 1, f"{path}: 503, on which SDKs keep their queue", answer)
        equal(answer.header("Access-Control-Allow-Origin"), "*", f"{path}: pages may read that")
    answer = engine.collect("track", {"userId": "u", "event": "E", "messageId": "over1", "properties": {"x": "x" * 30000}})
    check(answer.status == 429 and int(answer.header("Retry-After")) >= 1, "/v1/track: 429", answer)
    for link in held:
        link.close()
    for _ in range(50):
        answer = send(body)
        if answer.status == 200:
            break
        time.sleep(0.1)
    is_empty(answer, "sent again afterwards")
    equal(count() - before, 1, "it is stored once")


def repeats():
    """T12: the same records again, also after a restart, are nothing new; the same key with another body is a conflict."""
    one, two = record(), {"type": "profile_set", "distinct_id": "d1", "time": now_ms(), "properties": {"n": 1}}
    body = form(data_list=pack([one, two]))
    send(body)
    before = count()
    send(form(data_list=pack([{**one, "_flush_time": now_ms()}, two])))
    equal(count(), before, "sent again, with another time of sending")
    engine.restart()
    send(body)
    equal(count(), before, "sent again after a restart")
    letters = len(engine.letters())
    send(form(data=pack({**one, "properties": {"other": 1}})))
    equal((count(), engine.letters()[0]["reason"], len(engine.letters()) - letters), (before, "conflict", 1), "the same key with another body")


for part in (forms, damage, sources, debug, clocks, people, browsers, pixels, names, overload, repeats):
    kit.say(f"-- {part.__name__}")
    part()
    engine.is_equal(f"after {part.__name__}")
equal(engine.stop(), 0, "SIGTERM ends with status 0")
kit.finish()
