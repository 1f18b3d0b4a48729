//! The labels of metrics: fixed lists of values.

use cognate_shapes::Op;

use crate::facts::action::Endpoint;

/// The values of a label.
pub trait Label: Copy + 'static {
    /// All values.
    const ALL: &'static [Self];

    /// Returns the value as the text of metrics shows it.
    fn name(self) -> &'static str;

    /// Returns the number of the value in [`Label::ALL`].
    fn place(self) -> usize;
}

macro_rules! labels {
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $text:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $value,)*
        }

        impl Label for $name {
            const ALL: &'static [Self] = &[$(Self::$value,)*];

            fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)*
                }
            }

            fn place(self) -> usize {
                self as usize
            }
        }
    )*};
}

labels! {
    /// The end of a request.
    RequestEnd {
        /// It was answered.
        Ok = "ok",
        /// Whoever asked was told why not.
        Refused = "refused",
        /// Too many were asked.
        Throttled = "throttled",
        /// The server could not do it: a fault, no place, or a feature without code.
        Failed = "failed",
    }

    /// The end of a sign-in.
    SignInEnd {
        /// A session.
        Passed = "passed",
        /// A refusal.
        Refused = "refused",
    }

    /// What threat protection found, in the names of the service's own metrics (admin.md 6.4).
    RiskFinding {
        /// The password is known to others.
        CompromisedCredentialRisk = "CompromisedCredentialRisk",
        /// Somebody else may be signing in.
        AccountTakeOverRisk = "AccountTakeOverRisk",
        /// The address is on the list of those that are always blocked.
        OverrideBlock = "OverrideBlock",
        /// Some risk, of either kind.
        Risk = "Risk",
        /// No risk.
        NoRisk = "NoRisk",
    }

    /// What was done about it (RiskDecisionType).
    RiskDecision {
        /// Nothing: there was no risk.
        NoRisk = "NoRisk",
        /// Another proof was asked for, or the user was told.
        AccountTakeover = "AccountTakeover",
        /// It was refused.
        Block = "Block",
    }

    /// What became of a message about a risky sign-in.
    NoticeEnd {
        /// It waits for its sender.
        Accepted = "accepted",
        /// There were as many already as there may be.
        Limited = "limited",
        /// The user has no address.
        NoAddress = "no_address",
        /// Nobody sends e-mails for the pool.
        NoSender = "no_sender",
    }

    /// The end of a try to send a message.
    MessageEnd {
        /// A sender has taken it.
        Sent = "sent",
        /// It is tried again.
        Failed = "failed",
        /// It was given up.
        Dropped = "dropped",
    }

    /// The kind of a target of log delivery.
    LogTarget {
        /// CloudWatch Logs.
        CloudWatch = "cloudwatch",
        /// Firehose.
        Firehose = "firehose",
        /// S3.
        S3 = "s3",
        /// A webhook.
        Webhook = "webhook",
        /// A file.
        File = "file",
        /// None: the settings no longer name one.
        None = "none",
    }

    /// The end of a call of the store of secrets.
    SecretEnd {
        /// A client's secret is the current one in the store.
        Published = "published",
        /// It was deleted in the store.
        Removed = "removed",
        /// It is tried again.
        Failed = "failed",
    }

    /// The end of a try to deliver a record.
    LogRecordEnd {
        /// The target has taken it.
        Sent = "sent",
        /// It is tried again.
        Failed = "failed",
        /// It was given up: too old, too many before it, or refused for what it is.
        Dropped = "dropped",
    }
}

impl Label for Op {
    const ALL: &'static [Self] = Op::ALL;

    fn name(self) -> &'static str {
        Op::name(self)
    }

    fn place(self) -> usize {
        self as usize
    }
}

impl Label for Endpoint {
    const ALL: &'static [Self] = &[
        Self::Jwks,
        Self::Discovery,
        Self::SignIn,
        Self::Account,
        Self::Token,
        Self::ClientCredentials,
        Self::TokenExchange,
        Self::Revoke,
        Self::UserInfo,
        Self::Logout,
        Self::Introspection,
        Self::PushedAuthorization,
        Self::Registration,
        Self::RegistrationRead,
        Self::RegistrationChange,
        Self::RegistrationEnd,
        Self::Device,
        Self::Federation,
        Self::ProviderLogout,
        Self::Feedback,
        Self::Inbox,
        Self::PublishedSecrets,
    ];

    fn name(self) -> &'static str {
        Endpoint::name(self)
    }

    fn place(self) -> usize {
        self as usize
    }
}
