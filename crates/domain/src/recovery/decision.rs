//! What a recovery does to a row, by its images and by what is there now (moving.md 5.3).

use cognate_shapes::UserStatusType;
use cognate_store::tables::before_images::{Entity, ImageRow};
use cognate_store::tables::groups::GroupRow;
use cognate_store::tables::software_tokens::{self, SoftwareTokenRow};

use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::records::{group, image};
use crate::recovery::known::{Known, halves};

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is as it was.
    None = 0,
    /// It was there and is gone.
    Create = 1,
    /// It has changed.
    Update = 2,
    /// It came after.
    Delete = 3,
}

impl Action {
    /// Returns the number in the tables.
    #[must_use]
    pub fn number(self) -> i64 {
        // The discriminants are those above.
        self as i64
    }

    fn of(was: bool, is: bool, differs: bool) -> Self {
        match (was, is) {
            (true, false) => Self::Create,
            (false, true) => Self::Delete,
            (true, true) if differs => Self::Update,
            _ => Self::None,
        }
    }
}

/// What a recovery does to a row.
pub struct Decision {
    /// What happens.
    pub action: Action,
    /// The user who changes with the row.
    pub touches: Option<String>,
    /// The row as it was and as it is.
    pub change: Change,
}

/// A row as it was and as it is; `then` is what becomes of it.
pub enum Change {
    /// A user. `then` has the version that the row gets if it has to be brought back.
    User {
        /// As it is.
        now: Option<Box<User>>,
        /// As it becomes.
        then: Option<Box<User>>,
    },
    /// A group. `ver`: the version that the row gets if it has to be brought back.
    Group {
        /// As it is.
        now: Option<Box<GroupRow>>,
        /// As it was, with its image.
        then: Option<(Box<GroupRow>, Box<ImageRow>)>,
        /// See there.
        ver: i64,
    },
    /// A membership.
    Member {
        /// True if it is there.
        now: bool,
        /// Its image.
        then: Option<ImageRow>,
    },
    /// An authenticator app.
    Token {
        /// True if there is a registered one.
        now: bool,
        /// Seed, sealed, and the newest time step whose code was used.
        then: Option<(Vec<u8>, i64)>,
    },
    /// A passkey or a link.
    Owned {
        /// Its user now.
        now: Option<String>,
        /// Its user then, and its newest image.
        then: Option<(String, ImageRow)>,
    },
}

/// Decides about a row. `target`: the moment to which the pool returns, in microseconds.
///
/// # Errors
/// An internal fault for an image or a row that is not signed, or that does not parse.
pub fn decide(pool: &Pool, target: i64, entity: Entity, known: &mut Known) -> Result<Decision> {
    match entity {
        Entity::User => user(pool, target, known),
        Entity::Group => of_group(pool, known),
        Entity::Member => member(pool, known),
        Entity::Token => token(pool, known),
        Entity::Passkey | Entity::Link => owned(pool, entity, known),
    }
}

/// Returns the version of a row that is brought back: every image of it has a smaller one, and so has the image that says
/// that it was away.
fn revived(known: &Known) -> i64 {
    known.item.last_ver.max(known.item.first_ver) + 2
}

fn user(pool: &Pool, target: i64, known: &mut Known) -> Result<Decision> {
    let id = known.item.row_key.clone();
    let now = known
        .now
        .as_mut()
        .map(|row| User::from_row(pool, row))
        .transpose()?;
    if known.item.is_touched_only() {
        let action = match now {
            Some(_) => Action::Update,
            None => Action::None,
        };
        let change = Change::User {
            now: None,
            then: None,
        };
        return Ok(decided(action, None, change));
    }
    let image =
        |image: Option<&ImageRow>| image.map(|image| image::user(pool, &id, image)).transpose();
    // One who came after the target and went again has images and was not there.
    let first = image(known.first.as_ref())?.filter(|first| first.created <= target);
    let newest = image(known.newest())?;
    let then = first.map(|first| {
        let present = now.as_ref().or(newest.as_ref());
        let then = returned(first, present);
        let ver = now.as_ref().map_or_else(|| revived(known), |now| now.ver);
        User { ver, ..then }
    });
    let differs = match (&now, &then) {
        (Some(now), Some(then)) => now.differs_from(then),
        _ => false,
    };
    let action = Action::of(then.is_some(), now.is_some(), differs);
    let change = Change::User {
        now: now.map(Box::new),
        then: then.map(Box::new),
    };
    Ok(decided(action, None, change))
}

/// Returns a user as it was, but with the password of today if that has changed since, and with what belongs to it: its
/// history, the end of a temporary one, and whether it has to be changed. A password that was taken away comes back: there
/// is none of today.
fn returned(then: User, today: Option<&User>) -> User {
    let Some(today) = today else {
        return then;
    };
    if today.credential == then.credential || today.credential.is_none() {
        return then;
    }
    let of_password = |status| {
        use UserStatusType as S;
        matches!(
            status,
            S::Confirmed | S::ForceChangePassword | S::ResetRequired
        )
    };
    let mut doc = then.doc;
    doc.history.clone_from(&today.doc.history);
    let mut status = then.status;
    if of_password(then.status) && of_password(today.status) {
        status = today.status;
        doc.temporary_until = today.doc.temporary_until;
    }
    User {
        status,
        doc,
        credential: today.credential.clone(),
        ..then
    }
}

fn of_group(pool: &Pool, known: &mut Known) -> Result<Decision> {
    let now = known.now.as_mut().map(GroupRow::read).transpose()?;
    let now = now.map(|row| group::checked(pool, row)).transpose()?;
    let id = &known.item.row_key;
    let then = known.first.clone().map(|image| {
        let then = image::group(pool, id, &image)?;
        Ok::<_, crate::errors::Fault>((Box::new(then), Box::new(image)))
    });
    let then = then.transpose()?;
    let says = |row: &GroupRow| (row.description.clone(), row.role.clone(), row.precedence);
    let differs = match (&now, &then) {
        (Some(now), Some((then, _))) => says(now) != says(then),
        _ => false,
    };
    let action = Action::of(then.is_some(), now.is_some(), differs);
    let ver = revived(known);
    let now = now.map(Box::new);
    Ok(decided(action, None, Change::Group { now, then, ver }))
}

fn member(pool: &Pool, known: &Known) -> Result<Decision> {
    let (group_id, user_id) = halves(&known.item.row_key);
    let then = known.first.clone();
    if let Some(image) = &then {
        image::member(pool, group_id, user_id, image)?;
    }
    let (mut now, mut has_group) = (false, false);
    if let Some(row) = &known.now {
        now = row.int(0)? > 0;
        let action = row.int(2)?;
        has_group = match row.int(1)? > 0 {
            true => action != Action::Delete.number(),
            false => action == Action::Create.number(),
        };
    }
    // A group that was gone by then has no members, whenever their rows went.
    let was = then.is_some() && (has_group || now);
    let action = Action::of(was, now, false);
    let touches = (action != Action::None).then(|| user_id.to_owned());
    Ok(decided(action, touches, Change::Member { now, then }))
}

fn token(pool: &Pool, known: &mut Known) -> Result<Decision> {
    let user_id = &known.item.row_key;
    let row = known.now.as_mut().map(SoftwareTokenRow::read).transpose()?;
    let mut now = None;
    if let Some(row) = row {
        let signed = software_tokens::signed(user_id, row.seed.as_deref(), row.last_step);
        pool.check(&signed, row.mac.as_deref())?;
        now = row.seed.map(|seed| (seed, row.last_step));
    }
    let image = |image: &ImageRow| image::token(pool, user_id, image);
    let then = known.first.as_ref().map(image).transpose()?;
    let newest = known.newest().map(image).transpose()?;
    // A code that was used is never good again, whichever app is in force.
    let used = |token: &Option<(Vec<u8>, i64)>| token.as_ref().map_or(0, |(_, step)| *step);
    let last_step = used(&now).max(used(&newest)).max(used(&then));
    let seed = |token: &Option<(Vec<u8>, i64)>| token.as_ref().map(|(seed, _)| seed.clone());
    let differs = seed(&now) != seed(&then);
    let action = Action::of(then.is_some(), now.is_some(), differs);
    let change = Change::Token {
        now: now.is_some(),
        then: then.map(|(seed, _)| (seed, last_step)),
    };
    Ok(decided(action, None, change))
}

fn owned(pool: &Pool, entity: Entity, known: &Known) -> Result<Decision> {
    let key = &known.item.row_key;
    let owner = |image: &ImageRow| match entity {
        Entity::Link => {
            let (provider_id, link_key) = halves(key);
            image::link(pool, provider_id, link_key, image)
        }
        _ => image::passkey(pool, key, image),
    };
    let now = known.now.as_ref().map(|row| row.text(0)).transpose()?;
    let now = now.map(str::to_owned);
    let first = known
        .first
        .as_ref()
        .map(|image| Ok::<_, crate::errors::Fault>((owner(image)?, image)));
    let then = match first.transpose()? {
        Some((user_id, image)) => {
            // The newest image of the same user has counted furthest.
            let newest = known
                .newest()
                .map(|image| Ok::<_, crate::errors::Fault>((owner(image)?, image)));
            let newest = newest.transpose()?.filter(|(owner, _)| *owner == user_id);
            let image = newest.map_or(image, |(_, newest)| newest);
            Some((user_id, image.clone()))
        }
        None => None,
    };
    let was = then.as_ref().map(|(user_id, _)| user_id);
    let differs = was != now.as_ref();
    let action = Action::of(was.is_some(), now.is_some(), differs);
    let touches = match (entity, action) {
        (Entity::Link, Action::Create | Action::Update) => was.cloned(),
        (Entity::Link, Action::Delete) => now.clone(),
        _ => None,
    };
    Ok(decided(action, touches, Change::Owned { now, then }))
}

fn decided(action: Action, touches: Option<String>, change: Change) -> Decision {
    Decision {
        action,
        touches,
        change,
    }
}
