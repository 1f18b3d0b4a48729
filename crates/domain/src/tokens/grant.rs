//! The grant behind a user's tokens: for whom, in which session, for what, and on whose behalf.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::tokens::scopes::{Attributes, Opened};
use crate::tokens::session::SessionDoc;
use crate::tokens::token_changes::TokenChanges;

/// The scope of the user's own account, which the operations of the API that take an access token require. It is the
/// one scope of a sign-in through the API.
pub const ACCOUNT_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Returns the scopes of a session's tokens: those that were granted, or that of the API.
pub fn scopes_of(session: &SessionDoc) -> Vec<&str> {
    match &session.authorized {
        Some(authorized) => authorized.scopes.iter().map(String::as_str).collect(),
        None => vec![ACCOUNT_SCOPE],
    }
}

/// Everything that the tokens of a user say, besides the issuer and the time. Made before the session is committed
/// where the tokens are signed meanwhile.
pub struct Grant<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client that the tokens are issued to.
    pub client: &'a Client,
    /// The user.
    pub user: &'a User,
    /// The user's groups.
    pub groups: &'a GroupClaims,
    /// The id of the session with which the tokens end.
    pub session_id: &'a str,
    /// The session: when and how the user signed in, with which device.
    pub session: &'a SessionDoc,
    /// The scopes of the access token, before PreTokenGeneration changes them: [`Grant::granted`].
    pub scopes: Vec<&'a str>,
    /// The service that the tokens are meant for; None for the client itself.
    pub audience: Option<&'a str>,
    /// The service that the access token alone is meant for (RFC 8707).
    pub resource: Option<&'a str>,
    /// The value by which the client recognises its own request in the ID token.
    pub nonce: Option<&'a str>,
    /// The attributes that the ID token may hold at most.
    pub attributes: Attributes<'a>,
    /// The claim `act`: who acts for the user (RFC 8693 section 4.1).
    pub actor: Option<&'a Map<String, Value>>,
    /// The time at which the tokens end at the latest, in seconds; None for the client's lifetimes.
    pub latest_end: Option<i64>,
    /// What PreTokenGeneration changes.
    pub token_changes: &'a TokenChanges,
}

impl<'a> Grant<'a> {
    /// Returns a grant for signing in through the API: the one scope of the user's own account, for the client itself.
    pub fn account(
        pool: &'a Pool,
        client: &'a Client,
        user: &'a User,
        groups: &'a GroupClaims,
        session_id: &'a str,
        session: &'a SessionDoc,
        token_changes: &'a TokenChanges,
    ) -> Self {
        Self {
            pool,
            client,
            user,
            groups,
            session_id,
            session,
            scopes: vec![ACCOUNT_SCOPE],
            audience: None,
            resource: None,
            nonce: None,
            attributes: Attributes::OfSession,
            actor: None,
            latest_end: None,
            token_changes,
        }
    }

    /// Returns a grant for the tokens of a session: what its authorization request was granted, or as
    /// [`account`](Self::account) if there was none.
    pub fn of_session(
        pool: &'a Pool,
        client: &'a Client,
        user: &'a User,
        groups: &'a GroupClaims,
        session_id: &'a str,
        session: &'a SessionDoc,
        token_changes: &'a TokenChanges,
    ) -> Self {
        let authorized = session.authorized.as_ref();
        Self {
            scopes: scopes_of(session),
            resource: authorized.and_then(|authorized| authorized.resource.as_deref()),
            ..Self::account(
                pool,
                client,
                user,
                groups,
                session_id,
                session,
                token_changes,
            )
        }
    }

    /// Returns the scopes that the access token says.
    pub fn granted(&self) -> Cow<'_, [&'a str]> {
        self.token_changes.scopes(&self.scopes)
    }

    /// True if the ID token may hold the attribute of that name, if its client may read it.
    pub(super) fn opens(&self, name: &str) -> bool {
        match self.attributes {
            Attributes::OfSession => {
                let authorized = self.session.authorized.as_ref();
                authorized.is_none_or(|all| Opened::by(|scope| all.has(scope)).holds(name))
            }
            Attributes::Opened(opened) => opened.holds(name),
            Attributes::Named(names) => names.contains(name),
        }
    }

    /// Returns the time at which a token ends, in seconds, for a client whose tokens live for `lifetime` seconds.
    pub(super) fn end(&self, issued: i64, lifetime: i64) -> i64 {
        let own = issued.saturating_add(lifetime);
        self.latest_end.map_or(own, |latest| own.min(latest))
    }
}
