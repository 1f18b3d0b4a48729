//! Questions for access on classic pages: the answers, and what is said of a client that nobody vouches for.

use crate::views::classic::texts::{Ours, fill};
use crate::views::screen::Consent;

/// Returns the sentences below the question.
pub(super) fn lines(ours: &Ours, screen: &Consent) -> Vec<String> {
    let named = |text: &str, name, value: Option<&str>| Some(fill(text, name, value?));
    let scopes = screen.scopes.join(", ");
    let lines = [
        named(&ours.signed_in_as, "who", Some(&screen.who)),
        named(&ours.consent_site, "site", screen.site.as_deref()),
        named(&ours.consent_name, "name", screen.name.as_deref()),
        named(&ours.consent_scopes, "scopes", Some(&scopes)),
        named(
            &ours.consent_resource,
            "resource",
            screen.resource.as_deref(),
        ),
        named(&ours.consent_place, "place", Some(&screen.place)),
        screen.own_machine.then(|| ours.consent_own_machine.clone()),
    ];
    lines.into_iter().flatten().collect()
}

/// Returns the buttons of the two answers.
pub(super) fn decision(ours: &Ours) -> Vec<(&'static str, &'static str, String)> {
    let button = |value, words: &String| ("decision", value, words.clone());
    vec![button("allow", &ours.allow), button("deny", &ours.deny)]
}
