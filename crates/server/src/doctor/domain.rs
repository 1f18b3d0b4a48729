//! The domain of a pool: whether it leads to the server that is asked. No password and no secret goes there before that is known.

use serde_json::Value;

use super::ask::Asker;
use super::facts::{Endpoints, Facts};
use super::report::Report;

const AUTHORIZE: &str = "/oauth2/authorize";
const TOKEN: &str = "/oauth2/token";
/// What to change where a domain leads elsewhere.
const SETTING: &str = "the name service or the hosts file for the domain (dev --impersonate prints the lines); domain_base; the certificate \
                       of the domain (domain_certs)";

/// What is told of the domain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The client sends browsers there: without one nothing works.
    Always,
    /// It is of use where there is one.
    IfThere,
    /// Nobody asks.
    Never,
}

/// Finds out whether the pages and the token endpoint of the pool are this server's, and keeps it in `facts`.
pub async fn look(asker: &Asker, need: Need, facts: &mut Facts, report: &mut Report) {
    let ends = &facts.endpoints;
    if ends.authorize.is_empty() && ends.token.is_empty() {
        if need == Need::Always {
            report.finding(
                "domain",
                "the pool has no domain, and so no pages and no OAuth endpoints",
                "CreateUserPoolDomain",
            );
        }
        return;
    }
    let found = pages(asker, facts).await;
    match &found {
        _ if need == Need::Never => {}
        Ok(base) => report.ok(
            "domain",
            format!("{base}{AUTHORIZE} answers, and has the keys of the pool"),
        ),
        Err(why) => report.finding("domain", why, SETTING),
    }
    facts.pages = found.ok();
}

/// Returns what stands before the paths of the endpoints, if it leads to this server; else why not.
async fn pages(asker: &Asker, facts: &Facts) -> Result<String, String> {
    let ends = &facts.endpoints;
    let base = base(ends).ok_or_else(|| {
        format!(
            "{} and {} are not {AUTHORIZE} and {TOKEN} of one place",
            ends.authorize, ends.token
        )
    })?;
    has_keys(asker, base, &facts.key_set).await?;
    // Without parameters it cannot be right: what counts is that it is there.
    match asker.get(&ends.authorize).await {
        Ok(answer) if answer.status != 404 && answer.status < 500 => Ok(base.to_owned()),
        Ok(answer) => Err(format!(
            "{} answers with the status {}",
            ends.authorize, answer.status
        )),
        Err(error) => Err(format!("{}: {error}", ends.authorize)),
    }
}

fn base(ends: &Endpoints) -> Option<&str> {
    let base = ends.authorize.strip_suffix(AUTHORIZE)?;
    (ends.token.strip_suffix(TOKEN) == Some(base)).then_some(base)
}

/// Looks whether a place has the keys of the pool. A host of the real service is asked only where it leads near ([`Asker`]).
///
/// # Errors
/// What is there instead.
pub async fn has_keys(asker: &Asker, base: &str, keys: &Value) -> Result<(), String> {
    let set = asker.get(&format!("{base}/.well-known/jwks.json")).await;
    match set {
        Ok(set) if keys.is_object() && set.status == 200 && set.json() == *keys => Ok(()),
        Ok(set) => Err(format!(
            "{base} leads elsewhere: it does not have the keys of the pool (status {})",
            set.status
        )),
        Err(error) => Err(format!("{base} does not lead here: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_endpoints_are_of_one_place() {
        let ends = |authorize: &str, token: &str| Endpoints {
            authorize: authorize.to_owned(),
            token: token.to_owned(),
            ..Endpoints::default()
        };
        let found = ends(
            "https://id.example/x/oauth2/authorize",
            "https://id.example/x/oauth2/token",
        );
        assert_eq!(base(&found), Some("https://id.example/x"));
        for (authorize, token) in [
            ("https://id.example/oauth2/authorize", ""),
            ("", "https://id.example/oauth2/token"),
            (
                "https://id.example/oauth2/authorize",
                "http://127.0.0.1/oauth2/token",
            ),
            (
                "https://id.example/oauth2/authorize",
                "https://id.example/_dev/reset",
            ),
            ("https://id.example/a", "https://id.example/b"),
        ] {
            assert_eq!(base(&ends(authorize, token)), None, "{token}");
        }
    }
}
