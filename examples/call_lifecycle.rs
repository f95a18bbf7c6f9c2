//! One incoming call from the first ring to the record, into the stand-in of RetailCRM.
//!
//! `cargo run --example call_lifecycle`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::time::Duration;

use vochi_crm::retailcrm::Connector;
use vochi_crm::{
    CallEvent, CallId, Clock as _, CrmConnector as _, Cx, Direction, EventKind, Extension, Hub,
    Leg, Line, PhoneNumber, Recording, SystemClock,
};
use vochi_crm_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = sandbox.profiles()["retailcrm"].clone();
    let common: vochi_crm::AccountConfig = serde_json::from_value(profile.clone())?;
    let crm =
        Connector::open(&Hub::new()?, common.account("shop")?, &serde_json::from_value(profile)?)?;

    let call = CallId::new("1757843474.185")?;
    let client: PhoneNumber = "+375291112233".parse()?;
    let began = SystemClock.now();
    let event = |after: u64, kind| {
        CallEvent::new(call.clone(), began.plus(Duration::from_secs(after)), kind)
    };
    let anna = || Extension::new("151");

    // A popup that would come late is not worth showing.
    let live = Cx::live().with_timeout(Duration::from_secs(4));
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(client)
        .with_line(Line::new("0001363")?)
        .with_leg(Leg::to_employee(anna()?))
        .with_leg(Leg::to_employee(Extension::new("152")?));
    let receipt = crm.handle_event(&live, &ringing).await?;
    println!("ringing: {} request, warnings {:?}", receipt.requests(), receipt.warnings());

    // Later events take from the call store what they are not told.
    crm.handle_event(&live, &event(6, EventKind::Answered).with_leg(Leg::to_employee(anna()?)))
        .await?;
    let recording = Recording::url("https://pbx.example.test/rec/1757843474.185.mp3")?;
    crm.handle_event(&live, &event(69, EventKind::RecordingReady(recording))).await?;
    let end = EventKind::Ended { outcome: None, reason: None, talk: None };
    crm.handle_event(&live, &event(70, end)).await?;

    // The record is what the events told; a host with a CDR of its own builds it from that.
    let slot = crm.client().hub().store().open("shop", call.as_str()).await?;
    let state: vochi_crm::CallState =
        serde_json::from_value(slot.document().cloned().ok_or("the call is remembered")?)?;
    drop(slot);
    let record = state.to_record(&call).ok_or("the call is over")?;
    for result in crm.log_calls(&Cx::history(), &[record]).await {
        println!("recorded: {}", result?.recorded());
    }
    println!("{:#}", sandbox.state()["retailcrm"]["calls"]);
    Ok(())
}
