#!/usr/bin/env python3
"""The collector over HTTP: what SDKs send, what is wrong with it now and then, and what must be stored of it."""
import json

import kit
from kit import SERVER, TOKEN, WRITE, check, dump, equal, gz, iso, now_ms

engine = kit.Engine()
_good = 0


def track(user, message_id, event="Product Viewed", **more):
    return {"type": "track", "userId": user, "event": event, "messageId": message_id, **more}


def counts(answer):
    body = answer.json
    return body["accepted"], body["duplicate"], body["rejected"]


def taken(answer, what, accepted=1, duplicate=0, rejected=0):
    return check(answer.status == 200 and counts(answer) == (accepted, duplicate, rejected), what,
                 f"{answer}, want 200 and accepted {accepted}, duplicate {duplicate}, rejected {rejected}")


def goes_on(after):
    """The engine is there, takes a good event and stores it."""
    global _good
    _good += 1
    taken(engine.collect("track", track("good", f"good-{_good}")), f"a good request works after {after}")


def refused(answer, status, what, code=None):
    good = check(answer.status == status, f"{what} is {status}", answer)
    if good and status >= 400:
        check(answer.header("content-type") == "application/problem+json", f"{what}: a problem object", answer.header("content-type"))
        check(answer.json.get("status") == status and answer.json.get("code"), f"{what}: the problem has status and code", answer)
        if code:
            equal(answer.json["code"], code, f"{what}: the code")


def letter(message_id):
    found = [one for one in engine.letters() if one["messageId"] == message_id]
    return found[0] if found else None


def is_letter(message_id, reason, what):
    found = letter(message_id)
    if check(found is not None, f"{what}: a dead letter", message_id):
        equal(found["reason"], reason, f"{what}: its reason")
        check(message_id in found["raw"], f"{what}: the raw event is kept", found["raw"][:200])
    return found


def stored_ids(user):
    return [event["messageId"] for event in engine.events(user)]


# ---- keys ----


def keys():
    one = track("k", "key-1")
    taken(engine.collect("track", one, auth=kit.basic(WRITE)), "key by Basic")
    taken(engine.collect("track", {**one, "messageId": "key-2"}, auth=kit.basic(WRITE, colon=False)), "key by Basic without a colon")
    taken(engine.collect("track", {**one, "messageId": "key-3"}, auth="Bearer " + WRITE), "key by Bearer")
    taken(engine.collect("track", {**one, "messageId": "key-4", "writeKey": WRITE}, auth=None), "key in the body")
    taken(engine.collect("track", {**one, "messageId": "key-5", "writeKey": WRITE}, auth="Bearer some-other-token"), "a foreign Bearer, key in the body")
    taken(engine.collect("batch", {"batch": [{**one, "messageId": "key-6"}], "writeKey": WRITE}, auth=None), "key in the envelope of a batch")
    for what, auth, body in (("no key", None, one), ("an unknown key", kit.basic("wk_unknown"), one),
                             ("an unknown key in the body", None, {**one, "writeKey": "wk_unknown"}),
                             ("an empty key", kit.basic(""), one), ("an admin token", "Bearer " + TOKEN + "x", one)):
        refused(engine.collect("track", {**body, "messageId": "key-bad"}, auth=auth), 401, what)
    made = engine.admin("POST", "/api/v1/keys", {"kind": "write", "name": "to be revoked"})
    equal(made.status, 201, "a key is made")
    secret, number = made.json["key"], made.json["id"]
    taken(engine.collect("track", {**one, "messageId": "key-7"}, auth=kit.basic(secret)), "a new key writes")
    equal(engine.admin("DELETE", f"/api/v1/keys/{number}").status, 204, "the key is revoked")
    refused(engine.collect("track", {**one, "messageId": "key-8"}, auth=kit.basic(secret)), 401, "a revoked key")
    equal(sorted(stored_ids("k")), [f"key-{i}" for i in range(1, 8)], "events of good keys are stored, of bad ones not")
    goes_on("bad keys")


# ---- routes and forms ----


def forms():
    """T1, T6, T7: every call, by its long and its short name, as every body SDKs send."""
    calls = {
        "track": ({"event": "Product Added", "properties": {"product_id": "p1", "quantity": 2}}, "t"),
        "identify": ({"traits": {"email": "someone@example.com", "city": "Shenzhen", "age": 30}}, "i"),
        "page": ({"name": "Home", "category": "shop", "properties": {"url": "https://shop.example/"}}, "p"),
        "screen": ({"name": "Start", "properties": {"k": 1}}, "s"),
        "group": ({"groupId": "g1", "traits": {"plan": "gold"}}, "g"),
        "alias": ({"previousId": "f-before"}, "a"),
    }
    for kind, (fields, short) in calls.items():
        for route in (kind, short):
            sent = {"userId": "f", "messageId": f"form-{route}", **fields}
            taken(engine.collect(route, sent), f"POST /v1/{route}")
    taken(engine.collect("batch", {"batch": [{"type": kind, "userId": "f", "messageId": f"form-b-{kind}", **fields} for kind, (fields, _) in calls.items()]}),
          "six kinds in one batch", accepted=6)
    taken(engine.collect("b", {"batch": [track("f", "form-b1")]}), "POST /v1/b")
    taken(engine.collect("import", {"batch": [track("f", "form-import")]}), "POST /v1/import")
    equal(engine.collect("m", {"series": []}).status, 200, "POST /v1/m")
    text = dump(track("f", "form-plain"))
    taken(engine.collect("track", text, {"Content-Type": "text/plain"}), "JSON as text/plain")
    taken(engine.collect("track", dump(track("f", "form-none"))), "JSON without a content type")
    taken(engine.collect("track", gz(dump(track("f", "form-gz"))), {"Content-Type": "application/json", "Content-Encoding": "gzip"}), "gzip")
    taken(engine.collect("batch", gz(dump({"batch": [track("f", "form-gz-form")]})),
                         {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}), "gzip with a form content type")
    taken(engine.collect("batch", gz(dump({"batch": [track("f", "form-gz-bare")]})), {"Content-Type": "application/json"}), "gzip without Content-Encoding")
    preflight = engine.ask("OPTIONS", "/v1/t", headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST",
                                                        "Access-Control-Request-Headers": "authorization,x-retry-count,anonymousid,sentat"})
    check(200 <= preflight.status < 300 and preflight.header("access-control-allow-origin") == "https://shop.example", "a preflight is answered", preflight)
    for header in ("authorization", "content-type", "x-retry-count", "anonymousid", "sentat"):
        check(header in (preflight.header("access-control-allow-headers") or ""), f"the preflight allows {header}")
    by_id = {event["messageId"]: event for event in engine.events("f")}
    for kind, (fields, short) in calls.items():
        for name in (kind, short, "b-" + kind):
            got = by_id.get(f"form-{name}")
            if check(got is not None, f"form-{name} is stored"):
                equal(got["type"], kind, f"form-{name}: type")
                for field, value in fields.items():
                    equal(got.get(field), value, f"form-{name}: {field}")
    for name in ("b1", "import", "plain", "none", "gz", "gz-form", "gz-bare"):
        check(f"form-{name}" in by_id, f"form-{name} is stored")
    goes_on("every form")


def envelope():
    """T13, T14, T15: absent ids, shared context, consent absent and empty."""
    for value, name in ((None, "null"), ("", "empty")):
        sent = {"userId": value, "anonymousId": f"anon-{name}", "event": "Product Viewed", "messageId": f"anon-{name}"}
        taken(engine.collect("track", sent), f"userId {name} with an anonymousId")
        got = engine.events(f"anon-{name}")
        check(len(got) == 1 and got[0].get("anonymousId") == f"anon-{name}" and not got[0].get("userId"), f"userId {name} counts as absent", got)
    batch = {"batch": [track("env", "env-1"),
                       track("env", "env-2", context={"locale": "zh-CN", "app": {"name": "own"}}, integrations={"Mixpanel": False})],
             "context": {"locale": "en-GB", "timezone": "Asia/Shanghai", "app": {"name": "shared", "version": "2"}},
             "integrations": {"All": True, "Mixpanel": True}}
    taken(engine.collect("batch", batch), "a batch with shared context", accepted=2)
    got = {event["messageId"]: event for event in engine.events("env")}
    equal((got["env-1"]["context"]["locale"], got["env-1"]["context"]["timezone"]), ("en-GB", "Asia/Shanghai"), "the envelope's context reaches an item")
    equal(got["env-1"]["integrations"], {"All": True, "Mixpanel": True}, "the envelope's integrations reach an item")
    equal((got["env-2"]["context"]["locale"], got["env-2"]["context"]["timezone"]), ("zh-CN", "Asia/Shanghai"), "the item wins")
    equal(got["env-2"]["context"]["app"]["name"], "own", "the item wins inside an object")
    equal(got["env-2"]["integrations"], {"All": True, "Mixpanel": False}, "the item's integrations win")
    for name, context in (("absent", {}), ("empty", {"consent": {}}), ("preferences", {"consent": {"categoryPreferences": {}}}),
                          ("said", {"consent": {"categoryPreferences": {"Advertising": False}}})):
        taken(engine.collect("track", track("con", f"con-{name}", context={"locale": "en", **context})), f"consent {name}")
    got = {event["messageId"]: event["context"] for event in engine.events("con")}
    check("consent" not in got["con-absent"], "consent that is absent stays absent", got["con-absent"])
    equal(got["con-empty"].get("consent"), {}, "consent that is empty stays empty")
    equal(got["con-preferences"].get("consent"), {"categoryPreferences": {}}, "empty preferences stay")
    equal(got["con-said"].get("consent"), {"categoryPreferences": {"Advertising": False}}, "preferences stay")


def clocks():
    """T10: sentAt repairs a clock that is a day ahead, or behind."""
    for name, shift in (("ahead", 86400000), ("behind", -86400000), ("right", 0)):
        before = now_ms()
        sent = {"batch": [track("clock", f"clock-{name}", timestamp=iso(before + shift - 5000))], "sentAt": iso(before + shift)}
        taken(engine.collect("batch", sent), f"a clock {name}")
        got = next(event for event in engine.events("clock") if event["messageId"] == f"clock-{name}")
        received = kit.ms_of(got["receivedAt"])
        equal(kit.ms_of(got["timestamp"]), received - 5000, f"a clock {name}: timestamp = receivedAt - (sentAt - originalTimestamp)")
        equal(got["originalTimestamp"], iso(before + shift - 5000), f"a clock {name}: the original time is kept")
        check(before - 1000 <= received <= now_ms() + 1000, f"a clock {name}: receivedAt is the server's")
    taken(engine.collect("track", track("clock", "clock-alone", timestamp="2020-05-01T00:00:00.000Z")), "no sentAt")
    got = next(event for event in engine.events("clock") if event["messageId"] == "clock-alone")
    equal(got["timestamp"], "2020-05-01T00:00:00.000Z", "without sentAt the client's time counts")


# ---- repeats ----


def check_08_same_id_other_body():
    """T2, T12: a repeated messageId is stored once, across a restart and a kill too; another body is told apart."""
    one = track("rep", "rep-1", properties={"product_id": "a"})
    taken(engine.collect("track", one), "a first event")
    taken(engine.collect("track", one, {"X-Retry-Count": "1"}), "the same again", accepted=0, duplicate=1)
    taken(engine.collect("track", {**one, "sentAt": iso(now_ms())}), "again with another sentAt", accepted=0, duplicate=1)
    taken(engine.collect("batch", {"batch": [one, one, track("rep", "rep-2"), track("rep", "rep-2")]}), "repeats inside a batch", accepted=1, duplicate=3)
    engine.restart()
    taken(engine.collect("track", one), "the same after a restart", accepted=0, duplicate=1)
    engine.kill()
    engine.start()
    taken(engine.collect("batch", {"batch": [one, track("rep", "rep-2"), track("rep", "rep-3")]}), "the same after a kill", accepted=1, duplicate=2)
    answer = engine.collect("track", {**one, "properties": {"product_id": "other"}})
    check(answer.status == 200 and answer.json["accepted"] == 0 and answer.json["rejected"] == 1, "the same messageId with another body", answer)
    is_letter("rep-1", "conflict", "the same messageId with another body")
    first = [event for event in engine.events("rep") if event["messageId"] == "rep-1"]
    check(len(first) == 1 and first[0]["properties"] == {"product_id": "a"}, "the first body stays", first)
    equal(sorted(stored_ids("rep")), ["rep-1", "rep-2", "rep-3"], "each messageId is stored once")
    taken(engine.collect("track", {"userId": "rep", "event": "No Id"}), "an event without a messageId")
    check(any(event.get("event") == "No Id" and event["messageId"] for event in engine.events("rep")), "it gets a messageId from the server")


# ---- what is too large ----


def sizes():
    """T11."""
    filler = "x" * 33000
    refused(engine.collect("track", track("size", "size-1", properties={"t": filler})), 400, "a single event of 33 KB", "too_large")
    goes_on("a single event of 33 KB")
    taken(engine.collect("batch", {"batch": [track("size", "size-2"), track("size", "size-3", properties={"t": filler}), track("size", "size-4")]}),
          "an event of 33 KB in a batch", accepted=2, rejected=1)
    is_letter("size-3", "too_large", "an event of 33 KB in a batch")
    taken(engine.collect("track", track("size", "size-5", properties={"t": "x" * 32000})), "an event of 32,000 bytes")
    many = [track("size", f"size-many-{i}", properties={"t": "x" * 1000}) for i in range(465)]
    body = dump({"batch": many})
    check(501 * 1024 <= len(body) < 1000000, "the test's own batch is over 501 KB", len(body))
    refused(engine.collect("batch", body), 400, "a batch of 501 KB", "too_large")
    refused(engine.collect("batch", gz(body)), 400, "a batch of 501 KB in gzip", "too_large")
    refused(engine.collect("batch", gz(b"[" + b" " * (12 << 20))), 400, "12 MiB in 12 KB of gzip", "too_large")
    check(engine.collect("batch", b" " * (2 << 20)).status in (400, 413), "a body of 2 MiB is refused")
    goes_on("batches that are too large")
    before = engine.metric("zhun_events_rejected_total", reason="too_many")
    small = {"batch": [{"type": "track", "userId": "size", "event": "E", "messageId": f"sm-{i}"} for i in range(2501)]}
    taken(engine.collect("batch", small), "2,501 events", accepted=0, rejected=2501)
    equal(engine.metric("zhun_events_rejected_total", reason="too_many") - before, 2501, "2,501 events are counted as rejected")
    small["batch"].pop()
    taken(engine.collect("batch", small), "2,500 events", accepted=2500)
    got = stored_ids("size")
    equal(sorted(i for i in got if i.startswith("size-")), ["size-2", "size-4", "size-5"], "nothing of what was refused is stored")
    equal(sum(i.startswith("sm-") for i in got), 2500, "2,500 are stored")


# ---- what is wrong ----


def neighbours():
    """A bad item becomes a dead letter with its reason; its neighbours are stored."""
    long_text = "9" * 20
    deep = '{"a":' * 70 + "1" + "}" * 70
    bad = {  # name -> (the item's text, the reason)
        "nobody": ('{"type":"track","event":"E","messageId":"bad-nobody"}', "no_customer"),
        "no-event": ('{"type":"track","userId":"bad","messageId":"bad-no-event"}', "no_event"),
        "no-type": ('{"userId":"bad","event":"E","messageId":"bad-no-type"}', "bad_type"),
        "type": ('{"type":"dance","userId":"bad","messageId":"bad-type"}', "bad_type"),
        "1e400": ('{"type":"track","userId":"bad","event":"E","messageId":"bad-1e400","properties":{"price":1e400}}', "bad_number"),
        "digits": ('{"type":"track","userId":"bad","event":"E","messageId":"bad-digits","properties":{"n":%s}}' % long_text, "bad_number"),
        "twice": ('{"type":"track","userId":"bad","event":"E","messageId":"bad-twice","properties":{"a":1,"a":2}}', "repeated_key"),
        "user-twice": ('{"type":"track","userId":"bad","userId":"other","event":"E","messageId":"bad-user-twice"}', "repeated_key"),
        "deep": ('{"type":"track","userId":"bad","event":"E","messageId":"bad-deep","properties":%s}' % deep, "too_deep"),
        "long-id": ('{"type":"track","userId":"%s","event":"E","messageId":"bad-long-id"}' % ("u" * 2000), "bad_field"),
    }
    before = engine.metric("zhun_events_rejected_total")
    items = []
    for name, (text, _) in bad.items():
        items += [text, json.dumps(track("bad", f"near-{name}"))]
    items += ["17", '"text"', "null", "[]", json.dumps(track("bad", "near-end"))]
    answer = engine.collect("batch", ('{"batch":[' + ",".join(items) + "]}").encode())
    taken(answer, "a batch with every wrong item", accepted=len(bad) + 1, rejected=len(bad) + 4)
    for name, (_, reason) in bad.items():
        found = letter(f"bad-{name}")
        if check(found is not None, f"dead letter of {name}"):
            equal(found["reason"], reason, f"dead letter of {name}: its reason")
            check(found["text"] and found["receivedAt"], f"dead letter of {name}: a sentence and a time", found)
    check(letter("bad-1e400")["raw"] == bad["1e400"][0], "the raw event is byte for byte what came", letter("bad-1e400")["raw"])
    check(sum(one["reason"] == "not_object" for one in engine.letters()) >= 4, "items that are no objects are dead letters")
    equal(sorted(i for i in stored_ids("bad") if i.startswith("near-")), sorted([f"near-{name}" for name in bad] + ["near-end"]), "neighbours are stored")
    equal(engine.metric("zhun_events_rejected_total") - before, len(bad) + 4, "rejected events are counted")
    for name in ("nobody", "no-event", "1e400", "digits", "twice", "deep"):
        text, reason = bad[name]
        single = text.replace(f"bad-{name}", f"one-{name}").replace('"type":"track",', "")
        taken(engine.collect("track", single.encode()), f"{name} as a single event", accepted=0, rejected=1)
        is_letter(f"one-{name}", reason, f"{name} as a single event")
    goes_on("wrong items")


def malformed():
    body = dump(track("mal", "mal-1"))
    wrong = {
        "JSON cut short": body[:-10], "an empty body": b"", "blanks": b"  \n", "no JSON": b"hello", "two objects": body + body,
        "a trailing comma": body[:-1] + b",}", "single quotes": b"{'userId':'mal'}", "NaN": b'{"userId":"mal","event":"E","v":NaN}',
        "a NUL inside": body[:10] + b"\0" + body[10:], "a NUL behind": body + b"\0", "NULs": b"\0" * 100,
        "a raw line break in a text": b'{"userId":"mal","event":"a\nb"}', "half a surrogate cut": b'{"userId":"mal","event":"\\ud8"}',
        "a batch cut short": b'{"batch":[{"type":"track","userId":"u1"',
    }
    for what, text in wrong.items():
        refused(engine.collect("batch" if "batch" in what else "track", text), 400, what)
        goes_on(what)
    for what, text in {"truncated gzip": gz(body * 50)[:60], "a gzip head alone": gz(body)[:10], "damaged gzip": gz(body)[:-12] + b"\xff" * 12}.items():
        refused(engine.collect("track", text, {"Content-Encoding": "gzip"}), 400, what)
        goes_on(what)
    for what, text in {"1e5 open brackets": b"[" * 100000, "1e5 levels": b'{"a":' * 100000 + b"1" + b"}" * 100000,
                       "1e5 levels in a batch": b'{"batch":[' + b"[" * 100000 + b"]" * 100000 + b"]}"}.items():
        answer = engine.collect("batch" if "batch" in what else "track", text)
        check(answer.status == 400 or (answer.status == 200 and answer.json["accepted"] == 0), f"{what} is refused", answer)
        goes_on(what)
    for what, text in {"invalid UTF-8": b'{"userId":"mal","event":"\xff\xfe","messageId":"mal-utf8"}', "cut UTF-8": b'{"userId":"mal","event":"\xe4\xb8","messageId":"mal-utf8"}',
                       "an encoded surrogate": b'{"userId":"mal","event":"\xed\xa0\x80","messageId":"mal-utf8"}',
                       "overlong UTF-8": b'{"userId":"mal","event":"\xc0\xaf","messageId":"mal-utf8"}'}.items():
        answer = engine.collect("track", text)
        check(answer.status == 400 or (answer.status == 200 and answer.json["accepted"] == 0), f"{what} is not accepted", answer)
        goes_on(what)
    answer = engine.collect("track", b'{"userId":"mal","event":"a\\u0000b","messageId":"mal-escaped-nul"}')
    check(answer.status in (200, 400), "an escaped NUL is answered", answer)
    equal([i for i in stored_ids("mal") if i != "mal-escaped-nul"], [], "nothing malformed is stored")


def check_23_two_framings_of_one_body():
    """Two framings of one body: whoever stands before us may have believed the other one."""
    body = dump(track("smuggled", "smuggled"))
    head = b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: " + kit.basic(WRITE).encode() + b"\r\n"
    inner = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    cases = {
        "Content-Length and Transfer-Encoding": head + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (len(inner) + 5) + inner,
        "Transfer-Encoding and Content-Length": head + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + inner,
        "two different Content-Lengths": head + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
        "a negative Content-Length": head + b"Content-Length: -1\r\n\r\n" + body,
        "a Content-Length with a sign": head + b"Content-Length: +%d\r\n\r\n" % len(body) + body,
        "an unknown Transfer-Encoding": head + b"Transfer-Encoding: xchunked\r\n\r\n" + body,
    }
    for what, data in cases.items():
        got = engine.raw(data)
        status = got.split(b" ", 2)[1:2]
        check(status in ([b"400"], [b"501"]), f"{what}: 400", got[:200])
        check(b"HTTP/1.1 200" not in got and b'"success"' not in got, f"{what}: nothing behind it is answered", got[:400])
        goes_on(what)
    chunked = head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    whole = dump(track("chunked", "chunked-1"))
    chunked += b"".join(b"%x\r\n%s\r\n" % (len(whole[i:i + 17]), whole[i:i + 17]) for i in range(0, len(whole), 17)) + b"0\r\n\r\n"
    check(b" 200 " in engine.raw(chunked)[:20], "an honest chunked body is taken")
    equal(stored_ids("chunked"), ["chunked-1"], "the chunked body is stored")
    equal(engine.serve("GET", "/v1/profiles/smuggled").status, 404, "nothing smuggled is stored")


def metrics():
    accepted, duplicate = engine.metric("zhun_events_accepted_total"), engine.metric("zhun_events_duplicate_total")
    rejected = engine.metric("zhun_events_rejected_total", reason="no_customer")
    engine.collect("batch", {"batch": [track("met", "met-1"), track("met", "met-2"), {"type": "track", "event": "E"}]})
    engine.collect("track", track("met", "met-1"))
    equal(engine.metric("zhun_events_accepted_total") - accepted, 2, "accepted events are counted")
    equal(engine.metric("zhun_events_duplicate_total") - duplicate, 1, "duplicates are counted")
    equal(engine.metric("zhun_events_rejected_total", reason="no_customer") - rejected, 1, "rejected events are counted by reason")
    check(engine.metric("zhun_events_accepted_total", dialect="segment") > 0, "accepted events carry the dialect")
    for name in ("zhun_commit_seconds_count", "zhun_collect_seconds_count"):
        check(engine.metric(name) > 0, f"{name} moves")
    refused(engine.ask("GET", "/api/v1/deadletters"), 401, "dead letters without a key")
    refused(engine.ask("GET", "/api/v1/deadletters", key=SERVER), 403, "dead letters with a server key")


for part in (keys, forms, envelope, clocks, check_08_same_id_other_body, sizes, neighbours, malformed, check_23_two_framings_of_one_body, metrics):
    kit.prove(part)
    engine.is_equal(f"after {part.__name__}")
before = [event["messageId"] for event in engine.export()]
equal(len(before), len(set(before)), "no messageId is stored twice")
equal(engine.stop(), 0, "SIGTERM ends with status 0")
engine.is_equal("with no engine running")
equal([event["messageId"] for event in engine.export()], before, "the export is the same with no engine running")
equal(sum(i.startswith("good-") for i in before), _good, "every good request is stored")
kit.finish()
