"""`cognate backup`, the real command: a server is backed up while it serves, proven, and restored elsewhere; a pool comes back
to the server that lost it. boto3 and pycognito go on with what they held.
"""

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import support
from own_server import own_server
from pycognito import AWSSRP
from support import PASSWORD, Pool, administrator, check, check_match, check_refused, session


def cognate(data, *words):
    """Runs the command on a data folder; returns the exit code and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
    command = [*json.loads(os.environ["E2E_COMMAND"]), *words, "--data-dir", str(data), "--log-level", "error"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def goes_on(name, pool_id, client_id, tokens, keys):
    """Checks that what a client held before the backup is good now."""
    client = administrator()
    check(f"{name}: a token from before", client.get_user(AccessToken=tokens["AccessToken"])["Username"], "grace")
    renewed = client.initiate_auth(
        ClientId=client_id, AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
    )["AuthenticationResult"]
    check(f"{name}: the refresh token from before",
          client.get_user(AccessToken=renewed["AccessToken"])["Username"], "grace")
    srp = AWSSRP("grace", PASSWORD, pool_id, client_id, client=client)
    check_match(f"{name}: SRP", srp.authenticate_user()["AuthenticationResult"]["AccessToken"], r"[\w-]+(\.[\w-]+){2}")
    check(f"{name}: the published keys", support.get_json(f"/{pool_id}/.well-known/jwks.json"), keys)


with session("backup"), tempfile.TemporaryDirectory(prefix="cognate-e2e-backup-") as folder:
    folder = Path(folder)
    identity, place, there, here = (folder / name for name in ("identity", "backups", "there", "here"))
    code, printed, _ = cognate(there, "backup", "key", "--out", str(identity))
    recipient = printed.strip()
    check_match("a recipient is printed", recipient, r"age1[0-9a-z]{58}")
    check("the identity is its owner's", identity.stat().st_mode & 0o777, 0o600)

    with own_server("--data-dir", str(there), "--issuer", "aws"):
        client = administrator()
        pool = Pool(client, "backup", ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
        pool.confirmed_user("grace")
        tokens = pool.sign_in("grace")
        keys = support.get_json(f"/{pool.id}/.well-known/jwks.json")
        code, printed, refused = cognate(there, "backup", "create", "--to", str(place))
        check("nothing is written without a recipient", (code, "name a recipient" in refused), (1, True))
        create = ("backup", "create", "--to", str(place), "--recipient", recipient)
        code, printed, _ = cognate(there, *create)
        check("the server is backed up while it serves", code, 0)
        server = printed.splitlines()[0]
        check_match("the archive has a name", server,
                    re.escape(str(place)) + r"/cognate-server-\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl\.zst\.age")
        check("the archive is its owner's", Path(server).stat().st_mode & 0o777, 0o600)
        check("the archive is an age file", Path(server).read_bytes()[:22], b"age-encryption.org/v1\n")
        sha256 = printed.split()[-1]
        code, printed, _ = cognate(there, *create, "--pool", pool.id)
        one = printed.splitlines()[0]
        code, printed, _ = cognate(there, "backup", "list", str(place))
        check("both archives are listed", sorted(line.split()[-1] for line in printed.splitlines()), sorted([server, one]))
        code, printed, error = cognate(there, "backup", "verify", server, "--identity", str(identity))
        check("the archive is proven", (code, printed.splitlines()[-2:]),
              (0, [f"a new user signs in to {pool.id}", "the archive is whole"]))

        client.delete_user_pool(UserPoolId=pool.id)
        check_refused("the pool is gone", "DescribeUserPool",
                      ("ResourceNotFoundException", f"User pool {pool.id} does not exist."),
                      lambda: client.describe_user_pool(UserPoolId=pool.id))
        code, printed, error = cognate(there, "backup", "restore", one, "--identity", str(identity))
        check("the pool is restored", (code, printed), (0, f"{pool.id} is back\n"))
        # A server notices what another process writes within a second.
        time.sleep(1.5)
        goes_on("the same server", pool.id, pool.client_id, tokens, keys)

    changed = bytearray(Path(server).read_bytes())
    changed[len(changed) // 2] ^= 1
    bad = folder / "cognate-bad.jsonl.zst.age"
    bad.write_bytes(changed)
    restore = ("backup", "restore", "--identity", str(identity))
    code, _, refused = cognate(here, *restore, str(bad))
    check("a changed archive is refused", (code, "was cut or changed" in refused), (1, True))
    code, _, refused = cognate(here, *restore, server, "--sha256", "0" * 64)
    check("another archive is refused", (code, sha256 in refused), (1, True))
    code, printed, error = cognate(here, *restore, server, "--sha256", sha256)
    check("the server is restored elsewhere", (code, bool(re.fullmatch(r"\d+ rows are restored\n", printed))), (0, True))
    code, _, refused = cognate(here, *restore, server)
    check("once", (code, "the database is not empty" in refused), (1, True))
    with own_server("--data-dir", str(here), "--issuer", "aws"):
        goes_on("another server", pool.id, pool.client_id, tokens, keys)
    check("another sealing key", (there / "sealing.key").read_text() != (here / "sealing.key").read_text(), True)
