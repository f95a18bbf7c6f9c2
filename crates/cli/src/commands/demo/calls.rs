//! A morning at a small company, as its PBX saw it and as it really was.

use vochi_crm::{Direction, Outcome, Reason};

/// When the morning begins.
pub(super) const BEGINNING: &str = "2026-03-02T09:00:00+03:00";

/// One call.
pub(super) struct Call {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) direction: Direction,
    /// What the PBX has for the client's number.
    pub(super) phone: &'static str,
    pub(super) line: &'static str,
    /// What happened, by seconds after the beginning of the morning.
    pub(super) steps: &'static [(u32, Step)],
    pub(super) really: Really,
}

/// What happens in a call.
pub(super) enum Step {
    /// It rings: at these employees, or, outgoing, at the client of this one.
    Rings(&'static [&'static str]),
    /// This employee and the client talk.
    Answered(&'static str),
    /// After a consultation this employee has the client.
    PassedTo(&'static str),
    /// It is over.
    Over(Option<Outcome>, Option<Reason>),
}

/// What a witness would tell.
pub(super) struct Really {
    pub(super) outcome: Outcome,
    /// Whose call it was in the end.
    pub(super) by: &'static str,
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
            (0, Step::Rings(&["151", "152"])),
            (6, Step::Answered("151")),
            (70, Step::Over(None, None)),
        ],
        really: Really { outcome: Outcome::Answered, by: "151", talk: 64, wait: 6 },
    },
    Call {
        id: "1772431240.4",
        title: "a stranger gives up waiting",
        direction: Direction::Inbound,
        phone: "80441278772",
        line: "0001363",
        steps: &[(40, Step::Rings(&["150"])), (66, Step::Over(None, Some(Reason::CallerGaveUp)))],
        really: Really { outcome: Outcome::Missed, by: "150", talk: 0, wait: 26 },
    },
    Call {
        id: "1772431295.7",
        title: "an employee calls back",
        direction: Direction::Outbound,
        phone: "375441278772",
        line: "0001363",
        steps: &[
            (95, Step::Rings(&["150"])),
            (100, Step::Answered("150")),
            (156, Step::Over(None, None)),
        ],
        really: Really { outcome: Outcome::Answered, by: "150", talk: 56, wait: 5 },
    },
    Call {
        id: "1772431320.9",
        title: "passed on after a consultation",
        direction: Direction::Inbound,
        phone: "+375291256636",
        line: "0001365",
        steps: &[
            (120, Step::Rings(&["155"])),
            (124, Step::Answered("155")),
            (174, Step::PassedTo("158")),
            (260, Step::Over(None, None)),
        ],
        really: Really { outcome: Outcome::Answered, by: "158", talk: 136, wait: 4 },
    },
    Call {
        id: "1772431500.15",
        title: "a caller hides the number",
        direction: Direction::Inbound,
        phone: "anonymous",
        line: "0001363",
        steps: &[
            (300, Step::Rings(&["151"])),
            (303, Step::Answered("151")),
            (323, Step::Over(None, None)),
        ],
        really: Really { outcome: Outcome::Answered, by: "151", talk: 20, wait: 3 },
    },
    Call {
        id: "1772431530.18",
        title: "the client's line is busy",
        direction: Direction::Outbound,
        phone: "375447703862",
        line: "0001363",
        steps: &[(330, Step::Rings(&["151"])), (332, Step::Over(Some(Outcome::Busy), None))],
        really: Really { outcome: Outcome::Busy, by: "151", talk: 0, wait: 2 },
    },
    Call {
        id: "1772431560.21",
        title: "a customer from Germany",
        direction: Direction::Inbound,
        phone: "49305407062",
        line: "3880001",
        steps: &[
            (360, Step::Rings(&["180"])),
            (367, Step::Answered("180")),
            (372, Step::Over(None, None)),
        ],
        really: Really { outcome: Outcome::Answered, by: "180", talk: 5, wait: 7 },
    },
];
