//! Methods about the portal itself: profile, scope, application, features (§12).

use serde_json::{Value, json};

use super::answer::{Failure, Outcome};
use super::checks::Order;
use super::operations;
use super::portal::{List, Portal};
use super::quota::Quota;
use super::rights::ADMIN;

/// Returns true for the administrator.
pub(super) fn is_admin(user: i64) -> bool {
    user == ADMIN
}

impl Portal {
    pub(super) fn profile(&mut self, order: &Order) -> Outcome {
        let id = order.credential.user();
        let Some(user) = self.active_user(id) else { return Ok(json!([]).into()) };
        let profile = json!({
            "ID": id.to_string(), "ADMIN": is_admin(id), "NAME": user.get("NAME"),
            "LAST_NAME": user.get("LAST_NAME"), "PERSONAL_GENDER": "", "TIME_ZONE": "",
        });
        Ok(profile.into())
    }

    pub(super) fn scope(&mut self, order: &Order) -> Outcome {
        if order.parameters.get("FULL").is_some_and(crate::php::is_true) {
            return Ok(json!(operations::scopes()).into());
        }
        Ok(json!(self.rights.scopes).into())
    }

    pub(super) fn method_state(&mut self, order: &Order) -> Outcome {
        // The name is compared as it is written: only lower case is found (§12).
        let name = order.text("NAME").unwrap_or_default();
        let found = operations::find(&name).filter(|it| it.name.to_lowercase() == name);
        let available = found.is_some_and(|it| self.rights.has_scope(it.scope));
        Ok(json!({"isExisting": found.is_some(), "isAvailable": available}).into())
    }

    pub(super) fn server_time(&mut self, order: &Order) -> Outcome {
        Ok(json!(self.date(order.at)).into())
    }

    pub(super) fn app_info(&mut self, order: &Order) -> Outcome {
        let family = if self.quota.bucket == Quota::ENTERPRISE { "ent" } else { "basic" };
        let license = if self.quota.bucket == Quota::ENTERPRISE { "ru_ent250" } else { "ru_basic" };
        if !order.credential.is_application() {
            return if self.dialect.app_info_of_webhook {
                Ok(json!({"SCOPE": self.rights.scopes, "LICENSE": license}).into())
            } else {
                let text = "Access denied! Application context required";
                Err(Failure::new(400, "ACCESS_DENIED", text))
            };
        }
        let info = json!({
            "ID": 5, "CODE": "vochi.telephony", "VERSION": 1, "STATUS": "L",
            "INSTALLED": self.rights.is_install_finished, "PAYMENT_EXPIRED": "N", "DAYS": null,
            "LANGUAGE_ID": "ru", "LICENSE": license,
            "LICENSE_TYPE": license.trim_start_matches("ru_"), "LICENSE_FAMILY": family,
        });
        Ok(info.into())
    }

    pub(super) fn feature(&mut self, order: &Order) -> Outcome {
        let code = order.text("CODE").unwrap_or_default();
        let has = code == "rest_offline_extended";
        Ok(json!({"value": if has { "Y" } else { "N" }}).into())
    }

    pub(super) fn telephony_urls(&mut self, _: &Order) -> Outcome {
        let at = |path: &str| format!("{}/{path}", self.address());
        let urls = json!({
            "detail_statistics": at("telephony/detail.php"),
            "buy_connector": at("settings/license_phone_sip.php"),
            "edit_config": at("telephony/edit.php?ID=#CONFIG_ID#"),
            "lines": at("telephony/lines.php"),
        });
        Ok(urls.into())
    }

    /// The built-in lines: this portal has none.
    pub(super) fn telephony_lines(&mut self, _: &Order) -> Outcome {
        Ok(Value::Array(Vec::new()).into())
    }

    pub(super) fn statuses(&mut self, order: &Order) -> Outcome {
        let names = ["filter", "order", "select"];
        let page = super::query::listed(self.list(List::Statuses), &order.parameters, names, &[]);
        Ok(page)
    }
}
