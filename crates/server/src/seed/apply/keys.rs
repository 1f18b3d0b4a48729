//! The signing keys of a pool.

use cognate_crypto::jws::SigningKey;
use cognate_domain::app::keys::{Given, Private, give};
use cognate_domain::audit;
use cognate_domain::moving::seeded;
use cognate_store::Batch;

use super::call::Call;
use super::{Change, Outcome, Refused};
use crate::pem;
use crate::seed::file::KeysSeed;

/// The label of keys in PKCS#8 (RFC 7468 section 10).
const LABEL: &str = "PRIVATE KEY";
/// The name of what is recorded in the audit trail.
pub const COMMAND: &str = "SetSigningKeys";

/// Gives the pool its keys, unless it has some.
pub async fn apply(call: Call<'_>, keys: &KeysSeed) -> Result<Change, Refused> {
    let what = format!("signing keys of user pool {}", call.pool);
    let refused = |why: &str| Refused::of(&what, why);
    let read = |member: &str, text: &str| {
        read(text).ok_or_else(|| {
            refused(&format!(
                "{member} is no RSA private key of 2,048 bits or more in PEM (PKCS#8)"
            ))
        })
    };
    let private = Private([read("id", &keys.id)?, read("access", &keys.access)?]);
    let [id, access] = private.0.each_ref().map(|key| key.public().kid());
    if id == access {
        return Err(refused("ID and access tokens are signed by two keys"));
    }
    let app = call.app;
    let there = call.is_there().await.map_err(|why| refused(&why))?;
    if !there && call.only_look {
        return Ok(Change::of(what, Outcome::Created));
    }
    let failed = |fault: cognate_domain::Fault| refused(&super::users::text(fault));
    let pool = seeded::pool(app, call.pool).await.map_err(failed)?;
    let entry = audit::command(COMMAND, None);
    let batch = entry.append(Batch::new(), &pool.id, app.clock.service());
    let given = give(app.sources(), &pool, private, batch, call.only_look).await;
    match given.map_err(failed)? {
        Given::Taken => Ok(Change::of(what, Outcome::Created)),
        Given::Same => Ok(Change::of(what, Outcome::Same)),
        Given::Others => Err(refused(
            "the pool signs with other keys already: a seed gives keys to pools that have none yet",
        )),
    }
}

/// Reads a key in PEM.
fn read(text: &str) -> Option<SigningKey> {
    SigningKey::from_pkcs8(&pem::read(LABEL, text)?).ok()
}

/// Writes a key as PEM.
pub fn written(key: &SigningKey) -> String {
    pem::written(LABEL, key.to_pkcs8().expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = SigningKey::generate();
        let text = written(&key);
        assert!(text.lines().all(|line| line.len() <= 64));
        let again = read(&text).unwrap();
        assert_eq!(again.public().kid(), key.public().kid());
        for wrong in [
            "",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
