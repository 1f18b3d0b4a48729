//! What the application is told when a sign-in through a provider fails (docs/FEDERATION.md, "What the application is
//! told"): the browser ends on its redirect, with the service's words and nothing else.

mod idp;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking};
use cognate_shapes::Op;
use http::StatusCode;

use self::idp::{Act, Idp};
use super::*;

const ISSUER: &str = "https://idp.example";
const RESPONSE: &str = "/oauth2/idpresponse";

/// A pool whose client offers a provider.
struct Company {
    pages: Pages,
    idp: Idp,
    query: String,
}

impl Company {
    async fn new(name: &str, kind: &str, details: Value, pool: Value, client: Value) -> Self {
        let pages = Pages::with(2, pool, json!({})).await;
        let idp = Idp::start().await;
        let details = idp.details(details);
        let input = json!({
            "UserPoolId": pages.pool, "ProviderName": name, "ProviderType": kind, "ProviderDetails": details,
            "AttributeMapping": {"email": "email"},
        });
        pages.site.call(Op::CreateIdentityProvider, input).await;
        let both = json!({"SupportedIdentityProviders": ["COGNITO", name]});
        let client = another_client(&pages.site, &pages.pool, with(both, client)).await;
        let query = format!("{}&identity_provider={name}", query_of(&client));
        Self { pages, idp, query }
    }

    async fn oidc(pool: Value) -> Self {
        let details = json!({"attributes_request_method": "GET"});
        Self::new("Corp", "OIDC", details, pool, json!({})).await
    }

    /// Sends a browser to the provider; state and nonce.
    async fn depart(&self, browser: &mut Browser<'_>) -> (String, String) {
        let answer = browser
            .get(&format!("/oauth2/authorize?{}", self.query))
            .await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(&answer));
        let location = header(&answer, "location").to_owned();
        let given = |name: &str| {
            let rest = location
                .split_once(&format!("{name}="))
                .map(|(_, rest)| rest);
            rest.unwrap_or_default()
                .split('&')
                .next()
                .unwrap()
                .to_owned()
        };
        (given("state"), given("nonce"))
    }

    /// A whole sign-in; where the browser ends.
    async fn visit(&self) -> String {
        let mut browser = self.pages.browser();
        let (state, nonce) = self.depart(&mut browser).await;
        let back = browser
            .get(&format!("{RESPONSE}?code={nonce}&state={state}"))
            .await;
        let location = header(&back, "location").to_owned();
        assert_eq!(
            browser.cookies.contains_key("cognito"),
            location.contains("code="),
            "{location}"
        );
        location
    }
}

/// Checks that a browser ends at the application with an error, its words and the state, and with nothing else.
#[track_caller]
fn is_told(location: &str, error: &str, text: &str) {
    let query = location.strip_prefix(&format!("{CALLBACK}?"));
    let query = query.unwrap_or_else(|| panic!("{location} for {text}"));
    let pairs: BTreeMap<String, String> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            let plain = value.replace('+', " ");
            let plain = percent_encoding::percent_decode_str(&plain);
            (name.to_owned(), plain.decode_utf8().unwrap().into_owned())
        })
        .filter(|(name, _)| name != "iss")
        .collect();
    let expected = [
        ("error", error),
        ("error_description", text),
        ("state", "a+b &c"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, BTreeMap::from(expected), "{location}");
}

const REQUEST: &str = "invalid_request";

#[tokio::test]
async fn what_the_endpoints_of_a_provider_do_is_told_to_the_application() {
    let c = Company::oidc(json!({})).await;
    let says = |status: u16, body: &str| Act::Says(status, body.to_owned());
    let big = "x".repeat((1 << 20) + 1);
    for (path, act, text) in [
        (
            "/token",
            says(400, r#"{"error":"invalid_grant"}"#),
            "Corp Error - 400 error getting token",
        ),
        (
            "/token",
            says(200, "<html>"),
            "Invalid response from IdP token endpoint",
        ),
        (
            "/token",
            says(200, &big),
            "The identity provider cannot be reached",
        ),
        ("/token", Act::Breaks, "Connection reset"),
        ("/jwks", says(500, ""), "Invalid response from jwks uri"),
        (
            "/jwks",
            says(200, "{\"keys\":[]}"),
            "Invalid response from jwks uri",
        ),
        (
            "/user",
            says(401, ""),
            "Corp Error - 401 error getting user info",
        ),
        (
            "/user",
            says(200, r#"{"sub":"another"}"#),
            "Invalid response from IdP user info endpoint",
        ),
        ("/user", Act::Breaks, "Connection reset"),
    ] {
        c.idp.plays(path, act);
        is_told(&c.visit().await, REQUEST, text);
        c.idp.is_honest_again();
    }
    let location = c.visit().await;
    assert!(location.contains("?code="), "{location}");
    for (claims, text) in [
        (
            json!({"iss": "https://evil.example"}),
            "Bad id_token issuer https://evil.example",
        ),
        (json!({"nonce": "of another sign-in"}), "Invalid ID token"),
        (json!({"aud": "another"}), "Invalid ID token"),
        (json!({"sub": " "}), "username attribute mapping required"),
        (
            json!({"sub": "a\u{200b}b"}),
            "Invalid user attributes: username: Invalid username. ",
        ),
    ] {
        c.idp.claims(claims);
        is_told(&c.visit().await, REQUEST, text);
        c.idp.is_honest_again();
    }
    c.pages
        .admin(Op::AdminDisableUser, "Corp_u1", json!({}))
        .await;
    is_told(&c.visit().await, REQUEST, "User is disabled.");
}

#[tokio::test]
async fn what_the_browser_brings_is_told_to_the_application_and_nobody_is_called() {
    let c = Company::oidc(json!({})).await;
    let invalid = "Invalid response from the identity provider";
    for (brought, error, text) in [
        (
            "error=access_denied&error_description=the+user+said+no",
            "access_denied",
            "the user said no; error=access_denied",
        ),
        (
            "error=temporarily_unavailable",
            "temporarily_unavailable",
            "temporarily_unavailable",
        ),
        (
            "error=made_up&error_description=x",
            REQUEST,
            "x; error=made_up",
        ),
        ("other=x", REQUEST, invalid),
        ("code=", REQUEST, invalid),
        // The answer of another provider, to which a hostile one led the browser.
        ("code=a&iss=https%3A%2F%2Fother.example", REQUEST, invalid),
    ] {
        let mut browser = c.pages.browser();
        let (state, _) = c.depart(&mut browser).await;
        let back = browser
            .get(&format!("{RESPONSE}?{brought}&state={state}"))
            .await;
        is_told(header(&back, "location"), error, text);
        assert!(!browser.cookies.contains_key("cognito"));
    }
    // What no provider sends ends on a page of the server's own.
    let mut browser = c.pages.browser();
    let (state, _) = c.depart(&mut browser).await;
    let back = browser
        .get(&format!("{RESPONSE}?code=a&code=b&state={state}"))
        .await;
    assert_eq!(back.status(), StatusCode::BAD_REQUEST);
    assert_eq!(c.idp.asked(), 0);
}

#[tokio::test]
async fn one_provider_s_answer_is_of_no_use_in_a_sign_in_at_another() {
    let c = Company::oidc(json!({})).await;
    let other = Idp::start().await;
    let details = with(
        other.details(json!({"attributes_request_method": "GET"})),
        json!({"oidc_issuer": "https://other.example", "client_id": "ours too"}),
    );
    let input = json!({
        "UserPoolId": c.pages.pool, "ProviderName": "Other", "ProviderType": "OIDC", "ProviderDetails": details,
    });
    c.pages.site.call(Op::CreateIdentityProvider, input).await;
    let both = json!({"SupportedIdentityProviders": ["Corp", "Other"]});
    let client = another_client(&c.pages.site, &c.pages.pool, both).await;
    let at = |name: &str| {
        format!(
            "/oauth2/authorize?{}&identity_provider={name}",
            query_of(&client)
        )
    };
    // One browser is at both, in two tabs.
    let mut browser = c.pages.browser();
    let mut state = BTreeMap::new();
    for name in ["Corp", "Other"] {
        let answer = browser.get(&at(name)).await;
        let location = header(&answer, "location").to_owned();
        let (_, rest) = location.split_once("state=").unwrap();
        state.insert(name, rest.split('&').next().unwrap().to_owned());
    }
    // Whoever names itself is known; the code goes to nobody.
    let mixed = format!(
        "{RESPONSE}?code=x&iss={}&state={}",
        encode(ISSUER),
        state["Other"]
    );
    let back = browser.get(&mixed).await;
    is_told(
        header(&back, "location"),
        REQUEST,
        "Invalid response from the identity provider",
    );
    assert_eq!((c.idp.asked(), other.asked()), (0, 0));
    // A code of the one brings no user of the other: the token is of another issuer, for another client.
    other.claims(json!({"iss": ISSUER}));
    let answer = browser.get(&at("Other")).await;
    let location = header(&answer, "location").to_owned();
    let (_, rest) = location.split_once("state=").unwrap();
    let again = rest.split('&').next().unwrap();
    let back = browser
        .get(&format!("{RESPONSE}?code=x&state={again}"))
        .await;
    is_told(
        header(&back, "location"),
        REQUEST,
        "Bad id_token issuer https://idp.example",
    );
    assert_eq!(c.idp.asked(), 0);
}

#[tokio::test]
async fn what_makes_no_user_is_told_to_the_application() {
    let required = json!({"Schema": [{"Name": "email", "Required": true, "Mutable": true}]});
    let c = Company::oidc(required).await;
    let text = "Invalid user attributes: email: The attribute is required\n ";
    is_told(&c.visit().await, REQUEST, text);

    let fixed =
        json!({"Schema": [{"Name": "number", "AttributeDataType": "String", "Mutable": false}]});
    let details = json!({"attributes_request_method": "GET"});
    let writes = json!({"WriteAttributes": ["email", "custom:number"]});
    let c = Company::new("Corp", "OIDC", details, fixed, writes).await;
    let mapping = json!({"AttributeMapping": {"custom:number": "number"}, "ProviderName": "Corp", "UserPoolId": c.pages.pool});
    c.pages.site.call(Op::UpdateIdentityProvider, mapping).await;
    c.idp.claims(json!({"number": "1"}));
    assert!(c.visit().await.contains("?code="));
    c.idp.claims(json!({"number": "2"}));
    let text = "Invalid user attributes: custom:number: Attribute cannot be updated.\n ";
    is_told(&c.visit().await, REQUEST, text);
    // A user of the pool's own has the name.
    let taken =
        json!({"UserPoolId": c.pages.pool, "Username": "Corp_u2", "MessageAction": "SUPPRESS"});
    c.pages.site.call(Op::AdminCreateUser, taken).await;
    c.idp.claims(json!({"sub": "u2"}));
    is_told(
        &c.visit().await,
        REQUEST,
        "Already found an entry for username Corp_u2",
    );
}

/// Functions that all fail.
struct Fails;

impl Functions for Fails {
    fn invoke<'a>(&'a self, _: &'a Invocation) -> Invoking<'a> {
        Box::pin(async { Err(InvokeError::Failed("not today".into())) })
    }
}

#[tokio::test]
async fn what_a_function_of_the_pool_says_is_told_to_the_application() {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let c = Company::oidc(json!({})).await;
    assert!(c.pages.site.app.functions.set(Box::new(Fails)).is_ok());
    let one = json!({"UserPoolId": c.pages.pool, "LambdaConfig": {"PreSignUp": arn}});
    c.pages.site.call(Op::UpdateUserPool, one).await;
    is_told(
        &c.visit().await,
        REQUEST,
        "PreSignUp failed with error not today. ",
    );
    // A sign-up that nobody confirmed is nobody's yet, though an administrator linked it.
    let none = json!({"UserPoolId": c.pages.pool, "LambdaConfig": {}});
    c.pages.site.call(Op::UpdateUserPool, none).await;
    let plain = json!({"UserPoolId": c.pages.pool, "ClientName": "plain"});
    let plain = c.pages.site.call(Op::CreateUserPoolClient, plain).await;
    let input = json!({"ClientId": plain["UserPoolClient"]["ClientId"], "Username": "ann", "Password": PASSWORD});
    c.pages.site.call(Op::SignUp, input).await;
    let link = json!({
        "UserPoolId": c.pages.pool, "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "ann"},
        "SourceUser": {
            "ProviderName": "Corp", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "u1",
        },
    });
    c.pages.site.call(Op::AdminLinkProviderForUser, link).await;
    is_told(&c.visit().await, REQUEST, "User is not confirmed.");
}

#[tokio::test]
async fn google_and_apple_have_words_of_their_own() {
    let c = Company::new("Google", "Google", json!({}), json!({}), json!({})).await;
    let body = r#"{"error":"invalid_grant"}"#.to_owned();
    c.idp.plays("/token", Act::Says(400, body));
    is_told(
        &c.visit().await,
        REQUEST,
        "Google Error - 400 invalid_grant",
    );
    let details = json!({"team_id": "T", "key_id": "K", "private_key": "none"});
    let c = Company::new(
        "SignInWithApple",
        "SignInWithApple",
        details,
        json!({}),
        json!({}),
    )
    .await;
    is_told(
        &c.visit().await,
        REQUEST,
        "Invalid private key of the identity provider",
    );
    assert_eq!(c.idp.asked(), 0);
}

/// The root of the project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the texts of a file: the literals with a blank, outside of comments and citations.
fn texts(path: &str) -> BTreeSet<String> {
    let source = read(path);
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let literals = code.filter_map(|line| {
        let (_, rest) = line.split_once('"')?;
        let (text, _) = rest.rsplit_once('"')?;
        // What begins with a blank or a semicolon is a piece of one.
        (text.contains(' ') && !text.starts_with([' ', ';']))
            .then(|| text.trim_end_matches("\\n").to_owned())
    });
    literals.collect()
}

/// Each text that federation gives has a row in the document, each row is a text, and each test that a row names is there.
#[test]
fn each_text_has_its_row_and_its_test() {
    let document = read("docs/FEDERATION.md");
    let (_, part) = document
        .split_once("### What the application is told")
        .unwrap();
    let part = part.split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> = part
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let code = |cell: &str| cell.trim_matches('`').to_owned();
    let said: BTreeSet<String> = rows
        .iter()
        .map(|row| code(row[1]).trim_end().to_owned())
        .collect();
    let mut known = texts("crates/domain/src/errors/federation.rs");
    known.extend(texts("crates/domain/src/errors/unconfirmed/federation.rs"));
    let known: BTreeSet<String> = known
        .iter()
        .map(|text| text.trim_end().to_owned())
        .collect();
    let missing: Vec<_> = known.difference(&said).collect();
    assert!(missing.is_empty(), "without a row: {missing:#?}");
    for row in &rows {
        let tests = row[3].split(", ").map(code);
        for test in tests {
            let (file, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("{test}"));
            let source = read(&format!("{file}.rs"));
            assert!(source.contains(&format!("fn {name}(")), "{test}");
        }
    }
}
