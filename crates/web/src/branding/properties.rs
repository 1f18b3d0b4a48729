//! The properties of the style sheet of all pages that are colours of settings.

/// The colours: the property, and the path of its setting, in which `{mode}` stands for light or dark.
pub(crate) static COLOURS: &[(&str, &str)] = &[
    ("page-background", "/components/pageBackground/{mode}/color"),
    ("card-background", "/components/form/{mode}/backgroundColor"),
    ("card-border", "/components/form/{mode}/borderColor"),
    ("heading", "/components/pageText/{mode}/headingColor"),
    ("body", "/components/pageText/{mode}/bodyColor"),
    (
        "description",
        "/components/pageText/{mode}/descriptionColor",
    ),
    ("label", "/componentClasses/inputLabel/{mode}/textColor"),
    (
        "help",
        "/componentClasses/inputDescription/{mode}/textColor",
    ),
    (
        "input-background",
        "/componentClasses/input/{mode}/defaults/backgroundColor",
    ),
    (
        "input-border",
        "/componentClasses/input/{mode}/defaults/borderColor",
    ),
    (
        "placeholder",
        "/componentClasses/input/{mode}/placeholderColor",
    ),
    ("focus", "/componentClasses/focusState/{mode}/borderColor"),
    ("link", "/componentClasses/link/{mode}/defaults/textColor"),
    (
        "link-hover",
        "/componentClasses/link/{mode}/hover/textColor",
    ),
    ("divider", "/componentClasses/divider/{mode}/borderColor"),
    (
        "option-background",
        "/componentClasses/optionControls/{mode}/defaults/backgroundColor",
    ),
    (
        "option-border",
        "/componentClasses/optionControls/{mode}/defaults/borderColor",
    ),
    (
        "option-selected-background",
        "/componentClasses/optionControls/{mode}/selected/backgroundColor",
    ),
    (
        "option-selected-foreground",
        "/componentClasses/optionControls/{mode}/selected/foregroundColor",
    ),
    (
        "menu-background",
        "/componentClasses/dropDown/{mode}/defaults/itemBackgroundColor",
    ),
    (
        "menu-hover-background",
        "/componentClasses/dropDown/{mode}/hover/itemBackgroundColor",
    ),
    (
        "menu-hover-border",
        "/componentClasses/dropDown/{mode}/hover/itemBorderColor",
    ),
    (
        "menu-hover-text",
        "/componentClasses/dropDown/{mode}/hover/itemTextColor",
    ),
    (
        "menu-match-background",
        "/componentClasses/dropDown/{mode}/match/itemBackgroundColor",
    ),
    (
        "menu-match-text",
        "/componentClasses/dropDown/{mode}/match/itemTextColor",
    ),
    (
        "error-background",
        "/componentClasses/statusIndicator/{mode}/error/backgroundColor",
    ),
    (
        "error-border",
        "/componentClasses/statusIndicator/{mode}/error/borderColor",
    ),
    (
        "error-mark",
        "/componentClasses/statusIndicator/{mode}/error/indicatorColor",
    ),
    (
        "success-background",
        "/componentClasses/statusIndicator/{mode}/success/backgroundColor",
    ),
    (
        "success-border",
        "/componentClasses/statusIndicator/{mode}/success/borderColor",
    ),
    (
        "success-mark",
        "/componentClasses/statusIndicator/{mode}/success/indicatorColor",
    ),
    (
        "warning-background",
        "/componentClasses/statusIndicator/{mode}/warning/backgroundColor",
    ),
    (
        "warning-border",
        "/componentClasses/statusIndicator/{mode}/warning/borderColor",
    ),
    (
        "warning-mark",
        "/componentClasses/statusIndicator/{mode}/warning/indicatorColor",
    ),
    (
        "pending-mark",
        "/componentClasses/statusIndicator/{mode}/pending/indicatorColor",
    ),
    (
        "alert-background",
        "/components/alert/{mode}/error/backgroundColor",
    ),
    ("alert-border", "/components/alert/{mode}/error/borderColor"),
    (
        "primary-background",
        "/components/primaryButton/{mode}/defaults/backgroundColor",
    ),
    (
        "primary-text",
        "/components/primaryButton/{mode}/defaults/textColor",
    ),
    (
        "primary-hover-background",
        "/components/primaryButton/{mode}/hover/backgroundColor",
    ),
    (
        "primary-hover-text",
        "/components/primaryButton/{mode}/hover/textColor",
    ),
    (
        "primary-active-background",
        "/components/primaryButton/{mode}/active/backgroundColor",
    ),
    (
        "primary-active-text",
        "/components/primaryButton/{mode}/active/textColor",
    ),
    (
        "primary-disabled-background",
        "/components/primaryButton/{mode}/disabled/backgroundColor",
    ),
    (
        "primary-disabled-border",
        "/components/primaryButton/{mode}/disabled/borderColor",
    ),
    (
        "secondary-background",
        "/components/secondaryButton/{mode}/defaults/backgroundColor",
    ),
    (
        "secondary-border",
        "/components/secondaryButton/{mode}/defaults/borderColor",
    ),
    (
        "secondary-text",
        "/components/secondaryButton/{mode}/defaults/textColor",
    ),
    (
        "secondary-hover-background",
        "/components/secondaryButton/{mode}/hover/backgroundColor",
    ),
    (
        "secondary-hover-border",
        "/components/secondaryButton/{mode}/hover/borderColor",
    ),
    (
        "secondary-hover-text",
        "/components/secondaryButton/{mode}/hover/textColor",
    ),
    (
        "secondary-active-background",
        "/components/secondaryButton/{mode}/active/backgroundColor",
    ),
    (
        "secondary-active-border",
        "/components/secondaryButton/{mode}/active/borderColor",
    ),
    (
        "secondary-active-text",
        "/components/secondaryButton/{mode}/active/textColor",
    ),
    (
        "header-background",
        "/components/pageHeader/{mode}/background/color",
    ),
    ("header-border", "/components/pageHeader/{mode}/borderColor"),
    (
        "footer-background",
        "/components/pageFooter/{mode}/background/color",
    ),
    ("footer-border", "/components/pageFooter/{mode}/borderColor"),
    (
        "provider-background",
        "/components/idpButton/standard/{mode}/defaults/backgroundColor",
    ),
    (
        "provider-border",
        "/components/idpButton/standard/{mode}/defaults/borderColor",
    ),
    (
        "provider-text",
        "/components/idpButton/standard/{mode}/defaults/textColor",
    ),
    (
        "provider-hover-background",
        "/components/idpButton/standard/{mode}/hover/backgroundColor",
    ),
    (
        "provider-hover-border",
        "/components/idpButton/standard/{mode}/hover/borderColor",
    ),
    (
        "provider-hover-text",
        "/components/idpButton/standard/{mode}/hover/textColor",
    ),
    (
        "provider-active-background",
        "/components/idpButton/standard/{mode}/active/backgroundColor",
    ),
    (
        "provider-active-border",
        "/components/idpButton/standard/{mode}/active/borderColor",
    ),
    (
        "provider-active-text",
        "/components/idpButton/standard/{mode}/active/textColor",
    ),
];

/// Returns the path of the setting of a property; None for a property without one.
pub(crate) fn path_of(property: &str) -> Option<&'static str> {
    let found = COLOURS.iter().find(|(name, _)| *name == property);
    found.map(|(_, path)| *path)
}

#[cfg(test)]
mod tests {
    use cognate_domain::resources::branding::look::LoginStyle;
    use serde_json::{Map, Value};

    use super::*;
    use crate::branding::settings::{Mode, Settings};

    /// Returns the paths of all colours below a value.
    fn colours(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    colours(value, &format!("{path}/{key}"), found);
                }
            }
            Value::String(text) if crate::branding::colour::Colour::parse(text).is_some() => {
                found.push(
                    path.replace("lightMode", "{mode}")
                        .replace("darkMode", "{mode}"),
                );
            }
            _ => {}
        }
    }

    #[test]
    fn every_colour_of_the_settings_has_a_property_of_the_sheet() {
        let style = LoginStyle {
            id: String::new(),
            ver: 1,
            settings: Map::new(),
            images: Vec::new(),
        };
        let mut paths = Vec::new();
        colours(&style.merged(), "", &mut paths);
        paths.sort();
        paths.dedup();
        assert!(paths.len() > 60);
        for path in &paths {
            assert!(COLOURS.iter().any(|(_, known)| known == path), "{path}");
        }
        assert_eq!(paths.len(), COLOURS.len());
        let settings = Settings::new(&style);
        for (property, path) in COLOURS {
            for mode in Mode::ALL {
                assert!(settings.colour(path, mode).is_some(), "{property}");
            }
        }
    }
}
