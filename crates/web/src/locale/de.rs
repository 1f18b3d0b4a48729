//! German.

use super::Texts;

/// The texts.
pub(super) const TEXTS: Texts = Texts {
    error_title: "Etwas ist schiefgegangen",
    error_bad_request: "Die Anfrage ist nicht verständlich. Gehen Sie zurück und versuchen Sie es noch einmal.",
    error_too_many: "Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es noch einmal.",
    error_internal: "Beim Server ist ein Fehler aufgetreten. Versuchen Sie es später noch einmal.",
    request_id: "Kennung der Anfrage",
};
