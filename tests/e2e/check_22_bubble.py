#!/usr/bin/env python3
"""Check 22, the closed loop: customers choose from what they are shown, and what they choose decides what they are shown next. After 50 rounds (days) the lists
have at least 80 % of the category entropy of their start, and show at least 4 of the 10 categories; printed beside lists that anybody gets. What the engine
reports (entropy by day, Gini, long tail, groups, merchants) is what is counted here by hand; one and three partitions, and a rebuild, report the same; where
lists are made to narrow, the watch says so, explores step by step within what is allowed, and takes it back when it is turned off."""
import collections
import math
import random
import time

import kit
from kit import basic, check, equal, iso, say

DAY = 86400000
CATEGORIES, ITEMS, CUSTOMERS, ROUNDS, SHOWN = 10, 12, 60, 50, 10
PAUSE = 0.4  # seconds: longer than the time between two looks of the watch
NOW = kit.now_ms() // DAY * DAY
BEGIN = NOW - (ROUNDS - 1) * DAY  # round 0; the last round is today


def category(item):
    return int(item[1:].split("-")[0])


def entropy(counts):
    whole = sum(counts)
    return -sum(n / whole * math.log2(n / whole) for n in counts if n) if whole else 0.0


def bits(items):
    return entropy(collections.Counter(map(category, items)).values())


def gini(counts):
    ordered = sorted(counts)
    n, whole = len(ordered), sum(ordered)
    return 2 * sum((i + 1) * x for i, x in enumerate(ordered)) / (n * whole) - (n + 1) / n


class Shop:
    """One engine and its customers; the same dice whoever answers."""

    def __init__(self, personal, partitions):
        self.engine = kit.Engine(options=["--partitions", str(partitions)])
        self.personal, self.dice, self.number, self.asked, self.waiting = personal, random.Random(22), 0, 0, []
        self.tastes = [self.taste() for _ in range(CUSTOMERS)]
        self.lists = []  # by round: [(customer, items)]
        for c in range(CATEGORIES):
            for i in range(ITEMS):
                item = {"title": f"item {c}-{i}", "category": f"category {c}", "brand": f"brand {(c * ITEMS + i) % 7}", "priceCents": 1000, "currency": "CNY"}
                check(self.engine.admin("PUT", f"/api/v1/items/i{c}-{i}", item).status < 300, "the catalog is taken")
        for customer in range(CUSTOMERS):  # what they did before lists: the day before round 0
            for _ in range(6):
                self.act(customer, "Product Viewed", self.liked(customer), BEGIN - DAY)
            self.act(customer, "Order Completed", self.liked(customer), BEGIN - DAY)
        self.send()

    def taste(self):
        weights = [0.05] * CATEGORIES
        for c, more in zip(self.dice.sample(range(CATEGORIES), 3), (1.0, 0.5, 0.3)):
            weights[c] += more
        return weights

    def liked(self, customer):
        c = self.dice.choices(range(CATEGORIES), self.tastes[customer])[0]
        return f"i{c}-{min(self.dice.randrange(ITEMS), self.dice.randrange(ITEMS))}"

    def act(self, customer, what, item, ms):
        self.number += 1
        product = {"product_id": item, "price": 10, "quantity": 1}
        properties = product if what == "Product Viewed" else {"order_id": f"o{self.number}", "revenue": 10, "currency": "CNY", "products": [product]}
        self.waiting.append({"type": "track", "event": what, "messageId": f"m{self.number}", "userId": f"u{customer}", "timestamp": iso(ms + self.number % 1000 * 1000), "properties": properties})

    def send(self):
        for i in range(0, len(self.waiting), 400):
            equal(self.engine.collect("batch", {"batch": self.waiting[i:i + 400], "sentAt": iso(kit.now_ms())}).status, 200, "a batch is taken")
        self.waiting = []
        self.engine.sync()

    def ask(self, customer, ms):
        body = {"placement": "home", "n": SHOWN, "explain": False, "context": {"time": iso(ms)}}
        if self.personal:
            body["userId"] = f"u{customer}"
        return [one["itemId"] for one in self.list(body)]

    def list(self, body):
        self.asked += 1
        return self.engine.serve("POST", "/v1/recommend", body).json["items"]

    def play(self, number):
        ms, lists = BEGIN + number * DAY, []
        for customer in range(CUSTOMERS):
            items = self.ask(customer, ms + 1000 * customer)
            lists.append((customer, items))
            for item in items:
                weight = self.tastes[customer][category(item)]
                if self.dice.random() < 0.5 * weight:
                    self.act(customer, "Product Viewed", item, ms + 3600000)
                    if self.dice.random() < 0.2:
                        self.act(customer, "Order Completed", item, ms + 7200000)
            if self.dice.random() < 0.3:  # the search box
                self.act(customer, "Product Viewed", self.liked(customer), ms + 10800000)
        self.lists.append(lists)
        self.send()
        if self.personal:
            time.sleep(PAUSE)  # the watch looks whether a day is over

    def span(self, rounds):
        """Entropy of all slots, of the mean list, and how many categories the mean customer sees."""
        lists = [one for number in rounds for one in self.lists[number]]
        seen = collections.defaultdict(set)
        for customer, items in lists:
            seen[customer].update(map(category, items))
        return bits([i for _, items in lists for i in items]), sum(bits(items) for _, items in lists) / len(lists), sum(map(len, seen.values())) / len(seen)


def report(shop, kind, days, more=""):
    answer = shop.engine.admin("GET", f"/api/v1/reports/{kind}?days={days}{more}")
    equal(answer.status, 200, f"the report {kind}")
    return answer.json


def near(got, want, what):
    check(got is not None and abs(got - want) < 1e-6, what, f"got {got}, want {want}")


def check_22_lists_stay_wide(mine, control):
    first, last = range(7), range(ROUNDS - 7, ROUNDS)
    table = {"personal": (mine.span([0]), mine.span(first), mine.span(last)), "for anybody": (control.span([0]), control.span(first), control.span(last))}
    for name, spans in table.items():
        print(f"   {name:12}" + "".join(f"  {when}: all {s[0]:.2f} bits, a list {s[1]:.2f}, categories a customer {s[2]:.1f};" for when, s in zip(("round 1", "first 7", "last 7"), spans)))
    (one, start, end) = table["personal"]
    print(f"   personal, last 7 over first 7: all {end[0] / start[0]:.2f}, a list {end[1] / start[1]:.2f}; over round 1: all {end[0] / one[0]:.2f}, a list {end[1] / one[1]:.2f}")
    check(end[0] >= 0.8 * start[0] and end[0] >= 0.8 * one[0], "all lists together keep 80 % of their entropy", table)
    check(end[1] >= 0.8 * start[1], "the mean list keeps 80 % of its entropy", table)
    check(end[2] >= 4, "the mean customer sees 4 categories of 10 or more", table)


def check_22_what_is_reported_is_what_is_counted(shop):
    bubble, fairness = report(shop, "bubble", ROUNDS), report(shop, "fairness", ROUNDS)
    for number, day in enumerate(bubble["days"]):
        equal(day["day"], iso(BEGIN + number * DAY)[:10], "a day")
        items = [i for _, list_ in shop.lists[number] for i in list_]
        equal((day["slots"], day["customers"]), (len(items), CUSTOMERS), f"slots and customers of round {number + 1}")
        near(day["shownBits"], bits(items), f"entropy of round {number + 1}")
        near(day["topShare"], max(collections.Counter(map(category, items)).values()) / len(items), "its top category")
    counts = collections.Counter(i for lists in shop.lists for _, items in lists for i in items)
    every = [counts[f"i{c}-{i}"] for c in range(CATEGORIES) for i in range(ITEMS)]
    near(fairness["personal"]["gini"], gini(every), "Gini over all items")
    near(fairness["personal"]["coverage"], sum(n > 0 for n in every) / len(every), "coverage")
    groups = {g["group"]: g for g in fairness["groups"]}
    equal((groups["all"]["customers"], groups["niche"]["customers"], groups["blockbuster"]["customers"]), (CUSTOMERS, CUSTOMERS // 5, CUSTOMERS // 5), "customers of the groups")
    check(groups["all"]["clickRate"] > 0.02 and groups["all"]["longTail"]["low"] <= groups["all"]["longTail"]["value"] <= groups["all"]["longTail"]["high"], "clicks and an interval", groups["all"])
    large, small = fairness["merchants"]
    near(large["slotShare"] + small["slotShare"], 1, "the merchants' shares")
    for g in fairness["groups"]:
        if g["customers"]:
            print(f"   {g['group']:12} customers {g['customers']:3}, gini {g['gini']:.2f}, long tail {g['longTail']['value']:.2f}, lift {g['lift'] if g['lift'] is None else round(g['lift'], 2)}, js {g['js'] and round(g['js']['value'], 2)}, clicks {g['clickRate']:.3f}")
    print(f"   small merchants: {small['brands']} brands, {small['itemShare']:.2f} of items, {small['slotShare']:.2f} of slots, {small['boughtShare']:.2f} of purchases; gap of the last week {bubble['days'][-1]['gap']}")
    status, out, error = kit.run("report", "bubble", "--days", "7", "--data", shop.engine.data)
    equal((status, len(out.splitlines())), (0, 8), f"the command prints a table: {error}")
    none = report(shop, "bubble", ROUNDS, "&placement=cart")
    equal((none["all"]["slots"], report(shop, "bubble", ROUNDS, "&placement=home")["all"]["slots"]), (0, bubble["all"]["slots"]), "by placement")


def changes(shop):
    for _ in range(100):
        found = shop.engine.admin("GET", "/api/v1/variety").json["items"]
        if found:
            return found[0]["changes"]
        time.sleep(0.1)
    return []


def differences(a, b, at=""):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [one for key in a for one in differences(a[key], b[key], f"{at}.{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [one for i, (x, y) in enumerate(zip(a, b)) for one in differences(x, y, f"{at}[{i}]")]
    return [] if a == b else [(at, a, b)]


def until(what, found):
    for _ in range(100):
        if found():
            return check(True, what)
        time.sleep(0.1)
    return check(False, what)


def reasons(shop):
    items = [one for customer in range(CUSTOMERS) for one in shop.list({"placement": "home", "n": SHOWN, "userId": f"u{customer}"})]
    return collections.Counter(one["reason"]["code"] for one in items)


def watched(shop):
    """What the watch wrote down, oldest first, and what a person allows."""
    story = changes(shop)[::-1]
    print("   watch:", ", ".join(f"{c['day'][5:]} {c['cause']} {c['explore']:.1f}" for c in story))
    equal((story[0]["cause"], story[0]["explore"], [c["number"] for c in story]), ("start", 0, list(range(1, len(story) + 1))), "the first full week is the start")
    check(all(abs(b["explore"] - a["explore"]) <= 0.1001 for a, b in zip(story, story[1:])), "step by step", story)
    for c in story[1:]:
        share = min(c["nowBits"] / c["startBits"], c["ownNowBits"] / c["ownStartBits"])
        check(share < 0.9 if c["cause"] == "narrowed" else share >= 0.8, "each with its reason", c)
    check(any(c["cause"] == "narrowed" for c in story), "this loop became narrow, and it was seen")
    equal(shop.engine.metric("zhun_variety_exploring"), float(story[-1]["explore"] > 0), "a metric says what is explored")
    narrow = [a for a in shop.engine.admin("GET", "/api/v1/attention").json["items"] if a["code"] == "lists_narrow"]
    equal([a["params"]["placement"] for a in narrow], ["home"] if story[-1]["narrow"] else [], "attention says what is narrow")
    check(reasons(shop)["exploration"] > 0, "lists explore", reasons(shop))
    equal(shop.engine.admin("PUT", "/api/v1/variety", {"explores": True, "most": 0.2}).json["most"], 0.2, "a person allows less")
    until("what is explored is not more", lambda: changes(shop)[0]["explore"] <= 0.2)
    equal(shop.engine.admin("PUT", "/api/v1/variety", {"explores": False}).status, 200, "a person turns it off")
    until("nothing is explored any more", lambda: changes(shop)[0]["explore"] == 0)
    equal((changes(shop)[0]["cause"], reasons(shop)["exploration"]), ("stopped", 0), "and it says why")


say("the loop")
mine, control = Shop(True, 1), Shop(False, 3)
for number in range(ROUNDS):
    mine.play(number)
    control.play(number)
kit.prove(check_22_lists_stay_wide, mine, control)
say("reports")
kit.prove(check_22_what_is_reported_is_what_is_counted, mine)
say("the watch")
watched(mine)
for shop, which in ((mine, "one partition"), (control, "three partitions")):
    until("every list is written down", lambda: shop.engine.admin("GET", "/api/v1/overview").json["totals"]["decisions"] == shop.asked)
    before = [report(shop, kind, ROUNDS) for kind in ("bubble", "fairness")]
    shop.engine.is_equal(f"after the loop, {which}")
    shop.engine.restart()
    equal(differences([report(shop, kind, ROUNDS) for kind in ("bubble", "fairness")], before), [], f"the same reports after a restart, {which}")
kit.finish()
