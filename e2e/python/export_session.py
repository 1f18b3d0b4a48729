"""`cognate export` beside the server, opened with the tool `age`; and a file of that tool opened by `cognate age decrypt`."""

import base64
import json
import os
import stat
import subprocess
import tempfile
from pathlib import Path

from authenticator import App
from support import PASSWORD, UUID, administrator, check, check_match, session

SENDER = "arn:aws:ses:us-east-1:000000000000:identity/sender@example.com"
COMMAND = json.loads(os.environ["E2E_COMMAND"])


def run(folder, *command, data=None):
    """Runs a program and returns its exit code, standard output and standard error."""
    # The settings of the server are in the environment, so that `cognate` finds its database.
    done = subprocess.run(command, cwd=folder, input=data, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


def must(folder, *command, data=None):
    """Runs a program that must succeed and returns its standard output."""
    code, out, err = run(folder, *command, data=data)
    if code != 0:
        raise RuntimeError(f"{command} ended with {code}: {err}")
    return out


def lines(opened):
    """Reads jsonl: the kind of each line and what is in it."""
    read = [json.loads(line) for line in opened.decode().splitlines()]
    return [(kind, line[kind]) for line in read for kind in line]


with session("export"), tempfile.TemporaryDirectory(prefix="cognate-export-") as folder:
    admin = administrator()
    pool = admin.create_user_pool(
        PoolName="export", AutoVerifiedAttributes=["email"],
        EmailConfiguration={"EmailSendingAccount": "DEVELOPER", "SourceArn": SENDER},
    )["UserPool"]
    pool_id = pool["Id"]
    admin.set_user_pool_mfa_config(
        UserPoolId=pool_id, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    client_id = admin.create_user_pool_client(
        UserPoolId=pool_id, ClientName="export", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    admin.create_group(UserPoolId=pool_id, GroupName="staff", Description="paid, mostly", Precedence=4)
    subs = {}
    for name in ("maud", "noor"):
        named = {"UserPoolId": pool_id, "Username": name}
        made = admin.admin_create_user(
            **named, MessageAction="SUPPRESS", UserAttributes=[
                {"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"},
                {"Name": "name", "Value": "Ümit, Ltd."},
            ],
        )
        subs[name] = next(a["Value"] for a in made["User"]["Attributes"] if a["Name"] == "sub")
        admin.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        admin.admin_add_user_to_group(**named, GroupName="staff")
    access = admin.initiate_auth(
        ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "maud", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]["AccessToken"]
    secret = admin.associate_software_token(AccessToken=access)["SecretCode"]
    code = App(secret).code(0)
    admin.verify_software_token(AccessToken=access, UserCode=code, FriendlyDeviceName="phone")

    # A key of either program opens what is encrypted to both.
    said = must(folder, *COMMAND, "age", "keygen", "--out", "ours.txt").decode()
    ours = said.removeprefix("Public key: ").strip()
    must(folder, "age-keygen", "-o", "theirs.txt")
    theirs = must(folder, "age-keygen", "-y", "theirs.txt").decode().strip()
    check("age-keygen reads a key of ours", must(folder, "age-keygen", "-y", "ours.txt").decode().strip(), ours)

    said = must(folder, *COMMAND, "export", pool_id, "--format", "jsonl", "--recipient", ours, "--recipient", theirs)
    file = f"{pool_id}.jsonl.age"
    check(
        "what the command says", said.decode().splitlines(),
        [
            f"{file} has 2 users and 1 group; it is encrypted to 2 recipients",
            "secrets in it: 2 passwords, 1 seed of an authenticator app",
            "2 passwords are SRP verifiers, of use to another server of this kind alone",
        ],
    )
    check("only the owner may read the file", stat.S_IMODE((Path(folder) / file).stat().st_mode), 0o600)
    opened = must(folder, "age", "-d", "-i", "theirs.txt", file)
    check("age opens it for our key too", must(folder, "age", "-d", "-i", "ours.txt", file), opened)
    decrypt = (*COMMAND, "age", "decrypt", "--out", "-", "--identity")
    check("our command opens it for a key of age", must(folder, *decrypt, "theirs.txt", file), opened)

    (first, header), *middle, (last, end) = lines(opened)
    check("the ends of the file", (first, last), ("header", "end"))
    check(
        "the header", header,
        {"format": "cognate-users", "version": 1, "pool_id": pool_id, "taken": header["taken"], "secrets": True},
    )
    check("the end", end, {"groups": 1, "users": 2, "omitted_secrets": 0})
    group = middle[0][1]
    check(
        "the group", middle[0],
        ("group", {
            "name": "staff", "description": "paid, mostly", "precedence": 4,
            "created": group["created"], "modified": group["modified"],
        }),
    )
    users = {user["username"]: user for kind, user in middle[1:] if kind == "user"}
    check("the users", set(users), {"maud", "noor"})
    for name, user in users.items():
        credential = base64.b64decode(user["password"]["native"])
        check(f"{name} has a verifier", (credential[:9], len(credential)), (b"srp6a-v1:", 9 + 16 + 384))
        check_match(f"{name} has a sub", user["sub"], UUID.pattern)
        shown = admin.admin_get_user(UserPoolId=pool_id, Username=name)
        attributes = {a["Name"]: a["Value"] for a in shown["UserAttributes"] if a["Name"] != "sub"}
        check(
            f"{name} is as the API shows them",
            (user["sub"], user["status"], user["enabled"], user["attributes"], user["groups"]),
            (subs[name], shown["UserStatus"], shown["Enabled"], attributes, ["staff"]),
        )
    app = users["maud"]["totp"]
    check("maud's app", (app["secret"], app["name"], app["last_step"] > 0), (secret, "phone", True))
    check("noor has none", users["noor"].get("totp"), None)

    code, _, err = run(folder, *COMMAND, "age", "decrypt", "--out", "x", "--identity", "other.txt", file)
    check("without a key nothing is opened", (code != 0, (Path(folder) / "x").exists()), (True, False))
    must(folder, *COMMAND, "age", "keygen", "--out", "other.txt")
    code, _, err = run(folder, "age", "-d", "-i", "other.txt", file)
    check("another key opens nothing", (code, "no identity matched" in err), (1, True))
    whole = (Path(folder) / file).read_bytes()
    refused = 0
    places = sorted({*range(0, 40), *range(60, len(whole), len(whole) // 40), len(whole) - 1})
    for at in places:
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        refused += run(folder, "age", "-d", "-i", "theirs.txt", data=bytes(changed))[0] != 0
    check("age finds each flipped bit", refused, len(places))

    # The other way round: a file of the tool, of more than one chunk.
    text = os.urandom(100_000).hex().encode()
    (Path(folder) / "plain").write_bytes(text)
    must(folder, "age", "-r", ours, "-r", theirs, "-o", "made.age", "plain")
    check("our command opens a file of age", must(folder, *decrypt, "ours.txt", "made.age"), text)
    changed = bytearray((Path(folder) / "made.age").read_bytes())
    changed[100_000] ^= 1
    (Path(folder) / "made.age").write_bytes(changed)
    code, _, err = run(folder, *COMMAND, "age", "decrypt", "--out", "y", "--identity", "ours.txt", "made.age")
    check("it finds a flipped bit", (code != 0, "cut or changed" in err, (Path(folder) / "y").exists()), (True, True, False))

    # Without a recipient.
    for format, name in (("jsonl", "jsonl"), ("csv", "csv"), ("scim", "scim.json"), ("keycloak", "keycloak.json")):
        said = must(folder, *COMMAND, "export", pool_id, "--format", format).decode()
        plain = (Path(folder) / f"{pool_id}.{name}").read_text(encoding="utf-8")
        secrets = [secret, *(user["password"]["native"][:60] for user in users.values())]
        check(f"{format} has no secret", [part for part in secrets if part in plain], [])
        check(f"{format} says what it lacks", "secrets left out: 2 passwords, 1 seed of an authenticator app" in said, True)
        check(f"{format} has both users", [name in plain for name in ("maud", "noor")], [True, True])
    header = (Path(folder) / f"{pool_id}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    names = [a["Name"] for a in pool["SchemaAttributes"] if a["Name"] not in ("sub", "identities")]
    check("the header of csv", header, [*names, "cognito:mfa_enabled", "cognito:username"])
    scim = json.loads((Path(folder) / f"{pool_id}.scim.json").read_text(encoding="utf-8"))
    check("scim", (scim["totalResults"], {u["userName"]: u["id"] for u in scim["Resources"]}), (2, subs))
    keycloak = json.loads((Path(folder) / f"{pool_id}.keycloak.json").read_text(encoding="utf-8"))
    check("keycloak", {u["username"]: (u["id"], u["credentials"]) for u in keycloak["users"]},
          {name: (sub, []) for name, sub in subs.items()})

    trail = must(folder, *COMMAND, "audit", "--operation", "ExportUsers", "--pool", pool_id).decode().splitlines()
    check(
        "the audit trail", [(json.loads(line)["caller"], json.loads(line)["detail"]) for line in trail],
        [
            *(("command-line", f"{format} without secrets") for format in ("keycloak", "scim", "csv", "jsonl")),
            ("command-line", f"jsonl with secrets for {ours} {theirs}"),
        ],
    )
