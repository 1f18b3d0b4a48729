//! Messages and metadata of providers of SAML.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::VerifyingKey;
use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_crypto::secret::SecretBytes;
use cognate_federation::saml::idp::shapes::{Answer, ID, RESPONSE, SHAPES};
use cognate_federation::saml::idp::{Encryption, Signer, encrypt};
use cognate_federation::saml::incoming::{self, Incoming};
use cognate_federation::saml::logout::{self as messages, LogoutOf};
use cognate_federation::saml::metadata as documents;
use cognate_federation::saml::response::{self as answers, Asked, Expected, Login};

use super::Edits;

const NOW: i64 = 1_800_000_000;
const ACS: &str = "https://auth.example/saml2/idpresponse";
const SLO: &str = "https://auth.example/saml2/logout";
const AUDIENCE: &str = "urn:amazon:cognito:sp:us-east-1_abc";
const ISSUER: &str = "https://idp.example/metadata";
const REQUEST: &str = "_request";
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

static EDITS: Edits = Edits {
    words: &[
        "evil@idp.example",
        "<!---->",
        "<!-- x -->",
        "<?x y?>",
        "<![CDATA[evil]]>",
        "&amp;",
        "&#13;",
        "&#x65;vil",
        " ",
        "\r\n",
        "<x/>",
        "\"",
        "'",
        "<",
        ">",
        "/>",
        "\u{0}",
        "\u{e9}",
        "\u{feff}",
        "<!DOCTYPE x [<!ENTITY y \"z\">]>",
        "&y;",
        " xmlns=\"urn:evil\"",
        " xmlns:saml=\"urn:evil\"",
        " xmlns:ds=\"urn:evil\"",
        " ID=\"_assertion\"",
        " ID=\"_response\"",
        " Id=\"_assertion\"",
        " URI=\"\"",
        "<NameID xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">evil@idp.example</NameID>",
        "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_evil\" Version=\"2.0\"/>",
        "<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
        "</ds:Object>",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "2099-01-01T00:00:00Z",
        "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        "javascript:alert(1)",
        "use=\"encryption\"",
        "https://evil.example/",
    ],
    borders: b"<>\"= ",
};

static KEY: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
static OURS: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
static OPENING: LazyLock<SecretBytes> = LazyLock::new(|| SecretBytes::new(OURS.to_pkcs8()));
static TRUSTED: LazyLock<Vec<VerifyingKey>> =
    LazyLock::new(|| vec![VerifyingKey::from_certificate(&certificate(&KEY)).unwrap()]);

fn certificate(key: &ProviderKey) -> Vec<u8> {
    key.certificate("idp.example", 0..7_000_000_000)
}

/// Messages that are right, and what each means.
struct Right<T> {
    texts: Vec<String>,
    meanings: Vec<T>,
}

impl<T> Right<T> {
    fn new(texts: Vec<String>, read: impl Fn(&str) -> Option<T>) -> Self {
        let meanings = texts.iter().map(|text| read(text).unwrap()).collect();
        Self { texts, meanings }
    }
}

fn read(text: &str) -> Option<Login> {
    let expected = Expected {
        acs: ACS,
        audience: AUDIENCE,
        issuer: ISSUER,
        request: Asked::Request(REQUEST),
        now: NOW,
        encrypted_only: false,
        trusted: &TRUSTED,
        key: Some(&OPENING),
    };
    answers::read(&STANDARD.encode(text), &expected).ok()
}

static RESPONSES: LazyLock<Right<Login>> = LazyLock::new(|| {
    let answer = Answer {
        acs: ACS,
        audience: AUDIENCE,
        issuer: ISSUER,
        request: Some(REQUEST),
        now: NOW,
        name_id: "jane@idp.example",
    };
    let (own, ours) = (certificate(&KEY), certificate(&OURS));
    let how = Encryption {
        certificate: &ours,
        oaep: Oaep::Sha1,
        content: Content::Aes128Cbc,
        method: "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        beside: false,
    };
    let mut texts = Vec::new();
    for shape in SHAPES {
        let (plain, signer) = (shape.unsigned(&answer), shape.signer(&KEY, &own));
        let assertion = signer.sign(&plain, ID).unwrap();
        texts.push(signer.sign(&plain, RESPONSE).unwrap());
        texts.push(signer.sign(&assertion, RESPONSE).unwrap());
        texts.push(encrypt(&assertion, ID, &how).unwrap());
        texts.push(assertion);
    }
    Right::new(texts, read)
});

/// Answers to a request to sign in: whoever is signed in is whom the provider named.
pub fn response(data: &[u8]) -> bool {
    let right = &*RESPONSES;
    let text = EDITS.apply(&right.texts, data);
    let found = read(&text);
    // A piece of another right message is right, too.
    let is_right = found
        .as_ref()
        .is_none_or(|login| right.meanings.contains(login));
    assert!(is_right, "{found:?}: {text}");
    found.is_some()
}

/// A logout that was read.
#[derive(Debug, PartialEq, Eq)]
enum Logout {
    Request(LogoutOf),
    Response,
}

fn read_logout(text: &str) -> Option<Logout> {
    let expected = messages::Expected {
        slo: &[SLO],
        issuer: ISSUER,
        now: NOW,
        trusted: &TRUSTED,
    };
    let posted = STANDARD.encode(text);
    let come = |kind| Incoming::posted(kind, &posted, None).unwrap();
    let request = messages::read_request(&come(incoming::Kind::Request), &expected).ok();
    let answer = come(incoming::Kind::Response);
    let answer = messages::read_response(&answer, REQUEST, &expected).is_ok();
    assert!(request.is_none() || !answer, "both: {text}");
    request
        .map(Logout::Request)
        .or_else(|| answer.then_some(Logout::Response))
}

static LOGOUTS: LazyLock<Right<Logout>> = LazyLock::new(|| {
    let request = |sessions: Option<&str>| {
        messages::request(&messages::Logout {
            id: "_logout",
            now: NOW,
            destination: SLO,
            issuer: ISSUER,
            name_id: "jane@idp.example",
            name_format: None,
            name_qualifier: None,
            sp_name_qualifier: Some(AUDIENCE),
            session_index: sessions,
        })
    };
    let answer = messages::response(&messages::Answer {
        id: "_logout",
        request: REQUEST,
        now: NOW,
        destination: SLO,
        issuer: ISSUER,
        outcome: messages::Outcome::Done,
    });
    let texts = [request(None), request(Some("_session")), answer];
    let signed = texts.map(|text| Signer::new(&KEY).sign(&text, "_logout").unwrap());
    Right::new(signed.into(), read_logout)
});

/// Logouts: nobody is signed out but whom the provider named, and an answer is one to our request.
pub fn logout(data: &[u8]) -> bool {
    let right = &*LOGOUTS;
    let text = EDITS.apply(&right.texts, data);
    let found = read_logout(&text);
    let is_right = found
        .as_ref()
        .is_none_or(|logout| right.meanings.contains(logout));
    assert!(is_right, "{found:?}: {text}");
    found.is_some()
}

static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let key = |usage: &str, key: &ProviderKey| {
        let der = STANDARD.encode(certificate(key));
        format!(
            r#"<KeyDescriptor {usage}><ds:KeyInfo xmlns:ds="{DSIG}"><ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"#
        )
    };
    let next = ProviderKey::generate(Kind::P256);
    let keys = key(r#"use="signing""#, &KEY) + &key("", &next) + &key(r#"use="encryption""#, &OURS);
    let service = |name: &str, path: &str| {
        format!(r#"<{name} Binding="{REDIRECT}" Location="https://idp.example/{path}"/>"#)
    };
    let services = service("SingleLogoutService", "slo") + &service("SingleSignOnService", "sso");
    let entity = |inside: &str, declared: &str| {
        format!(
            r#"<EntityDescriptor {declared} entityID="{ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{inside}</IDPSSODescriptor></EntityDescriptor>"#
        )
    };
    let declared = format!(r#"xmlns="{METADATA}""#);
    let one = entity(&(keys.clone() + &services), &declared);
    let short = entity(&(key("", &next) + &services), &declared);
    let several = format!(
        r#"<?xml version="1.0"?><EntitiesDescriptor {declared}>{}</EntitiesDescriptor>"#,
        entity(&(keys + &services), "")
    );
    vec![one, short, several]
});

/// Metadata: whatever is read stands in the document where another reader finds it.
pub fn metadata(data: &[u8]) -> bool {
    let text = EDITS.apply(&DOCUMENTS, data);
    let Ok(found) = documents::parse(&text, NOW) else {
        return false;
    };
    let plain = text.trim_start_matches('\u{feff}').trim();
    let document = roxmltree::Document::parse(plain).unwrap();
    let roles: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name((METADATA, "IDPSSODescriptor")))
        .filter(|node| {
            let spoken = node.attribute("protocolSupportEnumeration");
            spoken.is_some_and(|spoken| spoken.split_whitespace().any(|one| one == PROTOCOL))
        })
        .filter(|node| {
            let parent = node.parent_element();
            parent.is_some_and(|parent| parent.has_tag_name((METADATA, "EntityDescriptor")))
        })
        .collect();
    assert_eq!(roles.len(), 1, "{text}");
    let role = roles[0];
    let entity = role
        .parent_element()
        .and_then(|entity| entity.attribute("entityID"));
    assert_eq!(entity.map(str::trim), Some(&*found.entity_id), "{text}");
    assert!(!found.entity_id.is_empty(), "{text}");
    let locations: Vec<_> = role
        .children()
        .filter(|node| node.attribute("Binding") == Some(REDIRECT))
        .flat_map(|node| ["Location", "ResponseLocation"].map(|name| node.attribute(name)))
        .flatten()
        .map(str::trim)
        .collect();
    let urls = [
        Some(&found.sso_redirect),
        found.slo_redirect.as_ref(),
        found.slo_answer.as_ref(),
    ];
    for url in urls.into_iter().flatten() {
        let start = url.to_ascii_lowercase();
        assert!(
            start.starts_with("https://") || start.starts_with("http://"),
            "{url}: {text}"
        );
        assert!(locations.contains(&&**url), "{url}: {text}");
    }
    assert!((1..=32).contains(&found.certificates.len()), "{text}");
    for certificate in &found.certificates {
        let stands = role.children().any(|key| {
            key.has_tag_name((METADATA, "KeyDescriptor"))
                && matches!(key.attribute("use"), None | Some("signing"))
                && key.descendants().any(|node| {
                    node.has_tag_name((DSIG, "X509Certificate")) && written(node) == *certificate
                })
        });
        assert!(stands, "{certificate}: {text}");
        assert!(
            certificate.len() <= 4_096 && STANDARD.decode(certificate).is_ok(),
            "{text}"
        );
    }
    assert!(found.keys().len() <= found.certificates.len());
    true
}

/// The text of an element without blanks.
fn written(node: roxmltree::Node<'_, '_>) -> String {
    let texts = node.children().filter(roxmltree::Node::is_text);
    let texts = texts.filter_map(|text| text.text());
    texts.flat_map(str::split_whitespace).collect()
}
