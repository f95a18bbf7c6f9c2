//! `lookup`: who is calling.

mod numbers;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use vochi_crm::connector::Found;
use vochi_crm::{Cx, Error, ErrorKind, PhoneNumber, Result};

use super::card::{self, Card};
use super::route;
use crate::app::{App, Manner, Memory, Session};
use crate::args::{Format, LookupArgs};
use crate::exit::Exit;
use crate::output::{Paint, Rehearsal, Report, Trouble};
use numbers::{Line, Numbers};

/// How long somebody waits to learn who is calling, where nobody says.
const BUDGET: Duration = Duration::from_secs(10);
/// How many lines of a file are worked on at once: enough for what a CRM answers together, few
/// enough to see it go on.
const AT_ONCE: usize = 20;

/// Who was found under one number.
#[derive(Debug, Serialize)]
struct Lookup {
    ok: bool,
    found: bool,
    phone: PhoneNumber,
    /// The likeliest of the candidates.
    customer: Option<Card>,
    candidates: Vec<Card>,
    warnings: Vec<String>,
}

/// A line of a file that came to nothing.
#[derive(Debug, Serialize)]
struct Failed<'a> {
    ok: bool,
    phone: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    error: Trouble,
}

impl From<Found> for Lookup {
    fn from(found: Found) -> Self {
        let candidates: Vec<Card> = found.candidates.into_iter().map(Card::from).collect();
        let warnings = found.warnings.iter();
        Self {
            ok: true,
            found: !candidates.is_empty(),
            phone: found.phone,
            customer: candidates.first().cloned(),
            candidates,
            warnings: warnings.map(|one| one.text().to_owned()).collect(),
        }
    }
}

impl Lookup {
    fn exit(&self) -> Exit {
        if self.found { Exit::Done } else { Exit::NotThere }
    }
}

impl Report for Lookup {
    /// A row per candidate; the headings stand above the first of all.
    fn human(&self, _: Paint) -> String {
        let phone = self.phone.e164();
        if self.candidates.is_empty() {
            return card::row(phone, None);
        }
        let rows = self.candidates.iter();
        let rows: Vec<String> = rows.map(|card| card::row(phone, Some(card))).collect();
        rows.join("\n")
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

pub(super) async fn run(app: &App<'_>, args: &LookupArgs) -> Result<Exit> {
    let session = app.session(Memory::Own).await?;
    match (&args.phone, &args.from) {
        (Some(raw), _) => one(app, &session, raw).await,
        (None, Some(path)) => Many::new(app, &session).run(path).await,
        (None, None) => Err(Error::new(ErrorKind::Usage, "there is no number")),
    }
}

async fn one(app: &App<'_>, session: &Session, raw: &str) -> Result<Exit> {
    let phone = route::number(session.profile.account.phones(), raw)?;
    let found = find(app, session, &app.live(BUDGET), &[phone]).await?;
    let found = found.into_iter().next().ok_or_else(unanswered)?;
    let lookup = Lookup::from(found);
    heads(app);
    Ok(app.show(session, &lookup, lookup.exit()))
}

/// Asks the connector; its answers stand in the order of the numbers.
async fn find(
    app: &App<'_>,
    session: &Session,
    cx: &Cx,
    phones: &[PhoneNumber],
) -> Result<Vec<Found>> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    let work = session.connector.find(cx, phones);
    let found = app.in_time(cx, Manner::Reads, work).await?;
    if found.len() == phones.len() { Ok(found) } else { Err(unanswered()) }
}

fn unanswered() -> Error {
    Error::internal("the connector left a number without an answer")
}

fn heads(app: &App<'_>) {
    if app.output.format() == Format::Human && !app.global.dry_run {
        app.output.line(&card::heads());
    }
}

/// The numbers of a file.
struct Many<'a> {
    app: &'a App<'a>,
    session: &'a Session,
    rehearsal: Rehearsal,
    exit: Exit,
}

impl<'a> Many<'a> {
    fn new(app: &'a App<'a>, session: &'a Session) -> Self {
        Self { app, session, rehearsal: Rehearsal::nothing(), exit: Exit::Done }
    }

    async fn run(mut self, path: &Path) -> Result<Exit> {
        let cx = self.app.history();
        let mut numbers = Numbers::open(path, self.session.profile.account.phones());
        let mut is_first = true;
        loop {
            let reading = numbers.next(AT_ONCE);
            let done = match self.app.in_time(&cx, Manner::Reads, reading).await {
                Ok(lines) if lines.is_empty() => break,
                Ok(lines) => {
                    if std::mem::take(&mut is_first) {
                        heads(self.app);
                    }
                    self.some(&cx, &lines).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                return Ok(self.exit.or_graver(self.app.fail(&error)));
            }
        }
        if self.app.global.dry_run {
            self.session.rehearsed(&mut self.rehearsal);
            self.app.output.report(&self.rehearsal);
        }
        Ok(self.exit)
    }

    /// Answers some lines, in their order. What fails together is asked one by one.
    ///
    /// # Errors
    /// What the lines after these would end with too.
    async fn some(&mut self, cx: &Cx, lines: &[Line]) -> Result<()> {
        let phones: Vec<PhoneNumber> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Number(phone) => Some(*phone),
                Line::Wrong { .. } => None,
            })
            .collect();
        let together = match self.ask(cx, &phones).await? {
            Err(_) if phones.len() > 1 => None,
            found => Some(found),
        };
        let mut together = together.map(|found| found.map(Vec::into_iter));
        for line in lines {
            let phone = match line {
                Line::Number(phone) => phone,
                Line::Wrong { place, raw, error } => {
                    self.failed(place, None, Some(raw), error);
                    continue;
                }
            };
            let found = match &mut together {
                Some(Ok(found)) => Ok(found.next()),
                Some(Err(error)) => Err(std::mem::replace(error, unanswered())),
                None => {
                    let found = self.ask(cx, &[*phone]).await?;
                    found.map(|found| found.into_iter().next())
                }
            };
            match found {
                Ok(found) => self.found(&Lookup::from(found.ok_or_else(unanswered)?)),
                Err(error) => self.failed(phone.e164(), Some(*phone), None, &error),
            }
        }
        Ok(())
    }

    /// Asks for some numbers; what concerns these alone is the inner error.
    ///
    /// # Errors
    /// What all further numbers would end with too.
    async fn ask(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Result<Vec<Found>>> {
        match find(self.app, self.session, cx, phones).await {
            Err(error) if concerns_all(&error, cx) => Err(error),
            found => Ok(found),
        }
    }

    fn found(&mut self, lookup: &Lookup) {
        if self.app.global.dry_run {
            self.rehearsal.warn(&lookup.warnings);
            return;
        }
        self.app.output.report(lookup);
        self.exit = self.exit.or_graver(lookup.exit());
    }

    fn failed(&mut self, what: &str, phone: Option<PhoneNumber>, raw: Option<&str>, error: &Error) {
        self.exit = self.exit.or_graver(Exit::of(error));
        let (output, redactor) = (self.app.output, self.app.redactor());
        if self.app.global.dry_run {
            self.rehearsal.fail();
        } else if output.format() == Format::Json {
            return output.json(&Failed {
                ok: false,
                phone,
                raw,
                error: Trouble::of(error, &redactor),
            });
        }
        output.failure_of_one(what, error, &redactor);
    }
}

/// Whether the numbers after this one would fail like it.
fn concerns_all(error: &Error, cx: &Cx) -> bool {
    let late = cx.deadline().is_some_and(|deadline| deadline <= tokio::time::Instant::now());
    late || matches!(
        error.kind(),
        ErrorKind::Auth | ErrorKind::Config | ErrorKind::Unsupported | ErrorKind::Internal
    )
}
