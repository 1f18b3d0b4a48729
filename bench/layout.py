"""Writes crates/server/order.ld: which functions of the program stand together in its file.

An idle server and a first session execute some thousands of functions, a few megabytes out of thirty-five, spread over the whole
file; the kernel maps 64 KiB around each. The linker puts those named here beside each other (docs/PERFORMANCE.md, "The order of
functions"). Names stand without their hashes, so that the file stays good when a dependency or the compiler changes; one that fits
nothing any more does no harm. Where a name without its hash fits many functions, all of them are taken if they are small together.

    CARGO_PROFILE_RELEASE_STRIP=none cargo build --release -p cognate-server
    target/tools/venv/bin/python bench/layout.py target/release/cognate

It needs valgrind and nm, and boto3, which the tools of the tests have.
"""

import collections
import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config

OUT = pathlib.Path(__file__).parent.parent / "crates/server/order.ld"
# Bytes of all functions that one name may fit: of the start, where each is in memory as long as the server runs, and of requests.
AT_START, OF_REQUESTS = 256 << 10, 8 << 10
PORT = 9977
SECONDS = 20


def executed(program, session):
    """Returns the functions that a server executes from its start to its end, by their names in the file."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        command = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}", program]
        command += ["dev", "--listen", f"127.0.0.1:{PORT}", "--data-dir", f"{folder}/data"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            session()
        finally:
            server.terminate()
            server.wait()
        found = re.findall(r"^c?fn=\(\d+\) (.+)$", out.read_text(errors="replace"), re.M)
    return {re.sub(r"'\d+$", "", name.strip()) for name in found}


def first_session():
    """What a first session asks for, and an administrator."""
    service = boto3.client(
        "cognito-idp",
        endpoint_url=f"http://127.0.0.1:{PORT}",
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(read_timeout=120, retries={"max_attempts": 1}),
    )
    for _ in range(120):
        with contextlib.suppress(Exception):
            service.list_user_pools(MaxResults=1)
            break
        time.sleep(0.5)
    pool = service.create_user_pool(PoolName="layout")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = service.create_user_pool_client(UserPoolId=pool, ClientName="layout", ExplicitAuthFlows=flows)
    client = client["UserPoolClient"]["ClientId"]
    password = "Layout-1-password"
    email = [{"Name": "email", "Value": "jane@example.com"}]
    for turn in range(3):
        name = f"jane{turn}"
        service.sign_up(ClientId=client, Username=name, Password=password, UserAttributes=email)
        service.admin_confirm_sign_up(UserPoolId=pool, Username=name)
        given = {"USERNAME": name, "PASSWORD": password}
        answer = service.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)
        tokens = answer["AuthenticationResult"]
        service.get_user(AccessToken=tokens["AccessToken"])
        refresh = {"REFRESH_TOKEN": tokens["RefreshToken"]}
        service.initiate_auth(ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=refresh)
        service.admin_get_user(UserPoolId=pool, Username=name)
        service.list_users(UserPoolId=pool)
        service.describe_user_pool(UserPoolId=pool)
    # What an idle server does.
    time.sleep(SECONDS)


def pattern(name):
    """Returns a name without what changes from build to build."""
    name = re.sub(r"17h[0-9a-f]{16}E.*$", "17h*", name)
    name = re.sub(r"Cs[0-9A-Za-z]+_", "Cs*_", name)
    return re.sub(r"\.(llvm|part|constprop|isra|cold)\..*$", "*", name)


def main(program):
    sizes = {}
    listed = subprocess.run(["nm", "-S", program], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        parts = line.split()
        if len(parts) == 4 and parts[2] in "tTwW":
            sizes[parts[3]] = int(parts[1], 16)
    together = collections.Counter()
    for name, size in sizes.items():
        together[pattern(name)] += size

    def fitting(names, most):
        patterns = {pattern(name) for name in names if name in sizes}
        return sorted((together[p] > AT_START // 16, p) for p in patterns if together[p] <= most)

    start = executed(program, lambda: time.sleep(SECONDS))
    session = executed(program, first_session)
    first = [p for _, p in fitting(start, AT_START)]
    then = [p for _, p in fitting(session, OF_REQUESTS) if p not in set(first)]
    lines = ["/* Generated by bench/layout.py, which says what it is for. */", "SECTIONS", "{", "  .text.first :", "  {"]
    # What the compiler holds for rare has a section of another name.
    lines += [f"    *(.text.{p} .text.unlikely.{p})" for p in first + then]
    lines += ["  }", "}", "INSERT BEFORE .text;", ""]
    OUT.write_text("\n".join(lines))
    moved = sum(together[p] for p in first), sum(together[p] for p in then)
    print(f"{len(start)} functions at the start, {len(session)} with a session; {len(first)} and {len(then)} names,")
    print(f"{moved[0] >> 10} and {moved[1] >> 10} KiB of functions, a file of {OUT.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main(sys.argv[1])
