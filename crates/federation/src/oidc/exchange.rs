//! The exchange of a code for tokens (RFC 6749 section 4.1.3, endpoints.md 4.3).

use cognate_crypto::secret::SecretString;
use serde_json::{Map, Value};

use crate::oidc::request::{Pair, Request, basic, encoded, with_query};
use crate::oidc::said::{self, Said};
use crate::oidc::social::Kind;

/// What the code is exchanged with.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The type of the provider.
    pub kind: Kind,
    /// `token_url`.
    pub token_url: &'a str,
    /// `client_id`.
    pub client_id: &'a str,
    /// `client_secret`, or the token that stands for it at Apple; OpenID providers may do without.
    pub client_secret: Option<&'a SecretString>,
    /// The code that the browser brought.
    pub code: &'a str,
    /// The same as in the authorization request.
    pub redirect_uri: &'a str,
    /// The secret behind the challenge, if one was sent.
    pub verifier: Option<&'a str>,
    /// The provider takes the secret in a header and in no other way.
    pub basic: bool,
}

/// Returns the members of the request: `client_secret_post`, as at the service, unless the provider takes the header alone.
#[must_use]
pub fn form<'a>(exchange: &Exchange<'a>) -> Vec<Pair<'a>> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", exchange.client_id),
        ("code", exchange.code),
        ("redirect_uri", exchange.redirect_uri),
    ];
    if let Some(secret) = exchange.client_secret.filter(|_| !exchange.basic) {
        pairs.push(("client_secret", secret.expose()));
    }
    if let Some(verifier) = exchange.verifier {
        pairs.push(("code_verifier", verifier));
    }
    pairs
}

/// Returns the call: a POST, or for Facebook a GET.
#[must_use]
pub fn request(exchange: &Exchange<'_>) -> Request {
    let pairs = form(exchange);
    let (url, form) = if exchange.kind.traits().token_by_get {
        (with_query(exchange.token_url, &pairs), None)
    } else {
        let form = SecretString::new(encoded(&pairs));
        (exchange.token_url.to_owned(), Some(form))
    };
    Request {
        url: SecretString::new(url),
        form,
        authorization: exchange
            .client_secret
            .filter(|_| exchange.basic)
            .map(|secret| basic(exchange.client_id, secret)),
    }
}

/// What the code gave.
#[derive(Debug)]
pub struct Tokens {
    /// The ID token, unverified; there for every type that has one.
    pub id_token: Option<SecretString>,
    /// There for every type that has no ID token.
    pub access_token: Option<SecretString>,
    /// A mapping may ask for it.
    pub refresh_token: Option<SecretString>,
    members: SecretMembers,
}

/// The whole answer. It prints nothing.
struct SecretMembers(Map<String, Value>);

impl std::fmt::Debug for SecretMembers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretMembers(..)")
    }
}

impl Tokens {
    /// Returns the whole answer, tokens included, for the function of InboundFederation.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.members.0
    }
}

/// Reads the answer of the token endpoint.
///
/// # Errors
/// [`Said`]; [`Said::Incomplete`] for an answer without the token that the type of provider is known by.
pub fn read(kind: Kind, status: u16, body: &[u8]) -> Result<Tokens, Said> {
    let members = said::success(status, body)?;
    let token = |name: &str| {
        let text = members.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
            .map(|text| SecretString::new(text.to_owned()))
    };
    let tokens = (token("id_token"), token("access_token"));
    let refresh_token = token("refresh_token");
    match (kind.has_id_token(), &tokens) {
        (true, (None, _)) => return Err(Said::Incomplete("id_token")),
        (false, (_, None)) => return Err(Said::Incomplete("access_token")),
        _ => {}
    }
    let (id_token, access_token) = tokens;
    Ok(Tokens {
        // What a type without ID tokens sends under that name was never checked.
        id_token: id_token.filter(|_| kind.has_id_token()),
        access_token,
        refresh_token,
        members: SecretMembers(members),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange<'a>(kind: Kind, secret: Option<&'a SecretString>) -> Exchange<'a> {
        Exchange {
            kind,
            token_url: "https://t.example/token?v=1",
            client_id: "client",
            client_secret: secret,
            code: "co/de",
            redirect_uri: "https://a.example/oauth2/idpresponse",
            verifier: None,
            basic: false,
        }
    }

    const REDIRECT: &str = "redirect_uri=https%3A%2F%2Fa.example%2Foauth2%2Fidpresponse";

    #[test]
    fn the_secret_is_posted() {
        let secret = SecretString::new("s&cret".into());
        let mut ask = exchange(Kind::Oidc, Some(&secret));
        ask.verifier = Some("VERIFIER");
        let made = request(&ask);
        assert_eq!(made.url.expose(), "https://t.example/token?v=1");
        assert_eq!(
            made.form.unwrap().expose(),
            &format!(
                "grant_type=authorization_code&client_id=client&code=co%2Fde&{REDIRECT}&client_secret=s%26cret\
                 &code_verifier=VERIFIER"
            )
        );
        let public = request(&exchange(Kind::Oidc, None));
        assert!(!public.form.unwrap().expose().contains("client_secret"));
    }

    #[test]
    fn a_provider_that_takes_nothing_else_gets_the_secret_in_a_header() {
        let secret = SecretString::new("s&cr:et ü".into());
        let mut ask = exchange(Kind::Oidc, Some(&secret));
        ask.basic = true;
        let made = request(&ask);
        let form = made.form.unwrap();
        assert!(
            !form.expose().contains("client_secret"),
            "{}",
            form.expose()
        );
        assert!(form.expose().contains("client_id=client&"));
        // client:s%26cr%3Aet%20%C3%BC
        assert_eq!(
            made.authorization.unwrap().expose(),
            "Basic Y2xpZW50OnMlMjZjciUzQWV0JTIwJUMzJUJD"
        );
        ask.client_secret = None;
        assert!(request(&ask).authorization.is_none());
    }

    #[test]
    fn facebook_gets_a_get() {
        let secret = SecretString::new("secret".into());
        let made = request(&exchange(Kind::Facebook, Some(&secret)));
        assert!(made.form.is_none());
        assert_eq!(
            made.url.expose(),
            &format!(
                "https://t.example/token?v=1&grant_type=authorization_code&client_id=client&code=co%2Fde&{REDIRECT}\
                 &client_secret=secret"
            )
        );
    }

    #[test]
    fn each_type_needs_its_token() {
        let both = br#"{"id_token":"i","access_token":"a","refresh_token":"r","expires_in":3599}"#;
        let plain = br#"{"access_token":"a","token_type":"bearer","expires_in":5183814}"#;
        for kind in [Kind::Oidc, Kind::Google, Kind::SignInWithApple] {
            let tokens = read(kind, 200, both).unwrap();
            assert!(tokens.id_token.is_some() && tokens.access_token.is_some());
            assert_eq!(tokens.members().len(), 4);
            for body in [
                &plain[..],
                br#"{"access_token":"a","id_token":""}"#,
                br#"{"access_token":"a","id_token":null}"#,
                br#"{"access_token":"a","id_token":["i"]}"#,
            ] {
                let refused = read(kind, 200, body).err();
                assert_eq!(refused, Some(Said::Incomplete("id_token")));
            }
        }
        for kind in [Kind::Facebook, Kind::LoginWithAmazon] {
            assert!(read(kind, 200, plain).unwrap().id_token.is_none());
            assert!(read(kind, 200, both).unwrap().id_token.is_none());
            let refused = read(kind, 200, br#"{"id_token":"i"}"#).err();
            assert_eq!(refused, Some(Said::Incomplete("access_token")));
        }
        // A provider of the administrator's own may leave the access token out.
        assert!(read(Kind::Oidc, 200, br#"{"id_token":"i"}"#).is_ok());
    }

    #[test]
    fn tokens_print_nothing() {
        let tokens = read(Kind::Oidc, 200, br#"{"id_token":"hunter2","x":"hunter2"}"#).unwrap();
        assert!(!format!("{tokens:?}").contains("hunter2"));
    }
}
