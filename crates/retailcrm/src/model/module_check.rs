//! Validation of an integration module before it is written, and RetailCRM's response to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use vochi_crm_core::http::Origin;
use vochi_crm_core::{Error, ErrorKind, Result, Warning, WarningKind, wire};

use super::module::{IntegrationModule, ModuleCode, TelephonyModule};

impl IntegrationModule {
    /// Checks that writing the module would lose no extension or number.
    pub(crate) fn check_readable(&self) -> Result<()> {
        if self.unreadable.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Decode,
            format!(
                "cannot write the integration module: unreadable part {}",
                self.unreadable.join(", ")
            ),
        )
        .with_hint("writing the module would lose this part; check the module in the CRM"))
    }

    /// Checks for known causes of refusals, and returns the code for the path.
    pub(crate) fn check(&self) -> Result<ModuleCode> {
        let code = ModuleCode::new(self.code.clone().unwrap_or_default())?;
        let mut wrong = BTreeMap::new();
        if let Some(prefix) = &self.integration_code
            && !code.as_str().starts_with(prefix)
        {
            wrong.insert("code", format!("must begin with integrationCode, {prefix}"));
        }
        if self.base_url.as_deref().is_none_or(|url| url.trim().is_empty()) {
            wrong.insert("baseUrl", "missing".to_owned());
        }
        let default = TelephonyModule::default();
        let telephony = self.telephony.as_ref().unwrap_or(&default);
        for (name, url) in [
            ("logo", &self.logo),
            ("baseUrl", &self.base_url),
            ("accountUrl", &self.account_url),
            ("makeCallUrl", &telephony.make_call_url),
            ("changeUserStatusUrl", &telephony.change_user_status_url),
        ] {
            if let Some(why) = url.as_deref().and_then(wrong_address) {
                wrong.entry(name).or_insert(why);
            }
        }
        if self.logo.as_deref().is_some_and(|logo| !is_svg(logo)) {
            wrong.insert("logo", "must be an SVG".to_owned());
        }
        if let Some(why) = wrong_codes(telephony) {
            wrong.insert("additionalCodes", why);
        }
        if wrong.is_empty() {
            return Ok(code);
        }
        let reasons: Vec<String> =
            wrong.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        let fields = wrong.into_iter().map(|(name, why)| (name.to_owned(), why)).collect();
        Err(Error::input(format!("invalid integration module: {}", reasons.join("; ")))
            .with_fields(fields))
    }
}

/// Returns why an address is invalid. It does not quote the address, a part of which may be secret.
fn wrong_address(url: &str) -> Option<String> {
    let wrong = |why: &str| Some(why.to_owned());
    let Some((scheme, rest)) = url.split_once("://") else {
        return wrong("must be an absolute address");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // The same rule as for the CRM's address: https, and plain http on this machine only.
    if format!("{scheme}://{host}").parse::<Origin>().is_err() {
        return wrong("must be an https address without a user name");
    }
    if url.parse::<http::Uri>().is_err() {
        return wrong("cannot be parsed");
    }
    None
}

fn is_svg(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.to_ascii_lowercase().ends_with(".svg")
}

fn wrong_codes(telephony: &TelephonyModule) -> Option<String> {
    let codes = &telephony.additional_codes;
    for (index, one) in codes.iter().enumerate() {
        let other =
            codes[..index].iter().find(|before| before.code == one.code && before.user != one.user);
        if let Some(other) = other {
            return Some(format!(
                "extension {} is assigned to the users {} and {}",
                one.code, other.user, one.user
            ));
        }
    }
    None
}

/// RetailCRM's response to a written module (`info`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModuleEdited {
    /// Users the CRM does not know (`notExistUsersIds`).
    pub unknown_users: Vec<String>,
    /// Shops the CRM does not know (`notExistSiteCodes`).
    pub unknown_sites: Vec<String>,
}

impl ModuleEdited {
    /// Converts it to warnings: the module works, except for these users and shops.
    pub fn warnings(&self) -> Vec<Warning> {
        let unknown = |text| Warning::new(WarningKind::UnknownToCrm, text);
        let users = self.unknown_users.iter().map(|user| {
            unknown(format!("RetailCRM knows no user {user}; their extension is not registered"))
        });
        let sites = self.unknown_sites.iter().map(|site| {
            unknown(format!("RetailCRM knows no shop {site}; its number is not registered"))
        });
        users.chain(sites).collect()
    }
}

impl<'de> Deserialize<'de> for ModuleEdited {
    /// `info` is an object, or an empty list if there is nothing to report.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Info {
            #[serde(deserialize_with = "wire::texts")]
            not_exist_users_ids: Vec<String>,
            #[serde(deserialize_with = "wire::texts")]
            not_exist_site_codes: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "wire::object_or_none")]
            info: Option<Info>,
        }
        let info = Wire::deserialize(deserializer)?.info.unwrap_or_default();
        Ok(Self {
            unknown_users: info.not_exist_users_ids,
            unknown_sites: info.not_exist_site_codes,
        })
    }
}
