"""`cognate events`: webhooks whose signatures this program checks by itself, as the Standard Webhooks specification says.

The receiver refuses what is not signed or too old, fails once, and keeps what it takes; then the same events are read by
`cognate events tail`, and sent again by `replay`.
"""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import UUID, administrator, check, check_match, session

KEY = b"thirty-two bytes of this session"
COMMAND = json.loads(os.environ["E2E_COMMAND"])


def cognate(*arguments):
    """Runs the command beside the server, whose settings are in the environment; returns its lines."""
    done = subprocess.run([*COMMAND, "events", *arguments], capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode().splitlines()


class Receiver:
    """Takes events whose signature is right; the second try of any is the first that it takes of the first event."""

    def __init__(self):
        self.taken, self.refused = [], []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fault = receiver.fault(self.headers, body)
                fail = fault is None and not receiver.taken and not receiver.refused
                if fault or fail:
                    receiver.refused.append(fault or "busy")
                else:
                    receiver.taken.append(json.loads(body))
                self.send_response(503 if fault or fail else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"

    @staticmethod
    def fault(headers, body):
        """What is wrong with a request; None if nothing is."""
        if headers["Content-Type"].split(";")[0] != "application/cloudevents+json":
            return "content type"
        if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
            return "timestamp"
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        if not any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split(" ")):
            return "signature"
        return None if json.loads(body)["id"] == headers["webhook-id"] else "id"

    def wait(self, n):
        """Waits until so many events were taken."""
        end = time.monotonic() + 40
        while len(self.taken) < n and time.monotonic() < end:
            time.sleep(0.05)
        return self.taken[:n]


with session("events"), tempfile.TemporaryDirectory(prefix="cognate-events-") as folder:
    admin, receiver = administrator(), Receiver()
    pool_id = admin.create_user_pool(PoolName="events")["UserPool"]["Id"]
    secret = Path(folder) / "secret"
    secret.write_text(f"whsec_{base64.b64encode(KEY).decode()}\n")
    cognate("webhook", "set", pool_id, receiver.url, "--secret-file", str(secret), "--type", "cognate.user.*")
    subs = []
    for name in ("maud", "noor"):
        made = admin.admin_create_user(UserPoolId=pool_id, Username=name, MessageAction="SUPPRESS")
        subs.append(made["User"]["Attributes"][0]["Value"])
    admin.create_group(UserPoolId=pool_id, GroupName="staff")
    admin.admin_disable_user(UserPoolId=pool_id, Username="maud")

    taken = receiver.wait(3)
    check("what comes is signed, and the one failure is made up for", receiver.refused, ["busy"])
    check("types in order", [event["type"] for event in taken],
          ["cognate.user.created", "cognate.user.created", "cognate.user.disabled"])
    check("of whom", [event["subject"] for event in taken], [*subs, subs[0]])
    event = json.loads(json.dumps(taken[0]))
    check_match("id", event.pop("id"), UUID)
    check_match("time", event.pop("time"), r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
    check_match("cursor", event.pop("cursor"), r"\d+-[0-9a-f]{8}")
    check_match("request", event["data"].pop("requestId"), UUID)
    caller = event["data"].pop("caller")
    check("a caller", bool(caller), True)
    check("the whole event", event, {
        "specversion": "1.0", "type": "cognate.user.created", "subject": subs[0],
        "source": admin.describe_user_pool(UserPoolId=pool_id)["UserPool"]["Arn"],
        "datacontenttype": "application/json", "data": {"operation": "AdminCreateUser"},
    })
    check("no name is in any", any(name in json.dumps(taken) for name in ("maud", "noor")), False)

    read = [json.loads(line) for line in cognate("tail", pool_id)]
    check("tail has the same, and what is not for the webhook",
          [event["type"] for event in read],
          ["cognate.pool.created", "cognate.webhook.set", "cognate.user.created", "cognate.user.created",
           "cognate.group.created", "cognate.user.disabled"])
    check("the same events", [event for event in read if event["type"].startswith("cognate.user.")], taken)
    behind = [json.loads(line) for line in cognate("tail", pool_id, "--after", taken[1]["cursor"])]
    check("behind a cursor", [event["type"] for event in behind], ["cognate.group.created", "cognate.user.disabled"])
    cognate("replay", pool_id, "--after", taken[0]["cursor"], "--to", receiver.url)
    check("a replay", receiver.wait(5)[3:], taken[1:])
    cognate("webhook", "end", pool_id, receiver.url)
    check("no webhook is left", cognate("webhook", "show", pool_id), [])
