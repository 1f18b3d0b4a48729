//! The user whom a provider's checked answer names: found by the links of the pool, or created; brought up to date with
//! what the provider says now; signed in (endpoints.md 4.2, 4.5).
//!
//! A new user is created in one commit, PostConfirmation called, and the action runs again: it finds a user then. So it does
//! where somebody linked the identity or made its user meanwhile: a function of the pool, an administrator, or the same
//! person's other tab. What the provider says decides who signs in by its subject, or by an attribute that an administrator
//! linked by; by an address never, though the provider's policy may have its holder asked for a proof (decision 015).

use cognate_crypto::random;
use cognate_federation::attributes::text;
use cognate_federation::saml::response::Login;
use cognate_shapes::UserStatusType;
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::{
    guards, identity_providers, link_requests, provider_links, resource_counts,
};
use cognate_store::{Batch, Label};

use crate::accounts::step::{Basis, Step, Then};
use crate::cx::Cx;
use crate::errors::{ErrorCode, Fault, Result};
use crate::facts::names;
use crate::federation::mapping::{self, Wishes};
use crate::federation::profile;
use crate::messages::Origin;
use crate::oauth::authorization::Authorization;
use crate::oauth::hosted::{Finished, OnPage};
use crate::oauth::provider::approval;
use crate::oauth::provider::offer::{self, About};
use crate::oauth::provider::refusal::{self, Refused};
use crate::oauth::provider::sessions;
use crate::records::assurance::Level;
use crate::records::pool::Pool;
use crate::records::provider::{Linking, Provider};
use crate::records::user::{self, User};
use crate::records::{before_image, group};
use crate::resources;
use crate::resources::providers::linking;
use crate::resources::providers::links::{self, SUBJECT, Source};
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
    /// True if the visitor was asked about an account already, and has none.
    pub is_asked: bool,
}

impl Identity<'_> {
    fn source(&self) -> Source<'_> {
        Source {
            provider: self.provider,
            attribute: SUBJECT,
            value: self.subject,
        }
    }
}

/// What becomes of an identity.
pub enum Arrived {
    /// Its user is signed in.
    SignedIn(Finished),
    /// Nobody has it: the visitor is asked for an account of before. The value, for this browser alone, names the question.
    Asked(String),
    /// Nobody has it, and an administrator must decide.
    Waits,
}

/// Signs in the user of an identity, or asks first who that is.
///
/// # Errors
/// Faults. [`Refused`] what the client is told.
pub async fn sign_in(
    cx: &Cx<'_>,
    authorization: &Authorization,
    identity: &Identity<'_>,
    ending: &OnPage<'_>,
) -> Result<std::result::Result<Arrived, Refused>> {
    let at = At {
        surface: Surface::Page,
        pool: &authorization.pool,
        client: &authorization.client,
        metadata: None,
    };
    let arrived = ask_or_arrive(cx, authorization, at, identity, ending).await;
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
        let source = identity.source();
        batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
            let batch = keep.link(batch, &provider.id, &old);
            keep.absent(
                batch,
                Entity::Link,
                &links::row_key(&provider.id, &source.key()),
                0,
            )
        });
        batch = provider_links::delete(batch, &pool.id, &provider.id, &old, &known.id);
        batch = source.insert(batch, pool, &known.id, cx.now());
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
        provider: provider.name.clone(),
    };
    let finished = driver::vouched(cx, at, vouched, ending).await;
    finished.map_err(refusal::of_sign_in)
}

/// Asks about an identity that nobody has, or signs its user in.
async fn ask_or_arrive(
    cx: &Cx<'_>,
    authorization: &Authorization,
    at: At<'_>,
    identity: &Identity<'_>,
    ending: &OnPage<'_>,
) -> std::result::Result<Arrived, refusal::Stop> {
    // A name that the pool cannot have is refused before anybody is asked.
    profile::username(at.pool, identity.provider, identity.subject)?;
    if let Some(asks) = ask(cx, authorization, identity).await? {
        return Ok(asks);
    }
    let finished = arrive(cx, at, identity, ending).await?;
    Ok(Arrived::SignedIn(finished))
}

/// Asks about an identity that nobody has, where the provider's policy says so.
async fn ask(
    cx: &Cx<'_>,
    authorization: &Authorization,
    identity: &Identity<'_>,
) -> std::result::Result<Option<Arrived>, refusal::Stop> {
    let (pool, policy) = (&authorization.pool, identity.provider.doc.linking);
    if policy == Linking::Never || identity.is_asked || owner(cx, pool, identity).await?.is_some() {
        return Ok(None);
    }
    let about = About {
        provider: identity.provider,
        subject: identity.subject,
        claims: identity.claims,
        tokens: identity.tokens,
        said: identity.said,
        login: identity.login,
        level: identity.level,
        once: identity.once,
    };
    Ok(match policy {
        Linking::Never => None,
        Linking::VerifiedEmail => {
            let handle = offer::ask(cx, authorization, &about).await?;
            handle.map(Arrived::Asked)
        }
        Linking::AdminApproval => {
            let waits = approval::ask(cx, authorization, &about).await?;
            waits.then_some(Arrived::Waits)
        }
    })
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
    if let Some(id) = links::owner(&cx.store, pool, provider, &key).await? {
        let user = User::by_id(&cx.store, pool, &id).await?;
        return Ok(Some((user.ok_or(Fault::Stale)?, Link::OfSubject)));
    }
    // As the provider is now: the first link by an attribute may be a minute old.
    let row = identity_providers::by_id(&cx.store, &pool.id, &provider.id).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let provider = Provider::open(pool, row)?;
    for attribute in &provider.doc.linked_by {
        let claim = provider.doc.mapping.get(attribute).unwrap_or(attribute);
        // As the provider says it: a function of the pool does not decide who signs in.
        let Some(value) = identity.claims.get(claim).map(text) else {
            continue;
        };
        let key = links::key(attribute, &value);
        if let Some(id) = links::owner(&cx.store, pool, &provider, &key).await? {
            let user = User::by_id(&cx.store, pool, &id).await?;
            let link = Link::By(attribute.clone(), value);
            return Ok(Some((user.ok_or(Fault::Stale)?, link)));
        }
    }
    Ok(None)
}

/// True if an identity may sign in where nobody can be asked: it has a user, or needs no administrator's word to get one.
///
/// # Errors
/// The store's.
pub(super) async fn may_arrive_unasked(
    cx: &Cx<'_>,
    pool: &Pool,
    identity: &Identity<'_>,
) -> Result<bool> {
    let decides = identity.provider.doc.linking == Linking::AdminApproval;
    Ok(!decides || owner(cx, pool, identity).await?.is_some())
}

/// True if the identity is that of a user who was disabled.
///
/// # Errors
/// The store's.
pub(super) async fn is_disabled(cx: &Cx<'_>, pool: &Pool, identity: &Identity<'_>) -> Result<bool> {
    let owner = owner(cx, pool, identity).await?;
    Ok(owner.is_some_and(|(user, _)| !user.enabled))
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
    let pauses = cx.pauses();
    pre_sign_up::of_external(cx, pool, origin, &user, &ValidationData::new()).await?;
    if cx.pauses() != pauses && owner(cx, pool, identity).await?.is_some() {
        // The function linked the identity: its sign-in goes on as that user, as at the service since 2023
        // (aws-amplify/amplify-cli#12874, aws-amplify/amplify-swift#2226).
        return Err(Fault::Stale.into());
    }
    (user.created, user.modified) = (cx.now(), cx.now());
    let batch = user::create(Batch::new(), pool, &user)?;
    let batch = guards::require_provider_exists(batch, &pool.id, &provider.id);
    let batch = identity.source().insert(batch, pool, &user.id, cx.now());
    // Where an administrator had said no.
    let request = linking::request_id(pool, &provider.id, subject);
    let batch = link_requests::forget(batch, &pool.id, &request);
    let batch = join_group(cx, batch, pool, provider, &user.id).await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    let step = Step {
        conflict: Box::new(|label| match label {
            label if refusal::is_linked(label) => Fault::Stale,
            FULL => {
                cx.memory().keep(NO_GROUP, ());
                Fault::Stale
            }
            other => users::aliases::conflict_of_new(cx, pool, false, other),
        }),
        then: Then::signed_up(origin, pool, &user),
        ..Step::new(basis, batch, ())
    };
    match step.commit(cx).await {
        // The same person's other sign-in was faster, and its user has the name.
        Err(Fault::Api(error))
            if error.code == ErrorCode::UsernameExists
                && owner(cx, pool, identity).await?.is_some() =>
        {
            Err(Fault::Stale.into())
        }
        committed => committed.map_err(|fault| refusal::of_creation(fault, username)),
    }
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
            let batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
                keep.absent(batch, Entity::Group, &row.group_id, 0)
            });
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
