//! ListUsers finds the same users as a model of a few lines, whatever the values are, and paging does not change that.

use std::collections::BTreeMap;

use cognate_domain::users::filter::{Comparison, Filter};
use each_engine::each_engine;
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::properties::holds;
use crate::support::TestApp;
use crate::support::users::{PASSWORD, pool};

/// The free texts among the searchable attributes.
const TEXTS: [&str; 4] = ["name", "given_name", "family_name", "preferred_username"];
/// Everything that can be searched.
const SEARCHABLE: [&str; 10] = [
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "username",
    "email",
    "phone_number",
    "cognito:user_status",
    "status",
    "sub",
];

/// Characters that are special in a filter, to SQL, to Unicode, or at the end of an index's range.
const ODD: [char; 22] = [
    'a',
    'B',
    'b',
    '"',
    '\\',
    '%',
    '_',
    '*',
    '=',
    '^',
    '\'',
    '\u{e9}',
    'e',
    '\u{301}',
    '\u{df}',
    '\u{3a9}',
    '\u{6f22}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{10ffff}',
    '\u{1c5}',
    ' ',
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&ODD[..]), 0..8)
        .prop_map(|chars| chars.into_iter().collect())
}

/// A user to be made: the texts, whether enabled, whether confirmed.
#[derive(Clone, Debug)]
struct Plan {
    texts: [String; 4],
    enabled: bool,
    confirmed: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let texts = [text(), text(), text(), text()];
    (texts, any::<bool>(), any::<bool>()).prop_map(|(texts, enabled, confirmed)| Plan {
        texts,
        enabled,
        confirmed,
    })
}

/// A filter to be made: attribute, comparison, and a value taken from the beginning of a user's, changed or not.
#[derive(Clone, Debug)]
struct Search {
    attribute: &'static str,
    prefix: bool,
    of: usize,
    chars: usize,
    upper: bool,
    more: String,
    spaced: bool,
    limit: i64,
}

fn search() -> impl Strategy<Value = Search> {
    let more = prop_oneof![3 => Just(String::new()), 1 => text()];
    (
        prop::sample::select(&SEARCHABLE[..]),
        any::<bool>(),
        0..USERS,
        prop_oneof![Just(99_usize), 0_usize..9],
        any::<bool>(),
        more,
        any::<bool>(),
        1_i64..5,
    )
        .prop_map(
            |(attribute, prefix, of, chars, upper, more, spaced, limit)| Search {
                attribute,
                prefix,
                of,
                chars,
                upper,
                more,
                spaced,
                limit,
            },
        )
}

const USERS: usize = 8;

/// Returns the text of a filter.
fn render(attribute: &str, prefix: bool, value: &str, spaced: bool) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    let operator = if prefix { "^=" } else { "=" };
    if spaced {
        format!("  {attribute}  {operator} \"{value}\" ")
    } else {
        format!("{attribute}{operator}\"{value}\"")
    }
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

fn fold(text: &str) -> String {
    nfc(&nfc(text).to_lowercase())
}

/// True if the model's user matches: names and `status` as they are, everything else without case.
fn matches(user: &BTreeMap<&'static str, String>, search: &Search, value: &str) -> bool {
    let normal = match search.attribute {
        "username" | "status" => nfc,
        _ => fold,
    };
    let Some(has) = user.get(search.attribute).filter(|has| !has.is_empty()) else {
        return false;
    };
    let (has, value) = (normal(has), normal(value));
    if search.prefix {
        has.starts_with(&value)
    } else {
        has == value
    }
}

/// Makes the user and says what ListUsers should know of it.
async fn make(t: &TestApp, pool: &str, n: usize, plan: &Plan) -> BTreeMap<&'static str, String> {
    // A user name holds no spaces and nothing that is not assigned.
    let unnamed = [' ', '\u{d7ff}', '\u{e000}', '\u{10ffff}'];
    let name = format!("{n}{}", plan.texts[0].replace(unnamed, "x"));
    let mut model: BTreeMap<_, _> = TEXTS.into_iter().zip(plan.texts.iter().cloned()).collect();
    model.insert("email", format!("Mail{}@Example.com", n / 2));
    model.insert("phone_number", format!("+1555{}", 1000 + n / 3));
    let attributes: Vec<Value> = model
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes});
    let made = t.ok("AdminCreateUser", input).await;
    let who = json!({"UserPoolId": pool, "Username": name});
    if !plan.enabled {
        t.ok("AdminDisableUser", who).await;
    }
    if plan.confirmed {
        t.ok(
            "AdminSetUserPassword",
            json!({"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true}),
        )
        .await;
    }
    let sub = crate::support::users::attribute(&made["User"], "sub").unwrap();
    model.insert("sub", sub.to_owned());
    model.insert("username", name);
    let status = if plan.enabled { "Enabled" } else { "Disabled" };
    model.insert("status", status.to_owned());
    let status = match plan.confirmed {
        true => "CONFIRMED",
        false => "FORCE_CHANGE_PASSWORD",
    };
    model.insert("cognito:user_status", status.to_owned());
    model
}

/// Returns the names of all users that a filter finds, page by page, sorted; one that appears twice is listed twice.
async fn found(t: &TestApp, pool: &str, filter: &str, limit: i64) -> Vec<String> {
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let input =
            json!({"UserPoolId": pool, "Filter": filter, "Limit": limit, "PaginationToken": token});
        let page = t.ok("ListUsers", input).await;
        for user in page["Users"].as_array().unwrap() {
            names.push(user["Username"].as_str().unwrap().to_owned());
        }
        let Some(next) = page.get("PaginationToken") else {
            names.sort();
            return names;
        };
        token = next.clone();
    }
}

#[test]
fn a_filter_that_is_written_down_is_read_as_it_was_meant() {
    let inputs = (
        prop::sample::select(&SEARCHABLE[..]),
        any::<bool>(),
        prop_oneof![text(), any::<String>()],
        any::<bool>(),
    );
    proptest!(|((attribute, prefix, value, spaced) in inputs)| {
        let read = Filter::parse(&render(attribute, prefix, &value, spaced)).ok().flatten().unwrap();
        prop_assert_eq!(read.attribute, attribute);
        prop_assert_eq!(read.comparison == Comparison::Prefix, prefix);
        // Once more: what was read is in the form in which values are compared, and reading changes it no further.
        let again = Filter::parse(&render(attribute, prefix, &read.value, !spaced)).ok().flatten().unwrap();
        prop_assert_eq!(&again, &read);
        if attribute == "username" || attribute == "status" {
            prop_assert_eq!(read.value, nfc(&value));
        }
    });
}

#[test]
fn what_is_behind_the_closing_quote_or_never_closed_is_refused() {
    proptest!(|(value in text(), more in "[a-z\"\\\\]{1,4}")| {
        let whole = render("name", false, &value, false);
        let longer = whole.clone() + &more;
        prop_assert!(Filter::parse(&longer).is_err());
        prop_assert!(Filter::parse(&whole[..whole.len() - 1]).is_err());
    });
}

#[each_engine]
async fn list_users_finds_what_the_model_finds(t: &TestApp) {
    let inputs = (
        prop::collection::vec(plan(), USERS),
        prop::collection::vec(search(), 16),
    );
    holds(8, &inputs, async |(plans, searches)| {
        let pool = pool(t, json!({})).await;
        let mut users = Vec::new();
        for (n, plan) in plans.iter().enumerate() {
            users.push(make(t, &pool, n, plan).await);
        }
        for search in searches {
            let mut value: String = users[search.of][search.attribute]
                .chars()
                .take(search.chars)
                .collect();
            if search.upper {
                value = value.to_uppercase();
            }
            value.push_str(&search.more);
            let filter = render(search.attribute, search.prefix, &value, search.spaced);
            let mut expected: Vec<_> = users
                .iter()
                .filter(|user| matches(user, &search, &value))
                .map(|user| user["username"].clone())
                .collect();
            expected.sort();
            assert_eq!(
                found(t, &pool, &filter, search.limit).await,
                expected,
                "{filter}"
            );
        }
    });
}
