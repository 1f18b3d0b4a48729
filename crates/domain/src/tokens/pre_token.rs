//! PreTokenGeneration: when its function is asked, the event that it gets, and what becomes of its answer (admin.md 3.2,
//! 3.3). A token is signed with [`TokenChanges`], and only this module makes them: no token passes the trigger by.

use std::collections::BTreeMap;

use cognate_shapes::PreTokenGenerationLambdaVersionType as Version;
use serde_json::{Map, Value, json};

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::tokens::token_changes::{Form, Rules, TokenChanges};

/// `userName` in the events of machines.
const MACHINE: &str = "ClientCredentials";

/// The reason for new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sign-in through the API, and GetTokensFromRefreshToken.
    Authentication,
    /// A sign-in that ended with NEW_PASSWORD_REQUIRED.
    NewPassword,
    /// A sign-in that ended with the proof of a device.
    Device,
    /// REFRESH_TOKEN_AUTH.
    Refresh,
    /// A sign-in on a page.
    HostedAuth,
    /// GetDerivedToken, whose source the service does not name. Such a token says no more than the one that it is
    /// derived from, so that no scope is added.
    Derived,
    /// A machine's token, for which only functions of version V3_0 are asked.
    Machine,
}

impl Source {
    /// Returns `triggerSource`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentication => "TokenGeneration_Authentication",
            Self::NewPassword => "TokenGeneration_NewPasswordChallenge",
            Self::Device => "TokenGeneration_AuthenticateDevice",
            Self::Refresh | Self::Derived => "TokenGeneration_RefreshTokens",
            Self::HostedAuth => "TokenGeneration_HostedAuth",
            Self::Machine => "TokenGeneration_ClientCredentials",
        }
    }

    /// True if the pool has a function that is asked before tokens for this reason.
    pub fn is_asked(self, pool: &Pool) -> bool {
        let function = Trigger::PreTokenGeneration.function(&pool.doc.lambda_config);
        function.is_some() && (self != Self::Machine || version(pool) == Version::V3_0)
    }

    /// Returns the changes in pools where nobody is asked: none.
    ///
    /// # Errors
    /// An internal fault where a function would have to be asked.
    pub fn unchanged(self, pool: &Pool) -> Result<TokenChanges> {
        if self.is_asked(pool) {
            return Err(Fault::Internal("tokens without PreTokenGeneration".into()));
        }
        Ok(TokenChanges::NONE)
    }
}

/// The user's groups as they were read after the function answered, and the changes that it wants.
#[derive(Clone)]
pub struct Consulted {
    /// The groups.
    pub groups: GroupClaims,
    /// The changes.
    pub changes: TokenChanges,
}

/// New tokens, as far as the function is told of them.
#[derive(Clone, Copy)]
pub struct NewTokens<'a> {
    /// The reason.
    pub source: Source,
    /// The pool.
    pub pool: &'a Pool,
    /// The client that the tokens are issued to.
    pub client: &'a Client,
    /// The user and their groups; None for machines.
    pub user: Option<(&'a User, &'a GroupClaims)>,
    /// The scopes of the access token.
    pub scopes: &'a [&'a str],
    /// ClientMetadata, of the requests that pass it on.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

impl NewTokens<'_> {
    /// Asks the function, from an action that holds no lock.
    ///
    /// # Errors
    /// The refusals of the function; InvalidLambdaResponseException for an answer that breaks the rules. [`Fault::Stale`]
    /// after a call: what was read before is read again, since it may have ended meanwhile.
    pub async fn ask(&self, cx: &Cx<'_>) -> Result<TokenChanges> {
        if !self.source.is_asked(self.pool) {
            return Ok(TokenChanges::NONE);
        }
        let subject = self.user.map_or(&self.client.id, |(user, _)| &user.id);
        let (answer, _) = cx.trigger(None, self.pool, subject, &self.event()).await?;
        let changes = self.changes(answer)?;
        cx.read_again(&format!("{} {subject}", self.source.name()))?;
        Ok(changes)
    }

    /// Returns the changes that an answer makes.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for an answer that breaks the rules; an internal fault without one where a function
    /// had to be asked.
    pub fn changes(&self, answer: Option<Response>) -> Result<TokenChanges> {
        let Some(answer) = answer else {
            return self.source.unchanged(self.pool);
        };
        let rules = Rules {
            form: form(self.pool),
            client_id: &self.client.id,
            widens: self.source != Source::Derived,
        };
        TokenChanges::read(&answer, rules)
    }

    /// Returns the event.
    pub fn event(&self) -> Event {
        let (trigger, source) = (Trigger::PreTokenGeneration, self.source.name());
        let client = Some(self.client.id.as_str());
        let event = match self.user {
            Some((user, groups)) => {
                let event = Event::about(trigger, source, client, self.pool, user);
                let event = event.with("groupConfiguration", configuration(groups));
                event.with_texts("clientMetadata", self.metadata)
            }
            None => Event::new(trigger, source, client, MACHINE)
                .with("userAttributes", Map::new())
                .with("groupConfiguration", Value::Null)
                .with(
                    "clientMetadata",
                    json!(self.metadata.unwrap_or(&BTreeMap::new())),
                ),
        };
        match form(self.pool) {
            Form::First => event.expecting("claimsOverrideDetails", Value::Null),
            Form::Later => event
                .with("scopes", self.scopes.to_vec())
                .expecting("claimsAndScopeOverrideDetails", Value::Null),
        }
    }
}

/// Returns `groupConfiguration`.
fn configuration(groups: &GroupClaims) -> Value {
    json!({
        "groupsToOverride": groups.groups,
        "iamRolesToOverride": groups.roles,
        "preferredRole": groups.preferred_role,
    })
}

fn version(pool: &Pool) -> Version {
    let versioned = pool.doc.lambda_config.pre_token_generation_config.as_ref();
    versioned.map_or(Version::V1_0, |function| function.lambda_version)
}

fn form(pool: &Pool) -> Form {
    match version(pool) {
        Version::V2_0 | Version::V3_0 => Form::Later,
        _ => Form::First,
    }
}
