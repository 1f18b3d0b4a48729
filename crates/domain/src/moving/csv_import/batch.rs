//! The rows of one commit: who is there already, and who becomes a user (moving.md 1.2).

use std::collections::{BTreeMap, BTreeSet};

use cognate_moving::csv::Line;
use cognate_store::Store;
use cognate_store::tables::users as table;

use crate::errors::{Result, users as texts};
use crate::moving::csv_import::results::{Outcome, Results};
use crate::moving::csv_import::row::{Reason, Rules};
use crate::records::login::Name;
use crate::records::pool::Pool;
use crate::records::user::{self, User};

/// The names that one read looks up, so that a reading thread is free for others in between.
const LOOKED_UP: usize = 64;

/// A row that was read.
pub struct Prepared {
    line: u64,
    user: std::result::Result<Box<Candidate>, Reason>,
}

/// A user, unless somebody has one of the names.
struct Candidate {
    user: User,
    /// To sign in with.
    names: Vec<(String, Name)>,
}

/// Reads rows. It takes a moment for each, so that it does not run on the async threads.
pub fn prepare(rules: &Rules, lines: Vec<Line>) -> Vec<Prepared> {
    let read = |line: Line| Prepared {
        line: line.number,
        user: rules.user(line).map(|user| {
            let names = user.logins(&rules.pool);
            Box::new(Candidate { user, names })
        }),
    };
    lines.into_iter().map(read).collect()
}

/// Who becomes a user, and what became of each row.
#[derive(Default)]
pub struct Sorted {
    /// The new users.
    pub users: Vec<User>,
    /// Of all rows.
    pub results: Results,
}

/// Sorts rows by what is in the pool: a name belongs to the user who was there before, or to the first row that has it.
///
/// # Errors
/// The store's.
pub async fn sort(store: &Store, pool: &Pool, rows: Vec<Prepared>) -> Result<Sorted> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for row in &rows {
        if let Ok(user) = &row.user {
            names.extend(user.names.iter().map(|(name, _)| name.as_str()));
        }
    }
    let names: Vec<&str> = names.into_iter().collect();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for part in names.chunks(LOOKED_UP) {
        let queries: Vec<_> = part
            .iter()
            .map(|name| table::kind_of_login(&pool.id, name))
            .collect();
        let found = store.read(&queries).await?;
        for (name, rows) in part.iter().zip(found) {
            if let Some(mut row) = rows.into_iter().next() {
                taken.insert((*name).to_owned(), row.take_text(0)?);
            }
        }
        tokio::task::yield_now().await;
    }
    let mut sorted = Sorted::default();
    for row in rows {
        let outcome = match row.user {
            Err(reason) => Outcome::Failed(reason.into_owned()),
            Ok(found) => {
                let Candidate { user, names } = *found;
                let clash = names.iter().find_map(|(name, kind)| {
                    let theirs = taken.get(name)?;
                    (!user::gives_way(pool, *kind, theirs)).then_some(*kind)
                });
                match clash {
                    None => {
                        for (name, kind) in names {
                            taken.insert(name, kind.as_str().to_owned());
                        }
                        sorted.users.push(user);
                        Outcome::Succeeded
                    }
                    Some(kind) => outcome_of_taken(pool, kind),
                }
            }
        };
        sorted.results.add(row.line, outcome);
    }
    Ok(sorted)
}

/// Returns what becomes of a row whose name of this kind is another user's.
fn outcome_of_taken(pool: &Pool, kind: Name) -> Outcome {
    let is_the_name = kind == Name::Username
        || (pool.has_username_attributes() && matches!(kind, Name::Email | Name::PhoneNumber));
    match is_the_name {
        true => Outcome::Skipped,
        false => Outcome::Failed(texts::account_text(kind.as_str())),
    }
}
