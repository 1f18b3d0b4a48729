"""A seed from the file to the tokens: `dev` starts with it, boto3 sees it, `cognate seed` changes, exports and brings it back."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

import boto3
from own_server import own_server
from support import check, session

COMMAND = json.loads(os.environ["E2E_COMMAND"])
POOL = "us-east-1_SeedE2E01"
CLIENT = "seedede2eweb"
SUB = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SEED = f"""
pools:
- id: {POOL}
  settings: {{PoolName: e2e, AutoVerifiedAttributes: [email]}}
  clients:
  - id: {CLIENT}
    settings:
      ClientName: web
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  groups:
  - {{GroupName: admins, Precedence: 1}}
  users:
  - username: jane
    sub: {SUB}
    password: Passw0rd!
    groups: [admins]
    attributes: {{email: jane@example.com, email_verified: true}}
"""


def client(endpoint):
    return boto3.client(
        "cognito-idp", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def tokens(api):
    answer = api.initiate_auth(
        ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "jane", "PASSWORD": "Passw0rd!"}
    )
    return answer["AuthenticationResult"]


def seed(server, *arguments):
    """Runs `cognate seed` beside a server: its exit code and what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
    environment["COGNATE_DATA_DIR"] = str(server.folder / "data")
    done = subprocess.run(
        [*COMMAND, "seed", *arguments], env=environment, cwd=server.folder, capture_output=True, text=True, timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


with session("seed"):
    folder = Path(os.environ.get("TMPDIR", "/tmp"))
    file = folder / f"cognate-e2e-seed-{os.getpid()}.yaml"
    file.write_text(SEED, encoding="utf-8")
    copy = file.with_suffix(".json")
    try:
        with own_server("--seed", str(file)) as server:
            api = client(server.endpoint)
            found = api.admin_get_user(UserPoolId=POOL, Username="jane")
            attributes = {item["Name"]: item["Value"] for item in found["UserAttributes"]}
            check("the sub is the seed's", attributes["sub"], SUB)
            access = tokens(api)["AccessToken"]
            check("a second time nothing changes", seed(server, "apply", str(file)), (0, "no changes\n"))
            file.write_text(SEED.replace("Precedence: 1", "Precedence: 2"), encoding="utf-8")
            line = f"~ group admins of user pool {POOL}: Precedence\n"
            would = f"{line}0 would be created, 1 would be changed\n"
            check("diff names what differs", seed(server, "diff", str(file)), (1, would))
            check("apply changes it", seed(server, "apply", str(file)), (0, f"{line}0 created, 1 changed\n"))
            check("boto3 sees it", api.get_group(UserPoolId=POOL, GroupName="admins")["Group"]["Precedence"], 2)
            code, exported = seed(server, "export", POOL, "--format", "json", "--with-secrets")
            check("it is exported", code, 0)
            copy.write_text(exported, encoding="utf-8")
        with own_server("--seed", str(copy)) as server:
            api = client(server.endpoint)
            check("a fresh server has all of it", seed(server, "diff", str(copy)), (0, "no changes\n"))
            check("the user signs in with the password of before", "AccessToken" in tokens(api), True)
            asked = urllib.request.Request(
                f"{server.endpoint}/_authorize?pool={POOL}", headers={"Authorization": f"Bearer {access}"}
            )
            with urllib.request.urlopen(asked, timeout=10) as answer:
                claims = json.load(answer)["requestContext"]["authorizer"]["claims"]
            check("yesterday's token verifies by today's keys", claims["sub"], SUB)
            check("the groups are in it", claims["cognito:groups"], "admins")
    finally:
        file.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
