//! The kinds of requests that are measured, and how each is made and its answer checked.

use std::cell::Cell;
use std::fmt;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::aws;
use crate::federated::Federated;
use crate::hosted::People;
use crate::http::Connection;
use crate::load::Call;
use crate::seed::{EVERYONE, GROUPS_EACH, Seeded};
use crate::steps;
use crate::world::{Filled, PASSWORD, World, password_input, signer, slot, text};

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// USER_PASSWORD_AUTH.
    Password,
    /// USER_SRP_AUTH, both calls.
    Srp,
    /// USER_PASSWORD_AUTH and the code of an authenticator app.
    App,
    /// USER_PASSWORD_AUTH and a remembered device, three calls.
    Device,
    /// USER_SRP_AUTH and a remembered device, four calls.
    SrpDevice,
    /// USER_AUTH by a passkey.
    Passkey,
    /// REFRESH_TOKEN_AUTH.
    Refresh,
    /// GetTokensFromRefreshToken with rotation.
    Rotate,
    /// GetUser.
    GetUser,
    /// AdminGetUser of a user who signs in.
    AdminGetUser,
    /// AdminGetUser of any user of the pool.
    AdminGetAnyUser,
    /// ListUsers with a filter.
    Search(Search),
    /// ListUsers by the e-mail address of a user who signs in.
    FindSigner,
    /// ListUsers without one, 60 users.
    ListPage,
    /// ListUsersInGroup: 60 of the group that every user is in.
    Everyone,
    /// ListUsersInGroup: 10 of a group with a hundredth of the users.
    Team,
    /// AdminListGroupsForUser of any user of the pool.
    GroupsForUser,
    /// AdminListUserAuthEvents of the signer of this number, 60 events.
    Events(u64),
    /// The same of any of the seeded users who have events.
    EventsOfAny,
    /// ListGroups, 60 groups.
    ListGroups,
    /// GetGroup of the squad of any user of the pool.
    GetSquad,
    /// AdminCreateUser.
    AdminCreateUser,
    /// AdminUpdateUserAttributes: another name for a user who signs in.
    UpdateAttributes,
    /// `/oauth2/authorize`, the sign-in on its page, and the tokens for its code: a new browser each time.
    Flow,
    /// The page of the sign-in, in a new browser.
    LoginPage,
    /// `/oauth2/authorize` in a browser with a session, and the tokens for its code.
    LiveSession,
    /// The grant `client_credentials`.
    Machine,
    /// The grant `refresh_token`.
    TokenRefresh,
    /// `/oauth2/userInfo`.
    UserInfo,
    /// A sign-in through a provider of OpenID Connect, from `/oauth2/authorize` to the tokens: a new browser each time.
    Oidc,
    /// The same through a provider of SAML.
    Saml,
}

impl Kind {
    /// Returns the number of clients that send it at the same time.
    pub fn clients(self) -> usize {
        if self == Self::AdminCreateUser {
            64
        } else {
            16
        }
    }

    /// True if it asks about seeded users, a different one each time.
    pub fn asks_any(self) -> bool {
        matches!(
            self,
            Self::AdminGetAnyUser
                | Self::Search(_)
                | Self::Team
                | Self::GroupsForUser
                | Self::EventsOfAny
                | Self::GetSquad
        )
    }

    /// True if it needs [`crate::hosted::Machine`].
    pub fn needs_machine(self) -> bool {
        self == Self::Machine
    }

    /// True if it needs [`crate::hosted::People`].
    pub fn needs_people(self) -> bool {
        matches!(
            self,
            Self::Flow | Self::LoginPage | Self::LiveSession | Self::TokenRefresh | Self::UserInfo
        )
    }

    /// True if it needs [`crate::federated::Federated`].
    pub fn needs_federated(self) -> bool {
        matches!(self, Self::Oidc | Self::Saml)
    }

    /// True if it needs the pools of [`crate::factors`].
    pub fn needs_factors(self) -> bool {
        matches!(
            self,
            Self::App | Self::Device | Self::SrpDevice | Self::Passkey
        )
    }
}

/// A filter of ListUsers whose answer has as many users at any number of users.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Search {
    attribute: &'static str,
    /// True if values are shared by many users.
    shared: bool,
    comparison: Comparison,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Prefix,
}

/// The searchable attributes, and whether many seeded users share a value.
const SEARCHABLE: [(&str, bool); 10] = [
    ("username", false),
    ("email", false),
    ("phone_number", false),
    ("name", false),
    ("given_name", true),
    ("family_name", true),
    ("preferred_username", false),
    ("cognito:user_status", true),
    ("status", true),
    ("sub", false),
];

impl Search {
    /// The e-mail address of one user.
    pub const EMAIL: Self = Self {
        attribute: "email",
        shared: false,
        comparison: Comparison::Equal,
    };

    /// Returns every searchable attribute with each comparison.
    pub fn all() -> impl Iterator<Item = Self> {
        SEARCHABLE.into_iter().flat_map(|(attribute, shared)| {
            [Comparison::Equal, Comparison::Prefix].map(|comparison| Self {
                attribute,
                shared,
                comparison,
            })
        })
    }

    /// Returns the number of users in the answer: those of one value, those of the ten numbers behind a prefix, or the
    /// limit.
    fn finds(self) -> usize {
        match (self.shared, self.comparison) {
            (false, Comparison::Equal) => 1,
            (false, Comparison::Prefix) if self.attribute == "sub" => 1,
            _ => 10,
        }
    }

    /// Returns the filter that finds `user` among others.
    fn filter(self, user: Seeded) -> String {
        let value = user.value(self.attribute);
        match self.comparison {
            Comparison::Equal => format!("{} = \"{value}\"", self.attribute),
            Comparison::Prefix => {
                // Up to the number's last digit, or half of the id.
                let end = match self.attribute {
                    "email" => "seeded-0000000".len(),
                    "sub" => 18,
                    _ => value.len() - 1,
                };
                let prefix = value.get(..end).unwrap_or_default();
                format!("{} ^= \"{prefix}\"", self.attribute)
            }
        }
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.comparison {
            Comparison::Equal => "=",
            Comparison::Prefix => "^=",
        };
        write!(
            f,
            "ListUsers, {} {sign} …, finds {}",
            self.attribute,
            self.finds()
        )
    }
}

/// A kind of request in a world.
pub struct Requests {
    /// The world.
    pub world: World,
    /// The kind.
    pub kind: Cell<Kind>,
}

impl Requests {
    /// True if the program has the endpoints that a kind of request asks.
    pub fn has(&self, kind: Kind) -> bool {
        (!kind.needs_machine() || self.world.machine.is_some())
            && (!kind.needs_people() || self.world.people.is_some())
            && (!kind.needs_federated() || self.world.federated.is_some())
    }
}

impl Call for Requests {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        self.one(self.kind.get(), connection, i).await
    }
}

impl Requests {
    /// Does call number `i`, of this kind.
    pub async fn one(&self, kind: Kind, connection: &mut Connection, i: u64) -> Result<()> {
        let w = &self.world;
        match kind {
            Kind::Password => {
                let input = password_input(&w.client, i);
                has(
                    &unsigned(w, connection, "InitiateAuth", &input).await?,
                    ID_TOKEN,
                )
            }
            Kind::Srp => steps::by_srp(w, connection, i).await,
            Kind::App => steps::by_app(w, connection).await,
            Kind::Device => steps::by_device(w, connection, i).await,
            Kind::SrpDevice => steps::by_srp_and_device(w, connection, i).await,
            Kind::Passkey => steps::by_passkey(w, connection, i).await,
            Kind::Refresh => {
                let input = json!({
                    "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": w.client,
                    "AuthParameters": { "REFRESH_TOKEN": w.refresh.get(slot(i)) },
                });
                has(
                    &unsigned(w, connection, "InitiateAuth", &input).await?,
                    ID_TOKEN,
                )
            }
            Kind::Rotate => {
                let token = w.rotated.borrow().get(slot(i)).cloned();
                let input = json!({ "ClientId": w.rotating, "RefreshToken": token });
                let reply = unsigned(w, connection, "GetTokensFromRefreshToken", &input).await?;
                let next = text(&reply, "/AuthenticationResult/RefreshToken")?;
                if let Some(place) = w.rotated.borrow_mut().get_mut(slot(i)) {
                    *place = next;
                }
                Ok(())
            }
            Kind::GetUser => {
                let input = json!({ "AccessToken": w.access.get(slot(i)) });
                has(
                    &unsigned(w, connection, "GetUser", &input).await?,
                    "/Username",
                )
            }
            Kind::AdminGetUser => admin_get(w, connection, signer(i)).await,
            Kind::AdminGetAnyUser => admin_get(w, connection, any(w, i).value("username")).await,
            Kind::Search(search) => {
                let input = json!({ "UserPoolId": w.pool, "Filter": search.filter(any(w, i)), "Limit": 10 });
                let reply = signed(w, connection, "ListUsers", &input).await?;
                expect(&reply, "/Users", search.finds())
            }
            Kind::FindSigner => {
                let filter = format!("email = \"{}@example.com\"", signer(i));
                let input = json!({ "UserPoolId": w.pool, "Filter": filter });
                let reply = signed(w, connection, "ListUsers", &input).await?;
                expect(&reply, "/Users", 1)
            }
            Kind::ListPage => {
                let input = json!({ "UserPoolId": w.pool, "Limit": 60 });
                let reply = signed(w, connection, "ListUsers", &input).await?;
                expect(&reply, "/Users", 60)
            }
            Kind::Everyone => in_group(w, connection, EVERYONE, 60).await,
            Kind::Team => in_group(w, connection, &any(w, i).team(), 10).await,
            Kind::GroupsForUser => {
                let input =
                    json!({ "UserPoolId": w.pool, "Username": any(w, i).value("username") });
                let reply = signed(w, connection, "AdminListGroupsForUser", &input).await?;
                expect(&reply, "/Groups", GROUPS_EACH)
            }
            Kind::Events(number) => {
                let input = json!({ "UserPoolId": w.pool, "Username": signer(number) });
                let reply = signed(w, connection, "AdminListUserAuthEvents", &input).await?;
                expect(&reply, "/AuthEvents", 60)
            }
            Kind::EventsOfAny => {
                let user = Seeded(place(i, w.filled.watched));
                let input = json!({ "UserPoolId": w.pool, "Username": user.value("username") });
                let reply = signed(w, connection, "AdminListUserAuthEvents", &input).await?;
                expect(&reply, "/AuthEvents", 60)
            }
            Kind::ListGroups => {
                let input = json!({ "UserPoolId": w.pool, "Limit": 60 });
                let reply = signed(w, connection, "ListGroups", &input).await?;
                expect(&reply, "/Groups", 60)
            }
            Kind::GetSquad => {
                let squad = any(w, i).squad(w.filled.squads);
                let input = json!({ "UserPoolId": w.pool, "GroupName": squad });
                let reply = signed(w, connection, "GetGroup", &input).await?;
                has(&reply, "/Group/GroupName")
            }
            Kind::AdminCreateUser => create(w, connection, i).await,
            Kind::UpdateAttributes => {
                let attributes = json!([{ "Name": "name", "Value": format!("Name {i}") }]);
                let input = json!({ "UserPoolId": w.pool, "Username": signer(i), "UserAttributes": attributes });
                signed(w, connection, "AdminUpdateUserAttributes", &input).await?;
                Ok(())
            }
            Kind::Flow => people(w)?.flow(connection, i).await.map(drop),
            Kind::LoginPage => people(w)?.login_page(connection, i).await.map(drop),
            Kind::LiveSession => people(w)?.with_session(connection, i).await,
            Kind::TokenRefresh => people(w)?.refresh(connection, i).await,
            Kind::UserInfo => people(w)?.user_info(connection, i).await,
            Kind::Oidc => federated(w)?.by_oidc(connection, i).await,
            Kind::Saml => federated(w)?.by_saml(connection, i, w.now()).await,
            Kind::Machine => {
                let machine = w.machine.as_ref().context("no client of its own")?;
                machine.token(connection).await
            }
        }
    }
}

fn people(w: &World) -> Result<&People> {
    w.people.as_ref().context("no client with pages")
}

fn federated(w: &World) -> Result<&Federated> {
    w.federated.as_ref().context("no pool with providers")
}

/// The JSON pointer of the ID token in an answer.
pub const ID_TOKEN: &str = "/AuthenticationResult/IdToken";

/// Returns a seeded user, spread over the pool: of those who are asked about each in turn, before the first comes again.
fn any(w: &World, i: u64) -> Seeded {
    let Filled { users, asked, .. } = w.filled;
    let turn = place(i, asked);
    let step = users / asked.max(1);
    // By the remainder, so that they are not all of one team.
    Seeded(turn * step + turn % step.max(1))
}

/// Returns the `i`th of the numbers below `count` in an order in which neighbours lie apart; all of them, and again.
fn place(i: u64, count: u64) -> u64 {
    /// Is prime; pools have fewer users.
    const STRIDE: u64 = 2_147_483_647;
    (i % count.max(1)) * STRIDE % count.max(1)
}

/// Sends an unsigned request.
pub async fn unsigned(
    w: &World,
    connection: &mut Connection,
    operation: &str,
    input: &Value,
) -> Result<Value> {
    let request = aws::unsigned(&w.host, operation, input);
    connection.send(&request).await?.json()
}

async fn signed(
    w: &World,
    connection: &mut Connection,
    operation: &str,
    input: &Value,
) -> Result<Value> {
    let request = aws::signed(&w.host, operation, input);
    connection.send(&request).await?.json()
}

async fn admin_get(w: &World, connection: &mut Connection, name: String) -> Result<()> {
    let input = json!({ "UserPoolId": w.pool, "Username": name });
    has(
        &signed(w, connection, "AdminGetUser", &input).await?,
        "/Username",
    )
}

async fn in_group(w: &World, connection: &mut Connection, group: &str, limit: usize) -> Result<()> {
    let input = json!({ "UserPoolId": w.pool, "GroupName": group, "Limit": limit });
    let reply = signed(w, connection, "ListUsersInGroup", &input).await?;
    expect(&reply, "/Users", limit)
}

/// Creates a user with a name that no other call and no other run uses.
async fn create(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let name = format!("made-{}-{}-{i}", aws::now() / 3_600, std::process::id());
    let input = json!({
        "UserPoolId": w.pool, "Username": name, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": [{ "Name": "email", "Value": format!("{name}@example.com") }],
    });
    has(
        &signed(w, connection, "AdminCreateUser", &input).await?,
        "/User/Username",
    )
}

/// Checks that the answer has a text there.
pub fn has(reply: &Value, pointer: &str) -> Result<()> {
    text(reply, pointer).map(drop)
}

fn expect(reply: &Value, list: &str, count: usize) -> Result<()> {
    let found = reply
        .pointer(list)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if found != count {
        bail!("{found} in {list} instead of {count}");
    }
    Ok(())
}
