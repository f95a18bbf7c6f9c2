//! The methods of the portal: scope, credential, names of parameters, handler.

use crate::schema::Route;

use super::answer::Outcome;
use super::checks::Order;
use super::portal::{List, Portal};

/// Name of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A method without parameters.
    Plain,
    Batch,
    Scope,
    MethodGet,
    FeatureGet,
    Events,
    EventBind,
    EventUnbind,
    EventTest,
    OfflineGet,
    OfflineList,
    OfflineClear,
    OfflineError,
    UserGet,
    UserUpdate,
    Notify,
    List,
    Get,
    Add,
    ActivityAdd,
    Duplicates,
    ItemList,
    ItemGet,
    ItemAdd,
    ItemUpdate,
    Register,
    Finish,
    Show,
    Hide,
    Attach,
    Search,
    LineAdd,
    LineUpdate,
    LineDelete,
    Transcription,
    Statistic,
    PhoneUsers,
}

use Endpoint as E;
use Keys::{Lower, Upper, Written};
use List as L;

/// Letter case in which a method reads the names of its parameters (§1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// As they are written.
    Written,
    /// In any case; the checks see upper case.
    Upper,
    /// In any case; the checks see lower case.
    Lower,
}

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A webhook or the application.
    Both,
    /// The application only.
    Application,
    /// The application; a webhook by the dialect (§17.1).
    Telephony,
}

/// A method of the portal.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) endpoint: Endpoint,
    /// Scopes, one of which is needed; empty for none.
    pub(super) scope: &'static str,
    pub(super) caller: Caller,
    pub(super) keys: Keys,
    /// The list of the records.
    pub(super) list: List,
    pub(super) run: fn(&mut Portal, &Order) -> Outcome,
}

type Run = fn(&mut Portal, &Order) -> Outcome;

const fn method(endpoint: E, name: &'static str, scope: &'static str, run: Run) -> Operation {
    let (caller, keys, list) = (Caller::Both, Upper, L::Users);
    Operation { name, endpoint, scope, caller, keys, list, run }
}

const fn application(endpoint: E, name: &'static str, run: Run) -> Operation {
    Operation { caller: Caller::Application, ..method(endpoint, name, "", run) }
}

const fn telephony(endpoint: E, name: &'static str, run: Run) -> Operation {
    Operation { keys: Written, ..method(endpoint, name, "telephony", run) }
}

const fn restricted(endpoint: E, name: &'static str, run: Run) -> Operation {
    Operation { caller: Caller::Telephony, ..telephony(endpoint, name, run) }
}

const fn crm(endpoint: E, name: &'static str, list: List, run: Run) -> Operation {
    Operation { keys: Lower, list, ..method(endpoint, name, "crm", run) }
}

const fn item(endpoint: E, name: &'static str, run: Run) -> Operation {
    Operation { keys: Written, ..method(endpoint, name, "crm", run) }
}

const USERS: &str = "user user_basic user_brief";

pub(super) const OPERATIONS: &[Operation] = &[
    method(E::Plain, "profile", "", Portal::profile),
    method(E::Scope, "scope", "", Portal::scope),
    method(E::MethodGet, "method.get", "", Portal::method_state),
    method(E::Plain, "server.time", "", Portal::server_time),
    method(E::Plain, "app.info", "", Portal::app_info),
    method(E::FeatureGet, "feature.get", "", Portal::feature),
    method(E::Batch, "batch", "", |_, _| Ok(serde_json::Value::Null.into())),
    application(E::Events, "events", Portal::event_names),
    application(E::EventBind, "event.bind", Portal::bind),
    application(E::Plain, "event.get", Portal::handlers),
    application(E::EventUnbind, "event.unbind", Portal::unbind),
    Operation { keys: Written, ..application(E::EventTest, "event.test", Portal::test_event) },
    application(E::OfflineGet, "event.offline.get", Portal::take_offline),
    application(E::OfflineList, "event.offline.list", Portal::list_offline),
    application(E::OfflineClear, "event.offline.clear", Portal::clear_offline),
    application(E::OfflineError, "event.offline.error", Portal::fail_offline),
    method(E::UserGet, "user.get", USERS, Portal::users),
    method(E::UserGet, "user.search", USERS, Portal::users),
    method(E::Plain, "user.current", USERS, Portal::current_user),
    method(E::UserUpdate, "user.update", "user", Portal::update_user),
    method(E::Notify, "im.notify", "im", Portal::notify),
    method(E::Notify, "im.notify.personal.add", "im", Portal::notify),
    method(E::Notify, "im.notify.system.add", "im", Portal::notify),
    crm(E::List, "crm.contact.list", L::Contacts, Portal::entities),
    crm(E::Get, "crm.contact.get", L::Contacts, Portal::entity),
    crm(E::Add, "crm.contact.add", L::Contacts, Portal::add_entity),
    crm(E::List, "crm.lead.list", L::Leads, Portal::entities),
    crm(E::Get, "crm.lead.get", L::Leads, Portal::entity),
    crm(E::Add, "crm.lead.add", L::Leads, Portal::add_entity),
    crm(E::List, "crm.company.list", L::Companies, Portal::entities),
    crm(E::Get, "crm.company.get", L::Companies, Portal::entity),
    crm(E::Add, "crm.company.add", L::Companies, Portal::add_entity),
    crm(E::List, "crm.deal.list", L::Deals, Portal::entities),
    crm(E::Get, "crm.deal.get", L::Deals, Portal::entity),
    crm(E::Add, "crm.deal.add", L::Deals, Portal::add_entity),
    crm(E::List, "crm.activity.list", L::Activities, Portal::entities),
    crm(E::Get, "crm.activity.get", L::Activities, Portal::entity),
    crm(E::ActivityAdd, "crm.activity.add", L::Activities, Portal::add_activity),
    crm(E::List, "crm.status.list", L::Statuses, Portal::statuses),
    crm(E::Duplicates, "crm.duplicate.findbycomm", L::Contacts, Portal::duplicates),
    item(E::ItemList, "crm.item.list", Portal::items),
    item(E::ItemGet, "crm.item.get", Portal::item),
    item(E::ItemAdd, "crm.item.add", Portal::add_item),
    item(E::ItemUpdate, "crm.item.update", Portal::update_item),
    restricted(E::Register, "telephony.externalCall.register", Portal::register),
    restricted(E::Finish, "telephony.externalCall.finish", Portal::finish),
    telephony(E::Show, "telephony.externalCall.show", Portal::show),
    telephony(E::Hide, "telephony.externalCall.hide", Portal::hide),
    telephony(E::Attach, "telephony.externalCall.attachRecord", Portal::attach_record),
    telephony(E::Search, "telephony.externalCall.searchCrmEntities", Portal::search_entities),
    restricted(E::LineAdd, "telephony.externalLine.add", Portal::add_line),
    restricted(E::Plain, "telephony.externalLine.get", Portal::lines),
    restricted(E::LineUpdate, "telephony.externalLine.update", Portal::update_line),
    restricted(E::LineDelete, "telephony.externalLine.delete", Portal::delete_line),
    telephony(E::Transcription, "telephony.call.attachTranscription", Portal::attach_transcription),
    method(E::Statistic, "voximplant.statistic.get", "telephony", Portal::statistic),
    method(E::PhoneUsers, "voximplant.user.get", "telephony", Portal::voximplant_users),
    method(E::Plain, "voximplant.url.get", "telephony", Portal::telephony_urls),
    method(E::Plain, "voximplant.line.get", "telephony", Portal::telephony_lines),
];

/// All methods, for tests.
pub(crate) fn routes() -> Vec<Route> {
    let route = |it: &Operation| Route {
        method: "POST",
        path: format!("/rest/{}", it.name),
        scope: it.scope,
        required: None,
        writes: false,
        parameters: match it.caller {
            Caller::Both => &[],
            Caller::Application => &["auth of the application"],
            Caller::Telephony => &["auth of the application, or a webhook by the dialect"],
        },
        filters: Vec::new(),
    };
    OPERATIONS.iter().map(route).collect()
}

/// Finds a method by its name in any letter case.
pub(super) fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|it| it.name.eq_ignore_ascii_case(name))
}

/// All scopes that methods need.
pub(super) fn scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&str> =
        OPERATIONS.iter().flat_map(|it| it.scope.split_whitespace()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}
