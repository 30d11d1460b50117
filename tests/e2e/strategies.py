#!/usr/bin/env python3
"""Strategies in a shop of a few goods, where the right answer is known: instead of a phone another phone of its price, with it a case and never back, soap when it is used up, and what one looked at last.
Nothing that is sold out comes, the lists are the same after a restart, and `zhun check` is equal."""
import kit
from kit import check, equal

DAY = 86400000
NOW = kit.now_ms() // DAY * DAY
GOODS = {  # id: title, category, price
    **{f"phone{n}": (f"Phone {n} 手机{n}号", "phones", 2000 + 100 * n) for n in range(1, 5)}, "luxury": ("Phone gold 黄金手机", "phones", 9000),
    **{f"case{n}": (f"Phone case {n} 手机壳{n}号", "cases", 30 + n) for n in range(1, 4)}, **{f"film{n}": (f"Screen film {n} 屏幕膜", "films", 20 + n) for n in range(1, 3)},
    **{f"soap{n}": (f"Soap {n} 肥皂{n}", "soaps", 9 + n) for n in range(1, 3)}, **{f"tea{n}": (f"Tea {n} 茶{n}", "teas", 15 + n) for n in range(1, 4)}, **{f"mug{n}": (f"Mug {n} 马克杯", "mugs", 40 + n) for n in range(1, 7)},
}
engine = kit.Engine()
events = []


def put(item, **more):
    title, category, price = GOODS[item]
    equal(engine.admin("PUT", f"/api/v1/items/{item}", {"title": title, "category": category, "priceCents": price * 100, "currency": "CNY", **more}).status // 100, 2, f"{item} is put")


def line(item):
    return {"product_id": item, "name": GOODS[item][0], "category": GOODS[item][1], "price": GOODS[item][2], "quantity": 1}


def view(who, item, at):
    events.append({"type": "track", "event": "Product Viewed", "messageId": f"v{len(events)}", "userId": who, "timestamp": kit.iso(at), "properties": {**line(item), "currency": "CNY"}})


def buy(who, at, *items):
    events.append({"type": "track", "event": "Order Completed", "messageId": f"o{len(events)}", "userId": who, "timestamp": kit.iso(at),
                   "properties": {"order_id": f"order{len(events)}", "currency": "CNY", "products": [line(item) for item in items]}})


def send():
    equal(engine.collect("batch", {"batch": events}).status, 200, "events are taken")
    events.clear()
    engine.sync()


def shown(placement, reason=None, **ask):
    """Items of the answer, those of the reason alone where it is given."""
    answer = engine.serve("POST", "/v1/recommend", {"placement": placement, "n": 10, "explain": True, **ask})
    equal(answer.status, 200, f"{placement} answers")
    return [one["itemId"] for one in answer.json["items"] if reason in (None, one["reason"]["code"])]


def sentence(placement, item, **ask):
    answer = engine.serve("POST", "/v1/recommend", {"placement": placement, "n": 10, "explain": True, **ask})
    return next(one["reason"]["text"] for one in answer.json["items"] if one["itemId"] == item)


for item in GOODS:
    put(item)
# Twelve people compare phones within a sitting, look at a case, too, and at the luxury.
for n in range(12):
    for k, item in enumerate(("phone1", "phone2", "case1", "luxury") if n < 8 else ("phone1", "phone3", "case1")):
        view(f"looks{n}", item, NOW - 20 * DAY + n * 3600000 + k * 60000)
# Ann looks: a mug that she buys, a phone, a film, the phone again.
for at, item in enumerate(("mug1", "phone2", "film1", "mug2", "phone2")):
    view("ann", item, NOW - 2 * DAY + at * 60000)
buy("ann", NOW - 2 * DAY + 600000, "mug1")
# Phones are followed by cases and films days later; mugs and cups of tea by nothing in particular.
for n in range(60):
    buy(f"phones{n}", NOW - (50 - n % 7) * DAY, f"phone{1 + n % 2}")
    buy(f"phones{n}", NOW - (45 - n % 7) * DAY, *((f"case{1 + n % 2}",) if n % 4 < 2 else ("film1", "film2")))
for n in range(60):
    buy(f"mugs{n}", NOW - (40 - n % 9) * DAY, f"mug{1 + n % 6}")
    buy(f"mugs{n}", NOW - (30 - n % 5) * DAY, f"tea{1 + (n // 6) % 3}")
    buy(f"teas{n}", NOW - (40 - n % 9) * DAY, f"tea{1 + (n // 6) % 3}")
    buy(f"teas{n}", NOW - (30 - n % 5) * DAY, f"mug{1 + n % 6}")
for n in range(20):  # soap lasts 28 days
    for days in (84, 56, 28):
        buy(f"soaps{n}", NOW - days * DAY, "soap1")
buy("cat", NOW - 27 * DAY, "soap1", "phone1")
buy("dan", NOW - 5 * DAY, "soap1")
buy("bob", NOW, "phone1")
send()


def look():
    answers = {}
    answers["substitutes"] = shown("substitutes", "alternative", context={"itemId": "phone1"})
    equal(answers["substitutes"], ["phone2", "phone3"], "instead of a phone: those of its kind and price that were looked at beside it, most first")
    answers["recent"] = shown("recently_seen", "recently_seen", userId="ann")
    equal(answers["recent"], ["phone2", "mug2", "film1"], "what was seen last and not bought, newest first")
    answers["complements"] = shown("complements", "goes_with", context={"itemId": "phone1"})
    equal(set(answers["complements"]), {"case1", "case2", "film1", "film2"}, "a phone is completed by cases and films")
    equal([one for one in answers["complements"] if one.startswith("case")], ["case1", "case2"], "the case that follows this very phone before the other")
    equal(shown("complements", "goes_with", context={"itemId": "case1"}), [], "a case is not completed by a phone")
    equal(shown("complements", "goes_with", context={"itemId": "mug1"}), [], "what is bought in either order completes nothing")
    answers["phone4"] = shown("complements", "goes_with", context={"itemId": "phone4"})
    equal(set(answers["phone4"]), {"case1", "case2", "film1", "film2"}, "a phone that nobody bought yet is completed as its kind is")
    answers["accessories"] = shown("accessories", "accessory", userId="bob")
    equal(set(answers["accessories"]), {"case1", "case2", "film1", "film2"}, "after a phone comes what completes it")
    check(not any(item.startswith("phone") for item in shown("accessories", userId="bob")[:4]), "and no other phone first")
    equal(shown("buy_again", "repeat_due", userId="cat"), ["soap1"], "soap is due again, a phone lasts")
    equal(shown("buy_again", "repeat_due", userId="dan"), [], "soap of last week is not due")
    return answers


before = look()
equal(sentence("substitutes", "phone2", context={"itemId": "phone1"}), {"en": "An alternative to Phone 1 手机1号", "zh": "可代替Phone 1 手机1号"}, "the reason is said in both languages")
equal(sentence("recently_seen", "mug2", userId="ann")["zh"], "您最近浏览过", "what was seen, too")
equal(sentence("complements", "film1", context={"itemId": "phone1"}), {"en": "Goes with Phone 1 手机1号", "zh": "与Phone 1 手机1号搭配"}, "what goes with it")
equal(sentence("accessories", "case2", userId="bob")["en"], "For the Phone 1 手机1号 you bought", "what was bought")
equal(sentence("buy_again", "soap1", userId="cat")["en"].startswith("You bought it 27 days ago; it usually lasts 2"), True, "since when, and how long it lasts")
check("mug1" not in shown("recently_seen", userId="ann"), "what was bought is not asked again")
equal(shown("recently_seen", "recently_seen", userId="nobody"), [], "of somebody unknown nothing was seen")
equal(len(shown("recently_seen", userId="nobody")), 10, "and the list is full nevertheless")

# Sold out: the page's item is replaced all the more, others are not shown.
put("phone1", stock=0)
put("phone3", stock=0)
engine.sync()
equal(shown("substitutes", "alternative", context={"itemId": "phone1"}), ["phone2"], "a phone that is sold out is replaced, by none that is sold out")
for placement in [one["id"] for one in engine.admin("GET", "/api/v1/placements").json["items"]]:
    got = shown(placement, userId="ann", context={"itemId": "phone2", "cart": ["case1"]})
    check(not {"phone1", "phone3"} & set(got), f"{placement}: nothing that is sold out", got)
put("phone1", stock=5)
put("phone3", stock=5)
engine.sync()

engine.restart()
equal(look(), before, "the same after a restart")
check(engine.admin("POST", "/api/v1/check", {}).json["equal"], "the views equal a rebuild")
engine.kill()
engine.start()
equal(look(), before, "the same after a kill")
kit.finish()
