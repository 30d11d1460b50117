#!/usr/bin/env python3
"""`zhun analyze`: every case of the reference data with its tolerance, and what it says to bad input.

Each file of ZHUN_SHARED/data/expected with a key `analyze` that this build knows is a list of questions: an `input` that is an
object goes in as --spec, any other asks for all of the file. The answer must hold every name of `expect`. Cases that no tolerance
covers are compared exactly. Without the reference data only the checks on bad input run, and the rest says "skipped".
"""
import json
import math
import os
import subprocess

import kit
from kit import check, equal

DATA = os.path.join(kit.SHARED, "data")
# What a case names differently from its tolerance: the tolerance that belongs to a field, by the end of its path.
GROUPS = {"f1_positive": "accuracy", "coef_t": "coef", "coef_c": "coef", "ll_t": "ll", "ll_c": "ll", "mean_uplift": "mean", "power_at_scaling": "power_abs",
          "published": "published_abs", "spend_sum": "spend", "spend_sumsq": "spend", "spend_mean": "spend", "spend_var": "spend"}
# Facts about the published source or another program's run, not about an answer.
NOT_ASKED = {"published", "loglik_published", "r_smape", "r_mase"}
# What a search found where a tolerance bounds only how good it is: it must be there, and another place as good will do.
FOUND = {"alpha", "beta", "gamma", "parameters"}
# Of twice the likelihood and a penalty: as near as the criterion asks.
CRITERIA = {"loglik": 0.5, "aicc": 1, "bic": 1}


def number(value):
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}.get(value) if isinstance(value, str) else None


def bound(tolerance, name, want):
    """How far a number of this name may be off."""
    if not tolerance:
        return 1e-9
    if "aic" in tolerance and name in CRITERIA:
        return tolerance["aic"] * CRITERIA[name]
    if "forecast_rel" in tolerance and (name.startswith("forecast") or name == "sigma2"):
        return abs(want) * tolerance["forecast_rel"]
    if name == "forecast" and "alpha" in tolerance:  # a mean with these weights is as near as they are
        return abs(want) * tolerance["alpha"]
    group = GROUPS.get(name)
    for key in (name, group):
        if key in tolerance:
            return tolerance[key]
        if key and key + "_rel" in tolerance:
            return abs(want) * tolerance[key + "_rel"]
    if "params" in tolerance and name not in ("n", "donors"):
        return tolerance["params"]
    if "metrics" in tolerance and isinstance(want, float) and want != int(want):
        return tolerance["metrics"]
    counts = tolerance.get("counts")
    if counts is not None and want == int(want):
        return counts
    return max(tolerance.get("abs", 0), tolerance.get("rel", 0) * abs(want))


def compared(name, tolerance):
    """Whether a tolerance speaks of this name, or of every number."""
    return name not in FOUND or not tolerance or name in tolerance or "forecast_rel" not in tolerance


def differences(want, got, tolerance, path=""):
    name = next((part for part in reversed(path.split("/")) if part and not part.isdigit()), "")
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return [f"{path}: no object"]
        return [d for key in want if key not in NOT_ASKED for d in ([f"{path}/{key}: absent"] if key not in got else differences(want[key], got[key], tolerance, f"{path}/{key}") if compared(key, tolerance) else [])]
    if isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            return [f"{path}: {got!r} is no list of {len(want)}"]
        return [d for i, pair in enumerate(zip(want, got)) for d in differences(*pair, tolerance, f"{path}/{i}")]
    a, b = number(want), number(got)
    if a is None or b is None or a != a or math.isinf(a):
        return [] if want == got else [f"{path}: {got!r}, want {want!r}"]
    return [] if abs(a - b) <= bound(tolerance, name, a) else [f"{path}: {got!r}, want {want!r} within {bound(tolerance, name, a):g}"]


def ask(name, *options, spec=None):
    command = [kit.ZHUN, "analyze", name, *options]
    if spec is not None:
        command += ["--spec", "-"]
    done = subprocess.run(command, input=None if spec is None else json.dumps(spec), capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


class Nothing(dict):
    """What a failed question tells: every name, with a value that equals nothing."""

    def __missing__(self, key):
        return math.nan


def told(name, *options, spec=None):
    status, out, err = ask(name, *options, spec=spec)
    return json.loads(out) if check(status == 0, f"{name} answers", err[-600:]) else Nothing()


def known():
    status, out, err = kit.run("analyze", "--help")
    equal(status, 0, "zhun analyze --help")
    return {line.split()[0] for line in out.split("names:\n")[1].split("\n\n")[0].splitlines() if line.startswith("  ")}


def given(book):
    """Series that a file holds itself, under a name that its cases use."""
    return next((case["expect"] for case in book["cases"] if case["input"] == "given"), {})


def run_case(book, case):
    options = ["--json", "--root", DATA]
    spec = case["input"] if isinstance(case["input"], dict) else None
    if spec and spec.get("series") in given(book):
        spec = {**spec, "values": given(book)[spec["series"]]}
    if book["data"]:
        options += ["--in", os.path.join(DATA, book["data"])]
    status, out, err = ask(book["analyze"], *options, spec=spec)
    if status != 0:
        return [f"status {status}: {err.strip()[:300]}"]
    return differences(case["expect"], json.loads(out), case["tolerance"])


def test_reference():
    folder = os.path.join(DATA, "expected")
    names = known()
    if not os.path.isdir(folder):
        kit.say("skipped: no reference data at " + folder)
        return
    for file in sorted(os.listdir(folder)):
        with open(os.path.join(folder, file), encoding="utf-8") as stream:
            book = json.load(stream)
        if book.get("analyze") not in names:
            continue
        for case in book["cases"]:
            if case["input"] == "given":  # data of the others, no question
                continue
            wrong = run_case(book, case)
            check(not wrong, f"{file} {case['id']}", "; ".join(wrong)[:600])


# ---- bad input: the status, and a sentence that names the field and says what to do ----

def write(name, text):
    path = os.path.join(kit.folder(), name)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path


def refuses(what, status, words, name, *options, spec=None):
    got, out, err = ask(name, *options, spec=spec)
    equal((got, out), (status, ""), f"{what}: status, and no answer")
    check(err.startswith("zhun: ") and err.count("\n") == 1 and ": " in err[6:], f"{what}: one sentence", err)
    for word in words:
        check(word in err, f"{what}: says {word!r}", err)


def test_command():
    refuses("no name", 2, ["analyze --help"], "--json")
    refuses("an unknown name", 2, ["magic"], "magic")
    refuses("an unknown option", 2, ["--foo"], "rfm", "--foo")
    refuses("an unknown key", 2, ["colour", "date"], "rfm", "--param", "colour=red")
    refuses("a param without a value", 2, ["alpha"], "rfm", "--param", "alpha")
    refuses("a spec that is no JSON", 2, ["JSON"], "rfm", "--spec", write("spec.json", "{"))
    refuses("a spec that is a list", 2, ["JSON object"], "rfm", "--spec", write("list.json", "[1]"))
    refuses("a spec that is not there", 3, ["nowhere.json"], "rfm", "--spec", "/nowhere.json")
    refuses("no file", 2, ["--in"], "rfm")
    refuses("a file that is not there", 3, ["/nowhere.csv"], "rfm", "--in", "/nowhere.csv")
    refuses("an empty file", 3, ["empty"], "rfm", "--in", write("empty.csv", ""))
    refuses("a header alone", 3, ["no rows"], "rfm", "--in", write("head.csv", "customer_id,order_date,revenue\n"))
    refuses("a cut archive", 3, ["cut or damaged"], "rfm", "--in", write("cut.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03K"))
    refuses("a ragged row", 3, ["line 3", "2 cells"], "rfm", "--in", write("ragged.csv", "customer_id,order_date,revenue\na,2026-01-01,3\nb,2026-01-01\n"))
    for name in known():
        status, out, err = kit.run("analyze", name, "--help")
        check(status == 0 and "example: zhun analyze " + name in out, f"{name} --help has an example", out)


ORDERS = "customer_id,order_date,revenue\n"


def test_customers():
    refuses("no column of dates", 3, ["'date'", "columns"], "rfm", "--in", write("a.csv", "customer_id,revenue\na,3\n"))
    refuses("a revenue that is NaN", 3, ["line 2", "'revenue'", "nan"], "rfm", "--in", write("a.csv", ORDERS + "a,2026-01-01,nan\n"))
    refuses("a date that is none", 3, ["line 3", "order_date", "2026-13-01"], "cohort", "--in", write("a.csv", ORDERS + "a,2026-01-01,1\nb,2026-13-01,2\n"))
    refuses("a customer who is not there", 3, ["Nobody"], "rfm", "--in", write("a.csv", ORDERS + "a,2026-01-01,1\n"), "--param", "customer=Nobody")
    refuses("a date before the data", 2, ["'date'"], "rfm", "--in", write("a.csv", ORDERS + "a,2026-01-01,1\n"), "--param", "date=2025-01-01")
    refuses("a cohort that is not there", 3, ["2031-01", "2026-01"], "cohort", "--in", write("a.csv", ORDERS + "a,2026-01-01,1\n"), "--param", "cohort=2031-01")
    refuses("rules of other lengths", 2, ["r_lo"], "rfm", "--in", write("a.csv", ORDERS + "a,2026-01-01,1\n"), spec={"rules": {"names": ["x", "y"], "r_lo": [1]}})
    # three people, worked out by hand: recency 9, 5, 1 days on 2026-01-10; cuts are quantiles plus 1
    path = write("b.csv", ORDERS + "a,2026-01-01,10\nb,2026-01-05,20\nb,2026-01-02,5\nc,2026-01-09,30\n")
    status, out, err = ask("rfm", "--in", path, "--json")
    got = json.loads(out)
    equal((got["orders"], got["customers"], got["mean"]["recency"], got["cut_r"][1]), (4, 3, 5, 5.2), "rfm of three people")
    status, out, err = ask("cohort", "--in", path, "--param", "period=week", "--json")
    equal([(c["cohort"], c["retained_by_period"]) for c in json.loads(out)["cohorts"]], [("2025-12-29", [2, 1]), ("2026-01-05", [1])], "cohorts by week")
    status, out, err = ask("rfm", "--in", path)
    check(status == 0 and "customers" in out and "{" not in out, "rfm for people", out)


def test_clv():
    head = "frequency,recency,T\n"
    refuses("a negative count", 3, ["line 2", "'frequency'", "not from 0"], "clv", "--in", write("a.csv", head + "-1,0,5\n"), "--param", "fit=bgnbd")
    refuses("a purchase after the end", 3, ["line 2", "later"], "clv", "--in", write("a.csv", head + "1,6,5\n"), "--param", "fit=bgnbd")
    refuses("a cell that is NaN", 3, ["line 2", "'T'"], "clv", "--in", write("a.csv", head + "1,2,NaN\n"), "--param", "fit=bgnbd")
    refuses("no money", 3, ["money"], "clv", "--in", write("a.csv", head + "1,2,5\n"), "--param", "fit=gammagamma")
    refuses("a missing parameter", 2, ["params.b"], "clv", spec={"params": {"r": 1, "alpha": 1, "a": 1}, "t": 3})
    refuses("a negative parameter", 2, ["params.alpha"], "clv", spec={"params": {"r": 1, "alpha": -1, "a": 1, "b": 1}, "t": 3})
    refuses("a negative time", 2, ["'t'"], "clv", spec={"params": {"r": 1, "alpha": 1, "a": 1, "b": 1}, "t": -3})
    refuses("a missing T", 2, ["'T'"], "clv", spec={"params": {"r": 1, "alpha": 1, "a": 1, "b": 1}, "x": 2, "t_x": 1})
    refuses("a model that is none", 2, ["paretonbd"], "clv", "--in", write("a.csv", head + "1,2,5\n"), "--param", "fit=prophet")


ARM = {"sum": 10, "sum_squares": 40, "n": 20}


def test_experiments():
    both = {"control": ARM, "treatment": ARM}
    refuses("a missing arm", 2, ["treatment.n"], "abtest", spec={"control": ARM})
    refuses("an arm of one unit", 2, ["control.n"], "abtest", spec={**both, "control": {**ARM, "n": 1}})
    refuses("squares that cannot be", 2, ["control.sum_squares"], "abtest", spec={**both, "control": {**ARM, "sum_squares": 1}})
    refuses("a proportion over n", 2, ["control.sum"], "abtest", spec={**both, "control": {"type": "proportion", "sum": 21, "n": 20}})
    refuses("a control mean of 0", 2, ["absolute"], "abtest", spec={**both, "control": {**ARM, "sum": 0}})
    refuses("no variation", 2, ["varies"], "abtest", spec={"difference": "absolute", "control": {"type": "proportion", "sum": 0, "n": 9}, "treatment": {"type": "proportion", "sum": 9, "n": 9}})
    refuses("an unknown test", 2, ["t_two_sided"], "abtest", spec={**both, "test": "magic"})
    refuses("an alpha of 2", 2, ["'alpha'"], "abtest", spec={**both, "alpha": 2})
    refuses("text for a number", 2, ["control.sum"], "abtest", spec={**both, "control": {**ARM, "sum": "ten"}})
    refuses("a prior without variance", 2, ["prior.variance"], "bayes", spec={**both, "prior": {"mean": 0}})
    refuses("a posterior that does not vary", 2, ["posterior_sd"], "bayes", spec={"posterior_mean": 0, "posterior_sd": 0})
    refuses("negative counts", 2, ["'users'", "place 2"], "srm", spec={"users": [3, -4]})
    refuses("weights of another length", 2, ["'weights'"], "srm", spec={"users": [3, 4], "weights": [1]})
    refuses("no product", 2, ["sum_post_pre"], "cuped", spec={side: {"n": 20, "post": ARM, "pre": ARM} for side in ("control", "treatment")})
    refuses("two numbers of units", 2, ["control.post.n"], "cuped", spec={side: {"n": 21, "post": ARM, "pre": ARM, "sum_post_pre": 1} for side in ("control", "treatment")})
    refuses("a denominator of 0", 2, ["denominator"], "ratio", spec={side: {"n": 20, "m": ARM, "d": {**ARM, "sum": 0}, "sum_m_d": 1} for side in ("control", "treatment")})
    refuses("equal shares", 2, ["'p1'"], "power", spec={"kind": "sample_size_two_proportions", "p1": 0.1, "p2": 0.1})
    refuses("no kind of plan", 2, ["'kind'"], "power", spec={"kind": "magic"})
    refuses("no rewards", 2, ["reward"], "confidence-sequence", spec={"rewards": []})
    refuses("a negative weight", 2, ["'weights'", "place 1"], "confidence-sequence", spec={"rewards": [1], "weights": [-1]})
    refuses("weights of another length", 2, ["1 rewards and 2"], "confidence-sequence", spec={"rewards": [1], "weights": [1, 1]})
    refuses("an unknown policy", 2, ["softmax"], "exploration", spec={"policy": "magic"})
    refuses("an epsilon of 2", 2, ["'epsilon'"], "exploration", spec={"policy": "epsilon_greedy", "epsilon": 2, "predicted_cost": [1]})
    refuses("no arms", 2, ["score"], "exploration", spec={"policy": "softmax", "score": []})
    # rows instead of sums: a 1, 0, 1, 0; b 1, 1, 0, 1
    path = write("arms.csv", "arm,value\na,1\na,0\nb,1\nb,1\na,1\na,0\nb,0\nb,1\n")
    spec = {"difference": "absolute", "control": {"type": "proportion", "sum": 2, "n": 4}, "treatment": {"type": "proportion", "sum": 3, "n": 4}}
    equal(ask("abtest", "--in", path, "--param", "difference=absolute", "--json")[1], ask("abtest", "--json", spec=spec)[1], "rows and sums say the same")
    got = told("abtest", "--in", path, "--param", "control=b", "--param", "difference=absolute", "--json")
    equal((got["mean_control"], got["mean_treatment"]), (0.75, 0.5), "the control that was named")
    refuses("one arm", 3, ["one arm"], "abtest", "--in", write("one.csv", "arm,value\na,1\na,2\n"))
    refuses("an arm that is not there", 3, ["'x'"], "abtest", "--in", path, "--param", "control=x")


def test_attribution():
    head = "path,total_conversions,total_conversion_value,total_null\n"
    refuses("a negative count", 3, ["line 2", "total_conversions", "not from 0"], "attribution", "--in", write("p.csv", head + "a > b,-1,0,2\n"))
    refuses("an empty file", 3, ["empty"], "attribution", "--in", write("p.csv", ""))
    refuses("no column of paths", 3, ["'path'"], "attribution", "--in", write("p.csv", "way,conversions\na,1\n"))
    refuses("an unknown model", 2, ["markov", "shapley"], "attribution", spec={"paths": [{"path": ["a"], "conversions": 1}], "model": "magic"})
    refuses("shares over 100 %", 2, ["position_40_20_40"], "attribution", spec={"paths": [{"path": ["a"], "conversions": 1}], "model": "position_80_20_40"})
    refuses("nobody who converts", 3, ["convert"], "attribution", spec={"paths": [{"path": ["a"], "nulls": 1}], "model": "markov"})
    refuses("a path that is a number", 2, ["path 1"], "attribution", spec={"paths": [7], "model": "first"})
    refuses("a negative conversion", 2, ["'conversions'", "path 1"], "attribution", spec={"paths": [{"path": ["a"], "conversions": -1}], "model": "first"})
    got = told("attribution", "--json", spec={"paths": [{"path": "a|b", "conversions": 3}], "separator": "|", "model": "position_70_0_30"})
    check(abs(got["a"] - 2.1) < 1e-12 and abs(got["b"] - 0.9) < 1e-12, "positions of one's own", got)


def test_baskets():
    path = write("baskets.csv", 'milk,bread\n"milk",eggs,milk\n\nbread\nmilk,bread,eggs\n')
    got = told("rules", "--in", path, "--param", "min_support=0.5", "--param", "min_confidence=0.6", "--json")
    equal((got["baskets"], got["items"], got["cells"], got["mincount"], got["itemsets"], got["by_len"], got["rules"]), (4, 3, 8, 2, 5, {"1": 3, "2": 2}, 4), "four baskets by hand")
    equal((got["top_lift"]["lhs"], got["top_lift"]["rhs"], got["top_lift"]["confidence"]), (["eggs"], "milk", 1), "the best rule of four baskets")
    got = told("itemsets", "--in", path, "--param", "min_support=0.01", "--param", "max_length=1", "--json")
    equal(got["by_len"], {"1": 3}, "sets of one item")
    refuses("no support", 2, ["min_support"], "rules", "--in", path, "--param", "min_confidence=0.5")
    refuses("a support of 2", 2, ["min_support"], "itemsets", "--in", path, "--param", "min_support=2")
    refuses("two items on the right", 2, ["max_consequent"], "rules", "--in", path, "--param", "min_support=0.5", "--param", "min_confidence=0.5", "--param", "max_consequent=2")
    refuses("an empty file", 3, ["empty"], "itemsets", "--in", write("none.csv", "\n\n"))
    full = write("full.csv", "".join(",".join(f"i{k}" for k in range(40)) + "\n" for _ in range(3)))
    refuses("more sets than an answer holds", 3, ["min_support", "max_length"], "itemsets", "--in", full, "--param", "min_support=0.5")


def test_trials():
    trial = "segment,age,visit,spend\n" + "".join(f"{'mail' if i // 2 % 2 else 'control'},{i % 7},{int(i % 3 == 0)},{i % 5}\n" for i in range(200))
    path = write("trial.csv", trial)
    two = ("--in", path, "--param", "treatment=mail", "--param", "control=control")
    refuses("an arm that is not there", 3, ["'treatment'", "post"], "uplift", "--in", path, "--param", "treatment=post", "--param", "control=control")
    refuses("no outcome", 2, ["'outcome'"], "uplift", *two, "--param", "test=Welch")
    refuses("an outcome that is not there", 3, ["'order'"], "uplift", *two, "--param", "test=Welch", "--param", "outcome=order")
    refuses("a condition that is none", 2, ["'where'"], "uplift", *two, "--param", "where=age")
    refuses("features of another file", 3, ["features"], "uplift", *two, "--param", "outcome=visit")
    refuses("an outcome of more than yes and no", 3, ["neither 0 nor 1"], "uplift", *two, "--param", "outcome=spend", "--param", 'features=["age"]')
    refuses("nobody left", 3, ["where"], "uplift", *two, "--param", "where=age>100")
    refuses("an outcome that is NaN", 3, ["line 2", "nan"], "uplift", "--in", write("t.csv", "segment,visit\na,nan\nb,1\n"), "--param", "treatment=a", "--param", "control=b", "--param", "test=Welch", "--param", "outcome=visit")
    refuses("lists of two lengths", 2, ["'uplift'"], "uplift", spec={"y": [0, 1], "uplift": [1], "treatment": [0, 1]})
    refuses("one arm", 3, ["one arm"], "uplift", spec={"y": [0, 1], "uplift": [1, 2], "treatment": [1, 1]})
    refuses("half an outcome", 2, ["row 1"], "uplift", spec={"y": [0.5, 1], "uplift": [1, 2], "treatment": [1, 0]})
    got = told("uplift", *two, "--param", "outcome=visit", "--param", 'features=["age"]', "--json")
    equal((got["n"], got["n_train_t"] + got["n_train_c"], got["n_test"]), (200, 100, 100), "a learner of one's own file")

    head = "item_id,position,click,propensity_score\n"
    log = write("log.csv", head + "".join(f"{i % 4},{i % 2},{int(i % 9 == 0)},0.25\n" for i in range(800)))
    got = told("ope", "--in", log, "--param", "target=uniform", "--json")
    check(abs(got["ips"] - 89 / 800) < 1e-12 and got["reliable"] is True and abs(got["ess"] - 800) < 1e-9, "the policy of the log itself", got)
    got = told("ope", "--in", log, "--json", spec={"target": {"0": 1}})
    check(abs(got["mean_w"] - 1) < 1e-12 and abs(got["ess"] - 200) < 1e-9, "a policy of one's own", got)
    rare = write("rare.csv", head + "".join(f"{i % 4},1,{int(i == 5)},{'0.000001' if i == 5 else '0.5'}\n" for i in range(800)))
    got = told("ope", "--in", rare, "--param", "target=uniform", "--json")
    check(got["reliable"] is False and "no answer" in got["warning"] and got["ess"] < 3, "a propensity of one in a million", got)
    refuses("a propensity of 0", 3, ["line 2", "propensity_score"], "ope", "--in", write("l.csv", head + "1,1,0,0\n"), "--param", "target=uniform")
    refuses("a propensity over 1", 3, ["line 2", "propensity_score"], "ope", "--in", write("l.csv", head + "1,1,0,1.5\n"), "--param", "target=uniform")
    refuses("no propensity", 3, ["'propensity'"], "ope", "--in", write("l.csv", "item_id,click\n1,0\n"))
    refuses("chances over 1", 2, ["sum to 1"], "ope", "--in", log, spec={"target": {"0": 1, "1": 0.5}})
    refuses("a policy nobody knows", 2, ["'target'"], "ope", "--in", log, "--param", "target=magic")
    refuses("an empirical policy without a log", 2, ["target_log"], "ope", "--in", log, "--param", "target=empirical")
    refuses("a position that is not there", 3, ["position"], "ope", "--in", log, "--param", "target=uniform", "--param", "position=9")


def test_forecast():
    days = [f"2026-01-{day:02}" for day in range(1, 32)] + [f"2026-02-{day:02}" for day in range(1, 29)]
    week = [100, 101, 102, 99, 120, 180, 170]
    path = write("f.csv", "date,sales\n" + "".join(f"{day},{week[i % 7] + i % 5}\n" for i, day in enumerate(days)))
    got = told("forecast", "--in", path, "--param", "horizon=10", "--json")
    rows = got["forecasts"]
    equal((got["n"], got["period"], len(got["forecast_10"])), (59, 7, 10), "days have weeks")
    equal([row["time"] for row in rows][::9], ["2026-03-01", "2026-03-10"], "the days to come")
    check(all(row["low_95"] < row["low_80"] < row["forecast"] < row["high_80"] < row["high_95"] for row in rows), "intervals around forecasts", rows)
    check(all(abs(row["forecast"] - week[(59 + h) % 7] - 2) < 5 for h, row in enumerate(rows)), "the week comes again", rows)
    check("last 7 values" in got["chosen_by"] and got["candidates"][0]["model"] == got["model"] and got["candidates"][0]["held_mae"] <= got["candidates"][1]["held_mae"], "why this model", got)
    equal(told("forecast", "--in", path, "--param", "horizon=10", "--json"), got, "the same question has the same answer")
    got = told("forecast", "--json", spec={"values": [3, 5, 4, 6, 7], "model": "drift", "horizon": 2})
    equal((got["model"], got["forecast_2"]), ("drift", [8, 9]), "a model by its name")
    for name, best in (("AirPassengers", "ETS(M,Ad,M)"), ("USAccDeaths", "ETS(A,N,A)")):
        path = os.path.join(DATA, "forecast", name + ".csv")
        if os.path.exists(path):
            got = told("forecast", "--in", path, "--json")
            equal(min(got["candidates"], key=lambda one: one["aicc"])["model"], best, f"{name}: the model of the smallest AICc")
    ends = told("forecast", "--json", "--param", "model=snaive", "--param", "horizon=1", "--in", write("e.csv", "month,y\n" + "".join(f"2025-{month:02}-{28 if month == 2 else 30},{month}\n" for month in range(1, 13))))
    equal((ends["period"], ends["forecasts"]), (12, [{"time": "2026-01", "forecast": 1}]), "ends of months are months")
    wide = "".join(f"s{row}," + ",".join(str(row + i) for i in range(12)) + (",,\n" if row == 1 else ",20,21\n") for row in (1, 2))
    train = write("set_train.csv", "name," + ",".join(f"v{i}" for i in range(1, 15)) + "\n" + wide)
    with open(os.path.join(os.path.dirname(train), "set_test.csv"), "w", encoding="utf-8") as file:
        file.write("name,v1,v2\ns1,12,14\ns2,21,22\n")
    got = told("forecast", "--in", train, "--param", "model=naive", "--json")
    equal((got["series"], got["horizon"], got["obs"], got["shortest"], got["longest"]), (2, 2, 26, 12, 14), "many series, a row each")
    check(abs(got["mase"] - (1 + 0.5 / (19 / 13)) / 2) < 1e-12, "the mean error of two series by hand", got)
    refuses("series in another order", 3, ["line 2", "another series"], "forecast", "--in", train, "--in", write("other.csv", "name,v1,v2,v3,v4,v5,v6,v7,v8\ns2,1,2,,,,,,\ns1,1,2,,,,,,\n"), "--param", "model=naive")
    refuses("many series without what came", 2, ["second --in"], "forecast", "--in", write("alone.csv", "name," + ",".join(f"v{i}" for i in range(1, 15)) + "\n" + wide), "--param", "model=naive")
    refuses("a model of many series that chooses", 2, ["'model'", "theta"], "forecast", "--in", train, "--param", "model=MAM")
    refuses("too few values", 3, ["3 values", "naive"], "forecast", spec={"values": [1, 2, 3]})
    refuses("a model nobody knows", 2, ["'model'", "theta"], "forecast", spec={"values": [1, 2, 3], "model": "prophet"})
    refuses("relative parts of a series with 0", 3, ["above 0"], "forecast", spec={"values": [0, 1] * 20, "model": "MNN"})
    refuses("a cell that is no number", 3, ["line 3", "'y'", "many"], "forecast", "--in", write("n.csv", "t,y\n1,2\n2,many\n"))
    refuses("a day that is left out", 3, ["line 4", "2 days", "gap"], "forecast", "--in", write("g.csv", "date,y\n2026-01-01,1\n2026-01-02,2\n2026-01-04,3\n"))
    refuses("days that go back", 3, ["line 3", "sort"], "forecast", "--in", write("b.csv", "date,y\n2026-01-02,1\n2026-01-01,2\n"))
    refuses("a date that is none", 3, ["line 2", "soon"], "forecast", "--in", write("d.csv", "date,y\nsoon,1\n"))
    refuses("a horizon of 0", 2, ["'horizon'"], "forecast", spec={"values": [1, 2, 3], "horizon": 0})
    refuses("a period over a year of days", 2, ["'period'"], "forecast", spec={"values": [1, 2, 3], "period": 367})
    refuses("seasons without a period", 2, ["'period'"], "forecast", spec={"values": [1, 2, 3, 4, 5], "model": "ANA"})
    refuses("a start of another length", 2, ["start.seasonal"], "forecast", spec={"values": list(range(9)), "period": 4, "seasonal": "add", "alpha": 0, "beta": 0, "gamma": 0, "start": {"level": 1, "trend": 1, "seasonal": [1]}})
    refuses("a state of another length", 2, ["'initial'"], "forecast", spec={"values": [1, 2], "error": "A", "trend": "A", "seasonal": "N", "alpha": 0.5, "beta": 0.1, "initial": [1]})
    refuses("a month that is not there", 2, ["1931-01"], "forecast", "--in", write("m.csv", "month,y\n" + "".join(f"2025-{month:02},{month}\n" for month in range(1, 13))), spec={"train": "to 1931-01", "test": "1931-02..1931-03"})
    refuses("a logarithm of 0", 2, ["'transform'"], "forecast", spec={"values": [1, 0, 3], "transform": "log10"})


def test_series():
    refuses("too few values", 3, ["three"], "trend", spec={"values": [1, None]})
    refuses("a text among values", 2, ["place 2"], "trend", spec={"values": [1, "two", 3]})
    refuses("values that are words", 2, ["'values'"], "trend", spec={"values": "some"})
    refuses("a correction of seasons", 2, ["'period'"], "trend", spec={"values": [1, 2, 3, 4], "period": 2, "correction": "Yue-Wang"})
    good = "label,review\n" + "1,好极了\n0,太差了\n" * 5
    refuses("a model of sentiment that is none", 2, ["'model'", "naive Bayes"], "sentiment", "--in", write("r.csv", good), "--param", "model=magic")
    refuses("a label that is none", 2, ["line 3"], "sentiment", "--in", write("r.csv", "label,review\n1,a\n0.5,b\n"))
    refuses("reviews with one verdict", 3, ["one verdict"], "sentiment", "--in", write("r.csv", "label,review\n" + "1,a\n" * 9), "--param", "model=linear")
    refuses("no review at all", 3, ["no row"], "sentiment", "--in", write("r.csv", "label,review\n1,\n"))
    refuses("a category without a column", 2, ["'category'"], "sentiment", "--in", write("r.csv", good), "--param", "model=linear", "--param", "category=x")
    for model in ("multinomial naive Bayes", "linear"):
        got = told("sentiment", "--json", "--in", write("r.csv", good), "--param", f"model={model}", "--param", 'texts=["好","差"]')
        equal([one["positive"] for one in got["texts"]], [True, False], f"{model}: what it says of new texts")
    refuses("neither changes nor a penalty", 2, ["'penalty'"], "changepoint", spec={"values": [1, 2]})
    refuses("more changes than values", 2, ["'changes'"], "changepoint", spec={"values": [1, 2], "changes": 2})
    refuses("a hole", 3, ["line 2", "'y'"], "changepoint", "--in", write("s.csv", "t,y\n1,nan\n2,3\n"), "--param", "changes=1")
    got = told("changepoint", "--json", spec={"values": [1, 1, 5, 5, 5], "changes": 1})
    check(got["breaks"] == [2] and got["rss"] < 1e-12 and got["means"] == [1, 5], "a change by hand", got)
    test_forecast()
    refuses("a budget below 0", 2, ["'budget'"], "coupons", "--in", write("c.csv", "user,v_cost0,v_cost1\na,0,5\n"), "--param", "budget=-1")
    refuses("no levels", 3, ["v_cost"], "coupons", "--in", write("c.csv", "user,value\na,5\n"))
    refuses("a value that is NaN", 3, ["line 2", "v_cost1"], "coupons", "--in", write("c.csv", "user,v_cost0,v_cost1\na,0,NaN\n"))
    refuses("a budget below the cheapest", 2, ["'budget'"], "coupons", "--in", write("c.csv", "user,v_cost2,v_cost1\na,3,5\nb,1,1\n"), "--param", "budget=1")
    got = told("coupons", "--in", write("c.csv", "user,v_cost2,v_cost0\na,6,0\nb,4,0\nc,9,1\n"), "--param", "budget=4", "--json")
    equal((got["exact_optimum"], got["threshold_value"], got["threshold_spend"], got["customers"]), (15, 15, 4, [1, 2]), "three customers by hand")


test_command()
test_series()
test_trials()
test_attribution()
test_baskets()
test_experiments()
test_customers()
test_clv()
test_reference()
kit.finish()
