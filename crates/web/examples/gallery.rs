//! Writes every page of managed login in every state, in several languages, into a folder:
//!
//! ```text
//! cargo run -p cognate-web --example gallery -- OUTDIR
//! ```
//!
//! A server of files shows them: `OUTDIR/en/sign-in.html` and so on. `xx` has letters and lengths that show what is left
//! untranslated or cut. `look` has bands, logos, pictures and the menu of languages on top.

use std::path::Path;

use cognate_web::assets::ASSETS;
use cognate_web::branding::{Band, Brand, FormLogo, Logo, Picture, Place};
use cognate_web::locale::Locale;
use cognate_web::views::frame::Version;
use cognate_web::views::samples::{self, Sample};
use cognate_web::views::screen::FactorKind;
use cognate_web::views::{self, Frame};

/// A query of usual length.
const QUERY: &str = "client_id=4v8example2q9kd&response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=af0ifjsldkj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWBAZ_ejuY0Sk&code_challenge_method=S256";

/// The folders: every language, one of made-up letters, and the look of a client.
const FOLDERS: [&str; 15] = [
    "en", "de", "es", "fr", "it", "nl", "pt-BR", "id", "ar", "ja", "ko", "zh-CN", "zh-TW", "xx",
    "look",
];

fn main() -> std::io::Result<()> {
    let out = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/gallery".to_owned());
    let out = Path::new(&out);
    let mut names = String::new();
    let mut made_up_ones = String::new();
    for folder in FOLDERS {
        std::fs::create_dir_all(out.join(folder))?;
        let locale = Some(folder)
            .filter(|folder| *folder != "look")
            .map(Locale::of_tag);
        let locale = locale.unwrap_or(Some(Locale::En));
        let brand = if folder == "look" {
            look()
        } else {
            Brand::default()
        };
        if locale.is_none() {
            made_up_ones.push_str(folder);
            made_up_ones.push('\n');
        }
        for sample in samples::all() {
            let mut html = draw(&sample, locale.unwrap_or_default(), &brand);
            if locale.is_none() {
                html = pretend(&html);
            }
            std::fs::write(out.join(folder).join(format!("{}.html", sample.name)), html)?;
            if folder == "en" {
                names.push_str(sample.name);
                names.push('\n');
            }
        }
    }
    std::fs::write(out.join("names.txt"), names)?;
    std::fs::write(out.join("made-up.txt"), made_up_ones)?;
    for asset in ASSETS {
        let path = out.join(asset.path().trim_start_matches('/'));
        path.parent().map(std::fs::create_dir_all).transpose()?;
        std::fs::write(path, asset.bytes())?;
    }
    std::fs::write(out.join("assets/logo.svg"), LOGO)
}

/// A logo of the gallery.
const LOGO: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="240" height="64" viewBox="0 0 240 64"><rect width="240" height="64" rx="16" fill="#7c3aed"/><circle cx="36" cy="32" r="14" fill="#fff"/><path d="M66 32h150" stroke="#fff" stroke-width="10" stroke-linecap="round"/></svg>"##;

fn look() -> Brand {
    let picture = Picture {
        src: "/assets/logo.svg".to_owned(),
        dark: None,
    };
    let band = |place| {
        let picture = picture.clone();
        Some(Band {
            logo: Some(Logo { picture, place }),
        })
    };
    Brand {
        header: band(Place::Start),
        footer: band(Place::Start),
        form_logo: Some(FormLogo {
            picture: picture.clone(),
            place: Place::Center,
            inside: true,
            above: true,
        }),
        graphics: vec![(FactorKind::App, picture.clone())],
        icons: vec![("Contoso".to_owned(), picture)],
        language_menu: true,
        country_list: true,
        unstyled: true,
        ..Brand::default()
    }
}

fn draw(sample: &Sample, locale: Locale, brand: &Brand) -> String {
    let documents = sample.name.starts_with("sign-");
    let frame = Frame {
        locale,
        version: Version::Managed,
        brand,
        app: "Acme Notes",
        query: QUERY,
        csrf: "c3JmLXRva2Vu",
        alert: sample.alert.clone(),
        ends: sample.name.starts_with("code-").then_some(170),
        terms_of_use: documents.then_some("https://app.example.com/terms"),
        privacy_policy: documents.then_some("https://app.example.com/privacy"),
    };
    views::render(&frame, &sample.screen)
}

/// Replaces the letters of texts, which stand outside of tags and of what is isolated.
fn pretend(html: &str) -> String {
    let (head, body) = html.split_at(html.find("<body").unwrap_or_default());
    let mut made = String::new();
    let mut kept = 0;
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        made.push_str(&if kept > 0 {
            text.to_owned()
        } else {
            letters(text)
        });
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        match tag {
            "</bdi>" | "</code>" => kept -= 1,
            _ if tag.starts_with("<bdi") || tag.starts_with("<code") => kept += 1,
            _ => {}
        }
        made.push_str(tag);
        rest = after;
    }
    made.push_str(rest);
    head.to_owned() + &made
}

/// Other letters, and two fifths more of them.
fn letters(text: &str) -> String {
    if text.trim().is_empty() || text.contains("&#") {
        return text.to_owned();
    }
    let alphabet: Vec<char> = "áƀçđéƒǧĥíĵķļḿńóþɋŕśťúṽŵẋýž".chars().collect();
    let replaced: String = text
        .chars()
        .filter_map(|c| match c {
            'a'..='z' | 'A'..='Z' => {
                let number = u32::from(c.to_ascii_lowercase()) - u32::from('a');
                alphabet.get(usize::try_from(number).ok()?).copied()
            }
            c => Some(c),
        })
        .collect();
    let more = "~".repeat(text.trim().chars().count() * 2 / 5);
    format!("[{}{more}]", replaced.trim())
}
