//! Helpers: a pool whose users have everything that a user can have, and exports of it.

use std::io::Read;

use cognate_crypto::age::{self, AgeError, Identity, Recipient};
use cognate_crypto::credential::Credential;
use cognate_crypto::imported::{Bounds, ImportedHash};
use cognate_crypto::webauthn::client::Authenticator;
use cognate_domain::Fault;
use cognate_domain::moving::export::{Asked, Export};
use cognate_domain::records::pool::Pool;
use cognate_domain::records::user::{self, User};
use cognate_moving::export::{Format, Tally};
use cognate_moving::record::{End, GroupRecord, Header, Line, UserRecord};
use cognate_store::Batch;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::{self, App};
use crate::support::passkeys::{self, passkey_site};
use crate::support::providers::{provider, social};
use crate::support::signin::*;

/// The password hash that a user brought from elsewhere, of "test".
pub const BROUGHT: &str = "$2a$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6";
/// The password before [`PASSWORD`].
pub const FORMER: &str = "Former-Passw0rd";

/// The password before that.
pub const FIRST: &str = "First-Passw0rd";

/// A pool of everything.
pub struct World {
    pub site: Site,
    /// jane's app.
    pub app: App,
    /// SecretCode of it.
    pub secret_code: String,
    /// jane's passkey.
    pub device: Authenticator,
    /// The subs of jane, joe and kim.
    pub jane: String,
    pub joe: String,
    pub kim: String,
}

/// jane has everything, joe a hash from elsewhere and is disabled, kim has nothing yet but a temporary password.
pub async fn world(t: &TestApp) -> World {
    let site = passkey_site(t, json!({})).await;
    let pool = &site.pool;
    let history = json!({"PasswordPolicy": {"MinimumLength": 6, "PasswordHistorySize": 3}, "SignInPolicy": {
        "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"],
    }});
    let update =
        json!({"UserPoolId": pool, "Policies": history, "AutoVerifiedAttributes": ["email"]});
    t.ok("UpdateUserPool", update).await;
    let added = json!([{"Name": "note", "AttributeDataType": "String", "Mutable": true}]);
    let input = json!({"UserPoolId": pool, "CustomAttributes": added});
    t.ok("AddCustomAttributes", input).await;
    let google = provider(pool, "Google", "Google", social());
    t.ok(
        "CreateIdentityProvider",
        with(google, json!({"AttributeMapping": {"email": "email"}})),
    )
    .await;
    for (name, more) in [
        (
            "admins",
            json!({"Description": "those, who may", "Precedence": 3, "RoleArn": "arn:aws:iam::123456789012:role/x"}),
        ),
        ("empty", json!({})),
    ] {
        let group = json!({"UserPoolId": pool, "GroupName": name});
        t.ok("CreateGroup", with(group, more)).await;
    }
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
        {"Name": "name", "Value": "Jane, née\nRoe"}, {"Name": "custom:note", "Value": "x"},
    ]);
    let input = json!({
        "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS", "TemporaryPassword": FIRST,
        "UserAttributes": attributes,
    });
    t.ok("AdminCreateUser", input).await;
    let jane = find(t, pool, "jane").await.1.id;
    set_password(t, pool, "jane", FORMER).await;
    set_password(t, pool, "jane", PASSWORD).await;
    let member = json!({"UserPoolId": pool, "Username": "jane", "GroupName": "admins"});
    t.ok("AdminAddUserToGroup", member).await;
    let link = json!({
        "UserPoolId": pool,
        "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "jane"},
        "SourceUser": {
            "ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1234",
        },
    });
    t.ok("AdminLinkProviderForUser", link).await;
    let access = sign_in(t, &site.client, "jane").await["AccessToken"].clone();
    let device = Authenticator::es256(passkeys::RP);
    passkeys::register(t, &access, &device).await;
    let factors = json!({
        "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    t.ok("SetUserPoolMfaConfig", factors).await;
    let secret = t
        .ok("AssociateSoftwareToken", json!({"AccessToken": access}))
        .await["SecretCode"]
        .clone();
    let app = App::scan(&secret);
    let code =
        json!({"AccessToken": access, "UserCode": app.code(t), "FriendlyDeviceName": "phone"});
    t.ok("VerifySoftwareToken", code).await;
    let settings = json!({"SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    mfa::prefer(t, &site, settings).await;
    let joe = user_with(t, pool, "joe", json!([])).await;
    bring(t, pool, "joe", BROUGHT).await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "joe"}),
    )
    .await;
    let kim = json!({
        "UserPoolId": pool, "Username": "kim", "MessageAction": "SUPPRESS", "TemporaryPassword": FORMER,
    });
    t.ok("AdminCreateUser", kim).await;
    let kim = find(t, pool, "kim").await.1.id;
    World {
        secret_code: secret.as_str().unwrap().to_owned(),
        app,
        device,
        jane,
        joe,
        kim,
        site,
    }
}

/// Returns a pool and one of its users.
pub async fn find(t: &TestApp, pool: &str, name: &str) -> (std::sync::Arc<Pool>, User) {
    let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
    let user = User::find(&t.app.store, &pool, name).await;
    (pool, user.unwrap().unwrap())
}

/// Replaces the password of a user by a hash of another system.
pub async fn bring(t: &TestApp, pool: &str, name: &str, hash: &str) {
    let (pool, before) = find(t, pool, name).await;
    let hash = ImportedHash::read(hash, &Bounds::WIDE).unwrap();
    let mut after = before.clone();
    let credential = Credential::Imported(hash);
    after.credential = Some(User::seal_credential(&pool, &before.id, &credential));
    let batch = user::save(Batch::new(), &pool, &before, &after).unwrap();
    t.app.store.commit(batch).await.unwrap();
}

/// Returns what is asked for.
pub fn ask(pool: &str, format: Format, recipients: &[Recipient]) -> Asked {
    Asked {
        pool: pool.to_owned(),
        format,
        recipients: recipients.to_vec(),
        hashes: None,
    }
}

pub async fn begin(t: &TestApp, asked: &Asked) -> Result<Export, Fault> {
    let now = t.app.clock.service();
    Export::begin(&t.app.store, &t.app.root, now, asked).await
}

/// Makes a whole file.
pub async fn export(t: &TestApp, asked: &Asked) -> (Vec<u8>, Tally) {
    let mut export = begin(t, asked).await.unwrap();
    let mut file = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        file.extend(piece);
    }
    (file, *export.tally())
}

/// Makes a whole file that has no secrets.
pub async fn plain(t: &TestApp, pool: &str, format: Format) -> (String, Tally) {
    let (file, tally) = export(t, &ask(pool, format, &[])).await;
    (String::from_utf8(file).unwrap(), tally)
}

/// Makes a whole file with secrets and opens it.
pub async fn secret(t: &TestApp, asked: Asked) -> (String, Tally) {
    let key = Identity::generate();
    let asked = Asked {
        recipients: vec![key.recipient()],
        ..asked
    };
    let (file, tally) = export(t, &asked).await;
    let opened = open(&key, &file).unwrap();
    (String::from_utf8(opened).unwrap(), tally)
}

/// Opens a file and reads it to its end.
pub fn open(key: &Identity, file: &[u8]) -> Result<Vec<u8>, AgeError> {
    let mut opened = age::open(std::slice::from_ref(key), file)?;
    let mut plain = Vec::new();
    opened.read_to_end(&mut plain)?;
    Ok(plain)
}

/// The lines of a file.
pub struct Lines {
    pub header: Header,
    pub groups: Vec<GroupRecord>,
    pub users: Vec<UserRecord>,
    pub end: End,
}

impl Lines {
    pub fn user(&self, name: &str) -> &UserRecord {
        self.users
            .iter()
            .find(|user| user.username == name)
            .unwrap()
    }
}

/// Reads `jsonl`. A group stands before the first user that is in it.
pub fn lines(text: &str) -> Lines {
    let mut read = Lines {
        header: Header::default(),
        groups: Vec::new(),
        users: Vec::new(),
        end: End::default(),
    };
    let count = text.lines().count();
    assert!(text.ends_with('\n'));
    for (at, line) in text.lines().enumerate() {
        match serde_json::from_str(line).unwrap() {
            Line::Header(header) => {
                assert_eq!(at, 0);
                read.header = header;
            }
            Line::Group(group) => read.groups.push(group),
            Line::User(user) => {
                for group in &user.groups {
                    assert!(read.groups.iter().any(|known| known.name == *group));
                }
                read.users.push(*user);
            }
            Line::End(end) => {
                assert_eq!(at, count - 1);
                read.end = end;
            }
        }
    }
    read
}

/// Returns the rows of the audit trail of a pool that are about exports.
pub async fn audit(t: &TestApp, pool: &str) -> Vec<Value> {
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at";
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    let rows = rows.unwrap().into_iter();
    let docs = rows.map(|row| serde_json::from_str::<Value>(row.text(0).unwrap()).unwrap());
    docs.filter(|doc| doc["operation"] == "ExportUsers")
        .collect()
}
