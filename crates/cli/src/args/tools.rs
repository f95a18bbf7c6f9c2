//! Arguments of `setup`, `oauth`, `sandbox`, `completions` and `man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// Arguments of `setup`.
#[derive(Debug, Args)]
#[command(after_help = "\
With --dry-run it reads, writes nothing and shows what it would change. Without an inbound secret in
the configuration it generates one and names the file; the same holds for RetailCRM's client id.
Without public_url it registers everything but the addresses for clicks.

Examples:
  vochi-crm --dry-run setup
  vochi-crm setup --profile shop
  vochi-crm setup --remove")]
pub(crate) struct SetupArgs {
    /// Undo the registration: the telephony is switched off in the CRM and its addresses are removed.
    #[arg(long)]
    pub(crate) remove: bool,
}

/// Arguments of `oauth`.
#[derive(Debug, Args)]
#[command(after_help = "\
Bitrix24 with client_id and client_secret. Without options it shows the authorization, or guides
through it if there is none: open the printed address, confirm, and paste the address at which the
browser ends. The tokens go to token_file, by default in the state directory.

Examples:
  vochi-crm oauth --profile portal
  vochi-crm oauth --authorize
  vochi-crm --output json oauth --refresh")]
pub(crate) struct OAuthArgs {
    /// Authorize again, although there is an authorization.
    #[arg(long, conflicts_with = "refresh")]
    pub(crate) authorize: bool,

    /// Renew the tokens now. Requests do it by themselves when it is due; a portal without requests
    /// needs it once in 180 days.
    #[arg(long)]
    pub(crate) refresh: bool,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
#[command(after_help = "\
Runs until Ctrl-C. The page shows the content of each stand-in; `GET /state` returns it as JSON.

Examples:
  vochi-crm sandbox --write-config vochi-crm.toml
  vochi-crm --output json sandbox --bind 127.0.0.1:8800
  vochi-crm sandbox --bind localhost:8800 --tls cert.pem key.pem")]
pub(crate) struct SandboxArgs {
    /// The address of the page; the stand-ins take the following ports. Port 0: any free ports.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) bind: String,

    /// Serve https with this certificate chain and key (PEM files).
    #[arg(long, value_names = ["CERT", "KEY"], num_args = 2)]
    pub(crate) tls: Option<Vec<PathBuf>>,

    /// Write a configuration file with a profile for every stand-in, readable only by its owner.
    #[arg(long, value_name = "FILE")]
    pub(crate) write_config: Option<PathBuf>,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
The script calls vochi-crm for the candidates, names of profiles included.

Examples:
  vochi-crm completions bash > /usr/share/bash-completion/completions/vochi-crm
  vochi-crm completions zsh > /usr/share/zsh/site-functions/_vochi-crm
  vochi-crm completions fish > /usr/share/fish/vendor_completions.d/vochi-crm.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vochi-crm man | man -l -
  vochi-crm man --dir /usr/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write `vochi-crm.1` and one page per command into this directory instead.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}
