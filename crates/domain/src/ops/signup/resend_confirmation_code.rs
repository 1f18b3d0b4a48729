//! ResendConfirmationCode: another code for a sign-up that is not confirmed yet (auth.md 2.7, 6.3).

use cognate_shapes::{
    ResendConfirmationCodeRequest, ResendConfirmationCodeResponse, UserStatusType,
};
use cognate_store::Batch;

use crate::attempts;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Destination, Kind, destination, render};
use crate::records::pool::Pool;
use crate::signin::secret_hash;
use crate::users::codes::{self, Code, Dispatch, Purpose};
use crate::users::named::Named;

/// Requests per user and hour (auth.md 2.7).
const LIMIT: i64 = 5;

/// ResendConfirmationCode.
pub async fn resend_confirmation_code(
    cx: &Cx<'_>,
    input: ResendConfirmationCodeRequest,
) -> Result<ResendConfirmationCodeResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    secret_hash::check(&client, &input.username, input.secret_hash.as_deref())?;
    let contacts = destination::auto_verified(&pool);
    if contacts.is_empty() {
        return Err(errors::users::auto_verification_off().into());
    }
    let named = Named::find(cx, &pool, &client, &input.username).await?;
    attempts::take(cx, &pool, &named.subject, "resend_code", LIMIT).await?;
    let destination = choose(&pool, &contacts, &named, &input.username)?;
    messages::require_courier(cx, &pool, destination.medium())?;

    let code = Code::to(&destination);
    let dispatch = Dispatch {
        owner: named.owner(),
        name: match &named.user {
            Some(user) => &user.username,
            None => &input.username,
        },
        purpose: Purpose::SignUp,
        code: &code,
        destination: &destination,
        kind: Kind::ResendCode,
        rendered: render::confirmation(&pool, destination.medium(), &code.digits)?,
    };
    let batch = codes::send(cx, Batch::new(), &pool, dispatch)?;
    cx.commit(batch, |_| Fault::Stale).await?;
    messages::posted(cx);
    Ok(ResendConfirmationCodeResponse {
        code_delivery_details: Some(destination.details()),
    })
}

/// Where the code goes, or seems to go.
fn choose(pool: &Pool, contacts: &[Contact], named: &Named, name: &str) -> Result<Destination> {
    let Some(user) = &named.user else {
        let pretended = Destination::pretend(pool, contacts, name);
        return pretended.ok_or_else(|| errors::users::auto_verification_off().into());
    };
    if user.status != UserStatusType::Unconfirmed {
        return Err(errors::users::already_confirmed().into());
    }
    let destination = contacts
        .iter()
        .find_map(|contact| Destination::of(user, *contact));
    destination.ok_or_else(|| errors::users::no_contact_to_confirm().into())
}
