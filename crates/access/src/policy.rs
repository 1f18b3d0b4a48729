//! IAM policy documents: the operations and resources that an access key may use.
//!
//! A document is understood whole or refused when the key is created: an element that this server does not evaluate
//! (`Condition`, `NotResource`, `Principal`, policy variables) would otherwise widen or narrow a grant silently.
//! Explicit deny wins, and nothing is allowed by default.

use cognate_shapes::Op;
use serde_json::Value;

/// A document of at most this many bytes is accepted (the service's own limit for a user's policies).
pub const MAX_BYTES: usize = 6144;

/// The reason why a policy refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    ExplicitDeny,
}

/// A parsed policy.
#[derive(Debug)]
pub struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    deny: bool,
    /// Lower case, since IAM compares actions without case.
    actions: Vec<String>,
    /// True if `actions` came from `NotAction`.
    inverted: bool,
    resources: Vec<Target>,
}

#[derive(Debug)]
enum Target {
    Any,
    /// The six segments of an ARN pattern; a wildcard does not match across a colon except in the last.
    Arn(Vec<String>),
}

/// The reason why a policy document is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("policy document: {0}")]
pub struct PolicyError(String);

fn refuse<T>(why: impl Into<String>) -> Result<T, PolicyError> {
    Err(PolicyError(why.into()))
}

impl Policy {
    /// Parses a document, refusing every element that [`evaluate`](Self::evaluate) would ignore.
    ///
    /// # Errors
    /// Says which element is wrong or not supported.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_BYTES {
            return refuse(format!("longer than {MAX_BYTES} bytes"));
        }
        let value = crate::json::parse(text.as_bytes())
            .map_err(|_| PolicyError("not valid JSON".into()))?;
        let Value::Object(members) = value else {
            return refuse("must be a JSON object");
        };
        let mut statements = None;
        let mut version = None;
        for (name, value) in members {
            match name.as_str() {
                "Version" => version = Some(value),
                "Id" => {}
                "Statement" => statements = Some(value),
                other => return refuse(format!("element `{other}` is not supported")),
            }
        }
        match version.as_ref().and_then(Value::as_str) {
            Some("2012-10-17" | "2008-10-17") => {}
            _ => return refuse("`Version` must be \"2012-10-17\" or \"2008-10-17\""),
        }
        let statements = match statements {
            Some(Value::Array(list)) => list,
            Some(one @ Value::Object(_)) => vec![one],
            _ => return refuse("`Statement` must be an object or a list of objects"),
        };
        let statements = statements
            .into_iter()
            .map(statement)
            .collect::<Result<_, _>>()?;
        Ok(Self { statements })
    }

    /// Judges `op` on `resource`, which is a pool's ARN or `*`.
    ///
    /// # Errors
    /// The refusal.
    pub fn evaluate(&self, op: Op, resource: &str) -> Result<(), Denial> {
        let action = format!("cognito-idp:{}", op.name()).to_ascii_lowercase();
        // A caller who may not see terms must not see them by way of their client either (admin.md 8.2).
        let denied_with = (op == Op::DescribeTermsByClient).then_some("cognito-idp:describeterms");
        let denies = |s: &&Statement| s.deny && denied_with.is_some_and(|a| s.covers(a, resource));
        if self.statements.iter().any(|s| denies(&s)) {
            return Err(Denial::ExplicitDeny);
        }
        let mut allowed = false;
        for statement in self
            .statements
            .iter()
            .filter(|s| s.covers(&action, resource))
        {
            if statement.deny {
                return Err(Denial::ExplicitDeny);
            }
            allowed = true;
        }
        if allowed {
            Ok(())
        } else {
            Err(Denial::NotAllowed)
        }
    }

    /// True if a statement denies `op` on `resource`, whatever else is allowed.
    pub fn denies(&self, op: Op, resource: &str) -> bool {
        self.evaluate(op, resource) == Err(Denial::ExplicitDeny)
    }
}

impl Statement {
    fn covers(&self, action: &str, resource: &str) -> bool {
        let named = self.actions.iter().any(|pattern| glob(pattern, action));
        named != self.inverted && self.resources.iter().any(|r| r.matches(resource))
    }
}

impl Target {
    fn matches(&self, resource: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Arn(patterns) => {
                let segments: Vec<&str> = resource.splitn(6, ':').collect();
                segments.len() == patterns.len()
                    && patterns.iter().zip(segments).all(|(p, s)| glob(p, s))
            }
        }
    }
}

fn statement(value: Value) -> Result<Statement, PolicyError> {
    let Value::Object(members) = value else {
        return refuse("a statement must be an object");
    };
    let (mut deny, mut actions, mut resources) = (None, None, None);
    for (name, value) in members {
        match name.as_str() {
            "Sid" => {}
            "Effect" => {
                deny = match value.as_str() {
                    Some("Allow") => Some(false),
                    Some("Deny") => Some(true),
                    _ => return refuse("`Effect` must be \"Allow\" or \"Deny\""),
                }
            }
            "Action" | "NotAction" => {
                if actions.is_some() {
                    return refuse("a statement has one of `Action` and `NotAction`");
                }
                actions = Some((texts(&name, value)?, name == "NotAction"));
            }
            "Resource" => resources = Some(texts(&name, value)?),
            other => return refuse(format!("element `{other}` of a statement is not supported")),
        }
    }
    let (Some(deny), Some((actions, inverted)), Some(resources)) = (deny, actions, resources)
    else {
        return refuse("a statement needs `Effect`, `Action` or `NotAction`, and `Resource`");
    };
    for action in &actions {
        if action != "*" && !action.contains(':') {
            return refuse(format!(
                "action `{action}` must be `*` or have the form service:action"
            ));
        }
    }
    let actions = actions.iter().map(|a| a.to_ascii_lowercase()).collect();
    let resources = resources
        .into_iter()
        .map(resource)
        .collect::<Result<_, _>>()?;
    Ok(Statement {
        deny,
        actions,
        inverted,
        resources,
    })
}

fn resource(text: String) -> Result<Target, PolicyError> {
    if text == "*" {
        return Ok(Target::Any);
    }
    if text.contains("${") {
        return refuse(format!(
            "resource `{text}`: policy variables are not supported"
        ));
    }
    let segments: Vec<String> = text.splitn(6, ':').map(str::to_owned).collect();
    if segments.len() != 6 || segments.first().is_none_or(|s| s != "arn") {
        return refuse(format!(
            "resource `{text}` must be `*` or an ARN with six parts"
        ));
    }
    Ok(Target::Arn(segments))
}

fn texts(name: &str, value: Value) -> Result<Vec<String>, PolicyError> {
    let list = match value {
        Value::String(one) => vec![one],
        Value::Array(items) if !items.is_empty() => {
            let texts: Option<Vec<String>> = items
                .into_iter()
                .map(|v| v.as_str().map(str::to_owned))
                .collect();
            match texts {
                Some(texts) => texts,
                None => return refuse(format!("`{name}` must hold texts")),
            }
        }
        _ => return refuse(format!("`{name}` must be a text or a list of texts")),
    };
    Ok(list)
}

/// True if `text` matches `pattern`, where `*` matches any run of characters and `?` matches one. It remembers only the
/// last star, so that no pattern is slow.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&q) if q == '?' || q == c => {
                p += 1;
                t += 1;
            }
            _ => match star {
                // The last star matches one more character.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POOL: &str = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc";

    fn policy(statements: Value) -> Policy {
        Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string())
            .unwrap()
    }

    fn refusal(document: Value) -> String {
        Policy::parse(&document.to_string())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_deny_of_describe_terms_covers_the_terms_of_a_client() {
        let policy = Policy::parse(
            r#"{"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Action":"cognito-idp:*","Resource":"*"},
                {"Effect":"Deny","Action":"cognito-idp:DescribeTerms","Resource":"*"}]}"#,
        )
        .unwrap();
        let pool = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_AbCdEf123";
        for op in [Op::DescribeTerms, Op::DescribeTermsByClient] {
            assert!(matches!(
                policy.evaluate(op, pool),
                Err(Denial::ExplicitDeny)
            ));
        }
        assert!(policy.evaluate(Op::ListTerms, pool).is_ok());
    }

    #[test]
    fn nothing_is_allowed_by_default() {
        assert_eq!(
            policy(json!([])).evaluate(Op::AdminGetUser, POOL),
            Err(Denial::NotAllowed)
        );
    }

    #[test]
    fn wildcards_and_case_of_actions() {
        let p = policy(
            json!({"Effect": "Allow", "Action": ["cognito-idp:admin?etUser", "COGNITO-IDP:List*"], "Resource": "*"}),
        );
        assert_eq!(p.evaluate(Op::AdminGetUser, POOL), Ok(()));
        assert_eq!(p.evaluate(Op::ListUsers, POOL), Ok(()));
        assert_eq!(p.evaluate(Op::ListUserPools, "*"), Ok(()));
        assert_eq!(
            p.evaluate(Op::AdminDeleteUser, POOL),
            Err(Denial::NotAllowed)
        );
    }

    #[test]
    fn a_deny_wins_whatever_the_order() {
        let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let deny =
            json!({"Effect": "Deny", "Action": "cognito-idp:AdminDelete*", "Resource": POOL});
        for p in [policy(json!([allow, deny])), policy(json!([deny, allow]))] {
            assert_eq!(
                p.evaluate(Op::AdminDeleteUser, POOL),
                Err(Denial::ExplicitDeny)
            );
            assert_eq!(p.evaluate(Op::AdminGetUser, POOL), Ok(()));
        }
    }

    #[test]
    fn not_action_is_everything_else() {
        let p =
            policy(json!({"Effect": "Allow", "NotAction": "cognito-idp:Delete*", "Resource": "*"}));
        assert_eq!(
            p.evaluate(Op::DeleteUserPool, POOL),
            Err(Denial::NotAllowed)
        );
        assert_eq!(p.evaluate(Op::DescribeUserPool, POOL), Ok(()));
    }

    #[test]
    fn a_pool_pattern_reaches_neither_other_pools_nor_over_a_colon_nor_account_wide_operations() {
        let p = policy(
            json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:cognito-idp:*:*:userpool/us-east-1_a*"}),
        );
        assert_eq!(p.evaluate(Op::AdminGetUser, POOL), Ok(()));
        assert!(
            p.evaluate(
                Op::AdminGetUser,
                "arn:aws:cognito-idp:us-east-1:0:userpool/us-east-1_b"
            )
            .is_err()
        );
        assert!(p.evaluate(Op::ListUserPools, "*").is_err());
        let p = policy(
            json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:cognito-idp:*:userpool/us-east-1_abc:*"}),
        );
        assert!(p.evaluate(Op::AdminGetUser, POOL).is_err());
    }

    #[test]
    fn elements_that_are_not_evaluated_are_refused() {
        let statement = |extra: (&str, Value)| {
            let mut s = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            s[extra.0] = extra.1;
            refusal(json!({"Version": "2012-10-17", "Statement": s}))
        };
        for name in [
            "Condition",
            "NotResource",
            "Principal",
            "NotPrincipal",
            "Extra",
        ] {
            let expected =
                format!("policy document: element `{name}` of a statement is not supported");
            assert_eq!(statement((name, json!({}))), expected);
        }
        assert!(statement(("NotAction", json!("x:y"))).contains("one of `Action` and `NotAction`"));
        assert!(
            statement((
                "Resource",
                json!("arn:aws:cognito-idp:*:*:userpool/${aws:username}")
            ))
            .contains("variables")
        );
        assert!(statement(("Resource", json!("arn:aws:*"))).contains("six parts"));
        assert!(statement(("Action", json!("AdminGetUser"))).contains("service:action"));
        assert!(statement(("Effect", json!("allow"))).contains("`Effect`"));
        assert!(
            refusal(json!({"Version": "2012-10-17", "Statement": [], "Extra": 1}))
                .contains("`Extra`")
        );
        assert!(refusal(json!({"Statement": []})).contains("`Version`"));
        assert!(
            refusal(
                json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}})
            )
            .contains("needs")
        );
        let twice = r#"{"Version":"2012-10-17","Statement":[],"Statement":[]}"#;
        assert_eq!(
            Policy::parse(twice).unwrap_err().to_string(),
            "policy document: not valid JSON"
        );
    }

    #[test]
    fn globs() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b", "xaxbxb", true),
            ("", "", true),
            ("", "a", false),
            ("**", "x", true),
            ("a", "A", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }
}
