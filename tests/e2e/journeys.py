#!/usr/bin/env python3
"""Journeys: customers enter by an event or a segment, wait for time and for events, branch, are split, written to, given coupons and tags, and leave; each message goes once, over kills; a cart is led once;
a control group is left alone; who is in an older version finishes in it, or moves where that is said; what is paused does nothing, but an order counts; erased customers are gone.

The gateway is one on loopback. On one and on three partitions.
"""
import collections
import time

import kit
from kit import WHOLE, check, equal, prove
from kit.gateway import OPTIONS, Gateway, sms, until

gateway = Gateway()
CUSTOMERS = 1000 if WHOLE else 300
SECOND = 1000


class Person:
    def __init__(self, engine, name):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": "a long enough one"})
        equal(answer.status, 200, f"{name} signs in")
        self.engine, self.headers = engine, {"Cookie": answer.header("set-cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)


def people(engine, make=True):
    for name in ("mia", "max"):
        if make:
            equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": "marketer", "password": "a long enough one"}).status, 201, f"{name} works here")
    engine.marketer, engine.boss = Person(engine, "mia"), Person(engine, "max")


def again(engine):
    engine.kill()
    engine.start()
    people(engine, make=False)


def journey(first, nodes, **more):
    return {"entry": {"event": "Cart Viewed"}, "audience": {"everyone": True}, "control": 0, "first": first, "nodes": nodes, **more}


def send(template="offer", **more):
    return {"kind": "send", "channels": [{"channel": "sms", "template": template}], **more}


def put(who, name, definition):
    answer = who.ask("PUT", f"/api/v1/journeys/{name}", definition)
    equal(answer.status, 200, f"{name} is defined: {answer.body[:300] if answer.status != 200 else ''}")


def act(who, name, what, status=200):
    answer = who.ask("POST", f"/api/v1/journeys/{name}/{what}")
    equal(answer.status, status, f"{what} {name}: {answer.body[:300] if answer.status != status else ''}")


def run(engine, name, definition):
    """Written by one, let go by another; then the engine has seen it."""
    put(engine.marketer, name, definition)
    act(engine.marketer, name, "submit")
    act(engine.boss, name, "approve")
    time.sleep(0.6)


def report(engine, name):
    return engine.admin("GET", f"/api/v1/journeys/{name}/report").json


def nodes(engine, name, version=0):
    """{node: (now there, ever came by)} of the newest version, or of this one."""
    versions = [one for one in report(engine, name)["versions"] if version in (0, one["version"])]
    return {one["node"]: (one["at"], one["visited"]) for one in versions[0]["nodes"]} if versions else {}


def left(engine, name):
    counts = collections.Counter()
    for version in report(engine, name)["versions"]:
        counts.update(version["left"])
    return counts


def inside(engine, name):
    return sum(version["in"] for version in report(engine, name)["versions"])


def instances(engine, user):
    return engine.admin("GET", f"/api/v1/journeys/instances?userId={user}").json["items"]


def sent_to(name):
    return collections.Counter((one["to"], one["step"]) for one in gateway.bodies() if one["campaign"] == name)


def track(engine, user, event, message, **properties):
    engine.collect("batch", {"batch": [{"type": "track", "event": event, "messageId": message, "userId": user, "properties": properties, "timestamp": kit.iso(kit.now_ms())}]})


def track_all(engine, users, event, tag, **properties):
    for at in range(0, len(users), 200):
        engine.collect("batch", {"batch": [{"type": "track", "event": event, "messageId": f"{tag}-{user}", "userId": user, "properties": properties, "timestamp": kit.iso(kit.now_ms())} for user in users[at:at + 200]]})


def shop(engine, count):
    body = '{"to":"{{ to }}","campaign":"{{ message.campaign }}","step":"{{ message.step }}","key":"{{ message.key }}"}'
    equal(engine.admin("PUT", "/api/v1/channels/sms", sms(gateway, body=body)).status, 200, "a channel")
    equal(engine.admin("PUT", "/api/v1/templates/offer", {"purpose": "marketing", "languages": {"en": {"text": "For you"}}}).status, 200, "a template")
    equal(engine.admin("PUT", "/api/v1/templates/note", {"purpose": "transactional", "languages": {"en": {"text": "Seen"}}}).status, 200, "another one")
    users = [f"u{n}" for n in range(count)]
    for at in range(0, count, 400):
        engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-{user}", "userId": user, "traits": {"phone": user, "tier": "gold" if int(user[1:]) % 10 == 0 else "none"}} for user in users[at:at + 400]]})
    for user in users:
        equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {"sms": True}}).status // 100, 2, f"{user} allows it")
    engine.sync()
    return users


def an_abandoned_cart_is_led_once(engine):
    gateway.clear()
    track(engine, "u1", "Cart Viewed", "before", cart_id="c0", products=[{"product_id": "p", "price": 500}])
    engine.sync()
    run(engine, "cart", journey("hour", {
        "hour": {"kind": "wait", "event": "Order Completed", "restart": "Cart Viewed", "forMs": 3 * SECOND, "late": "tier"},
        "tier": {"kind": "branch", "cases": [{"if": 'customer.traits.tier == "gold"', "next": "gold"}], "next": "plain"},
        "gold": send(next="mark"), "plain": send(next="mark"), "mark": {"kind": "update", "tag": "reminded", "next": "tell"},
        "tell": {"kind": "update", "webhook": {"channel": "sms", "template": "note"}},
    }, entry={"event": "Cart Viewed", "where": "e.price > 100.0", "key": "cart_id"}, exitOn=[{"event": "Order Completed"}]))
    begun = time.monotonic()
    for user, cart, price, message in (("u1", "c1", 200, "m1"), ("u10", "c2", 300, "m2"), ("u2", "c3", 50, "m3"), ("u3", "c4", 200, "m4"), ("u4", "c5", 200, "m5"), ("u1", "c6", 200, "m6")):
        track(engine, user, "Cart Viewed", message, cart_id=cart, products=[{"product_id": "p", "price": price}])
    track(engine, "u3", "Order Completed", "m7", order_id="o1", revenue=200, currency="EUR")
    check(until(lambda: inside(engine, "cart") == 4 and left(engine, "cart")["goal"] == 1), "four carts wait, and who ordered is out of it", report(engine, "cart"))
    time.sleep(max(0.0, begun + 2 - time.monotonic()))
    track(engine, "u4", "Cart Viewed", "m8", cart_id="c5", products=[{"product_id": "p", "price": 200}])
    equal(sum(sent_to("cart").values()), 0, "nobody is written to before the time is over")
    check(until(lambda: left(engine, "cart")["end"] == 4, 15), "then each is led to the end", report(engine, "cart"))
    check(until(lambda: sum(sent_to("cart").values()) == 8), "with a message and a word to the shop each", sent_to("cart"))
    equal(sent_to("cart"), {("u1", "plain"): 2, ("u1", "tell"): 2, ("u10", "gold"): 1, ("u10", "tell"): 1, ("u4", "plain"): 1, ("u4", "tell"): 1}, "two carts of one customer are two, and each has the way of its own")
    late = [one for one in gateway.taken if b'"u4"' in one["body"]]
    check(late and late[0]["at"] - (time.time() - (time.monotonic() - begun)) >= 4.5, "a look at the cart begins the wait anew")
    equal(engine.admin("POST", "/api/v1/segments/preview", {"expression": 'customer.has_tag("reminded")'}).json["matching"], 3, "and has the tag")
    equal(nodes(engine, "cart")["plain"], (0, 3), "the canvas counts who came by")
    track(engine, "u1", "Cart Viewed", "m9", cart_id="c1", products=[{"product_id": "p", "price": 200}])
    engine.sync()
    time.sleep(0.8)
    equal(inside(engine, "cart"), 0, "a cart that was led once is not led again")
    one = next(one for one in instances(engine, "u10") if one["journey"] == "cart")
    equal((one["key"], one["left"], one["entries"], one["visited"]), ("c2", "end", 1, ["hour", "tier", "gold", "mark", "tell"]), "of one customer the way is told")


def a_control_group_is_left_alone(engine, users):
    gateway.clear()
    run(engine, "half", journey("mail", {"mail": send()}, entry={"event": "Half"}, control=0.5))
    track_all(engine, users, "Half", "half")
    check(until(lambda: sum(left(engine, "half").values()) == len(users), 30), "everyone is in it, or of the control group", left(engine, "half"))
    got = left(engine, "half")
    check(abs(got["control"] - len(users) / 2) < 4 * (len(users) / 4) ** 0.5, "half of them", got)
    check(until(lambda: len(sent_to("half")) == got["end"]), "the others are written to", len(sent_to("half")))
    said = report(engine, "half")
    equal((said["control"], said["treated"]), (got["control"], got["end"]), "and that is what is compared")


def arms_are_split_and_coupons_given(engine, users):
    gateway.clear()
    equal(engine.admin("PUT", "/api/v1/offers/gift", {"title": {"en": "Gift"}, "kind": "fixed", "offCents": 500, "currency": "EUR", "give": "claim", "stock": 20, "perCustomer": 1}).status // 100, 2, "an offer of twenty")
    run(engine, "arms", journey("ab", {
        "ab": {"kind": "split", "arms": [{"name": "a", "share": 0.3, "next": "gift"}, {"name": "b", "share": 0.7, "next": "mail"}]},
        "gift": {"kind": "offer", "offer": "gift", "next": "mail", "refused": "sorry"}, "sorry": {"kind": "update", "tag": "no-gift"}, "mail": send(),
    }, entry={"event": "Arms"}))
    track_all(engine, users, "Arms", "arms")
    check(until(lambda: left(engine, "arms")["end"] == len(users), 60), "everyone came to the end", report(engine, "arms"))
    came = {node: visited for node, (_, visited) in nodes(engine, "arms").items()}
    check(abs(came["gift"] - 0.3 * len(users)) < 4 * (0.21 * len(users)) ** 0.5, "three tenths came to the gift", came)
    equal((came["sorry"], came["mail"]), (came["gift"] - 20, len(users) - came["sorry"]), "twenty of them got it, and the others are told apart")
    check(until(lambda: len(sent_to("arms")) == came["mail"]), "each of the rest is written to once", len(sent_to("arms")))


def a_segment_lets_in(engine):
    gateway.clear()
    equal(engine.admin("PUT", "/api/v1/segments/buyers", {"expression": 'customer.did("Signed Up")'}).status // 100, 2, "a segment")
    track(engine, "u5", "Signed Up", "s-u5")
    engine.sync()
    run(engine, "welcome", journey("mail", {"mail": send()}, entry={"segment": "buyers"}))
    time.sleep(0.5)
    for user in ("u6", "u7"):
        track(engine, user, "Signed Up", f"s-{user}")
    check(until(lambda: set(sent_to("welcome")) == {("u6", "mail"), ("u7", "mail")}, 15), "who becomes a member is let in, who was one is not", sent_to("welcome"))


def who_left_may_enter_again(engine):
    gateway.clear()
    equal(engine.admin("PUT", "/api/v1/offers/each", {"title": {"en": "Each time"}, "kind": "fixed", "offCents": 100, "currency": "EUR", "give": "claim", "stock": 100, "perCustomer": 10}).status // 100, 2, "an offer")
    run(engine, "again", journey("gift", {"gift": {"kind": "offer", "offer": "each", "next": "mail"}, "mail": send(next="w"), "w": {"kind": "wait", "forMs": SECOND}}, entry={"event": "Again", "again": "after_exit"}))
    for n in range(3):
        track(engine, "u8", "Again", f"again-{n}")
        check(until(lambda n=n: sum(sent_to("again").values()) == n + 1, 10), f"entry {n + 1} is led", sent_to("again"))
        track(engine, "u8", "Again", f"again-inside-{n}")
        check(until(lambda: inside(engine, "again") == 0, 10), "an event while he is in it lets nobody in", report(engine, "again"))
        again(engine)
    one = next(one for one in instances(engine, "u8") if one["journey"] == "again")
    equal((one["entries"], sorted(message["key"] for message in messages(engine, "again"))), (3, ["customer", "customer#2.0", "customer#3.0"]), "each entry has a message of its own, told by the number of the entry")


def killed_on_the_way(engine, users):
    gateway.clear()
    run(engine, "crash", journey("one", {"one": send(next="w"), "w": {"kind": "wait", "forMs": SECOND, "next": "two"}, "two": send(next="x"), "x": {"kind": "wait", "forMs": 2 * SECOND, "next": "three"}, "three": send()}, entry={"event": "Crash"}))
    track_all(engine, users, "Crash", "crash")
    for _ in range(5):
        seen = sum(sent_to("crash").values())
        until(lambda: sum(sent_to("crash").values()) > seen, 3)
        engine.kill()
        engine.start()
    people(engine, make=False)
    check(until(lambda: left(engine, "crash")["end"] == len(users), 60), "after five kills everyone comes to the end", report(engine, "crash"))
    states = collections.Counter()
    until(lambda: not any(one["state"] in ("planned", "sending") for one in messages(engine, "crash")), 60)
    for one in messages(engine, "crash"):
        states[one["state"]] += 1
    equal(sum(states.values()), 3 * len(users), f"each of the three messages is planned once: {states}")
    goes = sent_to("crash")
    equal(max(goes.values()), 1, "nobody got one twice")
    check(states["in_doubt"] <= 20 and states["sent"] + states["in_doubt"] == 3 * len(users), "but for those in doubt all are sent", states)


def messages(engine, name):
    items, cursor = [], ""
    while True:
        page = engine.admin("GET", f"/api/v1/messages?limit=500&campaign={name}{cursor}").json
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = "&cursor=" + page["next"]


def paused_and_a_new_version(engine):
    gateway.clear()
    nodes_of = lambda template, ms: {"w": {"kind": "wait", "forMs": ms, "next": template}, template: send(next="far"), "far": {"kind": "wait", "forMs": 600 * SECOND}}  # noqa: E731
    run(engine, "long", journey("w", nodes_of("first", 3 * SECOND), entry={"event": "Long"}, exitOn=[{"event": "Order Completed"}]))
    for user in ("u20", "u21", "u22"):
        track(engine, user, "Long", f"l-{user}")
    check(until(lambda: inside(engine, "long") == 3), "three are in it", report(engine, "long"))
    act(engine.boss, "long", "pause")
    track(engine, "u21", "Order Completed", "l-o", order_id="l-o", revenue=1, currency="EUR")
    track(engine, "u23", "Long", "l-u23")
    time.sleep(4)
    equal((sum(sent_to("long").values()), inside(engine, "long"), left(engine, "long")["goal"]), (0, 2, 1), "paused: nothing is done, nobody enters, and an order counts")
    put(engine.marketer, "long", journey("w", nodes_of("second", SECOND), entry={"event": "Long"}))
    act(engine.marketer, "long", "submit")
    again(engine)
    act(engine.boss, "long", "approve")
    check(until(lambda: sent_to("long") == {("u20", "first"): 1, ("u22", "first"): 1}, 15), "who is in the older version goes on in it", sent_to("long"))
    track(engine, "u24", "Long", "l-u24")
    check(until(lambda: ("u24", "second") in sent_to("long"), 15), "who enters now is in the new one", sent_to("long"))
    equal([(one["version"], one["in"]) for one in report(engine, "long")["versions"]], [(2, 1), (1, 2)], "and the report tells them apart")
    act(engine.boss, "long", "pause")
    put(engine.marketer, "long", {**journey("w", {**nodes_of("third", SECOND), "far": {"kind": "wait", "forMs": 600 * SECOND, "next": "bye"}, "bye": send()}, entry={"event": "Long"}), "running": "move"})
    act(engine.marketer, "long", "submit")
    act(engine.boss, "long", "approve")
    check(until(lambda: [(one["version"], one["in"]) for one in report(engine, "long")["versions"] if one["in"] > 0] == [(3, 3)]), "a version may take those that are in with it", report(engine, "long"))
    act(engine.boss, "long", "end")
    check(until(lambda: inside(engine, "long") == 0 and left(engine, "long")["ended"] == 3), "ended: they leave", left(engine, "long"))


def a_dry_run_is_as_what_happened(engine, users):
    """Over the events of before it is led as the clock leads it: a journey that ran, and its dry run afterwards, agree."""
    definition = journey("w", {
        "w": {"kind": "wait", "event": "Dry Bought", "forMs": 2 * SECOND, "next": "thanks", "late": "tier"}, "thanks": {"kind": "exit", "goal": True},
        "tier": {"kind": "branch", "cases": [{"if": 'customer.traits.tier == "gold"', "next": "gold"}], "next": "ab"}, "gold": send(next="far"),
        "ab": {"kind": "split", "arms": [{"name": "a", "share": 0.5, "next": "plain"}, {"name": "b", "share": 0.5, "next": "far"}]}, "plain": send(next="far"), "far": {"kind": "wait", "forMs": 600 * SECOND},
    }, entry={"event": "Dry Run"}, control=0.3)
    run(engine, "dry", definition)
    some = users[:200]
    track_all(engine, some, "Dry Run", "dry")
    track_all(engine, some[::3], "Dry Bought", "dry-bought")
    check(until(lambda: inside(engine, "dry") + sum(left(engine, "dry").values()) == len(some) and nodes(engine, "dry")["w"][0] == 0, 20), "all are led on", report(engine, "dry"))
    act(engine.boss, "dry", "pause")
    engine.sync()
    got = engine.marketer.ask("POST", "/api/v1/journeys/preview", {"journey": "dry", "days": 1}).json
    ran = left(engine, "dry")
    equal((got["entered"], got["customers"], got["control"], got["left"]["goal"]), (len(some), len(some), ran["control"], ran["goal"]), "as many enter, are left alone, and buy in time")
    equal({one["node"]: (one["at"], one["visited"]) for one in got["nodes"]}, nodes(engine, "dry"), "and each node has as many")
    equal(sum(one.get("messages", 0) for one in got["nodes"]), sum(day["messages"] for day in got["days"]), "messages are told by day")
    equal(sum(one.get("messages", 0) for one in got["nodes"]), len(messages(engine, "dry")), "as many as were planned")
    status, text, why = kit.run("journey", "preview", "dry", "--days", "1", "--data", engine.data)
    check(status == 0 and f"{len(some)} customers enter" in text and "plain" in text, "the command says it, too", (status, text[:300], why))
    equal(engine.admin("PUT", "/api/v1/delivery", {"caps": [{"most": 1, "per": "day", "over": "skip"}]}).status, 200, "one a day")
    twice = journey("one", {"one": send(next="w"), "w": {"kind": "wait", "forMs": SECOND, "next": "two"}, "two": send()}, entry={"event": "Dry Run"})
    got = engine.marketer.ask("POST", "/api/v1/journeys/preview", {"definition": twice, "days": 1}).json
    equal((sum(day["messages"] for day in got["days"]), got["skipped"], got["most"]), (len(some), [{"why": "frequency_cap", "messages": len(some)}], 1), "and the second message of each is held")
    equal(engine.admin("PUT", "/api/v1/delivery", {}).status, 200, "no rules any more")
    engine.collect("batch", {"batch": [{"type": "track", "event": "Round", "messageId": "round", "userId": "u9", "timestamp": kit.iso(kit.now_ms() - 80 * 86400 * SECOND)}]})
    engine.sync()
    rounds = journey("w", {"w": {"kind": "wait", "forMs": SECOND, "next": "mark"}, "mark": {"kind": "update", "tag": "round", "next": "w"}}, entry={"event": "Round"})
    got = engine.marketer.ask("POST", "/api/v1/journeys/preview", {"definition": rounds, "days": 90}).json
    equal((got["isPart"], got["entered"]), (True, 1), "a way round and round is given up after five million steps, and it is said")


def an_erased_customer_is_gone(engine):
    run(engine, "gone", journey("w", {"w": {"kind": "wait", "forMs": 600 * SECOND}}, entry={"event": "Gone"}))
    for user in ("u30", "u31"):
        track(engine, user, "Gone", f"g-{user}")
    check(until(lambda: inside(engine, "gone") == 2), "two are in it", report(engine, "gone"))
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": "u30", "reason": "asked"}).status // 100, 2, "one is to be forgotten")
    check(until(lambda: inside(engine, "gone") == 1 and nodes(engine, "gone")["w"] == (1, 1), 20), "and is in no journey any more", report(engine, "gone"))


def main(partitions):
    engine = kit.Engine(options=["--partitions", str(partitions), "--senders", "4", "--erase-wait", "0", *OPTIONS])
    people(engine)
    users = shop(engine, CUSTOMERS)
    prove(an_abandoned_cart_is_led_once, engine)
    prove(a_control_group_is_left_alone, engine, users)
    prove(arms_are_split_and_coupons_given, engine, users)
    prove(a_segment_lets_in, engine)
    prove(who_left_may_enter_again, engine)
    prove(killed_on_the_way, engine, users)
    prove(paused_and_a_new_version, engine)
    prove(a_dry_run_is_as_what_happened, engine, users)
    prove(an_erased_customer_is_gone, engine)
    engine.is_equal("after journeys")
    engine.stop()


main(1)
main(3)
kit.finish()
