#!/usr/bin/env python3
"""Kept segments that name a prediction: their members are whom the profiles say, customer by customer, after events, a choice and new trainings; the same after a
kill, after a rebuild, in a restored backup, on one partition and on three. Models of an earlier version are learnt anew."""
import os
import random
import time

import kit
from kit import WRITE, basic, check, equal, iso, now_ms

DAY = 86400000
CUSTOMERS = 260
dice = random.Random(7)
SEGMENTS = {"likely": ("buy_30d", .3), "soon": ("buy_7d", .2), "away": ("lapse", .4), "rich": ("clv", 100.0)}
made = 0
KINDS = ["tea", "女装", "shoes", "toys", "books"]


def an_order(user, ago, category="tea"):
    global made
    made += 1
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": f"m{made}", "timestamp": iso(now_ms() - int(ago * DAY)),
            "properties": {"order_id": f"o{made}", "revenue": 20 + made % 9, "currency": "CNY", "products": [{"product_id": f"p{made % 9}", "price": 20, "quantity": 1, "category": category}]}}


def a_look(user):
    global made
    made += 1
    return {"type": "track", "event": "Product Viewed", "userId": user, "messageId": f"m{made}", "timestamp": iso(now_ms()), "properties": {"product_id": "p1"}}


def shop():
    """They buy by a clock of their own, 15 to 50 days apart, over 220 days; a third stopped some time ago."""
    for customer in range(CUSTOMERS):
        gap, at, kind = dice.uniform(15, 50), dice.uniform(0, 30), dice.randrange(len(KINDS))
        stops = dice.uniform(60, 200) if customer % 3 == 0 else 220
        while at < stops:
            kind = (kind + 1) % len(KINDS) if dice.random() < .9 else dice.randrange(len(KINDS))  # one kind follows another
            yield an_order(f"u{customer}", 220 - at, KINDS[kind])
            at += gap * dice.uniform(.8, 1.2)
    for customer in range(CUSTOMERS, CUSTOMERS + 20):
        yield a_look(f"u{customer}")


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(WRITE)).status, 200, "a batch is taken")
    engine.sync()


def trained(engine):
    before = engine.admin("GET", "/api/v1/predictions").json["version"]
    equal(engine.admin("POST", "/api/v1/predictions/train", {}).status, 202, "a training is asked for")
    return ended(engine, before + 1)


def ended(engine, version):
    end = time.monotonic() + 600
    while (now := engine.admin("GET", "/api/v1/predictions").json)["training"] and time.monotonic() < end:
        time.sleep(.1)
    equal((now["training"], now["version"]), (False, version), "a training ends and is counted")
    return now


def members(engine, name):
    """userId -> since."""
    found, cursor = {}, ""
    while True:
        page = engine.admin("GET", f"/api/v1/segments/{name}/members?limit=100&cursor={cursor}").json
        found.update({one["customer"]["userId"]: one["since"] for one in page["items"]})
        cursor = page["next"]
        if not cursor:
            return found


def said(engine):
    """What each profile says of the predictions that segments name: name -> userId -> number."""
    out = {name: {} for name in SEGMENTS}
    for customer in range(CUSTOMERS + 20):
        mine = engine.serve("GET", f"/v1/profiles/u{customer}").json["predictions"]
        for name, (what, _) in SEGMENTS.items():
            value = None if mine is None else mine["clv"] if what == "clv" else next((one["probability"] for one in mine["items"] if one["name"] == what), None)
            if value is not None:
                out[name][f"u{customer}"] = value
    return out


def all_right(engine, when):
    told = said(engine)
    for name, (what, least) in SEGMENTS.items():
        equal(set(members(engine, name)), {user for user, value in told[name].items() if value > least}, f"{when}: {name} has whom the profiles say")
    return told


def category(engine, model):
    """Each kind of order is followed by the next: the mixture finds that, the simple rules do not."""
    check(model["offered"] and model["categories"] == len(KINDS) and model["right"] > 1.5 * max(model["rightMostFrequent"], model["rightMostPopular"]), "the category of the next order is offered", model)
    seen = 0
    for user in ("u2", "u4", "u5", "u7", "u8"):
        orders = [one for one in engine.events(user) if one["event"] == "Order Completed"]
        mine = engine.serve("GET", f"/v1/profiles/{user}").json["predictions"]["nextCategories"]
        check([one["probability"] for one in mine] == sorted((one["probability"] for one in mine), reverse=True) and abs(sum(one["probability"] for one in mine) - 1) < .02, "a customer's categories, likeliest first", mine)
        last = orders[0]["properties"]["products"][0]["category"] if "properties" in orders[0] else orders[0]["products"][0]["category"]
        seen += mine[0]["category"] == KINDS[(KINDS.index(last) + 1) % len(KINDS)]
    check(seen >= 4, "what follows the last order is likeliest", seen)


def spend(engine, model):
    """220 days of history: windows of 30 days, tested; whatever is offered is said of customers."""
    check(model["asked"] >= 100 and model["wideInside"] <= model["inside"] <= model["asked"], "the intervals of the money were tested", model)
    check(model["offered"] == (model["wide"] >= 100 and .75 <= model["wideInside"] / model["wide"] <= .85), "and are offered where they hold", model)
    mine = engine.serve("GET", "/v1/profiles/u2").json["predictions"]["spend"]
    equal(mine is not None, model["offered"], "a customer has one where it is offered")
    if mine is not None:
        check(mine["days"] == 30 and 0 <= mine["low"] <= mine["high"], "with its days", mine)


def run(partitions):
    engine = kit.Engine(options=["--partitions", str(partitions)])
    for name, (what, least) in SEGMENTS.items():
        answer = engine.admin("PUT", f"/api/v1/segments/{name}", {"expression": f"customer.predictions.{what} > {least}"})
        equal(answer.status // 100, 2, f"a segment by {what} is kept: {answer.body[:200]}")
    send(engine, list(shop()))
    all_right(engine, "before a training")
    now = trained(engine)
    offered = {one["name"] for one in now["items"] if one["offered"]}
    check({"buy_7d", "buy_30d"} <= offered and now["clv"], "there is something to ask", now["items"])
    told = all_right(engine, "after a training")
    category(engine, now["nextCategory"])
    spend(engine, now["spend"])
    for name in ("likely", "soon", "rich"):
        check(0 < len(members(engine, name)) < len(told[name]), f"{name} parts those of whom something is said", len(told[name]))
    some = [an_order(f"u{n}", 0) for n in range(0, CUSTOMERS, 9)] + [a_look(f"u{n}") for n in range(0, CUSTOMERS + 20, 7)]
    send(engine, some)
    changed = all_right(engine, "after orders and views")
    check(changed["soon"] != told["soon"], "orders and views change what is predicted")
    equal(engine.serve("PUT", "/v1/consents/u1", {"personalization": False}).status, 200, "a customer says no")
    engine.sync()
    check("u1" not in all_right(engine, "after a choice")["likely"], "who says no is not predicted")
    trained(engine)
    all_right(engine, "after a second training")
    before = {name: members(engine, name) for name in SEGMENTS}
    engine.is_equal("with predictions kept")
    engine.kill()
    engine.start()
    equal({name: members(engine, name) for name in SEGMENTS}, before, "after a kill the same are in, since the same moments")
    all_right(engine, "after a kill")
    return engine, before


def restored(engine, before):
    place = kit.folder()
    to, target = os.path.join(place, "backup"), os.path.join(place, "restored")
    equal(kit.run("backup", "--data", engine.data, to)[0], 0, "a backup is made")
    models = engine.admin("GET", "/api/v1/predictions").json
    key = os.path.join(engine.data, "zhun.key")
    equal(kit.run("restore", to, "--data", target, "--key-file", key)[0], 0, "and restored")
    other = kit.Engine(data=target)
    equal(other.admin("GET", "/api/v1/predictions").json, models, "a backup has the models")
    equal({name: members(other, name) for name in SEGMENTS}, before, "and the members, since the same moments")
    other.stop()


def earlier(engine):
    """A folder of an earlier version: its models lie in a file."""
    version = engine.admin("GET", "/api/v1/predictions").json["version"]
    engine.stop()
    path = os.path.join(engine.data, "predictions")
    with open(path, "wb") as file:
        file.write(b"zhunpred" + bytes(100))
    engine.start()
    ended(engine, version + 1)
    check(not os.path.exists(path), "the file of an earlier version goes when its models were learnt anew")
    all_right(engine, "after that")
    engine.stop()


one, found = run(1)
restored(one, found)
earlier(one)
three, _ = run(3)
three.stop()
kit.finish()
