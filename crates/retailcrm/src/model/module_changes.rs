//! Applies a plan to an integration module, with descriptions of the changes.

use serde_json::{Map, Value};
use vochi_crm_core::Extension;

use super::module::{AdditionalCode, ExternalPhone, TelephonyModule};
use super::{ModuleAction, PhoneText, UserId};

pub(super) struct Changes<'a>(pub(super) &'a mut Vec<String>);

impl Changes<'_> {
    pub(super) fn set<T: Clone + PartialEq>(
        &mut self,
        now: &mut Option<T>,
        wanted: Option<&T>,
        name: &'static str,
    ) {
        if let Some(wanted) = wanted
            && now.as_ref() != Some(wanted)
        {
            *now = Some(wanted.clone());
            self.0.push(format!("{name} is set"));
        }
    }

    /// Addresses with and without a trailing slash are equal.
    pub(super) fn url(
        &mut self,
        now: &mut Option<String>,
        wanted: Option<&String>,
        name: &'static str,
    ) {
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        if now.as_deref().map(bare) != wanted.map(|url| bare(url)) {
            self.set(now, wanted, name);
        }
    }

    pub(super) fn codes(
        &mut self,
        telephony: &mut TelephonyModule,
        wanted: &[(Extension, UserId)],
    ) {
        for (code, user) in wanted {
            let mut holders = telephony.additional_codes.iter_mut().filter(|own| own.code == *code);
            match holders.next() {
                Some(own) if own.user == *user => {}
                Some(own) => {
                    let before = std::mem::replace(&mut own.user, *user);
                    self.0
                        .push(format!("extension {code} moves from user {before} to user {user}"));
                }
                None => {
                    telephony.additional_codes.push(AdditionalCode::new(*user, code.clone()));
                    self.0.push(format!("user {user} gets extension {code}"));
                }
            }
            // The CRM refuses an extension of two users; the plan decides.
            let mut met = false;
            let before = telephony.additional_codes.len();
            telephony
                .additional_codes
                .retain(|own| own.code != *code || !std::mem::replace(&mut met, true));
            if telephony.additional_codes.len() != before {
                self.0.push(format!("extension {code} stays with user {user} alone"));
            }
        }
    }

    pub(super) fn phones(
        &mut self,
        telephony: &mut TelephonyModule,
        wanted: &[(String, PhoneText)],
    ) {
        for (site, number) in wanted {
            let there = telephony.external_phones.iter().any(|own| {
                own.site.as_deref() == Some(site) && digits(&own.phone) == digits(number.as_str())
            });
            if !there {
                telephony.external_phones.push(ExternalPhone::new(site.clone(), number.as_str()));
                self.0.push(format!("shop {site} gets number {}", number.as_str()));
            }
        }
    }

    pub(super) fn remove<T>(&mut self, now: &mut Option<T>, name: &'static str) {
        if now.take().is_some() {
            self.0.push(format!("{name} is removed"));
        }
    }

    /// Extensions of others stay, as does one that was given to another user.
    pub(super) fn remove_codes(
        &mut self,
        telephony: &mut TelephonyModule,
        plan: &[(Extension, UserId)],
    ) {
        telephony.additional_codes.retain(|own| {
            let planned = plan.iter().any(|(code, user)| own.code == *code && own.user == *user);
            if planned {
                self.0.push(format!("user {} loses extension {}", own.user, own.code));
            }
            !planned
        });
    }

    /// Numbers of others stay.
    pub(super) fn remove_phones(
        &mut self,
        telephony: &mut TelephonyModule,
        plan: &[(String, PhoneText)],
    ) {
        telephony.external_phones.retain(|own| {
            let planned = plan.iter().any(|(site, number)| {
                own.site.as_deref() == Some(site) && digits(&own.phone) == digits(number.as_str())
            });
            if planned {
                self.0.push(format!("number {} is removed", own.phone));
            }
            !planned
        });
    }

    /// Actions of others stay.
    pub(super) fn actions(
        &mut self,
        fields: &mut Map<String, Value>,
        wanted: &[(ModuleAction, String)],
    ) {
        for (action, path) in wanted {
            let actions = fields.entry("actions").or_insert_with(|| Map::new().into());
            // PHP writes an empty map as a list.
            if !actions.is_object() {
                *actions = Map::new().into();
            }
            if actions[action.as_str()] != path.as_str() {
                actions[action.as_str()] = path.as_str().into();
                self.0.push(format!("action {} leads to {path}", action.as_str()));
            }
        }
    }
}

/// The digits of a typed number, for comparison.
fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
