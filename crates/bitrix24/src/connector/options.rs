//! Options of a call, and the account's policies that Bitrix24 has nothing for.

use serde_json::Value;
use vochi_crm_core::account::{UnknownCaller, UnknownCallers};
use vochi_crm_core::{Account, Cx, Direction, Error, Extra, Result, Text, WarningKind};

use crate::model::{CallListId, CrmLink, EntityType, Flag, Vote};

/// The assessment of the call, from 1 to 5.
const VOTE: &str = "vote";
/// Whether a message about the call goes to the employee's chat.
const CHAT: &str = "add_to_chat";
/// The source of a lead that is created.
const SOURCE: &str = "crm_source";
/// The list of numbers that the call is made for.
const CALL_LIST: &str = "call_list_id";
/// Whether the call is a callback that the client asked for.
const CALLBACK: &str = "callback";
/// The type of the client's entity, as `CONTACT`.
const ENTITY_TYPE: &str = "crm_entity_type";
/// The id of the client's entity.
const ENTITY_ID: &str = "crm_entity_id";

/// The names of all options.
pub(super) const NAMES: &[&str] =
    &[VOTE, CHAT, SOURCE, CALL_LIST, CALLBACK, ENTITY_TYPE, ENTITY_ID];

/// Bitrix24's options of one call, from the [`Extra`] of its events and its record.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) vote: Option<Vote>,
    pub(super) chat: Option<Flag>,
    pub(super) source: Option<Text>,
    pub(super) call_list: Option<CallListId>,
    pub(super) callback: bool,
    pub(super) client: Option<CrmLink>,
}

impl Options {
    /// Reads the options. An invalid one is left out with a warning.
    pub(super) fn read(extra: &Extra, cx: &Cx) -> Self {
        let read = Reader { extra, cx };
        let flag = |name| read.value(name, |value| value.as_bool().ok_or("must be true or false"));
        let text = |name| {
            read.value(name, |value| {
                let text = value.as_str().and_then(|text| Text::new(text).ok());
                text.ok_or("must be a text")
            })
        };
        let id = read.value(ENTITY_ID, |value| {
            let id = number(value).and_then(|id| vochi_crm_core::Id::new(id).ok());
            id.ok_or("must be a positive number")
        });
        let kind = read.value(ENTITY_TYPE, |value| {
            let kind = value.as_str().map(EntityType::of);
            let known = [EntityType::Contact, EntityType::Company, EntityType::Lead];
            kind.filter(|kind| known.contains(kind)).ok_or("must be CONTACT, COMPANY or LEAD")
        });
        if extra.get(ENTITY_TYPE).is_some() != extra.get(ENTITY_ID).is_some() {
            let text = format!("{ENTITY_TYPE} and {ENTITY_ID} need each other: left out");
            cx.warn(WarningKind::UnknownOption, text);
        }
        let link = kind.zip(id).map(|(kind, id)| CrmLink { kind, id });
        Self {
            vote: read.value(VOTE, |value| {
                let vote = number(value).and_then(|vote| Vote::new(u8::try_from(vote).ok()?).ok());
                vote.ok_or("must be from 1 to 5")
            }),
            chat: flag(CHAT).map(|on| if on { Flag::On } else { Flag::Off }),
            source: text(SOURCE),
            call_list: read
                .value(CALL_LIST, |value| number(value).ok_or("must be a positive number"))
                .and_then(|id| CallListId::new(id).ok()),
            callback: flag(CALLBACK).unwrap_or_default(),
            client: link,
        }
    }
}

struct Reader<'a> {
    extra: &'a Extra,
    cx: &'a Cx,
}

impl Reader<'_> {
    fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, &'static str>,
    ) -> Option<T> {
        match read(self.extra.get(name)?) {
            Ok(value) => Some(value),
            Err(why) => {
                let text = format!("invalid option {name}: {why}; it was left out");
                self.cx.warn(WarningKind::UnknownOption, text);
                None
            }
        }
    }
}

/// A positive number, also as a text.
fn number(value: &Value) -> Option<u64> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| *number != 0)
}

/// Refuses policies that Bitrix24 has nothing for.
///
/// # Errors
/// `config`, with the key.
pub(super) fn check_policies(account: &Account) -> Result<()> {
    let config = account.config();
    let UnknownCallers { inbound, outbound, .. } = config.unknown_caller;
    if [inbound, outbound].contains(&UnknownCaller::Client) {
        return Err(Error::config("unsupported: a call of Bitrix24 creates leads only")
            .with_hint("use lead: the portal creates a lead, or in its mode without leads a contact and a deal")
            .with_key("unknown_caller"));
    }
    if config.missed_task {
        return Err(Error::config("unsupported: Bitrix24 plans what follows a missed call itself")
            .with_hint("set up automation for missed calls in the portal, and remove missed_task")
            .with_key("missed_task"));
    }
    if config.lead_status.is_some() {
        return Err(Error::config("unsupported: a call cannot set the status of its lead")
            .with_hint("remove it: Bitrix24 gives a new lead its first status")
            .with_key("lead_status"));
    }
    if config.lead_source.as_deref().is_some_and(|source| source.trim().is_empty()) {
        return Err(Error::config("invalid: must not be blank").with_key("lead_source"));
    }
    Ok(())
}

/// Whether a call of this direction creates a lead for an unknown client.
pub(super) fn creates_lead(account: &Account, direction: Direction) -> Flag {
    let policies = account.config().unknown_caller;
    let policy = match direction {
        Direction::Inbound => policies.inbound,
        _ => policies.outbound,
    };
    if policy == UnknownCaller::Lead { Flag::On } else { Flag::Off }
}
