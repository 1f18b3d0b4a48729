//! A provider's keys, what we expect of it, and its honest answers.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::VerifyingKey;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_crypto::secret::SecretBytes;
use cognate_federation::saml::idp::Signer;
use cognate_federation::saml::idp::shapes::{Answer, Shape};
use cognate_federation::saml::refused::Refused;
use cognate_federation::saml::response::{self, Asked, Expected, Login};

pub const NOW: i64 = 1_800_000_000;
pub const ACS: &str = "https://auth.example/saml2/idpresponse";
pub const AUDIENCE: &str = "urn:amazon:cognito:sp:us-east-1_abc";
pub const ISSUER: &str = "https://idp.example/metadata";
pub const REQUEST: &str = "_125f72fb-e3bf-40d0-ba42-77152c2c0845";
pub const NAME: &str = "jane@idp.example";

/// The provider's key.
pub static KEY: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
/// A second key of the provider's metadata.
pub static NEXT: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::P256));
/// Somebody else's key.
pub static EVIL: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
/// Our key that the provider encrypts to.
pub static OURS: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
pub static OPENING: LazyLock<SecretBytes> =
    LazyLock::new(|| SecretBytes::new(OURS.to_pkcs8().to_vec()));

pub static TRUSTED: LazyLock<Vec<VerifyingKey>> = LazyLock::new(|| {
    [&*NEXT, &*KEY]
        .map(|key| VerifyingKey::from_certificate(&certificate(key)).unwrap())
        .into()
});

/// A certificate that expired long ago: the key alone counts.
pub fn certificate(key: &ProviderKey) -> Vec<u8> {
    key.certificate("idp.example", 0..1_000)
}

pub fn answer() -> Answer<'static> {
    Answer {
        acs: ACS,
        audience: AUDIENCE,
        issuer: ISSUER,
        request: Some(REQUEST),
        now: NOW,
        name_id: NAME,
    }
}

pub fn expected() -> Expected<'static> {
    Expected {
        acs: ACS,
        audience: AUDIENCE,
        issuer: ISSUER,
        request: Asked::Request(REQUEST),
        now: NOW,
        encrypted_only: false,
        trusted: &TRUSTED,
        key: Some(&OPENING),
    }
}

pub fn signer(shape: Shape) -> Signer<'static> {
    shape.signer(&KEY, &certificate(&KEY))
}

/// The honest answer of a provider.
pub fn honest(shape: Shape) -> String {
    shape.signed(&answer(), &signer(shape)).unwrap()
}

pub fn post(text: &str) -> String {
    STANDARD.encode(text)
}

pub fn read(text: &str) -> Result<Login, Refused> {
    response::read(&post(text), &expected())
}

/// Replaces the one occurrence of `from`.
pub fn swap(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    text.replace(from, to)
}

/// Replaces every occurrence of `from`, of which there must be one.
pub fn swap_all(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} in {text}");
    text.replace(from, to)
}

/// Returns the first element of this name.
pub fn element(text: &str, name: &str) -> String {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut elements = document.descendants().filter(|node| node.is_element());
    let node = elements.find(|node| node.tag_name().name() == name);
    text[node.unwrap().range()].to_owned()
}

/// Refused for this reason.
#[track_caller]
pub fn refused(text: &str, reason: &Refused) {
    match read(text) {
        Err(found) if found == *reason => {}
        found => panic!("{found:?} instead of {reason:?}: {text}"),
    }
}

/// Taken, as Jane.
#[track_caller]
pub fn taken(text: &str) -> Login {
    match read(text) {
        Ok(login) => {
            assert_eq!(login.name_id, NAME);
            login
        }
        Err(refused) => panic!("{refused:?}: {text}"),
    }
}
