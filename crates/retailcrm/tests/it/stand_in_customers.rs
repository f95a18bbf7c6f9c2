//! Operations without calls over real sockets, with the stand-in server: changes, tasks, orders,
//! files.

use serde_json::json;
use vochi_crm_core::connector::Cursor;
use vochi_crm_core::{CallRecord, CrmConnector as _, Cx, ErrorKind, Outcome};

use vochi_crm_retailcrm::api::{
    CreateCustomerNote, CreateOrder, CreateTask, DeleteCustomerNote, DeleteFile, EditFile,
    EditOrder, EditTask, FileFilter, GetCredentials, GetFile, GetIntegrationModule, GetOrder,
    GetTask, OrderFilter, TaskFilter, UpdateModuleScopes, UploadFile,
};
use vochi_crm_retailcrm::model::{
    CustomerData, CustomerId, EntityRef, Historic, HistoryCursor, HistoryEvent, HistoryRecord,
    ModuleCode, OrderData, TaskData, TaskStatus, UserId,
};
use vochi_crm_retailcrm::{Connector, HistoryPager};
use vochi_crm_sandbox::retailcrm::{Author, MODULE_CODE};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::stand_in::{connect, stand_in};
use super::support::{phone, record, text};

async fn changed(connector: &Connector, since: &Cursor) -> (Vec<String>, Cursor) {
    let changes = connector.changes(&Cx::history(), Some(since)).await.unwrap();
    let ids = changes.customers.into_iter().map(|one| one.id).collect();
    (ids, changes.cursor)
}

async fn now(connector: &Connector) -> Cursor {
    connector.changes(&Cx::history(), None).await.unwrap().cursor
}

async fn all_changes<Id: Historic>(mut history: HistoryPager<Id>) -> Vec<HistoryRecord<Id>> {
    let mut all = Vec::new();
    while let Some(change) = history.next().await.unwrap() {
        all.push(change);
    }
    all
}

fn nothing_was_refused(sandbox: &Sandbox) {
    assert_eq!(sandbox.refused(Crm::RetailCrm), []);
}

#[tokio::test]
async fn changes_include_users_but_not_the_own_key() {
    let (sandbox, connector) = stand_in().await;
    let start = now(&connector).await;
    let people = sandbox.retailcrm().acting_as(Author::User(7));
    people.rename_customer(201, "Ольга", Some("Новая"));
    people.add_phone(202, "+375291112299");
    let (ids, after) = changed(&connector, &start).await;
    assert_eq!(ids, ["201", "202"]);
    let (ids, again) = changed(&connector, &after).await;
    assert!(ids.is_empty(), "no change is returned twice: {ids:?}");
    assert_eq!(after, again);

    let own = CustomerData::new().first_name("Мы");
    let edit = vochi_crm_retailcrm::api::EditCustomer::new(CustomerId::new(201).unwrap(), own);
    let client = connector.client();
    client.send(&Cx::history(), &edit).await.unwrap();
    let (ids, after) = changed(&connector, &again).await;
    assert!(ids.is_empty(), "a change with the own key is skipped: {ids:?}");
    assert_ne!(after, again, "the cursor advances");
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn merge_changes_the_remaining_customer() {
    let (sandbox, connector) = stand_in().await;
    let start = now(&connector).await;
    let people = sandbox.retailcrm().acting_as(Author::User(7));
    people.merge_customer(202, 201);
    let (ids, _) = changed(&connector, &start).await;
    assert_eq!(ids, ["201"]);
}

#[tokio::test]
async fn long_history_is_complete_and_ordered() {
    let (sandbox, connector) = stand_in().await;
    let start = now(&connector).await;
    let people = sandbox.retailcrm().acting_as(Author::User(7));
    for round in 0..130 {
        people.rename_customer(201, &format!("Ольга {round}"), None);
    }
    people.rename_customer(202, "Последний", None);
    let since: HistoryCursor = start.as_str().parse().unwrap();
    let request = vochi_crm_retailcrm::api::ListCustomersHistory::since(since);
    let history = connector.client().history();
    let all = all_changes(history.customers(&Cx::history(), request)).await;
    assert!(all.len() > 130, "{} changes", all.len());
    assert!(
        all.windows(2).all(|pair| pair[0].cursor < pair[1].cursor),
        "each once, in the order they were made"
    );
    let (ids, _) = changed(&connector, &start).await;
    assert_eq!(ids, ["201", "202"]);
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn missed_call_becomes_one_task_of_the_responsible_manager() {
    let (sandbox, _) = stand_in().await;
    let connector = connect(&sandbox, &json!({"missed_task": true, "missed_user": "16"}));
    let missed = || {
        let client = phone("+375446370646");
        let answered = record("task-1");
        CallRecord::new(
            answered.call_id().clone(),
            answered.direction(),
            client,
            answered.started_at(),
            Outcome::Missed,
        )
    };
    let before = sandbox.retailcrm().tasks().len();
    for _ in 0..2 {
        let receipts = connector.log_calls(&Cx::history(), &[missed()]).await;
        assert!(receipts[0].as_ref().unwrap().recorded());
    }
    let tasks = sandbox.retailcrm().tasks();
    let [task] = &tasks[before..] else {
        panic!("expected one task despite repeats: {tasks:?}");
    };
    assert_eq!(task["performer"], 18, "assigned to the responsible manager");
    assert_eq!(task["phone"], "+375446370646");
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn tasks_are_created_found_and_changed() {
    let (sandbox, connector) = stand_in().await;
    let (client, cx) = (connector.client(), Cx::history());
    let data = TaskData::new(text("Перезвонить"), UserId::new(7).unwrap())
        .customer(EntityRef::from(CustomerId::new(60).unwrap()));
    let task = CreateTask::new(data).site(text("shop-one"));
    let id = client.send(&cx, &task).await.unwrap();
    let open =
        TaskFilter::new().performers([UserId::new(7).unwrap()]).status(TaskStatus::Performing);
    let found = client.list(&cx, open).all().await.unwrap();
    assert!(found.iter().any(|task| task.id == id), "{found:?}");
    let changed = TaskData::new(text("Перезвонить сегодня"), UserId::new(8).unwrap());
    let edit = EditTask::new(id, changed).site(text("shop-one"));
    client.send(&cx, &edit).await.unwrap();
    let read = client.send(&cx, GetTask(id)).await.unwrap();
    assert_eq!(read.text.as_deref(), Some("Перезвонить сегодня"));
    assert_eq!(read.performer.as_deref(), Some("8"));
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn orders_are_created_changed_and_in_the_history() {
    let (sandbox, connector) = stand_in().await;
    let (client, cx) = (connector.client(), Cx::history());
    let data = OrderData::new()
        .external_id("vochi-call-7")
        .order_method("phone")
        .customer(EntityRef::from(CustomerId::new(60).unwrap()));
    let made = client.send(&cx, &CreateOrder::new(data).site(text("shop-one"))).await.unwrap();
    let id = made.id.unwrap();
    let comment = OrderData::new().manager_comment("Перезвонить после 15:00");
    client.send(&cx, &EditOrder::new(id, comment)).await.unwrap();
    let order = client.send(&cx, &GetOrder::new(id)).await.unwrap();
    assert_eq!(order.manager_comment.as_deref(), Some("Перезвонить после 15:00"));
    let of_customer = OrderFilter::new().customer_id(CustomerId::new(60).unwrap());
    let found = client.list(&cx, of_customer).all().await.unwrap();
    assert!(found.iter().any(|order| order.id == id), "{found:?}");
    let whole = vochi_crm_retailcrm::api::ListOrdersHistory::whole();
    let history = all_changes(connector.client().history().orders(&cx, whole)).await;
    let of_it = history.iter().filter(|change| {
        let entity = change.entity.as_ref();
        entity.and_then(|entity| entity.id) == Some(id)
    });
    let of_it: Vec<_> = of_it.map(|change| (change.event, change.by_this_key)).collect();
    let ours = Some(true);
    assert_eq!(of_it, [(HistoryEvent::Created, ours), (HistoryEvent::Changed, ours)]);
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn file_is_streamed_named_found_and_removed() {
    let (sandbox, connector) = stand_in().await;
    let (client, cx) = (connector.client(), Cx::history());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("offer.pdf");
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    std::fs::write(&path, &bytes).unwrap();
    let file = client.send(&cx, &UploadFile::file(&path)).await.unwrap();
    let named = EditFile::new(file.id)
        .filename(text("offer.pdf"))
        .attached_to_customer(CustomerId::new(60).unwrap());
    client.send(&cx, &named).await.unwrap();
    let of_customer = FileFilter::new().customer_ids([CustomerId::new(60).unwrap()]);
    let found = client.list(&cx, of_customer).all().await.unwrap();
    assert!(found.iter().any(|one| one.id == file.id), "{found:?}");
    let read = client.send(&cx, GetFile(file.id)).await.unwrap();
    assert_eq!(read.filename.as_deref(), Some("offer.pdf"));
    let kept = sandbox.retailcrm().files();
    let kept = kept.iter().find(|one| one.id == file.id.get()).unwrap();
    assert!(kept.content[..] == bytes, "the uploaded bytes differ");
    client.send(&cx, DeleteFile(file.id)).await.unwrap();
    let gone = client.send(&cx, GetFile(file.id)).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn notes_are_written_and_removed() {
    let (sandbox, connector) = stand_in().await;
    let (client, cx) = (connector.client(), Cx::history());
    let note = CreateCustomerNote::new(text("Просил перезвонить"), CustomerId::new(60).unwrap())
        .site(text("shop-one"));
    let id = client.send(&cx, &note).await.unwrap();
    assert!(sandbox.retailcrm().notes().iter().any(|note| note["id"] == id.get()));
    client.send(&cx, &DeleteCustomerNote(id)).await.unwrap();
    assert!(sandbox.retailcrm().notes().iter().all(|note| note["id"] != id.get()));
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn company_is_found_by_its_contacts_number() {
    let (sandbox, connector) = stand_in().await;
    let found = connector.find(&Cx::history(), &[phone("+375291112233")]).await.unwrap();
    let companies: Vec<_> =
        found[0].candidates.iter().filter_map(|one| one.company.as_deref()).collect();
    assert!(!companies.is_empty(), "{found:?}");
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn module_as_json_text_is_read_without_loss() {
    let (sandbox, connector) = stand_in().await;
    let code = ModuleCode::new(MODULE_CODE).unwrap();
    let client = connector.client();
    let get = GetIntegrationModule::new(code);
    let plain = client.send(&Cx::history(), &get).await.unwrap();
    sandbox.retailcrm().set_modules_as_text(true);
    let text = client.send(&Cx::history(), &get).await.unwrap();
    assert_eq!(plain, text);
}

#[tokio::test]
async fn new_key_with_more_scopes_works_at_once() {
    let (sandbox, connector) = stand_in().await;
    let code = ModuleCode::new(MODULE_CODE).unwrap();
    sandbox.retailcrm().set_simple_connection(MODULE_CODE, true);
    let request = UpdateModuleScopes::new(code).scopes(["telephony_write", "user_read"].map(text));
    let key = connector.client().send(&Cx::history(), &request).await.unwrap();
    let renewed = connect(&sandbox, &json!({"api_key": key.expose()}));
    let credentials = renewed.client().send(&Cx::history(), GetCredentials).await;
    assert!(credentials.is_ok(), "{credentials:?}");
}
