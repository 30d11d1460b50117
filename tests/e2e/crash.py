#!/usr/bin/env python3
"""The crash suite. Killed at every system call, powerless at any moment, a disk that is full or fails at every call:
what was answered is there exactly once, nothing is there by halves, and the views equal a rebuild.

    kills      a script of 200 operations; in each the engine is killed at its 1st, 2nd, 3rd … system call, until the operation
               is through: every call of the script, counted over all threads. On a file system in memory
    recovery   the engine is killed at the 1st, 2nd, 3rd … system call of its start, in the folder which the kill before left: a
               crash in a crash in a crash …; and so of its end (SIGTERM)
    power      ext4 on a loop device is shut down without writing what was not synced; a control whose syncs do nothing must
               lose what it answered
    retention  the engine is killed while a base is made, rows are swept and segments go, at calls all over it; whatever was left, the next start has
               everything that views said, knows every id, and brings it to an end
    faults     the 1st, 2nd, 3rd … call that could change a file fails: no space, once or for a time; an error; a short write

Root is needed (ptrace works without; a disk of its own does not). CRASH=long (make crash) goes through all of it; by default a part, about a
minute. CRASH_PARTS=kills,power… only these; CRASH_STEP=N every N-th call; CRASH_CALLS=lasting: kills leave out calls that can leave nothing behind
the process (waiting, reading, memory), because a kill before and after such a call is the same; CRASH_SEED.
"""
import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
import time

import kit
from kit import check, equal, say
from kit import crash
from kit.disk import Disk

LONG = os.environ.get("CRASH") == "long" or kit.WHOLE
PARTS = os.environ.get("CRASH_PARTS", "kills,recovery,retention,power,faults").split(",")
STEP = int(os.environ.get("CRASH_STEP", "1" if LONG else "3"))
SEED = int(os.environ.get("CRASH_SEED", str(random.SystemRandom().randrange(1 << 31))))
CALLS = os.environ.get("CRASH_CALLS", "all" if LONG else "lasting")
KIND = crash.LASTING if CALLS == "lasting" else 0
OPERATIONS = 200
SHORT_OPERATIONS = 10   # of the script, one of each kind
SHORT_S = 11            # a part's time in the short form
CUTS = ((1, 20), (3, 6)) if LONG else ((1, 2), (3, 1))  # partitions of the log, power cuts
CONTROL_CUTS = 4 if LONG else 1
AFTER_S = 0.004         # what is still done behind an answer
PER_FOLDER = 10         # operations before a fresh folder, so that judging stays quick
SUMMARY = {}


def until(seconds):
    """The end of a part in the short form; the long one has none."""
    return float("inf") if LONG else time.monotonic() + seconds


def past(end):
    return time.monotonic() > end


def died(engine, reap=True):
    """Ended by itself or by a kill; its folder is as that left it."""
    try:
        engine.process.wait(10)
    except Exception:  # still there: the kill did not come
        return False
    if reap:
        engine.kill()
    return True


# ---- kills ----


def kill_in(engine, control, number, ledger, end):
    """All kills of one operation; the engine runs at the end."""
    kills, call = 0, 1
    while True:
        operation = crash.operation(number, call)
        control.arm(call, KIND)
        status = operation.send(engine, ledger)
        if status is not None:
            time.sleep(AFTER_S)
        control.rest()
        time.sleep(0.001)  # a kill that was decided meanwhile
        if control.hits == 0:
            check(status in (200, 201), f"operation {number} is answered", status)
            return kills
        kills += 1
        if not check(died(engine), f"killed at call {call} of operation {number}"):
            engine.kill()
        engine.start()
        crash.judge(engine, ledger, f"operation {number} killed at call {call}", names=operation.names | {k: operation.names.get(k, []) for k in ("choices", "items")})
        if past(end):
            return kills
        call += STEP


def check_01_killed_at_every_call():
    began, end, total, done, control = time.monotonic(), until(SHORT_S), 0, 0, crash.Control()
    numbers = list(range(OPERATIONS)) if LONG else random.Random(SEED).sample(range(100, 100 + SHORT_OPERATIONS), SHORT_OPERATIONS)
    for first in range(0, len(numbers), PER_FOLDER):
        folder = crash.memory_folder()
        engine, ledger = crash.traced(control, os.path.join(folder, "data")), crash.Ledger()
        engine.start()
        for number in numbers[first:first + PER_FOLDER]:
            if past(end):
                break
            total += kill_in(engine, control, number, ledger, end)
            done += 1
        crash.judge(engine, ledger, f"operations {first} to {first + PER_FOLDER}", offline=True)
        shutil.rmtree(folder, ignore_errors=True)
        if LONG:
            say(f"kills: {done} operations, {total} kills, {time.monotonic() - began:.0f} s")
    SUMMARY["kills"] = f"{total} kills in {done} operations"


# ---- crash in recovery ----


def kill_starts(engine, control, ledger, end, what):
    """Starts that are killed ever later, each in the folder the one before left; a judgement now and then."""
    count, call = 0, 1
    while not past(end):
        control.zero()
        control.arm(call, KIND)
        refused = engine.try_start()
        control.rest()
        if control.hits == 0:
            equal(refused, None, f"{what}: a start that is not killed succeeds")
            return count
        died(engine)
        count += 1
        call += STEP
        if count % 25 == 0:
            engine.start()
            crash.judge(engine, ledger, f"{what}: after {count} killed starts")
            for number in range(4, 8):
                crash.operation(number, f"r{count}").send(engine, ledger)
            engine.kill()
    return count


def check_03_killed_while_it_recovers():
    control, folder = crash.Control(), crash.memory_folder()
    engine, ledger = crash.traced(control, os.path.join(folder, "data")), crash.Ledger()
    counts = {"first start": kill_starts(engine, control, ledger, until(SHORT_S / 3), "a first start")}  # a folder that is being made
    if engine.process is None or engine.port is None:
        engine.kill()
        engine.start()
    for number in range(40):
        crash.operation(number, "r").send(engine, ledger)
    engine.kill()
    counts["start"] = kill_starts(engine, control, ledger, until(SHORT_S / 3), "a start")
    engine.kill()
    counts["end"] = kill_ends(engine, control, ledger, until(SHORT_S / 3))
    crash.judge(engine, ledger, "after all starts and ends", offline=True)
    SUMMARY["recovery"] = ", ".join(f"{count} kills of a {name}" for name, count in counts.items())


def kill_ends(engine, control, ledger, end):
    count, call = 0, 1
    engine.start()
    while not past(end):
        for number in range(3):
            crash.operation(number + 3, f"q{call}").send(engine, ledger)
        control.arm(call, KIND)
        engine.process.terminate()
        engine.process.wait(60)
        control.rest()
        hit = control.hits
        engine.kill()
        engine.start()
        crash.judge(engine, ledger, f"an end killed at call {call}", names={"choices": [], "items": []})
        if hit == 0:
            break
        count += 1
        call += STEP
    return count


# ---- retention ----

BATCH, BATCHES = 50, 30  # over 2 MB that do not compress


def heavy(number):
    return {"batch": [{"type": "track", "userId": f"u{i}", "event": "Product Viewed", "messageId": f"h-{number}-{i}", "properties": {
        "product_id": f"p{i}", "note": "".join(hashlib.sha256(f"{number}.{i}.{k}".encode()).hexdigest() for k in range(24))}} for i in range(BATCH)]}


def over_the_rule(folder):
    """A folder whose log is larger than the rule, and what its views say."""
    engine = kit.Engine(data=os.path.join(folder, "pristine"), options=["--segment-mb", "1"], env=crash.NO_PASSWORD)
    for number in range(4, 24):
        crash.operation(number, "r").send(engine, crash.Ledger())
    for number in range(BATCHES):
        engine.collect("batch", heavy(number))
    engine.sync()
    said = engine.admin("GET", "/api/v1/system").json["counts"]
    engine.kill()
    return engine.data, said


def until_small(engine):
    """True when the rule is kept, False when the engine is dead."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            now = engine.admin("GET", "/api/v1/retention").json
            if not now["whole"] and now["phase"] == "waiting" and now["logBytes"] <= now["rule"]["logBytes"]:
                return True
        except crash.GONE:
            return False
        time.sleep(0.02)
    return check(False, "retention comes to an end", now)


def judge_cut(engine, said, where):
    engine.sync()
    equal(engine.admin("GET", "/api/v1/system").json["counts"], said, f"{where}: the views say what they said")
    for number in (0, BATCHES // 2, BATCHES - 1):
        equal(engine.collect("batch", heavy(number)).json.get("duplicate"), BATCH, f"{where}: batch {number} is known")
    check(engine.admin("POST", "/api/v1/check").json["equal"], f"{where}: zhun check is equal")


def check_01_killed_while_the_log_is_cut():
    end, control, folder, count = until(2 * SHORT_S), crash.Control(), crash.memory_folder(), 0
    pristine, said = over_the_rule(folder)
    engine = crash.traced(control, os.path.join(folder, "data"))
    engine.options = ["--segment-mb", "1", "--retention-size", "1MB"]

    def fresh():
        shutil.rmtree(engine.data, ignore_errors=True)
        shutil.copytree(pristine, engine.data, ignore=shutil.ignore_patterns("zhun.sock"))
        control.zero()

    fresh()
    control.arm(1 << 40, KIND)  # only counts
    engine.start()
    ready = control.count
    until_small(engine)
    calls = control.count
    judge_cut(engine, said, "nobody is killed")
    engine.kill()
    points = range(1, calls, STEP) if LONG else sorted(random.Random(SEED).sample(range(ready // 2, calls), min(10, calls - ready // 2)))
    for call in points:
        if past(end):
            break
        fresh()
        control.arm(call, KIND)
        started = engine.try_start() is None
        if started and until_small(engine):
            control.rest()
        control.rest()
        hit = control.hits
        engine.kill()
        where = f"retention killed at call {call} of {calls}"
        if count % 4 == 3:
            shutil.rmtree(os.path.join(engine.data, "state"), ignore_errors=True)  # a crash may cost more than the crash
        engine.start()
        judge_cut(engine, said, where)
        check(until_small(engine), f"{where}: it is brought to an end")
        judge_cut(engine, said, f"{where}, at the end")
        equal([name for name in os.listdir(os.path.join(engine.data, "base")) if not name.isdigit()], [], f"{where}: nothing is left over")
        engine.kill()
        count += hit > 0
    SUMMARY["retention"] = f"{count} kills in {calls} calls"


# ---- power cuts ----


class Sender(threading.Thread):
    """Operations, one after another, until there is no answer."""

    def __init__(self, engine, ledger, turn, lane):
        super().__init__(daemon=True)
        self.engine, self.ledger, self.turn, self.lane = engine, ledger, turn, lane

    def run(self):
        for i in range(100000):
            if crash.operation(self.lane + 10 * i, f"{self.turn}.{self.lane}").send(self.engine, self.ledger, timeout=10) != 200:
                return


def one_cut(disk, engine, ledgers, turn, chance):
    """Operations of several senders, then no power. True: the engine came back."""
    lanes = [crash.Ledger() for _ in range(4)]
    ledgers += lanes
    senders = [Sender(engine, lanes[i], turn, (4, 5, 6, 0)[i]) for i in range(4)]
    for sender in senders:
        sender.start()
    some, end = chance.randint(3, 80), time.monotonic() + 20  # a moment by what was answered: a slow machine has it too
    while sum(lane.acked for lane in lanes) < some and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.005))
    disk.cut()
    engine.kill()
    for sender in senders:
        sender.join(30)
    disk.again()
    return engine.try_start() is None


def joined(ledgers):
    all_of = crash.Ledger()
    for ledger in ledgers:
        for kind in crash.Ledger.KINDS:
            all_of.sent[kind].update(ledger.sent[kind])
            all_of.answered[kind] |= ledger.answered[kind]
        all_of.acked += ledger.acked
    return all_of


def check_02_power_cuts():
    chance, told = random.Random(SEED), []
    for partitions, cuts in CUTS:
        acked = power_cuts(chance, partitions, cuts)
        told.append(f"{cuts} cuts with {partitions} partition{'s' * (partitions > 1)}, {acked} operations answered, 0 lost")
    lost = sum(control_loses(chance) for _ in range(CONTROL_CUTS))
    check(lost > CONTROL_CUTS // 2, "the control, whose syncs do nothing, loses what it answered: these cuts find a missing sync", f"{lost} of {CONTROL_CUTS}")
    SUMMARY["power"] = f"{'; '.join(told)}; control without syncs: {lost} of {CONTROL_CUTS} cuts lost answers"


def power_cuts(chance, partitions, cuts):
    disk, ledgers = Disk(128), []
    engine = kit.Engine(data=os.path.join(disk.at, "data"), options=["--partitions", str(partitions)])
    for turn in range(cuts):
        if not check(one_cut(disk, engine, ledgers, turn, chance), f"it starts after cut {turn} of {partitions} partitions", engine.lines[-3:]):
            break
        mine = joined(ledgers[-4:])
        crash.judge(engine, joined(ledgers), f"after power cut {turn} of {partitions} partitions", names={"choices": mine.sent["choices"], "items": []}, whole=partitions == 1)
    acked = joined(ledgers).acked
    check(acked >= 3 * cuts, "the cuts came into work", acked)
    equal(engine.stop(), 0, "it ends well after the last cut")
    disk.unmount()
    return acked


def control_loses(chance):
    """The same with an engine that believes it syncs. True: something that was answered is not there."""
    disk, control, ledgers = Disk(128), crash.Control(), []
    engine = crash.faulty(control, os.path.join(disk.at, "data"))
    control.arm(1, crash.NO_SYNC)
    engine.start()
    back = one_cut(disk, engine, ledgers, "c", chance)
    lost = not back
    if back:
        there = {event["messageId"] for event in engine.export()}
        lost = bool(joined(ledgers).answered["events"] - there)
    engine.kill()
    disk.unmount()
    return lost


# ---- calls that fail ----


def check_04_every_call_fails_once():
    control, told = crash.Control(), []
    rows = [("no space, once", crash.FULL, 1), ("no space for a time", crash.FULL, 1 << 40), ("an error", crash.IO, 1), ("a short write", crash.SHORT, 1)]
    for name, kind, times in rows:
        told.append(f"{name}: {fault_row(control, name, kind, times)}")
    SUMMARY["faults"] = "; ".join(told)


def fault_row(control, name, kind, times):
    folder = crash.memory_folder()
    engine, ledger = crash.faulty(control, os.path.join(folder, "data")), crash.Ledger()
    firsts = fault_starts(engine, control, crash.Ledger(), kind, times, f"{name}, first start", True, until(SHORT_S / 10))
    starts = fault_starts(engine, control, ledger, kind, times, name, False, until(SHORT_S / 10))
    calls, closed, ended = fault_operations(engine, control, ledger, kind, times, name, until(SHORT_S / 8))
    crash.judge(engine, ledger, f"{name}: at the end", offline=True)
    shutil.rmtree(folder, ignore_errors=True)
    return f"{firsts} calls of a first start, {starts} of a start, {calls} of operations ({closed} closed the intake, {ended} ended the engine)"


def fault_starts(engine, control, ledger, kind, times, name, fresh, end):
    """A start either succeeds or ends and says why; the next one without a fault succeeds. The engine runs at the end."""
    count, call = 0, 1
    engine.kill()
    while True:
        if fresh:
            shutil.rmtree(engine.data, ignore_errors=True)
            ledger = crash.Ledger()
        control.zero()
        control.arm(call, kind, times)
        refused = engine.try_start()
        control.rest()
        if control.hits == 0 or past(end):
            break
        count += 1
        where = f"{name} at call {call} of a start ({control.last})"
        if refused is not None:
            check(any(line.startswith("zhun: ") for line in engine.lines), f"{where}: it says why it does not start", engine.lines[-3:])
        engine.kill()
        engine.start()
        crash.operation(count, f"s{kind}.{times}.{call}").send(engine, ledger)
        crash.judge(engine, ledger, where)
        engine.kill()
        call += STEP
    if engine.process is None or engine.process.poll() is not None:
        engine.kill()
        engine.start()
    return count


def fault_operations(engine, control, ledger, kind, times, name, end):
    count = closed = ended = 0
    numbers = range(OPERATIONS) if LONG else range(SHORT_OPERATIONS)
    for number in numbers:
        call = 1
        while not past(end):
            operation = crash.operation(number, f"{kind}.{times}.{call}")
            control.arm(call, kind, times)
            status = operation.send(engine, ledger)
            time.sleep(AFTER_S)
            hits, where = control.hits, f"{name} at call {call} of operation {number} ({control.last})"
            if hits == 0:
                control.rest()
                check(status in (200, 201), f"{name}: operation {number} is answered", status)
                break
            count += 1
            if status is None:
                died(engine, reap=False)
            check(status in (200, 201, 503) or (status is None and engine.process.poll() is not None), f"{where}: it is answered, or refused with 503", status)
            how = after_fault(engine, control, ledger, where)
            closed, ended = closed + (how == "closed"), ended + (how == "ended")
            call += STEP
        if number % 20 == 19:
            crash.judge(engine, ledger, f"{name}: after operation {number}")
    return count, closed, ended


def after_fault(engine, control, ledger, where):
    """Reading goes on whatever happened; then the fault ends, and the engine goes on, or says that it must be started again."""
    if engine.process.poll() is None:
        try:
            check(engine.serve("GET", "/v1/recommend/home?userId=u1&n=3").status == 200, f"{where}: lists go on")
            ready = engine.ask("GET", "/readyz")
        except crash.GONE:
            ready = None
    if engine.process.poll() is not None or ready is None:
        control.rest()
        engine.kill()
        engine.start()
        crash.judge(engine, ledger, where, names={"choices": [], "items": []})
        return "ended"
    control.rest()
    if ready.status == 200:
        return "open"
    code = ready.json["code"]
    end = time.monotonic() + (0 if code == "log_failed" else 30)
    while engine.ask("GET", "/readyz").status != 200 and not past(end):
        time.sleep(0.02)
    if engine.ask("GET", "/readyz").status != 200:
        check(code == "log_failed", f"{where}: it goes on by itself", code)
        engine.kill()
        engine.start()
        crash.judge(engine, ledger, where, names={"choices": [], "items": []})
    return "closed"


def main():
    if not sys.platform.startswith("linux") or not os.path.exists(crash.STEP) or not os.path.exists(crash.FAULTS):
        kit.skip(f"{crash.STEP} or {crash.FAULTS} is not here")
    if os.geteuid() != 0:
        kit.skip("the crash suite needs root")
    if subprocess.run([crash.STEP, crash.Control().path, "true"]).returncode != 0:
        kit.skip("ptrace is not allowed here")
    say(f"seed {SEED} (CRASH_SEED), every {STEP}. of {CALLS} calls (CRASH_STEP, CRASH_CALLS), {'long' if LONG else 'short'} form (CRASH)")
    parts = (("kills", check_01_killed_at_every_call), ("recovery", check_03_killed_while_it_recovers), ("retention", check_01_killed_while_the_log_is_cut),
             ("faults", check_04_every_call_fails_once), ("power", check_02_power_cuts))
    for name, part in parts:
        if name in PARTS:
            began = time.monotonic()
            kit.prove(part)
            say(f"{name}: {SUMMARY[name]}, {time.monotonic() - began:.0f} s")
    kit.finish()


main()
