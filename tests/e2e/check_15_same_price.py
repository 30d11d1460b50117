#!/usr/bin/env python3
"""Pairs of customers who meet the same public conditions pay the same: an auditor makes two of them, lets them differ in one thing that a price must not follow — age,
gender, device, city, tenure, spending, what they look at, segments, tags, personalisation — and asks the price of the same cart. No difference, in price, rules and reasons."""
import random

import kit
from kit import basic, check, equal

dice = random.Random(15)
PAIRS = 10000 if kit.WHOLE else 300
ITEMS = [f"p{i}" for i in range(12)]
NOW = kit.now_ms()
DAY = 86400000
# What differs: events of the other one of the pair. Both have bought before, so that neither is at the first order.
KINDS = ("age", "gender", "device", "city", "tenure", "spending", "looks", "tag", "personalization", "nobody")
GROUP = 40  # pairs made, then asked together


def shop():
    items = [{"itemId": i, "title": i, "category": dice.choice(("shoes", "tea")), "brand": "x", "priceCents": dice.randrange(100, 30000), "currency": "CNY", "available": True} for i in ITEMS]
    equal(engine.admin("POST", "/api/v1/items", {"items": items}).status, 200, "a catalog")
    for name, offer in (("tea", {"kind": "percent", "percent": 12, "layer": "item", "conditions": {"categories": ["tea"]}}),
                        ("steps", {"kind": "threshold", "steps": [{"fromCents": 20000, "offCents": 1500}, {"fromCents": 60000, "offCents": 7000}]}),
                        ("app", {"kind": "fixed", "offCents": 200, "layer": "extra", "conditions": {"channels": ["app"]}}),
                        ("welcome", {"kind": "percent", "percent": 30, "layer": "extra", "until": "2099-12-31", "conditions": {"firstOrder": True}}),
                        ("coupon", {"kind": "fixed", "offCents": 900, "give": "claim", "stock": 1000000, "perCustomer": 1})):
        equal(engine.admin("PUT", f"/api/v1/offers/{name}", {"currency": "CNY", **offer}).status, 200, f"{name} is public")


def events(pair, kind):
    """What is known of both, and what only of the second."""
    out, count = [], 0

    def add(user, days_ago, **event):
        nonlocal count
        count += 1
        out.append({"messageId": f"{pair}-{count}", "userId": user, "timestamp": kit.iso(NOW - days_ago * DAY - count), **event})

    def order(user, days_ago, price):
        add(user, days_ago, type="track", event="Order Completed", properties={"order_id": f"{pair}-{count}", "currency": "CNY", "products": [{"product_id": dice.choice(ITEMS), "price": price, "quantity": 1}]})
    a, b = f"a{pair}", f"b{pair}"
    for user in (a, b):
        add(user, 5, type="identify", traits={"age": 30, "gender": "f", "city": "Shenzhen"}, context={"userAgent": "Mozilla/5.0 (Linux; Android 9)"})
        order(user, 4, 10)
    if kind in ("age", "gender", "city"):
        add(b, 1, type="identify", traits={kind: {"age": dice.randrange(18, 90), "gender": "m", "city": dice.choice(("Beijing", "Lhasa"))}[kind]})
    if kind == "device":
        add(b, 1, type="page", name="Home", context={"userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "device": {"model": "iPhone 17 Pro Max", "manufacturer": "Apple"}})
    if kind == "tenure":
        add(b, dice.randrange(400, 2000), type="track", event="Product Viewed", properties={"product_id": ITEMS[0], "price": 1, "currency": "CNY"})
    if kind == "spending":
        for n in range(dice.randrange(2, 9)):
            order(b, 2 + n, dice.randrange(500, 50000))
    if kind == "looks":
        for item in ITEMS:
            add(b, 1, type="track", event="Product Viewed", properties={"product_id": item, "price": 100, "currency": "CNY"})
    return out


def prepare(pair, kind):
    if kind == "tag":
        equal(engine.serve("PUT", f"/v1/profiles/b{pair}/tags/big-spender", {}).status, 200, "a tag is set")
    if kind == "personalization":
        equal(engine.serve("PUT", f"/v1/consents/b{pair}", {"personalization": False}).status, 200, "personalisation is off")
    if dice.random() < 0.5:  # a coupon is a public condition: both or neither have it
        equal({engine.serve("POST", "/v1/offers/coupon/claim", {"userId": u + str(pair)}).status for u in "ab"}, {201}, "both claim")


def price(user, cart, channel):
    body = {"lines": cart, "channel": channel, **({"userId": user} if user else {})}
    answer = engine.serve("POST", "/v1/quote", body)
    if not check(answer.status == 200, "a price is told", answer):
        return None
    q = answer.json
    for offer in q["offers"]:
        offer.pop("coupon", None)  # each has a code of one's own
    return {k: q[k] for k in ("lines", "gifts", "listedCents", "offCents", "totalCents", "offers", "conditions")}


def check_15_no_difference():
    compared, dear = {kind: 0 for kind in KINDS}, set()
    for first in range(0, PAIRS, GROUP):
        pairs = [(pair, KINDS[pair % len(KINDS)]) for pair in range(first, min(first + GROUP, PAIRS))]
        batch = [event for pair, kind in pairs for event in events(pair, kind)]
        equal(engine.collect("batch", {"batch": batch}, auth=basic(kit.WRITE)).status, 200, "traces are taken")
        engine.sync()
        for pair, kind in pairs:
            if kind != "nobody":
                prepare(pair, kind)
            cart = [{"itemId": item, "quantity": dice.randrange(1, 4)} for item in dice.sample(ITEMS, dice.randrange(1, 5))]
            channel = dice.choice(("web", "app"))
            a, b = price(f"a{pair}", cart, channel), price(None if kind == "nobody" else f"b{pair}", cart, channel)
            compared[kind] += 1
            dear.add(a["offCents"])
            equal(a, b, f"the same price where only {kind} differs")
    check(all(count >= PAIRS // len(KINDS) for count in compared.values()), "each kind is compared", compared)
    check(len(dear) > 20, "of carts that really have discounts", len(dear))
    kit.say(f"{sum(compared.values())} pairs, {compared}")


def what_is_disclosed_counts():
    """The auditor is not blind: public conditions do change the price, and the answer says so."""
    cart = [{"itemId": item, "quantity": 2} for item in ITEMS[:3]]
    engine.collect("identify", {"userId": "fresh", "messageId": "fresh", "traits": {}})
    engine.sync()
    old, new = price("a0", cart, "web"), price("fresh", cart, "web")
    equal((old["conditions"]["firstOrder"], new["conditions"]["firstOrder"]), (False, True), "it says that it is the first order")
    check(new["totalCents"] < old["totalCents"], "which has a public offer of its own, with an end")
    check(price(None, cart, "app") != price(None, cart, "web"), "and so has the app")


def the_report_asks_the_shops_own_customers():
    """GET /api/v1/reports/prices draws pairs of those who are there. Some have nothing bought yet, and half of the others a coupon."""
    engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"new-{i}", "userId": f"new{i}", "traits": {}} for i in range(60)]}, auth=basic(kit.WRITE))
    engine.sync()
    answer = engine.admin("GET", "/api/v1/reports/prices?pairs=900&seed=7")
    report = answer.json
    equal((answer.status, report["pairs"], report["other"], report["shown"]), (200, 900, 0, []), "900 pairs, none pays another price under the same conditions")
    equal(report["same"] + report["firstOrder"] + report["offer"], 900, "each pair is of one kind")
    check(report["same"] > 100 and report["firstOrder"] > 20 and report["offer"] > 20, "public conditions do change prices", report)
    equal(([u["in"] for u in report["unlike"]], {u["other"] for u in report["unlike"]}), (["tenure", "orders", "spending", "events", "lastSeen"], {0}), "whatever they differ in")
    check(all(u["pairs"] > 100 for u in report["unlike"]), "and they do differ", report["unlike"])
    quotes = "zhun_quotes_total"
    before = engine.metric(quotes)
    equal(engine.admin("GET", "/api/v1/reports/prices?pairs=900&seed=7").json, report, "the same seed asks the same pairs again")
    check(engine.admin("GET", "/api/v1/reports/prices?pairs=900&seed=8").json["same"] != report["same"], "another seed asks others")
    equal(engine.metric(quotes), before, "no quote was told")
    rows = engine.admin("GET", "/api/v1/reports/prices?pairs=50&format=csv").body.decode().splitlines()
    equal((rows[0], rows[1]), ("pairs_that,pairs,other_price_under_the_same_conditions", "were asked,50,0"), "as a table")
    for bad, field in (("pairs=0", "pairs"), ("pairs=100001", "pairs"), ("seed=x", "seed"), ("format=xml", "format")):
        refused = engine.admin("GET", "/api/v1/reports/prices?" + bad)
        equal((refused.status, refused.json.get("field")), (400, field), f"{bad} is refused")


def check_15_what_is_unfair_is_not_saved():
    for word in ("age", "device", "city", "tenure", "spending", "gender", "segment", "level", "年龄", "消费水平"):
        answer = engine.admin("PUT", "/api/v1/offers/unfair", {"kind": "percent", "percent": 5, "currency": "CNY", "conditions": {word: 1}})
        equal((answer.status, answer.json["code"], answer.json["field"]), (400, "unfair", "conditions." + word), f"{word} cannot be named")
        check(word in answer.json["detail"] and "cannot be named" in answer.json["detail"], "and why not", answer)


engine = kit.Engine()
shop()
kit.prove(check_15_no_difference)
kit.prove(what_is_disclosed_counts)
kit.prove(the_report_asks_the_shops_own_customers)
kit.prove(check_15_what_is_unfair_is_not_saved)
kit.finish()
