#!/usr/bin/env python3
"""The portrait of a customer: equal to a count by hand over the same events, by every door, after a kill, after a merge and after a
rebuild; what is not known is not made up; who may see it."""
import datetime
import random
import statistics
import time
import zoneinfo

import kit
from kit import basic, check, equal

DAY = 86400.0
ZONE = "Asia/Shanghai"
engine = kit.Engine(options=["--time-zone", ZONE])
dice = random.Random(5)
KINDS, BRANDS = ["女装", "tea", "shoes"], ["swift", "oak", ""]
now = time.time()
POINTS = {"Product Viewed": 1, "Product Added": 3, "Order Completed": 5}
events = []  # (user, time, name, products, number)
for number in range(900):
    name = dice.choice(["Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Order Completed", "Products Searched"])
    products = [{"product_id": f"p{which}", "category": dice.choice(KINDS), "brand": dice.choice(BRANDS), "price": dice.randrange(1, 90), "quantity": dice.randrange(1, 4)}
                for which in dice.sample(range(40), dice.randrange(1, 4) if name == "Order Completed" else 1)]
    events.append((f"u{dice.randrange(9)}", round(now - dice.randrange(200) * DAY - dice.randrange(80000), 3), name, [] if name == "Products Searched" else products, number))


def context_of(number):
    return {"os": {"name": ["iOS", "Android"][number % 2]}, **({"screen": {"width": 390 if number % 3 else 1440}}), **({"campaign": {"source": "wechat"}} if number % 5 == 0 else {})}


def sent(event):
    user, at, name, products, number = event
    properties = {"order_id": f"o{number}", "products": products, "currency": "CNY"} if name == "Order Completed" else dict(products[0]) if products else {"query": "x"}
    if name == "Order Completed" and number % 4 == 0:
        properties["coupon"] = "SPRING"
    # One in three comes before the login, by the device's own id.
    who = {"anonymousId": f"device of {user}"} if number % 3 == 0 else {"userId": user, "anonymousId": f"device of {user}"}
    return {"type": "track", "event": name, **who, "messageId": f"m{number}", "timestamp": kit.iso(round(at * 1000)), "properties": properties, "context": context_of(number)}


def send(some):
    for at in range(0, len(some), 100):
        equal(engine.collect("batch", {"batch": [sent(one) for one in some[at:at + 100]]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")


def leanings(mine, field):
    """Names with (share by whole weeks, share lately, events, newest)."""
    said = [(at, POINTS[name], product.get(field, ""), number) for _, at, name, products, number in mine if name in POINTS for product in products]
    said = [one for one in said if one[2]]
    newest_week, newest = max(int(at // (7 * DAY)) for at, *_ in said), max(at for at, *_ in said)
    def weigh(name, weight):
        return sum(points * weight(at) for at, points, what, _ in said if name in (None, what))
    by_week = lambda at: 0.5 ** ((newest_week - int(at // (7 * DAY))) * 7 / 28)
    by_time = lambda at: 0.5 ** ((newest - at) / DAY)
    by_liking = lambda at: 0.5 ** ((newest - at) / DAY / 10)
    return {name: (weigh(name, by_week) / weigh(None, by_week), weigh(name, by_time) / weigh(None, by_time), len({number for *_, what, number in said if what == name}),
                   max(at for at, _, what, _ in said if what == name), weigh(name, by_liking) / weigh(None, by_liking)) for name in {one[2] for one in said}}


# What the catalog says: prices that a price can be low for, and what items say of themselves.
COLOURS = ["red", "white", "藏青"]
CATALOG = {f"p{i}": {"kind": KINDS[i % 3], "cents": 100 * dice.randrange(1, 90), "colour": [COLOURS[i % 3], COLOURS[i % 2]] if i % 5 == 0 else COLOURS[i % 3], "material": ["linen", "wool"][i % 2]} for i in range(40)}


def band_of(product):
    prices = sorted(one["cents"] for one in CATALOG.values() if one["kind"] == product["category"])
    low, middle = prices[(len(prices) - 1) // 3], prices[(len(prices) - 1) * 2 // 3]
    cents = product["price"] * 100
    return "low" if cents <= low else "middle" if cents <= middle else "high"


def by_events(mine, says):
    """Names with (share, events), where says(product) is a list of names."""
    said = [(at, POINTS[name], what, number) for _, at, name, products, number in mine if name in POINTS for product in products for what in says(product)]
    newest = max(at for at, *_ in said)
    weigh = lambda name: sum(points * 0.5 ** ((newest - at) / DAY / 28) for at, points, what, _ in said if name in (None, what))
    return {name: (weigh(name) / weigh(None), len({number for *_, what, number in said if what == name})) for name in {one[2] for one in said}}


def near(got, want):
    return abs(got - want) < 1e-4


def check_one(user, when):
    mine = [one for one in events if one[0] == user]
    answer = engine.serve("GET", f"/v1/profiles/{user}/portrait")
    if not equal(answer.status, 200, f"{when}: {user} has a portrait"):
        return
    portrait = answer.json
    dimensions = {one["dimension"]: one for one in portrait["leanings"]}
    for dimension in ("category", "brand"):
        wanted, got = leanings(mine, dimension), dimensions[dimension]["values"]
        equal((dimensions[dimension]["names"], {row["name"] for row in got}), (len(wanted), set(wanted)), f"{when}: {user}: the names of {dimension}")
        check(all(near(row["share"], wanted[row["name"]][0]) and near(row["lately"], wanted[row["name"]][1]) for row in got), f"{when}: {user}: shares of {dimension}", (got, wanted))
        check(all(row["evidence"] == wanted[row["name"]][2] and row["at"] == kit.iso(round(wanted[row["name"]][3] * 1000)) for row in got), f"{when}: {user}: evidence of {dimension}", (got, wanted))
        least = {"category": 0.27, "brand": 0.08}[dimension]
        check(all(row["liked"] == (wanted[row["name"]][4] >= least and row["confidence"] >= 0.3) for row in got if abs(wanted[row["name"]][4] - least) > 1e-6), f"{when}: {user}: what is liked of {dimension}", (got, wanted))
        check(all(row["source"] == "observed" and 0 < row["confidence"] < 1 for row in got), f"{when}: {user}: sources of {dimension}")
    texts = lambda value: list(dict.fromkeys(value)) if isinstance(value, list) else [value]
    for dimension, says in (("priceBand", lambda one: [band_of(one)]), ("colour", lambda one: texts(CATALOG[one["product_id"]]["colour"])), ("material", lambda one: texts(CATALOG[one["product_id"]]["material"]))):
        wanted, got = by_events(mine, says), {row["name"]: (row["share"], row["evidence"]) for row in dimensions[dimension]["values"]}
        check(set(got) == set(wanted) and all(near(got[name][0], wanted[name][0]) and got[name][1] == wanted[name][1] for name in got), f"{when}: {user}: leanings to {dimension}", (got, wanted))
    zone, hours = zoneinfo.ZoneInfo(ZONE), [0] * 168
    for _, at, *_ in mine:
        local = datetime.datetime.fromtimestamp(at, zone)
        hours[local.weekday() * 24 + local.hour] += 1
    equal((portrait["habits"]["hours"], portrait["zone"]), (hours, ZONE), f"{when}: {user}: hours of the week on the shop's clock")
    times = sorted(at for _, at, *_ in mine)
    equal(portrait["habits"]["visits"], 1 + sum(b - a >= 1800 for a, b in zip(times, times[1:])), f"{when}: {user}: visits")
    orders = sorted(((at, products) for _, at, name, products, _ in mine if name == "Order Completed"), key=lambda one: one[0])
    got = portrait["orders"]
    equal(got["count"], len(orders), f"{when}: {user}: orders")
    check(near(got["basketSize"]["value"], sum(p["quantity"] for _, products in orders for p in products) / len(orders)), f"{when}: {user}: pieces of an order", got)
    check(near(got["basketProducts"]["value"], sum(len(products) for _, products in orders) / len(orders)), f"{when}: {user}: products of an order", got)
    starts = orders[:1]
    for one in orders[1:]:
        if one[0] - starts[-1][0] >= 43200:
            starts.append(one)
    gaps = [b[0] - a[0] for a, b in zip(starts, starts[1:])]
    check(near(got["intervalDays"]["value"], statistics.median(gaps) / DAY), f"{when}: {user}: days between purchases", (got, gaps))
    due = got["nextOrder"]
    check(abs(kit.ms_of(due["value"]) / 1000 - starts[-1][0] - statistics.median(gaps)) < 0.01 and due["from"] <= due["value"] <= due["until"], f"{when}: {user}: the next purchase", due)
    newest = sorted(mine, key=lambda one: -one[1])[:100]
    got = portrait["context"]
    tally = lambda name: {one["name"]: one["events"] for one in got[name]}
    equal((got["evidence"], tally("systems")), (len(newest), {name: n for name in ("iOS", "Android") if (n := sum(context_of(one[4])["os"]["name"] == name for one in newest))}), f"{when}: {user}: systems")
    equal((tally("devices"), tally("channels")), ({"mobile": sum(one[4] % 3 != 0 for one in newest), "desktop": sum(one[4] % 3 == 0 for one in newest)}, {"wechat": sum(one[4] % 5 == 0 for one in newest)}),
          f"{when}: {user}: devices and channels")
    bought = [one for one in newest if one[2] == "Order Completed"]
    check(near(got["discountShare"]["value"], sum(one[4] % 4 == 0 for one in bought) / len(bought)), f"{when}: {user}: orders with a coupon", got)
    profile = engine.serve("GET", f"/v1/profiles/{user}").json
    check(all(near(profile["affinity"]["category"][row["name"]], row["share"]) for row in dimensions["category"]["values"]), f"{when}: {user}: profile and portrait agree")


def check_all(when):
    engine.sync()
    for user in sorted({one[0] for one in events}):
        check_one(user, when)


items = [{"itemId": name, "title": name, "category": one["kind"], "priceCents": one["cents"], "currency": "CNY", "attributes": {"colour": one["colour"], "material": one["material"], "weight": 3, "story": "x" * 80}}
         for name, one in CATALOG.items()]
equal(engine.admin("POST", "/api/v1/items", {"items": items}).status, 200, "a catalog is taken")
send(sorted(events, key=lambda one: -one[1])[:450])
send(dice.sample(sorted(events, key=lambda one: -one[1])[450:], 450))
check_all("live")

# The same by the other doors, and a condition says what the portrait shows.
number = engine.admin("GET", "/api/v1/customers?q=u3").json["items"][0]["id"]
portrait = engine.admin("GET", f"/api/v1/customers/{number}/portrait").json
served = engine.serve("GET", "/v1/profiles/u3/portrait").json
equal({**portrait, "at": 0}, {**served, "at": 0}, "the console's and the shop's portrait are one")
top = portrait["leanings"][0]["values"][0]
ask = lambda text: {one["userId"] for one in engine.admin("POST", "/api/v1/segments/preview", {"expression": text, "limit": 50}).json["items"]}
check("u3" in ask(f"customer.affinity.category['{top['name']}'] > {top['share'] - 0.0002}") and "u3" not in ask(f"customer.affinity.category['{top['name']}'] > {top['share'] + 0.0002}"),
      "a condition on a share agrees with the portrait")
size = portrait["orders"]["basketSize"]["value"]
check("u3" in ask(f"customer.basket_size > {size - 0.0002} && customer.basket_size < {size + 0.0002} && customer.purchase_interval > days(0) && has(customer.next_order)"),
      "and one on how a customer buys")
status, out, _ = kit.run("profile", "--data", engine.data, "--portrait", "u3")
check(status == 0 and top["name"] in out and "the next about" in out and "Mon" in out, "the command prints a page", out)
status, out, _ = kit.run("profile", "--data", engine.data, "--portrait", "--json", "u3")
check(status == 0 and f'"id":"{number}"' in out, "or the engine's own JSON", out)
equal(kit.run("profile", "--data", engine.data, "--portrait", "nobody")[0], 1, "of nobody there is none")

# Computed traits: what a marketer defines, worked out when a portrait is read.
TRAITS = {
    "tea_views": {"kind": "count", "event": "Product Viewed", "where": "e.category == 'tea'", "windowDays": 60},
    "spent": {"kind": "sum", "event": "Order Completed", "field": "value"},
    "dearest": {"kind": "max", "field": "price", "windowDays": 90},
    "usual_brand": {"kind": "most_frequent", "field": "brand"},
    "first_kind": {"kind": "first", "event": "Product Viewed", "field": "category"},
    "kinds_bought": {"kind": "unique_list", "event": "Order Completed", "field": "category", "windowDays": 100},
    "items_seen": {"kind": "unique_count", "field": "item_id"},
    "never": {"kind": "average", "event": "No Such Event", "field": "quantity"},
}


def computed_by_hand(user):
    mine = sorted((one for one in events if one[0] == user), key=lambda one: -one[1])
    within = lambda days: [one for one in mine if one[1] > now - days * DAY]
    products = lambda some: [product for one in some for product in one[3]]
    orders = [one for one in mine if one[2] == "Order Completed"]
    brands = [product["brand"] for product in products(mine) if product["brand"]]
    most = max(brands.count(brand) for brand in brands)
    return {
        "tea_views": sum(one[2] == "Product Viewed" and one[3][0]["category"] == "tea" for one in within(60)),
        "spent": sum(p["price"] * p["quantity"] for p in products(orders)),
        "dearest": max(p["price"] for p in products(within(90))),
        "usual_brand": next(brand for brand in brands if brands.count(brand) == most),
        "first_kind": [one for one in mine if one[2] == "Product Viewed"][-1][3][0]["category"],
        "kinds_bought": list(dict.fromkeys(p["category"] for p in products([one for one in orders if one[1] > now - 100 * DAY]))),
        "items_seen": len({p["product_id"] for p in products(mine)}),
        "never": None,
    }


def check_computed(when, names=TRAITS):
    for user in ("u1", "u3", "u8"):
        got = {one["name"]: one for one in engine.serve("GET", f"/v1/profiles/{user}/portrait").json["computed"]}
        wanted = {name: value for name, value in computed_by_hand(user).items() if name in names}
        equal({name: one["value"] for name, one in got.items()}, wanted, f"{when}: computed traits of {user}")
        check(all(one["source"] == "computed" and one["isWhole"] for one in got.values()), f"{when}: and where they come from", got)


for name, definition in TRAITS.items():
    kept = engine.admin("PUT", f"/api/v1/computed-traits/{name}", definition)
    equal((kept.status, kept.json["name"], kept.json["kind"]), (200, name, definition["kind"]), f"{name} is defined")
equal({one["name"] for one in engine.admin("GET", "/api/v1/computed-traits").json["items"]}, set(TRAITS), "they are listed")
check_computed("as defined")
check("tea_views: " in kit.run("profile", "--data", engine.data, "--portrait", "u3")[1], "the command shows them")
for definition, field in [({"kind": "median"}, "kind"), ({"kind": "sum"}, "field"), ({"kind": "sum", "field": "brand"}, "field"), ({"kind": "count", "windowDays": 99999}, "windowDays"),
                          ({"kind": "count", "where": "e.categry == 'tea'"}, "where"), ({"kind": "count", "where": "true) || (false"}, "where"), ({"kind": "count", "where": 5}, "where"),
                          ({"kind": "count", "where": "e.name.matches('(a+)+$')" + " && true" * 900}, "where")]:
    answer = engine.admin("PUT", "/api/v1/computed-traits/wrong", definition)
    equal((answer.status, answer.json["field"]), (400, field), f"refused: {str(definition)[:60]}")
check("category" in engine.admin("PUT", "/api/v1/computed-traits/wrong", {"kind": "count", "where": "e.categry == 'tea'"}).json["detail"], "with the name that was meant")
equal(engine.admin("PUT", "/api/v1/computed-traits/Wrong-Name", {"kind": "count"}).status, 400, "a name has small letters")
equal(engine.ask("PUT", "/api/v1/computed-traits/a", {"kind": "count"}, key=kit.SERVER).status in (401, 403), True, "a server key defines nothing")
equal([engine.admin("DELETE", f"/api/v1/computed-traits/{name}").status for name in ("never", "never")], [204, 404], "one is taken away, once")
equal([engine.admin("PUT", f"/api/v1/computed-traits/t{i}", {"kind": "count"}).status for i in range(58)], [200] * 57 + [409], "there are 64 at most")
for i in range(57):
    engine.admin("DELETE", f"/api/v1/computed-traits/t{i}")

# What is not known is not made up.
engine.collect("track", {"event": "Products Searched", "userId": "shy", "messageId": "s1", "properties": {"query": "x"}}, auth=basic(kit.WRITE))
engine.collect("identify", {"userId": "shy", "messageId": "s2", "traits": {"city": "Shenzhen", "email": "a@b.example"}}, auth=basic(kit.WRITE))
engine.sync()
shy = engine.serve("GET", "/v1/profiles/shy/portrait").json
equal((shy["leanings"], shy["orders"], shy["habits"]["visits"]), ([], None, 1), "one search: no leanings, no orders, one visit")
equal([(one["name"], one["value"], one["source"]) for one in shy["traits"]], [("city", "Shenzhen", "declared")], "what was declared, without what is personal")
engine.collect("identify", {"userId": "told", "messageId": "s3", "traits": {"city": "Wuhan"}}, auth=basic(kit.WRITE))
engine.sync()
equal(engine.serve("GET", "/v1/profiles/told/portrait").json["habits"], None, "only told of: no habits")

# Who may see it.
equal(engine.ask("GET", f"/api/v1/customers/{number}/portrait").status, 401, "not without signing in")
equal(engine.ask("GET", "/v1/profiles/u3/portrait", auth=basic(kit.WRITE)).status in (401, 403), True, "not with a write key")
equal((engine.admin("GET", "/api/v1/customers/999999/portrait").status, engine.admin("GET", "/api/v1/customers/x/portrait").status), (404, 404), "of nobody: 404")

engine.kill()
engine.start()
check_all("after a kill")
check_computed("after a kill", [name for name in TRAITS if name != "never"])
engine.is_equal("a rebuild agrees")
kit.finish()
