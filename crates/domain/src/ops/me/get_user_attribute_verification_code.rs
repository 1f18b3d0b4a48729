//! GetUserAttributeVerificationCode: sends a code that verifies the user's e-mail address or phone number, or the new
//! value that waits for its verification (auth.md 2.7, 6.7).

use cognate_shapes::{
    GetUserAttributeVerificationCodeRequest, GetUserAttributeVerificationCodeResponse,
};
use cognate_store::Batch;

use crate::attempts::{self, Subject};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Destination, Kind};
use crate::records::user::User;
use crate::tokens::verify;
use crate::users::verification;

/// Requests per user and hour (auth.md 2.7).
const LIMIT: i64 = 5;

/// GetUserAttributeVerificationCode.
///
/// # Errors
/// The texts of access tokens, and those of auth.md 6.7.
pub async fn get_user_attribute_verification_code(
    cx: &Cx<'_>,
    input: GetUserAttributeVerificationCodeRequest,
) -> Result<GetUserAttributeVerificationCodeResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let contact = Contact::of_attribute(&input.attribute_name)
        .ok_or_else(errors::users::only_contacts_are_verified)?;
    let destination = newest(user, contact)
        .ok_or_else(|| errors::users::no_contact_registered(contact.attribute()))?;
    messages::require_courier(cx, pool, destination.medium())?;
    let subject = Subject::known(&user.id);
    attempts::take(cx, pool, &subject, "attribute_code", LIMIT).await?;

    let kind = Kind::VerifyUserAttribute;
    let batch = verification::send(cx, Batch::new(), pool, user, &destination, kind)?;
    cx.commit(batch, |_| Fault::Stale).await?;
    messages::posted(cx);
    Ok(GetUserAttributeVerificationCodeResponse {
        code_delivery_details: Some(destination.details()),
    })
}

/// The value that waits, else the one that counts.
fn newest(user: &User, contact: Contact) -> Option<Destination> {
    match user.doc.pending.get(contact.attribute()) {
        Some(value) => Some(Destination {
            contact,
            value: value.clone(),
        }),
        None => Destination::of(user, contact),
    }
}
