//! What the server has acknowledged.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cognate_testkit::Raw;
use serde_json::{Value, json};

/// What is known of a user.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// A permanent password was set.
    pub password: bool,
    /// The user was disabled.
    pub disabled: bool,
    /// The refresh token of a sign-in.
    pub refresh: Option<String>,
    /// It was revoked.
    pub revoked: bool,
}

#[derive(Clone, Debug)]
enum Entry {
    /// The last answer said this.
    Known(User),
    /// A call was begun and not answered: before it, this was known (None = the name was free).
    Unknown(Option<User>),
    /// Deleted.
    Gone,
}

/// The entries by user name.
#[derive(Default)]
pub struct Ledger {
    entries: Mutex<BTreeMap<String, Entry>>,
    acknowledged: AtomicU64,
}

impl Ledger {
    /// A call that creates the user is on its way.
    pub fn begin(&self, name: &str) {
        self.entries.lock().unwrap().insert(name.into(), Entry::Unknown(None));
    }

    /// The server answered.
    pub fn know(&self, name: &str, user: User) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.entries.lock().unwrap().insert(name.into(), Entry::Known(user));
    }

    /// The server answered that the user is deleted.
    pub fn gone(&self, name: &str) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.entries.lock().unwrap().insert(name.into(), Entry::Gone);
    }

    /// Answers so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Takes a known user for a change, which makes it unknown until the answer.
    pub fn take(&self, fits: impl Fn(&User) -> bool) -> Option<(String, User)> {
        let mut entries = self.entries.lock().unwrap();
        let (name, entry) =
            entries.iter_mut().find(|(_, entry)| matches!(entry, Entry::Known(user) if fits(user)))?;
        let Entry::Known(user) = entry.clone() else { return None };
        *entry = Entry::Unknown(Some(user.clone()));
        Some((name.clone(), user))
    }

    /// Compares everything acknowledged with what the server says. An unknown change may have happened or not; it is
    /// looked up, and from then on known or left alone.
    pub async fn check(&self, raw: &Raw, pool: &str, client: &str) {
        let entries = self.entries.lock().unwrap().clone();
        for (name, entry) in entries {
            let found = raw.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": name })).await.unwrap();
            match entry {
                Entry::Gone => assert_eq!(found.error(), "UserNotFoundException", "{name} was deleted: {}", found.text()),
                Entry::Known(user) => {
                    assert_eq!(found.status, 200, "{name} was acknowledged as {user:?}: {}", found.text());
                    let found = found.json();
                    assert_eq!(found["Enabled"], json!(!user.disabled), "{name} {user:?}");
                    let status = if user.password { "CONFIRMED" } else { "FORCE_CHANGE_PASSWORD" };
                    assert_eq!(found["UserStatus"], status, "{name} {user:?}");
                    if let Some(refresh) = &user.refresh {
                        let input = json!({
                            "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client,
                            "AuthParameters": { "REFRESH_TOKEN": refresh },
                        });
                        let reply = raw.call("InitiateAuth", input).await.unwrap();
                        if user.revoked {
                            assert_eq!(reply.message(), "Refresh Token has been revoked", "{name} {}", reply.text());
                        } else {
                            assert_eq!(reply.status, 200, "{name} {}", reply.text());
                        }
                    }
                }
                Entry::Unknown(before) => {
                    // Created or not, changed or not; the half-there check below looks at it with all others.
                    if found.status != 200 {
                        assert_eq!(found.error(), "UserNotFoundException", "{name} {before:?}");
                    }
                    self.entries.lock().unwrap().remove(&name);
                }
            }
        }
    }

    /// Every user that the listing shows is there under its name and found by its e-mail, and nobody else is found.
    pub async fn check_whole(&self, raw: &Raw, pool: &str) {
        let mut token = Value::Null;
        let mut listed = 0;
        loop {
            let mut input = json!({ "UserPoolId": pool, "Limit": 60 });
            if !token.is_null() {
                input["PaginationToken"] = token;
            }
            let page = raw.ok("ListUsers", input).await.unwrap();
            for user in page["Users"].as_array().unwrap() {
                listed += 1;
                let name = user["Username"].as_str().unwrap();
                let one = raw.ok("AdminGetUser", json!({ "UserPoolId": pool, "Username": name })).await.unwrap();
                assert_eq!(one["UserAttributes"], user["Attributes"], "{name}");
                let filter = format!("email = \"{name}@example.com\"");
                let found = raw.ok("ListUsers", json!({ "UserPoolId": pool, "Filter": filter })).await.unwrap();
                assert_eq!(found["Users"], json!([user]), "{name}");
            }
            token = page["PaginationToken"].clone();
            if token.is_null() {
                break;
            }
        }
        let known = self.entries.lock().unwrap().iter().filter(|(_, e)| matches!(e, Entry::Known(_))).count();
        assert!(listed >= known, "{listed} listed, {known} known");
    }
}
