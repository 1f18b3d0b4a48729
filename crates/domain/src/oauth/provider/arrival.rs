//! The user whom a provider's checked answer names: found by the links of the pool, or created; brought up to date with
//! what the provider says now; signed in (endpoints.md 4.2, 4.5).
//!
//! A new user is created in one commit, PostConfirmation called, and the action runs again: it finds a user then. What the
//! provider says decides who signs in by its subject, or by an attribute that an administrator linked by; by an address
//! never.

use cognate_crypto::random;
use cognate_federation::attributes::text;
use cognate_federation::saml::response::Login;
use cognate_shapes::UserStatusType;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::provider_links::{self, LinkRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::accounts::step::{Basis, Step, Then};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::names;
use crate::federation::mapping::{self, Wishes};
use crate::federation::profile;
use crate::messages::Origin;
use crate::oauth::authorization::Authorization;
use crate::oauth::hosted::{Finished, OnPage};
use crate::oauth::provider::refusal::{self, Refused};
use crate::oauth::provider::sessions;
use crate::records::assurance::Level;
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::user::{self, User};
use crate::resources;
use crate::resources::providers::links::{self, SUBJECT};
use crate::signin::driver::{self, Vouched};
use crate::signin::inbound_federation::{self, Arrival, Claims, Said};
use crate::signin::opening::Ending;
use crate::signin::verdict::Change;
use crate::signin::{At, Surface};
use crate::users::codes::{self, Purpose};
use crate::users::pre_sign_up::{self, ValidationData};
use crate::{audit, users};

/// Groups that a pool may have (admin.md 7.2). A pool that is full gets none for its provider.
const MOST_GROUPS: i64 = 10_000;
/// Groups that a user may be in.
const MOST_MEMBERSHIPS: i64 = 100;
const FULL: Label = Label("groups_full");
/// The memory that the pool has no place for another group.
const NO_GROUP: &str = "no group for the provider";

/// An identity that a provider vouched for.
pub struct Identity<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// The provider's name of the user.
    pub subject: &'a str,
    /// The claims of all documents, merged.
    pub claims: &'a Claims,
    /// The answer of the token endpoint, of which tokens may be mapped; empty for SAML.
    pub tokens: &'a Claims,
    /// What the documents say, for the function of the pool.
    pub said: Said<'a>,
    /// The login, of SAML.
    pub login: Option<&'a Login>,
    /// What must not be used a second time: a name that is unique in the pool, and until when it could be, in
    /// microseconds.
    pub once: Option<(&'a str, i64)>,
    /// How surely the provider knew the user, where it says that.
    pub level: Option<Level>,
}

/// Signs in the user of an identity on a page.
///
/// # Errors
/// Faults. [`Refused`] what the client is told.
pub async fn sign_in(
    cx: &Cx<'_>,
    authorization: &Authorization,
    identity: &Identity<'_>,
    ending: &OnPage<'_>,
) -> Result<std::result::Result<Finished, Refused>> {
    let at = At {
        surface: Surface::Page,
        pool: &authorization.pool,
        client: &authorization.client,
        metadata: None,
    };
    let arrived = arrive(cx, at, identity, ending).await;
    refusal::settle(arrived.map_err(|stop| match identity.said {
        Said::Saml(_) => stop.by_saml(),
        Said::OAuth { .. } => stop,
    }))
}

/// Signs in the user of an identity, however the provider's word came.
pub(super) async fn arrive<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    identity: &Identity<'_>,
    ending: &E,
) -> std::result::Result<E::Result, refusal::Stop> {
    let (pool, provider) = (at.pool, identity.provider);
    let username = profile::username(pool, provider, identity.subject)?;
    let arrival = Arrival {
        provider: &provider.name,
        kind: provider.doc.kind,
        username: &username,
        said: identity.said,
    };
    let chosen = inbound_federation::attributes(cx, at, &arrival).await?;
    let claims = chosen.as_ref().unwrap_or(identity.claims);
    let wishes = mapping::wishes(provider, claims, identity.tokens);
    let Some((known, link)) = owner(cx, pool, identity).await? else {
        create(cx, at, identity, &username, &wishes).await?;
        // The next run finds the user.
        return Err(Fault::Stale.into());
    };
    if !known.enabled {
        return Err(Refused::disabled().into());
    }
    if !may_sign_in(&known) {
        return Err(Refused::not_confirmed().into());
    }
    let changed = profile::update(pool, at.client, &known, &wishes, cx.now())??;
    let mut batch = Batch::new();
    let mut after = match changed {
        Some(changed) => {
            for contact in changed.touched {
                batch = codes::forget(batch, pool, &known.id, Purpose::Verify(contact));
            }
            changed.after
        }
        None => known.clone(),
    };
    if let Link::By(attribute, value) = &link {
        // From now on the subject names the user, whatever the attribute becomes (endpoints.md 4.5).
        links::hide(&mut after, provider, value)?;
        links::show(&mut after, provider, identity.subject, cx.now())?;
        let old = links::key(attribute, value);
        batch = provider_links::delete(batch, &pool.id, &provider.id, &old, &known.id);
        batch = add_link(cx, batch, pool, identity, &known.id);
    }
    let change = match after.doc == known.doc {
        true => Change::None,
        false => {
            after.modified = cx.now();
            batch = user::save(batch, pool, &known, &after)?;
            Change::Saved
        }
    };
    batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
    if let Some(login) = identity.login {
        batch = sessions::add(cx, batch, at, provider, login, &known.id)?;
    }
    let vouched = Vouched {
        user: after,
        change,
        batch,
        once: identity.once.map(|(name, until)| (name.to_owned(), until)),
        level: identity.level,
    };
    let finished = driver::vouched(cx, at, vouched, ending).await;
    finished.map_err(refusal::of_sign_in)
}

/// True in each state but those before the confirmation of a sign-up. A linked user who never set a password, or must set
/// another, needs none here.
fn may_sign_in(user: &User) -> bool {
    use UserStatusType as S;
    matches!(
        user.status,
        S::Confirmed | S::ExternalProvider | S::ForceChangePassword | S::ResetRequired
    )
}

/// The link by which a user was found.
enum Link {
    /// That of the subject.
    OfSubject,
    /// One by an attribute, with its value, which an administrator made.
    By(String, String),
}

/// Returns the user who has the identity, and how they were found.
///
/// # Errors
/// The store's.
async fn owner(cx: &Cx<'_>, pool: &Pool, identity: &Identity<'_>) -> Result<Option<(User, Link)>> {
    let provider = identity.provider;
    let key = links::key(SUBJECT, identity.subject);
    if let Some(id) = links::owner(cx, pool, provider, &key).await? {
        let user = User::by_id(&cx.store, pool, &id).await?;
        return Ok(Some((user.ok_or(Fault::Stale)?, Link::OfSubject)));
    }
    for attribute in &provider.doc.linked_by {
        let claim = provider.doc.mapping.get(attribute).unwrap_or(attribute);
        // As the provider says it: a function of the pool does not decide who signs in.
        let Some(value) = identity.claims.get(claim).map(text) else {
            continue;
        };
        let key = links::key(attribute, &value);
        if let Some(id) = links::owner(cx, pool, provider, &key).await? {
            let user = User::by_id(&cx.store, pool, &id).await?;
            let link = Link::By(attribute.clone(), value);
            return Ok(Some((user.ok_or(Fault::Stale)?, link)));
        }
    }
    Ok(None)
}

/// True if the identity is that of a user who was disabled.
///
/// # Errors
/// The store's.
pub(super) async fn is_disabled(cx: &Cx<'_>, pool: &Pool, identity: &Identity<'_>) -> Result<bool> {
    let owner = owner(cx, pool, identity).await?;
    Ok(owner.is_some_and(|(user, _)| !user.enabled))
}

fn add_link(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    identity: &Identity<'_>,
    user_id: &str,
) -> Batch {
    let provider = identity.provider;
    let key = links::key(SUBJECT, identity.subject);
    let link = LinkRow {
        provider_id: provider.id.clone(),
        provider: provider.name.clone(),
        attribute: SUBJECT.to_owned(),
        value: identity.subject.to_owned(),
        created: cx.now(),
    };
    let signed = provider_links::signed(&provider.id, &key, user_id, SUBJECT, identity.subject);
    let mac = pool.sign(&signed);
    provider_links::insert(batch, &pool.id, user_id, &key, &link, mac)
}

/// Creates the user of an identity that nobody has.
async fn create(
    cx: &Cx<'_>,
    at: At<'_>,
    identity: &Identity<'_>,
    username: &str,
    wishes: &Wishes,
) -> std::result::Result<(), refusal::Stop> {
    let (pool, client, provider) = (at.pool, at.client, identity.provider);
    let basis = Basis::of(cx, pool).with_client(client);
    let id = cx.memory().once("federated sub", random::uuid_v4);
    let subject = identity.subject;
    let made = profile::create(pool, client, provider, subject, wishes, id, cx.now())?;
    let mut user = made?;
    let origin = Origin::of_client(&client.id, None);
    pre_sign_up::of_external(cx, pool, origin, &user, &ValidationData::new()).await?;
    (user.created, user.modified) = (cx.now(), cx.now());
    let batch = user::create(Batch::new(), pool, &user)?;
    let batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
    let batch = add_link(cx, batch, pool, identity, &user.id);
    let batch = join_group(cx, batch, pool, provider, &user.id).await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    let step = Step {
        conflict: Box::new(|label| match label {
            label if refusal::is_linked(label) => {
                errors::users::user_account_already_exists().into()
            }
            FULL => {
                cx.memory().keep(NO_GROUP, ());
                Fault::Stale
            }
            other => users::aliases::conflict_of_new(cx, pool, false, other),
        }),
        then: Then::signed_up(origin, pool, &user),
        ..Step::new(basis, batch, ())
    };
    step.commit(cx)
        .await
        .map_err(|fault| refusal::of_creation(fault, username))
}

/// Adds the user to the group of the provider, which the first one brings along (endpoints.md 4.2).
async fn join_group(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    provider: &Provider,
    user_id: &str,
) -> Result<Batch> {
    if cx.memory().get::<()>(NO_GROUP).is_some() {
        return Ok(batch);
    }
    let name = format!("{}_{}", pool.id, provider.name);
    let (group_id, batch) = match groups::get(&cx.store, &pool.id, &name).await? {
        Some(row) => (group::checked(pool, row)?.group_id, batch),
        None => {
            let row = group::sign(
                pool,
                GroupRow {
                    group_id: random::uuid_v4(),
                    description: Some(group_description(&provider.name)),
                    role: None,
                    precedence: None,
                    created: cx.now(),
                    modified: cx.now(),
                    ver: 1,
                    mac: None,
                    name,
                },
            );
            let folded = names::fold_case(&row.name);
            let batch = groups::insert(batch, &pool.id, &folded, &row);
            let resource = resources::groups::RESOURCE;
            let batch = resource_counts::take(batch, &pool.id, resource, MOST_GROUPS, FULL);
            (row.group_id, batch)
        }
    };
    let mac = group::membership(pool, &group_id, user_id);
    Ok(groups::join(
        batch,
        &pool.id,
        &group_id,
        user_id,
        MOST_MEMBERSHIPS,
        mac,
    ))
}

/// The words of the service (admin.md 2.6).
fn group_description(provider: &str) -> String {
    format!("Autogenerated group for users who sign in using {provider}")
}
