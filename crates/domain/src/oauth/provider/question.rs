//! The two answers to the question of a first sign-in (decision 015): the visitor proved to be a user of the pool, or goes on
//! without one.

use cognate_shapes::UserStatusType;
use cognate_store::Batch;
use cognate_store::tables::{guards, link_offers};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::facts::contact::Contact;
use crate::oauth::authorization::Authorization;
use crate::oauth::hosted::{Finished, OnPage};
use crate::oauth::provider::arrival::{self, Arrived, Identity};
use crate::oauth::provider::offer;
use crate::oauth::provider::refusal::Refused;
use crate::records::user::User;
use crate::resources::providers::linking;
use crate::resources::providers::links::{self, SUBJECT, Source};

/// The end of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proven {
    /// The identity signs in as the user from now on.
    Linked,
    /// The user who was proven is not the one whose address the provider vouches for, or not alone with it.
    NotThatUser,
    /// The user has as many links as there may be.
    Full,
    /// The question is over, or the identity has another user by now.
    Over,
}

/// Links the identity of a question to a user who has just signed in, every factor included, in the browser that was
/// asked. What counts is the user as they are now.
///
/// # Errors
/// Faults.
pub async fn connect(
    cx: &Cx<'_>,
    authorization: &Authorization,
    handle: &str,
    user_id: &str,
) -> Result<Proven> {
    let pool = &*authorization.pool;
    let Some(offer) = offer::find(cx, authorization, handle).await? else {
        return Ok(Proven::Over);
    };
    let source = Source {
        provider: &offer.provider,
        attribute: SUBJECT,
        value: &offer.told.subject,
    };
    match links::owner(&cx.store, pool, &offer.provider, &source.key()).await? {
        // Another tab of the same person was faster.
        Some(owner) if owner == user_id => return Ok(Proven::Linked),
        Some(_) => return Ok(Proven::Over),
        None => {}
    }
    let Some(user) = holder(cx, authorization, &offer.told.address, user_id).await? else {
        return Ok(Proven::NotThatUser);
    };
    let batch = link_offers::take(Batch::new(), &pool.id, &offer.key);
    let (provider, id) = (&offer.provider, &offer.provider.id);
    // The policy is what it was, too.
    let batch = guards::require_provider_unchanged(batch, &pool.id, id, provider.ver);
    let linked = source.link(&cx.store, pool, &user, cx.now(), batch).await;
    let batch = match linked {
        Err(Fault::Api(_)) => return Ok(Proven::Full),
        other => other?,
    };
    let entry = Entry {
        address: &cx.client_info.ip,
        request_id: Some(&cx.request_id),
        ..linking::linked(&user.id, &provider.name)
    };
    let batch = entry.append(batch, &pool.id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(Proven::Linked)
}

/// Returns the user who signed in, if the address is theirs alone.
async fn holder(
    cx: &Cx<'_>,
    authorization: &Authorization,
    address: &str,
    user_id: &str,
) -> Result<Option<User>> {
    let pool = &authorization.pool;
    let user = links::holder(&cx.store, pool, address).await?;
    let fits = |user: &User| {
        user.id == user_id
            && user.enabled
            && user.status == UserStatusType::Confirmed
            && user.verified(Contact::Email.attribute())
    };
    Ok(user.filter(fits))
}

/// Goes on without an account of before: the identity gets a user of its own, as under the policy `never`. The question is
/// used up first.
///
/// # Errors
/// Faults. [`Refused`] for the client; None if the question is over.
pub async fn decline(
    cx: &Cx<'_>,
    authorization: &Authorization,
    handle: &str,
    ending: &OnPage<'_>,
) -> Result<Option<std::result::Result<Finished, Refused>>> {
    /// The memory of a question that this request used up.
    const TAKEN: &str = "declined link offer";
    let taken = cx.memory().get::<std::sync::Arc<offer::Offer>>(TAKEN);
    let offer = match taken {
        Some(offer) => offer,
        None => {
            let Some(offer) = offer::find(cx, authorization, handle).await? else {
                return Ok(None);
            };
            if !offer::take(cx, &authorization.pool, &offer).await? {
                return Ok(None);
            }
            let offer = std::sync::Arc::new(offer);
            cx.memory().keep(TAKEN, offer.clone());
            offer
        }
    };
    let identity = Identity {
        provider: &offer.provider,
        subject: &offer.told.subject,
        claims: &offer.told.claims,
        tokens: &offer.told.tokens,
        said: offer.told.said(),
        login: offer.told.login.as_ref(),
        level: offer.told.level,
        once: None,
        is_asked: true,
    };
    match arrival::sign_in(cx, authorization, &identity, ending).await? {
        Ok(Arrived::SignedIn(finished)) => Ok(Some(Ok(finished))),
        // Nobody is asked twice.
        Ok(Arrived::Asked(_) | Arrived::Waits) => Ok(None),
        Err(refused) => Ok(Some(Err(refused))),
    }
}
