//! Popups of live calls.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Direction, ErrorKind, EventKind, Leg, Line, Party, WarningKind};

use super::support::{Bench, answer, event, ext, incoming, nothing, success, warnings};

const CARD: &str = "https://id12345.u-on.ru/client_edit.php?client_id=7";

#[tokio::test(start_paused = true)]
async fn ring_shows_name_and_card_to_every_mapped_manager() {
    let bench = Bench::new([answer("user_phone", "one"), success(), success()]);
    let line = Line::new("0001363").unwrap();
    let receipt = bench.event(incoming(&["151", "152"]).with_line(line)).await.unwrap();
    assert_eq!(receipt.requests(), 3);
    assert_eq!(
        bench.lines(),
        ["GET user/phone/375291112233", "POST notification/create", "POST notification/create"]
    );
    assert_eq!(
        bench.body(1),
        json!({
            "text": format!(
                "Входящий звонок +375291112233 → 151. Иванов Иван Иванович. \
                 Линия: +375171234567. {CARD}"
            ),
            "manager_id": "2",
        })
    );
    assert_eq!(bench.body(2)["manager_id"], "4");
}

#[tokio::test(start_paused = true)]
async fn html_popup_escapes_names_and_links_the_card() {
    let mut fixture = super::support::fixture("user_phone").body("one");
    fixture["users"][0]["u_surname"] = json!("<b>Иванов</b> & \"Ко\"");
    let steps = [Step::json(200, &fixture), success()];
    let bench = Bench::with(steps, json!({"html_popup": true}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    assert_eq!(
        bench.body(1)["text"],
        format!(
            "📞 <b>Входящий звонок</b><br/>👤 <a href=\"{CARD}\" target=\"_blank\">\
             &lt;b&gt;Иванов&lt;/b&gt; &amp; &quot;Ко&quot; Иван Иванович</a><br/>\
             📱 +375291112233 → 151"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_caller_and_account_without_number_have_no_link() {
    let bench = Bench::with([nothing(), success()], json!({"account_id": null}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let text = bench.body(1)["text"].clone();
    assert_eq!(text, "Входящий звонок +375291112233 → 151. Неизвестный клиент");
}

#[tokio::test(start_paused = true)]
async fn ring_of_unmapped_extensions_warns_and_sends_nothing() {
    let bench = Bench::new([]);
    let receipt = bench.event(incoming(&["199"])).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    let kinds: Vec<WarningKind> =
        receipt.warnings().iter().map(vochi_crm_core::Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::UnmappedExtension, WarningKind::NothingToSend]);
}

#[tokio::test(start_paused = true)]
async fn later_ring_notifies_only_new_managers() {
    let steps = [answer("user_phone", "one"), success(), success()];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    assert_eq!(bench.lines().len(), 3, "the client is cached: {:?}", bench.lines());
    assert_eq!(bench.body(2)["manager_id"], "4");
}

#[tokio::test(start_paused = true)]
async fn popup_comes_without_a_name_if_the_lookup_fails_or_is_late() {
    let failed = || answer("user_phone", "server_error");
    let late =
        Step::Slow(Duration::from_secs(9), super::support::fixture("user_phone").response("one"));
    for lookup in [vec![failed()], vec![late]] {
        let steps = lookup.into_iter().chain([success()]);
        let bench = Bench::with(steps, json!({"retries": 0}));
        let began = tokio::time::Instant::now();
        let receipt = bench.event(incoming(&["151"])).await.unwrap();
        assert_eq!(bench.body(1)["text"], "Входящий звонок +375291112233 → 151");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert!(warnings(&receipt)[0].contains("the client of the number"), "{receipt:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_popup_is_retried_by_the_next_event_and_does_not_block_others() {
    let refused = || Step::json(404, &json!({"result": 404}));
    let bench = Bench::new([nothing(), refused(), success(), success()]);
    let error = bench.event(incoming(&["151", "152"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(bench.lines().len(), 3, "152 is notified all the same");
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    assert_eq!(bench.body(3)["manager_id"], "2", "only 151 is notified again");
}

#[tokio::test(start_paused = true)]
async fn hidden_caller_has_a_popup_with_a_warning() {
    let bench = Bench::new([success()]);
    let receipt = bench.event(incoming(&["151"]).with_client(Party::Hidden)).await.unwrap();
    assert_eq!(bench.body(0)["text"], "Входящий звонок номер скрыт → 151");
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::HiddenNumber);
}

#[tokio::test(start_paused = true)]
async fn outgoing_call_has_a_popup_only_with_popup_out() {
    let outgoing = || {
        event(0, EventKind::Ringing)
            .with_direction(Direction::Outbound)
            .with_client(super::support::phone("+375291112233"))
            .with_leg(Leg::to_client(ext("151")))
    };
    let bench = Bench::new([]);
    assert_eq!(bench.event(outgoing()).await.unwrap().requests(), 0);
    let bench = Bench::with([nothing(), success()], json!({"popup_out": true}));
    let _ = bench.event(outgoing()).await.unwrap();
    let text = bench.body(1)["text"].clone();
    assert!(text.as_str().unwrap().starts_with("Исходящий звонок +375291112233"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn popup_on_answer_is_for_the_one_who_answered() {
    let bench = Bench::with([nothing(), success()], json!({"popup": "answer"}));
    assert_eq!(bench.event(incoming(&["151", "152"])).await.unwrap().requests(), 0);
    let answered = event(5, EventKind::Answered).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(answered).await.unwrap();
    assert_eq!(bench.body(1)["manager_id"], "4");
}
