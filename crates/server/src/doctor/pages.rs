//! A sign-in through the pages of a pool and the token endpoint, for clients that have no other; and the tokens of programs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::{hash, random};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::ask::Asker;
use super::facts::{App, Facts};
use super::sign_in::{Person, Tokens, Without};

/// Where a browser would go on that is no browser's.
const NOWHERE: &str = "http://localhost/";

/// Why nobody is signed in through pages.
const NO_PAGES: &str = "no page and no token endpoint of the pool was seen to lead to this server: nothing secret is sent there";

/// Signs somebody in with one POST, as scripts do that know the form, and trades the code. `redirect`: where the application has
/// browsers sent back; None for the first that the client has.
///
/// # Errors
/// Why there are no tokens.
pub async fn tokens(
    asker: &Asker,
    facts: &Facts,
    app: &App,
    person: &Person,
    redirect: Option<&str>,
) -> Result<Tokens, Without> {
    let Some(base) = facts.pages.as_deref() else {
        return Err(Without::NotChecked(NO_PAGES.to_owned()));
    };
    let first = || app.callbacks.first().map_or(NOWHERE, String::as_str);
    let callback = redirect.unwrap_or_else(first);
    let verifier = URL_SAFE_NO_PAD.encode(random::bytes::<32>());
    let challenge = URL_SAFE_NO_PAD.encode(hash::sha256(verifier.as_bytes()));
    let (state, pair) = (random::uuid_v4(), random::uuid_v4());
    let scope = match app.scopes.iter().any(|scope| scope == "openid") {
        true => "openid".to_owned(),
        false => app.scopes.join(" "),
    };
    let query = form(&[
        ("client_id", app.id.as_str()),
        ("response_type", "code"),
        ("scope", scope.as_str()),
        ("redirect_uri", callback),
        ("state", state.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    let fields = form(&[
        ("_csrf", pair.as_str()),
        ("username", person.name.as_str()),
        ("password", person.password.expose().as_str()),
        ("cognitoAsfData", ""),
    ]);
    // Pages are not below the id of a pool.
    let host = base.strip_suffix(&format!("/{}", facts.pool));
    let page = format!("{}/login", host.unwrap_or(base));
    let url = format!("{page}?{query}");
    let cookie = format!("XSRF-TOKEN={pair}");
    let answer = asker.post(&url, fields, &[("cookie", &cookie)]).await;
    let answer = answer.map_err(|error| silent(&page, &error))?;
    let location = answer.header("location");
    let back = location
        .strip_prefix(callback)
        .and_then(|rest| rest.strip_prefix(['?', '&']));
    let parameter = |name: &str| {
        let pairs = back.unwrap_or_default().split('&');
        let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    };
    let code = parameter("code").filter(|_| parameter("state").as_deref() == Some(state.as_str()));
    let Some(code) = code else {
        if let Some(step) = next_step(location) {
            let why = format!("the pages ask for more than the password: {step}");
            return Err(Without::NotChecked(why));
        }
        let detail = match parameter("error") {
            Some(error) => format!("the page answers the application with the error {error}"),
            None => format!(
                "the page does not lead back to {callback}: status {}, {}",
                answer.status,
                location.split('?').next().unwrap_or_default()
            ),
        };
        let setting =
            "CallbackURLs, AllowedOAuthScopes, SupportedIdentityProviders (COGNITO) of the client";
        return Err(Without::Finding(detail, setting.to_owned()));
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.id.as_str()),
        ("code", code.as_str()),
        ("redirect_uri", callback),
        ("code_verifier", verifier.as_str()),
    ];
    trade(asker, facts, app, &fields).await
}

/// Returns the tokens of a program that has a secret (client_credentials).
///
/// # Errors
/// Why there are none.
pub async fn of_program(asker: &Asker, facts: &Facts, app: &App) -> Result<Tokens, Without> {
    trade(asker, facts, app, &[("grant_type", "client_credentials")]).await
}

/// Returns the page to which a sign-in goes on; None where it ended or begins again.
fn next_step(location: &str) -> Option<&str> {
    let path = location.split(['?', '#']).next().unwrap_or_default();
    let is_own = path.starts_with('/') && !path.starts_with("//");
    let ends = path.ends_with("/login") || path.ends_with("/error");
    (is_own && !ends).then_some(path)
}

async fn trade(
    asker: &Asker,
    facts: &Facts,
    app: &App,
    fields: &[(&str, &str)],
) -> Result<Tokens, Without> {
    let Some(base) = facts.pages.as_deref() else {
        return Err(Without::NotChecked(NO_PAGES.to_owned()));
    };
    let url = &format!("{base}/oauth2/token");
    let basic = app.secret.as_ref().map(|secret| {
        let both = format!("{}:{}", app.id, secret.expose());
        format!("Basic {}", STANDARD.encode(both))
    });
    let headers: Vec<_> = basic
        .iter()
        .map(|basic| ("authorization", basic.as_str()))
        .collect();
    let answer = asker.post(url, form(fields), &headers).await;
    let answer = answer.map_err(|error| silent(url, &error))?;
    let body = answer.json();
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if answer.status != 200 {
        let detail = format!(
            "{url} answers {}: {} {}",
            answer.status,
            text("error"),
            text("error_description")
        );
        let setting = match answer.header("x-cognate-hint") {
            "" => "AllowedOAuthFlows, AllowedOAuthScopes and the secret of the client",
            hint => hint,
        };
        return Err(Without::Finding(detail, setting.to_owned()));
    }
    Ok(Tokens {
        access: text("access_token"),
        id: text("id_token"),
        refresh: text("refresh_token"),
    })
}

fn silent(url: &str, error: &cognate_outbound::OutboundError) -> Without {
    Without::Finding(
        format!("{url}: {error}"),
        "the name service for the domain of the pool".to_owned(),
    )
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_that_goes_on_is_no_finding() {
        for (location, step) in [
            ("/mfa?client_id=a", Some("/mfa")),
            (
                "/_world/w3/login/passkey?a",
                Some("/_world/w3/login/passkey"),
            ),
            ("/login?error", None),
            ("/_world/w3/login?a", None),
            ("/error?e", None),
            ("//evil.example/mfa", None),
            ("https://app.example/cb?error=x", None),
            ("", None),
        ] {
            assert_eq!(next_step(location), step, "{location}");
        }
    }
}
