#!/usr/bin/env python3
"""Placements that a shop defines: each kind of rule does what it says, dials do what they are called, contradictions are told, what is wrong is named;
deleting brings back what is built in, byte for byte; all of it is the same after a restart, and `zhun check` is equal."""
import json

import kit
from kit import check, equal

DAY = 86400000
NOW = kit.now_ms() // DAY * DAY
CATEGORIES = ("tea", "lamps", "games", "phones")
engine = kit.Engine()


def item(n):
    return f"i{n:02d}"


for n in range(24):
    body = {"title": f"{CATEGORIES[n % 4]} {n}", "category": CATEGORIES[n % 4], "brand": ("odd", "even")[n % 2 == 0], "priceCents": 1000 + 100 * n, "currency": "CNY", "stock": 2 + n,
            "costCents": 500 + 50 * n, "attributes": {"colour": "red" if n < 12 else "blue"}}
    equal(engine.admin("PUT", f"/api/v1/items/{item(n)}", body).status // 100, 2, "an item is put")
equal(next(one["costCents"] for one in engine.admin("GET", "/api/v1/items?limit=100").json["items"] if one["itemId"] == "i03"), 650, "what it costs is kept")
events = []
for n in range(24):  # bought by the fewer, the higher the number; ann buys tea
    for who in range(24 - n):
        events.append({"type": "track", "event": "Order Completed", "messageId": f"o{n}-{who}", "userId": f"u{n}-{who}", "timestamp": kit.iso(NOW - 3 * DAY + n * 60000 + who),
                       "properties": {"order_id": f"order{n}-{who}", "currency": "CNY", "products": [{"product_id": item(n), "price": 10 + n, "quantity": 1}]}})
for n in (0, 4):
    events.append({"type": "track", "event": "Order Completed", "messageId": f"ann{n}", "userId": "ann", "timestamp": kit.iso(NOW - 40 * DAY),
                   "properties": {"order_id": f"ann{n}", "currency": "CNY", "products": [{"product_id": item(n), "price": 10, "quantity": 1}]}})
events.append({"type": "identify", "messageId": "trait", "userId": "ann", "timestamp": kit.iso(NOW - 40 * DAY), "traits": {"level": "gold"}})
equal(engine.collect("batch", {"batch": events}).status, 200, "events are taken")
engine.sync()

MOMENT = kit.iso(NOW + 5 * 3600000)


def shown(placement, n=6, user=None, whole=False, **context):
    answer = engine.serve("POST", "/v1/recommend", {"placement": placement, "n": n, "userId": user, "context": {"time": MOMENT, **context}})
    equal(answer.status, 200, f"{placement} answers")
    return answer.json if whole else [one["itemId"] for one in answer.json["items"]]


def define(name, *rules, **more):
    answer = engine.admin("PUT", f"/api/v1/placements/{name}", {"strategy": "popular", "stages": ["popular", "new"], "hideBoughtDays": 0, "rules": list(rules), **more})
    equal(answer.status, 200, f"{name} is defined: {answer.text if answer.status != 200 else ''}")
    return answer.json


def codes(answer):
    return [(one["code"], one.get("rule"), one.get("other")) for one in answer["conflicts"]]


def numbers(*wanted):
    return [item(n) for n in wanted]


# ---- each kind ----

TEA = "item.category == 'tea'"
KINDS = [
    ((), numbers(0, 1, 2, 3, 4, 5)),
    (({"kind": "include", "item": TEA},), numbers(0, 4, 8, 12, 16, 20)),
    (({"kind": "exclude", "item": "item.attributes.colour == 'red'"},), numbers(12, 13, 14, 15, 16, 17)),
    (({"kind": "boost", "item": "item.brand == 'odd'", "factor": 50},), numbers(1, 3, 5, 7, 9, 11)),
    (({"kind": "pin", "slot": 2, "itemId": "i20"}, {"kind": "pin", "slot": 4, "item": TEA}), numbers(1, 20, 2, 0, 3, 4)),
    (({"kind": "cap", "by": "category", "most": 1},), numbers(0, 1, 2, 3)),
    (({"kind": "cap", "by": "brand", "most": 1, "item": "item.brand == 'even'"},), numbers(0, 1, 3, 5, 7, 9)),
    (({"kind": "stock", "least": 10},), numbers(8, 9, 10, 11, 12, 13)),
    (({"kind": "margin", "least": 0.6},), []),
    (({"kind": "margin", "least": 0.5},), numbers(0, 1, 2, 3, 4, 5)),
    (({"kind": "price", "fromCents": 1500, "toCents": 1700},), numbers(5, 6, 7)),
    (({"kind": "exclude", "when": "context.hour == 5", "item": "item.id == 'i00'"},), numbers(1, 2, 3, 4, 5, 6)),
    (({"kind": "exclude", "when": "context.hour == 6", "item": "item.id == 'i00'"},), numbers(0, 1, 2, 3, 4, 5)),
    (({"kind": "exclude", "item": "item.age_days > 10000"},), numbers(0, 1, 2, 3, 4, 5)),
]
for rules, wanted in KINDS:
    define("side", *rules)
    equal(shown("side"), wanted, f"{rules}")

# A customer's words, and nobody's where there is no customer.
define("side", {"kind": "exclude", "when": "customer.traits.level == 'gold'", "item": "item.id == 'i01'"})
equal((shown("side", user="ann")[:2], shown("side")[:2], shown("side", user="u1-1")[:2]), (numbers(0, 2), numbers(0, 1), numbers(0, 1)), "gold customers do not see it")
define("side", {"kind": "include", "item": "item.category == context.item.category"})
equal(shown("side", itemId="i01"), numbers(5, 9, 13, 17, 21), "of the page's category")
define("side", {"kind": "exclude", "when": "context.device == 'mobile' && context.city == 'Shenzhen'", "item": "item.id == 'i00'"})
equal((shown("side", user="ann", device="mobile", city="Shenzhen")[0], shown("side", user="ann", device="desktop")[0]), ("i01", "i00"), "device and city")
answer = shown("side", whole=True)
equal((answer["placement"], answer["strategy"]), ("side", "popular"), "the answer says what it is")

# ---- dials ----

def diversity(items):
    pairs = [(a, b) for at, a in enumerate(items) for b in items[:at]]
    return 1 - sum((int(a[1:]) % 4 == int(b[1:]) % 4) * 0.5 + (int(a[1:]) % 2 == int(b[1:]) % 2) * 0.2 for a, b in pairs) / len(pairs)


tea_first = {"kind": "boost", "item": TEA, "factor": 10}
spread = []
for dial in (0, 0.3, 0.6, 0.9):
    define("side", tea_first, dials={"diversity": dial})
    spread.append(diversity(shown("side", n=6)))
check(spread == sorted(spread) and spread[-1] > spread[0], f"the dial of diversity is monotone: {spread}")
bought = []
for dial in (-1, -0.5, 0, 0.5, 1):
    define("side", tea_first, dials={"popularity": dial})
    bought.append(sum(24 - int(one[1:]) for one in shown("side", n=6)))
check(bought == sorted(bought) and bought[-1] > bought[0], f"the dial of popularity is monotone: {bought}")
define("side", dials={"margin": 1})
check(shown("side", n=6) != numbers(0, 1, 2, 3, 4, 5), "margin moves the list")
define("side", dials={"calibration": 1})
equal([int(one[1:]) % 4 for one in shown("side", n=4, user="ann")], [0, 0, 0, 0], "ann bought tea alone, and a calibrated list has tea")

# ---- exploration ----

define("side", {"kind": "pin", "slot": 1, "itemId": "i09"}, explore=0.5)
last = set()
for _ in range(60):
    answer = shown("side", n=3, user="ann", whole=True)["items"]
    last.add((answer[2]["itemId"], answer[2]["propensity"]))
    equal((answer[0]["itemId"], answer[0]["propensity"], answer[1]["propensity"]), ("i09", 1, 1), "the other slots are as they were")
check(len(last) > 3 and all(0 < chance < 1 for _, chance in last), "the last slot is drawn, with its chance")
define("side", explore=0.5, exploreSlots=2, exploreTemperature=3)
last = set()
for _ in range(60):
    answer = shown("side", n=3, user="ann", whole=True)["items"]
    equal((answer[0]["propensity"], len({one["itemId"] for one in answer})), (1, 3), "two slots drawn, and nothing twice")
    last.add((answer[1]["itemId"], answer[1]["propensity"], answer[2]["itemId"], answer[2]["propensity"]))
check(len({one[0] for one in last}) > 1 and len({one[2] for one in last}) > 1 and all(0 < one[1] < 1 and 0 < one[3] < 1 for one in last), "each by itself, with its chance", last)

# ---- contradictions ----

equal(codes(define("side", {"kind": "pin", "slot": 1, "itemId": "i00"}, {"kind": "exclude", "item": TEA})), [("pin_hidden", 0, 1)], "a pin that is excluded")
equal(codes(define("side", {"kind": "pin", "slot": 1, "itemId": "i00"}, {"kind": "pin", "slot": 1, "itemId": "i01"})), [("pin_slot", 1, 0)], "two pins on one slot")
equal(codes(define("side", {"kind": "cap", "by": "category", "most": 2})), [("cap_short", 0, None)], "caps that leave too few")
equal(codes(define("side", {"kind": "boost", "item": TEA, "factor": 2}, {"kind": "exclude", "item": TEA})), [("boost_hidden", 0, None)], "a boost on what is excluded")
equal(codes(define("side", {"kind": "price", "fromCents": 9, "toCents": 8})), [("band_empty", 0, None), ("nothing_left", None, None)], "an empty band")
equal(codes(define("side", tea_first)), [], "and nothing where nothing is wrong")

# ---- trying before saving ----

body = {"definition": {"strategy": "popular", "stages": ["popular", "new"], "hideBoughtDays": 0, "rules": [{"kind": "exclude", "item": "item.id == 'i01'"}, tea_first, {"kind": "pin", "slot": 3, "itemId": "i23"}]}, "n": 4, "context": {"time": MOMENT}}
tried = engine.admin("POST", "/api/v1/placements/preview", body).json
equal([(one["itemId"], one["rank"], one["rankWithout"], one["rules"], one["factor"]) for one in tried["items"]],
      [("i00", 1, 1, [1], 10), ("i04", 2, None, [1], 10), ("i23", 3, None, [2], 1), ("i08", 4, None, [1], 10)], "what the rules did to each")
equal([(one["itemId"], one["hidden"], one.get("hiddenBy")) for one in tried["left"]], [("i01", True, 0), ("i02", False, None), ("i03", False, None)], "and to those that are not there")
equal((shown("side")[:2], engine.admin("GET", "/api/v1/placements/side").json["definition"]["rules"]), (numbers(0, 4), [tea_first]), "nothing was saved")

# ---- what is wrong is named ----

WRONG = [
    ({"strategy": "luck"}, "strategy"), ({"strategy": "popular", "stages": ["luck"]}, "stages"), ({"strategy": "popular", "colour": 1}, "colour"),
    ({"strategy": "popular", "dials": {"diversity": 2}}, "dials.diversity"), ({"strategy": "popular", "rules": [{"kind": "hide"}]}, "rules[0].kind"),
    ({"strategy": "popular", "rules": [{"kind": "exclude", "item": "item.colour == 'red'"}]}, "rules[0].item"),
    ({"strategy": "popular", "rules": [{"kind": "exclude", "item": TEA, "when": "item.price > 1.0"}]}, "rules[0].when"),
    ({"strategy": "popular", "rules": [tea_first] * 51}, "rules"),
]
for body, field in WRONG:
    answer = engine.admin("PUT", "/api/v1/placements/side", body)
    equal((answer.status, answer.json["field"]), (400, field), f"{body}")
check("column 6" in engine.admin("PUT", "/api/v1/placements/side", WRONG[5][0]).json["detail"], "a condition is refused with its column")
equal(engine.admin("PUT", "/api/v1/placements/a%20b", {"strategy": "popular"}).json["field"], "name", "a name that is none")
equal(define("side", *[tea_first] * 50)["rules"], 50, "fifty rules are the most")
equal(engine.serve("POST", "/v1/recommend", {"placement": "nowhere"}).status, 400, "a placement that is not there")

# ---- what is built in ----

def home():
    answer = shown("home", user="ann", whole=True)
    return {name: answer[name] for name in ("items", "strategy", "personalized")}


before = home()
define("home", {"kind": "exclude", "item": f"item.id == '{before['items'][0]['itemId']}'"})
check(before["items"][0]["itemId"] not in [one["itemId"] for one in home()["items"]], "a definition takes its place")
listed = {one["id"]: one for one in engine.admin("GET", "/api/v1/placements").json["items"]}
equal((listed["home"]["defined"], listed["home"]["builtIn"], listed["cart"]["defined"], listed["side"]["builtIn"]), (True, True, False, False), "what is defined is listed")
was = engine.admin("GET", "/api/v1/placements/home").json["definition"]
equal(define("home", tea_first)["former"], was, "the definition before it is there to go back to")
equal(engine.admin("DELETE", "/api/v1/placements/home").status, 204, "a definition is deleted")
equal(home(), before, "and what is built in answers as before")
equal(engine.admin("DELETE", "/api/v1/placements/home").status, 404, "what is built in stays")

# ---- who may read it ----

equal(engine.ask("GET", f"/v1/recommend/side?writeKey={kit.WRITE}").status, 403, "a page may not read it")
define("side", tea_first, public=True)
equal(engine.ask("GET", f"/v1/recommend/side?writeKey={kit.WRITE}").status, 200, "until its definition says so")

# ---- a decision is made again as its definition was ----

define("side", {"kind": "exclude", "when": "context.city == 'Shenzhen' && customer.traits.level == 'gold'", "item": "item.id == 'i00'"}, dials={"diversity": 0.5}, explore=0.3)
made = [shown("side", user="ann", whole=True, city=city)["decisionId"] for city in ("Shenzhen", "Beijing") * 10]
define("side", tea_first, public=True)
engine.sync()
replayed = engine.admin("POST", "/api/v1/decisions/replay", {"ids": made}).json
equal((replayed["same"], replayed["different"], replayed["notReplayable"]), (20, 0, 0), "the same lists, of the definition of then")

# ---- again ----

lists = [shown("side"), shown("side", user="ann"), home()]
engine.restart()
equal([shown("side"), shown("side", user="ann"), home()], lists, "the same lists after a restart")
check(engine.admin("POST", "/api/v1/check", {}).json["equal"], "the views equal a rebuild")
engine.kill()
engine.start()
equal([shown("side"), shown("side", user="ann"), home()], lists, "and after a kill")
# ---- the command ----

def command(*words):
    return kit.run("placement", *words, "--data", engine.data)


file = f"{kit.folder()}/side.json"
status, out, err = command("show", "side")
check(status == 0 and json.loads(out)["rules"] == engine.admin("GET", "/api/v1/placements/side").json["definition"]["rules"], "zhun placement show: what set takes", out + err)
with open(file, "w", encoding="utf-8") as text:
    json.dump({"strategy": "popular", "rules": [{"kind": "pin", "slot": 1, "itemId": "i05"}, {"kind": "exclude", "item": "item.id == 'i05'"}]}, text)
status, out, err = command("preview", file, "--n", "4")
check(status == 0 and "the same for everyone" in out and "pin_hidden, rule 1 against rule 2" in out, "preview tells what would stand there, and the contradiction", out + err)
status, out, err = command("set", "other", file)
check(status == 0 and "answers with the next list; 2 rules" in out, "set defines it", out + err)
status, out, err = command("list")
check(status == 0 and any(line.split()[:3] == ["other", "popular", "defined"] for line in out.split("\n")), "list has it", out + err)
equal([command("delete", "other")[0], command("delete", "other")[0]], [0, 1], "deleted, and once")
with open(file, "w", encoding="utf-8") as text:
    text.write('{"strategy": "popular", "rules": [{"kind": "exclude", "item": "item.colour == 1"}]}')
status, out, err = command("set", "other", file)
check(status == 2 and "colour" in err, "a wrong name is told", (status, out, err))
for wrong in ((), ("set", "other"), ("set", "other", "/nowhere"), ("preview", file, "--n", "0")):
    equal(command(*wrong)[0], 2, f"wrong usage {wrong}")
equal(engine.admin("DELETE", "/api/v1/placements/side").status, 204, "deleted")
equal(engine.serve("POST", "/v1/recommend", {"placement": "side"}).status, 400, "it is gone")
kit.finish()
