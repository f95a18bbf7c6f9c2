//! The way to the host's recorder: the facade `metrics`, or nothing without the feature `metrics`.

#[cfg(not(feature = "metrics"))]
pub(crate) use disabled::{count, describe, measure};
#[cfg(feature = "metrics")]
pub(crate) use facade::{count, describe, measure};

use std::borrow::Cow;

/// The name of a label and its value.
type Label = (&'static str, Cow<'static, str>);

#[cfg(feature = "metrics")]
mod facade {
    use super::Label;
    use crate::metric::{Metric, MetricType};

    /// Adds one to a counter.
    pub(crate) fn count<const N: usize>(name: &'static str, labels: [Label; N]) {
        metrics::counter!(name, collect(labels)).increment(1);
    }

    /// Records a value of a histogram.
    pub(crate) fn measure<const N: usize>(name: &'static str, labels: [Label; N], value: f64) {
        metrics::histogram!(name, collect(labels)).record(value);
    }

    /// Registers the description of a metric.
    pub(crate) fn describe(metric: &Metric) {
        let (name, description) = (metric.name, metric.description);
        match metric.kind {
            MetricType::Counter => {
                metrics::describe_counter!(name, metrics::Unit::Count, description);
            }
            MetricType::Histogram => {
                metrics::describe_histogram!(name, metrics::Unit::Seconds, description);
            }
        }
    }

    fn collect<const N: usize>(labels: [Label; N]) -> Vec<metrics::Label> {
        labels.into_iter().map(|(name, value)| metrics::Label::new(name, value)).collect()
    }
}

#[cfg(not(feature = "metrics"))]
mod disabled {
    use super::Label;
    use crate::metric::Metric;

    pub(crate) fn count<const N: usize>(_: &'static str, _: [Label; N]) {}

    pub(crate) fn measure<const N: usize>(_: &'static str, _: [Label; N], _: f64) {}

    pub(crate) fn describe(_: &Metric) {}
}
