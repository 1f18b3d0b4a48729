//! Every classic page beside sign-in and sign-up: a heading, a sentence, a form, and ways out.

use crate::views::classic::app::{drawing, grouped};
use crate::views::classic::consent;
use crate::views::classic::fields::{Field, Rule, passwords, rules};
use crate::views::classic::texts::{Texts, fill};
use crate::views::screen::{FactorCard, FactorKind, NameKind, Notice, NoticeKind, Screen};

/// One of several answers.
pub(super) struct Choice {
    /// The value that is sent.
    pub(super) value: &'static str,
    /// The words.
    pub(super) label: String,
}

/// A button below the form that sends a form of its own.
pub(super) struct Aside {
    /// The words before it; empty for none.
    pub(super) before: &'static str,
    /// The path that takes it.
    pub(super) path: &'static str,
    /// The name of the button.
    pub(super) name: &'static str,
    /// Its words.
    pub(super) text: &'static str,
}

/// A link below the form.
pub(super) struct Link<'a> {
    /// The words.
    pub(super) text: &'static str,
    /// Where it leads; None for the page's query at `path`.
    pub(super) href: Option<&'a str>,
    /// The path for that.
    pub(super) path: &'static str,
}

/// What a page consists of.
#[derive(Default)]
pub(super) struct Step<'a> {
    /// The heading.
    pub(super) title: Option<&'static str>,
    /// The id of the element around the text, and of the text.
    pub(super) text_ids: Option<(&'static str, &'static str)>,
    /// The sentence.
    pub(super) text: Option<String>,
    /// A sentence that says that something failed.
    pub(super) failure: Option<&'a str>,
    /// More sentences, each a paragraph.
    pub(super) lines: Vec<String>,
    /// A number to tell to whoever helps.
    pub(super) note: Option<String>,
    /// The rows of a QR code, the key in words, and the URI for an app on the same device.
    pub(super) app: Option<(String, String, &'a str)>,
    /// The name and the path of the form; None for a page without one.
    pub(super) form: Option<(&'static str, &'static str)>,
    /// Names and values that are sent along.
    pub(super) hidden: Vec<(&'a str, &'a str)>,
    /// The name that password managers are told.
    pub(super) who: Option<&'a str>,
    /// The fields.
    pub(super) fields: Vec<Field<'a>>,
    /// The answers to choose from, the first one chosen, under the name `factor`.
    pub(super) choices: Vec<Choice>,
    /// True for a box to have the device remembered.
    pub(super) remember: bool,
    /// The rules for a new password.
    pub(super) rules: Vec<Rule>,
    /// The name, the value and the words of the buttons.
    pub(super) buttons: Vec<(&'static str, &'static str, String)>,
    /// More buttons.
    pub(super) asides: Vec<Aside>,
    /// Links.
    pub(super) links: Vec<Link<'a>>,
}

impl<'a> Step<'a> {
    /// Returns what a page consists of; nothing for those with templates of their own.
    pub(super) fn of(t: &'static Texts, screen: &'a Screen) -> Self {
        let ours = &t.ours;
        let mut step = Self::default();
        match screen {
            Screen::SignIn(_) | Screen::SignUp(_) => {}
            Screen::ChooseFactor(s) => {
                step.open(
                    &ours.choose_title,
                    "selectchallengeform",
                    "/selectChallenge",
                );
                step.text = Some(fill(&ours.signed_in_as, "who", &s.who));
                step.choices = choices(t, &s.factors);
                step.button("choose", &ours.go_on);
                step.back(t);
            }
            Screen::Password(s) => {
                step.form = Some(("cognitoSignInForm", "/selectChallenge"));
                step.text = Some(fill(&ours.signed_in_as, "who", &s.who));
                step.hidden = vec![("username", &s.who)];
                step.who = Some(&s.who);
                let mut field = Field::password(&t.password, "signInFormPassword", "password");
                field.autocomplete = "current-password";
                step.fields = vec![field];
                step.button("signInSubmitButton", &t.sign_in);
                if s.can_reset {
                    step.link(&t.forgot_link, "/forgotPassword");
                }
                step.others(t, s.others);
                step.back(t);
            }
            Screen::Code(s) => {
                step.open(&ours.mfa_title, "mfaform", "/mfa");
                let place = s.place.as_deref();
                step.text = Some(match (s.kind, place) {
                    (FactorKind::Email, Some(place)) => fill(&ours.mfa_email, "place", place),
                    (FactorKind::Sms, Some(place)) => fill(&ours.mfa_sms, "place", place),
                    (FactorKind::Email | FactorKind::Sms, None) => ours.mfa_somewhere.clone(),
                    _ => ours.mfa_app.clone(),
                });
                let id = match s.kind {
                    FactorKind::App => "totpCodeInput",
                    _ => "smsMfaCodeInput",
                };
                step.fields = vec![Field::code(&t.code, id, "authentication_code")];
                step.remember = s.can_remember;
                step.button("mfaSubmitButton", &t.sign_in);
                if s.resend.is_some() {
                    step.aside("/mfa/phone/resendCode", "resend", &ours.resend);
                }
                step.others(t, s.others);
                if s.set_up {
                    step.aside("/mfa/back", "back", &ours.change_contact);
                }
                step.back(t);
            }
            Screen::Passkey(s) => {
                step.open(&ours.passkey_title, "passkeyform", "/login/passkey");
                step.text = Some(ours.passkey_text.clone());
                step.button("passkey", &ours.passkey_button);
                step.others(t, s.others);
                step.back(t);
            }
            Screen::ChooseMfa(s) => {
                let title = match s.set_up {
                    true => &ours.set_up_mfa_title,
                    false => &ours.choose_mfa_title,
                };
                step.open(title, "mfaoptionform", "/mfaOption");
                step.choices = choices(t, &s.factors);
                step.button("choose", &ours.go_on);
                step.back(t);
            }
            Screen::SetUpApp(s) => {
                step.open(&ours.app_title, "mfaregisterform", "/mfaRegister");
                step.text = Some(ours.app_text.clone());
                step.app = Some((drawing(&s.qr), grouped(&s.secret), &s.uri));
                step.fields = vec![
                    Field::code(&t.code, "totpCodeInput", "authentication_code"),
                    Field {
                        label: &ours.app_name,
                        id: "device_name",
                        name: "device_name".into(),
                        kind: "text",
                        value: "",
                        autocomplete: "off",
                        digits: false,
                    },
                ];
                step.button("confirm", &ours.go_on);
                step.back(t);
            }
            Screen::SetUpContact(s) => {
                let by_mail = s.kind == FactorKind::Email;
                let (title, text, label, kind, name) = match by_mail {
                    true => (
                        &ours.email_title,
                        &ours.email_text,
                        &t.email,
                        "email",
                        "email",
                    ),
                    false => (
                        &ours.phone_title,
                        &ours.phone_text,
                        &t.phone,
                        "tel",
                        "phone_number",
                    ),
                };
                step.open(title, "mfaregisterform", "/mfaRegister");
                step.text = Some(text.clone());
                step.fields = vec![Field {
                    label,
                    id: name,
                    name: name.into(),
                    kind,
                    value: &s.value,
                    autocomplete: kind,
                    digits: false,
                }];
                step.button("send", &ours.send_code);
                step.back(t);
            }
            Screen::NewPassword(s) => {
                step.open(
                    &ours.new_password_title,
                    "resetpasswordform",
                    "/resetPassword",
                );
                step.text = Some(ours.new_password_text.clone());
                step.who = Some(&s.who);
                let attributes = s.attributes.iter();
                step.fields = passwords(t, "new_password", "confirm_password");
                step.fields
                    .extend(attributes.map(|field| Field::attribute(t, field)));
                step.rules = rules(t, &s.rules);
                step.button("reset_password", &t.change_password);
                step.back(t);
            }
            Screen::Confirm(s) => {
                step.title = Some(&ours.confirm_title);
                step.text = Some(match (s.by_link, s.place.as_deref()) {
                    (true, _) => ours.confirm_link.clone(),
                    (_, Some(place)) if place.contains('@') => {
                        fill(&ours.confirm_email, "place", place)
                    }
                    (_, Some(place)) => fill(&ours.confirm_sms, "place", place),
                    (_, None) => ours.confirm_somewhere.clone(),
                });
                if !s.by_link {
                    step.form = Some(("confirmform", "/confirm"));
                    step.hidden = vec![("username", &s.who)];
                    step.fields = vec![Field::code(&t.code, "verification_code", "code")];
                    step.button("confirm", &t.confirm_button);
                }
                let (before, text) = match s.by_link {
                    true => (&ours.confirm_resend_link, &ours.resend_link),
                    false => (&ours.confirm_resend, &ours.resend),
                };
                step.asides.push(Aside {
                    before,
                    path: "/resendcode",
                    name: "resend",
                    text,
                });
                step.back(t);
            }
            Screen::Forgot(s) => {
                step.open(&t.forgot_title, "forgotpasswordform", "/forgotPassword");
                step.text_ids = Some(("div-forgot-password-msg", "text-forgot"));
                let (text, label, kind) = match s.name {
                    NameKind::Username => (&t.forgot_username, &t.username, "text"),
                    NameKind::Email => (&t.forgot_email, &t.email, "email"),
                    NameKind::Phone => (&t.forgot_phone, &t.phone, "tel"),
                    NameKind::EmailOrPhone => {
                        (&ours.forgot_email_or_phone, &t.email_or_phone, "text")
                    }
                };
                step.text = Some(text.clone());
                step.fields = vec![Field {
                    label,
                    id: "username",
                    name: "username".into(),
                    kind,
                    value: &s.username,
                    autocomplete: "username",
                    digits: false,
                }];
                step.button("reset_my_password", &t.forgot_button);
                step.back(t);
            }
            Screen::Reset(s) => {
                step.form = Some(("confirmforgotpasswordform", "/confirmForgotPassword"));
                step.text_ids = Some(("div-forgot-password-msg", "text-code"));
                let place = s.place.as_deref();
                step.text = Some(match place {
                    Some(place) if place.contains('@') => fill(&t.reset_email, "place", place),
                    Some(place) => fill(&t.reset_sms, "place", place),
                    None => ours.reset_somewhere.clone(),
                });
                let medium = match place {
                    Some(place) if !place.contains('@') => "SMS",
                    _ => "EMAIL",
                };
                step.hidden = vec![
                    ("username", &s.who),
                    ("destination", place.unwrap_or("")),
                    ("deliveryMedium", medium),
                ];
                step.who = Some(&s.who);
                step.fields = vec![Field::code(&t.code, "forgot_password_code", "code")];
                step.fields
                    .extend(passwords(t, "password", "confirmPassword"));
                step.rules = rules(t, &s.rules);
                step.button("reset_password", &t.change_password);
                step.aside("/confirmForgotPassword", "resend", &ours.resend);
                step.back(t);
            }
            Screen::AddPasskey(s) => {
                step.open(&ours.passkey_add_title, "passkeyaddform", "/passkeys/add");
                step.text = Some(ours.passkey_add_text.clone());
                step.fields = vec![Field {
                    label: &ours.app_name,
                    id: "device_name",
                    name: "device_name".into(),
                    kind: "text",
                    value: &s.device_name,
                    autocomplete: "off",
                    digits: false,
                }];
                step.button("create", &ours.passkey_add_title);
                step.button("skip", &ours.not_now);
            }
            Screen::Chooser(s) => {
                step.open(&ours.chooser_title, "continueform", "/login/continue");
                let text = fill(&ours.signed_in_button, "who", &s.who);
                step.buttons.push(("continue", "true", text));
            }
            Screen::Link(s) => {
                step.open(&ours.link_title, "linkform", "/login/link");
                step.text = Some(fill(&ours.link_text, "provider", &s.provider));
                let (connect, skip) = (ours.link_connect.clone(), ours.link_skip.clone());
                step.buttons.push(("answer", "connect", connect));
                step.buttons.push(("answer", "skip", skip));
            }
            Screen::Notice(s) => step.notice(t, s),
            Screen::Device(s) => {
                step.open(&ours.device_title, "deviceform", "/device");
                let Some(client) = &s.client else {
                    step.text = Some(ours.device_text.clone());
                    step.fields = vec![Field {
                        value: &s.user_code,
                        digits: false,
                        ..Field::code(&t.code, "user_code", "user_code")
                    }];
                    step.button("confirm", &ours.go_on);
                    return step;
                };
                let text = fill(&ours.device_ask, "scopes", &s.scopes.join(", "));
                step.text = Some(fill(&text, "client", client));
                step.hidden = vec![("user_code", &s.user_code)];
                step.buttons = consent::decision(ours);
            }
            Screen::Consent(s) => {
                step.open(&ours.consent_title, "consentform", "/consent");
                step.text = Some(ours.consent_text.clone());
                step.lines = consent::lines(ours, s);
                step.buttons = consent::decision(ours);
            }
            Screen::Feedback(s) => {
                step.open(&ours.feedback_title, "feedbackform", "/feedback");
                step.text = Some(ours.feedback_text.clone());
                step.hidden = pairs(&s.request);
                let valid = (s.answer, "valid", ours.feedback_valid.clone());
                let invalid = (s.answer, "invalid", ours.feedback_invalid.clone());
                step.buttons.extend(match s.valid_first {
                    true => [valid, invalid],
                    false => [invalid, valid],
                });
            }
            Screen::SignOut(s) => {
                step.open(&ours.sign_out_title, "signoutform", "/logout");
                step.text = Some(ours.sign_out_text.clone());
                step.hidden = pairs(&s.request);
                let text = ours.sign_out.clone();
                step.buttons.push((s.answer, "yes", text));
                if let Some(home) = &s.home {
                    step.links.push(Link {
                        text: &ours.home,
                        href: Some(home),
                        path: "",
                    });
                }
            }
        }
        step
    }

    fn notice(&mut self, t: &'static Texts, notice: &'a Notice) {
        let ours = &t.ours;
        let (mut again, mut words) = (true, None);
        match &notice.kind {
            NoticeKind::ConfirmedByLink => {
                self.text = Some(ours.confirmed.clone());
                again = false;
            }
            NoticeKind::FeedbackValid => self.text = Some(ours.feedback_done_valid.clone()),
            NoticeKind::FeedbackInvalid => self.text = Some(ours.feedback_done_invalid.clone()),
            NoticeKind::Leaving => {
                self.text = Some(ours.signed_out.clone());
                words = Some(&ours.go_on);
            }
            NoticeKind::DeviceDone => self.text = Some(ours.device_done.clone()),
            NoticeKind::LinkRefused(alert) => self.failure = Some(&alert.text),
            NoticeKind::SignedOut => self.text = Some(ours.signed_out.clone()),
            NoticeKind::Restart => self.text = Some(ours.restart.clone()),
            NoticeKind::PendingAdmin => self.text = Some(ours.pending.clone()),
            NoticeKind::PendingApproval => self.text = Some(ours.approval.clone()),
            NoticeKind::Error {
                text, reference, ..
            } => {
                // The service's sentence, which scripts look for, and below it the cause.
                self.failure = Some(&t.error_page);
                self.text = Some(text.clone()).filter(|text| *text != t.error_page);
                self.note = Some(fill(&ours.reference, "number", reference));
            }
        }
        let text = if again { &ours.start_again } else { &t.sign_in };
        let text = words.unwrap_or(text);
        if let Some(next) = &notice.next {
            self.links.push(Link {
                text,
                href: Some(next),
                path: "",
            });
        }
        if let Some(home) = &notice.home {
            self.links.push(Link {
                text: &ours.home,
                href: Some(home),
                path: "",
            });
        }
    }

    fn open(&mut self, title: &'static str, name: &'static str, path: &'static str) {
        self.title = Some(title);
        self.form = Some((name, path));
    }

    fn button(&mut self, name: &'static str, text: &str) {
        self.buttons.push((name, "", text.to_owned()));
    }

    fn aside(&mut self, path: &'static str, name: &'static str, text: &'static str) {
        self.asides.push(Aside {
            before: "",
            path,
            name,
            text,
        });
    }

    fn link(&mut self, text: &'static str, path: &'static str) {
        self.links.push(Link {
            text,
            href: None,
            path,
        });
    }

    fn others(&mut self, t: &'static Texts, others: bool) {
        if others {
            self.aside("/mfa/back", "another", &t.ours.another);
        }
    }

    fn back(&mut self, t: &'static Texts) {
        self.link(&t.ours.back, "/login");
    }
}

fn choices(t: &Texts, cards: &[FactorCard]) -> Vec<Choice> {
    let ours = &t.ours;
    let choice = |card: &FactorCard| {
        let (value, label) = match card.kind {
            FactorKind::Password => ("password", &ours.factor_password),
            FactorKind::Passkey => ("passkey", &ours.factor_passkey),
            FactorKind::Email => ("email", &ours.factor_email),
            FactorKind::Sms => ("sms", &ours.factor_sms),
            FactorKind::App => ("app", &ours.factor_app),
        };
        let label = match &card.place {
            Some(place) => fill(&fill(&ours.factor_to, "factor", label), "place", place),
            None => label.clone(),
        };
        Choice { value, label }
    };
    cards.iter().map(choice).collect()
}

fn pairs(request: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = request.iter();
    pairs.map(|(name, value)| (&**name, &**value)).collect()
}
