//! The row of a user whom the other server has proven: made at the first sign-in, with the password as soon as it may be
//! here.

use cognate_crypto::credential::Credential;
use cognate_crypto::secret::{SecretBytes, SecretString};
use cognate_shapes::UserStatusType;
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::groups as groups_table;
use cognate_store::tables::guards;
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::facts::factor::MfaFactor;
use crate::records::before_image;
use crate::records::pool::Pool;
use crate::records::upstream::{Standing, Upstream, stand, standing};
use crate::records::user::{self, User};
use crate::records::{group, upstream as record};
use crate::upstream::identity::Person;
use crate::upstream::profile;
use crate::users::{attributes, password};

/// Groups that a user may be in (admin.md 7.2).
const MOST_GROUPS: i64 = 100;

/// What is known of the password.
pub(crate) enum Password<'a> {
    /// The password itself.
    Given(&'a SecretString),
    /// A credential that was made for this name earlier in the sign-in.
    Derived(&'a str, &'a SecretBytes),
    /// Nothing: it was proven by SRP.
    Unknown,
}

/// Somebody whom the other server has proven.
pub(crate) struct Arrival<'a> {
    /// The pool here.
    pub pool: &'a Pool,
    /// The pool there.
    pub upstream: &'a Upstream,
    /// The name that was typed; None if none was.
    pub typed: Option<&'a str>,
    /// The user here who has that name.
    pub known: Option<&'a User>,
    /// Who it is by their word.
    pub person: &'a Person,
    /// The second factor that was answered there.
    pub answered: Option<MfaFactor>,
    /// What is known of the password.
    pub password: Password<'a>,
}

/// The end of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// Nothing had to be written: the user is as they must be.
    AsTheyWere,
    /// The user was written: the action runs again, and finds them.
    Written,
    /// No user of this pool can come of it, for a reason that the log has.
    Unusable,
}

/// True if the other server may be asked about a user: one without a password here, who did not move before.
///
/// # Errors
/// The store's.
pub(crate) async fn may_ask(cx: &Cx<'_>, pool: &Pool, user: &User) -> Result<bool> {
    let may = user.credential.is_none()
        && matches!(
            user.status,
            UserStatusType::Confirmed | UserStatusType::ResetRequired
        );
    Ok(may
        && !matches!(
            standing(&cx.store, pool, &user.id).await?,
            Some(Standing::Moved { .. })
        ))
}

impl Arrival<'_> {
    /// Writes the user, if there is something to write. `conditions`: what must still hold then.
    ///
    /// # Errors
    /// [`Fault::Stale`] if a row that was read is out of date; the store's.
    pub async fn settle(&self, cx: &Cx<'_>, conditions: Batch) -> Result<Arrived> {
        let (pool, person) = (self.pool, self.person);
        let owner = User::by_id(&cx.store, pool, &person.sub).await?;
        if self.known.is_some_and(|known| known.id != person.sub) {
            return Ok(self.unusable("the user of that name has another sub here"));
        }
        let Some(before) = owner else {
            return self.create(cx, conditions).await;
        };
        if !may_ask(cx, pool, &before).await? {
            return Ok(self.unusable("the user has a password here, or may not sign in by one"));
        }
        self.update(cx, &before, conditions).await
    }

    fn unusable(&self, reason: &str) -> Arrived {
        let (pool, sub) = (&self.pool.id, &self.person.sub);
        tracing::warn!(%pool, %sub, reason, "a user of the upstream does not come over");
        Arrived::Unusable
    }

    async fn create(&self, cx: &Cx<'_>, conditions: Batch) -> Result<Arrived> {
        let (pool, person) = (self.pool, self.person);
        let name = &person.username;
        let of_pool = match pool.has_username_attributes() {
            true => *name == person.sub,
            false => attributes::check_username(pool, name).is_ok(),
        };
        if !of_pool {
            return Ok(self.unusable("its user name is none of this pool"));
        }
        let given = profile::attributes(pool, person, None);
        let status = UserStatusType::Confirmed;
        let mut user = User::new(pool, person.sub.clone(), name, given, status, cx.now());
        if self.is_stranger(&user) {
            return Ok(self.unusable("it is not called by the name that was typed"));
        }
        self.complete(cx, &mut user).await?;
        let batch = user::create(conditions, pool, &user)?;
        self.commit(cx, batch, &user, true).await
    }

    async fn update(&self, cx: &Cx<'_>, before: &User, conditions: Batch) -> Result<Arrived> {
        let pool = self.pool;
        let seen = standing(&cx.store, pool, &before.id).await?.is_some();
        let mut after = before.clone();
        after.status = UserStatusType::Confirmed;
        if !seen {
            after.doc.attributes = profile::attributes(pool, self.person, Some(before));
        }
        if self.is_stranger(&after) {
            return Ok(self.unusable("it is not called by the name that was typed"));
        }
        self.complete(cx, &mut after).await?;
        if seen && after.credential.is_none() {
            return Ok(Arrived::AsTheyWere);
        }
        after.modified = cx.now();
        let batch = user::save(conditions, pool, before, &after)?;
        self.commit(cx, batch, &after, !seen).await
    }

    /// True if the user could not be found under the name that was typed.
    fn is_stranger(&self, user: &User) -> bool {
        let stranger = |name: &str| !user.is_called(self.pool, name) && name != user.id;
        self.typed.is_some_and(stranger)
    }

    /// Sets second factors and password.
    async fn complete(&self, cx: &Cx<'_>, user: &mut User) -> Result<()> {
        let pool = self.pool;
        profile::factors(pool, self.person, user);
        if !profile::is_as_safe_here(pool, self.person, self.answered, user) {
            return Ok(());
        }
        user.credential = match self.password {
            Password::Unknown => None,
            Password::Given(given) => {
                Some(password::seal(cx, pool, &user.id, &user.username, given).await)
            }
            Password::Derived(name, _) if name != user.username => None,
            Password::Derived(_, bytes) => {
                let credential = Credential::from_bytes(bytes.expose());
                let credential = credential.map_err(|e| Fault::Internal(e.to_string()))?;
                Some(User::seal_credential(pool, &user.id, &credential))
            }
        };
        Ok(())
    }

    async fn commit(&self, cx: &Cx<'_>, batch: Batch, user: &User, first: bool) -> Result<Arrived> {
        let (pool, upstream) = (self.pool, self.upstream);
        let mut batch = upstream.require(batch, pool);
        if first {
            let there = groups_table::of_user(&pool.id, &user.id);
            let there = group::of_user(pool, &user.id, cx.store.all(there).await?)?;
            for row in profile::groups(cx, pool, upstream, self.person).await? {
                if there.iter().all(|other| other.group_id != row.group_id) {
                    let mac = group::membership(pool, &row.group_id, &user.id);
                    let (group, user) = (&row.group_id, &user.id);
                    let key = group::member_key(group, user);
                    batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
                        keep.absent(batch, Entity::Member, &key, 0)
                    });
                    batch = groups_table::join(batch, &pool.id, group, user, MOST_GROUPS, mac);
                }
            }
        }
        let batch = stand(batch, pool, user, cx.now());
        let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
        match cx.commit(batch, |label| conflict(cx, pool, label)).await {
            Ok(_) => Ok(Arrived::Written),
            Err(Fault::Api(error)) => Ok(self.unusable(&error.message)),
            Err(other) => Err(other),
        }
    }
}

/// A name or an id that somebody else has is no fault of the server, but no user comes of it. Who has it may be the same
/// user, whom another request brought meanwhile.
fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        guards::POOL_GONE => {
            cx.cache.forget(&pool.id, None);
            Fault::Stale
        }
        user::USERNAME_TAKEN | user::ID_TAKEN if cx.tries() < 2 => Fault::Stale,
        user::USERNAME_TAKEN | user::ID_TAKEN => {
            crate::errors::users::user_account_already_exists().into()
        }
        record::STALE => Fault::Stale,
        other => match user::taken_alias(other) {
            Some(attribute) => crate::errors::users::alias_exists(cx.action, attribute).into(),
            None => Fault::Stale,
        },
    }
}
