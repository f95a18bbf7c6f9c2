//! retailcrm.
