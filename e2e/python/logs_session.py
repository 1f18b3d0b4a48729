"""boto3 and botocore: where a pool exports its logs, and that CloudWatch Logs, Firehose and S3 get what their models say.

Each request is taken apart by the service's model, checked against it, and built again by botocore's own serializer: both
must be the same.
"""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.serialize
import botocore.session
import botocore.validate

import sigv4_check
from own_server import own_server
from support import PASSWORD, administrator, check, check_refused, part, session

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/users"
STREAM = "arn:aws:firehose:us-east-1:000000000000:deliverystream/users"
BUCKET = "arn:aws:s3:::users-logs"


class Stub:
    """The services at one address, and a sender of messages that refuses every one."""

    def __init__(self):
        self.events, self.records, self.objects, self.streams, self.faults = [], [], [], [], []
        models = botocore.session.get_session()
        self._models = {name: models.get_service_model(name) for name in ("logs", "firehose")}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    status, answer = stub.serve(self.command, self.path, headers, body)
                except Exception as error:  # a request that cannot be read is a fault, not the end of the stub
                    stub.faults.append(f"{type(error).__name__}: {error}")
                    status, answer = 500, {}
                answer = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = answer  # the names that http.server looks for
            do_PUT = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, method, path, headers, body):
        if path == "/messages":
            return 400, {}
        service = "s3" if method == "PUT" else headers["x-amz-target"].split("_")[0].lower()
        found = sigv4_check.fault(method, self.url + path, headers, body, service)
        # botocore's signer encodes paths again, which S3 does not do: there the hash of the body stands for it.
        if service == "s3":
            found = None
            if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
                found = "another hash"
            self.objects.append((path, body.decode()))
        if found:
            self.faults.append(f"{service}: {found}")
        if service == "s3":
            return 200, {}
        operation_name = headers["x-amz-target"].split(".")[1]
        operation = self._models[service].operation_model(operation_name)
        sent = json.loads(body)
        parameters = json.loads(body)
        for record in parameters.get("Records", []):
            record["Data"] = base64.b64decode(record["Data"])
        report = botocore.validate.ParamValidator().validate(parameters, operation.input_shape)
        if report.has_errors():
            self.faults.append(report.generate_report())
        protocol = self._models[service].metadata["protocol"]
        built = botocore.serialize.create_serializer(protocol, False).serialize_to_request(parameters, operation)
        if json.loads(built["body"]) != sent:
            self.faults.append(f"{service}: another body")
        if built["headers"]["X-Amz-Target"] != headers["x-amz-target"]:
            self.faults.append(f"{service}: another target")
        if operation_name == "PutRecordBatch":
            self.records += [(sent["DeliveryStreamName"], record["Data"].decode()) for record in parameters["Records"]]
            answer = [{"RecordId": str(n)} for n, _ in enumerate(parameters["Records"])]
            return 200, {"FailedPutCount": 0, "RequestResponses": answer}
        name = (sent["logGroupName"], sent["logStreamName"])
        if operation_name == "CreateLogStream":
            self.streams.append(name)
            return 200, {}
        if name not in self.streams:
            return 400, {"__type": "com.amazonaws.logs#ResourceNotFoundException"}
        self.events += [(name, event["timestamp"], event["message"]) for event in sent["logEvents"]]
        return 200, {}

    def wait(self, kind, count, seconds=30):
        until = time.monotonic() + seconds
        while len(getattr(self, kind)) < count and time.monotonic() < until:
            time.sleep(0.02)
        return getattr(self, kind)


def configuration(admin):
    pool = admin.create_user_pool(PoolName="logs")["UserPool"]["Id"]
    shown = admin.get_log_delivery_configuration(UserPoolId=pool)["LogDeliveryConfiguration"]
    check("a new pool exports nothing", shown, {"UserPoolId": pool, "LogConfigurations": []})
    both = [
        {"LogLevel": "ERROR", "EventSource": "userNotification", "CloudWatchLogsConfiguration": {"LogGroupArn": GROUP}},
        {"LogLevel": "INFO", "EventSource": "userAuthEvents", "S3Configuration": {"BucketArn": BUCKET}},
    ]
    answer = admin.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=both)
    want = {"UserPoolId": pool, "LogConfigurations": both}
    check("both are set", answer["LogDeliveryConfiguration"], want)
    shown = admin.get_log_delivery_configuration(UserPoolId=pool)["LogDeliveryConfiguration"]
    check("and shown", shown, want)
    wrong = [{**both[1], "LogLevel": "ERROR"}]
    check_refused(
        "a level of the other source", "SetLogDeliveryConfiguration",
        ("InvalidParameterException", "The log level for the event source userAuthEvents must be INFO."),
        lambda: admin.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=wrong),
    )
    answer = admin.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=[])
    check("an empty list clears it", answer["LogDeliveryConfiguration"], {"UserPoolId": pool, "LogConfigurations": []})


def failed_messages(admin, stub):
    pool = admin.create_user_pool(PoolName="logs", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    client = admin.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    admin.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=[
        {"LogLevel": "ERROR", "EventSource": "userNotification", "CloudWatchLogsConfiguration": {"LogGroupArn": GROUP}},
    ])
    admin.sign_up(ClientId=client, Username="jane", Password=PASSWORD,
                  UserAttributes=[{"Name": "email", "Value": "jane@example.com"}])
    (name, timestamp, message), *_ = stub.wait("events", 1)
    record = json.loads(message)
    details = record["message"].pop("details")
    check("the record of a message that was refused", (name, record), (
        ("/aws/vendedlogs/users", f"{pool}/userNotification"),
        {
            "eventTimestamp": str(timestamp), "eventSource": "USER_NOTIFICATION", "logLevel": "ERROR", "message": {},
            "logSourceId": {"userPoolId": pool},
        },
    ))
    check("its text", details,
          "The EMAIL message sign_up to j***@e*** was not delivered: refused: webhook: status 400")
    check("one stream was created", stub.streams, [name])


def activity(admin, stub):
    pool = admin.create_user_pool(PoolName="logs")["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    admin.admin_create_user(UserPoolId=pool, Username="jane", MessageAction="SUPPRESS")
    admin.admin_set_user_password(UserPoolId=pool, Username="jane", Password=PASSWORD, Permanent=True)
    for destination in [{"FirehoseConfiguration": {"StreamArn": STREAM}}, {"S3Configuration": {"BucketArn": BUCKET}}]:
        admin.set_log_delivery_configuration(UserPoolId=pool, LogConfigurations=[
            {"LogLevel": "INFO", "EventSource": "userAuthEvents", **destination},
        ])
        time.sleep(1.5)  # until every part of the server knows it
        admin.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
                            AuthParameters={"USERNAME": "jane", "PASSWORD": PASSWORD})
        if "FirehoseConfiguration" in destination:
            (name, line), *_ = stub.wait("records", 1)
            check("the stream", name, "users")
        else:
            (path, line), *_ = stub.wait("objects", 1)
            check("the object's name", path.startswith(f"/users-logs/{pool}/userAuthEvents/"), True)
        record = json.loads(line)
        message = record["message"]
        check("the record of a sign-in", {key: message[key] for key in ("eventType", "userName", "clientId", "eventResponse", "riskDecision")}, {
            "eventType": "SignIn", "userName": "jane", "clientId": client, "eventResponse": "Pass", "riskDecision": "PASS",
        })
        check("one line a record", line.endswith("}\n") and line.count("\n") == 1, True)


with session("logs"):
    stub = Stub()
    flags = ["--aws-access-key-id", "test", "--aws-secret-access-key", "test",
             "--log-target", f"arn:aws:logs:*=cloudwatch:{stub.url}",
             "--log-target", f"arn:aws:firehose:*=firehose:{stub.url}",
             "--log-target", f"arn:aws:s3:*=s3:{stub.url}",
             "--email-senders", "webhook", "--email-from", "no-reply@example.com",
             "--message-webhook-url", f"{stub.url}/messages", "--message-webhook-secret", "a secret of this session"]
    with own_server(*flags):
        with part("the configuration"):
            configuration(administrator())
        with part("messages that were given up"):
            failed_messages(administrator(), stub)
        with part("user activity"):
            activity(administrator(), stub)
        check("every request is one of botocore's", stub.faults, [])
