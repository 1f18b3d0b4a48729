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
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognate_domain::ops::limits;
use cognate_domain::{App, Caller};
use cognate_shapes::{Category, Op};
use serde_json::Value;

use crate::errors::{self, Refusal};
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
    /// From which address.
    pub ip: &'a str,
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
    Address(Network),
    Category(&'a str, &'static str, bool),
    Pool(&'a str, &'static str),
    Named(&'a str, &'a str, bool),
    Token(&'a str, bool),
}

/// Who shares an address: one of the old kind is one client, one of the new kind has the low half for itself.
#[derive(Hash, PartialEq, Eq, Debug)]
enum Network {
    V4([u8; 4]),
    V6([u16; 4]),
}

impl Network {
    /// None for this machine itself, which is not limited: what stands there is a proxy, a test or an operator.
    fn of(ip: &str) -> Option<Self> {
        let ip = ip.parse::<IpAddr>().ok()?.to_canonical();
        if ip.is_loopback() {
            return None;
        }
        Some(match ip {
            IpAddr::V4(ip) => Self::V4(ip.octets()),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self::V6([a, b, c, d])
            }
        })
    }
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

    /// Counts a request.
    ///
    /// # Errors
    /// TooManyRequestsException; InternalErrorException when a rate cannot be read.
    pub async fn admit(&self, app: &App, asked: &Asked<'_>) -> Result<(), Refusal> {
        if self.settings.limits == Limits::Off {
            return Ok(());
        }
        let now = app.clock.wall();
        if matches!(asked.caller, Caller::Public)
            && let Some(network) = Network::of(asked.ip)
        {
            let per_second = self.settings.per_address;
            let rate = Rate {
                per_second,
                burst: per_second.saturating_mul(2),
            };
            self.take(Key::Address(network), rate, now)?;
        }
        if self.settings.limits == Limits::Default {
            return Ok(());
        }
        self.of_pool(asked, now)?;
        self.of_user(asked, now)?;
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

    /// A user is known by name within a pool or client, or by a token. Tokens are told apart as they are: a made-up one
    /// must not use up what belongs to the user whom it names.
    fn of_user(&self, asked: &Asked<'_>, now: i64) -> Result<(), Refusal> {
        let (input, reads) = (asked.input, is_read(asked.op));
        if let Some(token) = text(input, "AccessToken") {
            return self.take(Key::Token(token, reads), PER_USER, now);
        }
        let name = text(input, "Username").or_else(|| {
            ["AuthParameters", "ChallengeResponses"]
                .into_iter()
                .find_map(|map| text(input.get(map)?, "USERNAME"))
        });
        let place = text(input, "UserPoolId").or_else(|| text(input, "ClientId"));
        match (place, name) {
            (Some(place), Some(name)) => self.take(Key::Named(place, name, reads), PER_USER, now),
            _ => Ok(()),
        }
    }

    async fn of_category(&self, app: &App, asked: &Asked<'_>, now: i64) -> Result<(), Refusal> {
        let (category, answers) = counted_as(asked);
        let region = match asked.caller {
            Caller::Key { region, .. } => region.as_str(),
            Caller::Public => app.settings.region.as_str(),
        };
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
    fn clients_are_told_apart_by_address_and_by_half_an_address() {
        assert_eq!(Network::of("127.0.0.1"), None);
        assert_eq!(Network::of("::1"), None);
        assert_eq!(Network::of("nonsense"), None);
        assert_eq!(Network::of("::ffff:192.0.2.1"), Network::of("192.0.2.1"));
        assert_eq!(Network::of("2001:db8::1"), Network::of("2001:db8::ffff:1"));
        assert_ne!(Network::of("2001:db8::1"), Network::of("2001:db8:0:1::1"));
        assert_ne!(Network::of("192.0.2.1"), Network::of("192.0.2.2"));
    }

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
                ip: "",
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
