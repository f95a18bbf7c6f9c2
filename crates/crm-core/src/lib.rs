//! What the vochi-crm connectors share.

pub mod cache;
pub mod limit;
pub mod phone;
pub mod state;
