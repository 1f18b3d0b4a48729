//! USER_AUTH: the choice among first factors, and one-time passwords as one of them.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::users::{all_at_once, attribute, code, inbox, sms};
use crate::support::{Refusal, TestApp};

pub const MISMATCH: (&str, &str) = (
    "CodeMismatchException",
    "Invalid code or auth state for the user.",
);
pub const EXPIRED_CODE: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);
const USED: &str = "Invalid session for the user, session can only be used once.";
const INVALID: &str = "Invalid session for the user.";

/// A pool that allows every first factor but passkeys, and a client for USER_AUTH.
pub async fn choices(t: &TestApp, pool: Value, client: Value) -> Site {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    site_with(t, with(with(sms(), factors), pool), with(flows, client)).await
}

pub fn contacts(email: &str, phone: &str) -> Value {
    json!([{"Name": "email", "Value": email}, {"Name": "phone_number", "Value": phone}])
}

/// A confirmed user with a password, an address and a number, neither verified.
pub async fn jane(t: &TestApp, s: &Site) -> String {
    user_with(
        t,
        &s.pool,
        "jane",
        contacts("jane@example.com", "+15555550100"),
    )
    .await
}

pub fn begin(client: &str, parameters: Value) -> Value {
    initiate(client, "USER_AUTH", parameters)
}

pub fn prefer(client: &str, name: &str, challenge: &str) -> Value {
    begin(
        client,
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": challenge}),
    )
}

pub fn respond(client: &str, challenge: &str, session: &Value, responses: Value) -> Value {
    json!({"ClientId": client, "ChallengeName": challenge, "Session": session, "ChallengeResponses": responses})
}

fn select(client: &str, session: &Value, responses: Value) -> Value {
    respond(
        client,
        "SELECT_CHALLENGE",
        session,
        with(json!({"USERNAME": "jane"}), responses),
    )
}

pub fn email_code(client: &str, session: &Value, name: &str, code: &str) -> Value {
    let responses = json!({"USERNAME": name, "EMAIL_OTP_CODE": code});
    respond(client, "EMAIL_OTP", session, responses)
}

pub async fn answer(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

fn wrong(code: &str) -> &'static str {
    if code == "00000000" {
        "11111111"
    } else {
        "00000000"
    }
}

/// A challenge but for its session, which is checked and taken out.
pub fn without_session(mut challenge: Value) -> Value {
    let session = challenge
        .as_object_mut()
        .unwrap()
        .remove("Session")
        .unwrap();
    assert!((20..=2048).contains(&session.as_str().unwrap().len()));
    challenge
}

#[each_engine]
async fn who_prefers_nothing_is_shown_the_list_and_chooses_a_code(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    let asked = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let offered = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    assert_eq!(
        without_session(asked.clone()),
        json!({"ChallengeName": "SELECT_CHALLENGE", "ChallengeParameters": {}, "AvailableChallenges": offered})
    );
    assert!(inbox(t, &s.pool).await.is_empty());
    let sent = answer(
        t,
        select(&s.client, &asked["Session"], json!({"ANSWER": "EMAIL_OTP"})),
    )
    .await
    .unwrap();
    assert_eq!(
        without_session(sent.clone()),
        json!({
            "ChallengeName": "EMAIL_OTP", "AvailableChallenges": offered,
            "ChallengeParameters": {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "j***@e***"},
        })
    );
    let message = inbox(t, &s.pool).await[0].clone();
    let code = message["code"].as_str().unwrap();
    assert_eq!(
        (code.len(), &message["to"], &message["kind"]),
        (8, &json!("jane@example.com"), &json!("authentication"))
    );
    assert_eq!(
        message["body"],
        format!("Your verification code is {code}. ")
    );
    assert_eq!(message["subject"], "Your verification code");
    let done = answer(t, email_code(&s.client, &sent["Session"], "jane", code))
        .await
        .unwrap();
    assert_eq!(done["ChallengeParameters"], json!({}));
    assert!(done.get("AvailableChallenges").is_none());
    let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        (
            attribute(&shown, "email_verified"),
            attribute(&shown, "phone_number_verified")
        ),
        (Some("true"), None)
    );
    // Both sessions and the code are used up.
    let again = answer(t, email_code(&s.client, &sent["Session"], "jane", code)).await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
    let again = answer(
        t,
        select(&s.client, &asked["Session"], json!({"ANSWER": "EMAIL_OTP"})),
    )
    .await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
}

#[each_engine]
async fn the_preferred_code_comes_at_once_by_sms_and_through_the_admin_operations(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let admin = |input: Value| with(input, json!({"UserPoolId": s.pool}));
    let asked = t
        .ok(
            "AdminInitiateAuth",
            admin(prefer(&s.client, "jane", "SMS_OTP")),
        )
        .await;
    assert_eq!(
        without_session(asked.clone()),
        json!({
            "ChallengeName": "SMS_OTP", "AvailableChallenges": ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"],
            "ChallengeParameters": {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******0100"},
        })
    );
    let code = code(t, &s.pool, &sub).await;
    assert_eq!(code.len(), 8);
    let input = admin(respond(
        &s.client,
        "SMS_OTP",
        &asked["Session"],
        json!({"USERNAME": sub, "SMS_OTP_CODE": code}),
    ));
    let done = t.ok("AdminRespondToAuthChallenge", input).await;
    let shown = get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        (
            attribute(&shown, "email_verified"),
            attribute(&shown, "phone_number_verified")
        ),
        (None, Some("true"))
    );
}

#[each_engine]
async fn the_password_is_one_of_the_choices(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    // In the first request.
    let at_once = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    let done = t.ok("InitiateAuth", at_once).await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let wrongly = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "wrong"}),
    );
    t.refused("InitiateAuth", wrongly, WRONG.0, WRONG.1).await;
    // As a challenge of its own.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "PASSWORD"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["ChallengeParameters"]),
        (&json!("PASSWORD"), &json!({}))
    );
    let password = |session: &Value, text: &str| {
        respond(
            &s.client,
            "PASSWORD",
            session,
            json!({"USERNAME": "jane", "PASSWORD": text}),
        )
    };
    assert_eq!(
        answer(t, password(&asked["Session"], "wrong"))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    let missing = respond(
        &s.client,
        "PASSWORD",
        &asked["Session"],
        json!({"USERNAME": "jane"}),
    );
    t.refused(
        "RespondToAuthChallenge",
        missing,
        "InvalidParameterException",
        "Missing required parameter PASSWORD",
    )
    .await;
    answer(t, password(&asked["Session"], PASSWORD))
        .await
        .unwrap();
    assert_eq!(
        answer(t, password(&asked["Session"], PASSWORD))
            .await
            .unwrap_err(),
        not_authorized(USED)
    );
    // With the choice, and after it.
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let chosen = |text: &str| {
        select(
            &s.client,
            &list["Session"],
            json!({"ANSWER": "PASSWORD", "PASSWORD": text}),
        )
    };
    assert_eq!(
        answer(t, chosen("wrong")).await.unwrap_err(),
        refusal(WRONG)
    );
    let next = answer(
        t,
        select(&s.client, &list["Session"], json!({"ANSWER": "PASSWORD"})),
    )
    .await
    .unwrap();
    assert_eq!(next["ChallengeName"], "PASSWORD");
    answer(t, password(&next["Session"], PASSWORD))
        .await
        .unwrap();
    let done = answer(t, chosen(PASSWORD)).await.unwrap();
    assert!(done["AuthenticationResult"]["AccessToken"].is_string());
}

#[each_engine]
async fn srp_is_one_of_the_choices_and_has_a_session(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    let offered = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "PASSWORD_SRP"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["ChallengeParameters"]),
        (&json!("PASSWORD_SRP"), &json!({}))
    );
    for way in ["at once", "chosen", "asked"] {
        let proof = cognate_crypto::srp::client::Client::new();
        let a = json!({"USERNAME": "jane", "SRP_A": proof.srp_a()});
        let challenge = match way {
            "at once" => {
                t.ok(
                    "InitiateAuth",
                    begin(
                        &s.client,
                        with(a, json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP"})),
                    ),
                )
                .await
            }
            "chosen" => answer(
                t,
                select(
                    &s.client,
                    &list["Session"],
                    with(a, json!({"ANSWER": "PASSWORD_SRP"})),
                ),
            )
            .await
            .unwrap(),
            _ => answer(t, respond(&s.client, "PASSWORD_SRP", &asked["Session"], a))
                .await
                .unwrap(),
        };
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER", "{way}");
        if way != "asked" {
            assert_eq!(challenge["AvailableChallenges"], offered, "{way}");
        }
        let started = Srp::of(proof, &challenge);
        let input = with(
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
            json!({"Session": challenge["Session"]}),
        );
        let done = answer(t, input).await.unwrap();
        get_user(t, &done["AuthenticationResult"]["AccessToken"])
            .await
            .unwrap();
    }
    let malformed = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "no number"}),
    );
    t.refused(
        "InitiateAuth",
        malformed,
        "InvalidParameterException",
        "SRP_A is not a valid hexadecimal number.",
    )
    .await;
}

#[each_engine]
async fn a_preference_that_is_not_available_shows_what_is(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let passwords = json!(["PASSWORD_SRP", "PASSWORD"]);
    let input = json!({
        "UserPoolId": s.pool, "Username": "invited", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD,
        "UserAttributes": contacts("i@example.com", "+15555550101"),
    });
    t.ok("AdminCreateUser", input).await;
    let input = json!({"UserPoolId": s.pool, "Username": "bare", "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD});
    t.ok("AdminCreateUser", input).await;
    set_password(t, &s.pool, "bare", PASSWORD).await;
    jane(t, &s).await;
    for (name, preferred, offered) in [
        ("invited", "EMAIL_OTP", passwords.clone()),
        ("bare", "SMS_OTP", passwords.clone()),
        (
            "jane",
            "WEB_AUTHN",
            json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]),
        ),
        (
            "jane",
            "SOMETHING",
            json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]),
        ),
    ] {
        let asked = t
            .ok("InitiateAuth", prefer(&s.client, name, preferred))
            .await;
        assert_eq!(
            (&asked["ChallengeName"], &asked["AvailableChallenges"]),
            (&json!("SELECT_CHALLENGE"), &offered),
            "{name} {preferred}"
        );
        // Nor can it be chosen from the list.
        let input = respond(
            &s.client,
            "SELECT_CHALLENGE",
            &asked["Session"],
            json!({"USERNAME": name, "ANSWER": preferred}),
        );
        t.refused(
            "RespondToAuthChallenge",
            input,
            "NotAuthorizedException",
            "Selected challenge is not available",
        )
        .await;
    }
    assert!(inbox(t, &s.pool).await.is_empty());
    // The temporary password itself works, and leads to the new one.
    let input = begin(
        &s.client,
        json!({"USERNAME": "invited", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    assert_eq!(
        t.ok("InitiateAuth", input).await["ChallengeName"],
        "NEW_PASSWORD_REQUIRED"
    );
}

#[each_engine]
async fn a_first_code_confirms_a_sign_up(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let input = json!({"ClientId": s.client, "Username": "jane", "Password": PASSWORD, "UserAttributes": contacts("jane@example.com", "+15555550100")});
    let sub = t.ok("SignUp", input).await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    let unconfirmed = ("UserNotConfirmedException", "User is not confirmed.");
    let by_password = begin(
        &s.client,
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
    );
    t.refused("InitiateAuth", by_password, unconfirmed.0, unconfirmed.1)
        .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(
        (&shown["UserStatus"], attribute(&shown, "email_verified")),
        (&json!("CONFIRMED"), Some("true"))
    );
    // Where there is no code to send, the sign-up must be confirmed otherwise.
    let input = json!({"ClientId": s.client, "Username": "bare", "Password": PASSWORD});
    t.ok("SignUp", input).await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "bare"})),
        unconfirmed.0,
        unconfirmed.1,
    )
    .await;
}

/// Anybody can sign up with somebody's address. What they chose besides is gone when its owner comes.
#[each_engine]
async fn a_first_code_leaves_no_way_in_to_whoever_signed_up_with_the_address(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let input = json!({"ClientId": s.client, "Username": "jane", "Password": PASSWORD, "UserAttributes": contacts("jane@example.com", "+15555550666")});
    let sub = t.ok("SignUp", input).await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    // A step that was begun before does not outlive it either.
    let waiting = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    let to_the_number = code(t, &s.pool, &sub).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    assert_eq!(
        t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    assert_eq!(list["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let late = respond(
        &s.client,
        "SMS_OTP",
        &waiting["Session"],
        json!({"USERNAME": "jane", "SMS_OTP_CODE": to_the_number}),
    );
    assert_eq!(answer(t, late).await.unwrap_err(), not_authorized(INVALID));
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(attribute(&shown, "phone_number"), None);
    // The owner can verify the number, if it is theirs after all.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let tokens = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let access = &tokens["AuthenticationResult"]["AccessToken"];
    t.ok(
        "GetUserAttributeVerificationCode",
        json!({"AccessToken": access, "AttributeName": "phone_number"}),
    )
    .await;
    let digits = code(t, &s.pool, &sub).await;
    t.ok(
        "VerifyUserAttribute",
        json!({"AccessToken": access, "AttributeName": "phone_number", "Code": digits}),
    )
    .await;
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(attribute(&shown, "phone_number_verified"), Some("true"));
}

#[each_engine]
async fn wrong_codes_do_not_lock_and_twenty_burn_the_code(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    for _ in 0..6 {
        assert_eq!(
            answer(
                t,
                email_code(&s.client, &asked["Session"], "jane", wrong(&digits))
            )
            .await
            .unwrap_err(),
            refusal(MISMATCH)
        );
    }
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    for _ in 6..20 {
        assert_eq!(
            answer(
                t,
                email_code(&s.client, &asked["Session"], "jane", wrong(&digits))
            )
            .await
            .unwrap_err(),
            refusal(MISMATCH)
        );
    }
    let late = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits)).await;
    assert_eq!(late.unwrap_err(), refusal(EXPIRED_CODE));
    // Another sign-in has another code.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn a_code_answers_the_step_that_it_was_sent_for_and_no_other(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let other = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let sub = jane(t, &s).await;
    user_with(
        t,
        &s.pool,
        "mallory",
        contacts("m@example.com", "+15555550199"),
    )
    .await;
    let first = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let first_code = code(t, &s.pool, &sub).await;
    let second = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let second_code = code(t, &s.pool, &sub).await;
    assert_ne!(first_code, second_code);
    assert_eq!(
        answer(
            t,
            email_code(&s.client, &second["Session"], "jane", &first_code)
        )
        .await
        .unwrap_err(),
        refusal(MISMATCH)
    );
    let session = first["Session"].as_str().unwrap();
    let mut altered = session.to_owned();
    altered.replace_range(100..101, if &session[100..101] == "A" { "B" } else { "A" });
    for (input, refusal) in [
        (
            email_code(&other, &first["Session"], "jane", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &first["Session"], "mallory", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &json!(altered), "jane", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &json!("x".repeat(40)), "jane", &first_code),
            "Invalid session provided",
        ),
        (
            respond(
                &s.client,
                "SMS_OTP",
                &first["Session"],
                json!({"USERNAME": "jane", "SMS_OTP_CODE": first_code}),
            ),
            INVALID,
        ),
        (
            select(
                &s.client,
                &first["Session"],
                json!({"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}),
            ),
            INVALID,
        ),
        (
            respond(
                &s.client,
                "SOFTWARE_TOKEN_MFA",
                &first["Session"],
                json!({"USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": first_code}),
            ),
            INVALID,
        ),
    ] {
        assert_eq!(answer(t, input).await.unwrap_err(), not_authorized(refusal));
    }
    for (responses, session, missing) in [
        (json!({"EMAIL_OTP_CODE": first_code}), true, "USERNAME"),
        (json!({"USERNAME": "jane"}), true, "EMAIL_OTP_CODE"),
        (
            json!({"USERNAME": "jane", "EMAIL_OTP_CODE": first_code}),
            false,
            "Session",
        ),
    ] {
        let mut input = respond(&s.client, "EMAIL_OTP", &first["Session"], responses);
        if !session {
            input.as_object_mut().unwrap().remove("Session");
        }
        t.refused(
            "RespondToAuthChallenge",
            input,
            "InvalidParameterException",
            &format!("Missing required parameter {missing}"),
        )
        .await;
    }
    // The first code was not replaced by the second.
    answer(
        t,
        email_code(&s.client, &first["Session"], "jane", &first_code),
    )
    .await
    .unwrap();
    t.advance(3 * 60).await;
    let late = answer(
        t,
        email_code(&s.client, &second["Session"], "jane", &second_code),
    )
    .await;
    assert_eq!(
        late.unwrap_err(),
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[each_engine]
async fn the_session_of_the_longest_name_can_be_sent_back(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let name = "\u{10400}".repeat(128);
    let input = json!({
        "UserPoolId": s.pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": contacts("l@example.com", "+15555550100")
    });
    t.ok("AdminCreateUser", input).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, &name, "EMAIL_OTP"))
        .await;
    let digits = inbox(t, &s.pool).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    answer(t, email_code(&s.client, &asked["Session"], &name, &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn a_code_to_a_former_address_shows_nothing(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let change = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": [{"Name": "email", "Value": "new@example.com"}]});
    t.ok("AdminUpdateUserAttributes", change).await;
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        not_authorized(INVALID)
    );
}

#[each_engine]
async fn an_address_belongs_to_whoever_verified_it_last(t: &TestApp) {
    let s = choices(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let sub = jane(t, &s).await;
    let email = |verified: &str| json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": verified}]);
    user_with(t, &s.pool, "june", email("true")).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane@example.com"}),
        )
        .await;
    assert_eq!(shown["Username"], "jane");
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "june"}),
        )
        .await;
    assert_eq!(attribute(&shown, "email_verified"), Some("false"));
}

#[each_engine]
async fn a_second_factor_leaves_only_passwords_to_choose(t: &TestApp) {
    let s = choices(
        t,
        json!({"MfaConfiguration": "OPTIONAL", "SmsAuthenticationMessage": "Use {####}"}),
        json!({}),
    )
    .await;
    let sub = jane(t, &s).await;
    // The text of the MFA settings holds for one-time passwords, as long as there is MFA.
    t.ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    let message = inbox(t, &s.pool).await[0].clone();
    assert_eq!(
        message["body"],
        format!("Use {}", message["code"].as_str().unwrap())
    );
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let on = json!({"UserPoolId": s.pool, "Username": "jane", "SMSMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    t.ok("AdminSetUserMFAPreference", on).await;
    let list = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    assert_eq!(
        (&list["ChallengeName"], &list["AvailableChallenges"]),
        (
            &json!("SELECT_CHALLENGE"),
            &json!(["PASSWORD_SRP", "PASSWORD"])
        )
    );
    // A sign-in that was under way before comes to the second factor.
    let next = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    assert_eq!(next["ChallengeName"], "SMS_MFA");
    let chosen = answer(
        t,
        select(
            &s.client,
            &list["Session"],
            json!({"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}),
        ),
    )
    .await
    .unwrap();
    assert_eq!(chosen["ChallengeName"], "SMS_MFA");
}

#[each_engine]
async fn of_two_right_answers_at_once_one_wins(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let input = email_code(&s.client, &asked["Session"], "jane", &digits);
    let answers = all_at_once(t, "RespondToAuthChallenge", vec![input; 4]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for lost in answers.into_iter().filter_map(Result::err) {
        assert_eq!(lost, not_authorized(USED));
    }
}

#[each_engine]
async fn a_disabled_or_locked_user_gets_no_further(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let refused = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits)).await;
    assert_eq!(refused.unwrap_err(), not_authorized("User is disabled."));
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
        "NotAuthorizedException",
        "User is disabled.",
    )
    .await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    for _ in 0..5 {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", "wrong"),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let locked = not_authorized("Password attempts exceeded");
    assert_eq!(
        t.call("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
            .await
            .unwrap_err(),
        locked
    );
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        locked
    );
    t.advance(2).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn codes_are_limited_per_user_and_per_destination(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    for name in ["ann", "bob", "carl"] {
        user_with(
            t,
            &s.pool,
            name,
            json!([{"Name": "email", "Value": "Jane@example.com"}]),
        )
        .await;
    }
    let too_many = ("TooManyRequestsException", "Too many requests");
    for _ in 0..50 {
        t.ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
            .await;
    }
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "jane", "EMAIL_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "jane", "SMS_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    for n in 0..50 {
        t.ok(
            "InitiateAuth",
            prefer(
                &s.client,
                if n % 2 == 0 { "ann" } else { "bob" },
                "EMAIL_OTP",
            ),
        )
        .await;
    }
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "carl", "EMAIL_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    assert_eq!(inbox(t, &s.pool).await.len(), 100);
    t.advance(3_601).await;
    t.ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
}

#[each_engine]
async fn what_is_missing_or_not_allowed_is_said(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({})),
        "InvalidParameterException",
        "Missing required parameter USERNAME",
    )
    .await;
    let list = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "jane"})),
        )
        .await;
    t.refused(
        "RespondToAuthChallenge",
        select(&s.client, &list["Session"], json!({})),
        "InvalidParameterException",
        "Missing required parameter ANSWER",
    )
    .await;
    let plain = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    t.refused(
        "InitiateAuth",
        begin(&plain, json!({"USERNAME": "jane"})),
        "InvalidParameterException",
        "USER_AUTH flow not enabled for this client",
    )
    .await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "GenerateSecret": true});
    let secret = client_of(t, &s.pool, flows).await;
    let id = secret["ClientId"].as_str().unwrap();
    t.refused(
        "InitiateAuth",
        begin(id, json!({"USERNAME": "jane"})),
        "NotAuthorizedException",
        &format!("Client {id} is configured with secret but SECRET_HASH was not received"),
    )
    .await;
    let hash =
        cognate_crypto::hash::secret_hash(secret["ClientSecret"].as_str().unwrap(), "jane", id);
    let asked = t
        .ok(
            "InitiateAuth",
            begin(id, json!({"USERNAME": "jane", "SECRET_HASH": hash})),
        )
        .await;
    let chosen = respond(
        id,
        "SELECT_CHALLENGE",
        &asked["Session"],
        json!({"USERNAME": "jane", "ANSWER": "EMAIL_OTP", "SECRET_HASH": "wrong"}),
    );
    t.refused(
        "RespondToAuthChallenge",
        chosen,
        "NotAuthorizedException",
        &format!("SecretHash does not match for the client: {id}"),
    )
    .await;
}

#[each_engine]
async fn a_pool_without_other_factors_offers_passwords(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await;
    jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    assert_eq!(
        (&asked["ChallengeName"], &asked["AvailableChallenges"]),
        (
            &json!("SELECT_CHALLENGE"),
            &json!(["PASSWORD_SRP", "PASSWORD"])
        )
    );
}
