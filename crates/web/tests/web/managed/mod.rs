//! Managed login: what scripts rely on, what assistive programs need, sizes, and values that are markup.

mod contract;
mod countries;
mod hostile;
mod markup;
mod tags;

use cognate_web::branding::Brand;
use cognate_web::locale::Locale;
use cognate_web::views::frame::{Alert, Version};
use cognate_web::views::samples::{self, Sample};
use cognate_web::views::{self, Frame, Screen};

/// A query of usual length.
const QUERY: &str = "client_id=4v8example2q9kd&response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=a%26b%22c";

/// A page of a client without a look of its own.
fn page(locale: Locale, screen: &Screen, alert: Option<Alert>) -> String {
    let brand = Brand::default();
    let frame = Frame {
        locale,
        version: Version::Managed,
        brand: &brand,
        app: "Acme Notes",
        query: QUERY,
        csrf: "the-token",
        alert,
        ends: None,
        terms_of_use: Some("https://app.example.com/terms"),
        privacy_policy: Some("https://app.example.com/privacy"),
    };
    views::render(&frame, screen)
}

fn draw(sample: &Sample) -> String {
    page(Locale::En, &sample.screen, sample.alert.clone())
}

/// The page of a sample by its name.
fn named(name: &str) -> String {
    draw(samples::all().iter().find(|s| s.name == name).unwrap())
}
