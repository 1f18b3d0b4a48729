//! The demand of an API operation: the pool, user and category that its input names.

use cognate_domain::Caller;
use cognate_domain::users::counted::Place;
use cognate_shapes::{Category, Op};
use serde_json::Value;

use super::{CategoryDemand, Demand, User, UserDemand};

/// Returns the demand of an operation, for a caller as far as that is proven. `region` is the server's, for callers whose
/// signature names none.
pub fn demand<'a>(op: Op, caller: &'a Caller, input: &'a Value, region: &'a str) -> Demand<'a> {
    let (category, answers) = category_of(op, input);
    let region = caller.region().unwrap_or(region);
    Demand {
        pool: pool_of(op, input),
        user: user_of(input).map(|user| UserDemand {
            user,
            reads: is_read(op),
        }),
        category: Some(CategoryDemand {
            category,
            region,
            answers,
        }),
    }
}

/// Returns the pool and category of operations that are limited by pool.
fn pool_of(op: Op, input: &Value) -> Option<(&str, Category)> {
    let category = op.category();
    let counts = matches!(
        category,
        Category::UserPoolResourceRead
            | Category::UserPoolResourceUpdate
            | Category::UserPoolClientRead
            | Category::UserPoolClientUpdate
    );
    let pool = text(input, "UserPoolId").filter(|_| counts)?;
    Some((pool, category))
}

/// Returns the user whom an input names: by a token, or by name within a pool or client.
fn user_of(input: &Value) -> Option<User<'_>> {
    if let Some(token) = text(input, "AccessToken") {
        return Some(User::Token(token));
    }
    let name = text(input, "Username").or_else(|| {
        ["AuthParameters", "ChallengeResponses"]
            .into_iter()
            .find_map(|map| text(input.get(map)?, "USERNAME"))
    });
    let pool = text(input, "UserPoolId").map(Place::Pool);
    let place = pool.or_else(|| text(input, "ClientId").map(Place::Client));
    Some(User::Name(place?, name?))
}

/// Returns the category that an operation counts to, and whether it counts to that category's answers. A new password in
/// answer to a challenge counts as recovery (admin.md 7.1).
fn category_of(op: Op, input: &Value) -> (Category, bool) {
    let answers = matches!(
        op,
        Op::RespondToAuthChallenge | Op::AdminRespondToAuthChallenge
    );
    if answers && text(input, "ChallengeName") == Some("NEW_PASSWORD_REQUIRED") {
        return (Category::UserAccountRecovery, false);
    }
    (op.category(), answers)
}

/// True if an operation only reads.
fn is_read(op: Op) -> bool {
    let name = op.name();
    let name = name.strip_prefix("Admin").unwrap_or(name);
    // By name these two read, and yet they send a code or return tokens.
    !matches!(
        op,
        Op::GetUserAttributeVerificationCode | Op::GetTokensFromRefreshToken
    ) && ["Get", "List", "Describe"]
        .iter()
        .any(|verb| name.starts_with(verb))
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_and_changing_count_apart() {
        for op in [
            Op::GetUser,
            Op::AdminGetUser,
            Op::ListDevices,
            Op::AdminListDevices,
        ] {
            assert!(is_read(op), "{}", op.name());
        }
        for op in [
            Op::SignUp,
            Op::InitiateAuth,
            Op::AdminSetUserPassword,
            Op::GetUserAttributeVerificationCode,
            Op::GetTokensFromRefreshToken,
        ] {
            assert!(!is_read(op), "{}", op.name());
        }
    }

    #[test]
    fn answers_count_apart_and_new_passwords_as_recovery() {
        let of = |op, input: Value| category_of(op, &input);
        let answer = |name: &str| serde_json::json!({"ChallengeName": name});
        let signing_in = Category::UserAuthentication;
        assert_eq!(of(Op::InitiateAuth, Value::Null), (signing_in, false));
        assert_eq!(
            of(Op::RespondToAuthChallenge, answer("SMS_MFA")),
            (signing_in, true)
        );
        let new = answer("NEW_PASSWORD_REQUIRED");
        let recovery = (Category::UserAccountRecovery, false);
        assert_eq!(of(Op::AdminRespondToAuthChallenge, new), recovery);
    }

    #[test]
    fn a_token_names_the_user_before_a_name_does() {
        let both = serde_json::json!({"AccessToken": "t", "Username": "u", "UserPoolId": "p"});
        assert!(matches!(user_of(&both), Some(User::Token("t"))));
        let by_name = serde_json::json!({"ClientId": "c", "AuthParameters": {"USERNAME": "u"}});
        let found = user_of(&by_name);
        assert!(matches!(found, Some(User::Name(Place::Client("c"), "u"))));
        assert!(user_of(&serde_json::json!({"Username": "u"})).is_none());
    }
}
