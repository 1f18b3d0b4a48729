//! Domains of pools.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{all_at_once, pool, with};

const CERTIFICATE: &str =
    "arn:aws:acm:us-east-1:000000000000:certificate/5b0ee47c-09e7-4d6d-8b7c-1f2e3d4c5b6a";
const NONE: &str = "No such domain or user pool exists.";
const TAKEN: &str = "Domain already associated with another user pool.";
const SECOND: &str = "User pool already has a domain configured.";
const SUBDOMAIN: &str = "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the \
    parent domain or domain parent is a top-level domain.";
const SSL: &str = "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't \
    include a valid certificate chain.";

fn of(pool: &str, domain: &str) -> Value {
    json!({"UserPoolId": pool, "Domain": domain})
}

fn custom(pool: &str, domain: &str) -> Value {
    with(
        of(pool, domain),
        json!({"CustomDomainConfig": {"CertificateArn": CERTIFICATE}}),
    )
}

async fn describe(t: &TestApp, domain: &str) -> Value {
    let answer = t
        .ok("DescribeUserPoolDomain", json!({"Domain": domain}))
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    answer["DomainDescription"].clone()
}

#[each_engine]
async fn a_prefix_is_made_shown_changed_and_deleted(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    assert_eq!(describe(t, "shop").await, json!({}));
    assert_eq!(
        t.ok("CreateUserPoolDomain", of(&pool, "shop")).await,
        json!({"ManagedLoginVersion": 1})
    );
    let shown = describe(t, "shop").await;
    let distribution = shown["CloudFrontDistribution"].as_str().unwrap();
    assert!(distribution.starts_with('d') && distribution.ends_with(".cloudfront.net"));
    let version = shown["Version"].as_str().unwrap();
    assert!(
        version.len() == 14
            && version.starts_with("20")
            && version.bytes().all(|b| b.is_ascii_digit())
    );
    assert_eq!(
        shown,
        json!({
            "UserPoolId": pool, "AWSAccountId": "000000000000", "Domain": "shop", "S3Bucket": "aws-cognito-prod-iad-assets",
            "CloudFrontDistribution": distribution, "Version": version, "Status": "ACTIVE", "ManagedLoginVersion": 1,
        })
    );
    t.advance(5).await;
    let input = with(of(&pool, "shop"), json!({"ManagedLoginVersion": 2}));
    assert_eq!(
        t.ok("UpdateUserPoolDomain", input).await,
        json!({"ManagedLoginVersion": 2})
    );
    let changed = describe(t, "shop").await;
    assert_eq!(changed["ManagedLoginVersion"], 2);
    assert_ne!(changed["Version"], shown["Version"]);
    assert_eq!(changed["CloudFrontDistribution"], distribution);
    assert_eq!(
        t.ok("UpdateUserPoolDomain", of(&pool, "shop")).await,
        json!({"ManagedLoginVersion": 2})
    );
    assert_eq!(
        t.ok("DeleteUserPoolDomain", of(&pool, "shop")).await,
        json!({})
    );
    assert_eq!(describe(t, "shop").await, json!({}));
}

#[each_engine]
async fn the_certificate_of_a_custom_domain_may_be_of_another_account(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let config = json!({"CertificateArn": "arn:aws:acm:us-east-1:111111111111:certificate/1"});
    let input = with(
        of(&pool, "auth.example.com"),
        json!({"CustomDomainConfig": config}),
    );
    t.ok("CreateUserPoolDomain", input.clone()).await;
    t.ok("UpdateUserPoolDomain", input).await;
    assert_eq!(
        describe(t, "auth.example.com").await["CustomDomainConfig"],
        config
    );
}

#[each_engine]
async fn a_custom_domain_is_made_shown_changed_and_deleted(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let extra = json!({"ManagedLoginVersion": 2});
    let made = t
        .ok(
            "CreateUserPoolDomain",
            with(custom(&pool, "auth.example.com"), extra),
        )
        .await;
    let shown = describe(t, "auth.example.com").await;
    assert_eq!(
        made,
        json!({"ManagedLoginVersion": 2, "CloudFrontDomain": shown["CloudFrontDistribution"]})
    );
    assert_eq!(
        shown,
        json!({
            "UserPoolId": pool, "AWSAccountId": "000000000000", "Domain": "auth.example.com",
            "S3Bucket": "aws-cognito-prod-iad-assets", "CloudFrontDistribution": shown["CloudFrontDistribution"],
            "Version": shown["Version"], "Status": "ACTIVE", "ManagedLoginVersion": 2,
            "CustomDomainConfig": {"CertificateArn": CERTIFICATE},
        })
    );
    let other =
        json!({"CertificateArn": format!("{CERTIFICATE}0"), "SecurityPolicy": "TLS_V1_3_2025"});
    let input = with(
        of(&pool, "auth.example.com"),
        json!({"CustomDomainConfig": other}),
    );
    assert_eq!(t.ok("UpdateUserPoolDomain", input).await, made);
    assert_eq!(
        describe(t, "auth.example.com").await["CustomDomainConfig"],
        other
    );
    t.ok("DeleteUserPoolDomain", of(&pool, "auth.example.com"))
        .await;
    assert_eq!(describe(t, "auth.example.com").await, json!({}));
}

#[each_engine]
async fn a_pool_shows_its_domains_and_is_not_deleted_with_one(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let input = json!({"UserPoolId": id});
    let shown = t.ok("DescribeUserPool", input.clone()).await;
    assert!(
        shown["UserPool"].get("Domain").is_none()
            && shown["UserPool"].get("CustomDomain").is_none()
    );
    t.ok("CreateUserPoolDomain", of(&id, "shop")).await;
    t.ok("CreateUserPoolDomain", custom(&id, "auth.example.com"))
        .await;
    let shown = t.ok("DescribeUserPool", input.clone()).await;
    assert_eq!(
        (
            &shown["UserPool"]["Domain"],
            &shown["UserPool"]["CustomDomain"]
        ),
        (&json!("shop"), &json!("auth.example.com"))
    );
    let text =
        "User pool cannot be deleted. It has a domain configured that should be deleted first.";
    for domain in ["shop", "auth.example.com"] {
        t.refused("DeleteUserPool", input.clone(), INVALID, text)
            .await;
        t.ok("DeleteUserPoolDomain", of(&id, domain)).await;
    }
    t.ok("DeleteUserPool", input).await;
    // The name is free for another pool.
    t.ok(
        "CreateUserPoolDomain",
        of(&pool(t, json!({})).await, "shop"),
    )
    .await;
}

#[each_engine]
async fn a_domain_is_of_one_pool_and_a_pool_has_one_of_a_kind(t: &TestApp) {
    let (one, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    t.ok("CreateUserPoolDomain", of(&one, "shop")).await;
    t.ok("CreateUserPoolDomain", custom(&one, "auth.example.com"))
        .await;
    t.refused("CreateUserPoolDomain", of(&other, "shop"), INVALID, TAKEN)
        .await;
    let cname =
        "One or more of the CNAMEs you provided are already associated with a different resource.";
    t.refused(
        "CreateUserPoolDomain",
        custom(&other, "auth.example.com"),
        INVALID,
        cname,
    )
    .await;
    for again in [
        of(&one, "shop"),
        of(&one, "shop2"),
        custom(&one, "auth2.example.com"),
    ] {
        t.refused("CreateUserPoolDomain", again, INVALID, SECOND)
            .await;
    }
    for op in ["UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
        t.refused(op, of(&other, "shop"), INVALID, NONE).await;
        t.refused(op, of(&one, "shop2"), INVALID, NONE).await;
        t.refused(op, of("us-east-1_aaaaaaaaa", "shop"), INVALID, NONE)
            .await;
    }
    let missing = (
        "ResourceNotFoundException",
        "User pool us-east-1_aaaaaaaaa does not exist.",
    );
    t.refused(
        "CreateUserPoolDomain",
        of("us-east-1_aaaaaaaaa", "x"),
        missing.0,
        missing.1,
    )
    .await;
    assert_eq!(describe(t, "shop").await["UserPoolId"], one);
}

#[each_engine]
async fn what_is_no_domain_is_refused(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let prefix = "The domain name contains an invalid character. Domain names can only contain lower-case letters, \
        numbers, and hyphens. Please enter a different name that follows this format: \
        ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$";
    t.refused("CreateUserPoolDomain", of(&pool, "a.b"), INVALID, prefix)
        .await;
    for (domain, word) in [
        ("aws", "aws"),
        ("my-aws-shop", "aws"),
        ("amazon-x", "amazon"),
        ("x-cognito", "cognito"),
    ] {
        let text = format!("Domain cannot contain reserved word: {word}");
        t.refused("CreateUserPoolDomain", of(&pool, domain), INVALID, &text)
            .await;
    }
    for domain in ["auth", "example.com", "10.0.0.1", "a..b.com"] {
        t.refused(
            "CreateUserPoolDomain",
            custom(&pool, domain),
            INVALID,
            SUBDOMAIN,
        )
        .await;
    }
    for arn in [
        "arn:aws:acm:eu-west-1:000000000000:certificate/1",
        "arn:aws:iam:us-east-1:000000000000:certificate/1",
        "arn:aws:acm:us-east-1:000000000000:key/1",
    ] {
        let input = with(
            of(&pool, "auth.example.com"),
            json!({"CustomDomainConfig": {"CertificateArn": arn}}),
        );
        t.refused("CreateUserPoolDomain", input, INVALID, SSL).await;
    }
    let version = "ManagedLoginVersion must be 1 or 2.";
    for n in [0, 3, -1] {
        let input = with(of(&pool, "shop"), json!({"ManagedLoginVersion": n}));
        t.refused("CreateUserPoolDomain", input, INVALID, version)
            .await;
    }
    let routing = json!({"Routing": {"Failover": {"SecondaryRegion": "us-west-2", "PrimaryRoute53HealthCheckId": "x"}}});
    let text = "Routing is not implemented yet.";
    t.refused(
        "CreateUserPoolDomain",
        with(custom(&pool, "auth.example.com"), routing.clone()),
        "NotImplementedException",
        text,
    )
    .await;
    t.ok("CreateUserPoolDomain", of(&pool, "shop")).await;
    t.refused(
        "UpdateUserPoolDomain",
        with(of(&pool, "shop"), routing),
        "NotImplementedException",
        text,
    )
    .await;
    t.refused(
        "UpdateUserPoolDomain",
        custom(&pool, "shop"),
        INVALID,
        SUBDOMAIN,
    )
    .await;
    t.refused(
        "UpdateUserPoolDomain",
        with(of(&pool, "shop"), json!({"ManagedLoginVersion": 9})),
        INVALID,
        version,
    )
    .await;
    let long = t
        .call("CreateUserPoolDomain", of(&pool, &"a".repeat(64)))
        .await
        .unwrap_err();
    assert!(long.0 == INVALID && long.1.contains("63"), "{long:?}");
}

#[each_engine]
async fn a_region_has_four_custom_domains(t: &TestApp) {
    let mut pools = Vec::new();
    for n in 0..4 {
        let id = pool(t, json!({})).await;
        t.ok(
            "CreateUserPoolDomain",
            custom(&id, &format!("auth{n}.example.com")),
        )
        .await;
        pools.push(id);
    }
    let fifth = custom(&pool(t, json!({})).await, "auth4.example.com");
    let text = "The maximum number of custom domains for this account has been reached.";
    t.refused(
        "CreateUserPoolDomain",
        fifth.clone(),
        "LimitExceededException",
        text,
    )
    .await;
    t.ok("DeleteUserPoolDomain", of(&pools[0], "auth0.example.com"))
        .await;
    t.ok("CreateUserPoolDomain", fifth).await;
}

#[each_engine]
async fn a_pool_that_gets_a_domain_while_it_is_deleted_keeps_one_of_the_two(t: &TestApp) {
    for n in 0..8 {
        let id = pool(t, json!({})).await;
        let domain = format!("shop{n}");
        let (deleted, made) = tokio::join!(
            t.call("DeleteUserPool", json!({"UserPoolId": id})),
            t.call("CreateUserPoolDomain", of(&id, &domain)),
        );
        assert!(deleted.is_ok() != made.is_ok(), "{deleted:?} {made:?}");
        assert_eq!(describe(t, &domain).await == json!({}), deleted.is_ok());
    }
}

#[each_engine]
async fn of_many_pools_at_once_one_gets_the_domain(t: &TestApp) {
    let mut inputs = Vec::new();
    for _ in 0..12 {
        inputs.push(of(&pool(t, json!({})).await, "shop"));
    }
    let answers = all_at_once(t, "CreateUserPoolDomain", inputs).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_eq!(refusal, (INVALID.to_owned(), TAKEN.to_owned()));
    }
}

#[tokio::test]
async fn managed_login_is_above_the_lowest_plan_where_plans_are_enforced() {
    let mut settings = cognate_domain::Settings::dev();
    settings.enforce_tiers = true;
    let t = TestApp::sqlite_with(settings).await;
    let pool = pool(&t, json!({"UserPoolTier": "LITE"})).await;
    let text = "The following feature is not available for the LITE pricing tier configured: Managed Login Version 2";
    let input = with(of(&pool, "shop"), json!({"ManagedLoginVersion": 2}));
    t.refused(
        "CreateUserPoolDomain",
        input.clone(),
        "FeatureUnavailableInTierException",
        text,
    )
    .await;
    t.ok("CreateUserPoolDomain", of(&pool, "shop")).await;
    t.refused(
        "UpdateUserPoolDomain",
        input,
        "FeatureUnavailableInTierException",
        text,
    )
    .await;
}

#[tokio::test]
async fn the_parent_of_a_custom_domain_has_an_address_unless_nobody_is_to_be_asked() {
    let mut settings = cognate_domain::Settings::dev();
    settings.mode = cognate_domain::Mode::Serve;
    settings.unresolved_domains = false;
    let t = TestApp::sqlite_with(settings.clone()).await;
    let id = pool(&t, json!({})).await;
    let nowhere = custom(&id, "auth.example.invalid");
    t.refused("CreateUserPoolDomain", nowhere.clone(), INVALID, SUBDOMAIN)
        .await;
    // The parent is an address in another notation, for which no resolver has to be asked.
    t.ok("CreateUserPoolDomain", custom(&id, "auth.127.0x1"))
        .await;
    t.ok("CreateUserPoolDomain", of(&id, "shop")).await;

    settings.unresolved_domains = true;
    let t = TestApp::sqlite_with(settings).await;
    let id = pool(&t, json!({})).await;
    let nowhere = with(nowhere, json!({"UserPoolId": id}));
    t.ok("CreateUserPoolDomain", nowhere).await;
}
