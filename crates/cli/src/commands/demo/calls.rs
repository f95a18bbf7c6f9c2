//! The calls of the demonstration: their events, and the record each must become.

use vochi_crm::{Direction, Outcome, Reason};

/// The time of second 0.
pub(super) const START: &str = "2026-03-02T09:00:00+03:00";

/// One call.
pub(super) struct Call {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) direction: Direction,
    /// The client's number as the PBX writes it.
    pub(super) phone: &'static str,
    pub(super) line: &'static str,
    /// The steps, each with its seconds after [`START`].
    pub(super) steps: &'static [(u32, Step)],
    pub(super) expected: Expected,
}

/// A step of a call.
pub(super) enum Step {
    /// Phones of these employees ring; of an outgoing call, this employee calls the client.
    Ringing(&'static [&'static str]),
    /// This employee and the client talk.
    Answered(&'static str),
    /// An attended transfer to this employee.
    Transferred(&'static str),
    /// The call is over.
    Ended(Option<Outcome>, Option<Reason>),
}

/// The record the call must become.
pub(super) struct Expected {
    pub(super) outcome: Outcome,
    pub(super) extension: &'static str,
    pub(super) talk: u64,
    pub(super) wait: u64,
}

pub(super) const MORNING: &[Call] = &[
    Call {
        id: "1772431200.1",
        title: "a customer calls, two phones ring",
        direction: Direction::Inbound,
        phone: "375446370646",
        line: "0001363",
        steps: &[
            (0, Step::Ringing(&["151", "152"])),
            (6, Step::Answered("151")),
            (70, Step::Ended(None, None)),
        ],
        expected: Expected { outcome: Outcome::Answered, extension: "151", talk: 64, wait: 6 },
    },
    Call {
        id: "1772431240.4",
        title: "an unknown caller gives up",
        direction: Direction::Inbound,
        phone: "80441278772",
        line: "0001363",
        steps: &[
            (40, Step::Ringing(&["150"])),
            (66, Step::Ended(None, Some(Reason::CallerGaveUp))),
        ],
        expected: Expected { outcome: Outcome::Missed, extension: "150", talk: 0, wait: 26 },
    },
    Call {
        id: "1772431295.7",
        title: "an employee calls back",
        direction: Direction::Outbound,
        phone: "375441278772",
        line: "0001363",
        steps: &[
            (95, Step::Ringing(&["150"])),
            (100, Step::Answered("150")),
            (156, Step::Ended(None, None)),
        ],
        expected: Expected { outcome: Outcome::Answered, extension: "150", talk: 56, wait: 5 },
    },
    Call {
        id: "1772431320.9",
        title: "an attended transfer",
        direction: Direction::Inbound,
        phone: "+375291256636",
        line: "0001365",
        steps: &[
            (120, Step::Ringing(&["155"])),
            (124, Step::Answered("155")),
            (174, Step::Transferred("158")),
            (260, Step::Ended(None, None)),
        ],
        expected: Expected { outcome: Outcome::Answered, extension: "158", talk: 136, wait: 4 },
    },
    Call {
        id: "1772431500.15",
        title: "a caller hides the number",
        direction: Direction::Inbound,
        phone: "anonymous",
        line: "0001363",
        steps: &[
            (300, Step::Ringing(&["151"])),
            (303, Step::Answered("151")),
            (323, Step::Ended(None, None)),
        ],
        expected: Expected { outcome: Outcome::Answered, extension: "151", talk: 20, wait: 3 },
    },
    Call {
        id: "1772431530.18",
        title: "the client's line is busy",
        direction: Direction::Outbound,
        phone: "375447703862",
        line: "0001363",
        steps: &[(330, Step::Ringing(&["151"])), (332, Step::Ended(Some(Outcome::Busy), None))],
        expected: Expected { outcome: Outcome::Busy, extension: "151", talk: 0, wait: 2 },
    },
    Call {
        id: "1772431560.21",
        title: "a customer from Germany",
        direction: Direction::Inbound,
        phone: "49305407062",
        line: "3880001",
        steps: &[
            (360, Step::Ringing(&["180"])),
            (367, Step::Answered("180")),
            (372, Step::Ended(None, None)),
        ],
        expected: Expected { outcome: Outcome::Answered, extension: "180", talk: 5, wait: 7 },
    },
];
