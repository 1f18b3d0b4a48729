//! The list of countries before a phone number.

use cognate_web::phone::COUNTRIES;

use super::*;

fn with_countries(locale: Locale, screen: &Screen, alert: Option<Alert>) -> String {
    let brand = Brand {
        country_list: true,
        ..Brand::default()
    };
    let frame = Frame {
        locale,
        version: Version::Managed,
        brand: &brand,
        app: "Acme Notes",
        query: QUERY,
        csrf: "the-token",
        alert,
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    views::render(&frame, screen)
}

#[test]
fn a_list_stands_before_each_number_where_the_look_has_one() {
    let mut lists = Vec::new();
    for sample in samples::all() {
        let alert = || sample.alert.clone();
        let without = page(Locale::En, &sample.screen, alert());
        assert!(!without.contains("<select"), "{}", sample.name);
        let html = with_countries(Locale::En, &sample.screen, alert());
        let numbers = html.matches("type=\"tel\"").count();
        assert_eq!(html.matches("<select").count(), numbers, "{}", sample.name);
        if numbers > 0 {
            lists.push(sample.name);
            // One, since its name is one; and nothing else of the page is another: what scripts count are inputs.
            assert_eq!(numbers, 1, "{}", sample.name);
            let inputs = |html: &str| tags::of(html).iter().filter(|t| t.name == "input").count();
            assert_eq!(inputs(&html), inputs(&without), "{}", sample.name);
            for (country, code) in COUNTRIES {
                let option = format!("<option value=\"{country}\">{country} +{code}</option>");
                assert!(html.contains(&option), "{} {country}", sample.name);
            }
        }
        for locale in Locale::ALL {
            let html = with_countries(*locale, &sample.screen, alert());
            assert!(html.len() <= 30_000, "{} {}", sample.name, html.len());
        }
    }
    for name in ["setup-phone-wrong", "identifier-phone"] {
        assert!(lists.contains(&name), "{lists:?}");
    }
}
