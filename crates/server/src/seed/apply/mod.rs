//! A part of a seed against a pool. What is not there is made, what differs is changed, and nothing else is touched: by the
//! operations of the API and their checks, and for users by the import (docs/SEED.md).

mod around;
pub mod call;
mod client;
pub mod keys;
mod pool;
mod resource;
pub mod users;

use cognate_domain::App;
use cognate_shapes::Op;
use serde::{Deserialize, Serialize};

use super::parts::{Item, Part};
use crate::admin::{issuer, profile};
use call::Call;
use resource::Kind;

/// What became of something that a seed names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is, and its name.
    pub what: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The members that differed; of something new none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// What needs attention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What became of something; with `only_look` what would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and differed.
    Changed,
    /// It was there as the seed says.
    Same,
}

impl Change {
    fn of(what: String, outcome: Outcome) -> Self {
        Self {
            what,
            outcome,
            members: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Returns a change of members, or none.
    fn by(what: String, members: Vec<String>) -> Self {
        let outcome = match members.is_empty() {
            true => Outcome::Same,
            false => Outcome::Changed,
        };
        Self {
            members,
            ..Self::of(what, outcome)
        }
    }
}

/// Why a part was not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What it is about.
    pub what: String,
    /// Why.
    pub why: String,
    /// Of users the place in the part.
    #[serde(default)]
    pub user: usize,
}

impl Refused {
    fn of(what: &str, why: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            why: why.into(),
            user: 0,
        }
    }
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// Of each thing in it.
    Done(Vec<Change>),
    /// Something in it cannot be. Users before it in the part count.
    Refused(Refused),
}

/// Applies a part; with `only_look` nothing is written, and the answer says what would be.
pub async fn part(app: &App, part: &Part, only_look: bool) -> Applied {
    let done = item(app, &part.pool, &part.item, only_look).await;
    done.map_or_else(Applied::Refused, Applied::Done)
}

async fn item(app: &App, pool: &str, item: &Item, only_look: bool) -> Result<Vec<Change>, Refused> {
    let call = Call {
        app,
        pool,
        region: pool.split('_').next().unwrap_or_default(),
        only_look,
    };
    let one = match item {
        Item::Pool(settings) => pool::apply(call, settings).await?,
        Item::Mfa(mfa) => pool::mfa(call, mfa).await?,
        Item::Issuer(issuer) => set_issuer(call, issuer).await?,
        Item::Keys(keys) => keys::apply(call, keys).await?,
        Item::ResourceServer(input) => resource::apply(call, &Kind::RESOURCE_SERVER, input).await?,
        Item::IdentityProvider(input) => {
            resource::apply(call, &Kind::IDENTITY_PROVIDER, input).await?
        }
        Item::Domain(input) => resource::apply(call, &Kind::DOMAIN, input).await?,
        Item::Group(input) => resource::apply(call, &Kind::GROUP, input).await?,
        Item::Risk(input) => around::risk(call, input).await?,
        Item::Logs(input) => around::logs(call, input).await?,
        Item::Look(input) => around::look(call, input).await?,
        Item::Branding(input) => around::branding(call, input).await?,
        Item::Client(client) => return client::apply(call, client).await,
        Item::Users(users) => return users::apply(call, users).await,
    };
    Ok(vec![one])
}

/// Returns bytes as the API has them.
pub(super) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Sets the issuer of a pool's tokens.
async fn set_issuer(call: Call<'_>, wanted: &str) -> Result<Change, Refused> {
    let what = format!("issuer of user pool {}", call.pool);
    let refused = |why: String| Refused::of(&what, why);
    let wanted = issuer::parse(wanted).map_err(refused)?;
    let app = call.app;
    if call.only_look && !call.is_there().await.map_err(refused)? {
        return Ok(Change::of(what, Outcome::Created));
    }
    let known = app.cached_pool(call.pool).await;
    let known = known.map_err(|fault| refused(format!("{fault:?}")))?;
    if known.is_some_and(|pool| pool.issuer == wanted) {
        return Ok(Change::of(what, Outcome::Same));
    }
    if !call.only_look {
        let now = app.clock.service();
        let set = issuer::set_parsed(&app.store, &app.root, call.pool, wanted.as_ref(), now).await;
        set.map_err(refused)?;
        app.cache.clear();
    }
    Ok(Change::by(what, vec!["issuer".to_owned()]))
}

/// Sets the profile of a client. Returns true if it differed.
async fn set_profile(call: Call<'_>, client: &str, wanted: &str) -> Result<bool, String> {
    let (store, root) = (&call.app.store, &call.app.root);
    if !["standard", "cognito"].contains(&wanted) {
        return Err("a profile is standard or cognito".to_owned());
    }
    let known = profile::show(store, root, client).await?;
    if known.get("profile").and_then(|name| name.as_str()) == Some(wanted) {
        return Ok(false);
    }
    if !call.only_look {
        let now = call.app.clock.service();
        profile::set(store, root, now, client, wanted).await?;
        call.app.cache.clear();
    }
    Ok(true)
}

impl Kind {
    const RESOURCE_SERVER: Self = Self {
        name: "resource server",
        key: "Identifier",
        get: Op::DescribeResourceServer,
        answer: "ResourceServer",
        create: Op::CreateResourceServer,
        update: Op::UpdateResourceServer,
    };
    const IDENTITY_PROVIDER: Self = Self {
        name: "identity provider",
        key: "ProviderName",
        get: Op::DescribeIdentityProvider,
        answer: "IdentityProvider",
        create: Op::CreateIdentityProvider,
        update: Op::UpdateIdentityProvider,
    };
    const DOMAIN: Self = Self {
        name: "domain",
        key: "Domain",
        get: Op::DescribeUserPoolDomain,
        answer: "DomainDescription",
        create: Op::CreateUserPoolDomain,
        update: Op::UpdateUserPoolDomain,
    };
    const GROUP: Self = Self {
        name: "group",
        key: "GroupName",
        get: Op::GetGroup,
        answer: "Group",
        create: Op::CreateGroup,
        update: Op::UpdateGroup,
    };
}
