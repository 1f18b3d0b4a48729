//! Another code for a sign-up that is not confirmed yet (auth.md 2.7, 6.3).

use std::collections::BTreeMap;

use cognate_shapes::{EventResponseType, EventType, UserStatusType};
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step};
use crate::accounts::{Limit, PublicCall};
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::messages::{Account, Delivery, Destination, Origin, Reason, destination};
use crate::records::pool::Pool;
use crate::signin::event::AuthEvent;
use crate::users::codes::{self, Purpose, Sending};

/// auth.md 2.7.
const LIMIT: Limit = Limit {
    kind: "resend_code",
    most: 5,
};

/// A request for another code.
pub struct AnotherCode<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The user name.
    pub username: &'a str,
    /// The client's proof over the user name.
    pub proof: Option<&'a str>,
    /// ClientMetadata for the functions of triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// Sends another code, which replaces the one before; returns where it went.
///
/// # Errors
/// The texts of auth.md 6.3.
pub async fn resend_code(cx: &Cx<'_>, input: &AnotherCode<'_>) -> Result<Delivery> {
    let call = PublicCall::open(cx, input.client_id, input.username, input.proof).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    let contacts = destination::auto_verified(pool);
    if contacts.is_empty() {
        return Err(errors::users::auto_verification_off().into());
    }
    let account = call.account(cx, LIMIT).await?;
    let destination = choose(pool, &contacts, &account)?;

    let origin = Origin::of_client(&client.id, input.metadata);
    let reason = Reason::ResendCode;
    let sending = Sending::new(&account, Purpose::SignUp, &destination, reason);
    let code = codes::prepare(cx, pool, &sending, origin).await?;
    let batch = code.into_batch(Batch::new());
    let event = AuthEvent::of_account(
        EventType::ResendCode,
        EventResponseType::Pass,
        account.user(),
        &account.subject(),
    );
    let batch = event.append_if_watched(cx, pool, client, batch)?;
    let basis = basis.with_user(account.user());
    let step = Step::new(basis, batch, destination.delivery());
    step.commit(cx).await
}

/// Returns where the code goes, or seems to go.
fn choose(pool: &Pool, contacts: &[Contact], account: &Account<'_>) -> Result<Destination> {
    let Some(user) = account.user() else {
        let decoy = Destination::pretend(pool, contacts, account.name());
        return decoy.ok_or_else(|| errors::users::auto_verification_off().into());
    };
    if user.status != UserStatusType::Unconfirmed {
        return Err(errors::users::already_confirmed().into());
    }
    let destination = contacts
        .iter()
        .find_map(|contact| Destination::of(user, *contact));
    destination.ok_or_else(|| errors::users::no_contact_to_confirm().into())
}
