//! German.

use super::Texts;

/// The texts.
pub(super) const TEXTS: Texts = Texts {
    error_title: "Etwas ist schiefgegangen",
    error_bad_request: "Die Anfrage ist nicht verständlich. Gehen Sie zurück und versuchen Sie es noch einmal.",
    error_too_many: "Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es noch einmal.",
    error_internal: "Beim Server ist ein Fehler aufgetreten. Versuchen Sie es später noch einmal.",
    request_id: "Kennung der Anfrage",
    confirm_title: "Registrierung bestätigt",
    confirm_done: "Ihre Registrierung ist bestätigt. Sie können diese Seite schließen und sich anmelden.",
    confirm_refused: "Dieser Link kann nicht verwendet werden: Er ist falsch, zu alt oder durch einen neueren ersetzt. Fordern Sie einen neuen Link an und öffnen Sie ihn.",
    confirm_taken: "Ein anderes Konto hat diese E-Mail-Adresse schon.",
    confirm_incomplete: "Ihre Registrierung ist bestätigt, aber was darauf folgen sollte, ist fehlgeschlagen. Versuchen Sie, sich anzumelden.",
};
