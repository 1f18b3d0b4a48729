//! A sign-in between two steps: how it began, the factors completed so far, the answer that is expected next.
//!
//! It travels sealed inside `Session`. No row represents it: its nonce is marked as spent in the batch of the right
//! answer, so that of two right answers to one challenge exactly one wins.

use cognate_crypto::hash;
use cognate_shapes::ChallengeNameType;
use serde::{Deserialize, Serialize};

use crate::attempts::guesses::Guess;
use crate::clock::utc_day;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::{Factor, MfaFactor, Proven};
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::{At, session_token};
use crate::threats::decided::Decided;

/// The purpose of the sealed text.
const STATE: &str = "sign-in progress";
/// Sessions grow in steps of so many bytes; one step makes them as long as the service's (auth.md 3.1).
const BLOCK: usize = 1_113;

/// The flow by which a sign-in began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flow {
    /// USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH.
    #[default]
    Password,
    /// USER_SRP_AUTH.
    Srp,
    /// USER_AUTH.
    UserAuth,
    /// CUSTOM_AUTH.
    Custom,
    /// SignUp and ConfirmSignUp, whose session may begin USER_AUTH.
    SignUp,
    /// An identity provider, which vouches for the user.
    Provider,
}

/// The request that began a sign-in, as far as it matters until the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The flow.
    #[serde(default)]
    pub flow: Flow,
    /// DEVICE_KEY, from the start or the latest answer that had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// True if this request named the device, not an earlier step.
    #[serde(skip)]
    pub device_named: bool,
    /// The name of the identity provider that vouches for the user; empty for none.
    #[serde(skip)]
    pub provider: String,
    /// TARGET_ACR_VALUES, as far as the pool knows them, the most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// True if others know the password that was proven, and the sign-in goes on all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compromised: bool,
    /// True if the password that was proven is not to be used: its user is refused as soon as they are here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

impl Start {
    /// Stores the DEVICE_KEY of a request, which may come with any step (auth.md 3.7).
    pub fn name_device(&mut self, key: Option<&str>) {
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            self.device_key = Some(key.to_owned());
            self.device_named = true;
        }
    }
}

/// The answer that a sign-in waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Not decided yet; never leaves the server.
    Undecided,
    /// PASSWORD_VERIFIER in a flow that has sessions. The proof itself is in SECRET_BLOCK.
    PasswordVerifier,
    /// NEW_PASSWORD_REQUIRED.
    NewPassword,
    /// SMS_MFA.
    SmsMfa,
    /// EMAIL_OTP as the second factor.
    EmailMfa,
    /// EMAIL_OTP that proves a new address, given in answer to MFA_SETUP.
    EmailSetup,
    /// SMS_MFA that proves a new number, given in answer to MFA_SETUP.
    SmsSetup,
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken,
    /// SELECT_MFA_TYPE, of these.
    SelectMfa(Vec<MfaFactor>),
    /// MFA_SETUP, of these.
    MfaSetup {
        /// The factors that may be set up.
        can: Vec<MfaFactor>,
        /// Identifies the app that VerifySoftwareToken registered in this sign-in; None before that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        app: Option<String>,
    },
    /// SELECT_CHALLENGE, of these.
    SelectChallenge(Vec<ChallengeNameType>),
    /// PASSWORD.
    Password,
    /// PASSWORD_SRP.
    PasswordSrp,
    /// EMAIL_OTP as the first factor.
    EmailOtp,
    /// SMS_OTP.
    SmsOtp,
    /// WEB_AUTHN.
    WebAuthn {
        /// The challenge in base64url.
        challenge: String,
    },
    /// CUSTOM_CHALLENGE.
    Custom {
        /// The row that holds the history.
        row: String,
    },
    /// DEVICE_SRP_AUTH.
    DeviceSrp,
    /// DEVICE_PASSWORD_VERIFIER. The proof itself is in SECRET_BLOCK.
    DeviceVerifier,
    /// A challenge of the pool's upstream.
    Upstream {
        /// The challenge.
        challenge: ChallengeNameType,
        /// The row that holds the session there.
        row: String,
    },
    /// ConfirmSignUp: the session of SignUp.
    Confirmation,
    /// InitiateAuth: the session of ConfirmSignUp.
    FirstSignIn {
        /// The attribute to which the confirmed code was sent: `email` or `phone_number`.
        attribute: String,
    },
}

impl Expected {
    /// Returns the factor that a wrong answer counts against; None for passwords, passkeys, and steps without a secret.
    pub fn guess(&self) -> Option<Guess> {
        match self {
            Self::SmsOtp => Some(Guess::FirstSms),
            Self::EmailOtp => Some(Guess::FirstEmail),
            Self::SmsMfa | Self::SmsSetup => Some(Guess::Sms),
            Self::EmailMfa | Self::EmailSetup => Some(Guess::Email),
            Self::SoftwareToken => Some(Guess::SoftwareToken),
            Self::DeviceSrp | Self::DeviceVerifier => Some(Guess::Device),
            Self::Upstream { challenge, .. } => match challenge {
                ChallengeNameType::SmsMfa => Some(Guess::Sms),
                ChallengeNameType::EmailOtp => Some(Guess::Email),
                ChallengeNameType::SoftwareTokenMfa => Some(Guess::SoftwareToken),
                _ => None,
            },
            Self::Undecided
            | Self::PasswordVerifier
            | Self::NewPassword
            | Self::SelectMfa(_)
            | Self::MfaSetup { .. }
            | Self::SelectChallenge(_)
            | Self::Password
            | Self::PasswordSrp
            | Self::WebAuthn { .. }
            | Self::Custom { .. }
            | Self::Confirmation
            | Self::FirstSignIn { .. } => None,
        }
    }

    /// Returns the challenge's name; None for the sessions that answer no challenge.
    pub fn challenge(&self) -> Option<ChallengeNameType> {
        use ChallengeNameType as C;
        Some(match self {
            Self::PasswordVerifier => C::PasswordVerifier,
            Self::NewPassword => C::NewPasswordRequired,
            Self::SmsMfa | Self::SmsSetup => C::SmsMfa,
            Self::EmailMfa | Self::EmailSetup | Self::EmailOtp => C::EmailOtp,
            Self::SoftwareToken => C::SoftwareTokenMfa,
            Self::SelectMfa(_) => C::SelectMfaType,
            Self::MfaSetup { .. } => C::MfaSetup,
            Self::SelectChallenge(_) => C::SelectChallenge,
            Self::Password => C::Password,
            Self::PasswordSrp => C::PasswordSrp,
            Self::SmsOtp => C::SmsOtp,
            Self::WebAuthn { .. } => C::WebAuthn,
            Self::Custom { .. } => C::CustomChallenge,
            Self::DeviceSrp => C::DeviceSrpAuth,
            Self::DeviceVerifier => C::DevicePasswordVerifier,
            Self::Upstream { challenge, .. } => *challenge,
            Self::Undecided | Self::Confirmation | Self::FirstSignIn { .. } => return None,
        })
    }
}

/// A sign-in between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignInState {
    /// Spent by the right answer.
    pub nonce: String,
    /// The client that began.
    pub client_id: String,
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: String,
    /// The internal user name, or the decoy of an unknown name.
    pub username: String,
    /// The name that the sign-in began with, folded.
    pub typed: String,
    /// True if there is no such user, which the client must not notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pretended: bool,
    /// When this step must be answered, in microseconds.
    pub expires: i64,
    /// The request that began it.
    pub start: Start,
    /// The factors completed so far.
    pub proven: Proven,
    /// [`credential_mark`] of the password that was proven; empty before that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credential: String,
    /// The decision of threat protection; None before it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threat: Option<Box<Decided>>,
    /// The answer that the session is for.
    #[serde(rename = "awaits")]
    pub expected: Expected,
}

impl SignInState {
    /// Returns a sign-in of `user` that has completed `proven`; [`SignInState::next`] sets the answer that it waits
    /// for.
    pub fn of_user(at: At<'_>, user: &User, typed: &str, start: Start, proven: Proven) -> Self {
        let credential = if proven.has(Factor::Password) {
            credential_mark(user)
        } else {
            String::new()
        };
        Self {
            nonce: String::new(),
            client_id: at.client.id.clone(),
            subject: user.id.clone(),
            username: user.username.clone(),
            typed: typed.to_owned(),
            pretended: false,
            expires: 0,
            start,
            proven,
            credential,
            threat: None,
            expected: Expected::Undecided,
        }
    }

    /// Returns a sign-in under an unknown name, which the client must not notice.
    pub fn of_unknown(
        at: At<'_>,
        subject: &str,
        username: &str,
        typed: &str,
        start: Start,
    ) -> Self {
        Self {
            nonce: String::new(),
            client_id: at.client.id.clone(),
            subject: subject.to_owned(),
            username: username.to_owned(),
            typed: typed.to_owned(),
            pretended: true,
            expires: 0,
            start,
            proven: Proven::default(),
            credential: String::new(),
            threat: None,
            expected: Expected::Undecided,
        }
    }

    /// Returns the next step of the same sign-in, with a nonce and a time of its own. A retry gets the same nonce.
    #[must_use]
    pub fn next(mut self, cx: &Cx<'_>, client: &Client, expected: Expected) -> Self {
        let name = format!("session nonce {} {:?}", self.subject, expected.challenge());
        self.nonce = cx.memory().once(&name, session_token::nonce);
        self.expires = session_token::step_expires(cx, client);
        self.expected = expected;
        self
    }

    /// True if threat protection demands a second factor.
    pub fn demands_factor(&self) -> bool {
        self.threat
            .as_ref()
            .is_some_and(|threat| threat.demands_factor)
    }

    /// Returns the text of `Session`.
    ///
    /// # Errors
    /// None that can arise.
    pub fn seal(&self, cx: &Cx<'_>, pool: &Pool) -> Result<String> {
        let mut plain = serde_json::to_vec(self)?;
        // Sessions of users and of unknown names have the same length.
        plain.resize(plain.len().next_multiple_of(BLOCK), b' ');
        let sealed = pool
            .key
            .seal_token(STATE, utc_day(cx.now()), pool.id.as_bytes(), &plain);
        Ok(session_token::encode(&self.client_id, &sealed))
    }

    /// Returns the client that a session claims to belong to, for operations that get nothing but the session. Opening
    /// the session checks the claim.
    ///
    /// # Errors
    /// As [`SignInState::open`].
    pub fn client_of(text: &str) -> Result<String> {
        let bytes = session_token::decode(text)?;
        let (client_id, _) =
            session_token::split_client(&bytes).ok_or_else(auth::session_invalid)?;
        // It comes from outside and goes to the database, which takes no zero bytes.
        let shaped = client_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !shaped || client_id.is_empty() {
            return Err(auth::session_invalid().into());
        }
        Ok(client_id.to_owned())
    }

    /// True if `name` means the user of this sign-in: the internal name or the `sub`. An alias does not (auth.md 3.1).
    pub fn is_of(&self, pool: &Pool, name: &str) -> bool {
        name == self.subject || pool.fold(name) == pool.fold(&self.username)
    }

    /// As [`SignInState::is_of`], and true for the name with which the sign-in began: a one-time password is asked for
    /// without telling the internal name, so that clients repeat the name that was typed.
    pub fn is_named(&self, pool: &Pool, name: &str) -> bool {
        // The pool may compare names in another way than when the sign-in began (decision 017).
        self.is_of(pool, name) || pool.fold(name) == pool.fold(&self.typed)
    }

    /// Returns the name that SRP computes with, for clients that know only the name that was typed (auth.md 3.3).
    pub fn name_for_srp(&self) -> Option<String> {
        (self.start.flow == Flow::Password).then(|| self.username.clone())
    }

    /// Opens a session of this client, whichever answer it is for.
    ///
    /// # Errors
    /// NotAuthorizedException: `Invalid session provided` for what is no session at all, `Invalid session for the
    /// user.` for one that was altered or belongs to another pool or client, then the expiry (auth.md 3.1).
    pub fn open(cx: &Cx<'_>, pool: &Pool, client: &Client, text: &str) -> Result<Self> {
        let state = Self::open_whenever(pool, client, text)?;
        if state.expires <= cx.now() {
            return Err(auth::session_expired().into());
        }
        Ok(state)
    }

    /// As [`SignInState::open`], but accepts a session that has expired.
    ///
    /// # Errors
    /// As [`SignInState::open`], but for the expiry.
    pub fn open_whenever(pool: &Pool, client: &Client, text: &str) -> Result<Self> {
        let bytes = session_token::decode(text)?;
        let (client_id, sealed) =
            session_token::split_client(&bytes).ok_or_else(auth::session_invalid)?;
        // The readable part must not be altered either.
        if client_id != client.id {
            return Err(auth::session_invalid().into());
        }
        let plain = pool.key.open_token(STATE, pool.id.as_bytes(), sealed);
        let plain = plain.map_err(|_| auth::session_invalid())?;
        let state: Self =
            serde_json::from_slice(plain.expose()).map_err(|_| auth::session_invalid())?;
        if state.client_id != client.id {
            return Err(auth::session_invalid().into());
        }
        Ok(state)
    }
}

/// Returns a text that differs between the credentials of a user.
pub fn credential_mark(user: &User) -> String {
    hash::hex_text(&session_token::fingerprint(user.credential.as_deref()))
}
