"""`cognate dev --impersonate`: libraries that have Amazon's hosts in their code find this server there.

The session runs itself again in name spaces of its own, in which no network but this machine is reached and /etc/hosts is a copy:
no library is told of an endpoint or of a resolver, and nothing of the machine changes. It needs `unshare`, as an ordinary user or,
where name spaces of users are off, as root.
"""

import os
import subprocess
import sys
from pathlib import Path

INSIDE = "E2E_IMPERSONATE_INSIDE"
WAYS = (["unshare", "-r", "-m", "-n"], ["unshare", "-m", "-n"], ["sudo", "-n", "-E", "unshare", "-m", "-n"])
LIBRARIES = Path(sys.prefix).parent / "impersonate"
REGION = "us-east-1"
API, DOMAIN = f"cognito-idp.{REGION}.amazonaws.com", f"shop.auth.{REGION}.amazoncognito.com"
POOL, CLIENT = f"{REGION}_Standin01", "standin"
ISSUER = f"https://{API}/{POOL}"
SEED = f"""
pools:
- id: {POOL}
  settings: {{PoolName: stand-in, AutoVerifiedAttributes: [email]}}
  domains: [{{Domain: shop}}]
  clients:
  - id: {CLIENT}
    settings:
      ClientName: web
      ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid]
      CallbackURLs: ["http://localhost:3000/"]
      SupportedIdentityProviders: [COGNITO]
  users:
  - {{username: jane, password: Correct-Horse-7, attributes: {{email: jane@example.com, email_verified: true}}}}
"""


def outside():
    """Runs the session in name spaces of its own, by the first way that this machine allows."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment[INSIDE] = "1"
    why = []
    for way in WAYS:
        try:
            tried = subprocess.run([*way, "true"], capture_output=True, text=True, timeout=20, check=False)
        except OSError as error:
            why.append(f"{way[0]}: {error}")
            continue
        if tried.returncode == 0:
            return subprocess.run([*way, sys.executable, __file__], env=environment, check=False).returncode
        why.append(f"{' '.join(way)}: {tried.stderr.strip()}")
    print(f"not ok - this machine allows no name spaces: {'; '.join(why)}")
    return 1


if INSIDE not in os.environ:
    sys.exit(outside())

import datetime  # noqa: E402
import fcntl  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import shlex  # noqa: E402
import socket  # noqa: E402
import ssl  # noqa: E402
import struct  # noqa: E402
import tempfile  # noqa: E402

import boto3  # noqa: E402
import requests  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from own_server import own_server  # noqa: E402
from support import PASSWORD, check, check_raises, claims, session, tampered  # noqa: E402

# Behind the environment's, which has newer ones of what both have.
sys.path.append(str(LIBRARIES))


def loopback_up():
    """Switches the loopback interface of this name space on (SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(link, 0x8913, request))[1]
        fcntl.ioctl(link, 0x8914, struct.pack("16sH22x", b"lo", flags | 1))


def own_hosts(folder):
    """Puts a copy of /etc/hosts in its place, in this name space alone; returns what it says."""
    text = Path("/etc/hosts").read_text(encoding="utf-8")
    copy = folder / "hosts"
    copy.write_text(text, encoding="utf-8")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", str(copy), "/etc/hosts"], check=True)
    return text


def exported(lines):
    """The variables in the lines that begin with `export`, as a shell would read them."""
    words = [word for line in lines if line.strip().startswith("export ") for word in shlex.split(line)[1:]]
    return dict(word.split("=", 1) for word in words)


def forged(authority, host):
    """A certificate for any host by the authority's key, and its own key, in one PEM file."""
    signer = serialization.load_pem_private_key((authority.parent.parent / "ca.key").read_bytes(), None)
    issuer = x509.load_pem_x509_certificate(authority.read_bytes())
    named = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(issuer.subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(named.value), critical=False)
        .sign(signer, hashes.SHA256())
    )
    path = authority.parent / "forged.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


def believed(authority, chain, host):
    """What OpenSSL says of a server's certificate, in memory."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(authority))
    server.load_cert_chain(str(chain))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
    return "believed"


def check_authority(authority):
    for host in (API, DOMAIN):
        check(f"OpenSSL believes the authority about {host}", believed(authority, forged(authority, host), host), "believed")
    for host in ("sts.amazonaws.com", "cognito-idp.eu-west-1.amazonaws.com", "login.example.com"):
        check(f"OpenSSL does not believe it about {host}", believed(authority, forged(authority, host), host),
              "permitted subtree violation")


def check_sdks(server):
    """boto3, the AWS CLI and pycognito at their default endpoints; returns the tokens of a user."""
    client = boto3.client("cognito-idp", region_name=REGION)
    check("boto3 goes where it goes by default", client.meta.endpoint_url, f"https://{API}")
    pool = client.describe_user_pool(UserPoolId=POOL)["UserPool"]
    check("boto3 sees the pool", (pool["Name"], pool["Domain"]), ("stand-in", "shop"))
    command = [os.environ["E2E_AWS_CLI"], "--region", REGION, "cognito-idp", "list-user-pools", "--max-results", "5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    listed = [pool["Id"] for pool in json.loads(done.stdout or "{}").get("UserPools", [])]
    check("the AWS CLI lists the pool", (done.returncode, done.stderr.strip(), listed), (0, "", [POOL]))

    from pycognito import Cognito

    user = Cognito(POOL, CLIENT, username="jane")
    user.authenticate(PASSWORD)
    check("pycognito signs in by SRP and verifies both tokens", (user.id_claims["iss"], user.access_claims["client_id"]),
          (ISSUER, CLIENT))
    plain = boto3.client("cognito-idp", region_name=REGION, endpoint_url=server.endpoint)
    given = {"USERNAME": "jane", "PASSWORD": PASSWORD}
    result = plain.initiate_auth(ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)["AuthenticationResult"]
    check("by the other address the issuer is the same", claims(result["AccessToken"])["iss"], ISSUER)
    return result["AccessToken"], result["IdToken"]


def check_cognitojwt(access, identity):
    import cognitojwt

    for use, token in (("access", access), ("ID", identity)):
        found = cognitojwt.decode(token, REGION, POOL, app_client_id=CLIENT)
        check(f"cognitojwt verifies the {use} token", (found["iss"], found["token_use"]), (ISSUER, use.lower()))
    check_raises("cognitojwt refuses a changed token", ("CognitoJWTException", "Signature verification failed"),
                 lambda: cognitojwt.decode(tampered(access), REGION, POOL))


def check_fastapi(access, identity):
    from fastapi import Depends, FastAPI
    from fastapi.testclient import TestClient
    from fastapi_cloudauth.cognito import Cognito, CognitoClaims, CognitoCurrentUser
    from fastapi_cognito import CognitoAuth, CognitoSettings, CognitoToken
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        check_expiration: bool = True
        jwt_header_prefix: str = "Bearer"
        jwt_header_name: str = "Authorization"
        userpools: dict = {"one": {"region": REGION, "userpool_id": POOL, "app_client_id": CLIENT}}

    app = FastAPI()
    names = {"region": REGION, "userPoolId": POOL, "client_id": CLIENT}
    verified, person = Cognito(**names), CognitoCurrentUser(**names)
    other = CognitoAuth(settings=CognitoSettings.from_global_settings(Settings()))

    @app.get("/api", dependencies=[Depends(verified)])
    def api():
        return "in"

    @app.get("/me")
    def me(user: CognitoClaims = Depends(person)):
        return user.username

    @app.get("/other")
    def third(token: CognitoToken = Depends(other.auth_required)):
        return token.token_use

    client = TestClient(app)

    def ask(path, token):
        answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json()

    check("fastapi-cloudauth takes the access token", ask("/api", access), (200, "in"))
    check("fastapi-cloudauth takes the ID token", ask("/me", identity), (200, "jane"))
    check("fastapi-cloudauth refuses a changed token", ask("/api", tampered(access)), (401, {"detail": "Not verified"}))
    check("fastapi-cognito takes the access token", ask("/other", access), (200, "access"))
    check("fastapi-cognito refuses a changed token", ask("/other", tampered(access))[0], 401)


def check_documents():
    document = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
    names = ("issuer", "jwks_uri", "authorization_endpoint", "token_endpoint")
    check("the discovery document is Amazon's in every name", [document[name] for name in names], [
        ISSUER, f"{ISSUER}/.well-known/jwks.json", f"https://{DOMAIN}/oauth2/authorize", f"https://{DOMAIN}/oauth2/token",
    ])
    query = {"client_id": CLIENT, "response_type": "code", "scope": "openid", "redirect_uri": "http://localhost:3000/"}
    page = requests.get(document["authorization_endpoint"], params=query, timeout=10)
    check("the page of the domain is there", (page.status_code, page.url.split("?")[0]), (200, f"https://{DOMAIN}/login"))


def main():
    loopback_up()
    with tempfile.TemporaryDirectory(prefix="cognate-e2e-hosts-") as scratch:
        folder = Path(scratch)
        before = own_hosts(folder)
        (folder / "seed.yaml").write_text(SEED, encoding="utf-8")
        with own_server("--impersonate", REGION, "--write-hosts", "--seed", str(folder / "seed.yaml")) as server:
            variables = exported(server.printed)
            authority = Path(variables["NODE_EXTRA_CA_CERTS"])
            block = re.search(r"\n# BEGIN .*\n((?s:.)*)# END .*\n\Z", Path("/etc/hosts").read_text(encoding="utf-8"))
            check("the hosts file leads three names here", block and block.group(1).split("\n"), [
                f"127.0.92.29 {API}", f"127.0.92.29 issuer-{API}", f"127.0.92.29 {DOMAIN}", "",
            ])
            check("without the authority nobody believes the server", fetched(ISSUER), "SSLError")
            os.environ.update({name: value for name, value in variables.items() if name.endswith(("_BUNDLE", "_FILE", "_CERTS"))})
            os.environ.pop("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", None)
            access, identity = check_sdks(server)
            check_cognitojwt(access, identity)
            check_fastapi(access, identity)
            check_documents()
            environment = os.environ | {"E2E_STANDIN": json.dumps([REGION, POOL, CLIENT, DOMAIN, access, identity])}
            node = subprocess.run([os.environ["E2E_NODE"], str(Path(__file__).parents[1] / "node/impersonate.mjs")],
                                  env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=False)
            sys.stdout.write(node.stdout)
            check("the libraries of Node.js are done", node.returncode, 0)
            check_authority(authority)
            undo(server, authority, before)


def fetched(url):
    """The status of an answer, or the class of the error in its place."""
    try:
        return requests.get(url, timeout=10).status_code
    except requests.exceptions.RequestException as error:
        return type(error).__name__


def undo(server, authority, before):
    """Takes everything back, from the folder in which the server was started."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COGNATE_")}
    environment["COGNATE_DATA_DIR"] = str(server.folder / "data")
    (authority.parent / "forged.pem").unlink()

    def dev(*arguments):
        command = [*json.loads(os.environ["E2E_COMMAND"]), "dev", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stderr

    for flag in ("--undo", "--write-hosts"):
        check(f"{flag} alone is refused", dev(flag), (1, f"cognate: {flag} goes with --impersonate REGION\n"))
    hosts = Path("/etc/hosts").read_text(encoding="utf-8")
    check("another region's lines are not there", dev("--impersonate", "eu-west-1", "--undo", "--data-dir", str(server.folder / "none")), (0, ""))
    check("and nothing was touched", Path("/etc/hosts").read_text(encoding="utf-8"), hosts)
    check("--undo ends with 0", dev("--impersonate", REGION, "--undo"), (0, ""))
    check("the hosts file is what it was, to the byte", Path("/etc/hosts").read_text(encoding="utf-8"), before)
    check("the authority is gone", authority.parent.parent.exists(), False)


with session("impersonate"):
    main()
