//! Sixty-four writers want the same few names at once, each in its own way: a name has at most one owner, and the table
//! of names says of every user what the users themselves say.

use std::collections::BTreeSet;

use cognate_store::params;
use each_engine::each_engine;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::properties::holds;
use crate::support::attributes::{admin_update, list, made, update};
use crate::support::users::{PASSWORD, access_token, attribute, client, code, pool};
use crate::support::{Refusal, TestApp};

const WRITERS: usize = 64;
/// The addresses and names that all writers want; the names can be preferred ones as well as user names.
const ADDRESSES: [&str; 3] = ["x@example.com", "y@example.com", "z@example.com"];
const NAMES: [&str; 3] = ["chief", "boss", "head"];

/// The way in which a writer tries to get a name.
#[derive(Clone, Copy, Debug)]
enum Way {
    SignUp,
    Create,
    CreateNamed,
    SetVerified,
    Verify,
    Prefer,
    PreferByAdmin,
    Delete,
}

#[derive(Clone, Copy, Debug)]
struct Writer {
    way: Way,
    which: usize,
    force: bool,
}

fn writer() -> impl Strategy<Value = Writer> {
    let way = prop_oneof![
        2 => Just(Way::SignUp), 2 => Just(Way::Create), 1 => Just(Way::CreateNamed), 2 => Just(Way::SetVerified),
        2 => Just(Way::Verify), 1 => Just(Way::Prefer), 1 => Just(Way::PreferByAdmin), 1 => Just(Way::Delete),
    ];
    (way, 0..3_usize, any::<bool>()).prop_map(|(way, which, force)| Writer { way, which, force })
}

/// A pool with what each writer needs: a user of its own, and the token of one who writes for himself.
struct Contest<'a> {
    t: &'a TestApp,
    pool: String,
    client: String,
    tokens: Vec<String>,
}

impl<'a> Contest<'a> {
    async fn prepare(t: &'a TestApp, writers: &[Writer]) -> Self {
        let settings = json!({"AliasAttributes": ["email", "preferred_username"], "AutoVerifiedAttributes": ["email"]});
        let pool = pool(t, settings).await;
        let client = client(t, &pool, json!({})).await;
        let mut tokens = Vec::new();
        for (n, writer) in writers.iter().enumerate() {
            let name = format!("u{n}");
            let mut token = String::new();
            match writer.way {
                Way::SignUp | Way::Create | Way::CreateNamed => {}
                Way::SetVerified | Way::PreferByAdmin | Way::Delete => {
                    made(t, &pool, &name, &[]).await;
                }
                Way::Verify | Way::Prefer => {
                    made(t, &pool, &name, &[]).await;
                    token = access_token(t, &client, &name, PASSWORD).await;
                }
            }
            tokens.push(token);
        }
        Self {
            t,
            pool,
            client,
            tokens,
        }
    }

    /// Writes as the writer does; returns the refusal if it comes too late.
    async fn write(&self, n: usize, writer: Writer) -> Result<(), Refusal> {
        let (t, pool, name) = (self.t, &self.pool, format!("u{n}"));
        let (address, wanted) = (ADDRESSES[writer.which], NAMES[writer.which]);
        let verified = [("email", address), ("email_verified", "true")];
        match writer.way {
            Way::SignUp => {
                let input = json!({
                    "ClientId": self.client, "Username": name, "Password": PASSWORD, "UserAttributes": list(&verified[..1])
                });
                t.call("SignUp", input).await?;
                let confirm = json!({
                    "ClientId": self.client, "Username": name, "ConfirmationCode": code(t, pool, &name).await,
                    "ForceAliasCreation": writer.force
                });
                t.call("ConfirmSignUp", confirm).await?;
            }
            Way::Create | Way::CreateNamed => {
                let name = match writer.way {
                    Way::Create => &name,
                    _ => wanted,
                };
                let input = json!({
                    "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": list(&verified),
                    "ForceAliasCreation": writer.force
                });
                t.call("AdminCreateUser", input).await?;
            }
            Way::SetVerified => {
                let input = admin_update(pool, &name, &verified);
                t.call("AdminUpdateUserAttributes", input).await?;
            }
            Way::Verify => {
                let token = &self.tokens[n];
                t.call("UpdateUserAttributes", update(token, &verified[..1]))
                    .await?;
                let code = code(t, pool, &name).await;
                let input = json!({"AccessToken": token, "AttributeName": "email", "Code": code});
                t.call("VerifyUserAttribute", input).await?;
            }
            Way::Prefer => {
                let input = update(&self.tokens[n], &[("preferred_username", wanted)]);
                t.call("UpdateUserAttributes", input).await?;
            }
            Way::PreferByAdmin => {
                let input = admin_update(pool, &name, &[("preferred_username", wanted)]);
                t.call("AdminUpdateUserAttributes", input).await?;
            }
            Way::Delete => {
                let input = admin_update(pool, &name, &verified);
                let answer = t.call("AdminUpdateUserAttributes", input).await;
                let who = json!({"UserPoolId": pool, "Username": name});
                t.call("AdminDeleteUser", who).await?;
                answer?;
            }
        }
        Ok(())
    }

    /// Returns all users.
    async fn users(&self) -> Vec<Value> {
        let (mut users, mut token) = (Vec::new(), Value::Null);
        loop {
            let input = json!({"UserPoolId": self.pool, "PaginationToken": token});
            let page = self.t.ok("ListUsers", input).await;
            users.extend(page["Users"].as_array().unwrap().clone());
            let Some(next) = page.get("PaginationToken") else {
                return users;
            };
            token = next.clone();
        }
    }

    /// Returns every name and the id of its owner, as the table has them.
    async fn logins(&self) -> BTreeSet<(String, String)> {
        let sql = "SELECT name, user_id FROM logins WHERE pool_id = ?1";
        let rows = self
            .t
            .app
            .store
            .rows(sql, params![&self.pool])
            .await
            .unwrap();
        let pairs = rows
            .into_iter()
            .map(|mut row| (row.take_text(0).unwrap(), row.take_text(1).unwrap()));
        pairs.collect()
    }
}

/// Returns the names under which a user must be found, by the rules alone.
fn names(user: &Value) -> Vec<String> {
    let mut names = vec![user["Username"].as_str().unwrap().to_owned()];
    if user["UserStatus"] != "UNCONFIRMED" {
        let verified = attribute(user, "email_verified") == Some("true");
        names.extend(
            attribute(user, "email")
                .filter(|_| verified)
                .map(str::to_owned),
        );
        names.extend(attribute(user, "preferred_username").map(str::to_owned));
    }
    names
}

/// The refusals of a writer that comes too late.
const LATE: [(&str, &str); 5] = [
    (
        "AliasExistsException",
        "An account with the given email already exists.",
    ),
    (
        "AliasExistsException",
        "An account with the given preferred_username already exists.",
    ),
    (
        "UsernameExistsException",
        "An account with the given email already exists.",
    ),
    ("UsernameExistsException", "User account already exists"),
    ("UsernameExistsException", "User already exists"),
];

#[each_engine]
async fn sixty_four_writers_leave_each_name_one_owner(t: &TestApp) {
    let inputs = prop::collection::vec(writer(), WRITERS);
    holds(3, &inputs, async |writers| {
        let contest = Contest::prepare(t, &writers).await;
        // A thread each, so that they are inside the same steps at the same time.
        let runtime = Handle::current();
        let answers: Vec<_> = block_in_place(|| {
            std::thread::scope(|scope| {
                let (contest, runtime) = (&contest, &runtime);
                let start = |(n, writer): (usize, &Writer)| {
                    let writer = *writer;
                    scope.spawn(move || runtime.block_on(contest.write(n, writer)))
                };
                let threads: Vec<_> = writers.iter().enumerate().map(start).collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap())
                    .collect()
            })
        });
        for (answer, writer) in answers.iter().zip(&writers) {
            let Err((code, message)) = answer else {
                continue;
            };
            assert!(
                LATE.contains(&(code, message)),
                "{writer:?}: {code}: {message}"
            );
        }
        let users = contest.users().await;
        let mut expected = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for user in &users {
            for name in names(user) {
                assert!(
                    taken.insert(name.clone()),
                    "{name} has two owners: {users:?}"
                );
                expected.insert((name, attribute(user, "sub").unwrap().to_owned()));
            }
        }
        assert_eq!(contest.logins().await, expected);
        // Somebody won each name that anybody went after.
        for (name, user) in &expected {
            let found = t
                .ok(
                    "AdminGetUser",
                    json!({"UserPoolId": contest.pool, "Username": name}),
                )
                .await;
            assert_eq!(attribute(&found, "sub"), Some(user.as_str()));
        }
    });
}
