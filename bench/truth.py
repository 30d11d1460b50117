#!/usr/bin/env python3
"""The portrait beside what is true: hidden tastes, a taste that turns, home and work, and whether 80 % intervals hold 80 %.

usage: bench/truth.py BUILD [SEED ...]    a fresh engine and sim/shops/known.json each; default seeds 1 to 5
       DAYS=60 CUSTOMERS=100              a smaller shop
       KEEP=FILE                          what was seen, as JSON, to try formulas on
       EVENTS=FILE                        the events of each seed, in FILE-SEED

Prints a JSON line a seed and one of all. The engine never sees the truth: zhun-sim writes it after the last day.

    tastes     what the portrait claims (`liked`) against matches of at least LIKED with a category or brand
    turn       days from the turn of a taste until old / (old + new) of `lately`, read at the end of each day, is half of what it was
               before; of the mean over customers, and the median of customers
    places     cells of home and work against those of the true positions
    next       of the first purchase after half of the days: did the next one fall into its interval?
"""
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import http.client

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KEYS = {"ZHUN_WRITE_KEY": "wk_of_the_truth", "ZHUN_SERVER_KEY": "sk_of_the_truth", "ZHUN_ADMIN_PASSWORD": "correct horse battery"}
DAY, LIKED, HALF_DAY = 86400.0, 0.25, 43200.0
FOLLOWED_DAYS = 21  # after a turn


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def cell(place):
    """Geohash of six characters."""
    low, high, at, out = [-180, -90], [180, 90], (place["longitude"], place["latitude"]), ""
    for character in range(6):
        value = 0
        for bit in range(5):
            axis = (character * 5 + bit) % 2
            middle = (low[axis] + high[axis]) / 2
            value = value * 2 + (at[axis] >= middle)
            (low if at[axis] >= middle else high)[axis] = middle
        out += "0123456789bcdefghjkmnpqrstuvwxyz"[value]
    return out


class Reader:
    def __init__(self, port, seed):
        self.connection, self.seed = http.client.HTTPConnection("127.0.0.1", port, timeout=60), seed

    def portrait(self, number):
        self.connection.request("GET", f"/v1/profiles/c{self.seed}-{number + 1:05}/portrait", headers={"Authorization": "Bearer " + KEYS["ZHUN_SERVER_KEY"]})
        answer = self.connection.getresponse()
        body = answer.read()
        return json.loads(body) if answer.status == 200 else None


def wanted(path, day, days):
    """Who is looked at: all in some days after half of them, then those whose taste has turned."""
    with open(path, encoding="utf-8") as file:
        turned = [one["turned"] is not None for one in map(json.loads, file)]
    return [n for n in range(len(turned)) if turned[n] or days * 0.5 <= day < days * 0.5 + 15]


def brief(portrait):
    """What is followed from day to day: lately by category, and the next purchase."""
    category = next((one["values"] for one in portrait["leanings"] if one["dimension"] == "category"), [])
    orders = portrait["orders"]
    return {"lately": {row["name"]: (row["lately"], row["share"]) for row in category}, "last": orders and orders["last"], "next": orders and orders["nextOrder"]}


def follow(sim, reader, path, customers, days):
    """Let a simulator that waits after each day go on, and look at portraits meanwhile: (truth by customer, readings by day, the last portraits)."""
    seen, last = {}, {}
    for line in sim.stderr:
        if not line.startswith("{"):
            continue
        day = json.loads(line)["progress"]["day"]
        if days * 0.5 - 3 <= day < days * 0.75 + FOLLOWED_DAYS:
            seen[day] = {n: brief(found) for n in wanted(path, day, days) if (found := reader.portrait(n)) is not None}
        if day == days:
            last = {n: reader.portrait(n) for n in range(customers)}
        sim.stdin.write("\n")
        sim.stdin.flush()
    if sim.wait() != 0:
        raise SystemExit(f"zhun-sim ended with {sim.returncode}")
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file], seen, last


def live(build, shop, seed, folder, customers, days):
    """The same with an engine and a simulator of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        port = next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line)))
        threading.Thread(target=engine.stderr.read, daemon=True).start()
        truth = os.path.join(folder, "truth")
        sim = subprocess.Popen([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"], "--shop", shop, "--seed", str(seed),
                                "--customers", str(customers), "--days", str(days), "--policy", "engine", "--progress", "--step", "--truth", truth],
                               env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        return follow(sim, Reader(int(port), seed), truth, customers, days)
    finally:
        engine.terminate()
        engine.wait()
        if "EVENTS" in os.environ:
            with open(os.environ["EVENTS"] + f"-{seed}", "wb") as file:
                subprocess.run([f"{build}/zhun", "export", "--data", os.path.join(folder, "data")], env=env, stdout=file, stderr=subprocess.DEVNULL)


# ---- comparing ----

def rates(right, claimed, true):
    precision, recall = right / max(claimed, 1), right / max(true, 1)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4), "claimed": claimed, "true": true}


def tastes(truth, last):
    out = {}
    for kind in ("category", "brand"):
        right = claimed = true = 0
        for number, one in enumerate(truth):
            liked = {name for name, weight in one["tastes"][kind].items() if weight >= LIKED}
            said = {row["name"] for dimension in (last[number] or {"leanings": []})["leanings"] if dimension["dimension"] == kind for row in dimension["values"] if row["liked"]}
            right, claimed, true = right + len(liked & said), claimed + len(said), true + len(liked)
        out[kind] = rates(right, claimed, true)
    return out


def turns(truth, seen, start, which=0):
    """Of each who turned: (old share before, [share at the end of day 0, 1, … after the turn])."""
    rows = []
    for number, one in enumerate(truth):
        if one["turned"] is None:
            continue
        first = lambda tastes: max(tastes["category"], key=tastes["category"].get)
        old, new = first(one["before"]), first(one["tastes"])
        if old == new:
            continue
        turned = int((seconds(one["turned"]) - start) // DAY) + 1  # the day it happens on, from 1
        def share(day):
            lately = seen.get(day, {}).get(number, {"lately": {}})["lately"]
            both = lately.get(old, (0, 0))[which] + lately.get(new, (0, 0))[which]
            return lately.get(old, (0, 0))[which] / both if both > 0 else None
        before, after = share(turned - 1), [share(turned + day) for day in range(FOLLOWED_DAYS)]
        if before is not None and before > 0.5 and None not in after:
            rows.append((before, after, 1 - (seconds(one["turned"]) - start) / DAY % 1))
    return rows


def half_life(before, after, first):
    """Days from the turn until half, between the ends of two days; `first` is how far the first end is from the turn."""
    at, value = 0.0, before
    for day, now in enumerate(after):
        if now <= before / 2:
            return at + (first + day - at) * (value - before / 2) / max(value - now, 1e-9)
        at, value = first + day, now
    return float("inf")


def turn(rows):
    if not rows:
        return {"customers": 0}
    mean = lambda values: sum(values) / len(values)
    curve = [mean([after[day] for _, after, _ in rows]) for day in range(FOLLOWED_DAYS)]
    single = sorted(half_life(*one) for one in rows)
    return {"customers": len(rows), "halfLifeDays": round(half_life(mean([one[0] for one in rows]), curve, mean([one[2] for one in rows])), 2),
            "medianDays": round(statistics.median(single), 2), "curve": [round(value, 3) for value in curve[:10]]}


def places(truth, last):
    out = {}
    for what in ("home", "work"):
        right = claimed = true = 0
        for number, one in enumerate(truth):
            said = ((last[number] or {}).get("places") or {}).get(what)
            right += said is not None and one[what] is not None and said["value"] == cell(one[what])
            claimed, true = claimed + (said is not None), true + (one[what] is not None and last[number] is not None)
        out[what] = rates(right, claimed, true)
    return out


def nexts(truth, seen, end):
    """Outcomes of the first interval each customer gets: held, early, late, open (nobody knows)."""
    counts = {"held": 0, "early": 0, "late": 0, "open": 0}
    done, known_last = set(), {}
    for day in sorted(seen):
        for number, one in seen[day].items():
            fresh = known_last.get(number, one["last"]) != one["last"]
            known_last[number] = one["last"]
            if number in done or not fresh or one["next"] is None:
                continue
            done.add(number)
            times = [seconds(at) for at, _ in truth[number]["orders"]]
            last, begin, until = seconds(one["last"]), seconds(one["next"]["from"]), seconds(one["next"]["until"])
            following = next((at for at in times if at - last >= HALF_DAY), None)
            if following is None:
                counts["open" if until > end else "late"] += 1
            else:
                counts["early" if following < begin else "late" if following > until else "held"] += 1
    return counts


def coverage(counts):
    known = counts["held"] + counts["early"] + counts["late"]
    return {**counts, "coverage": round(counts["held"] / max(known, 1), 4)}


def main():
    build, seeds = sys.argv[1], [int(one) for one in sys.argv[2:]] or [1, 2, 3, 4, 5]
    customers, days = int(os.environ.get("CUSTOMERS", "120")), int(os.environ.get("DAYS", "90"))
    shop, kept, every = os.path.join(HERE, "sim/shops/known.json"), [], []
    start = datetime.datetime(2025, 3, 3, tzinfo=datetime.timezone(datetime.timedelta(hours=8))).timestamp()
    total = {"truth": [], "last": {}, "rows": [], "shares": [], "counts": {"held": 0, "early": 0, "late": 0, "open": 0}}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            truth, seen, last = live(build, shop, seed, folder, customers, days)
        rows, slow, counts = turns(truth, seen, start), turns(truth, seen, start, 1), nexts(truth, seen, start + days * DAY)
        print(json.dumps({"bench": "truth", "seed": seed, "tastes": tastes(truth, last), "turn": turn(rows), "turnOfShare": turn(slow), "places": places(truth, last), "next": coverage(counts)}), flush=True)
        for number, one in last.items():
            total["last"][len(total["truth"]) + number] = one
        total["truth"] += truth
        total["rows"] += rows
        total["shares"] += slow
        for name in counts:
            total["counts"][name] += counts[name]
        kept.append({"seed": seed, "truth": truth, "seen": seen, "last": last})
    print(json.dumps({"bench": "truth", "seeds": seeds, "tastes": tastes(total["truth"], total["last"]), "turn": turn(total["rows"]), "turnOfShare": turn(total["shares"]),
                      "places": places(total["truth"], total["last"]), "next": coverage(total["counts"])}))
    if "KEEP" in os.environ:
        with open(os.environ["KEEP"], "w", encoding="utf-8") as file:
            json.dump(kept, file)


if __name__ == "__main__":
    main()
