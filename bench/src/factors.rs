//! Pools whose users sign in with more than a password: an authenticator app, a remembered device, a passkey.

use std::cell::{Cell, RefCell};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::srp;
use cognate_crypto::srp::client::device_verifier;
use cognate_crypto::totp::Seed;
use cognate_crypto::webauthn::client::{Authenticator, Statement};
use serde_json::{Value, json};

use crate::aws;
use crate::http::Connection;
use crate::world::{PASSWORD, SIGNERS, password_input, signer, slot, text};

/// The relying party of the passkeys.
const RELYING_PARTY: &str = "login.example.com";

/// A pool and its client.
pub struct Site {
    /// The pool.
    pub pool: String,
    /// The client.
    pub client: String,
}

/// A remembered device as its client knows it.
pub struct Device {
    /// DeviceKey.
    pub key: String,
    /// DeviceGroupKey.
    pub group: String,
    /// Drawn by the client.
    pub password: String,
}

/// The pools, and what each signer has there.
pub struct Factors {
    /// The site where an authenticator app is the second factor.
    pub apps_at: Site,
    /// The site where a remembered device may replace the app.
    pub devices_at: Site,
    /// The site where a passkey may replace the password.
    pub passkeys_at: Site,
    apps: Vec<Seed>,
    devices: Vec<Device>,
    passkeys: Vec<RefCell<Authenticator>>,
    /// Sign-ins with the app so far: each code works once, so the users take turns.
    turn: Cell<u64>,
}

/// The next sign-in with the app.
pub struct Turn {
    /// The user.
    pub user: u64,
    /// True if the service's clock must advance by a step first, because every user's code of this one is used.
    pub next_step: bool,
}

impl Factors {
    /// Makes the pools, and registers an app, a device and a passkey for every signer. `ahead`: seconds that the
    /// service's clock is ahead of this machine's.
    pub async fn make(host: &str, ahead: i64) -> Result<Self> {
        let mut c = Caller::open(host).await?;
        let mut made = Self {
            apps_at: c.app_site(json!({})).await?,
            devices_at: c
                .app_site(
                    json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true } }),
                )
                .await?,
            passkeys_at: c.passkey_site().await?,
            apps: Vec::new(),
            devices: Vec::new(),
            passkeys: Vec::new(),
            turn: Cell::new(0),
        };
        for i in 0..SIGNERS {
            let tokens = c.new_user(&made.apps_at, i).await?;
            let app = c.register_app(&made.apps_at, i, &tokens, ahead).await?;
            made.apps.push(app);

            let tokens = c.new_user(&made.devices_at, i).await?;
            made.devices.push(c.confirm_device(&tokens).await?);
            c.register_app(&made.devices_at, i, &tokens, ahead).await?;

            let tokens = c.new_user(&made.passkeys_at, i).await?;
            made.passkeys
                .push(RefCell::new(c.register_passkey(&tokens).await?));
        }
        Ok(made)
    }

    /// Takes the next turn with the app. The first round begins in the step behind the one of the registration.
    pub fn take_turn(&self) -> Turn {
        let turn = self.turn.replace(self.turn.get() + 1);
        Turn {
            user: turn % SIGNERS,
            next_step: turn.is_multiple_of(SIGNERS),
        }
    }

    /// Returns the code that the app of a signer shows at `now`, in seconds.
    pub fn code(&self, i: u64, now: i64) -> Result<String> {
        let app = self.apps.get(slot(i)).context("no app")?;
        Ok(app.code_at(now).expose().clone())
    }

    /// Returns the device of a signer.
    pub fn device(&self, i: u64) -> Result<&Device> {
        self.devices.get(slot(i)).context("no device")
    }

    /// Returns the credential with which a signer answers WEB_AUTHN.
    pub fn credential(&self, i: u64, options: &str) -> Result<String> {
        let options: Value = serde_json::from_str(options)?;
        let mut device = self
            .passkeys
            .get(slot(i))
            .context("no passkey")?
            .borrow_mut();
        let client_data = client_data("webauthn.get", &text(&options, "/challenge")?);
        let (data, signature) = device.sign_in(client_data.as_bytes());
        let response = json!({
            "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature),
        });
        Ok(credential(&device, &response).to_string())
    }
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns clientDataJSON, which the browser writes about the ceremony.
fn client_data(kind: &str, challenge: &str) -> String {
    let origin = format!("https://{RELYING_PARTY}");
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
        .to_string()
}

fn credential(device: &Authenticator, response: &Value) -> Value {
    let id = b64(&device.credential_id);
    json!({
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "authenticatorAttachment": "platform", "response": response,
    })
}

/// A connection that makes things.
struct Caller {
    connection: Connection,
    host: String,
}

impl Caller {
    async fn open(host: &str) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(host).await?,
            host: host.to_owned(),
        })
    }

    async fn signed(&mut self, operation: &str, input: Value) -> Result<Value> {
        let request = aws::signed(&self.host, operation, &input);
        let reply = self.connection.send(&request).await?.json();
        reply.with_context(|| operation.to_owned())
    }

    async fn unsigned(&mut self, operation: &str, input: Value) -> Result<Value> {
        let request = aws::unsigned(&self.host, operation, &input);
        let reply = self.connection.send(&request).await?.json();
        reply.with_context(|| operation.to_owned())
    }

    async fn site(&mut self, mut settings: Value, flows: &[&str]) -> Result<Site> {
        if let Some(settings) = settings.as_object_mut() {
            settings.insert("PoolName".into(), "factors".into());
        }
        let pool = self.signed("CreateUserPool", settings).await?;
        let pool = text(&pool, "/UserPool/Id")?;
        let client =
            json!({ "UserPoolId": pool, "ClientName": "factors", "ExplicitAuthFlows": flows });
        let client = self.signed("CreateUserPoolClient", client).await?;
        let client = text(&client, "/UserPoolClient/ClientId")?;
        Ok(Site { pool, client })
    }

    /// Makes a pool that asks for an app if a user has one.
    async fn app_site(&mut self, settings: Value) -> Result<Site> {
        let flows = [
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ];
        let site = self.site(settings, &flows).await?;
        let input = json!({
            "UserPoolId": site.pool, "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
        });
        self.signed("SetUserPoolMfaConfig", input).await?;
        Ok(site)
    }

    async fn passkey_site(&mut self) -> Result<Site> {
        let first = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] });
        let flows = [
            "ALLOW_USER_AUTH",
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ];
        let settings = json!({ "Policies": { "SignInPolicy": first } });
        let site = self.site(settings, &flows).await?;
        let input = json!({
            "UserPoolId": site.pool, "MfaConfiguration": "OFF",
            "WebAuthnConfiguration": { "RelyingPartyId": RELYING_PARTY },
        });
        self.signed("SetUserPoolMfaConfig", input).await?;
        Ok(site)
    }

    /// Creates a user and signs in; returns the AuthenticationResult.
    async fn new_user(&mut self, site: &Site, i: u64) -> Result<Value> {
        let user = json!({
            "UserPoolId": site.pool, "Username": signer(i), "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": "email", "Value": format!("signer{i}@example.com") }],
        });
        self.signed("AdminCreateUser", user).await?;
        let password = json!({
            "UserPoolId": site.pool, "Username": signer(i), "Password": PASSWORD, "Permanent": true,
        });
        self.signed("AdminSetUserPassword", password).await?;
        let mut answer = self
            .unsigned("InitiateAuth", password_input(&site.client, i))
            .await?;
        match answer.get_mut("AuthenticationResult") {
            Some(result) => Ok(result.take()),
            None => bail!("no tokens: {answer}"),
        }
    }

    /// Registers an app for a user and makes it the second factor.
    async fn register_app(
        &mut self,
        site: &Site,
        i: u64,
        tokens: &Value,
        ahead: i64,
    ) -> Result<Seed> {
        let access = text(tokens, "/AccessToken")?;
        let input = json!({ "AccessToken": access });
        let secret = self.unsigned("AssociateSoftwareToken", input).await?;
        let app = seed(&text(&secret, "/SecretCode")?)?;
        let code = app.code_at(aws::now() + ahead).expose().clone();
        let input = json!({ "AccessToken": access, "UserCode": code });
        self.unsigned("VerifySoftwareToken", input).await?;
        let input = json!({
            "UserPoolId": site.pool, "Username": signer(i),
            "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
        });
        self.signed("AdminSetUserMFAPreference", input).await?;
        Ok(app)
    }

    /// Confirms the device that a sign-in came with.
    async fn confirm_device(&mut self, tokens: &Value) -> Result<Device> {
        let device = Device {
            key: text(tokens, "/NewDeviceMetadata/DeviceKey")?,
            group: text(tokens, "/NewDeviceMetadata/DeviceGroupKey")?,
            password: STANDARD.encode(cognate_crypto::random::bytes::<40>()),
        };
        let (salt, verifier) = device_verifier(&device.group, &device.key, &device.password);
        let verifier = STANDARD.encode(srp::pad(verifier.0.expose()));
        let input = json!({
            "AccessToken": text(tokens, "/AccessToken")?, "DeviceKey": device.key, "DeviceName": "bench",
            "DeviceSecretVerifierConfig": { "Salt": STANDARD.encode(salt), "PasswordVerifier": verifier },
        });
        self.unsigned("ConfirmDevice", input).await?;
        Ok(device)
    }

    /// Registers a new passkey, ES256 and without an attestation statement, as most are.
    async fn register_passkey(&mut self, tokens: &Value) -> Result<Authenticator> {
        let access = text(tokens, "/AccessToken")?;
        let input = json!({ "AccessToken": access });
        let options = self.unsigned("StartWebAuthnRegistration", input).await?;
        let challenge = text(&options, "/CredentialCreationOptions/challenge")?;
        let client_data = client_data("webauthn.create", &challenge);
        let device = Authenticator::es256(RELYING_PARTY);
        let object = device.register(client_data.as_bytes(), Statement::None);
        let response = json!({
            "clientDataJSON": b64(client_data), "attestationObject": b64(object), "transports": ["internal"],
            "publicKeyAlgorithm": -7, "authenticatorData": b64(device.data(true)),
        });
        let input = json!({ "AccessToken": access, "Credential": credential(&device, &response) });
        self.unsigned("CompleteWebAuthnRegistration", input).await?;
        Ok(device)
    }
}

/// Returns the seed in a SecretCode: base32 without padding.
fn seed(secret_code: &str) -> Result<Seed> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u64, 0);
    for letter in secret_code.chars() {
        let five = LETTERS.find(letter).context("SecretCode is not base32")?;
        held = (held << 5 | u64::try_from(five)?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff)?);
        }
    }
    Seed::from_bytes(&bytes).context("SecretCode has another length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_read_back_from_its_secret_code() {
        let made = Seed::generate();
        let read = seed(made.secret_code().expose()).unwrap();
        assert_eq!(read.expose(), made.expose());
    }
}
