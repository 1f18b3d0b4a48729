//! The parts that pages have in common, made from a frame.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::field::{Field, Rule, Rules};
use crate::locale::{Pages, Segment, fill, segments};
use crate::views::frame::{AlertKind, Frame};
use crate::views::screen::{AttributeField, FactorKind, NameKind, PasswordRules};

/// Makes parts of a page.
pub(super) struct Maker<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) t: &'static Pages,
    /// The id of the field that the alert is about, once that field was made.
    pub(super) wrong_field: RefCell<Option<String>>,
    /// True once a list of countries was made.
    pub(super) has_countries: Cell<bool>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(frame: &'a Frame<'a>) -> Self {
        Self {
            frame,
            t: &frame.locale.texts().pages,
            wrong_field: RefCell::default(),
            has_countries: Cell::default(),
        }
    }

    /// Returns a path with the query that every page carries on.
    pub(super) fn to(&self, path: &str) -> String {
        to(self.frame, path)
    }

    /// Says at a field what was refused.
    pub(super) fn judged(&self, mut field: Field<'a>) -> Field<'a> {
        let alert = self.frame.alert.as_ref();
        let Some(alert) = alert.filter(|alert| alert.kind == AlertKind::Error) else {
            return field;
        };
        let about = alert.field.unwrap_or_default();
        let inner = field.name.strip_prefix("requiredAttributes[");
        let attribute = inner.and_then(|name| name.strip_suffix(']'));
        if !about.is_empty() && (about == field.name || Some(about) == attribute) {
            field.wrong = Some(&alert.text);
            self.wrong_field
                .replace(Some(field.id.clone().into_owned()));
        }
        field
    }

    /// Makes the field for what users of the pool type as their name. `autocomplete` is for a name that is known.
    pub(super) fn name(
        &self,
        kind: NameKind,
        value: &'a str,
        autocomplete: &'static str,
    ) -> Field<'a> {
        let label = &self.t.label;
        let (label, of_type) = match kind {
            NameKind::Username => (&label.username, "text"),
            NameKind::Email => (&label.email, "email"),
            NameKind::Phone => (&label.phone, "tel"),
            NameKind::EmailOrPhone => (&label.email_or_phone, "text"),
        };
        let field = Field::text(self.t, "username", label.as_str(), value)
            .of_type(of_type)
            .autocomplete(autocomplete);
        match kind {
            NameKind::Phone => self.phone(field),
            _ => field,
        }
    }

    /// Makes a field one for a phone number.
    pub(super) fn phone(&self, field: Field<'a>) -> Field<'a> {
        let t = &self.t.help;
        let countries = self.frame.brand.country_list;
        self.has_countries.set(countries);
        let help = if countries {
            &t.phone_country
        } else {
            &t.phone
        };
        field.phone(countries).help(help)
    }

    /// Makes the field of an attribute. Its label is a text of the page, or the bare name of a custom attribute.
    pub(super) fn attribute(&self, field: &'a AttributeField) -> Field<'a> {
        let t = &self.t.attribute;
        let own = field.name.strip_prefix("custom:").unwrap_or(&field.name);
        let (label, kind, token) = match field.name.as_str() {
            "address" => (t.address.as_str(), "text", "street-address"),
            "birthdate" => (t.birthdate.as_str(), "date", "bday"),
            "email" => (t.email.as_str(), "email", "email"),
            "family_name" => (t.family_name.as_str(), "text", "family-name"),
            "gender" => (t.gender.as_str(), "text", "sex"),
            "given_name" => (t.given_name.as_str(), "text", "given-name"),
            "locale" => (t.locale.as_str(), "text", "language"),
            "middle_name" => (t.middle_name.as_str(), "text", "additional-name"),
            "name" => (t.name.as_str(), "text", "name"),
            "nickname" => (t.nickname.as_str(), "text", "nickname"),
            "phone_number" => (t.phone_number.as_str(), "tel", "tel"),
            "picture" => (t.picture.as_str(), "url", "photo"),
            "preferred_username" => (t.preferred_username.as_str(), "text", "off"),
            "profile" => (t.profile.as_str(), "url", "url"),
            "website" => (t.website.as_str(), "url", "url"),
            "zoneinfo" => (t.zoneinfo.as_str(), "text", "off"),
            _ => (own, "text", "off"),
        };
        let made = Field::text(
            self.t,
            format!("requiredAttributes[{}]", field.name),
            label,
            &field.value,
        );
        let made = made
            .of_type(kind)
            .id(format!("attribute-{own}"))
            .autocomplete(token);
        self.judged(match field.name.as_str() {
            "phone_number" => self.phone(made),
            _ => made,
        })
    }

    /// Makes the fields of attributes. Where names begin with the family's, so does the form.
    pub(super) fn attributes(&self, fields: &'a [AttributeField]) -> Vec<Field<'a>> {
        let mut made: Vec<Field<'a>> = fields.iter().map(|field| self.attribute(field)).collect();
        let place = |id: &str| fields.iter().position(|field| field.name == id);
        let family_first = ["ja", "ko", "zh-CN", "zh-TW"].contains(&self.frame.locale.tag());
        if let (true, Some(given), Some(family)) =
            (family_first, place("given_name"), place("family_name"))
            && given < family
        {
            made.swap(given, family);
        }
        made
    }

    /// Makes the rules for passwords.
    pub(super) fn rules(&self, rules: &PasswordRules) -> Rules {
        let t = &self.t.rule;
        let length = u64::try_from(rules.min_length).unwrap_or_default();
        let rule = |kind, text: &str| Rule {
            kind,
            least: 1,
            text: text.to_owned(),
        };
        let mut list = vec![Rule {
            kind: "length",
            least: rules.min_length,
            text: t.length.with(self.frame.locale, length),
        }];
        let others = [
            (rules.lowercase, "lower", &t.lowercase),
            (rules.uppercase, "upper", &t.uppercase),
            (rules.number, "number", &t.number),
            (rules.symbol, "symbol", &t.symbol),
        ];
        list.extend(
            others
                .iter()
                .filter(|(on, _, _)| *on)
                .map(|(_, kind, text)| rule(*kind, text)),
        );
        Rules::new(self.t, list)
    }

    /// Returns the sentence that says where a code went.
    pub(super) fn sent(
        &self,
        kind: Option<FactorKind>,
        place: Option<&'a str>,
    ) -> Vec<Segment<'a>> {
        let t = &self.t.code;
        match (place, kind) {
            (Some(place), _) => segments(&t.sent_to, &[("place", place)]),
            (None, Some(FactorKind::Email)) => plain(&t.sent_email),
            (None, Some(FactorKind::Sms)) => plain(&t.sent_sms),
            (None, _) => plain(&t.sent),
        }
    }

    /// Returns a text with the name of the client in it.
    pub(super) fn with_app(&self, text: &'static str) -> Vec<Segment<'a>> {
        segments(text, &[("app", self.frame.app)])
    }

    /// Returns the line below the heading of a page that leads to the client, where no line above it names the client.
    pub(super) fn continue_to(&self) -> Vec<Segment<'a>> {
        let logo = self.frame.brand.form_logo.as_ref();
        match logo.filter(|logo| logo.inside && logo.above && !self.frame.app.is_empty()) {
            Some(_) => self.with_app(&self.t.frame.continue_to),
            None => Vec::new(),
        }
    }

    /// Returns the title of the browser's tab.
    pub(super) fn title(&self, heading: &str) -> String {
        let t = &self.t.frame;
        let mut title = match self.frame.app {
            "" => heading.to_owned(),
            app => fill(&t.page_title, &[("heading", heading), ("app", app)]),
        };
        let alert = self.frame.alert.as_ref();
        if alert.is_some_and(|alert| alert.kind == AlertKind::Error) {
            title = fill(&t.error_title, &[("title", &title)]);
        }
        title
    }
}

/// Returns a text without values.
pub(super) fn plain(text: &str) -> Vec<Segment<'_>> {
    vec![Segment { text, name: None }]
}

/// Returns a path with the query that every page carries on.
pub(super) fn to(frame: &Frame<'_>, path: &str) -> String {
    match frame.query {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// Returns the rules as password managers read them (the attribute `passwordrules`).
pub(super) fn password_rules(rules: &PasswordRules) -> String {
    let wanted: [(bool, &str); 4] = [
        (rules.lowercase, "lower"),
        (rules.uppercase, "upper"),
        (rules.number, "digit"),
        (rules.symbol, "[-!@#$%^*_+=.]"),
    ];
    let mut text = format!("minlength: {};", rules.min_length);
    for (_, class) in wanted.iter().filter(|(on, _)| *on) {
        text.push_str(" required: ");
        text.push_str(class);
        text.push(';');
    }
    text
}

/// Returns the value that a form sends for a factor.
pub(super) fn word(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Password => "password",
        FactorKind::Passkey => "passkey",
        FactorKind::Email => "email",
        FactorKind::Sms => "sms",
        FactorKind::App => "app",
    }
}

/// Reads a query; a pair that is no text is left out.
pub(super) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        let text: Cow<'_, str> = percent_encoding::percent_decode_str(&text)
            .decode_utf8()
            .ok()?;
        Some(text.into_owned())
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}
