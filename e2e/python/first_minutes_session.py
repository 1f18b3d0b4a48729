"""The first five minutes: from the program in an empty folder to a verified token, by what the README says, within a minute. And the
action for workflows, with the program and a seed."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import jwt
from own_server import own_server
from support import check, check_match, session

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
SECONDS = 60
# What is said after the example, so that the token can be looked at.
SAYS = """
printf '%s %s %s\\n' "$POOL" "$CLIENT" "$TOKEN"
"""
WRONG = """
aws cognito-idp sign-up --client-id "$CLIENT" --username joan --password 'Passw0rd!' \\
  --user-attributes Name=email,Value=joan@example.com > joan
CODE=$(curl -s "$AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER/_dev/messages?user=joan&wait=10" |
  python3 -c 'import json,sys; print(json.load(sys.stdin)["messages"][0]["code"])')
WRONG=$(python3 -c 'import sys; print(f"{(int(sys.argv[1]) + 1) % 1_000_000:06d}")' "$CODE")
aws cognito-idp confirm-sign-up --client-id "$CLIENT" --username joan --confirmation-code "$WRONG" 2>&1 || true
"""


def example():
    """The first example of the README that signs somebody in."""
    text = README.read_text(encoding="utf-8")
    part = text.split("## A first session with the AWS CLI")[1]
    return part.split("```sh\n")[1].split("```")[0]


def action():
    """The step of the action as a workflow runs it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-") as folder:
        Path(folder, "cognate.yaml").write_text("pools: [{id: us-east-1_Action001, settings: {PoolName: a}}]\n", encoding="utf-8")
        given = {
            "ACTION_PROGRAM": json.loads(os.environ["E2E_COMMAND"])[0], "ACTION_IMAGE": "", "ACTION_PORT": str(port),
            "ACTION_SEED": "", "GITHUB_OUTPUT": f"{folder}/output", "GITHUB_ENV": f"{folder}/env", "RUNNER_TEMP": folder,
            "PATH": os.environ["PATH"], "TMPDIR": folder,
        }
        done = subprocess.run(
            [ROOT / "helpers/github-action/start.sh"], env=given, cwd=folder, capture_output=True, text=True, timeout=60,
            check=False,
        )
        server = [
            int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit() and runs(process, str(port))
        ]
        try:
            check("the action starts it", (done.returncode, done.stderr, len(server)), (0, "", 1))
            endpoint = f"http://localhost:{port}"
            check("its output", Path(folder, "output").read_text(encoding="utf-8"), f"endpoint={endpoint}\n")
            check("its variables", Path(folder, "env").read_text(encoding="utf-8").splitlines(), [
                f"TEST_COGNATE_ENDPOINT={endpoint}", f"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={endpoint}",
            ])
            keys = f"{endpoint}/us-east-1_Action001/.well-known/openid-configuration"
            # The variables of a proxy are for what must not go out.
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with direct.open(keys, timeout=10) as answer:
                check("the seed is there", json.load(answer)["issuer"], f"{endpoint}/us-east-1_Action001")
            taken = subprocess.run(
                [ROOT / "helpers/github-action/start.sh"], cwd=folder, capture_output=True, text=True, timeout=60,
                env=given | {"ACTION_PROGRAM": "/nowhere/cognate", "ACTION_PORT": "1"}, check=False,
            )
            told = "cognate does not answer at http://localhost:1; it said:"
            check("a program that is not there", (taken.returncode, taken.stderr.splitlines()[0]), (1, told))
            # A docker whose container ends at once.
            docker = Path(folder, "docker")
            docker.write_text(
                '#!/bin/sh\ncase $1 in run) echo made;; inspect) echo false;; logs) echo "a wrong seed" >&2;; esac\n',
                encoding="utf-8",
            )
            docker.chmod(0o755)
            ended = subprocess.run(
                [ROOT / "helpers/github-action/start.sh"], cwd=folder, capture_output=True, text=True, timeout=20,
                env=given | {"ACTION_IMAGE": "cognate", "ACTION_PORT": "1", "PATH": f"{folder}{os.pathsep}{given['PATH']}"},
                check=False,
            )
            check("a container that ends says why at once", (ended.returncode, ended.stderr), (1, f"{told}\na wrong seed\n"))
        finally:
            for process in server:
                os.kill(process, signal.SIGTERM)


def runs(process, port):
    """True for the server that listens on the port."""
    try:
        words = (process / "cmdline").read_bytes().decode().split("\0")
    except OSError:
        return False
    return "dev" in words and f"127.0.0.1:{port}" in words


with session("first minutes"):
    began = time.monotonic()
    # An empty folder, no settings; whatever would go out meets a closed port.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = "http://127.0.0.1:9"
    with own_server() as server:
        ready = time.monotonic()
        check("it is ready within a second", ready - began < 1 or ready - began, True)
        steps = server.printed[server.printed.index("Next:") + 1 : -1]
        check("five lines say what to do next", len(steps), 5)
        script = example().replace("http://127.0.0.1:9229", server.endpoint)
        check("the example is about this endpoint", server.endpoint in script, True)
        path = f"{Path(os.environ['E2E_AWS_CLI']).parent}{os.pathsep}{os.environ['PATH']}"
        names = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "NO_PROXY", "no_proxy", "http_proxy", "https_proxy")
        kept = {name: os.environ[name] for name in names} | {"PATH": path}

        def shell(text):
            """Runs lines as somebody who pastes them would."""
            done = subprocess.run(
                ["bash", "-euc", text], env=kept, cwd=server.folder, capture_output=True, text=True, timeout=SECONDS,
                check=False,
            )
            if done.returncode != 0:
                raise RuntimeError(f"the example ended with {done.returncode}: {done.stderr.strip()}")
            return done.stdout

        printed = shell(script + SAYS)
        pool, client, token = printed.splitlines()[-1].split()
        check_match("the user that the example shows", re.search(r'"Username": "(\w+)"', printed).group(1), "jane")
        keys = jwt.PyJWKClient(f"{server.endpoint}/{pool}/.well-known/jwks.json")
        claims = jwt.decode(
            token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"], issuer=f"{server.endpoint}/{pool}",
            options={"require": ["exp", "iss", "sub", "token_use"]},
        )
        took = time.monotonic() - began
        check("the token verifies", (claims["username"], claims["client_id"]), ("jane", client))
        check("within a minute", took < SECONDS or took, True)
        print(f"# {ready - began:.2f} s to the line Ready., {took:.1f} s to the verified token", flush=True)
        given = script.split("POOL=")[0] + f"CLIENT={client}\n"
        refused = shell(given + WRONG)
        check_match("a wrong code", refused.strip().splitlines()[-1], r".*\(CodeMismatchException\).*please try again\.")
        with urllib.request.urlopen(f"{server.endpoint}/health/ready", timeout=10) as answer:
            check("it is as well as before", answer.status, 200)
    action()
