//! An answer that an administrator brings is checked by the very rules of a sign-in, and each check is told by its name.
//!
//! The rules stop at the first check that fails. To tell of the others too, they are asked again as if that one check had
//! wanted what it found; what it really wanted is told. Nothing of this signs anybody in.

use cognate_crypto::foreign::VerifyingKey;
use cognate_crypto::secret::{SecretBytes, SecretString};
use cognate_federation::oidc::claims::Claims;
use cognate_federation::oidc::id_token::{self, Expected};
use cognate_federation::oidc::inspect as oidc;
use cognate_federation::oidc::keys::Keys;
use cognate_federation::oidc::social::Kind;
use cognate_federation::saml::inspect;
use cognate_federation::saml::refused::Refused;
use cognate_federation::saml::response::{self, Asked, Login};

use super::names;
use super::report::Steps;
use crate::oauth::provider::explain::{self, Compared, listed, shown};

/// The most checks that are passed over.
const MOST: usize = 16;

/// A failed check.
struct Failed {
    check: &'static str,
    words: String,
    change: &'static str,
}

/// Says of each check what became of it. `stopped`: the one behind which nothing was looked at. `found`: what a good check
/// found.
fn tell(
    steps: &mut Steps,
    checks: &[&'static str],
    failed: &[Failed],
    stopped: Option<&str>,
    found: impl Fn(&str) -> Option<String>,
) {
    let mut reached = true;
    for check in checks {
        let step = format!("answer/{check}");
        let failures: Vec<&Failed> = failed.iter().filter(|one| one.check == *check).collect();
        for failure in &failures {
            steps.fail(&step, failure.words.as_str(), failure.change);
        }
        match (failures.is_empty(), reached) {
            (true, true) => steps.ok(&step, found(check).unwrap_or_else(|| "good".to_owned())),
            (true, false) => {
                let change = "put right what fails before, and bring the next answer";
                steps.warn(&step, "not looked at", change);
            }
            (false, _) => {}
        }
        reached = reached && stopped != Some(*check);
    }
}

/// What an answer of SAML is compared with.
pub(super) struct Wanted {
    /// The URLs that answers may be posted to.
    pub(super) acs: Vec<String>,
    pub(super) audience: String,
    pub(super) issuer: String,
    pub(super) now: i64,
    pub(super) encrypted_only: bool,
    pub(super) may_begin: bool,
    pub(super) trusted: Vec<VerifyingKey>,
    pub(super) key: Option<SecretBytes>,
}

/// Checks an answer of SAML; returns what it says if nothing stands in the way of reading it.
pub(super) fn saml(steps: &mut Steps, posted: &str, wanted: &Wanted) -> Option<Login> {
    let said = inspect::message(posted).unwrap_or_default();
    let acs = wanted
        .acs
        .iter()
        .find(|acs| Some(*acs) == said.destination.as_ref());
    let acs = acs.or(wanted.acs.first()).map_or("", String::as_str);
    let real = response::Expected {
        acs,
        audience: &wanted.audience,
        issuer: &wanted.issuer,
        request: said
            .in_response_to
            .as_deref()
            .map_or(Asked::Unsolicited, Asked::Request),
        now: wanted.now,
        encrypted_only: wanted.encrypted_only,
        trusted: &wanted.trusted,
        key: wanted.key.as_ref(),
    };
    let mut expected = real;
    let mut failed: Vec<Failed> = Vec::new();
    let mut seen: Vec<Refused> = Vec::new();
    let (login, stopped) = loop {
        let refused = match response::read(posted, &expected) {
            Ok(login) => break (Some(login), None),
            Err(refused) => refused,
        };
        let again = seen.contains(&refused);
        if !again {
            let explained = explain::saml(&refused);
            let compared = explain::saml_compared(&refused, &real, posted);
            failed.push(Failed {
                check: names::saml(&refused),
                words: worded(&refused, explained.means, compared.as_ref()),
                change: explained.change,
            });
        }
        let passed = match &refused {
            _ if again || seen.len() >= MOST => false,
            Refused::Destination => put(&mut expected.acs, said.destination.as_deref()),
            Refused::Recipient => put(&mut expected.acs, first(&said.recipients)),
            Refused::Audience => put(&mut expected.audience, first(&said.audiences)),
            Refused::Issuer => put(&mut expected.issuer, first(&said.issuers)),
            Refused::NotEncrypted => put(&mut expected.encrypted_only, Some(false)),
            Refused::IssueInstant | Refused::TooEarly | Refused::TooLate | Refused::SessionOver => {
                put(&mut expected.now, said.issued())
            }
            _ => false,
        };
        if !passed {
            break (None, Some(names::saml(&refused)));
        }
        seen.push(refused);
    };
    // Whoever writes the wrong URL in one place does so in the other.
    let elsewhere = !said.recipients.iter().any(|url| url == real.acs);
    if elsewhere && login.is_some() && !said.recipients.is_empty() && !has(&failed, "recipient") {
        let explained = explain::saml(&Refused::Recipient);
        let compared = explain::saml_compared(&Refused::Recipient, &real, posted);
        failed.push(Failed {
            check: "recipient",
            words: worded(&Refused::Recipient, explained.means, compared.as_ref()),
            change: explained.change,
        });
    }
    if said.in_response_to.is_none() && login.is_some() && !wanted.may_begin {
        failed.push(Failed {
            check: "in-response-to",
            words: "it answers no request, and IDPInit is off".to_owned(),
            change: explain::saml(&Refused::InResponseTo).change,
        });
    }
    let lists = |list: &[String]| Some(listed(list.iter().map(String::as_str)));
    tell(steps, &names::SAML, &failed, stopped, |check| match check {
        "message-signature" if !said.message_is_signed => Some("the response has none".to_owned()),
        "message-signature" => lists(&said.algorithms),
        "assertion-signature" if said.is_encrypted => {
            Some("inside of what is encrypted, or that of the response".to_owned())
        }
        "assertion-signature" if !said.assertion_is_signed => {
            Some("that of the response".to_owned())
        }
        "assertion-signature" => lists(&said.algorithms),
        "destination" => Some(listed(said.destination.as_deref())),
        "in-response-to" => Some(match &said.in_response_to {
            Some(id) => format!(
                "{}; if it was the request of the sign-in is not known here",
                shown(id)
            ),
            None => "none: the provider began".to_owned(),
        }),
        "issuer" => lists(&said.issuers),
        "encryption" => Some(match said.is_encrypted {
            true => "encrypted".to_owned(),
            false => "not encrypted".to_owned(),
        }),
        "audience" if !said.is_encrypted => lists(&said.audiences),
        "recipient" if !said.is_encrypted => lists(&said.recipients),
        "time" => said
            .issue_instant
            .as_deref()
            .map(|at| format!("issued at {}", shown(at))),
        "name-id" => {
            let login = login.as_ref()?;
            let format = login.name_format.as_deref().unwrap_or("none");
            Some(format!(
                "{} characters, format {}",
                login.name_id.chars().count(),
                shown(format)
            ))
        }
        _ => None,
    });
    login
}

/// Puts what was found in the place of what was wanted; false if nothing was found.
fn put<T>(wanted: &mut T, found: Option<T>) -> bool {
    let is_there = found.is_some();
    if let Some(found) = found {
        *wanted = found;
    }
    is_there
}

fn first(list: &[String]) -> Option<&str> {
    list.first().map(String::as_str)
}

fn has(failed: &[Failed], check: &str) -> bool {
    failed.iter().any(|one| one.check == check)
}

fn worded(refused: &dyn std::fmt::Display, means: &str, compared: Option<&Compared>) -> String {
    let compared = compared.map_or_else(String::new, |Compared { expected, found }| {
        format!(" Expected: {expected}. Found: {found}.")
    });
    format!("{refused}. {means}{compared}")
}

/// What an ID token is compared with.
pub(super) struct WantedToken {
    pub(super) kind: Kind,
    pub(super) issuers: Vec<String>,
    pub(super) client_id: String,
    pub(super) client_secret: Option<SecretString>,
    pub(super) keys: Option<Keys>,
    pub(super) now: i64,
}

/// Checks an ID token; returns its claims if nothing stands in the way of reading them.
pub(super) fn id_token(steps: &mut Steps, token: &str, wanted: &WantedToken) -> Option<Claims> {
    let said = oidc::token(token);
    let header = said.as_ref().map(|said| &said.header);
    let payload = said.as_ref().map(|said| &said.payload);
    let text = |name: &str| explain::text(payload?, name);
    let number = |name: &str| payload?.get(name)?.as_i64();
    let issuers: Vec<&str> = wanted.issuers.iter().map(String::as_str).collect();
    let Some(set) = &wanted.keys else {
        steps.fail(
            "answer",
            "there are no keys to check it with",
            "see the step keys",
        );
        return None;
    };
    let ids: Vec<&str> = set.ids().collect();
    let real = Expected {
        kind: wanted.kind,
        issuers: &issuers,
        client_id: &wanted.client_id,
        client_secret: wanted.client_secret.as_ref(),
        nonce: None,
        access_token: None,
        now: wanted.now,
    };
    let (other_issuer, other_client) =
        (text("iss").unwrap_or_default(), payload.and_then(audience));
    let other_issuers = [other_issuer.as_str()];
    let mut expected = real;
    let (mut failed, mut seen): (Vec<Failed>, Vec<id_token::Refused>) = (Vec::new(), Vec::new());
    let (claims, stopped) = loop {
        let refused = match id_token::check(token, set, &expected) {
            Ok(claims) => break (Some(claims), None),
            Err(refused) => refused,
        };
        let again = seen.contains(&refused);
        // Against a client that was put in, this says nothing.
        let moot =
            refused == id_token::Refused::AuthorizedParty && expected.client_id != real.client_id;
        if !again && !moot {
            let explained = explain::id_token(&refused);
            let compared = explain::id_token_compared(refused, &real, &ids, token);
            failed.push(Failed {
                check: names::id_token(refused),
                words: worded(&refused, explained.means, compared.as_ref()),
                change: explained.change,
            });
        }
        let passed = match refused {
            _ if again || seen.len() >= MOST => false,
            id_token::Refused::Issuer => put(&mut expected.issuers, Some(&other_issuers[..])),
            id_token::Refused::Audience => put(&mut expected.client_id, other_client.as_deref()),
            id_token::Refused::Expired => {
                let end = number("exp");
                put(&mut expected.now, end.map(|end| end.saturating_sub(1)))
            }
            id_token::Refused::IssuedAhead => put(&mut expected.now, number("iat")),
            id_token::Refused::NotYet => put(&mut expected.now, number("nbf")),
            _ => false,
        };
        if !passed {
            break (None, Some(names::id_token(refused)));
        }
        seen.push(refused);
    };
    let time = |name: &str| explain::time(payload?, name);
    tell(
        steps,
        &names::ID_TOKEN,
        &failed,
        stopped,
        |check| match check {
            "algorithm" => explain::text(header?, "alg").map(|alg| shown(&alg)),
            "key" => explain::text(header?, "kid").map(|kid| shown(&kid)),
            "issuer" => text("iss").map(|text| shown(&text)),
            "audience" => text("aud").map(|text| shown(&text)),
            "authorized-party" => Some(listed(text("azp").as_deref())),
            "end" => time("exp"),
            "issued" => time("iat"),
            "begin" => Some(time("nbf").unwrap_or_else(|| "at once".to_owned())),
            "nonce" => Some("that of the sign-in is not known here".to_owned()),
            "access-token-hash" => Some("the access token is not known here".to_owned()),
            "subject" => text("sub").map(|text| format!("{} characters", text.chars().count())),
            _ => None,
        },
    );
    claims
}

/// Returns an audience of a token.
fn audience(payload: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let found = payload.get("aud")?;
    let one = found.as_str().or_else(|| found.get(0)?.as_str());
    one.map(str::to_owned)
}
