//! The number of requests a second that the server admits: from one address, on one pool, about one user, in one
//! category (admin.md 7.1, 7.3).
//!
//! | `limits` | limited |
//! |---|---|
//! | `off` | nothing; the default of `dev` |
//! | `default` | public requests from one client address; the default of `serve` |
//! | `aws` | that, and the service's rates: categories by account and region, pools, users |
//!
//! [`Rates`] judges a [`Demand`], which names none of the server's entrances; [`operation`] makes one of an API
//! operation. Every node counts for itself. Nothing here is a defence against guessing: that is counted in the
//! database, by user.

pub mod buckets;
pub mod operation;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognate_domain::App;
use cognate_domain::resources::limits;
use cognate_domain::users::counted::{self, Place};
use cognate_shapes::Category;

use crate::address::{ClientAddress, ClientNet};
use buckets::{Buckets, Rate};

/// Requests a second about one user, reads and writes each (admin.md 7.3).
const PER_USER: Rate = Rate::steady(10);
/// Requests a second on the resources or clients of one pool, in each of their categories (admin.md 7.1).
const PER_POOL: Rate = Rate::steady(5);
/// Answers to challenges a second, as a multiple of the rate of sign-ins (admin.md 7.1).
const ANSWERS: u32 = 3;
/// The time in microseconds for which a provisioned rate is not read again.
const LEASE: i64 = 1_000_000;
/// The most provisioned rates that are remembered: regions are named by callers.
const MOST_RATES: usize = 1024;

/// The setting `limits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Limits nothing.
    Off,
    /// Limits client addresses.
    Default,
    /// Limits client addresses, and everything that the service limits.
    Aws,
}

/// The settings of [`Rates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateSettings {
    /// The kinds of limits.
    pub limits: Limits,
    /// Public requests a second from one client address; twice as many at once.
    pub per_address: u32,
}

/// One request, as the limits see it. Each part that is given is counted, in the order of the fields. The client's
/// address is none of them: [`Rates::admit_address`] counts it before a demand is known.
#[derive(Clone, Copy, Default)]
pub struct Demand<'a> {
    /// A pool, for the categories that are limited by pool.
    pub pool: Option<(&'a str, Category)>,
    /// The user whom the request is about.
    pub user: Option<UserDemand<'a>>,
    /// The category.
    pub category: Option<CategoryDemand<'a>>,
}

/// The user whom a request is about.
#[derive(Clone, Copy)]
pub struct UserDemand<'a> {
    /// The user, as the request names them.
    pub user: User<'a>,
    /// True if the request only reads; reads and writes are counted apart.
    pub reads: bool,
}

/// A user as a request names them.
#[derive(Clone, Copy)]
pub enum User<'a> {
    /// By a token. Tokens are counted as they are: a forged one must not use up the requests of the user whom it names.
    Token(&'a str),
    /// By a name within a pool or client. A user has one bucket, whatever the spelling of the name and whichever client
    /// asks; so has an unknown name.
    Name(Place<'a>, &'a str),
}

/// The category of a request.
#[derive(Clone, Copy)]
pub struct CategoryDemand<'a> {
    /// The category.
    pub category: Category,
    /// The region whose rate it counts to.
    pub region: &'a str,
    /// True for an answer to a challenge: those have a rate of their own, a multiple of the category's.
    pub answers: bool,
}

/// The reason why a request is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateError {
    /// A limit is reached.
    TooMany,
    /// The database could not be read; the log says more.
    Failed,
}

/// Rates by region and category, each with the time at which it was read, in microseconds.
type Provisioned = HashMap<(String, &'static str), (u32, i64)>;

/// Counts requests.
pub struct Rates {
    settings: RateSettings,
    buckets: Buckets,
    /// Rates that were read lately.
    provisioned: Mutex<Provisioned>,
}

/// The subject of a bucket.
#[derive(Hash)]
enum Key<'a> {
    Address(ClientNet),
    /// All clients behind proxies whose headers cannot be read.
    Unknown,
    Category(&'a str, &'static str, bool),
    Pool(&'a str, &'static str),
    User(&'a str, &'a str, bool),
    Token(&'a str, bool),
}

impl Rates {
    /// Rates with nothing counted yet.
    pub fn new(settings: RateSettings) -> Self {
        Self {
            settings,
            buckets: Buckets::default(),
            provisioned: Mutex::default(),
        }
    }

    /// Counts a request of an unproven caller by its address, before any other work is done for it: also one that makes
    /// no sense, or whose signature turns out to be wrong. This machine itself is not limited: its requests come from a
    /// test or an operator.
    ///
    /// # Errors
    /// [`RateError::TooMany`].
    pub fn admit_address(&self, app: &App, address: ClientAddress) -> Result<(), RateError> {
        if self.settings.limits == Limits::Off {
            return Ok(());
        }
        let per_second = self.settings.per_address;
        let rate = Rate {
            per_second,
            burst: per_second.saturating_mul(2),
        };
        let key = match address {
            ClientAddress::Local(_) => return Ok(()),
            ClientAddress::Remote(ip) => Key::Address(ClientNet::of(ip)),
            ClientAddress::Unknown => Key::Unknown,
        };
        self.take(key, rate, app.clock.wall())
    }

    /// Counts a request by everything that the demand names.
    ///
    /// # Errors
    /// See [`RateError`].
    pub async fn admit(&self, app: &App, demand: &Demand<'_>) -> Result<(), RateError> {
        if self.settings.limits != Limits::Aws {
            return Ok(());
        }
        let now = app.clock.wall();
        if let Some((pool, category)) = demand.pool {
            self.take(Key::Pool(pool, category.as_str()), PER_POOL, now)?;
        }
        if let Some(user) = &demand.user {
            // On the heap: most servers do not count, and every request would have to move its state.
            Box::pin(self.of_user(app, user, now)).await?;
        }
        if let Some(category) = &demand.category {
            Box::pin(self.of_category(app, category, now)).await?;
        }
        Ok(())
    }

    fn take(&self, key: Key<'_>, rate: Rate, now: i64) -> Result<(), RateError> {
        if self.buckets.take(key, rate, now) {
            Ok(())
        } else {
            Err(RateError::TooMany)
        }
    }

    async fn of_user(&self, app: &App, demand: &UserDemand<'_>, now: i64) -> Result<(), RateError> {
        let (place, name) = match demand.user {
            User::Token(token) => return self.take(Key::Token(token, demand.reads), PER_USER, now),
            User::Name(place, name) => (place, name),
        };
        let counted = counted::of(app, place, name).await.map_err(|fault| {
            tracing::error!(?fault, "the user of a request could not be read");
            RateError::Failed
        })?;
        let key = Key::User(&counted.place, &counted.user, demand.reads);
        self.take(key, PER_USER, now)
    }

    async fn of_category(
        &self,
        app: &App,
        demand: &CategoryDemand<'_>,
        now: i64,
    ) -> Result<(), RateError> {
        let CategoryDemand {
            category,
            region,
            answers,
        } = *demand;
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

    /// Returns the rate of a category; None for operations without one.
    async fn provisioned(
        &self,
        app: &App,
        region: &str,
        category: Category,
        now: i64,
    ) -> Result<Option<u32>, RateError> {
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
            RateError::Failed
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
