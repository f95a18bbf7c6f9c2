//! Values the CRM could only misread: they are refused before anything is sent.

mod customers;
mod orders;
mod passed_on;
mod table;

use std::collections::BTreeSet;

use vochi_crm_core::{Cx, Effect, ErrorKind, TryAgain};

use super::operations;
use super::support::Bench;
use table::rows;

#[tokio::test(start_paused = true)]
async fn what_the_crm_would_misread_is_refused_before_anything_is_sent() {
    for row in rows() {
        let place = format!("{}: {}", row.type_name, row.what);
        let bench = Bench::new([]);
        let client = bench.connector.client();
        let result = row.operation.send(client, &Cx::history()).await;
        assert!(bench.played().is_empty(), "{place}: it went out");
        let error = result.expect_err(&place);
        assert_eq!(error.kind(), ErrorKind::Input, "{place}: {error}");
        assert_eq!(error.effect(), Effect::NotApplied, "{place}");
        assert_eq!(error.try_again(), TryAgain::Never, "{place}");
        assert_eq!(error.attempts(), 0, "{place}");
        let begin = format!("retailcrm account shop: {}: ", row.operation.name());
        assert!(error.to_string().starts_with(&begin), "{place}: {error}");
        assert!(error.message().contains(row.says), "{place}: {error}");
    }
}

#[test]
fn every_operation_is_in_the_table_or_takes_nothing_that_could_be_bad() {
    let mut named: BTreeSet<&str> = rows().iter().map(|row| row.type_name).collect();
    for (type_name, why) in table::TAKES_NOTHING_BAD {
        assert!(named.insert(type_name), "{type_name} has rows: {why}");
    }
    let all = operations::all();
    let all: BTreeSet<&str> = all.iter().map(operations::Row::type_name).collect();
    assert_eq!(named, all);
}
