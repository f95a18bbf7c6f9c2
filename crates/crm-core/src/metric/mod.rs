//! Metrics: their names, labels and meaning, for hosts that record them and for dashboards.
//!
//! The library reports through the `metrics` facade and records nothing itself: a host installs a
//! recorder. Without the feature `metrics` nothing is reported. `examples/metrics.rs` shows one with Prometheus, `docs/metrics.md` has the table.

mod recorder;

pub(crate) use recorder::{count, measure};

/// Counts requests that were sent, with their repeats.
pub const REQUESTS: &str = "vochi_crm_requests_total";

/// Counts operations that failed, with their repeats used up.
pub const ERRORS: &str = "vochi_crm_errors_total";

/// Counts requests that were sent again.
pub const RETRIES: &str = "vochi_crm_retries_total";

/// Measures how long a request that had to wait waited for the limiter, in seconds.
pub const LIMITER_WAIT: &str = "vochi_crm_limiter_wait_seconds";

/// Measures one attempt, from its first byte sent to the last byte received, in seconds.
pub const REQUEST_DURATION: &str = "vochi_crm_request_seconds";

/// Names of labels.
pub mod label {
    /// The CRM: `retailcrm`, `kontur`.
    pub const CRM: &str = "crm";
    /// The CRM's own name of the operation: `telephony/call/event`.
    pub const OPERATION: &str = "operation";
    /// How a request ended: `ok`, `refused` (a status other than 2xx), `failed` (no response).
    pub const OUTCOME: &str = "outcome";
    /// The kind of an error, as [`ErrorKind::as_str`](crate::ErrorKind::as_str) writes it.
    pub const KIND: &str = "kind";
}

/// How a metric is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricType {
    /// It only grows.
    Counter,
    /// A distribution of values.
    Histogram,
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// How it is counted.
    pub kind: MetricType,
    /// The names of its labels. Accounts are no label: there may be thousands.
    pub labels: &'static [&'static str],
    /// What it means.
    pub description: &'static str,
}

const fn metric(
    name: &'static str,
    kind: MetricType,
    labels: &'static [&'static str],
    description: &'static str,
) -> Metric {
    Metric { name, kind, labels, description }
}

/// Every metric of the library.
pub const ALL: &[Metric] = &[
    metric(
        REQUESTS,
        MetricType::Counter,
        &[label::CRM, label::OPERATION, label::OUTCOME],
        "requests that were sent, with their repeats",
    ),
    metric(
        ERRORS,
        MetricType::Counter,
        &[label::CRM, label::KIND],
        "operations that failed, with their repeats used up",
    ),
    metric(
        RETRIES,
        MetricType::Counter,
        &[label::CRM, label::OPERATION],
        "requests that were sent again",
    ),
    metric(
        LIMITER_WAIT,
        MetricType::Histogram,
        &[label::CRM],
        "seconds that a request waited for the limiter, if it had to wait",
    ),
    metric(
        REQUEST_DURATION,
        MetricType::Histogram,
        &[label::CRM, label::OPERATION],
        "seconds from the first byte sent to the last byte received, of one attempt",
    ),
];

/// Registers the descriptions with the recorder the host has installed. Does nothing without the
/// feature `metrics`.
pub fn describe() {
    for metric in ALL {
        recorder::describe(metric);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_lists_every_metric() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        let page = std::fs::read_to_string(path).unwrap();
        let listed: Vec<&str> =
            page.lines().filter(|line| line.starts_with("| `vochi_crm_")).collect();
        let rows: Vec<String> = ALL.iter().map(row).collect();
        assert_eq!(listed, rows, "docs/metrics.md on the left, `ALL` on the right");
    }

    fn row(metric: &Metric) -> String {
        let labels: Vec<String> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
        let kind = match metric.kind {
            MetricType::Counter => "counter",
            MetricType::Histogram => "histogram",
        };
        let labels = labels.join(", ");
        format!("| `{}` | {kind} | {labels} | {} |", metric.name, metric.description)
    }
}
