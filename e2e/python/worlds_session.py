"""Sixteen workers with thirty tests each at one server, all at once: each worker in a world, each test from a snapshot."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from own_server import own_server
from support import check, claims, session

HERE = Path(__file__).resolve().parent
WORKERS, TESTS, USERS = 16, 30, 1_000
POOL, CLIENT = "us-east-1_Worlds001", "worldsweb"
SEED = {
    "pools": [
        {
            "id": POOL,
            "settings": {"PoolName": "worlds", "AutoVerifiedAttributes": ["email"]},
            "clients": [
                {
                    "id": CLIENT,
                    "settings": {
                        "ClientName": "web",
                        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                    },
                }
            ],
            "users": [{"username": "jane", "password": "Passw0rd!", "attributes": {"email": "jane@example.com"}}]
            + [{"username": f"user{n}", "attributes": {"email": f"user{n}@example.com"}} for n in range(USERS - 1)],
        }
    ]
}


class World:
    """A world as its tests see it, on one connection."""

    def __init__(self, endpoint, name):
        url = urllib.parse.urlsplit(endpoint)
        self.base = f"/_world/{name}" if name else ""
        self.endpoint = endpoint + self.base
        self.http = http.client.HTTPConnection(url.hostname, url.port, timeout=60)

    def ask(self, method, path, body=None, headers=()):
        data = None if body is None else json.dumps(body)
        self.http.request(method, self.base + path, data, dict(headers))
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read() or "null")

    def call(self, operation, **given):
        """Calls an operation that has to succeed."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
        }
        status, answer = self.ask("POST", "/", given, headers)
        if status != 200:
            raise RuntimeError(f"{operation} in {self.endpoint}: {status} {answer}")
        return answer

    def dev(self, method, path, body=None):
        status, answer = self.ask(method, f"/_dev/{path}", body)
        if status != 200:
            raise RuntimeError(f"{path} in {self.endpoint}: {status} {answer}")
        return answer

    def sign_in(self, name):
        parameters = {"USERNAME": name, "PASSWORD": "Passw0rd!"}
        answer = self.call("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
        return answer["AuthenticationResult"]


def test(world, worker, number):
    """One test: everybody in every world has the same name, so that nothing but the worlds keeps them apart."""
    began = time.monotonic()
    now = world.dev("POST", "snapshots/base/restore")["now"]
    took = (time.monotonic() - began) * 1_000
    email = f"shopper-{worker}-{number}@example.com"
    attributes = [{"Name": "email", "Value": email}]
    made = world.call("SignUp", ClientId=CLIENT, Username="shopper", Password="Passw0rd!", UserAttributes=attributes)
    found = world.dev("GET", "messages?wait=10")["messages"]
    seen = [(message["to"], message["user"]) for message in found]
    if seen != [(email, "shopper")]:
        raise RuntimeError(f"{world.endpoint} has the messages {seen}")
    world.call("ConfirmSignUp", ClientId=CLIENT, Username="shopper", ConfirmationCode=found[0]["code"])
    # Every other worker goes a day ahead in each test.
    if worker % 2:
        later = world.dev("POST", "clock", {"advance": "1d"})["now"]
        if not 86_400 <= later - now < 86_460:
            raise RuntimeError(f"{world.endpoint} is {later - now} s ahead")
    elif not 0 <= world.dev("GET", "clock")["now"] - now < 60:
        raise RuntimeError(f"{world.endpoint} is ahead")
    if number % 5 == 0:
        token = world.sign_in("shopper")["AccessToken"]
        said = claims(token)
        if (said["sub"], said["iss"]) != (made["UserSub"], f"{world.endpoint}/{POOL}"):
            raise RuntimeError(f"{world.endpoint} says {said}")
    return took


def work(endpoint, worker):
    """One worker. Returns the milliseconds of each restore."""
    world = World(endpoint, f"w{worker}")
    world.dev("POST", "snapshots/base")
    return [test(world, worker, number) for number in range(TESTS)]


def session_in(endpoint, script, *program):
    """Runs another session with a world in the place of its endpoint."""
    done = subprocess.run(
        [*program, str(HERE.parent / script)], env=os.environ | {"E2E_ENDPOINT": endpoint}, capture_output=True, text=True,
        timeout=120, check=False,
    )
    wrong = [line for line in done.stdout.splitlines() if not line.startswith("ok - ")]
    check(f"{script} in a world", (done.returncode, wrong), (0, []))


with session("worlds"):
    seed = Path(os.environ.get("TMPDIR", "/tmp")) / f"cognate-e2e-worlds-{os.getpid()}.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    try:
        began = time.monotonic()
        with own_server("--seed", str(seed)) as server:
            ready = time.monotonic()
            before = World(server.endpoint, "").sign_in("jane")
            with ThreadPoolExecutor(WORKERS) as pool:
                times = list(pool.map(lambda worker: work(server.endpoint, worker), range(WORKERS)))
            took = time.monotonic() - ready
            restores = [one for each in times for one in each]
            check("every test has run", len(restores), WORKERS * TESTS)
            median = statistics.median(restores)
            print(
                f"# {USERS} users: ready after {ready - began:.1f} s; {len(restores)} tests in {took:.1f} s; restores "
                f"{median:.0f} ms in the median, {max(restores):.0f} ms at most, all workers at once", flush=True,
            )
            base = World(server.endpoint, "")
            listed = base.dev("GET", "worlds")["worlds"]
            check("their worlds", [world["name"] for world in listed], sorted(f"w{n}" for n in range(WORKERS)))
            check("the server has no message", base.dev("GET", "messages")["messages"], [])
            api = boto3.client("cognito-idp", endpoint_url=server.endpoint)
            filtered = api.list_users(UserPoolId=POOL, Filter='username = "shopper"')["Users"]
            check("and no shopper", filtered, [])
            ours = boto3.client("cognito-idp", endpoint_url=f"{server.endpoint}/_world/w4")
            filtered = ours.list_users(UserPoolId=POOL, Filter='username = "shopper"')["Users"]
            check("boto3 finds the one of a world", len(filtered), 1)
            who = ours.get_user(AccessToken=before["AccessToken"])["Username"]
            # In the worlds whose clock was not moved.
            check("a session of before is in a world", who, "jane")
            session_in(f"{server.endpoint}/_world/pyjwt", "python/pyjwt_session.py", sys.executable)
            session_in(f"{server.endpoint}/_world/curl", "shell/oauth_by_curl.sh", "bash")
            command = [*json.loads(os.environ["E2E_COMMAND"]), "dev", "worlds"]
            given = ["--endpoint", server.endpoint]
            done = subprocess.run([*command, "delete", "w3", *given], capture_output=True, text=True, timeout=60, check=False)
            check("a world is deleted by command", (done.returncode, done.stderr), (0, ""))
            done = subprocess.run([*command, "list", *given], capture_output=True, text=True, timeout=60, check=False)
            names = [line.split("\t")[0] for line in done.stdout.splitlines()]
            rest = sorted(["curl", "pyjwt", *(f"w{n}" for n in range(WORKERS) if n != 3)])
            check("and the others are listed", names, rest)
    finally:
        seed.unlink(missing_ok=True)
