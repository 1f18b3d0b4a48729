//! Attribute schemas against an independent model: which declarations a pool takes, which values a user may have, and
//! what a later change may do.

use each_engine::each_engine;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::properties::holds;
use crate::support::TestApp;
use crate::support::users::{PASSWORD, attribute, client, pool, user};

/// The type of an attribute, with its limits.
#[derive(Clone, Debug)]
enum Kind {
    Text(Option<i64>, Option<i64>),
    Number(Option<i64>, Option<i64>),
    Flag,
    Time,
}

#[derive(Clone, Debug)]
struct Declared {
    kind: Kind,
    mutable: bool,
    required: bool,
}

fn limits(range: std::ops::Range<i64>) -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let limit = prop::option::of(range);
    (limit.clone(), limit)
}

fn declared() -> impl Strategy<Value = Declared> {
    let kind = prop_oneof![
        4 => limits(0..7).prop_map(|(min, max)| Kind::Text(min, max)),
        4 => limits(-7..7).prop_map(|(min, max)| Kind::Number(min, max)),
        1 => Just(Kind::Flag),
        1 => Just(Kind::Time),
    ];
    (kind, any::<bool>(), prop::bool::weighted(0.03)).prop_map(|(kind, mutable, required)| {
        Declared {
            kind,
            mutable,
            required,
        }
    })
}

/// Returns a value that may or may not fit any kind.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a\u{6f22}]{0,9}",
        3 => (-9_i64..9).prop_map(|n| n.to_string()),
        1 => prop::sample::select(vec!["true", "FALSE", "yes", "1.5", "2024-02-29", "2023-02-29", "2024-02-29T23:59:00Z", "2024-02-29T24:00"])
            .prop_map(str::to_owned),
    ]
}

impl Declared {
    fn ask(&self, n: usize) -> Value {
        let (kind, member, names, min, max) = match self.kind {
            Kind::Text(min, max) => (
                "String",
                "StringAttributeConstraints",
                ["MinLength", "MaxLength"],
                min,
                max,
            ),
            Kind::Number(min, max) => (
                "Number",
                "NumberAttributeConstraints",
                ["MinValue", "MaxValue"],
                min,
                max,
            ),
            Kind::Flag => ("Boolean", "", [""; 2], None, None),
            Kind::Time => ("DateTime", "", [""; 2], None, None),
        };
        let mut asked = json!({"Name": format!("a{n}"), "AttributeDataType": kind, "Mutable": self.mutable, "Required": self.required});
        for (name, limit) in names.into_iter().zip([min, max]) {
            if let Some(limit) = limit {
                asked[member][name] = json!(limit.to_string());
            }
        }
        asked
    }

    /// True if a pool accepts it: custom attributes are never required, and no range is empty.
    fn is_possible(&self) -> bool {
        let (min, max) = match self.kind {
            Kind::Text(min, max) | Kind::Number(min, max) => (min, max),
            Kind::Flag | Kind::Time => (None, None),
        };
        !self.required && min.unwrap_or(i64::MIN) <= max.unwrap_or(i64::MAX)
    }

    /// True if a value fits; an empty one is none.
    fn takes(&self, value: &str) -> bool {
        let within = |n: i64, min: Option<i64>, max: Option<i64>| {
            min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max)
        };
        match self.kind {
            Kind::Text(min, max) => within(value.chars().count() as i64, min, max),
            Kind::Number(min, max) => value.parse().is_ok_and(|n| within(n, min, max)),
            Kind::Flag => ["true", "false"].contains(&value.to_lowercase().as_str()),
            Kind::Time => ["2024-02-29", "2024-02-29T23:59:00Z"].contains(&value),
        }
    }

    /// Returns the stored form of a value that fits.
    fn kept(&self, value: &str) -> Option<String> {
        match self.kind {
            _ if value.is_empty() => None,
            Kind::Flag => Some(value.to_lowercase()),
            _ => Some(value.to_owned()),
        }
    }
}

/// Returns the attribute list of a request.
fn given(values: &[String]) -> Value {
    let pair = |(n, value)| json!({"Name": format!("custom:a{n}"), "Value": value});
    values.iter().enumerate().map(pair).collect()
}

async fn shown(t: &TestApp, pool: &str, count: usize) -> Vec<Option<String>> {
    let shown = user(t, pool, "bob").await;
    (0..count)
        .map(|n| attribute(&shown, &format!("custom:a{n}")).map(str::to_owned))
        .collect()
}

/// True if the call was refused because of its input, and for no other reason.
fn refused(answer: Result<Value, (String, String)>) -> bool {
    match answer {
        Ok(_) => false,
        Err((code, message)) => {
            assert_eq!(code, "InvalidParameterException", "{message}");
            true
        }
    }
}

#[each_engine]
async fn a_schema_takes_and_refuses_what_its_model_does(t: &TestApp) {
    let attribute = || (declared(), value(), value());
    let inputs = prop::collection::vec(attribute(), 1..5);
    holds(
        40,
        &inputs,
        async |attributes: Vec<(Declared, String, String)>| {
            let schema: Vec<_> = attributes
                .iter()
                .enumerate()
                .map(|(n, (declared, ..))| declared.ask(n))
                .collect();
            let made = t
                .call("CreateUserPool", json!({"PoolName": "p", "Schema": schema}))
                .await;
            let possible = attributes
                .iter()
                .all(|(declared, ..)| declared.is_possible());
            let added = t.ok("CreateUserPool", json!({"PoolName": "q"})).await;
            let later = json!({"UserPoolId": added["UserPool"]["Id"], "CustomAttributes": schema});
            let later = t.call("AddCustomAttributes", later).await;
            assert_eq!((made.is_ok(), later.is_ok()), (possible, possible));
            let Ok(made) = made else {
                refused(made);
                refused(later);
                return;
            };
            let pool = made["UserPool"]["Id"].as_str().unwrap();
            let both = t
                .ok(
                    "DescribeUserPool",
                    json!({"UserPoolId": added["UserPool"]["Id"]}),
                )
                .await;
            assert_eq!(
                both["UserPool"]["SchemaAttributes"],
                made["UserPool"]["SchemaAttributes"]
            );

            let first: Vec<String> = attributes
                .iter()
                .map(|(_, first, _)| first.clone())
                .collect();
            let create = json!({"UserPoolId": pool, "Username": "bob", "MessageAction": "SUPPRESS", "UserAttributes": given(&first)});
            let fits = attributes
                .iter()
                .all(|(declared, first, _)| first.is_empty() || declared.takes(first));
            assert_eq!(refused(t.call("AdminCreateUser", create).await), !fits);
            if !fits {
                return;
            }
            let had: Vec<_> = attributes
                .iter()
                .map(|(declared, first, _)| declared.kept(first))
                .collect();
            assert_eq!(shown(t, pool, attributes.len()).await, had);

            // One by one, so that each answer is about one attribute.
            for (n, (declared, _, second)) in attributes.iter().enumerate() {
                let list = json!([{"Name": format!("custom:a{n}"), "Value": second}]);
                let update = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": list});
                let may = declared.mutable && (second.is_empty() || declared.takes(second));
                assert_eq!(
                    refused(t.call("AdminUpdateUserAttributes", update).await),
                    !may,
                    "{declared:?} {second:?}"
                );
            }
            let has: Vec<_> = attributes
                .iter()
                .zip(had)
                .map(|((declared, _, second), had)| {
                    match declared.mutable && (second.is_empty() || declared.takes(second)) {
                        true => declared.kept(second),
                        false => had,
                    }
                })
                .collect();
            assert_eq!(shown(t, pool, attributes.len()).await, has);
        },
    );
}

#[each_engine]
async fn users_bring_what_a_schema_requires_of_them(t: &TestApp) {
    let standard = ["nickname", "gender", "website", "locale"];
    // Of each: whether it is required, whether it may change later, whether the request has it.
    let inputs = prop::array::uniform4((any::<bool>(), any::<bool>(), any::<bool>()));
    holds(30, &inputs, async |attributes| {
        let of = || standard.into_iter().zip(attributes);
        let schema: Vec<_> = of()
            .map(|(name, (required, mutable, _))| json!({"Name": name, "AttributeDataType": "String", "Required": required, "Mutable": mutable}))
            .collect();
        let pool = pool(t, json!({"Schema": schema})).await;
        let client = client(t, &pool, json!({})).await;
        let given: Value = of()
            .filter(|(_, (.., has))| *has)
            .map(|(name, _)| json!({"Name": name, "Value": "x"}))
            .collect();
        // Who signs up brings everything; an administrator may leave to the user what the user can still set.
        let lacks = |required: bool, mutable: bool, has: bool, by_user: bool| {
            required && !has && (by_user || !mutable)
        };
        let user = json!({"ClientId": client, "Username": "ann", "Password": PASSWORD, "UserAttributes": given});
        let missing = of().any(|(_, (required, mutable, has))| lacks(required, mutable, has, true));
        assert_eq!(refused(t.call("SignUp", user).await), missing);
        let user = json!({"UserPoolId": pool, "Username": "bob", "MessageAction": "SUPPRESS", "UserAttributes": given});
        let missing =
            of().any(|(_, (required, mutable, has))| lacks(required, mutable, has, false));
        assert_eq!(refused(t.call("AdminCreateUser", user).await), missing);
        if missing {
            return;
        }
        // What is required never goes, what is fixed never changes.
        for (name, (required, mutable, has)) in of() {
            let list = json!([{"Name": name, "Value": "y"}]);
            let update = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": list});
            assert_eq!(
                refused(t.call("AdminUpdateUserAttributes", update).await),
                !mutable,
                "{name}"
            );
            let delete =
                json!({"UserPoolId": pool, "Username": "bob", "UserAttributeNames": [name]});
            assert_eq!(
                refused(t.call("AdminDeleteUserAttributes", delete).await),
                required || !mutable,
                "{name}"
            );
            let left = attribute(&crate::support::users::user(t, &pool, "bob").await, name)
                .map(str::to_owned);
            let expected = match (mutable, required) {
                (false, _) => has.then_some("x"),
                (true, true) => Some("y"),
                (true, false) => None,
            };
            assert_eq!(left.as_deref(), expected, "{name}");
        }
    });
}
