//! Our messages in forms that the browser posts (SAML 2.0 Bindings section 3.5). The document carries its signature, in
//! the one shape that `signature.rs` understands.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::{Sha2, digest};
use cognate_crypto::jws::SigningKey;
use roxmltree::{Document, Node};

use super::c14n;
use super::names::{ASSERTION, DSIG, ENVELOPED, EXCLUSIVE, RSA_SHA256};
use super::request::Message;
use crate::xml;

/// The digest of the signature.
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Returns the fields of the form that takes a message to the provider. `relay`: comes back with the answer; empty is none.
/// None for a document that is not one of ours.
#[must_use]
pub fn fields(
    message: Message<'_>,
    relay: &str,
    key: &SigningKey,
) -> Option<Vec<(&'static str, String)>> {
    let (name, document) = match message {
        Message::Request(document) => ("SAMLRequest", document),
        Message::Response(document) => ("SAMLResponse", document),
    };
    let mut fields = vec![(name, STANDARD.encode(signed(document, key)?))];
    if !relay.is_empty() {
        fields.push(("RelayState", relay.to_owned()));
    }
    Some(fields)
}

/// Returns the document with a signature of its root behind the Issuer, which is where the schema has it.
fn signed(document: &str, key: &SigningKey) -> Option<String> {
    let parsed = Document::parse(document).ok()?;
    let root = parsed.root_element();
    let id = xml::attribute(root, "ID")?;
    let issuer = xml::only(root, (ASSERTION, "Issuer")).ok()?;
    let content = c14n::exclusive(root, None, &[])?;
    let value = STANDARD.encode(digest(Sha2::Sha256, content.as_bytes()));
    let info = format!(
        r##"<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><ds:SignatureMethod Algorithm="{RSA_SHA256}"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"##
    );
    let open = format!(r#"<ds:Signature xmlns:ds="{DSIG}">{info}"#);
    let unsigned = format!("{open}</ds:Signature>");
    let alone = Document::parse(&unsigned).ok()?;
    let element = alone.root_element().first_element_child();
    let octets = element.and_then(|info: Node<'_, '_>| c14n::exclusive(info, None, &[]))?;
    let signature = STANDARD.encode(key.sign(octets.as_bytes()));
    let (front, back) = document.split_at_checked(issuer.range().end)?;
    Some(format!(
        "{front}{open}<ds:SignatureValue>{signature}</ds:SignatureValue></ds:Signature>{back}"
    ))
}
