//! Attacks with guesses, forgeries, replays and tokens that belong elsewhere. Each is refused with the
//! service's exception and text (auth.md 2.10, 5.6, 6.1, 6.4, 6.5, 6.7; settled C2, S1, S23, T20).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::hash::hmac_sha256;
use cognate_crypto::jws::SigningKey;
use serde_json::{Value, json};

use crate::engines::on_each_engine;
use crate::site::*;

const DENIED: &str = "NotAuthorizedException";
const LOCKED: (&str, &str) = (DENIED, "Password attempts exceeded");
const INVALID: (&str, &str) = (DENIED, "Invalid Access Token");
const FORGED: (&str, &str) = (DENIED, "Could not verify signature for Access Token");
const REVOKED: (&str, &str) = (DENIED, "Access Token has been revoked");

/// Returns the three parts of a token.
fn parts(token: &Value) -> [String; 3] {
    let parts: Vec<String> = token
        .as_str()
        .unwrap()
        .split('.')
        .map(str::to_owned)
        .collect();
    parts.try_into().unwrap()
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn token(access: impl Into<Value>) -> Value {
    json!({ "AccessToken": access.into() })
}

on_each_engine! {
    async fn a_password_one_character_off_is_refused(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        // Four at a time: the fifth failure in a row would lock.
        for batch in [
            ["Passw0rd?", "passw0rd!", "Passw0rd", "Passw0rd!!"],
            ["Passw0rd! ", "Passwörd!", "assw0rd!", "Passw0rD!"],
        ] {
            for password in batch {
                refused(&open, "InitiateAuth", by_password(&client, "jane", password), WRONG).await;
            }
            sign_in(&open, &client, "jane").await;
            let admin = |password: &str| {
                let parameters = json!({ "USERNAME": "jane", "PASSWORD": password });
                with(initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters), &json!({ "UserPoolId": pool }))
            };
            refused(&raw, "AdminInitiateAuth", admin(batch[0]), WRONG).await;
            raw.ok("AdminInitiateAuth", admin(PASSWORD)).await.unwrap();
            for password in &batch[..3] {
                let responses = Srp::start(&open, &client, "jane").await.responses(&pool, password);
                refused(&open, "RespondToAuthChallenge", verify(&client, responses), WRONG).await;
            }
            let responses = Srp::start(&open, &client, "jane").await.responses(&pool, PASSWORD);
            open.ok("RespondToAuthChallenge", verify(&client, responses)).await.unwrap();
        }
    }

    async fn a_forged_srp_answer_is_refused(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let elsewhere = site(&raw, json!({}), json!({})).await;
        let sibling = text(&client_of(&raw, &pool, json!({})).await["ClientId"]);
        for pool in [&pool, &elsewhere.pool] {
            user(&raw, pool, "jane", json!([])).await;
        }
        user(&raw, &pool, "john", json!([])).await;
        let started = Srp::start(&open, &client, "jane").await;
        let right = started.responses(&pool, PASSWORD);
        let altered = |name: &str, value: String| with(right.clone(), &json!({ name: value }));
        let mut block = STANDARD.decode(started.given("SECRET_BLOCK")).unwrap();
        let middle = block.len() / 2;
        block[middle] ^= 1;
        let mut signature = STANDARD.decode(right["PASSWORD_CLAIM_SIGNATURE"].as_str().unwrap()).unwrap();
        signature[31] ^= 1;
        let another = Srp::start(&open, &client, "jane").await;
        let foreign = Srp::start(&open, &elsewhere.client, "jane").await;
        let forgeries = [
            (&client, altered("PASSWORD_CLAIM_SIGNATURE", STANDARD.encode([0; 32]))),
            (&client, altered("PASSWORD_CLAIM_SIGNATURE", STANDARD.encode(hmac_sha256(&[0; 16], b"")))),
            (&client, altered("PASSWORD_CLAIM_SIGNATURE", STANDARD.encode(signature))),
            (&client, altered("PASSWORD_CLAIM_SECRET_BLOCK", STANDARD.encode(block))),
            (&client, altered("PASSWORD_CLAIM_SECRET_BLOCK", another.given("SECRET_BLOCK").into())),
            (&client, altered("PASSWORD_CLAIM_SECRET_BLOCK", foreign.given("SECRET_BLOCK").into())),
            (&client, altered("USERNAME", "john".into())),
            (&client, foreign.responses(&elsewhere.pool, PASSWORD)),
            (&sibling, right.clone()),
            (&elsewhere.client, right.clone()),
        ];
        // Four of them are judged and counted; the fifth would lock.
        for (client, responses) in forgeries {
            refused(&open, "RespondToAuthChallenge", verify(client, responses), WRONG).await;
        }
        open.ok("RespondToAuthChallenge", verify(&client, right)).await.unwrap();
    }

    async fn a_replayed_srp_answer_is_refused(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let input = verify(&client, Srp::start(&open, &client, "jane").await.responses(&pool, PASSWORD));
        open.ok("RespondToAuthChallenge", input.clone()).await.unwrap();
        for _ in 0..3 {
            refused(&open, "RespondToAuthChallenge", input.clone(), WRONG).await;
        }
        let admin = with(input, &json!({ "UserPoolId": pool }));
        refused(&raw, "AdminRespondToAuthChallenge", admin, WRONG).await;
    }

    async fn the_same_challenge_answered_many_times_at_once_signs_in_once(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        for _ in 0..4 {
            let input = verify(&client, Srp::start(&open, &client, "jane").await.responses(&pool, PASSWORD));
            let answers: Vec<_> = (0..4)
                .map(|_| {
                    let (open, input) = (open.clone(), input.clone());
                    tokio::spawn(async move { open.call("RespondToAuthChallenge", input).await.unwrap() })
                })
                .collect();
            let mut wins = 0;
            for answer in answers {
                let reply = answer.await.unwrap();
                if reply.status == 200 {
                    wins += 1;
                } else {
                    assert_refused(&reply, WRONG);
                }
            }
            assert_eq!(wins, 1);
        }
    }

    async fn a_new_password_session_is_good_once_and_only_where_it_was_made(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let elsewhere = site(&raw, json!({}), json!({})).await;
        let sibling = text(&client_of(&raw, &pool, json!({})).await["ClientId"]);
        for name in ["jane", "john"] {
            let input = json!({
                "UserPoolId": pool, "Username": name, "TemporaryPassword": "Temp0rary!", "MessageAction": "SUPPRESS",
            });
            raw.ok("AdminCreateUser", input).await.unwrap();
        }
        let begin = open.ok("InitiateAuth", by_password(&client, "jane", "Temp0rary!")).await.unwrap();
        assert_eq!(begin["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        let session = text(&begin["Session"]);
        let answer = |client: &str, name: &str, session: &str| {
            json!({
                "ChallengeName": "NEW_PASSWORD_REQUIRED", "ClientId": client, "Session": session,
                "ChallengeResponses": { "USERNAME": name, "NEW_PASSWORD": PASSWORD },
            })
        };
        let of_the_user = (DENIED, "Invalid session for the user.");
        let mut altered = session.clone().into_bytes();
        let middle = altered.len() / 2;
        altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        let made_up = format!("AYAB{}", URL_SAFE_NO_PAD.encode([7; 600]));
        for (client, name, session, expected) in [
            (&client, "jane", "made-up-session-made-up", (DENIED, "Invalid session provided")),
            (&client, "jane", made_up.as_str(), of_the_user),
            (&client, "jane", altered.as_str(), of_the_user),
            (&client, "john", session.as_str(), of_the_user),
            (&sibling, "jane", session.as_str(), of_the_user),
            (&elsewhere.client, "jane", session.as_str(), of_the_user),
        ] {
            refused(&open, "RespondToAuthChallenge", answer(client, name, session), expected).await;
        }
        let (one, two) = (open.clone(), open.clone());
        let (one, two) = tokio::join!(
            one.call("RespondToAuthChallenge", answer(&client, "jane", &session)),
            two.call("RespondToAuthChallenge", answer(&client, "jane", &session))
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        let lost = match (one.status.as_u16(), two.status.as_u16()) {
            (200, 400) => two,
            (400, 200) => one,
            _ => panic!("{} / {}", one.text(), two.text()),
        };
        let used = (DENIED, "Invalid session for the user, session can only be used once.");
        assert_refused(&lost, used);
        refused(&open, "RespondToAuthChallenge", answer(&client, "jane", &session), used).await;
        let begin = open.ok("InitiateAuth", by_password(&client, "john", "Temp0rary!")).await.unwrap();
        server.advance("4m").await.unwrap();
        let late = answer(&client, "john", begin["Session"].as_str().unwrap());
        let expired = (DENIED, "Invalid session for the user, session is expired.");
        refused(&open, "RespondToAuthChallenge", late, expired).await;
    }

    async fn forged_altered_and_expired_tokens_are_refused(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let elsewhere = site(&raw, json!({}), json!({})).await;
        for pool in [&pool, &elsewhere.pool] {
            user(&raw, pool, "jane", json!([])).await;
        }
        user(&raw, &pool, "john", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let foreign = sign_in(&open, &elsewhere.client, "jane").await;
        let john = sign_in(&open, &client, "john").await;
        let [header, payload, signature] = parts(&tokens["AccessToken"]);
        let kid = text(&decode(&header)["kid"]);
        let none = |alg: &str| encode(&json!({ "kid": kid, "alg": alg }));
        let claims = decode(&payload);
        let grown = encode(&with(claims.clone(), &json!({ "username": "root" })));
        let for_john = encode(&with(claims.clone(), &json!({ "sub": decode(&parts(&john["AccessToken"])[1])["sub"] })));
        let moved = encode(&with(decode(&parts(&foreign["AccessToken"])[1]), &json!({ "client_id": client })));
        let moved_here = encode(&with(claims.clone(), &json!({ "client_id": elsewhere.client })));
        let key = SigningKey::generate();
        let own = |header: &str| key.sign_compact(&URL_SAFE_NO_PAD.decode(header).unwrap(), claims.to_string().as_bytes());
        // The public modulus as an HMAC key, the classic confusion of algorithms.
        let jwks = open.fetch(http::Method::GET, &format!("/{pool}/.well-known/jwks.json"), &[], "").await.unwrap().json();
        let n = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap()["n"].clone();
        let input = format!("{}.{payload}", none("HS256"));
        let mac = hmac_sha256(&URL_SAFE_NO_PAD.decode(n.as_str().unwrap()).unwrap(), input.as_bytes());
        let confused = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac));
        let id_header = parts(&tokens["IdToken"])[0].clone();
        let foreign_header = parts(&foreign["AccessToken"])[0].clone();
        let refresh = text(&tokens["RefreshToken"]);
        for (what, forged, expected) in [
            ("alg none", format!("{}.{payload}.", none("none")), INVALID),
            ("alg none with a signature", format!("{}.{payload}.{signature}", none("none")), INVALID),
            ("alg None", format!("{}.{payload}.{signature}", none("None")), INVALID),
            ("alg HS256", confused, INVALID),
            ("no signature", format!("{header}.{payload}."), INVALID),
            ("an ID token", text(&tokens["IdToken"]), INVALID),
            ("a refresh token", refresh.clone(), INVALID),
            ("made up", "eyJ.eyJ.sig".into(), INVALID),
            ("not a token", "nonsense".into(), INVALID),
            ("other claims", format!("{header}.{grown}.{signature}"), FORGED),
            ("another user's sub", format!("{header}.{for_john}.{signature}"), FORGED),
            ("another token's signature", format!("{header}.{payload}.{}", parts(&john["AccessToken"])[2]), FORGED),
            ("our own key under the pool's kid", own(&header), FORGED),
            ("our own key under the ID tokens' kid", own(&id_header), FORGED),
            ("the other pool's kid", format!("{foreign_header}.{payload}.{signature}"), FORGED),
            (
                "the other pool's token with our client",
                format!("{foreign_header}.{moved}.{}", parts(&foreign["AccessToken"])[2]),
                FORGED,
            ),
            ("our token with the other pool's client", format!("{header}.{moved_here}.{signature}"), FORGED),
        ] {
            println!("{what}");
            refused(&open, "GetUser", token(forged.clone()), expected).await;
            refused(&open, "GlobalSignOut", token(forged.clone()), expected).await;
            let change = json!({ "PreviousPassword": PASSWORD, "ProposedPassword": "An0ther-one" });
            refused(&open, "ChangePassword", with(token(forged), &change), expected).await;
        }
        // A signed ID token is no access token anywhere, nor does an access token refresh anything.
        let refresh_with = |token: &Value| initiate(&client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token }));
        for wrong in [&tokens["IdToken"], &tokens["AccessToken"], &foreign["RefreshToken"], &json!("nonsense")] {
            refused(&open, "InitiateAuth", refresh_with(wrong), (DENIED, "Invalid Refresh Token")).await;
            let input = json!({ "ClientId": client, "RefreshToken": wrong });
            refused(&open, "GetTokensFromRefreshToken", input, (DENIED, "Invalid Refresh Token.")).await;
        }
        for wrong in [&tokens["IdToken"], &tokens["AccessToken"]] {
            let expected = ("UnsupportedTokenTypeException", "Only refresh tokens can be revoked");
            refused(&open, "RevokeToken", json!({ "ClientId": client, "Token": wrong }), expected).await;
        }
        let mut altered = refresh.into_bytes();
        let end = altered.len() - 4;
        altered[end] = if altered[end] == b'A' { b'B' } else { b'A' };
        let altered = json!(String::from_utf8(altered).unwrap());
        refused(&open, "InitiateAuth", refresh_with(&altered), (DENIED, "Invalid Refresh Token")).await;
        // None of all that hurt the session; then its time is over.
        open.ok("GetUser", token(tokens["AccessToken"].clone())).await.unwrap();
        raw.ok("DeleteUserPool", json!({ "UserPoolId": elsewhere.pool })).await.unwrap();
        refused(&open, "GetUser", token(foreign["AccessToken"].clone()), INVALID).await;
        server.advance("61m").await.unwrap();
        refused(&open, "GetUser", token(tokens["AccessToken"].clone()), (DENIED, "Access Token has expired")).await;
        server.advance("31d").await.unwrap();
        refused(&open, "InitiateAuth", refresh_with(&tokens["RefreshToken"]), (DENIED, "Refresh Token has expired")).await;
    }

    async fn a_refresh_token_serves_only_its_client_and_only_until_it_is_revoked(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let sibling = text(&client_of(&raw, &pool, json!({})).await["ClientId"]);
        user(&raw, &pool, "jane", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let other = sign_in(&open, &client, "jane").await;
        let refresh = |client: &str| initiate(client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": tokens["RefreshToken"] }));
        let different = (DENIED, "Refresh Token has different Client");
        refused(&open, "InitiateAuth", refresh(&sibling), different).await;
        let input = json!({ "ClientId": sibling, "RefreshToken": tokens["RefreshToken"] });
        refused(&open, "GetTokensFromRefreshToken", input, different).await;
        let input = json!({ "ClientId": sibling, "Token": tokens["RefreshToken"] });
        let foreign = ("UnauthorizedException", "Refresh token was not issued to this client");
        refused(&open, "RevokeToken", input, foreign).await;
        let renewed = open.ok("InitiateAuth", refresh(&client)).await.unwrap()["AuthenticationResult"]["AccessToken"].clone();
        open.ok("RevokeToken", json!({ "ClientId": client, "Token": tokens["RefreshToken"] })).await.unwrap();
        refused(&open, "InitiateAuth", refresh(&client), (DENIED, "Refresh Token has been revoked")).await;
        for revoked in [renewed, tokens["AccessToken"].clone()] {
            refused(&open, "GetUser", token(revoked), REVOKED).await;
        }
        open.ok("GetUser", token(other["AccessToken"].clone())).await.unwrap();
        raw.ok("AdminUserGlobalSignOut", json!({ "UserPoolId": pool, "Username": "jane" })).await.unwrap();
        refused(&open, "GetUser", token(other["AccessToken"].clone()), REVOKED).await;
    }

    async fn sixty_four_guesses_at_once_meet_the_lock_and_so_does_the_right_password(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
        user(&raw, &pool, "jane", json!([])).await;
        // Nine failures first, at the end of each lock: the tenth locks for 32 seconds, enough for a slow machine.
        for name in ["jane", "nobody"] {
            for lock in ["0s", "0s", "0s", "0s", "1s", "2s", "4s", "8s", "16s"] {
                refused(&open, "InitiateAuth", by_password(&client, name, "wrong"), WRONG).await;
                server.advance(lock).await.unwrap();
            }
            let answers: Vec<_> = (0..64)
                .map(|n| {
                    let (open, input) = (open.clone(), by_password(&client, name, &format!("guess-{n}")));
                    tokio::spawn(async move { open.call("InitiateAuth", input).await.unwrap() })
                })
                .collect();
            let mut judged = 0;
            for answer in answers {
                let reply = answer.await.unwrap();
                let wrong = reply.message() == WRONG.1;
                judged += usize::from(wrong);
                assert_refused(&reply, if wrong { WRONG } else { LOCKED });
            }
            assert!(judged <= 1, "{judged} guesses were judged in one lock");
            refused(&open, "InitiateAuth", by_password(&client, name, PASSWORD), LOCKED).await;
            let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD });
            let admin = with(initiate(&client, "ADMIN_USER_PASSWORD_AUTH", parameters), &json!({ "UserPoolId": pool }));
            refused(&raw, "AdminInitiateAuth", admin, LOCKED).await;
            let srp = json!({ "USERNAME": name, "SRP_A": cognate_crypto::srp::client::Client::new().srp_a() });
            refused(&open, "InitiateAuth", initiate(&client, "USER_SRP_AUTH", srp), LOCKED).await;
            server.advance("33s").await.unwrap();
        }
        sign_in(&open, &client, "jane").await;
    }

    async fn codes_cannot_be_guessed_by_many_at_once(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let pool = json!({ "AutoVerifiedAttributes": ["email"] });
        let Site { pool, client } = site(&raw, pool, json!({})).await;
        let address = json!([{ "Name": "email", "Value": "jane@example.com" }, { "Name": "email_verified", "Value": "true" }]);
        user(&raw, &pool, "jane", address).await;
        let input = json!({
            "ClientId": client, "Username": "john", "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "john@example.com" }],
        });
        open.ok("SignUp", input).await.unwrap();
        open.ok("ForgotPassword", json!({ "ClientId": client, "Username": "jane" })).await.unwrap();
        let mismatch = ("CodeMismatchException", "Invalid verification code provided, please try again.");
        let limit = ("LimitExceededException", "Attempt limit exceeded, please try after some time.");
        for (operation, name, kind, most) in
            [("ConfirmForgotPassword", "jane", "forgot_password", 20), ("ConfirmSignUp", "john", "sign_up", 15)]
        {
            let right = server.mailbox().code(&[("user", name), ("kind", kind)]).await.unwrap();
            let answer = |code: &str| {
                let input = json!({ "ClientId": client, "Username": name, "ConfirmationCode": code });
                let password = json!({ "Password": "An0ther-one" });
                if operation == "ConfirmSignUp" { input } else { with(input, &password) }
            };
            let guesses = (0..64).map(|n| format!("{n:06}")).filter(|guess| *guess != right);
            let answers: Vec<_> = guesses
                .map(|guess| {
                    let (open, input) = (open.clone(), answer(&guess));
                    tokio::spawn(async move { open.call(operation, input).await.unwrap() })
                })
                .collect();
            let mut judged = 0;
            for answer in answers {
                let reply = answer.await.unwrap();
                let wrong = reply.error() == mismatch.0;
                judged += usize::from(wrong);
                assert_refused(&reply, if wrong { mismatch } else { limit });
            }
            assert!((1..=most).contains(&judged), "{operation}: {judged} guesses were judged");
            // Guesses that found no place in the queue were not counted, so the rest of the hour's share may be left.
            for _ in judged..most {
                open.call(operation, answer("000000")).await.unwrap();
            }
            refused(&open, operation, answer(&right), limit).await;
            server.advance("61m").await.unwrap();
        }
        // The hour is over, but a sign-up's code is still good.
        let code = server.mailbox().code(&[("user", "john"), ("kind", "sign_up")]).await.unwrap();
        open.ok("ConfirmSignUp", json!({ "ClientId": client, "Username": "john", "ConfirmationCode": code })).await.unwrap();
    }
}
