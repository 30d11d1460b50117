#!/usr/bin/env python3
"""`zhun channel`, `zhun template`, `zhun message`: what is defined from files, previewed, sent and asked for, on a running engine and on a folder."""
import json
import os

import kit
from kit import check, equal
from kit.gateway import OPTIONS, Gateway, sms, until

gateway = Gateway()
engine = kit.Engine(options=OPTIONS)
files = kit.folder()
PAID = {"purpose": "transactional", "language": "en", "languages": {"en": {"text": "Order {{ data.order }}, {{ customer.firstName | default: 'friend' }}"}, "zh": {"text": "订单 {{ data.order }}"}}, "sample": {"order": "S"}}
OFFER = {"purpose": "marketing", "languages": {"en": {"text": "{{ customer.firstName }}"}}}


def file_of(name, value):
    path = os.path.join(files, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(value if isinstance(value, str) else json.dumps(value))
    return path


def zhun(*words, **more):
    return kit.run(*words, "--data", engine.data, **more)


def good(*words, has=(), **more):
    status, out, err = zhun(*words, **more)
    check(status == 0 and all(one in out for one in has), " ".join(words), (status, out, err))
    return out


engine.collect("batch", {"batch": [{"type": "identify", "userId": "ann", "messageId": "i", "traits": {"firstName": "Ann", "phone": "+86-ann"}}]})
engine.sync()

# Channels.
good("channel", "set", "sms", file_of("sms.json", sms(gateway)), has=["sms holds"])
equal(json.loads(good("channel", "show", "sms")), sms(gateway), "show: what set takes")
status, out, err = zhun("channel", "set", "bad", file_of("bad.json", sms(gateway, tries=0)))
check(status == 2 and "channel: tries: must be" in err, "a wrong one is refused with its field", (status, err))
equal(zhun("channel", "set", "bad", "/nowhere.json")[0], 2, "a file that is not there is wrong usage")
good("channel", "secret", "sms", has=["kept, sealed"], stdin=b"key-of-the-gateway\n")
check(json.loads(good("channel", "show", "sms", "--json"))["hasSecret"] is True, "a secret comes from standard input")
equal(zhun("channel", "secret", "sms", stdin=b"x" * 5000)[0], 2, "one that is too long is refused")
equal((zhun("channel", "show", "gone")[0], zhun("channel", "secret", "sms", "key")[0], zhun("channel")[0], zhun("channel", "eat", "sms")[0]), (1, 2, 2, 2), "what is not there, and words that are none")

# Templates.
status, out, err = zhun("template", "set", "paid", file_of("broken.json", {"languages": {"en": {"text": "a\n {% if %}"}}}))
check(status == 2 and "line 2, column" in err, "a fault has its place", (status, err))
good("template", "set", "paid", file_of("paid.json", PAID), has=["paid holds"])
good("template", "set", "offer", file_of("offer.json", OFFER))
good("template", "list", has=["paid", "transactional", "offer", "marketing"])
equal(json.loads(good("template", "show", "paid")), PAID, "show: what set takes")
equal(good("template", "preview", file_of("paid.json", PAID)), "text: Order S, friend\n", "preview for nobody, with the sample")
good("template", "preview", file_of("paid.json", PAID), "--user", "ann", "--channel", "sms", has=["to: +86-ann\n", "text: Order ", "Ann\n"])
equal(good("template", "preview", file_of("paid.json", PAID), "--language", "zh"), "text: 订单 S\n", "in a language")
good("template", "preview", file_of("div.json", {"languages": {"en": {"text": "{{ 1 | divided_by: 0 }}"}}}), has=["FAULT in text: "])
equal(zhun("template", "preview", file_of("no.json", "no"))[0], 2, "what is no JSON")

# Messages.
values = file_of("values.json", {"order": "7"})
out = good("message", "send", "ann", "--channel", "sms", "--template", "paid", "--entry", "order-7", "--values", values, has=["sms", "paid", "order-7"])
message = out.split()[0]
until(lambda: gateway.bodies())
equal(gateway.bodies(), [{"to": "+86-ann", "text": "Order 7, Ann", "ref": message}], "it went out")
equal(gateway.taken[0]["headers"]["Authorization"], "Bearer key-of-the-gateway", "with the secret")
equal(good("message", "send", "ann", "--channel", "sms", "--template", "paid", "--entry", "order-7", "--values", values).split()[0], message, "the same entry is the same message")
until(lambda: "sent" in good("message", "why", message))
good("message", "why", message, has=["sent (status 200, OK), since ", "tries 1"])
check(json.loads(good("message", "show", message))["state"] == "sent", "one, whole")
refused = good("message", "send", "ann", "--channel", "sms", "--template", "offer", "--entry", "1").split()[0]
until(lambda: "skipped" in good("message", "why", refused))
good("message", "why", refused, has=["skipped: no_consent, since "])
equal([line.split()[0] for line in good("message", "list", "--state", "skipped", "--reason", "no_consent").splitlines()], [refused], "the list, by state and reason")
equal([line.split()[0] for line in good("message", "list", "--template", "paid", "--channel", "sms").splitlines()], [message], "by template and channel")
good("channel", "list", has=["sms", "webhook", "sent 1", "skipped 1"])
equal((zhun("message", "list", "--state", "eaten")[0], zhun("message", "list", "--channel", "a&b=c")[0], zhun("message", "show", "0" * 16)[0]), (2, 2, 1), "a state that is none, a name that is none, a message that is none")
equal((zhun("message", "send", "nobody", "--channel", "sms", "--template", "paid")[0], zhun("message", "send", "ann", "--channel", "sms")[0]), (1, 2), "a customer that is none; words that are missing")
good("message", "policy", file_of("policy.json", {"quietHours": {"from": "00:00", "to": "23:59"}}), has=["quietHours"])
good("message", "policy", has=["23:59"])
engine.serve("PUT", "/v1/consents/ann", {"marketing": {"sms": True}})
held = good("message", "send", "ann", "--channel", "sms", "--template", "offer", "--entry", "2").split()[0]
until(lambda: "quiet_hours" in good("message", "why", held).split("\n")[0])
good("message", "why", held, has=["planned: quiet_hours, since ", "decided now: wait, quiet_hours, until "])
for command in ("channel", "template", "message"):
    good(command, "--help", has=["usage: zhun " + command, "--json"])

engine.stop()
good("channel", "list", has=["sms"])
good("message", "why", held, has=["planned: quiet_hours"])
good("channel", "secret", "sms", has=["gone"], stdin=b"")
good("template", "delete", "offer", has=["gone"])
good("channel", "delete", "sms", has=["gone"])
equal(good("channel", "list"), "", "nothing is defined any more")
kit.finish()
