//! The words of the messages about risky sign-ins, and the links in them by which users say whether it was them (admin.md
//! 2.8, 6.1).
//!
//! A link leads to a page that asks, and only the answer on the page counts: programs that look for malware open every link
//! of a message before its reader does. The token in it is sealed with the pool's key and good for either answer, for one
//! event of one user, for seven days.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::seal::Context;
use cognate_crypto::srp;
use cognate_shapes::{FeedbackValueType, NotifyEmailType};
use serde::{Deserialize, Serialize};

use crate::clock::{DAY, SECOND};
use crate::cx::Cx;
use crate::errors::{Result, risk as refusals};
use crate::messages::render::{escape, one_line};
use crate::messages::{Account, links};
use crate::records::auth_event::EventContext;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;

/// How long a link works, in microseconds (admin.md 2.8: a guess).
const WORKS: i64 = 7 * DAY;
/// A token of this program has about 300 characters.
const LONGEST_TOKEN: usize = 1_000;
/// The word for what is not known.
const UNKNOWN: &str = "unknown";

/// What a message reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The sign-in was refused.
    Blocked,
    /// Nothing was done about it.
    NoAction,
    /// A second factor was asked for.
    MfaRequired,
}

/// A risky sign-in that its user is told of.
#[derive(Clone, Copy)]
pub struct Notice<'a> {
    /// What became of it.
    pub kind: NoticeKind,
    /// The user, or an unknown name.
    pub account: &'a Account<'a>,
    /// The client.
    pub client: &'a Client,
    /// The event's id.
    pub event_id: &'a str,
    /// When it was, in microseconds.
    pub at: i64,
    /// From where, as the event keeps it.
    pub context: &'a EventContext,
}

/// A message that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordedNotice {
    /// One line.
    pub subject: String,
    /// HTML.
    pub html: String,
    /// The same without markup; None where the template has none.
    pub text: Option<String>,
    /// What the placeholders stand for, by their names with the braces.
    pub values: Vec<(&'static str, String)>,
}

/// What a message has so that its reader can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackLinks {
    /// The page, with `it was me` to be confirmed.
    pub valid: String,
    /// The page, with `it was not me` to be confirmed.
    pub invalid: String,
    /// FeedbackToken, for pages of the application's own.
    pub token: String,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackToken {
    /// The user's id.
    #[serde(rename = "u")]
    pub user_id: String,
    /// The event.
    #[serde(rename = "e")]
    pub event_id: String,
    /// The client, whose look the page has.
    #[serde(rename = "c")]
    pub client_id: String,
    #[serde(rename = "x")]
    expires: i64,
}

impl FeedbackToken {
    /// Opens a token of a pool.
    ///
    /// # Errors
    /// NotAuthorizedException for one that was not made here for this pool, that was altered, or that is too old.
    pub fn open(cx: &Cx<'_>, pool: &Pool, token: &str) -> Result<Self> {
        let read = || -> Option<Self> {
            let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
            let plain = pool.key.open(&context(pool), &sealed).ok()?;
            serde_json::from_slice(plain.expose()).ok()
        };
        let token = match token.len() <= LONGEST_TOKEN {
            true => read(),
            false => None,
        };
        let token = token.ok_or_else(refusals::feedback_token_invalid)?;
        match cx.now() < token.expires {
            true => Ok(token),
            false => Err(refusals::feedback_token_expired().into()),
        }
    }
}

/// Returns the token by which a user answers about an event.
///
/// # Errors
/// None in practice: texts always serialise.
pub fn feedback_token(
    cx: &Cx<'_>,
    pool: &Pool,
    client_id: &str,
    user_id: &str,
    event_id: &str,
) -> Result<String> {
    let token = serde_json::to_vec(&FeedbackToken {
        user_id: user_id.to_owned(),
        event_id: event_id.to_owned(),
        client_id: client_id.to_owned(),
        expires: cx.now().saturating_add(WORKS),
    })?;
    Ok(URL_SAFE_NO_PAD.encode(pool.key.seal(&context(pool), &token)))
}

/// Returns the links of a message, on the pool's domain if it has one, else on this server.
///
/// # Errors
/// The store's.
pub async fn feedback_links(
    cx: &Cx<'_>,
    pool: &Pool,
    client_id: &str,
    user_id: &str,
    event_id: &str,
) -> Result<FeedbackLinks> {
    let token = feedback_token(cx, pool, client_id, user_id, event_id)?;
    let page = links::feedback(cx, pool).await?;
    // The characters of ids, tokens and values are those of URLs.
    let link = |value: FeedbackValueType| {
        let value = value.as_str().to_ascii_lowercase();
        format!("{page}&token={token}&value={value}")
    };
    Ok(FeedbackLinks {
        valid: link(FeedbackValueType::Valid),
        invalid: link(FeedbackValueType::Invalid),
        token,
    })
}

/// Words a message: by the template that goes with the configuration of the client, or the service's own words.
///
/// # Errors
/// The store's.
pub async fn word(cx: &Cx<'_>, pool: &Pool, notice: Notice<'_>) -> Result<WordedNotice> {
    let Notice {
        kind,
        account,
        client,
        event_id,
        at,
        context,
    } = notice;
    // A client's own configuration replaces that of the pool with all its templates.
    let own = client.doc.risk_configuration.as_ref();
    let templates = protection::messages(&cx.store, pool, own.map(|_| client.id.as_str())).await?;
    let template = match kind {
        NoticeKind::Blocked => templates.block,
        NoticeKind::NoAction => templates.no_action,
        NoticeKind::MfaRequired => templates.mfa,
    };
    let links = feedback_links(cx, pool, &client.id, account.key(), event_id).await?;
    let seconds = u64::try_from(at.div_euclid(SECOND)).unwrap_or(0);
    let known = |text: &str| match text.is_empty() {
        true => UNKNOWN.to_owned(),
        false => text.to_owned(),
    };
    let values = [
        ("{username}", account.name().to_owned()),
        ("{login-time}", srp::client::timestamp(seconds)),
        ("{device-name}", known(&context.device)),
        ("{ip-address}", known(&context.ip)),
        ("{city}", known(&context.city)),
        ("{country}", known(&context.country)),
        ("{event-id}", event_id.to_owned()),
        ("{feedback-token}", links.token),
        ("{one-click-link-valid}", links.valid),
        ("{one-click-link-invalid}", links.invalid),
    ];
    Ok(fill(kind, template, values.to_vec()))
}

/// `template`: None = the words of this program.
fn fill(
    kind: NoticeKind,
    template: Option<NotifyEmailType>,
    values: Vec<(&'static str, String)>,
) -> WordedNotice {
    let template = match template {
        None => own_words(kind),
        // A subject alone says nothing of the sign-in.
        Some(subject) if is_empty(&subject.html_body) && is_empty(&subject.text_body) => {
            NotifyEmailType {
                subject: subject.subject,
                ..own_words(kind)
            }
        }
        Some(template) => template,
    };
    let escaped: Vec<_> = values
        .iter()
        .map(|(name, value)| (*name, escape(value)))
        .collect();
    let text = template.text_body.filter(|text| !text.is_empty());
    let html = template.html_body.filter(|html| !html.is_empty());
    let html = match (&html, &text) {
        (Some(html), _) => put(html, &escaped),
        // A message of text alone is read as it was written.
        (None, Some(text)) => format!("<pre>{}</pre>", escape(&put(text, &values))),
        (None, None) => String::new(),
    };
    WordedNotice {
        subject: one_line(&template.subject),
        html,
        text: text.map(|text| put(&text, &values)),
        values,
    }
}

fn is_empty(text: &Option<String>) -> bool {
    text.as_deref().is_none_or(str::is_empty)
}

/// Puts the values in the place of their names, in one pass: a value that looks like a name stays a value.
fn put(template: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(template.len() + 1_024);
    let mut rest = template;
    while let Some((before, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let named = values.iter().find_map(|(name, value)| {
            let after = from.strip_prefix(name)?;
            Some((value, after))
        });
        match named {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = from.strip_prefix('{').unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// The words of this program, where nobody set others. The subjects are the service's (admin.md 6.1).
fn own_words(kind: NoticeKind) -> NotifyEmailType {
    const FACTS: [(&str, &str); 3] = [
        ("Time", "{login-time}"),
        ("Device", "{device-name}"),
        ("Address", "{ip-address}"),
    ];
    let (subject, what) = match kind {
        NoticeKind::Blocked => (
            "Blocked sign-in attempt",
            "Somebody tried to sign in to your account, and we refused it.",
        ),
        NoticeKind::NoAction => (
            "New sign-in attempt",
            "Somebody signed in to your account in an unusual way.",
        ),
        NoticeKind::MfaRequired => (
            "New sign-in attempt",
            "Somebody tried to sign in to your account in an unusual way, and we asked for a second factor.",
        ),
    };
    let items = FACTS.map(|(name, value)| format!("<li>{name}: {value}</li>"));
    let lines = FACTS.map(|(name, value)| format!("{name}: {value}\n"));
    NotifyEmailType {
        subject: subject.to_owned(),
        html_body: Some(format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{subject}</title></head><body>\
             <p>{what}</p><ul>{}</ul>\
             <p><a href=\"{{one-click-link-invalid}}\">This was not me</a></p>\
             <p><a href=\"{{one-click-link-valid}}\">This was me</a></p></body></html>",
            items.concat()
        )),
        text_body: Some(format!(
            "{what}\n\n{}\nThis was not me: {{one-click-link-invalid}}\nThis was me: {{one-click-link-valid}}\n",
            lines.concat()
        )),
    }
}

fn context(pool: &Pool) -> Context<'_> {
    Context {
        table: "feedback_token",
        column: "token",
        pool: &pool.id,
        row: "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(username: &str) -> Vec<(&'static str, String)> {
        vec![
            ("{username}", username.to_owned()),
            (
                "{one-click-link-valid}",
                "https://d.example/?a=1&b=2".to_owned(),
            ),
        ]
    }

    #[test]
    fn values_become_no_markup_and_no_other_values() {
        let template = NotifyEmailType {
            subject: "A\r\nBcc: x@y.example".to_owned(),
            html_body: Some("<b>{username}</b> {one-click-link-valid} {x} {".to_owned()),
            text_body: Some("{username}: {one-click-link-valid}".to_owned()),
        };
        let worded = fill(
            NoticeKind::Blocked,
            Some(template),
            values("<i>{one-click-link-valid}"),
        );
        assert_eq!(worded.subject, "A Bcc: x@y.example");
        assert_eq!(
            worded.html,
            "<b>&lt;i&gt;{one-click-link-valid}</b> https://d.example/?a=1&amp;b=2 {x} {"
        );
        assert_eq!(
            worded.text.as_deref(),
            Some("<i>{one-click-link-valid}: https://d.example/?a=1&b=2")
        );
    }

    #[test]
    fn a_template_of_text_alone_is_shown_as_it_is() {
        let template = NotifyEmailType {
            subject: "S".to_owned(),
            html_body: None,
            text_body: Some("<a> {username}".to_owned()),
        };
        let worded = fill(NoticeKind::Blocked, Some(template), values("jane"));
        assert_eq!(worded.html, "<pre>&lt;a&gt; jane</pre>");
    }

    #[test]
    fn a_subject_alone_gets_the_words_of_this_program() {
        let template = NotifyEmailType {
            subject: "S".to_owned(),
            html_body: None,
            text_body: Some(String::new()),
        };
        let worded = fill(NoticeKind::MfaRequired, Some(template), values("jane"));
        let own = fill(NoticeKind::MfaRequired, None, values("jane"));
        assert_eq!((worded.subject.as_str(), worded.html), ("S", own.html));
    }

    #[test]
    fn every_message_of_our_own_has_both_links() {
        for kind in [
            NoticeKind::Blocked,
            NoticeKind::NoAction,
            NoticeKind::MfaRequired,
        ] {
            let words = own_words(kind);
            for body in [words.html_body.unwrap(), words.text_body.unwrap()] {
                for name in [
                    "{one-click-link-valid}",
                    "{one-click-link-invalid}",
                    "{login-time}",
                ] {
                    assert!(body.contains(name), "{kind:?} {name}");
                }
            }
        }
    }
}
