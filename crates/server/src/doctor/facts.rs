//! What is known of the server, the pool and the client. Texts that go into settings are checked to be plain: another program
//! reads them.

use std::collections::BTreeSet;

use cognate_crypto::jwk::PublicKey;
use cognate_crypto::secret::SecretString;
use cognate_domain::ids;
use serde_json::Value;

use crate::aws::sigv4::is_region;

/// The longest text that goes into settings: the API's longest URLs.
const LONGEST: usize = 1_024;
/// Keys of a pool that are looked at.
const MOST_KEYS: usize = 32;

/// The kind of server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// `cognate dev`.
    Dev,
    /// Any other.
    #[default]
    Serve,
}

impl Kind {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Serve => "serve",
        }
    }
}

/// What is known.
#[derive(Default)]
pub struct Facts {
    /// Where the server answers.
    pub endpoint: String,
    /// The kind of server.
    pub kind: Kind,
    /// The region.
    pub region: String,
    /// The id of the pool; empty while none is known.
    pub pool: String,
    /// How users of the pool are named (UsernameAttributes).
    pub names: BTreeSet<String>,
    /// The app client.
    pub client: Option<App>,
    /// `iss` by the discovery document; empty while none is known.
    pub issuer: String,
    /// The endpoints of the document.
    pub endpoints: Endpoints,
    /// What stands before the paths of the endpoints, with the id of the pool where the host is not the pool's own; None unless
    /// it was seen to lead to this server. Nothing secret goes there before.
    pub pages: Option<String>,
    /// The keys as the server publishes them; null while none are known.
    pub key_set: Value,
    /// The keys, by key id.
    pub keys: Vec<(String, PublicKey)>,
    /// True if Amazon's host of the region leads to this server from here.
    pub leads_here: bool,
    /// The URL to which the application has browsers sent back, where the caller has said one.
    pub redirect: Option<String>,
    /// The id of the access key; empty without one.
    pub key_id: String,
    /// True if secrets may be shown.
    pub shows_secrets: bool,
}

/// The endpoints of a discovery document; empty where it names none.
#[derive(Default)]
pub struct Endpoints {
    /// `authorization_endpoint`.
    pub authorize: String,
    /// `token_endpoint`.
    pub token: String,
    /// `userinfo_endpoint`.
    pub user_info: String,
}

/// An app client.
#[derive(Default)]
pub struct App {
    /// Its id.
    pub id: String,
    /// True if its settings could be read; else only the id is known.
    pub is_known: bool,
    /// Its secret.
    pub secret: Option<SecretString>,
    /// ExplicitAuthFlows.
    pub flows: BTreeSet<String>,
    /// AllowedOAuthFlows, empty without AllowedOAuthFlowsUserPoolClient.
    pub oauth: BTreeSet<String>,
    /// AllowedOAuthScopes.
    pub scopes: Vec<String>,
    /// CallbackURLs.
    pub callbacks: Vec<String>,
    /// LogoutURLs.
    pub logouts: Vec<String>,
}

impl App {
    /// Reads UserPoolClientType; None if its id is none.
    pub fn read(value: &Value) -> Option<Self> {
        let is_on = value.get("AllowedOAuthFlowsUserPoolClient") == Some(&Value::Bool(true));
        let oauth = if is_on {
            texts(value, "AllowedOAuthFlows")
        } else {
            Vec::new()
        };
        let secret = text(value, "ClientSecret");
        Some(Self {
            id: text(value, "ClientId").filter(|id| ids::is_client_id(id))?,
            is_known: true,
            secret: secret.map(SecretString::new),
            flows: texts(value, "ExplicitAuthFlows").into_iter().collect(),
            oauth: oauth.into_iter().collect(),
            scopes: texts(value, "AllowedOAuthScopes"),
            callbacks: texts(value, "CallbackURLs"),
            logouts: texts(value, "LogoutURLs"),
        })
    }

    /// True if the client may use a flow. `old`: its name before ALLOW_ was put in front.
    pub fn has_flow(&self, name: &str, old: &str) -> bool {
        self.flows.contains(name) || self.flows.contains(old)
    }
}

impl Facts {
    /// Returns the id of the client; empty while none is known.
    pub fn client_id(&self) -> &str {
        self.client.as_ref().map_or("", |client| client.id.as_str())
    }

    /// Returns the secret as it may be shown; None for a client without one.
    pub fn shown_secret(&self) -> Option<&str> {
        let secret = self.client.as_ref()?.secret.as_ref()?;
        Some(match self.shows_secrets {
            true => secret.expose().as_str(),
            false => "<--show-secrets>",
        })
    }

    /// Returns where the keys are, for clients that are told.
    pub fn keys_url(&self) -> String {
        match self.is_amazons() && !self.leads_here {
            true => format!("{}/{}/.well-known/jwks.json", self.endpoint, self.pool),
            false => format!("{}/.well-known/jwks.json", self.issuer),
        }
    }

    /// True if the pool's issuer is of Amazon's form.
    pub fn is_amazons(&self) -> bool {
        let rest = self.issuer.strip_prefix("https://");
        rest.is_some_and(|rest| {
            let host = rest.split('/').next().unwrap_or_default();
            let named = host.starts_with("cognito-idp.") || host.starts_with("issuer-cognito-idp.");
            named && host.ends_with(".amazonaws.com")
        })
    }

    /// True if a client that knows the issuer alone finds this server.
    pub fn is_found_by_issuer(&self) -> bool {
        !self.issuer.is_empty() && (!self.is_amazons() || self.leads_here)
    }

    /// Takes over the id of a pool, and its region; false if it is no id: both go into settings and into URLs.
    pub fn take_pool(&mut self, id: &str) -> bool {
        if !ids::is_pool_id(id) {
            return false;
        }
        let region = id.split_once('_').map(|(region, _)| region);
        if let Some(region) = region.filter(|region| is_region(region)) {
            region.clone_into(&mut self.region);
        }
        id.clone_into(&mut self.pool);
        true
    }

    /// Takes over the keys of a JWKS; returns how many of its keys are of no use here.
    pub fn take_keys(&mut self, set: &Value) -> usize {
        self.key_set = set.clone();
        let all = set.get("keys").and_then(Value::as_array);
        let all: Vec<&Value> = all.into_iter().flatten().take(MOST_KEYS).collect();
        self.keys = keys_of(&all);
        all.len() - self.keys.len()
    }

    /// Returns the scopes for a sign-in through pages: those of `wanted` that the client has.
    pub fn scopes(&self, wanted: &[&str]) -> Vec<String> {
        let client = self.client.as_ref();
        let has = |scope: &&&str| {
            client.is_none_or(|client| {
                !client.is_known || client.scopes.iter().any(|one| one == **scope)
            })
        };
        let found = wanted.iter().filter(has);
        found.map(|scope| (*scope).to_owned()).collect()
    }

    /// Returns the URL to which the application has browsers sent back: the one that the caller said, else the client's
    /// first with such a path, else `usual`.
    pub fn redirect(&self, usual: &str) -> String {
        let path = |url: &str| {
            url.parse::<http::Uri>()
                .ok()
                .map(|uri| uri.path().to_owned())
        };
        if let Some(said) = &self.redirect {
            return said.clone();
        }
        let callbacks = self.client.iter().flat_map(|client| &client.callbacks);
        let mut same = callbacks.filter(|url| path(url) == path(usual));
        same.next().cloned().unwrap_or_else(|| usual.to_owned())
    }
}

/// Returns the keys of a JWKS that are RS256 keys, by key id.
pub fn keys_of(all: &[&Value]) -> Vec<(String, PublicKey)> {
    let key = |value: &&Value| {
        let id = text(value, "kid")?;
        let key = PublicKey::from_jwk_json(&value.to_string()).ok()?;
        Some((id, key))
    };
    all.iter().filter_map(key).collect()
}

/// Returns a member that is a plain text.
pub fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name).and_then(Value::as_str)?;
    is_plain(text).then(|| text.to_owned())
}

/// Returns the plain texts of a list.
pub fn texts(value: &Value, name: &str) -> Vec<String> {
    let list = value.get(name).and_then(Value::as_array);
    let list = list.into_iter().flatten().take(100);
    let plain = list.filter_map(|item| item.as_str().filter(|text| is_plain(text)));
    plain.map(str::to_owned).collect()
}

/// True for a text that means itself in a shell, in YAML, TOML and in programs, between quotation marks: visible ASCII
/// without what these languages give a meaning.
pub fn is_plain(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_graphic() && !b"\"'`\\<>{}$|;^".contains(&b);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_plain_texts_get_into_settings() {
        for text in [
            "us-east-1_Local0001",
            "https://id.example:8443/a?b=c&d=%20#e",
            "api/read",
            "com.example.app:/callback",
        ] {
            assert!(is_plain(text), "{text}");
        }
        let long = "a".repeat(1_025);
        for text in [
            "", "a b", "a\"b", "a'b", "$(id)", "a`id`", "a;b", "a\\b", "é", "a\nb", &long,
        ] {
            assert!(!is_plain(text), "{text}");
        }
        for id in ["a$(id)", "a&use=id", "a-b", ""] {
            assert!(App::read(&json!({"ClientId": id})).is_none(), "{id}");
        }
        let client = json!({"ClientId": "a", "CallbackURLs": ["x'", "http://a/"], "AllowedOAuthFlows": ["code"]});
        let client = App::read(&client).unwrap();
        assert_eq!(client.callbacks, ["http://a/"]);
        assert!(client.oauth.is_empty());
    }

    #[test]
    fn a_pool_has_an_id_of_its_form() {
        let mut facts = Facts::default();
        for id in [
            "",
            "us-east-1",
            "us-east-1_",
            "us-east-1_a-b",
            "a&reboot_b",
            "us-east-1_a&b",
            "us-east-1_a/b",
            "us-east-1_a_b",
        ] {
            assert!(!facts.take_pool(id), "{id}");
        }
        assert!(facts.pool.is_empty() && facts.region.is_empty());
        // Nothing is signed for a region of another form.
        for id in ["eu-west-1_Local0001", "local_b"] {
            assert!(facts.take_pool(id));
            let taken = (facts.pool.as_str(), facts.region.as_str());
            assert_eq!(taken, (id, "eu-west-1"));
        }
    }

    #[test]
    fn the_issuer_says_where_the_keys_are() {
        let mut facts = Facts {
            endpoint: "http://127.0.0.1:9229".to_owned(),
            pool: "eu-west-1_a".to_owned(),
            issuer: "http://127.0.0.1:9229/eu-west-1_a".to_owned(),
            ..Facts::default()
        };
        let here = "http://127.0.0.1:9229/eu-west-1_a/.well-known/jwks.json";
        assert_eq!(
            (facts.keys_url().as_str(), facts.is_found_by_issuer()),
            (here, true)
        );
        facts.issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a".to_owned();
        assert_eq!(
            (facts.keys_url().as_str(), facts.is_found_by_issuer()),
            (here, false)
        );
        facts.leads_here = true;
        let theirs = format!("{}/.well-known/jwks.json", facts.issuer);
        assert_eq!(
            (facts.keys_url(), facts.is_found_by_issuer()),
            (theirs, true)
        );
        for other in [
            "https://cognito-idp.evil.example/x",
            "http://cognito-idp.a.amazonaws.com/x",
        ] {
            facts.issuer = other.to_owned();
            assert!(!facts.is_amazons(), "{other}");
        }
    }
}
