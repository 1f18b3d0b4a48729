//! Trading a token for one that is meant for another service (RFC 8693). GetDerivedToken is one entrance, the token endpoint
//! the other (`exchange_grant.rs`).
//!
//! What is issued says no more than the token that it was traded for: not more scopes, not more of the user's attributes, not a later
//! end, by however many trades. For a token of the
//! pool it belongs to the same session, with which it ends. For a token of an identity provider the user whom it names
//! signs in, as they would with a browser, and a session is opened that ends with what is issued.

use cognate_shapes::{
    ExplicitAuthFlowsType, IssuedTokenTypeIdentifierType, TokenTypeIdentifierType,
};
use cognate_store::Batch;
use cognate_store::tables::{guards, resource_servers, sessions};
use serde_json::{Map, Value};

use crate::audit;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::resource_servers::server_not_found;
use crate::errors::{ApiError, Fault, Result, sessions as refusals};
use crate::oauth::provider::presented::{self, Presented};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients::settings::{USER_SCOPES, live_scopes};
use crate::resources::metadata::resolve;
use crate::signin::opening::Ending;
use crate::signin::triggers::Signs;
use crate::signin::{At, Surface};
use crate::tokens::exchange::{self as own, Kind, Subject};
use crate::tokens::grant::{ACCOUNT_SCOPE, Grant};
use crate::tokens::groups::GroupClaims;
use crate::tokens::issue;
use crate::tokens::opened::OpenedSession;
use crate::tokens::pre_token::{Consulted, NewTokens, Source};
use crate::tokens::scopes::{Attributes, Opened};
use crate::tokens::session::{Authorized, SessionDoc};

/// The name of a trade of a token of the pool in the audit trail, whichever way it came. One of a provider's token is a sign-in.
pub const NAME: &str = "ExchangeToken";
/// The characters of the name of who acts that are kept in the audit trail.
const LONGEST_ACTOR: usize = 128;

/// A token that is presented.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// The token.
    pub token: &'a str,
    /// Its kind.
    pub kind: TokenTypeIdentifierType,
    /// The name of the identity provider that issued it; None for a token of the pool itself.
    pub provider: Option<&'a str>,
}

/// The service that the new token is meant for.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    /// A name of the caller's choice.
    Audience(&'a str),
    /// A resource server of the pool, by its identifier.
    Resource(&'a str),
}

/// A request for a token.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The token of the user for whom it is.
    pub subject: Token<'a>,
    /// The token of whoever acts for them.
    pub actor: Option<Token<'a>>,
    /// The scopes; none for those of the subject's token.
    pub scopes: &'a [String],
    /// The service; None for the client itself.
    pub target: Option<Target<'a>>,
    /// The kind of the new token.
    pub kind: IssuedTokenTypeIdentifierType,
}

/// A new token.
pub struct Issued {
    /// The token.
    pub token: String,
    /// The seconds for which it is good.
    pub lifetime: i64,
    /// The scopes of an access token; an ID token has none.
    pub scopes: Option<Vec<String>>,
}

/// Why no token is issued. The endpoint has a code of its own for each kind.
pub enum Refused {
    /// The client may not trade in this way.
    Client(ApiError),
    /// The service is unknown, or a client of the pool.
    Target(ApiError),
    /// Nothing is left of the scopes.
    Scope(ApiError),
    /// Any other refusal, or a fault.
    Other(Fault),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Client(error) | Refused::Target(error) | Refused::Scope(error) => error.into(),
            Refused::Other(fault) => fault,
        }
    }
}

/// What a trade ends in.
type Outcome<T> = std::result::Result<T, Refused>;

/// Trades a token. `client` has proven itself.
///
/// # Errors
/// In this order: InvalidParameterException for a client without the flow; ResourceNotFoundException for an unknown resource
/// server, InvalidParameterException for an audience that is a client of the pool; for the subject's token and then the
/// actor's those of [`Subject::verify`] and [`presented::check`]; InvalidParameterException if nothing is left of the scopes.
/// Then the refusals of the pool's functions and, for the user of a provider, those of [`presented::Word::sign_in`].
pub async fn trade(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    asked: &Asked<'_>,
) -> Outcome<Issued> {
    let flow = match asked.actor {
        Some(_) => ExplicitAuthFlowsType::AllowTokenExchangeDelegation,
        None => ExplicitAuthFlowsType::AllowTokenExchangeImpersonation,
    };
    if !client.lists_flow(flow) {
        return Err(Refused::Client(refusals::exchange_flow_disabled(flow)));
    }
    let trade = Trade {
        pool,
        client,
        asked,
        audience: audience(cx, pool, asked.target).await?,
    };
    match origin(asked.subject)? {
        Origin::Pool(kind) => trade.own(cx, kind).await,
        Origin::Provider(token) => trade.of_provider(cx, token).await,
    }
}

/// The issuer of a token.
enum Origin<'a> {
    Pool(Kind),
    Provider(Presented<'a>),
}

fn origin(token: Token<'_>) -> Result<Origin<'_>> {
    let Token {
        token,
        kind,
        provider,
    } = token;
    match (provider, kind) {
        (Some(provider), _) => Ok(Origin::Provider(Presented {
            token,
            kind,
            provider,
        })),
        (None, TokenTypeIdentifierType::AccessToken) => Ok(Origin::Pool(Kind::Access)),
        (None, TokenTypeIdentifierType::IdToken) => Ok(Origin::Pool(Kind::Id)),
        (None, TokenTypeIdentifierType::Saml2) => Err(refusals::provider_required().into()),
    }
}

/// Returns the audience of the token: a resource server of the pool, or a name that the caller chooses and no client
/// has.
async fn audience(cx: &Cx<'_>, pool: &Pool, target: Option<Target<'_>>) -> Outcome<Option<String>> {
    let name = match target {
        None => return Ok(None),
        Some(Target::Audience(name)) => name,
        Some(Target::Resource(identifier)) => {
            let server = resource_servers::get(&cx.store, &pool.id, identifier).await;
            let server = server.map_err(Fault::from)?;
            let server = server.ok_or_else(|| Refused::Target(server_not_found(identifier)))?;
            pool.check(&server.signed(), server.mac.as_deref())?;
            identifier
        }
    };
    // A token for a client would say what its own sign-in says, and prove to it that the user was there.
    let client = cx.cached_client(name).await?;
    let is_own = client.is_some_and(|client| client.pool_id == pool.id);
    if is_own || resolve::mapped(cx, pool, name).await?.is_some() {
        return Err(Refused::Target(refusals::audience_is_a_client()));
    }
    Ok(Some(name.to_owned()))
}

/// Returns the attributes that an ID token may hold for which this one is traded. `scopes`: those that are granted.
fn attributes_of<'a>(subject: &'a Subject, scopes: &[&str]) -> Attributes<'a> {
    let session = subject.session.authorized.as_ref();
    let session = session.map(|authorized| authorized.scopes.as_slice());
    let has_account = subject.scopes.iter().any(|scope| scope == ACCOUNT_SCOPE);
    match &subject.names {
        Some(names) => Attributes::Named(names),
        None => {
            let has = |scope: &str| scopes.contains(&scope);
            Attributes::Opened(Opened::by_part_of(session, has_account, has))
        }
    }
}

/// A request of a client that may trade.
struct Trade<'a> {
    pool: &'a Pool,
    client: &'a Client,
    asked: &'a Asked<'a>,
    audience: Option<String>,
}

/// Who acts for the user.
struct Acting {
    /// The claim `act`.
    act: Option<Map<String, Value>>,
    /// What must not be used a second time: its name, and until when it could be, in microseconds.
    once: Option<(String, i64)>,
}

impl Trade<'_> {
    /// Trades a token of the pool.
    async fn own(&self, cx: &Cx<'_>, kind: Kind) -> Outcome<Issued> {
        let (pool, client) = (self.pool, self.client);
        let refusal = refusals::subject_token_invalid;
        let subject = Subject::verify(cx, pool, self.asked.subject.token, kind, refusal).await?;
        let acting = self.acting(cx, subject.act.as_ref()).await?;
        let allowed = client.doc.allowed_oauth_scopes.as_deref();
        let allowed = allowed.unwrap_or_default();
        let scopes = subject.scopes.iter();
        let scopes = scopes.filter(|scope| allowed.contains(*scope) && self.wants(scope));
        let scopes = self.some(scopes.map(String::as_str).collect())?;
        let tokens = NewTokens {
            source: Source::Derived,
            pool,
            client,
            user: Some((&subject.user, &subject.groups)),
            scopes: &scopes,
            metadata: None,
        };
        let changes = tokens.ask(cx).await?;
        let (user, groups) = (&subject.user, &subject.groups);
        let (id, session) = (&subject.session_id, &subject.session);
        let grant = Grant {
            attributes: attributes_of(&subject, &scopes),
            scopes,
            audience: self.audience.as_deref(),
            actor: acting.act.as_ref(),
            latest_end: Some(subject.ends),
            ..Grant::account(pool, client, user, groups, id, session, &changes)
        };
        let about = self.summary(&acting, &grant);
        let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
        let batch = match &acting.once {
            Some((name, until)) => sessions::spend(batch, &pool.id, name, *until),
            None => batch,
        };
        let batch = audit::record_as(cx, batch, &pool.id, (NAME, &user.id, &about));
        let committing = cx.commit(batch, |label| match label {
            sessions::SPENT => refusals::actor_token_invalid().into(),
            _ => Fault::Stale,
        });
        let signing = sign(cx, &grant, self.asked.kind, subject.ends);
        let (committed, issued) = tokio::join!(committing, signing);
        committed?;
        Ok(issued?)
    }

    /// Returns what is issued, for the audit trail: the client, the service, who acts, and the scopes.
    fn summary(&self, acting: &Acting, grant: &Grant<'_>) -> String {
        let actor = acting.act.as_ref().and_then(|act| act.get("sub"));
        // A provider's word can be long.
        let actor: Option<String> = actor
            .and_then(Value::as_str)
            .map(|actor| actor.chars().take(LONGEST_ACTOR).collect());
        let mut about = vec![format!("client={}", self.client.id)];
        about.extend(self.audience.as_ref().map(|name| format!("aud={name}")));
        // A provider's word can have blanks, too: in quotation marks it looks like no other part.
        about.extend(actor.map(|actor| format!("act={actor:?}")));
        if self.asked.kind == IssuedTokenTypeIdentifierType::AccessToken {
            about.push(format!("scope={}", grant.granted().join(" ")));
        }
        about.join(" ")
    }

    /// Trades a token of an identity provider. Such a token has no scopes of this pool: as at a sign-in the client decides,
    /// and none is granted that was not asked for.
    async fn of_provider(&self, cx: &Cx<'_>, token: Presented<'_>) -> Outcome<Issued> {
        let (pool, client) = (self.pool, self.client);
        let mut used: fn() -> ApiError = refusals::subject_token_invalid;
        let mut word = presented::check(cx, pool, client, token, used).await?;
        let mut acting = self.acting(cx, None).await?;
        if word.once.is_none() && acting.once.is_some() {
            word.once = acting.once.take();
            used = refusals::actor_token_invalid;
        }
        let allowed = client.doc.allowed_oauth_scopes.iter().flatten();
        let custom = &live_scopes(cx, pool, client).await?.names;
        let is_there = |scope: &str| USER_SCOPES.contains(&scope) || custom.contains(scope);
        let asked_for =
            |scope: &&String| self.asked.scopes.contains(*scope) && is_there(scope.as_str());
        let scopes = self.some(allowed.filter(asked_for).cloned().collect())?;
        let at = At {
            surface: Surface::PublicApi,
            pool,
            client,
            metadata: None,
        };
        let ending = ForToken {
            kind: self.asked.kind,
            scopes: &scopes,
            audience: self.audience.as_deref(),
            acting: &acting,
            ends: word.ends,
        };
        Ok(word.sign_in(cx, at, &ending, used).await?)
    }

    /// Checks the token of whoever acts for the user; `before`: those who did so far.
    async fn acting(&self, cx: &Cx<'_>, before: Option<&Map<String, Value>>) -> Result<Acting> {
        let Some(token) = self.asked.actor else {
            return Ok(Acting {
                act: before.cloned(),
                once: None,
            });
        };
        let refusal: fn() -> ApiError = refusals::actor_token_invalid;
        let (mut act, once) = match origin(token)? {
            Origin::Pool(kind) => {
                let act = own::actor(cx, self.pool, token.token, kind, refusal).await?;
                (act, None)
            }
            Origin::Provider(token) => {
                let word = presented::check(cx, self.pool, self.client, token, refusal).await?;
                (word.actor(cx, self.pool, refusal).await?, word.once)
            }
        };
        if let Some(before) = before {
            act.insert("act".to_owned(), Value::Object(before.clone()));
        }
        Ok(Acting {
            act: Some(act),
            once,
        })
    }

    fn wants(&self, scope: &str) -> bool {
        let asked = self.asked.scopes;
        asked.is_empty() || asked.iter().any(|asked| asked == scope)
    }

    /// Refuses scopes of which nothing is left.
    fn some<S>(&self, scopes: Vec<S>) -> Outcome<Vec<S>> {
        if !self.asked.scopes.is_empty() && scopes.is_empty() {
            return Err(Refused::Scope(refusals::no_scope_left()));
        }
        Ok(scopes)
    }
}

/// Signs the token of a grant. `ends`: the time at which it ends at the latest, in seconds.
async fn sign(
    cx: &Cx<'_>,
    grant: &Grant<'_>,
    kind: IssuedTokenTypeIdentifierType,
    ends: i64,
) -> Result<Issued> {
    let (token, lifetime, scopes) = match kind {
        IssuedTokenTypeIdentifierType::AccessToken => {
            let granted = grant.granted();
            let scopes = granted.iter().map(|scope| (*scope).to_owned()).collect();
            let lifetime = grant.client.access_token_seconds();
            (
                issue::access_token(cx, grant).await?,
                lifetime,
                Some(scopes),
            )
        }
        IssuedTokenTypeIdentifierType::IdToken => {
            let lifetime = grant.client.id_token_seconds();
            (issue::id_token(cx, grant).await?, lifetime, None)
        }
    };
    let left = ends.saturating_sub(cx.now().div_euclid(SECOND));
    Ok(Issued {
        token,
        lifetime: lifetime.min(left),
        scopes,
    })
}

/// The end of a sign-in by a token of a provider: one token, and a session that ends with it.
struct ForToken<'a> {
    kind: IssuedTokenTypeIdentifierType,
    scopes: &'a [String],
    audience: Option<&'a str>,
    acting: &'a Acting,
    /// The end of the provider's token, in seconds.
    ends: i64,
}

impl ForToken<'_> {
    fn opened(&self, cx: &Cx<'_>, at: At<'_>, session: &OpenedSession) -> OpenedSession {
        let doc = SessionDoc {
            device_key: None,
            new_device: None,
            authorized: Some(Authorized {
                scopes: self.scopes.to_vec(),
                ..Authorized::default()
            }),
            ..session.doc.clone()
        };
        OpenedSession::new(cx, at.client, session.id.clone(), session.user.clone(), doc)
            .ending_with_its_tokens(cx, at.client)
    }
}

impl Ending for ForToken<'_> {
    type Result = Issued;

    fn signs(&self) -> Signs<'_> {
        Signs::Derived(self.scopes)
    }

    fn keep(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
        batch: Batch,
    ) -> Result<Batch> {
        let batch = match &self.acting.once {
            Some((name, until)) => sessions::spend(batch, &at.pool.id, name, *until),
            None => batch,
        };
        self.opened(cx, at, session).insert(cx, at.pool, batch)
    }

    async fn end(&self, cx: &Cx<'_>, at: At<'_>, session: &OpenedSession) -> Result<Issued> {
        let Consulted { groups, changes } = match &session.consulted {
            Some(consulted) => consulted.clone(),
            None => Consulted {
                groups: GroupClaims::load(cx, at.pool, &session.user.id).await?,
                changes: Source::Derived.unchanged(at.pool)?,
            },
        };
        let opened = self.opened(cx, at, session);
        let (user, id, doc) = (&opened.user, &opened.id, &opened.doc);
        let grant = Grant {
            scopes: self.scopes.iter().map(String::as_str).collect(),
            audience: self.audience,
            actor: self.acting.act.as_ref(),
            latest_end: Some(self.ends),
            ..Grant::account(at.pool, at.client, user, &groups, id, doc, &changes)
        };
        sign(cx, &grant, self.kind, self.ends).await
    }
}
