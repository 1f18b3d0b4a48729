//! One HTML file with every page in every state, as a look has it: for `cognate branding preview`.
//!
//! Each page is in frames of its own, in which nothing runs and nothing is sent. The styles and images are part of the
//! file, so that it can be kept and passed on.

use serde_json::{Value, json};

use crate::assets;
use crate::branding::Brand;
use crate::locale::Locale;
use crate::views::Frame;
use crate::views::frame::Version;
use crate::views::{self, samples};

/// The query of the pages.
const QUERY: &str = "client_id=preview&response_type=code&scope=openid";

/// What the file shows.
pub struct Preview<'a> {
    /// The name of the client, or of the pool.
    pub app: &'a str,
    /// The look.
    pub brand: &'a Brand,
    /// The version of the pages.
    pub version: Version,
    /// The owner's style sheet.
    pub css: &'a str,
    /// Paths of images, and the same images as `data:` URLs.
    pub images: &'a [(String, String)],
    /// What stands above the pages, for example colours that are seen badly.
    pub notes: &'a [String],
}

/// Returns the file.
pub fn document(preview: &Preview<'_>) -> String {
    let base = match preview.version {
        Version::Managed => &assets::STYLE,
        Version::Classic => &assets::CLASSIC,
    };
    let base = String::from_utf8_lossy(base.bytes()).into_owned();
    let pages: Vec<Value> = samples::all()
        .iter()
        .map(|sample| page(preview, sample))
        .collect();
    let css = replaced(&format!("{base}\n{}", preview.css), preview.images);
    let modes: &[&str] = match preview.version {
        Version::Managed => &["light", "dark"],
        Version::Classic => &["light"],
    };
    let data = json!({"css": css, "pages": pages, "modes": modes, "notes": preview.notes});
    // `<` would end the element around the data.
    let data = data.to_string().replace('<', "\\u003c");
    let title = escaped(preview.app);
    format!("{HEAD}<title>{title}</title>{STYLE}</head><body><h1>{title}</h1>{DATA}{data}{SCRIPT}")
}

fn page(preview: &Preview<'_>, sample: &samples::Sample) -> Value {
    let frame = Frame {
        locale: Locale::default(),
        version: preview.version,
        brand: preview.brand,
        app: preview.app,
        query: QUERY,
        csrf: "",
        alert: sample.alert.clone(),
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    let html = views::render(&frame, &sample.screen);
    json!({"name": sample.name, "html": replaced(&html, preview.images)})
}

fn replaced(text: &str, images: &[(String, String)]) -> String {
    images.iter().fold(text.to_owned(), |text, (path, data)| {
        text.replace(path, data)
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The policy holds in the frames, too: whatever a style sheet says, the file asks nobody for anything.
const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
    style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">";
const STYLE: &str = "<style>body{font:16px/1.5 system-ui,sans-serif;margin:24px}\
    main{display:flex;flex-wrap:wrap;gap:24px}figure{margin:0}\
    iframe{border:1px solid #888;width:420px;height:760px;margin-right:8px}li{margin:4px 0}</style>";
const DATA: &str = "<ul></ul><main></main><script type=\"application/json\" id=\"data\">";
/// Builds the frames. A frame without permissions runs no script and sends no form.
const SCRIPT: &str = r#"</script><script>
const { css, pages, modes, notes } = JSON.parse(document.getElementById("data").textContent);
for (const note of notes) {
  document.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: note }));
}
for (const { name, html } of pages) {
  const figure = document.createElement("figure");
  figure.append(Object.assign(document.createElement("figcaption"), { textContent: name }));
  for (const mode of modes) {
    const frame = document.createElement("iframe");
    frame.sandbox = "";
    frame.loading = "lazy";
    frame.title = `${name} ${mode}`;
    frame.style.colorScheme = mode;
    frame.srcdoc = html
      .replace(/<link rel="stylesheet"[^>]*>/g, "")
      .replace(/\x3cscript[^>]*>\x3c\/script>/g, "")
      .replace(/data-color-scheme="[^"]*"/, () => `data-color-scheme="${mode}"`)
      .replace("</head>", () => `<style>${css}</style></head>`);
    figure.append(frame);
  }
  document.querySelector("main").append(figure);
}
</script></body></html>
"#;
