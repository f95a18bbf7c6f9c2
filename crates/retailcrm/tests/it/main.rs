//! Integration tests of the RetailCRM connector, one binary.

mod account;
mod errors;
mod fixture;
mod history;
mod live;
mod requests;
mod secrets;
mod stand_in;
mod support;
mod wire;
