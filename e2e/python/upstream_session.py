"""boto3 and pycognito: users move out of a pool of another server as they sign in, with the password itself and by SRP,
with a client secret and an authenticator app, and while the other server is slow or dead.

The other server is a `cognate dev` of its own behind a listener that can wait and hang up.
"""

import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import boto3
from authenticator import App
from botocore.config import Config
from own_server import own_server
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from support import PASSWORD, WRONG_PASSWORD, administrator, check, check_refused, claims, session

FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")


class Wire:
    """A listener before another one, which passes bytes on, holds them, or hangs up."""

    def __init__(self, endpoint):
        self.to = int(endpoint.rsplit(":", 1)[1])
        self.state = "open"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self.listener.accept()
            if self.state == "dead":
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.to))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source, target):
        try:
            while data := source.recv(65536):
                if self.state == "dead":
                    break
                while self.state == "slow":
                    time.sleep(0.1)
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def cognate(server, *arguments):
    """Runs a command on the server of a session's own; its standard output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
    environment["COGNATE_DATA_DIR"] = str(server.folder / "data")
    command = [*json.loads(os.environ["E2E_COMMAND"]), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done.stdout.strip()


def rows(text):
    return [line.split("\t") for line in text.splitlines()]


def counted(server, pool):
    found = dict(line for line in rows(cognate(server, "upstream", "status", pool)) if len(line) == 2)
    return found["moved"], found["active"], found["never seen"]


def user(admin, pool, name):
    admin.admin_create_user(
        UserPoolId=pool, Username=name, MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}],
    )
    admin.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)


def sign_in(admin, client, name, password=PASSWORD):
    return admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": password},
    )


def twin(server, folder, pool, client):
    """Makes a pool and a client with the ids of others."""
    for name, content in (("pool.json", {"PoolName": "ours"}),
                          ("client.json", {"ClientName": "ours", "ExplicitAuthFlows": FLOWS})):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    cognate(server, "pool", "create", "--id", pool, str(folder / "pool.json"))
    cognate(server, "client", "create", "--pool", pool, "--id", client, str(folder / "client.json"))


with session("users who move as they sign in"), own_server() as real:
    there = administrator()
    pool = there.create_user_pool(PoolName="real")["UserPool"]["Id"]
    client = there.create_user_pool_client(
        UserPoolId=pool, ClientName="real", GenerateSecret=True, ExplicitAuthFlows=FLOWS,
    )["UserPoolClient"]
    there.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    for name in ("paula", "sam", "tina", "dora"):
        user(there, pool, name)
    wire = Wire(real.endpoint)
    cognate(real, "pool", "set-issuer", pool, f"{wire.url}/{pool}")

    def at(endpoint, name, secret=None):
        return Cognito(
            pool, client["ClientId"], username=name, client_secret=secret,
            access_key="test", secret_key="test", boto3_client_kwargs={"endpoint_url": endpoint},
        )

    tina = at(wire.url, "tina", client["ClientSecret"])
    tina.authenticate(PASSWORD)
    app = App(tina.associate_software_token())
    tina.verify_software_token(app.code(0), "phone")
    tina.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
    sam_there = at(wire.url, "sam", client["ClientSecret"])
    sam_there.authenticate(PASSWORD)

    with own_server() as ours:
        here = administrator()
        # boto3 repeats what ends in a fault of the server.
        once = boto3.client("cognito-idp", endpoint_url=ours.endpoint, config=Config(retries={"total_max_attempts": 1}))
        folder = Path(ours.folder)
        twin(ours, folder, pool, client["ClientId"])
        (folder / "secrets").write_text(f"{client['ClientId']}={client['ClientSecret']}\n", encoding="utf-8")
        shown = cognate(
            ours, "upstream", "set", pool, "--user-pool", pool, "--endpoint", wire.url,
            "--client", f"{client['ClientId']}={client['ClientId']}", "--secrets", str(folder / "secrets"),
        )
        check("SRP can be relayed", ["SRP", "relayed"] in rows(shown), True)
        check("no secret is shown", client["ClientSecret"] in shown, False)
        check("nobody has come yet", counted(ours, pool), ("0", "0", "0"))

        check_refused("a wrong password", "InitiateAuth", INCORRECT,
                      lambda: sign_in(here, client["ClientId"], "paula", WRONG_PASSWORD))
        tokens = sign_in(here, client["ClientId"], "paula")["AuthenticationResult"]
        told = claims(tokens["IdToken"])
        sub = next(a["Value"] for a in there.admin_get_user(UserPoolId=pool, Username="paula")["UserAttributes"]
                   if a["Name"] == "sub")
        check("the user is the same", (told["sub"], told["email"]), (sub, "paula@example.com"))
        check("the password is here", counted(ours, pool), ("1", "0", "0"))

        check("SRP is relayed", at(ours.endpoint, "sam").authenticate(PASSWORD), None)
        check("and no password learnt", counted(ours, pool), ("1", "1", "0"))
        traded = here.initiate_auth(
            ClientId=client["ClientId"], AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": sam_there.refresh_token},
        )["AuthenticationResult"]
        check("a refresh token of there is traded", here.get_user(AccessToken=traded["AccessToken"])["Username"], "sam")

        visitor = at(ours.endpoint, "tina")
        try:
            visitor.authenticate(PASSWORD)
            asked = False
        except SoftwareTokenMFAChallengeException:
            asked = True
        check("the app of there is asked for", asked, True)
        check_refused("a wrong code", "RespondToAuthChallenge",
                      ("CodeMismatchException", "Invalid code received for user"),
                      lambda: visitor.respond_to_software_token_mfa_challenge(app.code(-9)))
        check("its code signs in", visitor.respond_to_software_token_mfa_challenge(app.code(1)), None)
        check("and the password stays there", counted(ours, pool), ("1", "2", "0"))

        wire.state = "slow"
        began = time.monotonic()
        try:
            sign_in(once, client["ClientId"], "dora")
            answer = "signed in"
        except once.exceptions.InternalErrorException as error:
            answer = error.response["Error"]["Code"]
        took = time.monotonic() - began
        check("a slow server is waited for five seconds", (answer, 4.5 < took < 8), ("InternalErrorException", True))
        began = time.monotonic()
        sign_in(here, client["ClientId"], "paula")
        check("and who has moved notices nothing", time.monotonic() - began < 2, True)

        wire.state = "dead"
        codes = set()
        for _ in range(6):
            try:
                sign_in(once, client["ClientId"], "dora")
            except once.exceptions.InternalErrorException as error:
                codes.add(error.response["Error"]["Code"])
        check("nor with a dead one, which others are told of", codes, {"InternalErrorException"})
        check("paula signs in by SRP, too", at(ours.endpoint, "paula").authenticate(PASSWORD), None)

        wire.state = "open"
        time.sleep(5.5)
        sign_in(here, client["ClientId"], "dora")
        check("it is asked again after a rest", counted(ours, pool), ("2", "2", "0"))

        said = cognate(ours, "upstream", "end", pool)
        check("one command ends it", said,
              "the upstream is asked no more; 2 users have their passwords here, 2 must reset theirs")
        sign_in(here, client["ClientId"], "paula")
        check("there is no upstream any more", cognate(ours, "upstream", "status", pool), "the user pool has no upstream")
