//! Authenticator data: what an authenticator says and signs (Web Authentication section 6.1).

use super::{Malformed, first_value};

/// The longest credential id, in bytes (section 7.1 step 25).
pub const LONGEST_CREDENTIAL_ID: usize = 1_023;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// The flags (section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub(super) u8);

impl Flags {
    /// UP: true if a person touched the authenticator.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & USER_PRESENT != 0
    }

    /// UV: it knows by PIN or body that this was its user.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & USER_VERIFIED != 0
    }

    /// BE: the passkey may be copied to other devices. Never changes.
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & BACKUP_ELIGIBLE != 0
    }

    /// BS: the passkey was copied.
    #[must_use]
    pub const fn backed_up(self) -> bool {
        self.0 & BACKED_UP != 0
    }
}

/// A new passkey (section 6.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedCredential {
    /// The model of the authenticator; zeros when it does not say.
    pub aaguid: [u8; 16],
    /// Names the passkey; 1 to 1,023 bytes.
    pub id: Vec<u8>,
    /// The public key in COSE, as it came; [`key::CredentialKey`](super::key::CredentialKey) reads it.
    pub public_key: Vec<u8>,
}

/// Authenticator data, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// SHA-256 of the relying party's id.
    pub rp_id_hash: [u8; 32],
    /// The flags.
    pub flags: Flags,
    /// Grows with every use, or stays 0 in authenticators that do not count.
    pub sign_count: u32,
    /// The new credential; in registrations only.
    pub credential: Option<AttestedCredential>,
}

impl AuthenticatorData {
    /// Takes the bytes apart, to the last one.
    ///
    /// # Errors
    /// [`Malformed`] for anything but what section 6.1 describes. What extensions say is not looked at.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(Malformed)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(Malformed)?;
        let (sign_count, mut rest) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
        let credential = if flags & HAS_CREDENTIAL != 0 {
            Some(attested(&mut rest)?)
        } else {
            None
        };
        if flags & HAS_EXTENSIONS != 0 {
            let (extensions, length) = first_value(rest)?;
            if !extensions.is_map() {
                return Err(Malformed);
            }
            rest = rest.get(length..).ok_or(Malformed)?;
        }
        if !rest.is_empty() {
            return Err(Malformed);
        }
        Ok(Self {
            rp_id_hash: *rp_id_hash,
            flags: Flags(*flags),
            sign_count: u32::from_be_bytes(*sign_count),
            credential,
        })
    }
}

/// Takes the credential off the front of `rest`.
fn attested(rest: &mut &[u8]) -> Result<AttestedCredential, Malformed> {
    let (aaguid, behind) = rest.split_first_chunk::<16>().ok_or(Malformed)?;
    let (length, behind) = behind.split_first_chunk::<2>().ok_or(Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if !(1..=LONGEST_CREDENTIAL_ID).contains(&length) {
        return Err(Malformed);
    }
    let (id, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
    let (_, length) = first_value(behind)?;
    let (public_key, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
    *rest = behind;
    Ok(AttestedCredential {
        aaguid: *aaguid,
        id: id.to_vec(),
        public_key: public_key.to_vec(),
    })
}
