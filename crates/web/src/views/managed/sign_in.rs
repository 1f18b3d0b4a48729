//! The page on which a sign-in begins.

use super::body::{Body, End, Local, Provider, Way};
use super::field::Field;
use super::icon::Icon;
use super::maker::{Maker, pairs, plain};
use super::step::Step;
use crate::branding::Method;
use crate::locale::fill;
use crate::views::screen::*;

/// The endpoint to which the buttons of providers lead.
const AUTHORIZE: &str = "/oauth2/authorize";
/// The parameter that names a provider.
const PROVIDER: &str = "identity_provider";
/// The id of the form of a passkey, and what an alert about one names as its field.
const PASSKEY: &str = "passkey";
/// The parameter that a provider is found by.
const IDENTIFIER: &str = "idp_identifier";
/// Names that occur once on the page, whatever the query has (pages.md 1.3).
const OWN_NAMES: [&str; 4] = ["username", "password", "csrf", "_csrf"];

/// Makes the page.
pub(super) fn step<'a>(make: &Maker<'a>, screen: &'a SignIn) -> Step<'a> {
    let brand = make.frame.brand;
    let mut ways = Vec::new();
    let mut ends = Vec::new();
    let searches = (screen.domain_search || brand.domain_search)
        && screen.providers.iter().any(|each| each.by_domain);
    let last = |each: &ProviderButton| matches!(&screen.last, Some(LastUsed::Provider(name)) if *name == each.name);
    // Who signed in there before need not search.
    let shown = |each: &&ProviderButton| !(searches && each.by_domain) || last(each);
    let mut listed: Vec<&ProviderButton> = screen.providers.iter().filter(shown).collect();
    brand.sort(&mut listed);
    let several = usize::from(screen.local) + listed.len() + usize::from(searches) > 1;
    for method in &brand.methods {
        match method {
            Method::Local if screen.local => ways.push(Way::Local(local(make, screen, several))),
            Method::Federated if !listed.is_empty() => {
                let last = |each: &ProviderButton| several && last(each);
                ways.push(Way::Providers(buttons(make, &listed, last)));
                ends.push(providers(&listed));
            }
            _ => {}
        }
    }
    if searches {
        ways.push(domain(make, screen));
    }
    if let Some(options) = screen.passkey.as_ref().filter(|_| screen.local) {
        ends.push(End {
            id: PASSKEY,
            post: true,
            action: make.to("/login/passkey"),
            hidden: Vec::new(),
            options: Some(options.clone()),
        });
    }
    let t = &make.t.sign_in;
    let lead = match ways.is_empty() {
        true => plain(&t.nothing),
        false => make.continue_to(),
    };
    let id = match (screen.local, screen.with_password, searches) {
        (true, true, _) => "sign-in",
        (true, false, _) => "identifier",
        (false, _, true) => "domain",
        (false, _, false) => "sign-in",
    };
    let body = Body::SignIn {
        ways,
        sign_up: screen.local && screen.can_sign_up,
    };
    let mut step = Step::blank(id, &t.title, body).lead(lead);
    step.ends = ends;
    step
}

fn local<'a>(make: &Maker<'a>, screen: &'a SignIn, several: bool) -> Local<'a> {
    let t = make.t;
    let passkey = screen.passkey.is_some();
    // After a passkey was refused the page waits for the button: what answers by itself would be refused again.
    let alert = make.frame.alert.as_ref();
    let was_refused = alert.is_some_and(|alert| alert.field == Some(PASSKEY));
    let token = match passkey && !was_refused {
        true => "username webauthn",
        false => "username",
    };
    let username = match was_searched(make) {
        true => "",
        false => screen.username.as_str(),
    };
    let name = make.name(screen.name, username, token);
    let name = match (username.is_empty(), screen.with_password) {
        (true, true) => name.focus().enter("next"),
        (true, false) => name.focus().enter("go"),
        (false, _) => name,
    };
    let password = screen.with_password.then(|| {
        let field = Field::password(t, "password", &t.label.password, "current-password");
        let field = match username.is_empty() {
            true => field,
            false => field.focus(),
        };
        make.judged(field.enter("go"))
    });
    Local {
        name: make.judged(name),
        can_reset: screen.can_reset && screen.with_password,
        submit: match screen.with_password {
            true => &t.action.sign_in,
            false => &t.action.next,
        },
        password,
        passkey,
        last: several && screen.last == Some(LastUsed::Own),
    }
}

fn buttons<'a>(
    make: &Maker<'a>,
    providers: &[&'a ProviderButton],
    last: impl Fn(&ProviderButton) -> bool,
) -> Vec<Provider<'a>> {
    let brand = make.frame.brand;
    let button = |provider: &&'a ProviderButton| {
        let picture = brand.icon(&provider.name);
        // The names of these four are the provider's own.
        let name = match provider.kind {
            ProviderKind::Google => "Google",
            ProviderKind::Facebook => "Facebook",
            ProviderKind::Amazon => "Amazon",
            ProviderKind::Apple => "Apple",
            ProviderKind::Saml | ProviderKind::Oidc => provider.name.as_str(),
        };
        let own = brand.provider_icons && picture.is_none();
        Provider {
            name: &provider.name,
            text: fill(&make.t.action.provider, &[("name", name)]),
            icon: own.then(|| Icon::of_provider(provider.kind)),
            picture,
            last: last(provider),
        }
    };
    providers.iter().map(button).collect()
}

/// Returns the form to which the buttons belong: it sends the query on, and each button its provider.
fn providers(list: &[&ProviderButton]) -> End {
    let href = list
        .first()
        .map_or(AUTHORIZE, |provider| provider.href.as_str());
    let (action, query) = href.split_once('?').unwrap_or((href, ""));
    let hidden = pairs(query).into_iter().filter(|(name, _)| {
        name != PROVIDER && name != IDENTIFIER && !OWN_NAMES.contains(&name.as_str())
    });
    End {
        id: "providers",
        post: false,
        action: action.to_owned(),
        hidden: hidden.collect(),
        options: None,
    }
}

/// True if a provider was searched for and not found: what was typed is no name of the pool's own.
fn was_searched(make: &Maker<'_>) -> bool {
    let alert = make.frame.alert.as_ref();
    alert.is_some_and(|alert| alert.field == Some(DOMAIN_FIELD))
}

/// Makes the field for an address by whose domain a provider is found, after a refusal with what was typed.
fn domain<'a>(make: &Maker<'a>, screen: &'a SignIn) -> Way<'a> {
    let t = make.t;
    let typed = match was_searched(make) {
        true => screen.username.as_str(),
        false => "",
    };
    let field = Field::text(t, DOMAIN_FIELD, t.label.work_email.as_str(), typed)
        .of_type("email")
        .autocomplete("email")
        .help(&t.help.work_email);
    // Without users of the pool's own it is the page's first field.
    let alone = !screen.local;
    let field = if alone { field.focus() } else { field };
    Way::Domain {
        field: make.judged(field),
        alone,
    }
}
