//! `cognate branding`: every page of a look on one sheet, and the colours on it that are seen badly.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgMatches, Command};
use cognate_domain::resources::branding::look::{AssetInfo, AssetKey, LoginStyle};
use cognate_web::branding::contrast;
use cognate_web::branding::preview::{self, Preview};
use cognate_web::branding::settings::{Mode, Settings};
use cognate_web::branding::{self, Brand};
use cognate_web::views::frame::Version;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Reach, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("branding")
        .about("Look at the pages of a pool")
        .subcommand_required(true)
        .subcommand(
            Command::new("preview")
                .about("Write every page of a look into one HTML file and list colours that are seen badly")
                .args([
                    Arg::new("pool").value_name("POOL").required(true).help("Pool"),
                    arg("client", "ID", "Client; without it the look of clients that have none of their own"),
                    arg("pages", "VERSION", "managed (default) or classic")
                        .value_parser(["managed", "classic"]),
                    arg("out", "FILE", "The file (default branding-preview.html)"),
                ]),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let Some(("preview", sub)) = matches.subcommand() else {
        bail!("unknown command");
    };
    let mut reach = Reach::new(config)?;
    let outcome = write(&mut reach, sub).await;
    reach.close().await;
    outcome
}

/// A look as the server tells it.
#[derive(Deserialize)]
struct Look {
    name: String,
    style: Option<Style>,
    classic: Option<Classic>,
}

#[derive(Deserialize)]
struct Style {
    id: String,
    ver: i64,
    settings: Map<String, Value>,
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    category: String,
    mode: String,
    resource: String,
    extension: String,
}

#[derive(Deserialize)]
struct Classic {
    css: String,
    image: Option<String>,
    version: String,
}

impl From<Style> for LoginStyle {
    fn from(style: Style) -> Self {
        let image = |image: Image| AssetInfo {
            key: AssetKey {
                category: image.category,
                color_mode: image.mode,
                resource: image.resource,
            },
            extension: image.extension,
        };
        Self {
            id: style.id,
            ver: style.ver,
            settings: style.settings,
            images: style.images.into_iter().map(image).collect(),
        }
    }
}

/// The client whose look is asked for.
struct Whose {
    pool: String,
    client: Option<String>,
}

async fn write(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let whose = Whose {
        pool: text(matches, "pool"),
        client: matches.get_one::<String>("client").cloned(),
    };
    let one = |name: &str, default: &str| {
        matches
            .get_one::<String>(name)
            .cloned()
            .unwrap_or_else(|| default.to_owned())
    };
    let file = one("out", "branding-preview.html");
    let classic = one("pages", "managed") == "classic";
    let request = Request::Look {
        pool: whose.pool.clone(),
        client: whose.client.clone(),
    };
    let look: Look = serde_json::from_value(reach.ask(request).await?)
        .context("the server's answer is not understood")?;
    // The paths of the file are made of it and lead nowhere.
    let id = whose.client.as_deref().unwrap_or("preview");
    let mut images = Vec::new();
    let mut notes = Vec::new();
    let (version, brand, css) = match (classic, look.style, look.classic) {
        (true, _, Some(found)) => {
            let mut brand = Brand::default();
            if let Some(kind) = &found.image {
                let path = format!("/{id}/{}/logo", found.version);
                let bytes = image(reach, &whose, None).await?;
                images.push((path.clone(), data_url(&format!("image/{kind}"), &bytes)));
                brand.classic.logo = Some(path);
            }
            (Version::Classic, brand, found.css)
        }
        (true, _, None) => (Version::Classic, Brand::default(), String::new()),
        (false, Some(style), _) => {
            let style = LoginStyle::from(style);
            for (place, path) in branding::image_paths(id, &style).into_iter().enumerate() {
                let bytes = image(reach, &whose, Some(place)).await?;
                let extension = style.images.get(place).map_or("", |i| i.extension.as_str());
                images.push((path, data_url(branding::content_type(extension), &bytes)));
            }
            notes = weak(&style);
            let brand = branding::managed(id, &style);
            (Version::Managed, brand, branding::style_sheet(id, &style))
        }
        (false, None, _) => {
            let none = LoginStyle {
                id: String::new(),
                ver: 0,
                settings: Map::new(),
                images: Vec::new(),
            };
            notes = weak(&none);
            (Version::Managed, Brand::default(), String::new())
        }
    };
    let html = preview::document(&Preview {
        app: &look.name,
        brand: &brand,
        version,
        css: &css,
        images: &images,
        notes: &notes,
    });
    std::fs::write(&file, html).with_context(|| format!("cannot write {file}"))?;
    for note in &notes {
        say(note)?;
    }
    say(&format!("{file} has every page"))
}

/// Returns a line for each pair of colours below its limit.
fn weak(style: &LoginStyle) -> Vec<String> {
    let line = |pair: contrast::Weak| {
        let mode = match pair.mode {
            Mode::Light => "light",
            Mode::Dark => "dark",
        };
        let contrast::Weak {
            front,
            ground,
            contrast,
            least,
            ..
        } = pair;
        format!("{mode}: {front} on {ground} has a contrast of {contrast:.1}, it needs {least:.1}")
    };
    contrast::weak(&Settings::new(style))
        .into_iter()
        .map(line)
        .collect()
}

/// Fetches an image piece by piece.
async fn image(reach: &mut Reach, whose: &Whose, image: Option<usize>) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let request = Request::LookImage {
            pool: whose.pool.clone(),
            client: whose.client.clone(),
            image,
            offset: bytes.len(),
        };
        let piece = reach.ask(request).await?;
        let piece = STANDARD
            .decode(piece.as_str().unwrap_or_default())
            .context("the server's answer is not understood")?;
        if piece.is_empty() {
            return Ok(bytes);
        }
        bytes.extend(piece);
    }
}

fn data_url(content_type: &str, bytes: &[u8]) -> String {
    format!("data:{content_type};base64,{}", STANDARD.encode(bytes))
}
