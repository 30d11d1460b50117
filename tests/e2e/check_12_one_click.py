#!/usr/bin/env python3
"""Check 12, RFC 8058: the link of a letter stops letters by a POST without cookie, session or redirect, at once and lasting; a GET stops nothing, for scanners
follow every link; a link that was not made here, or not as it stands, stops nothing either, and who tries many waits while true links go on working."""
import kit
from kit import check, equal, prove

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = ('--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n', {"Content-Type": "multipart/form-data; boundary=x"})


def reader(engine, user, channel="email"):
    """A customer who may be written to."""
    engine.collect("track", {"event": "Product Viewed", "userId": user, "messageId": f"visit-{user}", "properties": {"product_id": "p1"}})
    engine.sync()
    equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {channel: True, "push": True}, "source": "checkout"}).status, 200, f"{user} allows {channel}")


def link(engine, user, **body):
    answer = engine.serve("POST", f"/v1/preferences/{user}/link", {"purpose": "unsubscribe", "channel": "email", **body})
    equal(answer.status, 201, f"a link for {user}")
    return answer.json["path"]


def said(engine, user):
    return engine.serve("GET", f"/v1/consents/{user}").json["marketing"]


def lines(engine, user):
    return engine.serve("GET", f"/v1/consents/{user}/ledger").json["items"]


def click(engine, path, body=ONE_CLICK, headers=None):
    return engine.ask("POST", path, body, headers=headers or FORM)


def reach(engine):
    return engine.admin("POST", "/api/v1/segments/preview", {"expression": "customer.consent.email"}).json["matching"]


def check_12_a_post_without_a_cookie_stops(engine):
    for user, body, headers in (("form", ONE_CLICK, FORM), ("parts", *PARTS), ("bare", ONE_CLICK, {"Content-Type": "text/plain"})):
        reader(engine, user)
        before, path = reach(engine), link(engine, user, campaign="autumn")
        answer = click(engine, path, body, headers)
        equal((answer.status, answer.header("location"), answer.header("set-cookie")), (200, None, None), f"{user}: 200, no redirect, no cookie")
        equal(said(engine, user), {"email": False, "push": True}, f"{user}: no to this channel, and to no other")
        equal(reach(engine), before - 1, f"{user}: nobody to write to, at once")
        equal(lines(engine, user)[0]["source"], "unsubscribe link, autumn", f"{user}: the ledger says by what")
    count = len(lines(engine, "form"))
    equal((click(engine, link(engine, "form")).status, len(lines(engine, "form"))), (200, count), "once more is answered as well and adds nothing")
    reader(engine, "sms", "sms")
    equal((click(engine, link(engine, "sms", channel="sms")).status, said(engine, "sms")["sms"]), (200, False), "of another channel")
    ahead = kit.iso(kit.now_ms() + 200000)
    reader(engine, "ahead")
    engine.serve("PUT", "/v1/consents/ahead", {"marketing": {"email": True}, "timestamp": ahead})
    equal((click(engine, link(engine, "ahead")).status, said(engine, "ahead")["email"]), (200, False), "a yes of a clock that runs ahead does not outlive it")


def check_12_a_get_stops_nothing(engine):
    reader(engine, "scanned")
    path, before = link(engine, "scanned"), lines(engine, "scanned")
    page = engine.ask("GET", path, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    text = page.body.decode()
    equal(page.status, 200, "the page is there")
    check("List-Unsubscribe" in text and 'method="post"' in text and "退订" in text and "<script" not in text, "it has a button and no script", text)
    check("scanned" not in text and "scanned" not in path, "who it is stands neither in the page nor in the link")
    equal((page.header("cache-control"), page.header("referrer-policy"), page.header("x-robots-tag")), ("no-store", "no-referrer", "noindex, nofollow"), "it is not kept, told or indexed")
    check("default-src 'none'" in page.header("content-security-policy") and "frame-ancestors 'none'" in page.header("content-security-policy"), "nothing is loaded, nobody frames it")
    check("Unsubscribe" in engine.ask("GET", path + "?lang=en", headers={"Accept-Language": "zh"}).body.decode(), "in the language that is chosen")
    equal(engine.ask("HEAD", path).status, 200, "a HEAD")
    equal(engine.ask("GET", path + "?List-Unsubscribe=One-Click").status, 200, "a GET with the words of the POST")
    for body in ("", "List-Unsubscribe=", "One-Click", "x" * 5000 + ONE_CLICK, '{"a":1}'):
        equal(click(engine, path, body).status, 400, f"a POST that does not say so: {body[:20]}")
    equal((said(engine, "scanned"), lines(engine, "scanned")), ({"email": True, "push": True}, before), "nothing of it stopped anything")


def check_12_a_forged_link_stops_nothing(engine, other):
    reader(engine, "kept")
    reader(other, "kept")
    path, before = link(engine, "kept"), lines(engine, "kept")
    preferences = engine.serve("POST", "/v1/preferences/kept/link", {}).json["path"]
    token = path[3:]
    forged = [path[:n] + ("A" if path[n] != "A" else "B") + path[n + 1:] for n in (3, 4, 20, 30, len(path) - 2, len(path) - 1)]
    forged += [path[:-1], path + "A", "/u/A", "/u/" + "A" * 4000, link(other, "kept"), "/u/" + preferences[3:], "/u/%00", "/u/" + token + "%20"]
    for one in forged:
        answer = click(engine, one)
        equal((answer.status, answer.header("content-type")), (404, "text/html; charset=utf-8"), f"forged: {one[:60]}")
        check("Nothing was changed" in answer.body.decode(), "and a page says so")
    equal((said(engine, "kept"), lines(engine, "kept")), ({"email": True, "push": True}, before), "none of them stopped anything")
    tries = [click(engine, "/u/AAAA").status for _ in range(30)]
    equal((tries[0], tries[-1]), (404, 429), "who guesses on waits")
    equal((click(engine, path).status, said(engine, "kept")["email"]), (200, False), "a true link works meanwhile")
    check(engine.metric("zhun_preference_links_total", purpose="unsubscribe", outcome="limited") > 0, "they are counted")


def check_12_it_lasts(engine):
    reader(engine, "lasting")
    path = link(engine, "lasting")
    equal(click(engine, path).status, 200, "he says no")
    engine.kill()
    engine.start()
    equal(said(engine, "lasting")["email"], False, "it stands after a kill in the moment of the answer")
    equal(click(engine, path).status, 200, "and the link still opens")
    engine.collect("track", {"event": "Product Viewed", "userId": "lasting", "messageId": "later", "properties": {"product_id": "p1"}})
    engine.is_equal("and everything folded anew says the same")
    equal(said(engine, "lasting")["email"], False, "what he does later says nothing of it")
    equal(engine.admin("POST", "/api/v1/erasures", {"userId": "lasting"}).status // 100, 2, "he is forgotten")
    equal(click(engine, path).status, 200, "then there is nobody to write to, and nothing to do")


def audited(engine):
    told = [line for line in engine.admin("GET", "/api/v1/audit?limit=500").json["items"] if line["by"] == "customer"]
    check(any(line["did"] == "POST /u/{token}" or line["did"] == "POST /u/{}" for line in told), "it is written down that the customer did it", told[:2])
    check(all(line["what"] == "unsubscribe link" for line in told), "and no token is", told[:2])


def main():
    engine, other = kit.Engine(), kit.Engine()
    prove(check_12_a_post_without_a_cookie_stops, engine)
    prove(check_12_a_get_stops_nothing, engine)
    prove(check_12_a_forged_link_stops_nothing, engine, other)
    prove(audited, engine)
    prove(check_12_it_lasts, engine)
    kit.finish()


main()
