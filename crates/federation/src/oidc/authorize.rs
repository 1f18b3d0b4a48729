//! Where the browser is sent to sign in (OpenID Connect Core 1.0 section 3.1.2.1, endpoints.md 1.3, 4.3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::hash;

use crate::oidc::request::with_query;
use crate::oidc::social::{self, Kind, Traits};

/// The settings of a provider that matter here.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    /// Its type.
    pub kind: Kind,
    /// `client_id`.
    pub client_id: &'a str,
    /// `authorize_url`; may have a query.
    pub authorize_url: &'a str,
    /// `authorize_scopes`.
    pub scopes: &'a str,
}

/// One sign-in.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The endpoint of this server to which the provider sends the browser back.
    pub redirect_uri: &'a str,
    /// The handle under which the sign-in is stored.
    pub state: &'a str,
    /// What the ID token must repeat; goes to types that have one.
    pub nonce: &'a str,
    /// The [`challenge`] of the sign-in's verifier, if the provider takes one ([`Kind::uses_pkce`]).
    pub challenge: Option<&'a str>,
    /// Who the application thinks that the user is; goes to OpenID providers of the administrator's own alone.
    pub login_hint: Option<&'a str>,
    /// How the application wants the user asked; goes to OpenID providers and Google.
    pub prompt: Option<&'a str>,
    /// How surely the user should be identified, in the provider's words, the most wanted first, between blanks; for
    /// OpenID providers of the administrator's own.
    pub acr_values: Option<&'a str>,
}

/// Returns the S256 challenge of a verifier (RFC 7636 section 4.2).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(hash::sha256(verifier.as_bytes()))
}

/// Returns the URL.
#[must_use]
pub fn url(provider: &Provider<'_>, ask: &Ask<'_>) -> String {
    let traits = provider.kind.traits();
    let scopes = social::scopes(provider.kind, provider.scopes);
    let scope = scopes.join(traits.scope_separator);
    let prompt = ask.prompt.map(|prompt| forwarded(traits, prompt));
    let mut pairs = vec![
        ("client_id", provider.client_id),
        ("redirect_uri", ask.redirect_uri),
        ("scope", &scope),
        ("response_type", "code"),
        ("state", ask.state),
    ];
    if traits.id_token {
        pairs.push(("nonce", ask.nonce));
    }
    if let Some(challenge) = ask.challenge {
        pairs.push(("code_challenge", challenge));
        pairs.push(("code_challenge_method", "S256"));
    }
    if traits.form_post && !scopes.is_empty() {
        pairs.push(("response_mode", "form_post"));
    }
    if let Some(hint) = ask.login_hint.filter(|_| traits.login_hint) {
        pairs.push(("login_hint", hint));
    }
    if let Some(prompt) = prompt.as_deref().filter(|prompt| !prompt.is_empty()) {
        pairs.push(("prompt", prompt));
    }
    if let Some(values) = ask.acr_values.filter(|_| provider.kind == Kind::Oidc) {
        pairs.push(("acr_values", values));
    }
    with_query(provider.authorize_url, &pairs)
}

/// Returns those words of `prompt` that are passed on.
fn forwarded(traits: &Traits, prompt: &str) -> String {
    let known = |word: &&str| traits.prompts.contains(word);
    let words = prompt.split(' ').filter(known);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: Kind, authorize_url: &str, scopes: &str) -> String {
        let provider = Provider {
            kind,
            client_id: "client 1",
            authorize_url,
            scopes,
        };
        let ask = Ask {
            redirect_uri: "https://a.example/oauth2/idpresponse",
            state: "STATE",
            nonce: "NONCE",
            challenge: kind.uses_pkce(true).then_some("CHALLENGE"),
            login_hint: Some("jane@example.com"),
            prompt: Some("none login consent x"),
            acr_values: Some("high low"),
        };
        url(&provider, &ask)
    }

    const REDIRECT: &str = "redirect_uri=https%3A%2F%2Fa.example%2Foauth2%2Fidpresponse";
    const PKCE: &str = "code_challenge=CHALLENGE&code_challenge_method=S256";

    #[test]
    fn an_openid_provider_gets_everything() {
        assert_eq!(
            made(Kind::Oidc, "https://i.example/auth?p=1", "openid  email"),
            format!(
                "https://i.example/auth?p=1&client_id=client%201&{REDIRECT}&scope=openid%20email&response_type=code\
                 &state=STATE&nonce=NONCE&{PKCE}&login_hint=jane%40example.com&prompt=login%20consent&acr_values=high%20low"
            )
        );
    }

    #[test]
    fn social_providers_get_what_they_take() {
        assert_eq!(
            made(Kind::Google, "https://g", "profile email openid"),
            format!(
                "https://g?client_id=client%201&{REDIRECT}&scope=profile%20email%20openid&response_type=code\
                 &state=STATE&nonce=NONCE&{PKCE}&prompt=consent"
            )
        );
        assert_eq!(
            made(Kind::Facebook, "https://f", "public_profile, email"),
            format!(
                "https://f?client_id=client%201&{REDIRECT}&scope=public_profile%2Cemail&response_type=code&state=STATE"
            )
        );
        assert_eq!(
            made(Kind::LoginWithAmazon, "https://w", "profile postal_code"),
            format!(
                "https://w?client_id=client%201&{REDIRECT}&scope=profile%20postal_code&response_type=code&state=STATE&{PKCE}"
            )
        );
        assert_eq!(
            made(Kind::SignInWithApple, "https://s", "email name"),
            format!(
                "https://s?client_id=client%201&{REDIRECT}&scope=email%20name&response_type=code&state=STATE\
                 &nonce=NONCE&response_mode=form_post"
            )
        );
        assert!(!made(Kind::SignInWithApple, "https://s", " ").contains("response_mode"));
    }

    #[test]
    fn a_challenge_is_that_of_rfc_7636() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_prompt_without_words_to_pass_on_is_left_out() {
        let oidc = Kind::Oidc.traits();
        assert_eq!(forwarded(oidc, "none"), "");
        assert_eq!(
            forwarded(oidc, "select_account login"),
            "select_account login"
        );
        assert_eq!(forwarded(Kind::Google.traits(), "login"), "");
    }
}
