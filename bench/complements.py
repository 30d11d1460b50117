#!/usr/bin/env python3
"""What completes an item and what stands in for it, beside what is true.

usage: bench/complements.py BUILD [SEED ...]     the simulated shop, a fresh engine each; default seeds 1 to 5
       bench/complements.py BUILD retail FILE    invoices of Online Retail (.csv.gz), all models
       bench/complements.py BUILD tune SEED ...  the same shop; parameters are chosen and printed instead of given
       DAYS=60 CUSTOMERS=1500                    another size of the shop

Prints a JSON line a question, seed and model. `zhun eval complements` makes the lists of 10 from files of this program. In the shop
the truth is its file: `from` lets `to` be needed. The first 70 % of the days are learned.

    direction    who bought an item of `from` and then, within 30 days and in the last 30 % of the days, one of a `to`: is that one found?
    types        each item of a `from` type: the share of its list that is of a `to` type (precision)
    substitutes  an item viewed, then another of its type bought in the same visit, the first never: is that one found?
    invoices     Online Retail: the others of the invoice, stems of the article number being the kinds

A counted list has every pair counted once, in both orders: `conditional` with next to no prior, from purchases of a customer or views of a visit.
"""
import collections
import csv
import datetime
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHOP = os.path.join(HERE, "sim/shops/default.json")
KEYS = {"ZHUN_WRITE_KEY": "wk_of_complements", "ZHUN_SERVER_KEY": "sk_of_complements", "ZHUN_ADMIN_PASSWORD": "correct horse battery"}
DAY, LEARNED, LATER_DAYS, VISIT_S = 86400.0, 0.7, 30, 1800
COUNTED = ["conditional.m=0.001", "conditional.beta=0"]
PLAIN = ["complement.days=0", "complement.size=0", "complement.title=0", "complement.fresh=0", "complement.m=20"]
AFTER, KINDS = ["complement.order=after", "complement.reach=1"], ["complement.kinds=0.9"]
DIRECTED = [*PLAIN, "complement.beta=0.6"]
# Chosen on seeds 11 to 13; beside them what is left without one of the parts.
COMPLETES = (("complement", [*DIRECTED, *AFTER, *KINDS]), ("complement without kinds", [*DIRECTED, *AFTER, "complement.m=0.3"]), ("complement without order", [*DIRECTED, *KINDS]))
REPLACES = (("complement", [*PLAIN, "complement.beta=0.5", *KINDS]), ("complement without kinds", [*PLAIN, "complement.beta=0.1", "complement.m=0.05"]))


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def events_of(build, seed, folder):
    """The log of a shop whose customers lived with an engine."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    data = os.path.join(folder, "data")
    engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", data, "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        port = next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line)))
        threading.Thread(target=engine.stderr.read, daemon=True).start()
        subprocess.run([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"], "--shop", SHOP, "--seed", str(seed),
                        "--customers", os.environ.get("CUSTOMERS", "1500"), "--days", os.environ.get("DAYS", "60"), "--policy", "engine"],
                       check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finally:
        engine.terminate()
        engine.wait()
    return map(json.loads, subprocess.run([f"{build}/zhun", "export", "--data", data], check=True, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines())


class Shop:
    """Purchases and views in order of time, by the number that a customer and his device share; the type of an item is its category."""

    def __init__(self, events):
        with open(SHOP, encoding="utf-8") as file:
            told = json.load(file)
        category = {one["name"]: one["category"] for one in told["types"]}
        self.follows = {(category[one["from"]], category[one["to"]]) for one in told["complements"]}
        self.kind, self.bought, self.viewed = {}, collections.defaultdict(list), collections.defaultdict(list)
        for event in events:
            if event.get("event") not in ("Order Completed", "Product Viewed"):
                continue
            order = event["event"] == "Order Completed"
            for item in event["properties"]["products"] if order else [event["properties"]]:
                self.kind[item["product_id"]] = item["category"]
                (self.bought if order else self.viewed)[(event.get("anonymousId") or event["userId"])[1:]].append((seconds(event["timestamp"]), item["product_id"]))
        every = [at for rows in self.bought.values() for at, _ in rows]
        self.cut = min(every) + LEARNED * (max(every) - min(every))
        for rows in (*self.bought.values(), *self.viewed.values()):
            rows.sort(key=lambda row: row[0])  # the order of an order's lines stays

    def purchases(self):
        return [[row for row in rows if row[0] < self.cut] for rows in self.bought.values()]

    def visits(self, until):
        """Views of a visit: no pause over half an hour."""
        out = []
        for rows in self.viewed.values():
            last = None
            for row in rows:
                if row[0] >= until:
                    break
                if last is None or row[0] - last > VISIT_S:
                    out.append([])
                out[-1].append(row)
                last = row[0]
        return out

    def direction(self):
        """[an item, what of a following type came later]; an item bought twice counts from its last time."""
        out = []
        for rows in self.bought.values():
            for n, (at, item) in enumerate(rows):
                later = [row for row in rows[n + 1:] if row[0] >= self.cut and row[0] - at <= LATER_DAYS * DAY and (self.kind[item], self.kind[row[1]]) in self.follows]
                if later:
                    out.append([(at, item), *later])
        return out

    def types(self):
        """[an item of a `from` type, every item of its `to` types]."""
        items = sorted(self.kind)
        return [[(0, item), *((1, other) for other in items if (self.kind[item], self.kind[other]) in self.follows)] for item in items if any(self.kind[item] == one for one, _ in self.follows)]

    def instead(self):
        """[an item viewed, another of its type bought within the visit]."""
        out = []
        for who, rows in self.bought.items():
            mine = {item for _, item in rows}
            for at, item in rows:
                if at < self.cut:
                    continue
                seen = dict.fromkeys(one for when, one in self.viewed[who] if 0 <= at - when <= VISIT_S and one not in mine and self.kind[one] == self.kind[item])
                out += [[(at - 1, one), (at, item)] for one in seen]
        return out


def write(path, baskets):
    with open(path, "w", encoding="utf-8") as file:
        file.write("SessionId,ItemId,Time\n")
        for number, basket in enumerate(baskets):
            file.writelines(f"{os.path.basename(path)}{number},{item},{at}\n" for at, item in basket)


def ask(build, folder, train, test, way, model, given, tune=False):
    """What `zhun eval complements` says of one model."""
    write(os.path.join(folder, "train"), [basket for basket in train if basket])
    write(os.path.join(folder, "test"), [basket for basket in test if len(basket) > 1])
    command = [f"{build}/zhun", "eval", "complements", "--train", os.path.join(folder, "train"), "--test", os.path.join(folder, "test"), "--goods", os.path.join(folder, "goods"),
               "--k", "10", "--model", model, "--json", *way, *([] if tune else ["--no-tune"]), *(word for one in given for word in ("--param", one))]
    return [json.loads(line) for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()]


def say(question, seed, who, told):
    rounded = {key: round(told["metrics"][key], 4) for key in ("hit", "recall", "ndcg", "mrr", "precision", "coverage")}
    print(json.dumps({"bench": "complements", "question": question, "seed": seed, "model": who, "questions": told["users"], **rounded, "params": told["params"]}), flush=True)


def shop(build, seed, tune):
    with tempfile.TemporaryDirectory() as folder:
        seen = Shop(events_of(build, seed, folder))
        with open(os.path.join(folder, "goods"), "w", encoding="utf-8") as file:
            file.writelines(f"{item}\t{kind}\n" for item, kind in seen.kind.items())
        questions = (("direction", seen.purchases(), seen.direction(), ["--directed"], COMPLETES), ("types", seen.purchases(), seen.types(), ["--directed"], COMPLETES),
                     ("substitutes", seen.visits(seen.cut), seen.instead(), ["--substitutes"], REPLACES))
        for question, train, test, way, chosen in questions:
            for who, given in (("popular", []), ("conditional", COUNTED), *((("complement", []),) if tune else chosen)):
                say(question, seed, "counts" if given is COUNTED else who, ask(build, folder, train, test, way, who.split()[0], given, tune and who == "complement")[0])


def retail(build, path):
    product, invoices, titles = re.compile(r"[0-9]{5}[A-Z]*$"), collections.OrderedDict(), {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row["StockCode"].strip().upper()
            if row["CustomerID"] and product.match(code) and int(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0:
                invoices.setdefault(row["InvoiceNo"], {}).setdefault(code, row["InvoiceDate"])
                titles.setdefault(code, " ".join(row["Description"].split()))
    when = {invoice: min(codes.values()) for invoice, codes in invoices.items()}
    number = {code: n for n, code in enumerate(sorted(titles))}  # ties go to the lower code
    cut = (datetime.datetime.fromisoformat(max(at for codes in invoices.values() for at in codes.values())) - datetime.timedelta(days=30)).isoformat(" ")
    baskets = lambda those: [[(when[invoice], number[code]) for code in sorted(invoices[invoice])] for invoice in those]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "goods"), "w", encoding="utf-8") as file:
            file.writelines(f"{number[code]}\t{code[:5]}\t{title}\n" for code, title in titles.items())
        train, test = baskets(one for one in invoices if when[one] < cut), baskets(one for one in invoices if when[one] >= cut)
        say("invoices", None, "yardstick", ask(build, folder, train, test, [], "conditional", [])[0])
        for told in ask(build, folder, train, test, [], "popular,itemknn,rp3beta,conditional,complement", [], True):
            say("invoices", None, told["model"], told)


def main():
    build, words = os.path.abspath(sys.argv[1]), sys.argv[2:]
    if words[:1] == ["retail"]:
        return retail(build, words[1])
    tune = words[:1] == ["tune"]
    for seed in [int(one) for one in words[tune:]] or [1, 2, 3, 4, 5]:
        shop(build, seed, tune)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main()
