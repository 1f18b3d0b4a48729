//! The settings of a provider that speaks OAuth, its keys, and what it says to this client.

use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::apple;
use cognate_federation::oidc::exchange::{self, Exchange};
use cognate_federation::oidc::keys::{self, Keys, LeftOut};
use cognate_federation::oidc::request::{Request, bearer};
use cognate_federation::oidc::said::Said;
use cognate_federation::oidc::social::Kind;

use super::call::{self, place, told};
use super::report::Steps;
use crate::app::App;
use crate::foreign;
use crate::oauth::provider::explain::{listed, shown};
use crate::oauth::provider::oidc::{RESPONSE, detail, keys_url};
use crate::records::provider::Provider;

/// A code and a token that nobody gave out.
const MADE_UP: &str = "made-up-by-a-test-of-this-provider";

/// Looks if the settings are complete for the type. Returns what proves this server to the provider.
pub(super) fn settings(
    app: &App,
    steps: &mut Steps,
    provider: &Provider,
    kind: Kind,
    now: i64,
) -> Option<SecretString> {
    const STEP: &str = "settings";
    let mut needed = vec!["client_id", "authorize_url", "token_url"];
    match kind {
        Kind::Oidc => needed.extend([
            "authorize_scopes",
            "oidc_issuer",
            "jwks_uri",
            "attributes_url",
        ]),
        Kind::SignInWithApple => needed.extend(["team_id", "key_id"]),
        Kind::Google | Kind::Facebook | Kind::LoginWithAmazon => needed.push("authorize_scopes"),
    }
    let missing = needed
        .iter()
        .filter(|name| detail(provider, name).is_empty());
    let mut missing: Vec<&str> = missing.copied().collect();
    let secret = match kind {
        Kind::SignInWithApple => "private_key",
        _ => "client_secret",
    };
    let has_secret = provider.secrets.contains_key(secret);
    if !has_secret && kind != Kind::Oidc {
        missing.push(secret);
    }
    match missing.is_empty() {
        true => steps.ok(STEP, "complete for the type"),
        false => steps.fail(
            STEP,
            format!("lacks {}", missing.join(", ")),
            "UpdateIdentityProvider with them in ProviderDetails",
        ),
    }
    for name in [
        "authorize_url",
        "token_url",
        "attributes_url",
        "jwks_uri",
        "oidc_issuer",
    ] {
        let url = detail(provider, name);
        if !url.is_empty() && !app.outbound.may_call(url) {
            steps.fail(
                STEP,
                format!("{name} is {}, no https URL", place(url)),
                "give an https URL",
            );
        }
    }
    let scopes = detail(provider, "authorize_scopes");
    let openid = scopes.split([' ', ',']).any(|scope| scope == "openid");
    if matches!(kind, Kind::Oidc | Kind::Google) && !openid {
        let says = format!(
            "authorize_scopes is {}, without openid: there will be no ID token",
            shown(scopes)
        );
        steps.fail(STEP, says, "add openid to authorize_scopes");
    }
    if kind == Kind::SignInWithApple {
        return apple(steps, provider, now);
    }
    if !has_secret && kind == Kind::Oidc {
        steps.warn(
            STEP,
            "there is no client_secret",
            "nothing, if the client at the provider is a public one",
        );
    }
    provider.secrets.get(secret).map(SecretString::duplicate)
}

/// Signs a client secret as for a sign-in at Apple.
fn apple(steps: &mut Steps, provider: &Provider, now: i64) -> Option<SecretString> {
    const STEP: &str = "private-key";
    let (team, id) = (detail(provider, "team_id"), detail(provider, "key_id"));
    for (name, value) in [("team_id", team), ("key_id", id)] {
        if value.len() != 10 {
            let says = format!(
                "{name} is {}; those of Apple have ten characters",
                shown(value)
            );
            steps.warn(STEP, says, "compare it with the developer account");
        }
    }
    let key = apple::private_key(provider.secrets.get("private_key")?);
    let Ok(key) = key else {
        let says = "it is no P-256 key in PKCS #8";
        steps.fail(
            STEP,
            says,
            "paste the whole file AuthKey_….p8 as private_key",
        );
        return None;
    };
    steps.ok(STEP, "it parses, and signs a client secret by ES256");
    let client = detail(provider, "client_id");
    Some(apple::client_secret(&key, team, id, client, now))
}

/// Fetches the keys and says which are of use.
pub(super) async fn keys(app: &App, provider: &Provider) -> (Steps, Option<Keys>) {
    const STEP: &str = "keys";
    let mut steps = Steps::default();
    let Some(body) = call::fetch(app, &mut steps, STEP, keys_url(provider)).await else {
        return (steps, None);
    };
    let read = move || (keys::examine(&body), keys::read(&body).ok());
    let Ok((examined, usable)) = foreign::read(app, read).await else {
        steps.fail(
            STEP,
            "the set was not read within five seconds",
            "the provider should publish fewer keys",
        );
        return (steps, None);
    };
    let Ok(examined) = examined else {
        let says = "the document is no set of at most a hundred keys";
        steps.fail(
            STEP,
            says,
            "compare jwks_uri with the provider's discovery document",
        );
        return (steps, None);
    };
    let signs = examined.iter().filter(|key| key.signs == Ok(true)).count();
    for key in &examined {
        let name = key.kid.as_deref().map_or("without an id".to_owned(), shown);
        let kty = key.kty.as_deref().map_or("nothing".to_owned(), shown);
        match key.signs {
            Ok(true) => {}
            Ok(false) => steps.ok(
                STEP,
                format!("the key {name} (kty {kty}) is for something else than signatures"),
            ),
            Err(why) => {
                let says = format!("the key {name} (kty {kty}) is left out: {why}");
                let change = match why {
                    LeftOut::Symmetric => "the provider must not publish it",
                    _ => "nothing, if the provider signs with another key",
                };
                steps.warn(STEP, says, change);
            }
        }
    }
    match signs {
        0 => steps.fail(STEP, format!("none of {} keys can check a signature", examined.len()), "the provider must publish a key for signatures: RSA of 2048 bits, P-256, P-384 or Ed25519, with a kid"),
        _ => {
            let ids = usable.iter().flat_map(Keys::ids);
            steps.ok(STEP, format!("{signs} of {} can check signatures: {}", examined.len(), listed(ids)));
        }
    }
    (steps, usable)
}

/// Trades a made-up code, so that the provider says what it thinks of the client.
pub(super) async fn credentials(
    app: &App,
    provider: &Provider,
    kind: Kind,
    secret: Option<&SecretString>,
    base_url: &str,
) -> Steps {
    const STEP: &str = "credentials";
    let mut steps = Steps::default();
    let url = detail(provider, "token_url");
    let asked = exchange::request(&Exchange {
        kind,
        token_url: url,
        client_id: detail(provider, "client_id"),
        client_secret: secret,
        code: MADE_UP,
        redirect_uri: &format!("{base_url}{RESPONSE}"),
        verifier: None,
        basic: provider
            .doc
            .discovered
            .as_ref()
            .is_some_and(|found| found.basic),
    });
    let answer = match call::call(app, &asked).await {
        Ok(answer) => answer,
        Err(failed) => {
            let (says, change) = told(&failed);
            steps.fail(STEP, format!("{}: {says}", place(url)), change);
            return steps;
        }
    };
    let status = answer.status;
    let read = move || exchange::read(kind, answer.status, &answer.body);
    let Ok(read) = foreign::read(app, read).await else {
        steps.fail(
            STEP,
            "the answer was not read within five seconds",
            "look at the provider's log",
        );
        return steps;
    };
    match read {
        Err(Said::Refusal { code, description, .. }) => {
            refusal(&mut steps, kind, status, code.as_deref(), description.as_deref());
        }
        Err(Said::Unreadable(status)) => steps.fail(
            STEP,
            format!("{} answers with status {status} and no JSON object", place(url)),
            "compare token_url with the provider's documentation: a page may answer there",
        ),
        Err(Said::Incomplete(_)) | Ok(_) => steps.fail(
            STEP,
            "the token endpoint answers a made-up code with success",
            "compare token_url with the provider's documentation: whatever answers there checks no codes",
        ),
    }
    steps
}

fn refusal(
    steps: &mut Steps,
    kind: Kind,
    status: u16,
    code: Option<&str>,
    description: Option<&str>,
) {
    const STEP: &str = "credentials";
    let word = code.unwrap_or("nothing");
    let said = description.map_or_else(String::new, |text| format!(", {}", shown(text)));
    let says = format!(
        "the token endpoint says {} (status {status}){said}",
        shown(word)
    );
    let about =
        |what: &str| description.is_some_and(|text| text.to_ascii_lowercase().contains(what));
    match word {
        // Facebook has one name for all errors, and says the rest in words.
        "OAuthException" if kind == Kind::Facebook && about("client secret") => {
            steps.fail(STEP, says, "set client_secret to the app secret of the application");
        }
        "OAuthException" if kind == Kind::Facebook && about("application") => {
            steps.fail(STEP, says, "set client_id to the id of the application");
        }
        "OAuthException" if kind == Kind::Facebook && about("code") => {
            steps.ok(STEP, "client_id and client_secret are accepted; the made-up code is not");
        }
        "invalid_grant" => {
            steps.ok(STEP, "client_id and client_secret are accepted; the made-up code is not (invalid_grant)");
        }
        "invalid_client" => {
            let change = match kind {
                Kind::SignInWithApple => "compare client_id (the Services ID), team_id, key_id and private_key with the developer account",
                _ => "compare client_id and client_secret with the provider; the client must take client_secret_post",
            };
            steps.fail(STEP, says, change);
        }
        "unauthorized_client" | "unsupported_grant_type" => {
            steps.fail(STEP, says, "allow the authorization code flow for this client at the provider");
        }
        "redirect_uri_mismatch" => {
            steps.fail(STEP, says, "register the redirect URI of the step paste at the provider");
        }
        _ if status == 401 => {
            steps.fail(STEP, says, "compare client_id and client_secret with the provider");
        }
        _ if matches!(status, 404 | 405) => {
            steps.fail(STEP, says, "compare token_url with the provider's documentation");
        }
        _ if (300..400).contains(&status) => {
            steps.fail(STEP, says, "give the URL at which the token endpoint is; redirects are not followed");
        }
        _ if status >= 500 => {
            steps.warn(STEP, says, "the provider has failed; try again, and look at its log");
        }
        _ => steps.warn(STEP, says, "the answer does not say if client_id and client_secret are right; the provider's log does"),
    }
}

/// Asks for claims with a made-up token.
pub(super) async fn user_info(app: &App, provider: &Provider) -> Steps {
    const STEP: &str = "userinfo";
    let mut steps = Steps::default();
    let url = detail(provider, "attributes_url");
    if url.is_empty() {
        return steps;
    }
    let asked = Request {
        url: SecretString::new(url.to_owned()),
        form: None,
        authorization: Some(bearer(&SecretString::new(MADE_UP.to_owned()))),
    };
    match call::call(app, &asked).await {
        Err(failed) => {
            let (says, change) = told(&failed);
            steps.fail(STEP, format!("{}: {says}", place(url)), change);
        }
        Ok(answer) => match answer.status {
            400 | 401 | 403 => steps.ok(STEP, format!("{} refuses a made-up token, as it should (status {})", place(url), answer.status)),
            status @ 200..300 => steps.warn(STEP, format!("{} answers a made-up token with status {status}", place(url)), "compare attributes_url with the provider's documentation: whatever answers there checks no tokens"),
            status => steps.fail(STEP, format!("{} answers with status {status}", place(url)), "compare attributes_url with the provider's documentation"),
        },
    }
    steps
}
