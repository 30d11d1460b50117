#!/usr/bin/env python3
"""Where customers stand: RFM, lifecycle, AIPL, cohorts. A small shop by hand; then the two reference shops, against `zhun analyze` and published numbers.

Needs ZHUN_SHARED/data for the second half (else it says so and ends).
"""
import collections
import csv
import datetime
import gzip
import json
import os
import time

import kit
from kit import SERVER, check, equal, iso, now_ms

DAY = 86400000
EPOCH = datetime.date(1970, 1, 1)
CODES = {"Champions": "champion", "Loyal Customers": "loyal", "Potential Loyalist": "potential_loyalist", "New Customers": "new_customer", "Promising": "promising",
         "Need Attention": "need_attention", "About To Sleep": "about_to_sleep", "At Risk": "at_risk", "Can't Lose Them": "cant_lose", "Lost": "lost", "Others": "other"}
CLASSES = {"重要价值", "一般价值", "重要发展", "一般发展", "重要保持", "一般保持", "重要挽留", "一般挽留"}


def order(user, number, ms, cents, currency="CNY"):
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": f"{user}-{number}", "timestamp": iso(ms),
            "properties": {"order_id": f"{user}-{number}", "revenue": cents / 100, "currency": currency}}


def send(engine, events):
    for at in range(0, len(events), 250):
        equal(engine.collect("batch", {"batch": events[at:at + 250]}).status, 200, "a batch is taken")
    engine.sync()


def report(engine, name, query=""):
    answer = engine.admin("GET", f"/api/v1/reports/{name}{query}")
    equal(answer.status, 200, f"the report {name}{query}")
    return answer.json


def counts(rows, key):
    return {row[key]: row["customers"] for row in rows if row["customers"] > 0}


def draw(engine):
    answer = engine.admin("POST", "/api/v1/boundaries", {})
    equal(answer.status, 200, "boundaries are drawn when asked for")
    return answer.json


def preview(engine, expression):
    return engine.admin("POST", "/api/v1/segments/preview", {"expression": expression}).json


# ---- a shop by hand ----

now = now_ms()
engine = kit.Engine()
empty = report(engine, "rfm")
equal((empty["boundaries"], empty["buyers"]["customers"], sum(cell["customers"] for cell in empty["grid"]), len(empty["grid"])), (None, 0, 0, 25), "an empty shop has an empty grid")
equal((report(engine, "cohorts")["cohorts"], report(engine, "aipl")["flows"], report(engine, "lifecycle")["since"]), ([], [], None), "and no cohorts and no flows")
hand = []
for who, days in {"fresh": [1], "steady": [5, 35, 65, 95], "late": [70, 100, 130, 160], "gone": [400, 430, 460, 490], "back": [2, 300, 330, 360, 390], "twice": [10, 40]}.items():
    hand += [order(who, i, now - ago * DAY - 3600000, 5000 + 100 * i) for i, ago in enumerate(days)]
hand.append({"type": "track", "event": "Product Added", "userId": "looks", "messageId": "looks-1", "timestamp": iso(now - 3 * DAY), "properties": {"product_id": "p1", "price": 3}})
hand.append({"type": "page", "name": "Home", "userId": "passes", "messageId": "passes-1", "timestamp": iso(now - 3 * DAY)})
send(engine, hand)
LIFE = {"fresh": "new", "steady": "active", "late": "at_risk", "gone": "lapsed", "back": "won_back", "twice": "active", "looks": "prospect", "passes": "prospect"}
AIPL = {"fresh": "purchase", "steady": "loyal", "late": "loyal", "gone": "loyal", "back": "loyal", "twice": "loyal", "looks": "interest", "passes": "aware"}
end = time.monotonic() + kit.SYNC_S
while report(engine, "rfm")["boundaries"] is None and time.monotonic() < end:
    time.sleep(0.05)
equal(report(engine, "rfm")["boundaries"]["cause"], "growth", "the first boundaries come by themselves")
drawn = draw(engine)
equal((drawn["cause"], drawn["buyers"], drawn["currency"], drawn["intervalDays"]), ("asked", 6, "CNY", 30), "boundaries of six buyers")
for who in LIFE:
    standing = engine.serve("GET", f"/v1/profiles/{who}").json["standing"]
    equal((standing["lifecycle"], standing["aipl"]), (LIFE[who], AIPL[who]), f"where {who} stands")
    check((standing["rfm"] is None) == (AIPL[who] in ("interest", "aware")), f"{who}: only buyers have scores", standing)
    for field in ("lifecycle", "aipl"):
        check(preview(engine, f"customer.{field} == '{standing[field]}'")["matching"] == sum(1 for one in (LIFE if field == "lifecycle" else AIPL).values() if one == standing[field]),
              f"an expression finds those who are {standing[field]}")
    if standing["rfm"]:
        rfm = standing["rfm"]
        check(rfm["classZh"] in CLASSES, "one of the eight classes", rfm)
        check(preview(engine, f"customer.rfm.recency == {rfm['recency']} && customer.rfm.frequency == {rfm['frequency']} && customer.rfm.monetary == {rfm['monetary']} && customer.rfm.class_zh == '{rfm['classZh']}' && customer.rfm.segment == '{rfm['segment']}'")["matching"] >= 1,
              f"an expression finds {who} by his scores")
until = engine.serve("GET", "/v1/profiles/fresh").json["standing"]["lifecycleUntil"]
check(abs(kit.ms_of(until) - (now - DAY - 3600000 + 60 * DAY)) < 1000, "a new customer is at risk after twice the shop's interval", until)
life, stages = report(engine, "lifecycle", "?days=20"), report(engine, "aipl", "?days=20")
equal(counts(life["stages"], "stage"), dict(collections.Counter(LIFE.values())), "customers by lifecycle")
equal(counts(stages["stages"], "stage"), dict(collections.Counter(AIPL.values())), "customers by stage")
flows = {(flow["from"], flow["to"]): flow["customers"] for flow in stages["flows"]}
equal(flows, {("none", "purchase"): 1, ("loyal", "loyal"): 4, ("purchase", "loyal"): 1, ("none", "interest"): 1, ("none", "aware"): 1}, "who went where in twenty days")
flows = {(flow["from"], flow["to"]): flow["customers"] for flow in life["flows"]}
equal(flows, {("none", "new"): 1, ("active", "active"): 1, ("active", "at_risk"): 1, ("lapsed", "lapsed"): 1, ("lapsed", "won_back"): 1, ("new", "active"): 1, ("none", "prospect"): 2}, "and by lifecycle")
check(report(engine, "aipl")["since"] is not None, "without days: since the boundaries before")
for path in ("lifecycle?days=0", "aipl?days=367", "cohorts?months=121", "cohorts?months=x"):
    equal(engine.admin("GET", "/api/v1/reports/" + path).status, 400, f"refused: {path}")
equal(engine.ask("POST", "/api/v1/boundaries", {}, key=SERVER).status, 403, "a shop's server does not draw boundaries")
equal(engine.ask("POST", "/api/v1/boundaries", {}).status, 401, "nor does nobody")
check(0 <= engine.metric("zhun_boundaries_age_seconds") < 600 and engine.metric("zhun_boundaries_drawn_total") >= 2, "their age is a metric")
send(engine, [{"type": "track", "event": "Order Cancelled", "userId": "fresh", "messageId": "fresh-c", "timestamp": iso(now), "properties": {"order_id": "fresh-0"}}])
equal(engine.serve("GET", "/v1/profiles/fresh").json["standing"]["lifecycle"], "prospect", "a cancelled order is none, at once")
before = report(engine, "rfm")
engine.kill()
engine.start()
engine.sync()
after = report(engine, "rfm")
equal({**after, "at": ""}, {**before, "at": ""}, "a kill changes nothing")
engine.is_equal("after boundaries")
engine.stop()

# ---- reference shops ----

DATA = os.path.join(kit.SHARED, "data")
if not os.path.exists(os.path.join(DATA, "rfm", "rfm_data_orders.csv.gz")):
    kit.say("no reference data: the shops of ZHUN_SHARED/data are not looked at")
    kit.finish()


def analyze(name, rows, *params):
    """`zhun analyze` on orders (customer, day, order, revenue)."""
    path = os.path.join(kit.folder(), "orders.csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("customer", "date", "order_id", "revenue"), *rows])
    status, out, err = kit.run("analyze", name, "--in", path, *params, "--json")
    check(status == 0, f"analyze {name}", err)
    return json.loads(out)


def cohort_expression(cohort, later):
    """As the console asks for the customers of a cell; months are of UTC here."""
    def month(number, before=""):
        at = datetime.datetime(number // 12, number % 12 + 1, 1) - datetime.timedelta(milliseconds=1 if before else 0)
        return f'timestamp("{at.isoformat(timespec="milliseconds")}Z")'
    number = int(cohort[:4]) * 12 + int(cohort[5:]) - 1
    first = f"customer.orders.first >= {month(number)} && customer.orders.first < {month(number + 1)}"
    return first if later == 0 else f"{first} && customer.orders.count(now - {month(number + later, 'x')}) > customer.orders.count(now - {month(number + later + 1, 'x')})"


def same_as_analysis(engine, rows, what):
    """Scores, segments, borders of the report are those of the analysis, customer by customer in sum."""
    drawn, got = draw(engine), report(engine, "rfm")
    want = analyze("rfm", rows, "--param", "date=" + drawn["day"])
    equal((drawn["buyers"], got["buyers"]["customers"], got["buyers"]["orders"]), (want["customers"], want["customers"], want["orders"]), f"{what}: buyers and orders")
    for letter, name in zip("RFM", ("recency", "frequency", "monetary")):
        equal(got["scores"][name], want[letter], f"{what}: customers by {name}")
        near = all(abs(a - b) < 1e-6 * max(1, abs(b)) for a, b in zip(drawn[name]["cuts"], want["cut_" + letter.lower()]))
        check(near, f"{what}: borders of {name}", (drawn[name]["cuts"], want["cut_" + letter.lower()]))
    for field, name in (("recency", "recency"), ("orders", "frequency"), ("revenue", "monetary")):
        check(abs(drawn[name]["mean"] - want["mean"][field]) < 1e-6 * abs(want["mean"][field]), f"{what}: mean {name}", (drawn[name]["mean"], want["mean"][field]))
    wanted = {CODES[row["segment"]]: (row["customers"], row["orders"], round(row["revenue"] * 100)) for row in want["segments"]}
    equal({row["segment"]: (row["customers"], row["orders"], row["revenueCents"]) for row in got["segments"] if row["customers"]}, wanted, f"{what}: segments")
    equal({code: got["codes"].get(code) for code in want["top"]}, want["top"], f"{what}: the most frequent codes")
    equal(len(got["codes"]), want["distinct"], f"{what}: distinct codes")
    for sums in (got["grid"], got["classes"], got["segments"]):
        equal((sum(row["customers"] for row in sums), sum(row["revenueCents"] for row in sums)), (got["buyers"]["customers"], got["buyers"]["revenueCents"]), f"{what}: sums fit")
    cohorts = {row["cohort"]: row["retained"] for row in report(engine, "cohorts", "?months=120")["cohorts"]}
    equal(cohorts, {row["cohort"]: row["retained_by_period"] for row in analyze("cohort", rows)["cohorts"]}, f"{what}: cohorts")
    for cohort in sorted(cohorts)[:2]:
        for later, kept in list(enumerate(cohorts[cohort]))[:4]:
            equal(preview(engine, cohort_expression(cohort, later)).get("matching"), kept, f"{what}: the customers of the cell {cohort} + {later}")
    return drawn, got, cohorts


with gzip.open(os.path.join(DATA, "rfm", "rfm_data_orders.csv.gz"), "rt", encoding="utf-8") as file:
    table = list(csv.DictReader(file))
rows = [(row["customer_id"], row["order_date"], str(number), row["revenue"]) for number, row in enumerate(table)]
with open(os.path.join(DATA, "expected", "rfm.json"), encoding="utf-8") as file:
    expected = {case["id"]: case["expect"] for case in json.load(file)["cases"]}
engine = kit.Engine()
send(engine, [order(who, number, (datetime.date.fromisoformat(day) - EPOCH).days * DAY + DAY // 2, int(float(revenue) * 100), "USD") for who, day, number, revenue in rows])
drawn, got, _ = same_as_analysis(engine, rows, "the shop of rfm")
equal([got["scores"][name] for name in ("recency", "frequency", "monetary")], [expected["scores"][letter] for letter in "RFM"], "published: scores")
equal({row["segment"]: row["customers"] for row in got["segments"] if row["customers"]}, {CODES[name]: row["customers"] for name, row in expected["segments"].items()}, "published: segments")
later = (datetime.date.fromisoformat(drawn["day"]) - datetime.date(2006, 12, 31)).days  # recency counts from another day
equal([round(cut - later, 6) for cut in drawn["recency"]["cuts"]], expected["table"]["cut_r"], "published: borders of recency")
equal((drawn["frequency"]["cuts"], [round(cut, 6) for cut in drawn["monetary"]["cuts"]]), (expected["table"]["cut_f"], expected["table"]["cut_m"]), "published: borders of frequency and monetary")
with open(os.path.join(DATA, "expected", "rfm.json"), encoding="utf-8") as file:
    for case in json.load(file)["cases"]:
        if case["id"].startswith("customer-"):
            rfm = engine.serve("GET", "/v1/profiles/" + case["input"]["customer"].replace(" ", "%20")).json["standing"]["rfm"]
            equal((rfm["recency"], rfm["frequency"], rfm["monetary"], rfm["segment"]), (case["expect"]["R"], case["expect"]["F"], case["expect"]["M"], CODES[case["expect"]["segment"]]),
                  f"published: {case['id']}")
engine.is_equal("the shop of rfm")
engine.stop()

FILE = os.path.join(DATA, "orders", "online_retail.csv.gz")
engine = kit.Engine(start=False)
status, out, err = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--preset", "online-retail", FILE, timeout=600)
check(status == 0, "Online Retail comes in", (out[-300:], err[-500:]))
engine.start()
engine.sync()
orders = {}  # what stands: invoices that are no cancellation, by their lines with a quantity above 0; a guest is a customer of one invoice
with gzip.open(FILE, "rt", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        if row["InvoiceNo"][0] != "C" and int(row["Quantity"]) > 0:
            key = (row["CustomerID"].split(".")[0] or "guest " + row["InvoiceNo"], row["InvoiceNo"])
            first, cents = orders.get(key, (row["InvoiceDate"], 0))
            orders[key] = (min(first, row["InvoiceDate"]), cents + int(row["Quantity"]) * round(float(row["UnitPrice"]) * 1000))
rows = [(who, first[:10], number, f"{mills / 1000:.2f}") for (who, number), (first, mills) in orders.items()]
drawn, got, cohorts = same_as_analysis(engine, rows, "Online Retail")
kit.say(f"Online Retail: {drawn['buyers']} buyers, {got['buyers']['orders']} orders; segments {counts(got['segments'], 'segment')}")
with open(os.path.join(DATA, "expected", "cohort_online_retail.json"), encoding="utf-8") as file:
    for case in json.load(file)["cases"]:
        if case["input"].get("filter") == "clean" and "retained_by_month" in case["expect"]:
            month = case["input"]["cohort"]
            guests = sum(1 for who, first, _, _ in rows if who.startswith("guest") and first.startswith(month))
            equal(cohorts[month], [case["expect"]["retained_by_month"][0] + guests, *case["expect"]["retained_by_month"][1:]], f"published, and guests who never come again: {case['id']}")
for stage, name in (("champion", "segment"), ("lost", "segment")):
    equal(preview(engine, f"customer.rfm.segment == '{stage}'")["matching"], counts(got["segments"], "segment").get(stage, 0), f"an expression finds as many {stage}")
equal(preview(engine, "customer.rfm.recency == 5 && customer.rfm.frequency == 5")["matching"], next(cell["customers"] for cell in got["grid"] if (cell["recency"], cell["frequency"]) == (5, 5)), "a cell of the grid")
engine.restart()
again = report(engine, "rfm")
equal({**again, "at": ""}, {**got, "at": ""}, "a restart changes nothing")
engine.is_equal("Online Retail")
kit.finish()
