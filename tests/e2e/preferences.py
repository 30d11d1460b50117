#!/usr/bin/env python3
"""A customer's own page by his link: what is known stands there and nobody else's, every form does what it says through the same records as the shop's own
requests, for good; what is shown can be taken along; who is erased has a receipt that checks, and his link leads nowhere."""
import csv
import html
import io
import json
import re
import time
import urllib.parse

import kit
from kit import check, equal, iso, prove

DAY = 86400000
NOW = kit.now_ms()
CHANNELS = ("email", "sms", "push", "wechat", "wecom", "onsite", "whatsapp", "call", "post", "ads")
EVIL = "<script>alert(1)</script>\"'&"


def visit(user, number, item, days_ago, event="Product Viewed"):
    return {"type": "track", "userId": user, "event": event, "messageId": f"{user}-{number}", "timestamp": iso(NOW - days_ago * DAY), "properties":
            {"product_id": item, "name": f"Tea {item}", "category": "green tea" if int(item[1:]) % 2 else "black tea", "brand": "Leaf", "price": 12.5, "currency": "CNY"}}


def shop(engine):
    for number in range(12):
        engine.admin("PUT", f"/api/v1/items/p{number}", {"title": f"Tea {number} {EVIL if number == 3 else ''}", "category": "green tea" if number % 2 else "black tea", "brand": "Leaf",
                                                         "priceCents": 1250, "currency": "CNY", "available": True})
    batch = [{"type": "identify", "userId": "mei", "messageId": "mei-i", "timestamp": iso(NOW - 9 * DAY),
              "traits": {"email": "mei@example.com", "phone": "+86 138 0000 1234", "name": "Mei Lin", "city": "Shenzhen", "vip": True, "motto": EVIL}}]
    for user in ("mei", "other", "third"):
        batch += [visit(user, number, f"p{number % 9}", 8 - number % 7) for number in range(14)]
        batch.append({"type": "track", "userId": user, "event": "Order Completed", "messageId": f"{user}-o", "timestamp": iso(NOW - 2 * DAY), "properties":
                      {"order_id": f"o-{user}", "revenue": 25, "currency": "CNY", "products": [{"product_id": "p1", "price": 12.5, "quantity": 2, "category": "green tea", "brand": "Leaf"}]}})
    batch.append({"type": "track", "userId": "other", "event": "Secret of other", "messageId": "secret", "timestamp": iso(NOW - DAY), "properties": {"canary": "canary-of-other"}})
    equal(engine.collect("batch", {"batch": batch}).json["accepted"], len(batch), "a shop's history")
    engine.sync()
    for tag in ("likes tea", EVIL):
        equal(engine.serve("PUT", f"/v1/profiles/mei/tags/{urllib.parse.quote(tag, safe='')}", {"by": "staff"}).status, 200, "a tag")
    equal(engine.serve("POST", "/v1/feedback", {"userId": "mei", "kind": "not_interested", "itemId": "p5"}).status, 200, "a word")
    equal(engine.serve("POST", "/v1/feedback", {"userId": "mei", "kind": "block", "scope": "brand", "name": "Ü & Sohn"}).status, 200, "another")
    for user in ("mei", "other"):
        listed(engine, user, 8)
    engine.admin("PUT", "/api/v1/segments/tea-lovers", {"expression": 'customer.orders.count() >= 1'})
    engine.sync()


def listed(engine, user, n):
    """A list for him, written down: that comes some milliseconds after the answer."""
    answer = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": user, "n": n})
    equal(answer.status, 200, f"a list for {user}")
    end = time.monotonic() + 5
    while engine.serve("GET", f"/v1/decisions/{answer.json['decisionId']}").status == 404 and time.monotonic() < end:
        time.sleep(0.01)
    engine.sync()
    return answer.json


def link(engine, user="mei"):
    return engine.serve("POST", f"/v1/preferences/{user}/link", {}).json["path"]


def page(engine, path, lang="en"):
    return html.unescape(engine.ask("GET", f"{path}?lang={lang}").body.decode())


def forms(engine, path):
    """Every form of the page: (act, fields)."""
    out = []
    for action, inside in re.findall(r'<form method="post" action="([^"]*)">(.*?)</form>', engine.ask("GET", path + "?lang=en").body.decode(), re.S):
        fields = {html.unescape(name): html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', inside)}
        out.append((action, fields))
    return out


def send(engine, path, action, fields):
    """As a browser does: relative to the page, the fields encoded."""
    at = urllib.parse.urljoin(path, action)
    return engine.ask("POST", at, urllib.parse.urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"})


def press(engine, path, act, **wanted):
    """Press the button whose form has these fields; where it leads."""
    found = [(action, fields) for action, fields in forms(engine, path) if urllib.parse.urlsplit(action).path.endswith("/" + act) and all(fields.get(name) == value for name, value in wanted.items())]
    if not check(len(found) == 1, f"one button for {act} {wanted}", f"{len(found)} of {[fields for _, fields in forms(engine, path)]}"):
        return None
    answer = send(engine, path, *found[0])
    equal(answer.status, 303, f"{act} {wanted} leads back")
    to = urllib.parse.urljoin(urllib.parse.urljoin(path, found[0][0]), answer.header("location"))
    equal(urllib.parse.urlsplit(to).path, path, "to the page itself")
    return engine.ask("GET", to).body.decode()


def what_is_known(engine):
    path = link(engine)
    answer = engine.ask("GET", path, headers={"Accept-Language": "fr, zh-TW;q=0.9, en;q=0.8"})
    raw = answer.body.decode()
    equal((answer.status, answer.header("content-language"), answer.header("cache-control"), answer.header("referrer-policy"), answer.header("x-robots-tag")),
          (200, "zh", "no-store", "no-referrer", "noindex, nofollow"), "the page, in the first language it knows")
    policy = answer.header("content-security-policy")
    check(all(part in policy for part in ("default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")), "a strict policy", policy)
    check("<script" not in raw and " style=" not in raw and " on" + "click" not in raw and "http" not in raw, "no script, no style attribute, nothing from elsewhere")
    check(raw.count("&lt;script&gt;") >= 3, "what customers and shops write is text", raw.count("&lt;script&gt;"))
    for lang, words in (("en", ("Personalisation", "What the shop knows about you", "Why you saw this", "Your tags", "Advertising, by channel", "Erase me", "How a recommendation comes about")),
                        ("zh", ("个性化推荐", "本店掌握的关于您的信息", "您为什么会看到这些", "您的标签", "营销消息", "申请删除", "推荐是如何产生的"))):
        text = page(engine, path, lang)
        check(all(word in text for word in words), f"every part, {lang}", [word for word in words if word not in text])
        check("green tea" in text and "tea-lovers" in text and "Shenzhen" in text and "Ü & Sohn" in text, f"interests, group, trait, word, {lang}")
        check("m***@example.com" in text and "mei@example.com" not in text and "0000 1234" not in text and "***34" in text and "Mei Lin" not in text, f"what is personal is masked, {lang}")
        check("canary-of-other" not in text and "other" not in re.findall(r"<dd><bdi>([^<]*)", text), f"nothing of anybody else, {lang}")
    decision = listed(engine, "mei", 3)
    text = page(engine, path)
    check(all(item["reason"]["text"]["en"] in text for item in decision["items"]), "the reasons are those of the list", decision["items"])
    return path


def takes_along(engine, path):
    got = engine.ask("GET", path + "/data.json")
    equal((got.status, got.header("content-disposition")), (200, 'attachment; filename="my-data.json"'), "a file")
    data = got.json
    equal([event["messageId"] for event in data["events"]], [event["messageId"] for event in engine.events("mei")], "every event, newest first")
    profile = engine.serve("GET", "/v1/profiles/mei").json
    equal({name: data["profile"][name] for name in ("userId", "traits", "orders", "affinity", "segments")}, {name: profile[name] for name in ("userId", "traits", "orders", "affinity", "segments")}, "the profile, unmasked")
    equal(data["consents"], engine.serve("GET", "/v1/consents/mei/ledger").json, "the ledger")
    equal(len(data["lists"]), 2, "the lists that were made for him")
    record = engine.serve("GET", f"/v1/decisions/{data['lists'][0]['decisionId']}").json
    equal(data["lists"][0], record, "as they were recorded")
    table = list(csv.reader(io.StringIO(engine.ask("GET", path + "/data.csv").body.decode("utf-8-sig"))))
    equal(table[0], ["part", "entry", "name", "value"], "a table")
    equal([row[3] for row in table if row[0] == "events" and row[2] == "messageId"], [event["messageId"] for event in data["events"]], "with every event")
    check(["profile", "", "traits.email", "mei@example.com"] in table and ["tags", "1", "tag", data["tags"][0]["tag"]] in table, "and all of the rest")
    check("canary-of-other" not in json.dumps(data), "and nothing of anybody else")
    equal(engine.ask("GET", path + "/data.json?before=x").status, 400, "a cursor of nothing")
    after = data["events"][4]
    cut = engine.serve("GET", "/v1/profiles/mei/events?limit=5").json["next"]
    equal([event["messageId"] for event in engine.ask("GET", f"{path}/data.json?before={cut}").json["events"]], [event["messageId"] for event in data["events"][5:]], f"what is older than {after['messageId']}")


def forms_do_what_they_say(engine, path):
    check("in force" in html.unescape(press(engine, path, "consent", purpose="personalization", choice="no")), "the page says that it is done")
    equal(listed(engine, "mei", 5)["personalized"], False, "the next list is that of anyone")
    line = engine.serve("GET", "/v1/consents/mei/ledger").json["items"][0]
    equal((line["said"], line["source"], line["version"]), ({"personalization": False}, "preference page", "preference page 1"), "the ledger has the word, its place and its wording")
    press(engine, path, "consent", purpose="personalization", choice="yes")
    equal(listed(engine, "mei", 5)["personalized"], True, "and on again")
    press(engine, path, "consent", purpose="marketing.sms", choice="yes")
    equal(engine.serve("GET", "/v1/consents/mei").json["marketing"], {"sms": True}, "yes to one channel")
    press(engine, path, "consent", purpose="marketing", choice="no")
    equal(engine.serve("GET", "/v1/consents/mei").json["marketing"], {channel: False for channel in CHANNELS}, "no to all")
    press(engine, path, "consent", purpose="analytics", choice="no")
    press(engine, path, "consent", purpose="sharing", choice="yes")
    got = engine.serve("GET", "/v1/consents/mei").json
    equal((got["analytics"], got["sharing"]), (False, True), "other uses")
    press(engine, path, "tag", tag=EVIL)
    tags = engine.serve("GET", "/v1/profiles/mei/tags").json
    equal(([tag["tag"] for tag in tags["tags"]], [tag["tag"] for tag in tags["deleted"]]), (["likes tea"], [EVIL]), "a tag is deleted by himself")
    equal(engine.serve("PUT", f"/v1/profiles/mei/tags/{urllib.parse.quote(EVIL, safe='')}", {"by": "staff"}).status, 409, "and staff cannot set it again")
    press(engine, path, "word", scope="item", thing="p5")
    press(engine, path, "word", scope="brand", thing="Ü & Sohn")
    equal(engine.serve("GET", "/v1/feedback/mei").json["items"], [], "words are taken back")
    told = [line for line in engine.admin("GET", "/api/v1/audit?limit=500").json["items"] if line["by"] == "customer"]
    check({"POST /p/{}/{}", "GET /p/{}"} <= {line["did"] for line in told}, "the customer did it, says the audit", {line["did"] for line in told})
    check(path[3:] not in json.dumps(told), "and no token stands there")
    check(engine.metric("zhun_preference_changes_total", act="tag") == 1 and engine.metric("zhun_preference_changes_total", act="word") == 2, "changes are counted")


def what_is_refused(engine, path):
    before = engine.serve("GET", "/v1/consents/mei/ledger").json
    mine = dict(next(fields for action, fields in forms(engine, path) if "/consent" in action and fields["purpose"] == "personalization"))
    theirs = dict(next(fields for action, fields in forms(engine, link(engine, "other")) if "/consent" in action))
    act = f"{path[3:]}/consent"
    for what, fields in (("no form value", {"purpose": "sharing", "choice": "no"}), ("of another's page", {**mine, "form": theirs["form"]}), ("of another act", mine)):
        equal(send(engine, path, act.replace("consent", "tag") if what == "of another act" else act, fields).status, 403, f"a form {what}")
    for what, fields in (("a yes to everything", {"purpose": "marketing", "choice": "yes"}), ("a minor", {"purpose": "minor", "choice": "no"}), ("a pigeon", {"purpose": "marketing.pigeon", "choice": "no"}),
                         ("no choice", {"choice": "perhaps"}), ("nothing", {"purpose": "", "choice": "no"})):
        equal(send(engine, path, act, {**mine, **fields}).status, 400, what)
    equal(engine.ask("POST", f"{path}/consent", "x" * 9000).status, 403, "a long body")
    equal([engine.ask(method, f"{path}/nothing").status for method in ("GET", "POST")], [404, 404], "what there is not")
    unsubscribe = engine.serve("POST", "/v1/preferences/mei/link", {"purpose": "unsubscribe", "channel": "email"}).json["path"]
    equal([engine.ask("GET", one).status for one in ("/p/" + unsubscribe[3:], path[:-1], path[:9] + "x" + path[10:], "/p/AAAA")], [404] * 4, "links that are none, or for less")
    equal(engine.serve("GET", "/v1/consents/mei/ledger").json, before, "nothing of it changed anything")
    statuses = [engine.ask("GET", link(engine, "third") + "/data.json").status for _ in range(14)]
    equal((statuses[0], statuses[-1]), (200, 429), "who downloads without end waits")


def lasting(engine, path):
    said = (engine.serve("GET", "/v1/consents/mei/ledger").json, engine.serve("GET", "/v1/profiles/mei/tags").json, engine.serve("GET", "/v1/feedback/mei").json)
    engine.kill()
    engine.start()
    equal((engine.serve("GET", "/v1/consents/mei/ledger").json, engine.serve("GET", "/v1/profiles/mei/tags").json, engine.serve("GET", "/v1/feedback/mei").json), said, "all of it after a kill")
    equal((engine.ask("GET", path).status, len(engine.ask("GET", path + "/data.json").json["lists"])), (200, 3), "his lists are found again; one made while the switch was off is nobody's")
    engine.is_equal("and folded anew")


def forgotten(engine, path):
    asked = engine.ask("GET", path + "/erase?lang=en")
    equal(asked.status, 200, "he is asked first")
    equal(engine.serve("GET", "/v1/profiles/mei").status, 200, "and asking erases nothing")
    value = re.search(r'name="form" value="([^"]*)"', asked.body.decode()).group(1)
    equal(engine.ask("POST", path + "/erase", "form=" + value[:-1]).status, 403, "nor does a form from elsewhere")
    answer = engine.ask("POST", path + "/erase?lang=en", "form=" + value, headers={"Content-Type": "application/x-www-form-urlencoded"})
    equal(answer.status, 200, "he is erased")
    receipt = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.body.decode(), re.S).group(1))
    equal((json.loads(receipt)["by"], json.loads(receipt)["reason"]), ("customer", "asked on the preference page"), "by himself")
    with open(kit.folder() + "/receipt.json", "w", encoding="utf-8") as file:
        file.write(receipt)
    equal(kit.run("erase", "--verify", file.name)[0], 0, "his receipt checks without an engine")
    equal(engine.serve("GET", "/v1/profiles/mei").status, 404, "nobody knows him")
    equal([engine.ask("GET", one).status for one in (path, path + "/data.json", path + "/erase")], [410] * 3, "his link leads nowhere")
    equal(engine.ask("POST", path + "/erase", "form=" + value).status, 410, "not a second time")


def main():
    engine = kit.Engine(options=["--erase-wait", "0s"])
    shop(engine)
    path = what_is_known(engine)
    prove(takes_along, engine, path)
    prove(forms_do_what_they_say, engine, path)
    prove(what_is_refused, engine, path)
    prove(lasting, engine, path)
    prove(forgotten, engine, path)
    kit.finish()


main()
