//! Operations that change nothing.

use serde_json::json;
use vochi_crm_bitrix24::api::{
    CheckMethod, CommunicationType, FindDuplicates, GetAppInfo, GetCurrentUser, GetEntity, GetItem,
    GetProfile, ListBoundEvents, ListEntities, ListItems, ListLines, ListOfflineEvents, ListScopes,
    ListStatistics, ListUsers, Many, Order, Paged, Readable, SearchCrmEntities, SearchUsers,
};
use vochi_crm_bitrix24::model::{
    Activity, ActivityId, Company, CompanyId, Contact, ContactId, CrmStatus, Deal, DealId,
    DialString, EntityType, EntityTypeId, ItemId, Lead, LeadId,
};
use vochi_crm_core::http::{self, Repeat::Safe};
use vochi_crm_core::testing::conformance::Needs::{Field, Object, Success};
use vochi_crm_core::testing::conformance::{self, SPECIAL_TEXT};
use vochi_crm_core::{Id, Text};

use super::Bitrix24;

pub(super) type Operation = conformance::Operation<Bitrix24>;

pub(super) const BY_TYPE: &str = "ids are positive and texts not blank by their types";
const NO_VALUES: &str = "it has no values";
const ANY_FILTER: &str = "fields of conditions differ by portal";

const ROWS: &[(&str, &str)] = &[("result.*.ID", "result.*")];

/// A list as `result`.
fn many<T, O>(operation: O) -> Operation
where
    T: std::fmt::Debug + vochi_crm_bitrix24::api::Entity,
    O: http::Operation<Output = Many<T>> + Clone + 'static,
{
    Operation::list("result", operation, |found| found.items)
        .required(&["result"])
        .carries(ROWS)
        .reads_by_post()
}

/// An object as `result`, with an id.
fn one<O>(operation: O) -> Operation
where
    O: http::Operation + 'static,
    <O::Output as http::Output>::Value: std::fmt::Debug,
{
    Operation::new(Safe, Field, operation)
        .required(&["result", "result.ID"])
        .reads_by_post()
        .always_valid(BY_TYPE)
}

fn entity<E: Readable + std::fmt::Debug>(id: u64) -> Operation {
    one(GetEntity::<E>(Id::new(id).unwrap()))
}

pub(super) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = crm();
    all.extend(telephony());
    all.extend(portal());
    all
}

fn crm() -> Vec<Operation> {
    let duplicates =
        |value: &str| FindDuplicates::new(CommunicationType::Phone).values([text(value)]);
    let items = || ListItems::new(EntityTypeId::Contact).select(["*"]);
    let contacts = ListEntities::<Contact>::new().filter("PHONE", "+375291112233").select([
        "ID",
        "NAME",
        "LAST_NAME",
        "ASSIGNED_BY_ID",
        "PHONE",
    ]);
    vec![
        Operation::new(Safe, Object, duplicates("+375291112233").entity_type(EntityType::Contact))
            // A map of lists by type, which PHP writes as an empty list if there are none.
            .body(json!({"result": []}))
            .required(&["result"])
            .reads_by_post()
            .refuses("no value", "0 values", FindDuplicates::new(CommunicationType::Email))
            .special(duplicates(SPECIAL_TEXT)),
        many(contacts.clone())
            .samples(&["crm.contact.list"])
            .always_valid(ANY_FILTER)
            .special(contacts.filter("NAME", SPECIAL_TEXT)),
        many(ListEntities::<Lead>::new().order("ID", Order::Descending).start(50))
            .samples(&["crm.lead.list"])
            .always_valid(ANY_FILTER),
        many(ListEntities::<Company>::new())
            .samples(&["crm.company.list"])
            .always_valid(ANY_FILTER),
        many(ListEntities::<Deal>::new().filter("CONTACT_ID", 797))
            .samples(&["crm.deal.list"])
            .always_valid(ANY_FILTER),
        many(ListEntities::<Activity>::new().after(Some(json!(7))).unwrap())
            .samples(&["crm.activity.list"])
            .always_valid(ANY_FILTER),
        many(ListEntities::<CrmStatus>::new().filter("ENTITY_ID", "SOURCE"))
            .samples(&["crm.status.list"])
            .always_valid(ANY_FILTER),
        entity::<Contact>(ContactId::new(797).unwrap().get()).samples(&["crm.contact.get"]),
        entity::<Lead>(LeadId::new(3465).unwrap().get()).samples(&["crm.lead.get"]),
        entity::<Company>(CompanyId::new(643).unwrap().get()).samples(&["crm.company.get"]),
        entity::<Deal>(DealId::new(412).unwrap().get()).samples(&["crm.deal.get"]),
        entity::<Activity>(ActivityId::new(7943).unwrap().get()).samples(&["crm.activity.get"]),
        Operation::new(Safe, Field, items())
            .samples(&["crm.item.list"])
            .required(&["result", "result.items"])
            .carries(&[("result.items.*.id", "result.items.*")])
            .raw(&["result.items"])
            .keeps_unknown(&["result.items.*"])
            .reads_by_post()
            .always_valid(ANY_FILTER)
            .special(items().filter("title", SPECIAL_TEXT)),
        Operation::new(Safe, Field, GetItem::new(EntityTypeId::Contact, ItemId::new(797).unwrap()))
            .samples(&["crm.item.get"])
            .required(&["result", "result.item", "result.item.id"])
            .raw(&["result.item"])
            .keeps_unknown(&["result.item"])
            .reads_by_post()
            .always_valid(BY_TYPE),
    ]
}

fn telephony() -> Vec<Operation> {
    let search = SearchCrmEntities(DialString::of("+375291112233").unwrap());
    vec![
        many(search)
            .samples(&["telephony.externalCall.searchCrmEntities"])
            .carries(&[
                ("result.*.CRM_ENTITY_TYPE", "result.*"),
                ("result.*.CRM_ENTITY_ID", "result.*"),
            ])
            .always_valid("a number has digits by its type"),
        many(ListLines)
            .samples(&["telephony.externalLine.get"])
            .carries(&[("result.*.NUMBER", "result.*")])
            .always_valid(NO_VALUES),
        many(ListStatistics::new().filter("CALL_ID", "externalCall.0a1b"))
            .samples(&["voximplant.statistic.get"])
            .always_valid(ANY_FILTER)
            .special(ListStatistics::new().filter("CALL_ID", SPECIAL_TEXT)),
    ]
}

fn portal() -> Vec<Operation> {
    let search = |find: &str| SearchUsers::new().filter("FIND", find);
    vec![
        many(ListUsers::employees()).samples(&["user.get"]).always_valid(ANY_FILTER),
        many(search("Иванов"))
            .samples(&["user.search"])
            .refuses("no condition", "no condition is set", SearchUsers::new())
            .special(search(SPECIAL_TEXT)),
        one(GetCurrentUser).samples(&["user.current"]),
        Operation::new(Safe, Success, GetProfile)
            .samples(&["profile"])
            .carries(&[("result.ID", "result")])
            .reads_by_post()
            .always_valid(NO_VALUES),
        Operation::new(Safe, Object, ListScopes)
            .samples(&["scope"])
            .required(&["result"])
            .reads_by_post()
            .always_valid(NO_VALUES),
        Operation::new(Safe, Object, CheckMethod(text("telephony.externalCall.register")))
            .samples(&["method.get"])
            .required(&["result"])
            .reads_by_post()
            .always_valid(BY_TYPE),
        Operation::new(Safe, Object, GetAppInfo)
            .samples(&["app.info"])
            .required(&["result"])
            .reads_by_post()
            .always_valid(NO_VALUES),
        many(ListBoundEvents)
            .samples(&["event.get"])
            .carries(&[("result.*.event", "result.*")])
            .always_valid(NO_VALUES),
        many(ListOfflineEvents::new().filter("ERROR", json!(0)))
            .samples(&["event.offline.list"])
            .carries(&[("result.*.ID", "result.*"), ("result.*.EVENT_NAME", "result.*")])
            .always_valid(ANY_FILTER),
    ]
}
