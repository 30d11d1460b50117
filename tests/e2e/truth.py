#!/usr/bin/env python3
"""The portrait beside what is true, in a small simulated shop with a fixed seed: bench/truth.py with weak bounds, so that what breaks a
portrait is seen; numbers stand in docs/quality.md."""
import os
import subprocess
import sys

import kit
from kit import check, equal

sys.path.insert(0, os.path.join(kit.ROOT, "bench"))
import truth  # noqa: E402

CUSTOMERS, DAYS, SEED = 40, 60, 11
start = 1740931200  # 2025-03-03 in Shanghai, where the shop's file begins
engine = kit.Engine()
SIM = os.path.join(os.path.dirname(kit.ZHUN), "zhun-sim")
path = os.path.join(kit.folder(), "truth")
sim = subprocess.Popen([SIM, "--to", f"http://127.0.0.1:{engine.port}", "--key", f"{kit.WRITE},{kit.SERVER}", "--shop", os.path.join(kit.ROOT, "sim/shops/known.json"), "--seed", str(SEED),
                        "--customers", str(CUSTOMERS), "--days", str(DAYS), "--policy", "engine", "--progress", "--step", "--truth", path],
                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
truth.KEYS["ZHUN_SERVER_KEY"] = kit.SERVER
try:
    known, seen, last = truth.follow(sim, truth.Reader(engine.port, SEED), path, CUSTOMERS, DAYS)
finally:
    sim.kill()
    sim.wait()
equal(len(known), CUSTOMERS, "the truth has all customers")
found = truth.tastes(known, last)
check(found["category"]["precision"] >= 0.7 and found["category"]["recall"] >= 0.6, "categories that are liked", found)
check(found["brand"]["precision"] >= 0.5 and found["brand"]["recall"] >= 0.4, "brands that are liked", found)
rows = truth.turns(known, seen, start)
check(len(rows) >= 5 and truth.turn(rows)["halfLifeDays"] < 8, "a taste that turns is followed", truth.turn(rows))
where = truth.places(known, last)
check(where["home"]["f1"] >= 0.8 and where["work"]["f1"] >= 0.7, "home and work are found", where)
check(where["home"]["precision"] >= 0.8, "and a home that is said is one", where)
counts = truth.nexts(known, seen, start + DAYS * truth.DAY)
check(counts["held"] >= 0.55 * (counts["held"] + counts["early"] + counts["late"]) > 0, "intervals of the next purchase hold most", counts)
engine.is_equal("a rebuild agrees")
kit.finish()
