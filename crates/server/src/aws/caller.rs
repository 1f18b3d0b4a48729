//! Who makes a signed call, and whether their policy lets them.

use std::sync::Arc;

use bytes::Bytes;
use cognate_access::judge::{self, DeniedCall};
use cognate_access::keys::{Key, Lookup};
use cognate_domain::{Caller, Cx};
use cognate_shapes::Op;
use http::request::Parts;
use serde_json::Value;

use crate::audit::refusals::CallerFacts;
use crate::aws::protocol::About;
use crate::aws::sigv4;
use crate::errors::{self, Refusal};
use crate::state::State;
use crate::worlds::place;

/// Returns what is signed of a request.
pub fn received<'a>(about: &'a About, parts: &'a Parts, body: &'a [u8]) -> sigv4::SignedParts<'a> {
    sigv4::SignedParts {
        path: place::signed_path(parts),
        query: parts.uri.query().unwrap_or(""),
        headers: &parts.headers,
        host: &about.host.text,
        body,
    }
}

/// A right signature.
pub struct Signature {
    /// The caller.
    pub caller: Caller,
    /// None for an unknown key, which `dev` treats as the root's.
    pub key: Option<Arc<Key>>,
}

/// Verifies the signature of a request for a service. `seen` collects what is known of the caller on the way.
///
/// # Errors
/// The refusal.
pub async fn proven<'a>(
    state: &State,
    about: &'a About,
    (parts, body): (&'a Parts, &'a Bytes),
    service: &'static str,
    seen: &mut CallerFacts<'a>,
) -> Result<Signature, Refusal> {
    if !state
        .origins
        .may_administer(about.tls, &about.host.host, &parts.headers)
    {
        return Err(errors::foreign_page());
    }
    let request = received(about, parts, body);
    let claim = sigv4::claim(&request, service, state.app.clock.wall())?;
    seen.key_id = Some(claim.key_id);
    let signed = |key| Signature {
        caller: Caller::Key {
            id: claim.key_id.to_owned(),
            region: claim.region.to_owned(),
        },
        key,
    };
    let key = state.keys.find(&state.app, claim.key_id).await.map_err(|error| {
        tracing::error!(request_id = %about.request_id, %error, "an access key could not be read");
        errors::internal()
    })?;
    seen.known = !matches!(key, Lookup::Unknown);
    let key = match key {
        Lookup::Enabled(key) => key,
        // The one relaxation of `dev` (design decision 1): an unknown key is the root's.
        Lookup::Unknown if state.origins.dev => return Ok(signed(None)),
        Lookup::Unknown | Lookup::Disabled => return Err(errors::unrecognized_client()),
    };
    // Only temporary credentials have a session token, and this server issues none.
    if claim.session_token {
        return Err(errors::unrecognized_client());
    }
    claim.verify(&request, &key)?;
    seen.proven = true;
    Ok(signed(Some(key)))
}

/// Asks the signer's policy about the call.
///
/// # Errors
/// The refusal.
pub async fn allowed(
    state: &State,
    about: &About,
    op: Op,
    input: &Value,
    signature: &Signature,
) -> Result<(), Refusal> {
    let Some(key) = &signature.key else {
        return Ok(());
    };
    let (caller, client) = (signature.caller.clone(), about.client.clone());
    let cx = Cx::new(&state.app, op, caller, client, about.request_id.clone());
    // On the heap: the root has no policy, and its requests would have to move the state.
    let judged = Box::pin(judge::judge(&cx, &key.grant, op, input)).await;
    let verdict = judged.map_err(|fault| {
        tracing::error!(request_id = %about.request_id, ?fault, "the pool of a call could not be read");
        errors::internal()
    })?;
    verdict.map_err(|DeniedCall { resource, denial }| {
        tracing::info!(request_id = %about.request_id, key = key.arn, operation = op.name(), "policy refused");
        errors::access_denied(&key.arn, op.name(), &resource, denial)
    })
}
