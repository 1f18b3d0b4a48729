//! Samples of the pages of accounts and of those that say something.

use super::{LONG, NOW, RULES, SOON, Sample, WHO, refused, sample, told};
use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::*;

const REFERENCE: &str = "7b1f9c62-3d0e-4c5a-9a38-52f1c0de8b11";
const CALLBACK: &str = "https://app.example.com/callback";
fn attribute(name: &str, value: &str) -> AttributeField {
    AttributeField {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub(super) fn accounts() -> Vec<Sample> {
    let names = [
        "given_name",
        "family_name",
        "birthdate",
        "phone_number",
        "address",
        "website",
        "zoneinfo",
        "custom:department",
    ];
    let sign_up = SignUp {
        name: NameKind::Email,
        username: String::new(),
        attributes: vec![attribute("given_name", ""), attribute("family_name", "")],
        rules: Some(RULES),
    };
    let new = NewPassword {
        who: WHO.to_owned(),
        rules: RULES,
        attributes: vec![attribute("name", "Ada Lovelace")],
    };
    let reset = Reset {
        who: WHO.to_owned(),
        place: Some("a***@e***.com".to_owned()),
        rules: RULES,
        resend: SOON,
    };
    let confirm = Confirm {
        who: WHO.to_owned(),
        place: Some("a***@e***.com".to_owned()),
        by_link: false,
        resend: SOON,
    };
    let forgot = Forgot {
        name: NameKind::Username,
        username: String::new(),
    };
    vec![
        sample("sign-up", Screen::SignUp(sign_up.clone())),
        refused(
            "sign-up-taken",
            Screen::SignUp(SignUp {
                username: WHO.to_owned(),
                ..sign_up.clone()
            }),
            Some("username"),
            "An account with the given email already exists.",
        ),
        sample(
            "sign-up-much",
            Screen::SignUp(SignUp {
                name: NameKind::Username,
                attributes: names.map(|name| attribute(name, "")).into(),
                ..sign_up.clone()
            }),
        ),
        sample(
            "sign-up-passwordless",
            Screen::SignUp(SignUp {
                rules: None,
                attributes: Vec::new(),
                ..sign_up
            }),
        ),
        sample("confirm", Screen::Confirm(confirm.clone())),
        sample(
            "confirm-by-link",
            Screen::Confirm(Confirm {
                by_link: true,
                resend: NOW,
                ..confirm
            }),
        ),
        sample("forgot", Screen::Forgot(forgot)),
        sample("reset", Screen::Reset(reset.clone())),
        refused(
            "reset-differ",
            Screen::Reset(reset),
            Some("confirm_password"),
            "The two passwords are not the same.",
        ),
        sample("new-password", Screen::NewPassword(new.clone())),
        refused(
            "new-password-weak",
            Screen::NewPassword(new),
            Some("new_password"),
            "Password does not conform to policy: Password must have numeric characters",
        ),
        sample(
            "chooser",
            Screen::Chooser(Chooser {
                who: WHO.to_owned(),
            }),
        ),
        sample(
            "chooser-long",
            Screen::Chooser(Chooser {
                who: LONG.to_owned(),
            }),
        ),
    ]
}

fn notice(name: &'static str, kind: NoticeKind, home: bool) -> Sample {
    sample(
        name,
        Screen::Notice(Notice {
            kind,
            next: Some("/login?client_id=example".to_owned()),
            home: home.then(|| CALLBACK.to_owned()),
        }),
    )
}

fn last(name: &'static str, kind: NoticeKind) -> Sample {
    sample(
        name,
        Screen::Notice(Notice {
            kind,
            next: None,
            home: None,
        }),
    )
}

fn feedback(name: &'static str, valid_first: bool) -> Sample {
    sample(
        name,
        Screen::Feedback(Feedback {
            request: vec![("token".to_owned(), "example".to_owned())],
            answer: "answer",
            valid_first,
        }),
    )
}

pub(super) fn notices() -> Vec<Sample> {
    let refusal = Alert {
        kind: AlertKind::Error,
        text: "This link is too old. Ask for another one and open that.".to_owned(),
        field: None,
    };
    let too_old = Alert {
        kind: AlertKind::Error,
        text: "This link is wrong or too old. Use the newest message that you got.".to_owned(),
        field: None,
    };
    let error = NoticeKind::Error {
        heading: None,
        text: "The application asked to be answered at an address that it has not registered."
            .to_owned(),
        reference: REFERENCE.to_owned(),
    };
    vec![
        notice("confirmed-link", NoticeKind::ConfirmedByLink, false),
        notice("link-refused", NoticeKind::LinkRefused(refusal), false),
        notice("signed-out", NoticeKind::SignedOut, false),
        notice("signed-out-next", NoticeKind::Leaving, true),
        sample(
            "sign-out",
            Screen::SignOut(SignOut {
                request: vec![("client_id".to_owned(), "example".to_owned())],
                answer: "sign_out",
                home: Some(CALLBACK.to_owned()),
            }),
        ),
        feedback("feedback", true),
        feedback("feedback-invalid", false),
        // A link leads from a mailbox to nowhere else.
        last("feedback-done", NoticeKind::FeedbackValid),
        last("feedback-done-invalid", NoticeKind::FeedbackInvalid),
        last("feedback-refused", NoticeKind::LinkRefused(too_old)),
        sample(
            "device-done",
            Screen::Notice(Notice {
                kind: NoticeKind::DeviceDone,
                next: None,
                home: Some(CALLBACK.to_owned()),
            }),
        ),
        notice("restart", NoticeKind::Restart, true),
        notice("pending-admin", NoticeKind::PendingAdmin, false),
        notice("pending-approval", NoticeKind::PendingApproval, true),
        sample(
            "link",
            Screen::Link(Link {
                provider: "Google".to_owned(),
            }),
        ),
        told(
            "link-other",
            Screen::Link(Link {
                provider: "Corporate-Directory".to_owned(),
            }),
            AlertKind::Error,
            None,
            "That account was not connected: its verified email address is not the one that Corporate-Directory gives.",
        ),
        notice("error", error, true),
        sample(
            "device",
            Screen::Device(Device {
                user_code: String::new(),
                client: None,
                scopes: Vec::new(),
            }),
        ),
        sample(
            "consent",
            Screen::Device(Device {
                user_code: "WDJB-MJHT".to_owned(),
                client: Some("Living room TV".to_owned()),
                scopes: ["openid", "email", "profile", "photos/read.all"]
                    .map(str::to_owned)
                    .into(),
            }),
        ),
        sample(
            "client-consent",
            Screen::Consent(Consent {
                who: "jane@example.com".to_owned(),
                site: Some("agents.example.com".to_owned()),
                name: Some("Code Assistant (beta)".to_owned()),
                place: "localhost".to_owned(),
                own_machine: true,
                scopes: ["openid", "email", "https://api.example.com/mcp/notes.read"]
                    .map(str::to_owned)
                    .into(),
                resource: Some("https://api.example.com/mcp".to_owned()),
            }),
        ),
        sample(
            "client-consent-registered",
            Screen::Consent(Consent {
                who: "jane@example.com".to_owned(),
                site: None,
                name: Some(
                    "Notes for everybody, with a name that goes on and on until it needs two lines"
                        .to_owned(),
                ),
                place: "cursor:".to_owned(),
                own_machine: false,
                scopes: vec!["openid".to_owned()],
                resource: None,
            }),
        ),
    ]
}
