//! Tests of the clients: what they ask of a pool, and what their settings hold.

use cognate_crypto::secret::Secret;

use super::super::facts::{App, Endpoints, Kind};
use super::super::report::State;
use super::*;

const SECRET: &str = "thesecretoftheclient";

/// A pool whose settings suit everybody but those who cannot keep a secret.
fn facts(issuer: &str) -> Facts {
    let texts = |list: &[&str]| {
        list.iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    Facts {
        endpoint: "http://127.0.0.1:9229".to_owned(),
        kind: Kind::Dev,
        region: "eu-west-1".to_owned(),
        pool: "eu-west-1_a".to_owned(),
        issuer: issuer.to_owned(),
        endpoints: Endpoints {
            authorize: "http://127.0.0.1:9229/eu-west-1_a/oauth2/authorize".to_owned(),
            token: "http://127.0.0.1:9229/eu-west-1_a/oauth2/token".to_owned(),
            user_info: "http://127.0.0.1:9229/eu-west-1_a/oauth2/userInfo".to_owned(),
        },
        client: Some(App {
            id: "web".to_owned(),
            is_known: true,
            secret: Some(Secret::new(SECRET.to_owned())),
            flows: texts(&["ALLOW_USER_SRP_AUTH"]).into_iter().collect(),
            oauth: texts(&["code"]).into_iter().collect(),
            scopes: texts(&["openid", "email"]),
            callbacks: texts(&[
                "http://localhost:8080/login/oauth2/code/cognito",
                "https://app.example/oauth2/callback",
                "http://localhost:3000/api/auth/callback/cognito",
                "http://localhost:3000/auth/cognito/callback",
                "http://localhost:3000/",
            ]),
            logouts: texts(&["http://localhost:3000/"]),
        }),
        key_id: "test".to_owned(),
        ..Facts::default()
    }
}

fn here() -> Facts {
    facts("http://127.0.0.1:9229/eu-west-1_a")
}

fn amazons() -> Facts {
    facts("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a")
}

fn findings(client: &Client, facts: &Facts) -> Vec<&'static str> {
    let mut report = Report::default();
    (client.look)(facts, &mut report);
    let found = report
        .checks
        .iter()
        .filter(|check| check.state == State::Finding);
    found.map(|check| check.name).collect()
}

fn text(name: &str, facts: &Facts) -> String {
    let settings = (named(name).unwrap().settings)(facts);
    settings
        .iter()
        .map(|one| one.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_pool_that_suits_a_client_has_no_findings() {
    for client in all() {
        let expected: &[&str] = match client.name {
            "amplify" => &["secret", "tls"],
            "hard-coded" => &["issuer"],
            _ => &[],
        };
        assert_eq!(findings(client, &here()), expected, "{}", client.name);
    }
    let mut facts = amazons();
    assert_eq!(findings(named("hard-coded").unwrap(), &facts), ["issuer"]);
    assert_eq!(findings(named("next-auth").unwrap(), &facts), ["issuer"]);
    facts.leads_here = true;
    assert!(findings(named("hard-coded").unwrap(), &facts).is_empty());
    assert!(findings(named("next-auth").unwrap(), &facts).is_empty());
}

#[test]
fn what_does_not_suit_is_found() {
    let mut facts = here();
    facts.client = Some(App {
        id: "web".to_owned(),
        is_known: true,
        ..App::default()
    });
    for (name, expected) in [
        ("spring-client", &["flows", "scopes", "redirect"][..]),
        (
            "oauth2-proxy",
            &["flows", "scopes", "redirect", "secret", "scopes"],
        ),
        ("next-auth", &["flows", "scopes", "redirect"]),
        ("passport", &["flows", "scopes", "redirect"]),
        ("amplify", &["flows"]),
        ("boto3", &["flows"]),
    ] {
        assert_eq!(findings(named(name).unwrap(), &facts), expected, "{name}");
    }
    facts.kind = Kind::Serve;
    assert_eq!(findings(named("nginx").unwrap(), &facts), ["authorizer"]);
    let mut other = here();
    other.redirect = Some("https://elsewhere.example/cb".to_owned());
    assert_eq!(findings(named("passport").unwrap(), &other), ["redirect"]);
}

#[test]
fn settings_have_the_real_values_and_the_secret_only_if_that_is_asked_for() {
    for facts in [here(), amazons()] {
        for client in all() {
            let settings = text(client.name, &facts);
            assert!(!settings.contains(SECRET), "{settings}");
            let named = ["web", "eu-west-1_a", "http://127.0.0.1:9229"];
            assert!(
                named.iter().any(|value| settings.contains(value)),
                "{settings}"
            );
            for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
                let count = |c| settings.matches(c).count();
                assert_eq!(count(open), count(close), "{settings}");
            }
        }
    }
    let mut shown = here();
    shown.shows_secrets = true;
    for name in ["spring-client", "oauth2-proxy", "next-auth", "passport"] {
        assert!(text(name, &shown).contains(SECRET), "{name}");
    }
    // What another server's key is, is not known.
    shown.key_id = "AKIAEXAMPLE".to_owned();
    assert!(
        text("boto3", &shown)
            .contains("AWS_ACCESS_KEY_ID='AKIAEXAMPLE' AWS_SECRET_ACCESS_KEY='<its secret>'")
    );
}

#[test]
fn nothing_that_a_server_wrote_means_anything_to_a_shell() {
    let odd = "a&/tmp/x&(b)*?[c]#~!";
    let facts = Facts {
        endpoint: format!("http://127.0.0.1:9229/{odd}"),
        region: odd.to_owned(),
        pool: format!("{odd}_b"),
        redirect: Some(format!("http://{odd}/api/auth/callback/cognito")),
        key_id: odd.to_owned(),
        ..here()
    };
    let mut seen = 0;
    for client in all() {
        for snippet in (client.settings)(&facts) {
            let is_shell = snippet.text.contains("export ") || snippet.text.contains("aws cognito");
            if !is_shell && snippet.place != ".env" {
                continue;
            }
            seen += 1;
            // Every second part is between quotation marks.
            for bare in snippet.text.split('\'').step_by(2) {
                let plain = |c: char| c.is_ascii_alphanumeric() || " \n_=-".contains(c);
                assert!(bare.chars().all(plain), "{}: {bare}", client.name);
            }
            assert_eq!(snippet.text.matches('\'').count() % 2, 0);
        }
    }
    assert_eq!(seen, 11);
}

#[test]
fn amplify_wants_pages_without_a_path_of_their_own() {
    let amplify = named("amplify").unwrap();
    for (base, expected) in [
        ("https://shop.example", &["secret"][..]),
        ("https://localhost:9229/eu-west-1_a", &["secret"]),
        (
            "https://localhost:9229/_world/w3/eu-west-1_a",
            &["secret", "domain"],
        ),
    ] {
        let mut facts = here();
        facts.endpoints.authorize = format!("{base}/oauth2/authorize");
        facts.pages = Some(base.to_owned());
        assert_eq!(findings(amplify, &facts), expected, "{base}");
    }
}

#[test]
fn an_issuer_that_leads_elsewhere_changes_the_settings() {
    let keys = "http://127.0.0.1:9229/eu-west-1_a/.well-known/jwks.json";
    for (name, line) in [
        ("spring-resource-server", format!("jwk-set-uri: \"{keys}\"")),
        ("oauth2-proxy", "skip_oidc_discovery = true".to_owned()),
        ("spring-client", "token-uri:".to_owned()),
        (
            "aws-jwt-verify",
            "CognitoJwtVerifier.create({ userPoolId: \"eu-west-1_a\"".to_owned(),
        ),
        (
            "aws-jwt-verify",
            format!("cacheJwks(await (await fetch(\"{keys}\"))"),
        ),
    ] {
        assert!(text(name, &amazons()).contains(&line), "{name}");
        let both = name == "aws-jwt-verify" && line.starts_with("cache");
        assert_eq!(text(name, &here()).contains(&line), both, "{name}");
    }
    let mut impersonated = amazons();
    impersonated.leads_here = true;
    assert!(!text("aws-jwt-verify", &impersonated).contains("cacheJwks"));
    assert!(!text("amplify", &impersonated).contains("userPoolEndpoint"));
    assert!(text("amplify", &here()).contains("userPoolEndpoint: \"http://127.0.0.1:9229\""));
    assert_eq!(
        text("spring-resource-server", &here()),
        "spring:\n  security:\n    oauth2:\n      resourceserver:\n        jwt:\n          \
         issuer-uri: \"http://127.0.0.1:9229/eu-west-1_a\"\n"
    );
    // The callback that is there stands for the one that is usual.
    assert!(
        text("oauth2-proxy", &here())
            .contains("redirect_url = \"https://app.example/oauth2/callback\"")
    );
}
