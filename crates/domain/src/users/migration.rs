//! UserMigration: the pool's function that knows the users of another directory. It is asked about a name that nobody
//! has, when somebody signs in with the password itself or has forgotten it, and brings the user (admin.md 3.4).
//!
//! The function receives the password, so that it is asked no more often than guesses are judged: not about a name that
//! is locked, and at most [`AT_ONCE`] times side by side. The sign-in counts every call that brings no user as a wrong
//! password of that name.
//!
//! A user is created in one commit, or not at all; the request then runs again and finds the user.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::{DeliveryMediumType, MessageActionType, UserPoolMfaType, UserStatusType};
use cognate_store::Batch;
use serde_json::Value;

use crate::app::bulkheads::Place;
use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::response::Response;
use crate::attempts::Subject;
use crate::cx::Cx;
use crate::errors::{self, ApiError, ErrorCode, Fault, Result, migration as texts};
use crate::facts::factor::MfaFactor;
use crate::messages::{Destination, Origin};
use crate::records::client::Client;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::users::attributes::{self, Given, Writer};
use crate::users::invitation::{self, Invitation};
use crate::users::pre_sign_up::{self, ValidationData};
use crate::users::{aliases, password};
use crate::{audit, messages};

/// Calls for one name that may run side by side on a node.
const AT_ONCE: usize = 4;

/// Somebody whom the pool does not know.
#[derive(Clone, Copy)]
pub struct Newcomer<'a> {
    /// The client that the name was told to.
    pub client: &'a Client,
    /// The name as it was typed.
    pub typed: &'a str,
    /// The password to sign in with; None if it was forgotten.
    pub password: Option<&'a SecretString>,
    /// ClientMetadata of the start of a sign-in.
    pub validation: Option<&'a BTreeMap<String, String>>,
    /// ClientMetadata of other requests.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// The end of a migration.
#[derive(Debug)]
pub enum Outcome {
    /// The user exists now: the action runs again.
    Created,
    /// There is no such user. The reason is for clients that may know which users exist; others are answered as for any
    /// unknown name.
    Declined(ApiError),
    /// The function itself refused, in words of its own.
    Refused(ApiError),
}

impl Newcomer<'_> {
    /// Returns the event of the call.
    pub fn event(&self) -> Event {
        let source = match self.password {
            Some(_) => "UserMigration_Authentication",
            None => "UserMigration_ForgotPassword",
        };
        let client = Some(self.client.id.as_str());
        let event = Event::new(Trigger::UserMigration, source, client, self.typed);
        let event = match self.password {
            Some(password) => event.with("password", password.expose().as_str()),
            None => event,
        };
        let mut event = event
            .with("validationData", Value::Null)
            .with_texts("validationData", self.validation)
            .with_texts("clientMetadata", self.metadata);
        for member in [
            "userAttributes",
            "finalUserStatus",
            "messageAction",
            "desiredDeliveryMediums",
            "forceAliasCreation",
            "enableSMSMFA",
        ] {
            event = event.expecting(member, Value::Null);
        }
        event
    }
}

/// Returns the place of a call about a name, to be held until it ends; None if this action has its answer already.
///
/// # Errors
/// NotAuthorizedException `Password attempts exceeded` when too many calls about the name run.
pub fn enter<'c>(cx: &'c Cx<'_>, pool: &Pool, subject: &Subject) -> Result<Option<Place<'c>>> {
    let name = format!("migration {}/{}", pool.id, subject.as_str());
    if cx.memory().get::<()>(&name).is_some() {
        return Ok(None);
    }
    let place = cx.bulkheads.enter(&name, AT_ONCE);
    let place = place.ok_or_else(errors::auth::password_attempts_exceeded)?;
    cx.memory().keep(&name, ());
    Ok(Some(place))
}

/// True if the function describes a user.
pub fn brings_user(answer: &Response) -> bool {
    answer.value("userAttributes").is_some()
}

/// Acts on the answer of the function. The action must hold no lock if it [`brings_user`], since other functions may be
/// called then. `conditions`: what must still hold when the user is created.
///
/// # Errors
/// [`Fault::Stale`] if a row that was read is out of date, or if somebody else brought the user meanwhile; the refusals
/// of other functions that are called about the new user.
pub async fn settle(
    cx: &Cx<'_>,
    pool: &Pool,
    newcomer: Newcomer<'_>,
    answer: Result<Option<Response>>,
    conditions: Batch,
) -> Result<Outcome> {
    let answer = match answer {
        Ok(answer) => answer.unwrap_or_default(),
        Err(Fault::Api(error)) => return failed(newcomer.client, error),
        Err(other) => return Err(other),
    };
    match Plan::read(cx, pool, newcomer, &answer) {
        Ok(Some(plan)) => plan.carry_out(cx, pool, newcomer, conditions).await,
        Ok(None) => Ok(Outcome::Declined(texts::none(&newcomer.client.id))),
        Err(Fault::Api(error)) => Ok(unusable(pool, error)),
        Err(other) => Err(other),
    }
}

/// Returns the end of a call without an answer.
fn failed(client: &Client, error: ApiError) -> Result<Outcome> {
    match error.code {
        ErrorCode::UserLambdaValidation => Ok(Outcome::Refused(error)),
        ErrorCode::UnexpectedLambda => Ok(Outcome::Declined(texts::none(&client.id))),
        ErrorCode::InvalidLambdaResponse => Ok(Outcome::Declined(error)),
        _ => Err(error.into()),
    }
}

/// Returns the end for an answer from which no user can be made. Clients that hide who exists do not show the reason,
/// so that it is logged.
fn unusable(pool: &Pool, error: ApiError) -> Outcome {
    tracing::warn!(pool = %pool.id, reason = %error.message, "a user could not be migrated");
    Outcome::Declined(match error.code {
        ErrorCode::InvalidLambdaResponse => error,
        _ => texts::unusable(error),
    })
}

/// A user as the function describes them.
struct Plan {
    user: User,
    message: Vec<Destination>,
    force_alias: bool,
}

impl Plan {
    /// Returns None if the function does not know the user.
    fn read(
        cx: &Cx<'_>,
        pool: &Pool,
        newcomer: Newcomer<'_>,
        answer: &Response,
    ) -> Result<Option<Self>> {
        let mut given = answer.texts("userAttributes")?.unwrap_or_default();
        if given.is_empty() {
            return Ok(None);
        }
        let status = status(answer)?;
        let suppressed = match answer.text("messageAction")?.map(MessageActionType::parse) {
            None => false,
            Some(Some(action)) => action == MessageActionType::Suppress,
            Some(None) => return Err(texts::invalid("messageAction").into()),
        };
        let media = media(answer)?;
        let force_alias = answer.flag("forceAliasCreation")?;
        let sms_mfa = answer.flag("enableSMSMFA")?;

        let username = given.remove("username");
        let username = username.as_deref().unwrap_or(newcomer.typed);
        // A user name of pools with username attributes is the address itself, which the function may repeat.
        if pool.has_username_attributes() && pool.fold(username) != pool.fold(newcomer.typed) {
            return Err(texts::username_differs().into());
        }
        attributes::check_username(pool, username)?;
        refuse_unknown(pool, &given)?;
        let given: Given = given.into_iter().map(|(k, v)| (k, Some(v))).collect();
        let attributes = attributes::validate_new(pool, Writer::Migration, username, given)?;
        let id = cx.memory().once("migrated sub", random::uuid_v4);
        let mut user = User::new(pool, id, username, attributes, status, cx.now());
        // Whoever cannot be found by the name that was typed would be migrated again and again.
        if !user.is_called(pool, newcomer.typed) {
            return Err(texts::username_differs().into());
        }
        if newcomer.password.is_none() && !can_reset(pool, &user) {
            return Err(errors::users::no_verified_contact().into());
        }
        if sms_mfa {
            let offered = pool.doc.mfa_configuration != UserPoolMfaType::Off
                && mfa::is_offered(pool, MfaFactor::Sms);
            if !offered || !mfa::is_set_up(&user, MfaFactor::Sms) {
                return Err(texts::no_sms_mfa().into());
            }
            user.doc.mfa.set(MfaFactor::Sms, true);
        }
        let message = match suppressed {
            true => Vec::new(),
            false => invitation::destinations(pool, &user, &media)?,
        };
        invitation::require_senders(cx, pool, &message)?;
        Ok(Some(Self {
            user,
            message,
            force_alias,
        }))
    }

    async fn carry_out(
        self,
        cx: &Cx<'_>,
        pool: &Pool,
        newcomer: Newcomer<'_>,
        conditions: Batch,
    ) -> Result<Outcome> {
        let mut user = self.user;
        let origin = Origin::of_client(&newcomer.client.id, newcomer.metadata);
        // The service runs the function for new users here too (admin.md 3.4).
        pre_sign_up::at_creation(cx, pool, origin, &user, &ValidationData::new()).await?;
        if let Some(given) = newcomer.password {
            // The policy does not count: the password is the one that the user has (admin.md 3.4).
            let sealed = password::seal(cx, pool, &user.id, &user.username, given).await;
            user.credential = Some(sealed);
        }
        (user.created, user.modified) = (cx.now(), cx.now());
        let batch = match self.force_alias {
            true => match aliases::create(cx, conditions, pool, &user).await {
                Err(Fault::Api(error)) => return Ok(unusable(pool, error)),
                batch => batch?,
            },
            false => user::create(conditions, pool, &user)?,
        };
        let welcome = Invitation {
            login: newcomer.typed,
            temporary: None,
            destinations: &self.message,
            origin,
        };
        let batch = welcome.send(cx, batch, pool, &user).await?;
        let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
        require_current(cx, pool).await?;
        let force = self.force_alias;
        let committed = cx.commit(batch, |label| {
            aliases::conflict_of_new(cx, pool, force, label)
        });
        match committed.await {
            Ok(_) => Ok(Outcome::Created),
            Err(Fault::Api(error)) => {
                // The name may be taken by the same user, whom another request brought meanwhile.
                let known = User::find_login(&cx.store, pool, newcomer.typed).await?;
                match known {
                    Some(_) => Err(Fault::Stale),
                    None => Ok(unusable(pool, error)),
                }
            }
            Err(other) => Err(other),
        }
    }
}

/// CONFIRMED, or anything else: then the password has to be reset.
fn status(answer: &Response) -> Result<UserStatusType> {
    match answer.text("finalUserStatus")? {
        Some(text) => match UserStatusType::parse(text) {
            Some(UserStatusType::Confirmed) => Ok(UserStatusType::Confirmed),
            Some(_) => Ok(UserStatusType::ResetRequired),
            None => Err(texts::invalid("finalUserStatus").into()),
        },
        None => Ok(UserStatusType::ResetRequired),
    }
}

fn media(answer: &Response) -> Result<Vec<DeliveryMediumType>> {
    let list = answer.list("desiredDeliveryMediums")?;
    list.iter()
        .map(|name| DeliveryMediumType::parse(name))
        .collect::<Option<_>>()
        .ok_or_else(|| texts::invalid("desiredDeliveryMediums").into())
}

fn refuse_unknown(pool: &Pool, given: &BTreeMap<String, String>) -> Result<()> {
    let unknown: Vec<_> = given
        .keys()
        .filter(|name| schema::find(pool, name).is_none())
        .map(|name| texts::attribute_not_in_schema(name))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(errors::users::not_conforming(&unknown).into())
    }
}

/// True if a code for a new password can reach the user.
fn can_reset(pool: &Pool, user: &User) -> bool {
    messages::destination::recovery(pool)
        .is_some_and(|contacts| messages::destination::reach(pool, user, &contacts).is_some())
}

/// # Errors
/// [`Fault::Stale`] if the pool was changed while functions were called: the answer is then read by the new settings.
async fn require_current(cx: &Cx<'_>, pool: &Pool) -> Result<()> {
    if cx.pauses() == 0 {
        return Ok(());
    }
    let now = cx.cached_pool(&pool.id).await?;
    if now.is_some_and(|now| now.ver == pool.ver) {
        Ok(())
    } else {
        Err(Fault::Stale)
    }
}
