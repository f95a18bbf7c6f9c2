//! Options with an empty value, as dialplans pass them: `--talk-seconds "${ANSWEREDTIME}"` of a call that
//! was not answered.

use std::ffi::OsString;

use clap::{Arg, Command};

/// The commands that drop options with an empty value.
const COMMANDS: [&str; 2] = ["call-event", "call-log"];
/// The option that stays when it is empty: where a number is required, an empty one is a hidden caller.
const PHONE: &str = "phone";

/// Removes empty options of `call-event` and `call-log` from a command line. Global options stay: an
/// empty `--profile` must not select the default profile.
pub(super) fn dropped(root: &Command, arguments: &[OsString]) -> Vec<OsString> {
    let Some((at, command)) = subcommand(root, arguments) else {
        return arguments.to_vec();
    };
    if !COMMANDS.contains(&command.get_name()) {
        return arguments.to_vec();
    }
    let mut kept = Vec::with_capacity(arguments.len());
    let (before, after) = arguments.split_at(at + 1);
    kept.extend_from_slice(before);
    let mut words = after.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            kept.push(word.clone());
            kept.extend(words.cloned());
            break;
        }
        let (name, inline) = match word.to_str().and_then(|text| text.strip_prefix("--")) {
            Some(text) => match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            },
            None => ("", None),
        };
        let own = option(command, name);
        if own.is_none() && option(root, name).is_none() {
            kept.push(word.clone());
            continue;
        }
        let value = match inline {
            Some(_) => None,
            None => words.next(),
        };
        let is_empty = inline.map_or(value.is_some_and(|value| value.is_empty()), str::is_empty);
        if is_empty && own.is_some_and(|own| own.get_long() != Some(PHONE)) {
            continue;
        }
        kept.push(word.clone());
        kept.extend(value.cloned());
    }
    kept
}

/// Returns the subcommand of a command line and its position.
fn subcommand<'a>(root: &'a Command, arguments: &[OsString]) -> Option<(usize, &'a Command)> {
    let mut words = arguments.iter().enumerate().skip(1);
    while let Some((at, word)) = words.next() {
        let text = word.to_str()?;
        match text.strip_prefix("--") {
            Some("") => return None,
            Some(name) if option(root, name).is_some() => drop(words.next()),
            Some(_) => {}
            None if text.starts_with('-') => {}
            None => return Some((at, root.find_subcommand(text)?)),
        }
    }
    None
}

/// Returns the option of this name, if it takes a value.
fn option<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    let mut all = command.get_arguments();
    all.find(|arg| arg.get_long() == Some(name) && arg.get_action().takes_values())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn dropped(words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = ["vochi-crm"].iter().chain(words).map(OsString::from).collect();
        let kept = super::dropped(&Cli::command(), &words).into_iter().skip(1);
        kept.map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn empty_options_of_calls_are_dropped() {
        for (words, kept) in [
            (
                &["call-event", "hangup", "--line", "", "--talk-seconds=", "--record"][..],
                &["call-event", "hangup", "--record"][..],
            ),
            (
                &["--output", "json", "-q", "call-log", "--ext", "", "--ext", "151"],
                &["--output", "json", "-q", "call-log", "--ext", "151"],
            ),
            (
                &["--output=json", "call-event", "in", "--line", "--ext", ""],
                &["--output=json", "call-event", "in", "--line", "--ext", ""],
            ),
        ] {
            assert_eq!(dropped(words), kept, "{words:?}");
        }
    }

    #[test]
    fn other_empty_words_stay() {
        for words in [
            &["call-event", ""][..],
            &["call-event", "in", "--phone", ""],
            &["call-event", "in", "--profile", ""],
            &["--profile", "call-event", "lookup", "--from", ""],
            &["call-event", "in", "--", "--line", ""],
            &["lookup", "--from", ""],
            &["call-event", "in", "--unknown", ""],
            &["--line", ""],
        ] {
            assert_eq!(dropped(words), words, "{words:?}");
        }
    }
}
