//! The end of a sign-in on a page: a session of the browser, and a code or tokens for the client.

use std::sync::Arc;

use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::oauth::{CONSENT_REQUIRED, LOGIN_REQUIRED, prevented_by_function};
use crate::errors::{Fault, Result};
use crate::oauth::authorization::{Authorization, ResponseType};
use crate::oauth::browser_session::{self, BrowserSession, Opened, SessionCookie};
use crate::oauth::code;
use crate::oauth::consent::{Of, Question};
use crate::oauth::redeem::is_of_function;
use crate::oauth::reply::Reply;
use crate::records::client::Client;
use crate::records::device::BrowserCookie;
use crate::records::user::User;
use crate::signin::device::browser::Browser;
use crate::signin::opening::Ending;
use crate::signin::triggers::{self, Signs};
use crate::signin::{At, Surface};
use crate::tokens::grant::Grant;
use crate::tokens::groups::GroupClaims;
use crate::tokens::issue;
use crate::tokens::opened::OpenedSession;
use crate::tokens::pre_token::{Consulted, Source};
use crate::tokens::session::{Authorized, ByDocument, SessionDoc};

/// The end of a sign-in on a page, for the driver. Its commit keeps a session of the browser in the place of a refresh
/// token's, and the code.
pub struct OnPage<'a> {
    /// The request that the sign-in answers.
    pub authorization: &'a Authorization,
    /// What the request says about its browser, and the host that was asked.
    pub browser: Browser<'a>,
    /// The provider that vouches for the user: [`COGNITO`](crate::oauth::authorization::COGNITO), or its name.
    pub provider: &'a str,
    /// The cookie of the session that the new one replaces.
    pub replaces: Option<&'a str>,
}

/// A finished sign-in.
pub struct Finished {
    /// The answer for the client; that it needs consent, for a client that nobody vouches for.
    pub reply: Reply,
    /// True if the user is to be asked before the client gets an answer, which [`by_session`] then gives.
    pub is_asked: bool,
    /// The name of the new session in listings, by which the next page knows that the user has just signed in.
    pub session: String,
    /// The cookie of the new session.
    pub cookie: SessionCookie,
    /// The cookie by which the browser is remembered, where it is.
    pub remembered: Option<Arc<BrowserCookie>>,
}

impl OnPage<'_> {
    /// True if the client has another user in mind than the one who signed in. It gets no token of that one; the browser
    /// keeps the session (OpenID Connect Core 1.0 section 3.1.2.2).
    fn is_of_another(&self, user: &User) -> bool {
        let wanted = self.authorization.user_id.as_ref();
        wanted.is_some_and(|wanted| *wanted != user.id)
    }

    /// True if the sign-in alone gives the client nothing: its user is asked first.
    fn is_unvouched(&self) -> bool {
        self.authorization.client.unvouched.is_some()
    }
}

impl Ending for OnPage<'_> {
    type Result = Finished;

    fn signs(&self) -> Signs<'_> {
        match self.authorization.response_type {
            _ if self.is_unvouched() => Signs::Nothing,
            ResponseType::Code => Signs::Nothing,
            ResponseType::Token => Signs::Authorized(&self.authorization.scopes),
        }
    }

    fn browser(&self) -> Option<&Browser<'_>> {
        Some(&self.browser)
    }

    fn keep(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
        batch: Batch,
    ) -> Result<Batch> {
        let fresh = browser_session::Fresh::of(cx, &session.user.id);
        let opened = Opened {
            host: self.browser.host,
            client: at.client,
            user_id: &session.user.id,
            provider: self.provider,
            doc: &signed_in(session),
        };
        let batch = browser_session::add(cx, at.pool, batch, &opened, &fresh, self.replaces)?;
        if self.is_of_another(&session.user) || self.is_unvouched() {
            return Ok(batch);
        }
        let doc = granted(self.authorization, &signed_in(session), &fresh.name);
        match self.authorization.response_type {
            ResponseType::Code => {
                let user_id = &session.user.id;
                code::Fresh::of(cx, user_id).add(cx, batch, self.authorization, user_id, doc)
            }
            ResponseType::Token => {
                let user = session.user.clone();
                implicit(cx, self.authorization, &session.id, user, doc).insert(cx, at.pool, batch)
            }
        }
    }

    async fn end(&self, cx: &Cx<'_>, at: At<'_>, session: &OpenedSession) -> Result<Finished> {
        let fresh = browser_session::Fresh::of(cx, &session.user.id);
        let reply = match self.authorization.response_type {
            _ if self.is_of_another(&session.user) => self.authorization.refuse(&LOGIN_REQUIRED),
            _ if self.is_unvouched() => self.authorization.refuse(&CONSENT_REQUIRED),
            ResponseType::Code => {
                let code = code::Fresh::of(cx, &session.user.id);
                self.authorization.reply_to().reply(code.parameters())
            }
            ResponseType::Token => {
                let doc = granted(self.authorization, &signed_in(session), &fresh.name);
                let user = session.user.clone();
                let opened = implicit(cx, self.authorization, &session.id, user, doc);
                let consulted = match &session.consulted {
                    Some(consulted) => consulted.clone(),
                    None => Consulted {
                        groups: GroupClaims::load(cx, at.pool, &session.user.id).await?,
                        changes: Source::HostedAuth.unchanged(at.pool)?,
                    },
                };
                tokens(cx, self.authorization, &opened, &consulted).await?
            }
        };
        Ok(Finished {
            reply,
            is_asked: self.is_unvouched() && !self.is_of_another(&session.user),
            session: fresh.name.clone(),
            cookie: fresh.cookie(at.pool, at.client),
            remembered: session.browser.clone(),
        })
    }
}

/// What the user said about a client that nobody vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// Nothing in this request.
    Nothing,
    /// To let it in: the digest of the question that was shown.
    Allow(&'a str),
}

/// What a user's session brings.
pub enum Answered {
    /// The answer for the client.
    Reply(Reply),
    /// A question for the user.
    Question(Box<Question>),
}

/// A session that is to answer a request.
#[derive(Clone, Copy)]
pub struct BySession<'a> {
    /// The session.
    pub session: &'a BrowserSession,
    /// True if its user signed in for this very request.
    pub is_fresh: bool,
    /// What the user said.
    pub said: Said<'a>,
}

/// Answers a client for a user whose browser has a session: a code or tokens without another proof. The time of the
/// sign-in stays that of the session. A session that does not answer the request is refused with `login_required`. A client
/// that nobody vouches for gets nothing before its user has let it in: that is asked, or with `prompt=none` refused with
/// `consent_required`.
///
/// # Errors
/// Faults. As a [`Reply`], the refusals of PreTokenGeneration.
pub async fn by_session(
    cx: &Cx<'_>,
    authorization: &Authorization,
    by: BySession<'_>,
) -> Result<Answered> {
    let BySession {
        session,
        is_fresh,
        said,
    } = by;
    let answers = match is_fresh {
        true => session.answers_freshly(authorization, cx.now()),
        false => session.answers(authorization, cx.now()),
    };
    if !answers {
        return Ok(Answered::Reply(authorization.refuse(&LOGIN_REQUIRED)));
    }
    let (pool, user) = (&authorization.pool, &session.user);
    let mut batch = browser_session::require(cx, pool, session);
    if let (Some(question), Some(client)) = (
        Question::of(authorization),
        authorization.client.unvouched.as_ref(),
    ) {
        let of = Of {
            pool,
            user_id: &user.id,
            client,
        };
        let is_allowed = said == Said::Allow(&question.digest);
        let is_known = !authorization.prompt.consent && question.is_answered(cx, &of).await?;
        if is_allowed {
            batch = question.remember(cx, &of, batch).await?;
            let about = question.summary(client);
            batch = audit::record_with(cx, batch, &pool.id, &user.id, &about);
        } else if !is_known && authorization.prompt.none {
            return Ok(Answered::Reply(authorization.refuse(&CONSENT_REQUIRED)));
        } else if !is_known {
            return Ok(Answered::Question(Box::new(question)));
        }
    }
    given(cx, authorization, session, batch)
        .await
        .map(Answered::Reply)
}

/// Gives a client what it asked for.
async fn given(
    cx: &Cx<'_>,
    authorization: &Authorization,
    session: &BrowserSession,
    batch: Batch,
) -> Result<Reply> {
    let (pool, user) = (&authorization.pool, &session.user);
    let doc = granted(authorization, &session.doc, &session.name);
    let commit = |batch| {
        cx.commit(batch, |label| {
            if label == guards::POOL_GONE {
                cx.cache.forget(&pool.id, Some(&authorization.client.id));
            }
            Fault::Stale
        })
    };
    match authorization.response_type {
        ResponseType::Code => {
            let code = code::Fresh::of(cx, &user.id);
            commit(code.add(cx, batch, authorization, &user.id, doc)?).await?;
            Ok(authorization.reply_to().reply(code.parameters()))
        }
        ResponseType::Token => {
            let groups = GroupClaims::load(cx, pool, &user.id).await?;
            let at = At {
                surface: Surface::Page,
                pool,
                client: &authorization.client,
                metadata: None,
            };
            let (source, about) = (Source::HostedAuth, (user, &groups));
            let changes = match triggers::before_renewal(cx, at, source, about, &doc).await {
                Err(Fault::Api(error)) if is_of_function(error.code) => {
                    return Ok(authorization.refuse(&prevented_by_function(error)));
                }
                other => other?,
            };
            let id = cx.memory().once(
                &format!("session of {}", user.id),
                cognate_crypto::random::uuid_v4,
            );
            let opened = implicit(cx, authorization, &id, user.clone(), doc);
            let committing = commit(opened.insert(cx, pool, batch)?);
            let consulted = Consulted { groups, changes };
            let (committed, reply) =
                tokio::join!(committing, tokens(cx, authorization, &opened, &consulted));
            committed?;
            reply
        }
    }
}

/// Returns how and when the user signed in, for others than the API's clients: no page can confirm a new device, so that
/// the session is that of none.
fn signed_in(session: &OpenedSession) -> SessionDoc {
    let known = session.doc.new_device.is_none();
    SessionDoc {
        device_key: session.doc.device_key.clone().filter(|_| known),
        new_device: None,
        ..session.doc.clone()
    }
}

/// Returns the document of a session with what the request is granted. `origin`: the browser's session.
fn granted(authorization: &Authorization, signed_in: &SessionDoc, origin: &str) -> SessionDoc {
    SessionDoc {
        authorized: Some(Authorized {
            scopes: authorization.scopes.clone(),
            resource: authorization.resource.clone(),
            origin: Some(origin.to_owned()),
            document: by_document(&authorization.client),
        }),
        ..signed_in.clone()
    }
}

/// Returns what a session says of a client with a document.
fn by_document(client: &Client) -> Option<ByDocument> {
    let document = client.document.as_ref()?;
    Some(ByDocument {
        url: document.url.clone(),
        client_id: client.id.clone(),
        refresh: document.metadata.as_ref().is_some_and(|said| said.refresh),
    })
}

/// Returns the session of an implicit grant. Its tokens name it as those of a code do, so that signing out everywhere
/// and revoking the session end them; it gets no refresh token and ends with its tokens.
fn implicit(
    cx: &Cx<'_>,
    authorization: &Authorization,
    session_id: &str,
    user: User,
    doc: SessionDoc,
) -> OpenedSession {
    let client = &authorization.client;
    OpenedSession::new(cx, client, session_id.to_owned(), user, doc)
        .ending_with_its_tokens(cx, client)
}

/// Signs the tokens of an implicit grant and returns the answer (endpoints.md 1.4).
async fn tokens(
    cx: &Cx<'_>,
    authorization: &Authorization,
    opened: &OpenedSession,
    consulted: &Consulted,
) -> Result<Reply> {
    let Consulted { groups, changes } = consulted;
    let (pool, client) = (&authorization.pool, &authorization.client);
    let (user, id, doc) = (&opened.user, &opened.id, &opened.doc);
    let grant = Grant {
        nonce: authorization.nonce.as_deref(),
        ..Grant::of_session(pool, client, user, groups, id, doc, changes)
    };
    let pair = issue::pair(cx, &grant).await?;
    let mut parameters: Vec<(&'static str, String)> = Vec::new();
    parameters.extend(pair.id.map(|id| ("id_token", id)));
    parameters.push(("access_token", pair.access));
    parameters.push(("expires_in", client.access_token_seconds().to_string()));
    parameters.push(("token_type", "Bearer".to_owned()));
    Ok(authorization.reply_to().reply(parameters))
}
