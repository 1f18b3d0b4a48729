//! Browsers that pages remember: devices of their user, which stand in for the second factor.
//!
//! A page cannot prove a device by SRP without a script. Its browser has a secret of 256 bits in a cookie instead, one
//! for each user. The device's row keeps a MAC of it, over host, user and device as well, so that the cookie is worth
//! nothing elsewhere. Each sign-in replaces the secret. A value that was good once and comes again later is a copy: it
//! ends the device, for its owner and for whoever made the copy. So does another password. Nothing is proven by the
//! cookie alone: it is looked at once the first factor was right.

use std::sync::Arc;

use cognate_crypto::random;
use cognate_crypto::secret::{SecretString, ct_eq};
use cognate_shapes::{DeviceConfigurationType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::devices::{self, BrowserUse, DeviceRow};

use crate::audit;
use crate::clock::{DAY, MINUTE, SECOND};
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::Factor;
use crate::records::device::{BrowserCookie, BrowserProof, Device};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::mfa::decide::{Decision, decide, has_second_code};
use crate::signin::state::credential_mark;
use crate::signin::verdict::Authenticated;
use crate::tokens::tracking;

/// How long a browser is remembered, counted from the code, in microseconds.
pub const REMEMBERED: i64 = 30 * DAY;
/// The most browsers of a user that are remembered at a time.
const MOST: i64 = 50;
/// For so long the value before the last one is no copy: two windows may have sent it at once. It proves nothing then
/// either. Microseconds.
const AT_ONCE: i64 = MINUTE;
/// The longest value that is looked at, in bytes.
const LONGEST: usize = 128;

/// What the request of a page says about its browser.
#[derive(Clone, Copy, Debug)]
pub struct Browser<'a> {
    /// The host that was asked.
    pub host: &'a str,
    /// The cookies of remembered browsers: the ends of their names, and their values.
    pub cookies: &'a [(String, SecretString)],
    /// True if the user wants it remembered.
    pub wish: bool,
}

impl<'a> Browser<'a> {
    /// Returns a browser that remembers nothing.
    pub fn blank(host: &'a str) -> Self {
        Self {
            host,
            cookies: &[],
            wish: false,
        }
    }
}

/// True if pages ask the user of a pool for the wish to be remembered.
pub fn asks(pool: &Pool) -> bool {
    trusts(pool).is_some_and(|config| config.device_only_remembered_on_user_prompt == Some(true))
}

/// Returns the settings of a pool in which a remembered device stands in for the second factor.
fn trusts(pool: &Pool) -> Option<&DeviceConfigurationType> {
    let config = pool.doc.device_configuration.as_ref();
    config.filter(|config| config.challenge_required_on_new_device == Some(true))
}

/// What is known of the browser of a sign-in.
pub enum Met {
    /// Nothing that counts.
    Unknown,
    /// It is remembered.
    Remembered(Box<Known>),
    /// Its cookie is a copy of an earlier one, or of a time with another password: the device is to go.
    Ended {
        /// The device.
        key: String,
        /// What it proved itself by.
        sealed: Vec<u8>,
    },
}

/// A remembered browser.
pub struct Known {
    device: Device,
    proof: BrowserProof,
    sealed: Vec<u8>,
}

/// Returns what is known of the browser of a user whose first factor was right.
///
/// # Errors
/// Faults.
pub async fn meet(
    cx: &Cx<'_>,
    at: At<'_>,
    authenticated: &Authenticated,
    browser: Option<&Browser<'_>>,
) -> Result<Met> {
    let user = &authenticated.user;
    let (Some(browser), Some(_)) = (browser, trusts(at.pool)) else {
        return Ok(Met::Unknown);
    };
    let Some((key, secret)) = value_of(at.pool, user, browser) else {
        return Ok(Met::Unknown);
    };
    let (store, pool_id) = (&cx.store, &at.pool.id);
    let Some(device) = Device::find(store, at.pool, &user.id, key).await? else {
        return Ok(Met::Unknown);
    };
    let sealed = devices::browser(store, pool_id, &user.id, key).await?;
    let Some(sealed) = sealed.filter(|_| device.0.remembered) else {
        return Ok(Met::Unknown);
    };
    let proof = BrowserProof::open(at.pool, &user.id, key, &sealed)?;
    if proof.until <= cx.now() {
        return Ok(Met::Unknown);
    }
    let given = mac(at.pool, user, browser.host, key, secret);
    let is = |known: &str| ct_eq(known.as_bytes(), given.as_bytes());
    if is(&proof.mac) && is_of_now(user, &proof) {
        let known = Known {
            device,
            proof,
            sealed,
        };
        return Ok(Met::Remembered(Box::new(known)));
    }
    let age = cx.now().saturating_sub(proof.changed);
    if proof.before.as_deref().is_some_and(is) && age < AT_ONCE {
        return Ok(Met::Unknown);
    }
    tracing::warn!(pool = %at.pool.id, device = %key, "the cookie of a remembered browser is no longer good: it is forgotten");
    Ok(Met::Ended {
        key: key.to_owned(),
        sealed,
    })
}

/// True if the user has the password with which the browser was remembered.
fn is_of_now(user: &User, proof: &BrowserProof) -> bool {
    ct_eq(
        credential_mark(user).as_bytes(),
        proof.credential.as_bytes(),
    )
}

impl Met {
    /// Returns the device of a remembered browser.
    pub fn device(&self) -> Option<&Device> {
        match self {
            Self::Remembered(known) => Some(&known.device),
            Self::Unknown | Self::Ended { .. } => None,
        }
    }

    /// Lets a remembered browser stand in for a second factor that the user has; one that ended goes.
    pub fn take_part(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        authenticated: &mut Authenticated,
        batch: Batch,
    ) -> Batch {
        let (pool_id, user_id) = (&at.pool.id, &authenticated.user.id);
        let known = match self {
            Self::Unknown => return batch,
            Self::Ended { key, sealed } => {
                let batch = devices::forget_browser(batch, pool_id, user_id, key, sealed);
                return audit::record(cx, batch, pool_id, Some(user_id));
            }
            Self::Remembered(known) => known,
        };
        let user = &authenticated.user;
        let may = user.enabled && user.status == UserStatusType::Confirmed;
        let demanded = authenticated.demands_factor();
        let decision = decide(at.pool, user, &authenticated.proven, demanded);
        let due = !demanded && matches!(decision, Decision::Ask(_) | Decision::Choose(_));
        if !may || !due || known.proof.until <= cx.now() {
            return batch;
        }
        let batch = devices::take(batch, pool_id, user_id, &known.device.0.device_key);
        authenticated.proven = authenticated.proven.clone().with(Factor::Device);
        batch
    }

    /// Adds to the batch of a complete sign-in the next secret of a remembered browser, or a new device where the browser
    /// is to be remembered from now on. Returns its cookie.
    ///
    /// # Errors
    /// None that can arise.
    pub fn keep(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        authenticated: &Authenticated,
        browser: Option<&Browser<'_>>,
        batch: Batch,
    ) -> Result<(Batch, Option<Arc<BrowserCookie>>)> {
        let Some(browser) = browser else {
            return Ok((batch, None));
        };
        let user = &authenticated.user;
        let fresh = Fresh::of(cx, at.pool, user);
        match self {
            Self::Remembered(known) => {
                let key = &known.device.0.device_key;
                let proof = BrowserProof {
                    mac: mac(at.pool, user, browser.host, key, &fresh.secret),
                    before: Some(known.proof.mac.clone()),
                    changed: cx.now(),
                    ..known.proof.clone()
                };
                let after = proof.seal(at.pool, &user.id, key)?;
                let used = BrowserUse {
                    before: &known.sealed,
                    after: &after,
                    now: cx.now(),
                    ip: &cx.client_info.ip,
                };
                let batch = devices::renew_browser(batch, &at.pool.id, &user.id, key, &used);
                let cookie = fresh.cookie(cx, at.pool, user, key, proof.until);
                Ok((batch, Some(Arc::new(cookie))))
            }
            Self::Unknown | Self::Ended { .. } if wants(at.pool, authenticated, browser) => {
                fresh.remember(cx, at, user, browser, batch)
            }
            Self::Unknown | Self::Ended { .. } => Ok((batch, None)),
        }
    }
}

/// True if a browser is to be remembered: a code was proven besides the first factor, and the user wishes for it where
/// the pool leaves that to users.
fn wants(pool: &Pool, authenticated: &Authenticated, browser: &Browser<'_>) -> bool {
    let wished = !asks(pool) || browser.wish;
    trusts(pool).is_some() && wished && has_second_code(&authenticated.proven)
}

/// The texts of a remembered browser, the same in every try of an action.
#[derive(Clone)]
struct Fresh {
    key: String,
    group: String,
    secret: String,
}

impl Fresh {
    fn of(cx: &Cx<'_>, pool: &Pool, user: &User) -> Self {
        let made = || {
            let (key, group) = super::new_names(pool);
            Self {
                key,
                group,
                secret: random::handle(),
            }
        };
        cx.memory().once(&format!("browser of {}", user.id), made)
    }

    /// Adds the device.
    fn remember(
        self,
        cx: &Cx<'_>,
        at: At<'_>,
        user: &User,
        browser: &Browser<'_>,
        batch: Batch,
    ) -> Result<(Batch, Option<Arc<BrowserCookie>>)> {
        let (pool, now) = (at.pool, cx.now());
        let (pool_id, key) = (&pool.id, &self.key);
        let proof = BrowserProof {
            mac: mac(pool, user, browser.host, key, &self.secret),
            before: None,
            changed: now,
            until: now.saturating_add(REMEMBERED),
            credential: credential_mark(user),
        };
        let name = tracking::device(&cx.client_info.user_agent);
        let row = DeviceRow {
            device_key: self.key.clone(),
            group_key: self.group.clone(),
            name: Some(name).filter(|name| !name.is_empty()),
            sealed: None,
            remembered: true,
            last_ip: cx.client_info.ip.clone(),
            created: now,
            modified: now,
            authenticated: now,
            mac: None,
        };
        let device = Device::signed(pool, &user.id, row);
        let sealed = proof.seal(pool, &user.id, key)?;
        let batch = devices::insert(batch, pool_id, &user.id, &device.0);
        let batch = devices::set_browser(batch, pool_id, &user.id, key, &sealed, proof.until);
        let batch = devices::tidy_browsers(batch, pool_id, &user.id, now, MOST);
        let batch = audit::record(cx, batch, pool_id, Some(&user.id));
        let cookie = self.cookie(cx, pool, user, key, proof.until);
        Ok((batch, Some(Arc::new(cookie))))
    }

    fn cookie(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        user: &User,
        key: &str,
        until: i64,
    ) -> BrowserCookie {
        let seconds = until.saturating_sub(cx.now()).div_euclid(SECOND);
        BrowserCookie {
            name: name(pool, user),
            value: SecretString::new(format!("{key}.{}", self.secret)),
            seconds: u32::try_from(seconds).unwrap_or_default(),
        }
    }
}

/// Returns the end of the name of a user's cookie.
fn name(pool: &Pool, user: &User) -> String {
    let mac = pool
        .key
        .mac("names of remembered browsers", user.id.as_bytes());
    hex::encode(mac.get(..8).unwrap_or(&mac))
}

/// Returns device and secret of the user's cookie.
fn value_of<'b>(pool: &Pool, user: &User, browser: &'b Browser<'_>) -> Option<(&'b str, &'b str)> {
    let name = name(pool, user);
    let mut sent = browser.cookies.iter().filter(|(sent, _)| *sent == name);
    let (_, value) = sent.next().filter(|_| sent.next().is_none())?;
    let value = value.expose();
    let (key, secret) = value.split_once('.').filter(|_| value.len() <= LONGEST)?;
    random::is_handle(secret).then_some((key, secret))
}

/// Returns the MAC of a secret: the lengths of all parts but the host are fixed or free of line ends.
fn mac(pool: &Pool, user: &User, host: &str, key: &str, secret: &str) -> String {
    let text = [secret, key, &user.id, &host.to_ascii_lowercase()].join("\n");
    hex::encode(pool.key.mac("remembered browsers", text.as_bytes()))
}
