//! A sign-in between two steps: what was asked for at its start, what was shown so far, what is awaited next.
//!
//! It travels sealed inside `Session`. No row stands behind it: its nonce is marked as spent in the batch of the right
//! answer, so that of two right answers to one challenge exactly one wins (design, sessions of a sign-in).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_shapes::ChallengeNameType;
use serde::{Deserialize, Serialize};

use crate::attempts::guesses::Guess;
use crate::attempts::hex;
use crate::clock::utc_day;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::{Factor, MfaFactor, Proven};
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::{At, ticket};

/// The purpose of the sealed text.
const PROGRESS: &str = "sign-in progress";
/// Sessions grow in steps of so many bytes; one step gives the length that the service's have (auth.md 3.1).
const BLOCK: usize = 1_113;

/// The way in which a sign-in was begun.
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
}

/// What was asked for when the sign-in began, and holds until its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// How it began.
    #[serde(default)]
    pub flow: Flow,
    /// DEVICE_KEY, from the start or the latest answer that had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// Whether this very request named the device, not an earlier step.
    #[serde(skip)]
    pub device_named: bool,
    /// TARGET_ACR_VALUES, as far as the pool knows them, the most wanted first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

impl Start {
    /// Takes the DEVICE_KEY of a request, which may come with any step (auth.md 3.7).
    pub fn name_device(&mut self, key: Option<&str>) {
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            self.device_key = Some(key.to_owned());
            self.device_named = true;
        }
    }
}

/// The challenge that a session is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Awaits {
    /// Not decided yet; never leaves the server.
    Undecided,
    /// PASSWORD_VERIFIER in a flow that has sessions. The proof itself stands in SECRET_BLOCK.
    PasswordVerifier,
    /// NEW_PASSWORD_REQUIRED.
    NewPassword,
    /// SMS_MFA.
    SmsMfa,
    /// EMAIL_OTP as the second factor.
    EmailMfa,
    /// EMAIL_OTP that proves a new address, given in answer to MFA_SETUP.
    EmailSetup,
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken,
    /// SELECT_MFA_TYPE, of these.
    SelectMfa(Vec<MfaFactor>),
    /// MFA_SETUP, of these.
    MfaSetup {
        /// What may be set up.
        can: Vec<MfaFactor>,
        /// Tells the app that VerifySoftwareToken registered in this sign-in from every other; None before that.
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
    /// DEVICE_PASSWORD_VERIFIER. The proof itself stands in SECRET_BLOCK.
    DeviceVerifier,
    /// ConfirmSignUp: the session of SignUp.
    Confirmation,
    /// InitiateAuth: the session of ConfirmSignUp.
    FirstSignIn {
        /// What the confirmed code was sent to: `email` or `phone_number`.
        attribute: String,
    },
}

impl Awaits {
    /// The factor that an answer to a step guesses at; None for passwords, passkeys, and where there is nothing to guess.
    pub fn guess(&self) -> Option<Guess> {
        match self {
            Self::SmsOtp => Some(Guess::FirstSms),
            Self::EmailOtp => Some(Guess::FirstEmail),
            Self::SmsMfa => Some(Guess::Sms),
            Self::EmailMfa | Self::EmailSetup => Some(Guess::Email),
            Self::SoftwareToken => Some(Guess::SoftwareToken),
            Self::DeviceSrp | Self::DeviceVerifier => Some(Guess::Device),
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

    /// The challenge's name; None for the sessions that answer no challenge.
    pub fn challenge(&self) -> Option<ChallengeNameType> {
        use ChallengeNameType as C;
        Some(match self {
            Self::PasswordVerifier => C::PasswordVerifier,
            Self::NewPassword => C::NewPasswordRequired,
            Self::SmsMfa => C::SmsMfa,
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
            Self::Undecided | Self::Confirmation | Self::FirstSignIn { .. } => return None,
        })
    }
}

/// A sign-in between two steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// Spent by the right answer.
    pub nonce: String,
    /// The client that began.
    pub client_id: String,
    /// The user's id, or the pseudonym of a name that nobody has.
    pub subject: String,
    /// The internal user name, or the one that nobody's name was given.
    pub username: String,
    /// The name that the sign-in began with, folded.
    pub typed: String,
    /// Whether there is no such user, which the client must not notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pretended: bool,
    /// When this step must be answered, in microseconds.
    pub expires: i64,
    /// How it began.
    pub start: Start,
    /// What was shown.
    pub proven: Proven,
    /// Tells the credential that was proven from one that is set in between; empty before a password was proven.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credential: String,
    /// What the session is for.
    pub awaits: Awaits,
}

impl Progress {
    /// A sign-in of `user` that has shown `proven`; what it awaits is said by [`Progress::next`].
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
            awaits: Awaits::Undecided,
        }
    }

    /// A sign-in under a name that nobody has, which the client must not notice.
    pub fn of_nobody(at: At<'_>, subject: &str, username: &str, typed: &str, start: Start) -> Self {
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
            awaits: Awaits::Undecided,
        }
    }

    /// The next step of the same sign-in: a nonce and a time of its own.
    #[must_use]
    pub fn next(mut self, cx: &Cx<'_>, client: &Client, awaits: Awaits) -> Self {
        self.nonce = ticket::nonce();
        self.expires = ticket::step_expires(cx, client);
        self.awaits = awaits;
        self
    }

    /// The text of `Session`.
    ///
    /// # Errors
    /// None that can arise.
    pub fn seal(&self, cx: &Cx<'_>, pool: &Pool) -> Result<String> {
        let mut plain = serde_json::to_vec(self)?;
        // Sessions of users and of nobody have the same length.
        plain.resize(plain.len().next_multiple_of(BLOCK), b' ');
        let sealed = pool
            .key
            .seal_token(PROGRESS, utc_day(cx.now()), pool.id.as_bytes(), &plain);
        let named = with_client(&self.client_id, &sealed);
        Ok(format!(
            "{}{}",
            ticket::PREFIX,
            URL_SAFE_NO_PAD.encode(named)
        ))
    }

    /// The client that a session says it belongs to, for the operations that are told nothing but the session. Whether
    /// that is true shows when it is opened.
    ///
    /// # Errors
    /// As [`Progress::open`].
    pub fn client_of(text: &str) -> Result<String> {
        let bytes = ticket::decode(text)?;
        let (client_id, _) = split_client(&bytes).ok_or_else(auth::session_invalid)?;
        // It comes from outside and goes to the database, which takes no zero bytes.
        let shaped = client_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !shaped || client_id.is_empty() {
            return Err(auth::session_invalid().into());
        }
        Ok(client_id.to_owned())
    }

    /// Opens a session of this client, whatever it is for.
    ///
    /// # Errors
    /// NotAuthorizedException: `Invalid session provided` for what is no session at all, `Invalid session for the user.`
    /// for one that was altered or belongs to another pool or client, then the expiry (auth.md 3.1).
    pub fn open(cx: &Cx<'_>, pool: &Pool, client: &Client, text: &str) -> Result<Self> {
        let progress = Self::open_whenever(pool, client, text)?;
        if progress.expires <= cx.now() {
            return Err(auth::session_expired().into());
        }
        Ok(progress)
    }

    /// [`Progress::open`] for those who can do without a session that has expired.
    ///
    /// # Errors
    /// As [`Progress::open`], but for the expiry.
    pub fn open_whenever(pool: &Pool, client: &Client, text: &str) -> Result<Self> {
        let bytes = ticket::decode(text)?;
        let (client_id, sealed) = split_client(&bytes).ok_or_else(auth::session_invalid)?;
        // What stands readable is as little to be altered as what is sealed.
        if client_id != client.id {
            return Err(auth::session_invalid().into());
        }
        let plain = pool.key.open_token(PROGRESS, pool.id.as_bytes(), sealed);
        let plain = plain.map_err(|_| auth::session_invalid())?;
        let progress: Self =
            serde_json::from_slice(plain.expose()).map_err(|_| auth::session_invalid())?;
        if progress.client_id != client.id {
            return Err(auth::session_invalid().into());
        }
        Ok(progress)
    }
}

/// The client's id stands readable before the sealed part, behind its length: it is no secret, and without it nobody
/// could tell which pool's key opens the rest.
fn with_client(client_id: &str, sealed: &[u8]) -> Vec<u8> {
    let length = u8::try_from(client_id.len()).unwrap_or(u8::MAX);
    [&[length], client_id.as_bytes(), sealed].concat()
}

/// Undoes [`with_client`].
fn split_client(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (client_id, sealed) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(client_id).ok()?, sealed))
}

/// Tells one credential of a user from another.
pub fn credential_mark(user: &User) -> String {
    hex(&ticket::fingerprint(user.credential.as_deref()))
}
