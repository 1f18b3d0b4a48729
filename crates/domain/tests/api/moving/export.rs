//! Who can read an export, who learns of it, and what is refused.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cognate_crypto::age::{AgeError, Identity};
use cognate_crypto::imported::JobHash;
use cognate_domain::Fault;
use cognate_domain::moving::export::{Asked, MOST_RECIPIENTS};
use cognate_moving::export::{Format, Secrets};
use cognate_store::tables::software_tokens;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::json;

use super::exporting::*;
use crate::support::TestApp;

/// Every form in which bytes may stand in a file: as they are, in hexadecimal, and in base64 wherever they begin in it.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![
        secret.to_vec(),
        hex::encode(secret).into_bytes(),
        hex::encode_upper(secret).into_bytes(),
    ];
    for skipped in 0..3 {
        let part = &secret[skipped..];
        // The last digits depend on what follows.
        let whole = &part[..part.len() / 3 * 3];
        forms.extend([
            STANDARD_NO_PAD.encode(whole).into_bytes(),
            URL_SAFE_NO_PAD.encode(whole).into_bytes(),
        ]);
    }
    forms
}

fn holds(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

/// All secrets of a world, as they are kept and opened, in parts that are long enough to be nothing else.
async fn secrets(t: &TestApp, w: &World) -> Vec<Vec<u8>> {
    let pool_id = &w.site.pool;
    let mut all = vec![
        BROUGHT.as_bytes().to_vec(),
        w.secret_code.clone().into_bytes(),
    ];
    for name in ["jane", "joe", "kim"] {
        let (pool, user) = find(t, pool_id, name).await;
        let opened = user.open_credential(&pool).unwrap().unwrap();
        all.push(opened.to_bytes().expose().clone());
        if let Some((salt, verifier)) = opened.srp() {
            all.push(salt.to_vec());
            all.push(verifier.0.expose().clone());
        }
        all.push(user.credential.clone().unwrap());
        for text in &user.doc.history {
            all.push(text.clone().into_bytes());
            let mut former = user.clone();
            former.credential = Some(STANDARD.decode(text).unwrap());
            let opened = former.open_credential(&pool).unwrap().unwrap();
            all.push(opened.to_bytes().expose().clone());
        }
        let token = software_tokens::get(&t.app.store, pool_id, &user.id)
            .await
            .unwrap();
        all.extend(token.and_then(|token| token.seed));
    }
    let digits = cognate_crypto::totp::SEED_BYTES;
    let seed = base32(&w.secret_code);
    assert_eq!(seed.len(), digits);
    all.push(seed);
    all
}

fn base32(text: &str) -> Vec<u8> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let five = text
        .bytes()
        .map(|byte| letters.iter().position(|l| *l == byte).unwrap());
    let bits: Vec<u8> = five
        .flat_map(|five| {
            (0..5)
                .rev()
                .map(move |bit| u8::try_from(five >> bit & 1).unwrap())
        })
        .collect();
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit))
        .collect()
}

#[each_engine]
async fn without_a_recipient_no_secret_is_in_any_format(t: &TestApp) {
    let w = world(t).await;
    let secrets = secrets(t, &w).await;
    let key = Identity::generate();
    for format in Format::ALL {
        let (file, tally) = export(t, &ask(&w.site.pool, format, &[])).await;
        for form in secrets.iter().flat_map(|secret| forms(secret)) {
            assert!(!holds(&file, &form), "{}", format.name());
        }
        assert_eq!(tally.secrets, Secrets::default());
        assert_eq!(
            tally.omitted,
            Secrets {
                passwords: 3,
                former_passwords: 3,
                apps: 1,
            }
        );
        assert_eq!(tally.verifiers, 2);
        // Nor can anybody without the key see one, or a name.
        let (file, _) = export(t, &ask(&w.site.pool, format, &[key.recipient()])).await;
        let names = [b"jane".to_vec(), b"example".to_vec()];
        let forms = secrets.iter().flat_map(|secret| forms(secret));
        for form in forms.chain(names) {
            assert!(!holds(&file, &form), "{}", format.name());
        }
    }
    // The look for secrets finds those that are there.
    let (file, _) = secret(t, ask(&w.site.pool, Format::Jsonl, &[])).await;
    let found = |secret: &Vec<u8>| {
        forms(secret)
            .iter()
            .any(|form| holds(file.as_bytes(), form))
    };
    assert!(secrets.iter().filter(|secret| found(secret)).count() >= 8);
}

#[each_engine]
async fn any_recipient_opens_the_file_and_nobody_else(t: &TestApp) {
    let w = world(t).await;
    let [one, two, other] = [(); 3].map(|()| Identity::generate());
    let asked = ask(
        &w.site.pool,
        Format::Jsonl,
        &[one.recipient(), two.recipient()],
    );
    let (file, _) = export(t, &asked).await;
    let opened = open(&one, &file).unwrap();
    assert_eq!(opened, open(&two, &file).unwrap());
    assert_eq!(lines(std::str::from_utf8(&opened).unwrap()).users.len(), 3);
    assert!(matches!(open(&other, &file), Err(AgeError::NoMatch)));
}

#[each_engine]
async fn a_bit_that_was_flipped_anywhere_is_found(t: &TestApp) {
    let w = world(t).await;
    let key = Identity::generate();
    let asked = ask(&w.site.pool, Format::Jsonl, &[key.recipient()]);
    let (mut file, _) = export(t, &asked).await;
    assert!(open(&key, &file).is_ok());
    // Every byte of the header and of the tag at the end, and a part of what is between them.
    let length = file.len();
    for at in (0..length).filter(|at| *at < 300 || *at > length - 40 || at % 7 == 0) {
        file[at] ^= 1 << (at % 8);
        assert!(open(&key, &file).is_err(), "byte {at}");
        file[at] ^= 1 << (at % 8);
    }
    for length in (0..length).step_by(97) {
        assert!(open(&key, &file[..length]).is_err(), "{length} bytes");
    }
    file.push(0);
    assert!(open(&key, &file).is_err());
}

#[each_engine]
async fn each_export_is_in_the_audit_trail_before_its_first_byte(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let [one, two] = [(); 2].map(|()| Identity::generate().recipient());
    // Begun and given up.
    drop(begin(t, &ask(pool, Format::Csv, &[])).await.unwrap());
    export(t, &ask(pool, Format::Jsonl, &[one, two])).await;
    let row = |detail: String| {
        json!({
            "operation": "ExportUsers", "caller": "command-line", "user": null, "address": "", "result": "ok",
            "detail": detail,
        })
    };
    assert_eq!(
        audit(t, pool).await,
        [
            row("csv without secrets".to_owned()),
            row(format!("jsonl with secrets for {one} {two}")),
        ]
    );
}

/// Returns the text of a refusal.
async fn refused(t: &TestApp, asked: &Asked) -> String {
    match begin(t, asked).await {
        Err(Fault::Api(error)) => error.message.into_owned(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("begun"),
    }
}

#[each_engine]
async fn what_makes_no_sense_is_refused_and_leaves_no_trace(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let key = Identity::generate().recipient();
    assert_eq!(
        refused(t, &ask("us-east-1_NoSuchOne", Format::Jsonl, &[])).await,
        "User pool us-east-1_NoSuchOne does not exist."
    );
    let many = vec![key; MOST_RECIPIENTS + 1];
    assert_eq!(
        refused(t, &ask(pool, Format::Jsonl, &many)).await,
        "A file has 20 recipients at most."
    );
    let text =
        "Password hashes are a column of csv, and only of a file that is encrypted to a recipient.";
    for (format, recipients) in [(Format::Jsonl, vec![key]), (Format::Csv, Vec::new())] {
        let asked = Asked {
            hashes: Some(JobHash::Bcrypt),
            ..ask(pool, format, &recipients)
        };
        assert_eq!(refused(t, &asked).await, text);
    }
    assert!(audit(t, pool).await.is_empty());
}

#[each_engine]
async fn a_pool_that_is_deleted_meanwhile_gives_no_whole_file(t: &TestApp) {
    let w = world(t).await;
    let mut export = begin(t, &ask(&w.site.pool, Format::Jsonl, &[]))
        .await
        .unwrap();
    assert!(export.next().await.unwrap().is_some());
    t.ok("DeleteUserPool", json!({"UserPoolId": w.site.pool}))
        .await;
    let mut file = Vec::new();
    let fault = loop {
        match export.next().await {
            Ok(Some(piece)) => file.extend(piece),
            Ok(None) => panic!("complete"),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, Fault::Api(_)), "{fault:?}");
    assert!(!String::from_utf8(file).unwrap().contains("\"end\""));
    // Nobody takes it for the end who asks again.
    assert!(export.next().await.is_err());
}

#[each_engine]
async fn rows_that_another_program_wrote_are_not_exported(t: &TestApp) {
    let w = world(t).await;
    let pool = &w.site.pool;
    let users = "user_id = ?2";
    let jane = &w.jane;
    for (table, change, undo, of) in [
        ("users", "username = 'admin'", "username = 'jane'", users),
        ("group_members", "mac = NULL", "", users),
        (
            "user_groups",
            "name = 'root'",
            "name = 'admins'",
            "name IN ('admins', 'root') AND pool_id <> ?2",
        ),
        ("software_tokens", "last_step = 0", "", users),
        ("passkeys", "rp_id = 'evil.example'", "", users),
        ("provider_links", "value = '4321'", "", users),
    ] {
        let sql = format!("UPDATE {table} SET {change} WHERE pool_id = ?1 AND {of}");
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let batch = Batch::new().run(sql, params![pool, jane]);
        t.app.store.commit(batch).await.unwrap();
        let mut export = begin(t, &ask(pool, Format::Jsonl, &[])).await.unwrap();
        let fault = loop {
            match export.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{table} was exported"),
                Err(fault) => break fault,
            }
        };
        let Fault::Internal(detail) = fault else {
            panic!("{table}: {fault:?}");
        };
        assert!(detail.contains("is not signed"), "{table}: {detail}");
        // Back to what it was, by the tables whose rows have a value to go back to; the others by a new signature.
        if undo.is_empty() {
            let sql = format!("UPDATE {table} SET mac = NULL WHERE pool_id = ?1 AND {of}");
            let sql: &'static str = Box::leak(sql.into_boxed_str());
            let batch = Batch::new().run(sql, params![pool, jane]);
            t.app.store.commit(batch).await.unwrap();
            t.sign(pool).await;
        } else {
            let sql = format!("UPDATE {table} SET {undo} WHERE pool_id = ?1 AND {of}");
            let sql: &'static str = Box::leak(sql.into_boxed_str());
            let batch = Batch::new().run(sql, params![pool, jane]);
            t.app.store.commit(batch).await.unwrap();
        }
        let (_, tally) = export_all(t, pool).await;
        assert_eq!(tally, 3, "{table}");
    }
}

async fn export_all(t: &TestApp, pool: &str) -> (Vec<u8>, u64) {
    let (file, tally) = export(t, &ask(pool, Format::Jsonl, &[])).await;
    (file, tally.users)
}
