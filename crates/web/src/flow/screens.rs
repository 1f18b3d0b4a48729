//! What a page shows, by the pool, the client and the stage of a sign-in.

use cognate_domain::Endpoint;
use cognate_domain::messages::destination;
use cognate_domain::records::pool::Pool;
use cognate_domain::records::schema;
use cognate_domain::resources::providers::{self, Offered};
use cognate_domain::signin::device::browser::asks;
use cognate_domain::users::password_policy;
use cognate_shapes::{ExplicitAuthFlowsType, IdentityProviderTypeType, UsernameAttributeType};
use qrcode::{Color, QrCode};

use super::linking::called;
use super::parameters::encode;
use super::state::{Aim, CodeFor, PageState, Stage};
use super::stop::Flow;
use super::visit::Visit;
use super::{answer, paths};
use crate::action;
use crate::views::Screen;
use crate::views::screen::*;

/// Seconds between two codes.
pub(super) const RESEND: i64 = 30;
/// The name of the pool's own users among the providers of a client.
const OWN_USERS: &str = "COGNITO";

/// Where the button of a provider leads, unless the session of the browser must not answer there.
const AUTHORIZE: &str = "/oauth2/authorize";

fn provider_kind(kind: IdentityProviderTypeType) -> ProviderKind {
    use IdentityProviderTypeType as K;
    match kind {
        K::Google => ProviderKind::Google,
        K::Facebook => ProviderKind::Facebook,
        K::LoginWithAmazon => ProviderKind::Amazon,
        K::SignInWithApple => ProviderKind::Apple,
        K::Saml => ProviderKind::Saml,
        K::Oidc => ProviderKind::Oidc,
    }
}

/// Returns what users of a pool type as their name.
pub(super) fn name_kind(pool: &Pool) -> NameKind {
    use UsernameAttributeType as A;
    let list = pool.doc.username_attributes.as_deref().unwrap_or_default();
    match (list.contains(&A::Email), list.contains(&A::PhoneNumber)) {
        (true, true) => NameKind::EmailOrPhone,
        (true, false) => NameKind::Email,
        (false, true) => NameKind::Phone,
        (false, false) => NameKind::Username,
    }
}

/// Returns the pool's rules for passwords.
pub(super) fn rules(pool: &Pool) -> PasswordRules {
    let policy = password_policy::policy(pool);
    let needs = |rule: Option<bool>| rule == Some(true);
    PasswordRules {
        min_length: policy.and_then(|policy| policy.minimum_length).unwrap_or(8),
        lowercase: policy.is_some_and(|policy| needs(policy.require_lowercase)),
        uppercase: policy.is_some_and(|policy| needs(policy.require_uppercase)),
        number: policy.is_some_and(|policy| needs(policy.require_numbers)),
        symbol: policy.is_some_and(|policy| needs(policy.require_symbols)),
    }
}

/// True if users may sign up themselves.
pub(super) fn can_sign_up(pool: &Pool) -> bool {
    pool.doc
        .admin_create_user_config
        .allow_admin_create_user_only
        != Some(true)
}

/// True if a forgotten password can be replaced.
pub(super) fn can_reset(pool: &Pool) -> bool {
    destination::recovery(pool).is_some_and(|contacts| !contacts.is_empty())
}

/// Returns the attributes that a sign-up asks for: those that every user must have, but for an address that is the name.
pub(super) fn required(pool: &Pool, given: &[(String, String)]) -> Vec<AttributeField> {
    let name = match name_kind(pool) {
        NameKind::Email => Some("email"),
        NameKind::Phone => Some("phone_number"),
        NameKind::Username | NameKind::EmailOrPhone => None,
    };
    let names = schema::required(&pool.doc.schema).filter(|required| Some(*required) != name);
    fields(names.map(str::to_owned), given)
}

fn fields(names: impl Iterator<Item = String>, given: &[(String, String)]) -> Vec<AttributeField> {
    let value = |name: &str| {
        let found = given.iter().find(|(known, _)| known == name);
        found.map_or(String::new(), |(_, value)| value.clone())
    };
    names
        .map(|name| AttributeField {
            value: value(&name),
            name,
        })
        .collect()
}

fn cards(kinds: &[FactorKind]) -> Vec<FactorCard> {
    let card = |kind: &FactorKind| FactorCard {
        kind: *kind,
        place: None,
    };
    kinds.iter().map(card).collect()
}

/// Returns the uri that authenticator apps read: the pool's name as the issuer, the user's as the account.
pub(super) fn otpauth(issuer: &str, account: &str, secret: &str) -> String {
    let (issuer, account) = (encode(issuer), encode(account));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
}

/// Returns the rows of a QR code; none for a text that is too long for one.
fn modules(text: &str) -> Vec<Vec<bool>> {
    let Ok(code) = QrCode::new(text) else {
        return Vec::new();
    };
    let dark: Vec<bool> = code
        .to_colors()
        .into_iter()
        .map(|c| c == Color::Dark)
        .collect();
    dark.chunks(code.width().max(1))
        .map(<[bool]>::to_vec)
        .collect()
}

impl Visit<'_> {
    /// True if the name comes first, on a page of its own, and the factor after it.
    pub(super) fn name_first(&self) -> bool {
        self.is_managed()
            && self
                .client()
                .lists_flow(ExplicitAuthFlowsType::AllowUserAuth)
    }

    /// True if the pool's own users may sign in to the client.
    pub(super) fn is_local(&self) -> bool {
        let listed = self.client().doc.supported_identity_providers.as_deref();
        let wanted = self.provider_name();
        listed.is_none_or(|names| names.iter().any(|name| name == OWN_USERS)) && wanted.is_none()
    }

    /// True if the user wants another account than that of the browser's session, or has to prove again who they are.
    pub(super) fn wants_another(&self) -> bool {
        let kept = self.kept();
        self.aim != Aim::Client
            || kept.is_some_and(|kept| matches!(kept.stage, Stage::OtherAccount))
    }

    /// Returns the page on which a sign-in begins.
    pub(super) fn sign_in(&self, who: &str, providers: Vec<ProviderButton>) -> Screen {
        let local = self.is_local();
        // The classic page asks by itself, the other one if its look says so (endpoints.md 3.2).
        let mut saml = providers
            .iter()
            .filter(|each| each.kind == ProviderKind::Saml)
            .peekable();
        let domain_search =
            !self.is_managed() && saml.peek().is_some() && saml.all(|each| each.by_domain);
        let hint = self.authorization.login_hint.as_deref().unwrap_or_default();
        let username = if who.is_empty() { hint } else { who };
        Screen::SignIn(SignIn {
            name: name_kind(self.pool()),
            username: username.to_owned(),
            with_password: !self.name_first(),
            local,
            can_reset: local && can_reset(self.pool()),
            // An account of before is not made now.
            can_sign_up: local && can_sign_up(self.pool()) && !self.is_linking(),
            providers,
            domain_search,
            last: self.last_used(),
            passkey: None,
        })
    }

    /// True if the client has identity providers besides the pool.
    pub(super) fn has_providers(&self) -> bool {
        let listed = self.client().doc.supported_identity_providers.iter();
        listed.flatten().any(|name| name != OWN_USERS)
    }

    /// Returns the identity providers that the page on which a sign-in begins offers: those of the client, unless the
    /// request names one.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn providers(&self) -> Flow<Vec<ProviderButton>> {
        let listed = self.client().doc.supported_identity_providers.as_deref();
        let listed = listed.unwrap_or_default();
        let decided = self.authorization.provider.is_some() || self.is_linking();
        if decided || listed.iter().all(|name| name == OWN_USERS) {
            return Ok(Vec::new());
        }
        let cx = self.request.cx(Endpoint::SignIn);
        let offered = || Box::pin(providers::offered(&cx, self.pool(), listed));
        let found = action::run(&cx, offered).await?;
        let path = match self.wants_another() {
            true => paths::SIGN_IN,
            false => AUTHORIZE,
        };
        let button = |offered: Offered| ProviderButton {
            href: format!(
                "{path}?{}&identity_provider={}",
                self.query.raw,
                encode(&offered.name)
            ),
            kind: provider_kind(offered.kind),
            by_domain: offered.by_domain,
            name: offered.name,
        };
        Ok(found.into_iter().map(button).collect())
    }

    /// Returns the name of the identity provider that the request names, or the client has alone; None for the pool itself,
    /// and in a sign-in that proves an account of it.
    pub(super) fn provider_name(&self) -> Option<&str> {
        let named = self.authorization.provider.as_deref();
        named.filter(|name| *name != OWN_USERS && !self.is_linking())
    }

    /// Returns when another code may be asked for.
    pub(super) fn resend(&self, sent: i64) -> Resend {
        let left = self.wait(sent);
        Resend {
            after_seconds: u32::try_from(left).unwrap_or_default(),
        }
    }

    /// Returns the seconds until another code may be asked for.
    pub(super) fn wait(&self, sent: i64) -> i64 {
        let now = self.now().div_euclid(1_000_000);
        sent.saturating_add(RESEND)
            .saturating_sub(now)
            .clamp(0, RESEND)
    }

    /// Returns where the client's home may be; none of a client that nobody vouches for, whose site a browser reaches by a code alone
    /// (decision 027).
    fn home(&self) -> Option<String> {
        let redirect_uri = &self.authorization.redirect_uri;
        let is_vouched = !self.client().is_stranger_at(redirect_uri);
        is_vouched.then(|| answer::home(redirect_uri)).flatten()
    }

    /// Returns the page of a stage.
    pub(super) fn screen(&self, state: &PageState) -> Screen {
        let who = || state.who.clone();
        match state.stage.clone() {
            // Its own handler draws it, with the providers.
            Stage::SignIn | Stage::OtherAccount => self.sign_in(&state.who, Vec::new()),
            Stage::Over => answer::restart(self.link(paths::SIGN_IN)),
            Stage::ChooseFactor { factors } => Screen::ChooseFactor(ChooseFactor {
                who: who(),
                factors: cards(&factors),
            }),
            Stage::Password { factors, .. } => Screen::Password(Password {
                who: who(),
                can_reset: can_reset(self.pool()),
                others: factors.len() > 1,
            }),
            Stage::Code {
                of,
                place,
                factors,
                sent,
                contact,
            } => Screen::Code(Code {
                kind: of.kind(),
                who: who(),
                place,
                others: contact.is_none() && factors.len() > 1,
                set_up: contact.is_some(),
                resend: can_resend(of).then(|| self.resend(sent)),
                can_remember: is_second(of) && asks(self.pool()),
            }),
            Stage::Passkey { options, factors } => Screen::Passkey(Passkey {
                who: who(),
                options,
                others: factors.len() > 1,
            }),
            Stage::ChooseMfa { factors, .. } => Screen::ChooseMfa(ChooseMfa {
                set_up: false,
                factors: cards(&factors),
            }),
            Stage::SetUp { factors } => Screen::ChooseMfa(ChooseMfa {
                set_up: true,
                factors: cards(&factors),
            }),
            Stage::SetUpApp { secret, .. } => {
                let uri = otpauth(&self.pool().doc.name, &state.who, &secret);
                let qr = modules(&uri);
                Screen::SetUpApp(SetUpApp { secret, uri, qr })
            }
            Stage::SetUpContact { kind, value, .. } => {
                Screen::SetUpContact(SetUpContact { kind, value })
            }
            Stage::NewPassword { required, given } => Screen::NewPassword(NewPassword {
                who: who(),
                rules: rules(self.pool()),
                attributes: fields(required.into_iter(), &given),
            }),
            Stage::SignUp { given } => self.sign_up(&state.who, &given),
            Stage::Confirm {
                place,
                by_link,
                sent,
            } => Screen::Confirm(Confirm {
                who: who(),
                place,
                by_link,
                resend: self.resend(sent),
            }),
            Stage::Pending => Screen::Notice(Notice {
                kind: NoticeKind::PendingAdmin,
                next: Some(self.link(paths::SIGN_IN)),
                home: self.home(),
            }),
            Stage::Link { provider } => Screen::Link(Link {
                provider: called(&provider).to_owned(),
            }),
            Stage::Approval => Screen::Notice(Notice {
                kind: NoticeKind::PendingApproval,
                next: Some(self.link(paths::SIGN_IN)),
                home: self.home(),
            }),
            Stage::Forgot => Screen::Forgot(Forgot {
                name: name_kind(self.pool()),
                username: who(),
            }),
            Stage::Reset { place, sent } => Screen::Reset(Reset {
                who: who(),
                place,
                rules: rules(self.pool()),
                resend: self.resend(sent),
            }),
            // Their own handlers make what they show; nothing leads here.
            Stage::AddPasskey { .. } | Stage::Consent { .. } => {
                answer::restart(self.link(paths::SIGN_IN))
            }
        }
    }

    /// Returns the page on which a user signs up.
    pub(super) fn sign_up(&self, who: &str, given: &[(String, String)]) -> Screen {
        Screen::SignUp(SignUp {
            name: name_kind(self.pool()),
            username: who.to_owned(),
            attributes: required(self.pool(), given),
            rules: Some(rules(self.pool())),
        })
    }
}

/// True if the code is of a second factor that the user has: after it a browser may be remembered.
fn is_second(of: CodeFor) -> bool {
    matches!(of, CodeFor::SmsMfa | CodeFor::EmailMfa | CodeFor::AppMfa)
}

/// True if a code can be sent again.
pub(super) fn can_resend(of: CodeFor) -> bool {
    of.kind() != FactorKind::App
}
