//! What can be said on the command line. Types only; nothing here reads or sends anything.

mod calls;
mod dial_status;
mod empty;
mod read;
mod tools;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind as Mistake;
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

pub(crate) use calls::{CallEventArgs, CallLogArgs, EventType, ReplayArgs, SettleArgs};
pub(crate) use dial_status::DialStatus;
pub(crate) use read::{ApiArgs, ChangesArgs, HealthArgs, LookupArgs, PhoneArgs, RouteArgs};
pub(crate) use tools::{CompletionsArgs, ManArgs, SandboxArgs, SetupArgs};

/// Tells CRMs about phone calls: popups while they ring, one truthful record when they are over.
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
    /// Reads a command line. One profile is enough for every command but `replay`.
    ///
    /// # Errors
    /// What is wrong with it, and help and version where they are asked for.
    pub(crate) fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(empty::dropped(&Self::command(), arguments))?;
        let profiles = cli.global.profile.len();
        let wrong = match &cli.command {
            // Those before the command give way to those behind it, which would lose some unheard.
            Command::Replay(_) if profiles < named_profiles(arguments) => {
                "write every --profile behind `replay`, or every one before it"
            }
            Command::Replay(_) => return Ok(cli),
            _ if profiles > 1 => "only `replay` takes more than one --profile",
            _ => return Ok(cli),
        };
        Err(Self::command().error(Mistake::ArgumentConflict, wrong))
    }
}

/// How often a command line names a profile.
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
  0 done, 1 not there (lookup, route), 2 usage, 3 configuration, 4 bad input, 5 refused by the CRM,
  6 no access, 7 not now and safe to repeat, 8 unknown outcome: look before repeating,
  9 this CRM has no such thing, 70 a defect of this program, 130 interrupted

Examples:
  vochi-crm demo
  vochi-crm sandbox --write-config vochi-crm.toml
  vochi-crm health --all
  vochi-crm call-event in --call-id 1757843474.185 --phone +375446370646 --ext 151 --ext 152
  vochi-crm call-event hangup --call-id 1757843474.185 --outcome answered --record
  vochi-crm replay events.json";

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The configuration file. Without it: `vochi-crm.toml` here, else
    /// `$XDG_CONFIG_HOME/vochi-crm/config.toml`.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// The profile to work with; `replay` takes several. Without it: `default_profile`, else the
    /// only one.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Vec<String>,

    /// What to print: text for people, or one JSON object on one line.
    #[arg(long, value_name = "FORMAT", global = true, default_value = "human")]
    pub(crate) output: Format,

    /// How long the whole command may take.
    #[arg(long, value_name = "SECONDS", global = true, value_parser = values::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Send nothing and show the requests that would go out.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// Say more on standard error: -v what is sent, -vv every detail.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Say nothing but errors on standard error.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl Global {
    /// The defaults with this configuration file.
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

/// What is printed on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned text.
    Human,
    /// One JSON object on one line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell the CRM about a live call, now.
    CallEvent(Box<CallEventArgs>),
    /// Settle a finished call: the CRM's history holds it once.
    CallLog(Box<CallLogArgs>),
    /// Send what is pending: records, recordings and follow-ups that could not be sent.
    Settle(SettleArgs),
    /// Work out the calls in recorded events of a PBX, and tell CRMs about them.
    Replay(ReplayArgs),
    /// Say who is calling: the customer, the company, the manager responsible.
    Lookup(LookupArgs),
    /// Print the extension of the manager responsible for a number, for dial plans.
    Route(RouteArgs),
    /// List the customers that were created or changed in the CRM.
    Changes(ChangesArgs),
    /// List the CRM's users beside the configured extensions, and what does not fit.
    #[command(after_help = "\
Examples:
  vochi-crm users
  vochi-crm --output json users | jq -r '.mismatches[]'")]
    Users,
    /// Check a profile end to end and say what to mend.
    Health(HealthArgs),
    /// Register the telephony in the CRM. Twice is the same as once.
    Setup(SetupArgs),
    /// Send a request of your own with the profile's authorisation, limits and retries.
    Api(ApiArgs),
    /// Read phone numbers the way the library does. Needs no configuration.
    Phone(PhoneArgs),
    /// Serve stand-ins of the CRMs on this machine.
    Sandbox(SandboxArgs),
    /// Play a morning of calls into the sandbox and show what the CRMs recorded.
    #[command(after_help = "\
Needs neither configuration nor network, and ends by itself.

Examples:
  vochi-crm demo
  vochi-crm --output json demo")]
    Demo,
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one page per command.
    Man(ManArgs),
}
