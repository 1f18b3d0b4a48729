//! What is of the whole pool or of a client each: risk configurations, where logs go, and how the pages look.

use cognate_shapes::Op;
use cognate_store::tables::ui_customizations::{self, ALL};
use serde_json::{Value, json};

use super::call::Call;
use super::resource::{changed, differing, same};
use super::{Change, Outcome, Refused, base64};
use crate::seed::file::Input;

/// What a part is about.
fn named(what: &str, call: Call<'_>, input: &Input) -> String {
    match client(input) {
        Some(client) => format!("{what} of app client {client} of user pool {}", call.pool),
        None => format!("{what} of user pool {}", call.pool),
    }
}

fn client(input: &Input) -> Option<&str> {
    let client = input.get("ClientId").and_then(Value::as_str);
    client.filter(|client| *client != ALL)
}

/// Returns the key by which the operations find what is of this client, or of the pool.
fn key(input: &Input) -> Input {
    let client = client(input).map(|client| ("ClientId".to_owned(), json!(client)));
    client.into_iter().collect()
}

/// Finds something. Where nothing may be written, what it depends on may not be there yet.
async fn find(call: Call<'_>, op: Op, key: Input, answer: &str) -> Result<Option<Value>, String> {
    if call.only_look && !call.is_there().await? {
        return Ok(None);
    }
    match call.find(op, key).await {
        Ok(found) => Ok(found.and_then(|mut found| found.get_mut(answer).map(Value::take))),
        Err(_) if call.only_look => Ok(None),
        Err(error) => Err(error),
    }
}

/// Applies the input of SetRiskConfiguration.
pub async fn risk(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    set(
        call,
        "risk configuration",
        (Op::DescribeRiskConfiguration, "RiskConfiguration"),
        Op::SetRiskConfiguration,
        wanted,
    )
    .await
}

/// Applies the input of SetLogDeliveryConfiguration.
pub async fn logs(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    set(
        call,
        "log delivery",
        (Op::GetLogDeliveryConfiguration, "LogDeliveryConfiguration"),
        Op::SetLogDeliveryConfiguration,
        wanted,
    )
    .await
}

/// Applies an input of an operation that replaces what another one shows.
async fn set(
    call: Call<'_>,
    what: &str,
    (get, answer): (Op, &str),
    op: Op,
    wanted: &Input,
) -> Result<Change, Refused> {
    let what = named(what, call, wanted);
    let refused = |why: String| Refused::of(&what, why);
    let found = find(call, get, key(wanted), answer).await;
    let found = found.map_err(refused)?.unwrap_or_default();
    let members = differing(wanted, &found);
    if members.is_empty() {
        return Ok(Change::by(what, members));
    }
    let is_there = |name: &String| name != "ClientId" && found.get(name).is_some();
    let is_new = !wanted.keys().any(is_there);
    let input = changed(op, wanted, &found, &members).map_err(refused)?;
    call.write(op, input, None).await.map_err(refused)?;
    Ok(match is_new {
        true => Change::of(what, Outcome::Created),
        false => Change::by(what, members),
    })
}

/// Applies the input of SetUICustomization, which deletes what it is not sent.
pub async fn look(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    let what = named("look of the classic pages", call, wanted);
    let refused = |why: String| Refused::of(&what, why);
    let whose = client(wanted).unwrap_or(ALL);
    let op = Op::GetUICustomization;
    let found = find(call, op, key(wanted), "UICustomization").await;
    let found = found.map_err(refused)?.unwrap_or_default();
    // A client without a look of its own has that of all.
    let own = found.get("ClientId").and_then(Value::as_str) == Some(whose);
    let mut there = Input::new();
    if own {
        there.extend(found.get("CSS").map(|css| ("CSS".to_owned(), css.clone())));
        let image = ui_customizations::image(&call.app.store, call.pool, whose).await;
        let image = image.map_err(|error| refused(error.to_string()))?;
        there.extend(image.map(|image| ("ImageFile".to_owned(), json!(base64(&image)))));
    }
    let mut wanted = wanted.clone();
    wanted.remove("ClientId");
    let members = differing(&wanted, &Value::Object(there.clone()));
    if members.is_empty() {
        return Ok(Change::by(what, members));
    }
    there.extend(wanted);
    there.insert("ClientId".to_owned(), json!(whose));
    let set = call.write(Op::SetUICustomization, there, None).await;
    set.map_err(refused)?;
    Ok(match own {
        true => Change::by(what, members),
        false => Change::of(what, Outcome::Created),
    })
}

/// Applies the input of CreateManagedLoginBranding. An update adds settings and images and takes none away.
pub async fn branding(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    let what = named("managed login branding", call, wanted);
    let refused = |why: String| Refused::of(&what, why);
    let op = Op::DescribeManagedLoginBrandingByClient;
    let found = find(call, op, key(wanted), "ManagedLoginBranding").await;
    let Some(found) = found.map_err(refused)? else {
        let made = call.write(Op::CreateManagedLoginBranding, wanted.clone(), None);
        made.await.map_err(refused)?;
        return Ok(Change::of(what, Outcome::Created));
    };
    let mut wanted = wanted.clone();
    wanted.remove("ClientId");
    let mut members = differing(&wanted, &found);
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let there = list(found.get("Assets"));
    let has = |image: &Value| there.iter().any(|there| same(image, there));
    if list(wanted.get("Assets")).iter().all(has) {
        members.retain(|name| name != "Assets");
    }
    if members.is_empty() {
        return Ok(Change::by(what, members));
    }
    if wanted.get("UseCognitoProvidedValues") == Some(&json!(false)) {
        wanted.remove("UseCognitoProvidedValues");
    }
    let id = found.get("ManagedLoginBrandingId").cloned();
    wanted.insert("ManagedLoginBrandingId".to_owned(), id.unwrap_or_default());
    let done = call
        .write(Op::UpdateManagedLoginBranding, wanted, None)
        .await;
    done.map_err(refused)?;
    Ok(Change::by(what, members))
}
