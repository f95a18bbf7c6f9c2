//! What the settings tell of the PBX.

use vochi_crm::asterisk::{ContextPattern, ExtensionPattern};
use vochi_crm::phone::Region;
use vochi_crm::{Error, PhoneNumber, Result, Zone};

use super::check;
use super::tree::Table;

/// How a PBX's events are to be read.
#[derive(Clone, Debug)]
pub(crate) struct Pbx {
    /// Whose national numbers it writes, where that is set for all profiles.
    pub(crate) region: Option<Region>,
    /// The zone of the times it writes without one.
    pub(crate) zone: Zone,
    /// Which of its peers are employees.
    pub(crate) extensions: ExtensionPattern,
    /// The dialplan contexts whose channels are lines.
    pub(crate) trunk_contexts: ContextPattern,
    /// Mobiles of employees.
    pub(crate) employees: Vec<PhoneNumber>,
}

impl Pbx {
    /// Reads the settings outside profiles. What cannot be meant is told whether or not it is needed.
    pub(super) fn read(top: &Table) -> Result<Self> {
        let region = |text: &str| {
            let read = text.parse::<Region>();
            read.map_err(|error| Error::config(error.to_string()))
        };
        Ok(Self {
            region: read(top, "default_region", region)?,
            zone: read(top, "pbx_timezone", str::parse)?.unwrap_or_else(Zone::utc),
            extensions: read(top, "pbx_extensions", str::parse)?.unwrap_or_default(),
            trunk_contexts: read(top, "pbx_trunk_contexts", str::parse)?.unwrap_or_default(),
            employees: employees(top)?,
        })
    }
}

fn employees(top: &Table) -> Result<Vec<PhoneNumber>> {
    let key = "pbx_employees";
    let Some(entry) = top.get(key) else {
        return Ok(Vec::new());
    };
    let number = |text: &str| {
        text.parse().map_err(|error| {
            let what = format!("invalid number {text:?}: {error}");
            check::mistake(entry, key, &what)
                .with_hint("write numbers in E.164, as \"+375291112233\"")
        })
    };
    top.texts(key).map(number).collect()
}

/// A setting the library reads out of a text; what it says of a mistake is told with the place.
fn read<T>(top: &Table, key: &str, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<T>> {
    let (Some(entry), Some(text)) = (top.get(key), top.text(key)) else {
        return Ok(None);
    };
    parse(text).map(Some).map_err(|error| {
        let told = check::mistake(entry, key, error.message());
        match error.hint() {
            Some(hint) => told.with_hint(hint.to_owned()),
            None => told,
        }
    })
}
