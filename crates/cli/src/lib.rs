//! The `vochi-crm` command line: parses arguments, calls the library, prints.
//!
//! Only [`run`] is public, for the program itself; it is no stable interface.

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

use clap::error::ErrorKind as ClapErrorKind;
use vochi_crm::{Error, ErrorKind, Redactor};

use args::{Cli, Format};
use config::Environment;
use exit::Exit;
use output::Output;

/// Runs the program with the arguments and the environment of this process.
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment = Environment::of_process();
    // Only the location is printed: the text of a panic may contain a secret.
    panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        Output::panic_at(&at);
    }));
    let format = format_of(&arguments);
    panic::catch_unwind(|| start(&arguments, &environment, format))
        .unwrap_or_else(|_| {
            let broken = Error::internal("the program panicked: this is a defect")
                .with_hint("report it with the command line; -vv prints details");
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
        Err(usage) => {
            let output = Output::new(format, false, environment);
            let exit = print_usage(&usage, &output);
            finish(&output, exit)
        }
    }
}

/// Prints help, the version or a usage error.
fn print_usage(usage: &clap::Error, output: &Output) -> Exit {
    let text = usage.render();
    if matches!(usage.kind(), ClapErrorKind::DisplayHelp | ClapErrorKind::DisplayVersion) {
        let shown =
            if output.style().is_enabled() { text.ansi().to_string() } else { text.to_string() };
        output.raw(shown.as_bytes());
        return Exit::Done;
    }
    match output.format() {
        Format::Json => {
            let text = text.to_string();
            let text = text.trim().trim_start_matches("error: ");
            let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
            let lines: Vec<&str> = message.lines().map(str::trim).collect();
            let error = Error::new(ErrorKind::Usage, lines.join(" "));
            let hints: Vec<&str> =
                rest.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            output.failure(&error.with_hint(hints.join("; ")), &Redactor::default());
        }
        Format::Human if output.error_style().is_enabled() => {
            Output::usage_error(&text.ansi().to_string());
        }
        Format::Human => Output::usage_error(&text.to_string()),
    }
    Exit::Usage
}

/// Replaces success by an error if standard output could not be written.
fn finish(output: &Output, exit: Exit) -> Exit {
    match output.finish() {
        Ok(()) => exit,
        Err(why) => {
            let error = Error::internal(format!("cannot write standard output: {why}"));
            output.failure_text(&error, &Redactor::default());
            exit.or_worse(Exit::Defect)
        }
    }
}

/// Finds the output format in a command line that cannot be parsed.
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
