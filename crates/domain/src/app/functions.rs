//! The functions that a pool's triggers name, and how they are called. `domain` says when a trigger fires, with which
//! event, and obeys the answer; the implementation of [`Functions`] knows how a function is reached.

use std::fmt;
use std::pin::Pin;

use cognate_shapes::LambdaConfigType;
use serde_json::Value;

/// A point at which a pool can have a function called (LambdaConfigType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trigger {
    /// Before a user is created: may refuse, confirm and verify.
    PreSignUp,
    /// After a user was confirmed.
    PostConfirmation,
    /// Before a sign-in is judged: may refuse.
    PreAuthentication,
    /// After a sign-in, before its tokens.
    PostAuthentication,
    /// Before tokens are signed: may change claims.
    PreTokenGeneration,
    /// Before a message is written: may word it.
    CustomMessage,
    /// In CUSTOM_AUTH: decides what comes next.
    DefineAuthChallenge,
    /// In CUSTOM_AUTH: makes a challenge.
    CreateAuthChallenge,
    /// In CUSTOM_AUTH: judges an answer.
    VerifyAuthChallengeResponse,
    /// An unknown user signs in or forgot the password: may create the user.
    UserMigration,
    /// Sends e-mails in place of the server.
    CustomEmailSender,
    /// Sends text messages in place of the server.
    CustomSmsSender,
    /// A federated user signs in: may change the provider's attributes.
    InboundFederation,
}

impl Trigger {
    /// All triggers.
    pub const ALL: [Self; 13] = [
        Self::PreSignUp,
        Self::PostConfirmation,
        Self::PreAuthentication,
        Self::PostAuthentication,
        Self::PreTokenGeneration,
        Self::CustomMessage,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
        Self::UserMigration,
        Self::CustomEmailSender,
        Self::CustomSmsSender,
        Self::InboundFederation,
    ];

    /// Returns the trigger's key in LambdaConfig, which the texts of exceptions begin with (admin.md 3.5).
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::CustomMessage => "CustomMessage",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::UserMigration => "UserMigration",
            Self::CustomEmailSender => "CustomEmailSender",
            Self::CustomSmsSender => "CustomSMSSender",
            Self::InboundFederation => "InboundFederation",
        }
    }

    /// Returns the ARN of the function that a pool has for this trigger; None without one.
    pub fn function(self, config: &LambdaConfigType) -> Option<&str> {
        let arn = match self {
            Self::PreSignUp => &config.pre_sign_up,
            Self::PostConfirmation => &config.post_confirmation,
            Self::PreAuthentication => &config.pre_authentication,
            Self::PostAuthentication => &config.post_authentication,
            Self::PreTokenGeneration => {
                let versioned = config.pre_token_generation_config.as_ref();
                return versioned
                    .map(|function| function.lambda_arn.as_str())
                    .or(config.pre_token_generation.as_deref());
            }
            Self::CustomMessage => &config.custom_message,
            Self::DefineAuthChallenge => &config.define_auth_challenge,
            Self::CreateAuthChallenge => &config.create_auth_challenge,
            Self::VerifyAuthChallengeResponse => &config.verify_auth_challenge_response,
            Self::UserMigration => &config.user_migration,
            Self::CustomEmailSender => {
                let sender = config.custom_email_sender.as_ref();
                return sender.map(|function| function.lambda_arn.as_str());
            }
            Self::CustomSmsSender => {
                let sender = config.custom_sms_sender.as_ref();
                return sender.map(|function| function.lambda_arn.as_str());
            }
            Self::InboundFederation => {
                let function = config.inbound_federation.as_ref();
                return function.map(|function| function.lambda_arn.as_str());
            }
        };
        arn.as_deref()
    }
}

/// A call of a function.
#[derive(Clone)]
pub struct Invocation {
    /// The trigger.
    pub trigger: Trigger,
    /// The function's ARN, as LambdaConfig names it.
    pub arn: String,
    /// The pool whose function it is.
    pub pool_id: String,
    /// The same for every try of this call, and for every run of the action that makes it.
    pub id: String,
    /// The event, as the function receives it.
    pub event: Value,
}

/// Without the event, which can hold passwords and codes.
impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("trigger", &self.trigger)
            .field("arn", &self.arn)
            .field("pool_id", &self.pool_id)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why a call has no output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvokeError {
    /// The function ended with an error; this is its message.
    Failed(String),
    /// The output is no JSON document, or it is larger than [`MAX_OUTPUT`].
    NotJson,
    /// There was no output in time.
    Timeout,
    /// The service that runs functions refused the call with this error: `AccessDeniedException`, say.
    Refused(String),
    /// The function cannot be reached. This detail is for the log only: a client must not learn what is behind an
    /// address.
    Unreachable(String),
    /// The settings say nothing about where functions with this ARN run.
    NoTarget,
}

/// The largest output of a function, in bytes: that of a synchronous invocation (admin.md 3.6).
pub const MAX_OUTPUT: usize = 6 << 20;

/// A call that runs.
pub type Invoking<'a> = Pin<Box<dyn Future<Output = Result<Value, InvokeError>> + Send + 'a>>;

/// Calls functions.
pub trait Functions: Send + Sync {
    /// Calls a function and returns its output. Tries and their times are the implementation's.
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a>;
}
