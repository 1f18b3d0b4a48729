//! The pages of accounts: sign-up, confirmation, new passwords.

use super::body::Body;
use super::field::Field;
use super::icon::Icon;
use super::maker::{Maker, password_rules, plain};
use super::step::{Step, again};
use crate::locale::segments;
use crate::views::screen::*;

/// Makes the two fields of a new password.
fn new_fields<'a>(make: &Maker<'a>, rules: &PasswordRules) -> (Field<'a>, Field<'a>) {
    let t = make.t;
    let new = Field::password(t, "new_password", &t.label.new_password, "new-password");
    let confirm = &t.label.confirm_password;
    let again = Field::password(t, "confirm_password", confirm, "new-password");
    (
        make.judged(new.rules(password_rules(rules))),
        make.judged(again),
    )
}

pub(super) fn new_password<'a>(make: &Maker<'a>, screen: &'a NewPassword) -> Step<'a> {
    let (new, again) = new_fields(make, &screen.rules);
    let body = Body::NewPassword {
        new: new.focus(),
        again,
        rules: make.rules(&screen.rules),
        attributes: make.attributes(&screen.attributes),
    };
    let t = &make.t.new_password;
    Step::blank("new-password", &t.title, body)
        .lead(plain(&t.text))
        .who(&screen.who)
        .icon(Icon::Key)
}

pub(super) fn sign_up<'a>(make: &Maker<'a>, screen: &'a SignUp) -> Step<'a> {
    let t = make.t;
    let name = make.judged(make.name(screen.name, &screen.username, "username"));
    let password = screen.rules.as_ref().map(|rules| {
        let field = Field::password(t, "password", &t.label.password, "new-password");
        let field = field.rules(password_rules(rules));
        (make.judged(field), make.rules(rules))
    });
    let agreement = match (make.frame.terms_of_use, make.frame.privacy_policy) {
        (Some(_), Some(_)) => segments(
            &t.sign_up.agreement,
            &[("terms", &t.frame.terms), ("privacy", &t.frame.privacy)],
        ),
        _ => Vec::new(),
    };
    let body = Body::SignUp {
        name: name.focus(),
        attributes: make.attributes(&screen.attributes),
        password,
        agreement,
    };
    Step::blank("sign-up", &t.sign_up.title, body)
        .lead(make.continue_to())
        .of(1, 2)
}

pub(super) fn confirm<'a>(make: &Maker<'a>, screen: &'a Confirm) -> Step<'a> {
    let t = make.t;
    let place = screen.place.as_deref();
    let (lead, text) = match (screen.by_link, place) {
        (true, Some(place)) => (
            segments(&t.confirm.link_sent_to, &[("place", place)]),
            &t.action.resend_link,
        ),
        (true, None) => (plain(&t.confirm.link_sent), &t.action.resend_link),
        (false, place) => (make.sent(None, place), &t.action.resend),
    };
    let body = Body::Confirm {
        code: (!screen.by_link).then(|| make.judged(Field::code(t))),
        again: again(make, text, screen.resend),
    };
    Step::blank("confirm", &t.confirm.title, body)
        .lead(lead)
        .who(&screen.who)
        .icon(Icon::Mail)
        .of(2, 2)
        .end(make, "resend", "/resendcode")
}

pub(super) fn forgot<'a>(make: &Maker<'a>, screen: &'a Forgot) -> Step<'a> {
    let t = &make.t.forgot;
    let name = make.name(screen.name, &screen.username, "username");
    let body = Body::Forgot {
        name: make.judged(name.focus()),
    };
    Step::blank("forgot", &t.title, body).lead(plain(&t.text))
}

pub(super) fn reset<'a>(make: &Maker<'a>, screen: &'a Reset) -> Step<'a> {
    let t = make.t;
    let (new, confirm) = new_fields(make, &screen.rules);
    let body = Body::Reset {
        code: make.judged(Field::code(t)),
        new,
        confirm,
        rules: make.rules(&screen.rules),
        again: again(make, &t.action.resend, screen.resend),
    };
    let mut step = Step::blank("reset", &t.reset.title, body)
        .lead(make.sent(None, screen.place.as_deref()))
        .who(&screen.who)
        .icon(Icon::Key)
        .end(make, "resend", "/confirmForgotPassword");
    if let Some(end) = step.ends.first_mut() {
        end.hidden.push(("resend".to_owned(), "1".to_owned()));
    }
    step
}
