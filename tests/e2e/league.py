#!/usr/bin/env python3
"""The league of recommenders on the shop's own orders: who is ahead of popularity and item-kNN by the last month's orders, the same by hand for popularity, the same on
three partitions, after a kill and in the command; a shop that is too young is told so; rights."""
import datetime
import json
import math
import random
import time

import kit
from kit import basic, check, equal, say

DAY = 86400000
GROUPS, ITEMS, CUSTOMERS = 12, 10, 400


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def purchases(now):
    """[(customer, item, ms)]: who bought of a group buys of it again; some items are bought by everybody."""
    dice = random.Random(3)
    found = []
    for customer in range(CUSTOMERS):
        for _ in range(9):
            group = customer % GROUPS if dice.random() < 0.8 else dice.randrange(GROUPS)
            found.append((customer, f"i{group}-{min(dice.randrange(ITEMS), dice.randrange(ITEMS))}", now - DAY - dice.randrange(160 * DAY)))
    return found


def send(engine, some):
    events = [{"type": "track", "event": "Order Completed", "messageId": f"m{n}", "userId": f"u{customer}", "timestamp": text_of(ms),
               "properties": {"order_id": f"o{n}", "revenue": 10, "currency": "CNY", "products": [{"product_id": item, "price": 10, "quantity": 1}]}} for n, (customer, item, ms) in enumerate(some)]
    for i in range(0, len(events), 200):
        equal(engine.collect("batch", {"batch": events[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def played(engine):
    equal(engine.admin("POST", "/api/v1/models/train").status, 202, "it is played; a body is not needed")
    for _ in range(600):
        got = engine.admin("GET", "/api/v1/models").json
        if not got["training"]:
            return got["league"]
        time.sleep(0.1)
    raise SystemExit("the league did not end within a minute")


def plain(league):
    for place in league["places"]:
        place.pop("seconds", None)
    return {key: value for key, value in league.items() if key not in ("at", "tookMs")}


def popular_by_hand(some, league):
    """recall and ndcg at 10 of the most popular items, and how many questions there are."""
    test = kit.ms_of(league["testFrom"])
    before, after, count = {}, {}, {}
    for customer, item, ms in some:
        (before if ms < test else after).setdefault(customer, set()).add(item)
    for items in before.values():
        for item in items:
            count[item] = count.get(item, 0) + 1
    recalls, ndcgs = [], []
    for customer, items in after.items():
        wanted = items - before.get(customer, set())
        if customer not in before or not wanted:
            continue
        free = [item for item in count if item not in before[customer]]
        recall, ndcg = [], []
        for tie in range(20): # ties between equally popular items go by number: which one does not matter on average
            random.Random(tie).shuffle(free)
            top = sorted(free, key=lambda item: -count[item])[:10]
            hits = [item in wanted for item in top]
            recall.append(sum(hits) / len(wanted))
            ndcg.append(sum(hit / math.log2(place + 2) for place, hit in enumerate(hits)) / sum(1 / math.log2(place + 2) for place in range(min(10, len(wanted)))))
        recalls.append(sum(recall) / len(recall))
        ndcgs.append(sum(ndcg) / len(ndcg))
    return len(recalls), sum(recalls) / len(recalls), sum(ndcgs) / len(ndcgs)


def a_shop(partitions, some):
    which = f"{partitions} partitions"
    options = ("--partitions", str(partitions)) if partitions > 1 else ()
    engine = kit.Engine(options=options)
    before = engine.admin("GET", "/api/v1/models").json
    equal((before["training"], before["league"]), (False, None), f"{which}: nothing was played")
    send(engine, some)
    league = played(engine)
    places = {place["model"]: place for place in league["places"]}
    questions, recall, ndcg = popular_by_hand(some, league)
    equal((league["questions"], league["purchases"], league["customers"], league["why"], league["drawn"]), (questions, len(some), CUSTOMERS, None, False), f"{which}: what it is played on")
    equal((kit.ms_of(league["to"]) - kit.ms_of(league["testFrom"]), kit.ms_of(league["testFrom"]) - kit.ms_of(league["validFrom"])), (30 * DAY, 30 * DAY), f"{which}: a month to test by, one to choose by")
    check(abs(places["popular"]["recall"] - recall) < 0.01 and abs(places["popular"]["ndcg"] - ndcg) < 0.01, f"{which}: popularity as by hand", (places["popular"], recall, ndcg))
    check(places["itemknn"]["ndcg"] > 2 * places["popular"]["ndcg"], f"{which}: tastes are found", places)
    bar = places["itemknn"]["ndcg"]
    equal((places["itemknn"]["verdict"], places["popular"]["verdict"]), ("bar", "bar"), f"{which}: the bars")
    for place in league["places"]:
        if place["verdict"] in ("ahead", "not_ahead"):
            check(abs(place["ahead"] - (place["ndcg"] - bar)) < 1e-9 and (place["aheadLow"] > 0) == (place["verdict"] == "ahead"), f"{which}: {place['model']} beside the bar", place)
            check(place["parameters"] and place["bytes"] > 0, f"{which}: {place['model']} says how it was set", place)
    order = [place["ndcg"] for place in league["places"] if place["verdict"] != "absent"]
    check(order == sorted(order, reverse=True) and len(order) > 2, f"{which}: the best stands first", order)
    equal(plain(played(engine)), plain(league), f"{which}: played again it says the same")
    engine.kill()
    again = kit.Engine(engine.data, options=options)
    equal(plain(again.admin("GET", "/api/v1/models").json["league"]), plain(league), f"{which}: it is there after a kill")
    status, out, err = kit.run("train", "--model", "league", "--data", again.data)
    check(status == 0 and "itemknn" in out and "ahead" in out, f"{which}: the command", (status, out, err))
    status, out, err = kit.run("train", "--model", "league", "--data", again.data, "--json")
    equal((status, plain(json.loads(out)["league"])), (0, plain(league)), f"{which}: and the engine's own JSON")
    again.stop()
    return plain(league)


def too_young():
    engine = kit.Engine()
    league = played(engine)
    check(league["places"] == [] and league["why"], "an empty shop is told why there is no league", league)
    send(engine, [(n, "i0-0", int(time.time() * 1000) - DAY) for n in range(5)])
    check(played(engine)["why"], "so is one with orders of one day")
    equal((engine.serve("GET", "/api/v1/models").status, engine.ask("GET", "/api/v1/models", key="no").status), (403, 401), "who may not look")
    engine.stop()


def main():
    some = purchases(int(time.time() * 1000))
    one = a_shop(1, some)
    equal(a_shop(3, some)["questions"], one["questions"], "three partitions have the same questions")
    too_young()
    say("done")
    kit.finish()


main()
