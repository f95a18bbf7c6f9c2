//! Calls, and the orders and tasks after them.

use vochi_crm_core::LocalTime;
use vochi_crm_core::http::Repeat::{Keyed, Safe, Unsafe};
use vochi_crm_core::testing::conformance::Needs::{Field, Object, Success};
use vochi_crm_core::testing::conformance::SPECIAL_TEXT;
use vochi_crm_retailcrm::TELEPHONY;
use vochi_crm_retailcrm::api::{
    CreateOrder, CreateTask, EditOrder, EditTask, FindManager, GetOrder, GetTask,
    ListOrdersHistory, MOST_CALLS, OrderFilter, SendCallEvent, TaskFilter, UploadCalls,
};
use vochi_crm_retailcrm::model::{
    CallDirection, CallResult, CallUpload, CustomerId, EntityRef, HangupStatus, HistoryCursor,
    OrderData, OrderId, TaskData, TaskId, UserId,
};

use super::super::support::{ext, external_id, list, phone, text};
use super::super::tasks::listed as listed_tasks;
use super::customers::{HISTORIC, SINCE_THE_BEGINNING};
use super::operations::{BY_TYPE, Operation, get, page};

pub(super) fn all() -> Vec<Operation> {
    let mut all = telephony();
    all.extend(orders());
    all.extend(tasks());
    all
}

fn call(id: &str) -> CallUpload {
    unhandled_call(id).code(ext("101"))
}

fn unhandled_call(id: &str) -> CallUpload {
    CallUpload::new(
        "2026-03-14 10:15:00".parse::<LocalTime>().unwrap(),
        CallDirection::In,
        phone("+375291112233"),
        CallResult::Answered,
        text(id),
    )
}

fn telephony() -> Vec<Operation> {
    let client = || phone("+375291112233");
    let rings = || SendCallEvent::incoming(client());
    let hangs_up = SendCallEvent::hangup(client(), HangupStatus::Busy);
    let calls = |count: usize| UploadCalls::new().calls((0..count).map(|n| call(&n.to_string())));
    let alone = unhandled_call("1");
    let special = call(SPECIAL_TEXT).site(text(SPECIAL_TEXT)).record_url(text(SPECIAL_TEXT));
    vec![
        // A manager without an id is none.
        Operation::new(Safe, Object, FindManager::new(client()).details())
            .class(TELEPHONY)
            .samples(&["telephony_manager"])
            .carries(&[("manager.id", "manager")])
            .always_valid("a number is a number by its type"),
        Operation::new(Unsafe, Object, rings().codes([ext("101")]))
            .variant("ringing")
            .class(TELEPHONY)
            .samples(&["telephony_call_event"])
            .refuses("no employee", "no employee", rings())
            .special(rings().codes([ext("101")]).call_external_id(text(SPECIAL_TEXT))),
        Operation::new(Unsafe, Object, hangs_up.user_ids([UserId::new(7).unwrap()]))
            .variant("hangup")
            .class(TELEPHONY),
        Operation::new(Keyed, Object, UploadCalls::new().calls([call("pbx1-1")]))
            .class(TELEPHONY)
            .samples(&["telephony_calls_upload"])
            .refuses("no call", "of 0 calls: must be 1 to 50", calls(0))
            .refuses("a call without an employee", "employee", UploadCalls::new().calls([alone]))
            .refuses("51 calls", "of 51 calls: must be 1 to 50", calls(MOST_CALLS + 1))
            .special(UploadCalls::new().calls([special])),
    ]
}

fn orders() -> Vec<Operation> {
    let order = OrderId::new(501).unwrap();
    let with = OrderFilter::new;
    let named = || OrderData::new().external_id("vochi-call-1");
    let new = named().customer(EntityRef::from(CustomerId::new(60).unwrap()));
    vec![
        page(with())
            .samples(&["orders_list"])
            .carries(&[("orders.*.id", "orders.*")])
            .raw(&["orders.*.customFields"])
            .refuses(
                "no name or number",
                "filter[customer] has no value",
                list(with().customer(" ")),
            )
            .refuses("no ids", "filter[ids][] has no value", list(with().ids([order; 0])))
            .refuses("no numbers", "filter[numbers][] has no value", list(with().numbers([""])))
            .refuses(
                "no state",
                "filter[extendedStatus][] has no value",
                list(with().statuses([""; 0])),
            )
            .special(list(with().customer(SPECIAL_TEXT).statuses([SPECIAL_TEXT]))),
        get(GetOrder::new(order))
            .samples(&["order_get"])
            .required(&["order", "order.id"])
            .raw(&["order.customFields"])
            .refuses("a dot", "cannot be part of a path", GetOrder::new(external_id("."))),
        Operation::list("history", ListOrdersHistory::since(HistoryCursor::new(2691)), |page| {
            page.history
        })
        .samples(&["orders_history"])
        .required(&["history"])
        .carries(&[("history.*.id", "history.*")])
        .raw(HISTORIC)
        .always_valid(SINCE_THE_BEGINNING),
        // The id is in two places, and the order is also identified by its external id.
        Operation::new(Unsafe, Object, CreateOrder::new(new))
            .samples(&["order_create"])
            .carries(&[("order.id", "order")])
            .raw(&["order.customFields"])
            .refuses("no external id", "missing external id", CreateOrder::new(OrderData::new()))
            .refuses(
                "a blank external id",
                "missing external id",
                CreateOrder::new(named().external_id("\n")),
            ),
        Operation::new(
            Keyed,
            Object,
            EditOrder::new(order, OrderData::new().manager_comment("Перезвонить")),
        )
        .samples(&["order_edit"])
        .carries(&[("order.id", "order")])
        .raw(&["order.customFields"])
        .refuses("no change", "no field is set", EditOrder::new(order, OrderData::new()))
        .refuses(
            "no external id",
            "cannot be part of a path",
            EditOrder::new(external_id(".."), named()),
        ),
    ]
}

/// Without its type, the id of a customer may be a company's.
const TASK_PARTS: &[(&str, &str)] =
    &[("tasks.*.id", "tasks.*"), ("tasks.*.customer.type", "tasks.*.customer")];

fn tasks() -> Vec<Operation> {
    let task = TaskId::new(434).unwrap();
    let data = |words: &str| TaskData::new(text(words), UserId::new(7).unwrap());
    vec![
        page(TaskFilter::new()).carries(TASK_PARTS).body(listed_tasks()).refuses(
            "no number of an order",
            "filter[orderNumber] has no value",
            list(TaskFilter::new().order_number(" ")),
        ),
        get(GetTask(task)).always_valid(BY_TYPE),
        Operation::new(Unsafe, Field, CreateTask::new(data("Перезвонить")))
            .samples(&["task_create"])
            .required(&["id"])
            .always_valid(BY_TYPE)
            .special(CreateTask::new(data(SPECIAL_TEXT).commentary(SPECIAL_TEXT))),
        Operation::new(Keyed, Success, EditTask::new(task, data("Перезвонить")))
            .always_valid(BY_TYPE),
    ]
}
