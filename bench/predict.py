#!/usr/bin/env python3
"""Predictions of `zhun analyze predict` beside XGBoost on recency, order days and revenue: same days, customers and labels.

usage: ZHUN=build/zhun ZHUN_SHARED=... python3 bench/predict.py [retail|cdnow|journey ...]
       UNTIL=retail=2011-10-31,cdnow=1998-04-30,journey=2017-11-15   data until a day only: to choose by, before the test

Prints a JSON line a question. The yardstick needs xgboost and scikit-learn (of any virtual environment; zhun never uses them); without
them its fields are null. Its depth, rate and number of trees are chosen on the newest labelled day, learnt from days whose labels
ended before that; then it learns from all days, as zhun does.
"""
import bisect
import csv
import datetime
import gzip
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import xgboost
    from sklearn.metrics import roc_auc_score
except ImportError:
    xgboost = None

ZHUN = os.environ.get("ZHUN", "build/zhun")
DATA = os.path.join(os.environ.get("ZHUN_SHARED", "shared"), "data")
FILES = {"retail": "orders/online_retail.csv.gz", "cdnow": "clv/cdnow_master.txt.gz", "journey": "campaigns/completejourney/transactions_100k.csv.gz"}
UNTIL = dict(part.split("=") for part in os.environ.get("UNTIL", "").split(",") if part)


def day_of(text):
    text = text.strip()
    return (datetime.date.fromisoformat(text[:10]) if "-" in text else datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))).toordinal()


def orders(name):
    """(customer, day, revenue) of each line, read without zhun."""
    with gzip.open(os.path.join(DATA, FILES[name]), "rt", encoding="utf-8-sig") as file:
        if name == "cdnow":
            file.readline()
            yield from ((c, day_of(d), float(v)) for c, d, _, v in map(str.split, file))
            return
        for r in csv.DictReader(file):
            if name == "journey":
                yield r["household_id"], day_of(r["transaction_timestamp"]), float(r["sales_value"])
            elif r["CustomerID"] and r["InvoiceNo"][0] not in "Cc" and float(r["Quantity"]) > 0 and float(r["UnitPrice"]) > 0:
                yield r["CustomerID"], day_of(r["InvoiceDate"]), float(r["Quantity"]) * float(r["UnitPrice"])


def histories(name):
    of = {}
    for customer, day, revenue in orders(name):
        of.setdefault(customer, []).append((day, revenue))
    return [sorted(one) for one in of.values()]


def rows(customers, as_of, window, lapse):
    x, y = [], []
    for one in customers:
        days = [day for day, _ in one]
        known = bisect.bisect_right(days, as_of)
        if known == 0 or (lapse and as_of - days[known - 1] >= window):
            continue
        x.append((as_of - days[known - 1], len(set(days[:known])), sum(v for _, v in one[:known])))
        y.append((known < len(days) and days[known] <= as_of + window) != lapse)
    return np.array(x, float), np.array(y, int)


def fit(x, y, depth, rate, trees, against=None):
    model = xgboost.XGBClassifier(n_estimators=trees, max_depth=depth, learning_rate=rate, min_child_weight=10, subsample=.8, tree_method="hist", eval_metric="auc",
                                  early_stopping_rounds=30 if against else None, random_state=1, n_jobs=1)
    return model.fit(x, y, eval_set=[against] if against else None, verbose=False)


def yardstick(customers, first, window, lapse, as_of):
    days, day = [], as_of - window
    while len(days) < 12 and day >= first + window:
        days.append(day)
        day -= max(7, window // 3)
    parts = [rows(customers, d, window, lapse) for d in days]
    old = [part for part, d in zip(parts, days) if d <= days[0] - window] or parts
    x, y = (np.concatenate([part[i] for part in old]) for i in (0, 1))
    tried = [(fit(x, y, depth, rate, 600, parts[0]), depth, rate) for depth in (2, 3, 5) for rate in (.05, .2)]
    best, depth, rate = max(tried, key=lambda one: one[0].best_score)
    x, y = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    asked, truth = rows(customers, as_of, window, lapse)
    return fit(x, y, depth, rate, best.best_iteration + 1).predict_proba(asked)[:, 1], truth


def calibration_error(p, y, bins=10):
    order, n = np.argsort(p, kind="stable"), len(p)
    return sum(abs(p[part].sum() - y[part].sum()) for part in (order[i * n // bins:(i + 1) * n // bins] for i in range(bins))) / n


def judge(customers, first, told):
    days = [day_of(text) for text in told["tested_as_of"]]
    tested = [yardstick(customers, first, told["window_days"], told["name"] == "lapse", day) for day in days]
    p, y = np.concatenate([t[0] for t in tested]), np.concatenate([t[1] for t in tested])
    assert (len(p), int(y.sum())) == (told["n"], told["yes"]), "zhun and the yardstick were asked different questions"
    return float(np.mean([roc_auc_score(t[1], t[0]) for t in tested])), float(calibration_error(p, y)), float(((p - y) ** 2).mean())


def ask(name):
    path, options = os.path.join(DATA, FILES[name]), ["--param", "filter=clean"] if name == "retail" else []
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
        if name == "journey": # each line with its product's category
            with gzip.open(os.path.join(DATA, "campaigns/completejourney/products.csv.gz"), "rt") as file:
                category = {r["product_id"]: r["product_category"] for r in csv.DictReader(file)}
            out = csv.writer(table)
            out.writerow(("customer_id", "date", "revenue", "quantity", "order_id", "category"))
            with gzip.open(path, "rt") as file:
                for r in csv.DictReader(file):
                    out.writerow((r["household_id"], r["transaction_timestamp"], r["sales_value"], r["quantity"], r["basket_id"], category.get(r["product_id"], "")))
            table.flush()
            path = table.name
        if name in UNTIL:
            options += ["--param", "until=" + UNTIL[name]]
        return json.loads(subprocess.run([ZHUN, "analyze", "predict", "--in", path, "--json", *options], check=True, capture_output=True, text=True).stdout)


def main():
    for name in sys.argv[1:] or FILES:
        answer = ask(name)
        for part in ("next_category", "spend"):
            if part in answer:
                print(json.dumps({"bench": part, "data": name, "until": answer["until"], **{key: round(value, 4) if isinstance(value, float) else value for key, value in answer[part].items()}}), flush=True)
        customers = histories(name) if xgboost else []
        first = min((one[0][0] for one in customers), default=0)
        for told in answer["predictions"]:
            auc, ece, brier = judge(customers, first, told) if xgboost and told["tested_as_of"] else (None, None, None)
            line = {"bench": "predict", "data": name, "until": answer["until"]}
            line.update({key: value for key, value in told.items() if key not in ("reliability", "tested_as_of")})
            line.update({"xgboost_auc": auc, "xgboost_ece": ece, "xgboost_brier": brier})
            print(json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in line.items()}), flush=True)


main()
