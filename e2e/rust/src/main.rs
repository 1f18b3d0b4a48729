//! The official AWS SDK for Rust, unmodified, with nothing but its endpoint changed: sign up, confirm with the code that
//! was sent, sign in by SRP, GetUser, refresh and sign out.
//!
//! Like every session it prints `ok - …` for what it has checked. A check that fails panics, which ends the session with
//! another exit code than 0.

mod expect;
mod server;
mod srp;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::get_user::GetUserOutput;
use aws_sdk_cognitoidentityprovider::operation::initiate_auth::InitiateAuthOutput;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, AuthFlowType, AuthenticationResultType, ChallengeNameType,
    CodeDeliveryDetailsType, DeliveryMediumType, ExplicitAuthFlowsType, VerifiedAttributeType,
};
use expect::{ACCESS_REVOKED, INCORRECT, NOT_CONFIRMED, REFRESH_REVOKED, WRONG_CODE, refused};
use server::Server;

const USERNAME: &str = "annie";
const EMAIL: &str = "annie@example.com";
const PASSWORD: &str = "Correct-Horse-7";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    whole_session(&Server::of_the_environment()).await;
}

/// Prints that everything since the last call holds.
fn ok(checked: &str) {
    println!("ok - {checked}");
}

/// The pool and client of the session.
struct Pool {
    id: String,
    client: String,
}

async fn whole_session(server: &Server) {
    let sdk = server.sdk();
    let pool = new_pool(&sdk).await;
    let sub = sign_up_and_confirm(server, &sdk, &pool).await;
    wrong_proofs_are_refused(&sdk, &pool).await;
    ok("wrong passwords and forged proofs are refused");

    let tokens = srp_sign_in(&sdk, &pool, PASSWORD).await.unwrap();
    check_result(&tokens, true);
    check_user(
        &get_user(&sdk, tokens.access_token().unwrap())
            .await
            .unwrap(),
        &sub,
    );
    expect::check_claims(
        &tokens,
        &format!("{}/{}", server.endpoint(), pool.id),
        &pool.client,
        USERNAME,
        EMAIL,
        &sub,
    );
    ok("a sign-in by SRP: its tokens, every claim, GetUser");

    let refreshed = refresh(&sdk, &pool, tokens.refresh_token().unwrap())
        .await
        .unwrap();
    assert_eq!(refreshed.challenge_name(), None);
    assert_eq!(refreshed.session(), None);
    let refreshed = refreshed.authentication_result().unwrap().clone();
    check_result(&refreshed, false);
    expect::check_claims(
        &refreshed,
        &format!("{}/{}", server.endpoint(), pool.id),
        &pool.client,
        USERNAME,
        EMAIL,
        &sub,
    );
    assert_ne!(refreshed.access_token(), tokens.access_token());
    ok("a refresh: its tokens and every claim");

    sdk.global_sign_out()
        .access_token(refreshed.access_token().unwrap())
        .send()
        .await
        .unwrap();
    for gone in [&tokens, &refreshed] {
        refused(
            get_user(&sdk, gone.access_token().unwrap()).await,
            ACCESS_REVOKED,
        );
    }
    refused(
        refresh(&sdk, &pool, tokens.refresh_token().unwrap()).await,
        REFRESH_REVOKED,
    );
    ok("GlobalSignOut revokes all of them");
}

async fn new_pool(sdk: &Client) -> Pool {
    let pool = sdk
        .create_user_pool()
        .pool_name("rust")
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .send()
        .await
        .unwrap();
    let id = pool.user_pool().unwrap().id().unwrap().to_owned();
    let client = sdk
        .create_user_pool_client()
        .user_pool_id(&id)
        .client_name("rust")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowUserSrpAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .send()
        .await
        .unwrap();
    let client = client.user_pool_client().unwrap();
    assert_eq!(client.client_secret(), None);
    assert_eq!(
        client.explicit_auth_flows(),
        [
            ExplicitAuthFlowsType::AllowUserSrpAuth,
            ExplicitAuthFlowsType::AllowRefreshTokenAuth
        ]
    );
    ok("a pool and a client with the flows that were asked for");
    Pool {
        id,
        client: client.client_id().unwrap().to_owned(),
    }
}

/// Returns the new user's sub.
async fn sign_up_and_confirm(server: &Server, sdk: &Client, pool: &Pool) -> String {
    let sign_up = || {
        sdk.sign_up()
            .client_id(&pool.client)
            .username(USERNAME)
            .password(PASSWORD)
            .user_attributes(
                AttributeType::builder()
                    .name("email")
                    .value(EMAIL)
                    .build()
                    .unwrap(),
            )
            .send()
    };
    let answer = sign_up().await.unwrap();
    assert!(!answer.user_confirmed());
    assert_eq!(answer.session(), None);
    assert_eq!(
        answer.code_delivery_details(),
        Some(
            &CodeDeliveryDetailsType::builder()
                .attribute_name("email")
                .delivery_medium(DeliveryMediumType::Email)
                .destination("a***@e***")
                .build()
        )
    );
    refused(
        sign_up().await.map_err(Into::into),
        ("UsernameExistsException", "User already exists"),
    );
    refused(srp_sign_in(sdk, pool, PASSWORD).await, NOT_CONFIRMED);
    ok("a sign-up: its whole answer, no second one, no sign-in yet");

    let code = server.code(&pool.id, USERNAME).await;
    let confirm = |code: String| {
        sdk.confirm_sign_up()
            .client_id(&pool.client)
            .username(USERNAME)
            .confirmation_code(code)
            .send()
    };
    let number: u32 = code.parse().unwrap();
    let wrong = format!("{:06}", (number + 1) % 1_000_000);
    refused(confirm(wrong).await.map_err(Into::into), WRONG_CODE);
    let confirmed = confirm(code).await.unwrap();
    assert_eq!(confirmed.session(), None);
    ok("a wrong code is refused, the sent one confirms");
    answer.user_sub().to_owned()
}

async fn wrong_proofs_are_refused(sdk: &Client, pool: &Pool) {
    refused(srp_sign_in(sdk, pool, "Correct-Horse-8").await, INCORRECT);
    let forged = sdk
        .respond_to_auth_challenge()
        .client_id(&pool.client)
        .challenge_name(ChallengeNameType::PasswordVerifier)
        .challenge_responses("USERNAME", USERNAME)
        .challenge_responses("PASSWORD_CLAIM_SECRET_BLOCK", "AAAA")
        .challenge_responses("PASSWORD_CLAIM_SIGNATURE", "AAAA")
        .challenge_responses("TIMESTAMP", "Tue Mar 3 04:05:06 UTC 2026")
        .send()
        .await;
    refused(forged.map_err(Into::into), INCORRECT);
}

/// Both steps of an SRP sign-in, as the client libraries take them.
async fn srp_sign_in(
    sdk: &Client,
    pool: &Pool,
    password: &str,
) -> Result<AuthenticationResultType, aws_sdk_cognitoidentityprovider::Error> {
    let proof = srp::Proof::new();
    let challenge = sdk
        .initiate_auth()
        .client_id(&pool.client)
        .auth_flow(AuthFlowType::UserSrpAuth)
        .auth_parameters("USERNAME", USERNAME)
        .auth_parameters("SRP_A", proof.srp_a())
        .send()
        .await?;
    assert_eq!(
        challenge.challenge_name(),
        Some(&ChallengeNameType::PasswordVerifier)
    );
    assert_eq!(challenge.session(), None);
    assert_eq!(challenge.authentication_result(), None);
    let parameters = challenge.challenge_parameters().unwrap();
    let mut names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "SALT",
            "SECRET_BLOCK",
            "SRP_B",
            "USERNAME",
            "USER_ID_FOR_SRP"
        ]
    );
    assert_eq!(
        (
            parameters["USERNAME"].as_str(),
            parameters["USER_ID_FOR_SRP"].as_str()
        ),
        (USERNAME, USERNAME)
    );
    let answer = sdk
        .respond_to_auth_challenge()
        .client_id(&pool.client)
        .challenge_name(ChallengeNameType::PasswordVerifier)
        .set_challenge_responses(Some(proof.responses(&pool.id, password, parameters)))
        .send()
        .await?;
    assert_eq!(answer.challenge_name(), None);
    Ok(answer.authentication_result().unwrap().clone())
}

async fn get_user(
    sdk: &Client,
    token: &str,
) -> Result<GetUserOutput, aws_sdk_cognitoidentityprovider::Error> {
    Ok(sdk.get_user().access_token(token).send().await?)
}

async fn refresh(
    sdk: &Client,
    pool: &Pool,
    token: &str,
) -> Result<InitiateAuthOutput, aws_sdk_cognitoidentityprovider::Error> {
    Ok(sdk
        .initiate_auth()
        .client_id(&pool.client)
        .auth_flow(AuthFlowType::RefreshTokenAuth)
        .auth_parameters("REFRESH_TOKEN", token)
        .send()
        .await?)
}

fn check_result(result: &AuthenticationResultType, with_refresh_token: bool) {
    assert_eq!(
        (result.expires_in(), result.token_type()),
        (3600, Some("Bearer"))
    );
    assert_eq!(result.refresh_token().is_some(), with_refresh_token);
    assert!(result.new_device_metadata().is_none());
}

fn check_user(user: &GetUserOutput, sub: &str) {
    assert_eq!(user.username(), USERNAME);
    let attributes: Vec<(&str, Option<&str>)> = user
        .user_attributes()
        .iter()
        .map(|one| (one.name(), one.value()))
        .collect();
    assert_eq!(
        attributes,
        [
            ("sub", Some(sub)),
            ("email", Some(EMAIL)),
            ("email_verified", Some("true"))
        ]
    );
    assert!(user.mfa_options().is_empty());
    assert!(user.user_mfa_setting_list().is_empty());
    assert_eq!(user.preferred_mfa_setting(), None);
}
