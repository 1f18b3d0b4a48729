//! The message that tells new users how to sign in: the invitation by an administrator, and the welcome of users whom a
//! function brought from another directory (admin.md 2.2, 3.4).

use cognate_crypto::secret::SecretString;
use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::messages::delivery::{self, Envelope, require_sender};
use crate::messages::{Account, Destination, Origin, Reason};
use crate::records::pool::Pool;
use crate::records::user::User;

/// Returns the destinations of an invitation. Media that were asked for need their attribute; without a wish it is a
/// text message if that can be, else an e-mail, else nothing.
///
/// # Errors
/// InvalidParameterException when none of the media that were asked for has its attribute.
pub fn destinations(
    pool: &Pool,
    user: &User,
    desired: &[DeliveryMediumType],
) -> Result<Vec<Destination>> {
    let by = |medium: DeliveryMediumType| match medium {
        DeliveryMediumType::Sms => Destination::of(user, Contact::PhoneNumber),
        DeliveryMediumType::Email => Destination::of(user, Contact::Email),
    };
    if desired.is_empty() {
        let text = by(DeliveryMediumType::Sms);
        let email = by(DeliveryMediumType::Email);
        let can_text = pool.doc.sms_configuration.is_some() || email.is_none();
        return Ok(text.filter(|_| can_text).or(email).into_iter().collect());
    }
    let mut list: Vec<Destination> = Vec::new();
    for destination in desired.iter().filter_map(|medium| by(*medium)) {
        if !list.contains(&destination) {
            list.push(destination);
        }
    }
    if list.is_empty() {
        Err(errors::users::no_desired_medium().into())
    } else {
        Ok(list)
    }
}

/// Refuses when one of the destinations cannot be reached.
///
/// # Errors
/// [`require_sender`].
pub fn require_senders(cx: &Cx<'_>, pool: &Pool, destinations: &[Destination]) -> Result<()> {
    destinations
        .iter()
        .try_for_each(|destination| require_sender(cx, pool, destination.medium()))
}

/// The message to a new user.
pub struct Invitation<'a> {
    /// The name to sign in with.
    pub login: &'a str,
    /// The temporary password; None for users who need none or have their own.
    pub temporary: Option<&'a SecretString>,
    /// The destinations; none for no message.
    pub destinations: &'a [Destination],
    /// The origin of the request, for the functions of triggers.
    pub origin: Origin<'a>,
}

impl Invitation<'_> {
    /// Adds the messages to the batch that creates or changes the user. For an action that holds no lock.
    ///
    /// # Errors
    /// [`delivery::prepare`].
    pub async fn send(
        &self,
        cx: &Cx<'_>,
        mut batch: Batch,
        pool: &Pool,
        user: &User,
    ) -> Result<Batch> {
        let account = Account::of(user);
        for destination in self.destinations {
            let envelope = Envelope {
                account: &account,
                decoy: None,
                destination,
                reason: Reason::AdminCreateUser { login: self.login },
                secret: self.temporary.map_or("", |text| text.expose().as_str()),
                expires: user.doc.temporary_until.unwrap_or(cx.now()),
            };
            let message = delivery::prepare(cx, pool, &envelope, self.origin).await?;
            batch = message.into_batch(batch);
        }
        Ok(batch)
    }
}
