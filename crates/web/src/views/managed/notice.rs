//! The pages that say or ask something.

use super::body::{Body, Scope};
use super::field::Field;
use super::icon::Icon;
use super::maker::{Maker, plain};
use super::step::Step;
use crate::locale::{fill, segments};
use crate::views::screen::*;

pub(super) fn chooser<'a>(make: &Maker<'a>, screen: &'a Chooser) -> Step<'a> {
    let t = make.t;
    let body = Body::Chooser {
        words: segments(&t.action.continue_as, &[("name", &screen.who)]),
    };
    Step::blank("chooser", &t.chooser.title, body)
        .lead(make.continue_to())
        .end(make, "account", "/login/continue")
}

pub(super) fn link<'a>(make: &Maker<'a>, screen: &'a Link) -> Step<'a> {
    let t = &make.t.link;
    let names = [
        ("provider", screen.provider.as_str()),
        ("app", make.frame.app),
    ];
    Step::blank("link", &t.title, Body::Link)
        .lead(segments(&t.text, &names))
        .icon(Icon::User)
}

pub(super) fn notice<'a>(make: &Maker<'a>, screen: &'a Notice) -> Step<'a> {
    let t = &make.t.notice;
    let action = &make.t.action;
    let mut reference = None;
    let (id, heading, lead, icon, next) = match &screen.kind {
        NoticeKind::ConfirmedByLink => (
            "confirmed-link",
            t.confirmed.clone(),
            plain(&t.confirmed_text),
            Icon::Success,
            action.sign_in.as_str(),
        ),
        NoticeKind::LinkRefused(alert) => (
            "link-refused",
            t.refused.clone(),
            plain(&alert.text),
            Icon::Warning,
            action.start_again.as_str(),
        ),
        NoticeKind::FeedbackValid => (
            "feedback-valid",
            make.t.feedback.done.clone(),
            plain(&make.t.feedback.valid_text),
            Icon::Success,
            action.go_on.as_str(),
        ),
        NoticeKind::FeedbackInvalid => (
            "feedback-invalid",
            make.t.feedback.done.clone(),
            plain(&make.t.feedback.invalid_text),
            Icon::Warning,
            action.go_on.as_str(),
        ),
        NoticeKind::SignedOut => (
            "signed-out",
            t.signed_out.clone(),
            plain(&t.signed_out_text),
            Icon::Success,
            action.sign_in_again.as_str(),
        ),
        NoticeKind::Leaving => (
            "signed-out",
            t.signed_out.clone(),
            plain(&t.signed_out_text),
            Icon::Success,
            action.go_on.as_str(),
        ),
        NoticeKind::DeviceDone => (
            "device-done",
            make.t.device.done.clone(),
            plain(&make.t.device.done_text),
            Icon::Success,
            action.go_on.as_str(),
        ),
        NoticeKind::Restart => (
            "restart",
            t.restart.clone(),
            plain(&t.restart_text),
            Icon::Info,
            action.start_again.as_str(),
        ),
        NoticeKind::PendingAdmin => (
            "pending-admin",
            t.pending.clone(),
            plain(&t.pending_text),
            Icon::Info,
            action.start_again.as_str(),
        ),
        NoticeKind::PendingApproval => (
            "pending-approval",
            t.approval.clone(),
            plain(&t.approval_text),
            Icon::Info,
            action.start_again.as_str(),
        ),
        NoticeKind::Error {
            heading,
            text,
            reference: number,
        } => {
            reference = Some(number.as_str()).filter(|number| !number.is_empty());
            let next = action.start_again.as_str();
            let heading = heading.unwrap_or(t.error.as_str()).to_owned();
            ("error", heading, plain(text), Icon::Warning, next)
        }
    };
    let body = Body::Notice {
        reference,
        next: screen.next.as_deref().map(|href| (href, next)),
        home: home(make, screen.home.as_deref()),
    };
    let step = Step::blank(id, heading, body).lead(lead).icon(icon);
    Step {
        script: false,
        ..step
    }
}

/// Returns the link to the client's home.
fn home<'a>(make: &Maker<'a>, home: Option<&'a str>) -> Option<(&'a str, String)> {
    let home = home?;
    let host = home.split('/').nth(2).unwrap_or(home);
    let app = Some(make.frame.app).filter(|app| !app.is_empty());
    let text = fill(&make.t.action.home, &[("app", app.unwrap_or(host))]);
    Some((home, text))
}

pub(super) fn sign_out<'a>(make: &Maker<'a>, screen: &'a SignOut) -> Step<'a> {
    let t = make.t;
    let body = Body::SignOut {
        request: &screen.request,
        answer: screen.answer,
        home: home(make, screen.home.as_deref()),
    };
    Step::blank("sign-out", &t.notice.sign_out, body).lead(plain(&t.notice.sign_out_text))
}

pub(super) fn feedback<'a>(make: &Maker<'a>, screen: &'a Feedback) -> Step<'a> {
    let t = &make.t.feedback;
    let (valid, invalid) = (("valid", t.valid.as_str()), ("invalid", t.invalid.as_str()));
    let body = Body::Feedback {
        request: &screen.request,
        answer: screen.answer,
        buttons: match screen.valid_first {
            true => [valid, invalid],
            false => [invalid, valid],
        },
    };
    Step::blank("feedback", &t.title, body)
        .lead(plain(&t.text))
        .icon(Icon::User)
}

pub(super) fn device<'a>(make: &Maker<'a>, screen: &'a Device) -> Step<'a> {
    let t = make.t;
    let Some(client) = screen.client.as_deref() else {
        let label = t.label.device_code.as_str();
        let field = Field::text(t, "user_code", label, &screen.user_code).large_digits();
        let body = Body::DeviceCode {
            field: make.judged(field.focus()),
        };
        return Step::blank("device", &t.device.title, body)
            .lead(plain(&t.device.text))
            .icon(Icon::Device);
    };
    let body = Body::Consent {
        code: &screen.user_code,
        scopes: scopes(make, &screen.scopes),
    };
    Step::blank("consent", &t.device.consent_title, body)
        .lead(segments(&t.device.consent_text, &[("client", client)]))
        .icon(Icon::Device)
}

/// Returns scopes in words, as far as there are some.
fn scopes<'a>(make: &Maker<'a>, scopes: &'a [String]) -> Vec<Scope<'a>> {
    let t = &make.t.scope;
    let word = |scope: &'a String| match scope.as_str() {
        "openid" => Scope::Known(&t.openid),
        "profile" => Scope::Known(&t.profile),
        "email" => Scope::Known(&t.email),
        "phone" => Scope::Known(&t.phone),
        "aws.cognito.signin.user.admin" => Scope::Known(&t.admin),
        other => Scope::Named(other),
    };
    scopes.iter().map(word).collect()
}

pub(super) fn consent<'a>(make: &Maker<'a>, screen: &'a Consent) -> Step<'a> {
    let t = make.t;
    let body = Body::ClientConsent {
        site: screen.site.as_deref(),
        name: screen.name.as_deref(),
        place: &screen.place,
        own_machine: screen.own_machine,
        scopes: scopes(make, &screen.scopes),
        resource: screen.resource.as_deref(),
    };
    Step::blank("client-consent", &t.device.consent_title, body)
        .lead(plain(&t.consent.text))
        .who(&screen.who)
        .icon(Icon::User)
}
