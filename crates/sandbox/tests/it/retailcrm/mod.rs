//! RetailCRM's stand-in.

mod checks;
pub(crate) mod fixtures;
mod limits;
mod state;
