//! The walker against a second opinion: tests/conformance/checker.py tries every operation, input member and constraint
//! and says what the service would answer. What passes must then turn into its typed request.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use cognate_shapes::{Op, Rejection, each_operation, validate};
use serde_json::{Value, json};

/// Turns a valid body into the typed request of the operation.
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

/// Writes out the runs that the checker shortened: `\u{2}c*N\u{3}` is N times `c`. None if a run is malformed.
fn lengthened(line: &str) -> Option<String> {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, run)) = rest.split_once('\u{2}') {
        let (run, after) = run.split_once('\u{3}')?;
        let mut chars = run.chars();
        let unit = chars.next()?;
        let times: usize = chars.as_str().strip_prefix('*')?.parse().ok()?;
        out.push_str(before);
        out.extend(std::iter::repeat_n(unit, times));
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[test]
fn every_operation_member_and_constraint_answers_as_the_second_checker_says() {
    let checker = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/checker.py");
    let mut child = Command::new("python3")
        .arg(checker)
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed");
    let mut cases = 0_usize;
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let case: Value = serde_json::from_str(&lengthened(&line.unwrap()).unwrap()).unwrap();
        let op = Op::from_name(case["op"].as_str().unwrap()).unwrap();
        let mut body = case["body"].clone();
        let outcome = match validate(op, &mut body) {
            Ok(()) => {
                if let Err(error) = typed(op, body) {
                    wrong.push(format!(
                        "{} {}: valid, but not typed: {error}",
                        op.name(),
                        case["what"]
                    ));
                }
                Value::Null
            }
            Err(Rejection::Serialization(text)) => json!({ "serialization": text }),
            Err(Rejection::Invalid(text)) => json!({ "invalid": text }),
        };
        if outcome != case["expect"] {
            wrong.push(format!(
                "{} {}:\n  got {outcome:.600}\n  not {:.600}",
                op.name(),
                case["what"],
                case["expect"]
            ));
        }
        seen.insert(op);
        cases += 1;
    }
    assert!(child.wait().unwrap().success(), "the checker failed");
    assert!(
        wrong.is_empty(),
        "{} of {cases} differ, such as\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
    assert_eq!(seen.len(), Op::ALL.len(), "an operation was not tried");
    assert!(cases > 20_000, "only {cases} cases");
}
