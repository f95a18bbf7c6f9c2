//! Invalid values: they are refused before anything is sent.

mod customers;
mod orders;
mod table;
mod unchecked;

use std::collections::BTreeSet;

use vochi_crm_core::{Cx, Effect, ErrorKind, TryAgain};

use super::operations;
use super::support::Bench;
use table::rows;

#[tokio::test(start_paused = true)]
async fn invalid_values_are_refused_before_sending() {
    for row in rows() {
        let place = format!("{}: {}", row.type_name, row.what);
        let bench = Bench::new([]);
        let client = bench.connector.client();
        let result = row.operation.send(client, &Cx::history()).await;
        assert!(bench.played().is_empty(), "{place}: it was sent");
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
fn every_operation_with_fallible_values_is_in_the_table() {
    let mut named: BTreeSet<&str> = rows().iter().map(|row| row.type_name).collect();
    for (type_name, why) in table::TAKES_NOTHING_BAD {
        assert!(named.insert(type_name), "{type_name} has rows: {why}");
    }
    let all = operations::all();
    let all: BTreeSet<&str> = all.iter().map(operations::Row::type_name).collect();
    assert_eq!(named, all);
}
