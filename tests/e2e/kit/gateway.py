"""A gateway on loopback: takes what an engine sends, keeps it, and answers as it is told: refuse, throttle, stall, break off."""
import http.server
import json
import socketserver
import threading
import time


class Gateway:
    def __init__(self):
        self.lock, self.taken, self.plan, self.stalled = threading.Lock(), [], [], []
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gateway.answer(self, body)

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads, request_queue_size = True, 256

            def handle_error(self, *_):
                pass  # the other side was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next_answers(self, *answers):
        """Each a dictionary: status, headers, body, wait (seconds before the answer), drop (no answer at all), before (judge before it is taken)."""
        with self.lock:
            self.plan.extend(answers)

    def answer(self, handler, body):
        with self.lock:
            how = self.plan.pop(0) if self.plan else {}
            if how.get("status", 200) < 300:  # what is refused was not taken
                self.taken.append({"at": time.time(), "path": handler.path, "headers": dict(handler.headers.items()), "body": body})
        time.sleep(how.get("wait", 0))
        if how.get("drop"):
            handler.close_connection = True
            return
        text = json.dumps(how.get("body", {"code": "OK", "id": f"g{len(self.taken)}"})).encode()
        handler.send_response(how.get("status", 200))
        for name, value in how.get("headers", {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def bodies(self):
        with self.lock:
            return [json.loads(one["body"]) for one in self.taken]

    def clear(self):
        with self.lock:
            self.taken.clear()
            self.plan.clear()

    def url(self, path="/send"):
        return f"http://127.0.0.1:{self.port}{path}"


def until(what, seconds=20):
    """Ask again until it says something true; the last answer."""
    end = time.time() + seconds
    while True:
        got = what()
        if got or time.time() > end:
            return got
        time.sleep(0.03)


OPTIONS = ["--send-private", "--send-ports", "any"]  # as the gateway listens on loopback, on any port


def sms(gateway, **more):
    return {"kind": "webhook", "via": "sms", "url": gateway.url(), "headers": {"Authorization": "Bearer {{ secret }}"},
            "body": '{"to":"{{ to }}","text":"{{ message.text }}","ref":"{{ message.id }}"}', "success": {"path": "/code", "values": ["OK"]}, "provider": "/id",
            "receipts": {"list": "/reports", "id": "/ref", "provider": "/gid", "state": "/status", "states": {"DELIVRD": "delivered", "UNDELIV": "failed", "STOP": "complained"}, "answer": '{"code":0}'},
            "retryMs": 100, "timeoutMs": 1000, **more}
