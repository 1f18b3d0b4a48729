//! The texts of managed login.

use serde::Deserialize;

use super::Plural;
use super::consent::Consent;

/// The texts of managed login.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Around every page.
    pub(crate) frame: Frame,
    /// Labels of fields.
    pub(crate) label: Label,
    /// Labels of attributes of users.
    pub(crate) attribute: Attribute,
    /// Lines below fields.
    pub(crate) help: Help,
    /// Rules for passwords.
    pub(crate) rule: Rule,
    /// Buttons and links.
    pub(crate) action: Action,
    /// Factors, as cards.
    pub(crate) factor: Factor,
    /// The sign-in.
    pub(crate) sign_in: SignIn,
    /// The choice of a first factor.
    pub(crate) choose_factor: ChooseFactor,
    /// The password after the name.
    pub(crate) password: Password,
    /// A code.
    pub(crate) code: Code,
    /// A passkey.
    pub(crate) passkey: Passkey,
    /// The choice of a second factor.
    pub(crate) choose_mfa: ChooseMfa,
    /// The registration of an app.
    pub(crate) set_up_app: SetUpApp,
    /// The registration of an address or a number.
    pub(crate) set_up_contact: SetUpContact,
    /// A new password after a temporary one.
    pub(crate) new_password: NewPassword,
    /// A sign-up.
    pub(crate) sign_up: SignUp,
    /// The code of a sign-up.
    pub(crate) confirm: Confirm,
    /// A forgotten password: the name.
    pub(crate) forgot: Forgot,
    /// A forgotten password: the code.
    pub(crate) reset: Reset,
    /// The registration of a passkey.
    pub(crate) add_passkey: AddPasskey,
    /// The account that the browser has a session of.
    pub(crate) chooser: Chooser,
    /// The question for an account of before.
    pub(crate) link: Link,
    /// Pages to read.
    pub(crate) notice: Notice,
    /// The question whether a risky sign-in was the user's own.
    pub(crate) feedback: Feedback,
    /// The sign-in of a device without a browser.
    pub(crate) device: Device,
    /// The question whether a client that nobody vouches for may come in.
    pub(crate) consent: Consent,
    /// What a client asks for.
    pub(crate) scope: Scope,
}

/// Declares a section: its texts by their keys.
macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$text:meta])* $key:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$text])* pub(crate) $key: $kind,)+
        }
    };
}

section! {
    /// Around every page.
    Frame {
        /// The title of the browser's tab.
        page_title: String,
        /// The same after something was refused.
        error_title: String,
        /// The menu of languages.
        language: String,
        /// The link to the terms of use, also inside of `sign_up.agreement`.
        terms: String,
        /// The link to the privacy policy, likewise.
        privacy: String,
        /// Before the name in the chip, for screen readers.
        account: String,
        /// Between two ways to sign in.
        or: String,
        /// Below the heading.
        continue_to: String,
        /// For screen readers, before the heading.
        step: String,
        /// For screen readers, once a form was sent.
        busy: String,
        /// The step ends in a minute.
        ends_soon: String,
        /// In `dev`, where the service would show no page.
        unstyled: String,
    }
}

section! {
    /// Labels of fields.
    Label {
        username: String,
        email: String,
        phone: String,
        email_or_phone: String,
        password: String,
        new_password: String,
        confirm_password: String,
        code: String,
        /// The list of countries before a phone number.
        country: String,
        /// The code that another device shows.
        device_code: String,
        /// The name of an app or a passkey.
        device_name: String,
        work_email: String,
    }
}

section! {
    /// Labels of attributes of users.
    Attribute {
        address: String,
        birthdate: String,
        email: String,
        family_name: String,
        gender: String,
        given_name: String,
        locale: String,
        middle_name: String,
        name: String,
        nickname: String,
        phone_number: String,
        picture: String,
        preferred_username: String,
        profile: String,
        website: String,
        zoneinfo: String,
    }
}

section! {
    /// Lines below fields.
    Help {
        phone: String,
        /// The same below a list of countries.
        phone_country: String,
        work_email: String,
        /// Below a code that came by e-mail.
        email_code: String,
        /// Below the code of an app.
        app_code: String,
        caps_lock: String,
        device_name: String,
    }
}

section! {
    /// Rules for passwords.
    Rule {
        title: String,
        length: Plural,
        lowercase: String,
        uppercase: String,
        number: String,
        symbol: String,
        /// For screen readers, behind a rule.
        met: String,
        /// For screen readers, behind a rule.
        unmet: String,
        /// For screen readers, after a pause.
        all_met: String,
    }
}

section! {
    /// Buttons and links.
    Action {
        sign_in: String,
        next: String,
        go_on: String,
        sign_up: String,
        confirm: String,
        change_password: String,
        reset_password: String,
        forgot: String,
        send_code: String,
        /// Another code.
        resend: String,
        /// Another link.
        resend_link: String,
        /// Behind `resend`: minutes and seconds to wait.
        resend_in: String,
        another_way: String,
        /// Behind the name in the chip.
        not_you: String,
        back: String,
        show: String,
        hide: String,
        /// `show` for screen readers.
        show_password: String,
        /// `hide` for screen readers.
        hide_password: String,
        copy: String,
        copied: String,
        /// A link to the authenticator app of the same phone.
        open_in_app: String,
        provider: String,
        /// Finds the provider by a domain.
        sso: String,
        passkey: String,
        create_passkey: String,
        not_now: String,
        continue_as: String,
        use_another: String,
        sign_out: String,
        sign_in_again: String,
        start_again: String,
        /// Leads to the client.
        home: String,
        allow: String,
        deny: String,
    }
}

section! {
    /// Factors, as cards.
    Factor {
        password: String,
        password_help: String,
        passkey: String,
        passkey_help: String,
        email: String,
        email_help: String,
        sms: String,
        sms_help: String,
        app: String,
        app_help: String,
    }
}

section! {
    /// The sign-in.
    SignIn {
        title: String,
        no_account: String,
        /// The mark at the way in which this browser signed in last.
        last_used: String,
        /// There is no way to sign in.
        nothing: String,
    }
}

section! {
    /// The choice of a first factor.
    ChooseFactor {
        title: String,
        none: String,
    }
}

section! {
    /// The password after the name.
    Password {
        title: String,
    }
}

section! {
    /// A code.
    Code {
        title_email: String,
        title_sms: String,
        title_app: String,
        sent_to: String,
        /// The address is not known.
        sent_email: String,
        /// The number is not known.
        sent_sms: String,
        /// Neither is known.
        sent: String,
        app: String,
        app_name: String,
        remember: String,
        remember_help: String,
        lost_app: String,
    }
}

section! {
    /// A passkey.
    Passkey {
        title: String,
        text: String,
        cancelled: String,
        /// One that signs nobody in here.
        refused: String,
        unsupported: String,
        no_script: String,
    }
}

section! {
    /// The choice of a second factor.
    ChooseMfa {
        title: String,
        text: String,
        /// One is to be set up.
        set_up_title: String,
        set_up_text: String,
    }
}

section! {
    /// The registration of an app.
    SetUpApp {
        title: String,
        scan: String,
        /// The alternative text of the code.
        qr: String,
        by_hand: String,
        enter: String,
    }
}

section! {
    /// The registration of an address or a number.
    SetUpContact {
        title_email: String,
        title_sms: String,
        text: String,
    }
}

section! {
    /// A new password after a temporary one.
    NewPassword {
        title: String,
        text: String,
    }
}

section! {
    /// A sign-up.
    SignUp {
        title: String,
        have_account: String,
        /// With the two names of `frame`.
        agreement: String,
    }
}

section! {
    /// The code of a sign-up.
    Confirm {
        title: String,
        link_sent_to: String,
        link_sent: String,
        wrong_address: String,
    }
}

section! {
    /// A forgotten password: the name.
    Forgot {
        title: String,
        text: String,
    }
}

section! {
    /// A forgotten password: the code.
    Reset {
        title: String,
    }
}

section! {
    /// The registration of a passkey.
    AddPasskey {
        title: String,
        text: String,
        cancelled: String,
        exists: String,
        unsupported: String,
    }
}

section! {
    /// The account that the browser has a session of.
    Chooser {
        title: String,
    }
}

section! {
    /// The question for an account of before, at the first sign-in through a provider.
    Link {
        title: String,
        text: String,
        connect: String,
        skip: String,
    }
}

section! {
    /// Pages to read.
    Notice {
        confirmed: String,
        confirmed_text: String,
        refused: String,
        /// The question if the user is to be signed out.
        sign_out: String,
        sign_out_text: String,
        signed_out: String,
        signed_out_text: String,
        restart: String,
        restart_text: String,
        pending: String,
        pending_text: String,
        /// The first sign-in through a provider waits.
        approval: String,
        approval_text: String,
        error: String,
        /// A user said no, or an application asked in silence.
        not_let_in: String,
        reference: String,
        reference_help: String,
    }
}

section! {
    /// The question whether a risky sign-in was the user's own.
    Feedback {
        title: String,
        text: String,
        /// The button: it was the user.
        valid: String,
        /// The button: it was somebody else.
        invalid: String,
        /// The heading after the answer.
        done: String,
        valid_text: String,
        invalid_text: String,
        /// A link that is wrong, too old, or about what is no longer there.
        refused: String,
    }
}

section! {
    /// The sign-in of a device without a browser.
    Device {
        title: String,
        text: String,
        consent_title: String,
        consent_text: String,
        check: String,
        scopes: String,
        /// A code that no device shows.
        unknown: String,
        /// The device was let in, or not.
        done: String,
        done_text: String,
    }
}

section! {
    /// What a client asks for.
    Scope {
        openid: String,
        profile: String,
        email: String,
        phone: String,
        /// `aws.cognito.signin.user.admin`.
        admin: String,
    }
}
