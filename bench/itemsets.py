#!/usr/bin/env python3
"""FP-growth beside npm's: `bench/itemsets.py ITEMSETS_BENCH FILE [MIN_COUNT [NODE_FOLDER]]`, one basket a line. NODE_FOLDER is where `npm install node-fpgrowth` was run.
Both in one run, ours before and after theirs; only finding is timed, not reading. Debian has no package for it (bookworm: no apriori, eclat or FP-growth, r-cran-arules is not in it)."""
import json
import subprocess
import sys

THEIRS = """
const fs = require('fs'), {FPGrowth} = require('node-fpgrowth');
const baskets = fs.readFileSync(process.argv[1], 'utf8').trim().split('\\n').map(l => l.trim().split(/\\s+/).map(Number));
const growth = new FPGrowth(Number(process.argv[2]) / baskets.length), began = process.hrtime.bigint(), cpu = process.cpuUsage();
growth.exec(baskets).then(r => { const u = process.cpuUsage(cpu); console.log(JSON.stringify({sets: (r.itemsets || r).length, wall_s: Number(process.hrtime.bigint() - began) / 1e9, cpu_s: (u.user + u.system) / 1e6})); });
"""


def main():
    bench, path = sys.argv[1:3]
    least, folder = (sys.argv[3] if len(sys.argv) > 3 else "177"), (sys.argv[4] if len(sys.argv) > 4 else ".")
    run = lambda command, where=None: json.loads(subprocess.run(command, cwd=where, check=True, capture_output=True).stdout)
    before = run([bench, path, least])
    theirs = run(["node", "-e", THEIRS, path, least], folder)
    after = run([bench, path, least])
    ours = {key: min(before[key], after[key]) for key in ("wall_s", "cpu_s")}
    print(json.dumps({"bench": "itemsets", "sets_ours": before["sets"], "sets_theirs": theirs["sets"], "ours": ours, "theirs": theirs, "wall_ratio": round(ours["wall_s"] / theirs["wall_s"], 4), "cpu_ratio": round(ours["cpu_s"] / theirs["cpu_s"], 4), "wanted": 0.2}))
    return 0 if before["sets"] == theirs["sets"] else 1


sys.exit(main())
