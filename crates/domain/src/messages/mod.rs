//! Messages to users: their destinations, their texts, and how they are kept for their sender (design decision 10).
//!
//! A message is worded before anything is written and is in the batch of the change that it reports. `dev` keeps it in
//! its inbox; `serve` refuses without a sender, before anything is created that could not be completed.

pub mod account;
pub mod delivery;
pub mod destination;
pub mod inbox;
pub mod origin;
pub mod render;

use cognate_crypto::seal::Context;
use serde::{Deserialize, Serialize};

pub use account::Account;
pub use destination::{Delivery, Destination};
pub use origin::Origin;
pub use render::Rendered;

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

impl Reason<'_> {
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

fn context<'a>(pool_id: &'a str, message_id: &'a str) -> Context<'a> {
    Context {
        table: "messages",
        column: "sealed",
        pool: pool_id,
        row: message_id,
    }
}
