"""What `cognate dev` prints is true: its example for the AWS CLI works when it is pasted, and so do its variables."""

import json
import os
import subprocess
from pathlib import Path

from support import ENDPOINT, check, check_match, session

with session("banner"):
    printed = os.environ["E2E_BANNER"].splitlines()
    check("the last line", printed[-1], "Ready.")
    example = "\n".join(printed[printed.index("Try it:") + 1 :]).split("\n\n")[0]
    exports = "\n".join(line for line in printed if line.strip().startswith("export "))

    def shell(script):
        """Runs lines of a POSIX shell in an environment that knows nothing but where `aws` is."""
        path = f"{Path(os.environ['E2E_AWS_CLI']).parent}:/usr/bin:/bin"
        kept = {name: os.environ[name] for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "NO_PROXY")}
        done = subprocess.run(
            ["sh", "-euc", script], env=kept | {"PATH": path}, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{script}\nended with {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    made = shell(example)["UserPool"]
    check("the example makes a pool", made["Name"], "demo")
    check_match("the pool has an id", made["Id"], r"us-east-1_[0-9A-Za-z]{9}")
    found = shell(f"{exports}\naws cognito-idp describe-user-pool --user-pool-id {made['Id']}")["UserPool"]
    check("the variables are enough for the AWS CLI", (found["Id"], found["Name"]), (made["Id"], "demo"))
    check("the endpoint is in the text", any(ENDPOINT in line for line in printed), True)
    steps = printed[printed.index("Next:") + 1 : -1]
    check("five lines say what to do next", len(steps), 5)
    check("one of them leads to the pools", f"  Pools and their pages, in a browser: {ENDPOINT}/" in steps, True)
