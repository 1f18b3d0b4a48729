//! A drawing of each page without a look: the fields under their names, and the way on.

use crate::views::screen::{AttributeField, FactorCard, Notice, NoticeKind};
use crate::views::{Frame, Screen};

/// Escapes a value for text and attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&#38;"),
            '<' => out.push_str("&#60;"),
            '>' => out.push_str("&#62;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn input(kind: &str, name: &str, value: &str) -> String {
    let (name, value) = (escape(name), escape(value));
    format!("<input type=\"{kind}\" name=\"{name}\" value=\"{value}\">")
}

fn attributes(list: &[AttributeField]) -> String {
    let field =
        |a: &AttributeField| input("text", &format!("requiredAttributes[{}]", a.name), &a.value);
    list.iter().map(field).collect()
}

fn cards(list: &[FactorCard]) -> String {
    let card = |card: &FactorCard| {
        let name = card.kind.as_str();
        format!("<button type=\"submit\" name=\"factor\" value=\"{name}\">{name}</button>")
    };
    list.iter().map(card).collect()
}

fn link(href: Option<&str>, text: &str) -> String {
    href.map_or(String::new(), |href| {
        format!("<a href=\"{}\">{text}</a>", escape(href))
    })
}

fn notice(notice: &Notice) -> String {
    let text = match &notice.kind {
        NoticeKind::ConfirmedByLink => "confirmed".to_owned(),
        NoticeKind::LinkRefused(alert) => escape(&alert.text),
        NoticeKind::SignedOut => "signed out".to_owned(),
        NoticeKind::Restart => "That sign-in has ended".to_owned(),
        NoticeKind::PendingAdmin => "pending".to_owned(),
        NoticeKind::Error { text, reference } => {
            format!("{} <code>{}</code>", escape(text), escape(reference))
        }
        NoticeKind::NoProvider(name) => escape(name),
    };
    let next = link(notice.next.as_deref(), "Start again");
    format!(
        "<p>{text}</p>{next}{}",
        link(notice.home.as_deref(), "Home")
    )
}

/// Draws a page.
pub(super) fn render(frame: &Frame<'_>, screen: &Screen) -> String {
    let submit = "<button type=\"submit\">Continue</button>";
    let code = || input("text", "code", "");
    let passwords = || {
        let (new, again) = (
            input("password", "new_password", ""),
            input("password", "confirm_password", ""),
        );
        format!("{new}{again}")
    };
    let (path, fields) = match screen {
        Screen::SignIn(s) => {
            let password = if s.with_password {
                input("password", "password", "")
            } else {
                String::new()
            };
            let buttons: String = s
                .providers
                .iter()
                .map(|p| link(Some(&p.href), &escape(&p.name)))
                .collect();
            (
                "/login",
                format!(
                    "{}{password}{submit}{buttons}",
                    input("text", "username", &s.username)
                ),
            )
        }
        Screen::ChooseFactor(s) => (
            "/selectChallenge",
            format!("{}{}", escape(&s.who), cards(&s.factors)),
        ),
        Screen::Password(s) => (
            "/selectChallenge",
            format!(
                "{}{}{submit}",
                escape(&s.who),
                input("password", "password", "")
            ),
        ),
        Screen::Code(s) => {
            let place = escape(s.place.as_deref().unwrap_or_default());
            ("/verifyCode", format!("{place}{}{submit}", code()))
        }
        Screen::Passkey(s) => (
            "/login/passkey",
            format!("{}{submit}", input("hidden", "options", &s.options)),
        ),
        Screen::ChooseMfa(s) => ("/mfa/options", cards(&s.factors)),
        Screen::SetUpApp(s) => (
            "/mfa/totp",
            format!("<code>{}</code>{}{submit}", escape(&s.secret), code()),
        ),
        Screen::SetUpContact(s) => (
            "/mfa/phone/register",
            format!("{}{submit}", input("text", "contact", &s.value)),
        ),
        Screen::NewPassword(s) => (
            "/resetPassword",
            format!("{}{}{submit}", passwords(), attributes(&s.attributes)),
        ),
        Screen::SignUp(s) => (
            "/signup",
            format!(
                "{}{}{}{submit}",
                input("text", "username", &s.username),
                attributes(&s.attributes),
                input("password", "password", "")
            ),
        ),
        Screen::Confirm(s) => ("/confirm", format!("{}{}{submit}", escape(&s.who), code())),
        Screen::Forgot(s) => (
            "/forgotPassword",
            format!("{}{submit}", input("text", "username", &s.username)),
        ),
        Screen::Reset(s) => (
            "/confirmForgotPassword",
            format!(
                "{}{}{}{submit}",
                input("text", "username", &s.who),
                code(),
                passwords()
            ),
        ),
        Screen::AddPasskey(s) => (
            "/passkeys/add",
            format!("{}{submit}", input("hidden", "options", &s.options)),
        ),
        Screen::Chooser(s) => (
            "/login/continue",
            format!("<p>{}</p>{submit}", escape(&s.who)),
        ),
        Screen::Notice(s) => ("", notice(s)),
        Screen::Device(s) => ("/device", input("text", "user_code", &s.user_code)),
    };
    let alert = frame.alert.as_ref().map_or(String::new(), |alert| {
        format!("<p role=\"alert\">{}</p>", escape(&alert.text))
    });
    let body = if path.is_empty() {
        fields
    } else {
        let action = escape(&format!("{path}?{}", frame.query));
        let token = input("hidden", "csrf", frame.csrf);
        format!("<form method=\"post\" action=\"{action}\">{token}{fields}</form>")
    };
    format!(
        "<!doctype html><html lang=\"{}\"><title>{}</title>{alert}{body}</html>",
        frame.locale.tag(),
        escape(frame.app)
    )
}
