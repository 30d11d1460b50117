#!/usr/bin/env python3
"""Killed at any moment of a thousand sends, a gateway sees each key once at most, and every message that was answered is in the ledger as sent, skipped or in doubt.

The engine is killed again and again while four threads send, at random moments and right behind a request of the gateway; it starts anew on the same folder. Of a gateway that
knows keys each message goes in the end, under one key. No more than one a thread is in doubt after a crash.
"""
import collections
import json
import random
import time

import kit
from kit import WHOLE, check, equal, prove, say
from kit.gateway import OPTIONS, Gateway, sms, until

SENDS = 1000 if WHOLE else 200
KILLS = 60 if WHOLE else 12
THREADS = 4
RANDOM = random.Random(7)
say("seed 7")


def states(engine):
    items, cursor = [], ""
    while True:
        page = engine.admin("GET", "/api/v1/messages?limit=500" + cursor).json
        items += page["items"]
        if page["next"] is None:
            return {one["messageId"]: one for one in items}
        cursor = "&cursor=" + page["next"]


def killed_while_it_sends(partitions, keyed):
    gateway = Gateway()
    engine = kit.Engine(options=["--partitions", str(partitions), "--senders", str(THREADS), *OPTIONS])
    more = {"idempotency": "Idempotency-Key"} if keyed else {}
    equal(engine.admin("PUT", "/api/v1/channels/sms", sms(gateway, ratePerSecond=80 if not WHOLE else 200, **more)).status, 200, "a channel")
    equal(engine.admin("PUT", "/api/v1/templates/t", {"purpose": "transactional", "languages": {"en": {"text": "{{ message.key }}"}}}).status, 200, "a template")
    users = [f"u{n}" for n in range(SENDS)]
    engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i{n}", "userId": user, "traits": {"phone": f"+86{n}"}} for n, user in enumerate(users)]})
    engine.sync()
    asked = [engine.serve("POST", "/v1/messages", {"userId": user, "channel": "sms", "template": "t", "key": "k"}) for user in users]
    equal({answer.status for answer in asked}, {202}, "every message is planned")
    ids = {answer.json["messageId"] for answer in asked}
    doubts, kills = 0, 0
    for _ in range(KILLS):
        seen = len(gateway.taken)
        if len(gateway.taken) + doubts >= SENDS:
            break
        until(lambda: len(gateway.taken) >= seen + RANDOM.randint(1, 12), 5)
        time.sleep(RANDOM.random() * 0.02)
        engine.kill()
        kills += 1
        engine.start()
        now = collections.Counter(one["state"] for one in states(engine).values())
        until(lambda: collections.Counter(one["state"] for one in states(engine).values())["sending"] <= THREADS, 5)
        now = collections.Counter(one["state"] for one in states(engine).values())
        check(now["in_doubt"] - doubts <= THREADS, "no more than one a thread is in doubt after a crash", now)
        doubts = now["in_doubt"]
    done = lambda: all(one["state"] in ("sent", "in_doubt") for one in states(engine).values())
    until(done, 120)
    ledger = states(engine)
    equal(set(ledger), ids, "the ledger has every message that was answered, and no other")
    counts = collections.Counter(one["state"] for one in ledger.values())
    check(set(counts) <= {"sent", "in_doubt"}, "each is sent or in doubt", counts)
    refs = [json.loads(one["body"])["ref"] for one in gateway.taken]
    twice = [ref for ref, count in collections.Counter(refs).items() if count > 1]
    if keyed:
        keys = {(one["headers"]["Idempotency-Key"], json.loads(one["body"])["ref"]) for one in gateway.taken}
        check(all(key == ref for key, ref in keys), "each goes under its own key")
        equal((counts["in_doubt"], {ref for _, ref in keys}), (0, ids), "a gateway that knows keys gets every message, under one key")
    else:
        equal(twice, [], "the gateway saw each key once at most")
        lost = {ref for ref in ids if ledger[ref]["state"] == "sent"} - set(refs)
        equal(lost, set(), "what the ledger calls sent, the gateway has")
        unknown = set(refs) - {ref for ref in ids if ledger[ref]["state"] in ("sent", "in_doubt")}
        equal(unknown, set(), "what the gateway has, the ledger calls sent or in doubt")
    check(kills >= 5, "it was killed", kills)
    say(f"{partitions} partition(s), {'keys' if keyed else 'no keys'}: {SENDS} messages, {kills} kills, {dict(counts)}, {len(refs)} requests")
    engine.is_equal("rebuilt it is the same")
    engine.stop()


def check_09_killed_while_it_sends_nothing_goes_twice():
    killed_while_it_sends(1, False)
    killed_while_it_sends(3, True)


prove(check_09_killed_while_it_sends_nothing_goes_twice)
kit.finish()
