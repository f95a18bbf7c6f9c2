//! Reading: numbers, managers, the state of an account, anything else the CRM answers.

use std::path::PathBuf;

use clap::Args;
use http::Method;
use vochi_crm::phone::Region;

use super::values;

/// Whom to connect a caller to.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints the extension alone; exit code 1 when nobody is responsible, so that a dial plan can go on
with its usual route.

Examples:
  vochi-crm --timeout 2 route +375446370646
  vochi-crm --output json route '8029 111-22-33'")]
pub(crate) struct RouteArgs {
    /// The caller's number.
    #[arg(value_name = "PHONE", allow_negative_numbers = true)]
    pub(crate) phone: String,
}

/// Who is calling.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 1 when the CRM knows nobody under the number. From a file: one number a line, each asked
for once.

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

/// Where reading goes on.
#[derive(Debug, Args)]
#[command(after_help = "\
The last line is the new cursor. Keep it, and begin with it the next time.

Examples:
  vochi-crm --output json changes > customers.jsonl
  vochi-crm --output json changes --since \"$(tail -n 1 customers.jsonl | jq -r .cursor)\"")]
pub(crate) struct ChangesArgs {
    /// The cursor the run before ended with. Without it: since the CRM's beginning.
    #[arg(long, value_name = "CURSOR")]
    pub(crate) since: Option<String>,
}

/// What to check.
#[derive(Debug, Args)]
#[command(after_help = "\
Ends with the exit code of the gravest finding.

Examples:
  vochi-crm health
  vochi-crm health --all
  vochi-crm health --phone +375446370646")]
pub(crate) struct HealthArgs {
    /// Check every profile of the configuration.
    #[arg(long, conflicts_with = "profile")]
    pub(crate) all: bool,

    /// Also search for this number.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: Option<String>,
}

/// A request of the caller's own.
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

    /// The path on the CRM's host, with a query or without.
    #[arg(value_name = "PATH")]
    pub(crate) path: String,

    /// A parameter: of the query with GET, of a form otherwise.
    #[arg(short = 'd', long = "data", value_name = "KEY=VALUE", value_parser = values::pair)]
    pub(crate) data: Vec<(String, String)>,

    /// A JSON body, instead of a form.
    #[arg(long, value_name = "BODY", conflicts_with = "data")]
    pub(crate) json: Option<String>,

    /// The request may be sent again when its answer is lost.
    #[arg(long)]
    pub(crate) idempotent: bool,
}

/// Numbers to read.
#[derive(Debug, Args)]
#[command(after_help = "\
Without numbers it reads standard input, one per line. Each gives one line of output; exit code 4
when one of them is no number.

Examples:
  vochi-crm phone --region BY '8 (029) 111-22-33'
  vochi-crm --output json phone --region RU < numbers.txt")]
pub(crate) struct PhoneArgs {
    /// Numbers as somebody wrote them.
    #[arg(value_name = "RAW", allow_negative_numbers = true)]
    pub(crate) raw: Vec<String>,

    /// The country whose people wrote them, by its two letters. Without it:
    /// `VOCHI_CRM_DEFAULT_REGION`, else international forms only.
    #[arg(long, value_name = "CC", value_parser = values::region)]
    pub(crate) region: Option<Region>,
}
