//! A device that a user confirmed, as the rest of the domain sees it.

use cognate_crypto::seal::Context;
use cognate_crypto::secret::{Secret, SecretBytes, SecretString};
use cognate_crypto::srp::Verifier;
use cognate_shapes::{AttributeType, DeviceType, Timestamp};
use cognate_store::Store;
use cognate_store::tables::devices::{self, DeviceRow};
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::User;

/// How long the salt of a client may be, in bytes. The clients make 16, drop zeros in front and pad to 17.
const SALT: std::ops::RangeInclusive<usize> = 8..=64;

/// The password verifier that the device's client computed.
pub struct Proof {
    /// Big-endian bytes.
    pub salt: Vec<u8>,
    /// g^x of the device's password.
    pub verifier: Verifier,
}

impl Proof {
    /// Returns the numbers from a client; None for numbers that no proof can use.
    pub fn from_client(salt: &[u8], verifier: &[u8]) -> Option<Self> {
        let leading = salt.iter().take_while(|byte| **byte == 0).count();
        let usable =
            SALT.contains(&salt.len()) && salt.len().saturating_sub(leading) >= *SALT.start();
        let verifier = Verifier::from_client(verifier).ok()?;
        usable.then(|| Self {
            salt: salt.to_vec(),
            verifier,
        })
    }

    /// Returns the form in which it is kept.
    pub fn seal(&self, pool: &Pool, user_id: &str, device_key: &str) -> Vec<u8> {
        let mut plain = Vec::with_capacity(1 + self.salt.len() + self.verifier.0.expose().len());
        plain.push(u8::try_from(self.salt.len()).unwrap_or(u8::MAX));
        plain.extend_from_slice(&self.salt);
        plain.extend_from_slice(self.verifier.0.expose());
        let plain: SecretBytes = Secret::new(plain);
        let row = row_id(user_id, device_key);
        pool.key
            .seal(&context(pool, "sealed", &row), plain.expose())
    }

    fn open(pool: &Pool, user_id: &str, device_key: &str, sealed: &[u8]) -> Result<Self> {
        let row = row_id(user_id, device_key);
        let plain = pool.key.open(&context(pool, "sealed", &row), sealed)?;
        let proof = plain.expose().split_first().and_then(|(length, rest)| {
            let (salt, verifier) = rest.split_at_checked(usize::from(*length))?;
            Some(Self {
                salt: salt.to_vec(),
                verifier: Verifier(Secret::new(verifier.to_vec())),
            })
        });
        proof.ok_or_else(|| Fault::Internal(format!("device {device_key}: verifier")))
    }
}

fn row_id(user_id: &str, device_key: &str) -> String {
    format!("{user_id}/{device_key}")
}

fn context<'a>(pool: &'a Pool, column: &'a str, row: &'a str) -> Context<'a> {
    Context {
        table: "devices",
        column,
        pool: &pool.id,
        row,
    }
}

/// A sign-in that waits for a device.
#[derive(Serialize, Deserialize)]
pub struct Waiting {
    /// When it waits no longer, in microseconds.
    pub until: i64,
    /// A digest of where it was begun from.
    pub caller: String,
    /// Its session.
    pub session: String,
}

/// Seals a sign-in that waits for the device.
///
/// # Errors
/// None that can arise.
pub fn seal_pending(
    pool: &Pool,
    user_id: &str,
    device_key: &str,
    waiting: &Waiting,
) -> Result<Vec<u8>> {
    let row = row_id(user_id, device_key);
    let plain = serde_json::to_vec(waiting)?;
    Ok(pool.key.seal(&context(pool, "pending", &row), &plain))
}

/// Opens what [`seal_pending`] made; None for a session of an older form, which waits no longer.
///
/// # Errors
/// An internal fault for anything else.
pub fn open_pending(
    pool: &Pool,
    user_id: &str,
    device_key: &str,
    sealed: &[u8],
) -> Result<Option<Waiting>> {
    let row = row_id(user_id, device_key);
    let plain = pool.key.open(&context(pool, "pending", &row), sealed)?;
    Ok(serde_json::from_slice(plain.expose()).ok())
}

/// What a device that is a remembered browser proves itself by.
#[derive(Clone, Serialize, Deserialize)]
pub struct BrowserProof {
    /// A MAC of its secret and of what it is bound to, in hexadecimal.
    pub mac: String,
    /// The MAC that was right before.
    pub before: Option<String>,
    /// When the secret was made, in microseconds.
    pub changed: i64,
    /// The end, in microseconds.
    pub until: i64,
    /// A mark of the password with which the user signed in when it was remembered.
    pub credential: String,
}

impl BrowserProof {
    /// Returns the form in which it is kept.
    ///
    /// # Errors
    /// None that can arise.
    pub fn seal(&self, pool: &Pool, user_id: &str, device_key: &str) -> Result<Vec<u8>> {
        let row = row_id(user_id, device_key);
        let plain = serde_json::to_vec(self)?;
        Ok(pool.key.seal(&context(pool, "browser", &row), &plain))
    }

    /// Undoes [`seal`](Self::seal).
    ///
    /// # Errors
    /// An internal fault for anything else.
    pub fn open(pool: &Pool, user_id: &str, device_key: &str, sealed: &[u8]) -> Result<Self> {
        let row = row_id(user_id, device_key);
        let plain = pool.key.open(&context(pool, "browser", &row), sealed)?;
        Ok(serde_json::from_slice(plain.expose())?)
    }
}

/// The cookie of a remembered browser. Its name differs between the users of a browser and tells neither.
pub struct BrowserCookie {
    /// The end of its name.
    pub name: String,
    /// The value, in characters that a cookie may have.
    pub value: SecretString,
    /// Its time to live, in seconds.
    pub seconds: u32,
}

/// The extent to which an answer describes a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The list that users see.
    Short,
    /// GetDevice, and what administrators see.
    Whole,
}

/// A device of a user.
pub struct Device(pub DeviceRow);

impl Device {
    /// Returns the user's device of that key.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed.
    pub async fn find(
        store: &Store,
        pool: &Pool,
        user_id: &str,
        key: &str,
    ) -> Result<Option<Self>> {
        let row = devices::get(store, &pool.id, user_id, key).await?;
        row.map(|row| Self::checked(pool, user_id, row)).transpose()
    }

    /// Returns a device of the user that was read.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed.
    pub fn checked(pool: &Pool, user_id: &str, row: DeviceRow) -> Result<Self> {
        pool.check(&row.signed(user_id), row.mac.as_deref())?;
        Ok(Self(row))
    }

    /// Returns a device of the user as it is to be written.
    #[must_use]
    pub fn signed(pool: &Pool, user_id: &str, mut row: DeviceRow) -> Self {
        row.mac = Some(pool.sign(&row.signed(user_id)));
        Self(row)
    }

    /// True if it may replace a second factor: its user wants it remembered, and its client sent a verifier.
    pub fn can_prove_itself(&self) -> bool {
        self.0.remembered && self.0.sealed.is_some()
    }

    /// Returns salt and verifier, if the client sent some.
    ///
    /// # Errors
    /// An internal fault for a row that does not open.
    pub fn proof(&self, pool: &Pool, user_id: &str) -> Result<Option<Proof>> {
        let sealed = self.0.sealed.as_deref();
        sealed
            .map(|sealed| Proof::open(pool, user_id, &self.0.device_key, sealed))
            .transpose()
    }

    /// Returns the device for an answer, attributes in the service's order (auth.md 3.7, admin.md 2.7).
    pub fn to_api(&self, account: &str, pool: &Pool, user: &User, view: View) -> DeviceType {
        let row = &self.0;
        let owner = format!("{}.{}", user.username, pool.id);
        let arn = format!(
            "arn:aws:cognito-idp:{}:{}:owner/{owner}/device/{}",
            pool.region, account, row.device_key
        );
        let status = if row.remembered {
            "remembered"
        } else {
            "not_remembered"
        };
        let whole = |value: &str| (view == View::Whole).then(|| value.to_owned());
        let attributes = [
            ("device_status", Some("valid".to_owned())),
            ("device_name", row.name.clone()),
            ("dev:device_arn", whole(&arn)),
            ("dev:device_owner", whole(&owner)),
            ("last_ip_used", Some(row.last_ip.clone())),
            ("dev:device_remembered_status", whole(status)),
            ("dev:device_sdk", whole("aws-sdk")),
        ];
        let attributes = attributes
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, value)| AttributeType {
                name: name.to_owned(),
                value,
            })
            .collect();
        // The last sign-in has no fraction (admin.md 2.7).
        let authenticated = row
            .authenticated
            .saturating_sub(row.authenticated.rem_euclid(SECOND));
        DeviceType {
            device_key: Some(row.device_key.clone()),
            device_attributes: Some(attributes),
            device_create_date: Some(Timestamp(row.created)),
            device_last_modified_date: Some(Timestamp(row.modified)),
            device_last_authenticated_date: Some(Timestamp(authenticated)),
        }
    }
}
