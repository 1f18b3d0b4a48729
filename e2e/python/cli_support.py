"""Calls of the AWS CLI, with `--endpoint-url` and nothing else.

The first call of a session is a run of the program `aws`. The others are made in this process by the function that `aws`
consists of, each with a driver of its own: a start of the program takes a second, most of it for imports. Standard output,
standard error and the exit code are taken and checked alike.
"""

import contextlib
import io
import json
import os
import subprocess

import awscli.clidriver

from support import ENDPOINT, check

_started = False


def run(*arguments):
    """Makes the call `aws cognito-idp …`; returns the exit code, standard output and standard error."""
    global _started
    arguments = ["--endpoint-url", ENDPOINT, "--output", "json", "cognito-idp", *arguments]
    if _started:
        return _in_this_process(arguments)
    _started = True
    command = [os.environ["E2E_AWS_CLI"], *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def _in_this_process(arguments):
    """Does what `aws` does: a new driver runs, and its result is the exit code."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = awscli.clidriver.create_clidriver().main(arguments)
        except SystemExit as ended:
            code = ended.code
    texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    return code or 0, texts[0], texts[1].strip()


def aws(*arguments):
    """Makes a call that must succeed and reads what it printed."""
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
