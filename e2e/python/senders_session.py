"""boto3 and botocore: what is sent to SES, SNS, End User Messaging and a webhook is what their models say.

Each request is taken apart by the service's model, checked against it, and built again by botocore's own serializer: both
must be the same. Each answer of the stub is one that botocore's own parser reads.
"""

import hashlib
import hmac
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.parsers
import botocore.serialize
import botocore.session
import botocore.validate

import sigv4_check
from own_server import own_server
from support import PASSWORD, administrator, check, messages, part, session

SECRET = "the webhook's secret of this session"
# By the service in the signature: its model, the operation, and the answer.
SERVICES = {
    "ses": ("sesv2", "SendEmail", lambda n: json.dumps({"MessageId": f"ses-{n}"})),
    "sns": ("sns", "Publish", lambda n: (
        '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
        f"<MessageId>sns-{n}</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        "</PublishResponse>")),
    "sms-voice": ("pinpoint-sms-voice-v2", "SendTextMessage", lambda n: json.dumps({"MessageId": f"voice-{n}"})),
}


def from_form(body):
    """The parameters of Publish in a form, as a caller of botocore writes them."""
    form = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
    form.pop("Action"), form.pop("Version")
    parameters, attributes = {}, {}
    for name, value in form.items():
        if not name.startswith("MessageAttributes.entry."):
            parameters[name] = value
            continue
        _, _, number, *rest = name.split(".")
        attributes.setdefault(number, {})[".".join(rest)] = value
    if attributes:
        parameters["MessageAttributes"] = {
            entry["Name"]: {key.removeprefix("Value."): value for key, value in entry.items() if key != "Name"}
            for entry in attributes.values()
        }
    return parameters


class Stub:
    """The services and the webhook at one address."""

    def __init__(self):
        self.sent, self.faults, self.hooks = [], [], []
        models = botocore.session.get_session()
        self._models = {name: models.get_service_model(model) for name, (model, _, _) in SERVICES.items()}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):  # the name that http.server looks for
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    status, kind, answer = stub.serve(self.path, headers, body)
                except Exception as error:  # a request that cannot be read is a fault, not the end of the stub
                    stub.faults.append(f"{type(error).__name__}: {error}")
                    status, kind, answer = 500, "text/plain", ""
                answer = answer.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, path, headers, body):
        if path == "/messages":
            return self._hook(headers, body)
        named = sigv4_check.CREDENTIAL.fullmatch(headers.get("authorization", ""))
        service = named.group(4) if named else "nothing"
        found = sigv4_check.fault("POST", self.url + path, headers, body, service)
        if found:
            self.faults.append(found)
        _, operation_name, answer = SERVICES[service]
        model = self._models[service]
        operation = model.operation_model(operation_name)
        parameters = from_form(body) if service == "sns" else json.loads(body)
        report = botocore.validate.ParamValidator().validate(parameters, operation.input_shape)
        if report.has_errors():
            self.faults.append(report.generate_report())
        protocol = model.metadata["protocol"]
        built = botocore.serialize.create_serializer(protocol, False).serialize_to_request(parameters, operation)
        self._compare(service, built, path, headers, body)
        answer = answer(len(self.sent))
        parsed = botocore.parsers.create_parser(protocol).parse(
            {"status_code": 200, "headers": {}, "body": answer.encode()}, operation.output_shape
        )
        self.sent.append((service, parameters, parsed["MessageId"]))
        return 200, "text/xml" if service == "sns" else "application/json", answer

    def _compare(self, service, built, path, headers, body):
        """Compares a request with the one that botocore makes of the same parameters."""
        if (built["method"], built["url_path"]) != ("POST", path):
            self.faults.append(f"{service}: {path} in place of {built['url_path']}")
        for name, value in built["headers"].items():
            got = headers.get(name.lower(), "").replace("; charset=utf-8", "")
            if got != value.replace("; charset=utf-8", ""):
                self.faults.append(f"{service}: {name} is {got!r} in place of {value!r}")
        if service == "sns":
            got, want = dict(urllib.parse.parse_qsl(body.decode())), built["body"]
        else:
            got, want = json.loads(body), json.loads(built["body"])
        if got != want:
            self.faults.append(f"{service}: {got} in place of {want}")

    def _hook(self, headers, body):
        text = f"{headers.get('x-cognate-timestamp')}.{headers.get('x-cognate-id')}.".encode() + body
        tag = "v1=" + hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(tag, headers.get("x-cognate-signature", "")):
            self.faults.append("the webhook's signature is wrong")
        if abs(time.time() - int(headers["x-cognate-timestamp"])) > 60:
            self.faults.append("the webhook's time is wrong")
        if not headers["content-type"].startswith("application/json"):
            self.faults.append("the webhook's document has another type")
        self.hooks.append(json.loads(body))
        return 200, "application/json", json.dumps({"id": f"hook-{len(self.hooks)}"})

    def wait(self, kind, count, seconds=15):
        until = time.monotonic() + seconds
        while len(getattr(self, kind)) < count and time.monotonic() < until:
            time.sleep(0.02)
        return getattr(self, kind)


def pool(admin, name, sms, email=None):
    more = {"EmailConfiguration": email} if email else {}
    made = admin.create_user_pool(
        PoolName=name, AutoVerifiedAttributes=["email", "phone_number"], SmsConfiguration=sms, **more
    )["UserPool"]["Id"]
    client = admin.create_user_pool_client(UserPoolId=made, ClientName="c")["UserPoolClient"]["ClientId"]
    return made, client


def sign_up(admin, client, username, **attributes):
    admin.sign_up(
        ClientId=client, Username=username, Password=PASSWORD,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
    )


def services(admin, stub):
    role = "arn:aws:iam::000000000000:role/sms"
    identity = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
    one, client = pool(admin, "SES and SNS", {"SnsCallerArn": role, "ExternalId": "x", "SnsRegion": "us-east-1"}, {
        "EmailSendingAccount": "DEVELOPER", "SourceArn": identity, "From": "花子 <hanako@example.com>",
        "ReplyToEmailAddress": "help@example.com", "ConfigurationSet": "tracking",
    })
    sign_up(admin, client, "jane", email="jane@example.com")
    service, sent, _ = stub.wait("sent", 1)[-1]
    code = messages(one, "jane")[0]["code"]
    content = sent["Content"]["Simple"]
    check("SES: the mail", (
        service, sent["Destination"], sent["FromEmailAddressIdentityArn"], sent["ReplyToAddresses"],
        sent["ConfigurationSetName"], content["Subject"], code in content["Body"]["Html"]["Data"],
    ), (
        "ses", {"ToAddresses": ["jane@example.com"]}, identity, ["help@example.com"], "tracking",
        {"Data": "Your verification code", "Charset": "UTF-8"}, True,
    ))
    sign_up(admin, client, "joe", phone_number="+15555550100")
    service, sent, _ = stub.wait("sent", 2)[-1]
    code = messages(one, "joe")[0]["code"]
    check("SNS: the text message", (service, sent), ("sns", {
        "PhoneNumber": "+15555550100", "Message": f"Your verification code is {code}. ",
        "MessageAttributes": {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
    }))
    two, client = pool(admin, "End User Messaging", {"EumsSms": {
        "CallerArn": role, "ExternalId": "x", "OriginationIdentity": "+15555559999", "ConfigurationSetName": "sms",
        "InEntityId": "1234567890123456789", "InTemplateId": "9876543210987654321",
    }})
    sign_up(admin, client, "ida", phone_number="+919876543210")
    service, sent, _ = stub.wait("sent", 3)[-1]
    code = messages(two, "ida")[0]["code"]
    check("End User Messaging: the text message", (service, sent), ("sms-voice", {
        "DestinationPhoneNumber": "+919876543210", "MessageBody": f"Your verification code is {code}. ",
        "MessageType": "TRANSACTIONAL", "OriginationIdentity": "+15555559999", "ConfigurationSetName": "sms",
        "DestinationCountryParameters": {
            "IN_ENTITY_ID": "1234567890123456789", "IN_TEMPLATE_ID": "9876543210987654321",
        },
    }))


def webhook(admin, stub):
    one, client = pool(admin, "webhook", {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"})
    sign_up(admin, client, "jane", email="jane@example.com")
    got = stub.wait("hooks", 1)[-1]
    code = messages(one, "jane")[0]["code"]
    check("webhook: the mail", {key: got.get(key) for key in ("medium", "poolId", "username", "to", "subject", "code")}, {
        "medium": "EMAIL", "poolId": one, "username": "jane", "to": "jane@example.com",
        "subject": "Your verification code", "code": code,
    })
    check("webhook: its text and HTML", (code in got["text"], code in got["html"]), (True, True))
    sign_up(admin, client, "joe", phone_number="+15555550100")
    got = stub.wait("hooks", 2)[-1]
    check("webhook: the text message", (got["medium"], got["to"], got["text"]),
          ("SMS", "+15555550100", f"Your verification code is {messages(one, 'joe')[0]['code']}. "))


with session("senders"):
    stub = Stub()
    aws = ["--aws-access-key-id", "test", "--aws-secret-access-key", "test", "--email-from", "no-reply@example.com",
           "--ses-endpoint", stub.url, "--sns-endpoint", stub.url, "--sms-voice-endpoint", stub.url,
           "--email-senders", "ses", "--sms-senders", "sns", "--sms-senders", "sms-voice"]
    with part("AWS's services"), own_server(*aws):
        services(administrator(), stub)
        check("every request is one of botocore's", stub.faults, [])
    hook = ["--message-webhook-url", f"{stub.url}/messages", "--message-webhook-secret", SECRET,
            "--email-from", "no-reply@example.com", "--email-senders", "webhook", "--sms-senders", "webhook"]
    with part("a webhook"), own_server(*hook):
        webhook(administrator(), stub)
        check("the webhook's requests are signed", stub.faults, [])
