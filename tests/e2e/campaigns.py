#!/usr/bin/env python3
"""Campaigns: a definition is checked, submitted, approved by somebody else, and run; each customer gets its message once, over kills too; a control group is left alone, the same
customers each time, and is what the report compares with; a budget is never passed; what is paused waits and what ended is skipped; an event, and an event that another one did not follow, are answered.

The gateway is one on loopback. On one and on three partitions.
"""
import collections
import json
import math
import os
import time

import kit
from kit import WHOLE, check, equal, prove
from kit.gateway import OPTIONS, Gateway, sms, until

gateway = Gateway()
CUSTOMERS = 2000 if WHOLE else 600
BASE = {"channel": "sms", "template": "offer", "audience": {"everyone": True}, "when": {"kind": "once"}, "control": 0}


class Person:
    def __init__(self, engine, name, password):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password})
        equal(answer.status, 200, f"{name} signs in")
        self.engine, self.headers = engine, {"Cookie": answer.header("set-cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)


def put(who, name, **more):
    answer = who.ask("PUT", f"/api/v1/campaigns/{name}", {**BASE, **more})
    equal(answer.status, 200, f"{name} is defined: {answer.body[:300] if answer.status != 200 else ''}")
    return answer.json


def act(who, name, what, status=200, note=None):
    answer = who.ask("POST", f"/api/v1/campaigns/{name}/{what}", {"note": note} if note else None)
    equal(answer.status, status, f"{what} {name}: {answer.body[:300] if answer.status != status else ''}")
    return answer.json


def run(engine, name, **more):
    """Written by one, let go by another."""
    put(engine.marketer, name, **more)
    act(engine.marketer, name, "submit")
    return act(engine.boss, name, "approve")


def messages(engine, campaign):
    items, cursor = [], ""
    while True:
        page = engine.admin("GET", f"/api/v1/messages?limit=500&campaign={campaign}{cursor}").json
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = "&cursor=" + page["next"]


def states(engine, campaign):
    return collections.Counter(one["why"] if one["state"] in ("skipped", "planned") else one["state"] for one in messages(engine, campaign))


def settled(engine, campaign, seconds=60):
    """Its run is done, and nothing of it waits any more."""
    until(lambda: engine.admin("GET", f"/api/v1/campaigns/{campaign}").json["runs"] and not any(one["state"] in ("planned", "sending") for one in messages(engine, campaign)), seconds)
    return states(engine, campaign)


def sent_to(campaign):
    return collections.Counter(one["to"] for one in gateway.bodies() if one["campaign"] == campaign)


def people(engine):
    for name, role in (("mia", "marketer"), ("max", "marketer"), ("vic", "viewer")):
        equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": role, "password": "a long enough one"}).status, 201, f"{name} works here")
    engine.marketer, engine.boss = Person(engine, "mia", "a long enough one"), Person(engine, "max", "a long enough one")


def shop(engine, count):
    body = '{"to":"{{ to }}","campaign":"{{ message.campaign }}","key":"{{ message.key }}"}'
    equal(engine.admin("PUT", "/api/v1/channels/sms", sms(gateway, body=body)).status, 200, "a channel")
    equal(engine.admin("PUT", "/api/v1/templates/offer", {"purpose": "marketing", "languages": {"en": {"text": "For you"}}}).status, 200, "a template")
    equal(engine.admin("PUT", "/api/v1/templates/order", {"purpose": "transactional", "languages": {"en": {"text": "Paid"}}}).status, 200, "another one")
    users = [f"u{n}" for n in range(count)]
    for at in range(0, count, 400):
        engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-{user}", "userId": user, "traits": {"phone": user, "tier": "gold" if int(user[1:]) % 10 == 0 else "none"}} for user in users[at:at + 400]]})
    for user in users:
        equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {"sms": True}}).status // 100, 2, f"{user} allows it")
    engine.sync()


def a_definition_is_checked_and_approved_by_somebody_else(engine):
    for body, field in (({**BASE, "channel": None}, "channel"), ({**BASE, "colour": 1}, "colour"), ({**BASE, "audience": {"expression": "customer.nothing"}}, "audience.expression"),
                        ({**BASE, "when": {"kind": "event", "event": "A", "where": "1 +"}}, "when.where"), ({**BASE, "control": 2}, "control")):
        answer = engine.marketer.ask("PUT", "/api/v1/campaigns/one", body)
        equal((answer.status, answer.json.get("field")), (400, field), "a wrong campaign is refused by its field")
    one = put(engine.marketer, "one", template="order", when={"kind": "once", "at": "2099-01-01T00:00:00Z"}, control=None)
    equal((one["state"], one["version"], one["control"], one["edited"]["name"]), ("draft", 1, 0.1, "mia"), "a draft, with a control group by default")
    equal(engine.marketer.ask("POST", "/api/v1/campaigns/one/submit").json.get("field"), "template", "a template that is not marketing is none for a campaign")
    put(engine.marketer, "one", template="gone", when={"kind": "once", "at": "2099-01-01T00:00:00Z"})
    equal(engine.marketer.ask("POST", "/api/v1/campaigns/one/submit").status, 409, "nor one that is not there")
    put(engine.marketer, "one", when={"kind": "once", "at": "2099-01-01T00:00:00Z"})
    for what in ("approve", "reject", "pause", "resume"):
        act(engine.boss, "one", what, 409)
    equal(act(engine.marketer, "one", "submit")["state"], "review", "it is handed in")
    equal(engine.marketer.ask("POST", "/api/v1/campaigns/one/approve").json.get("code"), "own_approval", "who wrote it does not approve it")
    equal(engine.admin("POST", "/api/v1/campaigns/one/approve").status, 403, "nor does a program")
    equal(Person(engine, "vic", "a long enough one").ask("POST", "/api/v1/campaigns/one/approve").status, 403, "nor who may define nothing")
    back = act(engine.boss, "one", "reject", note="too loud")
    equal((back["state"], back["history"][0]["act"], back["history"][0]["note"], back["history"][0]["by"]["name"]), ("draft", "reject", "too loud", "max"), "it is given back, with a word")
    put(engine.boss, "one", when={"kind": "once", "at": "2099-01-01T00:00:00Z"}, priority=3)
    act(engine.marketer, "one", "submit")
    equal(engine.boss.ask("POST", "/api/v1/campaigns/one/approve").json.get("code"), "own_approval", "nor does who changed it last")
    equal(engine.marketer.ask("POST", "/api/v1/campaigns/one/approve").json.get("code"), "own_approval", "nor who handed it in")
    status, _, why = kit.run("campaign", "approve", "one", "--data", engine.data)
    equal(status, 0, f"the command on the machine may: {why}")
    one = engine.admin("GET", "/api/v1/campaigns/one").json
    equal((one["state"], one["approved"]["kind"], one["nextRunAt"], one["version"], len(one["versions"])), ("running", "machine", "2099-01-01T00:00:00.000Z", 4, 3), "it runs, and all versions are kept")
    equal(one["versions"][0]["definition"].get("priority"), None, "as they were")
    equal(engine.marketer.ask("PUT", "/api/v1/campaigns/one", BASE).status, 409, "what runs is not changed")
    equal(engine.marketer.ask("DELETE", "/api/v1/campaigns/one").status, 409, "nor deleted")
    equal([act(engine.boss, "one", what)["state"] for what in ("pause", "resume", "pause", "end")], ["paused", "running", "paused", "ended"], "paused, resumed, ended")
    act(engine.boss, "one", "resume", 409)
    put(engine.marketer, "two")
    equal(engine.marketer.ask("DELETE", "/api/v1/campaigns/two").status, 204, "a draft goes")
    equal([each["name"] for each in engine.admin("GET", "/api/v1/campaigns").json["items"]], ["one"], "and what ran stays")


def a_dry_run_says_what_would_be(engine):
    gateway.clear()
    got = engine.marketer.ask("POST", "/api/v1/campaigns/preview", {"definition": {**BASE, "control": 0.5, "budget": 10}}).json
    equal((got["audience"], got["judged"], got["now"]["wait"], got["messages"], got["overBudget"]), (CUSTOMERS, CUSTOMERS, 0, 10, True), "all are asked, and the budget holds")
    equal(got["now"]["send"] + got["control"], CUSTOMERS, "each would get it, or is in the control group")
    check(abs(got["control"] - CUSTOMERS / 2) < 4 * math.sqrt(CUSTOMERS / 4), "half of them", got["control"])
    equal((got["composed"]["tried"], got["composed"]["withoutAddress"], got["composed"]["broken"], len(got["examples"])), (100, 0, 0, 10), "some are written as they would be")
    gold = engine.marketer.ask("POST", "/api/v1/campaigns/preview", {"definition": {**BASE, "audience": {"expression": 'customer.traits.tier == "gold"'}}}).json
    equal(gold["audience"], CUSTOMERS // 10, "of an audience")
    equal((len(messages(engine, "")), gateway.bodies()), (0, []), "and nothing is planned or sent")


def each_gets_it_once_and_a_control_group_does_not(engine):
    gateway.clear()
    run(engine, "half", control=0.5)
    first = settled(engine, "half")
    left = {one["customerId"] for one in messages(engine, "half") if one["why"] == "control_group"}
    equal(sum(first.values()), CUSTOMERS, "everyone is planned")
    equal((first["sent"], first["control_group"]), (CUSTOMERS - len(left), len(left)), "and is sent it, or is left alone")
    check(abs(len(left) - CUSTOMERS / 2) < 4 * math.sqrt(CUSTOMERS / 4), "half of them", len(left))
    equal((len(sent_to("half")), max(sent_to("half").values())), (CUSTOMERS - len(left), 1), "the gateway got each once")
    act(engine.boss, "half", "pause")
    put(engine.marketer, "half", control=0.5, when={"kind": "once", "at": kit.iso(kit.now_ms() - 1000)})
    act(engine.marketer, "half", "submit")
    act(engine.boss, "half", "approve")
    until(lambda: len(engine.admin("GET", "/api/v1/campaigns/half").json["runs"]) == 2)
    settled(engine, "half")
    again = collections.Counter(one["customerId"] for one in messages(engine, "half") if one["why"] == "control_group")
    equal((set(again), set(again.values())), (left, {2}), "the same customers are left alone the next time")


def a_budget_is_never_passed(engine):
    gateway.clear()
    run(engine, "few", budget=50, control=0.3)
    got = settled(engine, "few")
    equal((got["sent"], len(sent_to("few"))), (50, 50), "fifty, and no more")
    check(got["control_group"] > 0, "the places of the control group are given again", got)
    equal(engine.admin("GET", "/api/v1/campaigns/few").json["runs"][0]["budgetSpent"], True, "and it is said")


def what_is_paused_waits_and_what_ended_is_skipped(engine):
    gateway.clear()
    equal(engine.admin("PUT", "/api/v1/channels/slow", sms(gateway, ratePerSecond=20, body='{"to":"{{ to }}","campaign":"{{ message.campaign }}","key":"{{ message.key }}"}')).status, 200, "a slow channel")
    run(engine, "slow", channel="slow", audience={"expression": 'customer.traits.tier == "gold"'})
    until(lambda: len(sent_to("slow")) >= 5)
    act(engine.boss, "slow", "pause")
    time.sleep(0.3)
    held = len(sent_to("slow"))
    time.sleep(1)
    equal(len(sent_to("slow")), held, "paused: nothing goes")
    check(until(lambda: states(engine, "slow")["campaign_paused"] > 0), "and the ledger says why", states(engine, "slow"))
    act(engine.boss, "slow", "resume")
    check(until(lambda: len(sent_to("slow")) >= held + 5), "resumed it goes on", len(sent_to("slow")))
    act(engine.boss, "slow", "end")
    got = settled(engine, "slow")
    equal((got["sent"] + got["campaign_ended"], len(sent_to("slow"))), (CUSTOMERS // 10, got["sent"]), "what waited is skipped, with its reason")
    check(got["campaign_ended"] > 0, "some did", got)


def killed_in_the_middle_of_a_run(engine):
    gateway.clear()
    run(engine, "crash", control=0.1)
    for _ in range(4):
        seen = len(sent_to("crash"))
        until(lambda: len(sent_to("crash")) > seen, 5)
        engine.kill()
        engine.start()
    got = settled(engine, "crash", 120)
    goes = sent_to("crash")
    equal(sum(got.values()), CUSTOMERS, "after four kills everyone is planned once")
    equal(max(goes.values()), 1, "and nobody got it twice")
    check(len(goes) == got["sent"] + got["in_doubt"] or len(goes) >= got["sent"], "what was sent is what the gateway has, but for those in doubt", (len(goes), got))
    check(got["in_doubt"] <= 16, "of which there are no more than one a thread and kill", got)
    people_again(engine)


def people_again(engine):
    engine.marketer, engine.boss = Person(engine, "mia", "a long enough one"), Person(engine, "max", "a long enough one")


def track(engine, user, event, message, value, **properties):
    properties = {"currency": "EUR", "products": [{"product_id": "p1", "price": value, "quantity": 1}], **properties}
    engine.collect("batch", {"batch": [{"type": "track", "event": event, "messageId": message, "userId": user, "properties": properties, "timestamp": kit.iso(kit.now_ms())}]})


def an_event_is_answered(engine):
    gateway.clear()
    track(engine, "u1", "Cart Viewed", "before", 500, cart_id="c0")
    engine.sync()
    run(engine, "cart", when={"kind": "event", "event": "Cart Viewed", "where": "e.price > 100.0", "key": "cart_id"})
    run(engine, "left", when={"kind": "event", "event": "Cart Viewed", "afterMs": 5000, "unless": "Order Completed"}, audience={"expression": 'customer.traits.tier == "gold"'})
    time.sleep(0.6)
    for user, cart, value, message in (("u1", "c1", 200, "m1"), ("u1", "c1", 300, "m2"), ("u1", "c2", 200, "m3"), ("u2", "c3", 50, "m4"), ("u10", "c4", 10, "m5"), ("u20", "c5", 10, "m6")):
        track(engine, user, "Cart Viewed", message, value, cart_id=cart)
    track(engine, "u20", "Order Completed", "m7", 1, order_id="o1")
    until(lambda: len(messages(engine, "cart")) == 2 and sum(sent_to("cart").values()) == 2)
    equal(sorted(one["key"] for one in messages(engine, "cart")), ["c1", "c2"], "one a cart, of those that are worth it, from its start on")
    equal(set(sent_to("cart")), {"u1"}, "to whom it was")
    equal(len(messages(engine, "left")), 0, "the other one waits")
    check(until(lambda: sum(sent_to("left").values()) == 1, 20), "until the time is over", states(engine, "left"))
    time.sleep(0.5)
    equal(dict(sent_to("left")), {"u10": 1}, "who ordered gets none, and who is not of the audience")
    engine.kill()
    engine.start()
    people_again(engine)
    time.sleep(1.5)
    equal((sum(sent_to("left").values()), sum(sent_to("cart").values())), (1, 2), "after a kill the log is read again, and nothing goes twice")


def one_that_recurs(engine):
    local = time.gmtime(time.time() - 60)
    gateway.clear()
    run(engine, "daily", when={"kind": "recurring", "time": f"{local.tm_hour:02d}:{local.tm_min:02d}"}, audience={"expression": 'customer.traits.tier == "gold"'})
    time.sleep(0.7)
    equal(sum(sent_to("daily").values()), 0, "what was to be before it was approved is not made up for")
    wait = 60 - time.gmtime().tm_sec
    if wait < 8:
        time.sleep(wait)
        wait = 60
    act(engine.boss, "daily", "pause")
    soon = time.gmtime(time.time() + wait + 1)
    run(engine, "daily", when={"kind": "recurring", "time": f"{soon.tm_hour:02d}:{soon.tm_min:02d}", "weekdays": [soon.tm_wday + 1]}, audience={"expression": 'customer.traits.tier == "gold"'})
    check(engine.admin("GET", "/api/v1/campaigns/daily").json["nextRunAt"].startswith(time.strftime("%Y-%m-%dT%H:%M", soon)), "the next run is told")
    check(until(lambda: sum(sent_to("daily").values()) == CUSTOMERS // 10, wait + 30), "and at its minute everyone gets it", sum(sent_to("daily").values()))
    engine.kill()
    engine.start()
    people_again(engine)
    time.sleep(1.5)
    equal(set(sent_to("daily").values()), {1}, "once, also over a kill in that minute")


def the_command(engine):
    file = os.path.join(kit.folder(), "c.json")
    with open(file, "w", encoding="utf-8") as out:
        json.dump({**BASE, "when": {"kind": "once", "at": "2099-01-01T00:00:00Z"}}, out)
    for args, want in ((("set", "byhand", file), "draft"), (("submit", "byhand"), "review"), (("approve", "byhand"), "running"), (("pause", "byhand"), "paused"), (("resume", "byhand"), "running"),
                       (("preview", "byhand"), f"{CUSTOMERS + 20} customers"), (("list",), "byhand"), (("show", "byhand"), '"template":"offer"'), (("end", "byhand"), "ended")):
        status, text, why = kit.run("campaign", *args, "--data", engine.data)
        check(status == 0 and want in text, f"zhun campaign {args[0]} says {want}", (status, text[:300], why))
    equal(kit.run("campaign", "set", "byhand", "/nowhere", "--data", engine.data)[0], 2, "a file that is not there is wrong usage")
    equal(kit.run("campaign", "show", "gone", "--data", engine.data)[0], 1, "a campaign that is not there")


def members(engine, name, figure, more=""):
    items, cursor = [], ""
    while True:
        page = engine.admin("GET", f"/api/v1/campaigns/{name}/members?figure={figure}&limit=200{more}{cursor}").json
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = "&cursor=" + page["next"]


def a_report_compares_the_treated_with_those_left_alone(engine):
    gateway.clear()
    engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-x{n}", "userId": f"x{n}", "traits": {"phone": f"x{n}"}} for n in range(20)]})
    engine.sync()
    run(engine, "effect", control=0.4, goal={"metric": "revenue", "windowMs": 86400000})
    equal(engine.admin("GET", "/api/v1/campaigns/effect/report").json["metrics"][0]["verdict"], "too_few", "of nobody nothing is said")
    settled(engine, "effect")
    users = {one["customer"]["userId"]: one["state"] for figure in ("sent", "control") for one in members(engine, "effect", figure)}
    spent = {user: (100 if state == "sent" else 40) * (1 + n % 3) for n, (user, state) in enumerate(sorted(users.items())) if n % 2 == 0}
    orders = [{"type": "track", "event": "Order Completed", "messageId": f"e-{user}", "userId": user, "timestamp": kit.iso(kit.now_ms()), "properties": {"order_id": f"e-{user}", "revenue": much, "currency": "EUR"}} for user, much in spent.items()]
    for at in range(0, len(orders), 200):
        engine.collect("batch", {"batch": orders[at:at + 200]})
    gone = next(user for user, state in users.items() if state == "sent" and user not in spent)
    engine.serve("PUT", f"/v1/consents/{gone}", {"marketing": {"sms": False}})
    engine.sync()
    report = engine.admin("GET", "/api/v1/campaigns/effect/report").json
    goal = report["metrics"][0]
    for figure, count in report["messages"].items():
        equal(len(members(engine, "effect", figure)), count, f"{figure} opens to who they are")
    equal((report["messages"]["planned"], report["filtered"]), (CUSTOMERS + 20, [{"why": "no_consent", "messages": 20}]), "who allowed nothing is filtered")
    equal(len(members(engine, "effect", "filtered", "&why=no_consent")), 20, "and listed by the reason")
    sides = {side: [100 * spent.get(user, 0) for user, state in users.items() if (state == "sent") == (side == "treated")] for side in ("treated", "control")}
    mean = {side: sum(of) / len(of) for side, of in sides.items()}
    error = math.sqrt(sum(sum((value - mean[side]) ** 2 for value in of) / (len(of) - 1) / len(of) for side, of in sides.items()))
    equal([goal[side]["customers"] for side in sides], [len(of) for of in sides.values()], "each side has its customers")
    for side in sides:
        check(abs(goal[side]["mean"] - mean[side]) < 1e-6, f"and its mean: {side}", (goal[side], mean[side]))
    got = goal["difference"]
    check(abs(got["estimate"] - (mean["treated"] - mean["control"])) < 1e-6, "the difference", got)
    check(abs((got["fixed"]["high"] - got["fixed"]["low"]) / 2 / error - 1.96) < 0.02, "its interval is 1.96 standard errors", (got["fixed"], error))
    check(got["sequential"]["low"] < got["fixed"]["low"], "one that may be looked at every day is wider", got)
    check(abs(goal["incremental"]["estimate"] - got["estimate"] * len(sides["treated"])) < 1e-3, "and what it makes of all", goal["incremental"])
    equal(goal["verdict"], "better" if got["sequential"]["low"] > 0 else "open", "the word is that of the wider interval")
    bought = {user for user in spent if users[user] == "sent"}
    equal(report["messages"]["bought"], len(bought), "who bought")
    equal((report["messages"]["unsubscribed"], [one["customer"]["userId"] for one in members(engine, "effect", "unsubscribed")]), (1, [gone]), "and who said no since")
    equal(engine.admin("GET", "/api/v1/campaigns/effect/members?figure=loved").json.get("field"), "figure", "there is no such figure")
    equal(engine.marketer.ask("GET", "/api/v1/campaigns/effect/members?figure=sent").status, 403, "who may look at no customer does not see them")
    equal(engine.marketer.ask("GET", "/api/v1/campaigns/effect/report").status, 200, "but the figures")


def main(partitions):
    engine = kit.Engine(options=["--partitions", str(partitions), "--senders", "4", *OPTIONS])
    people(engine)
    shop(engine, CUSTOMERS)
    prove(a_definition_is_checked_and_approved_by_somebody_else, engine)
    prove(a_dry_run_says_what_would_be, engine)
    prove(each_gets_it_once_and_a_control_group_does_not, engine)
    prove(a_budget_is_never_passed, engine)
    prove(what_is_paused_waits_and_what_ended_is_skipped, engine)
    prove(killed_in_the_middle_of_a_run, engine)
    prove(an_event_is_answered, engine)
    prove(a_report_compares_the_treated_with_those_left_alone, engine)
    if partitions == 1:
        prove(one_that_recurs, engine)
        prove(the_command, engine)
    engine.is_equal("after campaigns")
    engine.stop()


main(1)
main(3)
kit.finish()
