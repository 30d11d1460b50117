#!/usr/bin/env python3
"""Messages: channels and templates are definitions with named faults, a message goes once, to whom it may, when it may, and the ledger says what became of it and why.

The gateway is one on loopback that throttles, stalls, breaks off, repeats and shuffles its receipts. The same on one and on three partitions, after a restart and rebuilt.
"""
import hashlib
import hmac
import json
import random
import time

import kit
from kit import check, equal, prove
from kit.gateway import OPTIONS, Gateway, sms, until

gateway = Gateway()
WELCOME = {"purpose": "transactional", "language": "zh", "languages": {"zh": {"text": "你好 {{ customer.firstName }}，订单 {{ data.order }}"}, "en": {"text": "Hello {{ customer.firstName }}, order {{ data.order }}"}}}
OFFER = {"purpose": "marketing", "languages": {"en": {"text": "For you, {{ customer.firstName | default: 'friend' }}"}}}


def put(engine, kind, name, body, status=200):
    answer = engine.admin("PUT", f"/api/v1/{kind}/{name}", body)
    equal(answer.status, status, f"{kind}/{name} is defined: {answer.body[:300] if answer.status != status else ''}")
    return answer.json


def known(engine, *users, **traits):
    engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-{user}", "userId": user, "traits": {"firstName": user.title(), "phone": f"+86-{user}", "email": f"{user}@shop.example", **traits}} for user in users]})
    engine.sync()


def allow(engine, user, yes=True, channel="sms"):
    equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {channel: yes}}).status // 100, 2, f"{user} says {'yes' if yes else 'no'} to {channel}")


def send(engine, user, template="welcome", status=202, **more):
    answer = engine.serve("POST", "/v1/messages", {"userId": user, "channel": "sms", "template": template, **more})
    equal(answer.status, status, f"a message to {user}: {answer.body[:300] if answer.status != status else ''}")
    return answer.json


def state(engine, message):
    return engine.serve("GET", f"/v1/messages/{message['messageId']}").json


def settled(engine, message, *states, seconds=20):
    return until(lambda: (lambda now: now if now["state"] in states else None)(state(engine, message)), seconds) or state(engine, message)


def is_now(engine, message, *want):
    got = settled(engine, message, want[0])
    equal((got["state"], *([got["why"]] if len(want) > 1 else [])), want, f"a message is {want}: {got.get('detail')}")
    return got


def definitions_are_checked_and_kept(engine):
    for body, field in (({}, "kind"), (sms(gateway, colour=1), "colour"), (sms(gateway, body="{{ a | "), "body"), (sms(gateway, tries=0), "tries")):
        answer = engine.admin("PUT", "/api/v1/channels/sms", body)
        equal((answer.status, answer.json.get("field")), (400, field), "a wrong channel is refused by its field")
    answer = engine.admin("PUT", "/api/v1/templates/welcome", {"languages": {"zh": {"text": "a\n {% if %}"}}})
    equal((answer.status, answer.json.get("field"), answer.json.get("code")), (400, "languages.zh.text", "bad_template"), "a wrong template is refused")
    check("line 2, column" in answer.json["detail"], "with its place", answer.body)
    put(engine, "channels", "sms", sms(gateway))
    put(engine, "templates", "welcome", WELCOME)
    put(engine, "templates", "offer", OFFER)
    was = put(engine, "templates", "offer", {**OFFER, "title": "An offer"})
    equal(was["former"], OFFER, "the one before is kept beside it")
    equal(put(engine, "templates", "offer", OFFER)["former"]["title"], "An offer", "and can be put back")
    equal([one["name"] for one in engine.admin("GET", "/api/v1/templates").json["items"]], ["offer", "welcome"], "they are listed")
    equal(engine.admin("PUT", "/api/v1/channels/sms/secret", {"secret": "key-of-the-gateway"}).status, 204, "a secret is kept")
    answer = engine.admin("GET", "/api/v1/channels/sms")
    check(b"key-of-the-gateway" not in answer.body and answer.json["hasSecret"] is True, "and never shown", answer.body)
    for name in ("gone", "a/b", "x" * 65):
        check(engine.admin("GET", f"/api/v1/channels/{name}").status == 404, f"there is no channel {name[:20]}")


def a_message_is_said_in_the_customers_language_and_sent_once(engine):
    known(engine, "ann")
    gateway.clear()
    first = send(engine, "ann", key="order-1", data={"order": "A\"1"})
    equal((first["created"], first["purpose"], first["key"]), (True, "transactional", "order-1"), "it is new")
    got = is_now(engine, first, "sent", "none")
    equal(gateway.bodies(), [{"to": "+86-ann", "text": "你好 Ann，订单 A\"1", "ref": first["messageId"]}], "the gateway got it, escaped for JSON")
    equal(gateway.taken[0]["headers"]["Authorization"], "Bearer key-of-the-gateway", "with the secret")
    equal((got["providerId"], got["tries"]), ("g1", 1), "and its answer is known")
    again = send(engine, "ann", key="order-1", data={"order": "2"}, sendAt="2020-01-01T00:00:00Z")
    equal((again["created"], again["messageId"]), (False, first["messageId"]), "asked for twice it is the same message")
    known(engine, "eve", language="en-GB")
    is_now(engine, send(engine, "eve", key="order-1", data={"order": "2"}), "sent")
    is_now(engine, send(engine, "eve", key="order-2", language="zh", data={"order": "3"}), "sent")
    equal([one["text"] for one in gateway.bodies()[1:]], ["Hello Eve, order 2", "你好 Eve，订单 3"], "each in the language of the customer, or the one asked for")
    time.sleep(0.3)
    equal(len(gateway.bodies()), 3, "nothing went twice")
    for body, want in (({"userId": "nobody"}, 404), ({"template": "gone"}, 404), ({"channel": "gone"}, 404), ({"sendAt": "soon"}, 400), ({"control": 2}, 400), ({"data": 1}, 400), ({"key": "k" * 129}, 400)):
        equal(engine.serve("POST", "/v1/messages", {"userId": "ann", "channel": "sms", "template": "welcome", **body}).status, want, f"{body} is refused")
    other = send(engine, "ann", key="order-9", to="+86-other", data={"order": "9"})
    is_now(engine, other, "sent")
    equal(gateway.bodies()[-1]["to"], "+86-other", "what the customer asked for may go elsewhere")
    equal(engine.serve("POST", "/v1/messages", {"userId": "ann", "channel": "sms", "template": "offer", "to": "+86-other"}).status, 400, "marketing may not")


def whom_it_may_not_reach_it_does_not(engine):
    gateway.clear()
    known(engine, "bob", "kid", "cat", "ivy")
    is_now(engine, send(engine, "bob", "offer", key="1"), "skipped", "no_consent")
    allow(engine, "bob")
    is_now(engine, send(engine, "bob", "offer", key="2"), "sent")
    allow(engine, "bob", False)
    is_now(engine, send(engine, "bob", "offer", key="3"), "skipped", "opted_out")
    is_now(engine, send(engine, "bob", key="4", data={"order": 4}), "sent")
    allow(engine, "kid")
    engine.serve("PUT", "/v1/consents/kid", {"minor": True})
    is_now(engine, send(engine, "kid", "offer", key="1"), "skipped", "minor")
    allow(engine, "cat")
    equal(engine.serve("PUT", "/v1/profiles/cat/tags/do-not-contact", {}).status // 100, 2, "cat is tagged")
    is_now(engine, send(engine, "cat", "offer", key="1"), "skipped", "blocked")
    allow(engine, "ivy")
    is_now(engine, send(engine, "ivy", "offer", key="1", campaign="spring", control=1), "skipped", "control_group")
    is_now(engine, send(engine, "ivy", "offer", key="2", expiresAt="2020-01-01T00:00:00Z"), "skipped", "expired")
    put(engine, "templates", "never", {"languages": {"en": {"text": "{% abort 'out of stock' %}"}}})
    check("out of stock" in is_now(engine, send(engine, "ivy", "never", key="3"), "skipped", "template_abort")["detail"], "with the template's reason")
    put(engine, "templates", "broken", {"languages": {"en": {"text": "{{ 1 | divided_by: 0 }}"}}})
    check("line 1, column" in is_now(engine, send(engine, "ivy", "broken", key="4"), "skipped", "template_error")["detail"], "with the place")
    engine.collect("batch", {"batch": [{"type": "track", "event": "Product Viewed", "messageId": "v", "userId": "sue", "properties": {"product_id": "i"}}]})
    engine.sync()
    is_now(engine, send(engine, "sue", key="1"), "skipped", "no_address")
    later = send(engine, "bob", key="5", sendAt="2099-01-01T00:00:00Z", data={"order": 5})
    equal(engine.serve("DELETE", f"/v1/messages/{later['messageId']}").json["why"], "cancelled", "one that waits is cancelled")
    equal(engine.serve("DELETE", f"/v1/messages/{later['messageId']}").status, 409, "once")
    equal(len(gateway.bodies()), 2, "and nothing of that went out")


def a_gateway_that_stumbles(engine):
    gateway.clear()
    known(engine, "gus")
    gateway.next_answers({"status": 429, "headers": {"Retry-After": "1"}}, {"status": 503}, {"body": {"code": "OK", "id": "late"}})
    begun = time.time()
    got = is_now(engine, send(engine, "gus", key="1", data={"order": 1}), "sent")
    equal((got["tries"], got["providerId"]), (3, "late"), "it is tried again until it is taken")
    check(time.time() - begun >= 1, "not before the gateway wants it")
    gateway.next_answers({"status": 200, "body": {"code": "BLACKLIST"}})
    got = is_now(engine, send(engine, "gus", key="2", data={"order": 1}), "failed", "refused")
    equal(got["detail"], "status 200, BLACKLIST", "a word that is no success is a refusal")
    gateway.next_answers({"drop": True})
    is_now(engine, send(engine, "gus", key="3", data={"order": 1}), "in_doubt", "unanswered")
    gateway.next_answers({"wait": 1.5})
    doubt = is_now(engine, send(engine, "gus", key="4", data={"order": 1}), "in_doubt", "unanswered")
    time.sleep(0.5)
    equal(len(gateway.bodies()), 4, "in doubt it is not sent again; what was refused is sent no more")  # 1, 2, 3, 4: each taken once
    put(engine, "channels", "keyed", sms(gateway, idempotency="Idempotency-Key"))
    gateway.clear()
    gateway.next_answers({"drop": True})
    got = is_now(engine, send(engine, "gus", key="5", channel="keyed", data={"order": 1}), "sent")
    keys = [one["headers"]["Idempotency-Key"] for one in gateway.taken]
    equal((len(keys), set(keys)), (2, {got["messageId"]}), "a gateway that knows keys is asked again, with the same one")
    put(engine, "channels", "dead", sms(gateway, url="http://127.0.0.1:9/", tries=2))
    is_now(engine, send(engine, "gus", key="6", channel="dead", data={"order": 1}), "failed", "too_many_tries")
    put(engine, "channels", "signed", sms(gateway, sign={"header": "X-Signature", "timestamp": "X-Timestamp"}))
    engine.admin("PUT", "/api/v1/channels/signed/secret", {"secret": "s3cret"})
    is_now(engine, send(engine, "gus", key="7", channel="signed", data={"order": 1}), "sent")
    one = gateway.taken[-1]
    want = hmac.new(b"s3cret", one["headers"]["X-Timestamp"].encode() + b"." + one["body"], hashlib.sha256).hexdigest()
    equal(one["headers"]["X-Signature"], "sha256=" + want, "a signed request is signed as docs/REACH.md says")
    return doubt


def receipts_come_twice_and_in_any_order(engine, doubt):
    path = engine.admin("GET", "/api/v1/channels/sms").json["receiptsPath"]
    known(engine, "rex")
    first, second = (is_now(engine, send(engine, "rex", key=str(n), data={"order": n}), "sent") for n in (1, 2))
    reports = [{"ref": first["messageId"], "status": "DELIVRD"}, {"gid": second["providerId"], "status": "UNDELIV"}, {"gid": second["providerId"], "status": "DELIVRD"}, {"ref": doubt["messageId"], "status": "DELIVRD"},
               {"ref": "0" * 15 + "1", "status": "DELIVRD"}, {"ref": first["messageId"], "status": "WHAT"}] * 2
    random.Random(1).shuffle(reports)
    answer = engine.ask("POST", path, {"reports": reports})
    equal((answer.status, answer.json), (200, {"code": 0}), "the gateway hears what it wants to")
    equal([state(engine, m)["state"] for m in (first, second, doubt)], ["delivered", "failed", "delivered"], "delivered, failed, and one that was in doubt is delivered")
    check(state(engine, first)["deliveredAt"] is not None, "with the time")
    for wrong in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("/sms/", "/keyed/"), "/v1/receipts/gone/" + "0" * 64):
        equal(engine.ask("POST", wrong, {"reports": reports}).status, 404, "an address that was guessed does nothing")
    equal(engine.ask("POST", path, {"reports": 1}).status, 400, "what is no list is refused")
    engine.ask("POST", path, {"reports": [{"ref": first["messageId"], "status": "STOP"}]})
    equal(state(engine, first)["state"], "complained", "a complaint comes after it was delivered")
    allow(engine, "rex")
    is_now(engine, send(engine, "rex", "offer", key="3"), "skipped", "suppressed")


def quiet_hours_and_caps_hold(engine):
    known(engine, "kim", "leo")
    for user in ("kim", "leo"):
        allow(engine, user)
    now = time.gmtime()
    hour = lambda ahead: f"{(now.tm_hour + ahead) % 24:02d}:{now.tm_min:02d}"
    for body, field in (({"caps": [{"most": 0, "per": "day"}]}, "caps[0].most"), ({"quietHours": {"from": "9", "to": "10:00"}}, "quietHours.from")):
        equal(engine.admin("PUT", "/api/v1/delivery", body).json.get("field"), field, "a wrong policy is refused by its field")
    equal(engine.admin("PUT", "/api/v1/delivery", {"quietHours": {"from": hour(-1), "to": hour(2)}}).status, 200, "quiet hours begin")
    message = send(engine, "kim", "offer", key="quiet")
    got = until(lambda: (lambda m: m if m["why"] == "quiet_hours" else None)(state(engine, message))) or state(engine, message)
    equal((got["state"], got["why"]), ("planned", "quiet_hours"), "it waits")
    check(abs(kit.ms_of(got["dueAt"]) / 1000 - time.time() - 7200) < 120, "until they end", got["dueAt"])
    known(engine, "mia", timezone="Pacific/Kiritimati")  # 14 hours ahead: there it is day
    allow(engine, "mia")
    is_now(engine, send(engine, "mia", "offer", key="quiet"), "sent")
    is_now(engine, send(engine, "kim", key="asked", data={"order": 1}), "sent")
    equal(engine.admin("PUT", "/api/v1/delivery", {"caps": [{"most": 2, "per": "day"}]}).status, 200, "two a day from here on")
    for n, want in ((1, ("sent", "none")), (2, ("sent", "none")), (3, ("skipped", "frequency_cap"))):
        is_now(engine, send(engine, "leo", "offer", key=f"cap{n}"), *want)
    listed = engine.admin("GET", "/api/v1/messages?state=skipped&why=frequency_cap").json["items"]
    equal([one["key"] for one in listed], ["cap3"], "and the log of messages finds it by its reason")
    equal(engine.admin("PUT", "/api/v1/delivery", {}).status, 200, "no rules any more")
    one = engine.admin("GET", f"/api/v1/messages/{listed[0]['messageId']}").json
    equal(one["customer"]["userId"], "leo", "one click says whose it is")
    his = f"/api/v1/messages?customerId={one['customer']['id']}"
    equal([each["key"] for each in engine.admin("GET", his + "&state=sent").json["items"]], ["cap2", "cap1"], "of one customer the other filters hold, too")
    pages = [engine.admin("GET", his + "&limit=2").json]
    pages.append(engine.admin("GET", his + f"&limit=2&cursor={pages[0]['next']}").json)
    equal([[each["key"] for each in page["items"]] for page in pages] + [pages[1]["next"]], [["cap3", "cap2"], ["cap1"], None], "and a customer's messages have pages")


def the_inbox_holds_what_was_sent_to_it(engine):
    put(engine, "channels", "inbox", {"kind": "inbox"})
    put(engine, "templates", "note", {"languages": {"en": {"subject": "News for {{ customer.firstName }}", "text": "{{ data.what }}", "json": '{"image":"{{ data.what }}"}'}}})
    known(engine, "ned")
    first = is_now(engine, send(engine, "ned", "note", channel="inbox", key="1", data={"what": "tea"}), "sent")
    second = is_now(engine, send(engine, "ned", "note", channel="inbox", key="2", data={"what": "cup"}), "sent")
    inbox = engine.serve("GET", "/v1/inbox/ned").json
    equal([(one["subject"], one["text"], one["content"]) for one in inbox["items"]], [("News for Ned", "cup", {"image": "cup"}), ("News for Ned", "tea", {"image": "tea"})], "the newest first, rendered")
    equal(inbox["unseen"], 2, "neither was seen")
    for act, want in (("seen", 204), ("eaten", 400)):
        equal(engine.serve("POST", f"/v1/inbox/ned/{first['messageId']}", {"act": act}).status, want, act)
    equal(engine.serve("POST", f"/v1/inbox/ned/{second['messageId']}", {"act": "dismissed"}).status, 204, "one is put away")
    equal(engine.serve("POST", f"/v1/inbox/ann/{first['messageId']}", {"act": "seen"}).status, 404, "another customer's is not")
    inbox = engine.serve("GET", "/v1/inbox/ned").json
    equal(([one["messageId"] for one in inbox["items"]], inbox["unseen"]), ([first["messageId"]], 0), "and is gone")


def a_preview_says_what_it_would_say(engine):
    ask = lambda body: engine.admin("POST", "/api/v1/templates/preview", body)
    equal(ask({"template": "welcome", "userId": "ann", "channel": "sms", "data": {"order": "7"}}).json["text"], "你好 Ann，订单 7", "for a customer")
    equal(ask({"definition": {**WELCOME, "sample": {"order": "S"}}, "language": "en"}).json["text"], "Hello , order S", "for nobody, with the sample")
    got = ask({"definition": {"languages": {"en": {"text": "{{ 1 | divided_by: 0 }}"}}}}).json
    equal((got["errors"], got["fault"]["field"]), (1, "text"), "an error has its place")
    equal(ask({"definition": {"languages": {"en": {"text": "{{"}}}}).status, 400, "a fault of syntax is refused")
    equal(ask({"template": "gone"}).status, 404, "what is not there is not there")


def check_11_an_opt_out_stops_what_is_queued(engine):
    """300 messages wait behind a channel of 100 a second; half of the customers say no, and from a second later none of theirs goes out."""
    gateway.clear()
    put(engine, "channels", "slow", sms(gateway, ratePerSecond=100))
    users = [f"q{n}" for n in range(300)]
    known(engine, *users)
    for user in users:
        allow(engine, user)
    soon = kit.iso(kit.now_ms() + 4000)
    sent = {user: send(engine, user, "offer", channel="slow", key="blast", sendAt=soon) for user in users}
    until(lambda: len(gateway.bodies()) >= 20, 30)
    check(20 <= len(gateway.bodies()) < 250, "they go out one after another", len(gateway.bodies()))
    said = {}
    for user in users[::2]:
        equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {"sms": False}}).status // 100, 2, f"{user} says no")
        said[f"+86-{user}"] = time.time()
    until(lambda: all(state(engine, sent[user])["state"] in ("sent", "skipped") for user in users), 60)
    late = [one for one in gateway.taken if json.loads(one["body"])["to"] in said and one["at"] > said[json.loads(one["body"])["to"]] + 1]
    equal(late, [], "nothing goes a second after the no")
    outcomes = [state(engine, sent[user]) for user in users]
    check(sum(one["why"] == "opted_out" for one in outcomes) > 20, "those that waited were skipped for it", [one["why"] for one in outcomes][:20])
    equal(sum(one["state"] == "sent" for one in outcomes), len(gateway.bodies()), "and each that went is in the ledger")
    equal(sorted(one["state"] for one in outcomes[1::2]), ["sent"] * 150, "whoever did not say no got it")


def check_11_an_answer_stops_it(engine):
    """A customer answers to a text message with one of the words of the law: in force at once, for what waits, and after a kill."""
    gateway.clear()
    put(engine, "channels", "two-way", sms(gateway, replies={"from": "/phone_number", "text": "/content", "answer": '{"code":0}'}))
    path = engine.admin("GET", "/api/v1/channels/two-way").json["repliesPath"]
    known(engine, "tom", "tia", "una", "ute")
    phones = {"tom": "13800000001", "tia": "138-0000-0001", "una": "13800000002", "ute": "13800000003"}  # tom and tia share a phone
    for user, phone in phones.items():
        engine.collect("identify", {"userId": user, "messageId": f"phone-{user}", "traits": {"phone": phone}})
        allow(engine, user)
    engine.sync()
    for user in phones:
        is_now(engine, send(engine, user, "offer", channel="two-way", key="first"), "sent")
    waits = {user: send(engine, user, "offer", channel="two-way", key="later", sendAt=kit.iso(kit.now_ms() + 2500)) for user in phones}
    tell = lambda where, what: engine.ask("POST", where, what)
    for wrong in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("/two-way/", "/sms/"), path.replace("/two-way/", "/gone/")):
        equal(tell(wrong, {"phone_number": "13800000002", "content": "TD"}).status, 404, "an address that was guessed does nothing")
    equal(tell(path, {"phone_number": 1}).status, 200, "what has no words is passed over")
    equal(tell(path, {"phone_number": "13800000002", "content": "谢谢"}).status, 200, "thanks are no refusal")
    equal(engine.serve("GET", "/v1/consents/una").json["marketing"]["sms"], True, "and change nothing")
    said = time.time()
    answer = tell(path, [{"phone_number": "+8613800000001", "content": " ＴＤ。"}, {"phone_number": "13800000002", "content": "退订"}, {"phone_number": "13999999999", "content": "TD"}, {"content": "TD"}])
    equal((answer.status, answer.json), (200, {"code": 0}), "the gateway hears what it wants to")
    check(time.time() - said < 1, "within a second")
    for user in ("tom", "tia", "una"):
        equal(engine.serve("GET", f"/v1/consents/{user}").json["marketing"]["sms"], False, f"{user} said no")
    equal(engine.serve("GET", "/v1/consents/tom/ledger").json["items"][0]["source"], "answer to two-way", "and the ledger of consents says by what")
    engine.kill()
    engine.start()
    for user in ("tom", "tia", "una"):
        is_now(engine, waits[user], "skipped", "opted_out")
    is_now(engine, waits["ute"], "sent")
    is_now(engine, send(engine, "tom", channel="two-way", key="asked", data={"order": 1}), "sent")
    allow(engine, "tom")
    is_now(engine, send(engine, "tom", "offer", channel="two-way", key="again"), "sent")
    tell(path, {"phone_number": "13800000001", "content": "T"})
    is_now(engine, send(engine, "tom", "offer", channel="two-way", key="once more"), "skipped", "opted_out")


def it_is_the_same_after_a_restart_and_rebuilt(engine):
    before = engine.admin("GET", "/api/v1/messages?limit=500").json["items"]
    engine.restart()
    key = lambda one: one["messageId"]
    after = engine.admin("GET", "/api/v1/messages?limit=500").json["items"]
    equal(sorted(before, key=key), sorted(after, key=key), "the ledger is as it was")
    engine.is_equal("rebuilt it is the same")
    check(engine.metric("zhun_messages", channel="sms", state="sent") > 0, "and counted")


def an_erased_customer_has_no_messages(engine):
    message = send(engine, "ann", key="last", sendAt="2099-01-01T00:00:00Z", data={"order": "secret-of-ann"})
    number = engine.admin("GET", f"/api/v1/messages/{message['messageId']}").json["customer"]["id"]
    answer = engine.admin("POST", "/api/v1/erasures", {"id": number, "reason": "asked"})
    check(answer.status in (200, 201, 202), "ann is forgotten", answer.body)
    until(lambda: engine.serve("GET", f"/v1/messages/{message['messageId']}").status == 404)
    equal(engine.serve("GET", f"/v1/messages/{message['messageId']}").status, 404, "and so are the messages")


for partitions in ("1", "3"):
    kit.say(f"-- {partitions} partition(s)")
    engine = kit.Engine(options=["--partitions", partitions, *OPTIONS])
    prove(definitions_are_checked_and_kept, engine)
    prove(a_message_is_said_in_the_customers_language_and_sent_once, engine)
    prove(whom_it_may_not_reach_it_does_not, engine)
    stalled = a_gateway_that_stumbles(engine)
    prove(receipts_come_twice_and_in_any_order, engine, stalled)
    prove(quiet_hours_and_caps_hold, engine)
    prove(the_inbox_holds_what_was_sent_to_it, engine)
    prove(a_preview_says_what_it_would_say, engine)
    if partitions == "1":
        prove(check_11_an_opt_out_stops_what_is_queued, engine)
    prove(check_11_an_answer_stops_it, engine)
    prove(it_is_the_same_after_a_restart_and_rebuilt, engine)
    prove(an_erased_customer_has_no_messages, engine)
    engine.stop()

kit.finish()
