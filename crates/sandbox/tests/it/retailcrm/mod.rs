//! RetailCRM's stand-in.

mod checks;
mod customers;
mod files;
pub(crate) mod fixtures;
mod limits;
mod modules;
mod odd_fields;
mod orders;
mod state;
mod tasks;
