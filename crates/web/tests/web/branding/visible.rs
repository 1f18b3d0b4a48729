//! Each setting that pages.md 3.1 lists as visible changes the sheet or what templates need.

use cognate_web::branding::{
    Band, Brand, Favicon, FormLogo, Method, Picture, Place, Scheme, managed, style_sheet,
};
use cognate_web::views::screen::FactorKind;
use serde_json::{Value, json};

use super::{at, image, style};

const CLIENT: &str = "client1";

fn brand(path: &str, value: Value) -> Brand {
    managed(CLIENT, &style(at(path, value)))
}

fn sheet(path: &str, value: Value) -> String {
    style_sheet(CLIENT, &style(at(path, value)))
}

#[test]
fn a_style_without_settings_has_no_sheet_and_the_services_defaults() {
    let brand = managed(CLIENT, &style(json!({})));
    assert_eq!(
        brand,
        Brand {
            scheme: Scheme::Light,
            ..Brand::default()
        }
    );
    assert_eq!(style_sheet(CLIENT, &style(json!({}))), "");
}

#[test]
fn each_colour_sets_its_property() {
    for (path, property) in [
        ("components/pageBackground/*/color", "page-background"),
        ("components/form/*/backgroundColor", "card-background"),
        ("components/form/*/borderColor", "card-border"),
        ("components/pageText/*/headingColor", "heading"),
        ("components/pageText/*/bodyColor", "body"),
        ("components/pageText/*/descriptionColor", "description"),
        ("componentClasses/inputLabel/*/textColor", "label"),
        ("componentClasses/inputDescription/*/textColor", "help"),
        (
            "componentClasses/input/*/defaults/backgroundColor",
            "input-background",
        ),
        (
            "componentClasses/input/*/defaults/borderColor",
            "input-border",
        ),
        ("componentClasses/input/*/placeholderColor", "placeholder"),
        ("componentClasses/focusState/*/borderColor", "focus"),
        ("componentClasses/link/*/defaults/textColor", "link"),
        ("componentClasses/link/*/hover/textColor", "link-hover"),
        ("componentClasses/divider/*/borderColor", "divider"),
        (
            "componentClasses/optionControls/*/selected/backgroundColor",
            "option-selected-background",
        ),
        (
            "componentClasses/dropDown/*/hover/itemTextColor",
            "menu-hover-text",
        ),
        (
            "componentClasses/statusIndicator/*/error/indicatorColor",
            "error-mark",
        ),
        (
            "componentClasses/statusIndicator/*/success/borderColor",
            "success-border",
        ),
        (
            "componentClasses/statusIndicator/*/warning/backgroundColor",
            "warning-background",
        ),
        (
            "components/alert/*/error/backgroundColor",
            "alert-background",
        ),
        (
            "components/primaryButton/*/defaults/backgroundColor",
            "primary-background",
        ),
        (
            "components/primaryButton/*/hover/textColor",
            "primary-hover-text",
        ),
        (
            "components/primaryButton/*/disabled/backgroundColor",
            "primary-disabled-background",
        ),
        (
            "components/secondaryButton/*/active/borderColor",
            "secondary-active-border",
        ),
        (
            "components/idpButton/standard/*/defaults/textColor",
            "provider-text",
        ),
        (
            "components/pageHeader/*/background/color",
            "header-background",
        ),
        ("components/pageFooter/*/borderColor", "footer-border"),
    ] {
        for (mode, needle) in [
            ("lightMode", "light-dark(#12345678, "),
            ("darkMode", ", #12345678)"),
        ] {
            let css = sheet(&path.replace('*', mode), json!("12345678"));
            let line = css
                .lines()
                .find(|line| line.starts_with(&format!("--{property}:")));
            assert!(
                line.unwrap_or_default().contains(needle),
                "{path} {mode}: {css}"
            );
        }
    }
}

#[test]
fn each_length_and_word_sets_its_property() {
    for (path, value, line) in [
        (
            "components/form/borderRadius",
            json!(3),
            "--card-radius: 3px;",
        ),
        (
            "componentClasses/input/borderRadius",
            json!(2.5),
            "--input-radius: 2.5px;",
        ),
        (
            "componentClasses/dropDown/borderRadius",
            json!(0),
            "--menu-radius: 0px;",
        ),
        (
            "componentClasses/buttons/borderRadius",
            json!(24.0),
            "--button-radius: 24px;",
        ),
        (
            "components/alert/borderRadius",
            json!(1),
            "--alert-radius: 1px;",
        ),
        (
            "categories/global/spacingDensity",
            json!("COMPACT"),
            "--space: 6px;",
        ),
        (
            "categories/form/location/horizontal",
            json!("START"),
            "--card-inline: start;",
        ),
        (
            "categories/form/location/horizontal",
            json!("END"),
            "--card-inline: end;",
        ),
        (
            "categories/form/location/vertical",
            json!("BOTTOM"),
            "--card-block: end;",
        ),
        (
            "categories/form/location/vertical",
            json!("TOP"),
            "--card-block: start;",
        ),
    ] {
        let css = sheet(path, value);
        assert!(css.lines().any(|l| l == line), "{path}: {css}");
    }
    assert_eq!(
        sheet("categories/global/spacingDensity", json!("REGULAR")),
        ""
    );
    assert_eq!(
        sheet("categories/form/location/horizontal", json!("CENTER")),
        ""
    );
}

#[test]
fn switches_and_orders_change_the_page() {
    use Scheme::{Dark, Dynamic, Light};
    for (word, scheme) in [
        ("LIGHT", Light),
        ("DARK", Dark),
        ("DYNAMIC", Dynamic),
        ("X", Light),
    ] {
        assert_eq!(
            brand("categories/global/colorSchemeMode", json!(word)).scheme,
            scheme
        );
    }
    let on = json!(true);
    assert_eq!(
        brand("categories/global/pageHeader/enabled", on.clone()).header,
        Some(Band::default())
    );
    assert_eq!(
        brand("categories/global/pageFooter/enabled", on.clone()).footer,
        Some(Band::default())
    );
    assert!(!brand("categories/form/displayGraphics", json!(false)).show_graphics);
    assert!(brand("categories/form/languageSelector/enabled", on).language_menu);
    assert!(!brand("componentClasses/idpButtons/icons/enabled", json!(false)).provider_icons);
    assert!(brand("components/phoneNumberSelector/displayType", json!("FLAG")).country_list);
    let search = brand(
        "categories/auth/federation/interfaceStyle",
        json!("DOMAIN_INPUT"),
    );
    assert!(search.domain_search);
    let order = brand(
        "categories/auth/federation/order",
        json!(["Corp", "Google"]),
    );
    assert_eq!(order.provider_order, ["Corp", "Google"]);
    let local_first = json!([[
        {"display": "INPUT", "type": "USERNAME_PASSWORD"},
        {"display": "BUTTON", "type": "FEDERATED"}
    ]]);
    let methods = |value| brand("categories/auth/authMethodOrder", value).methods;
    assert_eq!(methods(local_first), [Method::Local, Method::Federated]);
    // Strange orders lose nothing.
    for strange in [
        json!([]),
        json!([[], ["x"]]),
        json!([{"type": "FEDERATED"}]),
        json!([[{}]]),
    ] {
        assert_eq!(methods(strange), [Method::Federated, Method::Local]);
    }
}

#[test]
fn images_stand_where_their_switches_say() {
    let mut base = style(json!({
        "categories": {"global": {
            "pageHeader": {"enabled": true},
            "pageFooter": {"enabled": true},
            "colorSchemeMode": "DYNAMIC",
        }},
        "components": {
            "pageHeader": {"logo": {"enabled": true, "location": "END"}, "backgroundImage": {"enabled": true}},
            "pageFooter": {"logo": {"enabled": true}, "backgroundImage": {"enabled": true}},
            "form": {
                "logo": {"enabled": true, "location": "START", "position": "BOTTOM", "formInclusion": "OUT"},
                "backgroundImage": {"enabled": true},
            },
        },
    }));
    base.images = vec![
        image("PAGE_HEADER_LOGO", "LIGHT", "SVG", ""),
        image("PAGE_HEADER_LOGO", "DARK", "SVG", ""),
        image("PAGE_FOOTER_LOGO", "DYNAMIC", "PNG", ""),
        image("FORM_LOGO", "LIGHT", "PNG", ""),
        image("PAGE_BACKGROUND", "LIGHT", "JPEG", ""),
        image("PAGE_BACKGROUND", "DARK", "JPEG", ""),
        image("FORM_BACKGROUND", "DYNAMIC", "WEBP", ""),
        image("PAGE_HEADER_BACKGROUND", "DYNAMIC", "PNG", ""),
        image("PAGE_FOOTER_BACKGROUND", "DYNAMIC", "PNG", ""),
        image("EMAIL_GRAPHIC", "DYNAMIC", "PNG", ""),
        image("IDP_BUTTON_ICON", "LIGHT", "SVG", "Corp IdP"),
        image("FAVICON_ICO", "DYNAMIC", "ICO", ""),
        image("FAVICON_SVG", "DARK", "SVG", ""),
    ];
    let brand = managed(CLIENT, &base);
    let path = |end: &str, picture: &str| {
        assert!(
            picture.starts_with("/branding/client1/") && picture.ends_with(end),
            "{picture}"
        );
    };
    let logo = brand.header.unwrap().logo.unwrap();
    assert_eq!(logo.place, Place::End);
    path("/page-header-logo.light.svg", &logo.picture.src);
    path("/page-header-logo.dark.svg", &logo.picture.dark.unwrap());
    let logo = brand.footer.unwrap().logo.unwrap();
    assert_eq!((logo.place, logo.picture.dark), (Place::Start, None));
    let FormLogo {
        picture,
        place,
        inside,
        above,
    } = brand.form_logo.unwrap();
    path("/form-logo.light.png", &picture.src);
    assert_eq!((place, inside, above), (Place::Start, false, false));
    path("/email-graphic.dynamic.png", &brand.graphics[0].1.src);
    assert_eq!(brand.graphics[0].0, FactorKind::Email);
    path(
        "/idp-button-icon.light.436f727020496450.svg",
        &brand.icons[0].1.src,
    );
    assert_eq!(brand.icons[0].0, "Corp IdP");
    let icons: Vec<(&str, Option<&str>)> = brand
        .favicons
        .iter()
        .map(|f: &Favicon| (f.content_type, f.media))
        .collect();
    assert_eq!(
        icons,
        [
            ("image/x-icon", None),
            ("image/svg+xml", Some("(prefers-color-scheme: dark)"))
        ]
    );
    let css = style_sheet(CLIENT, &base);
    let stamp = css
        .split("/branding/client1/")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    for line in [
        format!("--page-image: url(\"/branding/client1/{stamp}/page-background.light.jpeg\");"),
        format!("--card-image: url(\"/branding/client1/{stamp}/form-background.dynamic.webp\");"),
        format!(
            "--header-image: url(\"/branding/client1/{stamp}/page-header-background.dynamic.png\");"
        ),
        format!(
            "--footer-image: url(\"/branding/client1/{stamp}/page-footer-background.dynamic.png\");"
        ),
    ] {
        assert!(css.lines().any(|l| l == line), "{line}: {css}");
    }
    let (_, dark) = css
        .split_once("@media (prefers-color-scheme: dark) {")
        .unwrap();
    assert!(dark.contains("page-background.dark.jpeg"), "{css}");
    // Another version has other addresses, and pages of one scheme have one image.
    base.ver = 2;
    assert!(!style_sheet(CLIENT, &base).contains(&stamp));
    base.settings["categories"]["global"]["colorSchemeMode"] = json!("DARK");
    let css = style_sheet(CLIENT, &base);
    assert!(
        css.contains("page-background.dark.jpeg") && !css.contains("@media"),
        "{css}"
    );
    // Switched off.
    base.settings["components"]["form"]["logo"]["enabled"] = json!(false);
    base.settings["components"]["pageBackground"] = json!({"image": {"enabled": false}});
    base.settings["components"]["favicon"] = json!({"enabledTypes": ["SVG"]});
    base.settings["categories"]["global"]["pageHeader"]["enabled"] = json!(false);
    let brand = managed(CLIENT, &base);
    assert_eq!(
        (brand.form_logo, brand.header, brand.favicons.len()),
        (None, None, 1)
    );
    assert!(!style_sheet(CLIENT, &base).contains("--page-image"));
}

#[test]
fn one_image_for_both_schemes_is_named_once() {
    let mut only_dark = style(json!({"components": {"form": {"logo": {"enabled": true}}}}));
    only_dark.images = vec![image("FORM_LOGO", "DARK", "PNG", "")];
    let Picture { src, dark } = managed(CLIENT, &only_dark).form_logo.unwrap().picture;
    assert!(src.ends_with("form-logo.dark.png") && dark.is_none());
}

#[test]
fn single_providers_have_colours_of_their_own() {
    let settings = json!({"components": {"idpButton": {
        "custom": {"Corp": {"lightMode": {"defaults": {"backgroundColor": "00ff00ff"}}}},
        "standard": {"lightMode": {"defaults": {"textColor": "ff0000ff"}}},
    }}});
    let css = style_sheet(CLIENT, &style(settings));
    let (_, rule) = css.split_once("[data-provider=\"Corp\"] {\n").unwrap();
    assert!(
        rule.contains("--provider-background: light-dark(#00ff00, #0f1b2a);"),
        "{css}"
    );
    assert!(css.contains("--provider-text: light-dark(#ff0000, #c6c6cd);"));
}

#[test]
fn names_of_providers_stay_in_their_strings() {
    for name in [
        "\"] {} body { display: none } [x=\"",
        "a\\",
        "a\nb",
        "*/ @import 'x'; /*",
        "</style><script>",
        "ключ~/x",
    ] {
        let settings = json!({"components": {"idpButton": {"custom": {
            name: {"lightMode": {"defaults": {"backgroundColor": "00ff00ff"}}},
        }}}});
        let css = style_sheet(CLIENT, &style(settings));
        assert!(
            css.contains("--provider-background: light-dark(#00ff00"),
            "{css}"
        );
        let (before, after) = css.split_once("[data-provider=\"").unwrap();
        let (quoted, rest) = after.split_once('"').unwrap();
        assert!(before.is_empty() && rest.starts_with("] {\n"), "{css}");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '\\' || c == ' ';
        assert!(quoted.chars().all(plain), "{quoted}");
    }
}

/// What the API accepts is narrow, but a row of an older program may hold anything.
#[test]
fn values_that_are_none_are_left_out() {
    for (path, value) in [
        ("components/form/lightMode/backgroundColor", json!("red;}")),
        (
            "components/form/lightMode/backgroundColor",
            json!("url(//x)"),
        ),
        ("components/form/borderRadius", json!("1px;}body{}")),
        ("components/form/borderRadius", json!(-1)),
        ("components/form/borderRadius", json!(1e300)),
        ("categories/form/location/horizontal", json!("END;}")),
        ("categories/global/spacingDensity", json!("</style>")),
    ] {
        assert_eq!(sheet(path, value.clone()), "", "{path} {value}");
    }
}

#[test]
fn texts_on_a_ground_of_the_owner_can_be_read() {
    let yellow = json!({"components": {"primaryButton": {
        "lightMode": {"defaults": {"backgroundColor": "ffee00ff"}},
    }}});
    let css = style_sheet(CLIENT, &style(yellow));
    assert!(
        css.contains("--primary-text: light-dark(#000716, #000716);"),
        "{css}"
    );
    // Unless the owner has set the text, too.
    let owned = json!({"components": {"primaryButton": {"lightMode": {"defaults": {
        "backgroundColor": "ffee00ff", "textColor": "ffffffff",
    }}}}});
    let css = style_sheet(CLIENT, &style(owned));
    assert!(
        css.contains("--primary-text: light-dark(#ffffff, #000716);"),
        "{css}"
    );
    // A dark card for light pages turns everything on it, but not what the owner keeps.
    let card = json!({"components": {
        "form": {"lightMode": {"backgroundColor": "111111ff"}},
        "pageText": {"lightMode": {"headingColor": "222222ff"}},
    }});
    let css = style_sheet(CLIENT, &style(card));
    for property in ["body", "description", "label", "help", "link-hover"] {
        assert!(
            css.contains(&format!("--{property}: light-dark(#ffffff, ")),
            "{property}: {css}"
        );
    }
    assert!(css.contains("--heading: light-dark(#222222, "), "{css}");
    assert_eq!(css.matches("--heading:").count(), 1);
    // The disabled button has no setting for its text.
    let disabled = json!({"components": {"primaryButton": {
        "lightMode": {"disabled": {"backgroundColor": "ffffffff"}},
    }}});
    let css = style_sheet(CLIENT, &style(disabled));
    assert!(
        css.contains("--primary-disabled-text: light-dark(#000716, #000716);"),
        "{css}"
    );
}
