#!/usr/bin/env python3
"""Expressions over all customers: equal to a count by hand over the same events, live, after a kill and after a rebuild; wrong,
large and hostile expressions are refused with their place and harm nothing; who may ask and see whom."""
import datetime
import json
import os
import random
import shutil
import subprocess
import time

import kit
from kit import basic, check, equal

DAY = 86400.0
engine = kit.Engine()
dice = random.Random(11)
KINDS, BRANDS = ["女装", "tea", "shoes"], ["swift", ""]
now = time.time()
events = []  # (user, seconds ago, name, products, value)
for number in range(1500):
    name = dice.choice(["Product Viewed", "Product Viewed", "Product Added", "Order Completed"])
    products = [{"product_id": f"p{dice.randrange(40)}", "category": dice.choice(KINDS), "brand": dice.choice(BRANDS), "price": dice.randrange(1, 90), "quantity": dice.randrange(1, 4)}
                for _ in range(dice.randrange(1, 4) if name == "Order Completed" else 1)]
    # Not within an hour of a whole day: the clock goes on between the count by hand and the engine's.
    events.append((f"u{dice.randrange(120)}", dice.randrange(60) * DAY + dice.randrange(4000, 82000), name, products, number))


def sent(event):
    user, ago, name, products, number = event
    at = datetime.datetime.fromtimestamp(now - ago, datetime.timezone.utc).isoformat(timespec="milliseconds")
    properties = dict(products[0]) if name != "Order Completed" else {"order_id": f"o{number}", "products": products, "currency": "CNY"}
    return {"type": "track", "event": name, "userId": user, "messageId": f"m{number}", "timestamp": at, "properties": properties}


def send(some):
    for at in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": [sent(one) for one in some[at:at + 200]]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")


def ask(expression, **more):
    return engine.admin("POST", "/api/v1/segments/preview", {"expression": expression, **more})


def by_hand(holds):
    """Users for whose list of events it holds."""
    return {user for user in {one[0] for one in events} if holds([one for one in events if one[0] == user])}


def of(mine, name, days, kind=None, brand=None):
    return [one for one in mine if one[2] == name and one[1] < days * DAY and (kind is None or one[3][0]["category"] == kind) and (brand is None or one[3][0]["brand"] == brand)]


def worth(one):
    return sum(product["price"] * product["quantity"] for product in one[3])


QUESTIONS = [
    ("customer.orders.count(days(30)) >= 2", lambda mine: len(of(mine, "Order Completed", 30)) >= 2),
    ("customer.events('Product Viewed').where(e, e.category == '女装').count(days(7)) >= 1 && !customer.did('Order Completed', days(14))",
     lambda mine: len(of(mine, "Product Viewed", 7, "女装")) >= 1 and not of(mine, "Order Completed", 14)),
    ("customer.last_seen < now - days(9)", lambda mine: min(one[1] for one in mine) > 9 * DAY),
    ("customer.first_seen > now - days(40)", lambda mine: max(one[1] for one in mine) < 40 * DAY),
    ("customer.orders.revenue(days(20)) > 300.0", lambda mine: sum(worth(one) for one in of(mine, "Order Completed", 20)) > 300),
    ("customer.events('Product Added').where(e, e.price * double(e.quantity) >= 100.0).count() > 0", lambda mine: any(worth(one) >= 100 for one in of(mine, "Product Added", 99))),
    ("customer.events('Order Completed').where(e, e.products.exists(p, p.category == 'tea' && p.quantity == 3)).count(weeks(4)) > 0",
     lambda mine: any(p["category"] == "tea" and p["quantity"] == 3 for one in of(mine, "Order Completed", 28) for p in one[3])),
    ("customer.events('Product Viewed').where(e, e.brand == 'swift').where(e, e.category == 'shoes').count() >= 2", lambda mine: len(of(mine, "Product Viewed", 99, "shoes", "swift")) >= 2),
    ("size(customer.affinity.category) == 3 && customer.affinity.category.exists(k, customer.affinity.category[k] > 0.6)", None),
    ("customer.events().count() > 15", lambda mine: len(mine) > 15),
    ("true", lambda mine: True),
    ("false", lambda mine: False),
]


def users(expression):
    """All pages of a list."""
    found, cursor = [], ""
    while True:
        page = ask(expression, limit=50, cursor=cursor).json
        found += [one["userId"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            return found


def all_questions(when):
    engine.sync()
    for expression, holds in QUESTIONS:
        answer = ask(expression).json
        equal(answer["customers"] == answer["asked"] and answer["failed"], 0, f"{when}: every customer has an answer to {expression}")
        if holds is None:
            continue
        wanted = by_hand(holds)
        equal(answer["matching"], len(wanted), f"{when}: {expression}")
        found = users(expression)
        equal((len(found), set(found)), (len(wanted), wanted), f"{when}: those it names: {expression}")


send(dice.sample(events, len(events)))
all_questions("live")
check(0 < len(by_hand(QUESTIONS[1][1])) < 120, "the question of the handbook divides the customers")

# Traits and consent.
engine.collect("identify", {"userId": "u1", "traits": {"city": "Shenzhen", "vip": True, "email": "a@b.example"}}, auth=basic(kit.WRITE))
equal(engine.serve("PUT", "/v1/consents/u1", {"marketing": {"email": True, "sms": False}}).status // 100, 2, "a consent is taken")
engine.sync()
equal(users("'city' in customer.traits && customer.traits.city in ['Shenzhen', 'Guangzhou'] && customer.traits.vip"), ["u1"], "by traits")
equal(users("customer.consent.email"), ["u1"], "by consent: silence is a no")
equal(ask("customer.traits.city == 'Shenzhen'").json["failed"], ask("true").json["customers"] - 1, "who has no such trait has no answer")
check("city" in ask("customer.traits.city == 'Shenzhen'").json["failure"], "and it is said why")
reach = ask("true").json["reach"]
equal((reach["email"], reach["sms"]), (1, 0), "whom each channel reaches")
equal(ask("'email' in customer.traits").json["matching"], 0, "what is personal is not asked by a marketer's expression")

# What people click together: text and tree are one expression, and the names to choose from are those that came.
draw = lambda **body: engine.admin("POST", "/api/v1/expressions", body)
for expression, holds in QUESTIONS:
    drawn = draw(expression=expression).json
    printed = draw(tree=drawn["tree"]).json
    equal(printed, drawn, f"text and tree are one: {expression}")
    check("fault" not in printed, f"it can be asked: {expression}")
    equal(ask(printed["expression"]).json["matching"], ask(expression).json["matching"], f"and has the same answer: {expression}")
with open(os.path.join(kit.ROOT, "console/src/builder/trees.json"), encoding="utf-8") as file:
    for expression, tree in json.load(file).items():
        equal(draw(expression=expression).json, {"expression": expression, "tree": tree}, f"the console's tests and mock have the engine's trees: {expression}")
equal(draw(tree={"op": ">", "args": [{"name": "x"}, {"double": 2}]}).json["expression"], "x > 2.0", "a double without a fraction")
fault = draw(expression="customer.orders.count() > 1 &&\n customer.last_sen < now").json["fault"]
check("last_seen" in fault["text"] and fault["line"] == 2, f"what cannot be asked is drawn, with its fault: {fault}")
deep = draw(expression="[" * 40 + "]" * 40 + " == []").json
check(deep["tree"] is None and deep["expression"].startswith("[[["), "what is too deep for a tree stays text")
for body, field in [({"expression": "1 +"}, "expression"), ({"tree": {"op": "&&"}}, "tree"), ({"tree": 3}, "tree"), ({"tree": {"nme": "x"}}, "tree"), ({}, "expression"), ({"expression": "true", "tree": {"value": True}}, "expression")]:
    answer = draw(**body)
    equal((answer.status, answer.json["field"]), (400, field), f"refused: {body}")
known = engine.admin("GET", "/api/v1/expressions/names").json
counts = {one["name"]: one["count"] for one in known["events"]}
equal(counts, {name: len([1 for one in events if one[2] == name]) for name in counts}, "events are counted")
equal(set(one["name"] for one in known["categories"]), set(KINDS), "categories of the catalog")
equal([(one["name"], one["type"], one["values"]) for one in known["traits"]], [("city", "text", [{"value": "Shenzhen", "count": 1}]), ("vip", "bool", [{"value": True, "count": 1}])], "traits with their values; what is personal is not there")

# Wrong ones, and those that would hurt.
for expression, said in [("customer.last_sen < now", "last_seen"), ("customer.orders.count(90) > 1", "count"), ("customer.orders.count()", "bool"), ("1 +", ""), ("", ""),
                         ("customr.did('x')", "customer"), ("customer.traits.city ==", ""), ("'a' == 1 +", "")]:
    answer = ask(expression)
    equal((answer.status, answer.json["code"], answer.json["field"]), (400, "bad_expression", "expression"), f"refused: {expression}")
    check(said in answer.json["detail"] and "column" in answer.json["detail"], f"it says where: {answer.json['detail']}")
hostile = {
    "10,000 terms": " || ".join(f"customer.orders.count() == {n}" for n in range(10000)),
    "10,000 brackets": "(" * 10000 + "true" + ")" * 10000,
    "a bomb of repetitions": "'" + "a" * 200 + "b'.matches('(a{1,50}){1,50}(a+)+(a+)+$')",
    "nested loops": "[1,2,3].all(a, [1,2,3].all(b, [1,2,3].all(c, [1,2,3].all(d, [1,2,3].all(e, [1,2,3].all(f, [1,2,3].all(g, [1,2,3].all(h, true))))))))",
    "a text that doubles": "'a'" + "+'a'" * 3000 + " == ''",
    "no text but bytes": "\u0000\u0001",
    "70,000 characters": "true" + " " * 70000,
}
for name, expression in hostile.items():
    answer = ask(expression)
    check(answer.status in (200, 400), f"{name}: an answer ({answer.status})")
    check(answer.status == 200 or len(answer.json["detail"]) < 1000, f"{name}: a short one")
equal(ask("true", limit=501).json["field"], "limit", "a page of 501")
equal(ask("true", cursor="x").json["field"], "cursor", "a cursor of nowhere")
equal(engine.admin("POST", "/api/v1/segments/preview", {}).json["field"], "expression", "no expression")
equal(engine.admin("GET", "/healthz").status, 200, "the engine lives")

# The command line.
program = [kit.ZHUN, "segment"]
where = ["--data", engine.data]
def run(*args):
    return subprocess.run([*program, *args, *where], capture_output=True, text=True, timeout=120, check=False)
counted = run("count", QUESTIONS[0][0])
equal((counted.returncode, counted.stdout.strip()), (0, str(len(by_hand(QUESTIONS[0][1])))), "zhun segment count")
equal(set(run("list", QUESTIONS[0][0]).stdout.split()), by_hand(QUESTIONS[0][1]), "zhun segment list")
equal(json.loads(run("count", "--json", "true").stdout)["matching"], ask("true").json["matching"], "its JSON")
wrong = run("count", "customer.ordrs.count() > 1")
check(wrong.returncode == 2 and "column 10" in wrong.stderr and "orders" in wrong.stderr, "a misspelt name: status 2, its column, and what was meant")
equal(run("count").returncode, 2, "no expression: status 2")

# Events in another order, a kill, a rebuild: the same answers.
engine.kill()
engine.start()
all_questions("after a kill")
engine.stop()
shutil.rmtree(os.path.join(engine.data, "state"))
engine.start()
all_questions("rebuilt from the log")
equal(engine.admin("POST", "/api/v1/check", {}).json["equal"], True, "zhun check: equal")
engine.stop()
kit.finish()
