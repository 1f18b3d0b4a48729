//! What all formats do with a record on its way to a [`UserRecord`].

use cognate_crypto::hash::uuid_v5;
use cognate_crypto::imported::{BadHash, ImportedHash};
use cognate_crypto::totp::Seed;

use super::node::Node;
use super::when::micros;
use super::{Item, Options};
use crate::record::{LinkRecord, MfaRecord, PasswordRecord, TotpRecord, UserRecord};

/// The namespace of ids that are made of those of other systems.
const NAMESPACE: [u8; 16] = [
    0x0b, 0x6c, 0x5d, 0x0e, 0x3f, 0x59, 0x4b, 0x0a, 0x9d, 0x0c, 0x5d, 0x5c, 0x0e, 0x7e, 0x6a, 0x11,
];
/// The flags of addresses.
const FLAGS: [(&str, &str); 2] = [
    ("email", "email_verified"),
    ("phone_number", "phone_number_verified"),
];

/// A refusal or a record.
pub(super) type Read<T> = Result<T, String>;

/// A user on the way.
pub(super) struct Draft<'o> {
    pub(super) options: &'o Options,
    pub(super) user: UserRecord,
    pub(super) notes: Vec<String>,
    /// The source's own name of the user.
    pub(super) id: Option<String>,
}

impl<'o> Draft<'o> {
    pub(super) fn new(options: &'o Options) -> Self {
        Self {
            options,
            user: UserRecord::default(),
            notes: Vec::new(),
            id: None,
        }
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Sets an attribute that has a value.
    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value.map(Into::into).filter(|value| !value.is_empty()) {
            self.user.attributes.insert(name.to_owned(), value);
        }
    }

    /// Sets attributes from members of the same record.
    pub(super) fn copy(&mut self, node: &Node, names: &[(&str, &str)]) {
        for (from, to) in names {
            self.set(to, node.at(from).scalar());
        }
    }

    /// Says whether an address is verified.
    pub(super) fn verified(&mut self, flag: &str, is: Option<bool>) {
        if let Some(is) = is {
            let text = if is { "true" } else { "false" };
            self.set(flag, Some(text));
        }
    }

    /// Sets a phone number, without what people write between digits.
    pub(super) fn phone(&mut self, number: Option<&str>) {
        let Some(number) = number.filter(|number| !number.is_empty()) else {
            return;
        };
        let number = number.strip_prefix("tel:").unwrap_or(number);
        let plain: String = number
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
            .collect();
        if plain.starts_with('+') {
            self.set("phone_number", Some(plain));
        } else {
            self.note("the phone number has no country code and was left out");
        }
    }

    /// Takes a password hash, or the reason why there is none.
    pub(super) fn hash(&mut self, hash: Result<ImportedHash, BadHash>) -> Read<()> {
        match hash {
            Ok(hash) => {
                if hash.weak() {
                    self.note("the password hash is a fast one, which can be guessed against");
                }
                let bytes = hash.to_bytes();
                let text = std::str::from_utf8(bytes.expose()).map_err(|_| "no text")?;
                self.user.password = Some(PasswordRecord::Imported(text.to_owned()));
                Ok(())
            }
            Err(why) if self.options.drop_bad_hashes => {
                self.note(format!("without a password: {why}"));
                Ok(())
            }
            Err(why) => Err(why.to_string()),
        }
    }

    /// Takes a password hash in one of the known texts.
    pub(super) fn hash_text(&mut self, text: Option<&str>) -> Read<()> {
        match text {
            // Django's mark of a password that nobody has, and what directories write for a locked one.
            Some(text) if !text.is_empty() && !text.starts_with('!') && text != "*" => {
                self.hash(ImportedHash::read(text, &self.options.bounds))
            }
            _ => Ok(()),
        }
    }

    /// Takes the seed of an authenticator app and turns it on.
    pub(super) fn totp(&mut self, seed: Option<Seed>, name: Option<&str>) {
        let Some(seed) = seed else {
            self.note("the authenticator app was left out: its seed is of no usable form");
            return;
        };
        self.user.totp = Some(TotpRecord {
            secret: seed.secret_code().expose().clone(),
            name: name.map(str::to_owned),
            last_step: 0,
        });
        let mfa = self.user.mfa.get_or_insert_with(MfaRecord::default);
        mfa.software_token = true;
        mfa.preferred = Some("SOFTWARE_TOKEN_MFA".to_owned());
    }

    /// Adds an outside identity, under the provider's name in the pool.
    pub(super) fn link(&mut self, provider: &str, subject: Option<String>) {
        let Some(value) = subject.filter(|subject| !subject.is_empty()) else {
            return;
        };
        let known = self.options.providers.get(provider);
        self.user.links.push(LinkRecord {
            provider: known.map_or(provider, String::as_str).to_owned(),
            value,
            ..LinkRecord::default()
        });
    }

    /// Adds a group.
    pub(super) fn group(&mut self, name: impl Into<String>) {
        let name = name.into();
        if !name.is_empty() && !self.user.groups.contains(&name) {
            self.user.groups.push(name);
        }
    }

    /// Ends a record: what options say of it, its `sub`, its user name. `names`: the attributes that may be the user name
    /// where there is none, in this order.
    pub(super) fn finish(&mut self, node: &Node, names: &[&str]) -> Read<Item> {
        let options = self.options;
        for mapping in &options.map {
            self.mapped(node.at(&mapping.from), &mapping.to)?;
        }
        for (attribute, flag) in FLAGS {
            let attributes = &mut self.user.attributes;
            if !attributes.contains_key(attribute) {
                attributes.remove(flag);
            } else if options.assume_verified && !attributes.contains_key(flag) {
                attributes.insert(flag.to_owned(), "true".to_owned());
            }
        }
        let user = &mut self.user;
        if user.username.is_empty() {
            let mut found = names.iter().filter_map(|name| user.attributes.get(*name));
            user.username = found.next().cloned().unwrap_or_default();
        }
        let id = self.id.as_deref().unwrap_or(&user.username);
        if id.is_empty() {
            return Err("there is neither an id nor a user name".to_owned());
        }
        if user.sub.is_none() {
            user.sub = Some(subject(&options.source, id));
        }
        if user.username.is_empty() {
            user.username = user.sub.clone().unwrap_or_default();
        }
        Ok(Item::User(Box::new(std::mem::take(&mut self.user))))
    }

    fn mapped(&mut self, value: &Node, to: &str) -> Read<()> {
        match to {
            "id" => self.id = value.scalar().or_else(|| self.id.take()),
            "username" => {
                if let Some(name) = value.scalar() {
                    self.user.username = name;
                }
            }
            "hash" => self.hash_text(value.text())?,
            "active" => self.user.enabled = value.flag().or(self.user.enabled),
            "created" => self.user.created = micros(value).or(self.user.created),
            "totp" => {
                if let Some(text) = value.text() {
                    self.totp(Seed::from_secret_code(text), None);
                }
            }
            "groups" => {
                for name in value.list().iter().filter_map(Node::scalar) {
                    self.group(name);
                }
                if let Some(list) = value.text() {
                    list.split(',').for_each(|name| self.group(name.trim()));
                }
            }
            "phone_number" => self.phone(value.scalar().as_deref()),
            attribute => self.set(attribute, value.scalar()),
        }
        Ok(())
    }
}

/// Returns the `sub` of a user of another system: its own id if that is a UUID, else one that is made of the source and the
/// id, so that a second import finds the same user.
pub(super) fn subject(source: &str, id: &str) -> String {
    let small = id.to_ascii_lowercase();
    let is_uuid = small.len() == 36
        && small.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    if is_uuid {
        return small;
    }
    uuid_v5(NAMESPACE, format!("{source}\0{id}").as_bytes())
}
