#!/usr/bin/env python3
"""E-mail: a message leaves as a letter that any mail program reads, to a mail server that takes it, refuses it, stumbles or is killed under; one click in it stops the next one, and so does what comes back.

The server is aiosmtpd on loopback; letters are read by Python's email package. Killed at any moment the server sees each letter once at most.
"""
import collections
import email.utils
import random
import re
import time
import urllib.parse

import kit
from kit import WHOLE, check, equal, prove, say
from kit.gateway import OPTIONS, until
from kit.mailserver import MailServer, is_signed, make_key, missing, smtp

if missing():
    kit.skip(missing())

SECRET = "päss w0rd"
NEWS = {"purpose": "marketing", "languages": {"en": {"subject": "Tea, {{ customer.firstName }}?", "text": "Hi {{ customer.firstName }}\n.\nStop: {{ unsubscribeUrl }}", "html": "<p>Hi {{ customer.firstName }}</p>"}}}
ORDER = {"purpose": "transactional", "language": "zh", "languages": {"zh": {"subject": "订单 {{ data.order }} 已付款，" + "谢谢您的惠顾" * 8, "text": "你好，{{ customer.firstName }}"}, "en": {"subject": "Order {{ data.order }}", "html": "<b>{{ data.order }}</b>"}}}


def put(engine, kind, name, body, status=200):
    answer = engine.admin("PUT", f"/api/v1/{kind}/{name}", body)
    equal(answer.status, status, f"{kind}/{name} is defined: {answer.body[:300] if answer.status != status else ''}")


def known(engine, *users, **traits):
    engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-{user}", "userId": user, "traits": {"firstName": user.title(), "email": f"{user}@mail.example", **traits}} for user in users]})
    engine.sync()


def allow(engine, user):
    equal(engine.serve("PUT", f"/v1/consents/{user}", {"marketing": {"email": True}}).status // 100, 2, f"{user} says yes to e-mail")


def send(engine, user, template, key, channel="mail", **more):
    answer = engine.serve("POST", "/v1/messages", {"userId": user, "channel": channel, "template": template, "key": key, **more})
    equal(answer.status, 202, f"a message to {user}: {answer.body[:300]}")
    return answer.json


def state(engine, message):
    return engine.serve("GET", f"/v1/messages/{message['messageId']}").json


def is_now(engine, message, *want, seconds=20):
    got = until(lambda: (lambda now: now if now["state"] == want[0] else None)(state(engine, message)), seconds) or state(engine, message)
    equal((got["state"], *([got["why"]] if len(want) > 1 else [])), want, f"a message is {want}: {got.get('detail')}")
    return got


def body_of(letter, kind):
    return letter.get_body((kind,)).get_content()


def a_letter_is_what_any_mail_program_reads(engine, server):
    server.clear()
    known(engine, "ann")
    allow(engine, "ann")
    sent = is_now(engine, send(engine, "ann", "news", "1", campaign="spring"), "sent", "none")
    one = server.taken[0]
    letter, lines = one["letter"], one["bytes"].split(b"\r\n")
    equal((one["from"], one["to"]), ("hi@shop.example", ["ann@mail.example"]), "the envelope")
    equal((letter["Subject"], letter["From"].addresses[0].display_name, letter["From"].addresses[0].addr_spec, letter["To"].addresses[0].addr_spec, letter["Reply-To"].addresses[0].addr_spec),
          ("Tea, Ann?", "茶 & Co", "hi@shop.example", "ann@mail.example", "help@shop.example"), "the headers")
    equal(letter["Message-ID"], f"<{sent['messageId']}@shop.example>", "its number is the message's")
    check(abs(email.utils.parsedate_to_datetime(letter["Date"]).timestamp() - time.time()) < 60, "its date is now", letter["Date"])
    equal(letter.get_content_type(), "multipart/alternative", "two forms of the same words")
    equal((body_of(letter, "html"), body_of(letter, "plain").split("Stop: ")[0]), ("<p>Hi Ann</p>", "Hi Ann\n.\n"), "with text and HTML")
    check(all(len(line) <= 998 and line.isascii() for line in lines) and b"\n" not in b"".join(lines), "no line is longer than a line may be, nor other than ASCII")
    equal(letter.defects, [], "and nothing in it is wrong")
    known(engine, "bo", language="zh")
    is_now(engine, send(engine, "bo", "order", "1", data={"order": "7"}), "sent")
    letter = server.letters()[-1]
    equal((letter["Subject"], body_of(letter, "plain"), letter.get_content_type()), ("订单 7 已付款，" + "谢谢您的惠顾" * 8, "你好，Bo", "text/plain"), "Chinese stays Chinese, text alone is a letter")
    check(letter["List-Unsubscribe"] is None, "what the customer asked for has no link to stop it")
    known(engine, "cy")
    is_now(engine, send(engine, "cy", "order", "1", data={"order": "8"}, language="en"), "sent")
    equal(server.letters()[-1].get_content_type(), "text/html", "so is HTML alone")


def one_click_stops_the_next_one(engine, server):
    server.clear()
    known(engine, "dee")
    allow(engine, "dee")
    is_now(engine, send(engine, "dee", "news", "1", campaign="spring"), "sent")
    letter = server.letters()[0]
    link = letter["List-Unsubscribe"].strip("<>")
    equal(letter["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click", "a mailbox may show its own button")
    check(link.startswith(f"http://127.0.0.1:{engine.port}/u/") and link in body_of(letter, "plain"), "and the words have the link", link)
    path = urllib.parse.urlsplit(link).path
    equal(engine.ask("GET", path).status, 200, "a scanner that follows it gets a page")
    is_now(engine, send(engine, "dee", "news", "2"), "sent")
    later = send(engine, "dee", "news", "3", sendAt=kit.iso(kit.now_ms() + 1500))
    answer = engine.ask("POST", path, "List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
    equal(answer.status, 200, "the button's POST, without a cookie, is taken")
    is_now(engine, later, "skipped", "opted_out")
    is_now(engine, send(engine, "dee", "news", "4"), "skipped", "opted_out")
    is_now(engine, send(engine, "dee", "order", "5", data={"order": "1"}), "sent")
    equal(len(server.letters()), 3, "nothing more went out but what was asked for")


def no_value_makes_a_second_header(engine, server):
    server.clear()
    known(engine, "eve", firstName="Eve\r\nBcc: all@mail.example", email="eve@mail.example")
    allow(engine, "eve")
    got = is_now(engine, send(engine, "eve", "news", "1"), "skipped", "template_error")
    check("subject" in got["detail"], "it says where", got["detail"])
    known(engine, "fay", email="fay@mail.example\r\nBcc: all@mail.example")
    is_now(engine, send(engine, "fay", "order", "1", data={"order": "1"}), "skipped", "no_address")
    for n, to in enumerate(("a b@c.d", "<a@b.c>", "no address", "a@b@c", "a@b.c> SIZE=1")):
        is_now(engine, send(engine, "ann", "order", f"to{n}", to=to, data={"order": "1"}), "skipped", "no_address")
    equal(server.letters(), [], "and nothing went out")
    for field, body in (("host", {"host": "a/b"}), ("from.address", {"from": {"address": "a@b.c\r\nBcc: x@y.z"}}), ("certificate", {"certificate": "no"}), ("tls", {"tls": "perhaps"}), ("url", {"url": "x"})):
        answer = engine.admin("PUT", "/api/v1/channels/wrong", smtp(server, **body))
        equal((answer.status, answer.json.get("field")), (400, field), "a wrong channel is refused by its field")


def a_server_that_stumbles(engine, server):
    server.clear()
    known(engine, "gus", "hal", "ida", "jim", "kay", "lou")
    server.next_answers({"rcpt": "450 4.2.0 grey"}, {"mail": "421 4.7.0 too many"}, {"data": "451 4.3.0 later"}, {"end": "451 4.3.0 later"}, {"rcpt": "drop"})
    got = is_now(engine, send(engine, "gus", "order", "1", data={"order": "1"}), "sent")
    equal((got["tries"], len(server.letters())), (6, 1), "4xx and a connection that breaks before the letter: again, until it is taken, once")
    server.next_answers({"mail": "550 5.7.1 not you"})
    equal(is_now(engine, send(engine, "gus", "order", "2", data={"order": "1"}), "failed", "refused")["detail"], "status 550 5.7.1", "a 5xx is a refusal")
    server.next_answers({"end": "550 5.7.515 no DMARC"})
    is_now(engine, send(engine, "gus", "order", "3", data={"order": "1"}), "failed", "refused")
    allow(engine, "gus")
    is_now(engine, send(engine, "gus", "news", "4"), "sent")  # a refusal says nothing of the mailbox
    server.next_answers({"rcpt": "550 5.1.1 there is no hal@mail.example"})
    equal(is_now(engine, send(engine, "hal", "order", "1", data={"order": "1"}), "bounced", "refused")["detail"], "status 550 5.1.1", "no such mailbox bounces, and the name is not kept")
    allow(engine, "hal")
    for template in ("news", "order"):
        is_now(engine, send(engine, "hal", template, template, data={"order": "2"}), "skipped", "suppressed")
    server.clear()
    server.next_answers({"end": "drop"})
    is_now(engine, send(engine, "ida", "order", "1", data={"order": "1"}), "in_doubt", "unanswered")
    put(engine, "channels", "hasty", smtp(server, timeoutMs=1000))
    server.next_answers({"end": 3})
    is_now(engine, send(engine, "jim", "order", "1", channel="hasty", data={"order": "1"}), "in_doubt", "unanswered")
    time.sleep(0.5)
    equal(collections.Counter(letter["Message-ID"] for letter in server.letters()).most_common(1)[0][1], 1, "in doubt it is not sent again")
    put(engine, "channels", "dead", smtp(server, port=9, tries=2))
    is_now(engine, send(engine, "kay", "order", "1", channel="dead", data={"order": "1"}), "failed", "too_many_tries")


def report(kind, fields, letter, to="hi@shop.example"):
    """A letter as mail servers (RFC 3464) and mailbox providers (RFC 5965) write it."""
    headers = letter.as_bytes().replace(b"\r\n", b"\n").split(b"\n\n")[0].decode() if letter else ""
    content = "message/delivery-status" if kind == "delivery-status" else "message/feedback-report"
    parts = ["Content-Type: text/plain\n\nSorry, it did not work.\n", f"Content-Type: {content}\n\n{fields}", f"Content-Type: text/rfc822-headers\n\n{headers}\n"]
    return (f"From: MAILER-DAEMON@mx.example\nTo: {to}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=\"b1\"\n\n" + "".join(f"--b1\n{part}" for part in parts) + "--b1--\n").encode()


def failed(status, diagnostic=""):
    return f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; x@mail.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"


def what_comes_back_stops_the_next_one(engine, server):
    server.clear()
    put(engine, "channels", "back", smtp(server, returnPath="bounces+{id}@shop.example"))
    path = engine.admin("GET", "/api/v1/channels/back").json["receiptsPath"]
    post = lambda mail: engine.ask("POST", path, mail, headers={"Content-Type": "message/rfc822"})
    known(engine, "pam", "quin", "rae", "sid", "tom")
    sent = {user: is_now(engine, send(engine, user, "order", "1", channel="back", data={"order": "1"}), "sent") for user in ("pam", "quin", "rae", "sid", "tom")}
    letters = {one["to"][0].split("@")[0]: one for one in server.taken}
    equal(letters["pam"]["from"], f"bounces+{sent['pam']['messageId']}@shop.example", "the envelope says where it goes back to")
    reports = {"pam": report("delivery-status", failed("5.1.1", "smtp; 550 5.1.1 no such user"), letters["pam"]["letter"]),
               "quin": report("delivery-status", failed("5.2.2"), letters["quin"]["letter"]),
               "rae": report("feedback-report", "Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\n", letters["rae"]["letter"]),
               "sid": report("delivery-status", failed("5.0.0", "smtp; 550 no"), None, to=letters["sid"]["from"])}
    for user, mail in list(reports.items()) * 2:
        answer = post(mail)
        equal((answer.status, answer.json), (200, {"taken": 1, "unknown": 0}), f"a report on the letter to {user} is taken")
    equal({user: state(engine, sent[user])["state"] for user in sent}, {"pam": "bounced", "quin": "failed", "rae": "complained", "sid": "bounced", "tom": "sent"}, "and each says what it says")
    for mail in (b"From: tom@mail.example\nSubject: Re: your order\n\n> Action: failed\n> Status: 5.1.1\n", report("delivery-status", failed("5.1.1"), None), b"\xff" * 1000, b"x"):
        answer = post(mail)
        equal((answer.status, answer.json), (200, {"taken": 0, "unknown": 1}), "what is no report of a letter of ours changes nothing, and is not sent back either")
    equal(engine.ask("POST", path[:-1] + ("0" if path[-1] != "0" else "1"), reports["pam"]).status, 404, "an address that was guessed does nothing")
    for user, want in (("pam", "skipped"), ("quin", "sent"), ("rae", "skipped"), ("sid", "skipped")):
        is_now(engine, send(engine, user, "order", "2", channel="back", data={"order": "2"}), want)
    is_now(engine, send(engine, "rae", "order", "3", data={"order": "3"}), "skipped", "suppressed")


def letters_are_signed_for_their_domain(engine, server):
    known(engine, "una")
    allow(engine, "una")
    for kind, selector in (("RSA", "r1"), ("ED25519", "e1")):
        server.clear()
        channel, (key, record), name = f"signs-{selector}", make_key(kind), f"{selector}._domainkey.shop.example"
        put(engine, "channels", channel, smtp(server, tries=1, dkim={"domain": "shop.example", "selector": selector}, link=f"http://127.0.0.1:{engine.port}"))
        got = is_now(engine, send(engine, "una", "news", f"{selector}-0", channel=channel), "failed", "too_many_tries")
        check("DKIM" in got["detail"] and not server.letters(), "without a key nothing goes unsigned", got["detail"])
        for wrong in ("no key", key[:60], key.replace("PRIVATE", "PUBLIC"), ""):
            answer = engine.admin("PUT", f"/api/v1/channels/{channel}/secret", {"dkimKey": wrong})
            check(answer.status == 400 and answer.json.get("field") == "dkimKey", f"what is no key is refused: {wrong[:40]}", (answer.status, answer.body))
        if kind == "RSA":
            equal(engine.admin("PUT", f"/api/v1/channels/{channel}/secret", {"dkimKey": key}).status, 204, "a key is kept")
        else:
            status, out, err = kit.run("channel", "dkim", channel, "--data", engine.data, stdin=key.encode())
            check(status == 0 and "DKIM key is kept, sealed" in out, "from standard input, too", out + err)
        answer = engine.admin("GET", f"/api/v1/channels/{channel}")
        check(answer.json["hasDkimKey"] is True and answer.json["hasSecret"] is False and b"PRIVATE" not in answer.body, "and not shown", answer.body)
        is_now(engine, send(engine, "una", "news", f"{selector}-1", channel=channel), "sent")
        is_now(engine, send(engine, "una", "order", f"{selector}-2", channel=channel, language="zh", data={"order": "1"}), "sent")
        for one in server.taken:
            letter = one["bytes"]
            check(is_signed(letter, name, record), f"{kind}: another verifier takes it for signed", letter[:900])
            for was, now in ((b"\r\nSubject: ", b"\r\nSubject: Re: "), (b"\r\nFrom: ", b"\r\nFrom: <evil@shop.example>\r\nFrom: "), (b"\r\n\r\n", b"\r\n\r\nx")):
                check(was in letter and not is_signed(letter.replace(was, now, 1), name, record), f"{kind}: changed on the way it is not", now)
            check(not is_signed(letter, name, make_key(kind)[1]), "nor by another key")
        signed = [part.strip().lower() for part in re.search(r"\bh=([^;]*);", str(server.letters()[0]["DKIM-Signature"])).group(1).split(":")]
        check({"list-unsubscribe", "list-unsubscribe-post", "from", "subject", "date", "message-id"} <= set(signed), "the links that stop letters are under it, as RFC 8058 asks", signed)


def passwords_and_certificates(engine):
    server = MailServer("shop", SECRET)
    put(engine, "channels", "signed", smtp(server, user="shop", tries=2))
    known(engine, "max")
    is_now(engine, send(engine, "max", "order", "0", channel="signed", data={"order": "1"}), "failed", "too_many_tries")
    equal(engine.admin("PUT", "/api/v1/channels/signed/secret", {"secret": "guessed"}).status, 204, "a secret is put")
    got = is_now(engine, send(engine, "max", "order", "1", channel="signed", data={"order": "1"}), "failed", "too_many_tries")
    equal(got["detail"], "before the letter: status 535 5.7.8", "without the password, or with a wrong one, nothing goes, and it is tried again")
    equal(engine.admin("PUT", "/api/v1/channels/signed/secret", {"secret": SECRET}).status, 204, "the secret is the password")
    is_now(engine, send(engine, "max", "order", "2", channel="signed", data={"order": "1"}), "sent")
    check(server.taken[0]["signed_in"], "and with it the server knows the shop")
    check(SECRET.encode() not in engine.admin("GET", "/api/v1/channels/signed").body, "it is not shown")
    for tls in ("starttls", "tls"):
        safe = MailServer("shop", SECRET, tls)
        more = {"host": "localhost", "user": "shop", "tls": tls, "tries": 1}
        for name, body in (("foreign", {}), ("other", {"certificate": safe.certificate, "host": "127.0.0.1"})):
            put(engine, "channels", f"{name}-{tls}", smtp(safe, **{**more, **body}))
            engine.admin("PUT", f"/api/v1/channels/{name}-{tls}/secret", {"secret": SECRET})
            is_now(engine, send(engine, "max", "order", f"{name}-{tls}", channel=f"{name}-{tls}", data={"order": "1"}), "failed", "too_many_tries")
        equal(safe.letters(), [], f"{tls}: a certificate that nobody vouches for, or of another name, gets no letter")
        put(engine, "channels", f"own-{tls}", smtp(safe, certificate=safe.certificate, **more))
        engine.admin("PUT", f"/api/v1/channels/own-{tls}/secret", {"secret": SECRET})
        is_now(engine, send(engine, "max", "order", f"own-{tls}", channel=f"own-{tls}", data={"order": "1"}), "sent")
        check(safe.taken[0]["tls"] and safe.taken[0]["signed_in"], f"{tls}: with the shop's own certificate it goes, sealed")
    plain = MailServer()
    put(engine, "channels", "stripped", smtp(plain, tls="starttls", tries=1))
    is_now(engine, send(engine, "max", "order", "stripped", channel="stripped", data={"order": "1"}), "failed", "too_many_tries")
    equal(plain.letters(), [], "where STARTTLS is asked for, a server that does not offer it gets nothing")


def private_addresses_are_not_reached():
    server = MailServer()
    engine = kit.Engine(options=["--send-ports", "any"])
    put(engine, "channels", "mail", smtp(server))
    put(engine, "channels", "named", smtp(server, host="localhost"))
    put(engine, "templates", "order", ORDER)
    known(engine, "ann")
    for channel in ("mail", "named"):
        got = is_now(engine, send(engine, "ann", "order", channel, channel=channel, data={"order": "1"}), "failed", "refused")
        check("--send-private" in got["detail"], "it says how it could be", got["detail"])
    equal(server.letters(), [], "nothing went out")
    engine.stop()


def states(engine):
    return {one["messageId"]: one for one in engine.admin("GET", "/api/v1/messages?limit=500").json["items"]}


def killed_while_it_sends_no_letter_goes_twice(partitions):
    threads, sends, kills = 4, 300 if WHOLE else 100, 0
    chance = random.Random(11)
    server = MailServer()
    engine = kit.Engine(options=["--partitions", str(partitions), "--senders", str(threads), *OPTIONS])
    put(engine, "channels", "mail", smtp(server, ratePerSecond=60))
    put(engine, "templates", "t", {"purpose": "transactional", "languages": {"en": {"subject": "s", "text": "{{ message.key }}"}}})
    known(engine, *(f"u{n}" for n in range(sends)))
    ids = {send(engine, f"u{n}", "t", "k")["messageId"] for n in range(sends)}
    doubts = 0
    for _ in range(20 if WHOLE else 8):
        seen = len(server.letters())
        if seen + doubts >= sends:
            break
        until(lambda: len(server.letters()) >= seen + chance.randint(1, 12), 5)
        time.sleep(chance.random() * 0.02)
        engine.kill()
        kills += 1
        engine.start()
        until(lambda: collections.Counter(one["state"] for one in states(engine).values())["sending"] <= threads, 5)
        now = collections.Counter(one["state"] for one in states(engine).values())["in_doubt"]
        check(now - doubts <= threads, "no more than one a thread is in doubt after a crash", now - doubts)
        doubts = now
    until(lambda: all(one["state"] in ("sent", "in_doubt") for one in states(engine).values()), 60)
    ledger, went = states(engine), [re.match("<([0-9a-f]{16})@", letter["Message-ID"]).group(1) for letter in server.letters()]
    equal((set(ledger), {one["state"] for one in ledger.values()} <= {"sent", "in_doubt"}), (ids, True), "each message is sent or in doubt")
    equal([one for one, count in collections.Counter(went).items() if count > 1], [], "the server saw each letter once at most")
    equal({one for one in ids if ledger[one]["state"] == "sent"} - set(went), set(), "what the ledger calls sent, the server has")
    check(kills >= 5, "it was killed", kills)
    say(f"{partitions} partition(s): {sends} letters, {kills} kills, {doubts} in doubt, {len(went)} taken")
    engine.is_equal("rebuilt it is the same")
    engine.stop()


for partitions in ("1", "3"):
    say(f"-- {partitions} partition(s)")
    mail_server = MailServer()
    engine = kit.Engine(options=["--partitions", partitions, *OPTIONS])
    put(engine, "channels", "mail", smtp(mail_server, link=f"http://127.0.0.1:{engine.port}"))
    put(engine, "templates", "news", NEWS)
    put(engine, "templates", "order", ORDER)
    prove(a_letter_is_what_any_mail_program_reads, engine, mail_server)
    prove(one_click_stops_the_next_one, engine, mail_server)
    prove(no_value_makes_a_second_header, engine, mail_server)
    prove(a_server_that_stumbles, engine, mail_server)
    prove(what_comes_back_stops_the_next_one, engine, mail_server)
    prove(letters_are_signed_for_their_domain, engine, mail_server)
    if partitions == "1":
        prove(passwords_and_certificates, engine)
    engine.is_equal("rebuilt it is the same")
    engine.stop()
prove(private_addresses_are_not_reached)
prove(killed_while_it_sends_no_letter_goes_twice, 1)
kit.finish()
