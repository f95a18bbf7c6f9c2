//! Arguments of `route`, `lookup`, `changes`, `health`, `api` and `phone`.

use std::path::PathBuf;

use clap::Args;
use http::Method;
use vochi_crm::phone::Region;

use super::values;

/// Arguments of `route`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints only the extension. Exit code 1 if there is no responsible manager; a dial plan then takes
its usual route.

Examples:
  vochi-crm --timeout 2 route +375446370646
  vochi-crm --output json route '8029 111-22-33'")]
pub(crate) struct RouteArgs {
    /// The caller's number.
    #[arg(value_name = "PHONE", allow_negative_numbers = true)]
    pub(crate) phone: String,
}

/// Arguments of `lookup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 1 if the CRM knows no customer with the number. From a file: one number a line, each
looked up once.

Examples:
  vochi-crm lookup +375446370646
  vochi-crm --output json lookup '8029 111-22-33' | jq -r .customer.name
  vochi-crm --output json lookup --from numbers.txt")]
pub(crate) struct LookupArgs {
    /// The caller's number.
    #[arg(value_name = "PHONE", allow_negative_numbers = true, required_unless_present = "from")]
    pub(crate) phone: Option<String>,

    /// A file with one number a line; `-` is standard input.
    #[arg(long, value_name = "FILE|-", conflicts_with = "phone")]
    pub(crate) from: Option<PathBuf>,
}

/// Arguments of `changes`.
#[derive(Debug, Args)]
#[command(after_help = "\
The last line is the new cursor. Pass it to the next run.

Examples:
  vochi-crm --output json changes > customers.jsonl
  vochi-crm --output json changes --since \"$(tail -n 1 customers.jsonl | jq -r .cursor)\"")]
pub(crate) struct ChangesArgs {
    /// The cursor of the previous run. By default the CRM's whole history is read.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) since: Option<String>,
}

/// Arguments of `health`.
#[derive(Debug, Args)]
#[command(after_help = "\
Ends with the exit code of the worst finding.

Examples:
  vochi-crm health
  vochi-crm health --all
  vochi-crm health --phone +375446370646")]
pub(crate) struct HealthArgs {
    /// Check every profile of the configuration.
    #[arg(long, conflicts_with = "profile")]
    pub(crate) all: bool,

    /// Also look up this number.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: Option<String>,
}

/// Arguments of `api`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vochi-crm api GET /api/credentials
  vochi-crm api GET /api/v5/telephony/manager -d phone=+375446370646 -d details=1
  vochi-crm api POST /api/v5/customers/60/edit --idempotent -d by=id -d site=shop-one \\
      -d 'customer={\"firstName\":\"Olga\"}'")]
pub(crate) struct ApiArgs {
    /// GET, POST, PUT, PATCH or DELETE.
    #[arg(value_name = "METHOD", value_parser = values::method)]
    pub(crate) method: Method,

    /// The path on the CRM's host, optionally with a query.
    #[arg(value_name = "PATH")]
    pub(crate) path: String,

    /// A parameter: of the query with GET, else of the form.
    #[arg(short = 'd', long = "data", value_name = "KEY=VALUE", value_parser = values::pair)]
    pub(crate) data: Vec<(String, String)>,

    /// A JSON body, instead of a form.
    #[arg(long, value_name = "BODY", conflicts_with = "data")]
    pub(crate) json: Option<String>,

    /// The request may be retried if its response is lost.
    #[arg(long)]
    pub(crate) idempotent: bool,
}

/// Arguments of `phone`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without numbers it reads standard input, one per line. Each number gives one line of output. Exit
code 4 if one of them is not a number.

Examples:
  vochi-crm phone --region BY '8 (029) 111-22-33'
  vochi-crm --output json phone --region RU < numbers.txt")]
pub(crate) struct PhoneArgs {
    /// The numbers to read.
    #[arg(value_name = "RAW", allow_negative_numbers = true)]
    pub(crate) raw: Vec<String>,

    /// The country by which national numbers are read, as two letters. By default
    /// `VOCHI_CRM_DEFAULT_REGION`, else only international forms are read.
    #[arg(long, value_name = "CC", value_parser = values::region)]
    pub(crate) region: Option<Region>,
}
