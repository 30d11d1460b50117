#!/usr/bin/env python3
"""Consent is a ledger: each word with time, text, place and proof; the newest by its own time holds in any order, through a merge, a kill, a rebuild and
on three partitions; who refused or was asked is left alone; a minor is nobody to market to; who is erased said nothing."""
import json
import random
import time

import kit
from kit import basic, check, equal, prove

DAY_MS = 86400000
PROOF = "ab" * 32
NOW = kit.now_ms()
CHANNELS = ("email", "sms", "push", "wechat", "wecom", "onsite", "whatsapp", "call", "post", "ads")
dice = random.Random(47)


def at(days_ago):
    return kit.iso(NOW - days_ago * DAY_MS)


def say(engine, user, **body):
    answer = engine.serve("PUT", f"/v1/consents/{user}", body)
    equal(answer.status, 200, f"{body} is taken")
    return answer.json


def visit(engine, user):
    engine.collect("track", {"event": "Product Viewed", "userId": user, "messageId": f"visit-{user}", "timestamp": at(20), "properties": {"product_id": "p1"}})
    engine.sync()


def ledger(engine, user):
    return engine.serve("GET", f"/v1/consents/{user}/ledger").json


def may(engine, user, purpose, version=""):
    got = engine.serve("GET", f"/v1/consents/{user}/ask?purpose={purpose}&version={version}").json
    return (got["may"], got["why"], got.get("until", "")[:10])


def lines(engine):
    """A line has everything that proves it."""
    visit(engine, "line")
    say(engine, "line", marketing={"email": True, "sms": False}, version="2026-10", source="checkout", proof=PROOF, timestamp=at(10))
    say(engine, "line", marketing=False, sharing=True, version="2026-11", source="settings page", timestamp=at(5))
    got = ledger(engine, "line")
    first, second = got["items"]
    equal(first["said"], {**{f"marketing.{channel}": False for channel in CHANNELS}, "sharing": True}, "no to marketing is a no to every channel")
    equal(second, {"at": at(10), "said": {"marketing.email": True, "marketing.sms": False}, "asked": [], "version": "2026-10", "source": "checkout", "proof": PROOF}, "a line")
    equal(got["consents"]["marketing"], {channel: False for channel in CHANNELS}, "what holds")
    equal((got["consents"]["sharing"], got["consents"]["times"]["sharing"]), (True, at(5)), "sharing is said by itself")
    say(engine, "line", marketing=False, sharing=True, version="2026-11", source="settings page", timestamp=at(5))
    equal(len(ledger(engine, "line")["items"]), 2, "the same word again is the same line")
    for body, field in (({"marketing": True}, "marketing"), ({"sharing": "yes"}, "sharing"), ({"sharing": True, "proof": "12"}, "proof"), ({"minor": 1}, "minor"),
                        ({"sharing": True, "timestamp": kit.iso(NOW + DAY_MS)}, "timestamp"), ({"sharing": True, "timestamp": "soon"}, "timestamp")):
        answer = engine.serve("PUT", "/v1/consents/line", body)
        equal((answer.status, answer.json.get("field")), (400, field), f"refused: {body}")
    equal(engine.serve("GET", "/v1/consents/nobody-knows/ledger").status, 404, "nobody has no ledger")


def orders(engine):
    """The same words in any order end the same."""
    words = [dict(marketing={dice.choice(("email", "sms")): dice.random() < 0.5}, source=f"page {n}", timestamp=at(40 - n)) for n in range(12)]
    words += [dict(personalization=dice.random() < 0.5, minor=dice.random() < 0.5, timestamp=at(dice.randrange(1, 40))) for _ in range(4)]
    seen = []
    for turn in range(4):
        dice.shuffle(words)
        for word in words:
            say(engine, f"order{turn}", **word)
        seen.append(ledger(engine, f"order{turn}"))
    check(all(one == seen[0] for one in seen), "four orders, one ledger", seen)
    halves = ("half-a", "half-b")
    for number, word in enumerate(words):
        say(engine, halves[number % 2], **word)
    engine.collect("alias", {"previousId": "half-b", "userId": "half-a", "messageId": "join-halves", "timestamp": at(1)}, auth=basic(kit.WRITE))
    engine.sync()
    equal(ledger(engine, "half-a"), seen[0], "two customers who are one have one ledger, as if they always were")


def check_14_no_asking_again_while_cooling(engine):
    ask = "/v1/consents/cool/ask"
    equal(may(engine, "cool", "marketing.email"), (True, "may", ""), "nobody asked yet")
    equal(may(engine, "cool", "marketing.email"), (True, "may", ""), "to look is not to ask")
    answer = engine.serve("POST", ask, {"purpose": "marketing.email", "version": "v1", "source": "checkout"})
    equal((answer.status, answer.json["may"]), (200, True), "he is asked")
    answer = engine.serve("POST", ask, {"purpose": "marketing.email"})
    equal((answer.status, answer.json.get("code")), (409, "may_not_ask"), "not twice")
    equal(may(engine, "cool", "marketing.email"), (False, "asked", kit.iso(kit.now_ms() + 90 * DAY_MS)[:10]), "and until when")
    equal(may(engine, "cool", "marketing.sms"), (True, "may", ""), "another channel is another question")
    say(engine, "cool", marketing={"sms": False}, timestamp=at(89))
    equal(may(engine, "cool", "marketing.sms", "new")[:2], (False, "refused"), "who said no 89 days ago is left alone, under a new text too")
    equal(engine.serve("POST", ask, {"purpose": "marketing.sms", "version": "new"}).status, 409, "the server refuses")
    say(engine, "cool", marketing={"push": False}, timestamp=at(91))
    equal(may(engine, "cool", "marketing.push")[:2], (True, "may"), "after 91 days one may")
    say(engine, "cool", marketing={"email": True}, version="v1")
    equal((may(engine, "cool", "marketing.email"), may(engine, "cool", "marketing.email", "v2")[:2]), ((False, "given", ""), (False, "asked")), "a yes has answered, to its own text")
    check(any(line["asked"] == ["marketing.email"] and line.get("source") == "checkout" for line in ledger(engine, "cool")["items"]), "that he was asked is in the ledger")
    equal([engine.serve("GET", f"{ask}?purpose={wrong}").status for wrong in ("", "minor", "marketing", "pigeon")], [400] * 4, "what is no purpose")
    equal(engine.metric("zhun_consent_asks_total", answer="refused") >= 2, True, "questions are counted")


def minors(engine):
    visit(engine, "minor")
    say(engine, "minor", marketing={"email": True, "onsite": True})
    reach = "/api/v1/segments/preview"
    body = {"expression": 'customer.consent.email'}
    before = engine.admin("POST", reach, body).json["matching"]
    say(engine, "minor", minor=True, source="sign-up form")
    after = engine.admin("POST", reach, body).json["matching"]
    equal(before - after, 1, "a minor is in no group that may be written to")
    equal((ledger(engine, "minor")["consents"]["minor"], may(engine, "minor", "marketing.sms"), may(engine, "minor", "analytics")[0]), (True, (False, "minor", ""), True), "nor asked for it")
    say(engine, "minor", minor=False)
    equal(engine.admin("POST", reach, body).json["matching"], before, "grown up, what was said counts")


def lasting(engine, partitions):
    users = ["line", "cool", "half-a", "minor"] + [f"order{turn}" for turn in range(4)]
    before = [ledger(engine, user) for user in users]
    engine.kill()
    engine.start()
    equal([ledger(engine, user) for user in users], before, f"after a kill, {partitions} partitions")
    engine.is_equal(f"rebuilt, {partitions} partitions")
    yes, no = (engine.metric("zhun_consents", purpose="marketing.email", choice=choice) for choice in ("yes", "no"))
    held = [one["consents"]["marketing"].get("email") for one in before]
    equal((yes, no), (held.count(True), held.count(False)), "customers are counted by their word")
    return before


def command(engine):
    def zhun(*args):
        return kit.run("consent", "--data", engine.data, *args)
    equal(zhun("cmd", "marketing.sms", "yes", "--version", "v1", "--source", "call", "--proof", PROOF, "--at", at(3))[:2], (0, "kept: marketing.sms yes\n"), "a word by command")
    equal(zhun("cmd", "marketing", "no", "--at", at(2))[0], 0, "no to all channels")
    status, out, _ = zhun("cmd")
    check(status == 0 and "marketing.sms        no" in out and f"{at(3)}  marketing.sms: yes  version v1  source call  proof {PROOF}" in out, "the ledger", out)
    equal(json.loads(zhun("cmd", "--json")[1])["limit"], 64, "as JSON too")
    check(zhun("cmd", "marketing.sms", "ask")[1].startswith("may not be asked for marketing.sms: refused, until "), "may one ask?")
    equal(zhun("cmd", "analytics", "ask")[1], "may be asked for analytics\n", "one may")
    for args, begins in (((), "/p/"), (("sms",), "/u/")):
        status, out, _ = zhun("cmd", "link", *args)
        equal((status, out[:3], engine.ask("GET", out.split("\n")[0]).status), (0, begins, 200), f"a link by command {args}")
    equal(zhun("cmd", "link", "pigeon")[0], 2, "a channel that is none")
    equal([zhun(*args)[0] for args in (("cmd", "analytics"), ("cmd", "analytics", "perhaps"), ())], [2, 2, 2], "what is no question ends with 2")


def console(engine):
    number = engine.admin("GET", "/api/v1/customers?q=line").json["items"][0]["id"]
    equal(engine.admin("GET", f"/api/v1/customers/{number}/consents").json, ledger(engine, "line"), "the console sees the same ledger")


def erased(engine):
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": "cool"}).status // 100, 2, "one asks to be forgotten")
    engine.sync()
    equal(engine.serve("GET", "/v1/consents/cool/ledger").status, 404, "his ledger is gone")
    end = time.monotonic() + 30
    while engine.metric("zhun_erasures_waiting") and time.monotonic() < end:
        time.sleep(0.1)
    engine.is_equal("after an erasure")


def main():
    parts = (lines, orders, check_14_no_asking_again_while_cooling, minors)
    engine = kit.Engine()
    for part in parts:
        prove(part, engine)
    one = lasting(engine, 1)
    for part in (command, console, erased):
        part(engine)
    engine.stop()
    dice.seed(47)
    three = kit.Engine(options=["--partitions", "3"])
    for part in parts:
        prove(part, three)
    for mine, other in zip(lasting(three, 3), one):
        for both in (mine, other):
            for line in both["items"]:
                if line.get("asked") or line["at"][:10] == kit.iso(kit.now_ms())[:10]:
                    line["at"] = "now"
            both["consents"].pop("times")
        equal(mine, other, "three partitions have the same ledger")
    kit.finish()


main()
