#!/usr/bin/env python3
"""The customer's control over his lists: block and "not interested" at the next answer, for good, listed and taken back byte for byte; why he was shown
an item; the same after a kill, a rebuild and on three partitions, from a browser before and after login; personalisation off is the list of anyone."""
import json
import os
import random
import subprocess
import time
import urllib.parse

import kit
from kit import basic, check, equal

PUBLIC = ["--public-placements", "home"]
PLACEMENTS = ("home", "product_page", "cart", "search_empty", "order_done")
CATEGORIES, BRANDS, EACH = ("茶具", "lamps", "mugs", "rugs", "games", "shoes"), ("青瓷", "Acme", "Nord", "Bell"), 5
ITEMS = [f"p{c}{b}{k}" for c in range(len(CATEGORIES)) for b in range(len(BRANDS)) for k in range(EACH)]
AT = "2026-10-01T08:00:00Z"  # of every list that is compared
DAY_MS = 86400000
dice = random.Random(21)
made = 0


def category(item):
    return CATEGORIES[int(item[1])]


def brand(item):
    return BRANDS[int(item[2])]


def quote(text):
    return urllib.parse.quote(text, safe="")


def event(name, user, item, days_ago, **more):
    global made
    made += 1
    at = kit.ms_of("2026-10-01T08:00:00.000Z") - days_ago * DAY_MS + made
    properties = {"product_id": item, "price": 10, "currency": "CNY"}
    if name == "Order Completed":
        properties = {"order_id": f"o{made}", "currency": "CNY", "products": [{"product_id": item, "price": 10, "quantity": 1}]}
    return {"type": "track", "event": name, "messageId": f"f{made}", "timestamp": kit.iso(at), "properties": properties, **({"userId": user} if user else {}), **more}


def shop():
    """Customers like two brands of a category, so items of one brand and category are seen and bought together."""
    events = []
    for c in range(120):
        likes = [(dice.randrange(len(CATEGORIES)), dice.randrange(len(BRANDS))) for _ in range(2)]
        for n in range(14):
            at, of = likes[n % 2]
            item = f"p{at}{of}{dice.randrange(EACH)}" if dice.random() < 0.8 else dice.choice(ITEMS)
            events.append(event(dice.choice(("Product Viewed", "Product Viewed", "Order Completed")), f"u{c}", item, 1 + n // 3))
    return events


EVENTS = shop()
BROWSED = [event("Product Viewed", None, item, 1, anonymousId="anon-1") for item in ("p000", "p001", "p110", "p111")]


def fill(engine):
    items = [{"itemId": i, "title": f"{category(i)} {brand(i)} {i[3]}", "category": category(i), "brand": brand(i), "priceCents": 1000, "currency": "CNY",
              "attributes": {"group": f"g{i[1:3]}{int(i[3]) // 2}"}} for i in ITEMS]
    equal(engine.admin("POST", "/api/v1/items", {"items": items}).status, 200, "a catalog is taken")
    for at in range(0, len(EVENTS), 400):
        equal(engine.collect("batch", {"batch": EVENTS[at:at + 400]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def say(engine, who, kind, **more):
    name = "anonymousId" if who.startswith("anon") else "userId"
    return engine.serve("POST", "/v1/feedback", {name: who, "kind": kind, **more})


def said(engine, who, kind, **more):
    answer = say(engine, who, kind, **more)
    if not equal(answer.status, 200, f"{kind} {more} is taken"):
        check(False, "with", answer)
    return answer.json


def ask(engine, who, placement="home", n=10, item=None, at=AT):
    name = "anonymousId" if who and who.startswith("anon") else "userId"
    context = {"time": at, **({"itemId": item} if item else {}), **({"cart": [item]} if item and placement == "cart" else {})}
    return engine.serve("POST", "/v1/recommend", {"placement": placement, name: who, "n": n, "context": context}).json


def shown(answer):
    return [one["itemId"] for one in answer["items"]]


def plain(answer):
    """What a customer sees of it, without what is new each time."""
    return json.dumps({name: value for name, value in answer.items() if name not in ("decisionId", "tookUs")}, sort_keys=True, ensure_ascii=False)


def page_item(user):
    return ITEMS[int(user[1:]) * 7 % len(ITEMS)]


def all_lists(engine, users, n=10):
    return [[item for item in shown(ask(engine, user, placement, n, page_item(user) if placement in ("product_page", "cart") else None))]
            for user in users for placement in PLACEMENTS]


def holds(engine, user):
    return engine.serve("GET", f"/v1/feedback/{quote(user)}").json["items"]


def drop(engine, user, *parts):
    return engine.serve("DELETE", "/v1/feedback/" + "/".join(quote(part) for part in (user, *parts)))


# ---- check 21 ----


def check_21_a_block_holds_whole_and_at_once(engine):
    users = [f"u{n}" for n in range(12)]
    for scope, field in (("item", None), ("brand", brand), ("category", category)):
        for user in users:
            first = shown(ask(engine, user))[0]
            answer = said(engine, user, "block", itemId=first, scope=scope)
            shown_now = shown(ask(engine, user))
            gone = [one for one in shown_now if (one == first if field is None else field(one) == field(first))]
            check(not gone and len(shown_now) == 10, f"{user}: the very next list has nothing of the blocked {scope}", gone)
            check(answer["changed"] and answer["text"]["en"] and any("\u4e00" <= c <= "\u9fff" for c in answer["text"]["zh"]), "the answer says what changed, in words", answer)
        lists = all_lists(engine, users, 30)
        bad = 0
        for at, one in enumerate(lists):
            word = next(w for w in holds(engine, users[at // len(PLACEMENTS)]) if w["scope"] == scope)
            bad += sum(item == word.get("itemId") if field is None else field(item) == word["name"] for item in one)
        equal(bad, 0, f"of {sum(map(len, lists))} shown items none is of a blocked {scope}")
        for user in users:
            equal(drop(engine, user).json["items"], [], "everything is taken back")


def alike(item, refused):
    return item != refused and category(item) == category(refused) and brand(item) == brand(refused)


def check_21_what_is_like_a_refused_item_makes_way(engine):
    users = [f"u{n}" for n in range(30)]
    before, refused = all_lists(engine, users), {}
    for user in users:
        refused[user] = shown(ask(engine, user))[0]
        said(engine, user, "not_interested", itemId=refused[user])
    after = all_lists(engine, users)
    of = [refused[users[at // len(PLACEMENTS)]] for at in range(len(before))]
    was, is_now = (sum(alike(item, of[at]) for at, one in enumerate(lists) for item in one) for lists in (before, after))
    kit.say(f"similar items shown in {len(before)} lists: {was} before, {is_now} after \"not interested\" ({100 * (is_now - was) / was:+.1f} %)")
    check(was >= 50 and is_now <= 0.05 * was, "what is like a refused item is shown at most a twentieth as often", (was, is_now))
    check(not any(of[at] in one for at, one in enumerate(after)), "the item itself is gone")
    check(all(len(one) == 10 and len(set(one)) == 10 for one in after), "lists stay full")
    wide = [sum(len({category(item) for item in one} - {category(of[at])}) for at, one in enumerate(lists)) / len(lists) for lists in (before, after)]
    kit.say(f"categories a list, beside the refused item's own: {wide[0]:.2f} before, {wide[1]:.2f} after")
    check(wide[1] >= wide[0], "and not narrower", wide)
    whole = ask(engine, users[0], n=100)
    check(len(whole["items"]) == 100 and all(alike(one["itemId"], refused[users[0]]) <= (one["rank"] > 90) for one in whole["items"]),
          "in a list nearly as long as the shop they stand at its end")
    for one in whole["items"]:
        weights = [e["weight"] for e in one["reason"]["evidence"]]
        if 0 < len(weights) < 3 and not check(abs(sum(weights) - one["score"]) < 1e-5, "the evidence adds up to the score", one):
            break
    for user in users:
        drop(engine, user)
    for scope, field in (("brand", brand), ("category", category)):
        counts = []
        for n, user in enumerate(users[:10]):
            first = shown(ask(engine, user))[0]
            was = sum(field(item) == field(first) for one in all_lists(engine, [user]) for item in one)
            said(engine, user, "not_interested", scope=scope, **({"itemId": first} if n % 2 else {"name": field(first)}))
            counts.append((was, sum(field(item) == field(first) for one in all_lists(engine, [user]) for item in one)))
            drop(engine, user)
        was, is_now = (sum(column) for column in zip(*counts))
        kit.say(f"items of a {scope} he is not interested in: {was} before, {is_now} after")
        check(was >= 20 and is_now <= 0.05 * was, f"of a {scope} too", counts)


def check_21_taken_back_it_is_as_before(engine):
    for user in ("u3", "u4", "newcomer"):
        page = None if user == "newcomer" else "p000"  # the cart of a customer who is known counts, and a word makes him known
        before = [plain(ask(engine, user, placement, item=page)) for placement in PLACEMENTS]
        item = shown(ask(engine, user))[0]
        said(engine, user, "block", itemId=item, scope="category")
        said(engine, user, "not_interested", itemId=item)
        said(engine, user, "block", itemId=item)
        check([plain(ask(engine, user, placement, item=page)) for placement in PLACEMENTS] != before, "his lists changed")
        equal([one["kind"] for one in holds(engine, user)], ["block", "not_interested", "block"], "what stands is listed, the newest first")
        back = said(engine, user, "undo")
        equal((back["changed"], back["scope"], back["itemId"]), (True, "item", item), "undo takes the newest back")
        equal(said(engine, user, "undo", scope="category")["name"], category(item), "undo of a scope takes its newest back")
        equal(len(holds(engine, user)), 1, "one stands")
        equal(drop(engine, user, "item", item).json["items"], [], "the last is taken back by its name")
        again = said(engine, user, "undo")
        equal((again["changed"], "scope" in again), (False, False), "then there is nothing to take back")
        equal([plain(ask(engine, user, placement, item=page)) for placement in PLACEMENTS], before, f"{user}: his lists are byte for byte the former ones")


def check_21_lasting(engine, partitions):
    """What the engine has at this moment must be what it has after a kill, and what a rebuild has."""
    said(engine, "u7", "block", name="青瓷", scope="brand")
    said(engine, "u7", "not_interested", itemId="p123")
    said(engine, "u8", "useful", itemId="p123")
    stood, lists = holds(engine, "u7"), [plain(ask(engine, "u7", placement)) for placement in PLACEMENTS]
    engine.kill()
    engine.start()
    equal(holds(engine, "u7"), stood, f"after a kill the same stands, {partitions} partitions")
    equal([plain(ask(engine, "u7", placement)) for placement in PLACEMENTS], lists, "and the lists are the same bytes")
    check(not any(brand(item) == "青瓷" for one in all_lists(engine, ["u7"], 30) for item in one), "the block holds")
    engine.is_equal(f"with feedback, {partitions} partitions")
    drop(engine, "u7")


# ---- who says it ----


def page(engine, body, key=kit.WRITE):
    """As a browser does it: text, no header, so that no preflight is needed."""
    return engine.ask("POST", "/v1/feedback?writeKey=" + key, json.dumps(body), headers={"Content-Type": "text/plain", "Origin": "https://shop.example"})


def browsers(engine):
    engine.collect("batch", {"batch": BROWSED}, auth=basic(kit.WRITE))
    engine.sync()
    item = shown(ask(engine, "anon-1"))[0]
    answer = page(engine, {"anonymousId": "anon-1", "kind": "block", "scope": "category", "itemId": item})
    equal((answer.status, answer.json["name"], answer.header("Access-Control-Allow-Origin")), (200, category(item), "*"), "a browser blocks for its own id")
    check(not any(category(one) == category(item) for one in shown(ask(engine, "anon-1", n=30))), "and its lists mind it")
    equal(page(engine, {"userId": "u1", "kind": "block", "itemId": item}).status, 403, "with a write key nobody speaks for a user id")
    equal(page(engine, {"anonymousId": "anon-1", "kind": "block", "itemId": item}, "wk_nobody").status, 401, "an unknown key is none")
    equal(engine.ask("GET", "/v1/feedback/anon-1", key=kit.WRITE).status, 403, "a write key lists nothing")
    other = page(engine, {"anonymousId": "anon-new", "kind": "not_interested", "itemId": "p000"})
    equal((other.status, [one["itemId"] for one in holds(engine, "anon-new")]), (200, ["p000"]), "an id that is not known yet is made known")
    # login: what he said before stays
    engine.collect("identify", {"userId": "u-login", "anonymousId": "anon-1", "messageId": "login", "timestamp": AT}, auth=basic(kit.WRITE))
    engine.sync()
    said(engine, "u-login", "not_interested", itemId="p555" if "p555" in ITEMS else "p313")
    equal({one["scope"] for one in holds(engine, "u-login")}, {"category", "item"}, "a merge keeps the words of both")
    equal(holds(engine, "anon-1"), holds(engine, "u-login"), "under both names")
    check(not any(category(one) == category(item) for one in shown(ask(engine, "u-login", n=30))), "the block holds for the known customer")


def why(engine):
    answer = ask(engine, "u5")
    one = next(one for one in answer["items"] if one["reason"]["evidence"])
    told = said(engine, "u5", "why", decisionId=answer["decisionId"], itemId=one["itemId"])
    equal((told["reason"]["code"], told["reason"]["text"]), (one["reason"]["code"], one["reason"]["text"]), "why: the reason as it was written down, in words")
    equal(told["reason"]["evidence"][0]["itemId"], one["reason"]["evidence"][0]["itemId"], "with its evidence")
    equal(say(engine, "u6", "why", decisionId=answer["decisionId"], itemId=one["itemId"]).status, 404, "the list of another is not told")
    equal(say(engine, "u5", "why", decisionId=answer["decisionId"], itemId="p-none").json["code"], "not_in_decision", "nor an item that was not in it")
    equal(say(engine, "u5", "why", itemId=one["itemId"]).json["field"], "decisionId", "why needs a list")
    equal(said(engine, "u5", "not_interested", decisionId=answer["decisionId"], itemId=one["itemId"])["itemId"], one["itemId"], "not interested in one of a list")
    equal(said(engine, "u5", "useful", decisionId=answer["decisionId"], itemId=answer["items"][1]["itemId"])["changed"], True, "useful is noted")
    equal(engine.serve("GET", "/v1/feedback/u5").json["counts"], {"useful": 1, "why": 1}, "both are counted")
    shop_list = engine.ask("GET", "/v1/recommend/home?anonymousId=anon-1&n=3&writeKey=" + kit.WRITE).json
    bare = page(engine, {"anonymousId": "anon-1", "kind": "why", "decisionId": shop_list["decisionId"], "itemId": shop_list["items"][0]["itemId"]})
    equal((bare.status, bare.json["reason"]["evidence"]), (200, []), "a page is not told what he looked at")
    drop(engine, "u5")


def wrong(engine):
    rows = [({"kind": "block", "itemId": "p000"}, 400, "userId"), ({"userId": "u1", "itemId": "p000"}, 400, "kind"), ({"userId": "u1", "kind": "hate", "itemId": "p000"}, 400, "kind"),
            ({"userId": "u1", "kind": "block"}, 400, "itemId"), ({"userId": "u1", "kind": "block", "itemId": "no-such"}, 404, "itemId"),
            ({"userId": "u1", "kind": "block", "itemId": "p000", "scope": "shop"}, 400, "scope"), ({"userId": "u1", "kind": "useful", "itemId": "p000", "scope": "brand"}, 400, "scope"),
            ({"userId": "u1", "kind": "block", "scope": "brand"}, 400, "itemId"), ({"userId": "u1", "kind": "block", "name": "x"}, 400, "name"),
            ({"userId": "u1", "kind": "block", "scope": "brand", "name": "x" * 256}, 400, "name"), ({"userId": "u1", "kind": "block", "scope": "brand", "name": "a\u0007"}, 400, "name"),
            ({"userId": "u" * 256, "kind": "block", "itemId": "p000"}, 400, "userId"), ({"userId": "u1", "kind": "block", "itemId": "p000", "decisionId": "?"}, 400, "decisionId"),
            ({"userId": "u1", "kind": "why", "itemId": "p000", "decisionId": "1" * 26}, 404, "decisionId"),
            ({"userId": "u1", "kind": "block", "itemId": "p000", "timestamp": "soon"}, 400, "timestamp"), ({"userId": "u1", "kind": "block", "itemId": "p000", "timestamp": "2190-01-01T00:00:00Z"}, 400, "timestamp")]
    for body, status, field in rows:
        answer = engine.serve("POST", "/v1/feedback", body)
        equal((answer.status, answer.json.get("field"), answer.header("Content-Type")), (status, field, "application/problem+json"), f"{body}: refused with its field")
    equal(engine.serve("POST", "/v1/feedback", "[1]").status, 400, "no object")
    equal(engine.ask("POST", "/v1/feedback", {"userId": "u1", "kind": "block", "itemId": "p000"}).status, 401, "no key")
    equal(engine.serve("DELETE", "/v1/feedback/u1/shop/x").json["field"], "scope", "an unknown scope is not taken back")
    equal(engine.serve("GET", "/v1/feedback/nobody-knows").status, 404, "nobody's")
    equal(drop(engine, "u1", "item", "never said").status, 200, "what is not there need not be taken back")
    equal(holds(engine, "u1"), [], "nothing of that was kept")


def order(engine):
    """Words with a time of their own, in any order: the newest counts."""
    words = [("block", 1), ("undo", 2), ("block", 3), ("undo", 4)]
    for user, some in (("w0", words), ("w2", words[::-1])):  # undo names a thing that stands, so it can only follow a block
        for kind, minute in some:
            said(engine, user, kind, itemId="p222", timestamp=f"2026-09-01T00:0{minute}:00Z")
    equal(holds(engine, "w0"), [], "said in order: the last word is undo")
    equal([one["since"] for one in holds(engine, "w2")], ["2026-09-01T00:03:00.000Z"], "an undo of before takes nothing back")
    twice = [said(engine, "w3", "block", itemId="p222")["changed"] for _ in range(2)]
    equal(twice, [True, False], "said twice it stood already")


def limits(engine):
    link = engine
    for n in range(300):
        said(link, "eager", "not_interested", scope="brand", name=f"brand {n}")
    names = {one["name"] for one in holds(engine, "eager")}
    equal((len(names), "brand 299" in names, "brand 43" in names, "brand 44" in names), (256, True, False, True), "of dislikes the newest 256 stay")


def replays(engine):
    """A list made under words that were taken back since is computed again as it was."""
    decisions = [ask(engine, "u12")["decisionId"]]
    for kind in ("not_interested", "block"):
        said(engine, "u12", kind, scope="item", itemId=shown(ask(engine, "u12"))[0])
        decisions.append(ask(engine, "u12")["decisionId"])
    drop(engine, "u12")
    engine.sync()
    for number, decision in enumerate(decisions):
        status, out, err = kit.run("replay", "--data", engine.data, decision)
        check(status == 0, f"the list under {number} words replays byte for byte", f"{status} {out} {err}")


def command(engine):
    """`zhun feedback` says, lists and takes back what the routes do."""
    def zhun(*args):
        return kit.run("feedback", "--data", engine.data, *args)
    equal(zhun("u13", "block", "brand", "青瓷")[:2], (0, "Nothing of the brand “青瓷” is shown any more.\n"), "a brand is blocked by command")
    status, out, _ = zhun("u13")
    check(status == 0 and out.startswith("block           brand     since ") and out.rstrip().endswith("青瓷"), "listed", out)
    equal(json.loads(zhun("u13", "--json")[1])["items"][0]["name"], "青瓷", "as JSON too")
    equal(zhun("u13", "undo", "brand", "青瓷")[1], "Taken back: “青瓷” may be shown again.\n", "taken back by name")
    equal(zhun("u13", "undo")[1], "There is nothing to take back.\n", "and by the newest")
    equal([zhun(*args)[0] for args in (("u13", "block"), ("u13", "block", "brand"), ())], [2, 2, 2], "what is no question ends with 2")
    status, _, err = zhun("u13", "hate", "item", "p000")
    check(status != 0 and "not_interested" in err, "an unknown kind is named", err)


def apart_and_forgotten(engine):
    """A merge that is taken back gives each his own words again; who is erased has none."""
    said(engine, "u-apart", "block", scope="brand", name="Acme")
    page(engine, {"anonymousId": "anon-apart", "kind": "block", "scope": "brand", "name": "Nord"})
    engine.collect("identify", {"userId": "u-apart", "anonymousId": "anon-apart", "messageId": "apart", "timestamp": AT}, auth=basic(kit.WRITE))
    engine.sync()
    equal({one["name"] for one in holds(engine, "u-apart")}, {"Acme", "Nord"}, "a login joins the words")
    number = engine.admin("GET", "/api/v1/customers?q=u-apart").json["items"][0]["id"]
    merge = engine.admin("GET", f"/api/v1/customers/{number}/identity").json["merges"][0]["number"]
    equal(engine.admin("POST", f"/api/v1/customers/{number}/unmerge", {"number": merge}).status, 202, "it is taken back")
    end, want = time.monotonic() + 60, ([["Acme"], ["Nord"]])
    while time.monotonic() < end:
        try:
            have = [[one["name"] for one in holds(engine, who)] for who in ("u-apart", "anon-apart")]
        except (OSError, ValueError, KeyError):
            have = None  # views are folded anew
        if have == want:
            break
        time.sleep(0.05)
    equal(have, want, "each has his own words again")
    engine.is_equal("after a merge was taken back")
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": "u-apart"}).status // 100, 2, "one asks to be forgotten")
    engine.sync()
    equal(engine.serve("GET", "/v1/feedback/u-apart").status, 404, "his words are gone")
    equal([one["name"] for one in holds(engine, "anon-apart")], ["Nord"], "the other's are not")
    engine.is_equal("after an erasure")


# ---- personalisation off ----


def check_13_switched_off_it_is_the_list_of_anyone(engine):
    anyone = [plain(ask(engine, "never-seen", placement, item="p000")) for placement in PLACEMENTS]
    for user in ("u10", "u11"):
        said(engine, user, "block", scope="category", itemId=shown(ask(engine, "never-seen"))[0])
        check([plain(ask(engine, user, placement, item="p000")) for placement in PLACEMENTS] != anyone, f"{user} has lists of his own")
    took = []
    for user in ("u10", "u11"):
        began = time.monotonic()
        equal(engine.serve("PUT", f"/v1/consents/{user}", {"personalization": False}).status, 200, "switched off")
        got = plain(ask(engine, user, "home", item="p000"))
        took.append(time.monotonic() - began)
        equal(got, anyone[0], f"{user}: the very next list is that of anyone, byte for byte")
        equal([plain(ask(engine, user, placement, item="p000")) for placement in PLACEMENTS], anyone, "on every placement")
    kit.say(f"from the switch to the next list: {1000 * max(took):.0f} ms, the longer of two")
    check(max(took) < 1, "within a second", took)
    engine.kill()
    engine.start()
    for user in ("u10", "u11"):
        equal([plain(ask(engine, user, placement, item="p000")) for placement in PLACEMENTS], anyone, f"{user}: after a kill too")
        equal(engine.serve("GET", f"/v1/feedback/{user}").json["personalization"], False, "and his words are kept meanwhile")
    kept = said(engine, "u10", "block", itemId="p000")
    equal((kept["changed"], kept["applies"]), (True, False), "a word that is said meanwhile is kept, and the answer says so")
    engine.serve("PUT", "/v1/consents/u10", {"personalization": True})
    check("p000" not in shown(ask(engine, "u10", n=100)), "and is minded once it is on again")


def main():
    engine = kit.Engine(options=PUBLIC)
    fill(engine)
    for part in (check_21_a_block_holds_whole_and_at_once, check_21_what_is_like_a_refused_item_makes_way, check_21_taken_back_it_is_as_before,
                 browsers, why, wrong, order, limits, replays, command, apart_and_forgotten, check_13_switched_off_it_is_the_list_of_anyone):
        kit.prove(part, engine)
    kit.prove(check_21_lasting, engine, 1)
    blocks = engine.metric("zhun_feedback_total", kind="block")
    said(engine, "u9", "block", itemId="p000")
    equal((engine.metric("zhun_feedback_total", kind="block") - blocks, engine.metric("zhun_feedback_words") > 256), (1, True), "words are counted")
    lists = [plain(ask(engine, f"u{n}", placement)) for n in range(20) for placement in PLACEMENTS]
    engine.stop()
    three = kit.Engine(options=PUBLIC + ["--partitions", "3"])
    fill(three)
    browsers(three)
    kit.prove(check_21_lasting, three, 3)
    said(three, "u9", "block", itemId="p000")
    said(three, "u10", "block", itemId="p000")
    said(three, "u10", "block", scope="category", itemId=shown(ask(three, "never-seen"))[0])
    three.serve("PUT", "/v1/consents/u11", {"personalization": False})
    equal([plain(ask(three, f"u{n}", placement)) for n in range(20) for placement in PLACEMENTS], lists, "three partitions give the same lists, byte for byte")
    kit.finish()


main()
