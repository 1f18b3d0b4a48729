//! Users: their records by the import, passwords that replace others by AdminSetUserPassword.

use std::collections::BTreeMap;

use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::Fault;
use cognate_domain::moving::apply::ledger::Outcome as Row;
use cognate_domain::moving::apply::{Entry, Given, Wishes, apply as import};
use cognate_domain::moving::seeded::{self, Seeded, settle};
use cognate_moving::record::{MfaRecord, PasswordRecord, TotpRecord, UserRecord};
use cognate_shapes::Op;
use serde_json::json;

use super::call::Call;
use super::{Change, Outcome, Refused};
use crate::seed::file::{Input, Plain, UserSeed};

/// Applies users.
pub async fn apply(call: Call<'_>, users: &[UserSeed]) -> Result<Vec<Change>, Refused> {
    let app = call.app;
    let what = |user: &UserSeed| format!("user {} of user pool {}", user.username, call.pool);
    let shown = |at: usize| users.get(at).map(what).unwrap_or_default();
    let refused = |at: usize, why: String| Refused {
        user: at,
        ..Refused::of(&shown(at), why)
    };
    if call.only_look && !call.is_there().await.map_err(|why| refused(0, why))? {
        let all = users.iter();
        return Ok(all
            .map(|user| Change::of(what(user), Outcome::Created))
            .collect());
    }
    let failed = |at: usize| move |fault: Fault| refused(at, text(fault));
    let pool = seeded::pool(app, call.pool).await.map_err(failed(0))?;
    let (mut rows, mut passwords) = (Vec::new(), Vec::new());
    for (at, user) in users.iter().enumerate() {
        let record = record(user).map_err(|why| refused(at, why))?;
        let password = user.password.clone().map(Secret::new);
        let settled = settle(app, &pool, Seeded { record, password }).await;
        let settled = settled.map_err(failed(at))?;
        passwords.push(settled.replaces);
        let line = u64::try_from(at).unwrap_or_default();
        let entry = Entry::User(Box::new(settled.record));
        rows.push(Given { line, entry });
    }
    let names: Vec<String> = rows.iter().map(name).collect();
    let wishes = Wishes {
        dry_run: call.only_look,
        update: true,
        keep_status: true,
        incomplete: false,
        drop_unusable: false,
        from_pool: Some(call.pool.to_owned()),
    };
    let now = app.clock.service();
    let done = import(&app.store, &app.root, now, call.pool, &wishes, rows).await;
    let done = done.map_err(failed(0))?;
    let mut changes = Vec::with_capacity(done.len());
    for (at, row) in done.into_iter().enumerate() {
        let user = shown(at);
        let reason = row.reason.unwrap_or_default();
        let mut change = match row.outcome {
            Row::Created => Change::of(user, Outcome::Created),
            Row::Updated | Row::Differs => {
                let list = reason.strip_prefix("differs in ").unwrap_or(&reason);
                Change::by(user, list.split(", ").map(str::to_owned).collect())
            }
            Row::Unchanged => Change::of(user, Outcome::Same),
            Row::Refused | Row::Passed => return Err(refused(at, reason)),
        };
        change.notes = row.notes;
        if let Some(Some(password)) = passwords.get(at) {
            let name = names.get(at).map(String::as_str).unwrap_or_default();
            let temporary = users.get(at).is_some_and(|user| user.temporary);
            let set = set_password(call, name, password, temporary).await;
            set.map_err(|why| refused(at, why))?;
            change.outcome = Outcome::Changed;
            change.members.push("password".to_owned());
        }
        changes.push(change);
    }
    Ok(changes)
}

fn name(given: &Given) -> String {
    match &given.entry {
        Entry::User(user) => user.sub.clone().unwrap_or_default(),
        Entry::Group(_) => String::new(),
    }
}

async fn set_password(
    call: Call<'_>,
    name: &str,
    password: &SecretString,
    temporary: bool,
) -> Result<(), String> {
    let mut input = Input::new();
    input.insert("Username".to_owned(), json!(name));
    input.insert("Password".to_owned(), json!(password.expose()));
    input.insert("Permanent".to_owned(), json!(!temporary));
    call.write(Op::AdminSetUserPassword, input, None).await
}

/// Returns the record of a user, without a password that has to be derived.
fn record(user: &UserSeed) -> Result<UserRecord, String> {
    let plain = |members: &BTreeMap<String, Plain>| {
        let all = members.iter();
        all.map(|(name, value)| (name.clone(), value.0.clone()))
            .collect()
    };
    let temporary = user.temporary && user.status.is_none();
    let status = temporary.then(|| "FORCE_CHANGE_PASSWORD".to_owned());
    let totp = user.totp.as_ref().map(|secret| TotpRecord {
        secret: secret.replace([' ', '-', '='], "").to_ascii_uppercase(),
        name: user.totp_name.clone(),
        last_step: user.totp_last_step.unwrap_or_default(),
    });
    let mfa = match &user.mfa {
        Some(factors) => Some(factors_of(factors, user.mfa_preferred.as_deref())?),
        None if totp.is_some() => Some(factors_of(&[APP.to_owned()], Some(APP))?),
        None => None,
    };
    Ok(UserRecord {
        sub: user.sub.clone(),
        username: user.username.clone(),
        status: user.status.clone().or(status),
        enabled: user.enabled,
        created: user.created,
        modified: user.modified,
        attributes: plain(&user.attributes),
        pending: plain(&user.pending),
        groups: user.groups.clone(),
        password: user.password_hash.as_deref().map(hash).transpose()?,
        password_history: user.password_history.clone(),
        temporary_until: user.temporary_until,
        mfa,
        totp,
        passkeys: user.passkeys.clone(),
        links: user.links.clone(),
    })
}

/// Reads the house's own form of a hash.
fn hash(text: &str) -> Result<PasswordRecord, String> {
    match text.split_once(':') {
        Some(("native", rest)) => Ok(PasswordRecord::Native(rest.to_owned())),
        Some(("imported", rest)) => Ok(PasswordRecord::Imported(rest.to_owned())),
        Some(("hash", rest)) => Ok(PasswordRecord::Hash(rest.to_owned())),
        _ => Err("password_hash begins with native:, imported: or hash:".to_owned()),
    }
}

const APP: &str = "SOFTWARE_TOKEN_MFA";

fn factors_of(names: &[String], preferred: Option<&str>) -> Result<MfaRecord, String> {
    let mut record = MfaRecord::default();
    for name in names {
        match name.as_str() {
            "SMS_MFA" => record.sms = true,
            "EMAIL_OTP" => record.email = true,
            APP => record.software_token = true,
            "WEB_AUTHN" => record.web_authn = true,
            _ => {
                return Err(
                    "mfa has SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA and WEB_AUTHN".to_owned(),
                );
            }
        }
    }
    if let Some(name) = preferred {
        if name == "WEB_AUTHN" || !names.iter().any(|known| known == name) {
            return Err("mfa_preferred is one of mfa, and not WEB_AUTHN".to_owned());
        }
        record.preferred = Some(name.to_owned());
    }
    Ok(record)
}

/// Returns the text of a fault.
pub fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "it changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
