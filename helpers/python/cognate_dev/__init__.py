"""Starts a Cognate for tests, and asks it for what a test needs (docs/TEST-API.md)."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, Literal, TypedDict

__all__ = ["Cognate", "CognateError", "Events", "Message", "Passkey", "Snapshot", "StartedCognate", "World", "connect", "start"]

_START_SECONDS = 30
_STOP_SECONDS = 10
# Variables of other programs that `cognate dev` understands.
_UNDERSTOOD = ("PERSISTENCE", "DEBUG", "LOCALSTACK_HOST", "USE_SSL", "GATEWAY_LISTEN")


class Message(TypedDict):
    """A message to a user."""

    id: str
    time: float
    pool: str
    user: str
    to: str
    channel: Literal["EMAIL", "SMS"]
    kind: str
    subject: str | None
    body: str
    code: str


class Snapshot(TypedDict):
    """A snapshot of the server; `made` is a time by RFC 3339."""

    name: str
    bytes: int
    made: str


class World(TypedDict):
    """A world of the server; times are by RFC 3339."""

    name: str
    bytes: int
    made: str
    used: str


class Passkey(TypedDict):
    """A passkey that the server itself holds."""

    credentialId: str
    rpId: str
    pool: str
    username: str


class Events(TypedDict):
    """CloudEvents, newest first, and the cursor behind them."""

    events: list[dict[str, Any]]
    cursor: str


class CognateError(Exception):
    """What the server refuses, with its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


# No proxy on the way to a server of this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


class Cognate:
    """A running `cognate dev`."""

    def __init__(self, endpoint: str = "http://127.0.0.1:9229") -> None:
        if not endpoint.startswith(("http://", "https://")):
            raise ValueError("an endpoint is a URL")
        self.endpoint = endpoint.rstrip("/")

    @property
    def client_config(self) -> dict[str, str]:
        """The arguments of `boto3.client("cognito-idp", …)`."""
        return {
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }

    def messages(
        self,
        *,
        pool: str | None = None,
        user: str | None = None,
        to: str | None = None,
        kind: str | None = None,
        after: str | None = None,
        wait: float | None = None,
    ) -> list[Message]:
        """The messages to users that match, newest first. `wait`: seconds to wait for the first one, at most 60."""
        query = {"pool": pool, "user": user, "to": to, "kind": kind, "after": after, "wait": wait}
        found: list[Message] = self._get("messages", query)["messages"]
        return found

    def message(self, *, wait: float = 10, **filters: str | None) -> Message:
        """The newest message that matches; waits for one."""
        found = self.messages(wait=wait, **filters)
        if not found:
            raise CognateError(404, f"no message for {filters}")
        return found[0]

    def code(self, *, wait: float = 10, **filters: str | None) -> str:
        """The code in the newest message that matches."""
        return self.message(wait=wait, **filters)["code"]

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self._get("clock", {})["now"], timezone.utc)

    def advance(self, by: str) -> datetime:
        """Moves the service's time ahead by a number and s, m, h or d."""
        return datetime.fromtimestamp(self._post("clock", {"advance": by})["now"], timezone.utc)

    def reset(self) -> None:
        """Deletes every pool."""
        self._post("reset")

    def totp(self, *, pool: str, username: str) -> str:
        """A code of the user's authenticator app that is good now; waits for one if all were used."""
        while True:
            shown = self._get("totp", {"pool": pool, "username": username})
            if shown["code"]:
                return str(shown["code"])
            time.sleep(shown["wait"] + 0.05)

    def snapshot(self, name: str) -> Snapshot:
        """Keeps the server as it is now under a name."""
        made: Snapshot = self._post(f"snapshots/{_part(name)}")
        return made

    def restore(self, name: str) -> None:
        """Takes the server back to a snapshot."""
        self._post(f"snapshots/{_part(name)}/restore")

    def snapshots(self) -> list[Snapshot]:
        """The snapshots by their names."""
        found: list[Snapshot] = self._get("snapshots", {})["snapshots"]
        return found

    def delete_snapshot(self, name: str) -> None:
        """Deletes a snapshot."""
        self._ask("DELETE", f"snapshots/{_part(name)}")

    def world(self, name: str) -> Cognate:
        """The world with a name: a state beside the server's own, which begins as a copy of it when it is first asked for."""
        return Cognate(f"{self.endpoint}/_world/{_part(name)}")

    def worlds(self) -> list[World]:
        """The worlds of a server by their names; a world has none."""
        found: list[World] = self._get("worlds", {})["worlds"]
        return found

    def delete_world(self, name: str) -> None:
        """Deletes a world with everything in it."""
        self._ask("DELETE", f"worlds/{_part(name)}")

    def create_passkey(self, *, client: str, username: str, origin: str | None = None) -> Passkey:
        """Registers a passkey that the server itself holds."""
        made: Passkey = self._post("passkeys", _given({"client": client, "username": username, "origin": origin}))
        return made

    def answer_passkey(
        self,
        options: str | Mapping[str, Any],
        *,
        origin: str | None = None,
        credential_id: str | None = None,
    ) -> str:
        """Answers what CREDENTIAL_REQUEST_OPTIONS says; returns the text of CREDENTIAL."""
        question = _given({"options": options, "origin": origin, "credentialId": credential_id})
        return json.dumps(self._post("passkeys/answer", question)["credential"])

    def expire(self, what: Literal["code", "refresh-token", "session"], *, pool: str, username: str) -> int:
        """Lets codes or tokens of a user expire; returns how many."""
        return int(self._post("expire", {"pool": pool, "username": username, "what": what})["expired"])

    def events(self, *, pool: str, after: str | None = None, wait: float | None = None) -> Events:
        """Events of a pool, newest first; with `after` the next ones behind a cursor."""
        found: Events = self._get("events", {"pool": pool, "after": after, "wait": wait})
        return found

    def _get(self, path: str, query: Mapping[str, object]) -> Any:
        text = urllib.parse.urlencode(_given(query), quote_via=urllib.parse.quote)
        return self._ask("GET", f"{path}?{text}" if text else path)

    def _post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/_dev/{path}", data, headers, method=method)
        try:
            with _OPENER.open(request, timeout=90) as response:
                status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, text = error.code, error.read()
        try:
            answer = json.loads(text)
        except ValueError:
            raise CognateError(status, f"what answers at {self.endpoint} is no cognate dev") from None
        if status != 200:
            raise CognateError(status, answer.get("error", ""))
        return answer


class StartedCognate(Cognate):
    """A `cognate dev` of this program's own, which ends with `stop` and with this program, also one that is killed."""

    def __init__(self, endpoint: str, process: subprocess.Popen[str]) -> None:
        super().__init__(endpoint)
        self._process = process
        atexit.register(self.stop)

    def stop(self) -> None:
        """Ends the server and deletes its data."""
        atexit.unregister(self.stop)
        _end(self._process)

    def __enter__(self) -> StartedCognate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    command: str | Sequence[str] = "cognate",
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> StartedCognate:
    """Starts a server on a free port, with its data in a temporary folder.

    `command` is the program, and arguments before `dev`; `args` are flags, as in `cognate dev --help`.
    """
    program = [command] if isinstance(command, str) else list(command)
    own = {
        name: value for name, value in os.environ.items() if not name.startswith("COGNATE_") and name not in _UNDERSTOOD
    }
    # The system closes the pipe however this program ends.
    process = subprocess.Popen(
        [*program, "dev", "--listen", "127.0.0.1:0", "--ephemeral", "--until-stdin-ends", *args],
        env=own | dict(env or {}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    printed: list[str] = []
    log: deque[str] = deque(maxlen=40)
    ready = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if printed[-1] == "Ready.":
                ready.set()
        ready.set()

    def drain() -> None:
        assert process.stderr is not None
        log.extend(process.stderr)

    threads = [threading.Thread(target=work, daemon=True) for work in (read, drain)]
    for thread in threads:
        thread.start()
    ready.wait(_START_SECONDS)
    found = re.search(r"https?://127\.0\.0\.1:\d+", "\n".join(printed))
    if "Ready." not in printed or found is None:
        _end(process)
        threads[1].join(_STOP_SECONDS)
        raise RuntimeError("cognate did not start:\n" + "".join([*printed, *log]))
    return StartedCognate(found.group(), process)


def connect(
    endpoint: str | None = None,
    command: str | Sequence[str] = "cognate",
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Cognate:
    """The server at `endpoint` or TEST_COGNATE_ENDPOINT if there is one, else one of this program's own."""
    endpoint = endpoint or os.environ.get("TEST_COGNATE_ENDPOINT")
    if not endpoint:
        return start(command, args, env)
    running = Cognate(endpoint)
    running.now()
    return running


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _part(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
