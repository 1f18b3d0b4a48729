//! What each page has below its heading, as its template draws it.

use super::field::{Field, Rules};
use super::icon::Icon;
use crate::branding::Picture;
use crate::locale::Segment;

/// A way to sign in on the first page.
#[expect(clippy::large_enum_variant, reason = "made once a page")]
pub(super) enum Way<'a> {
    /// Buttons of identity providers.
    Providers(Vec<Provider<'a>>),
    /// The form of the pool's own users.
    Local(Local<'a>),
    /// The search for a provider by a domain.
    Domain {
        field: Field<'a>,
        /// True if the pool's own users do not sign in on the page.
        alone: bool,
    },
}

/// The button of an identity provider.
pub(super) struct Provider<'a> {
    pub(super) name: &'a str,
    pub(super) text: String,
    pub(super) icon: Option<Icon>,
    pub(super) picture: Option<&'a Picture>,
    /// True if the browser signed in so last.
    pub(super) last: bool,
}

/// The form of the pool's own users.
pub(super) struct Local<'a> {
    pub(super) name: Field<'a>,
    pub(super) password: Option<Field<'a>>,
    pub(super) can_reset: bool,
    pub(super) submit: &'static str,
    pub(super) passkey: bool,
    /// True if the browser signed in so last.
    pub(super) last: bool,
}

/// A factor as a card.
pub(super) struct Card<'a> {
    pub(super) value: &'static str,
    pub(super) icon: Icon,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) place: Option<&'a str>,
}

/// A way to another code.
pub(super) struct Again {
    pub(super) text: &'static str,
    /// The text while one has to wait, with `{time}` in it.
    pub(super) waiting: String,
    /// Seconds to wait.
    pub(super) wait: u32,
}

/// A scope that a client asks for: a text, or its own name.
pub(super) enum Scope<'a> {
    Known(&'static str),
    Named(&'a str),
}

/// What is below the heading.
#[expect(clippy::large_enum_variant, reason = "made once a page")]
pub(super) enum Body<'a> {
    SignIn {
        ways: Vec<Way<'a>>,
        sign_up: bool,
    },
    Factors {
        action: String,
        cards: Vec<Card<'a>>,
        none: Vec<Segment<'a>>,
    },
    Password {
        field: Field<'a>,
        can_reset: bool,
        others: bool,
    },
    Code {
        action: String,
        field: Field<'a>,
        again: Option<Again>,
        others: bool,
        can_remember: bool,
        /// True if the page leads back to the address or number.
        back: bool,
        lost: Vec<Segment<'a>>,
    },
    Passkey {
        options: &'a str,
        others: bool,
    },
    SetUpApp {
        uri: &'a str,
        key: String,
        secret: &'a str,
        /// The number of modules of a row, with the quiet zone.
        size: usize,
        /// The dark modules as an SVG path.
        path: String,
        code: Field<'a>,
        name: Field<'a>,
    },
    SetUpContact {
        field: Field<'a>,
    },
    NewPassword {
        new: Field<'a>,
        again: Field<'a>,
        rules: Rules,
        attributes: Vec<Field<'a>>,
    },
    SignUp {
        name: Field<'a>,
        attributes: Vec<Field<'a>>,
        password: Option<(Field<'a>, Rules)>,
        agreement: Vec<Segment<'a>>,
    },
    Confirm {
        code: Option<Field<'a>>,
        again: Again,
    },
    Forgot {
        name: Field<'a>,
    },
    Reset {
        code: Field<'a>,
        new: Field<'a>,
        confirm: Field<'a>,
        rules: Rules,
        again: Again,
    },
    AddPasskey {
        options: &'a str,
        name: Field<'a>,
    },
    Chooser {
        words: Vec<Segment<'a>>,
    },
    Link,
    Notice {
        reference: Option<&'a str>,
        next: Option<(&'a str, &'static str)>,
        home: Option<(&'a str, String)>,
    },
    DeviceCode {
        field: Field<'a>,
    },
    SignOut {
        request: &'a [(String, String)],
        answer: &'static str,
        home: Option<(&'a str, String)>,
    },
    Feedback {
        request: &'a [(String, String)],
        answer: &'static str,
        /// The value and the words of each button.
        buttons: [(&'static str, &'static str); 2],
    },
    Consent {
        code: &'a str,
        scopes: Vec<Scope<'a>>,
    },
    ClientConsent {
        site: Option<&'a str>,
        name: Option<&'a str>,
        place: &'a str,
        own_machine: bool,
        scopes: Vec<Scope<'a>>,
        resource: Option<&'a str>,
    },
}

/// A form at the end of the document: what buttons elsewhere send, so that the form of the page stays the first.
pub(super) struct End {
    pub(super) id: &'static str,
    pub(super) post: bool,
    pub(super) action: String,
    pub(super) hidden: Vec<(String, String)>,
    /// PublicKeyCredentialRequestOptionsJSON for the script.
    pub(super) options: Option<String>,
}
