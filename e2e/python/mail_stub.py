"""A mail server with TLS and authentication, and what Python's e-mail package reads from its mails."""

import email
import email.policy
import html.parser
import socket
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from certificates import certificate

USER, PASSWORD = "mailer@example.com", "p@ss:w/rd"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class MailServer:
    """A mail server that keeps what it gets. Some recipients meet trouble, by the name before the @."""

    def __init__(self, folder, implicit=False):
        self.mails, self.attempts, self.logins = [], {}, []
        self._changed = threading.Condition()
        self.authority, chain, private = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, private)
        tls = {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
        self.port, self.implicit = free_port(), implicit
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, server_hostname="localhost", auth_required=True,
            auth_require_tls=not implicit, authenticator=self._authenticate, enable_SMTPUTF8=True, **tls,
        )
        # aiosmtpd finds out by a connection of its own whether it listens.
        self._controller.start()

    def stop(self):
        self._controller.stop()

    def _authenticate(self, _server, _session, _envelope, _mechanism, data):
        given = (data.login.decode(), data.password.decode())
        self.logins.append(given)
        return AuthResult(success=given == (USER, PASSWORD))

    async def handle_RCPT(self, server, _session, envelope, address, _options):
        local = address.split("@")[0]
        self.attempts[address] = self.attempts.get(address, 0) + 1
        if local.startswith("grey") and self.attempts[address] == 1:
            return "451 4.7.1 Greylisted, come back later"
        if local.startswith("nobody"):
            return "550 5.1.1 No such user"
        if local.startswith("dropped") and self.attempts[address] == 1:
            server.transport.close()
            return "421 4.3.2 Going down"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope):
        with self._changed:
            self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content, session.ssl))
            self._changed.notify_all()
        return "250 2.0.0 Ok: queued as 1234"

    def to(self, address, count=1, seconds=20):
        """The mails to an address, once there are so many."""
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [mail for mail in self.mails if address in mail[1]]
                left = until - time.monotonic()
                if len(found) >= count or left <= 0:
                    return found
                self._changed.wait(left)


class Links(html.parser.HTMLParser):
    """The links of a document."""

    def __init__(self, text):
        super().__init__()
        self.found, self._target = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self._target = dict(attributes).get("href")

    def handle_data(self, data):
        if self._target is not None:
            self.found.append((data, self._target))

    def handle_endtag(self, tag):
        if tag == "a":
            self._target = None


def read(content):
    """A mail as a program reads it: its headers, its text and its HTML, and what is wrong with it."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    faults = [str(defect) for part in mail.walk() for defect in part.defects]
    lines = content.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines):
        faults.append("a line ends in something else than CR LF")
    if any(len(line) > 998 for line in lines):
        faults.append("a line is longer than 998 characters")
    head = content.split(b"\r\n\r\n")[0]
    if any(byte > 126 for byte in head):
        faults.append("a header has characters beyond ASCII")
    faults += [f"{name} is there {len(found)} times" for name in ("From", "To", "Subject", "Date", "Message-ID")
               for found in [mail.get_all(name, [])] if len(found) != 1]
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    return {
        "mail": mail,
        "faults": faults,
        "type": mail.get_content_type(),
        "from": str(mail["From"]),
        "to": str(mail["To"]),
        "reply_to": mail["Reply-To"] and str(mail["Reply-To"]),
        "subject": str(mail["Subject"]),
        "id": str(mail["Message-ID"]),
        "date": mail["Date"] and mail["Date"].datetime,
        "text": plain and plain.get_content(),
        "html": rich and rich.get_content(),
    }
