//! A user as the rest of the domain sees it, and the only writer of users, their names and their searched attributes.

use std::collections::BTreeMap;

use cognate_crypto::credential::Credential;
use cognate_crypto::seal::{Context, OVERHEAD as SEAL_OVERHEAD};
use cognate_shapes::UserStatusType;
use cognate_store::tables::users::{self as table, UserRow};
use cognate_store::tables::{groups, guards, provider_links};
use cognate_store::{Batch, Row, Store};
use serde::{Deserialize, Serialize};

use crate::errors::{Fault, Result};
use crate::facts::mfa_state::MfaState;
use crate::facts::names;
use crate::records::before_image;
use crate::records::mac;
use crate::records::name_rules::{NameRules, Named};
use crate::records::pool::Pool;
use crate::records::user_names::{every_rules, take_name, wins_over_preferred};

pub use cognate_store::tables::users::{ID_TAKEN, USER_STALE};

pub use crate::records::searched::{INDEXED_CHARS, SEARCHED, indexed};

pub use crate::records::login::{
    EMAIL_TAKEN, Name, PHONE_NUMBER_TAKEN, PREFERRED_USERNAME_TAKEN, USERNAME_TAKEN, is_taken,
    taken_alias,
};

/// The part of a user that is kept besides the columns.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDoc {
    /// Attribute name to value, without `sub`; booleans as "true"/"false".
    pub attributes: BTreeMap<String, String>,
    /// The end of the temporary password, in microseconds; only in FORCE_CHANGE_PASSWORD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary_until: Option<i64>,
    /// Sealed former credentials in hexadecimal, newest first, as many as the pool's PasswordHistorySize asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<String>,
    /// New values of `email` and `phone_number` that count only once they are verified.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<String, String>,
    /// The second factors.
    #[serde(default, skip_serializing_if = "MfaState::is_empty")]
    pub mfa: MfaState,
}

/// A user, read for one request; users are not cached.
#[derive(Clone)]
pub struct User {
    /// The pool that the user belongs to.
    pub pool_id: String,
    /// The immutable `sub`.
    pub id: String,
    /// As first set; equals `id` in pools with username attributes.
    pub username: String,
    /// The state of the account (auth.md 2.1).
    pub status: UserStatusType,
    /// True if the user may sign in.
    pub enabled: bool,
    /// Attributes and the rest.
    pub doc: UserDoc,
    /// The sealed credential; None without a password.
    pub credential: Option<Vec<u8>>,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change; 0 before the user is created.
    pub ver: i64,
}

impl User {
    /// Returns a user who was not stored yet, without a password. In pools with username attributes the user name is
    /// the id.
    pub fn new(
        pool: &Pool,
        id: String,
        username: &str,
        attributes: BTreeMap<String, String>,
        status: UserStatusType,
        now: i64,
    ) -> Self {
        let username = if pool.has_username_attributes() {
            id.clone()
        } else {
            username.to_owned()
        };
        Self {
            pool_id: pool.id.clone(),
            id,
            username,
            status,
            enabled: true,
            doc: UserDoc {
                attributes,
                ..UserDoc::default()
            },
            credential: None,
            created: now,
            modified: now,
            ver: 0,
        }
    }

    /// Reads a user by user name, active alias or `sub` (auth.md 2.4, admin.md 2.1).
    pub async fn find(store: &Store, pool: &Pool, name: &str) -> Result<Option<Self>> {
        if !table::looks_like_id(name) {
            return Self::find_login(store, pool, name).await;
        }
        let key = pool.key_of(&pool.fold(name));
        let rows = store
            .read(&[
                table::by_login(&pool.id, &key),
                table::by_id(&pool.id, name),
            ])
            .await?;
        let mut rows = rows.into_iter().map(|rows| rows.into_iter().next());
        if let Some(mut row) = rows.next().flatten() {
            return Self::of_login(pool, &key, &mut row).map(Some);
        }
        let row = rows.next().flatten();
        row.map(|mut row| Self::from_row(pool, &mut row))
            .transpose()
    }

    /// Reads a user by user name or active alias only (settled C13).
    pub async fn find_login(store: &Store, pool: &Pool, name: &str) -> Result<Option<Self>> {
        let key = pool.key_of(&pool.fold(name));
        let (sql, params) = table::by_login(&pool.id, &key);
        let row = store.row(sql, params).await?;
        row.map(|mut row| Self::of_login(pool, &key, &mut row))
            .transpose()
    }

    /// Returns the user of a row that was found by the key of a name ([`Pool::key_of`]). The names in `logins` carry no
    /// MAC, but those in the user's own row do, so that a name that points to another user is noticed.
    ///
    /// # Errors
    /// Those of [`from_row`](Self::from_row), and an internal fault for a user who has no such name.
    pub fn of_login(pool: &Pool, key: &str, row: &mut Row) -> Result<Self> {
        let user = Self::from_row(pool, row)?;
        if user.logins(pool).iter().any(|(login, _)| login == key) {
            return Ok(user);
        }
        Err(mac::foreign("logins", &pool.id, &user.id))
    }

    /// Reads a user by the immutable id.
    pub async fn by_id(store: &Store, pool: &Pool, id: &str) -> Result<Option<Self>> {
        let (sql, params) = table::by_id(&pool.id, id);
        let row = store.row(sql, params).await?;
        row.map(|mut row| Self::from_row(pool, &mut row))
            .transpose()
    }

    /// Reads a row of a query of `tables::users`, moving the columns out of it.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed or does not parse.
    pub fn from_row(pool: &Pool, row: &mut Row) -> Result<Self> {
        Self::of_row(pool, UserRow::read(row)?)
    }

    /// As [`from_row`](Self::from_row), of the columns of a row or of its image.
    pub fn of_row(pool: &Pool, row: UserRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let status = UserStatusType::parse(&row.status).ok_or_else(|| {
            Fault::Internal(format!(
                "user {} has the status {}",
                row.user_id, row.status
            ))
        })?;
        Ok(Self {
            pool_id: pool.id.clone(),
            doc: serde_json::from_str(&row.doc)?,
            id: row.user_id,
            username: row.username,
            status,
            enabled: row.enabled,
            credential: row.credential,
            created: row.created,
            modified: row.modified,
            ver: row.ver,
        })
    }

    /// Returns the row in which the user is stored. Never an error in practice: texts always serialise.
    pub fn to_row(&self, pool: &Pool) -> Result<UserRow> {
        let mut row = UserRow {
            user_id: self.id.clone(),
            username: self.username.clone(),
            status: self.status.as_str().to_owned(),
            enabled: self.enabled,
            doc: serde_json::to_string(&self.doc)?,
            credential: self.credential.clone(),
            created: self.created,
            modified: self.modified,
            ver: self.ver,
            mac: None,
        };
        row.mac = Some(pool.sign(&row.signed()));
        Ok(row)
    }

    /// Returns an attribute's value; `sub` included.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        if name == "sub" {
            Some(&self.id)
        } else {
            self.doc.attributes.get(name).map(String::as_str)
        }
    }

    /// True if `email` or `phone_number` is verified.
    pub fn verified(&self, attribute: &str) -> bool {
        let flag = match attribute {
            "email" => "email_verified",
            "phone_number" => "phone_number_verified",
            _ => return false,
        };
        self.attribute(flag) == Some("true")
    }

    /// Returns the password's credential, if there is one.
    pub fn open_credential(&self, pool: &Pool) -> Result<Option<Credential>> {
        let Some(sealed) = &self.credential else {
            return Ok(None);
        };
        let plain = pool.key.open(&credential_context(pool, &self.id), sealed)?;
        let credential = Credential::from_bytes(plain.expose());
        credential
            .map(Some)
            .map_err(|e| Fault::Internal(format!("user {}: {e}", self.id)))
    }

    /// True if the password is there as the hash of another system alone, which no SRP can use.
    pub fn has_imported_password(&self) -> bool {
        let sealed = self.credential.as_ref();
        sealed.is_some_and(|sealed| is_imported_length(sealed.len()))
    }

    /// Returns the form in which a credential is kept in the row.
    pub fn seal_credential(pool: &Pool, user_id: &str, credential: &Credential) -> Vec<u8> {
        pool.key.seal(
            &credential_context(pool, user_id),
            credential.to_bytes().expose(),
        )
    }

    /// True if the user can be found under a name now.
    pub fn is_called(&self, pool: &Pool, name: &str) -> bool {
        self.called_by(pool, name).is_some()
    }

    /// Returns the kind of a name under which the user can be found now.
    pub fn called_by(&self, pool: &Pool, name: &str) -> Option<Name> {
        let key = pool.key_of(&pool.fold(name));
        let logins = self.logins(pool);
        logins
            .iter()
            .find(|(login, _)| *login == key)
            .map(|(_, kind)| *kind)
    }

    /// Returns the attributes `email` and `phone_number` as far as their values are names to sign in with.
    pub fn contact_names(&self, pool: &Pool) -> impl Iterator<Item = &'static str> {
        let contact = |kind: Name| matches!(kind, Name::Email | Name::PhoneNumber);
        let names = self.logins(pool).into_iter();
        names.filter_map(move |(_, kind)| contact(kind).then(|| kind.as_str()))
    }

    /// True for a user who came from an identity provider and has no password here. A user of the pool's own, whose password
    /// an administrator took away, is none.
    pub fn is_of_provider(&self) -> bool {
        let identities = self.attribute("identities").unwrap_or_default();
        self.status == UserStatusType::ExternalProvider && identities.contains("\"primary\":true")
    }

    /// Returns the names under which the user can be found now: key and kind (design, names).
    pub fn logins(&self, pool: &Pool) -> Vec<(String, Name)> {
        self.names_by(&pool.names())
    }

    /// Returns the names under which the user can be found by a set of rules: key and kind.
    pub fn names_by(&self, rules: &NameRules) -> Vec<(String, Name)> {
        rules.names(&Named {
            username: &self.username,
            attributes: &self.doc.attributes,
            is_confirmed: self.status != UserStatusType::Unconfirmed,
            is_of_provider: self.is_of_provider(),
        })
    }

    /// Returns the values that ListUsers may search by: attribute and indexed value. `sub` is the key of the table
    /// itself.
    pub fn searched(&self) -> Vec<(&'static str, String)> {
        let mut list: Vec<_> = SEARCHED
            .iter()
            .filter_map(|&name| Some((name, indexed(&names::fold_case(self.attribute(name)?)))))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        list.push(("username", indexed(&names::nfc(&self.username))));
        list.push((
            "cognito:user_status",
            names::fold_case(self.status.as_str()),
        ));
        list.push((
            "status",
            if self.enabled { "Enabled" } else { "Disabled" }.to_owned(),
        ));
        list
    }
}

/// True if a sealed credential of so many bytes is the hash of another system.
pub fn is_imported_length(sealed: usize) -> bool {
    !Credential::is_native_length(sealed.saturating_sub(SEAL_OVERHEAD))
}

fn credential_context<'a>(pool: &'a Pool, user_id: &'a str) -> Context<'a> {
    Context {
        table: "users",
        column: "credential",
        pool: &pool.id,
        row: user_id,
    }
}

/// Inserts a user with the names and the search entries that go with it, in a pool that is still active and whose rules
/// are still those of `pool` ([`guards::POOL_RESHAPED`]).
pub fn create(batch: Batch, pool: &Pool, user: &User) -> Result<Batch> {
    let batch = guards::require_users_writable(batch, &pool.id, pool.doc.shape);
    let mut batch = table::insert(batch, &pool.id, &user.to_row(pool)?);
    batch = give_names(batch, pool, user);
    for (attr, value) in user.searched() {
        batch = table::insert_attr(batch, &pool.id, &user.id, attr, &value);
    }
    Ok(batch)
}

/// As [`create`], for several users at once. All rows and names are taken in one order, so that two batches cannot wait for
/// each other.
pub fn create_all(batch: Batch, pool: &Pool, users: &[User]) -> Result<Batch> {
    let mut users: Vec<&User> = users.iter().collect();
    users.sort_by(|a, b| a.id.cmp(&b.id));
    let mut batch = guards::require_users_writable(batch, &pool.id, pool.doc.shape);
    for user in &users {
        batch = table::insert_uncounted(batch, &pool.id, &user.to_row(pool)?);
    }
    batch = table::count(batch, &pool.id, users.iter().map(|user| user.id.as_str()));
    let rules = every_rules(pool);
    let mut names = Vec::new();
    for user in &users {
        for rules in &rules {
            let of_user = user.names_by(rules).into_iter();
            names.extend(of_user.map(|name| (name, rules, *user)));
        }
    }
    names.sort_by(|a, b| a.0.0.cmp(&b.0.0));
    for (name, rules, user) in names {
        batch = take_name(batch, pool, rules, &user.id, &name);
    }
    for user in users {
        for (attr, value) in user.searched() {
            batch = table::insert_attr(batch, &pool.id, &user.id, attr, &value);
        }
    }
    Ok(batch)
}

/// True if a name that a user has as `theirs` gives way to the same name of another as `kind`: see [`create`].
pub fn gives_way(pool: &Pool, kind: Name, theirs: &str) -> bool {
    let aliases = pool.doc.alias_attributes.as_deref().unwrap_or_default();
    theirs == Name::PreferredUsername.as_str() && wins_over_preferred(aliases, kind)
}

/// Replaces `before` by `after` if it was not changed in between ([`USER_STALE`]), names and search entries with it.
pub fn save(batch: Batch, pool: &Pool, before: &User, after: &User) -> Result<Batch> {
    save_all(batch, pool, &[(before, after)])
}

/// As [`save`], for several users at once. What changes is as it was before [`User::modified`] of `after`. All rows are
/// locked in the order of their ids, so that two batches cannot wait for each other, and all names are let go before any is
/// taken, so that one can move from user to user. The rules must still be those of `pool` ([`guards::POOL_RESHAPED`]).
pub fn save_all(batch: Batch, pool: &Pool, changes: &[(&User, &User)]) -> Result<Batch> {
    if changes.is_empty() {
        return Ok(batch);
    }
    let mut changes = changes.to_vec();
    changes.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    // Where only the version moves, no recovery has to wait.
    let mut batch = match changes
        .iter()
        .any(|(before, after)| before.differs_from(after))
    {
        true => guards::require_users_writable(batch, &pool.id, pool.doc.shape),
        false => guards::require_pool_shape(batch, &pool.id, pool.doc.shape),
    };
    for (before, after) in &changes {
        if after.leaves_image(before) {
            batch = before_image::keep(batch, pool, after.modified, |keep, batch| {
                keep.user(batch, &after.id)
            });
        }
        let row = UserRow {
            ver: before.ver,
            ..after.to_row(pool)?
        };
        batch = table::update(batch, &pool.id, &row);
    }
    let rules = every_rules(pool);
    for (before, after) in &changes {
        for rules in &rules {
            let kept = after.names_by(rules);
            for name in before.names_by(rules) {
                if !kept.contains(&name) {
                    batch = table::delete_login(batch, &pool.id, &before.id, &name.0);
                }
            }
        }
    }
    for (before, after) in &changes {
        for rules in &rules {
            let had = before.names_by(rules);
            for name in after.names_by(rules) {
                if !had.contains(&name) {
                    batch = take_name(batch, pool, rules, &after.id, &name);
                }
            }
        }
        batch = save_searched(batch, pool, before, after);
    }
    Ok(batch)
}

/// Gives a user who has none the names of all rules that hold.
pub fn give_names(mut batch: Batch, pool: &Pool, user: &User) -> Batch {
    for rules in every_rules(pool) {
        for name in user.names_by(&rules) {
            batch = take_name(batch, pool, &rules, &user.id, &name);
        }
    }
    batch
}

fn save_searched(mut batch: Batch, pool: &Pool, before: &User, after: &User) -> Batch {
    let (had, has) = (before.searched(), after.searched());
    for (attr, value) in had.iter().filter(|entry| !has.contains(entry)) {
        batch = table::delete_attr(batch, &pool.id, &before.id, attr, value);
    }
    for (attr, value) in has.iter().filter(|entry| !had.contains(entry)) {
        batch = table::insert_attr(batch, &pool.id, &after.id, attr, value);
    }
    batch
}

/// Deletes a user who was not changed in between, with its names, search entries, memberships and links; the id is
/// never used again.
pub fn delete(batch: Batch, pool: &Pool, user: &User, now: i64) -> Batch {
    let batch = guards::require_pool_writable(batch, &pool.id);
    let batch = before_image::keep(batch, pool, now, |keep, batch| {
        keep.whole_user(batch, &user.id)
    });
    delete_rows(batch, pool, user, now)
}

/// As [`delete`], without an image and whether or not a recovery is open.
pub fn delete_rows(batch: Batch, pool: &Pool, user: &User, now: i64) -> Batch {
    let batch = table::delete(batch, &pool.id, &user.id, user.ver, now);
    let batch = groups::forget_user(batch, &pool.id, &user.id);
    let mut batch = provider_links::forget_user(batch, &pool.id, &user.id);
    for (attr, value) in user.searched() {
        batch = table::delete_attr(batch, &pool.id, &user.id, attr, &value);
    }
    batch
}
