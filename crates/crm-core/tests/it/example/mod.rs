//! A whole connector to an invented CRM, as small as one can be: the worked example of
//! `docs/add-a-crm.md`.

mod api;
mod conformance;
mod connector;
mod error;
mod server;

use std::sync::Arc;

use http::HeaderName;
use vochi_crm_core::connector::Context;
use vochi_crm_core::http::auth::HeaderKey;
use vochi_crm_core::http::{Operation, Output, Pipeline};
use vochi_crm_core::{Account, CrmName, Cx, Hub, Result, Secret};

const CRM: CrmName = CrmName::new("invented");

/// The typed client.
#[derive(Clone, Debug)]
struct Client(Pipeline);

impl Client {
    fn open(hub: &Hub, account: &Account, key: &Secret) -> Result<Self> {
        let auth = HeaderKey::new(HeaderName::from_static("x-key"), key)?;
        let origin = "https://crm.example.test".parse()?;
        let dialect = Arc::new(error::Invented);
        let pipeline =
            Pipeline::builder(hub, account.name().clone(), origin, dialect, Arc::new(auth));
        Ok(Self(pipeline.retry(account.retry()).build()))
    }

    async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        self.0.send(cx, operation).await
    }
}

/// One account of the CRM.
#[derive(Debug)]
struct Connector {
    context: Context,
    client: Client,
}

impl Connector {
    fn open(hub: &Hub, account: Account, key: &Secret) -> Result<Self> {
        let client = Client::open(hub, &account, key)?;
        Ok(Self { context: Context::new(CRM, hub, account), client })
    }
}

/// Every block of Rust in the guide is a part of this example.
#[test]
fn guide_shows_the_example() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let sources: Vec<String> = files
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/add-a-crm.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).collect();
    assert!(blocks.len() > 5, "only {} blocks", blocks.len());
    for block in blocks {
        let (code, _) = block.split_once("```").unwrap();
        assert!(sources.iter().any(|source| source.contains(code)), "not in the example:\n{code}");
    }
}
