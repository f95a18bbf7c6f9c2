//! The command line's arguments: types and parsing, no input or output.

mod calls;
mod dial_status;
mod empty;
mod read;
mod tools;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind as ClapErrorKind;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub(crate) use calls::{CallEventArgs, CallLogArgs, EventType, ReplayArgs, SettleArgs};
pub(crate) use dial_status::DialStatus;
pub(crate) use read::{ApiArgs, ChangesArgs, HealthArgs, LookupArgs, PhoneArgs, RouteArgs};
pub(crate) use tools::{CompletionsArgs, ManArgs, OAuthArgs, SandboxArgs, SetupArgs};

/// Reports phone calls to CRMs: popups while they ring, one record when they are over.
#[derive(Debug, Parser)]
#[command(name = "vochi-crm", bin_name = "vochi-crm", version, subcommand_required = true)]
#[command(arg_required_else_help = true, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Parses a command line. Only `replay` takes several profiles.
    ///
    /// # Errors
    /// A usage error; also help and version, if requested.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(empty::dropped(&Self::command(), arguments))?;
        let profiles = cli.global.profile.len();
        let wrong = match &cli.command {
            // clap drops the profiles before the command if there are some after it.
            Command::Replay(_) if profiles < named_profiles(arguments) => {
                "write all --profile options after `replay`, or all before it"
            }
            Command::Replay(_) => return Ok(cli),
            _ if profiles > 1 => "only `replay` takes more than one --profile",
            _ => return Ok(cli),
        };
        Err(Self::command().error(ClapErrorKind::ArgumentConflict, wrong))
    }
}

/// Counts the `--profile` options of a command line.
fn named_profiles(arguments: &[OsString]) -> usize {
    arguments
        .iter()
        .filter_map(|word| word.to_str())
        .take_while(|word| *word != "--")
        .filter(|word| *word == "--profile" || word.starts_with("--profile="))
        .count()
}

const EXAMPLES: &str = "\
Exit codes:
  0 success, 1 not found (lookup, route), 2 usage, 3 configuration, 4 bad input,
  5 refused by the CRM, 6 no access, 7 temporary failure, safe to repeat,
  8 unknown outcome: check the CRM before repeating, 9 not supported by this CRM,
  70 a defect of this program, 130 interrupted

Examples:
  vochi-crm demo
  vochi-crm sandbox --write-config vochi-crm.toml
  vochi-crm health --all
  vochi-crm call-event in --call-id 1757843474.185 --phone +375446370646 --ext 151 --ext 152
  vochi-crm call-event hangup --call-id 1757843474.185 --outcome answered --record
  vochi-crm replay events.json";

/// The options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The configuration file. By default `vochi-crm.toml` in the working directory, else
    /// `$XDG_CONFIG_HOME/vochi-crm/config.toml`.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// The profile to use; `replay` takes several. By default `default_profile`, else the only
    /// profile.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Vec<String>,

    /// The output format: aligned text, or one JSON object on one line.
    #[arg(long, value_name = "FORMAT", global = true, default_value = "human")]
    pub(crate) output: Format,

    /// The timeout of the whole command.
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Send nothing; show the requests that would be sent.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// Print more on standard error: -v requests, -vv every detail.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Print only errors on standard error.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl Global {
    /// Returns the defaults with this configuration file.
    pub(crate) fn with_config(config: Option<PathBuf>) -> Self {
        Self {
            config,
            profile: Vec::new(),
            output: Format::Human,
            timeout: None,
            dry_run: false,
            verbose: 0,
            quiet: true,
        }
    }
}

/// The format of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned text.
    Human,
    /// One JSON object on one line.
    Json,
}

/// The command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Notify the CRM of an event of a live call.
    CallEvent(Box<CallEventArgs>),
    /// Log a finished call in the CRM's history, once.
    CallLog(Box<CallLogArgs>),
    /// Send pending work: records, recordings and follow-ups that could not be sent.
    Settle(SettleArgs),
    /// Work out the calls in recorded PBX events, and record them in CRMs.
    Replay(ReplayArgs),
    /// Look up a caller: customer, company, responsible manager.
    Lookup(LookupArgs),
    /// Print the extension of the responsible manager of a number, for dial plans.
    Route(RouteArgs),
    /// List customers created or changed in the CRM.
    Changes(ChangesArgs),
    /// List the CRM's users with their configured extensions, and every mismatch.
    #[command(after_help = "\
Examples:
  vochi-crm users
  vochi-crm --output json users | jq -r '.mismatches[]'")]
    Users,
    /// Check a profile end to end and name what to fix.
    Health(HealthArgs),
    /// Register the telephony in the CRM. Can be repeated.
    Setup(SetupArgs),
    /// Authorize an application of Bitrix24, or show and renew its authorization.
    Oauth(OAuthArgs),
    /// Send a raw request with the profile's authorisation, limits and retries.
    Api(ApiArgs),
    /// Read phone numbers as the library does. Needs no configuration.
    Phone(PhoneArgs),
    /// Serve stand-ins of the CRMs on this machine.
    Sandbox(SandboxArgs),
    /// Send a morning of calls to the sandbox and compare the CRMs' records.
    #[command(after_help = "\
Needs neither configuration nor network.

Examples:
  vochi-crm demo
  vochi-crm --output json demo")]
    Demo,
    /// Print the completion script of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one page per command.
    Man(ManArgs),
}
