//! `lookup`: finds the customers of a number.

mod numbers;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use vochi_crm::connector::Found;
use vochi_crm::{Cx, Error, ErrorKind, PhoneNumber, Result};

use super::card::{self, Card};
use super::route;
use crate::app::{Access, App, Session, StateScope};
use crate::args::{Format, LookupArgs};
use crate::exit::Exit;
use crate::output::{DryRun, ErrorObject, Report, Style};
use numbers::{Line, Numbers};

/// The default timeout.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The lines of a file looked up together: enough to batch requests, few enough to show progress.
const BATCH: usize = 20;

/// The customers of one number.
#[derive(Debug, Serialize)]
struct Lookup {
    ok: bool,
    found: bool,
    phone: PhoneNumber,
    /// The most likely candidate.
    customer: Option<Card>,
    candidates: Vec<Card>,
    warnings: Vec<String>,
}

/// A line of a file that failed.
#[derive(Debug, Serialize)]
struct FailedLine<'a> {
    ok: bool,
    phone: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    error: ErrorObject,
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
        if self.found { Exit::Done } else { Exit::NotFound }
    }
}

impl Report for Lookup {
    /// Returns a row per candidate, without headings.
    fn human(&self, _: Style) -> String {
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
    let session = app.session(StateScope::Run).await?;
    match (&args.phone, &args.from) {
        (Some(raw), _) => look_up(app, &session, raw).await,
        (None, Some(path)) => Batches::new(app, &session).run(path).await,
        (None, None) => Err(Error::new(ErrorKind::Usage, "missing number")),
    }
}

async fn look_up(app: &App<'_>, session: &Session, raw: &str) -> Result<Exit> {
    let phone = route::number(session.profile.account.phones(), raw)?;
    let found = find(app, session, &app.live(TIMEOUT), &[phone]).await?;
    let found = found.into_iter().next().ok_or_else(missing_result)?;
    let lookup = Lookup::from(found);
    print_headings(app);
    Ok(app.show(session, &lookup, lookup.exit()))
}

/// Looks up numbers; the results are in the order of the numbers.
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
    let found = app.within_deadline(cx, Access::Read, work).await?;
    if found.len() == phones.len() { Ok(found) } else { Err(missing_result()) }
}

fn missing_result() -> Error {
    Error::internal("the connector returned no result for a number")
}

fn print_headings(app: &App<'_>) {
    if app.output.format() == Format::Human && !app.global.dry_run {
        app.output.line(&card::heads());
    }
}

/// The lookup of the numbers of a file.
struct Batches<'a> {
    app: &'a App<'a>,
    session: &'a Session,
    dry_run: DryRun,
    exit: Exit,
}

impl<'a> Batches<'a> {
    fn new(app: &'a App<'a>, session: &'a Session) -> Self {
        Self { app, session, dry_run: DryRun::new(), exit: Exit::Done }
    }

    async fn run(mut self, path: &Path) -> Result<Exit> {
        let cx = self.app.history();
        let mut numbers = Numbers::open(path, self.session.profile.account.phones());
        let mut is_first = true;
        loop {
            let reading = numbers.next(BATCH);
            let done = match self.app.within_deadline(&cx, Access::Read, reading).await {
                Ok(lines) if lines.is_empty() => break,
                Ok(lines) => {
                    if std::mem::take(&mut is_first) {
                        print_headings(self.app);
                    }
                    self.look_up(&cx, &lines).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                return Ok(self.exit.or_worse(self.app.fail(&error)));
            }
        }
        if self.app.global.dry_run {
            self.session.add_to_dry_run(&mut self.dry_run);
            self.app.output.report(&self.dry_run);
        }
        Ok(self.exit)
    }

    /// Looks up some lines and prints the results in their order. If a batch fails, each number is looked
    /// up alone.
    ///
    /// # Errors
    /// An error that all further lines would have too.
    async fn look_up(&mut self, cx: &Cx, lines: &[Line]) -> Result<()> {
        let phones: Vec<PhoneNumber> = lines
            .iter()
            .filter_map(|line| match line {
                Line::Number(phone) => Some(*phone),
                Line::Invalid { .. } => None,
            })
            .collect();
        let batch = match self.request(cx, &phones).await? {
            Err(_) if phones.len() > 1 => None,
            found => Some(found),
        };
        let mut batch = batch.map(|found| found.map(Vec::into_iter));
        for line in lines {
            let phone = match line {
                Line::Number(phone) => phone,
                Line::Invalid { place, raw, error } => {
                    self.print_failed(place, None, Some(raw), error);
                    continue;
                }
            };
            let found = match &mut batch {
                Some(Ok(found)) => Ok(found.next()),
                Some(Err(error)) => Err(std::mem::replace(error, missing_result())),
                None => {
                    let found = self.request(cx, &[*phone]).await?;
                    found.map(|found| found.into_iter().next())
                }
            };
            match found {
                Ok(found) => self.print_found(&Lookup::from(found.ok_or_else(missing_result)?)),
                Err(error) => self.print_failed(phone.e164(), Some(*phone), None, &error),
            }
        }
        Ok(())
    }

    /// Requests some numbers. The inner error concerns only these numbers.
    ///
    /// # Errors
    /// An error that all further numbers would have too.
    async fn request(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Result<Vec<Found>>> {
        match find(self.app, self.session, cx, phones).await {
            Err(error) if fails_all(&error, cx) => Err(error),
            found => Ok(found),
        }
    }

    fn print_found(&mut self, lookup: &Lookup) {
        if self.app.global.dry_run {
            self.dry_run.warn(&lookup.warnings);
            return;
        }
        self.app.output.report(lookup);
        self.exit = self.exit.or_worse(lookup.exit());
    }

    fn print_failed(
        &mut self,
        what: &str,
        phone: Option<PhoneNumber>,
        raw: Option<&str>,
        error: &Error,
    ) {
        self.exit = self.exit.or_worse(Exit::of(error));
        let (output, redactor) = (self.app.output, self.app.redactor());
        if self.app.global.dry_run {
            self.dry_run.fail();
        } else if output.format() == Format::Json {
            return output.json(&FailedLine {
                ok: false,
                phone,
                raw,
                error: ErrorObject::of(error, &redactor),
            });
        }
        output.item_failure(what, error, &redactor);
    }
}

/// Returns true if all further numbers would fail with this error.
fn fails_all(error: &Error, cx: &Cx) -> bool {
    let late = cx.deadline().is_some_and(|deadline| deadline <= tokio::time::Instant::now());
    late || matches!(
        error.kind(),
        ErrorKind::Auth | ErrorKind::Config | ErrorKind::Unsupported | ErrorKind::Internal
    )
}
