//! An identity provider: the other side, for tests. No server calls it.
//!
//! [`shapes`] writes messages as the usual providers write them; [`Signer`] signs any element of any document, with
//! everything about the signature open to change, and [`encrypt`] encrypts an assertion. Both are built on our own
//! canonical form, so that they prove nothing about it; foreign providers and libraries do that.

pub mod shapes;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_crypto::foreign::provider::{ProviderKey, seal, wrap};
use cognate_crypto::foreign::{Alg, Sha2, digest};
use miniz_oxide::deflate::compress_to_vec;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::{Document, Node};

use super::c14n;
use super::names::{ASSERTION, DSIG, ENVELOPED, EXCLUSIVE, XENC, XENC11};

/// A signature to be made.
#[derive(Debug, Clone)]
pub struct Signer<'a> {
    /// The key.
    pub key: &'a ProviderKey,
    /// The algorithm that the key signs with.
    pub alg: Alg,
    /// The algorithm that the signature names.
    pub method: String,
    /// The digest, and the one that the signature names.
    pub digest: (Sha2, String),
    /// The canonicalization that the signature names.
    pub canonicalization: String,
    /// Kept prefixes.
    pub prefixes: Option<&'a str>,
    /// True to keep them in the signed part of the signature too.
    pub prefixes_in_info: bool,
    /// The transforms; None are the usual two.
    pub transforms: Option<String>,
    /// The reference; None is the element's.
    pub uri: Option<String>,
    /// The prefix of the names of XML Signature, empty for a default namespace.
    pub prefix: &'a str,
    /// The content of KeyInfo; empty leaves it out.
    pub key_info: String,
    /// True to fold the base64 as Java does, with the carriage returns that XML writes as references.
    pub folded: bool,
}

impl<'a> Signer<'a> {
    /// Signs as most providers do.
    #[must_use]
    pub fn new(key: &'a ProviderKey) -> Self {
        Self {
            key,
            alg: Alg::Rs256,
            method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256".into(),
            digest: (
                Sha2::Sha256,
                "http://www.w3.org/2001/04/xmlenc#sha256".into(),
            ),
            canonicalization: EXCLUSIVE.into(),
            prefixes: None,
            prefixes_in_info: false,
            transforms: None,
            uri: None,
            prefix: "ds",
            key_info: String::new(),
            folded: false,
        }
    }

    /// Returns the document with the element of this ID signed, the signature behind its Issuer or, without one, in
    /// front of everything. None if there is no such element.
    #[must_use]
    pub fn sign(&self, document: &str, id: &str) -> Option<String> {
        let parsed = Document::parse(document).ok()?;
        let element = by_id(&parsed, id)?;
        let prefixes: Vec<&str> = self.prefixes.unwrap_or_default().split(' ').collect();
        let prefixes: Vec<&str> = prefixes.into_iter().filter(|p| !p.is_empty()).collect();
        let content = c14n::exclusive(element, None, &prefixes)?;
        let value = STANDARD.encode(digest(self.digest.0, content.as_bytes()));
        let issuer = element
            .children()
            .find(|node| node.has_tag_name((ASSERTION, "Issuer")));
        let at = match issuer {
            Some(issuer) => issuer.range().end,
            None => inside(element, document)?,
        };
        let (front, back) = document.split_at_checked(at)?;
        let unsigned = self.signature(id, &value);
        let whole = format!("{front}{unsigned}{back}");
        let parsed = Document::parse(&whole).ok()?;
        let info = parsed
            .descendants()
            .filter(|node| node.has_tag_name((DSIG, "SignedInfo")))
            .find(|node| node.range().start >= at)?;
        let kept = if self.prefixes_in_info {
            prefixes.as_slice()
        } else {
            &[]
        };
        let bytes = c14n::exclusive(info, None, kept)?;
        let signature = self.fold(&STANDARD.encode(self.key.sign(self.alg, bytes.as_bytes())));
        Some(format!(
            "{front}{}{back}",
            unsigned.replace("@VALUE@", &signature)
        ))
    }

    fn fold(&self, text: &str) -> String {
        if !self.folded {
            return text.to_owned();
        }
        let mut out = String::from("\n");
        for (number, c) in text.chars().enumerate() {
            if number > 0 && number % 76 == 0 {
                out.push_str("&#13;\n");
            }
            out.push(c);
        }
        out.push('\n');
        out
    }

    fn signature(&self, id: &str, digest: &str) -> String {
        let (p, declared) = match self.prefix {
            "" => (String::new(), "xmlns".to_owned()),
            prefix => (format!("{prefix}:"), format!("xmlns:{prefix}")),
        };
        let list = self.prefixes.map_or_else(String::new, |list| {
            format!(r#"<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{list}"/>"#)
        });
        let in_info = if self.prefixes_in_info {
            list.as_str()
        } else {
            ""
        };
        let transforms = self.transforms.clone().unwrap_or_else(|| {
            format!(
                r#"<{p}Transform Algorithm="{ENVELOPED}"/><{p}Transform Algorithm="{EXCLUSIVE}">{list}</{p}Transform>"#
            )
        });
        let uri = self.uri.clone().unwrap_or_else(|| format!("#{id}"));
        let info = if self.key_info.is_empty() {
            String::new()
        } else {
            format!("<{p}KeyInfo>{}</{p}KeyInfo>", self.key_info)
        };
        format!(
            r#"<{p}Signature {declared}="{DSIG}"><{p}SignedInfo><{p}CanonicalizationMethod Algorithm="{}">{in_info}</{p}CanonicalizationMethod><{p}SignatureMethod Algorithm="{}"/><{p}Reference URI="{uri}"><{p}Transforms>{transforms}</{p}Transforms><{p}DigestMethod Algorithm="{}"/><{p}DigestValue>{digest}</{p}DigestValue></{p}Reference></{p}SignedInfo><{p}SignatureValue>@VALUE@</{p}SignatureValue>{info}</{p}Signature>"#,
            self.canonicalization, self.method, self.digest.1,
        )
    }
}

/// Returns the query of a URL that takes a document to us: compressed, and signed by the key with an algorithm of this name,
/// or not at all. `name`: `SAMLRequest` or `SAMLResponse`.
#[must_use]
pub fn in_url(
    name: &str,
    document: &str,
    relay: Option<&str>,
    signer: Option<(&ProviderKey, Alg, &str)>,
) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let packed = STANDARD.encode(compress_to_vec(document.as_bytes(), 6));
    let mut query = format!("{name}={}", encode(&packed));
    if let Some(relay) = relay {
        query.push_str(&format!("&RelayState={}", encode(relay)));
    }
    if let Some((key, alg, method)) = signer {
        query.push_str(&format!("&SigAlg={}", encode(method)));
        let signature = STANDARD.encode(key.sign(alg, query.as_bytes()));
        query.push_str(&format!("&Signature={}", encode(&signature)));
    }
    query
}

fn by_id<'a, 'd>(document: &'a Document<'d>, id: &str) -> Option<Node<'a, 'd>> {
    document
        .descendants()
        .find(|node| node.attribute("ID") == Some(id))
}

/// Returns the canonical form of the element of this ID, with the prefixes kept; None if there is no such element, or the
/// document is refused. To compare it with another program's.
#[must_use]
pub fn canonical(document: &str, id: &str, prefixes: &[&str]) -> Option<String> {
    let parsed = crate::xml::parse(document, crate::xml::SAML).ok()?;
    c14n::exclusive(by_id(&parsed, id)?, None, prefixes)
}

/// Returns the place behind an element's start tag.
fn inside(element: Node<'_, '_>, document: &str) -> Option<usize> {
    let start = element.range().start;
    let tag = document.get(start..)?;
    Some(start + tag.find('>')? + 1)
}

/// An encryption to be made.
#[derive(Debug, Clone)]
pub struct Encryption<'a> {
    /// The certificate to encrypt to, in DER.
    pub certificate: &'a [u8],
    /// The digests of RSA-OAEP.
    pub oaep: Oaep,
    /// The cipher.
    pub content: Content,
    /// The cipher that the message names.
    pub method: &'a str,
    /// True to put the encrypted key beside the data.
    pub beside: bool,
}

/// Returns the document with the assertion of this ID encrypted. None if there is none.
#[must_use]
pub fn encrypt(document: &str, id: &str, how: &Encryption<'_>) -> Option<String> {
    let parsed = Document::parse(document).ok()?;
    let assertion = by_id(&parsed, id)?;
    let range = assertion.range();
    // Namespaces that are declared further out come with the element.
    let plain = c14n::exclusive(assertion, None, &["xs", "xsi"])?;
    let encrypted = encrypted(&plain, how)?;
    Some(format!(
        "{}{encrypted}{}",
        document.get(..range.start)?,
        document.get(range.end..)?
    ))
}

/// Returns an EncryptedAssertion of any text.
#[must_use]
pub fn encrypted(plain: &str, how: &Encryption<'_>) -> Option<String> {
    let key = vec![0x5a; how.content.key_length()];
    let body = STANDARD.encode(seal(how.content, &key, plain.as_bytes(), 0x7f)?);
    let wrapped = STANDARD.encode(wrap(how.certificate, how.oaep, &key)?);
    let oaep = match how.oaep {
        Oaep::Sha1 => format!(
            r#"<xenc:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="{DSIG}sha1"/></xenc:EncryptionMethod>"#
        ),
        Oaep::Sha256 => format!(
            r#"<xenc:EncryptionMethod Algorithm="{XENC11}rsa-oaep"><ds:DigestMethod Algorithm="{XENC}sha256"/><xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{XENC11}mgf1sha256"/></xenc:EncryptionMethod>"#
        ),
    };
    let wrapped = format!(
        r#"<xenc:EncryptedKey xmlns:xenc="{XENC}" xmlns:ds="{DSIG}">{oaep}<xenc:CipherData><xenc:CipherValue>{wrapped}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"#
    );
    let (inside, beside) = if how.beside {
        (r##"<ds:RetrievalMethod URI="#key"/>"##.to_owned(), wrapped)
    } else {
        (wrapped, String::new())
    };
    Some(format!(
        r#"<saml:EncryptedAssertion xmlns:saml="{ASSERTION}"><xenc:EncryptedData xmlns:xenc="{XENC}" xmlns:ds="{DSIG}" Type="{XENC}Element"><xenc:EncryptionMethod Algorithm="{}"/><ds:KeyInfo>{inside}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>{body}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>{beside}</saml:EncryptedAssertion>"#,
        how.method,
    ))
}
