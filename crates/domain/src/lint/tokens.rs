//! Rules about the life of an app client's tokens.

use cognate_shapes::FeatureType;

use crate::lint::subject::{AppClient, Subject};

/// Seconds of an access or ID token that are usual.
const USUAL: i64 = 3_600;
/// Days of a refresh token that is not replaced.
const REFRESH_DAYS: i64 = 30;

pub(super) fn long_tokens(_: &Subject, client: &AppClient) -> Option<String> {
    let seconds = client
        .doc
        .access_token_seconds()
        .max(client.doc.id_token_seconds());
    (seconds > USUAL).then(|| {
        let minutes = seconds / 60;
        format!("Access or ID tokens are good for {minutes} minutes, in which applications accept them whatever was revoked.")
    })
}

pub(super) fn long_refresh_token(_: &Subject, client: &AppClient) -> Option<String> {
    let days = client.doc.refresh_token_seconds() / 86_400;
    let rotation = client.doc.refresh_token_rotation.as_ref();
    let rotates = rotation.is_some_and(|rotation| rotation.feature == FeatureType::Enabled);
    (days > REFRESH_DAYS && !rotates).then(|| {
        format!("A refresh token is good for {days} days and is never replaced, so that a stolen one is used beside its owner without a trace.")
    })
}

pub(super) fn no_revocation(_: &Subject, client: &AppClient) -> Option<String> {
    (!client.doc.enable_token_revocation).then(|| {
        "Refresh tokens cannot be revoked one by one, and access tokens do not say to which of them they belong.".to_owned()
    })
}
