//! RetailCRM's stand-in.

mod checks;
mod corporate;
mod customers;
mod files;
pub(crate) mod fixtures;
mod history;
mod hostile;
mod limits;
mod minimal_forms;
mod modules;
mod odd_fields;
mod orders;
mod state;
mod tasks;
mod uploads;
