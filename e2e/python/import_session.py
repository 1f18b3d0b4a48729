"""`cognate import`: a file of each system into one pool, and an export of that pool into a second pool and into a second,
empty server. Users sign in with the passwords that they have had."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from authenticator import App
from own_server import own_server
from pycognito import AWSSRP
from support import INCORRECT, PASSWORD, WRONG_PASSWORD, administrator, check, check_refused, messages, part, session

FILES = Path(__file__).resolve().parents[2] / "crates/moving/tests/files"
# The parameters of the project in the documents of Firebase's scrypt.
FIREBASE = """hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}"""
# How each file is read, how many users come, and who signs in with which password; None sets a new one.
SOURCES = [
    ("keycloak", "keycloak.json", ["--max-cost", "argon2-passes=5", "--map", "attributes.dept=custom:dept"], 2,
     {"petra": "password"}),
    ("auth0", "auth0.json", ["--allow-weak-hashes", "--map", "app_metadata.plan=custom:plan"], 3,
     {"ana@example.com": "test", "leo@example.com": "test123", "mia@example.com": "test123"}),
    ("firebase", "firebase.csv", ["--firebase-config", "firebase.txt"], 1, {"fay@example.com": "user1password"}),
    ("okta", "okta.json", ["--assume-verified"], 2, {"olga@example.com": "test"}),
    ("kratos", "kratos.json", ["--max-cost", "wide"], 2, {"kim@example.com": "test", "sue@example.com": "test"}),
    ("supabase", "supabase.csv", [], 2, {"fb@example.com": "mytestpassword"}),
    ("django", "django.csv", [], 4, {"dana": "lètmein", "doro": "KRONOS"}),
    ("cognito", "cognito.json", [], 2, {"jane": None}),
    ("scim", "scim.json", ["--assume-verified"], 1, {"bjensen": None}),
]
# Kratos' pat has a name of the form of an alias, whose address nobody has verified.
REFUSED = {"kratos": ["Username cannot be of email format, since user pool is configured for email alias."]}
SETTINGS = {
    "PoolName": "imports", "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
    "Schema": [{"Name": name, "AttributeDataType": "String", "Mutable": True} for name in ("plan", "dept")],
}
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def ran(folder, *words, of=None):
    """Runs a command of the program on the server's database, or on that of another server; its exit code and what it
    printed."""
    environment = dict(os.environ)
    if of is not None:
        environment = {name: value for name, value in environment.items() if not name.startswith("COGNATE_")}
        environment["COGNATE_DATA_DIR"] = str(of.folder / "data")
    command = [*json.loads(os.environ["E2E_COMMAND"]), *words]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )
    return done.returncode, done.stdout, done.stderr


def must(folder, *words, of=None):
    """Runs a command that must succeed and returns its standard output."""
    code, out, err = ran(folder, *words, of=of)
    if code != 0:
        raise RuntimeError(f"{words} ended with {code}: {err}{out[-2000:]}")
    return out


def imported(folder, *words, of=None):
    """Runs an import; its rows, and the sums without the word of a dry run."""
    code, out, err = ran(folder, "import", *words, of=of)
    *rows, last = [json.loads(line) for line in out.splitlines()]
    sums = last["sum"]
    sums.pop("dry_run")
    if code != (1 if "refused" in sums else 0):
        raise RuntimeError(f"{words} ended with {code}: {err}")
    return rows, sums


class Site:
    """A pool with a client."""

    def __init__(self, admin, pool_id, client_id):
        self.admin, self.id, self.client_id = admin, pool_id, client_id

    @classmethod
    def made(cls, admin):
        """A new one, as the files need it."""
        pool_id = admin.create_user_pool(**SETTINGS)["UserPool"]["Id"]
        return cls.of(admin, pool_id)

    @classmethod
    def of(cls, admin, pool_id):
        """A pool that is there, with a provider and a new client."""
        admin.create_identity_provider(
            UserPoolId=pool_id, ProviderName="corp", ProviderType="OIDC", ProviderDetails={
                "client_id": "c", "client_secret": "s", "authorize_scopes": "openid",
                "attributes_request_method": "GET", "oidc_issuer": "https://idp.example.com",
                "authorize_url": "https://idp.example.com/authorize", "token_url": "https://idp.example.com/token",
                "attributes_url": "https://idp.example.com/userinfo", "jwks_uri": "https://idp.example.com/jwks",
            },
        )
        client = admin.create_user_pool_client(UserPoolId=pool_id, ClientName="imports", ExplicitAuthFlows=FLOWS)
        return cls(admin, pool_id, client["UserPoolClient"]["ClientId"])

    def by_password(self, name, password):
        return self.admin.initiate_auth(
            ClientId=self.client_id, AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )

    def by_srp(self, name, password):
        """Both steps; the answer of the second."""
        return AWSSRP(name, password, self.id, self.client_id, client=self.admin).authenticate_user()

    def comes_in(self, name, password):
        """A wrong password, the right one, and then the right one by SRP, which needs the native credential."""
        check_refused(f"{name}: a wrong password", "InitiateAuth", INCORRECT,
                      lambda: self.by_password(name, WRONG_PASSWORD))
        check(f"{name}: the password", "AuthenticationResult" in self.by_password(name, password), True)
        check(f"{name}: by SRP", "AuthenticationResult" in self.by_srp(name, password), True)

    def resets(self, name):
        """Who has no password sets one by a code."""
        check_refused(f"{name}: no password yet", "InitiateAuth",
                      ("PasswordResetRequiredException", "Password reset required for the user"),
                      lambda: self.by_password(name, PASSWORD))
        self.admin.forgot_password(ClientId=self.client_id, Username=name)
        code = messages(self.id, name)[0]["code"]
        self.admin.confirm_forgot_password(
            ClientId=self.client_id, Username=name, ConfirmationCode=code, Password=PASSWORD,
        )

    def users(self):
        """Everybody, as the API shows them, by sub."""
        pages = self.admin.get_paginator("list_users").paginate(UserPoolId=self.id)
        users = [user for page in pages for user in page["Users"]]
        return {next(a["Value"] for a in user["Attributes"] if a["Name"] == "sub"): user for user in users}

    def groups(self, name):
        found = self.admin.admin_list_groups_for_user(UserPoolId=self.id, Username=name)["Groups"]
        return sorted(group["GroupName"] for group in found)


def each_source(folder, site):
    """Dry run, run, and a second run that changes nothing."""
    for system, file, options, count, _ in SOURCES:
        words = (site.id, str(FILES / file), "--from", system, *options)
        before = site.users()
        planned = imported(folder, *words, "--dry-run")
        check(f"{system}: a dry run changes nothing", site.users() == before, True)
        done = imported(folder, *words)
        check(f"{system}: it does what the dry run said", done, planned)
        after = site.users()
        check(f"{system}: users come", len(after) - len(before), count)
        check(f"{system}: who is refused", [row["reason"] for row in done[0] if row["outcome"] == "refused"],
              REFUSED.get(system, []))
        _, again = imported(folder, *words)
        unchanged = {"unchanged" if outcome == "created" else outcome: rows for outcome, rows in done[1].items()}
        check(f"{system}: the second run changes nothing", (again, site.users() == after), (unchanged, True))


def another_pool(folder, first, key, recipient):
    """An export before anybody has signed in, into a pool of another id: the hashes are in it."""
    second = Site.made(first.admin)
    must(folder, "export", first.id, "--format", "jsonl", "--recipient", recipient, "--out", "hashes.age")
    words = (second.id, "hashes.age", "--from", "jsonl", "--identity", key)
    planned = imported(folder, *words, "--dry-run")
    check("jsonl: a dry run changes nothing", second.users(), {})
    done = imported(folder, *words)
    check("jsonl: it does what the dry run said", done, planned)
    here, there = first.users(), second.users()
    check("jsonl: everybody comes with the same id", set(there), set(here))
    check("jsonl: and the same attributes",
          [sub for sub in here if here[sub]["Attributes"] != there[sub]["Attributes"]], [])
    check("jsonl: the second run changes nothing",
          imported(folder, *words)[1], {"unchanged": done[1]["created"]})
    second.comes_in("petra", "password")


def second_server(folder, site, key, recipient):
    """An export of one server into another that has its own database and keys, into a pool of the same id."""
    factors = {"UserPoolId": site.id, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": True}}
    site.admin.set_user_pool_mfa_config(**factors)
    (folder / "pool.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    with own_server() as server:
        must(folder, "pool", "create", "pool.json", "--id", site.id, of=server)
        there = administrator()
        there.set_user_pool_mfa_config(**factors)
        other = Site.of(there, site.id)

        # As late as possible: the code that is used here must still be of its time when it is tried there.
        access = site.by_password("jane", PASSWORD)["AuthenticationResult"]["AccessToken"]
        app = App(site.admin.associate_software_token(AccessToken=access)["SecretCode"])
        site.admin.verify_software_token(AccessToken=access, UserCode=app.code(0), FriendlyDeviceName="phone")
        site.admin.set_user_mfa_preference(
            AccessToken=access, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )
        must(folder, "export", site.id, "--format", "jsonl", "--recipient", recipient, "--out", "all.age")
        words = (site.id, "all.age", "--from", "jsonl")
        _, done = imported(folder, *words, "--identity", key, of=server)

        def code(steps):
            asked = other.by_password("jane", PASSWORD)
            return there.respond_to_auth_challenge(
                ClientId=other.client_id, ChallengeName=asked["ChallengeName"], Session=asked["Session"],
                ChallengeResponses={"USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": app.code(steps)},
            )

        check_refused("a code that was used before the export", "RespondToAuthChallenge",
                      ("ExpiredCodeException", "Your software token has already been used once."), lambda: code(0))
        check("the next code of jane's app", "AuthenticationResult" in code(1), True)

        said, out, err = ran(folder, "import", *words, of=server)
        check("without its key the file says nothing", (said != 0, out, "--identity" in err), (True, "", True))
        _, again = imported(folder, *words, "--identity", key, of=server)
        check("a second run changes nothing there", again, {"unchanged": done["created"]})

        def shown(site):
            names = ("Username", "Attributes", "UserCreateDate", "Enabled", "UserStatus")
            return {sub: {name: user[name] for name in names} for sub, user in site.users().items()}

        before, after = shown(site), shown(other)
        check("the same users are there", [sub for sub in before | after if before.get(sub) != after.get(sub)], [])
        check("in the same groups", (other.groups("jane"), other.groups("petra")), (["admins"], ["staff"]))
        # Natively from here on: SRP alone.
        for name, password in (("dana", "lètmein"), ("mia@example.com", "test123"), ("bjensen", PASSWORD)):
            check(f"{name} signs in there by SRP", "AuthenticationResult" in other.by_srp(name, password), True)
        check_refused("and not with another password", "RespondToAuthChallenge", INCORRECT,
                      lambda: other.by_srp("dana", WRONG_PASSWORD))
        # Who has not signed in since has the hash still.
        check("ana's password", other.by_password("ana@example.com", "test").get("ChallengeName"), "SOFTWARE_TOKEN_MFA")


with session("import"), tempfile.TemporaryDirectory(prefix="cognate-import-") as name:
    folder = Path(name)
    (folder / "firebase.txt").write_text(FIREBASE, encoding="utf-8")
    site = Site.made(administrator())
    with part("a file of each system"):
        each_source(folder, site)
    recipient = must(folder, "age", "keygen", "--out", "key.txt").removeprefix("Public key: ").strip()
    with part("into another pool"):
        another_pool(folder, site, "key.txt", recipient)
    with part("sign-ins"):
        for _, _, _, _, users in SOURCES:
            for name, password in users.items():
                if password is None:
                    site.resets(name)
                    check(f"{name}: by SRP", "AuthenticationResult" in site.by_srp(name, PASSWORD), True)
                else:
                    site.comes_in(name, password)
    with part("into a second server"):
        second_server(folder, site, "key.txt", recipient)
