//! What a token says, whether it is good, and where each of its claims comes from: for whoever develops against `dev`.
//!
//! It is worked out from the rows of now: who signed in long ago may have other groups and attributes since, which the answer
//! then says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_store::tables::{groups, sessions, users};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::app::functions::Trigger;
use crate::app::keys::{ACCESS, ID};
use crate::clock::SECOND;
use crate::errors::Result;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::claims;
use crate::tokens::grant::ACCOUNT_SCOPE;
use crate::tokens::groups::GroupClaims;
use crate::tokens::presented::Presented;
use crate::tokens::scopes::Opened;
use crate::tokens::session::{self, SessionDoc};

/// Explains a token: `header` and `claims` as they are, `verified` with `checks`, and `sources`. A text that is no token has
/// `verified` false and the reason alone.
///
/// # Errors
/// The store's, and an internal fault for a row that does not open or parse.
pub async fn explain(app: &App, token: &str) -> Result<Value> {
    let token = token.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
    let Some((header, claims)) = decoded(token) else {
        let why =
            "It is no signed JSON Web Token: three parts of base64url with dots between them.";
        return Ok(json!({"verified": false, "checks": [failed("form", why)]}));
    };
    let mut said = Said {
        app,
        claims: &claims,
        checks: vec![passed("form", "A signed JSON Web Token.")],
        client: None,
        user: None,
        groups: GroupClaims::default(),
        session: None,
    };
    let pool = said.pool().await?;
    let mut answer = Map::new();
    answer.insert("header".into(), header);
    answer.insert("claims".into(), json!(claims));
    if let Some(pool) = &pool {
        said.judge(pool, token).await?;
        let sources = said.sources(pool);
        answer.insert("pool".into(), json!(pool.id));
        answer.insert(
            "client".into(),
            json!(said.client.as_ref().map(|client| &client.id)),
        );
        answer.insert("sources".into(), Value::Object(sources));
        let missing = said.missing(pool);
        if !missing.is_empty() {
            answer.insert("left_out".into(), Value::Object(missing));
        }
    }
    let verified = said.checks.iter().all(|check| check["ok"] == true);
    answer.insert("verified".into(), json!(verified));
    answer.insert("checks".into(), Value::Array(said.checks));
    Ok(Value::Object(answer))
}

fn decoded(token: &str) -> Option<(Value, Map<String, Value>)> {
    let mut parts = token.split('.');
    let (header, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let json = |part: &str| BASE64URL.decode(part).ok();
    let header: Map<String, Value> = serde_json::from_slice(&json(header)?).ok()?;
    let claims = serde_json::from_slice(&json(claims)?).ok()?;
    Some((Value::Object(header), claims))
}

fn passed(check: &str, why: impl Into<String>) -> Value {
    json!({"check": check, "ok": true, "why": why.into()})
}

fn failed(check: &str, why: impl Into<String>) -> Value {
    json!({"check": check, "ok": false, "why": why.into()})
}

fn source(from: &str, what: impl Into<String>) -> Value {
    json!({"from": from, "what": what.into()})
}

/// What is known of a token.
struct Said<'a> {
    app: &'a App,
    claims: &'a Map<String, Value>,
    checks: Vec<Value>,
    client: Option<std::sync::Arc<Client>>,
    user: Option<User>,
    groups: GroupClaims,
    session: Option<SessionDoc>,
}

impl<'a> Said<'a> {
    fn text(&self, name: &str) -> &'a str {
        let value = self.claims.get(name).and_then(Value::as_str);
        value.unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.claims.get(name).and_then(Value::as_i64)
    }

    fn is_id(&self) -> bool {
        self.text("token_use") == ID
    }

    /// True for the token of an application that signed in as itself.
    fn is_machine(&self) -> bool {
        !self.is_id() && self.text("sub") == self.text("client_id")
    }

    fn add(&mut self, ok: bool, check: &str, good: &str, bad: impl Into<String>) {
        self.checks.push(match ok {
            true => passed(check, good),
            false => failed(check, bad),
        });
    }

    /// Finds the pool: by the issuer, which ends in it, or by the client.
    async fn pool(&mut self) -> Result<Option<std::sync::Arc<Pool>>> {
        let client_id = match self.text("client_id") {
            "" => self.text("aud"),
            id => id,
        };
        if client_id.len() <= 128 && !client_id.is_empty() {
            self.client = self.app.cached_client(client_id).await?;
        }
        let by_issuer = self.text("iss").rsplit('/').next().unwrap_or_default();
        let mut pool = None;
        if by_issuer.len() <= 55 && !by_issuer.is_empty() {
            pool = self.app.cached_pool(by_issuer).await?;
        }
        if let (None, Some(client)) = (&pool, &self.client) {
            pool = self.app.cached_pool(&client.pool_id).await?;
        }
        if let Some(pool) = &pool {
            self.client = self
                .client
                .take()
                .filter(|client| client.pool_id == pool.id);
        }
        let bad = "Neither `iss` nor the client leads to a pool of this server.";
        self.add(pool.is_some(), "pool", "The pool is here.", bad);
        Ok(pool)
    }

    /// Checks the token as this server checks what is presented to it.
    async fn judge(&mut self, pool: &Pool, token: &str) -> Result<()> {
        let key_use = match self.text("token_use") {
            ID => ID,
            ACCESS => ACCESS,
            _ => {
                self.checks
                    .push(failed("token_use", "`token_use` is neither access nor id."));
                return Ok(());
            }
        };
        let presented = Presented::parse(token);
        let signers = self.app.cached_signers(pool).await?;
        let signed = presented.as_ref().is_some_and(|presented| {
            presented.is_signed_by(&signers, key_use, &self.app.signatures)
        });
        let bad =
            "No key of the pool for tokens of this use signed it by RS256, or it was changed.";
        self.add(signed, "signature", "A key of the pool signed it.", bad);
        let now = self.app.clock.service().div_euclid(SECOND);
        let left = self
            .number("exp")
            .map_or(i64::MIN, |exp| exp.saturating_sub(now));
        let bad = match left {
            i64::MIN => "It has no `exp`.".to_owned(),
            left => format!("It ended {} seconds ago.", left.saturating_neg()),
        };
        self.add(
            left > 0,
            "time",
            &format!("It is good for {left} seconds."),
            bad,
        );
        if self.is_machine() {
            let bad = "The client is not there any more.";
            self.add(self.client.is_some(), "client", "The client is there.", bad);
            return Ok(());
        }
        let session_id = match self.text("origin_jti") {
            "" => self.text("event_id"),
            id => id,
        };
        let (sub, session_id) = (self.text("sub").to_owned(), session_id.to_owned());
        let now = self.app.clock.service();
        let queries = [
            users::by_id(&pool.id, &sub),
            sessions::live(&pool.id, &sub, &session_id, now),
            groups::of_user(&pool.id, &sub),
        ];
        let mut found = self.app.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (user, live, of_user) = (next().into_iter().next(), next().into_iter().next(), next());
        self.user = user
            .map(|mut row| User::from_row(pool, &mut row))
            .transpose()?;
        self.session = match live {
            Some(row) => Some(session::read(pool, &sub, &session_id, row)?.1),
            None => None,
        };
        if self.user.is_some() {
            self.groups = GroupClaims::from_rows(pool, &sub, of_user)?;
        }
        let enabled = self.user.as_ref().map(|user| user.enabled);
        let bad = match enabled {
            None => "The user is not there any more.",
            Some(_) => "The user is disabled.",
        };
        self.add(
            enabled == Some(true),
            "user",
            "The user is there and enabled.",
            bad,
        );
        let bad = "The session is over: revoked, signed out everywhere, or its time has come.";
        self.add(
            self.session.is_some(),
            "session",
            "The session is alive.",
            bad,
        );
        Ok(())
    }

    fn sources(&self, pool: &Pool) -> Map<String, Value> {
        let all = self.claims.iter();
        all.map(|(name, value)| (name.clone(), self.source(pool, name, value)))
            .collect()
    }

    fn source(&self, pool: &Pool, name: &str, value: &Value) -> Value {
        match name {
            "sub" if self.is_machine() => source("client", "The id of the client."),
            "sub" => source("user", "The id of the user, which never changes."),
            "username" | "cognito:username" => source("user", "The name of the user."),
            "cognito:groups" => self.of_groups(pool, value, &json!(self.groups.groups), "names"),
            "cognito:roles" => self.of_groups(pool, value, &json!(self.groups.roles), "roles"),
            "cognito:preferred_role" => {
                let role = json!(self.groups.preferred_role);
                self.of_groups(pool, value, &role, "role of the first")
            }
            "token_use" => source("constant", "Which of the two kinds of tokens it is."),
            "version" => source("constant", "2 in access tokens of the OAuth endpoints."),
            "jti" | "iat" => source("constant", "Made for each token."),
            "at_hash" => source("constant", "The hash of the access token beside it."),
            "origin_jti" | "event_id" => source("sign_in", "The session, as it was opened."),
            "auth_time" => source("sign_in", "When the user proved who they are."),
            "device_key" => source("sign_in", "The device of the session."),
            "acr" | "amr" => source("sign_in", "What the user proved, and how."),
            "nonce" => source("request", "`nonce` of the request for an authorization."),
            "act" => source(
                "request",
                "Who acts for the user: the actor's token of the exchange.",
            ),
            "iss" => source(
                "pool",
                "The issuer of the pool: setting `issuer`, or `cognate pool set-issuer`.",
            ),
            "client_id" => source("client", "The id of the client."),
            "aud" if self.is_id() && self.is_client(value) => {
                source("client", "The id of the client.")
            }
            "aud" if self.is_client(value) => self.of_function(pool, "aud"),
            "aud" => source("request", "`resource` or `audience` of the request."),
            "exp" => self.of_lifetime(),
            "scope" if !self.is_id() => self.of_scopes(pool, value),
            name => self.of_attribute(pool, name, value),
        }
    }

    fn is_client(&self, value: &Value) -> bool {
        let client = self.client.as_ref();
        client.is_some_and(|client| *value == client.id.as_str())
    }

    fn of_groups(&self, pool: &Pool, value: &Value, own: &Value, what: &str) -> Value {
        if value == own {
            return source(
                "group",
                format!("The {what} of the user's groups, by precedence."),
            );
        }
        match function(pool) {
            Some(arn) => source(
                "trigger",
                format!(
                    "Not what the user's groups say now: PreTokenGeneration ({arn}) replaced them, or they have changed."
                ),
            ),
            None => source(
                "group",
                format!("The {what} of the user's groups, which have changed since."),
            ),
        }
    }

    fn of_lifetime(&self) -> Value {
        let length = self.number("exp").zip(self.number("iat"));
        let length = length.map(|(exp, iat)| exp.saturating_sub(iat));
        let (name, own) = match (&self.client, self.is_id()) {
            (Some(client), true) => ("IdTokenValidity", Some(client.id_token_seconds())),
            (Some(client), false) => ("AccessTokenValidity", Some(client.access_token_seconds())),
            (None, _) => ("", None),
        };
        match own {
            Some(own) if length == Some(own) => {
                source("client", format!("{name} of the client: {own} seconds."))
            }
            Some(own) => source(
                "request",
                format!(
                    "Less than {name} of the client ({own} seconds): the end of the token that it was traded for, or of the session; or the setting has changed."
                ),
            ),
            None => source("client", "The lifetime that the client sets."),
        }
    }

    fn of_scopes(&self, pool: &Pool, value: &Value) -> Value {
        let client = self.client.as_ref();
        let allowed = client.and_then(|client| client.doc.allowed_oauth_scopes.as_deref());
        let allowed = allowed.unwrap_or_default();
        let of_oauth = self.claims.contains_key("version") || self.is_machine();
        let scopes = value.as_str().unwrap_or_default().split(' ');
        let each = scopes.filter(|scope| !scope.is_empty()).map(|scope| {
            let from = match scope {
                ACCOUNT_SCOPE if !of_oauth => source("constant", "Sign-ins by the API have it."),
                scope if allowed.iter().any(|own| own == scope) => source(
                    "client",
                    "AllowedOAuthScopes of the client, as far as they were asked for.",
                ),
                scope => self.of_function(pool, scope),
            };
            (scope.to_owned(), from)
        });
        json!({"from": "scopes", "what": Value::Object(each.collect())})
    }

    fn of_attribute(&self, pool: &Pool, name: &str, value: &Value) -> Value {
        let attributes = self.user.as_ref().map(|user| &user.doc.attributes);
        let own = attributes.and_then(|attributes| attributes.get(name));
        match (own, &self.client) {
            (Some(own), Some(client)) if self.is_id() => {
                if claims::shown(client, name, own).as_ref() == Some(value) {
                    return source("attribute", format!("The attribute {name} of the user."));
                }
                match function(pool) {
                    Some(arn) => source(
                        "trigger",
                        format!(
                            "Not the attribute {name} as it is now: PreTokenGeneration ({arn}) replaced it, or it has changed."
                        ),
                    ),
                    None => source(
                        "attribute",
                        format!("The attribute {name} of the user, which has changed since."),
                    ),
                }
            }
            _ => self.of_function(pool, name),
        }
    }

    fn of_function(&self, pool: &Pool, name: &str) -> Value {
        match function(pool) {
            Some(arn) => source(
                "trigger",
                format!("PreTokenGeneration ({arn}) added {name}."),
            ),
            None => source(
                "unknown",
                "Nothing that is set now adds it: the settings, or the user, have changed since.",
            ),
        }
    }

    /// Says why attributes of the user are not in an ID token.
    fn missing(&self, pool: &Pool) -> Map<String, Value> {
        let (Some(user), Some(client), Some(session)) = (&self.user, &self.client, &self.session)
        else {
            return Map::new();
        };
        if !self.is_id() {
            return Map::new();
        }
        let authorized = session.authorized.as_ref();
        let opened = authorized.map(|authorized| Opened::by(|scope| authorized.has(scope)));
        let names = user.doc.attributes.keys();
        let absent = names.filter(|name| !self.claims.contains_key(name.as_str()));
        let why = |name: &str| {
            if !claims::may_read(client, name) {
                return source("client", "ReadAttributes of the client does not list it.");
            }
            if !opened.is_none_or(|opened| opened.holds(name)) {
                return source("request", "No scope of the session opens it.");
            }
            match function(pool) {
                Some(arn) => source(
                    "trigger",
                    format!("PreTokenGeneration ({arn}) suppressed it, or it is new."),
                ),
                None => source("attribute", "It is new: the token is older."),
            }
        };
        absent
            .map(|name| (name.clone(), why(name.as_str())))
            .collect()
    }
}

/// Returns the ARN of the pool's PreTokenGeneration.
fn function(pool: &Pool) -> Option<&str> {
    Trigger::PreTokenGeneration.function(&pool.doc.lambda_config)
}
