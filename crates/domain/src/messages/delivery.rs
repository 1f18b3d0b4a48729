//! The sending of every message: the sender is asked for, the pool's function may word the message, and the message is
//! put into the batch of the change that it reports.
//!
//! An unknown name gets a decoy at the same cost: a message that is given up at once. No function is called for it, but it
//! takes as long as if one were (decision 013).

use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;

use crate::app::Mode;
use crate::app::functions::Trigger;
use crate::app::gate::Guard;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::account::Account;
use crate::messages::origin::Origin;
use crate::messages::outbox::{self, Parcel};
use crate::messages::render::{Rendered, Values, render};
use crate::messages::template::Content;
use crate::messages::words::{self, Words};
use crate::messages::{Body, Destination, Reason, custom_sender, links};
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

    fn content(&self, pool: &Pool) -> Content {
        let has_secret = !self.secret.is_empty();
        Content::of(pool, self.destination.medium(), self.reason, has_secret)
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
/// InvalidParameterException for a text message of a pool without SmsConfiguration (admin.md 4.6). A pool whose own
/// function sends by this medium needs neither.
pub fn require_sender(cx: &Cx<'_>, pool: &Pool, medium: DeliveryMediumType) -> Result<()> {
    if custom_sender::of(pool, medium).is_some() {
        return Ok(());
    }
    if medium == DeliveryMediumType::Sms && pool.doc.sms_configuration.is_none() {
        return Err(errors::users::no_sms_configuration().into());
    }
    if cx.settings.mode == Mode::Dev || outbox::is_sent(cx, pool, medium) {
        Ok(())
    } else {
        Err(errors::users::delivery_failed(cx.action, medium).into())
    }
}

/// Calls CustomMessage, the pool's function that words a message to a user: once in an action for each user; for
/// changed attributes, once for each of them. For a decoy nothing is called, and the action waits as long as a call
/// takes.
///
/// # Errors
/// The refusals of the function; those of [`Cx::pause`].
pub async fn ask<'g>(
    cx: &Cx<'_>,
    pool: &Pool,
    guard: Option<Guard<'g>>,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
) -> Result<(Option<Words>, Option<Guard<'g>>)> {
    let trigger = Trigger::CustomMessage;
    let reason = envelope.reason;
    let key = envelope.account.key();
    let subject = match reason {
        Reason::UpdateUserAttribute => {
            format!("{key}/{}", envelope.destination.contact.attribute())
        }
        _ => key.to_owned(),
    };
    let source = reason.source(trigger);
    let Some(user) = envelope.account.user().filter(|_| !envelope.is_decoy()) else {
        let guard = cx.pretend(guard, pool, &subject, trigger, source).await?;
        return Ok((None, guard));
    };
    let event = words::ask(origin.event(trigger, source, pool, user), reason);
    let (response, guard) = cx.trigger(guard, pool, &subject, &event).await?;
    let words = response.as_ref().map(Words::read).transpose()?;
    Ok((words, guard))
}

/// Words a message by the pool's function, as far as that did, else by the pool's templates. Runs of one action make
/// the same message. Not for messages with a link, which [`prepare`] makes.
///
/// # Errors
/// [`require_sender`]; InvalidParameterException for words of the function that cannot be sent.
pub fn compose(
    cx: &Cx<'_>,
    pool: &Pool,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
    words: Option<&Words>,
) -> Result<Prepared> {
    write(cx, pool, envelope, origin, words, "")
}

/// [`ask`] and [`compose`], for an action that holds no lock.
///
/// # Errors
/// Theirs; InvalidParameterException when the pool confirms by links and has no domain for them (admin.md 4.3).
pub async fn prepare(
    cx: &Cx<'_>,
    pool: &Pool,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
) -> Result<Prepared> {
    require_sender(cx, pool, envelope.destination.medium())?;
    let link = match envelope.content(pool) {
        Content::Link => {
            let client = origin.client_id.unwrap_or_default();
            let (name, code) = (envelope.account.name(), envelope.secret);
            links::confirmation(cx, pool, client, name, code).await?
        }
        _ => String::new(),
    };
    let (words, _) = ask(cx, pool, None, envelope, origin).await?;
    write(cx, pool, envelope, origin, words.as_ref(), &link)
}

fn write(
    cx: &Cx<'_>,
    pool: &Pool,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
    words: Option<&Words>,
    link: &str,
) -> Result<Prepared> {
    let medium = envelope.destination.medium();
    require_sender(cx, pool, medium)?;
    let content = envelope.content(pool);
    let template = content.template(pool, medium);
    let template = match words {
        Some(words) => words.over(template, content, medium)?,
        None => template,
    };
    let values = Values {
        code: envelope.secret,
        username: match envelope.reason {
            Reason::AdminCreateUser { login } => login,
            _ => envelope.account.name(),
        },
        link,
    };
    let rendered = render(&template, content, medium, values);
    Ok(Prepared(enqueue(cx, pool, envelope, origin, rendered)?))
}

/// Returns the batch that counts a message and keeps it for its sender, or a decoy until its secret would end.
fn enqueue(
    cx: &Cx<'_>,
    pool: &Pool,
    envelope: &Envelope<'_>,
    origin: Origin<'_>,
    rendered: Rendered,
) -> Result<Batch> {
    let (account, destination, reason) = (envelope.account, envelope.destination, envelope.reason);
    let own = custom_sender::of(pool, destination.medium());
    let program = &cx.client_info.user_agent;
    let event = own.map(|trigger| {
        custom_sender::event(pool, trigger, account, destination, reason, origin, program)
    });
    let body = Body {
        user: envelope.decoy.unwrap_or(account.name()).to_owned(),
        to: destination.value.clone(),
        channel: destination.medium().as_str().to_owned(),
        kind: reason.as_str().to_owned(),
        subject: rendered.subject,
        body: rendered.body,
        code: envelope.secret.to_owned(),
        text: None,
        sender: None,
        event: None,
    };
    let parcel = Parcel {
        account: account.key(),
        destination,
        kind: reason.as_str(),
        expires: envelope.expires,
        decoy: envelope.is_decoy(),
        body,
        event,
    };
    outbox::append(cx, pool, parcel)
}
