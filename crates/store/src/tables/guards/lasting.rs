//! What batches may add that hold neither their pool nor their user.

use super::{OF_POOL, USER, USER_AT};
use crate::Batch;
use crate::batch::Requirement;
use crate::tables::catalogue::{CATALOGUE, Expiry, Scope};

/// Returns a statement by which a batch could leave rows in a pool that is purged already: it has
/// [`require_pool_active_now`](super::require_pool_active_now), nothing that holds the pool or the user until the commit, and
/// adds rows that do not go by themselves. None for every batch of the program.
#[must_use]
pub fn leaves_rows(batch: &Batch) -> Option<&'static str> {
    let statements = || batch.statements.iter();
    let is_now = |requirement| matches!(requirement, Requirement::ExistsNow(_));
    if !statements().any(|each| is_now(each.requirement)) {
        return None;
    }
    let holds = statements().any(|each| match each.requirement {
        Requirement::Exists(_) => {
            OF_POOL.contains(&each.sql) || [USER, USER_AT].contains(&each.sql)
        }
        Requirement::One(_) => {
            each.sql.starts_with("UPDATE users ") || each.sql.starts_with("DELETE FROM users ")
        }
        _ => false,
    });
    match holds {
        true => None,
        false => statements()
            .map(|each| each.sql)
            .find(|sql| adds_for_ever(sql)),
    }
}

/// True for a statement that adds rows of a pool which nothing but the purge would delete.
fn adds_for_ever(sql: &str) -> bool {
    let Some(name) = sql.strip_prefix("INSERT INTO ") else {
        return false;
    };
    let name = name.split([' ', '(']).next().unwrap_or_default();
    let table = CATALOGUE.iter().find(|table| table.name == name);
    // Records for export are dropped by their job when it finds no pool.
    table.is_none_or(|table| {
        table.expiry == Expiry::Never && table.scope != Scope::Global && name != "log_records"
    })
}

#[cfg(test)]
mod tests {
    use super::super::{
        USER_CHANGED, require_pool_active, require_pool_active_now, require_pool_shape,
        require_pool_writable, require_provider_exists_now, require_user_absent,
        require_user_exists, require_user_unchanged, require_users_writable, requires_pool,
    };
    use super::*;
    use crate::params;
    use crate::tables::{codes, risk_profiles, sessions};

    fn spend(batch: Batch) -> Batch {
        sessions::spend(batch, "p", "nonce", 1)
    }

    /// Adds a row that stays.
    fn stays(batch: Batch) -> Batch {
        batch.run(
            "INSERT INTO provider_links (pool_id, provider_id) VALUES (?1, ?2)",
            params!["p", "x"],
        )
    }

    fn now() -> Batch {
        require_pool_active_now(Batch::new(), "p")
    }

    #[test]
    fn what_stays_needs_something_that_holds_its_pool() {
        assert_eq!(leaves_rows(&spend(now())), None);
        let left = leaves_rows(&stays(spend(now())));
        assert!(left.is_some_and(|sql| sql.contains("provider_links")));
        // The pool, the user as read, the user at all, or a change of the user.
        let held = [
            require_pool_writable(now(), "p"),
            require_user_unchanged(now(), "p", "u", 1),
            require_user_exists(now(), "p", "u"),
            now().one(
                "UPDATE users SET ver = ver + 1 WHERE user_id = ?1",
                params!["u"],
                USER_CHANGED,
            ),
        ];
        for batch in held {
            assert_eq!(leaves_rows(&stays(batch)), None);
        }
        // Nobody is locked who is not there, nor what is only looked at.
        let absent = require_user_absent(now(), "p", "u");
        assert!(leaves_rows(&stays(absent)).is_some());
        let provider = require_provider_exists_now(now(), "p", "i");
        assert!(leaves_rows(&stays(provider)).is_some());
        // Where the pool is not looked at, or held, there is nothing to say.
        assert_eq!(leaves_rows(&stays(Batch::new())), None);
        let strict = require_pool_active(Batch::new(), "p");
        assert_eq!(leaves_rows(&stays(strict)), None);
    }

    #[test]
    fn what_is_deleted_or_goes_by_itself_leaves_nothing() {
        let batch = risk_profiles::forget_user(now(), "p", "u");
        let batch = codes::delete(batch, "p", "u", "purpose");
        assert_eq!(leaves_rows(&batch), None);
        // A table that nobody knows.
        let unknown = now().run("INSERT INTO somewhere (a) VALUES (?1)", params![1]);
        assert!(leaves_rows(&unknown).is_some());
    }

    #[test]
    fn each_guard_of_a_pool_says_that_the_pool_is_active() {
        for batch in [
            require_pool_active(Batch::new(), "p"),
            now(),
            require_pool_writable(Batch::new(), "p"),
            require_users_writable(Batch::new(), "p", 1),
            require_pool_shape(Batch::new(), "p", 1),
        ] {
            assert!(requires_pool(&spend(batch.clone()), "p"));
            assert!(!requires_pool(&batch, "q"));
        }
        assert!(!requires_pool(&spend(Batch::new()), "p"));
    }
}
