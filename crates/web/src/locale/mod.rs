//! The languages of pages.
//!
//! The texts of a language are `locales/<code>.toml`, read once when a page first needs them. [`Texts`] has one
//! section for each part of the pages; a text that a language lacks, or has beyond the others, fails a test. A further
//! language is a file and a line in [`languages!`].

mod alerts;
mod choice;
mod confirm_user;
mod consent;
mod errors;
pub(crate) mod file;
mod fill;
mod pages;
mod plural;
mod refusals;
mod texts;

pub use alerts::Alerts;
pub use confirm_user::ConfirmUser as ConfirmUserTexts;
pub use errors::Errors;
pub use fill::{Segment, fill, segments};
pub use pages::Pages;
pub use plural::Plural;
pub use refusals::Refusals;
pub use texts::Texts;

/// The direction of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// Returns the value of the attribute `dir`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// Declares the languages: variant, code, value of the attribute `lang`, direction, own name.
macro_rules! languages {
    ($($variant:ident $code:literal $lang:literal $direction:ident $name:literal;)+) => {
        /// A language (pages.md 6).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the codes say which language it is")]
        pub enum Locale {
            $($variant,)+
        }

        impl Default for Locale {
            /// Returns English.
            fn default() -> Self {
                Self::En
            }
        }

        impl Locale {
            /// All languages, in the order of their menu.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the code: the name of the file, and the value of the parameter `lang`.
            pub fn tag(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Returns the value of the attribute `lang` (RFC 5646).
            pub fn lang(self) -> &'static str {
                match self { $(Self::$variant => $lang,)+ }
            }

            /// Returns the direction of writing.
            pub fn direction(self) -> Direction {
                match self { $(Self::$variant => Direction::$direction,)+ }
            }

            /// Returns the name of the language in itself.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the texts of the language.
            pub fn texts(self) -> &'static Texts {
                match self {
                    $(Self::$variant => {
                        static TEXTS: std::sync::OnceLock<Texts> = std::sync::OnceLock::new();
                        TEXTS.get_or_init(|| {
                            texts::parse(include_str!(concat!("../../locales/", $code, ".toml")))
                        })
                    })+
                }
            }
        }
    };
}

languages! {
    En "en" "en" Ltr "English";
    De "de" "de" Ltr "Deutsch";
    Es "es" "es" Ltr "Español";
    Fr "fr" "fr" Ltr "Français";
    Id "id" "id" Ltr "Bahasa Indonesia";
    It "it" "it" Ltr "Italiano";
    Ja "ja" "ja" Ltr "日本語";
    Ko "ko" "ko" Ltr "한국어";
    Nl "nl" "nl" Ltr "Nederlands";
    PtBr "pt-BR" "pt-BR" Ltr "Português (Brasil)";
    ZhCn "zh-CN" "zh-Hans" Ltr "简体中文";
    ZhTw "zh-TW" "zh-Hant" Ltr "繁體中文";
    Ar "ar" "ar" Rtl "العربية";
}
