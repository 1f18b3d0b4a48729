"""boto3, aiosmtpd and Python's e-mail package: mails go out through a mail server and are read as people's programs do."""

import datetime
import re
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

import mail_stub
import support
from own_server import own_server
from support import PASSWORD, administrator, check, check_match, messages, part, session

FROM = "Konto 花子 <konto@example.com>"
SENDER = {
    "EmailSendingAccount": "DEVELOPER", "From": FROM, "ReplyToEmailAddress": "help@example.com",
    "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/example.com",
}
# Subject and body of a template in each script: whole words, right to left, outside of the basic plane.
WORDS = {
    "Japanese": ("確認コードのお知らせ", "<p>花子さん、確認コードは <b>{####}</b> です。</p>"),
    "Arabic": ("رمز التحقق الخاص بك", "<p dir=\"rtl\">رمز التحقق هو {####} شكرا</p>"),
    "emoji": ("Your code 🔑👍🏽", "<p>Here it is 🎉: {####} — “quoted” &amp; done</p>"),
    "long": ("A subject that is " + "rather long and " * 7, "<p>" + "all one line, " * 400 + "{####}</p>"),
}


def flags(server, implicit):
    login = f"{urllib.parse.quote(mail_stub.USER, safe='')}:{urllib.parse.quote(mail_stub.PASSWORD, safe='')}"
    url = f"smtps://{login}@localhost:{server.port}" if implicit else f"smtp://{login}@localhost:{server.port}?tls=required"
    return ["--email-senders", "smtp", "--smtp-url", url, "--smtp-ca", str(server.authority),
            "--email-from", "no-reply@example.com"]


def make(admin, name, **settings):
    settings = {"AutoVerifiedAttributes": ["email"], "EmailConfiguration": SENDER} | settings
    pool = admin.create_user_pool(PoolName=name, **settings)["UserPool"]["Id"]
    client = admin.create_user_pool_client(
        UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    return pool, client


def sign_up(admin, client, username, address=None):
    return admin.sign_up(
        ClientId=client, Username=username, Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": address or f"{username}@example.com"}],
    )


class Inbox:
    """The mails of a session, each of which is checked as a mail before it is read."""

    def __init__(self, server):
        self.server, self.ids = server, set()

    def one(self, what, address, subject, count=1, sender=FROM, reply_to="help@example.com"):
        found = self.server.to(address, count)
        check(f"{what}: mails", len(found), count)
        envelope, _, content, tls = found[-1]
        mail = mail_stub.read(content)
        check(f"{what}: a well-formed mail", mail["faults"], [])
        check(f"{what}: its parts", (mail["type"], mail["text"] is not None, mail["html"] is not None),
              ("multipart/alternative", True, True))
        check(f"{what}: from, to, reply to, subject",
              (mail["from"], mail["to"], mail["reply_to"], mail["subject"].strip()),
              (sender, address, reply_to, subject.strip()))
        check(f"{what}: sent under TLS from the sender's address", (tls is not None or self.server.implicit, envelope in sender),
              (True, True))
        age = datetime.datetime.now(datetime.timezone.utc) - mail["date"]
        check(f"{what}: a time and an own id", (abs(age.total_seconds()) < 120, mail["id"] in self.ids), (True, False))
        self.ids.add(mail["id"])
        return mail

    def code(self, *arguments, **more):
        mail = self.one(*arguments, **more)
        codes = {name: re.findall(r"(?<![0-9#&;x])\d{6,8}(?!\d)", mail[name]) for name in ("text", "html")}
        check(f"{arguments[0]}: one code, the same in both parts", (len(codes["html"]), codes["text"]), (1, codes["html"]))
        check(f"{arguments[0]}: no markup in the text", "<" in mail["text"], False)
        return codes["html"][0]


def scripts(admin, inbox):
    for script, (subject, body) in WORDS.items():
        pool, client = make(admin, f"mail {script}", VerificationMessageTemplate={
            "EmailSubject": subject, "EmailMessage": body, "DefaultEmailOption": "CONFIRM_WITH_CODE",
        })
        name = f"user-{script.lower()}"
        sign_up(admin, client, name)
        address = f"{name}@example.com"
        code = inbox.code(f"{script}: sign-up", address, subject)
        check(f"{script}: it is the code of the inbox", messages(pool, name)[0]["code"], code)
        admin.resend_confirmation_code(ClientId=client, Username=name)
        code = inbox.code(f"{script}: resent", address, subject, count=2)
        admin.confirm_sign_up(ClientId=client, Username=name, ConfirmationCode=code)
        admin.forgot_password(ClientId=client, Username=name)
        code = inbox.code(f"{script}: forgotten", address, subject, count=3)
        admin.confirm_forgot_password(ClientId=client, Username=name, ConfirmationCode=code, Password=PASSWORD)
        tokens = admin.initiate_auth(
            ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD}
        )
        check(f"{script}: the new password signs in", "AuthenticationResult" in tokens, True)


def invitations(admin, inbox):
    pool, client = make(admin, "mail invitations", AdminCreateUserConfig={"InviteMessageTemplate": {
        "EmailSubject": "مرحبا 👋", "EmailMessage": "<p>ユーザー名 {username}、パスワード <code>{####}</code></p>",
    }})
    temporary = "T3mp<&>\"'-word"
    admin.admin_create_user(
        UserPoolId=pool, Username="花子<b>", TemporaryPassword=temporary, DesiredDeliveryMediums=["EMAIL"],
        UserAttributes=[{"Name": "email", "Value": "hanako@example.com"}, {"Name": "email_verified", "Value": "true"}],
    )
    mail = inbox.one("an invitation", "hanako@example.com", "مرحبا 👋")
    check("the invitation's text names user and password", (temporary in mail["text"], "花子<b>" in mail["text"]),
          (True, True))
    check("its HTML is not broken by them", "<b>" in mail["html"] or temporary in mail["html"], False)
    challenge = admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "花子<b>", "PASSWORD": temporary}
    )
    check("the password signs in", challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED")


def second_factor(admin, inbox):
    pool, client = make(admin, "mail second factor")
    admin.set_user_pool_mfa_config(
        UserPoolId=pool, MfaConfiguration="ON",
        EmailMfaConfiguration={"Subject": "サインイン 🔐", "Message": "<p>コード {####}</p>"},
    )
    admin.admin_create_user(
        UserPoolId=pool, Username="mia", MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": "mia@example.com"}, {"Name": "email_verified", "Value": "true"}],
    )
    admin.admin_set_user_password(UserPoolId=pool, Username="mia", Password=PASSWORD, Permanent=True)
    admin.admin_set_user_mfa_preference(
        UserPoolId=pool, Username="mia", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    challenge = admin.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": "mia", "PASSWORD": PASSWORD}
    )
    check("the second factor is a mail", challenge["ChallengeName"], "EMAIL_OTP")
    code = inbox.code("a second factor", "mia@example.com", "サインイン 🔐")
    answer = admin.respond_to_auth_challenge(
        ClientId=client, ChallengeName="EMAIL_OTP", Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "mia", "EMAIL_OTP_CODE": code},
    )
    check("its code signs in", "AuthenticationResult" in answer, True)


def links(admin, inbox):
    pool, client = make(admin, "mail links", VerificationMessageTemplate={
        "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailSubjectByLink": "確認リンク",
        "EmailMessageByLink": "<p>こちらを {##クリック 👉##} してください</p>",
    })
    admin.create_user_pool_domain(Domain="mail-links", UserPoolId=pool)
    sign_up(admin, client, "lin")
    mail = inbox.one("a link", "lin@example.com", "確認リンク")
    found = mail_stub.Links(mail["html"]).found
    check("one link with its label", [label for label, _ in found], ["クリック 👉"])
    link = urllib.parse.urlsplit(found[0][1])
    query = dict(urllib.parse.parse_qsl(link.query))
    check("its path and parameters", (link.path.rstrip("/"), set(query)),
          ("/confirmUser", {"client_id", "user_name", "confirmation_code"}))
    check("whom it is about", (query["client_id"], query["user_name"]), (client, "lin"))
    check("the text has the link too", found[0][1] in mail["text"], True)
    # The domain's name leads nowhere here: the server at hand is asked for it.
    here = f"{support.ENDPOINT}{link.path}?{link.query}"
    with urllib.request.urlopen(urllib.request.Request(here, headers={"Host": link.netloc}), timeout=30) as page:
        check("the page", page.status, 200)
    user = admin.admin_get_user(UserPoolId=pool, Username="lin")
    check("the link confirms the user", user["UserStatus"], "CONFIRMED")
    check("and the address", {"Name": "email_verified", "Value": "true"} in user["UserAttributes"], True)


def default_sender(admin, inbox):
    pool, client = make(admin, "mail default", EmailConfiguration={"EmailSendingAccount": "COGNITO_DEFAULT"})
    sign_up(admin, client, "dora")
    code = inbox.code("the server's own sender", "dora@example.com", "Your verification code",
                      sender="no-reply@example.com", reply_to=None)
    check_match("its code", code, r"\d{6}")


def hostile_names(admin, inbox):
    """Nothing that a user or an administrator names breaks out of a header."""
    pool, client = make(admin, "mail hostile", VerificationMessageTemplate={
        "EmailSubject": "Code\r\nBcc: victim@example.com", "EmailMessage": "{####}",
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    })
    sign_up(admin, client, "eve", "eve+tag@example.com")
    mail = mail_stub.read(inbox.server.to("eve+tag@example.com")[0][2])
    check("no header was added", (mail["mail"]["Bcc"], mail["faults"]), (None, []))
    check("no other recipient", inbox.server.to("victim@example.com", seconds=0), [])


def trouble(admin, server):
    _, client = make(admin, "mail trouble")
    for name in ("grey", "dropped", "nobody"):
        sign_up(admin, client, name)
    for name in ("grey", "dropped"):
        check(f"{name}: the mail comes with the next try", len(server.to(f"{name}@example.com", seconds=45)), 1)
    check("a refused recipient is not tried again", server.attempts.get("nobody@example.com"), 1)
    check("and nobody gets it", server.to("nobody@example.com", seconds=0), [])


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = mail_stub.MailServer(Path(folder))
        with own_server(*flags(server, implicit=False)) as running:
            admin, inbox = administrator(), Inbox(server)
            for one in (scripts, invitations, second_factor, links, default_sender, hostile_names):
                with part(one.__name__):
                    one(admin, inbox)
            with part("trouble"):
                trouble(admin, server)
            check("every connection had the password", set(server.logins), {(mail_stub.USER, mail_stub.PASSWORD)})
            check("neither password nor body is in the log",
                  any(word in running.log() for word in (mail_stub.PASSWORD, "確認コード")), False)
        server.stop()
        with part("TLS from the start"):
            server = mail_stub.MailServer(Path(folder), implicit=True)
            with own_server(*flags(server, implicit=True)):
                _, client = make(administrator(), "mail implicit")
                sign_up(administrator(), client, "tess")
                Inbox(server).code("TLS from the start", "tess@example.com", "Your verification code")
            server.stop()


with session("mail"):
    main()
