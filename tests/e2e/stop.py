#!/usr/bin/env python3
"""Ending well and being used wrongly: SIGTERM, a second engine on one folder, wrong options, help."""
import http.client
import os
import re
import signal
import subprocess
import threading
import time

import kit
from kit import WRITE, check, dump, equal

HEADERS = {"Content-Type": "application/json", "Authorization": kit.basic(WRITE)}


def drains():
    """SIGTERM under load: whoever is being answered gets the answer; what was answered is kept; status 0."""
    for turn in range(3):
        engine = kit.Engine()
        answered, broken, gate = [], [], threading.Event()

        def client(number):
            link = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=20)
            for i in range(100000):
                events = [{"type": "track", "userId": f"s{number}", "event": "E", "messageId": f"s-{turn}-{number}-{i}-{k}"} for k in range(20)]
                sent = False
                try:
                    link.request("POST", "/v1/batch", dump({"batch": events}), HEADERS)
                    sent = True
                    answer = link.getresponse()
                    body = answer.read()
                except (http.client.RemoteDisconnected, ConnectionError):
                    if sent and not gate.is_set():
                        broken.append((number, i))
                    return  # a closed keep-alive connection: an SDK sends again
                except (http.client.HTTPException, OSError) as e:
                    broken.append((number, i, repr(e)))  # a cut in the middle of an answer
                    return
                if answer.status == 200:
                    answered.extend(event["messageId"] for event in events)
                elif answer.status not in (429, 503):
                    broken.append((number, i, answer.status, body[:100]))

        threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.4)
        gate.set()
        began = time.monotonic()
        equal(engine.stop(), 0, f"SIGTERM under load ends with status 0 ({turn})")
        check(time.monotonic() - began < 60, "a stop under load is soon", f"{time.monotonic() - began:.1f} s")
        for thread in threads:
            thread.join(20)
        check(not broken, "no answer is cut", broken[:3])
        stored = [event["messageId"] for event in engine.export()]
        equal(len(stored), len(set(stored)), "nothing is stored twice")
        check(answered and set(answered) <= set(stored), f"{len(answered)} answered events are stored", len(set(answered) - set(stored)))
        engine.is_equal("after a stop under load")


def finishes_what_was_sent():
    """A request that is under way when SIGTERM comes is answered."""
    engine = kit.Engine()
    import socket
    body = dump({"batch": [{"type": "track", "userId": "slow", "event": "E", "messageId": f"slow-{i}"} for i in range(100)]})
    head = ("POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n" % (kit.basic(WRITE), len(body))).encode()
    link = socket.create_connection(("127.0.0.1", engine.port), timeout=10)
    link.sendall(head + body[:-100])
    time.sleep(0.3)
    engine.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    link.sendall(body[-100:])
    got = link.recv(65536)
    check(got.startswith(b"HTTP/1.1 200"), "a request under way is finished", got[:200])
    link.close()
    equal(engine.stop(), 0, "then the engine ends with status 0")
    if got.startswith(b"HTTP/1.1 200"):
        equal(len(engine.export()), 100, "what it brought is stored")


def idle_connections():
    """Open connections and a live stream do not hold up the end."""
    engine = kit.Engine()
    import socket
    links = [socket.create_connection(("127.0.0.1", engine.port)) for _ in range(20)]
    stream = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=10)
    stream.request("GET", "/api/v1/live", headers={"Authorization": "Bearer " + kit.TOKEN})
    equal(stream.getresponse().status, 200, "a live stream is open")
    began = time.monotonic()
    equal(engine.stop(), 0, "with idle connections it ends with status 0")
    check(time.monotonic() - began < 60, "idle connections do not hold it up", f"{time.monotonic() - began:.1f} s")
    for link in links:
        link.close()
    stream.close()
    for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGHUP, "SIGHUP")):
        engine.start()
        engine.process.send_signal(number)
        if number == signal.SIGHUP:
            time.sleep(0.3)
            check(engine.process.poll() is None and engine.ask("GET", "/healthz").status == 200, "SIGHUP does not end it")
            equal(engine.stop(), 0, "SIGTERM after SIGHUP")
        else:
            equal(engine.process.wait(20), 0, f"{name} ends with status 0")
            engine._join()


def one_folder_one_engine():
    engine = kit.Engine()
    engine.collect("track", {"userId": "u", "event": "E", "messageId": "one"})
    second = kit.Engine(data=engine.data, start=False)
    status = second.try_start()
    equal(status, 3, "a second engine on the folder ends with status 3")
    text = "\n".join(second.lines)
    check(re.search(r"^zhun: .*(another|running|in use|locked)", text, re.M), "it says that another one runs", text)
    equal(engine.collect("track", {"userId": "u", "event": "E", "messageId": "two"}).status, 200, "the first one goes on")
    third = subprocess.run([kit.ZHUN, "serve", "--data", kit.folder(), "--listen", f"127.0.0.1:{engine.port}"], capture_output=True, timeout=30, env=kit.environment())
    check(third.returncode == 3 and str(engine.port).encode() in third.stderr, "a port that is taken: status 3, and it is named", (third.returncode, third.stderr[-300:]))
    equal(len(engine.export()), 2, "commands reach the engine that runs")
    engine.is_equal("through the engine that runs")
    engine.kill()
    check(os.path.exists(os.path.join(engine.data, "zhun.sock")), "a kill leaves the socket behind")
    equal(len(engine.export()), 2, "a command is not misled by it")
    engine.start()
    equal(len(engine.export()), 2, "nor is the next engine")
    engine.stop()


def secrets():
    """What is printed once on an empty folder works; given credentials are not printed."""
    data = os.path.join(kit.folder(), "data")
    outcome = []
    process = subprocess.Popen([kit.ZHUN, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kit.environment(), text=True)
    kit._children.append(process)
    for line in process.stderr:
        outcome.append(line)
        if "serve.ready" in line:
            break
    port = int(re.search(r'"port":(\d+)', outcome[-1]).group(1))
    time.sleep(0.3)
    engine = kit.Engine(data=data, start=False)
    engine.port = port
    process.send_signal(signal.SIGTERM)
    printed, rest = process.communicate(timeout=30)
    equal(process.returncode, 0, "an engine of its own credentials ends with status 0")
    check(f":{port}" in printed and "admin" in printed, "an empty folder prints the console's address and the password of admin", printed)
    words = re.findall(r"\S{16,}", printed)
    check(len(words) >= 3, "and the keys", printed)
    again = subprocess.Popen([kit.ZHUN, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kit.environment(), text=True)
    kit._children.append(again)
    for line in again.stderr:
        if "serve.ready" in line:
            break
    engine.port = int(re.search(r'"port":(\d+)', line).group(1))
    good = [word for word in words if engine.collect("track", {"userId": "u", "event": "E", "messageId": word}, auth=kit.basic(word)).status == 200]
    check(good, "a printed write key writes")
    check(any(engine.ask("GET", "/v1/profiles/u", key=word).status in (200, 404) for word in words), "a printed server key serves")
    check(any(engine.ask("POST", "/api/v1/login", {"user": "admin", "password": word}).status == 200 for word in words), "the printed password logs in")
    again.send_signal(signal.SIGTERM)
    second, rest = again.communicate(timeout=30)
    check(not any(word in second + rest for word in words), "the second start prints no secret", second)
    check(not any(word in "".join(outcome) + rest for word in words), "logs hold no secret")
    given = kit.Engine(start=False)
    given.spawn()
    given._ready.wait(30)
    given.stop()
    text = "\n".join(given.lines)
    check(not any(secret in text for secret in (kit.WRITE, kit.SERVER, kit.TOKEN, kit.PASSWORD)), "given credentials are not logged", text)


def wrong_usage():
    wrong = ([], ["dance"], ["serve", "--nonsense"], ["serve", "stray"], ["serve", "--listen"], ["serve", "--listen", "nowhere"], ["serve", "--listen", "x:99999"],
             ["serve", "--threads", "0"], ["serve", "--cache-mb", "many"], ["serve", "--log-level", "loud"], ["serve", "--data", "a", "--data", "b"],
             ["check", "--what"], ["profile", "--data", "x"], ["profile", "--data", "x", "a", "b"], ["export", "--data", "x", "--what", "everything"],
             ["export", "--data", "x", "--format", "xml"], ["key", "turn"], ["key", "revoke"], ["user", "add"], ["eval", "dance"], ["eval", "recommend", "--nonsense"])
    for args in wrong:
        where = kit.folder()
        done = subprocess.run([kit.ZHUN, *args], capture_output=True, timeout=30, env=kit.environment(), stdin=subprocess.DEVNULL, cwd=where)
        text = done.stderr.decode()
        check(done.returncode == 2, f"zhun {' '.join(args)}: status 2", (done.returncode, text[:200]))
        check(text.startswith("zhun") or not args, f"zhun {' '.join(args)}: says what is wrong", text[:200])
        check(not os.listdir(where), f"zhun {' '.join(args)}: makes nothing", os.listdir(where))
    nothing = os.path.join(kit.folder(), "not-there")
    for args in (["check"], ["profile", "u1"], ["export"], ["key", "list"], ["user", "list"]):
        status, _, err = kit.run(*args, "--data", nothing)
        check(status == 3 and nothing in err and not os.path.exists(nothing), f"zhun {args[0]} on a folder that is not there: status 3, named, not made", (status, err))
    status, _, err = kit.run("export", "--url", "http://127.0.0.1:1", "--key", "x")
    check(status == 3 and err.startswith("zhun: "), "an engine nobody runs: status 3", (status, err))


def helps():
    status, out, _ = kit.run("--help")
    equal(status, 0, "zhun --help")
    commands = re.findall(r"^  ([a-z]+) ", out, re.M)
    check({"serve", "check", "profile", "export", "key", "user", "eval"} <= set(commands), "zhun --help names the commands", commands)
    for name in commands:
        status, out, err = kit.run(name, "--help")
        check(status == 0 and "usage:" in out, f"zhun {name} --help: status 0", (status, out[:200], err[:200]))
        check(re.search(r"example", out, re.I) and f"zhun {name}" in out, f"zhun {name} --help shows an example", out[-300:])
    status, out, _ = kit.run("--version")
    check(status == 0 and re.fullmatch(r"zhun \d+\.\d+\.\d+\n", out), "zhun --version", out)


for part in (drains, finishes_what_was_sent, idle_connections, one_folder_one_engine, secrets, wrong_usage, helps):
    kit.say(f"-- {part.__name__}")
    part()
kit.finish()
