//! Passkeys.

mod credentials;
mod registration;
mod requirements;

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use serde_json::Value;

use crate::support::passkeys::*;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// Begins a registration and completes it with what the page made of the options.
async fn try_register(
    t: &TestApp,
    access: &Value,
    page: &Page,
    device: &Authenticator,
    statement: Statement,
) -> Result<Value, Refusal> {
    let options = start(t, access).await;
    complete(t, access, page.create(&options, device, statement)).await
}

async fn refused_as(t: &TestApp, access: &Value, credential: Value, expected: (&str, &str)) {
    assert_eq!(
        complete(t, access, credential).await,
        Err(refusal(expected))
    );
}
