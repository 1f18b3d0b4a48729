//! The sending of every message: the sender is asked for, the pool's function may word the message, and the message is
//! put into the batch of the change that it reports.
//!
//! An unknown name gets a decoy at the same cost: a message that is given up at once. No function is called for it.

use cognate_crypto::random;
use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;
use cognate_store::tables::messages::{self as table, Fate, GIVEN_UP, IN_INBOX, KEPT, MessageRow};

use crate::app::Mode;
use crate::app::functions::Trigger;
use crate::app::gate::Guard;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::account::Account;
use crate::messages::origin::Origin;
use crate::messages::render::{self, Rendered};
use crate::messages::{Body, Destination, Reason, context};
use crate::records::pool::Pool;

/// A message that is to be sent.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    /// The account that it is for.
    pub account: &'a Account<'a>,
    /// For a user who must get nothing and look like one who does: the name by which the decoy calls them.
    pub decoy: Option<&'a str>,
    /// Address or number.
    pub destination: &'a Destination,
    /// Why it is sent.
    pub reason: Reason<'a>,
    /// The code or temporary password in it; empty without one.
    pub secret: &'a str,
    /// The end of that secret, in microseconds: a decoy is kept no longer.
    pub expires: i64,
}

impl Envelope<'_> {
    fn is_decoy(&self) -> bool {
        self.decoy.is_some() || self.account.user().is_none()
    }
}

/// A message, with the code in it, that was worded and goes into a batch.
#[must_use = "a message is sent by the batch that it is put into"]
pub struct Prepared(Batch);

impl Prepared {
    /// Returns the same message, whose batch does `first` before.
    pub(crate) fn after(self, first: Batch) -> Self {
        Self(first.extend(self.0))
    }

    /// Adds the message to the batch of the change that it reports.
    pub fn into_batch(self, batch: Batch) -> Batch {
        batch.extend(self.0)
    }
}

/// Refuses when no sender delivers messages by this medium.
///
/// # Errors
/// CodeDeliveryFailureException (or what the operation declares) in `serve` without a sender;
/// InvalidParameterException for a text message of a pool without SmsConfiguration (admin.md 4.6).
pub fn require_sender(cx: &Cx<'_>, pool: &Pool, medium: DeliveryMediumType) -> Result<()> {
    if medium == DeliveryMediumType::Sms && pool.doc.sms_configuration.is_none() {
        return Err(errors::users::no_sms_configuration().into());
    }
    let sends = match cx.settings.mode {
        Mode::Dev => true,
        Mode::Serve => cx
            .courier
            .get()
            .is_some_and(|courier| courier.sends(pool, medium)),
    };
    if sends {
        Ok(())
    } else {
        Err(errors::users::delivery_failed(cx.action, medium).into())
    }
}

/// Calls CustomMessage, the pool's function that words a message to a user: once in an action for each user; for
/// changed attributes, once for each of them. The words are not used yet.
///
/// # Errors
/// The refusals of the function; those of [`Cx::pause`].
pub async fn ask<'g>(
    cx: &Cx<'_>,
    pool: &Pool,
    guard: Option<Guard<'g>>,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
) -> Result<(Option<Response>, Option<Guard<'g>>)> {
    let Some(user) = envelope.account.user().filter(|_| !envelope.is_decoy()) else {
        return Ok((None, guard));
    };
    let trigger = Trigger::CustomMessage;
    let event = origin.event(trigger, envelope.reason.source(trigger), user);
    let subject = match envelope.reason {
        Reason::UpdateUserAttribute => {
            format!("{}/{}", user.id, envelope.destination.contact.attribute())
        }
        _ => user.id.clone(),
    };
    cx.trigger(guard, pool, &subject, &event).await
}

/// Words a message by the pool's templates. Runs of one action make the same message.
///
/// # Errors
/// [`require_sender`]; InvalidParameterException when the pool confirms by links and has no domain for them.
pub fn compose(cx: &Cx<'_>, pool: &Pool, envelope: &Envelope<'_>) -> Result<Prepared> {
    require_sender(cx, pool, envelope.destination.medium())?;
    let rendered = words(pool, envelope)?;
    Ok(Prepared(enqueue(cx, pool, envelope, rendered)?))
}

/// [`ask`] and [`compose`], for an action that holds no lock.
///
/// # Errors
/// Theirs.
pub async fn prepare(
    cx: &Cx<'_>,
    pool: &Pool,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
) -> Result<Prepared> {
    require_sender(cx, pool, envelope.destination.medium())?;
    let _words = ask(cx, pool, None, envelope, origin).await?;
    compose(cx, pool, envelope)
}

fn words(pool: &Pool, envelope: &Envelope<'_>) -> Result<Rendered> {
    let medium = envelope.destination.medium();
    let secret = envelope.secret;
    Ok(match envelope.reason {
        Reason::SignUp | Reason::ResendCode => render::confirmation(pool, medium, secret)?,
        Reason::ForgotPassword | Reason::UpdateUserAttribute | Reason::VerifyUserAttribute => {
            render::verification(pool, medium, secret)
        }
        Reason::Authentication => render::authentication(pool, medium, secret),
        Reason::AdminCreateUser { login } if secret.is_empty() => {
            render::invitation_without_password(pool, medium, login)
        }
        Reason::AdminCreateUser { login } => render::invitation(pool, medium, login, secret),
    })
}

/// Returns the batch that keeps a message for its sender, or a decoy until its secret would end.
fn enqueue(cx: &Cx<'_>, pool: &Pool, envelope: &Envelope<'_>, rendered: Rendered) -> Result<Batch> {
    let (to, reason) = (&envelope.destination.value, envelope.reason.as_str());
    let key = envelope.account.key();
    // The clock first: ids grow with time, the rest keeps two messages of one microsecond apart.
    let (message_id, created) = cx
        .memory()
        .once(&format!("message {reason}\n{key}\n{to}"), || {
            let created = cx.clock.service();
            let rest = random::alphanumeric(8, b"0123456789abcdef");
            (format!("{created:016x}-{rest}"), created)
        });
    let fate = if envelope.is_decoy() {
        Fate {
            state: GIVEN_UP,
            due: envelope.expires,
        }
    } else {
        Fate {
            state: IN_INBOX,
            due: created.saturating_add(KEPT),
        }
    };
    let body = Body {
        user: envelope.decoy.unwrap_or(envelope.account.name()).to_owned(),
        to: to.clone(),
        channel: envelope.destination.medium().as_str().to_owned(),
        kind: reason.to_owned(),
        subject: rendered.subject,
        body: rendered.body,
        code: envelope.secret.to_owned(),
    };
    let sealed = pool
        .key
        .seal(&context(&pool.id, &message_id), &serde_json::to_vec(&body)?);
    let row = MessageRow {
        pool_id: pool.id.clone(),
        message_id,
        user_id: key.to_owned(),
        sealed,
        created,
    };
    Ok(table::insert(Batch::new(), row, fate))
}
