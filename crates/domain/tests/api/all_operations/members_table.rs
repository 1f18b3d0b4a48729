//! The last column of docs/operations.tsv: no member of a request is swallowed. Each is read by the code of its
//! operation, or stands there as pending; and what is stored for a feature without code stands there too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cognate_domain::dispatch::NOT_BUILT;
use cognate_domain::pending::{CLIENT_SETTINGS, POOL_SETTINGS};
use cognate_shapes::Op;

const TABLE: &str = include_str!("../../../../../docs/operations.tsv");
const MODEL: &str = include_str!("../../../../../model/cognito-idp.model");

/// Operations and members of theirs that are stored and shown, or refused, and that nothing obeys yet. A row leaves
/// with the feature, here and in the table.
const STORED: &[(&[&str], &[&str])] = &[
    (
        &["CreateUserPoolDomain", "UpdateUserPoolDomain"],
        &["CustomDomainConfig", "Routing"],
    ),
    (
        &["CreateResourceServer", "UpdateResourceServer"],
        &["ScopeDescription"],
    ),
    (&["UpdateProvisionedLimit"], &["RequestedLimitValue"]),
];

/// Members with one possible value, which says nothing.
const SAY_NOTHING: &[&str] = &["LimitDefinition.LimitClass"];

/// A row of the table.
struct Row {
    folder: &'static str,
    pending: Vec<&'static str>,
}

impl Row {
    /// True if a member, or a member that contains it, is pending. The table may leave out the outermost names.
    fn holds(&self, path: &str) -> bool {
        let path = format!(".{path}.");
        let is = |member: &&str| *member == "*" || path.contains(&format!(".{member}."));
        self.pending.iter().any(is)
    }
}

fn table() -> BTreeMap<&'static str, Row> {
    let row = |line: &'static str| {
        let cells: Vec<_> = line.split('\t').collect();
        let pending = cells[5].split(", ").filter(|cell| *cell != "-").collect();
        (
            cells[0],
            Row {
                folder: cells[1],
                pending,
            },
        )
    };
    TABLE.lines().skip(1).map(row).collect()
}

/// The shapes of the requests: the members of structures, and what lists and maps hold.
#[derive(Default)]
struct Model {
    inputs: BTreeMap<&'static str, &'static str>,
    members: BTreeMap<&'static str, Vec<(&'static str, &'static str)>>,
    held: BTreeMap<&'static str, &'static str>,
}

impl Model {
    fn read() -> Self {
        let (mut model, mut current) = (Self::default(), "");
        for line in MODEL.lines() {
            let mut words = line.split_whitespace();
            let (Some(kind), Some(name)) = (words.next(), words.next()) else {
                continue;
            };
            if line.starts_with("  ") {
                let members = model.members.get_mut(current).unwrap();
                members.push((kind.trim_end_matches('!'), name));
                continue;
            }
            match kind {
                "op" => {
                    let input = words.nth(2).unwrap();
                    assert!(input.ends_with("Request"), "{line}");
                    model.inputs.insert(name, input);
                }
                "struct" => {
                    model.members.insert(name, Vec::new());
                    current = name;
                }
                "list" | "map" => {
                    let held = words.rfind(|word| *word != "secret").unwrap();
                    model.held.insert(name, held);
                }
                _ => {}
            }
        }
        model
    }

    /// Calls `see` with the path of each member of a request; below those for which it is false, it does not look.
    fn walk(&self, shape: &'static str, path: &str, see: &mut impl FnMut(&str) -> bool) {
        let mut shape = shape;
        while let Some(held) = self.held.get(shape) {
            shape = held;
        }
        for (name, shape) in self.members.get(shape).into_iter().flatten() {
            let path = match path {
                "" => (*name).to_owned(),
                above => format!("{above}.{name}"),
            };
            if see(&path) {
                self.walk(shape, &path, see);
            }
        }
    }
}

/// Collects the words of the code in a folder or file, without their underscores and in lower case: as a member's name
/// is written in all of its forms. Comments and tests are no code.
fn words(place: &Path, into: &mut BTreeSet<String>) {
    let files = match place.is_dir() {
        true => std::fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect(),
        false => vec![place.to_owned()],
    };
    for path in files {
        if path.is_dir() {
            words(&path, into);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for line in code.lines() {
            let line = line.split("//").next().unwrap();
            let found = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            into.extend(found.map(|word| word.replace('_', "").to_lowercase()));
        }
    }
}

#[test]
fn every_member_of_a_request_is_read_or_pending() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut everywhere = BTreeSet::new();
    words(&source, &mut everywhere);
    // The senders obey what is in EmailConfiguration and SmsConfiguration.
    words(&source.join("../../courier/src"), &mut everywhere);
    let (model, table) = (Model::read(), table());
    let mut swallowed = Vec::new();
    for op in Op::ALL.iter().filter(|op| !NOT_BUILT.contains(op)) {
        let row = &table[op.name()];
        let mut here = BTreeSet::new();
        words(&source.join("ops").join(row.folder), &mut here);
        for shared in [
            source.join("resources").join(row.folder),
            source.join("users").join(row.folder).with_extension("rs"),
        ] {
            if shared.exists() {
                words(&shared, &mut here);
            }
        }
        if row.folder == "auth" {
            words(&source.join("signin"), &mut here);
        }
        model.walk(model.inputs[op.name()], "", &mut |path| {
            let name = path.rsplit('.').next().unwrap().to_lowercase();
            let known = match path.contains('.') {
                true => &everywhere,
                false => &here,
            };
            if known.contains(&name) || row.holds(path) || SAY_NOTHING.contains(&path) {
                return !row.holds(path);
            }
            swallowed.push(format!("{} {path}", op.name()));
            false
        });
    }
    assert!(
        swallowed.is_empty(),
        "neither read nor pending in docs/operations.tsv:\n{}",
        swallowed.join("\n")
    );
}

#[test]
fn what_is_stored_and_not_obeyed_is_pending() {
    let table = table();
    for (operations, members) in STORED {
        for op in *operations {
            for member in *members {
                assert!(table[op].holds(member), "{op} {member}");
            }
        }
    }
    let pools = POOL_SETTINGS.iter().map(|setting| setting.name);
    let clients = CLIENT_SETTINGS.iter().map(|setting| setting.name);
    for (kind, names) in [
        ("UserPool", pools.collect::<Vec<_>>()),
        ("UserPoolClient", clients.collect()),
    ] {
        for name in names {
            for op in [format!("Create{kind}"), format!("Update{kind}")] {
                assert!(table[op.as_str()].holds(name), "{op} {name}");
            }
        }
    }
}

#[test]
fn every_pending_member_is_one() {
    let model = Model::read();
    for (op, row) in table() {
        let mut paths = Vec::new();
        model.walk(model.inputs[op], "", &mut |path| {
            paths.push(format!(".{path}."));
            // No request holds itself, so this ends.
            true
        });
        for member in row.pending.iter().filter(|member| **member != "*") {
            let known = |path: &String| path.contains(&format!(".{member}."));
            assert!(paths.iter().any(known), "{op} has no {member}");
        }
    }
}
