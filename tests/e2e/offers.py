#!/usr/bin/env python3
"""`zhun offer`: list, show, set, pause, resume, quote, ledger, delete, on a running engine and on a folder; an offer that is redefined keeps what was claimed."""
import json
import os

import kit
from kit import basic, check, equal

engine = kit.Engine()
SPRING = {"kind": "percent", "percent": 20, "currency": "CNY", "give": "claim", "stock": 3, "title": {"en": "Spring", "zh": "春季"}}
files = kit.folder()


def file_of(name, value):
    path = os.path.join(files, name)
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out)
    return path


def offer(*words):
    return kit.run("offer", *words, "--data", engine.data)


engine.admin("POST", "/api/v1/items", {"items": [{"itemId": i, "title": i, "priceCents": 1000, "currency": "CNY", "available": True} for i in ("tea", "cup")]})
engine.collect("batch", {"batch": [{"type": "identify", "userId": u, "messageId": u, "traits": {}} for u in ("ann", "bob")]}, auth=basic(kit.WRITE))
engine.sync()
status, out, err = offer("set", "spring", file_of("spring.json", SPRING))
check(status == 0 and "20 % off" in out and "version 1" in out, "an offer is set from a file", out + err)
status, out, err = offer("set", "unfair", file_of("unfair.json", {**SPRING, "conditions": {"spending": 5}}))
check(status == 2 and "willingness" in err, "one that names the customer is refused with the reason", (status, err))
equal(offer("set", "spring", "/nowhere.json")[0], 2, "a file that is not there is wrong usage")
status, out, err = offer("show", "spring")
check(status == 0 and json.loads(out) == SPRING, "show: what set takes", out + err)
equal(offer("show", "none")[0], 1, "one that is not there")
equal(engine.serve("POST", "/v1/offers/spring/claim", {"userId": "ann"}).status, 201, "a coupon is claimed")
status, out, err = offer("quote", "tea", "cup", "--user", "ann")
check(status == 0 and "CNY 20.00 - 4.00 = 16.00" in out, "a price with its reasons", out + err)

# What was promised stays.
status, out, err = offer("set", "spring", file_of("less.json", {**SPRING, "percent": 5, "stock": 10}))
check(status == 0 and "version 2" in out, "it is redefined", out + err)
equal(engine.serve("POST", "/v1/offers/spring/claim", {"userId": "bob"}).status, 201, "and claimed again")
check("= 16.00" in offer("quote", "tea", "cup", "--user", "ann")[1] and "= 19.00" in offer("quote", "tea", "cup", "--user", "bob")[1], "each has what was claimed")
status, out, err = offer("pause", "spring")
check(status == 0 and "paused" in out, "paused", out + err)
check("not spring: the shop has paused the offer" in offer("quote", "tea", "--user", "ann")[1], "nothing is given, and why")
equal(engine.serve("POST", "/v1/offers/spring/claim", {"userId": "bob"}).json["code"], "paused", "nor claimed")
status, out, err = offer("resume", "spring")
check(status == 0 and "paused" not in out, "resumed", out + err)
quote = engine.serve("POST", "/v1/quote", {"lines": [{"itemId": "tea"}], "userId": "ann"}).json
equal(engine.serve("POST", f"/v1/quotes/{quote['quoteId']}/reserve", {"orderId": "o1", "userId": "ann"}).json["uses"][0]["version"], 1, "an order holds by the version that was claimed")
check("held" in offer("ledger", "spring")[1], "the ledger", offer("ledger", "spring"))
status, out, err = offer("delete", "spring")
check(status == 3 and "pause it instead" in err, "what somebody holds is not deleted", (status, err))
equal(offer("nonsense")[0], 2, "a verb that is none")

engine.stop()
status, out, err = offer("list")
check(status == 0 and "spring" in out and "claim" in out and "8" in out, "without an engine, too", out + err)
status, out, err = offer("list", "--json")
equal((status, json.loads(out)["items"][0]["left"]), (0, 8), "as JSON")
engine.start()
engine.is_equal("after all that")
kit.finish()
