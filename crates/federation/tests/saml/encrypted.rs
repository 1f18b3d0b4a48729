//! Encrypted assertions: what is understood, and that everything else looks the same.

use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_crypto::secret::SecretBytes;
use cognate_federation::saml::idp::shapes::{ID, RESPONSE, SHAPES, Shape};
use cognate_federation::saml::idp::{Encryption, Signer, encrypt, encrypted};
use cognate_federation::saml::refused::{Flaw, Of, Refused};
use cognate_federation::saml::response::{self, Expected};

use crate::support::*;

const METHODS: [(Content, &str); 5] = [
    (
        Content::Aes128Cbc,
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    ),
    (
        Content::Aes192Cbc,
        "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
    ),
    (
        Content::Aes256Cbc,
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    ),
    (
        Content::Aes128Gcm,
        "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    ),
    (
        Content::Aes256Gcm,
        "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    ),
];

fn usual(certificate: &[u8]) -> Encryption<'_> {
    Encryption {
        certificate,
        oaep: Oaep::Sha1,
        content: Content::Aes256Cbc,
        method: METHODS[2].1,
        beside: false,
    }
}

/// The answer with a signed assertion that is encrypted, the response signed or not.
fn sealed(shape: Shape, how: &Encryption<'_>, response_too: bool) -> String {
    let signed = signer(shape).sign(&shape.unsigned(&answer()), ID).unwrap();
    let text = encrypt(&signed, ID, how).unwrap();
    match response_too {
        true => signer(shape).sign(&text, RESPONSE).unwrap(),
        false => text,
    }
}

#[test]
fn each_encryption_that_is_understood_is_opened() {
    let certificate = certificate(&OURS);
    for (content, method) in METHODS {
        for oaep in [Oaep::Sha1, Oaep::Sha256] {
            for beside in [false, true] {
                let how = Encryption {
                    oaep,
                    content,
                    method,
                    beside,
                    ..usual(&certificate)
                };
                for response_too in [false, true] {
                    taken(&sealed(Shape::Shibboleth, &how, response_too));
                }
            }
        }
    }
    for shape in SHAPES {
        let login = taken(&sealed(shape, &usual(&certificate), false));
        assert_eq!(login, taken(&honest(shape)), "{shape:?}");
    }
}

#[test]
fn a_signature_of_the_response_covers_what_is_encrypted_in_it() {
    let certificate = certificate(&OURS);
    let text = Shape::Keycloak.unsigned(&answer());
    let text = encrypt(&text, ID, &usual(&certificate)).unwrap();
    // Everybody can encrypt.
    refused(&text, &Refused::Sealed);
    let signed = signer(Shape::Keycloak).sign(&text, RESPONSE).unwrap();
    taken(&signed);
    let other = Shape::Keycloak.unsigned(&cognate_federation::saml::idp::shapes::Answer {
        name_id: "evil@idp.example",
        ..answer()
    });
    let other = encrypt(&other, ID, &usual(&certificate)).unwrap();
    let swapped = swap(
        &signed,
        &element(&signed, "EncryptedAssertion"),
        &element(&other, "EncryptedAssertion"),
    );
    refused(&swapped, &Refused::Signature(Of::Message, Flaw::Digest));
}

#[test]
fn whatever_goes_wrong_on_the_way_looks_the_same() {
    let certificate = certificate(&OURS);
    let how = usual(&certificate);
    let text = sealed(Shape::Adfs, &how, false);
    let of = |name: &str| element(&text, name);
    let key = of("EncryptedKey");
    let data = of("EncryptedData");
    let first = key.find("<xenc:CipherValue>").unwrap() + 40;
    let mut bent_key = key.clone();
    bent_key.replace_range(first..first + 4, "AAAA");
    let body = data.rfind("<xenc:CipherValue>").unwrap() + 18;
    let changed = |at: usize, with: &str| {
        let mut bent = data.clone();
        bent.replace_range(body + at..body + at + with.len(), with);
        swap(&text, &data, &bent)
    };
    let end = data.rfind("</xenc:CipherValue>").unwrap() - body;
    let method = |from: &str, to: &str| swap(&text, from, to);
    let mut forged = vec![
        changed(0, "AAAA"),
        changed(40, "AAAA"),
        changed(1_000, "AAAA"),
        changed(end - 24, "AAAA"),
        changed(end - 64, "////"),
        swap(&text, &key, ""),
        swap(&text, &key, &key.repeat(2)),
        swap(&text, &key, &bent_key),
        swap(&text, &data, &format!("{data}{key}")),
        swap(&text, &data, ""),
        swap(&text, &data, &data.repeat(2)),
        method("xmlenc#aes256-cbc", "xmlenc#tripledes-cbc"),
        method("xmlenc#aes256-cbc", "xmlenc#aes128-cbc"),
        text.replace("2001/04/xmlenc#aes256-cbc", "2009/xmlenc11#aes256-gcm"),
        method("xmlenc#rsa-oaep-mgf1p", "xmlenc#rsa-1_5"),
        method("xmldsig#sha1", "xmldsig#md5"),
        method(
            "http://www.w3.org/2000/09/xmldsig#sha1",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        ),
        swap(
            &text,
            "rsa-oaep-mgf1p\">",
            "rsa-oaep-mgf1p\"><xenc:OAEPparams>AAAA</xenc:OAEPparams>",
        ),
        text.replace("xenc:CipherValue", "xenc:CipherReference"),
    ];
    // To another key.
    let other = crate::support::certificate(&EVIL);
    forged.push(sealed(Shape::Adfs, &usual(&other), false));
    // Good encryption of what is no signed assertion.
    let signed = element(&honest(Shape::Adfs), "Assertion");
    let evil = signed.replace(NAME, "evil@idp.example");
    let mine = Shape::Adfs
        .signed(&answer(), &Shape::Adfs.signer(&EVIL, &other))
        .unwrap();
    for plain in [
        String::new(),
        "x".into(),
        "<x/>".into(),
        signed[1..].to_owned(),
        format!("{signed}{signed}"),
        format!("<!DOCTYPE x>{signed}"),
        format!("<x>{signed}</x>"),
        honest(Shape::Adfs),
        evil,
        element(&Shape::Adfs.unsigned(&answer()), "Assertion"),
        element(&mine, "Assertion"),
        signed.replace(
            "<AttributeStatement>",
            &format!("<AttributeStatement>{signed}"),
        ),
        format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{signed}"),
        of("EncryptedAssertion"),
        "<x>".repeat(100),
    ] {
        let whole = encrypted(&plain, &how).unwrap();
        forged.push(swap(&text, &of("EncryptedAssertion"), &whole));
    }
    for text in forged {
        refused(&text, &Refused::Sealed);
    }
    // Without our key.
    let keyless = Expected {
        key: None,
        ..expected()
    };
    assert_eq!(response::read(&post(&text), &keyless), Err(Refused::Sealed));
    // With one that is none; a plain assertion does not ask for it.
    let broken = SecretBytes::new(b"no key".to_vec());
    let broken = Expected {
        key: Some(&broken),
        ..expected()
    };
    assert_eq!(response::read(&post(&text), &broken), Err(Refused::Sealed));
    let plain = honest(Shape::Okta);
    assert!(response::read(&post(&plain), &broken).is_ok());
    // What is signed inside is judged like any other: the reason is told, since nobody else can have written it.
    let late = Expected {
        now: NOW + 10_000,
        ..expected()
    };
    assert_eq!(response::read(&post(&text), &late), Err(Refused::TooLate));
}

#[test]
fn a_plain_assertion_is_refused_where_the_provider_must_encrypt() {
    let strict = Expected {
        encrypted_only: true,
        ..expected()
    };
    let certificate = certificate(&OURS);
    for shape in SHAPES {
        let plain = response::read(&post(&honest(shape)), &strict);
        assert_eq!(plain, Err(Refused::NotEncrypted));
        let sealed = sealed(shape, &usual(&certificate), true);
        assert!(response::read(&post(&sealed), &strict).is_ok());
    }
}

#[test]
fn a_signature_over_the_encrypted_element_is_none() {
    let certificate = certificate(&OURS);
    let text = encrypt(&Shape::Adfs.unsigned(&answer()), ID, &usual(&certificate)).unwrap();
    let named = swap(
        &text,
        "<saml:EncryptedAssertion ",
        "<saml:EncryptedAssertion ID=\"_e\" ",
    );
    let signed = Signer::new(&KEY).sign(&named, "_e").unwrap();
    refused(&signed, &Refused::Misplaced);
}
