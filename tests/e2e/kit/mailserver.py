"""A mail server on loopback (aiosmtpd): takes letters, keeps them, and answers as it is told: refuse, throttle, stall, break off, at each step of the conversation."""
import base64
import email
import email.policy
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import warnings

sys.path.append("/usr/lib/python3/dist-packages")  # where Debian's python3-aiosmtpd is, for a python of another place, too
try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult
    import dkim
    import nacl.signing  # without it dkim verifies no Ed25519
except ImportError:
    Controller = SMTP = object  # missing() says so, and the test is skipped
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # that a client breaks off is what is tested
warnings.filterwarnings("ignore", module="aiosmtpd")


def missing():
    return "a mail server or a verifier is missing (python3-aiosmtpd, python3-dkim, python3-nacl)" if Controller is object else None


def make_key(kind):
    """A private key (PEM), and the TXT record that tells the public one."""
    key = subprocess.run(["openssl", "genpkey", "-algorithm", kind, *(["-pkeyopt", "rsa_keygen_bits:2048"] if kind == "RSA" else [])], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    return key.decode(), f"v=DKIM1; k={kind.lower()}; p={base64.b64encode(public if kind == 'RSA' else public[-32:]).decode()}"


def is_signed(letter, name, record):
    """Does dkimpy take the bytes of this letter for signed, where the DNS has only this record?"""
    return dkim.verify(letter, dnsfunc=lambda asked, timeout=5: record.encode() if asked.decode().rstrip(".") == name else None)


class _Session(SMTP):
    """The commands of aiosmtpd, but what was planned for one of them comes first."""

    async def _planned(self, step):
        how = self.event_handler.next_of(step)
        if how == "drop":
            self.transport.abort()
            return True
        if how is not None:
            await self.push(how)
        return how is not None

    async def smtp_MAIL(self, arg):
        if not await self._planned("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self._planned("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self._planned("data"):
            await super().smtp_DATA(arg)


class MailServer:
    def __init__(self, user=None, password=None, tls=None):
        """tls: None, "starttls" (asked for before anything else) or "tls"; then `certificate` is its PEM."""
        self.lock, self.taken, self.plan, self.user, self.password, self.certificate = threading.Lock(), [], [], user, password, None
        context = self._context() if tls else None
        options = {"hostname": "mail.example", "authenticator": self._sign_in, "auth_required": user is not None, "auth_require_tls": False, "enable_SMTPUTF8": True}
        if tls == "starttls":
            options.update(tls_context=context, require_starttls=True)

        class Own(Controller):
            def factory(self):
                return _Session(self.handler, **options)

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.controller = Own(self, hostname="127.0.0.1", port=self.port, ssl_context=context if tls == "tls" else None)
        self.controller.start()

    def _context(self):
        import kit
        folder = kit.folder()
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with open(certificate, encoding="ascii") as file:
            self.certificate = file.read()
        return context

    def _sign_in(self, server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login.decode(), data.password.decode()) == (self.user, self.password), handled=False)

    def next_of(self, step):
        with self.lock:
            return self.plan.pop(0)[step] if self.plan and step in self.plan[0] else None

    def next_answers(self, *answers):
        """Each {step: answer}, of one conversation: step is mail, rcpt, data or end (after the letter); the answer a line of SMTP, "drop" (no answer, the connection is gone), or a number of
        seconds to wait before "250". At `end` with drop or seconds the letter was taken."""
        with self.lock:
            self.plan.extend(answers)

    async def handle_DATA(self, server, session, envelope):
        import asyncio
        how = self.next_of("end")
        if not isinstance(how, str) or how == "drop":
            with self.lock:
                self.taken.append({"at": time.time(), "from": envelope.mail_from, "to": envelope.rcpt_tos, "bytes": envelope.original_content, "tls": server.transport.get_extra_info("ssl_object") is not None, "signed_in": session.authenticated,
                                   "letter": email.message_from_bytes(envelope.original_content, policy=email.policy.default)})
        if how == "drop":
            server.transport.abort()
        elif isinstance(how, (int, float)):
            await asyncio.sleep(how)
        return how if isinstance(how, str) and how != "drop" else "250 2.0.0 taken"

    def letters(self):
        with self.lock:
            return [one["letter"] for one in self.taken]

    def clear(self):
        with self.lock:
            self.taken.clear()
            self.plan.clear()


def smtp(server, **more):
    return {"kind": "smtp", "host": "127.0.0.1", "port": server.port, "tls": "none", "from": {"name": "茶 & Co", "address": "hi@shop.example"}, "replyTo": "help@shop.example", "retryMs": 100, "timeoutMs": 8000, **more}
