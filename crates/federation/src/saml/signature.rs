//! Signatures in messages, and the rule that makes them safe: see only what was signed.
//!
//! The caller holds an element and asks whether a trusted key has signed it. The answer is [`Signed`]: the canonical bytes
//! that the digest is of, to be parsed again. Nothing is looked up by an identifier, so that duplicate or misplaced ones
//! mean nothing; comments are gone; and whatever stands elsewhere in the message, inside of the signature too, is out of
//! reach of the rules. One shape of signature is understood, the one that providers send (SAML 2.0 Core section 5.4).

use cognate_crypto::foreign::{Alg, Sha2, VerifyingKey, digest};
use roxmltree::Node;

use super::c14n;
use super::names::{DSIG, ENVELOPED, EXCLUSIVE};
use crate::xml::{self, Malformed};

/// Bytes of the canonical form of what is signed.
const LONGEST_INFO: usize = 8_192;
/// Elements and texts in it.
const MOST_NODES: usize = 64;
/// Prefixes that a canonicalization keeps.
const MOST_PREFIXES: usize = 16;

/// The reason for which a signature that is there does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There are two signatures of one element.
    #[error("there are several signatures")]
    Several,
    /// A part is missing, is there twice, or is of another kind than expected.
    #[error("it has not the one shape that is understood")]
    Shape,
    /// It is beyond a bound.
    #[error("it is too large")]
    TooLarge,
    /// Canonicalization of the signed part by another method than the exclusive one without comments.
    #[error("canonicalization by another method")]
    Canonicalization,
    /// An algorithm that is not accepted: SHA-1, MD5, DSA, HMAC, RSA-PSS, or none at all.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// The provider has no key of the algorithm's kind.
    #[error("the provider has no key for the algorithm")]
    NoKey,
    /// No key of the provider has made this signature.
    #[error("no key of the provider has made the signature")]
    Value,
    /// It is about something else than the element that it stands in.
    #[error("it refers to something else")]
    Reference,
    /// Other transforms than the enveloped signature and exclusive canonicalization, in this order.
    #[error("the transforms are not accepted")]
    Transforms,
    /// A digest that is not accepted.
    #[error("the digest algorithm is not accepted")]
    DigestMethod,
    /// The element was changed after it was signed.
    #[error("the digest differs")]
    Digest,
}

impl From<Malformed> for Flaw {
    fn from(_: Malformed) -> Self {
        Self::Shape
    }
}

/// The canonical bytes of an element that a trusted key has signed, or the document under a signature of its own. Only this
/// file makes one.
pub(crate) struct Signed(String);

impl Signed {
    /// Returns the text, which is parsed to read what was signed.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Returns the canonical bytes of an element of a document that is itself of signed bytes, for an element that has no
    /// signature of its own. `self` is those bytes.
    pub(crate) fn part(&self, element: Node<'_, '_>) -> Result<Self, Flaw> {
        c14n::exclusive(element, None, &[])
            .map(Self)
            .ok_or(Flaw::TooLarge)
    }
}

/// Returns what was signed of `element` by the signature that it has as a child; None if it has none.
///
/// # Errors
/// [`Flaw`] if the signature does not hold. It must never be taken for the absence of one.
pub(crate) fn signed(
    element: Node<'_, '_>,
    trusted: &[VerifyingKey],
) -> Result<Option<Signed>, Flaw> {
    let mut signatures = xml::children(element, (DSIG, "Signature"));
    let Some(signature) = signatures.next() else {
        return Ok(None);
    };
    if signatures.next().is_some() {
        return Err(Flaw::Several);
    }
    let info = xml::only(signature, (DSIG, "SignedInfo"))?;
    let value = xml::base64(xml::only(signature, (DSIG, "SignatureValue"))?)?;
    let info = canonical_info(info)?;
    let document = xml::parse(&info, xml::SIGNED_INFO).map_err(|_| Flaw::TooLarge)?;
    let info_element = document.root_element();
    verify(info_element, info.as_bytes(), &value, trusted)?;
    let reference = Reference::read(info_element)?;
    let id = xml::attribute(element, "ID").unwrap_or_default();
    if id.is_empty() || reference.uri.strip_prefix('#') != Some(id) {
        return Err(Flaw::Reference);
    }
    let text =
        c14n::exclusive(element, Some(signature), &reference.prefixes).ok_or(Flaw::TooLarge)?;
    if digest(reference.sha, text.as_bytes()) != reference.digest {
        return Err(Flaw::Digest);
    }
    Ok(Some(Signed(text)))
}

/// Returns the text of a document that came in a URL, whose query is signed: the algorithm, the octets that the signature
/// is over, and its value (SAML 2.0 Bindings section 3.4.4.1). All of the document is signed then.
///
/// # Errors
/// [`Flaw`] if the signature does not hold.
pub(crate) fn detached(
    text: &str,
    (algorithm, octets, value): (&str, &[u8], &[u8]),
    trusted: &[VerifyingKey],
) -> Result<Signed, Flaw> {
    by_any(trusted, Alg::from_xml(algorithm), octets, value)?;
    Ok(Signed(text.to_owned()))
}

/// Returns the canonical form of a SignedInfo. What it says itself about its form is read twice: here, to make the form,
/// and by [`verify`], from the form.
fn canonical_info(info: Node<'_, '_>) -> Result<String, Flaw> {
    if info.descendants().take(MOST_NODES + 1).count() > MOST_NODES {
        return Err(Flaw::TooLarge);
    }
    let prefixes = canonicalization(info)?;
    let text = c14n::exclusive(info, None, &prefixes).ok_or(Flaw::TooLarge)?;
    if text.len() > LONGEST_INFO {
        return Err(Flaw::TooLarge);
    }
    Ok(text)
}

/// Returns the prefixes that the canonicalization of a SignedInfo keeps.
fn canonicalization<'a>(info: Node<'a, '_>) -> Result<Vec<&'a str>, Flaw> {
    let method = xml::only(info, (DSIG, "CanonicalizationMethod"))?;
    exclusive_method(method)?.ok_or(Flaw::Canonicalization)
}

/// Returns the prefixes of a canonicalization, or None if it is not the exclusive one without comments.
fn exclusive_method<'a>(method: Node<'a, '_>) -> Result<Option<Vec<&'a str>>, Flaw> {
    if xml::attribute(method, "Algorithm") != Some(EXCLUSIVE) {
        return Ok(None);
    }
    let mut parameters = method.children().filter(Node::is_element);
    let list = match (parameters.next(), parameters.next()) {
        (None, _) => return Ok(Some(Vec::new())),
        (Some(one), None) if one.has_tag_name((EXCLUSIVE, "InclusiveNamespaces")) => {
            xml::attribute(one, "PrefixList").unwrap_or_default()
        }
        _ => return Err(Flaw::Shape),
    };
    let prefixes: Vec<&str> = list
        .split_ascii_whitespace()
        .take(MOST_PREFIXES + 1)
        .collect();
    if prefixes.len() > MOST_PREFIXES {
        return Err(Flaw::TooLarge);
    }
    Ok(Some(prefixes))
}

/// Verifies the signature over a canonical SignedInfo with each key that it can be by. KeyInfo is never read: a key that
/// came with the message proves nothing.
fn verify(
    info: Node<'_, '_>,
    text: &[u8],
    value: &[u8],
    trusted: &[VerifyingKey],
) -> Result<(), Flaw> {
    if !info.has_tag_name((DSIG, "SignedInfo")) {
        return Err(Flaw::Shape);
    }
    canonicalization(info)?;
    let method = xml::only(info, (DSIG, "SignatureMethod"))?;
    if method.children().any(|child| child.is_element()) {
        return Err(Flaw::Algorithm);
    }
    let algorithm = xml::attribute(method, "Algorithm").and_then(Alg::from_xml);
    by_any(trusted, algorithm, text, value)
}

/// Verifies a signature with each key that it can be by.
fn by_any(
    trusted: &[VerifyingKey],
    algorithm: Option<Alg>,
    text: &[u8],
    value: &[u8],
) -> Result<(), Flaw> {
    let algorithm = algorithm.ok_or(Flaw::Algorithm)?;
    let mut keys = trusted.iter().filter(|key| key.fits(algorithm)).peekable();
    if keys.peek().is_none() {
        return Err(Flaw::NoKey);
    }
    if keys.any(|key| key.verify(algorithm, text, value)) {
        Ok(())
    } else {
        Err(Flaw::Value)
    }
}

/// The one reference of a signature.
struct Reference<'a> {
    uri: &'a str,
    prefixes: Vec<&'a str>,
    sha: Sha2,
    digest: Vec<u8>,
}

impl<'a> Reference<'a> {
    fn read(info: Node<'a, '_>) -> Result<Self, Flaw> {
        let reference = xml::only(info, (DSIG, "Reference"))?;
        let transforms = xml::only(reference, (DSIG, "Transforms"))?;
        let mut steps = transforms.children().filter(Node::is_element);
        let (Some(enveloped), Some(exclusive), None) = (steps.next(), steps.next(), steps.next())
        else {
            return Err(Flaw::Transforms);
        };
        let transform = |step: Node<'_, '_>| step.has_tag_name((DSIG, "Transform"));
        if !transform(enveloped)
            || !transform(exclusive)
            || xml::attribute(enveloped, "Algorithm") != Some(ENVELOPED)
            || enveloped.children().any(|child| child.is_element())
        {
            return Err(Flaw::Transforms);
        }
        let prefixes = exclusive_method(exclusive)?.ok_or(Flaw::Transforms)?;
        let method = xml::only(reference, (DSIG, "DigestMethod"))?;
        let sha = match xml::attribute(method, "Algorithm") {
            Some("http://www.w3.org/2001/04/xmlenc#sha256") => Sha2::Sha256,
            Some("http://www.w3.org/2001/04/xmldsig-more#sha384") => Sha2::Sha384,
            Some("http://www.w3.org/2001/04/xmlenc#sha512") => Sha2::Sha512,
            _ => return Err(Flaw::DigestMethod),
        };
        Ok(Self {
            uri: xml::attribute(reference, "URI").unwrap_or_default(),
            prefixes,
            sha,
            digest: xml::base64(xml::only(reference, (DSIG, "DigestValue"))?)?,
        })
    }
}
