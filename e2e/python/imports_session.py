"""Import jobs as the service's guide does them: the AWS CLI makes and starts a job, curl sends the file."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from cli_support import aws, check_cli_refused
from support import ENDPOINT, check, check_match, session

ROLE = "arn:aws:iam::000000000000:role/import"
NOTHING_VERIFIED = ("The User Record does not set any of the auto verified attributes to true. "
                    "(Example: email_verified to true).")
# A hash of bcrypt by another program.
HASH, PASSWORD = "$2b$04$CtA.Rcu/szzn9U00wpUjOuOcPSRXAmPgej1MOtE45jaVmV6TO9Eoi", "password"


def curl(*arguments):
    """Runs curl; returns the status and everything that it printed."""
    done = subprocess.run(["curl", "-v", *arguments], capture_output=True, text=True, timeout=60, check=False)
    status = [line.split()[2] for line in done.stderr.splitlines() if line.startswith("< HTTP/")]
    return status[-1] if status else None, done.stdout, done.stderr


def upload(path, url):
    """Sends a file as the guide does."""
    return curl("-T", str(path), "-H", "x-amz-server-side-encryption:aws:kms", url)


def cognate(*arguments):
    """Runs a command of the program on the server's database; the lines that it prints."""
    command = [*json.loads(os.environ["E2E_COMMAND"]), "imports", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else done.stderr


def finished(pool, job):
    """Waits for the end of a job."""
    for _ in range(300):
        now = aws("describe-user-import-job", "--user-pool-id", pool, "--job-id", job)["UserImportJob"]
        if "CompletionDate" in now:
            return now
        time.sleep(0.2)
    raise RuntimeError(f"the job did not end: {now}")


def outcome(job):
    return (job["Status"], job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"], job["CompletionMessage"])


with session("import jobs by the AWS CLI and curl"), tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    pool = aws("create-user-pool", "--pool-name", "imports", "--auto-verified-attributes", "email")["UserPool"]["Id"]
    client = aws(
        "create-user-pool-client", "--user-pool-id", pool, "--client-name", "cli",
        "--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    )["UserPoolClient"]["ClientId"]
    header = aws("get-csv-header", "--user-pool-id", pool)
    check("the header is of the pool", header["UserPoolId"], pool)
    columns = header["CSVHeader"]
    check("the header ends with the two names", columns[-2:], ["cognito:mfa_enabled", "cognito:username"])

    def row(**values):
        """Returns a row for the whole header; `__` stands for a colon."""
        values = {name.replace("__", ":"): value for name, value in values.items()}
        return ",".join(values.get(name, "").replace(",", "\\,") for name in columns)

    created = aws("create-user-import-job", "--user-pool-id", pool, "--job-name", "first", "--cloud-watch-logs-role-arn", ROLE)
    job = created["UserImportJob"]
    check_match("the id", job["JobId"], r"import-[0-9a-zA-Z]{10}")
    check("created", (job["Status"], job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]), ("Created", 0, 0, 0))
    check_cli_refused(
        "no file, no start", "StartUserImportJob",
        ("PreconditionNotMetException", f"No csv file was uploaded for {job['JobId']}"),
        "start-user-import-job", "--user-pool-id", pool, "--job-id", job["JobId"],
    )
    # Long enough that curl asks first.
    rows = [row(cognito__username=f"user{n}", email=f"user{n}@example.com", email_verified="TRUE", name="Doe, Jane" * 40,
                cognito__mfa_enabled="false") for n in range(3_000)]
    rows[7] = row(cognito__username="user7", email="user7@example.com", email_verified="FALSE", cognito__mfa_enabled="false")
    rows[8] = rows[6]
    file = folder / "users.csv"
    file.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    check("longer than a megabyte", file.stat().st_size > 1 << 20, True)
    url = job["PreSignedUrl"]
    status, text, _ = curl("-T", str(file), url)
    check("without the header", (status, "<Code>SignatureDoesNotMatch</Code>" in text), ("403", True))
    status, text, said = upload(file, url)
    check("uploaded", (status, text), ("200", ""))
    check("curl asked whether to go on", "HTTP/1.1 100 Continue" in said, True)
    check("curl says what the guide tells to look for", "We are completely uploaded and fine" in said, True)
    started = aws("start-user-import-job", "--user-pool-id", pool, "--job-id", job["JobId"])["UserImportJob"]
    check("pending", (started["Status"], started["PreSignedUrl"]), ("Pending", url))
    check_cli_refused(
        "the pool stays as it is", "UpdateUserPool",
        ("UserImportInProgressException", "A user import job is in progress for this user pool."),
        "update-user-pool", "--user-pool-id", pool,
    )
    status, text, _ = upload(file, url)
    check("no file after the start", (status, "<Code>AccessDenied</Code>" in text), ("403", True))
    done = finished(pool, job["JobId"])
    check("the end", outcome(done), ("Succeeded", 2_998, 1, 1, "Import Job Completed Successfully."))
    log = cognate("log", job["JobId"])
    check("a line for each row", (len(log), log[0]), (3_000, "[SUCCEEDED] Line Number 2 - The import succeeded."))
    check("a row that failed", log[7], f"[FAILED] Line Number 9 - {NOTHING_VERIFIED}")
    check("a row that was skipped", log[8], "[SKIPPED] Line Number 10 - The user already exists.")
    check("nobody is in the log", [line for line in log if "user1" in line or "@" in line], [])
    user = aws("admin-get-user", "--user-pool-id", pool, "--username", "user11")
    check("a user", (user["UserStatus"], user["Enabled"]), ("RESET_REQUIRED", True))
    attributes = {one["Name"]: one["Value"] for one in user["UserAttributes"]}
    check("with the attributes of the row", (attributes["email"], attributes["email_verified"], attributes["name"]),
          ("user11@example.com", "true", "Doe, Jane" * 40))
    check_cli_refused(
        "who has no password resets it", "InitiateAuth",
        ("PasswordResetRequiredException", "Password reset required for the user"),
        "initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH",
        "--auth-parameters", f"USERNAME=user11,PASSWORD={PASSWORD}",
    )
    check("the forgotten password", aws("forgot-password", "--client-id", client, "--username", "user11")
          ["CodeDeliveryDetails"]["AttributeName"], "email")

    # With the hashes of another system.
    job = aws("create-user-import-job", "--user-pool-id", pool, "--job-name", "hashes", "--cloud-watch-logs-role-arn", ROLE,
              "--password-hashing-algorithm", "BCRYPT")["UserImportJob"]
    check("the algorithm", job["PasswordHashingAlgorithm"], "BCRYPT")
    file.write_text(
        "cognito:username,email,email_verified,password_hash\r\n"
        f"hashed,hashed@example.com,true,{HASH}\r\nbad,bad@example.com,true,{HASH}x\r\nnone,none@example.com,true,\r\n",
        encoding="utf-8-sig",
    )
    check("uploaded", upload(file, job["PreSignedUrl"])[0], "200")
    aws("start-user-import-job", "--user-pool-id", pool, "--job-id", job["JobId"])
    done = finished(pool, job["JobId"])
    check("the end", outcome(done), ("Succeeded", 2, 0, 1, "Import Job Completed Successfully."))
    users = {name: aws("admin-get-user", "--user-pool-id", pool, "--username", name)["UserStatus"] for name in ("hashed", "none")}
    check("their states", users, {"hashed": "CONFIRMED", "none": "RESET_REQUIRED"})
    def waiting():
        status = json.loads(cognate("status", pool)[0])
        return status["users"], status["on_imported_hashes"], status["jobs"][0]["status"]

    check("one waits for the old password", waiting(), (3_000, 1, "Succeeded"))
    signed_in = aws("initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH",
                    "--auth-parameters", f"USERNAME=hashed,PASSWORD={PASSWORD}")
    check("the old password signs in", "AuthenticationResult" in signed_in, True)
    check("nobody waits any more", waiting(), (3_000, 0, "Succeeded"))
    check("the pool is listed", [json.loads(line)["pool"] for line in cognate("status") if pool in line], [pool])

    # One that is stopped for good, and one that fails.
    job = aws("create-user-import-job", "--user-pool-id", pool, "--job-name", "bad", "--cloud-watch-logs-role-arn", ROLE)["UserImportJob"]
    file.write_text("cognito:username,e-mail\njane,jane@example.com\n", encoding="utf-8")
    check("uploaded", upload(file, job["PreSignedUrl"])[0], "200")
    aws("start-user-import-job", "--user-pool-id", pool, "--job-id", job["JobId"])
    done = finished(pool, job["JobId"])
    check("an unknown column", outcome(done), ("Failed", 0, 0, 0, "Column 2 of the header is no attribute of the user pool."))
    check_cli_refused(
        "it cannot be stopped", "StopUserImportJob",
        ("PreconditionNotMetException", f"User import job {job['JobId']} is in status Failed."),
        "stop-user-import-job", "--user-pool-id", pool, "--job-id", job["JobId"],
    )
    listed = aws("list-user-import-jobs", "--user-pool-id", pool, "--max-results", "10")["UserImportJobs"]
    check("the jobs, newest first", [one["JobName"] for one in listed], ["bad", "hashes", "first"])
    check("the server is where its link is", all(one["PreSignedUrl"].startswith(ENDPOINT) for one in listed), True)
    check("delete-user-pool", aws("delete-user-pool", "--user-pool-id", pool), {})
