"""boto3 and the command line: `cognate pool plan-change` while users sign in, and what Terraform reads afterwards."""

import json
import os
import subprocess

from own_server import own_server
from support import PASSWORD, Pool, administrator, check, check_match, session

with session("plan-change"), own_server() as server:
    client = administrator()
    pool = Pool(client, "plan-change", ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])

    def command(*words, code=0):
        """Runs the program as an operator does, beside the server that has the database."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
        environment["COGNATE_DATA_DIR"] = str(server.folder / "data")
        done = subprocess.run(
            [*json.loads(os.environ["E2E_COMMAND"]), "pool", "plan-change", pool.id, *words],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )
        if done.returncode != code:
            raise RuntimeError(f"{words} ended with {done.returncode}: {done.stdout} {done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def status(*words):
        return json.loads(command(*words, "--json"))

    def made(name, email):
        client.admin_create_user(
            UserPoolId=pool.id, Username=name, MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        client.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=PASSWORD, Permanent=True)
        return sub_of(name)

    def sub_of(name):
        user = client.admin_get_user(UserPoolId=pool.id, Username=name)
        return {each["Name"]: each["Value"] for each in user["UserAttributes"]}["sub"]

    def signs_in(name):
        try:
            client.initiate_auth(
                ClientId=pool.client_id, AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
            )
        except client.exceptions.NotAuthorizedException:
            return False
        except client.exceptions.UserNotFoundException:
            return False
        return True

    def described():
        shown = client.describe_user_pool(UserPoolId=pool.id)["UserPool"]
        names = ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration")
        return {name: shown[name] for name in names if name in shown}

    made("Ada", "ada@example.com")
    bob, twin = made("bob", "bob@example.com"), made("twin", "bob@example.com")

    words = ["--set", "alias-attributes=email", "--set", "case-sensitive=false"]
    plan = status("plan", *words)
    check("one conflict is found", [(c["kind"], c["name"]) for c in plan["conflicts"]], [("name-shared", "bob@example.com")])
    check("who claims the name", sorted(u["sub"] for u in plan["conflicts"][0]["users"]), sorted([bob, twin]))
    check("nothing is changed", described(), {})
    check_match(
        "a conflict that nobody decided is refused", command("apply", plan["plan"], code=1).strip(),
        r"(?s).*conflict [0-9a-f]{16} is not decided.*",
    )
    file = server.folder / "decisions.json"
    decisions = {plan["conflicts"][0]["id"]: {"keep": twin}}
    file.write_text(json.dumps({"plan": plan["plan"], "hash": plan["hash"], "decisions": decisions}), encoding="utf-8")
    done = status("apply", plan["plan"], "--decisions", str(file))
    check("the change is applied", (done["state"], done["changed_users"]), ("applied", 1))
    check(
        "what a tool of infrastructure reads", described(),
        {"AliasAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False}},
    )
    check("names have no case", [signs_in(name) for name in ("ada", "ADA", "Ada")], [True] * 3)
    check("addresses are names", [signs_in(name) for name in ("Ada@Example.com", "bob@example.com")], [True] * 2)
    check("the name is the one's who was chosen", sub_of("bob@example.com"), twin)

    check("it is undone", status("undo", plan["plan"])["state"], "undone")
    check("the settings are the earlier ones", described(), {})
    check("and so are the names", [signs_in(name) for name in ("Ada", "ada", "bob@example.com")], [True, False, False])

    plan = status("plan", *words)
    file.write_text(json.dumps({"plan": plan["plan"], "hash": plan["hash"], "decisions": decisions}), encoding="utf-8")
    status("apply", plan["plan"], "--decisions", str(file))
    check("it is finished", status("finish", plan["plan"])["state"], "finished")
    check_match("then nothing is undone", command("undo", plan["plan"], code=1).strip(), r"(?s).*is finished.*")

    plan = status("plan", "--set", "alias-attributes=none")
    status("apply", plan["plan"])
    check(
        "without aliases the member is still there", described(),
        {"AliasAttributes": [], "UsernameConfiguration": {"CaseSensitive": False}},
    )
    check("the address is no name any more", [signs_in(name) for name in ("bob@example.com", "TWIN")], [False, True])
    check_match("as text", command("status"), r"(?s)plan\t[0-9a-f]{16}\nstate\tapplied\n.*")
