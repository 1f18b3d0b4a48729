//! A record of the changes that the server has acknowledged.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use cognate_testkit::Raw;
use serde_json::{Value, json};

/// The acknowledged state of a user.
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
    /// The state after the last answer.
    Known(User),
    /// A call was begun and not answered.
    Unknown,
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
    /// Records that a call that creates the user was sent.
    pub fn begin(&self, name: &str) {
        self.entries
            .lock()
            .unwrap()
            .insert(name.into(), Entry::Unknown);
    }

    /// Records the user's state after an answer of the server.
    pub fn know(&self, name: &str, user: User) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.entries
            .lock()
            .unwrap()
            .insert(name.into(), Entry::Known(user));
    }

    /// Records that the server acknowledged the user's deletion.
    pub fn gone(&self, name: &str) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        self.entries
            .lock()
            .unwrap()
            .insert(name.into(), Entry::Gone);
    }

    /// Answers so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    fn gone_names(&self) -> Vec<String> {
        let entries = self.entries.lock().unwrap();
        let gone = entries
            .iter()
            .filter(|(_, entry)| matches!(entry, Entry::Gone));
        gone.map(|(name, _)| name.clone()).collect()
    }

    /// Takes a known user for a change, which makes it unknown until the answer.
    pub fn take(&self, fits: impl Fn(&User) -> bool) -> Option<(String, User)> {
        let mut entries = self.entries.lock().unwrap();
        let (name, entry) = entries
            .iter_mut()
            .find(|(_, entry)| matches!(entry, Entry::Known(user) if fits(user)))?;
        let Entry::Known(user) = entry.clone() else {
            return None;
        };
        *entry = Entry::Unknown;
        Some((name.clone(), user))
    }

    /// Everything acknowledged that the server does not say now. An unknown change may have happened or not; it is
    /// forgotten here, and looked at with all others by [`check_whole`](Self::check_whole).
    pub async fn losses(&self, raw: &Raw, pool: &str, client: &str) -> Vec<String> {
        let entries = self.entries.lock().unwrap().clone();
        let mut losses = Vec::new();
        for (name, entry) in entries {
            let found = raw
                .call(
                    "AdminGetUser",
                    json!({ "UserPoolId": pool, "Username": name }),
                )
                .await
                .unwrap();
            let is_gone = found.error() == "UserNotFoundException";
            assert!(found.status == 200 || is_gone, "{name}: {}", found.text());
            let mut expect = |kept: bool| {
                if !kept {
                    losses.push(format!(
                        "{name} was acknowledged as {entry:?}, now {}",
                        found.text()
                    ));
                }
            };
            match &entry {
                Entry::Gone => expect(is_gone),
                Entry::Known(_) if is_gone => expect(false),
                Entry::Known(user) => {
                    let found = found.json();
                    let status = if user.password {
                        "CONFIRMED"
                    } else {
                        "FORCE_CHANGE_PASSWORD"
                    };
                    expect(
                        found["Enabled"] == json!(!user.disabled) && found["UserStatus"] == status,
                    );
                    if let Some(refresh) = &user.refresh {
                        let input = json!({
                            "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client,
                            "AuthParameters": { "REFRESH_TOKEN": refresh },
                        });
                        let reply = raw.call("InitiateAuth", input).await.unwrap();
                        let revoked = reply.message() == "Refresh Token has been revoked";
                        assert!(revoked || reply.status == 200, "{name}: {}", reply.text());
                        expect(revoked == user.revoked);
                    }
                }
                Entry::Unknown => {
                    self.entries.lock().unwrap().remove(&name);
                }
            }
        }
        losses
    }

    /// Nothing acknowledged is lost.
    pub async fn check(&self, raw: &Raw, pool: &str, client: &str) {
        assert_eq!(self.losses(raw, pool, client).await, Vec::<String>::new());
    }

    /// Checks that every listed user can be read by its name and found by its e-mail, and that no other user is found.
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
                let one = raw
                    .ok(
                        "AdminGetUser",
                        json!({ "UserPoolId": pool, "Username": name }),
                    )
                    .await
                    .unwrap();
                assert_eq!(one["UserAttributes"], user["Attributes"], "{name}");
                let filter = format!("email = \"{name}@example.com\"");
                let found = raw
                    .ok("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
                    .await
                    .unwrap();
                assert_eq!(found["Users"], json!([user]), "{name}");
            }
            token = page["PaginationToken"].clone();
            if token.is_null() {
                break;
            }
        }
        for name in self.gone_names() {
            let filter = format!("email = \"{name}@example.com\"");
            let input = json!({ "UserPoolId": pool, "Filter": filter });
            let found = raw.ok("ListUsers", input).await.unwrap();
            assert_eq!(found["Users"], json!([]), "{name} was deleted");
        }
        let known = self
            .entries
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, e)| matches!(e, Entry::Known(_)))
            .count();
        assert!(listed >= known, "{listed} listed, {known} known");
    }
}
