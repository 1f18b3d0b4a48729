//! How many requests a second the server takes: from one address, in one category, about one user (admin.md 7.1, 7.3).
//!
//! | `limits` | what is limited |
//! |---|---|
//! | `off` | nothing; what `dev` does unless told otherwise |
//! | `default` | public operations from one client address; what `serve` does unless told otherwise |
//! | `aws` | that, and the service's rates: categories by account and region, pools, users |
//!
//! Every node counts for itself. Nothing here is a defence against guessing: that is counted in the database, by user.

pub mod buckets;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognate_domain::resources::limits;
use cognate_domain::users::counted::{self, Place};
use cognate_domain::{App, Caller};
use cognate_shapes::{Category, Op};
use serde_json::Value;

use crate::errors::{self, Refusal};
use crate::forwarded::Origin;
use crate::network::ClientNet;
use buckets::{Buckets, Rate};

/// Requests a second about one user, reads and writes each (admin.md 7.3).
const PER_USER: Rate = Rate::steady(10);
/// Requests a second on the resources or clients of one pool, in each of their categories (admin.md 7.1).
const PER_POOL: Rate = Rate::steady(5);
/// Answers to challenges a second, as a multiple of the rate of sign-ins (admin.md 7.1).
const ANSWERS: u32 = 3;
/// Microseconds for which a rate that was read is not read again.
const LEASE: i64 = 1_000_000;
/// Rates that are remembered at most: regions are named by callers.
const MOST_RATES: usize = 1024;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Nothing.
    Off,
    /// Client addresses.
    Default,
    /// Client addresses, and everything that the service limits.
    Aws,
}

/// The settings of [`Rates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateSettings {
    /// What is limited.
    pub limits: Limits,
    /// Public requests a second from one client address; twice as many at once.
    pub per_address: u32,
}

/// A request as far as limits are concerned.
pub struct Asked<'a> {
    /// The operation.
    pub op: Op,
    /// Who calls, as far as that is proven.
    pub caller: &'a Caller,
    /// The members of the request.
    pub input: &'a Value,
}

/// Region and category to the rate and when it was read, in microseconds.
type Provisioned = HashMap<(String, &'static str), (u32, i64)>;

/// Counts requests.
pub struct Rates {
    settings: RateSettings,
    buckets: Buckets,
    /// Rates that were read lately.
    provisioned: Mutex<Provisioned>,
}

/// What a bucket is for.
#[derive(Hash)]
enum Key<'a> {
    Address(ClientNet),
    /// All those behind proxies whose words cannot be read.
    Unknown,
    Category(&'a str, &'static str, bool),
    Pool(&'a str, &'static str),
    User(&'a str, &'a str, bool),
    Token(&'a str, bool),
}

impl Rates {
    /// With nothing counted yet.
    pub fn new(settings: RateSettings) -> Self {
        Self {
            settings,
            buckets: Buckets::default(),
            provisioned: Mutex::default(),
        }
    }

    /// Counts a request of a caller who has proven nothing, by its address, before anything else is done for it: also one
    /// that makes no sense, or whose signature turns out to be wrong. This machine itself is not limited: what stands there
    /// is a test or an operator.
    ///
    /// # Errors
    /// TooManyRequestsException.
    pub fn admit_address(&self, app: &App, origin: Origin) -> Result<(), Refusal> {
        if self.settings.limits == Limits::Off {
            return Ok(());
        }
        let per_second = self.settings.per_address;
        let rate = Rate {
            per_second,
            burst: per_second.saturating_mul(2),
        };
        let key = match origin {
            Origin::Here(_) => return Ok(()),
            Origin::At(ip) => Key::Address(ClientNet::of(ip)),
            Origin::Unknown => Key::Unknown,
        };
        self.take(key, rate, app.clock.wall())
    }

    /// Counts a request that an operation would answer.
    ///
    /// # Errors
    /// TooManyRequestsException; InternalErrorException when the database cannot be read.
    pub async fn admit(&self, app: &App, asked: &Asked<'_>) -> Result<(), Refusal> {
        if self.settings.limits != Limits::Aws {
            return Ok(());
        }
        let now = app.clock.wall();
        self.of_pool(asked, now)?;
        self.of_user(app, asked, now).await?;
        self.of_category(app, asked, now).await
    }

    fn take(&self, key: Key<'_>, rate: Rate, now: i64) -> Result<(), Refusal> {
        if self.buckets.take(key, rate, now) {
            Ok(())
        } else {
            Err(errors::too_many_requests())
        }
    }

    fn of_pool(&self, asked: &Asked<'_>, now: i64) -> Result<(), Refusal> {
        let category = asked.op.category();
        let counts = matches!(
            category,
            Category::UserPoolResourceRead
                | Category::UserPoolResourceUpdate
                | Category::UserPoolClientRead
                | Category::UserPoolClientUpdate
        );
        match text(asked.input, "UserPoolId") {
            Some(pool) if counts => self.take(Key::Pool(pool, category.as_str()), PER_POOL, now),
            _ => Ok(()),
        }
    }

    /// A user is known by name within a pool or client, or by a token. A user has one bucket, whatever the spelling of the
    /// name and whichever client asks; so has a name that nobody has. Tokens are told apart as they are: a made-up one must
    /// not use up what belongs to the user whom it names.
    async fn of_user(&self, app: &App, asked: &Asked<'_>, now: i64) -> Result<(), Refusal> {
        let (input, reads) = (asked.input, is_read(asked.op));
        if let Some(token) = text(input, "AccessToken") {
            return self.take(Key::Token(token, reads), PER_USER, now);
        }
        let name = text(input, "Username").or_else(|| {
            ["AuthParameters", "ChallengeResponses"]
                .into_iter()
                .find_map(|map| text(input.get(map)?, "USERNAME"))
        });
        let pool = text(input, "UserPoolId").map(Place::Pool);
        let place = pool.or_else(|| text(input, "ClientId").map(Place::Client));
        let (Some(place), Some(name)) = (place, name) else {
            return Ok(());
        };
        let who = counted::of(app, place, name).await.map_err(|fault| {
            tracing::error!(?fault, "the user of a request could not be read");
            errors::internal()
        })?;
        self.take(Key::User(&who.place, &who.user, reads), PER_USER, now)
    }

    async fn of_category(&self, app: &App, asked: &Asked<'_>, now: i64) -> Result<(), Refusal> {
        let (category, answers) = counted_as(asked);
        let region = asked.caller.region().unwrap_or(&app.settings.region);
        let Some(rate) = self.provisioned(app, region, category, now).await? else {
            return Ok(());
        };
        let rate = if answers {
            rate.saturating_mul(ANSWERS)
        } else {
            rate
        };
        let key = Key::Category(region, category.as_str(), answers);
        self.take(key, Rate::steady(rate), now)
    }

    /// The rate of a category; None for operations without one.
    async fn provisioned(
        &self,
        app: &App,
        region: &str,
        category: Category,
        now: i64,
    ) -> Result<Option<u32>, Refusal> {
        if category.default_rps().is_none() {
            return Ok(None);
        }
        let key = (region.to_owned(), category.as_str());
        let known = self.rates().get(&key).copied();
        if let Some((rate, read)) = known
            && (read..read.saturating_add(LEASE)).contains(&now)
        {
            return Ok(Some(rate));
        }
        let rate = limits::provisioned(app, region, category.as_str()).await;
        let rate = rate.map_err(|fault| {
            tracing::error!(?fault, "a provisioned limit could not be read");
            errors::internal()
        })?;
        let rate = u32::try_from(rate).unwrap_or(u32::MAX);
        let mut rates = self.rates();
        if rates.len() >= MOST_RATES {
            rates.clear();
        }
        rates.insert(key, (rate, now));
        Ok(Some(rate))
    }

    fn rates(&self) -> MutexGuard<'_, Provisioned> {
        self.provisioned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The category that a request counts to, and whether it counts to its answers: those have a rate of their own, and a new
/// password in answer to a challenge counts as recovery (admin.md 7.1).
fn counted_as(asked: &Asked<'_>) -> (Category, bool) {
    let answers = matches!(
        asked.op,
        Op::RespondToAuthChallenge | Op::AdminRespondToAuthChallenge
    );
    if answers && text(asked.input, "ChallengeName") == Some("NEW_PASSWORD_REQUIRED") {
        return (Category::UserAccountRecovery, false);
    }
    (asked.op.category(), answers)
}

/// Whether an operation only looks.
fn is_read(op: Op) -> bool {
    let name = op.name();
    let name = name.strip_prefix("Admin").unwrap_or(name);
    // These two look, and yet send a code or hand out tokens.
    !matches!(
        op,
        Op::GetUserAttributeVerificationCode | Op::GetTokensFromRefreshToken
    ) && ["Get", "List", "Describe"]
        .iter()
        .any(|verb| name.starts_with(verb))
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_and_changing_count_apart() {
        for op in [
            Op::GetUser,
            Op::AdminGetUser,
            Op::ListDevices,
            Op::AdminListDevices,
        ] {
            assert!(is_read(op), "{}", op.name());
        }
        for op in [
            Op::SignUp,
            Op::InitiateAuth,
            Op::AdminSetUserPassword,
            Op::GetUserAttributeVerificationCode,
            Op::GetTokensFromRefreshToken,
        ] {
            assert!(!is_read(op), "{}", op.name());
        }
    }

    #[test]
    fn answers_count_apart_and_new_passwords_as_recovery() {
        let of = |op, input: Value| {
            let asked = Asked {
                op,
                caller: &Caller::Public,
                input: &input,
            };
            counted_as(&asked)
        };
        let answer = |name: &str| serde_json::json!({"ChallengeName": name});
        let signing_in = Category::UserAuthentication;
        assert_eq!(of(Op::InitiateAuth, Value::Null), (signing_in, false));
        assert_eq!(
            of(Op::RespondToAuthChallenge, answer("SMS_MFA")),
            (signing_in, true)
        );
        let new = answer("NEW_PASSWORD_REQUIRED");
        let recovery = (Category::UserAccountRecovery, false);
        assert_eq!(of(Op::AdminRespondToAuthChallenge, new), recovery);
    }
}
