//! The settings of the PBX.

use vochi_crm::asterisk::{ContextPattern, ExtensionPattern};
use vochi_crm::phone::Region;
use vochi_crm::{Error, PhoneNumber, Result, Zone};

use super::location::Locations;
use super::tree::Table;

/// The settings by which a PBX's events are read.
#[derive(Clone, Debug)]
pub(crate) struct Pbx {
    /// The region of national numbers, if set for all profiles.
    pub(crate) region: Option<Region>,
    /// The zone of times without one.
    pub(crate) zone: Zone,
    /// Recognises the peers that are employees.
    pub(crate) extensions: ExtensionPattern,
    /// The dialplan contexts whose channels are lines.
    pub(crate) trunk_contexts: ContextPattern,
    /// Mobiles of employees.
    pub(crate) employees: Vec<PhoneNumber>,
}

impl Pbx {
    /// Reads the settings outside profiles. An invalid value is an error even if it is not used.
    pub(super) fn read(top: &Table) -> Result<Self> {
        Self::of(top).map_err(|error| Locations::of("", top).locate(error))
    }

    fn of(top: &Table) -> Result<Self> {
        let region = |text: &str| {
            let read = text.parse::<Region>();
            read.map_err(|error| Error::config(error.to_string()))
        };
        Ok(Self {
            region: read(top, "default_region", region)?,
            zone: read(top, "pbx_timezone", str::parse)?.unwrap_or_else(Zone::utc),
            extensions: read(top, "pbx_extensions", str::parse)?.unwrap_or_default(),
            trunk_contexts: read(top, "pbx_trunk_contexts", str::parse)?.unwrap_or_default(),
            employees: top.texts("pbx_employees").map(employee).collect::<Result<_>>()?,
        })
    }
}

fn employee(text: &str) -> Result<PhoneNumber> {
    text.parse().map_err(|error| {
        Error::config(format!("invalid number {text:?}: {error}"))
            .with_hint("write numbers in E.164, as \"+375291112233\"")
            .with_key("pbx_employees")
    })
}

fn read<T>(
    top: &Table,
    key: &'static str,
    parse: impl FnOnce(&str) -> Result<T>,
) -> Result<Option<T>> {
    top.text(key).map(parse).transpose().map_err(|error| error.in_config(key))
}
