//! Messages to users: their destinations, their texts, and how they are kept for their sender (design decision 10).
//!
//! A message is worded before anything is written and is in the batch of the change that it reports. From there a
//! background job sends it ([`outbox`]); `dev` keeps a copy in its inbox. `serve` refuses without a sender, before anything
//! is created that could not be completed.

pub mod account;
mod budget;
pub mod custom_sender;
pub mod delivery;
pub mod destination;
pub mod inbox;
mod links;
pub mod log;
pub mod origin;
pub mod outbox;
mod preview;
mod render;
pub mod risk_delivery;
pub mod risk_notice;
mod template;
mod words;

use cognate_crypto::seal::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use account::Account;
pub use destination::{Delivery, Destination};
pub use origin::Origin;
pub use preview::{Preview, preview};
pub use words::Words;

use crate::app::functions::Trigger;
use crate::records::risk::NotifySender;

/// The reason of a message; the inbox shows the API-like name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason<'a> {
    /// The code of a sign-up.
    SignUp,
    /// Another code for the same sign-up.
    ResendCode,
    /// The code for a new password.
    ForgotPassword,
    /// The invitation with the temporary password.
    AdminCreateUser {
        /// The name to sign in with, which in pools with username attributes is not the user name.
        login: &'a str,
    },
    /// The code that verifies a new value of an attribute.
    UpdateUserAttribute,
    /// The code that verifies an attribute, asked for by the user.
    VerifyUserAttribute,
    /// The code of a step of a sign-in.
    Authentication,
}

const CUSTOM_MESSAGE: [&str; 7] = [
    "CustomMessage_SignUp",
    "CustomMessage_ResendCode",
    "CustomMessage_ForgotPassword",
    "CustomMessage_AdminCreateUser",
    "CustomMessage_UpdateUserAttribute",
    "CustomMessage_VerifyUserAttribute",
    "CustomMessage_Authentication",
];
const CUSTOM_EMAIL_SENDER: [&str; 7] = [
    "CustomEmailSender_SignUp",
    "CustomEmailSender_ResendCode",
    "CustomEmailSender_ForgotPassword",
    "CustomEmailSender_AdminCreateUser",
    "CustomEmailSender_UpdateUserAttribute",
    "CustomEmailSender_VerifyUserAttribute",
    "CustomEmailSender_Authentication",
];
const CUSTOM_SMS_SENDER: [&str; 7] = [
    "CustomSMSSender_SignUp",
    "CustomSMSSender_ResendCode",
    "CustomSMSSender_ForgotPassword",
    "CustomSMSSender_AdminCreateUser",
    "CustomSMSSender_UpdateUserAttribute",
    "CustomSMSSender_VerifyUserAttribute",
    "CustomSMSSender_Authentication",
];

impl Reason<'_> {
    /// Returns the source of an event about a message for this reason, and the trigger (admin.md 3.2).
    pub fn source(self, trigger: Trigger) -> &'static str {
        let sources = match trigger {
            Trigger::CustomEmailSender => CUSTOM_EMAIL_SENDER,
            Trigger::CustomSmsSender => CUSTOM_SMS_SENDER,
            _ => CUSTOM_MESSAGE,
        };
        let [
            sign_up,
            resend_code,
            forgot_password,
            admin_create_user,
            update,
            verify,
            authentication,
        ] = sources;
        match self {
            Self::SignUp => sign_up,
            Self::ResendCode => resend_code,
            Self::ForgotPassword => forgot_password,
            Self::AdminCreateUser { .. } => admin_create_user,
            Self::UpdateUserAttribute => update,
            Self::VerifyUserAttribute => verify,
            Self::Authentication => authentication,
        }
    }

    /// Returns the name that inbox and delivery log show.
    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::ResendCode => "resend_code",
            Self::ForgotPassword => "forgot_password",
            Self::AdminCreateUser { .. } => "admin_create_user",
            Self::UpdateUserAttribute => "update_user_attribute",
            Self::VerifyUserAttribute => "verify_user_attribute",
            Self::Authentication => "authentication",
        }
    }
}

/// The sealed part of the row.
#[derive(Clone, Serialize, Deserialize)]
struct Body {
    user: String,
    to: String,
    channel: String,
    kind: String,
    subject: Option<String>,
    body: String,
    code: String,
    /// The same without markup, where its template has that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Who sends it in the place of the pool's EmailConfiguration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sender: Option<NotifySender>,
    /// The event of the pool's own sender, if that sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Value>,
}

fn context<'a>(pool_id: &'a str, message_id: &'a str) -> Context<'a> {
    Context {
        table: "messages",
        column: "sealed",
        pool: pool_id,
        row: message_id,
    }
}
