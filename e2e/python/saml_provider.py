"""An identity provider of pysaml2 with a login form of its own.

Sessions in Python run it in a thread of theirs. As a program it prints its URL, serves until its standard input ends, and
takes settings as JSON at `/settings`: that is how the sessions in Node.js use it.
"""

import datetime
import html
import json
import secrets
import shutil
import sys
import tempfile
import threading
import time
import types
import urllib.parse
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import saml2.time_util
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, samlp
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.response import StatusError
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import get_pem_wrapped_unwrapped, make_temp, pre_encryption_part, verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, SIG_RSA_SHA1, SIG_RSA_SHA256

from certificates import provider_key

PASSWORD = "provider's own password"
# The content encryptions of xmlsec1: the algorithm, and the key that is made for it.
CIPHERS = {
    "aes128-gcm": ("http://www.w3.org/2009/xmlenc11#aes128-gcm", "aes-128"),
    "aes256-gcm": ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256"),
    "aes128-cbc": ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "aes-128"),
    "aes256-cbc": ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "aes-256"),
}
# Seconds by which the clock of the providers of this process is ahead.
_ahead = 0


class _Date(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=_ahead)


def clock(seconds):
    """Sets the clock of the providers of this process: so many seconds ahead of the machine's."""
    global _ahead
    _ahead = seconds


# pysaml2 tells the time in this module alone.
saml2.time_util.datetime = _Date
saml2.time_util.time = types.SimpleNamespace(
    **{name: getattr(time, name) for name in ("mktime", "strftime", "strptime")},
    gmtime=lambda at=None: time.gmtime(time.time() + _ahead if at is None else at),
)


class Key:
    """A key with a certificate of its own, in files."""

    def __init__(self, folder):
        self.certificate, self.private = (str(path) for path in provider_key(Path(folder)))


def _status(text):
    """A status: one code, or one below another."""
    outer, _, inner = text.partition(" ")
    name = "urn:oasis:names:tc:SAML:2.0:status:"
    below = samlp.StatusCode(value=name + inner) if inner else None
    return samlp.Status(status_code=samlp.StatusCode(value=name + outer, status_code=below))


class _Server(Server):
    """pysaml2's own provider, but that it may encrypt by AES: by itself it takes triple DES alone."""

    cipher = None

    def _encrypt_assertion(self, encrypt_cert, sp_entity_id, response, node_xpath=None):
        if self.cipher not in CIPHERS:
            return super()._encrypt_assertion(encrypt_cert, sp_entity_id, response, node_xpath)
        algorithm, key_type = CIPHERS[self.cipher]
        ((_, certificate),) = self.metadata.certs(sp_entity_id, "any", "encryption")
        pem, bare = get_pem_wrapped_unwrapped(certificate)
        kept = make_temp(pem.encode(), decode=False)
        template = pre_encryption_part(msg_enc=algorithm, encrypt_cert=bare)
        return self.sec.encrypt_assertion(response, kept.name, template, key_type=key_type, node_xpath=node_xpath)


class Provider:
    """A provider that listens on localhost. Its settings are attributes.

    `users`: the `subject` and the `attributes` of each, by name. `sign`: what is signed, `response`, `assertion`, `both` or
    `none`. `cipher`: the encryption of assertions, a name in `CIPHERS` or `3des`; None is none. `refuse`: a status, in place
    of signing anybody in. `demands`: whether requests must be signed. `bindings`: those of the metadata. `seen`: what pysaml2
    read of each request. `algorithm`: that of signatures; by itself pysaml2 takes SHA-1. `fetched`: how often its metadata was.

    `logouts`: the requests to sign out that it verified. `left`: the outcomes of its own. `reservation`: a status of its answers
    to requests to sign out, in place of success. `logout_binding`: that of its messages about logouts. `signs_logouts`: whether it
    signs them.
    """

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="cognate-e2e-saml-")
        self.users = {}
        self.sign, self.cipher, self.refuse, self.demands, self.algorithm = "assertion", None, None, False, SIG_RSA_SHA256
        self.logouts, self.left, self.reservation = [], [], None
        self.logout_binding, self.signs_logouts = BINDING_HTTP_POST, True
        self.bindings = [BINDING_HTTP_POST, BINDING_HTTP_REDIRECT]
        self.seen, self.trusted, self.fetched = [], [], 0
        self.keys = [Key(self.folder)]
        self.sessions, self.asked = {}, {}
        self.lock = threading.RLock()
        self.http = ThreadingHTTPServer(("localhost", 0), self._handler())
        self.http.daemon_threads = True
        self.url = f"http://localhost:{self.http.server_address[1]}"
        self.name = f"{self.url}/metadata"
        self.load()
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self):
        """Takes over keys, bindings and the metadata of applications. The first key signs."""
        at = [(f"{self.url}/{{}}/{kind}", binding) for kind, binding in (
            ("post", BINDING_HTTP_POST), ("redirect", BINDING_HTTP_REDIRECT),
        ) if binding in self.bindings]
        first, *others = self.keys
        config = IdPConfig()
        config.load({
            "entityid": self.name,
            "key_file": first.private, "cert_file": first.certificate,
            "additional_cert_files": [key.certificate for key in others],
            "xmlsec_binary": shutil.which("xmlsec1"),
            "signing_algorithm": SIG_RSA_SHA256, "digest_algorithm": DIGEST_SHA256,
            "allow_unknown_attributes": True,
            "metadata": {"remote": [{"url": url} for url in self.trusted]},
            "service": {"idp": {
                "endpoints": {
                    "single_sign_on_service": [(url.format("sso"), binding) for url, binding in at],
                    "single_logout_service": [(url.format("slo"), binding) for url, binding in at],
                },
                "want_authn_requests_signed": self.demands,
                "policy": {"default": {
                    "lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": NAME_FORMAT_URI,
                    "entity_categories": [],
                }},
            }},
        })
        self.server = _Server(config=config)

    def trust(self, url):
        """Takes over the metadata of an application."""
        with self.lock:
            self.trusted.append(url)
            self.load()

    def is_read_again(self, before):
        """Whether the metadata is fetched more often than `before` within some seconds; then a moment more, in which it is read."""
        for _ in range(50):
            if self.fetched > before:
                time.sleep(0.5)
                return True
            time.sleep(0.1)
        return False

    def metadata(self):
        return str(entity_descriptor(self.server.config))

    def request(self, binding, fields):
        """Reads and checks a request to sign in; raises what pysaml2 does."""
        signed = {"sigalg": fields.get("SigAlg"), "signature": fields.get("Signature")}
        if binding == BINDING_HTTP_POST:
            signed = {}
        relay = fields.get("RelayState")
        request = self.server.parse_authn_request(fields["SAMLRequest"], binding, relay_state=relay, **signed)
        message = request.message
        self.seen.append({
            "id": message.id, "issuer": message.issuer.text, "destination": message.destination,
            "acs": message.assertion_consumer_service_url, "binding": message.protocol_binding,
            "force": message.force_authn, "signed": "Signature" in fields, "relay": relay,
        })
        return message

    def answer(self, session, message=None, to=None, relay=None):
        """Returns the page that posts an answer for a session: to a request, or to the application `to` that did not ask."""
        server = self.server
        if message:
            where = server.response_args(message, [BINDING_HTTP_POST])
            destination, request, to = where["destination"], where["in_response_to"], where["sp_entity_id"]
        else:
            destination = server.metadata.assertion_consumer_service(to, BINDING_HTTP_POST)[0]["location"]
            request = None
        signs = {"sign_response": self.sign in ("response", "both"), "sign_assertion": self.sign in ("assertion", "both")}
        if self.refuse:
            response = self._refusal(request, destination, signs["sign_response"])
        else:
            user = session["user"]
            known = self.users[user]
            name_id = NameID(
                format=NAMEID_FORMAT_PERSISTENT, text=known["subject"], name_qualifier=self.name, sp_name_qualifier=to,
            )
            server.cipher = self.cipher
            response = server.create_authn_response(
                known["attributes"], request, destination, to, userid=user, name_id=name_id,
                authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": self.name},
                encrypt_assertion=self.cipher is not None, sign_alg=self.algorithm,
                digest_alg=DIGEST_SHA1 if self.algorithm == SIG_RSA_SHA1 else DIGEST_SHA256, **signs,
            )
            (statement,) = server.session_db.get_authn_statements(name_id)[-1]
            session["at"][to] = (name_id, statement.session_index)
        page = server.apply_binding(BINDING_HTTP_POST, str(response), destination, relay or "", response=True)
        return page["data"]

    def _refusal(self, request, destination, sign):
        """An answer with a status."""
        return self.server._response(request, destination, _status(self.refuse), None, sign)

    def signed_out(self, binding, fields):
        """Checks a request to sign somebody out, ends the sessions that it names, and returns the message that says so."""
        server = self.server
        signed = {"sigalg": fields.get("SigAlg"), "signature": fields.get("Signature"), "relay_state": fields.get("RelayState")}
        if binding == BINDING_HTTP_POST:
            signed = {}
        request = server.parse_logout_request(fields["SAMLRequest"], binding, **signed).message
        application = request.issuer.text
        named = [(request.name_id.text, each.text) for each in request.session_index]
        self.logouts.append({
            "issuer": application, "destination": request.destination, "format": request.name_id.format,
            "qualifiers": (request.name_id.name_qualifier, request.name_id.sp_name_qualifier), "sessions": named,
        })
        for key, session in list(self.sessions.items()):
            name_id, index = session["at"].get(application, (None, None))
            if name_id is not None and (name_id.text, index) in named:
                del self.sessions[key]
        status = _status(self.reservation) if self.reservation else None
        by_url = self.logout_binding == BINDING_HTTP_REDIRECT
        response = server.create_logout_response(
            request, [self.logout_binding], status, sign=self.signs_logouts and not by_url,
            sign_alg=SIG_RSA_SHA256, digest_alg=DIGEST_SHA256,
        )
        destination = server.response_args(request, [self.logout_binding])["destination"]
        return self._bound(response, destination, fields.get("RelayState", ""), True)

    def leave(self, session, relay):
        """Returns the message that asks the one application of a session to sign its user out."""
        server = self.server
        ((application, (name_id, index)),) = session["at"].items()
        (service,) = server.metadata.single_logout_service(application, self.logout_binding, "spsso")
        destination = service["location"]
        by_url = self.logout_binding == BINDING_HTTP_REDIRECT
        _, request = server.create_logout_request(
            destination, application, name_id=name_id, session_indexes=[index], expire=saml2.time_util.in_a_while(minutes=5),
            sign=self.signs_logouts and not by_url, sign_alg=SIG_RSA_SHA256, digest_alg=DIGEST_SHA256,
        )
        return self._bound(request, destination, relay, False)

    def _bound(self, message, destination, relay, response):
        """The page or the address that takes a message about a logout to the application."""
        made = self.server.apply_binding(
            self.logout_binding, str(message), destination, relay, response=response, sign=self.signs_logouts, sigalg=SIG_RSA_SHA256,
        )
        if self.logout_binding == BINDING_HTTP_POST:
            return {"body": made["data"]}
        return {"location": dict(made["headers"])["Location"]}

    def has_left(self, binding, fields):
        """Checks the answer to such a request, and keeps its status."""
        server = self.server
        if binding == BINDING_HTTP_REDIRECT:
            application = server.unravel(fields["SAMLResponse"], binding, "logout_response")
            issuer = samlp.logout_response_from_string(application).issuer.text
            certificates = [text for _, text in server.metadata.certs(issuer, "any", "signing")]
            if not any(verify_redirect_signature(dict(fields), server.sec.sec_backend, each) for each in certificates):
                raise ValueError("the answer is not signed")
        try:
            answer = server.parse_logout_request_response(fields["SAMLResponse"], binding)
            self.left.append(answer.response.status.status_code.value.rpartition(":")[2])
        except StatusError as error:
            self.left.append(type(error).__name__)

    def _handler(self):
        provider = self

        class Handler(_Handler):
            pass

        Handler.provider = provider
        return Handler


class _Handler(BaseHTTPRequestHandler):
    """The pages of a provider."""

    provider = None
    BINDINGS = {"post": BINDING_HTTP_POST, "redirect": BINDING_HTTP_REDIRECT}

    def log_message(self, *_):
        """Says nothing: standard output belongs to the session."""

    def do_GET(self):
        split = urllib.parse.urlsplit(self.path)
        self._take(split.path, dict(urllib.parse.parse_qsl(split.query)))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/settings":
            return self._set(json.loads(body))
        return self._take(urllib.parse.urlsplit(self.path).path, dict(urllib.parse.parse_qsl(body)))

    def _take(self, path, fields):
        with self.provider.lock:
            try:
                self._page(path, fields)
            except Exception as error:  # whatever pysaml2 refuses by
                self._send(400, f"<title>refused</title><p>{html.escape(f'{type(error).__name__}: {error}')}")

    def _page(self, path, fields):
        provider = self.provider
        session = provider.sessions.get(self._cookie())
        if path == "/metadata":
            provider.fetched += 1
            return self._send(200, provider.metadata(), "application/samlmetadata+xml")
        if path.startswith("/sso/"):
            message = provider.request(self.BINDINGS[path.removeprefix("/sso/")], fields)
            asked = {"message": message, "relay": fields.get("RelayState")}
            return self._sign_in(None if message.force_authn == "true" else session, asked)
        if path.startswith("/slo/"):
            binding = self.BINDINGS[path.removeprefix("/slo/")]
            if "SAMLRequest" in fields:
                return self._send(200, **provider.signed_out(binding, fields))
            provider.has_left(binding, fields)
            return self._send(200, f"<!doctype html><title>left</title><h1>{html.escape(fields.get('RelayState', ''))}</h1>")
        if path == "/leave":
            provider.sessions.pop(self._cookie())
            return self._send(200, **provider.leave(session, fields.get("relay", "")))
        if path == "/start":
            return self._sign_in(session, {"to": fields["to"], "relay": fields.get("relay")})
        if path == "/login":
            known = fields.get("user") in provider.users and fields.get("password") == PASSWORD
            if not known:
                return self._send(403, "<title>wrong</title><p>Wrong name or password.")
            asked = provider.asked.pop(fields["asked"])
            key = secrets.token_hex(16)
            session = provider.sessions[key] = {"user": fields["user"], "at": {}}
            page = provider.answer(session, **asked)
            return self._send(200, page, cookie=f"at-provider={key}; HttpOnly; SameSite=Lax; Path=/")
        return self._send(404, "<title>nothing</title>")

    def _sign_in(self, session, asked):
        """Answers for a session, or shows the form."""
        provider = self.provider
        if session:
            return self._send(200, provider.answer(session, **asked))
        key = secrets.token_hex(8)
        provider.asked[key] = asked
        return self._send(200, (
            '<!doctype html><title>provider</title><h1>Company</h1><form method="post" action="/login">'
            f'<input type="hidden" name="asked" value="{key}"><input name="user"><input name="password" type="password">'
            '<button>Go</button></form>'
        ))

    def _set(self, settings):
        """Settings, and calls: `trust` and `clock`."""
        provider = self.provider
        with provider.lock:
            for name, value in settings.items():
                if name == "trust":
                    provider.trust(value)
                elif name == "clock":
                    clock(value)
                else:
                    setattr(provider, name, value)
            if "demands" in settings:
                provider.load()
        self._send(200, json.dumps({"seen": provider.seen, "logouts": provider.logouts, "left": provider.left}), "application/json")

    def _cookie(self):
        found = SimpleCookie(self.headers.get("Cookie", "")).get("at-provider")
        return found.value if found else None

    def _send(self, status, body="", kind="text/html; charset=utf-8", cookie=None, location=None):
        data = body.encode()
        self.send_response(302 if location else status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    running = Provider()
    print(running.url, flush=True)
    sys.stdin.read()
    running.close()
