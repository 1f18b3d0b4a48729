//! Helpers for the tests of devices: a pool that tracks them, and the client's side of a device.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::srp;
use cognate_crypto::srp::client::{Answer, Client, device_verifier};
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// The refusal of a device that is not there.
pub const NO_DEVICE: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");
/// The refusal of pools that track no devices.
pub const NOT_TRACKED: (&str, &str) = (
    "InvalidUserPoolConfigurationException",
    "Device tracking has not been configured in this User Pool",
);

/// Creates a pool that tracks devices, with its user `jane`. `asks`: DeviceOnlyRememberedOnUserPrompt.
pub async fn tracked(t: &TestApp, asks: bool) -> Site {
    let devices =
        json!({"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": asks});
    let s = site_with(t, json!({"DeviceConfiguration": devices}), json!({})).await;
    user(t, &s.pool, "jane").await;
    s
}

/// A device as its client knows it.
#[derive(Clone)]
pub struct Device {
    pub key: String,
    pub group: String,
    pub password: String,
}

impl Device {
    /// Returns the new device of an AuthenticationResult.
    pub fn of(result: &Value) -> Self {
        let new = &result["NewDeviceMetadata"];
        assert_eq!(new.as_object().map(|o| o.len()), Some(2), "{result}");
        Self {
            key: new["DeviceKey"].as_str().unwrap().to_owned(),
            group: new["DeviceGroupKey"].as_str().unwrap().to_owned(),
            password: STANDARD.encode(cognate_crypto::random::bytes::<40>()),
        }
    }

    /// Returns the input of ConfirmDevice.
    pub fn confirmation(&self, access: &Value) -> Value {
        let (salt, verifier) = device_verifier(&self.group, &self.key, &self.password);
        let verifier = srp::pad(verifier.0.expose());
        json!({
            "AccessToken": access, "DeviceKey": self.key, "DeviceName": "phone",
            "DeviceSecretVerifierConfig": {"Salt": STANDARD.encode(salt), "PasswordVerifier": STANDARD.encode(verifier)},
        })
    }

    /// Signs in as `jane` and confirms the device of that session; gives AuthenticationResult too.
    pub async fn confirmed(t: &TestApp, s: &Site) -> (Self, Value) {
        let result = sign_in(t, &s.client, "jane").await;
        let device = Self::of(&result);
        t.ok("ConfirmDevice", device.confirmation(&result["AccessToken"]))
            .await;
        (device, result)
    }

    /// Returns the input of InitiateAuth by password that names the device.
    pub fn sign_in(&self, client: &str, name: &str) -> Value {
        let parameters = json!({"USERNAME": name, "PASSWORD": PASSWORD, "DEVICE_KEY": self.key});
        initiate(client, "USER_PASSWORD_AUTH", parameters)
    }
}

/// A device's half of its proof.
pub struct Proof {
    client: Client,
    pub asked: Value,
}

impl Proof {
    /// Answers DEVICE_SRP_AUTH.
    pub async fn start(
        t: &TestApp,
        client: &str,
        name: &str,
        device: &Device,
        session: Option<&Value>,
    ) -> Result<Self, Refusal> {
        let proof = Client::new();
        let responses = json!({"USERNAME": name, "DEVICE_KEY": device.key, "SRP_A": proof.srp_a()});
        let mut input = json!({
            "ClientId": client, "ChallengeName": "DEVICE_SRP_AUTH", "ChallengeResponses": responses,
        });
        if let Some(session) = session {
            input["Session"] = session.clone();
        }
        Ok(Self::of(
            proof,
            t.call("RespondToAuthChallenge", input).await?,
        ))
    }

    /// Continues with the answer to DEVICE_SRP_AUTH.
    pub fn of(client: Client, asked: Value) -> Self {
        assert_eq!(asked["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
        Self { client, asked }
    }

    /// Returns a parameter of the challenge.
    pub fn given(&self, name: &str) -> &str {
        self.asked["ChallengeParameters"][name].as_str().unwrap()
    }

    /// Returns the input of DEVICE_PASSWORD_VERIFIER from someone who knows the device's secrets.
    pub fn answer(&self, client: &str, device: &Device) -> Value {
        self.answer_at(client, device, &now())
    }

    pub fn answer_at(&self, client: &str, device: &Device, timestamp: &str) -> Value {
        let signature = self.client.answer(&Answer {
            pool_name: &device.group,
            user_id: &device.key,
            password: &device.password,
            salt: self.given("SALT"),
            srp_b: self.given("SRP_B"),
            secret_block: self.given("SECRET_BLOCK"),
            timestamp,
        });
        json!({
            "ClientId": client, "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": self.asked["Session"],
            "ChallengeResponses": {
                "USERNAME": self.given("USERNAME"), "DEVICE_KEY": device.key, "TIMESTAMP": timestamp,
                "PASSWORD_CLAIM_SECRET_BLOCK": self.given("SECRET_BLOCK"),
                "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
            },
        })
    }
}

/// Returns `input` without its session.
pub fn no_session(mut input: Value) -> Value {
    input.as_object_mut().unwrap().remove("Session");
    input
}

/// Returns `input` with another answer.
pub fn altered(input: &Value, name: &str, value: Value) -> Value {
    let mut input = input.clone();
    input["ChallengeResponses"][name] = value;
    input
}
