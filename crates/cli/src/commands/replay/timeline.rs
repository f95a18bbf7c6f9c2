//! Converts the offsets of recorded events into times.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use vochi_crm::asterisk::{BrokenLine, RecordedEvent, Timeouts};
use vochi_crm::{Clock, SystemClock, Timestamp, Zone};

/// An event with its time, or the error of an invalid time.
pub(super) type Dated = Result<(Timestamp, RecordedEvent), BrokenLine>;

/// The approximate limit of buffered events, in bytes.
const MAX_HELD: usize = if cfg!(test) { 1 << 16 } else { 64 << 20 };

/// Computes the times of events that have only an offset from the start.
///
/// While the start time is unknown, events are buffered until one of them has a time of the PBX.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    base: Option<Timestamp>,
    /// The start time of an earlier run, and its last offset.
    earlier: Option<(Timestamp, i64)>,
    /// The zone of times the PBX writes without one.
    zone: Zone,
    held: Vec<RecordedEvent>,
    /// The approximate size of `held` in bytes.
    held_bytes: usize,
    /// The largest offset in microseconds.
    latest: Option<i64>,
}

/// The state a later run continues with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SavedTimeline {
    base: Option<Timestamp>,
    latest: Option<i64>,
    held: Vec<RecordedEvent>,
}

impl Timeline {
    /// Creates a timeline that starts at `base`, if that is known.
    pub(super) fn new(base: Option<Timestamp>, zone: Zone) -> Self {
        Self { base, earlier: None, zone, held: Vec::new(), held_bytes: 0, latest: None }
    }

    /// Continues an earlier run.
    pub(super) fn resume(mut self, saved: SavedTimeline) -> Self {
        self.earlier = saved.base.zip(saved.latest);
        self.held_bytes = saved.held.iter().map(size).sum();
        self.held = saved.held;
        self
    }

    /// Returns the state for a later run.
    pub(super) fn save(self) -> SavedTimeline {
        let (base, latest) = match (self.base, self.latest, self.earlier) {
            (None, None, Some((base, latest))) => (Some(base), Some(latest)),
            (base, latest, _) => (base, latest),
        };
        SavedTimeline { base, latest, held: self.held }
    }

    /// Adds an event and returns those whose time is known now, in order.
    pub(super) fn take(&mut self, event: RecordedEvent) -> Vec<Dated> {
        if !event.is_dated() {
            let offset = event.offset_micros();
            if self.base.is_none() {
                self.base = self.earlier_base(offset).or_else(|| {
                    let written = event.written_at(&self.zone);
                    written.map(|written| before(written, offset))
                });
            }
            self.latest = self.latest.max(Some(offset));
        }
        self.held_bytes = self.held_bytes.saturating_add(size(&event));
        self.held.push(event);
        match self.base {
            Some(base) => self.release(base),
            // Events with a date of their own wait only for earlier ones.
            None if self.held.iter().all(RecordedEvent::is_dated) => self.release(epoch()),
            None if self.held_bytes > MAX_HELD => self.finish(SystemClock.now()),
            None => Vec::new(),
        }
    }

    /// Sets the start time, unless it is known. Returns true if it is `base` now.
    pub(super) fn set_base(&mut self, base: Timestamp) -> bool {
        *self.base.get_or_insert(base) == base
    }

    /// Returns true if the start time is known.
    pub(super) fn knows_base(&self) -> bool {
        self.base.is_some()
    }

    /// Returns true if events are buffered.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    /// Returns the buffered events. Without any time in the events, the last one is at `now`.
    pub(super) fn finish(&mut self, now: Timestamp) -> Vec<Dated> {
        let undated = self.held.iter().filter(|event| !event.is_dated());
        let last = undated.map(RecordedEvent::offset_micros).max();
        let base = self.base.unwrap_or_else(|| before(now, last.unwrap_or_default()));
        if last.is_some() {
            self.base = Some(base);
        }
        self.release(base)
    }

    /// Returns the start time of an earlier run. A smaller offset belongs to another recording.
    fn earlier_base(&mut self, offset: i64) -> Option<Timestamp> {
        let (base, latest) = self.earlier.take()?;
        let reorder = i64::try_from(Timeouts::default().reorder.as_micros()).unwrap_or(i64::MAX);
        (offset >= latest.saturating_sub(reorder)).then_some(base)
    }

    fn release(&mut self, base: Timestamp) -> Vec<Dated> {
        self.held_bytes = 0;
        let held = self.held.drain(..);
        held.map(|event| event.at(base).map(|at| (at, event))).collect()
    }
}

fn epoch() -> Timestamp {
    Timestamp::from_unix_micros(0)
}

fn before(at: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_unix_micros(at.unix_micros().saturating_sub(micros))
}

/// Returns the approximate size of an event in bytes.
fn size(event: &RecordedEvent) -> usize {
    fn of(value: &Value) -> usize {
        size_of::<Value>()
            + match value {
                Value::String(text) => text.len(),
                Value::Array(list) => list.iter().map(of).sum(),
                Value::Object(fields) => {
                    fields.iter().map(|(key, it)| 64 + key.len() + of(it)).sum()
                }
                _ => 0,
            }
    }
    size_of::<RecordedEvent>() + event.body().values().map(of).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use serde_json::{Value, json};
    use vochi_crm::asterisk::EventFile;

    use super::*;

    /// Returns how many events got their time before the end, and the times of all.
    fn dated(base: Option<&str>, events: &[Value]) -> (usize, Vec<String>) {
        let text = Value::from(events).to_string();
        let mut file = EventFile::open(text.as_bytes()).unwrap();
        let zone = "Europe/Minsk".parse().unwrap();
        let mut timeline = Timeline::new(base.map(|base| base.parse().unwrap()), zone);
        let mut dated = Vec::new();
        while let Some(event) = file.next_event().unwrap() {
            dated.extend(timeline.take(event.unwrap()).into_iter().map(Result::unwrap));
        }
        let early = dated.len();
        let rest = timeline.finish("2026-03-02T09:00:00Z".parse().unwrap());
        dated.extend(rest.into_iter().map(Result::unwrap));
        let texts = dated.iter().map(|(at, _)| at.to_string());
        (early, texts.collect())
    }

    fn read(event: &Value) -> RecordedEvent {
        let mut file = EventFile::open(Cursor::new(event.to_string())).unwrap();
        file.next_event().unwrap().unwrap().unwrap()
    }

    fn start(t: impl Into<Value>) -> Value {
        json!({"t": t.into(), "type": "start", "data": {"UniqueId": "17.1"}})
    }

    fn hangup(t: f64, times: &Value) -> Value {
        json!({"t": t, "type": "hangup", "data": times})
    }

    #[test]
    fn known_start_gives_times_immediately() {
        let end = json!({"EndTime": "2020-01-01 00:00:00"});
        let events = [start(0.5), hangup(2.0, &end)];
        assert_eq!(
            dated(Some("2026-03-02T08:00:00Z"), &events),
            (2, vec!["2026-03-02T08:00:00.5Z".into(), "2026-03-02T08:00:02Z".into()]),
        );
    }

    #[test]
    fn first_pbx_time_gives_times_of_earlier_events() {
        let end = json!({"EndTime": "2026-03-02 11:00:30", "StartTime": "2026-03-02 11:00:00"});
        let later = json!({"EndTime": "2026-03-02 17:00:00"});
        for (events, early) in [
            (vec![start(-1.0), start(0), hangup(30.0, &end), hangup(40.0, &later)], 4),
            (
                vec![
                    start(-1),
                    json!({"t": 0, "type": "Newstate", "data": {"Timestamp": "1772438400.000000"}}),
                    start(30),
                    start(40),
                ],
                4,
            ),
        ] {
            let (known, at) = dated(None, &events);
            assert_eq!(known, early);
            assert_eq!(
                at,
                [
                    "2026-03-02T07:59:59Z",
                    "2026-03-02T08:00:00Z",
                    "2026-03-02T08:00:30Z",
                    "2026-03-02T08:00:40Z"
                ],
            );
        }
    }

    #[test]
    fn hangup_without_end_time_uses_its_start_time() {
        let started = json!({"EndTime": "", "StartTime": "2026-03-02 11:00:00"});
        let (_, at) = dated(None, &[start(0), hangup(5.0, &started)]);
        assert_eq!(at, ["2026-03-02T07:59:55Z", "2026-03-02T08:00:00Z"]);
    }

    #[test]
    fn without_any_time_last_event_is_now() {
        let empty = json!({"EndTime": "", "StartTime": "soon"});
        let events = [start(0), hangup(60.0, &empty), start(30)];
        assert_eq!(
            dated(None, &events),
            (
                0,
                vec![
                    "2026-03-02T08:59:00Z".into(),
                    "2026-03-02T09:00:00Z".into(),
                    "2026-03-02T08:59:30Z".into()
                ]
            ),
        );
    }

    #[test]
    fn dated_events_need_no_start() {
        let (early, at) = dated(None, &[start(1_772_438_400.25), start(1_772_438_401)]);
        assert_eq!(early, 2);
        assert_eq!(at, ["2026-03-02T08:00:00.25Z", "2026-03-02T08:00:01Z"]);
    }

    #[test]
    fn buffered_events_keep_their_order() {
        let (early, at) = dated(None, &[start(0), start(1_772_438_400)]);
        assert_eq!(early, 0);
        assert_eq!(at, ["2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z"]);
    }

    #[test]
    fn buffer_is_bounded() {
        let text = "x".repeat(1 << 10);
        let event = json!({"t": 0, "type": "start", "data": {"UniqueId": &text[100..]}});
        let line = format!("{event}\n");
        let held = 3 * MAX_HELD / line.len();
        let (early, _) = dated(None, &vec![event; held]);
        assert!(early > held / 3, "{early} of {held} have a time before the end");
    }

    #[test]
    fn next_run_continues_from_same_start() {
        let zone: Zone = "Europe/Minsk".parse().unwrap();
        let (base, now) = ("2026-03-02T08:00:00Z", "2026-03-05T08:00:00Z");
        let (base, now): (Timestamp, Timestamp) = (base.parse().unwrap(), now.parse().unwrap());
        for (t, begins) in [(100.0, base), (91.0, base), (80.0, before(now, 80_000_000))] {
            let mut first = Timeline::new(Some(base), zone.clone());
            first.take(read(&start(100.0)));
            let saved = serde_json::to_string(&first.save()).unwrap();
            let unused = Timeline::new(None, zone.clone());
            let unused = unused.resume(serde_json::from_str(&saved).unwrap()).save();
            let saved = serde_json::to_string(&unused).unwrap();
            let mut next = Timeline::new(None, zone.clone());
            next = next.resume(serde_json::from_str(&saved).unwrap());
            let event = read(&start(t));
            let at = event.at(begins).unwrap();
            let mut events = next.take(event);
            events.extend(next.finish(now));
            assert_eq!(events[0].as_ref().unwrap().0, at, "{t}");
        }
    }

    #[test]
    fn buffered_events_pass_to_next_run() {
        let zone: Zone = "Europe/Minsk".parse().unwrap();
        let mut first = Timeline::new(None, zone.clone());
        assert_eq!(first.take(read(&start(0))), []);
        let saved = serde_json::to_string(&first.save()).unwrap();
        let mut next = Timeline::new(None, zone).resume(serde_json::from_str(&saved).unwrap());
        let end = json!({"EndTime": "2026-03-02 11:00:30"});
        let events = next.take(read(&hangup(30.0, &end)));
        let times = events.iter().map(|event| event.as_ref().unwrap().0.to_string());
        let times: Vec<String> = times.collect();
        assert_eq!(times, ["2026-03-02T08:00:00Z", "2026-03-02T08:00:30Z"]);
    }
}
