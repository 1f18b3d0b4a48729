//! The claims of a user's groups (auth.md 5.2, the group rule).

use cognate_store::Row;
use cognate_store::tables::groups::{self, GroupRow};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::group;
use crate::records::pool::Pool;

/// The claims `cognito:groups`, `cognito:roles` and `cognito:preferred_role`; empty for a user without groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupClaims {
    /// Names, the highest precedence first, those without one last; equals by name.
    pub groups: Vec<String>,
    /// The roles of the groups in the same order, each once.
    pub roles: Vec<String>,
    /// The role of the highest group.
    pub preferred_role: Option<String>,
}

/// Rows of a user's groups that were read with the user, before anything was proven: they are neither checked nor parsed.
#[derive(Clone, Debug)]
pub struct ReadBefore {
    user_id: String,
    rows: Vec<Row>,
    /// [`Cx::pauses`] when they were read.
    pauses: u32,
}

impl ReadBefore {
    /// Takes the rows of [`groups::of_user`].
    pub fn of_user(cx: &Cx<'_>, user_id: &str, rows: Vec<Row>) -> Self {
        Self {
            user_id: user_id.to_owned(),
            rows,
            pauses: cx.pauses(),
        }
    }

    /// Takes the rows of a query that tells whose they are.
    ///
    /// # Errors
    /// An internal fault for rows of another query.
    pub fn of_some_user(cx: &Cx<'_>, mut rows: Vec<Row>) -> Result<Option<Self>> {
        let Some(first) = rows.first_mut() else {
            return Ok(None);
        };
        let user_id = first.take_text(groups::OWNER)?;
        let mut of_groups = Vec::with_capacity(rows.len());
        for row in rows {
            if row.opt_text(0)?.is_some() {
                of_groups.push(row);
            }
        }
        Ok(Some(Self {
            user_id,
            rows: of_groups,
            pauses: cx.pauses(),
        }))
    }
}

impl GroupClaims {
    /// Returns the groups that were read with the user; reads them if they were not, or the action has paused since.
    ///
    /// # Errors
    /// Those of [`GroupClaims::load`].
    pub async fn of_sign_in(
        cx: &Cx<'_>,
        pool: &Pool,
        user_id: &str,
        before: Option<&ReadBefore>,
    ) -> Result<Self> {
        let is_good = |read: &&ReadBefore| read.user_id == user_id && read.pauses == cx.pauses();
        match before.filter(is_good) {
            Some(read) => Self::from_rows(pool, user_id, read.rows.clone()),
            None => Self::load(cx, pool, user_id).await,
        }
    }

    /// Reads the groups that the user is in now.
    ///
    /// # Errors
    /// The store's.
    pub async fn load(cx: &Cx<'_>, pool: &Pool, user_id: &str) -> Result<Self> {
        let (sql, params) = groups::of_user(&pool.id, user_id);
        Self::from_rows(pool, user_id, cx.store.rows(sql, params).await?)
    }

    /// Returns the groups in the rows of [`groups::of_user`].
    ///
    /// # Errors
    /// An internal fault for rows of another statement, and for rows that are not signed.
    pub fn from_rows(pool: &Pool, user_id: &str, rows: Vec<Row>) -> Result<Self> {
        Ok(Self::of(group::of_user(pool, user_id, rows)?))
    }

    fn of(mut rows: Vec<GroupRow>) -> Self {
        let rank = |group: &GroupRow| group.precedence.unwrap_or(i64::MAX);
        rows.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
        let highest = rows.first().map(rank);
        let mut best = rows
            .iter()
            .take_while(|group| Some(rank(group)) == highest)
            .filter_map(|group| group.role.as_deref());
        // Two groups of the same precedence with different roles prefer none.
        let first = best.next();
        let preferred_role = first
            .filter(|role| best.all(|other| other == *role))
            .map(str::to_owned);
        let mut claims = Self {
            preferred_role,
            ..Self::default()
        };
        for group in rows {
            claims.groups.push(group.name);
            if let Some(role) = group.role
                && !claims.roles.contains(&role)
            {
                claims.roles.push(role);
            }
        }
        claims
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, precedence: Option<i64>, role: Option<&str>) -> GroupRow {
        GroupRow {
            group_id: name.to_owned(),
            name: name.to_owned(),
            description: None,
            role: role.map(str::to_owned),
            precedence,
            created: 0,
            modified: 0,
            ver: 1,
            mac: None,
        }
    }

    #[test]
    fn the_lowest_number_comes_first_and_gives_its_role() {
        let claims = GroupClaims::of(vec![
            group("none", None, Some("r3")),
            group("ten", Some(10), Some("r2")),
            group("zero", Some(0), Some("r1")),
            group("also ten", Some(10), None),
        ]);
        assert_eq!(claims.groups, ["zero", "also ten", "ten", "none"]);
        assert_eq!(claims.roles, ["r1", "r2", "r3"]);
        assert_eq!(claims.preferred_role.as_deref(), Some("r1"));
    }

    #[test]
    fn equal_groups_prefer_a_role_only_if_they_agree() {
        let same = vec![
            group("a", Some(1), Some("r")),
            group("b", Some(1), Some("r")),
        ];
        let claims = GroupClaims::of(same);
        assert_eq!(
            (claims.roles.len(), claims.preferred_role.as_deref()),
            (1, Some("r"))
        );
        let different = vec![group("a", None, Some("r")), group("b", None, Some("s"))];
        let claims = GroupClaims::of(different);
        assert_eq!((claims.roles.len(), claims.preferred_role), (2, None));
    }

    #[test]
    fn the_role_of_a_lower_group_is_not_preferred() {
        let claims = GroupClaims::of(vec![
            group("a", Some(1), None),
            group("b", Some(2), Some("r")),
        ]);
        assert_eq!((claims.roles.len(), claims.preferred_role), (1, None));
    }

    #[test]
    fn a_user_without_groups_has_no_claims() {
        assert_eq!(GroupClaims::of(Vec::new()), GroupClaims::default());
    }
}
