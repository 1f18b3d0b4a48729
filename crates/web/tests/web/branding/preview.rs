//! The file with every page of a look.

use cognate_web::branding::preview::{Preview, document};
use cognate_web::branding::settings::{Mode, Settings};
use cognate_web::branding::{Brand, contrast, image_paths, managed, style_sheet};
use cognate_web::views::frame::Version;
use cognate_web::views::samples;
use serde_json::{Value, json};

use super::{image, style};

fn data(html: &str) -> Value {
    let (_, rest) = html.split_once("id=\"data\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn every_page_is_on_the_sheet_and_nothing_leaves_it() {
    let mut look = style(json!({"components": {
        "form": {"logo": {"enabled": true}, "lightMode": {"backgroundColor": "eeeeeeff"}},
    }}));
    look.images = vec![
        image("FORM_LOGO", "LIGHT", "PNG", ""),
        image("PAGE_BACKGROUND", "DYNAMIC", "PNG", ""),
    ];
    let images: Vec<(String, String)> = image_paths("c", &look)
        .into_iter()
        .enumerate()
        .map(|(place, path)| (path, format!("data:image/png;base64,{place}")))
        .collect();
    let html = document(&Preview {
        app: "</script><script>alert(1)</script>",
        brand: &managed("c", &look),
        version: Version::Managed,
        css: &style_sheet("c", &look),
        images: &images,
        notes: &["light: help on card".to_owned()],
    });
    assert_eq!(html.matches("<script").count(), 2);
    // Before anything that a browser could fetch, and for the frames as well.
    let policy = html.find("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';");
    assert!(policy < html.find("<title>"), "{policy:?}");
    assert!(policy.is_some());
    let data = data(&html);
    let pages = data["pages"].as_array().unwrap();
    assert_eq!(pages.len(), samples::all().len());
    assert_eq!(data["modes"], json!(["light", "dark"]));
    assert_eq!(data["notes"][0], "light: help on card");
    let css = data["css"].as_str().unwrap();
    assert!(css.contains("--card-background: light-dark(#eeeeee, #0f1b2a);"));
    assert!(
        css.contains("--page-image: url(\"data:image/png;base64,1\");"),
        "{css}"
    );
    let first = pages[0]["html"].as_str().unwrap();
    assert!(first.contains("src=\"data:image/png;base64,0\""), "{first}");
    for (path, _) in &images {
        assert!(!html.contains(path), "{path} is not part of the file");
    }
    let classic = document(&Preview {
        app: "Shop",
        brand: &Brand::default(),
        version: Version::Classic,
        css: "",
        images: &[],
        notes: &[],
    });
    assert_eq!(self::data(&classic)["modes"], json!(["light"]));
}

#[test]
fn colours_that_are_seen_badly_are_named() {
    let weak = |settings: Value| contrast::weak(&Settings::new(&style(settings)));
    for mode in Mode::ALL {
        let texts = weak(json!({}));
        let texts = texts.iter().filter(|w| w.mode == mode && w.least > 4.0);
        assert_eq!(texts.count(), 0, "the defaults can be read");
    }
    let grey = json!({"components": {"pageText": {"lightMode": {"bodyColor": "ccccccff"}}}});
    let found = weak(grey);
    let body = found.iter().find(|w| w.front == "body").unwrap();
    assert_eq!((body.ground, body.mode), ("card-background", Mode::Light));
    assert!(body.contrast < 2.0 && body.least > 4.4);
}
