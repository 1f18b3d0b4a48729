//! A sample of each page in each of its states, to look at and to test: with errors, long names, many providers, nothing.

mod account;

use crate::views::frame::{Alert, AlertKind};
use crate::views::screen::*;

/// A page in a state.
pub struct Sample {
    /// The name of page and state, fit for a file.
    pub name: &'static str,
    /// The page.
    pub screen: Screen,
    /// What it has to say.
    pub alert: Option<Alert>,
}

const WHO: &str = "ada.lovelace@example.com";
const LONG: &str =
    "wolfeschlegelsteinhausenbergerdorff.hubert-blaine@department.of.long.names.example.com";
const OPTIONS: &str = r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rpId":"localhost","timeout":60000,"userVerification":"preferred","allowCredentials":[]}"#;
const CREATION: &str = r#"{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rp":{"id":"localhost","name":"Example"},"user":{"id":"AAAA","name":"ada","displayName":"Ada"},"pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-257}],"authenticatorSelection":{"residentKey":"required","userVerification":"preferred"},"excludeCredentials":[]}"#;

const RULES: PasswordRules = PasswordRules {
    min_length: 12,
    lowercase: true,
    uppercase: true,
    number: true,
    symbol: true,
};
const SOON: Resend = Resend { after_seconds: 30 };
const NOW: Resend = Resend { after_seconds: 0 };

/// Returns all samples.
pub fn all() -> Vec<Sample> {
    let mut list = sign_in();
    list.extend(factors());
    list.extend(set_up());
    list.extend(account::accounts());
    list.extend(account::notices());
    list
}

fn sample(name: &'static str, screen: Screen) -> Sample {
    Sample {
        name,
        screen,
        alert: None,
    }
}

fn refused(name: &'static str, screen: Screen, field: Option<&'static str>, text: &str) -> Sample {
    told(name, screen, AlertKind::Error, field, text)
}

fn told(
    name: &'static str,
    screen: Screen,
    kind: AlertKind,
    field: Option<&'static str>,
    text: &str,
) -> Sample {
    let text = text.to_owned();
    Sample {
        alert: Some(Alert { kind, text, field }),
        ..sample(name, screen)
    }
}

fn provider(name: &str, kind: ProviderKind) -> ProviderButton {
    ProviderButton {
        name: name.to_owned(),
        kind,
        href: format!("/oauth2/authorize?client_id=example&identity_provider={name}"),
        by_domain: kind == ProviderKind::Saml,
    }
}

fn providers() -> Vec<ProviderButton> {
    vec![
        provider("Google", ProviderKind::Google),
        provider("SignInWithApple", ProviderKind::Apple),
        provider("Contoso", ProviderKind::Saml),
    ]
}

fn first() -> SignIn {
    SignIn {
        name: NameKind::Email,
        username: String::new(),
        with_password: true,
        local: true,
        can_reset: true,
        can_sign_up: true,
        providers: Vec::new(),
        domain_search: false,
        last: None,
        passkey: None,
    }
}

fn sign_in() -> Vec<Sample> {
    let passkey = Some(OPTIONS.to_owned());
    let twelve = (1..=9).map(|n| provider(&format!("Partner-{n}"), ProviderKind::Oidc));
    let mut many: Vec<ProviderButton> = twelve.collect();
    many.push(provider("Facebook", ProviderKind::Facebook));
    many.push(provider("LoginWithAmazon", ProviderKind::Amazon));
    many.push(provider(
        "A-provider-with-a-rather-long-name-of-its-own",
        ProviderKind::Saml,
    ));
    vec![
        sample("sign-in", Screen::SignIn(first())),
        sample(
            "sign-in-passkey",
            Screen::SignIn(SignIn {
                passkey: passkey.clone(),
                ..first()
            }),
        ),
        refused(
            "sign-in-passkey-refused",
            Screen::SignIn(SignIn {
                passkey: passkey.clone(),
                ..first()
            }),
            Some("passkey"),
            "That passkey was not accepted. Use another one, or choose another way.",
        ),
        sample(
            "sign-in-username",
            Screen::SignIn(SignIn {
                name: NameKind::Username,
                can_reset: false,
                can_sign_up: false,
                ..first()
            }),
        ),
        refused(
            "sign-in-wrong",
            Screen::SignIn(SignIn {
                username: WHO.to_owned(),
                ..first()
            }),
            None,
            "Incorrect username or password.",
        ),
        refused(
            "sign-in-missing",
            Screen::SignIn(first()),
            Some("username"),
            "Enter your name.",
        ),
        told(
            "sign-in-replaced",
            Screen::SignIn(first()),
            AlertKind::Success,
            None,
            "Your password was changed. You can sign in now.",
        ),
        sample(
            "sign-in-providers",
            Screen::SignIn(SignIn {
                providers: providers(),
                ..first()
            }),
        ),
        sample(
            "sign-in-last-provider",
            Screen::SignIn(SignIn {
                providers: providers(),
                last: Some(LastUsed::Provider("SignInWithApple".to_owned())),
                ..first()
            }),
        ),
        sample(
            "sign-in-last-own",
            Screen::SignIn(SignIn {
                providers: providers(),
                last: Some(LastUsed::Own),
                ..first()
            }),
        ),
        sample(
            "sign-in-twelve",
            Screen::SignIn(SignIn {
                last: many
                    .last()
                    .map(|last| LastUsed::Provider(last.name.clone())),
                providers: many,
                passkey: passkey.clone(),
                ..first()
            }),
        ),
        sample(
            "sign-in-providers-alone",
            Screen::SignIn(SignIn {
                local: false,
                providers: providers(),
                ..first()
            }),
        ),
        sample(
            "sign-in-nothing",
            Screen::SignIn(SignIn {
                local: false,
                ..first()
            }),
        ),
        sample(
            "identifier",
            Screen::SignIn(SignIn {
                with_password: false,
                passkey,
                name: NameKind::EmailOrPhone,
                ..first()
            }),
        ),
        sample(
            "identifier-phone",
            Screen::SignIn(SignIn {
                with_password: false,
                name: NameKind::Phone,
                ..first()
            }),
        ),
        sample(
            "domain",
            Screen::SignIn(SignIn {
                domain_search: true,
                providers: vec![provider("Contoso", ProviderKind::Saml)],
                ..first()
            }),
        ),
        refused(
            "domain-unknown",
            Screen::SignIn(SignIn {
                domain_search: true,
                local: false,
                username: WHO.to_owned(),
                providers: providers(),
                ..first()
            }),
            Some(DOMAIN_FIELD),
            "No organisation signs in with this domain. Check the address, or sign in another way.",
        ),
    ]
}

fn card(kind: FactorKind, place: Option<&str>) -> FactorCard {
    FactorCard {
        kind,
        place: place.map(str::to_owned),
    }
}

fn code(kind: FactorKind, place: Option<&str>, resend: Option<Resend>) -> Code {
    Code {
        kind,
        who: WHO.to_owned(),
        place: place.map(str::to_owned),
        others: true,
        resend,
        can_remember: false,
        set_up: false,
    }
}

fn factors() -> Vec<Sample> {
    let mail = code(FactorKind::Email, Some("a***@e***.com"), Some(SOON));
    let app = code(FactorKind::App, None, None);
    vec![
        sample(
            "choose-factor",
            Screen::ChooseFactor(ChooseFactor {
                who: WHO.to_owned(),
                factors: vec![
                    card(FactorKind::Passkey, None),
                    card(FactorKind::Password, None),
                    card(FactorKind::Email, Some("a***@e***.com")),
                    card(FactorKind::Sms, Some("+*******0100")),
                ],
            }),
        ),
        sample(
            "choose-factor-none",
            Screen::ChooseFactor(ChooseFactor {
                who: WHO.to_owned(),
                factors: Vec::new(),
            }),
        ),
        sample(
            "password",
            Screen::Password(Password {
                who: WHO.to_owned(),
                can_reset: true,
                others: true,
            }),
        ),
        refused(
            "password-wrong",
            Screen::Password(Password {
                who: LONG.to_owned(),
                can_reset: true,
                others: true,
            }),
            Some("password"),
            "Incorrect username or password.",
        ),
        sample("code-email", Screen::Code(mail.clone())),
        refused(
            "code-email-wrong",
            Screen::Code(mail),
            Some("code"),
            "Invalid code provided, please request a code again.",
        ),
        told(
            "code-sms-sent",
            Screen::Code(Code {
                can_remember: true,
                ..code(FactorKind::Sms, Some("+*******0100"), Some(NOW))
            }),
            AlertKind::Success,
            None,
            "A new code was sent.",
        ),
        sample("code-app", Screen::Code(app.clone())),
        refused(
            "code-app-used",
            Screen::Code(Code {
                others: false,
                can_remember: true,
                ..app
            }),
            Some("code"),
            "Your software token has already been used once.",
        ),
        sample(
            "passkey",
            Screen::Passkey(Passkey {
                who: WHO.to_owned(),
                options: OPTIONS.to_owned(),
                others: true,
            }),
        ),
        sample(
            "choose-mfa",
            Screen::ChooseMfa(ChooseMfa {
                set_up: false,
                factors: vec![
                    card(FactorKind::App, None),
                    card(FactorKind::Sms, Some("+*******0100")),
                    card(FactorKind::Email, Some("a***@e***.com")),
                ],
            }),
        ),
    ]
}

/// Returns a square of modules that looks like a QR code and is none.
fn modules() -> Vec<Vec<bool>> {
    const SIZE: usize = 33;
    let finder = |x: usize, y: usize| {
        let ring = |low: usize, high: usize| (low..=high).contains(&x) && (low..=high).contains(&y);
        ring(0, 6) && (!ring(1, 5) || ring(2, 4))
    };
    let dark = |x: usize, y: usize| match (x, y) {
        (0..=7, 0..=7) => finder(x, y),
        (25.., 0..=7) => finder(SIZE - 1 - x, y),
        (0..=7, 25..) => finder(x, SIZE - 1 - y),
        _ => (x * 7 + y * 13 + x * y * 3 + (x ^ y) * 5) % 11 < 5,
    };
    let row = |y| (0..SIZE).map(|x| dark(x, y)).collect();
    (0..SIZE).map(row).collect()
}

fn set_up() -> Vec<Sample> {
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW";
    let app = SetUpApp {
        secret: secret.to_owned(),
        uri: format!("otpauth://totp/Example:ada?secret={secret}&issuer=Example"),
        qr: modules(),
    };
    let phone = SetUpContact {
        kind: FactorKind::Sms,
        value: "12065550100".to_owned(),
    };
    vec![
        sample(
            "mfa-setup",
            Screen::ChooseMfa(ChooseMfa {
                set_up: true,
                factors: vec![
                    card(FactorKind::App, None),
                    card(FactorKind::Sms, None),
                    card(FactorKind::Email, None),
                ],
            }),
        ),
        sample("setup-app", Screen::SetUpApp(app.clone())),
        refused(
            "setup-app-wrong",
            Screen::SetUpApp(app),
            Some("code"),
            "Code mismatch. Check the clock of your phone, and enter the next code.",
        ),
        sample(
            "setup-email",
            Screen::SetUpContact(SetUpContact {
                kind: FactorKind::Email,
                value: String::new(),
            }),
        ),
        sample(
            "setup-phone-code",
            Screen::Code(Code {
                others: false,
                set_up: true,
                ..code(FactorKind::Sms, Some("+*******0100"), Some(NOW))
            }),
        ),
        refused(
            "setup-phone-wrong",
            Screen::SetUpContact(phone),
            Some("contact"),
            "Invalid phone number format.",
        ),
        sample(
            "passkey-add",
            Screen::AddPasskey(AddPasskey {
                options: CREATION.to_owned(),
                device_name: "Laptop".to_owned(),
            }),
        ),
    ]
}
