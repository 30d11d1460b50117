#!/usr/bin/env python3
"""Every quote replays to the cent from the public register, also after its offers were changed, a kill and a restart; the price in a list, on the item's page, in the
cart and of the order is one price; and what a customer is told of an offer that is not given is the engine's own reason, which the state of things makes true."""
import datetime
import random

import kit
from kit import basic, check, equal

dice = random.Random(16)
ITEMS = {f"p{i}": (dice.choice(("shoes", "hats", "tea")), dice.choice(("Acme", "Nord")), dice.randrange(1, 30000)) for i in range(24)}
CARTS = 2000 if kit.WHOLE else 120
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).isoformat()


def define(name, **offer):
    answer = engine.admin("PUT", f"/api/v1/offers/{name}", {"currency": "CNY", **offer})
    check(answer.status == 200, f"{name} is defined", answer)


def shop():
    items = [{"itemId": i, "title": i, "category": c, "brand": b, "priceCents": p, "currency": "CNY", "available": True} for i, (c, b, p) in ITEMS.items()]
    equal(engine.admin("POST", "/api/v1/items", {"items": items}).status, 200, "a catalog")
    people = [{"type": "identify", "userId": f"u{i}", "messageId": f"i{i}", "traits": {}} for i in range(8)]
    equal(engine.collect("batch", {"batch": people}, auth=basic(kit.WRITE)).status, 200, "customers")
    engine.sync()
    define("shoes-off", kind="percent", percent=13, layer="item", conditions={"categories": ["shoes"]})
    define("acme-piece", kind="fixed", offCents=150, layer="item", conditions={"brands": ["Acme"]})
    define("steps", kind="threshold", steps=[{"fromCents": 20000, "offCents": 1500}, {"fromCents": 50000, "offCents": 6000}])
    define("ninth", kind="percent", percent=9, mostCents=2500)
    define("purse", kind="fixed", offCents=333, layer="extra", conditions={"minimumCents": 5000})
    define("gift", kind="gift", itemId="p3", layer="extra", conditions={"minimumCents": 80000})
    define("word", kind="percent", percent=21, give="code", code="WORD", alone=True)


def quote(lines, **more):
    answer = engine.serve("POST", "/v1/quote", {"lines": [{"itemId": i, "quantity": n} for i, n in lines], **more})
    check(answer.status == 200, "a price is told", answer)
    return answer.json


def some_lines():
    return [(item, dice.randrange(1, 4)) for item in dice.sample(sorted(ITEMS), dice.randrange(1, 7))]


def adds_up(q):
    """An itemised quote is its own proof."""
    for line in q["lines"]:
        equal(line["listedCents"], line["unitCents"] * line["quantity"], "a line is its pieces")
        equal(line["listedCents"] - sum(d["offCents"] for d in line["discounts"]), line["totalCents"], "less what its rules take off")
        equal(line["unitCents"], ITEMS[line["itemId"]][2], "at the catalog's price")
    equal(sum(line["totalCents"] for line in q["lines"]), q["totalCents"], "lines sum to the total")
    equal(q["listedCents"] - q["offCents"], q["totalCents"], "and so do the sums")
    for offer in q["offers"]:
        equal(sum(d["offCents"] for line in q["lines"] for d in line["discounts"] if d["offer"] == offer["offer"]), offer["offCents"], "an offer's cuts sum to it")
        equal(offer["used"], offer["reason"]["code"] == "none", "used, or a reason")


def check_16_every_quote_replays():
    told = [quote(some_lines(), channel=dice.choice(("web", "app")), codes=["word"] if dice.random() < 0.3 else []) for _ in range(CARTS)]
    for q in told:
        adds_up(q)
    define("ninth", kind="percent", percent=50)  # what is told stays told
    define("steps", kind="threshold", steps=[{"fromCents": 100, "offCents": 100}], paused=True)
    equal(engine.admin("DELETE", "/api/v1/offers/acme-piece").status, 204, "an offer that nobody holds is deleted")
    engine.kill()
    engine.start()
    for q in told:
        again = engine.serve("GET", "/v1/quotes/" + q["quoteId"]).json
        equal(again["replay"], "same", "worked out again it is the same")
        equal({k: again[k] for k in again if k in q}, {k: q[k] for k in again if k in q}, "to the cent, the reason and the signature")
    equal(engine.serve("GET", "/v1/quotes/" + "0" * 32).status, 404, "one that was never told")
    public = engine.ask("GET", f"/v1/offers?writeKey={kit.WRITE}").json["items"]
    versions = {(one["id"], v["version"]) for one in public for v in one["history"]}
    check({(d["offer"], d["version"]) for q in told for line in q["lines"] for d in line["discounts"]} <= versions, "every rule that took something off stands in the public register")


def check_16_one_price_on_every_page():
    for item in ITEMS:
        listed = quote([(i, 1) for i in ITEMS], **{"for": "list"})["lines"][list(ITEMS).index(item)]
        detail, cart = quote([(item, 1)], **{"for": "list"}), quote([(item, 1)])
        order = engine.serve("POST", f"/v1/quotes/{cart['quoteId']}/reserve", {"orderId": "one-" + item, "userId": "u1"}).json
        paid = engine.serve("POST", f"/v1/quotes/{cart['quoteId']}/commit", {"orderId": "one-" + item}).json
        equal({listed["totalCents"], detail["totalCents"], cart["totalCents"], order["totalCents"], paid["totalCents"]}, {cart["totalCents"]}, f"list, page, cart and order of {item}")


def reason(q, offer):
    return next(one["reason"] for one in q["offers"] if one["offer"] == offer)


def refused(answer, code, what):
    if check(answer.status == 409, what, answer):
        equal((answer.json["code"], answer.json["reason"]["code"]), (code, code), what)
        check(answer.json["reason"]["text"]["zh"] and answer.json["reason"]["text"]["en"] == answer.json["detail"], f"{what}: in words")


def claim(offer, user, **more):
    return engine.serve("POST", f"/v1/offers/{offer}/claim", {"userId": user, **more})


def check_17_the_reason_is_the_engines_own():
    cart = [("p0", 1)]
    price = ITEMS["p0"][2]
    other = "tea" if ITEMS["p0"][0] != "tea" else "hats"
    for name, code, extra in (("later", "not_started", {"from": day(1)}), ("over", "expired", {"until": day(-1)}), ("stopped", "paused", {"paused": True}),
                              ("for-app", "other_channel", {"conditions": {"channels": ["app"]}}), ("else", "nothing_fits", {"conditions": {"categories": [other]}}),
                              ("more", "below_minimum", {"conditions": {"minimumCents": price + 250}}), ("none-left", "sold_out", {"stock": 0}), ("no-money", "budget_spent", {"budgetCents": 0}),
                              ("who", "customer_needed", {"perCustomer": 1}), ("first", "not_first_order", {"until": day(3), "conditions": {"firstOrder": True}}),
                              ("dollars", "other_currency", {"currency": "USD"}), ("no-gift", "no_gift", {"kind": "gift", "itemId": "nowhere"})):
        define(name, **{"layer": "extra", **({} if "kind" in extra else {"kind": "fixed", "offCents": 1}), **extra})
        why = reason(quote(cart), name)
        equal(why["code"], code, f"the reason of {name}")
    equal(reason(quote(cart), "more")["missingCents"], 250, "how much is missing")
    check("2.50" in reason(quote(cart), "more")["text"]["zh"], "in words, too")
    equal(reason(quote(cart, channel="app"), "for-app")["code"] in ("none", "other_better"), True, "made true by the channel alone")
    check(reason(quote(cart, userId="u7"), "first")["code"] in ("none", "other_better"), "and by being the first order")
    equal([one["reason"]["code"] for one in quote(cart, codes=["nonsense", "word"])["codes"]][0], "unknown_code", "a code that is none")
    define("one", kind="fixed", offCents=400, layer="extra", give="claim", stock=2, perCustomer=1)
    got = claim("one", "u1")
    equal(got.status, 201, "a coupon is claimed")
    refused(claim("one", "u1"), "limit_reached", "a second one")
    equal(claim("one", "u2").status, 201, "the last")
    refused(claim("one", "u3"), "sold_out", "one too many")
    refused(claim("steps", "u3"), "not_claimable", "what needs no claim")
    equal(claim("nothing", "u3").status, 404, "an offer that is not there")
    equal(claim("one", "stranger").status, 404, "a customer nobody knows")
    code = got.json["code"]
    equal([one["reason"]["code"] for one in quote(cart, codes=[code], userId="u3")["codes"]], ["not_yours"], "another's coupon")
    equal([one["reason"]["code"] for one in quote(cart, codes=[code[:-1] + ("0" if code[-1] != "0" else "1")], userId="u1")["codes"]], ["unknown_code"], "a made-up code")
    mine = quote(cart, userId="u1")
    path = "/v1/quotes/" + mine["quoteId"]
    define("purse", kind="fixed", offCents=333, layer="extra", conditions={"minimumCents": 5000}, paused=True)
    engine.sync()
    alone = quote([("p0", 1)], userId="u1")
    equal(engine.serve("POST", f"/v1/quotes/{alone['quoteId']}/reserve", {"orderId": "A", "userId": "u1"}).status, 200, "an order holds what its quote uses")
    refused(engine.serve("POST", path + "/reserve", {"orderId": "A", "userId": "u1"}), "other_order", "the same order at another quote")
    equal(reason(alone, "one")["code"], "none", "a coupon of one's own is used")
    equal(reason(quote(cart, userId="u1"), "one")["code"], "held", "held by another order")
    refused(engine.serve("POST", path + "/reserve", {"orderId": "B", "userId": "u1"}), "held", "and not to be had by a second")
    refused(engine.serve("POST", path + "/commit", {"orderId": "C"}), "no_hold", "an order that holds nothing")
    equal(engine.serve("POST", f"/v1/quotes/{alone['quoteId']}/commit", {"orderId": "A"}).json["state"], "used", "paid")
    equal(engine.serve("POST", f"/v1/quotes/{alone['quoteId']}/commit", {"orderId": "A"}).json["again"], True, "twice is once")
    equal(reason(quote(cart, userId="u1"), "one")["code"], "already_used", "used")
    equal(engine.serve("POST", f"/v1/quotes/{alone['quoteId']}/release", {"orderId": "A"}).json["state"], "cancelled", "cancelled")
    refused(engine.serve("POST", f"/v1/quotes/{alone['quoteId']}/release", {"orderId": "A"}), "no_hold", "nothing is left to give back")
    equal(reason(quote(cart, userId="u1"), "one")["code"], "none", "and free again")


engine = kit.Engine()
shop()
kit.prove(check_16_every_quote_replays)
kit.prove(check_16_one_price_on_every_page)
kit.prove(check_17_the_reason_is_the_engines_own)
engine.is_equal("after all that")
kit.finish()
