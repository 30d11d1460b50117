#!/usr/bin/env python3
"""What a group is like: shares and TGI equal to a count by hand over the events that were sent, on 1 and 3 partitions; small groups tell nothing;
who refused analytics is in no figure."""
import collections
import random

import kit
from kit import check, equal, iso, now_ms

HOUR = 3600000
DAY = 24 * HOUR
CITIES, KINDS, BRANDS = ["深圳", "Lyon", "Oslo"], ["tea", "女装", "shoes"], ["swift", "calm", ""]
NOW = now_ms() // DAY * DAY - 2 * DAY  # whole UTC days, and nothing of it is on the edge of today


class Shop:
    """Customers who differ: those of Shenzhen like tea and evenings."""

    def __init__(self, seed, customers):
        dice = random.Random(seed)
        self.traits, self.events, self.refused = {}, collections.defaultdict(list), set()
        for number in range(customers):
            user = f"u{number}"
            city = dice.choices(CITIES, [3, 4, 3])[0]
            self.traits[user] = {"city": city, "vip": dice.random() < 0.2}
            if dice.random() < 0.03:
                self.refused.add(user)
            for _ in range(dice.randrange(1, 9)):
                kind = "tea" if city == "深圳" and dice.random() < 0.7 else dice.choice(KINDS)
                hour = dice.randrange(19, 23) if city == "深圳" and dice.random() < 0.6 else dice.randrange(24)
                at = NOW - dice.randrange(1, 6) * DAY + hour * HOUR + dice.randrange(HOUR)
                name = dice.choices(["Product Viewed", "Product Added", "Order Completed"], [6, 2, 2])[0]
                self.events[user].append((at, name, {"product_id": f"{kind}-{dice.randrange(8)}", "category": kind, "brand": dice.choice(BRANDS), "price": dice.randrange(5, 200), "quantity": 1}))

    def wire(self):
        out = [{"type": "identify", "userId": user, "messageId": f"i-{user}", "timestamp": iso(NOW - 9 * DAY), "traits": traits} for user, traits in self.traits.items()]
        for user, events in self.events.items():
            for at, (ms, name, product) in enumerate(events):
                properties = dict(product) if name != "Order Completed" else {"order_id": f"{user}-{at}", "products": [product], "currency": "CNY", "revenue": product["price"]}
                out.append({"type": "track", "event": name, "userId": user, "messageId": f"{user}-{at}", "timestamp": iso(ms), "properties": properties})
        return out

    # ---- by hand ----

    def asked(self):
        return [user for user in self.traits if user not in self.refused]

    def of_kind(self, user, field):
        """What he leans to: points of his events, half of them forgotten in 28 days, whole weeks of 1970."""
        points = collections.Counter()
        newest = max(ms // (7 * DAY) for ms, _, product in self.events[user])
        for ms, name, product in self.events[user]:
            worth = {"Product Viewed": 1, "Product Added": 3, "Order Completed": 5}[name]
            if product[field]:
                points[product[field]] += worth * 2 ** (-7 * (newest - ms // (7 * DAY)) / 28)
        total = sum(points.values())
        return {name for name, some in points.items() if some / total >= 0.25 - 1e-9}

    def of_hours(self, user, of, first):
        counts = collections.Counter(of(ms) for ms, _, _ in self.events[user])
        return {first(min(one for one in counts if counts[one] == max(counts.values())))}

    def values(self, user):
        orders = [product["price"] for _, name, product in self.events[user] if name == "Order Completed"]
        steps = [0, 10, 20, 50, 100, 200, 500]
        mean = sum(orders) / len(orders) if orders else 0
        return {
            ("category", None): self.of_kind(user, "category"),
            ("brand", None): self.of_kind(user, "brand"),
            ("hour", None): self.of_hours(user, lambda ms: ms // HOUR % 24, lambda hour: f"{hour:02}"),
            ("weekday", None): self.of_hours(user, lambda ms: (ms // DAY + 3) % 7, lambda day: str(day + 1)),
            ("trait", "city"): {self.traits[user]["city"]},
            ("trait", "vip"): {"true" if self.traits[user]["vip"] else "false"},
            ("orders", None): {str(len(orders)) if len(orders) < 3 else "3-5" if len(orders) < 6 else "6-10"},
            ("order_value", None): {f"{low}-{high}" for low, high in zip(steps, steps[1:]) if low <= mean < high} if orders else set(),
        }

    def bought(self, user):
        return {product["product_id"] for _, name, product in self.events[user] if name == "Order Completed"}


def by_hand(of, group, whole):
    """{value: (of the group, of the whole)}"""
    counts = collections.defaultdict(lambda: [0, 0])
    for side, users in enumerate((group, whole)):
        for user in users:
            for value in of(user):
                counts[value][side] += 1
    return {value: tuple(both) for value, both in counts.items()}


def compare(shop, portrait, group, whole, when):
    equal((portrait["group"]["customers"], portrait["whole"]["customers"]), (len(group), len(whole)), f"{when}: customers of both sides")
    told = {(one["dimension"], one.get("trait")): one for one in portrait["dimensions"]}
    all_values = {user: shop.values(user) for user in set(group) | set(whole)}
    for key in all_values[group[0]]:
        want = by_hand(lambda user, key=key: all_values[user][key], group, whole)
        rows = told[key]["rows"]
        equal({row["value"]: (row["group"], row["whole"]) for row in rows}, {value: both for value, both in want.items() if both[1] >= 30}, f"{when}: counts of {key}")
        equal(told[key]["suppressed"], sum(both[1] < 30 for both in want.values()), f"{when}: what too few have is not told of {key}")
        for row in rows:
            share, usual = row["group"] / len(group), row["whole"] / len(whole)
            if "index" in row:
                check(abs(row["index"] - 100 * share / usual) < 0.001 and row["low"] <= row["index"] <= row["high"], f"{when}: index of {key} {row['value']}", row)
                equal(row["clear"], row["low"] > 100 or row["high"] < 100, f"{when}: is {key} {row['value']} clear")
            else:
                check(usual * len(group) < 5 and row["group"] < 5, f"{when}: an index is left out only where few are expected: {key} {row['value']}", row)
    items = by_hand(shop.bought, group, whole)
    for row in portrait["bought"]:
        equal((row["group"], row["whole"]), items[row["itemId"]], f"{when}: who bought {row['itemId']}")
    equal([row["group"] for row in portrait["bought"]], sorted((both[0] for both in items.values()), reverse=True)[:12], f"{when}: those most of them bought")
    hours = collections.Counter((ms // DAY + 3) % 7 * 24 + ms // HOUR % 24 for user in group for ms, _, _ in shop.events[user])
    equal([one["group"] for one in portrait["hours"]], [hours[hour] for hour in range(168)], f"{when}: events by hour of the week")


def portraits(engine, shop, when):
    asked = shop.asked()
    ask = lambda body: engine.admin("POST", "/api/v1/reports/group", body)  # noqa: E731
    shenzhen = [user for user in asked if shop.traits[user]["city"] == "深圳"]
    lyon = [user for user in asked if shop.traits[user]["city"] == "Lyon"]
    one = ask({"expression": "customer.traits.city == '深圳'"}).json
    compare(shop, one, shenzhen, asked, f"{when}, all")
    equal((one["refused"], one["asked"], one["againstAll"], one["tooFew"], one["cut"]), (len(shop.refused), len(shop.traits), True, False, False), f"{when}: who refused analytics is in no figure")
    tea = next(row for one in one["dimensions"] if one["dimension"] == "category" for row in one["rows"] if row["value"] == "tea")
    check(tea["index"] > 110 and tea["clear"], f"{when}: who was made to like tea is seen to", tea)
    both = ask({"expression": "customer.traits.city == '深圳'", "against": {"expression": "customer.traits.city == 'Lyon'"}}).json
    compare(shop, both, shenzhen, lyon, f"{when}, against Lyon")
    equal(engine.admin("PUT", "/api/v1/segments/shenzhen", {"expression": "customer.traits.city == '深圳'"}).status, 200, "a segment is kept")
    engine.sync()
    kept = engine.admin("GET", "/api/v1/segments/shenzhen/portrait").json
    def same(portrait):
        """What does not move with the clock: silence, and so the lifecycle, grows from second to second."""
        return {key: [one for one in value if one["dimension"] != "lifecycle"] if key == "dimensions" else value for key, value in portrait.items() if key not in ("at", "tookUs", "failed")}

    equal(same(kept), same(one), f"{when}: a kept segment and its expression have one portrait")
    few = ask({"expression": "customer.traits.city == '深圳' && customer.bucket('few', 100) < 8"}).json
    check(0 < few["group"]["customers"] < 50, "a group that is too small", few["group"]["customers"])
    equal((few["tooFew"], few["dimensions"], few["hours"], few["bought"]), (True, [], [], []), f"{when}: a small group tells nothing but its sums")
    nobody = ask({"expression": "false"}).json
    equal((nobody["group"]["customers"], nobody["group"]["orderValueCents"], nobody["tooFew"]), (0, 0, True), f"{when}: nobody")
    return same(one)


def refusals(engine):
    for body, field in (({}, "expression"), ({"expression": "true", "segment": "x"}, "expression"), ({"expression": 3}, "expression"), ({"segment": "a b"}, "expression"),
                        ({"expression": "true", "against": 1}, "against"), ({"expression": "true", "against": {"segment": 1}}, "against"), ({"expression": "customer.nme"}, "expression")):
        answer = engine.admin("POST", "/api/v1/reports/group", body)
        equal((answer.status, answer.json["field"]), (400, field), f"refused: {body}")
    equal(engine.admin("GET", "/api/v1/segments/nowhere/portrait").status, 404, "a segment that is not there")


def shell(engine):
    for group in ("shenzhen", "customer.traits.city == '深圳'"):
        out = kit.run("segment", "portrait", group, "--data", engine.data)[1]
        check("tea" in out and "too few" not in out.split("\n")[0], "the command tells it", out[:300])
    check("too few to say" in kit.run("segment", "portrait", "false", "--data", engine.data)[1], "and that a group is too small")
    check('"dimensions"' in kit.run("segment", "portrait", "shenzhen", "--against", "customer.traits.city == 'Lyon'", "--json", "--data", engine.data)[1], "as JSON, against another group")


# ---- kinds of customers ----

KINDS_OF = ["quiet", "regular", "tea"]


def planted(customers=900):
    """Half are quiet, three of ten buy often and much, two of ten want tea."""
    dice, wire, truth = random.Random(3), [], {}
    for number in range(customers):
        kind = KINDS_OF[0] if number % 10 < 5 else KINDS_OF[1] if number % 10 < 8 else KINDS_OF[2]
        truth[f"k{number}"] = kind
        for at in range({"quiet": 4, "regular": 14, "tea": 5}[kind] + dice.randrange(3)):
            category = "tea" if kind == "tea" else dice.choice(["shoes", "女装", "books"])
            product = {"product_id": f"{category}{dice.randrange(9)}", "category": category, "price": dice.randrange(10, 90) * (4 if kind == "regular" else 1), "quantity": 1}
            ordered = dice.random() < (0.6 if kind == "regular" else 0.2)
            ms = NOW - dice.randrange(1, 6 if kind == "quiet" else 30) * DAY - (60 * DAY if kind == "quiet" else 0) - dice.randrange(DAY)
            wire.append({"type": "track", "event": "Order Completed" if ordered else "Product Viewed", "userId": f"k{number}", "messageId": f"k{number}-{at}", "timestamp": iso(ms),
                         "properties": {"order_id": f"k{number}-{at}", "products": [product], "currency": "CNY", "revenue": product["price"]} if ordered else product})
    return truth, wire


def members(engine, expression):
    found, cursor = set(), ""
    while True:
        page = engine.admin("POST", "/api/v1/segments/preview", {"expression": expression, "limit": 500, "cursor": cursor}).json
        found |= {one["userId"] for one in page["items"]}
        cursor = page["next"]
        if not cursor:
            return found


def personas(partitions):
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    truth, wire = planted()
    random.Random(1).shuffle(wire)
    for at in range(0, len(wire), 200):
        equal(engine.collect("batch", {"batch": wire[at:at + 200]}).status, 200, "a batch is taken")
    engine.draw()
    ask = lambda body: engine.admin("POST", "/api/v1/reports/personas", body).json  # noqa: E731
    when = f"{partitions} partitions"
    found = ask({"expression": "true"})
    check(found["clear"] and found["stability"] > 0.9 and 3 <= len(found["items"]) <= 5, f"{when}: planted kinds are clear", found["silhouettes"])
    equal((sum(one["customers"] for one in found["items"]), found["customers"]), (900, 900), f"{when}: everybody is put somewhere")
    tea = [one for one in found["items"] if "tea" in one["text"]["en"]]
    equal([one["customers"] for one in tea], [180], f"{when}: those who want tea are one kind")
    check("「tea」" in tea[0]["text"]["zh"], f"{when}: described in both languages", tea[0]["text"])
    kept = members(engine, tea[0]["rule"]["expression"])
    equal({truth[user] for user in kept}, {"tea"}, f"{when}: its rule finds tea drinkers alone")
    check(len(kept) >= 0.9 * 180 and tea[0]["rule"]["precision"] > 0.9 and tea[0]["rule"]["recall"] > 0.9, f"{when}: and nearly all of them", tea[0]["rule"])
    regular = next(one for one in found["items"] if any(mark["feature"] == "orders" and mark["z"] > 0.8 for mark in one["marks"]))
    kept = members(engine, regular["rule"]["expression"])
    right = sum(truth[user] == "regular" for user in kept)
    check(right >= 0.9 * len(kept) and right >= 0.9 * 270, f"{when}: the rule of those who buy often", (right, len(kept)))
    equal(len(ask({"expression": "true", "groups": 5})["items"]), 5, f"{when}: as many kinds as asked for")
    few = ask({"expression": "customer.bucket('few', 10) == 0"})
    equal((few["tooFew"], few["items"]), (True, []), f"{when}: too few for kinds")
    for user in list(truth)[:300]:
        engine.serve("PUT", f"/v1/consents/{user}", {"personalization": False})
    engine.sync()
    less = ask({"expression": "true"})
    equal((less["refused"], less["customers"], sum(one["customers"] for one in less["items"])), (300, 600, 600), f"{when}: who refused is neither learnt from nor put anywhere")
    if partitions == 1:
        equal(engine.admin("POST", "/api/v1/reports/personas", {"groups": 1}).json["field"], "groups", "one kind is none")
        out = kit.run("segment", "personas", "true", "--groups", "3", "--data", engine.data)[1]
        check("agreement of two halves" in out and out.count("precision") >= 2, "the command tells them", out)
    engine.stop()
    return [(one["customers"], one["text"]["en"]) for one in found["items"]]


# ---- customers like these ----


def lookalikes(partitions):
    """Half of the tea drinkers said that they are of the club; the other half is to be found."""
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    truth, wire = planted(1500)
    club = {f"k{number}" for number in range(1500) if number % 20 in (8, 9)}
    wire += [{"type": "identify", "userId": user, "messageId": f"c-{user}", "timestamp": iso(NOW - 99 * DAY), "traits": {"club": True}} for user in sorted(club)]
    random.Random(1).shuffle(wire)
    for at in range(0, len(wire), 200):
        equal(engine.collect("batch", {"batch": wire[at:at + 200]}).status, 200, "a batch is taken")
    engine.draw()
    ask = lambda body: engine.admin("POST", "/api/v1/reports/lookalikes", body)  # noqa: E731
    when, seed = f"{partitions} partitions", "'club' in customer.traits && customer.traits.club == true"
    found = ask({"expression": seed, "size": 150, "limit": 150}).json
    equal((found["seed"], found["others"], found["offered"], found["verdict"]), (150, 1350, True, "offered"), f"{when}: a planted taste is found")
    check(found["held"] >= 30 and found["aucLow"] > 0.85 and found["gainLow"] > 0, f"{when}: and was tested", {key: found[key] for key in ("held", "auc", "aucLow", "rfmAuc", "gainLow")})
    users = [one["customer"]["userId"] for one in found["items"]]
    equal((len(users), len(set(users) & club)), (150, 0), f"{when}: nobody of the seed is listed")
    right = sum(truth[user] == "tea" for user in users)
    check(right >= 140, f"{when}: the other half of the tea drinkers is listed", right)
    equal([one["score"] for one in found["items"]], sorted((one["score"] for one in found["items"]), reverse=True), f"{when}: best first")
    check(sum(any(why.get("name") == "tea" for why in one["why"]) for one in found["items"]) >= 140, f"{when}: because of tea", found["items"][0]["why"])
    tenth = next(one for one in found["sizes"] if one["part"] == 0.1)
    check(tenth["low"] <= tenth["found"] <= tenth["high"] and tenth["found"] > 0.4 and abs(tenth["lift"] - tenth["found"] / 0.1) < 0.01, f"{when}: what a list of a tenth finds again", tenth)
    chance = ask({"expression": "customer.bucket('seed', 6) == 0", "limit": 5}).json
    equal((chance["verdict"], chance["items"], chance["sizes"], chance["size"]), ("chance", [], [], 0), f"{when}: what chance drew is not offered")
    equal(ask({"expression": "customer.orders.count() >= 6", "limit": 5}).json["verdict"], "rfm", f"{when}: what orders say is not offered")
    equal(ask({"expression": seed + " && customer.bucket('few', 10) < 3"}).json["verdict"], "few", f"{when}: a seed that is too small")
    if partitions == 1:
        refuse_and_export(engine, ask, seed, users)
    engine.stop()
    return users


def kept_as_a_list(engine, ask, seed, users):
    body = {"expression": seed, "size": 150, "keepIn": "like_club"}
    equal((ask(body).status, ask(body).json["field"]), (404, "keepIn"), "a list that is not there")
    equal(engine.admin("PUT", "/api/v1/segments/rule", {"expression": "true"}).status, 200, "a rule")
    equal((ask({**body, "keepIn": "rule"}).status, ask({**body, "keepIn": "rule"}).json["code"]), (409, "no_list"), "a rule takes nobody by hand")
    equal(engine.admin("PUT", "/api/v1/segments/like_club", {"kind": "list", "title": "Like the club"}).status, 200, "a list")
    equal(engine.admin("POST", "/api/v1/segments/like_club/list", {"act": "add", "userIds": users[:3] + ["k8"]}).json["size"], 4, "some are on it")
    got = ask({**body, "limit": 5}).json
    equal((got["keptIn"], got["added"], got["size"], len(got["items"])), ("like_club", 147, 150, 5), "the others are put on it")
    equal(engine.admin("GET", "/api/v1/segments/like_club").json["size"], 151, "nobody is taken off")
    equal(ask(body).json["added"], 0, "once is enough")
    members = set()
    cursor = ""
    while cursor is not None:
        page = engine.admin("GET", f"/api/v1/segments/like_club/members?limit=100{cursor}").json
        members |= {one["customer"]["userId"] for one in page["items"]}
        cursor = f"&cursor={page['next']}" if page["next"] else None
    equal(members, set(users) | {"k8"}, "who is on it")


def refuse_and_export(engine, ask, seed, users):
    for user in users[:20]:
        engine.serve("PUT", f"/v1/consents/{user}", {"personalization": False})
    engine.sync()
    less = ask({"expression": seed, "size": 150, "limit": 150}).json
    equal((less["refused"], set(users[:20]) & {one["customer"]["userId"] for one in less["items"]}), (20, set()), "who refused personalisation is not listed")
    table = ask({"expression": seed, "size": 40, "format": "csv"})
    lines = table.body.decode().split("\n")
    equal((table.header("Content-Type"), lines[0], len(lines)), ("text/csv; charset=utf-8", "rank,customer,user_id,score", 42), "the list as a table")
    equal([line.split(",")[2] for line in lines[1:6]], [one["customer"]["userId"] for one in less["items"][:5]], "is the same list")
    for body, field in (({}, "expression"), ({"expression": "true", "size": 0}, "size"), ({"expression": "true", "size": 100001}, "size"), ({"expression": "true", "limit": 501}, "limit"),
                        ({"expression": "true", "format": "xml"}, "format"), ({"expression": "true", "keepIn": ""}, "keepIn"), ({"expression": "true", "keepIn": "a", "format": "csv"}, "keepIn")):
        equal((ask(body).status, ask(body).json["field"]), (400, field), f"refused: {body}")
    kept_as_a_list(engine, ask, seed, [one["customer"]["userId"] for one in less["items"]])
    told = kit.run("segment", "lookalikes", seed, "--data", engine.data)[1]
    check("were hidden: AUC" in told and "times chance" in told, "the command tells how it was tested", told)
    equal(kit.run("segment", "lookalikes", seed, "--size", "40", "--csv", "--data", engine.data)[1], table.body.decode(), "and prints the list")


def main():
    equal(lookalikes(1), lookalikes(3), "the same list on 1 and 3 partitions")
    equal(personas(1), personas(3), "the same kinds on 1 and 3 partitions")
    shop = Shop(5, 900)
    told = []
    for partitions in (1, 3):
        engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
        wire = shop.wire()
        random.Random(partitions).shuffle(wire)
        for at in range(0, len(wire), 200):
            equal(engine.collect("batch", {"batch": wire[at:at + 200]}).status, 200, "a batch is taken")
        for user in shop.refused:
            equal(engine.serve("PUT", f"/v1/consents/{user}", {"analytics": False}).status // 100, 2, "a refusal")
        engine.sync()
        engine.draw()
        told.append(portraits(engine, shop, f"{partitions} partitions"))
        if partitions == 1:
            refusals(engine)
            shell(engine)
        engine.stop()
    equal(told[0], told[1], "the same portrait on 1 and 3 partitions")


main()
kit.finish()
