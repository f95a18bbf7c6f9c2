//! The typed client of one CRM, and a raw request.
//!
//! `cargo run --example typed_client`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;

use vochi_crm::http::{ApiRequest, RawRequest};
use vochi_crm::retailcrm::Client;
use vochi_crm::retailcrm::api::{FindManager, GetCredentials, UserFilter};
use vochi_crm::{Cx, Hub, PhoneNumber};
use vochi_crm_sandbox::{Sandbox, retailcrm};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let url = sandbox.profiles()["retailcrm"]["url"].as_str().unwrap_or_default().to_owned();
    let client =
        Client::builder(url).account("shop").api_key(retailcrm::API_KEY).build(&Hub::new()?)?;
    let cx = Cx::history();

    let key = client.send(&cx, GetCredentials).await?;
    println!("scopes of the key: {}", key.scopes.join(", "));

    let mut users = client.list(&cx, UserFilter::new().active());
    while let Some(user) = users.next().await? {
        println!("{:>4} {} ({:?})", user.id.get(), user.display_name(), user.status);
    }

    let phone: PhoneNumber = "+375291112233".parse()?;
    let found = client.send(&cx, FindManager::new(phone).details()).await?;
    println!("manager: {:?}", found.manager.and_then(|manager| manager.full_name()));

    // An operation without a type has the same key, limits and retries.
    let raw = RawRequest::new(ApiRequest::get("/api/v5/reference/sites"));
    println!("{:#}", client.raw(&cx, raw).await?);
    Ok(())
}
