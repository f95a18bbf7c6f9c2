#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::pedantic
)]
use vochi_crm_asterisk::*;
use vochi_crm_core::*;
fn main() {
    for path in std::env::args().skip(1) {
        println!("== {path}");
        let f = std::fs::File::open(&path).unwrap();
        let mut file = EventFile::open(std::io::BufReader::new(f)).unwrap();
        let mut calls = CallTracker::builder()
            .phones(phone::PhoneReader::new().with_region("BY".parse().unwrap()))
            .build();
        let base: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        let show = |t: f64, h: Heard| match h {
            Heard::Live(e) => {
                let e = e.event();
                println!(
                    "  {t:7.2} {} {} dir={:?} client={:?} line={:?} legs={:?} {:?}",
                    e.call_id(),
                    e.kind().as_str(),
                    e.direction().map(|d| d.as_str()),
                    e.client().map(|c| c.to_string()),
                    e.line().map(|l| l.as_str()),
                    e.legs()
                        .iter()
                        .map(|l| format!("{:?}->{:?}", l.from(), l.to()))
                        .collect::<Vec<_>>(),
                    e.kind()
                );
            }
            Heard::Finished(c) => println!(
                "  {t:7.2} FIN {:?}\n      legs {:?}",
                c,
                c.record()
                    .legs()
                    .iter()
                    .map(|l| format!(
                        "{}:{:?}->{:?} {:?} {:?}",
                        l.id, l.from, l.to, l.answered_at, l.ended_at
                    ))
                    .collect::<Vec<_>>()
            ),
            _ => {}
        };
        let mut t = 0.0;
        while let Some(e) = file.next_event().unwrap() {
            let e = e.unwrap();
            t = e.since_start().as_secs_f64();
            if let Ok(Reading::Event(ev)) = PbxEvent::read(e.name(), e.body()) {
                for h in calls.hear(e.at(base), &ev) {
                    show(t, h);
                }
            }
        }
        for h in calls.finish() {
            show(t, h);
        }
    }
}
