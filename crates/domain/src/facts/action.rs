//! The action that runs: an operation of the API, an endpoint, a background job or a command.

use cognate_shapes::{ErrorCode, Op};

/// An HTTP endpoint of a pool outside the API of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/jwks.json`.
    Jwks,
    /// `/.well-known/openid-configuration`.
    Discovery,
    /// The page on which a user signs in.
    SignIn,
    /// The pages on which a user signs up, confirms that, and replaces a forgotten password.
    Account,
    /// `/oauth2/token`, for tokens of users.
    Token,
    /// `/oauth2/token`, for tokens of applications that sign in as themselves.
    ClientCredentials,
    /// `/oauth2/token`, for tokens that are traded for others.
    TokenExchange,
    /// `/oauth2/revoke`.
    Revoke,
    /// `/oauth2/userInfo`.
    UserInfo,
    /// `/logout`.
    Logout,
    /// `/oauth2/introspect`.
    Introspection,
    /// `/oauth2/par`.
    PushedAuthorization,
    /// `/oauth2/register`.
    Registration,
    /// `/oauth2/register/` and a client's id: reading.
    RegistrationRead,
    /// The same: changing.
    RegistrationChange,
    /// The same: ending.
    RegistrationEnd,
    /// `/oauth2/device_authorization`, and the page on which a user lets a device in.
    Device,
    /// The endpoints to which identity providers send users back, and the way there.
    Federation,
    /// `/saml2/logout`.
    ProviderLogout,
    /// The page on which a user says whether a risky sign-in was their own.
    Feedback,
    /// The inbox of `cognate dev`.
    Inbox,
    /// The published client secrets that `cognate dev` keeps itself.
    PublishedSecrets,
}

impl Endpoint {
    /// Returns the name in the audit trail and in logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jwks => "Jwks",
            Self::Discovery => "OpenIdConfiguration",
            Self::SignIn => "SignInPage",
            Self::Account => "AccountPage",
            Self::Token => "TokenEndpoint",
            Self::ClientCredentials => "ClientCredentials",
            Self::TokenExchange => "TokenExchange",
            Self::Revoke => "RevocationEndpoint",
            Self::UserInfo => "UserInfo",
            Self::Logout => "LogoutEndpoint",
            Self::Introspection => "IntrospectionEndpoint",
            Self::PushedAuthorization => "PushedAuthorizationEndpoint",
            Self::Registration => "ClientRegistration",
            Self::RegistrationRead => "ReadClientRegistration",
            Self::RegistrationChange => "ChangeClientRegistration",
            Self::RegistrationEnd => "EndClientRegistration",
            Self::Device => "DeviceAuthorization",
            Self::Federation => "ProviderSignIn",
            Self::ProviderLogout => "ProviderLogout",
            Self::Feedback => "FeedbackPage",
            Self::Inbox => "Inbox",
            Self::PublishedSecrets => "PublishedSecrets",
        }
    }

    /// Returns the operations whose work the endpoint does: it obeys the settings that govern them.
    pub fn stands_for(self) -> &'static [Op] {
        match self {
            Self::Jwks
            | Self::Discovery
            | Self::Inbox
            | Self::Logout
            | Self::ProviderLogout
            | Self::PushedAuthorization
            | Self::Registration
            | Self::RegistrationRead
            | Self::RegistrationChange
            | Self::RegistrationEnd => &[],
            Self::Token => &[Op::GetTokensFromRefreshToken],
            Self::ClientCredentials => &[Op::GetClientToken],
            Self::TokenExchange => &[Op::GetDerivedToken],
            Self::Revoke => &[Op::RevokeToken],
            Self::UserInfo | Self::Introspection => &[Op::GetUser],
            Self::SignIn | Self::Device | Self::Federation => {
                &[Op::InitiateAuth, Op::RespondToAuthChallenge]
            }
            Self::Feedback => &[Op::UpdateAuthEventFeedback],
            Self::PublishedSecrets => &[Op::DescribeUserPoolClient],
            Self::Account => &[
                Op::SignUp,
                Op::ConfirmSignUp,
                Op::ResendConfirmationCode,
                Op::ForgotPassword,
                Op::ConfirmForgotPassword,
            ],
        }
    }
}

/// Something that a caller asked for or that the server does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An operation of the API.
    Api(Op),
    /// A page, or an endpoint that browsers and verifiers call.
    Endpoint(Endpoint),
    /// Background work, by its name.
    Job(&'static str),
    /// A command of the command line, by its name.
    Command(&'static str),
}

impl Action {
    /// Returns the name in the audit trail, in logs and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api(op) => op.name(),
            Self::Endpoint(endpoint) => endpoint.name(),
            Self::Job(name) | Self::Command(name) => name,
        }
    }

    /// Returns the operation of the API; None for everything else.
    pub fn op(self) -> Option<Op> {
        match self {
            Self::Api(op) => Some(op),
            Self::Endpoint(_) | Self::Job(_) | Self::Command(_) => None,
        }
    }

    /// True if the caller can be told this error: an operation declares its errors in the model, everything else
    /// understands all of them.
    pub fn declares(self, code: ErrorCode) -> bool {
        self.op().is_none_or(|op| op.errors().contains(&code))
    }

    /// True if the action does the work of one of these operations.
    pub fn is_one_of(self, ops: &[Op]) -> bool {
        match self {
            Self::Api(op) => ops.contains(&op),
            Self::Endpoint(endpoint) => endpoint.stands_for().iter().any(|op| ops.contains(op)),
            Self::Job(_) | Self::Command(_) => false,
        }
    }
}

impl From<Op> for Action {
    fn from(op: Op) -> Self {
        Self::Api(op)
    }
}

impl From<Endpoint> for Action {
    fn from(endpoint: Endpoint) -> Self {
        Self::Endpoint(endpoint)
    }
}
