//! Browsers that pages remember: a device in the place of a second factor, and everything that ends it.

use cognate_domain::clock::{DAY, SECOND};
use cognate_shapes::Op;
use serde_json::json;

use super::*;

const ASKED: &str = "name=\"remember";

/// The settings of a pool whose second factor is a code by e-mail.
fn settings(devices: &Value) -> Value {
    json!({
        "DeviceConfiguration": devices,
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
    })
}

/// A pool in which users are asked if their browsers are to be remembered.
fn on_wish() -> Value {
    json!({"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true})
}

async fn second_factor(site: &Site, pool: &str, user: &str) {
    let input = json!({
        "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {},
    });
    site.call(Op::SetUserPoolMfaConfig, input).await;
    let input = json!({
        "UserPoolId": pool, "Username": user, "EmailMfaSettings": {"Enabled": true},
    });
    site.call(Op::AdminSetUserMFAPreference, input).await;
}

async fn world(version: i64, devices: Value) -> Pages {
    let pages = Pages::with(version, settings(&devices), json!({})).await;
    second_factor(&pages.site, &pages.pool, "jane").await;
    pages
}

impl Pages {
    async fn later(&self, microseconds: i64) {
        let moved = self.site.app.advance_clock(microseconds).await;
        moved.unwrap_or_else(|e| panic!("{e:?}"));
    }

    /// Signs in with password and code; `fields` are sent with the code.
    async fn with_code(&self, browser: &mut Browser<'_>, name: &str, fields: &[(&str, &str)]) {
        assert!(self.asks(browser, name).await, "no code was asked for");
        let code = self.code().await;
        let mut all = vec![("code", code.as_str())];
        all.extend(fields);
        code_of(&browser.post(&format!("/mfa?{}", self.query()), &all).await);
    }

    /// Signs in with a password; true if a code is asked for then.
    async fn asks(&self, browser: &mut Browser<'_>, name: &str) -> bool {
        let fields = [("username", name), ("password", PASSWORD)];
        let path = format!("/login?{}", self.query());
        let answer = browser.post(&path, &fields).await;
        let location = header(&answer, "location");
        if location.starts_with(CALLBACK) {
            return false;
        }
        assert!(location.starts_with("/mfa?"), "{location}");
        true
    }

    async fn devices(&self, name: &str) -> Vec<Value> {
        let listed = self.admin(Op::AdminListDevices, name, json!({})).await;
        listed["Devices"].as_array().unwrap().clone()
    }

    /// Returns a browser of jane's that is remembered.
    async fn remembered(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let ticked = [("remember_device", "1")];
        self.with_code(&mut browser, "jane", &ticked).await;
        browser
    }
}

/// The cookies by which a browser is remembered.
fn cookies(browser: &Browser<'_>) -> Vec<(String, String)> {
    let pairs = browser.cookies.iter();
    pairs
        .filter(|(name, _)| name.contains("device-"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[tokio::test]
async fn a_browser_is_remembered_where_its_user_says_so() {
    for (version, field) in [(1, "remember"), (2, "remember_device")] {
        let pages = world(version, on_wish()).await;
        let mut browser = pages.browser();
        assert!(pages.asks(&mut browser, "jane").await);
        let page = browser.get(&format!("/mfa?{}", pages.query())).await;
        assert!(text_of(&page).contains(ASKED), "{}", text_of(&page));
        // Without the wish nothing is kept.
        pages.with_code(&mut browser, "jane", &[]).await;
        assert!(cookies(&browser).is_empty() && pages.devices("jane").await.is_empty());
        // A wrong code with the wish remembers nothing, nor does the wish outlive it.
        assert!(pages.asks(&mut browser, "jane").await);
        let code = pages.code().await;
        let wrong = if code == "00000000" {
            "11111111"
        } else {
            "00000000"
        };
        let here = format!("/mfa?{}", pages.query());
        browser.step(&here, &[("code", wrong), (field, "1")]).await;
        code_of(&browser.post(&here, &[("code", &code)]).await);
        assert!(cookies(&browser).is_empty() && pages.devices("jane").await.is_empty());

        pages.with_code(&mut browser, "jane", &[(field, "1")]).await;
        let [(name, first)] = &cookies(&browser)[..] else {
            panic!("{:?}", cookies(&browser).len())
        };
        assert_eq!(name.len(), "device-".len() + 16);
        let devices = pages.devices("jane").await;
        assert_eq!(devices.len(), 1, "{devices:?}");
        let key = devices[0]["DeviceKey"].as_str().unwrap();
        assert!(first.starts_with(&format!("{key}.")));
        let text = devices[0].to_string();
        let secret = first.split_once('.').unwrap().1;
        assert!(
            !text.contains(secret) && text.contains("\"remembered\""),
            "{text}"
        );
        // From now on no code, and another value each time.
        for _ in 0..2 {
            let before = cookies(&browser);
            assert!(!pages.asks(&mut browser, "jane").await);
            assert_ne!(before, cookies(&browser));
        }
        assert_eq!(pages.devices("jane").await.len(), 1);
        // Another browser is asked, and a wrong password is wrong.
        assert!(pages.asks(&mut pages.browser(), "jane").await);
        let fields = [("username", "jane"), ("password", "Wr0ng-one!")];
        let login = format!("/login?{}", pages.query());
        let (_, html) = browser.step(&login, &fields).await;
        says(&html, "Incorrect username or password.");
    }
}

#[tokio::test]
async fn a_pool_decides_if_browsers_are_remembered() {
    for (devices, box_shown, kept) in [
        (json!({"ChallengeRequiredOnNewDevice": true}), false, true),
        (
            json!({"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false}),
            false,
            true,
        ),
        (
            json!({"ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": true}),
            false,
            false,
        ),
        (on_wish(), true, false),
    ] {
        let pages = world(2, devices.clone()).await;
        let mut browser = pages.browser();
        assert!(pages.asks(&mut browser, "jane").await);
        let page = browser.get(&format!("/mfa?{}", pages.query())).await;
        assert_eq!(text_of(&page).contains(ASKED), box_shown, "{devices}");
        pages.with_code(&mut browser, "jane", &[]).await;
        assert_eq!(!pages.asks(&mut browser, "jane").await, kept, "{devices}");
        // A wish that the page does not offer is none.
        if !box_shown && !kept {
            let ticked = [("remember_device", "1")];
            pages.with_code(&mut browser, "jane", &ticked).await;
            assert!(pages.asks(&mut browser, "jane").await, "{devices}");
            assert!(cookies(&browser).is_empty());
        }
    }
}

#[tokio::test]
async fn the_cookie_is_bound_to_user_pool_and_host() {
    let pages = world(2, on_wish()).await;
    pages.user("john").await;
    second_factor(&pages.site, &pages.pool, "john").await;
    let jane = pages.remembered().await;
    let mut john = pages.browser();
    pages
        .with_code(&mut john, "john", &[("remember_device", "1")])
        .await;
    let (jane_cookie, john_cookie) = (cookies(&jane).remove(0), cookies(&john).remove(0));
    assert_ne!(jane_cookie.0, john_cookie.0);
    // Both in one browser: each is asked for nothing.
    let mut both = jane.clone();
    both.cookies.insert(john_cookie.0.clone(), john_cookie.1);
    assert!(!pages.asks(&mut both, "jane").await);
    assert!(!pages.asks(&mut both, "john").await);
    // The value of another user, under the name of one's own.
    let mut mixed = pages.browser();
    let value = cookies(&both)
        .into_iter()
        .find(|(name, _)| *name == jane_cookie.0);
    let (name, value) = value.unwrap();
    mixed.cookies.insert(john_cookie.0.clone(), value.clone());
    assert!(pages.asks(&mut mixed, "john").await);
    // Cut, altered, with another device, sent under no known name.
    let (key, secret) = value.split_once('.').unwrap();
    for bad in [
        String::new(),
        key.to_owned(),
        format!("{key}."),
        format!("{key}.{}", &secret[1..]),
        format!("us-east-1_00000000-0000-4000-8000-000000000000.{secret}"),
        "x".repeat(3_000),
    ] {
        let mut browser = pages.browser();
        browser.cookies.insert(name.clone(), bad.clone());
        assert!(pages.asks(&mut browser, "jane").await, "{bad}");
    }
    assert!(!pages.asks(&mut both, "jane").await);
    // Another pool, with a user of the same name.
    let input = json!({"PoolName": "other", "AutoVerifiedAttributes": ["email"]});
    let made = pages
        .site
        .call(Op::CreateUserPool, with(input, settings(&on_wish())))
        .await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client = another_client(&pages.site, &pool, json!({})).await;
    let domain = json!({"UserPoolId": pool, "Domain": "other-prefix", "ManagedLoginVersion": 2});
    pages.site.call(Op::CreateUserPoolDomain, domain).await;
    let input = json!({
        "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS", "UserAttributes": [
            {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
        ],
    });
    pages.site.call(Op::AdminCreateUser, input).await;
    let input =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    pages.site.call(Op::AdminSetUserPassword, input).await;
    second_factor(&pages.site, &pool, "jane").await;
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let other = format!("/login?{}", query_of(&client));
    let answer = both.clone().post(&other, &fields).await;
    assert!(header(&answer, "location").starts_with("/mfa?"));
    // Another host of the same pool: it is a copy, whoever brought it there.
    let mut elsewhere = both.clone();
    elsewhere.visitor.host = "id.other.example".into();
    assert!(pages.asks(&mut elsewhere, "jane").await);
    assert!(pages.devices("jane").await.is_empty());
}

#[tokio::test]
async fn a_copy_of_the_cookie_ends_the_device() {
    let pages = world(2, on_wish()).await;
    let mut browser = pages.remembered().await;
    let thief = browser.clone();
    assert!(!pages.asks(&mut browser, "jane").await);
    // Two windows at once are no theft, and the one that comes late is asked.
    assert!(pages.asks(&mut thief.clone(), "jane").await);
    assert!(!pages.asks(&mut browser, "jane").await);
    pages.later(61 * SECOND).await;
    assert!(pages.asks(&mut thief.clone(), "jane").await);
    assert!(pages.devices("jane").await.is_empty());
    // The owner is asked too, and may be remembered anew.
    pages
        .with_code(&mut browser, "jane", &[("remember_device", "1")])
        .await;
    assert!(!pages.asks(&mut browser, "jane").await);
    assert!(pages.asks(&mut thief.clone(), "jane").await);
    assert_eq!(pages.devices("jane").await.len(), 1);

    // The thief comes first: the owner's value is the copy then.
    let (mut thief, mut browser) = (browser.clone(), browser);
    assert!(!pages.asks(&mut thief, "jane").await);
    pages.later(61 * SECOND).await;
    assert!(pages.asks(&mut browser, "jane").await);
    assert!(pages.asks(&mut thief, "jane").await);
    assert!(pages.devices("jane").await.is_empty());
}

#[tokio::test]
async fn of_two_uses_at_once_one_is_asked() {
    let pages = world(2, on_wish()).await;
    let mut browser = pages.remembered().await;
    let mut other = browser.clone();
    let (a, b) = tokio::join!(
        pages.asks(&mut browser, "jane"),
        pages.asks(&mut other, "jane")
    );
    assert_ne!(a, b, "one cookie was good twice, or never");
    assert_eq!(pages.devices("jane").await.len(), 1);
}

#[tokio::test]
async fn what_is_forgotten_is_asked_again() {
    for how in [
        "forget",
        "not remembered",
        "off",
        "password",
        "time",
        "deleted",
    ] {
        let pages = world(2, on_wish()).await;
        let mut browser = pages.remembered().await;
        assert!(!pages.asks(&mut browser, "jane").await);
        let key = pages.devices("jane").await[0]["DeviceKey"].clone();
        let device = json!({"DeviceKey": key});
        match how {
            "forget" => drop(pages.admin(Op::AdminForgetDevice, "jane", device).await),
            "not remembered" => {
                let status = json!({"DeviceKey": key, "DeviceRememberedStatus": "not_remembered"});
                pages
                    .admin(Op::AdminUpdateDeviceStatus, "jane", status)
                    .await;
            }
            "off" => {
                let devices = json!({"ChallengeRequiredOnNewDevice": false});
                let input = with(json!({"UserPoolId": pages.pool}), settings(&devices));
                let input = with(input, json!({"MfaConfiguration": "OPTIONAL"}));
                pages.site.call(Op::UpdateUserPool, input).await;
            }
            "password" => {
                let input = json!({"Password": PASSWORD, "Permanent": true});
                pages.admin(Op::AdminSetUserPassword, "jane", input).await;
            }
            "time" => {
                // Uses do not make it longer.
                pages.later(29 * DAY).await;
                assert!(!pages.asks(&mut browser, "jane").await);
                pages.later(DAY).await;
            }
            _ => {
                pages.admin(Op::AdminDeleteUser, "jane", json!({})).await;
                pages.user("jane").await;
                second_factor(&pages.site, &pages.pool, "jane").await;
            }
        }
        assert!(pages.asks(&mut browser, "jane").await, "{how}");
        let left = usize::from(["not remembered", "off", "time"].contains(&how));
        assert_eq!(pages.devices("jane").await.len(), left, "{how}");
        if how == "time" {
            // The next one takes its place.
            pages
                .with_code(&mut browser, "jane", &[("remember_device", "1")])
                .await;
            let devices = pages.devices("jane").await;
            assert!(devices.len() == 1 && devices[0]["DeviceKey"] != key);
        }
    }
}

#[tokio::test]
async fn signing_out_everywhere_leaves_the_device_and_the_api_cannot_use_it() {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, settings(&on_wish()), flows).await;
    second_factor(&pages.site, &pages.pool, "jane").await;
    let mut browser = pages.remembered().await;
    pages
        .admin(Op::AdminUserGlobalSignOut, "jane", json!({}))
        .await;
    assert!(!pages.asks(&mut browser, "jane").await);
    // The device has no verifier, so that naming its key replaces no factor.
    let key = pages.devices("jane").await[0]["DeviceKey"].clone();
    let input = json!({
        "UserPoolId": pages.pool, "ClientId": pages.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": key},
    });
    let asked = pages.site.call(Op::AdminInitiateAuth, input).await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP", "{asked}");
}

#[tokio::test]
async fn the_cookie_is_for_this_host_and_no_script() {
    let pages = world(2, on_wish()).await;
    let mut browser = pages.browser();
    browser.visitor.base_url = Some("https://id.example".into());
    browser.visitor.domain_url = Some("https://id.example".into());
    browser.origin = None;
    browser
        .cookies
        .insert("XSRF-TOKEN".into(), "made-up".into());
    assert!(pages.asks(&mut browser, "jane").await);
    let code = pages.code().await;
    let fields = [("code", code.as_str()), ("remember_device", "1")];
    let path = format!("/mfa?{}", pages.query());
    let answer = browser.post(&path, &fields).await;
    code_of(&answer);
    let sets = answer.headers().get_all("set-cookie").iter();
    let set = sets
        .map(|set| set.to_str().unwrap())
        .find(|set| set.starts_with("__Host-device-"))
        .unwrap();
    let (_, attributes) = set.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        "Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000"
    );
    assert!(!pages.asks(&mut browser, "jane").await);
}
