#!/usr/bin/env python3
"""A customer is erased: at once nothing finds him, soon no file names him, and the shop is as if he had never been.

Check 18 of the trust list. Two engines get the same; one of them also gets a customer whose every text is a canary, and erases him. Then reports,
items and others of both are the same, no canary is in any byte of the folder, in an answer, an export, the metrics or the log lines, and kills
between any two steps change nothing of that.
"""
import base64
import glob
import json
import os
import random
import shutil
import time

import kit
from kit import check, equal

DAY = 86400000
NOW = kit.now_ms() - 3600000
USER, ANON, ALIAS = "canary-user-7731", "canary-anon-5520", "canary-alias-4417"
EMAIL, PHONE, NAME, CITY = "canary.mail@example.org", "13877665501", "Canarina Birdwhistle", "Canaryville"
SEARCH, COUPON, TAG, NOTE = "canary search words", "CANARY-COUPON-99", "canarytag", "canary-note-in-a-letter"
CANARIES = [USER, ANON, ALIAS, EMAIL, PHONE, NAME, CITY, SEARCH, COUPON, NOTE]
OPTIONS = ["--erase-wait", "0"]
dice = random.Random(18)


def live(first, count):
    out = []
    for i in range(first, first + count):
        who = {"userId": f"u{i % 9}"} if i % 3 else {"anonymousId": f"anon-{i % 9}"}
        if i % 10 == 0:
            who = {"userId": f"u{i % 9}", "anonymousId": f"anon-{i % 9}"}
        products = [{"product_id": f"i{i % 13}", "name": f"Thing {i % 13}", "category": f"c{i % 3}", "price": 10 + i % 5, "quantity": 1 + i % 2}]
        name = "Order Completed" if i % 4 == 0 else "Product Viewed"
        properties = {"order_id": f"L{i}", "currency": "CNY", "products": products} if i % 4 == 0 else {**products[0], "currency": "CNY"}
        out.append({"type": "track", "event": name, "messageId": f"live-{i}", "timestamp": kit.iso(NOW - (i % 15) * DAY // 2 - 1000 * i), "properties": properties, **who})
    return out


def canary():
    """All he ever does: a visit without a name, a login, traits, searches, an order, a coupon, an alias."""
    def at(i): return kit.iso(NOW - 5 * DAY + i * 60000)
    product = {"product_id": "i3", "name": "Thing 3", "category": "c0", "price": 13, "quantity": 1}
    return [
        {"type": "track", "event": "App Opened", "userId": USER, "messageId": "c-0", "timestamp": at(0), "properties": {}},
        {"type": "page", "anonymousId": ANON, "messageId": "c-1", "timestamp": at(1), "properties": {"url": f"https://shop.example/?from={CITY}", "title": "home"}},
        {"type": "track", "event": "Products Searched", "anonymousId": ANON, "messageId": "c-2", "timestamp": at(2), "properties": {"query": SEARCH}},
        {"type": "identify", "userId": USER, "anonymousId": ANON, "messageId": "c-3", "timestamp": at(3), "traits": {"email": EMAIL, "phone": PHONE, "name": NAME, "city": CITY, "plan": "gold"}},
        {"type": "track", "event": "Product Viewed", "userId": USER, "messageId": "c-4", "timestamp": at(4), "properties": {**product, "currency": "CNY"}},
        {"type": "track", "event": "Coupon Entered", "userId": USER, "messageId": "c-5", "timestamp": at(5), "properties": {"coupon_id": COUPON, "note": f"for {NAME}"}},
        {"type": "track", "event": "Order Completed", "userId": USER, "messageId": "c-6", "timestamp": at(6), "properties": {"order_id": "CANARY-ORDER-1", "currency": "CNY", "coupon": COUPON, "products": [product, {**product, "product_id": "i4", "name": "Thing 4"}]}},
        {"type": "alias", "userId": USER, "previousId": ALIAS, "messageId": "c-7", "timestamp": at(7)},
    ]


def send(engine, some, what="events are taken"):
    answer = engine.collect("batch", {"batch": some})
    equal((answer.status, answer.json["accepted"]), (200, len(some)), what)


def csv(engine):
    return engine.data + ".canary.csv"


def bring_canary(engine):
    send(engine, canary(), "the canary is taken")
    engine.collect("track", {"userId": USER, "event": "Odd", "messageId": "c-8", "properties": {"price": 1, "note": NOTE}, "timestamp": "never" + EMAIL})
    engine.collect("batch", {"batch": [{"type": "nonsense", "userId": USER, "messageId": "c-9", "properties": {"note": NOTE, "mail": EMAIL}}]})
    engine.collect("track", {"userId": USER, "event": "Odd", "messageId": "c-4", "properties": {"note": NOTE, "another": "body"}})  # a conflict: written out in clear
    equal(engine.serve("PUT", f"/v1/consents/{USER}", {"marketing": {"email": False}, "version": "1", "source": "test"}).status, 200, "a choice")
    equal(engine.serve("PUT", f"/v1/profiles/{USER}/tags/{TAG}", {}).status, 200, "a tag")
    path = csv(engine)
    with open(path, "w", encoding="utf-8") as file:
        file.write("order_id,customer_id,item_id,title,category,quantity,unit_price,currency,ordered_at\n")
        file.write(f"F1,{USER},i3,Thing 3,c0,1,13.00,CNY,{kit.iso(NOW - 3 * DAY)}\n")
    status, out, err = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--json", path)
    check(status == 0, "a file with an order of his", (status, out, err))
    answer = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": USER, "n": 5}).json
    return answer["decisionId"]


# ---- what is seen ----


def plain(value):
    """Without what two engines cannot share: numbers they gave, and clocks."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items() if key not in ("id", "customerId", "receivedAt", "updatedAt", "decisionId", "firstSeenAt", "lastCommitAt", "generatedAt", "sentAt", "customer", "since")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def picture(engine):
    engine.draw()
    out = {"report": engine.admin("GET", "/api/v1/reports/orders").json}
    out["items"] = sorted((json.dumps(plain(item), sort_keys=True) for item in engine.admin("GET", "/api/v1/items?limit=500&sort=id").json["items"]))
    out["popular"] = [item["itemId"] for item in engine.admin("GET", "/api/v1/items?limit=50&sort=popular").json["items"]]
    out["members"] = engine.admin("GET", "/api/v1/segments").json
    out["members"] = [(one["name"], one.get("size")) for one in out["members"]["items"]]
    for user in [f"u{i}" for i in range(9)]:
        answer = engine.serve("GET", f"/v1/profiles/{user}")
        out[user] = plain(answer.json) if answer.status == 200 else answer.status
        out["events of " + user] = sorted(event["messageId"] for event in engine.events(user))
    for item in range(13):
        out[f"item {item}"] = plain(engine.admin("GET", f"/api/v1/items/i{item}").json)
    overview = engine.admin("GET", "/api/v1/overview").json
    out["totals"] = {key: overview["totals"][key] for key in ("events", "customers", "items")}
    out["export"] = sorted(event["messageId"] for event in engine.export())
    return out


def same(got, want, what):
    for key in want:
        if not equal(json.dumps(got[key], sort_keys=True), json.dumps(want[key], sort_keys=True), f"{what}: {key}"):
            return


def in_files(data):
    """Canaries in any byte of the folder, as they are and as a browser or a query writes them."""
    words = [word.encode() for word in CANARIES] + [word.replace(" ", "%20").encode() for word in CANARIES if " " in word]
    found = set()
    for path in glob.glob(os.path.join(data, "**"), recursive=True):
        if not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            text = file.read()
        found |= {(word.decode(), os.path.relpath(path, data)) for word in words if word in text}
    return found


def in_answers(engine):
    """Canaries in what the engine itself reads out of its log and views, and in what it says of itself."""
    texts = {"export": json.dumps(engine.export(), ensure_ascii=False), "letters": json.dumps(engine.letters(), ensure_ascii=False),
             "metrics": engine.ask("GET", "/metrics").body.decode(), "lines": "\n".join(engine.lines)}
    for path in ("/api/v1/events?limit=500", "/api/v1/customers?limit=500", "/api/v1/imports", "/api/v1/erasures", "/api/v1/tags", "/api/v1/quality", "/api/v1/system"):
        texts[path] = engine.admin("GET", path).body.decode()
    return {(word, where) for where, text in texts.items() for word in CANARIES if word in text}


def erasures(engine):
    return engine.admin("GET", "/api/v1/erasures").json["items"]


def wait_complete(engine, what, until_s=120):
    end = time.monotonic() + until_s
    while time.monotonic() < end:
        try:
            items = erasures(engine)
            if items and all(one["state"] == "complete" for one in items):
                return check(True, what)
        except (OSError, ConnectionError, ValueError):
            pass  # it is being opened anew
        time.sleep(0.1)
    return check(False, what, (erasures(engine), engine.lines[-5:]))


def verify(engine, number):
    path = os.path.join(kit.folder(), f"receipt-{number}.json")
    status, out, err = kit.run("erase", "--data", engine.data, "--receipt", number)
    check(status == 0, "the receipt is given out", (status, err))
    with open(path, "w", encoding="utf-8") as file:
        file.write(out)
    receipt = json.loads(out)
    equal(kit.run("erase", "--verify", path)[0], 0, "the receipt is good")
    check(not any(word in out for word in CANARIES), "and names nobody")
    key = receipt["publicKey"]["x"]
    equal(kit.run("erase", "--verify", path, "--public-key", key)[0], 0, "with the key the list shows, too")
    other = ("A" if key[0] != "A" else "B") + key[1:]
    equal(kit.run("erase", "--verify", path, "--public-key", other)[0], 1, "not with another key")
    for change in (lambda r: r["receipt"].update(customers=99), lambda r: r.update(payload=base64.urlsafe_b64encode(b"{}").decode().rstrip("=")),
                   lambda r: r.update(signature="A" + r["signature"][1:] if r["signature"][0] != "A" else "B" + r["signature"][1:])):
        forged = json.loads(out)
        change(forged)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(forged, file)
        equal(kit.run("erase", "--verify", path)[0], 1, "a changed receipt is not")
    return receipt["receipt"]


# ---- the checks ----


def check_18_erasure(partitions):
    options = ["--partitions", str(partitions), *OPTIONS]
    name = f"{partitions}-"
    never = kit.Engine(data=os.path.join(kit.folder(), name + "never"), options=options)
    engine = kit.Engine(data=os.path.join(kit.folder(), name + "erased"), options=options)
    for e in (never, engine):
        equal(e.admin("PUT", "/api/v1/segments/buyers", {"expression": "customer.orders.count(days(90)) >= 1"}).status, 200, "a segment")
        send(e, live(0, 60))
    decision = bring_canary(engine)
    for e in (never, engine):
        send(e, live(60, 60))
        e.serve("PUT", f"/v1/profiles/u1/tags/{TAG}", {})
    engine.sync()
    equal(engine.serve("GET", f"/v1/profiles/{USER}").status, 200, "he is known")
    equal({word for word, _ in in_answers(engine)}, set(CANARIES), "before: every canary is found where it should be")
    check({CITY, COUPON} <= {word for word, _ in in_files(engine.data)}, "before: files hold what is not sealed", in_files(engine.data))
    if partitions == 1:
        engine.is_equal("before")

    equal(engine.admin("POST", "/api/v1/erasures", {"userId": USER, "reason": f"wrote from {EMAIL}"}).json["field"], "reason", "a reason that names him is refused")
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": "nobody"}).status, 404, "who is not there cannot be erased")
    equal(engine.admin("POST", "/api/v1/erasures", {}).status, 400, "nor nobody")
    equal(engine.ask("POST", "/api/v1/erasures", {"userId": USER}, key=kit.WRITE).status, 403, "not with a write key")
    equal(engine.ask("POST", "/api/v1/erasures", {"userId": USER}, key=kit.SERVER).status, 403, "not with a server key")
    equal(engine.serve("GET", f"/v1/decisions/{decision}").status, 200, "his decision is told")
    answer = engine.admin("POST", "/api/v1/erasures", {"userId": USER, "reason": "asked by letter"})
    equal((answer.status, answer.json["customers"], answer.json["letters"] >= 2), (202, 2, True), "he is erased, with all his numbers")

    def gone(when):
        for user in (USER, ALIAS):
            equal(engine.serve("GET", f"/v1/profiles/{user}").status, 404, f"{when}: his profile is unknown")
            equal(engine.serve("GET", f"/v1/consents/{user}").json, engine.serve("GET", "/v1/consents/nobody").json, f"{when}: his choices are those of nobody")
        equal(engine.admin("GET", f"/api/v1/customers?q={USER}").json["items"], [], f"{when}: nobody finds him")
        told = engine.serve("GET", f"/v1/decisions/{decision}")
        equal((told.status, told.json["code"]), (410, "erased"), f"{when}: his decision is not replayable")
        equal(in_answers(engine), set(), f"{when}: no canary in any answer")

    gone("at once")
    wait_complete(engine, "the rest is done in the background")
    gone("when it is complete")
    equal(in_files(engine.data), set(), "no canary in any byte of the folder")
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": USER}).status, 404, "nobody is erased twice")
    want = picture(never)
    same(picture(engine), want, "as if he had never been")
    engine.is_equal("after an erasure")
    engine.restart()
    same(picture(engine), want, "after a restart")
    engine.is_equal("after a restart")
    engine.kill()
    shutil.rmtree(os.path.join(engine.data, "state"))
    engine.start()
    same(picture(engine), want, "folded from the log")
    engine.is_equal("folded from the log")
    gone("after a rebuild")
    receipt = verify(engine, "1")
    check(all(receipt["parts"][part]["at"] for part in ("keys", "ids", "views", "log", "files")) and receipt["parts"]["log"]["records"] >= 12, "each part has its time", receipt)

    # The same id comes again: somebody new. An old file says again what it says, and no more.
    send(engine, [{"type": "track", "event": "Product Viewed", "userId": USER, "messageId": "again-1", "properties": {"product_id": "i1"}}])
    engine.sync()
    profile = engine.serve("GET", f"/v1/profiles/{USER}").json
    equal((profile["orders"]["count"], profile["traits"], profile["ids"]), (0, {}, {"userId": [USER]}), "a later event begins an empty customer")
    status, out, err = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--json", csv(engine))
    check(status == 0, "an old file again", (status, out, err))
    engine.sync()
    equal(engine.serve("GET", f"/v1/profiles/{USER}").json["orders"]["count"], 1, "an old file brings its order again, and nothing else")
    engine.is_equal("with a new customer of the same id")
    engine.stop()
    never.stop()


def others(engine):
    """Without where they stand among all buyers, which the clock draws anew."""
    return {user: {key: value for key, value in engine.serve("GET", f"/v1/profiles/{user}").json.items() if key != "standing"} for user in ("u1", "u5")}


def check_18_killed_while_it_erases():
    """A kill at any moment: what was acknowledged is completed."""
    engine = kit.Engine(data=os.path.join(kit.folder(), "kills"), options=["--partitions", "3", *OPTIONS])
    send(engine, live(0, 120))
    for turn in range(8):
        bring_again = [{**event, "messageId": f"k{turn}-{event['messageId']}"} for event in canary()]
        send(engine, bring_again)
        engine.sync()
        before = others(engine)
        equal(engine.admin("POST", "/api/v1/erasures", {"userId": USER}).status, 202, "erased")
        for _ in range(1 + turn % 3):
            time.sleep(dice.random() * 1.5)
            engine.kill()
            engine.start()
        equal(engine.serve("GET", f"/v1/profiles/{USER}").status, 404, "a kill does not bring him back")
        wait_complete(engine, "after kills it comes to its end")
        equal(in_files(engine.data), set(), "no canary in any byte of the folder")
        equal(others(engine), before, "others are as before, byte by byte")
        engine.is_equal("after kills")
    engine.stop()


def test_command():
    """Nobody serves the folder: the command erases, and whoever serves it next does the rest."""
    engine = kit.Engine(data=os.path.join(kit.folder(), "command"), options=OPTIONS)
    send(engine, live(0, 30))
    send(engine, canary())
    engine.stop()
    status, out, err = kit.run("erase", "--data", engine.data, USER, "--reason", "by command")
    check(status == 0 and USER not in out and "erasure 1" in out, "the command erases", (status, out, err))
    equal(kit.run("erase", "--data", engine.data, USER)[0], 3, "once")
    status, out, err = kit.run("profile", "--data", engine.data, USER)
    equal(status, 1, "he is unknown")
    equal(kit.run("erase", "--data", engine.data)[0], 2, "one must say whom")
    engine.start()
    wait_complete(engine, "the engine does the rest")
    equal(in_files(engine.data), set(), "no canary in any byte of the folder")
    check("complete" in kit.run("erase", "--data", engine.data, "--list")[1], "the list says so")
    engine.stop()


def check_18_erased_stay_erased_when_a_backup_comes_back():
    """The erased stay erased: a folder restored from an earlier backup hears of it from the list beside the key, before it answers."""
    engine = kit.Engine(data=os.path.join(kit.folder(), "backed-up"), options=OPTIONS)
    send(engine, live(0, 60))
    bring_canary(engine)
    engine.sync()
    copy, older, later = (os.path.join(kit.folder(), name) for name in ("copy", "older-copy", "restored"))
    equal(kit.run("backup", "--data", engine.data, copy)[0], 0, "a backup that knows him")
    send(engine, [{"type": "track", "event": "E", "userId": "younger", "messageId": "y-1"}])  # of whom the backup knows nothing
    engine.sync()
    for user in (USER, "younger"):
        equal(engine.admin("POST", "/api/v1/erasures", {"userId": user}).status, 202, "erased")
    wait_complete(engine, "complete")
    equal(kit.run("backup", "--data", engine.data, copy)[0], 0, "the same backup, brought up to date")
    equal(in_files(copy), set(), "has no canary in any byte any more")
    engine.stop()

    old = kit.Engine(data=os.path.join(kit.folder(), "older"), options=OPTIONS)
    send(old, live(0, 60))
    bring_canary(old)
    old.sync()
    equal(kit.run("backup", "--data", old.data, older)[0], 0, "a backup")
    send(old, [{"type": "track", "event": "E", "userId": "younger", "messageId": "y-1"}])
    for user in (USER, "younger"):
        old.sync()
        equal(old.admin("POST", "/api/v1/erasures", {"userId": user}).status, 202, "erased")
    old.stop()
    key = os.path.join(old.data, "zhun.key")
    with open(key + ".erased", encoding="utf-8") as file:
        text = file.read()
    equal((len(text.split("\n")), [word for word in CANARIES if word in text or word.encode().hex() in text]), (3, []), "the list has a line for each, and no id")
    status, out, err = kit.run("restore", older, "--data", later, "--key-file", key)
    check(status == 0 and "No list" not in out, "restored with the key and the list beside it", (status, out, err))
    back = kit.Engine(data=later, options=OPTIONS)
    equal(back.serve("GET", f"/v1/profiles/{USER}").status, 404, "he is gone before anybody asks")
    send(back, [{"type": "track", "event": "E", "userId": "somebody-else", "messageId": "s-1"}])  # gets the number that the younger one had
    wait_complete(back, "and the rest is done")
    equal(in_files(later), set(), "no canary in any byte of the restored folder")
    back.restart()
    back.sync()
    equal(back.serve("GET", "/v1/profiles/somebody-else").status, 200, "who came later is not taken for one who was erased")
    equal(len(erasures(back)), 2, "each is said again once")
    back.is_equal("after a restore")
    back.stop()
    bare = os.path.join(kit.folder(), "bare")
    os.remove(key + ".erased")
    status, out, err = kit.run("restore", older, "--data", bare, "--key-file", key)
    check(status == 0 and "No list" in out, "without the list it is said", (status, out, err))


for partitions in (1, 3):
    kit.prove(check_18_erasure, partitions)
kit.prove(check_18_erased_stay_erased_when_a_backup_comes_back)
kit.prove(check_18_killed_while_it_erases)
test_command()
kit.finish()
