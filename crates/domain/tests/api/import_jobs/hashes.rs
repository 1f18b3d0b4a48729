//! Password hashes in files: every algorithm of the model, its bounds, and the first sign-in (moving.md 1.6, 1.7).

use cognate_domain::moving::csv_import::status;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::imports::*;
use crate::support::signin::{RESET, by_password, client_of};
use crate::support::users::user as get_user;

const HEADER: &str = "cognito:username,email,email_verified,password_hash";

/// A hash of each algorithm, computed by other programs, its password, a hash that costs too much, and a malformed one.
const HASHES: [(&str, &str, &str, &str, &str); 4] = [
    (
        "BCRYPT",
        "$2b$04$CtA.Rcu/szzn9U00wpUjOuOcPSRXAmPgej1MOtE45jaVmV6TO9Eoi",
        "password",
        "$2b$13$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
        "$2b$xx$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
    ),
    (
        "SCRYPT",
        "1024$8$1$4e61436c31323334$cb59e902944ac2a6bf3e4601c0b0a36050db75adee1a6b17793b7cf59d81e4d2",
        "password",
        "131072$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099",
        "1024$8$1$4e61436c3132333$cb59e902944ac2a6bf3e4601c0b0a36050db75adee1a6b17793b7cf59d81e4d2",
    ),
    (
        "ARGON2ID",
        "$argon2id$v=19$m=256\\,t=2\\,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "password",
        "$argon2id$v=19$m=19457\\,t=2\\,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$argon2id$v=19$m=x\\,t=2\\,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ),
    (
        "PBKDF2_SHA256",
        "$pbkdf2-sha256$1000$c2FsdHNhbHQ$E196ZhRPzw.wA84EjzHwJO1cv/MFJdO6C/sxmUeTYqY",
        "password",
        "$pbkdf2-sha256$600001$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
        "$pbkdf2-sha256$1000$c2FsdHNhbHQ$E196ZhRPzw!wA84EjzHwJO1cv/MFJdO6C/sxmUeTYqY",
    ),
];

#[each_engine]
async fn every_algorithm_is_imported_and_signs_in(t: &TestApp) {
    for (algorithm, hash, password, costly, bad) in HASHES {
        let pool = verifying(t, json!({})).await;
        let client = client_of(t, &pool, json!({})).await;
        let client = client["ClientId"].as_str().unwrap();
        let mut file = format!("{HEADER}\n");
        for (name, hash) in [
            ("hashed", hash),
            ("empty", ""),
            ("again", hash),
            ("costly", costly),
            ("bad", bad),
        ] {
            file.push_str(&format!("{name},{name}@b.co,true,{hash}\n"));
        }
        let job = import(
            t,
            &pool,
            file.as_bytes(),
            json!({"PasswordHashingAlgorithm": algorithm}),
        )
        .await;
        assert_eq!(job["PasswordHashingAlgorithm"], algorithm);
        assert_eq!(
            outcome(&job),
            succeeded(3, 0, 2),
            "{algorithm}: {:?}",
            log(t, &job).await
        );
        let log = log(t, &job).await;
        let too_costly =
            "[FAILED] Line Number 5 - The password_hash exceeds the highest cost that is allowed.";
        let malformed = "[FAILED] Line Number 6 - The password_hash is malformed.";
        assert_eq!(log[3..], [too_costly, malformed], "{algorithm}");
        assert_eq!(
            get_user(t, &pool, "hashed").await["UserStatus"],
            "CONFIRMED"
        );
        assert_eq!(
            get_user(t, &pool, "empty").await["UserStatus"],
            "RESET_REQUIRED"
        );
        let waiting = || async {
            let status = status::of_pool(&t.app.store, &t.app.root, &pool)
                .await
                .unwrap();
            (status.users, status.on_imported_hashes)
        };
        assert_eq!(waiting().await, (3, 2), "{algorithm}");

        let wrong = t
            .call("InitiateAuth", by_password(client, "hashed", "Wrong-1"))
            .await;
        assert_eq!(wrong.unwrap_err().0, "NotAuthorizedException");
        let signed_in = t
            .ok("InitiateAuth", by_password(client, "hashed", password))
            .await;
        assert!(signed_in["AuthenticationResult"].is_object(), "{algorithm}");
        assert_eq!(waiting().await, (3, 1), "{algorithm}");
        let reset = t
            .call("InitiateAuth", by_password(client, "empty", password))
            .await;
        let reset = reset.unwrap_err();
        assert_eq!((reset.0.as_str(), reset.1.as_str()), RESET);
    }
    let pools = status::pools_with_hashes(&t.app.store, &t.app.root)
        .await
        .unwrap();
    assert_eq!(pools.len(), 4);
}

#[each_engine]
async fn a_hash_of_another_algorithm_fails_its_row(t: &TestApp) {
    for (algorithm, ..) in HASHES {
        let pool = verifying(t, json!({})).await;
        let mut file = format!("{HEADER}\n");
        for (n, (other, hash, ..)) in HASHES.iter().enumerate() {
            if *other != algorithm {
                file.push_str(&format!("u{n},u{n}@b.co,true,{hash}\n"));
            }
        }
        file.push_str(
            "plain,p@b.co,true,Passw0rd!\nmd5,m@b.co,true,5f4dcc3b5aa765d61d8327deb882cf99\n",
        );
        let job = import(
            t,
            &pool,
            file.as_bytes(),
            json!({"PasswordHashingAlgorithm": algorithm}),
        )
        .await;
        assert_eq!(outcome(&job), mostly_failed(0, 0, 5));
        let text = "The password_hash is not of the password hashing algorithm of the job.";
        for (line, number) in log(t, &job).await.iter().zip(2..) {
            let expected = format!("[FAILED] Line Number {number} - {text}");
            let malformed =
                format!("[FAILED] Line Number {number} - The password_hash is malformed.");
            // A digest in hexadecimal begins like scrypt.
            assert!(
                *line == expected || (algorithm == "SCRYPT" && number == 6 && *line == malformed),
                "{line}"
            );
        }
    }
}

#[each_engine]
async fn hashes_need_an_algorithm_and_an_algorithm_needs_hashes(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let file = format!("{HEADER}\njane,a@b.co,true,{}\n", HASHES[0].1);
    let job = import(t, &pool, file.as_bytes(), json!({})).await;
    assert_eq!(outcome(&job), succeeded(1, 0, 0));
    assert_eq!(
        get_user(t, &pool, "jane").await["UserStatus"],
        "RESET_REQUIRED"
    );
    let described = status::of_pool(&t.app.store, &t.app.root, &pool)
        .await
        .unwrap();
    assert_eq!(described.on_imported_hashes, 0);
    assert_eq!(
        status::pools_with_hashes(&t.app.store, &t.app.root)
            .await
            .unwrap(),
        Vec::<String>::new()
    );

    let file = b"cognito:username,email,email_verified\njohn,b@b.co,true\n";
    let job = import(
        t,
        &pool,
        file,
        json!({"PasswordHashingAlgorithm": "BCRYPT"}),
    )
    .await;
    let message =
        "The job has a password hashing algorithm and the file has no column password_hash.";
    assert_eq!(
        outcome(&job),
        ("Failed".to_owned(), message.to_owned(), [0, 0, 0])
    );
    let users = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(users["Users"].as_array().map(Vec::len), Some(1));
    let refused = t.call("CreateUserImportJob", json!({
        "UserPoolId": pool, "JobName": "j", "CloudWatchLogsRoleArn": ROLE, "PasswordHashingAlgorithm": "MD5",
    }));
    let (code, _): (String, String) = refused.await.unwrap_err();
    assert_eq!(code, "InvalidParameterException");
}

#[each_engine]
async fn the_bare_commas_of_argon2_are_taken(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let hash = HASHES[2].1.replace("\\,", ",");
    let file = format!("{HEADER}\njane,a@b.co,true,{hash}\n");
    let job = import(
        t,
        &pool,
        file.as_bytes(),
        json!({"PasswordHashingAlgorithm": "ARGON2ID"}),
    )
    .await;
    assert_eq!(outcome(&job), succeeded(1, 0, 0));
    let user: Value = get_user(t, &pool, "jane").await;
    assert_eq!(user["UserStatus"], "CONFIRMED");
}
