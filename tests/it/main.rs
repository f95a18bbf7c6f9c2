//! Tests that cross crates, one binary.

mod conformance;
