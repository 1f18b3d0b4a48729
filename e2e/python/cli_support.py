"""Runs of the AWS CLI, with `--endpoint-url` and nothing else."""

import json
import os
import subprocess

from support import ENDPOINT, check


def run(*arguments):
    """Runs `aws cognito-idp …`; returns the exit code, standard output and standard error."""
    command = [os.environ["E2E_AWS_CLI"], "--endpoint-url", ENDPOINT, "--output", "json", "cognito-idp", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def aws(*arguments):
    """Runs a call that must succeed and reads what it printed."""
    code, out, err = run(*arguments)
    if code != 0:
        raise RuntimeError(f"aws cognito-idp {arguments[0]} ended with {code}: {err}")
    return json.loads(out) if out.strip() else {}


def check_cli_refused(name, operation, want, *arguments):
    """Checks the exit code and the text that the CLI makes of a refusal."""
    code, message = want
    text = f"An error occurred ({code}) when calling the {operation} operation: {message}"
    got_code, out, err = run(*arguments)
    check(name, (got_code, out, err), (255, "", text))
