//! Every listing, page by page while others add and remove: what was there all the time appears once, never twice and
//! never not.

use each_engine::each_engine;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::properties::holds;
use crate::support::TestApp;
use crate::support::providers::oidc_provider;
use crate::support::users::{client, pool, with};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Listing {
    Users,
    UsersByName,
    UsersByStatus,
    Members,
    Groups,
    GroupsOfUser,
    Pools,
    Clients,
    ResourceServers,
    Providers,
    Terms,
    Policies,
}

const LISTINGS: [Listing; 12] = [
    Listing::Users,
    Listing::UsersByName,
    Listing::UsersByStatus,
    Listing::Members,
    Listing::Groups,
    Listing::GroupsOfUser,
    Listing::Pools,
    Listing::Clients,
    Listing::ResourceServers,
    Listing::Providers,
    Listing::Terms,
    Listing::Policies,
];

/// A change while a page is read.
#[derive(Clone, Debug)]
enum Step {
    Add(u16),
    Remove(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        any::<u16>().prop_map(Step::Add),
        any::<Index>().prop_map(Step::Remove)
    ];
    prop::collection::vec(step, 0..4)
}

/// A pool in which one listing is read.
struct Place<'a> {
    t: &'a TestApp,
    listing: Listing,
    pool: String,
}

impl<'a> Place<'a> {
    async fn new(t: &'a TestApp, listing: Listing) -> Self {
        let pool = pool(t, json!({})).await;
        let here = Self { t, listing, pool };
        match listing {
            Listing::Members => {
                here.call("CreateGroup", json!({"GroupName": "g"})).await;
            }
            Listing::GroupsOfUser => here.add_user("u").await,
            _ => {}
        }
        here
    }

    async fn call(&self, op: &str, more: Value) -> Value {
        let input = with(json!({"UserPoolId": self.pool}), more);
        self.t.ok(op, input).await
    }

    async fn add_user(&self, name: &str) {
        let attributes = json!([{"Name": "name", "Value": format!("n{}", &name[..1])}]);
        self.call(
            "AdminCreateUser",
            json!({"Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes}),
        )
        .await;
    }

    /// Adds an item of this name; the key under which the listing shows it.
    async fn add(&self, name: &str) -> String {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        match self.listing {
            Listing::Users | Listing::UsersByName | Listing::UsersByStatus => {
                self.add_user(name).await;
            }
            Listing::Members => {
                self.add_user(name).await;
                self.call(
                    "AdminAddUserToGroup",
                    json!({"Username": name, "GroupName": "g"}),
                )
                .await;
            }
            Listing::Groups => {
                self.call("CreateGroup", json!({"GroupName": name})).await;
            }
            Listing::GroupsOfUser => {
                self.call("CreateGroup", json!({"GroupName": name})).await;
                self.call(
                    "AdminAddUserToGroup",
                    json!({"Username": "u", "GroupName": name}),
                )
                .await;
            }
            Listing::Pools => return pool(self.t, json!({"PoolName": name})).await,
            Listing::Clients => return client(self.t, &self.pool, json!({})).await,
            Listing::ResourceServers => {
                self.call(
                    "CreateResourceServer",
                    json!({"Identifier": name, "Name": name}),
                )
                .await;
            }
            Listing::Providers => {
                let input = oidc_provider(&self.pool, name, json!({}));
                self.t.ok("CreateIdentityProvider", input).await;
            }
            Listing::Terms => {
                let client = client(self.t, &self.pool, json!({})).await;
                let terms = json!({
                    "ClientId": client, "TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE",
                    "Links": {"cognito:default": "https://example.com/terms"}
                });
                return text(&self.call("CreateTerms", terms).await["Terms"]["TermsId"]);
            }
            Listing::Policies => {
                let client = client(self.t, &self.pool, json!({})).await;
                let policy = json!({
                    "ClientId": client, "PolicyName": name, "URLPatterns": [format!("https://{name}.example/*")]
                });
                let made = self.call("CreateCIMDPolicy", policy).await;
                return text(&made["CIMDPolicy"]["CIMDPolicyId"]);
            }
        }
        name.to_owned()
    }

    async fn remove(&self, key: &str) {
        let (op, input) = match self.listing {
            Listing::Users | Listing::UsersByName => ("AdminDeleteUser", json!({"Username": key})),
            // Still there, and no more in this listing.
            Listing::UsersByStatus => ("AdminDisableUser", json!({"Username": key})),
            Listing::Members => (
                "AdminRemoveUserFromGroup",
                json!({"Username": key, "GroupName": "g"}),
            ),
            Listing::Groups => ("DeleteGroup", json!({"GroupName": key})),
            Listing::GroupsOfUser => (
                "AdminRemoveUserFromGroup",
                json!({"Username": "u", "GroupName": key}),
            ),
            Listing::Pools => ("DeleteUserPool", json!({"UserPoolId": key})),
            Listing::Clients => ("DeleteUserPoolClient", json!({"ClientId": key})),
            Listing::ResourceServers => ("DeleteResourceServer", json!({"Identifier": key})),
            Listing::Providers => ("DeleteIdentityProvider", json!({"ProviderName": key})),
            Listing::Terms => ("DeleteTerms", json!({"TermsId": key})),
            Listing::Policies => ("DeleteCIMDPolicy", json!({"CIMDPolicyId": key})),
        };
        self.call(op, input).await;
    }

    /// Returns the keys on a page, and the token of the next.
    async fn page(&self, size: i64, token: &Value) -> (Vec<String>, Option<Value>) {
        // Operation, names of the size and the token, more of the input, the list in the answer and its key.
        let (op, limit, next, more, list, key) = match self.listing {
            Listing::Users => (
                "ListUsers",
                "Limit",
                "PaginationToken",
                json!({}),
                "Users",
                "Username",
            ),
            Listing::UsersByName => (
                "ListUsers",
                "Limit",
                "PaginationToken",
                json!({"Filter": "name ^= \"n\""}),
                "Users",
                "Username",
            ),
            Listing::UsersByStatus => (
                "ListUsers",
                "Limit",
                "PaginationToken",
                json!({"Filter": "status = \"Enabled\""}),
                "Users",
                "Username",
            ),
            Listing::Members => (
                "ListUsersInGroup",
                "Limit",
                "NextToken",
                json!({"GroupName": "g"}),
                "Users",
                "Username",
            ),
            Listing::Groups => (
                "ListGroups",
                "Limit",
                "NextToken",
                json!({}),
                "Groups",
                "GroupName",
            ),
            Listing::GroupsOfUser => (
                "AdminListGroupsForUser",
                "Limit",
                "NextToken",
                json!({"Username": "u"}),
                "Groups",
                "GroupName",
            ),
            Listing::Pools => (
                "ListUserPools",
                "MaxResults",
                "NextToken",
                json!({}),
                "UserPools",
                "Id",
            ),
            Listing::Clients => (
                "ListUserPoolClients",
                "MaxResults",
                "NextToken",
                json!({}),
                "UserPoolClients",
                "ClientId",
            ),
            Listing::ResourceServers => (
                "ListResourceServers",
                "MaxResults",
                "NextToken",
                json!({}),
                "ResourceServers",
                "Identifier",
            ),
            Listing::Providers => (
                "ListIdentityProviders",
                "MaxResults",
                "NextToken",
                json!({}),
                "Providers",
                "ProviderName",
            ),
            Listing::Terms => (
                "ListTerms",
                "MaxResults",
                "NextToken",
                json!({}),
                "Terms",
                "TermsId",
            ),
            Listing::Policies => (
                "ListCIMDPolicies",
                "MaxResults",
                "NextToken",
                json!({}),
                "CIMDPolicies",
                "CIMDPolicyId",
            ),
        };
        let mut input = with(more, json!({limit: size, next: token}));
        if self.listing != Listing::Pools {
            input = with(input, json!({"UserPoolId": self.pool}));
        }
        let page = self.t.ok(op, input).await;
        let items = page[list].as_array().unwrap();
        assert!(items.len() as i64 <= size, "{op}: {page}");
        let keys = items
            .iter()
            .map(|item| item[key].as_str().unwrap().to_owned());
        (keys.collect(), page.get(next).cloned())
    }

    /// Adds and removes items that are not expected in the pages.
    async fn churn(&self, steps: Vec<Step>, going: &mut Vec<String>, made: &mut usize) {
        for step in steps {
            match step {
                // The random beginning puts it before, between or behind the others.
                Step::Add(n) => {
                    *made += 1;
                    going.push(self.add(&format!("{n:05}-{made}")).await);
                }
                Step::Remove(at) if !going.is_empty() => {
                    let key = going.swap_remove(at.index(going.len()));
                    self.remove(&key).await;
                }
                Step::Remove(_) => {}
            }
        }
    }
}

#[each_engine]
async fn pages_neither_miss_nor_repeat_what_was_there_all_the_time(t: &TestApp) {
    let names = prop::collection::btree_set(any::<u16>(), 1..9);
    let inputs = (
        names.clone(),
        names,
        1_i64..4,
        prop::collection::vec(steps(), 1..12),
    );
    for listing in LISTINGS {
        holds(6, &inputs, async |(stays, goes, size, script)| {
            let place = Place::new(t, listing).await;
            let (mut staying, mut going) = (Vec::new(), Vec::new());
            for n in stays {
                staying.push(place.add(&format!("{n:05}s")).await);
            }
            for n in goes {
                going.push(place.add(&format!("{n:05}g")).await);
            }
            let (mut seen, mut token, mut made) = (Vec::new(), Value::Null, 0);
            let mut script = script.into_iter();
            loop {
                // The page is read while the others write.
                let steps = script.next().unwrap_or_default();
                let ((keys, next), ()) = tokio::join!(
                    place.page(size, &token),
                    place.churn(steps, &mut going, &mut made)
                );
                seen.extend(keys);
                let Some(next) = next else { break };
                token = next;
            }
            seen.retain(|key| staying.contains(key));
            seen.sort();
            staying.sort();
            assert_eq!(seen, staying, "{listing:?}");
        });
    }
}
