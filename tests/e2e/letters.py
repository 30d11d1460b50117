#!/usr/bin/env python3
"""Dead letters: listed by reason and source, mended, replayed once whatever happens, put aside; through restarts, a kill and a rebuild."""
import json
import os
import time

import kit
from kit import basic, check, equal

engine = kit.Engine()
second = engine.admin("POST", "/api/v1/keys", {"kind": "write", "source": "second.shop", "name": "second"}).json["key"]
NUMBER = "1" * 25


def letters(**ask):
    engine.sync()
    query = "&".join(f"{name}={value}" for name, value in ask.items())
    answer = engine.admin("GET", f"/api/v1/deadletters?{query}")
    return answer.json["items"]


def events_of(user):
    engine.sync()
    answer = engine.serve("GET", f"/v1/profiles/{user}/events?limit=100")
    return answer.json["events"] if answer.status == 200 else []


def replay(number, body=None):
    return engine.admin("POST", f"/api/v1/deadletters/{number}/replay", body or {}).json


bad = [{"type": "track", "event": "Product Viewed", "messageId": f"nobody-{n}", "properties": {"product_id": "p1"}} for n in range(5)]
bad += [{"type": "track", "messageId": f"unnamed-{n}", "userId": "u1"} for n in range(3)]
engine.collect("batch", {"batch": bad}, auth=basic(kit.WRITE))
engine.collect("batch", {"batch": bad[:2]}, auth=basic(second))
raw = '{"batch":[{"type":"track","event":"Seen","userId":"u9","messageId":"big","properties":{"price":%s}}]}' % NUMBER
equal(engine.collect("batch", raw.encode(), auth=basic(kit.WRITE)).status, 200, "a batch with one event that cannot be read")
engine.collect("track", {"event": "Product Viewed", "properties": {"product_id": "p3"}}, auth=basic(kit.WRITE))

all_of = letters(limit=100)
equal(len(all_of), 12, "every letter is listed")
equal([int(one["id"]) for one in all_of], sorted((int(one["id"]) for one in all_of), reverse=True), "the newest first")
equal((len(letters(reason="no_customer")), len(letters(reason="no_event")), len(letters(reason="no_customer", source=2)), len(letters(source=2))), (8, 3, 2, 2), "by reason and source")
page = engine.admin("GET", "/api/v1/deadletters?limit=5").json
rest = engine.admin("GET", f"/api/v1/deadletters?limit=100&cursor={page['next']}").json
equal([one["id"] for one in page["items"] + rest["items"]], [one["id"] for one in all_of], "two pages are the whole")
equal({one["reason"]: one["count"] for one in page["reasons"]}, {"no_customer": 8, "no_event": 3, "bad_number": 1}, "how many of each reason")
equal([engine.admin("GET", f"/api/v1/deadletters?{query}").json.get("field") for query in ("reason=none", "source=x", "outcome=lost", "cursor=-1")], ["reason", "source", "outcome", "cursor"], "asking for what there is not")
equal((engine.admin("GET", "/api/v1/deadletters/99999").status, engine.admin("POST", "/api/v1/deadletters/99999/replay", {}).status), (404, 404), "a letter there is not")

# One letter, mended.
one = letters(reason="no_event")[-1]
equal(engine.admin("GET", f"/api/v1/deadletters/{one['id']}").json, one, "one letter by its number")
equal((replay(one["id"])["outcome"], replay(one["id"])["reason"]), ("refused", "no_event"), "unmended it is refused again")
mended = {"type": "track", "event": "Product Viewed", "userId": "u1", "messageId": "another", "properties": {"product_id": "p7"}}
equal(replay(one["id"], {"event": mended, "dryRun": True}), {"outcome": "passes", "messageId": one["messageId"]}, "a preview, under the letter's own message id")
equal(events_of("u1"), [], "a preview keeps nothing")
equal(replay(one["id"], {"event": mended}), {"outcome": "replayed", "messageId": one["messageId"]}, "mended it is an event")
equal([event["messageId"] for event in events_of("u1")], [one["messageId"]], "in the customer's timeline")
equal((replay(one["id"], {"event": mended})["outcome"], len(events_of("u1"))), ("done", 1), "a second replay changes nothing")
equal([(x["id"], x["outcome"]) for x in letters(outcome="replayed")], [(one["id"], "replayed")], "and the letter says so")
equal(engine.admin("POST", f"/api/v1/deadletters/{one['id']}/replay", {"event": [1]}).json["field"], "event", "an event is one object")

# One letter without any id of its own.
plain = letters(reason="no_customer", source=1)[0]
equal(plain["messageId"], "", "a letter without a message id")
body = json.loads(plain["raw"])
body["anonymousId"] = "a77"
done = replay(plain["id"], {"event": body})
equal((done["outcome"], done["messageId"]), ("replayed", f"zh-letter-{plain['id']}"), "it gets one of its number, its route is found by what it says")

# The same message id with another body.
engine.collect("track", {"type": "track", "event": "Seen", "userId": "u5", "messageId": "same", "properties": {"a": 1}}, auth=basic(kit.WRITE))
engine.collect("track", {"type": "track", "event": "Seen", "userId": "u5", "messageId": "same", "properties": {"a": 2}}, auth=basic(kit.WRITE))
conflict = letters(reason="conflict")[0]
equal((replay(conflict["id"])["outcome"], sorted(event["properties"]["a"] for event in events_of("u5"))), ("replayed", [1, 2]), "what had a conflict becomes an event of its own")

# Put aside.
big = letters(reason="bad_number")[0]
equal((engine.admin("POST", f"/api/v1/deadletters/{big['id']}/discard", {}).json["outcome"], replay(big["id"])["outcome"]), ("discarded", "done"), "put aside, it is not sent again")

# All of a filter: mend what can be mended by fixing the sender, here nothing; then a filter whose letters pass.
before = engine.admin("POST", "/api/v1/deadletters/replay", {"reason": "no_customer", "dryRun": True}).json
equal((before["matched"], before["passes"], before["refused"], before["reasons"]), (7, 0, 7, [{"reason": "no_customer", "count": 7}]), "a preview of all of a reason")
# The command line asks the same engine.
status, out, _ = kit.run("deadletters", "list", "--reason", "no_event", "--outcome", "open", "--data", engine.data)
equal((status, len(json.loads(out)["items"])), (0, 2), "zhun deadletters list")
path = os.path.join(kit.folder(), "event.json")
number = json.loads(out)["items"][0]["id"]
with open(path, "w", encoding="utf-8") as file:
    json.dump({"type": "track", "event": "Mended", "userId": "u2"}, file)
status, out, _ = kit.run("deadletters", "replay", number, "--event", path, "--data", engine.data)
equal((status, json.loads(out)["outcome"], [event["event"] for event in events_of("u2")]), (0, "replayed", ["Mended"]), "zhun deadletters replay ID --event FILE")
status, out, _ = kit.run("deadletters", "replay", "--all", "--reason", "no_event", "--dry-run", "--data", engine.data)
equal((status, json.loads(out)["refused"]), (0, 1), "zhun deadletters replay --all --dry-run")
equal((kit.run("deadletters", "show", number, "--data", engine.data)[0], kit.run("deadletters", "mend", "--data", engine.data)[0], kit.run("deadletters", "show", "99999", "--data", engine.data)[0]), (0, 2, 1), "statuses")

# Who may.
equal((engine.ask("POST", "/api/v1/deadletters/replay", {}).status, engine.serve("POST", "/api/v1/deadletters/replay", {}).status), (401, 403), "nobody and a server key may not replay")

engine.is_equal("letters and their outcomes")
known = letters(limit=100)
engine.restart()
equal(letters(limit=100), known, "a restart changes nothing")
time.sleep(0.2)
engine.kill()
engine.start()
equal(letters(limit=100), known, "kill -9 changes nothing")
equal((replay(one["id"], {"event": mended})["outcome"], len(events_of("u1"))), ("done", 1), "also after it")
kit.finish()
