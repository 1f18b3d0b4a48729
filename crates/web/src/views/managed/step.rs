//! What is on a page, by its screen.

use super::body::{Again, Body, Card, End};
use super::field::Field;
use super::icon::Icon;
use super::maker::{Maker, plain, word};
use super::{account, notice, sign_in};
use crate::locale::{Segment, fill, segments};
use crate::views::screen::*;

/// What is on a page.
pub(super) struct Step<'a> {
    /// The end of `data-testid` of the page.
    pub(super) id: &'static str,
    pub(super) heading: String,
    /// The line below the heading.
    pub(super) lead: Vec<Segment<'a>>,
    /// The account, and the way to another one.
    pub(super) who: Option<&'a str>,
    /// The number of the step, and of all.
    pub(super) of: Option<(u32, u32)>,
    /// The factor whose picture the page has.
    pub(super) factor: Option<FactorKind>,
    /// The drawing in the place of the client's letter.
    pub(super) icon: Option<Icon>,
    pub(super) body: Body<'a>,
    pub(super) ends: Vec<End>,
    pub(super) script: bool,
}

impl<'a> Step<'a> {
    pub(super) fn blank(id: &'static str, heading: impl Into<String>, body: Body<'a>) -> Self {
        Self {
            id,
            heading: heading.into(),
            lead: Vec::new(),
            who: None,
            of: None,
            factor: None,
            icon: None,
            body,
            ends: Vec::new(),
            script: true,
        }
    }

    pub(super) fn lead(mut self, lead: Vec<Segment<'a>>) -> Self {
        self.lead = lead;
        self
    }

    pub(super) fn who(mut self, who: &'a str) -> Self {
        self.who = Some(who).filter(|who| !who.is_empty());
        self
    }

    pub(super) fn factor(mut self, kind: FactorKind) -> Self {
        self.factor = Some(kind);
        self.icon = Some(Icon::of_factor(kind));
        self
    }

    pub(super) fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    pub(super) fn of(mut self, number: u32, total: u32) -> Self {
        self.of = Some((number, total));
        self
    }

    /// Adds a form at the end of the document that posts to a path.
    pub(super) fn end(mut self, make: &Maker<'_>, id: &'static str, path: &str) -> Self {
        self.ends.push(End {
            id,
            post: true,
            action: make.to(path),
            hidden: Vec::new(),
            options: None,
        });
        self
    }

    /// Adds the form behind "another way", if there is one.
    fn others(self, make: &Maker<'_>, others: bool) -> Self {
        match others {
            true => self.end(make, "another-way", "/mfa/back"),
            false => self,
        }
    }

    pub(super) fn new(make: &Maker<'a>, screen: &'a Screen) -> Self {
        match screen {
            Screen::SignIn(screen) => sign_in::step(make, screen),
            Screen::ChooseFactor(screen) => choose_factor(make, screen),
            Screen::Password(screen) => password(make, screen),
            Screen::Code(screen) => code(make, screen),
            Screen::Passkey(screen) => passkey(make, screen),
            Screen::ChooseMfa(screen) => choose_mfa(make, screen),
            Screen::SetUpApp(screen) => set_up_app(make, screen),
            Screen::SetUpContact(screen) => set_up_contact(make, screen),
            Screen::NewPassword(screen) => account::new_password(make, screen),
            Screen::SignUp(screen) => account::sign_up(make, screen),
            Screen::Confirm(screen) => account::confirm(make, screen),
            Screen::Forgot(screen) => account::forgot(make, screen),
            Screen::Reset(screen) => account::reset(make, screen),
            Screen::AddPasskey(screen) => add_passkey(make, screen),
            Screen::Chooser(screen) => notice::chooser(make, screen),
            Screen::Link(screen) => notice::link(make, screen),
            Screen::Notice(screen) => notice::notice(make, screen),
            Screen::Device(screen) => notice::device(make, screen),
            Screen::Consent(screen) => notice::consent(make, screen),
            Screen::SignOut(screen) => notice::sign_out(make, screen),
            Screen::Feedback(screen) => notice::feedback(make, screen),
        }
    }
}

fn cards<'a>(make: &Maker<'a>, factors: &'a [FactorCard]) -> Vec<Card<'a>> {
    let t = &make.t.factor;
    let card = |card: &'a FactorCard| {
        let (name, help) = match card.kind {
            FactorKind::Password => (&t.password, &t.password_help),
            FactorKind::Passkey => (&t.passkey, &t.passkey_help),
            FactorKind::Email => (&t.email, &t.email_help),
            FactorKind::Sms => (&t.sms, &t.sms_help),
            FactorKind::App => (&t.app, &t.app_help),
        };
        Card {
            value: word(card.kind),
            icon: Icon::of_factor(card.kind),
            name,
            help,
            place: card.place.as_deref(),
        }
    };
    factors.iter().map(card).collect()
}

fn choose_factor<'a>(make: &Maker<'a>, screen: &'a ChooseFactor) -> Step<'a> {
    let t = &make.t.choose_factor;
    let none = match screen.factors.is_empty() {
        true => make.with_app(&t.none),
        false => Vec::new(),
    };
    let body = Body::Factors {
        action: make.to("/selectChallenge"),
        cards: cards(make, &screen.factors),
        none,
    };
    Step::blank("choose-factor", &t.title, body).who(&screen.who)
}

fn password<'a>(make: &Maker<'a>, screen: &'a Password) -> Step<'a> {
    let t = make.t;
    let field = Field::password(t, "password", &t.label.password, "current-password");
    let body = Body::Password {
        field: make.judged(field.focus()),
        can_reset: screen.can_reset,
        others: screen.others,
    };
    Step::blank("password", &t.password.title, body)
        .who(&screen.who)
        .factor(FactorKind::Password)
        .others(make, screen.others)
}

/// Makes the way to another code.
pub(super) fn again(make: &Maker<'_>, text: &'static str, resend: Resend) -> Again {
    Again {
        text,
        waiting: fill(&make.t.action.resend_in, &[("text", text)]),
        wait: resend.after_seconds,
    }
}

fn code<'a>(make: &Maker<'a>, screen: &'a Code) -> Step<'a> {
    let t = &make.t.code;
    let place = screen.place.as_deref();
    let (id, heading, lead, help) = match screen.kind {
        FactorKind::Email => (
            "code-email",
            &t.title_email,
            make.sent(Some(screen.kind), place),
            Some(make.t.help.email_code.as_str()),
        ),
        FactorKind::App => (
            "code-app",
            &t.title_app,
            match place {
                Some(name) => segments(&t.app_name, &[("name", name)]),
                None => plain(&t.app),
            },
            Some(make.t.help.app_code.as_str()),
        ),
        _ => (
            "code-sms",
            &t.title_sms,
            make.sent(Some(screen.kind), place),
            None,
        ),
    };
    let field = Field::code(make.t);
    let field = match help {
        Some(help) => field.help(help),
        None => field,
    };
    let resend = &make.t.action.resend;
    let lost = match screen.kind {
        FactorKind::App if !screen.others && !make.frame.app.is_empty() => {
            make.with_app(&t.lost_app)
        }
        _ => Vec::new(),
    };
    let body = Body::Code {
        action: make.to("/verifyCode"),
        field: make.judged(field),
        again: screen.resend.map(|when| again(make, resend, when)),
        others: screen.others,
        can_remember: screen.can_remember,
        back: screen.set_up,
        lost,
    };
    let step = Step::blank(id, heading, body)
        .lead(lead)
        .who(&screen.who)
        .factor(screen.kind)
        .others(make, screen.others || screen.set_up);
    match screen.resend {
        Some(_) => step.end(make, "resend", "/mfa/phone/resendCode"),
        None => step,
    }
}

fn passkey<'a>(make: &Maker<'a>, screen: &'a Passkey) -> Step<'a> {
    let t = &make.t.passkey;
    let body = Body::Passkey {
        options: &screen.options,
        others: screen.others,
    };
    Step::blank("passkey", &t.title, body)
        .lead(plain(&t.text))
        .who(&screen.who)
        .factor(FactorKind::Passkey)
        .others(make, screen.others)
}

fn choose_mfa<'a>(make: &Maker<'a>, screen: &'a ChooseMfa) -> Step<'a> {
    let t = &make.t.choose_mfa;
    let body = Body::Factors {
        action: make.to("/mfa/options"),
        cards: cards(make, &screen.factors),
        none: Vec::new(),
    };
    match screen.set_up {
        true => Step::blank("mfa-setup", &t.set_up_title, body)
            .lead(make.with_app(&t.set_up_text))
            .of(1, 2),
        false => Step::blank("choose-mfa", &t.title, body).lead(plain(&t.text)),
    }
}

/// The quiet zone of a QR code, in modules (ISO/IEC 18004).
const QUIET: usize = 4;

/// Draws the dark modules: a rectangle for each run of a row.
fn modules(rows: &[Vec<bool>]) -> String {
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let (left, top, length) = (x + QUIET, y + QUIET, run.len());
                path.push_str(&format!("M{left} {top}h{length}v1H{left}z"));
            }
            x += run.len();
        }
    }
    path
}

fn set_up_app<'a>(make: &Maker<'a>, screen: &'a SetUpApp) -> Step<'a> {
    let t = make.t;
    let secret: Vec<char> = screen.secret.chars().collect();
    let groups: Vec<String> = secret.chunks(4).map(|four| four.iter().collect()).collect();
    let name = Field::text(t, "device_name", t.label.device_name.as_str(), "")
        .help(&t.help.device_name)
        .optional();
    let body = Body::SetUpApp {
        uri: &screen.uri,
        key: groups.join(" "),
        secret: &screen.secret,
        size: screen.qr.len() + 2 * QUIET,
        path: modules(&screen.qr),
        code: make.judged(Field::code(t)),
        name: make.judged(name),
    };
    Step::blank("setup-app", &t.set_up_app.title, body)
        .factor(FactorKind::App)
        .others(make, true)
        .of(2, 2)
}

fn set_up_contact<'a>(make: &Maker<'a>, screen: &'a SetUpContact) -> Step<'a> {
    let t = make.t;
    let (id, heading, field) = match screen.kind {
        FactorKind::Sms => (
            "setup-phone",
            &t.set_up_contact.title_sms,
            make.phone(
                Field::text(t, "contact", t.label.phone.as_str(), &screen.value)
                    .autocomplete("tel"),
            ),
        ),
        _ => (
            "setup-email",
            &t.set_up_contact.title_email,
            Field::text(t, "contact", t.label.email.as_str(), &screen.value)
                .of_type("email")
                .autocomplete("email"),
        ),
    };
    let body = Body::SetUpContact {
        field: make.judged(field.focus()),
    };
    Step::blank(id, heading, body)
        .lead(plain(&t.set_up_contact.text))
        .factor(screen.kind)
        .others(make, true)
        .of(2, 2)
}

fn add_passkey<'a>(make: &Maker<'a>, screen: &'a AddPasskey) -> Step<'a> {
    let t = make.t;
    let label = t.label.device_name.as_str();
    let name = Field::text(t, "device_name", label, &screen.device_name);
    let body = Body::AddPasskey {
        options: &screen.options,
        name: make.judged(name.help(&t.help.device_name).optional()),
    };
    Step::blank("passkey-add", &t.add_passkey.title, body)
        .lead(plain(&t.add_passkey.text))
        .factor(FactorKind::Passkey)
        .end(make, "not-now", "/passkeys/add")
}
