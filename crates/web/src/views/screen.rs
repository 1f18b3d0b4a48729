//! What each page shows.

use serde::{Deserialize, Serialize};

use crate::views::frame::Alert;

/// The field for an address by whose domain an identity provider is found.
pub const DOMAIN_FIELD: &str = "domain_email";

/// What users of a pool type as their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A user name.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// An e-mail address or a phone number.
    EmailOrPhone,
}

/// A first or second factor that a user may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactorKind {
    /// The password.
    Password,
    /// A passkey.
    Passkey,
    /// A code by e-mail.
    Email,
    /// A code by text message.
    Sms,
    /// A code of an authenticator app.
    App,
}

impl FactorKind {
    /// All.
    pub const ALL: [Self; 5] = [
        Self::Password,
        Self::Passkey,
        Self::Email,
        Self::Sms,
        Self::App,
    ];

    /// Returns the value that a form sends.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::App => "app",
        }
    }

    /// Undoes [`FactorKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A factor to choose.
#[derive(Clone, Debug)]
pub struct FactorCard {
    /// The factor, which is also the value that the form sends: [`FactorKind`] in lower case.
    pub kind: FactorKind,
    /// The masked address or number, where it is known.
    pub place: Option<String>,
}

/// The kind of an identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Google.
    Google,
    /// Facebook.
    Facebook,
    /// Login with Amazon.
    Amazon,
    /// Sign in with Apple.
    Apple,
    /// A SAML provider.
    Saml,
    /// An OpenID Connect provider.
    Oidc,
}

/// A button that leads to an identity provider: `/oauth2/authorize` with the page's query and `identity_provider`.
#[derive(Clone, Debug)]
pub struct ProviderButton {
    /// Its name in the pool.
    pub name: String,
    /// Its kind.
    pub kind: ProviderKind,
    /// The path and query that it leads to.
    pub href: String,
    /// True if it is found by the domain of an address, where the page asks for that.
    pub by_domain: bool,
}

/// The way in which a browser signed in last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastUsed {
    /// As one of the pool's own users.
    Own,
    /// Through the identity provider of this name.
    Provider(String),
}

/// The rules of a pool for passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters.
    pub min_length: i64,
    /// A lower-case letter is needed.
    pub lowercase: bool,
    /// A capital is needed.
    pub uppercase: bool,
    /// A digit is needed.
    pub number: bool,
    /// A symbol is needed.
    pub symbol: bool,
}

/// An attribute that a form asks for. Its field is called `requiredAttributes[name]`.
#[derive(Clone, Debug)]
pub struct AttributeField {
    /// The attribute's name, for example `email`.
    pub name: String,
    /// The value that is in the field.
    pub value: String,
}

/// A code that may be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resend {
    /// Seconds until the server sends another one.
    pub after_seconds: u32,
}

/// The page on which a user signs in, or types a name first.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// What is typed as the name.
    pub name: NameKind,
    /// The name that is in the field.
    pub username: String,
    /// True if the password is on the same page; else the page asks for the name alone.
    pub with_password: bool,
    /// True if the pool's own users may sign in here; else there are providers alone.
    pub local: bool,
    /// True if a forgotten password can be replaced.
    pub can_reset: bool,
    /// True if users may sign up.
    pub can_sign_up: bool,
    /// The identity providers.
    pub providers: Vec<ProviderButton>,
    /// True if the page asks for an address in the place of the buttons of providers that are found by its domain.
    pub domain_search: bool,
    /// The way in which this browser signed in last, which is marked where there are several.
    pub last: Option<LastUsed>,
    /// PublicKeyCredentialRequestOptionsJSON for a passkey without a name, where passkeys are allowed.
    pub passkey: Option<String>,
}

/// The choice of a first factor.
#[derive(Clone, Debug)]
pub struct ChooseFactor {
    /// The name that was typed.
    pub who: String,
    /// The factors, the preferred one first.
    pub factors: Vec<FactorCard>,
}

/// The password, after the name.
#[derive(Clone, Debug)]
pub struct Password {
    /// The name that was typed.
    pub who: String,
    /// True if a forgotten password can be replaced.
    pub can_reset: bool,
    /// True if there are other factors.
    pub others: bool,
}

/// A code, as first or second factor.
#[derive(Clone, Debug)]
pub struct Code {
    /// Where the code is: an app, an e-mail, a text message.
    pub kind: FactorKind,
    /// The name that was typed.
    pub who: String,
    /// The masked address or number, or the name of the app.
    pub place: Option<String>,
    /// True if there are other factors.
    pub others: bool,
    /// None where a code cannot be sent again.
    pub resend: Option<Resend>,
    /// True if the user may have this browser remembered.
    pub can_remember: bool,
    /// True if the address or number is being set up, so that the page leads back to it.
    pub set_up: bool,
}

/// A passkey.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// The name that was typed.
    pub who: String,
    /// PublicKeyCredentialRequestOptionsJSON.
    pub options: String,
    /// True if there are other factors.
    pub others: bool,
}

/// The choice among second factors that the user has, or of one to set up.
#[derive(Clone, Debug)]
pub struct ChooseMfa {
    /// True if a factor is to be set up; false if one of several is to be used.
    pub set_up: bool,
    /// The factors.
    pub factors: Vec<FactorCard>,
}

/// The registration of an authenticator app.
#[derive(Clone, Debug)]
pub struct SetUpApp {
    /// The secret in base32.
    pub secret: String,
    /// The `otpauth:` URI.
    pub uri: String,
    /// The URI as a QR code: the rows of its modules, without a quiet zone; dark is true.
    pub qr: Vec<Vec<bool>>,
}

/// The registration of an e-mail address or a phone number as second factor.
#[derive(Clone, Debug)]
pub struct SetUpContact {
    /// [`FactorKind::Email`] or [`FactorKind::Sms`].
    pub kind: FactorKind,
    /// The value that is in the field.
    pub value: String,
}

/// A new password after a temporary one, with attributes that are missing.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// The name that was typed.
    pub who: String,
    /// The rules.
    pub rules: PasswordRules,
    /// The attributes.
    pub attributes: Vec<AttributeField>,
}

/// A sign-up.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// What is chosen as the name. An address that is the name is no attribute field.
    pub name: NameKind,
    /// The name that is in the field.
    pub username: String,
    /// The attributes that are required.
    pub attributes: Vec<AttributeField>,
    /// The rules for the password; None in pools whose users need none.
    pub rules: Option<PasswordRules>,
}

/// The code that confirms a sign-up.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The name that was typed.
    pub who: String,
    /// The masked address or number; None where it is not known.
    pub place: Option<String>,
    /// True if the message has a link and no code.
    pub by_link: bool,
    /// When another code may be asked for.
    pub resend: Resend,
}

/// A forgotten password: the name.
#[derive(Clone, Debug)]
pub struct Forgot {
    /// What is typed as the name.
    pub name: NameKind,
    /// The name that is in the field.
    pub username: String,
}

/// A forgotten password: the code and the new password.
#[derive(Clone, Debug)]
pub struct Reset {
    /// The name that was typed.
    pub who: String,
    /// The masked address or number; None where it is not known.
    pub place: Option<String>,
    /// The rules.
    pub rules: PasswordRules,
    /// When another code may be asked for.
    pub resend: Resend,
}

/// The registration of a passkey.
#[derive(Clone, Debug)]
pub struct AddPasskey {
    /// PublicKeyCredentialCreationOptionsJSON.
    pub options: String,
    /// A name for it.
    pub device_name: String,
}

/// The account that the browser has a session of.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// The user name or address.
    pub who: String,
}

/// The question whether the visitor, who comes through a provider for the first time, has an account already.
#[derive(Clone, Debug)]
pub struct Link {
    /// The provider's name for people.
    pub provider: String,
}

/// A page that says something and leads on.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The path and query that lead on; None where there is nowhere to go.
    pub next: Option<String>,
    /// The home of the client, where a callback URL is known.
    pub home: Option<String>,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A sign-up was confirmed by its link (`/confirmUser`).
    ConfirmedByLink,
    /// The link confirms nothing, or not all of what it should: why.
    LinkRefused(Alert),
    /// The user said that a risky sign-in was their own.
    FeedbackValid,
    /// The user said that a risky sign-in was not their own.
    FeedbackInvalid,
    /// The user signed out; what leads on is the sign-in.
    SignedOut,
    /// The user signed out; what leads on is the client's.
    Leaving,
    /// The device that showed a code knows what its user decided.
    DeviceDone,
    /// The sign-in has ended: it took too long, or was finished in another window.
    Restart,
    /// The account waits for an administrator.
    PendingAdmin,
    /// The first sign-in through a provider waits for an administrator.
    PendingApproval,
    /// Something failed that the visitor cannot change: the sentence and the reference number.
    Error {
        /// The heading; None for the usual one.
        heading: Option<&'static str>,
        /// The sentence, in the page's language.
        text: String,
        /// The number under which the audit trail explains it.
        reference: String,
    },
}

/// The code of a device that has no browser, or the question whether it may sign in.
#[derive(Clone, Debug)]
pub struct Device {
    /// The code that is in the field.
    pub user_code: String,
    /// The client that asks, once the code is known: then the page asks for consent.
    pub client: Option<String>,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
}

/// The question whether a client that nobody vouches for may come in.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The account, as its user knows it.
    pub who: String,
    /// The host of the client's URL, in ASCII; None for one that registered itself.
    pub site: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// Where the answer goes: a host in ASCII, or the scheme of an application.
    pub place: String,
    /// True if answers can only go to the user's own machine.
    pub own_machine: bool,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
    /// The resource server that takes the token, by its Identifier; None for none in particular.
    pub resource: Option<String>,
}

/// The question whether to sign out, as an application's request alone does not show who is signed in.
#[derive(Clone, Debug)]
pub struct SignOut {
    /// The names and values of the request, which are sent again with the answer.
    pub request: Vec<(String, String)>,
    /// The name of the field that is the answer.
    pub answer: &'static str,
    /// The home of the client, where a callback URL is known.
    pub home: Option<String>,
}

/// The question whether a risky sign-in was the user's own.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// The names and values of the link, which are sent again with the answer.
    pub request: Vec<(String, String)>,
    /// The name of the button that is the answer; its values are `valid` and `invalid`.
    pub answer: &'static str,
    /// True if the link said that it was the user: that button comes first.
    pub valid_first: bool,
}

/// A page.
#[derive(Clone, Debug)]
pub enum Screen {
    /// The sign-in, in one page or with the name first.
    SignIn(SignIn),
    /// The choice of a first factor.
    ChooseFactor(ChooseFactor),
    /// The password after the name.
    Password(Password),
    /// A code.
    Code(Code),
    /// A passkey.
    Passkey(Passkey),
    /// The choice of a second factor.
    ChooseMfa(ChooseMfa),
    /// The registration of an app.
    SetUpApp(SetUpApp),
    /// The registration of an address or a number.
    SetUpContact(SetUpContact),
    /// A new password after a temporary one.
    NewPassword(NewPassword),
    /// A sign-up.
    SignUp(SignUp),
    /// The code of a sign-up.
    Confirm(Confirm),
    /// A forgotten password: the name.
    Forgot(Forgot),
    /// A forgotten password: the code.
    Reset(Reset),
    /// The registration of a passkey.
    AddPasskey(AddPasskey),
    /// The account that the browser has a session of.
    Chooser(Chooser),
    /// The question for an account of before.
    Link(Link),
    /// Something to read.
    Notice(Notice),
    /// The sign-in of a device without a browser.
    Device(Device),
    /// The question whether a client that nobody vouches for may come in.
    Consent(Consent),
    /// The question whether to sign out.
    SignOut(SignOut),
    /// The question whether a risky sign-in was the user's own.
    Feedback(Feedback),
}
