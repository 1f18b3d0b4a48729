//! Messages of a provider as a browser brings them: in a form (SAML 2.0 Bindings section 3.5), where the document carries
//! its signature, or in a URL (section 3.4), where the query does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::VerifyingKey;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use percent_encoding::percent_decode;
use roxmltree::Node;

use super::message;
use super::names::ASSERTION;
use super::refused::{Of, Refused};
use super::signature::{Signed, detached, signed};
use crate::xml;

/// Bytes of a document that came in a URL, decompressed; as large as one that is posted may be.
const LONGEST: usize = 75_000;
/// Bytes of a RelayState that goes back to its provider. The standard allows 80; providers send more.
const LONGEST_RELAY: usize = 1_024;

/// The kind that the name of the parameter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        match name {
            "SAMLRequest" => Some(Self::Request),
            "SAMLResponse" => Some(Self::Response),
            _ => None,
        }
    }
}

/// A message, of which nothing was checked.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What its parameter says that it is.
    pub kind: Kind,
    /// The RelayState that came with it.
    pub relay_state: Option<String>,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Posted(String),
    InUrl {
        message: String,
        /// What is signed: the parameters as they stand in the query.
        octets: String,
        algorithm: Option<String>,
        signature: Option<String>,
    },
}

impl Incoming {
    /// Returns a message that was posted.
    ///
    /// # Errors
    /// [`Refused::TooLong`] for a RelayState that does not go back.
    pub fn posted(kind: Kind, message: &str, relay_state: Option<&str>) -> Result<Self, Refused> {
        Ok(Self {
            kind,
            relay_state: relay_state.map(relay).transpose()?,
            form: Form::Posted(message.to_owned()),
        })
    }

    /// Returns the message in a query, without its `?`; None if there is none in it.
    ///
    /// # Errors
    /// [`Refused::Kind`] if there are several messages, or a parameter of one occurs twice or under an encoded name.
    /// [`Refused::TooLong`] for a RelayState that does not go back.
    pub fn in_url(query: &str) -> Result<Option<Self>, Refused> {
        let [mut message, mut relay_state, mut algorithm, mut signature] = [None; 4];
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if name.contains(['%', '+']) {
                return Err(Refused::Kind);
            }
            let place = match name {
                name if Kind::of(name).is_some() => &mut message,
                "RelayState" => &mut relay_state,
                "SigAlg" => &mut algorithm,
                "Signature" => &mut signature,
                _ => continue,
            };
            if place.replace((name, pair, value)).is_some() {
                return Err(Refused::Kind);
            }
        }
        let Some((name, pair, value)) = message else {
            return Ok(None);
        };
        let kind = Kind::of(name).ok_or(Refused::Kind)?;
        // The order of the standard, whatever that of the URL is (section 3.4.4.1).
        let mut octets = pair.to_owned();
        for (_, pair, _) in [relay_state, algorithm].into_iter().flatten() {
            octets.push('&');
            octets.push_str(pair);
        }
        let plain = |found: Option<(_, _, &str)>| found.map(|(_, _, v)| decoded(v)).transpose();
        let relay_state = plain(relay_state)?;
        Ok(Some(Self {
            kind,
            relay_state: relay_state.as_deref().map(relay).transpose()?,
            form: Form::InUrl {
                message: decoded(value)?,
                octets,
                algorithm: plain(algorithm)?,
                signature: plain(signature)?,
            },
        }))
    }

    /// True if it came in a URL, which browsers open with the cookies of the site.
    #[must_use]
    pub const fn is_in_url(&self) -> bool {
        matches!(self.form, Form::InUrl { .. })
    }

    /// Returns the size of what is to be read, in bytes, which the time that it takes grows with.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.form {
            Form::Posted(message) => message.len(),
            // Much can come out of little.
            Form::InUrl { .. } => LONGEST,
        }
    }

    /// Returns the provider that the message says it is of, to find its keys: nothing else may be done with it.
    ///
    /// # Errors
    /// [`Refused`] for what is no message.
    pub fn claimed_issuer(&self) -> Result<String, Refused> {
        let text = self.text()?;
        let document = message::parse(&text)?;
        let found = xml::only(document.root_element(), (ASSERTION, "Issuer"));
        let text = found.and_then(xml::text).map_err(|_| Refused::Issuer)?;
        Ok(text.trim().to_owned())
    }

    /// Returns the document, of which nothing was checked.
    pub(super) fn text(&self) -> Result<String, Refused> {
        match &self.form {
            Form::Posted(message) => message::decode(message),
            Form::InUrl { message, .. } => {
                let packed = STANDARD
                    .decode(message::packed(message)?)
                    .map_err(|_| Refused::NotBase64)?;
                let bytes = decompress_to_vec_with_limit(&packed, LONGEST);
                message::utf8(bytes.map_err(|_| Refused::NotDeflated)?)
            }
        }
    }

    /// Returns what a trusted key has signed of the document, whose text is `text` and whose root is `root`.
    pub(super) fn signed(
        &self,
        text: &str,
        root: Node<'_, '_>,
        trusted: &[VerifyingKey],
    ) -> Result<Signed, Refused> {
        let found = match &self.form {
            Form::Posted(_) => signed(root, trusted),
            Form::InUrl {
                signature: None, ..
            } => Ok(None),
            Form::InUrl {
                octets,
                algorithm,
                signature: Some(signature),
                ..
            } => {
                let algorithm = algorithm.as_deref().unwrap_or_default();
                let signature = STANDARD
                    .decode(message::packed(signature)?)
                    .map_err(|_| Refused::NotBase64)?;
                detached(text, (algorithm, octets.as_bytes(), &signature), trusted).map(Some)
            }
        };
        found
            .map_err(|flaw| Refused::Signature(Of::Message, flaw))?
            .ok_or(Refused::Unsigned)
    }
}

fn relay(text: &str) -> Result<String, Refused> {
    match text.len() <= LONGEST_RELAY {
        true => Ok(text.to_owned()),
        false => Err(Refused::TooLong),
    }
}

/// Decodes a value of a query.
fn decoded(value: &str) -> Result<String, Refused> {
    let spaced = value.replace('+', " ");
    let bytes = percent_decode(spaced.as_bytes()).collect();
    String::from_utf8(bytes).map_err(|_| Refused::NotUtf8)
}
