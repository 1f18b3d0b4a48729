//! Calls to a provider whose failure is told step by step: name, address, connection, TLS, time, size, status.

use std::time::Duration;

use cognate_federation::oidc::request::Request;
use cognate_outbound::examine::{Examined, Failed, Stage};
use cognate_outbound::{Limits, OutboundError, form};

use super::report::Steps;
use crate::app::App;
use crate::oauth::provider::explain::shown;

/// Bounds of one call, as in a sign-in; the time to connect counts beside it.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(4),
    bytes: 1 << 20,
    content_type: None,
};

/// Calls a URL.
pub(super) async fn call(app: &App, asked: &Request) -> Result<Examined, Failed> {
    let sent = form::Call {
        url: asked.url.expose(),
        form: asked.form.as_ref().map(|form| form.expose().as_str()),
        authorization: asked
            .authorization
            .as_ref()
            .map(|value| value.expose().as_str()),
        agent: "Amazon/Cognito",
    };
    app.outbound.examine(sent, LIMITS).await
}

/// Fetches a document with status 200; without one, says why in a step and returns None.
pub(super) async fn fetch(app: &App, steps: &mut Steps, step: &str, url: &str) -> Option<Vec<u8>> {
    let sent = form::Call {
        url,
        form: None,
        authorization: None,
        agent: "Cognate",
    };
    let place = place(url);
    let answer = match app.outbound.examine(sent, LIMITS).await {
        Ok(answer) => answer,
        Err(failed) => {
            let (says, change) = told(&failed);
            steps.fail(step, format!("{place}: {says}"), change);
            return None;
        }
    };
    match answer.status {
        200 => return Some(answer.body.into()),
        status @ 300..400 => {
            let to = answer
                .location
                .as_deref()
                .map_or("nowhere".to_owned(), shown);
            steps.fail(
                step,
                format!("{place}: status {status}, a redirect to {to}, which is not followed"),
                "give the URL at which the document is",
            );
        }
        status => steps.fail(
            step,
            format!("{place}: status {status}, expected 200"),
            "compare the URL with the provider's documentation",
        ),
    }
    None
}

/// Says in a step if a host that browsers are sent to can be reached from here, which is not needed for sign-ins.
pub(super) async fn probe(app: &App, steps: &mut Steps, step: &str, url: &str) {
    let place = place(url);
    match app.outbound.probe(url, LIMITS).await {
        Ok(()) => steps.ok(step, format!("{place} takes connections")),
        Err(failed) => {
            let (says, change) = told(&failed);
            let change = format!("nothing, if browsers reach it; else {change}");
            steps.warn(step, format!("{place}: {says}"), change);
        }
    }
}

/// Returns in words why there is no answer, and what to change.
pub(super) fn told(failed: &Failed) -> (String, &'static str) {
    let slow = matches!(failed.error, OutboundError::Slow);
    let detail = shown(&failed.error.to_string());
    if matches!(failed.error, OutboundError::Busy) {
        return (
            "64 calls to the host are in flight already".to_owned(),
            "try again when the provider answers faster",
        );
    }
    match failed.stage {
        Stage::Url => (
            "the URL may not be called: it is no https URL".to_owned(),
            "give an https URL without a user name in it",
        ),
        Stage::Name if slow => (
            "DNS: the name service did not answer in time".to_owned(),
            "look at the name service of this machine",
        ),
        Stage::Name => (
            format!("DNS: the name service knows no address of the host: {detail}"),
            "correct the host in the URL, or the name service of this machine",
        ),
        Stage::Address => (
            "the host has internal addresses only, which are not called".to_owned(),
            "give a public host, or set private_outbound if the provider is in your own network",
        ),
        Stage::Connection if slow => (
            "no connection in time".to_owned(),
            "let this machine out to the host and port: a firewall drops it",
        ),
        Stage::Connection => (
            format!("no connection: {detail}"),
            "check the port, and that the provider runs",
        ),
        Stage::Tls if slow => (
            "TLS: no handshake in time".to_owned(),
            "check that TLS is spoken at this port",
        ),
        Stage::Tls => (
            format!("TLS: {detail}"),
            "the provider needs a certificate of this host by an authority that this machine trusts",
        ),
        Stage::Answer if slow => (
            "connected, and no answer within five seconds".to_owned(),
            "look at the provider's load and its log",
        ),
        Stage::Answer if matches!(failed.error, OutboundError::TooLarge) => (
            "the answer is too large: more than one mebibyte".to_owned(),
            "give the URL of this one provider's document, not of a whole federation",
        ),
        Stage::Answer => (
            format!("the connection broke before the answer was whole: {detail}"),
            "look at the provider's log, and at proxies on the way",
        ),
    }
}

/// Returns a URL as it may be shown: queries may hold keys.
pub(super) fn place(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let plain = url.get(..end).unwrap_or(url);
    match plain.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or(authority);
            let printable = |c: &char| !c.is_control();
            format!("{scheme}://{host}{path}")
                .chars()
                .filter(printable)
                .take(300)
                .collect()
        }
        None => shown(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_is_told_in_its_own_words() {
        let of = |stage, error| told(&Failed { stage, error }).0;
        let broken = || OutboundError::Broken("why".to_owned());
        let all = [
            of(Stage::Url, OutboundError::Url),
            of(Stage::Name, broken()),
            of(Stage::Name, OutboundError::Slow),
            of(Stage::Address, OutboundError::Address),
            of(Stage::Connection, broken()),
            of(Stage::Connection, OutboundError::Slow),
            of(Stage::Tls, broken()),
            of(Stage::Tls, OutboundError::Slow),
            of(Stage::Answer, OutboundError::Slow),
            of(Stage::Answer, OutboundError::TooLarge),
            of(Stage::Answer, broken()),
            of(Stage::Answer, OutboundError::Busy),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| other != one), "{one}");
        }
        assert!(all[1].contains("DNS") && all[3].contains("internal") && all[6].contains("TLS"));
    }

    #[test]
    fn what_a_url_may_hold_is_not_shown() {
        for (url, shown) in [
            ("https://h.example/m?key=s", "https://h.example/m"),
            ("https://u:p@h.example:8/m#x", "https://h.example:8/m"),
            ("https://h.example", "https://h.example"),
            ("x\u{1b}[2J", "\"x[2J\""),
        ] {
            assert_eq!(place(url), shown);
        }
    }
}
