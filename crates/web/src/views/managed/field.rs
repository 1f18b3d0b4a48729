//! Fields of forms.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

use super::icon::Icon;
use crate::locale::Pages;
use crate::phone::COUNTRIES;

/// The names of the styles of a field.
const CODE: &str = "code ltr";
const LTR: &str = "ltr";

/// A field with its label, its help, and what was wrong with it.
#[derive(Clone, Debug, Template)]
#[template(path = "managed/parts/field.html")]
pub(super) struct Field<'a> {
    t: &'static Pages,
    /// The name that is sent.
    pub(super) name: Cow<'a, str>,
    /// A word that never changes; never generated (pages.md 1.3).
    pub(super) id: Cow<'a, str>,
    label: Cow<'a, str>,
    kind: &'static str,
    value: &'a str,
    autocomplete: &'static str,
    inputmode: &'static str,
    pattern: &'static str,
    enterkeyhint: &'static str,
    class: &'static str,
    placeholder: &'static str,
    help: Option<&'a str>,
    /// The id of something else that describes it.
    described: &'static str,
    passwordrules: String,
    /// What was refused.
    pub(super) wrong: Option<&'a str>,
    /// True if it takes the focus where there is a keyboard.
    focus: bool,
    required: bool,
    /// True if a list of countries stands before it.
    countries: bool,
}

/// The template escapes what it inserts.
impl HtmlSafe for Field<'_> {}

impl<'a> Field<'a> {
    /// Creates a field of plain text, whose id is its name.
    pub(super) fn text(
        t: &'static Pages,
        name: impl Into<Cow<'a, str>>,
        label: impl Into<Cow<'a, str>>,
        value: &'a str,
    ) -> Self {
        let name = name.into();
        Self {
            t,
            id: name.clone(),
            name,
            label: label.into(),
            kind: "text",
            value,
            autocomplete: "off",
            inputmode: "",
            pattern: "",
            enterkeyhint: "",
            class: "",
            placeholder: "",
            help: None,
            described: "",
            passwordrules: String::new(),
            wrong: None,
            focus: false,
            required: true,
            countries: false,
        }
    }

    /// Creates the field of a code (pages.md 1.3): one, whatever its length, for digits and what people put between them.
    pub(super) fn code(t: &'static Pages) -> Self {
        Self {
            id: "otp-code".into(),
            autocomplete: "one-time-code",
            inputmode: "numeric",
            pattern: "[0-9 \\-]*",
            class: CODE,
            focus: true,
            ..Self::text(t, "code", t.label.code.as_str(), "")
        }
    }

    /// Creates a field for a password.
    pub(super) fn password(
        t: &'static Pages,
        name: &'static str,
        label: &'a str,
        autocomplete: &'static str,
    ) -> Self {
        Self {
            kind: "password",
            autocomplete,
            ..Self::text(t, name, label, "")
        }
    }

    /// Makes it a field for a phone number, with a list of countries if the look has one.
    pub(super) fn phone(mut self, countries: bool) -> Self {
        self.countries = countries;
        self.of_type("tel")
    }

    /// Sets type and keyboard: `email`, `tel`, `url`, `date`.
    pub(super) fn of_type(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        if matches!(kind, "email" | "tel" | "url") {
            self.inputmode = kind;
            self.class = LTR;
        }
        self.placeholder = match kind {
            "email" => "name@host.com",
            "tel" => "+12065550100",
            _ => "",
        };
        self
    }

    pub(super) fn id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.id = id.into();
        self
    }

    pub(super) fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// Sets the word on the key of a keyboard on glass.
    pub(super) fn enter(mut self, hint: &'static str) -> Self {
        self.enterkeyhint = hint;
        self
    }

    pub(super) fn help(mut self, text: &'a str) -> Self {
        self.help = Some(text);
        self
    }

    /// Shows a code in large digits.
    pub(super) fn large_digits(mut self) -> Self {
        self.class = CODE;
        self
    }

    /// Takes the focus where there is a keyboard: on a phone the keyboard would hide the page.
    pub(super) fn focus(mut self) -> Self {
        self.focus = true;
        self
    }

    pub(super) fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Says to a password manager which passwords the pool takes, and that the rules on the page describe the field.
    pub(super) fn rules(mut self, rules: String) -> Self {
        self.passwordrules = rules;
        self.described = "password-rules";
        self
    }

    fn describedby(&self) -> String {
        let mut ids: Vec<String> = Vec::new();
        if !self.described.is_empty() {
            ids.push(self.described.to_owned());
        }
        if self.help.is_some() {
            ids.push(format!("{}-help", self.id));
        }
        if self.wrong.is_some() {
            ids.push(format!("{}-error", self.id));
        }
        ids.join(" ")
    }

    fn is_password(&self) -> bool {
        self.kind == "password"
    }

    fn is_name(&self) -> bool {
        matches!(self.kind, "text" | "email" | "tel" | "url")
    }
}

/// The rules for passwords that a page lists.
#[derive(Clone, Debug, Template)]
#[template(path = "managed/parts/rules.html")]
pub(super) struct Rules {
    t: &'static Pages,
    pub(super) list: Vec<Rule>,
}

/// The template escapes what it inserts.
impl HtmlSafe for Rules {}

/// A rule: the word by which the script knows it, its number if it has one, its text.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) kind: &'static str,
    pub(super) least: i64,
    pub(super) text: String,
}

impl Rules {
    pub(super) fn new(t: &'static Pages, list: Vec<Rule>) -> Self {
        Self { t, list }
    }
}
