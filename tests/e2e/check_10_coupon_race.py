#!/usr/bin/env python3
"""The last coupon and the last of a budget, with 64 clients at once and the engine killed in between: never more than there are, and the ledger sums to the
cent. On one and on three partitions."""
import threading
import time

import kit
from kit import basic, check, equal

CLIENTS = 64
STOCK, BUDGET, CUT = 40, 3000, 70
ROUNDS = 6 if kit.WHOLE else 2


def shop(engine):
    engine.admin("POST", "/api/v1/items", {"items": [{"itemId": "tea", "title": "Tea", "category": "drinks", "brand": "x", "priceCents": 1000, "currency": "CNY", "available": True}]})
    people = [{"type": "identify", "userId": f"u{i}", "messageId": f"i{i}", "traits": {}} for i in range(CLIENTS)]
    equal(engine.collect("batch", {"batch": people}, auth=basic(kit.WRITE)).status, 200, "customers are known")
    engine.sync()
    equal(engine.admin("PUT", "/api/v1/offers/last", {"kind": "fixed", "offCents": 10, "currency": "CNY", "give": "claim", "stock": STOCK, "perCustomer": 3}).status, 200, "an offer with a stock")
    equal(engine.admin("PUT", "/api/v1/offers/purse", {"kind": "fixed", "offCents": CUT, "currency": "CNY", "layer": "extra", "budgetCents": BUDGET}).status, 200, "an offer with a budget")


class Client(threading.Thread):
    """Asks on until its work is done; what is not answered is asked again, after a restart too."""

    def __init__(self, engine, user, work):
        super().__init__(daemon=True)
        self.engine, self.user, self.work, self.answers = engine, user, work, []

    def ask(self, path, body):
        for _ in range(400):
            try:
                answer = self.engine.ask("POST", path, body, key=kit.SERVER, timeout=20)
                if answer.status not in (429, 503):
                    return answer
            except Exception:  # the engine was killed: nobody knows whether it was done
                pass
            time.sleep(0.05)
        return None

    def run(self):
        self.work(self)


def claims(round_number):
    def work(client):
        for n in range(2):
            name = f"{round_number}-{client.user}-{n}"
            answer = client.ask("/v1/offers/last/claim", {"userId": client.user, "claimId": name})
            client.answers.append((name, answer))
    return work


def orders(round_number):
    def work(client):
        quote = client.ask("/v1/quote", {"lines": [{"itemId": "tea"}], "userId": client.user})
        if quote is None or quote.status != 200:
            return
        path, order = "/v1/quotes/" + quote.json["quoteId"], {"orderId": f"o{round_number}-{client.user}", "userId": client.user}
        held = client.ask(path + "/reserve", order)
        client.answers.append(("reserve", held, quote.json))
        if held is not None and held.status == 200:
            client.answers.append(("release" if int(client.user[1:]) % 7 == 0 else "commit", client.ask(path + ("/release" if int(client.user[1:]) % 7 == 0 else "/commit"), order), quote.json))
    return work


def race(engine, work, kill):
    clients = [Client(engine, f"u{i}", work) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    if kill:
        time.sleep(0.15)
        engine.kill()
        engine.start()
    for client in clients:
        client.join(120)
        check(not client.is_alive(), "every client comes to an end")
    return clients


def account(engine, name):
    return engine.admin("GET", f"/api/v1/offers/{name}").json


def check_10_last_coupon(engine):
    codes, given = {}, {}
    for number in range(ROUNDS):
        for client in race(engine, claims(number), kill=True):
            for name, answer in client.answers:
                if not check(answer is not None and answer.status in (200, 201, 409), "a claim is answered", answer):
                    continue
                if answer.status == 409:
                    check(answer.json["code"] in ("sold_out", "limit_reached"), "refused for a true reason", answer)
                else:
                    check(answer.json["code"] not in codes or codes[answer.json["code"]] == name, "no code twice", name)
                    codes[answer.json["code"]] = name
                    given.setdefault(client.user, set()).add(answer.json["code"])
    engine.sync()
    now = account(engine, "last")
    equal((now["claimed"], now["left"]), (STOCK, 0), "as many as there were are given, no more")
    check(len(codes) <= STOCK, "and no more were answered", len(codes))
    kept = {one["code"] for i in range(CLIENTS) for one in engine.serve("GET", f"/v1/coupons/u{i}").json["items"]}
    equal(len(kept), STOCK, "each is somebody's")
    check(set(codes) <= kept, "what was answered is there", set(codes) - kept)
    check(all(len(own) <= 3 for own in given.values()), "nobody has more than one customer may have")
    some = next(iter(codes))
    user = next(user for user, own in given.items() if some in own)
    again = engine.serve("POST", "/v1/offers/last/claim", {"userId": user, "claimId": codes[some]})
    equal((again.status, again.json["code"], again.json["again"]), (200, some, True), "asked again it is the same coupon")


def check_10_last_of_a_budget(engine):
    acked = 0
    for number in range(ROUNDS):
        for client in race(engine, orders(number), kill=True):
            for what, answer, quote in client.answers:
                if check(answer is not None and answer.status in (200, 409), "an order is answered", answer) and answer.status == 200 and what == "commit":
                    equal(answer.json["totalCents"], quote["totalCents"], "at the quoted price")
                    acked += sum(use["offCents"] for use in answer.json["uses"] if use["offer"] == "purse")
                elif answer is not None and answer.status == 409:
                    check(answer.json["code"] in ("budget_spent", "no_hold"), "refused for a true reason", answer)
        engine.sync()
        now = account(engine, "purse")
        check(now["usedCents"] + now["heldCents"] <= BUDGET, "spent and held within the budget", now)
        check(now["usedCents"] >= acked and now["usedCents"] == CUT * now["used"] and now["heldCents"] == CUT * now["held"], "the ledger has what was answered, to the cent", (now, acked))
        equal(now["leftCents"], BUDGET - now["usedCents"] - now["heldCents"], "and what is left is the rest")
        rows = engine.admin("GET", "/api/v1/offers/purse/ledger").json
        equal(sum(row["cents"] for row in rows["items"]), now["usedCents"] + now["heldCents"], "its entries sum to that")
    check(account(engine, "purse")["leftCents"] < CUT, "it was spent to the end", account(engine, "purse"))


for partitions in (1, 3):
    engine = kit.Engine(options=["--partitions", str(partitions)])
    shop(engine)
    kit.prove(check_10_last_coupon, engine)
    kit.prove(check_10_last_of_a_budget, engine)
    engine.is_equal(f"on {partitions} partitions")
    equal(engine.metric("zhun_offer_acts_odd"), 0, "no entry of the ledger did not fit")
    engine.restart()
    equal(account(engine, "last")["claimed"], STOCK, "after a restart it is as before")
    engine.stop()
kit.finish()
