//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device in the place of the second factor.

mod offers;
mod proofs;
mod requests;

use serde_json::{Value, json};

use crate::support::devices::*;
use crate::support::mfa::{
    App, assert_signed_in, jane, mfa_site_with, prefer, recovery, register, respond,
};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// Jane with an authenticator app in a pool with optional MFA, and a device of hers that is confirmed.
pub(super) struct World {
    pub(super) s: Site,
    app: App,
    pub(super) device: Device,
    access: Value,
}

impl World {
    /// Signs in by the password and names the device: what is asked for then.
    pub(super) async fn asked(&self, t: &TestApp) -> Value {
        t.ok("InitiateAuth", self.device.sign_in(&self.s.client, "jane"))
            .await
    }

    /// Begins the proof that was asked for.
    async fn proof(&self, t: &TestApp) -> Proof {
        let asked = self.asked(t).await;
        Proof::start(
            t,
            &self.s.client,
            "jane",
            &self.device,
            Some(&asked["Session"]),
        )
        .await
        .unwrap()
    }

    pub(super) fn answer(&self, proof: &Proof) -> Value {
        proof.answer(&self.s.client, &self.device)
    }

    /// Asserts that the second factor is asked for although the device is named.
    async fn asks_for_the_app(&self, t: &TestApp) {
        let asked = self.asked(t).await;
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        t.advance(60).await;
        let done = respond(
            t,
            &self.s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": self.app.code(t)}),
        )
        .await
        .unwrap();
        assert_signed_in(&done);
        assert_eq!(
            claims(&done["AuthenticationResult"]["AccessToken"])["device_key"],
            self.device.key
        );
        assert!(
            done["AuthenticationResult"]
                .get("NewDeviceMetadata")
                .is_none()
        );
    }
}

/// Creates a pool with DeviceConfiguration `devices`, and a user with a device.
async fn world_with(t: &TestApp, devices: Value) -> World {
    let settings = with(
        recovery(&["admin_only"]),
        json!({"DeviceConfiguration": devices}),
    );
    let s = mfa_site_with(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"], settings).await;
    jane(t, &s, &[]).await;
    let (device, result) = Device::confirmed(t, &s).await;
    let access = result["AccessToken"].clone();
    let app = register(t, &access).await;
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true}}),
    )
    .await;
    t.advance(60).await;
    World {
        s,
        app,
        device,
        access,
    }
}

pub(super) async fn world(t: &TestApp) -> World {
    world_with(t, json!({"ChallengeRequiredOnNewDevice": true})).await
}

async fn respond_with(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

async fn refuse(t: &TestApp, input: Value, refusal: (&str, &str)) {
    t.refused("RespondToAuthChallenge", input, refusal.0, refusal.1)
        .await;
}
