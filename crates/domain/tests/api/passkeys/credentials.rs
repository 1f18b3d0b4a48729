//! Credentials that are refused.

use cognate_crypto::webauthn::client::{self, Authenticator, Statement};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::passkeys::*;
use crate::support::signin::*;

const UNSUPPORTED: (&str, &str) = (
    "WebAuthnCredentialNotSupportedException",
    "The credential is not supported.",
);

const INVALID: (&str, &str) = ("InvalidParameterException", "Credential data is not valid");

#[each_engine]
async fn only_keys_and_statements_that_were_asked_for_are_supported(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let (page, device) = (Page::default(), Authenticator::es256(RP));
    for (format, expected) in [
        ("fido-u2f", UNSUPPORTED),
        ("tpm", UNSUPPORTED),
        ("packed", INVALID),
    ] {
        let options = start(t, &access).await;
        let mut credential = page.create(&options, &device, Statement::None);
        let object = client::attestation_object(format, vec![], device.data(true));
        credential["response"]["attestationObject"] = json!(b64(object));
        refused_as(t, &access, credential, expected).await;
    }
    // A statement over other client data.
    let options = start(t, &access).await;
    let mut credential = page.create(&options, &device, Statement::Itself);
    let other = page.create(
        &json!({"challenge": b64([0; 16])}),
        &device,
        Statement::Itself,
    );
    credential["response"]["attestationObject"] = other["response"]["attestationObject"].clone();
    refused_as(t, &access, credential, INVALID).await;
    // COSE's number of the algorithm, ES384 in the place of ES256: 3, -7 becomes 3, -35.
    let options = start(t, &access).await;
    let mut data = device.data(true);
    let at = data.windows(2).position(|pair| pair == [3, 0x26]).unwrap();
    data.splice(at + 1..at + 2, [0x38, 0x22]);
    let mut credential = page.create(&options, &device, Statement::None);
    credential["response"]["attestationObject"] =
        json!(b64(client::attestation_object("none", vec![], data)));
    refused_as(t, &access, credential, UNSUPPORTED).await;
}

#[each_engine]
async fn authenticators_must_be_touched_and_verify_their_user_where_that_is_demanded(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let mut device = Authenticator::es256(RP);
    let page = Page::default();
    for (flags, expected) in [
        (0, Err(refusal(INVALID))),
        (client::VERIFIED, Err(refusal(INVALID))),
        (client::PRESENT | client::BACKED_UP, Err(refusal(INVALID))),
        (client::PRESENT, Ok(json!({}))),
    ] {
        device.flags = flags;
        assert_eq!(
            try_register(t, &access, &page, &device, Statement::None).await,
            expected,
            "{flags}"
        );
    }
    for demand in [
        json!({"UserVerification": "required"}),
        json!({"FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}),
    ] {
        configure(t, &s, with(json!({"RelyingPartyId": RP}), demand)).await;
        let options = start(t, &access).await;
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "required"
        );
        let mut device = Authenticator::es256(RP);
        device.flags = client::PRESENT;
        let refused = try_register(t, &access, &page, &device, Statement::None).await;
        assert_eq!(refused, Err(refusal(UNSUPPORTED)));
        device.flags = client::PRESENT | client::VERIFIED | client::ELIGIBLE | client::BACKED_UP;
        assert_eq!(
            try_register(t, &access, &page, &device, Statement::None).await,
            Ok(json!({}))
        );
    }
}

#[each_engine]
async fn what_is_no_credential_is_refused(t: &TestApp) {
    let s = passkey_site(t, json!({})).await;
    let access = signed_in(t, &s, "jane").await;
    let options = start(t, &access).await;
    let device = Authenticator::es256(RP);
    let good = Page::default().create(&options, &device, Statement::None);
    for whole in [
        json!({}),
        json!([]),
        json!("x"),
        json!({"id": "AAEC", "rawId": "AAEC", "type": "public-key"}),
    ] {
        refused_as(t, &access, whole, INVALID).await;
    }
    for (member, value) in [
        ("id", json!("AAEC")),
        ("rawId", json!("AAEC")),
        ("type", json!("password")),
        ("type", Value::Null),
        ("response", Value::Null),
        ("response", json!([])),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        refused_as(t, &access, bad, INVALID).await;
    }
    for (member, value) in [
        ("clientDataJSON", json!("!")),
        ("clientDataJSON", json!(b64("{}"))),
        ("attestationObject", json!(b64([0xa0]))),
        ("attestationObject", json!("")),
        ("attestationObject", Value::Null),
        ("transports", json!("usb")),
    ] {
        let mut bad = good.clone();
        bad["response"][member] = value;
        refused_as(t, &access, bad, INVALID).await;
    }
    // What the authenticator signed for a sign-in.
    let mut bad = good.clone();
    let mut other = Authenticator::es256(RP);
    bad["response"]["clientDataJSON"] =
        Page::default().get(&options, &mut other)["response"]["clientDataJSON"].clone();
    refused_as(t, &access, bad, INVALID).await;
    assert_eq!(complete(t, &access, good).await, Ok(json!({})));
}
