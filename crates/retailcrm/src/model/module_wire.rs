//! Serialization of an integration module.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use vochi_crm_core::Secret;

use super::module::{
    AdditionalCode, ExternalPhone, IntegrationModule, TelephonyModule, is_php_empty,
};

/// A module as written in requests. Separate from the module, so that `clientId` is serialized
/// nowhere else.
pub(crate) struct Written<'a>(pub(crate) &'a IntegrationModule);

struct Integrations<'a>(&'a IntegrationModule);
struct Telephony<'a>(&'a TelephonyModule);
struct Codes<'a>(&'a TelephonyModule);
struct Phones<'a>(&'a TelephonyModule);
struct Code<'a>(&'a AdditionalCode);
struct Phone<'a>(&'a ExternalPhone);

/// Writes the fields that are set, and then the other non-empty fields that were not written.
struct Fields<M> {
    map: M,
    written: Vec<&'static str>,
}

impl<M: SerializeMap> Fields<M> {
    fn new(map: M) -> Self {
        Self { map, written: Vec::new() }
    }

    fn put<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.written.push(name);
        self.map.serialize_entry(name, value)
    }

    fn some<T: Serialize>(&mut self, name: &'static str, value: Option<T>) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.put(name, &value))
    }

    fn others(mut self, others: &Map<String, Value>) -> Result<M::Ok, M::Error> {
        for (name, value) in others {
            if !is_php_empty(value) && !self.written.contains(&name.as_str()) {
                self.map.serialize_entry(name, value)?;
            }
        }
        self.map.end()
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let module = self.0;
        let mut fields = Fields::new(serializer.serialize_map(None)?);
        fields.some("code", module.code.as_ref())?;
        fields.some("integrationCode", module.integration_code.as_ref())?;
        fields.some("active", module.active)?;
        fields.some("name", module.name.as_ref())?;
        fields.some("logo", module.logo.as_ref())?;
        fields.some("clientId", module.client_id.as_ref().map(Secret::expose))?;
        fields.some("baseUrl", module.base_url.as_ref())?;
        fields.some("accountUrl", module.account_url.as_ref())?;
        if module.telephony.is_some() || !module.other_integrations.is_empty() {
            fields.put("integrations", &Integrations(module))?;
        }
        fields.others(&module.other)
    }
}

impl Serialize for Integrations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields::new(serializer.serialize_map(None)?);
        fields.some("telephony", self.0.telephony.as_ref().map(Telephony))?;
        fields.others(&self.0.other_integrations)
    }
}

impl Serialize for Telephony<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let own = self.0;
        let mut fields = Fields::new(serializer.serialize_map(None)?);
        fields.some("makeCallUrl", own.make_call_url.as_ref())?;
        fields.some("changeUserStatusUrl", own.change_user_status_url.as_ref())?;
        fields.some("allowEdit", own.allow_edit)?;
        fields.some("inputEventSupported", own.input_event_supported)?;
        fields.some("outputEventSupported", own.output_event_supported)?;
        fields.some("hangupEventSupported", own.hangup_event_supported)?;
        fields.put("additionalCodes", &Codes(own))?;
        fields.put("externalPhones", &Phones(own))?;
        fields.others(&own.other)
    }
}

impl Serialize for Codes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for code in &self.0.additional_codes {
            list.serialize_element(&Code(code))?;
        }
        for unread in &self.0.unread_codes {
            list.serialize_element(unread)?;
        }
        list.end()
    }
}

impl Serialize for Phones<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for phone in &self.0.external_phones {
            list.serialize_element(&Phone(phone))?;
        }
        for unread in &self.0.unread_phones {
            list.serialize_element(unread)?;
        }
        list.end()
    }
}

impl Serialize for Code<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields::new(serializer.serialize_map(None)?);
        fields.put("userId", &self.0.user)?;
        fields.put("code", &self.0.code)?;
        fields.others(&self.0.other)
    }
}

impl Serialize for Phone<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields::new(serializer.serialize_map(None)?);
        fields.some("siteCode", self.0.site.as_ref())?;
        fields.put("externalPhone", &self.0.phone)?;
        fields.others(&self.0.other)
    }
}
