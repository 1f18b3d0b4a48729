//! Tests that validation returns an answer for any body, and that an accepted body converts to the typed request.

use std::collections::BTreeSet;

use cognate_shapes::{Op, each_operation, validate};
use serde_json::{Map, Value, json};

/// How many bodies are tried; each takes a few microseconds.
const BODIES: usize = 60_000;

fn typed(op: Op, body: Value) -> Result<(), serde_json::Error> {
    macro_rules! by_operation {
        ($(($op:ident $request:ident))*) => {
            match op {
                $(Op::$op => serde_json::from_value::<cognate_shapes::$request>(body).map(|_| ()),)*
            }
        };
    }
    each_operation!(by_operation)
}

/// A small generator of numbers (xorshift), so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const TEXTS: [&str; 12] = [
    "",
    "a",
    "us-east-1_abc",
    "user@example.com",
    "{####} is your code",
    " x",
    "\0",
    "é漢\u{1f600}",
    "AQID",
    "ENABLED",
    "arn:aws:iam::000000000000:role/x",
    "email",
];

/// Any JSON, with member names of the API, so that it often gets far.
fn any(dice: &mut Dice, names: &[&str], levels: usize) -> Value {
    match dice.below(if levels == 0 { 5 } else { 9 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!([0.5, -1.0, 1e300, 7.0, 4e9][dice.below(5)]),
        3 => json!(dice.below(100)),
        4 => json!(dice.pick(&TEXTS)),
        5 => Value::Array(
            (0..dice.below(4))
                .map(|_| any(dice, names, levels - 1))
                .collect(),
        ),
        _ => Value::Object(object(dice, names, levels)),
    }
}

fn object(dice: &mut Dice, names: &[&str], levels: usize) -> Map<String, Value> {
    (0..dice.below(8))
        .map(|_| {
            (
                dice.pick(names).to_owned(),
                any(dice, names, levels.saturating_sub(1)),
            )
        })
        .collect()
}

#[test]
fn validation_answers_any_body_and_what_it_accepts_is_a_typed_request() {
    let model = include_str!("../../../../model/cognito-idp.model");
    let names: BTreeSet<&str> = model
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .map(|name| name.trim_end_matches('!'))
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let mut dice = Dice(0x5EED_CAFE);
    let mut accepted = 0;
    for _ in 0..BODIES {
        let op = Op::ALL[dice.below(Op::ALL.len())];
        let mut body = any(&mut dice, &names, 5);
        if let Value::Object(members) = &mut body {
            // The names that most requests need, so that some requests are complete.
            for (name, value) in [
                ("UserPoolId", "us-east-1_abc"),
                ("Username", "u"),
                ("AccessToken", "t"),
                ("ClientId", "c"),
            ] {
                members.entry(name).or_insert_with(|| json!(value));
            }
        }
        let sent = body.clone();
        if validate(op, &mut body).is_ok() {
            accepted += 1;
            if let Err(error) = typed(op, body) {
                panic!("{} accepts {sent}, which is no request: {error}", op.name());
            }
        }
    }
    assert!(
        accepted > BODIES / 50,
        "only {accepted} bodies were accepted"
    );
}
