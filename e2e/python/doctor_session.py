"""`cognate doctor`: every client's settings, proven against a pool that suits it and found wanting against one that does not.

What it prints is used as it stands: the variables by the AWS CLI, the lines of boto3 and of aws-jwt-verify by these libraries.
"""

import json
import os
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import boto3
import requests
from own_server import own_server
from support import check, part, session

POOL, BARE = "us-east-1_Doctor001", "us-east-1_Doctor002"
SECRET = "thesecretofthisclient0123456789"
CALLBACKS = ["http://localhost:8080/login/oauth2/code/cognito", "http://localhost:4180/oauth2/callback",
             "http://localhost:3000/api/auth/callback/cognito", "http://localhost:3000/auth/cognito/callback"]
SEED = f"""
pools:
- id: {POOL}
  settings: {{PoolName: doctor}}
  domains: [{{Domain: doctor}}]
  resource_servers: [{{Identifier: api, Name: api, Scopes: [{{ScopeName: read, ScopeDescription: read}}]}}]
  clients:
  - {{id: spa, settings: {{ClientName: spa, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}}}}
  - id: server
    secret: {SECRET}
    settings: &pages
      ClientName: server
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid, email, profile]
      SupportedIdentityProviders: [COGNITO]
      CallbackURLs: {json.dumps(CALLBACKS)}
      ExplicitAuthFlows: [ALLOW_REFRESH_TOKEN_AUTH]
  - id: program
    secret: {SECRET}
    settings:
      ClientName: program
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [client_credentials]
      AllowedOAuthScopes: [api/read]
- id: {BARE}
  settings: {{PoolName: bare, UsernameAttributes: [email], Policies: {{PasswordPolicy: {{MinimumLength: 99}}}}}}
  clients:
  - {{id: bare, settings: {{ClientName: bare, ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}}}}
"""
OF_PAGES = ["spring-client", "oauth2-proxy", "next-auth", "passport"]
OTHERS = ["aws-jwt-verify", "spring-resource-server", "express-oauth2-jwt-bearer", "passport-jwt", "nginx", "amplify", "aws-cli", "sdk-js",
          "boto3", "sdk-java", "sdk-go", "sdk-dotnet", "sdk-rust", "sdk-php", "sdk-ruby"]


def main():
    with own_server("--seed", "seed.yaml", seed=SEED) as server:
        program = json.loads(os.environ["E2E_COMMAND"])
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COGNATE_", "AWS_"))}

        def doctor(*arguments):
            """Runs the command; the exit code, and what it prints."""
            command = [*program, "doctor", *arguments, "--data-dir", str(server.folder / "data")]
            done = subprocess.run(command, env=environment, cwd=server.folder, capture_output=True, text=True, timeout=60, check=False)
            return done.returncode, done.stdout, done.stderr

        def asked(*arguments):
            code, out, err = doctor(*arguments, "--json")
            if not out:
                raise RuntimeError(f"cognate doctor {arguments} ended with {code}: {err}")
            return code, json.loads(out)

        def found(report, state="finding"):
            return [one["check"] for one in report["checks"] if one["state"] == state]

        def users(pool):
            client = boto3.client("cognito-idp", region_name="us-east-1", endpoint_url=server.endpoint)
            return [user["Username"] for user in client.list_users(UserPoolId=pool)["Users"]]

        ours = ("--pool", POOL, "--client-id")
        for name in OTHERS:
            code, report = asked(name, *ours, "spa")
            check(f"{name}: no findings, and a live token", (code, found(report), found(report, "not-checked")), (0, [], []))
            proven = {one["check"] for one in report["checks"]} >= {"signature", "iss", "audience", "token_use", "exp", "user"}
            check(f"{name}: proven, with settings", (proven, bool(report["settings"])), (True, True))
        for name in OF_PAGES:
            code, report = asked(name, *ours, "server")
            check(f"{name}: signs in through the pages", (code, found(report), found(report, "not-checked")), (0, [], []))
            check(f"{name}: hides the secret", SECRET in json.dumps(report), False)
        check("with --show-secrets it is there", SECRET in doctor("oauth2-proxy", *ours, "server", "--show-secrets")[1], True)
        check("nobody who was made is left", users(POOL), [])

        with part("what is printed, as it stands"):
            as_printed(asked, ours)
        code, report = asked(*ours, "program")
        check("a program's token is proven", (code, found(report), "signature" in found(report, "ok")), (0, [], True))
        code, report = asked("--pool", BARE)
        check("a pool of addresses with long passwords", (code, found(report), found(report, "not-checked")), (0, [], []))

        code, report = asked("spring-client", "--pool", BARE)
        check("what is missing is named", (code, found(report)), (1, ["domain", "flows", "scopes", "redirect"]))
        setting = [one["setting"] for one in report["checks"] if one["check"] == "redirect"]
        check("and so is the setting", setting, [f"CallbackURLs of the client: {CALLBACKS[0]}; or --redirect-uri with the one of the application"])
        check("several pools are listed", found(asked()[1]), ["pool"])
        check("a pool that is not there", found(asked("--pool", "us-east-1_Nothere")[1]), ["pool", "jwks", "discovery"])
        check("libraries with hosts in their code", found(asked("hard-coded", *ours, "spa")[1]), ["issuer", "iss", "iss"])

        requests.post(f"{server.endpoint}/_dev/clock", data='{"advance":"1h"}', timeout=10)
        code, report = asked(*ours, "spa")
        check("a clock that was moved is found", (code, found(report)), (1, ["clock", "exp", "exp"]))
        code, out, _ = doctor("boto3", *ours, "spa")
        check("people read the same", (code, "FINDING      clock" in out, "export AWS_REGION='us-east-1'" in out), (1, True, True))
        check("nobody is left again", (users(POOL), users(BARE)), ([], []))
        code, report = asked("--endpoint", "http://127.0.0.1:1")
        check("nobody answers", (code, found(report)), (1, ["reachable"]))


def as_printed(asked, ours):
    text = {one["place"]: one["text"] for one in asked("aws-cli", *ours, "spa")[1]["settings"]}
    variables = text["variables, for every SDK of today"]
    plain = {"PATH": f"{Path(os.environ['E2E_AWS_CLI']).parent}:{os.environ['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
    for name, script in (
        ("by variables", f"{variables}\naws cognito-idp describe-user-pool --user-pool-id {POOL}"),
        ("for one call", f"export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test\n{text['or for one call']}"),
    ):
        script = f"{script} --query UserPool.Name --output text"
        done = subprocess.run(["bash", "-c", script], env=plain, capture_output=True, text=True, timeout=60, check=False)
        check(f"the AWS CLI, {name}", (done.returncode, done.stdout.strip(), done.stderr), (0, "doctor", ""))
    lines = {one["place"]: one["text"] for one in asked("boto3", *ours, "spa")[1]["settings"]}["or in the program"]
    names = {"boto3": boto3}
    exec(lines, names)
    check("boto3", names["client"].describe_user_pool(UserPoolId=POOL)["UserPool"]["Name"], "doctor")
    script = asked("aws-jwt-verify", *ours, "spa")[1]["settings"][0]["text"]
    client = names["client"]
    client.admin_create_user(UserPoolId=POOL, Username="ada", MessageAction="SUPPRESS")
    client.admin_set_user_password(UserPoolId=POOL, Username="ada", Password="Correct-Horse-7", Permanent=True)
    from pycognito import AWSSRP

    srp = AWSSRP("ada", "Correct-Horse-7", POOL, "spa", client=client)
    token = srp.authenticate_user()["AuthenticationResult"]["AccessToken"]
    client.admin_delete_user(UserPoolId=POOL, Username="ada")
    script = f"const token = {json.dumps(token)};\n{script}\nconsole.log(claims.username);"
    where = Path(__file__).parents[1] / "node"
    command = [os.environ["E2E_NODE"], "--input-type=module", "-"]
    done = subprocess.run(command, input=script, cwd=where, capture_output=True, text=True, timeout=60, check=False)
    check("aws-jwt-verify", (done.returncode, done.stdout.strip()), (0, "ada"))


@contextmanager
def production():
    """A `cognate serve` on this machine; its endpoint and its folder, with the root's key in a file there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-serve-") as name:
        folder = Path(name)
        (folder / "key").write_text("AKIADOCTOR=a-root-secret-for-the-doctor\n", encoding="utf-8")
        command = [*json.loads(os.environ["E2E_COMMAND"]), "serve", "--listen", endpoint.removeprefix("http://"), "--public-url", endpoint,
                   "--data-dir", str(folder / "data"), "--key-file", str(folder / "sealing.key"),
                   "--root-access-key-id", "AKIADOCTOR", "--root-secret-access-key", "a-root-secret-for-the-doctor"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
        with (folder / "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                if not any(line == "Ready.\n" for line in process.stdout):
                    raise RuntimeError((folder / "log").read_text(encoding="utf-8")[-2000:])
                yield endpoint, folder
            finally:
                process.terminate()
                process.wait(15)


def in_production():
    """Against `serve` nobody is made: what needs credentials is not checked, or done with those that are given."""
    with production() as (endpoint, folder):
        admin = boto3.client("cognito-idp", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id="AKIADOCTOR",
                             aws_secret_access_key="a-root-secret-for-the-doctor")
        pool = admin.create_user_pool(PoolName="served")["UserPool"]["Id"]
        flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = admin.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)
        client = made["UserPoolClient"]["ClientId"]
        admin.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
        admin.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Correct-Horse-7", Permanent=True)
        (folder / "right").write_text("Correct-Horse-7\n", encoding="utf-8")
        (folder / "wrong").write_text("Correct-Horse-8\n", encoding="utf-8")
        program = json.loads(os.environ["E2E_COMMAND"])
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COGNATE_", "AWS_"))}

        def states(*arguments):
            command = [*program, "doctor", *arguments, "--endpoint", endpoint, "--pool", pool, "--client-id", client, "--json"]
            done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
            report = json.loads(done.stdout)
            names = [[one["check"] for one in report["checks"] if one["state"] == state] for state in ("finding", "not-checked")]
            return done.returncode, report["kind"], *names

        key, user = ("--access-key-file", "key"), ("--username", "ada", "--password-file")
        check("serve, without credentials", states("boto3"), (0, "serve", [], ["pool", "token"]))
        check("with a key", states("boto3", *key), (0, "serve", [], ["token"]))
        check("with a user", states("aws-jwt-verify", *user, "right"), (0, "serve", [], ["pool"]))
        check("with both", states("spring-resource-server", *key, *user, "right"), (0, "serve", [], []))
        check("a wrong password is a finding", states(*user, "wrong"), (1, "serve", ["token"], ["pool"]))
        check("serve has no authorizer", states("nginx", *key, *user, "right"), (1, "serve", ["authorizer"], []))
        check("nobody was made", [user["Username"] for user in admin.list_users(UserPoolId=pool)["Users"]], ["ada"])


with session("doctor"):
    main()
    with part("serve"):
        in_production()
