//! The `vochi-crm` command line: it reads what it is told, calls the library, prints.
//!
//! Only [`run`] is public, for the program itself; it promises nothing to other crates.

mod app;
mod args;
mod commands;
mod completion;
mod config;
mod exit;
mod logs;
mod output;
mod signals;

use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind as Mistake;
use vochi_crm::{Error, ErrorKind, Redactor};

use args::{Cli, Format};
use config::Environment;
use exit::Exit;
use output::Output;

/// Runs the program with the arguments and the environment of this process.
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment = Environment::of_process();
    // Where, not what: the text of a panic may quote a value.
    panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        Output::broke_down(&at);
    }));
    let format = format_of(&arguments);
    panic::catch_unwind(|| start(&arguments, &environment, format))
        .unwrap_or_else(|_| {
            let broken = Error::internal("the program broke down; this is a defect in it")
                .with_hint("report it with what was asked for; -vv tells more");
            Output::new(format, false, &environment).failure(&broken, &Redactor::default());
            Exit::Defect
        })
        .into()
}

fn start(arguments: &[OsString], environment: &Environment, format: Format) -> Exit {
    let output = Output::new(Format::Human, true, environment);
    if let Some(exit) = completion::answer(arguments, environment, &output) {
        return exit;
    }
    match Cli::read(arguments) {
        Ok(cli) => {
            let output = Output::new(cli.global.output, cli.global.quiet, environment);
            let exit = commands::run(&cli, environment, &output);
            finish(&output, exit)
        }
        Err(mistake) => {
            let output = Output::new(format, false, environment);
            let exit = explain(&mistake, &output);
            finish(&output, exit)
        }
    }
}

/// Prints help, version or what is wrong with the command line.
fn explain(mistake: &clap::Error, output: &Output) -> Exit {
    let text = mistake.render();
    if matches!(mistake.kind(), Mistake::DisplayHelp | Mistake::DisplayVersion) {
        let shown = if output.paint().is_on() { text.ansi().to_string() } else { text.to_string() };
        output.raw(shown.as_bytes());
        return Exit::Done;
    }
    match output.format() {
        Format::Json => {
            let text = text.to_string();
            let told = text.trim().trim_start_matches("error: ");
            let (message, rest) = told.split_once("\n\n").unwrap_or((told, ""));
            let lines: Vec<&str> = message.lines().map(str::trim).collect();
            let error = Error::new(ErrorKind::Usage, lines.join(" "));
            let hints: Vec<&str> =
                rest.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            output.failure(&error.with_hint(hints.join("; ")), &Redactor::default());
        }
        Format::Human if output.paint_errors().is_on() => Output::explain(&text.ansi().to_string()),
        Format::Human => Output::explain(&text.to_string()),
    }
    Exit::Usage
}

/// A command that went well and could not say so did not go well.
fn finish(output: &Output, exit: Exit) -> Exit {
    match output.finish() {
        Ok(()) => exit,
        Err(why) => {
            let unheard = Error::internal(format!("standard output cannot be written: {why}"));
            output.failure_in_words(&unheard, &Redactor::default());
            exit.or_graver(Exit::Defect)
        }
    }
}

/// The output format, for a command line that cannot be understood as a whole.
fn format_of(arguments: &[OsString]) -> Format {
    let words: Vec<&str> = arguments
        .iter()
        .filter_map(|word| word.to_str())
        .take_while(|word| *word != "--")
        .collect();
    let json = words.contains(&"--output=json")
        || words.windows(2).any(|pair| pair == ["--output", "json"]);
    if json { Format::Json } else { Format::Human }
}
