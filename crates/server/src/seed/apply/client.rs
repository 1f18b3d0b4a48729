//! An app client, its secret and its profile.

use cognate_domain::Mode;
use cognate_domain::ids::is_client_id;
use cognate_shapes::Op;
use serde_json::{Value, json};

use super::call::Call;
use super::resource::{changed, differing};
use super::{Change, Outcome, Refused, set_profile};
use crate::admin::creation;
use crate::aws::client_names;
use crate::seed::export::{PUBLISH, PUBLISHED, registered_itself};
use crate::seed::file::{ClientSeed, Input};

/// Applies a client.
pub async fn apply(call: Call<'_>, client: &ClientSeed) -> Result<Vec<Change>, Refused> {
    let what = format!("app client {} of user pool {}", client.id, call.pool);
    let refused = |why: String| Refused::of(&what, why);
    if !is_client_id(&client.id) {
        return Err(refused(creation::CLIENT_ID.to_owned()));
    }
    let id: Input = [("ClientId".to_owned(), json!(client.id))]
        .into_iter()
        .collect();
    let known = call.app.cached_client(&client.id).await;
    let known = known.map_err(|fault| refused(format!("{fault:?}")))?;
    if known.is_some_and(|known| known.pool_id != call.pool) {
        return Err(refused(
            "there is such a client in another user pool".to_owned(),
        ));
    }
    let found = match call.only_look && !call.is_there().await.map_err(refused)? {
        true => None,
        false => {
            let found = call.find(Op::DescribeUserPoolClient, id.clone()).await;
            found.map_err(refused)?
        }
    };
    let Some(answer) = found else {
        let mut input = client.settings.clone();
        if let Some(secret) = &client.secret {
            input.remove("GenerateSecret");
            input.insert("ClientSecret".to_owned(), json!(secret));
        }
        let kept = Some(("client id", client.id.as_str()));
        let made = call.write(Op::CreateUserPoolClient, input, kept).await;
        made.map_err(refused)?;
        if let Some(profile) = &client.profile
            && !call.only_look
        {
            let set = set_profile(call, &client.id, profile).await;
            set.map_err(refused)?;
        }
        return Ok(vec![Change::of(what, Outcome::Created)]);
    };
    let mut found = answer.get("UserPoolClient").cloned().unwrap_or_default();
    if registered_itself(&found) {
        let why = "the client registered itself, and one of a seed is an administrator's; give the seed's client another id";
        return Err(refused(why.to_owned()));
    }
    let published = found.get(PUBLISHED).is_some();
    if let Some(members) = found.as_object_mut() {
        members.insert(PUBLISH.to_owned(), json!(published));
    }
    let mut wanted = client.settings.clone();
    let generated = wanted.remove("GenerateSecret");
    if call.app.settings.mode == Mode::Dev
        && let Some(Value::String(name)) = wanted.get_mut("ClientName")
    {
        *name = client_names::kept(name).to_owned();
    }
    let has_secret = published || found.get("ClientSecret").is_some();
    let wants_secret = generated == Some(json!(true)) || client.secret.is_some();
    if wants_secret && !has_secret {
        let why = "the client has no secret and cannot get one; give the seed's client another id";
        return Err(refused(why.to_owned()));
    }
    let mut members = differing(&wanted, &found);
    if !members.is_empty() {
        let op = Op::UpdateUserPoolClient;
        let mut input = changed(op, &wanted, &found, &members).map_err(refused)?;
        input.extend(id.clone());
        call.write(op, input, None).await.map_err(refused)?;
    }
    let current = found.get("ClientSecret").and_then(Value::as_str);
    if let Some(secret) = &client.secret
        && current != Some(secret.as_str())
    {
        if published {
            let why = "a store of secrets has the client's secret, and makes it";
            return Err(refused(why.to_owned()));
        }
        replace_secret(call, &id, secret).await.map_err(refused)?;
        members.push("secret".to_owned());
    }
    if let Some(profile) = &client.profile {
        let set = set_profile(call, &client.id, profile).await;
        if set.map_err(refused)? {
            members.push("profile".to_owned());
        }
    }
    Ok(vec![Change::by(what, members)])
}

/// Makes this the only secret of the client.
async fn replace_secret(call: Call<'_>, id: &Input, secret: &str) -> Result<(), String> {
    if call.only_look {
        return Ok(());
    }
    let listed = call.find(Op::ListUserPoolClientSecrets, id.clone()).await?;
    let listed = listed.unwrap_or_default();
    let known = listed.get("ClientSecrets").and_then(Value::as_array);
    let mut known: Vec<Value> = known.cloned().unwrap_or_default();
    let named = |descriptor: &Value| {
        let mut input = id.clone();
        let name = descriptor.get("ClientSecretId").cloned();
        input.insert("ClientSecretId".to_owned(), name.unwrap_or_default());
        input
    };
    // There is room for one more beside one.
    while known.len() > 1 {
        if let Some(old) = known.pop() {
            call.write(Op::DeleteUserPoolClientSecret, named(&old), None)
                .await?;
        }
    }
    let mut input = id.clone();
    input.insert("ClientSecret".to_owned(), json!(secret));
    call.write(Op::AddUserPoolClientSecret, input, None).await?;
    for old in &known {
        call.write(Op::DeleteUserPoolClientSecret, named(old), None)
            .await?;
    }
    Ok(())
}
