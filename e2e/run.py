#!/usr/bin/env python3
"""Runs sessions of real clients against one `cognate dev` server, and counts their checks.

Sessions that wait for something, and those about pages, run beside the others; those that move the server's clock run
alone, at the end.

usage: run.py --server PROGRAM --aws-cli PROGRAM --rust-sdk PROGRAM [--node PROGRAM] [--database-url URL] [--repeat N]
              [SESSION …]

The server is started on a free port with a database of its own: SQLite in a temporary folder, or the PostgreSQL
database that the URL names. It is stopped at the end, whatever happened. The last line is `N passed, N failed`.
"""

import argparse
import base64
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "python"))
from certificates import certificate, provider_key  # noqa: E402

# In this order.
SESSIONS = [
    "python/banner_session.py",
    "python/first_minutes_session.py",
    "python/boto3_session.py",
    "python/boto3_challenges.py",
    "python/reported_session.py",
    "python/every_field_session.py",
    "python/every_field_clients.py",
    "python/every_field_around.py",
    "python/every_field_providers.py",
    "python/aws_cli.py",
    "python/every_field_cli.py",
    "python/backup_session.py",
    "python/imports_session.py",
    "python/mfa_session.py",
    "python/risk_session.py",
    "python/triggers_session.py",
    "python/triggers_tokens.py",
    "python/triggers_migration.py",
    "python/triggers_wrong_answers.py",
    "python/custom_sender_session.py",
    "python/senders_session.py",
    "python/logs_session.py",
    "python/plan_change_session.py",
    "python/mail_session.py",
    "python/events_session.py",
    "python/export_session.py",
    "python/import_session.py",
    "python/seed_session.py",
    "python/helpers_session.py",
    "python/impersonate_session.py",
    "python/doctor_session.py",
    "python/worlds_session.py",
    "node/helpers.mjs",
    "rust/sdk",
    "node/sdk_v3.mjs",
    "node/sdk_v3_first_factors.mjs",
    "node/sdk_v3_challenges.mjs",
    "python/pycognito_session.py",
    "python/pycognito_devices.py",
    "python/pycognito_mfa.py",
    "node/identity_js.mjs",
    "node/identity_js_devices.mjs",
    "node/identity_js_mfa.mjs",
    "node/identity_js_custom_auth.mjs",
    "node/amplify.mjs",
    "node/amplify_first_factors.mjs",
    "python/first_factors_session.py",
    "node/amplify_devices.mjs",
    "node/amplify_mfa.mjs",
    "node/amplify_custom_auth.mjs",
    "python/custom_auth_session.py",
    "python/upstream_session.py",
    "node/amplify_upstream.mjs",
    "node/email_names.mjs",
    "node/passkeys.mjs",
    "node/passkeys_amplify.mjs",
    "node/aws_jwt_verify.mjs",
    "node/jose.mjs",
    "python/pyjwt_session.py",
    "python/token_endpoint_session.py",
    "python/cimd_session.py",
    "shell/oauth_by_curl.sh",
    "python/pages_by_http.py",
    "python/registration_session.py",
    "python/federation_oidc.py",
    "node/federation_oidc_provider.mjs",
    "node/federation_social.mjs",
    "node/openid_client.mjs",
    "node/openid_client_standard.mjs",
    "node/oidc_client_ts.mjs",
    "node/amplify_redirect.mjs",
    "node/next_auth.mjs",
    "node/passport_oauth2.mjs",
    "python/mcp_session.py",
    "python/mcp_documents.py",
    "node/mcp_session.mjs",
    "python/federation_pysaml2.py",
    "node/federation_pysaml2.mjs",
    "node/federation_samlify.mjs",
    "node/pages_scripts.mjs",
    "node/pages_walk.mjs",
    "node/pages_passkeys.mjs",
    "node/branding_keys.mjs",
    "node/gallery_session.mjs",
    "node/amplify_rotation.mjs",
    "python/recovery_session.py",
    "python/clock_session.py",
]
# These spend most of their time waiting: for the next code of an authenticator app, for instance.
WAITING = {
    "node/sdk_v3_challenges.mjs", "node/identity_js.mjs", "python/triggers_wrong_answers.py", "python/mail_session.py",
    "python/upstream_session.py", "node/amplify_upstream.mjs",
}
# These open the pages of a pool, most of them in a browser.
PAGES = {
    "shell/oauth_by_curl.sh", "python/pages_by_http.py", "python/registration_session.py", "python/federation_oidc.py", "node/federation_oidc_provider.mjs",
    "node/federation_social.mjs", "node/openid_client.mjs", "node/openid_client_standard.mjs",
    "node/oidc_client_ts.mjs", "node/amplify_redirect.mjs", "node/next_auth.mjs", "node/passport_oauth2.mjs",
    "node/pages_scripts.mjs", "node/pages_walk.mjs", "node/pages_passkeys.mjs",
    "node/branding_keys.mjs", "node/gallery_session.mjs",
    "python/federation_pysaml2.py", "node/federation_pysaml2.mjs", "node/federation_samlify.mjs",
    "python/mcp_session.py", "python/mcp_documents.py", "node/mcp_session.mjs",
}
# One engine runs each of these. They show what a client, a browser or another program makes of the server's answers, which
# the tests of the domain compare on both engines; the two halves take about as long.
ONE_ENGINE = {
    "node/gallery_session.mjs": "sqlite",
    "python/import_session.py": "sqlite",
    "python/helpers_session.py": "sqlite",
    "python/impersonate_session.py": "sqlite",
    "python/doctor_session.py": "sqlite",
    "python/worlds_session.py": "sqlite",
    "python/first_minutes_session.py": "postgres",
    "node/helpers.mjs": "sqlite",
    "python/risk_session.py": "sqlite",
    "python/every_field_cli.py": "sqlite",
    "python/triggers_wrong_answers.py": "sqlite",
    "node/federation_oidc_provider.mjs": "sqlite",
    "node/federation_samlify.mjs": "sqlite",
    "node/pages_scripts.mjs": "sqlite",
    "python/mcp_session.py": "sqlite",
    "python/mcp_documents.py": "sqlite",
    "node/mcp_session.mjs": "postgres",
    "python/aws_cli.py": "postgres",
    "python/export_session.py": "postgres",
    "python/mail_session.py": "postgres",
    "node/federation_social.mjs": "postgres",
    "node/federation_pysaml2.mjs": "postgres",
    "node/pages_walk.mjs": "postgres",
}
# These move the server's clock.
ALONE = {"node/amplify_rotation.mjs", "python/recovery_session.py", "python/clock_session.py"}
START_SECONDS = 30
# The walk through all pages takes three minutes on two busy cores, and more on slower ones.
SESSION_SECONDS = 900


class Server:
    """A development server that runs as a child process."""

    def __init__(self, program, folder, database_url):
        # An own environment: nothing that the caller has set may change what is tested.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("COGNATE_", "AWS_"))
        }
        if not database_url:
            self.environment["COGNATE_DATA_DIR"] = str(folder / "data")
        else:
            self.environment["COGNATE_DATABASE_URL"] = database_url
            self.environment["COGNATE_SEALING_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
        self.command = [str(program)]
        self.log = (folder / "server.log").open("w", encoding="utf-8")
        self.printed = []
        self.ready = threading.Event()
        self.process = subprocess.Popen(
            [*self.command, "dev", "--listen", "127.0.0.1:0"],
            env=self.environment, cwd=folder, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            if self.printed[-1] == "Ready.":
                self.ready.set()
        self.ready.set()

    def endpoint(self):
        """Waits for the line `Ready.` and finds the endpoint among the lines before it."""
        if not self.ready.wait(START_SECONDS) or "Ready." not in self.printed:
            raise RuntimeError("the server did not become ready; it printed:\n" + "\n".join(self.printed))
        for line in self.printed:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                return found.group()
        raise RuntimeError("the server printed no endpoint:\n" + "\n".join(self.printed))

    def stop(self):
        """Asks the server to end; one that does not within ten seconds is a failure."""
        self.process.terminate()
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = "killed after ten seconds"
        self.log.close()
        return code


def tally(lines):
    """Counts the checks of one session."""
    return sum(line.startswith("ok - ") for line in lines), sum(line.startswith("not ok - ") for line in lines)


def run_session(name, environment, options):
    """Runs one session and returns its counts."""
    if name == "rust/sdk":
        command = [str(Path(options.rust_sdk).absolute())]
    elif name.endswith(".sh"):
        command = ["bash", str(HERE / name)]
    else:
        command = [options.node if name.endswith(".mjs") else sys.executable, str(HERE / name)]
    started = time.monotonic()
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=SESSION_SECONDS, check=False,
        )
        lines, code = done.stdout.splitlines(), done.returncode
    except subprocess.TimeoutExpired as late:
        lines = (late.stdout or b"").decode(errors="replace").splitlines()
        code = f"stopped after {SESSION_SECONDS} s"
    passed, failed = tally(lines)
    if failed == 0 and (code != 0 or passed == 0):
        lines.append(f"not ok - {name} ended with {code} after {passed} checks")
        failed = 1
    # In one piece, since two sessions can end at the same time.
    head = f"# {name}: {passed} passed, {failed} failed, {time.monotonic() - started:.1f} s"
    if options.repeat > 1 and not failed:
        lines = []
    sys.stdout.write("".join(f"{line}\n" for line in [head, *(f"  {line}" for line in lines)]))
    sys.stdout.flush()
    return passed, failed


def run_sessions(names, environment, options):
    """Runs sessions one after another and returns the sums of their counts."""
    counts = [run_session(name, environment, options) for name in names]
    return sum(passed for passed, _ in counts), sum(failed for _, failed in counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, type=Path, help="the cognate program")
    parser.add_argument("--aws-cli", required=True, help="the path of the aws program")
    parser.add_argument("--rust-sdk", required=True, help="the program that e2e/rust builds")
    parser.add_argument("--node", default="node", help="the Node.js program, version 20 or later")
    parser.add_argument("--database-url", help="an empty PostgreSQL database; without it, SQLite")
    parser.add_argument("--output", type=Path, default=HERE.parent / "target/e2e", help="the folder of screenshots")
    parser.add_argument("--repeat", type=int, default=1, help="how often each session runs; only failures are told")
    parser.add_argument("sessions", nargs="*", default=[], help="which sessions to run (all of them)")
    options = parser.parse_args()
    chosen = [name for name in SESSIONS if not options.sessions or any(word in name for word in options.sessions)]
    engine = "postgres" if options.database_url else "sqlite"
    if not options.sessions:
        chosen = [name for name in chosen if ONE_ENGINE.get(name, engine) == engine]
    if not chosen:
        parser.error("no session has such a name")

    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-") as folder:
        server = Server(options.server.resolve(), Path(folder), options.database_url)
        try:
            endpoint = server.endpoint()
            print(f"# the server listens at {endpoint}")
            authority, chain, private = certificate(Path(folder))
            provider_certificate, provider_private = provider_key(Path(folder))
            environment = server.environment | {
                "E2E_ENDPOINT": endpoint,
                "E2E_ENGINE": engine,
                "E2E_OUTPUT": str(options.output.absolute() / engine),
                "E2E_TLS_CERT": str(chain),
                "E2E_TLS_KEY": str(private),
                "E2E_PROVIDER_CERT": str(provider_certificate),
                "E2E_PROVIDER_KEY": str(provider_private),
                "E2E_PYTHON": sys.executable,
                "E2E_NODE": options.node,
                "NODE_EXTRA_CA_CERTS": str(authority),
                "E2E_COMMAND": json.dumps(server.command),
                "E2E_AWS_CLI": str(Path(options.aws_cli).absolute()),
                "E2E_BANNER": "\n".join(server.printed),
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
                # No settings of the person who runs this, and no proxy on the way to the server.
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
                "NODE_NO_WARNINGS": "1",
                "PYTHONWARNINGS": "ignore",
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            alone = [name for name in chosen if name in ALONE]
            lanes = [[name for name in chosen if name in lane] for lane in (WAITING, PAGES)]
            lanes.append([name for name in chosen if name not in WAITING | PAGES | ALONE])
            counts = []
            for _ in range(options.repeat):
                with ThreadPoolExecutor(len(lanes)) as pool:
                    counts.extend(pool.map(lambda names: run_sessions(names, environment, options), lanes))
                counts.append(run_sessions(alone, environment, options))
            passed += sum(one for one, _ in counts)
            failed += sum(one for _, one in counts)
        except RuntimeError as error:
            print(f"not ok - {error}")
            failed += 1
        finally:
            code = server.stop()
        if code == 0:
            passed += 1
        else:
            print(f"not ok - the server ended with {code} when it was asked to stop")
            failed += 1
        if failed:
            print("# the last lines of the server's log:")
            for line in (Path(folder) / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()[-60:]:
                print(f"#   {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
