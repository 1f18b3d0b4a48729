//! Encrypted assertions (SAML 2.0 Core section 2.3.4, XML Encryption 1.1): a content key under RSA-OAEP, inside of the
//! encrypted data or beside it, and an assertion under that key.
//!
//! Encryption proves nothing about who wrote the assertion: everybody has our certificate. And every failure is the same
//! [`Sealed`], since AES-CBC can be changed without the key and the answers would be an oracle.

use cognate_crypto::foreign::opening::{Content, Oaep, OpeningKey, Sealed, open};
use cognate_crypto::secret::{SecretBytes, SecretString};
use roxmltree::Node;

use super::names::{DSIG, XENC, XENC11};
use crate::xml;

/// Returns the document that is encrypted in an EncryptedAssertion. `key`: PKCS #8.
///
/// # Errors
/// [`Sealed`].
pub(super) fn decrypt(encrypted: Node<'_, '_>, key: &SecretBytes) -> Result<SecretString, Sealed> {
    let data = only(encrypted, (XENC, "EncryptedData"))?;
    let content = algorithm(data).and_then(Content::from_xml).ok_or(Sealed)?;
    let wrapped = encrypted_key(encrypted, data)?;
    let oaep = oaep(wrapped)?;
    let key = OpeningKey::from_pkcs8(key.expose()).map_err(|_| Sealed)?;
    let content_key = key.unwrap(oaep, &cipher_value(wrapped)?)?;
    open(content, &content_key, cipher_value(data)?)?
        .into_text()
        .ok_or(Sealed)
}

fn only<'a, 'd: 'a>(
    parent: Node<'a, 'd>,
    name: (&'static str, &'static str),
) -> Result<Node<'a, 'd>, Sealed> {
    xml::only(parent, name).map_err(|_| Sealed)
}

/// Returns the only encrypted key: in the KeyInfo of the data, or beside the data.
fn encrypted_key<'a, 'd: 'a>(
    encrypted: Node<'a, 'd>,
    data: Node<'a, 'd>,
) -> Result<Node<'a, 'd>, Sealed> {
    let name = (XENC, "EncryptedKey");
    let inside = match xml::maybe(data, (DSIG, "KeyInfo")).map_err(|_| Sealed)? {
        Some(info) => xml::maybe(info, name).map_err(|_| Sealed)?,
        None => None,
    };
    match (inside, xml::maybe(encrypted, name).map_err(|_| Sealed)?) {
        (Some(key), None) | (None, Some(key)) => Ok(key),
        _ => Err(Sealed),
    }
}

fn algorithm<'a>(encrypted: Node<'a, '_>) -> Option<&'a str> {
    let method = xml::only(encrypted, (XENC, "EncryptionMethod")).ok()?;
    xml::attribute(method, "Algorithm")
}

/// Returns the digests of the key's encryption (XML Encryption 1.1 section 5.5.2). The library has none that mixes two.
fn oaep(key: Node<'_, '_>) -> Result<Oaep, Sealed> {
    let method = only(key, (XENC, "EncryptionMethod"))?;
    let child = |name| {
        let found = xml::maybe(method, name).map_err(|_| Sealed)?;
        Ok(found.map(|node| xml::attribute(node, "Algorithm").unwrap_or_default()))
    };
    let digest = child((DSIG, "DigestMethod"))?;
    let mask = child((XENC11, "MGF"))?;
    if xml::children(method, (XENC, "OAEPparams")).next().is_some() {
        return Err(Sealed);
    }
    let sha1 = matches!(
        digest,
        None | Some("http://www.w3.org/2000/09/xmldsig#sha1")
    );
    let mask1 = matches!(
        mask,
        None | Some("http://www.w3.org/2009/xmlenc11#mgf1sha1")
    );
    match xml::attribute(method, "Algorithm") {
        Some("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p") if sha1 && mask1 => Ok(Oaep::Sha1),
        Some("http://www.w3.org/2009/xmlenc11#rsa-oaep") if sha1 && mask1 => Ok(Oaep::Sha1),
        Some("http://www.w3.org/2009/xmlenc11#rsa-oaep")
            if digest == Some("http://www.w3.org/2001/04/xmlenc#sha256")
                && mask == Some("http://www.w3.org/2009/xmlenc11#mgf1sha256") =>
        {
            Ok(Oaep::Sha256)
        }
        _ => Err(Sealed),
    }
}

fn cipher_value(encrypted: Node<'_, '_>) -> Result<Vec<u8>, Sealed> {
    let data = only(encrypted, (XENC, "CipherData"))?;
    xml::base64(only(data, (XENC, "CipherValue"))?).map_err(|_| Sealed)
}
