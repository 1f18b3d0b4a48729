//! A contact that is verified by the right answer to a code (admin.md 1.9, 4.1).

use crate::facts::contact::Contact;
use crate::records::user::User;
use crate::users::codes::Code;

/// Marks the attribute verified that got the code, and returns it; None when the user has another value by now.
pub fn mark_verified(user: &mut User, code: &Code) -> Option<Contact> {
    let contact = Contact::of_attribute(&code.attribute)?;
    if user.attribute(&code.attribute) != Some(code.value.as_str()) {
        return None;
    }
    let flag = contact.flag().to_owned();
    user.doc.attributes.insert(flag, "true".to_owned());
    Some(contact)
}

/// Returns the user with `contact` verified by the code; a value that waited for it is set. None when the user has
/// another value by now.
pub fn verified(user: &User, contact: Contact, code: &Code) -> Option<User> {
    let name = contact.attribute();
    let mut after = user.clone();
    let doc = &mut after.doc;
    if doc.pending.get(name) == Some(&code.value) {
        doc.pending.remove(name);
        doc.attributes.insert(name.to_owned(), code.value.clone());
    }
    mark_verified(&mut after, code)?;
    Some(after)
}
