//! Messages to users: which way they go, what they say, and where they are put (design decision 10).
//!
//! A message is rendered before anything is written and stands in the batch of the change that it tells of. `dev` keeps
//! it in its inbox; `serve` has no sender yet and refuses before anything is created that could not be completed.

pub mod destination;
pub mod inbox;
pub mod render;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_shapes::DeliveryMediumType;
use cognate_store::Batch;
use cognate_store::tables::messages::{self as table, Fate, GIVEN_UP, IN_INBOX, KEPT, MessageRow};
use serde::{Deserialize, Serialize};

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::pool::Pool;

pub use destination::Destination;
pub use render::Rendered;

/// Why a message is sent; the inbox shows the API-like name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The code of a sign-up.
    SignUp,
    /// Another code for the same sign-up.
    ResendCode,
    /// The code for a new password.
    ForgotPassword,
    /// The invitation with the temporary password.
    AdminCreateUser,
    /// The code that verifies a new value of an attribute.
    UpdateUserAttribute,
    /// The code that verifies an attribute, asked for by the user.
    VerifyUserAttribute,
    /// The code of a step of a sign-in.
    Authentication,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::ResendCode => "resend_code",
            Self::ForgotPassword => "forgot_password",
            Self::AdminCreateUser => "admin_create_user",
            Self::UpdateUserAttribute => "update_user_attribute",
            Self::VerifyUserAttribute => "verify_user_attribute",
            Self::Authentication => "authentication",
        }
    }
}

/// What is sealed in the row.
#[derive(Serialize, Deserialize)]
struct Body {
    user: String,
    to: String,
    channel: String,
    kind: String,
    subject: Option<String>,
    body: String,
    code: String,
}

/// Who a message is for.
#[derive(Clone, Copy)]
pub enum Addressee<'a> {
    /// A user: id and user name.
    User(&'a str, &'a str),
    /// Nobody, at the cost of a user: the pseudonym of a name that nobody has, and that name. The message is given up.
    Nobody(&'a str, &'a str),
}

/// A message on its way into a batch.
pub struct Message<'a> {
    /// Who it is for.
    pub addressee: Addressee<'a>,
    /// Address or number.
    pub destination: &'a Destination,
    /// Why it is sent.
    pub kind: Kind,
    /// What it says.
    pub rendered: Rendered,
    /// The code or temporary password in it.
    pub code: &'a str,
    /// The end of that code, in microseconds: a message that is given up is kept no longer.
    pub expires: i64,
}

/// Refuses when nobody would deliver a message by this medium.
///
/// # Errors
/// CodeDeliveryFailureException (or what the operation declares) in `serve`, which has no sender; InvalidParameterException for a text message of a pool
/// without SmsConfiguration (admin.md 4.6).
pub fn require_courier(cx: &Cx<'_>, pool: &Pool, medium: DeliveryMediumType) -> Result<()> {
    if medium == DeliveryMediumType::Sms && pool.doc.sms_configuration.is_none() {
        return Err(errors::users::no_sms_configuration().into());
    }
    match cx.settings.mode {
        Mode::Dev => Ok(()),
        Mode::Serve => Err(errors::users::delivery_failed(cx.action, medium).into()),
    }
}

/// Adds a message to the batch of the change that it tells of. After the commit, call [`posted`].
pub fn post(cx: &Cx<'_>, batch: Batch, pool: &Pool, message: Message<'_>) -> Result<Batch> {
    // The clock first: ids grow with time, the rest keeps two messages of one microsecond apart.
    let created = cx.clock.service();
    let (user_id, user, fate) = match message.addressee {
        Addressee::User(id, name) => {
            let due = created.saturating_add(KEPT);
            let state = IN_INBOX;
            (id, name, Fate { state, due })
        }
        Addressee::Nobody(pseudonym, name) => {
            let due = message.expires;
            let state = GIVEN_UP;
            (pseudonym, name, Fate { state, due })
        }
    };
    let message_id = format!(
        "{created:016x}-{}",
        random::alphanumeric(8, b"0123456789abcdef")
    );
    let body = Body {
        user: user.to_owned(),
        to: message.destination.value.clone(),
        channel: message.destination.medium().as_str().to_owned(),
        kind: message.kind.as_str().to_owned(),
        subject: message.rendered.subject,
        body: message.rendered.body,
        code: message.code.to_owned(),
    };
    let sealed = pool
        .key
        .seal(&context(&pool.id, &message_id), &serde_json::to_vec(&body)?);
    let row = MessageRow {
        pool_id: pool.id.clone(),
        message_id,
        user_id: user_id.to_owned(),
        sealed,
        created,
    };
    Ok(table::insert(batch, row, fate))
}

/// Wakes the readers of the inbox.
pub fn posted(cx: &Cx<'_>) {
    cx.inbox.notify_waiters();
}

fn context<'a>(pool_id: &'a str, message_id: &'a str) -> Context<'a> {
    Context {
        table: "messages",
        column: "sealed",
        pool: pool_id,
        row: message_id,
    }
}
