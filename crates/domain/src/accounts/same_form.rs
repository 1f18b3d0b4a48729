//! The same form of a sign-up, sent twice: a browser without scripts sends both clicks of a double click, and shows the
//! answer to the second one alone.
//!
//! The id of the new user is made from what the form says, from a value that its sender alone has, and from the minute, by
//! the pool's key. So the second form, on whichever node, finds the user that the first one made, and gets its answer. It
//! looks for that user once one is in the way of its own.

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::UserStatusType;
use cognate_store::tables::users as table;

use crate::clock::MINUTE;
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::names;
use crate::records::pool::Pool;
use crate::records::user::User;

/// The memory that another user is in the way of the form's.
const IN_THE_WAY: &str = "a user is in the way of the form's";
/// The memory that the id of the form is used up: its user was deleted.
const USED_UP: &str = "the id of the form is used up";

/// A form, as far as it tells one from another.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    /// The value that its sender alone has; None if it can be sent once only.
    pub(super) sender: Option<&'a str>,
    /// The user name.
    pub(super) username: &'a str,
    /// The password.
    pub(super) password: Option<&'a SecretString>,
}

impl Form<'_> {
    /// Returns the id of the user that the form makes, the same in every run of the action.
    pub(super) fn user_id(&self, cx: &Cx<'_>, pool: &Pool) -> String {
        let used_up = cx.memory().get::<()>(USED_UP).is_some();
        match self.sender {
            Some(sender) if !used_up => {
                let minute = cx.memory().once("minute of the form", || cx.now() / MINUTE);
                self.id_in(pool, sender, minute)
            }
            _ => cx.memory().once("sub", random::uuid_v4),
        }
    }

    /// Returns the user that the same form made in this minute or the one before, if one is [in the way](Self::is_in_the_way).
    ///
    /// # Errors
    /// Those of reading users.
    pub(super) async fn made(&self, cx: &Cx<'_>, pool: &Pool) -> Result<Option<User>> {
        let Some(sender) = self.sender else {
            return Ok(None);
        };
        if cx.memory().get::<()>(IN_THE_WAY).is_none() {
            return Ok(None);
        }
        let minute = cx.memory().once("minute of the form", || cx.now() / MINUTE);
        let ids = [minute, minute.saturating_sub(1)].map(|minute| self.id_in(pool, sender, minute));
        let queries = ids.each_ref().map(|id| table::by_id(&pool.id, id));
        for rows in cx.store.read(&queries).await? {
            for mut row in rows {
                let user = User::from_row(pool, &mut row)?;
                use UserStatusType as S;
                if matches!(user.status, S::Unconfirmed | S::Confirmed) {
                    return Ok(Some(user));
                }
            }
        }
        Ok(None)
    }

    /// Notes that another user is in the way of the form's. True if the next run is to find out whether the same form made
    /// that user. `has_id`: the other user has the form's id, or had it, so that the next run makes one under another id.
    pub(super) fn is_in_the_way(&self, cx: &Cx<'_>, has_id: bool) -> bool {
        if has_id {
            cx.memory().keep(USED_UP, ());
        }
        let looks = self.sender.is_some() && cx.memory().get::<()>(IN_THE_WAY).is_none();
        if looks {
            cx.memory().keep(IN_THE_WAY, ());
        }
        looks
    }

    fn id_in(&self, pool: &Pool, sender: &str, minute: i64) -> String {
        let password = self.password.map_or("", |password| password.expose());
        // The lengths keep two triples from running together.
        let lengths = [sender.len(), self.username.len()].map(|n| n.to_string());
        let text = format!(
            "{}\n{minute}\n{sender}{}{password}",
            lengths.join("\n"),
            self.username
        );
        names::uuid_of(&pool.key.mac("id of a form", text.as_bytes()))
    }
}
