"""A server that runs functions as a session says: the Lambda Invoke API at one door, a plain hook at the other.

A function is a Python function from the event to what it returns, or to one of the acts below. Its name is the last part
of its ARN. Every event is kept, and every request that is not as documented is a fault.
"""

import copy
import hashlib
import hmac
import json
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import sigv4_check

REGION, ACCOUNT = "us-east-1", "000000000000"
HOOK_SECRET = "a secret of this session"


def arn(name):
    """The ARN of a function that is called through the Lambda Invoke API, or with the prefix `hook-` as a hook."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


class Thrown(Exception):
    """The function ends with an error."""


@dataclass
class Raw:
    """The answer has this body."""

    body: bytes


@dataclass
class Refused:
    """The service refuses to call the function."""

    status: int
    error: str


@dataclass
class Late:
    """The answer comes after this time."""

    seconds: float


class Reset:
    """The connection is reset in place of an answer."""


class Redirect:
    """The answer leads to another address."""

    def __init__(self, location):
        self.location = location


class Functions:
    """The server. `events` maps names of functions to the events that they got, in their order."""

    def __init__(self):
        self.events, self.faults, self.invocations, self.headers = {}, [], {}, {}
        self._functions, self._lock = {}, threading.Lock()
        functions = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Otherwise an answer's body waits for the acknowledgement of its head.
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_POST(self):  # the name that http.server looks for
                length = self.headers.get("Content-Length")
                if length is None:
                    functions.faults.append("a request without Content-Length")
                body = self.rfile.read(int(length or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    functions.serve(self, headers, body)
                except (BrokenPipeError, ConnectionResetError):
                    # The caller gave up, which some sessions want.
                    self.close_connection = True

            def answer(self, status, body, headers=()):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def reset(self):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                pass  # a connection that was reset on purpose

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def flags(self):
        """The flags with which a server calls functions here."""
        return [
            "--trigger", f"arn:aws:lambda:*=lambda:{self.url}",
            "--trigger", f"{arn('hook-')}*=hook:{self.url}/hook",
            "--hook-secret", HOOK_SECRET,
            "--functions-key-id", "test", "--functions-secret-key", "test",
        ]

    def on(self, name, function):
        """Sets a function and forgets its events; returns its ARN. What is no function is returned each time."""
        with self._lock:
            self._functions[name] = function if callable(function) else lambda _event: function
            self.events[name] = []
            self.invocations[name] = []
        return arn(name)

    def taken(self, name):
        """The events of a function since the last call of `taken`."""
        with self._lock:
            events, self.events[name] = self.events.get(name, []), []
        return events

    def wait(self, name, count=1, seconds=10):
        """The events of a function, once there are so many."""
        until = time.monotonic() + seconds
        while len(self.events.get(name, [])) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.taken(name)

    def serve(self, handler, headers, body):
        if handler.path.startswith("/hook"):
            return self._hook(handler, headers, body)
        path, _, query = handler.path.partition("?")
        parts = path.split("/")
        if parts[:3] != ["", "2015-03-31", "functions"] or parts[4:] != ["invocations"]:
            self.faults.append(f"not the Invoke API: {handler.path}")
            return handler.answer(404, b"{}", [("X-Amzn-ErrorType", "ResourceNotFoundException")])
        found = sigv4_check.fault("POST", self.url + handler.path, headers, body, "lambda")
        if found:
            self.faults.append(found)
        name = urllib.parse.unquote(parts[3]).split(":function:")[-1].split(":")[0]
        kind = headers.get("x-amz-invocation-type")
        act = self._run(name, body, kind)
        if kind == "Event":
            return handler.answer(202, b"")
        if isinstance(act, Thrown):
            document = {"errorMessage": str(act), "errorType": "Error", "trace": ["Error: …"]}
            return handler.answer(200, json.dumps(document).encode(), [("X-Amz-Function-Error", "Unhandled")])
        return self._act(handler, act)

    def _hook(self, handler, headers, body):
        signed = b".".join([headers.get("x-cognate-timestamp", "").encode(), headers.get("x-cognate-id", "").encode(), body])
        tag = hmac.new(HOOK_SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(headers.get("x-cognate-signature", ""), f"v1={tag}"):
            self.faults.append("the hook's signature is wrong")
        if abs(time.time() - int(headers.get("x-cognate-timestamp", 0))) > 300:
            self.faults.append("the hook's time stamp is old")
        self.headers["hook"] = headers
        name = "hook-" + headers.get("x-cognate-trigger", "")
        act = self._run(name, body, headers.get("x-cognate-id"))
        if isinstance(act, Thrown):
            return handler.answer(400, json.dumps({"errorMessage": str(act)}).encode())
        return self._act(handler, act)

    def _run(self, name, body, kind):
        event = json.loads(body)
        with self._lock:
            self.events.setdefault(name, []).append(event)
            self.invocations.setdefault(name, []).append(kind)
            function = self._functions.get(name)
        if function is None:
            self.faults.append(f"no function {name}")
            return Refused(404, "ResourceNotFoundException")
        try:
            return function(copy.deepcopy(event))
        except Thrown as error:
            return error

    def _act(self, handler, act):
        if isinstance(act, Reset):
            return handler.reset()
        if isinstance(act, Redirect):
            return handler.answer(307, b"", [("Location", act.location)])
        if isinstance(act, Refused):
            document = json.dumps({"Message": "No."}).encode()
            return handler.answer(act.status, document, [("X-Amzn-ErrorType", act.error)])
        if isinstance(act, Late):
            time.sleep(act.seconds)
            return handler.answer(200, b"null")
        if isinstance(act, Raw):
            return handler.answer(200, act.body)
        return handler.answer(200, json.dumps(act).encode())


def responding(**members):
    """A function that sets members of `response` and returns the event."""

    def function(event):
        event.setdefault("response", {}).update(members)
        return event

    return function


def echo(event):
    """A function that returns the event as it is."""
    return event
