#!/usr/bin/env python3
"""Check 5, no memory: the 1st, 2nd, 3rd … allocation that the engine's own code asks for fails, once and for as long as it takes, in a start, in each operation of the crash
suite's script and in questions. Nothing crashes: a start succeeds or ends with a sentence, a request is answered or refused so that it is sent again; an engine may want a restart and say so (views_stopped), as of a disk that fails; with memory
again what was answered is there once, nothing is there by halves, and the views equal a rebuild. RocksDB and libmicrohttpd have what they ask for (tests/crash/faults.c).

By default every allocation of a start and some seconds of the rest; TRUST=whole every allocation of the first 40 operations too.
"""
import os
import shutil
import sys
import time

import kit
from kit import check, equal, say
from kit import crash

OPERATIONS = 40 if kit.WHOLE else 10
OPERATION_S = float("inf") if kit.WHOLE else 8
SETTLE_S = 0.004                        # what is still done behind an answer
FORMS = (("once", 1), ("for a time", 1 << 40))
QUESTIONS = (("GET", "/v1/recommend/home?userId=u1&n=5", None), ("GET", "/v1/profiles/u1", None), ("GET", "/v1/profiles/u1/events?limit=20", None), ("GET", "/v1/profiles/u1/portrait", None),
             ("GET", "/api/v1/overview", None), ("GET", "/api/v1/reports/rfm", None), ("POST", "/api/v1/segments/preview", {"expression": "customer.orders.count() >= 1"}),
             ("POST", "/api/v1/reports/paths", {"start": "Product Viewed", "depth": 3}), ("POST", "/api/v1/reports/baskets", {}), ("POST", "/api/v1/check", {}))


def ended_well(engine, where):
    """It is gone: by its own decision, and it said why?"""
    status = engine.process.wait(30)
    for reader in engine._readers:
        reader.join(10)
    return check(status in (1, 3) and any(line.startswith("zhun: ") or '"level":"error"' in line for line in engine.lines), f"{where}: it ends with a sentence, not with a crash", (status, engine.lines[-3:]))


def starts(engine, control, ledger, name, times):
    """Every allocation of a start; the number of those that failed."""
    control.zero()
    control.arm(1 << 40, crash.MEMORY)
    engine.start()
    calls = control.count
    engine.kill()
    for call in range(1, calls + 1):
        where = f"no memory {name} at allocation {call} of {calls} of a start"
        control.zero()
        control.arm(call, crash.MEMORY, times)
        refused = engine.try_start()
        control.rest()
        if refused is not None:
            check(refused in (1, 3) and any(line.startswith("zhun: ") for line in engine.lines), f"{where}: it ends with a sentence", (refused, control.last, engine.lines[-3:]))
        engine.kill()
        if call % 10 == 0 or call == calls:
            engine.start()
            crash.judge(engine, ledger, where)
            engine.kill()
    return calls


def goes_on(engine, ledger, where):
    """True: it does. Else it ended or says that it wants a restart, and the next start has all."""
    gone = engine.process.poll() is not None
    if gone:
        ended_well(engine, where)
    elif engine.ask("GET", "/readyz").status == 200:
        return True
    else:
        equal(engine.ask("GET", "/readyz").json["code"], "views_stopped", f"{where}: it says that it wants a restart")
    engine.kill()
    engine.start()
    crash.judge(engine, ledger, where, names={"choices": [], "items": []})
    return False


def operations(engine, control, ledger, name, times, end):
    failed = restarts = 0
    for number in range(OPERATIONS):
        call = 1
        while time.monotonic() < end:
            where = f"no memory {name} at allocation {call} of operation {number}"
            control.arm(call, crash.MEMORY, times)
            status = crash.operation(number, f"{times}.{call}").send(engine, ledger)
            time.sleep(SETTLE_S)
            control.rest()
            hits = control.hits
            check(status in (200, 201) or (status in (429, 500, 503, None) and hits > 0), f"{where}: it is answered, or refused so that it is sent again", (status, control.last))
            restarts += not goes_on(engine, ledger, where)
            if hits == 0:
                break
            failed += 1
            call += 1 if kit.WHOLE or call < 6 else 3
    return failed, restarts


def questions(engine, control, ledger, name, times, end):
    failed = 0
    for method, path, body in QUESTIONS:
        want = engine.admin(method, path, body)
        equal(want.status, 200, f"{method} {path}")
        call = 1
        while time.monotonic() < end:
            where = f"no memory {name} at allocation {call} of {method} {path}"
            control.arm(call, crash.MEMORY, times)
            try:
                got = engine.admin(method, path, body).status
            except crash.GONE:
                got = None
            control.rest()
            hits = control.hits
            check(got == 200 or (hits > 0 and got in (404, 413, 429, 500, 503, None)), f"{where}: it is answered or refused", (got, control.last))
            goes_on(engine, ledger, where)
            if hits == 0:
                break
            failed += 1
            call += 1 if kit.WHOLE or call < 6 else 7
        equal(engine.admin(method, path, body).status, 200, f"with memory again {method} {path} is answered")
    return failed


def check_05_no_memory_at_any_allocation():
    for name, times in FORMS:
        control, folder = crash.Control(), crash.memory_folder()
        engine, ledger = crash.faulty(control, os.path.join(folder, "data")), crash.Ledger()
        engine.start()
        for number in range(20):
            crash.operation(number, "first").send(engine, ledger)
        engine.kill()
        begun = starts(engine, control, ledger, name, times)
        control.zero()
        engine.start()
        failed, restarts = operations(engine, control, ledger, name, times, time.monotonic() + OPERATION_S)
        crash.judge(engine, ledger, f"no memory {name}: after operations")
        asked = questions(engine, control, ledger, name, times, time.monotonic() + OPERATION_S)
        crash.judge(engine, ledger, f"no memory {name}: at the end", offline=True)
        shutil.rmtree(folder, ignore_errors=True)
        say(f"  {name}: {begun} allocations of starts failed, {failed} of operations ({restarts} of them wanted a restart), {asked} of questions")


if not sys.platform.startswith("linux") or not os.path.exists(crash.FAULTS):
    kit.skip(f"{crash.FAULTS} is not here")
kit.prove(check_05_no_memory_at_any_allocation)
kit.finish()
