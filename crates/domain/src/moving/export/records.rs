//! What a record says of a user or a group.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::credential::Credential;
use cognate_moving::export::{Exported, Secrets};
use cognate_moving::record::{
    GroupRecord, LinkRecord, MfaRecord, PasskeyRecord, PasswordRecord, TotpRecord, UserRecord,
};
use cognate_store::tables::groups::GroupRow;
use cognate_store::tables::provider_links::LinkRow;

use crate::errors::{Fault, Result};
use crate::facts::mfa_state::MfaState;
use crate::moving::export::whole::Whole;
use crate::records::passkey::{Passkey, base64url};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::providers::links::{self, SUBJECT};
use crate::users::password_policy::history;

/// Attributes that have places of their own.
const ELSEWHERE: [&str; 2] = ["sub", "identities"];

/// Returns a group.
pub(super) fn group(row: GroupRow) -> GroupRecord {
    GroupRecord {
        name: row.name,
        description: row.description,
        precedence: row.precedence,
        role_arn: row.role,
        created: Some(row.created),
        modified: Some(row.modified),
    }
}

/// Returns a user. Without `secrets` no secret is opened: they are only counted.
///
/// # Errors
/// An internal fault for a secret that does not open.
pub(super) fn user(pool: &Pool, whole: &Whole, secrets: bool) -> Result<Exported> {
    let Whole {
        user,
        token,
        passkeys,
        groups,
        links,
    } = whole;
    let verifier = user.credential.is_some() && !user.has_imported_password();
    let has = Secrets {
        passwords: u64::from(user.credential.is_some()),
        former_passwords: u64::try_from(user.doc.history.len()).unwrap_or(u64::MAX),
        apps: u64::from(token.is_registered()),
    };
    let attributes = user.doc.attributes.iter();
    let attributes = attributes.filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()));
    let own = links::own(user)?;
    let mut record = UserRecord {
        sub: Some(user.id.clone()),
        username: user.username.clone(),
        status: Some(user.status.as_str().to_owned()),
        enabled: Some(user.enabled),
        created: Some(user.created),
        modified: Some(user.modified),
        attributes: attributes.map(|(n, v)| (n.clone(), v.clone())).collect(),
        pending: user.doc.pending.clone(),
        groups: groups.clone(),
        password: None,
        password_history: Vec::new(),
        temporary_until: user.doc.temporary_until,
        mfa: mfa(&user.doc.mfa),
        totp: None,
        passkeys: passkeys.iter().map(passkey).collect(),
        links: links.iter().map(|row| link(row, own.as_ref())).collect(),
    };
    if secrets {
        record.password = password(pool, user)?;
        record.password_history = former_passwords(pool, user)?;
        record.totp = token
            .registered(pool, &user.id)?
            .map(|(seed, last_step)| TotpRecord {
                secret: seed.secret_code().expose().clone(),
                name: user.doc.mfa.software_token_name.clone(),
                last_step,
            });
    }
    Ok(Exported {
        record,
        has,
        verifier,
    })
}

fn mfa(state: &MfaState) -> Option<MfaRecord> {
    let record = MfaRecord {
        sms: state.sms,
        email: state.email,
        software_token: state.software_token,
        web_authn: state.web_authn,
        preferred: state.preferred.map(|factor| factor.as_str().to_owned()),
    };
    (record != MfaRecord::default()).then_some(record)
}

fn password(pool: &Pool, user: &User) -> Result<Option<PasswordRecord>> {
    Ok(match user.open_credential(pool)? {
        None => None,
        Some(Credential::Imported(hash)) => {
            let text = hash.to_bytes().into_text();
            let text = text.ok_or_else(|| {
                Fault::Internal(format!("the hash of user {} is no text", user.id))
            })?;
            Some(PasswordRecord::Imported(text.expose().clone()))
        }
        Some(native) => Some(PasswordRecord::Native(
            STANDARD.encode(native.to_bytes().expose()),
        )),
    })
}

fn former_passwords(pool: &Pool, user: &User) -> Result<Vec<String>> {
    let former = history::former(pool, user)?;
    let text = |credential: &Credential| STANDARD.encode(credential.to_bytes().expose());
    Ok(former.iter().map(text).collect())
}

fn passkey(passkey: &Passkey) -> PasskeyRecord {
    let Passkey { row, doc } = passkey;
    PasskeyRecord {
        credential_id: row.credential_id.clone(),
        rp_id: row.rp_id.clone(),
        public_key: base64url(&row.public_key),
        sign_count: row.sign_count,
        name: doc.name.clone(),
        attachment: doc.attachment.clone(),
        transports: doc.transports.clone(),
        backup_eligible: doc.backup_eligible,
        backup_unknown: doc.backup_unknown,
        aaguid: doc.aaguid.clone(),
        user_handle: doc.user_handle.clone(),
        created: Some(row.created),
    }
}

/// `own`: the identity by which the user came into being.
fn link(row: &LinkRow, own: Option<&(String, String)>) -> LinkRecord {
    let subject = row.attribute == SUBJECT;
    let primary = subject
        && own.is_some_and(|(provider, value)| *provider == row.provider && *value == row.value);
    LinkRecord {
        provider: row.provider.clone(),
        attribute: (!subject).then(|| row.attribute.clone()),
        value: row.value.clone(),
        primary,
        created: Some(row.created),
    }
}
