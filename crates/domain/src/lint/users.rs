//! Rules about the pool as a whole and its groups.

use cognate_shapes::DeletionProtectionType;

use crate::lint::subject::{Group, Subject};

pub(super) fn deletion_unprotected(subject: &Subject) -> Option<String> {
    (subject.pool.deletion_protection != DeletionProtectionType::Active)
        .then(|| "One call of DeleteUserPool ends every account.".to_owned())
}

pub(super) fn group_role_open(subject: &Subject, group: &Group) -> Option<String> {
    let role = group.role.as_deref().filter(|role| !role.is_empty())?;
    subject.signs_up_anybody().then(|| {
        format!("Anybody can sign up, so that whatever puts users into the group decides who gets {role}.")
    })
}
