//! The call for a user's claims: userinfo of OpenID providers, profiles of social ones (endpoints.md 4.1, 4.3).

use cognate_crypto::hash;
use cognate_crypto::secret::SecretString;

use crate::oidc::claims::Claims;
use crate::oidc::request::{Request, bearer, value, with_query};
use crate::oidc::social::{Kind, Profile};

/// The fields of a person at Google's People API that can be asked for.
const PERSON_FIELDS: [&str; 26] = [
    "addresses",
    "ageRanges",
    "biographies",
    "birthdays",
    "calendarUrls",
    "clientData",
    "coverPhotos",
    "emailAddresses",
    "events",
    "externalIds",
    "genders",
    "imClients",
    "interests",
    "locales",
    "locations",
    "memberships",
    "miscKeywords",
    "names",
    "nicknames",
    "occupations",
    "organizations",
    "phoneNumbers",
    "photos",
    "relations",
    "urls",
    "userDefined",
];

/// What the call is made of.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The type of the provider.
    pub kind: Kind,
    /// `attributes_url`.
    pub url: &'a str,
    /// `attributes_url_add_attributes`: the names of mapped claims belong behind the URL.
    pub add_attributes: bool,
    /// `attributes_request_method` is POST.
    pub post: bool,
    /// The names of the claims that are mapped to attributes.
    pub mapped: &'a [&'a str],
    /// The claims of the ID token.
    pub id_token: Option<&'a Claims>,
    /// The token that this sign-in's code gave, and no other.
    pub access_token: &'a SecretString,
    /// The client's secret at the provider.
    pub client_secret: Option<&'a SecretString>,
}

/// Returns the call, or None if there is nothing to ask.
#[must_use]
pub fn request(ask: &Ask<'_>) -> Option<Request> {
    let url = match ask.kind.traits().profile {
        Profile::None => return None,
        Profile::Plain => ask.url.to_owned(),
        Profile::Fields => fields(ask),
        Profile::Person => person(ask)?,
    };
    Some(Request {
        url: SecretString::new(url),
        form: ask.post.then(|| SecretString::new(String::new())),
        authorization: Some(bearer(ask.access_token)),
    })
}

/// Adds the mapped fields and, so that a token that was taken from another application is of no use here, the proof of the
/// client's secret that Facebook documents.
fn fields(ask: &Ask<'_>) -> String {
    let mut url = ask.url.to_owned();
    if ask.add_attributes {
        let mut names = vec![ask.kind.subject_claim()];
        for name in ask.mapped {
            if !names.contains(name) {
                names.push(name);
            }
        }
        url.push_str(&list(&names));
    }
    match ask.client_secret {
        None => url,
        Some(secret) => {
            let key = secret.expose().as_bytes();
            let proof = hash::hmac_sha256(key, ask.access_token.expose().as_bytes());
            with_query(&url, &[("appsecret_proof", &hex::encode(proof))])
        }
    }
}

/// Adds those mapped fields that the ID token does not have.
fn person(ask: &Ask<'_>) -> Option<String> {
    let has = |name: &str| {
        ask.id_token
            .is_some_and(|claims| claims.get(name).is_some())
    };
    let asked = ask.mapped.iter().copied();
    let mut asked: Vec<&str> = asked
        .filter(|name| PERSON_FIELDS.contains(name) && !has(name))
        .collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return None;
    }
    let names = if ask.add_attributes {
        list(&asked)
    } else {
        String::new()
    };
    Some(format!("{}{names}", ask.url))
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| value(name)).collect();
    names.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const GRAPH: &str = "https://graph.facebook.com/v17.0/me?fields=";
    const PEOPLE: &str = "https://people.googleapis.com/v1/people/me?personFields=";

    fn call(kind: Kind, url: &str, mapped: &[&str], id_token: Option<&Claims>) -> Option<String> {
        let (token, secret) = (
            SecretString::new("token".into()),
            SecretString::new("secret".into()),
        );
        let made = request(&Ask {
            kind,
            url,
            add_attributes: true,
            post: false,
            mapped,
            id_token,
            access_token: &token,
            client_secret: Some(&secret),
        })?;
        assert_eq!(
            made.authorization.map(|b| b.expose().clone()).as_deref(),
            Some("Bearer token")
        );
        assert!(made.form.is_none());
        Some(made.url.expose().clone())
    }

    #[test]
    fn facebook_is_asked_for_the_mapped_fields_with_a_proof() {
        let url = call(
            Kind::Facebook,
            GRAPH,
            &["email", "id", "email", "a&b"],
            None,
        )
        .unwrap();
        let (fields, found) = url.split_once('&').unwrap();
        assert_eq!(fields, format!("{GRAPH}id,email,a%26b"));
        // HMAC-SHA256 of "token" under "secret".
        let proof = "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a";
        assert_eq!(found, format!("appsecret_proof={proof}"));
    }

    #[test]
    fn google_is_asked_only_for_what_the_token_lacks() {
        let claims = Claims::new(
            json!({"sub": "1", "email": "a@b.c", "locales": "x"})
                .as_object()
                .unwrap()
                .clone(),
        );
        let url = |mapped: &[&str]| call(Kind::Google, PEOPLE, mapped, Some(&claims));
        assert_eq!(
            url(&["email", "sub", "picture", "locales", "a&key=b"]),
            None
        );
        assert_eq!(
            url(&["phoneNumbers", "email", "birthdays", "phoneNumbers"]),
            Some(format!("{PEOPLE}birthdays,phoneNumbers"))
        );
    }

    #[test]
    fn others_are_asked_as_they_are_or_not_at_all() {
        let url = "https://api.amazon.com/user/profile";
        assert_eq!(
            call(Kind::LoginWithAmazon, url, &["name"], None).as_deref(),
            Some(url)
        );
        assert_eq!(
            call(Kind::Oidc, "https://i/u?x=1", &["name"], None).as_deref(),
            Some("https://i/u?x=1")
        );
        assert_eq!(call(Kind::SignInWithApple, url, &["name"], None), None);
    }

    #[test]
    fn a_post_has_an_empty_form() {
        let token = SecretString::new("token".into());
        let made = request(&Ask {
            kind: Kind::Oidc,
            url: "https://i/u",
            add_attributes: false,
            post: true,
            mapped: &[],
            id_token: None,
            access_token: &token,
            client_secret: None,
        });
        let form = made.unwrap().form.map(|form| form.expose().clone());
        assert_eq!(form.as_deref(), Some(""));
    }
}
