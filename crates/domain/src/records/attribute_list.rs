//! The attributes of a user in answers of the API.

use cognate_shapes::AttributeType;

use crate::records::user::User;

impl User {
    /// Returns the attribute list of an answer, `sub` first; only the `readable` ones unless None (auth.md 2.12).
    pub fn attributes_for(&self, readable: Option<&[String]>) -> Vec<AttributeType> {
        let pairs = self.doc.attributes.iter();
        let pairs = pairs.filter(|(name, _)| is_listed(readable, name));
        let pairs = pairs.map(|(name, value)| attribute(name.clone(), value.clone()));
        std::iter::once(attribute("sub".to_owned(), self.id.clone()))
            .chain(pairs)
            .collect()
    }

    /// Does the same as [`attributes_for`](Self::attributes_for), and leaves the user without attributes.
    pub fn take_attributes(&mut self, readable: Option<&[String]>) -> Vec<AttributeType> {
        let attributes = std::mem::take(&mut self.doc.attributes);
        let mut list = Vec::with_capacity(attributes.len() + 1);
        list.push(attribute("sub".to_owned(), self.id.clone()));
        let pairs = attributes.into_iter();
        let pairs = pairs.filter(|(name, _)| is_listed(readable, name));
        list.extend(pairs.map(|(name, value)| attribute(name, value)));
        list
    }
}

/// True if an attribute belongs into an answer that shows these alone, or all if None.
fn is_listed(readable: Option<&[String]>, name: &str) -> bool {
    readable.is_none_or(|list| list.iter().any(|listed| listed == name))
}

fn attribute(name: String, value: String) -> AttributeType {
    AttributeType {
        name,
        value: Some(value),
    }
}
