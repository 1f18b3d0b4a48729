//! The sender of messages. `domain` words a message, chooses its recipient and keeps it in the batch of the change that
//! it reports; an implementation of [`Courier`] delivers it from there to the user.

use std::pin::Pin;
use std::sync::Arc;

use cognate_shapes::DeliveryMediumType;

use crate::records::pool::Pool;
use crate::records::risk::NotifySender;

/// A message on its way. Without `Debug`, since it holds a code or a password.
#[derive(Clone)]
pub struct Outgoing {
    /// The message's id: the same in every try, so that a receiver can recognise a repetition.
    pub id: String,
    /// E-mail or text message.
    pub medium: DeliveryMediumType,
    /// Address or number.
    pub to: String,
    /// The user name.
    pub username: String,
    /// The user's `sub`.
    pub user_id: String,
    /// Why it is sent: `sign_up`, `forgot_password` and so on.
    pub kind: String,
    /// E-mail only.
    pub subject: Option<String>,
    /// The text; HTML in e-mails.
    pub body: String,
    /// An e-mail's text for readers without HTML; None = made of the HTML.
    pub text: Option<String>,
    /// The code or temporary password in it; empty without one.
    pub code: String,
    /// E-mail only: who sends it, in the place of the pool's EmailConfiguration.
    pub sender: Option<NotifySender>,
}

/// A message that a sender has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The sender: `smtp`, `ses`, `sns`, `sms-voice`, `webhook`.
    pub sender: String,
    /// The id that the sender gave it.
    pub id: Option<String>,
}

/// Why a message was not delivered. The text is for the log and holds neither message nor secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDelivered {
    /// Another try may succeed: the sender is down, slow, or asks to come back.
    Later(String),
    /// No try will succeed: the recipient or the message is refused.
    Never(String),
}

/// A delivery that runs.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<Receipt, NotDelivered>> + Send + 'a>>;

/// Delivers messages that were committed.
pub trait Courier: Send + Sync {
    /// True if messages of the pool can be sent by this medium.
    fn sends(&self, pool: &Pool, medium: DeliveryMediumType) -> bool;

    /// As [`Courier::sends`], for an e-mail of another sender than the pool's.
    fn sends_as(&self, pool: &Pool, sender: &NotifySender) -> bool {
        let _ = sender;
        self.sends(pool, DeliveryMediumType::Email)
    }

    /// Delivers a message as the pool's EmailConfiguration and SmsConfiguration say. One call tries each sender once, in
    /// bounded time.
    fn deliver<'a>(&'a self, pool: &'a Pool, message: &'a Outgoing) -> Delivering<'a>;
}

impl<C: Courier + ?Sized> Courier for Arc<C> {
    fn sends(&self, pool: &Pool, medium: DeliveryMediumType) -> bool {
        (**self).sends(pool, medium)
    }

    fn sends_as(&self, pool: &Pool, sender: &NotifySender) -> bool {
        (**self).sends_as(pool, sender)
    }

    fn deliver<'a>(&'a self, pool: &'a Pool, message: &'a Outgoing) -> Delivering<'a> {
        (**self).deliver(pool, message)
    }
}
