//! Phone numbers: parsed at the boundary, then held in E.164.
//!
//! A [`PhoneNumber`] is always an assigned number of some country's plan. A [`PhoneReader`] parses
//! text as written in its default region, and returns [the reason](PhoneRefusal) if it is not a
//! valid number.
//!
//! ```
//! use vochi_crm_core::phone::{PhoneReader, PhoneRefusal};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let reader = PhoneReader::new().with_region("BY".parse()?);
//!
//! let reading = reader.read("8 (029) 111-22-33 доб. 151")?;
//! assert_eq!(reading.number().e164(), "+375291112233");
//! assert_eq!(reading.extension(), Some("151"));
//!
//! // No number of Belarus, but the digits of a Russian one.
//! assert_eq!(reader.read("79161234567")?.number().e164(), "+79161234567");
//!
//! let refused = reader.read("151").unwrap_err();
//! assert_eq!(refused.reason(), PhoneRefusal::Extension);
//! # Ok(())
//! # }
//! ```

mod clean;
mod digits;
mod engine;
mod error;
mod number;
mod reader;
mod region;
mod residue;
mod split;
mod tail;
mod trunk;
mod variants;
mod vocabulary;

pub use error::{PhoneError, PhoneRefusal};
pub use number::{PhoneKind, PhoneNumber};
pub use reader::{BareDigits, PhoneReader, PhoneReading};
pub use region::{Region, UnknownRegion};
