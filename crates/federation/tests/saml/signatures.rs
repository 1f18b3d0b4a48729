//! What stands inside of a signature: parts missing, doubled and changed; algorithms, keys, transforms, references.

use cognate_crypto::foreign::{Alg, Sha2};
use cognate_federation::saml::idp::Signer;
use cognate_federation::saml::idp::shapes::{ID, RESPONSE, Shape};
use cognate_federation::saml::refused::{Flaw, Of, Refused};

use crate::support::*;

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Refused for this flaw, at the assertion and at the response.
#[track_caller]
fn flawed(make: impl Fn(Signer<'static>) -> Signer<'static>, flaw: Flaw) {
    let signer = make(Signer::new(&KEY));
    for (id, of) in [(ID, Of::Assertion), (RESPONSE, Of::Message)] {
        let text = Shape::SimpleSamlPhp.unsigned(&answer());
        let signed = signer.sign(&text, id).unwrap();
        refused(&signed, &Refused::Signature(of, flaw));
    }
}

#[test]
fn parts_of_a_signature_that_are_missing_doubled_or_bent_are_refused() {
    let text = honest(Shape::Adfs);
    let part = |name: &str| element(&text, name);
    let info = part("SignedInfo");
    let value = part("SignatureValue");
    let evil_info = info.replace("DigestValue>", "DigestValue>AAAA");
    let bent = |from: &str, to: &str| swap(&text, from, to);
    for (forged, flaw) in [
        (bent(&info, ""), Flaw::Shape),
        (bent(&value, ""), Flaw::Shape),
        (bent(&info, &info.repeat(2)), Flaw::Shape),
        (bent(&info, &format!("{evil_info}{info}")), Flaw::Shape),
        (bent(&info, &format!("{info}{evil_info}")), Flaw::Shape),
        (bent(&info, &evil_info), Flaw::Value),
        (bent(&value, &value.repeat(2)), Flaw::Shape),
        (bent(&value, "<ds:SignatureValue/>"), Flaw::Value),
        (
            bent(&value, "<ds:SignatureValue>AAAA</ds:SignatureValue>"),
            Flaw::Value,
        ),
        (
            bent(&value, "<ds:SignatureValue>A</ds:SignatureValue>"),
            Flaw::Shape,
        ),
        (
            bent(&value, "<ds:SignatureValue><x/></ds:SignatureValue>"),
            Flaw::Shape,
        ),
        (bent(&info, &format!("<x>{info}</x>")), Flaw::Shape),
        (
            bent("<ds:SignatureMethod ", "<ds:SignatureMethods "),
            Flaw::Shape,
        ),
        (
            bent(
                "<ds:CanonicalizationMethod ",
                "<ds:Canonicalization xmlns:z=''/><ds:CanonicalizationMethod ",
            ),
            Flaw::Value,
        ),
        (bent(&part("CanonicalizationMethod"), ""), Flaw::Shape),
        (
            bent(
                &part("CanonicalizationMethod"),
                &part("CanonicalizationMethod").repeat(2),
            ),
            Flaw::Shape,
        ),
        (bent(&part("SignatureMethod"), ""), Flaw::Shape),
        (
            bent(&part("SignatureMethod"), &part("SignatureMethod").repeat(2)),
            Flaw::Shape,
        ),
        (bent(&part("Reference"), ""), Flaw::Value),
        (
            bent(&part("Reference"), &part("Reference").repeat(2)),
            Flaw::Value,
        ),
        (
            bent(&part("DigestValue"), &part("DigestValue").repeat(2)),
            Flaw::Value,
        ),
        (
            bent("<ds:SignedInfo>", "<ds:SignedInfo Id='x'>"),
            Flaw::Value,
        ),
        (bent("<ds:SignedInfo>", "<ds:SignedInfo> "), Flaw::Value),
    ] {
        // A name that closes differently is no XML; these replacements may leave one.
        if roxmltree::Document::parse(&forged).is_ok() {
            refused(&forged, &Refused::Signature(Of::Assertion, flaw));
        } else {
            refused(&forged, &Refused::NotXml);
        }
    }
}

#[test]
fn what_is_not_signed_in_a_signature_is_not_read() {
    let text = honest(Shape::Adfs);
    let key = element(&text, "KeyInfo");
    let evil = Shape::Adfs.signer(&EVIL, &certificate(&EVIL)).key_info;
    for instead in [
        String::new(),
        key.repeat(2),
        format!("<ds:KeyInfo>{evil}</ds:KeyInfo>"),
        "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>".into(),
        "<ds:KeyInfo><ds:RetrievalMethod URI=\"https://evil.example\"/></ds:KeyInfo>".into(),
        format!("{key}<ds:Object><x>{NAME}</x></ds:Object>"),
    ] {
        taken(&swap(&text, &key, &instead));
    }
    // Comments in what is signed are no part of its canonical form.
    for tag in ["<ds:DigestValue>", "<ds:SignatureValue>", "<ds:SignedInfo>"] {
        taken(&swap(&text, tag, &format!("{tag}<!-- AAAA -->")));
    }
    // The forger's key, offered with the message.
    let offered = Shape::Adfs.signed(&answer(), &Shape::Adfs.signer(&EVIL, &certificate(&EVIL)));
    refused(
        &offered.unwrap(),
        &Refused::Signature(Of::Assertion, Flaw::Value),
    );
    // In another namespace it is no signature.
    let other = swap(
        &text,
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">",
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2009/xmldsig11#\">",
    );
    refused(&other, &Refused::Unsigned);
}

#[test]
fn other_transforms_are_refused() {
    let enveloped = format!("<ds:Transform Algorithm=\"{ENVELOPED}\"/>");
    let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
    let named = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"/>");
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(ancestor::*)</ds:XPath></ds:Transform>";
    for transforms in [
        String::new(),
        enveloped.clone(),
        exclusive.clone(),
        format!("{exclusive}{enveloped}"),
        format!("{enveloped}{enveloped}"),
        format!("{enveloped}{exclusive}{exclusive}"),
        format!("{enveloped}{xpath}{exclusive}"),
        format!("{enveloped}{xpath}"),
        format!("{xpath}{exclusive}"),
        format!(
            "{enveloped}{}",
            named("http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
        ),
        format!(
            "{enveloped}{}",
            named("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
        ),
        format!(
            "{enveloped}{}",
            named("http://www.w3.org/2006/12/xml-c14n11")
        ),
        format!(
            "{enveloped}{}",
            named("http://www.w3.org/2000/09/xmldsig#base64")
        ),
        format!(
            "{enveloped}{}",
            named("http://www.w3.org/TR/1999/REC-xslt-19991116")
        ),
        format!("{enveloped}<ds:Transform/>"),
        format!("<x Algorithm=\"{ENVELOPED}\"/>{exclusive}"),
        format!(
            "<ds:Transform Algorithm=\"{ENVELOPED}\"><ds:XPath>x</ds:XPath></ds:Transform>{exclusive}"
        ),
    ] {
        flawed(
            |signer| Signer {
                transforms: Some(transforms.clone()),
                ..signer
            },
            Flaw::Transforms,
        );
    }
}

#[test]
fn a_reference_to_anything_but_the_element_is_refused() {
    for uri in [
        "",
        "#",
        "#_other",
        "#_ASSERTION",
        "_assertion",
        "#xpointer(/)",
        "#xpointer(id('_assertion'))",
        "https://evil.example/#_assertion",
        "# _assertion",
        "cid:_assertion",
    ] {
        flawed(
            |signer| Signer {
                uri: Some(uri.into()),
                ..signer
            },
            Flaw::Reference,
        );
    }
    // Two references, of which one is right.
    for uri in [
        "#_x\"></ds:Reference><ds:Reference URI=\"#_assertion",
        "#_x\"></ds:Reference><ds:Reference URI=\"#_response",
    ] {
        flawed(
            |signer| Signer {
                uri: Some(uri.into()),
                ..signer
            },
            Flaw::Shape,
        );
    }
}

#[test]
fn algorithms_and_keys_that_are_not_accepted_are_refused() {
    let old = "http://www.w3.org/2000/09/xmldsig#";
    let more = "http://www.w3.org/2001/04/xmldsig-more#";
    for method in [
        String::new(),
        "none".into(),
        format!("{old}rsa-sha1"),
        format!("{old}dsa-sha1"),
        format!("{old}hmac-sha1"),
        format!("{more}rsa-md5"),
        format!("{more}hmac-sha256"),
        format!("{more}ecdsa-sha1"),
        format!("{more}RSA-SHA256"),
        "http://www.w3.org/2009/xmldsig11#dsa-sha256".into(),
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1".into(),
    ] {
        flawed(
            |signer| Signer {
                method: method.clone(),
                ..signer
            },
            Flaw::Algorithm,
        );
    }
    for name in [
        String::new(),
        format!("{old}sha1"),
        format!("{more}md5"),
        format!("{more}sha224"),
        "http://www.w3.org/2001/04/xmlenc#SHA256".into(),
    ] {
        flawed(
            |signer| Signer {
                digest: (Sha2::Sha256, name.clone()),
                ..signer
            },
            Flaw::DigestMethod,
        );
    }
    for canonicalization in [
        "",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
    ] {
        flawed(
            |signer| Signer {
                canonicalization: canonicalization.into(),
                ..signer
            },
            Flaw::Canonicalization,
        );
    }
    // One algorithm named and another used, a key of the wrong kind, a kind that no trusted key has.
    flawed(
        |signer| Signer {
            method: format!("{more}rsa-sha512"),
            ..signer
        },
        Flaw::Value,
    );
    flawed(
        |signer| Signer {
            alg: Alg::Ps256,
            ..signer
        },
        Flaw::Value,
    );
    flawed(
        |signer| Signer {
            method: format!("{more}ecdsa-sha256"),
            ..signer
        },
        Flaw::Value,
    );
    flawed(
        |signer| Signer {
            method: format!("{more}ecdsa-sha384"),
            ..signer
        },
        Flaw::NoKey,
    );
    flawed(
        |signer| Signer {
            key: &EVIL,
            ..signer
        },
        Flaw::Value,
    );
    // The digest of another algorithm than the named one.
    let digest = (
        Sha2::Sha512,
        "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
    );
    flawed(
        |signer| Signer {
            digest: digest.clone(),
            ..signer
        },
        Flaw::Digest,
    );
}

#[test]
fn a_signature_beyond_its_bounds_is_refused() {
    let many: String = (0..17).map(|n| format!("p{n} ")).collect();
    let signer = Signer {
        prefixes_in_info: true,
        ..signer(Shape::Okta)
    };
    let text = Shape::Okta.signed(&answer(), &signer).unwrap();
    let assertion = element(&text, "Assertion");
    let no_outer = swap(&text, &element(&text, "Signature"), "");
    let kept = swap_all(
        &no_outer,
        "PrefixList=\"xs\"",
        &format!("PrefixList=\"{many}\""),
    );
    refused(&kept, &Refused::Signature(Of::Assertion, Flaw::TooLarge));
    let info = element(&assertion, "SignedInfo");
    for inside in [
        "<x/>".repeat(70),
        "x".repeat(9_000),
        "<x>&lt;</x>".repeat(30),
    ] {
        let large = info.replace("</ds:SignedInfo>", &format!("{inside}</ds:SignedInfo>"));
        let flaw = Refused::Signature(Of::Assertion, Flaw::TooLarge);
        refused(&swap(&no_outer, &info, &large), &flaw);
    }
    let object = "<z:InclusiveNamespaces xmlns:z=\"urn:z\"/>";
    let odd = info.replace(
        "<ec:InclusiveNamespaces",
        &format!("{object}<ec:InclusiveNamespaces"),
    );
    refused(
        &swap(&no_outer, &info, &odd),
        &Refused::Signature(Of::Assertion, Flaw::Shape),
    );
}
