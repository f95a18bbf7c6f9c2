//! Shell completion: scripts, and the candidates they request from the program.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};

use crate::args::{Cli, Global};
use crate::config::{Environment, Settings};
use crate::exit::Exit;
use crate::output::Output;

const PROGRAM: &str = "vochi-crm";
/// The variable by which a script requests candidates; its value names the shell.
const VARIABLE: &str = "_VOCHI_CRM_COMPLETE";

/// Completes on the first call: zsh autoloads a script as the body of a function.
const ZSH_AUTOLOAD: &str = "
if [[ \"$funcstack[1]\" == _vochi-crm ]]; then
    _clap_dynamic_completer_vochi_crm \"$@\"
fi
";

/// Returns the completion script of a shell.
///
/// # Errors
/// If there is no script for this shell.
pub(crate) fn script(shell: Shell) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    completer(&shell.to_string())?.write_registration(
        VARIABLE,
        PROGRAM,
        PROGRAM,
        PROGRAM,
        &mut script,
    )?;
    if shell == Shell::Zsh {
        script.extend_from_slice(ZSH_AUTOLOAD.as_bytes());
    }
    Ok(script)
}

/// Prints the candidates for the word at the cursor. Returns `None` if no completion script runs the
/// program.
pub(crate) fn answer(
    arguments: &[OsString],
    environment: &Environment,
    output: &Output,
) -> Option<Exit> {
    let shell = environment.get(VARIABLE).filter(|shell| !shell.is_empty())?;
    // The typed words follow the script's own `--`.
    let typed = arguments.iter().skip_while(|word| *word != "--").skip(1);
    let typed: Vec<OsString> = typed.cloned().collect();
    let config = config_of(&typed);
    let profiles = ArgValueCandidates::new(move || profiles(config.as_deref()));
    let mut command = Cli::command().mut_arg("profile", |arg| arg.add(profiles));
    let directory = std::env::current_dir().ok();
    let mut candidates = Vec::new();
    let found = completer(shell).and_then(|shell| {
        shell.write_complete(&mut command, typed, directory.as_deref(), &mut candidates)
    });
    // A message would be printed into the typed line.
    if found.is_err() {
        return Some(Exit::Usage);
    }
    output.raw(&candidates);
    Some(Exit::Done)
}

fn completer(shell: &str) -> io::Result<&'static dyn EnvCompleter> {
    const SHELLS: Shells<'static> = Shells::builtins();
    let mut known = SHELLS.0.iter().copied();
    let unknown = || io::Error::other(format!("no completions for the shell {shell}"));
    known.find(|one| one.is(shell)).ok_or_else(unknown)
}

/// Returns the configuration file named on the typed command line.
fn config_of(typed: &[OsString]) -> Option<OsString> {
    let mut words = typed.iter();
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().cloned();
        }
        if let Some(file) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return Some(file.into());
        }
    }
    None
}

/// Returns the names of the profiles; none if the configuration cannot be read.
fn profiles(config: Option<&std::ffi::OsStr>) -> Vec<CompletionCandidate> {
    let environment = Environment::of_process();
    let global = Global::with_config(config.map(|file| Path::new(file).to_owned()));
    let Ok(settings) = Settings::load_if_any(&global, &environment) else {
        return Vec::new();
    };
    let names = settings.names().into_iter();
    names.map(CompletionCandidate::new).collect()
}
