#!/usr/bin/env python3
"""Kept segments: who is in them is right after every event, merge, choice and after the clock; the same after a kill, after a rebuild and on
three partitions; why somebody is in or out; who may define and see; wrong definitions harm nothing."""
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import time

import kit
from kit import basic, check, equal

dice = random.Random(5)
KINDS, NAMES = ["女装", "tea", "shoes"], ["Product Viewed", "Product Added", "Order Completed"]
SEGMENTS = {
    "viewers": "customer.events('Product Viewed').where(e, e.category == 'tea').count(days(20)) >= 2",
    "not_buyers": "!customer.did('Order Completed', days(4))",
    "both": "customer.in_segment('viewers') && customer.in_segment('not_buyers')",
    "half": "customer.bucket('half', 2) == 0",
    "quiet": "customer.last_seen < now - days(9)",
    "city": "customer.traits.city == 'Shenzhen' || customer.consent.email",
    "undecided": "customer.events('Product Added').not_followed_by('Order Completed', days(2)).count(days(20)) > 0",
    "loyal": "customer.orders.count(days(30)) >= 2 && customer.orders.revenue(days(30)) > 50.0",
}
made = 0


def at(ago):
    return datetime.datetime.fromtimestamp(time.time() - ago, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, ago, name=None, **more):
    global made
    made += 1
    name = name or dice.choice(NAMES)
    product = {"product_id": f"p{dice.randrange(30)}", "category": dice.choice(KINDS), "price": dice.randrange(1, 90), "quantity": 1}
    properties = {"order_id": f"o{made}", "products": [product], "currency": "CNY"} if name == "Order Completed" else product
    return {"type": "track", "event": name, "userId": user, "messageId": f"k{made}", "timestamp": at(ago), "properties": properties, **more}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def pages(engine, method, path, field, body=None):
    """All of a list, page by page."""
    found, cursor = [], ""
    while True:
        if method == "GET":
            answer = engine.admin("GET", f"{path}?limit=37&cursor={cursor}")
        else:
            answer = engine.admin("POST", path, {**body, "limit": 37, "cursor": cursor})
        page = answer.json
        found += page[field]
        cursor = page["next"]
        if not cursor:
            return found


def members(engine, name):
    return [one["customer"]["id"] for one in pages(engine, "GET", f"/api/v1/segments/{name}/members", "items")]


def asked(engine, expression):
    return [one["id"] for one in pages(engine, "POST", "/api/v1/segments/preview", "items", {"expression": expression})]


def all_right(engine, when):
    """What is kept is what asking everybody says."""
    for name, expression in SEGMENTS.items():
        kept, wanted = members(engine, name), asked(engine, expression)
        equal((len(kept), kept == sorted(kept, key=int)), (len(wanted), True), f"{when}: {name} has as many as asking everybody says")
        equal(set(kept), set(wanted), f"{when}: {name} has those it holds for")
        equal(engine.admin("GET", f"/api/v1/segments/{name}").json["size"], len(wanted), f"{when}: the size of {name}")


def define(engine, name, expression, **more):
    return engine.admin("PUT", f"/api/v1/segments/{name}", {"expression": expression, **more})


def wait_for(what, said, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            check(False, said)
            return
        time.sleep(0.05)
    check(True, said)


def a_shop_lives(partitions):
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    which = f"{partitions} partitions"
    users = [f"u{n}" for n in range(90)]
    # Half are defined before anything happened, half of them after.
    for name in list(SEGMENTS)[:4]:
        equal(define(engine, name, SEGMENTS[name]).status, 200, f"{which}: {name} is defined")
    # Not within an hour of a whole day: the clock goes on between what is kept and what is asked.
    send(engine, [an_event(dice.choice(users), dice.randrange(30) * 86400 + dice.randrange(4000, 82000)) for _ in range(900)])
    for name in list(SEGMENTS)[4:]:
        equal(define(engine, name, SEGMENTS[name], title=f"Title of {name}").status, 200, f"{which}: {name} is defined")
    all_right(engine, f"{which}, defined before and after")
    check(0 < engine.admin("GET", "/api/v1/segments/both").json["size"] < 90, "the segments divide the customers")
    for turn in range(3):
        send(engine, [an_event(dice.choice(users + ["new%d" % dice.randrange(40)]), dice.randrange(25) * 86400 + dice.randrange(4000, 82000)) for _ in range(120)])
        for user in dice.sample(users, 6):
            engine.collect("identify", {"userId": user, "messageId": f"i{turn}{user}", "traits": {"city": dice.choice(["Shenzhen", "Beijing"])}}, auth=basic(kit.WRITE))
            equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {"email": dice.random() < 0.5}}).status // 100, 2, "a choice is taken")
        anonymous = [f"a{turn}-{n}" for n in range(8)]
        for one in anonymous:
            send(engine, [{key: value for key, value in an_event(None, dice.randrange(20) * 86400 + 5000, anonymousId=one).items() if key != "userId"} for _ in range(3)])
        for one in anonymous:
            engine.collect("identify", {"userId": dice.choice(users), "anonymousId": one, "messageId": f"l{one}"}, auth=basic(kit.WRITE))
        engine.sync()
        all_right(engine, f"{which}, turn {turn}")
    equal(define(engine, "loyal", "customer.orders.count() >= 1").status, 200, "one is defined anew")
    SEGMENTS["loyal"] = "customer.orders.count() >= 1"
    all_right(engine, f"{which}, one of them defined anew")
    engine.kill()
    engine.start()
    all_right(engine, f"{which}, after a kill")
    send(engine, [an_event(dice.choice(users), 5000) for _ in range(60)])
    all_right(engine, f"{which}, and more after it")
    equal(engine.admin("POST", "/api/v1/check", {}).json["equal"], True, f"{which}: check says equal")
    engine.stop()
    shutil.rmtree(os.path.join(engine.data, "state"))
    engine.start()
    all_right(engine, f"{which}, rebuilt from the log")
    return engine


def the_clock(engine):
    """Nothing happens but time."""
    equal(define(engine, "just_now", "customer.did('Ping', duration('3s'))").status, 200, "a window of three seconds")
    equal(define(engine, "long_ago", "customer.did('Ping') && !customer.did('Ping', duration('3s'))").status, 200, "and what is behind it")
    size = lambda name: engine.admin("GET", f"/api/v1/segments/{name}").json["size"]
    send(engine, [an_event("pinger", 0, name="Ping")])
    wait_for(lambda: size("just_now") == 0 and size("long_ago") == 1, "who did it three seconds ago leaves by himself, and enters the other")
    day = engine.admin("GET", "/api/v1/segments/just_now").json["days"][-1]
    equal((day["entered"], day["left"], day["size"]), (1, 1, 0), "the history says that he came and went")
    since = pages(engine, "GET", "/api/v1/segments/long_ago/members", "items")[0]["since"]
    pinged = engine.serve("GET", "/v1/profiles/pinger/events").json["events"][0]["timestamp"]
    equal(kit.ms_of(since), kit.ms_of(pinged) + 3000, "since the very millisecond")
    engine.restart()
    send(engine, [an_event("pinger", 1, name="Ping")])
    wait_for(lambda: size("just_now") == 0 and size("long_ago") == 1, "alarms are there again after a restart")


def why(engine):
    send(engine, [an_event("why", 90, name="Product Viewed", properties={"product_id": "t1", "category": "tea"}) for _ in range(2)])
    profile = engine.serve("GET", "/v1/profiles/why").json
    equal({"viewers", "not_buyers", "both"} <= set(profile["segments"]), True, "a profile names its segments")
    listed = {one["name"]: one for one in engine.serve("GET", "/v1/profiles/why/segments").json["segments"]}
    equal(set(listed), set(profile["segments"]), "its list has the same")
    check("tea" in listed["viewers"]["why"][0] and listed["viewers"]["since"], "with the reason and the time")
    number = pages(engine, "POST", "/api/v1/segments/preview", "items", {"expression": "customer.events('Product Viewed').where(e, e.item_id == 't1').count() == 2"})[0]["id"]
    told = {one["name"]: one for one in engine.admin("GET", f"/api/v1/customers/{number}/segments").json["items"]}
    equal(set(told), {one["name"] for one in engine.admin("GET", "/api/v1/segments").json["items"]}, "the console tells of all segments")
    viewers = told["viewers"]
    equal((viewers["in"], viewers["clauses"][0]["holds"], [one["itemId"] for one in viewers["clauses"][0]["events"]]), (True, True, ["t1", "t1"]), "in: with the events that decided")
    check(viewers["clauses"][0]["standsUntil"], "and until when it stands")
    loyal = told["loyal"]
    equal((loyal["in"], [one["decides"] for one in loyal["clauses"]][0]), (False, True), "out: with the clause that decided")


def definitions(engine):
    for name, expression, code in [("viewers", "customer.in_segment('viewers')", "bad_expression"), ("viewers", "customer.in_segment('both')", "bad_expression"),
                                   ("x", "customer.in_segment('nowhere')", "bad_expression"), ("x", "customer.in_segment(customer.traits.city)", "bad_expression"),
                                   ("x", "customer.ordrs.count() > 1", "bad_expression"), ("x", "customer.orders.count()", "bad_expression"), ("x", "", "bad_field"),
                                   ("x y", "true", "bad_field"), ("x" * 65, "true", "bad_field"), ("x", "true" + " " * 40000, "bad_field")]:
        answer = define(engine, name.replace(" ", "%20"), expression)
        equal((answer.status, answer.json["code"]), (400, code), f"refused: {name[:9]} {expression[:40]}")
    equal(define(engine, "x", " || ".join(f"customer.orders.count() == {n}" for n in range(1500))).status // 100 in (2, 4), True, "one of 1,500 terms is taken or refused")
    engine.admin("DELETE", "/api/v1/segments/x")
    equal((engine.admin("DELETE", "/api/v1/segments/viewers").status, engine.admin("DELETE", "/api/v1/segments/viewers").json["code"]), (409, "in_use"), "one that is asked about stays")
    equal(engine.admin("DELETE", "/api/v1/segments/both").status, 204, "one that is not may go")
    equal((engine.admin("GET", "/api/v1/segments/both").status, engine.admin("GET", "/api/v1/segments/both/members").status, engine.admin("DELETE", "/api/v1/segments/both").status),
          (404, 404, 404), "it is gone")
    equal(define(engine, "both", SEGMENTS["both"]).status, 200, "and may come back")
    title = define(engine, "both", SEGMENTS["both"], title="看过茶没买", description="d").json
    equal((title["title"], title["description"], title["expression"]), ("看过茶没买", "d", SEGMENTS["both"]), "with another title")
    one = engine.admin("GET", "/api/v1/segments/viewers").json
    check(any(other["name"] == "both" and other["both"] == engine.admin("GET", "/api/v1/segments/both").json["size"] for other in one["overlap"]), "the overlap is told")
    equal(set(one["reach"]), set(engine.admin("POST", "/api/v1/segments/preview", {"expression": "true"}).json["reach"]), "and the reach by channel")
    equal(engine.ask("GET", "/api/v1/segments").status, 401, "nobody else may look")
    all_right(engine, "after all that")


def the_command(engine):
    run = lambda *args: subprocess.run([kit.ZHUN, "segment", *args, "--data", engine.data], capture_output=True, text=True, timeout=120, check=False)
    equal(run("save", "cli", "customer.orders.count() > 0").returncode, 0, "zhun segment save")
    kept = run("kept")
    check("cli" in kept.stdout and "viewers" in kept.stdout, "zhun segment kept lists it")
    equal({one["name"] for one in json.loads(run("kept", "--json").stdout)["items"]} >= {"cli", "viewers"}, True, "as JSON")
    equal(len(run("members", "cli").stdout.split()), engine.admin("GET", "/api/v1/segments/cli").json["size"], "zhun segment members")
    export = lambda *args: subprocess.run([kit.ZHUN, "export", "--what", *args, "--data", engine.data], capture_output=True, text=True, timeout=120, check=False)
    rows = export("segment:cli").stdout.split()
    equal((rows[0], {row.split(",")[0] for row in rows[1:]}), ("customer,user_id,since", set(members(engine, "cli"))), "zhun export --what segment:cli")
    equal({json.loads(line)["customer"] for line in export("segment:cli", "--format", "jsonl").stdout.split("\n") if line}, set(members(engine, "cli")), "as JSON lines")
    equal((export("segment:nowhere").returncode, export("segment:cli", "--format", "xml").returncode), (3, 2), "one that is not there, and another format")
    equal(run("drop", "cli").returncode, 0, "zhun segment drop")
    equal((run("drop", "cli").returncode, run("save", "cli", "customer.ordrs.count() > 0").returncode, run("save", "cli").returncode), (3, 2, 2), "what is wrong is said by the status")


for partitions in [1, 3]:
    engine = a_shop_lives(partitions)
    if partitions == 1:
        the_clock(engine)
        why(engine)
        definitions(engine)
        the_command(engine)
        equal(engine.admin("POST", "/api/v1/check", {}).json["equal"], True, "check says equal at the end")
        for name in ["just_now", "long_ago"]:
            engine.admin("DELETE", f"/api/v1/segments/{name}")
    engine.stop()
kit.finish()
