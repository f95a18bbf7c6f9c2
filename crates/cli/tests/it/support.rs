//! A sandbox in this process, an empty home, and the program run in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vochi_crm_sandbox::{Builder, Crm, Fault, Sandbox};

/// The path of a live event in RetailCRM.
pub(crate) const CALL_EVENT: &str = "/api/v5/telephony/call/event";
/// The path of an upload of finished calls.
pub(crate) const UPLOAD: &str = "/api/v5/telephony/calls/upload";

/// A sandbox, and a home directory for the program.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    home: TempDir,
    // Dropped last: the sandbox serves on it.
    _runtime: Runtime,
}

/// What a run of the program left.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    /// A stage without any configuration.
    pub(crate) fn bare() -> Self {
        Self::of(|builder, _| builder)
    }

    /// A stage whose sandbox is built so, with the path of the home.
    pub(crate) fn of(build: impl FnOnce(Builder, &Path) -> Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let home = tempfile::tempdir().expect("a home");
        let sandbox =
            runtime.block_on(build(Sandbox::builder(), home.path()).start()).expect("a sandbox");
        Self { sandbox, home, _runtime: runtime }
    }

    /// A stage with the sandbox's profile `shop` in `vochi-crm.toml`.
    pub(crate) fn new() -> Self {
        let stage = Self::bare();
        stage.configure(&stage.profile_text("shop"));
        stage
    }

    /// The sandbox's profile under another name, as TOML. Nothing is tried twice.
    pub(crate) fn profile_text(&self, name: &str) -> String {
        self.text_of("retailcrm", name)
    }

    /// The same of Kontur.
    pub(crate) fn kontur_text(&self, name: &str) -> String {
        self.text_of("kontur", name)
    }

    fn text_of(&self, crm: &str, name: &str) -> String {
        let mut profile = self.sandbox.profiles()[crm].clone();
        profile["retries"] = 0.into();
        let table = serde_json::json!({ "profile": { name: profile } });
        toml::to_string(&table).expect("a profile is TOML")
    }

    /// Writes `vochi-crm.toml`, for its owner only.
    pub(crate) fn configure(&self, text: &str) {
        self.write("vochi-crm.toml", text, 0o600);
    }

    /// Writes a file with these permissions.
    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("the home can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("modes can be set");
        path
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The address of the RetailCRM stand-in.
    pub(crate) fn url(&self) -> String {
        self.sandbox.url(Crm::RetailCrm).to_string()
    }

    /// The program with these arguments, in the home, with an otherwise empty environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments))
    }

    /// Runs the program with `--output json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["--output", "json"];
        all.extend(arguments);
        self.run(&all)
    }

    /// Lets something go wrong with the next requests.
    pub(crate) fn fault(&self, fault: impl FnOnce(Fault) -> Fault) {
        self.sandbox.fault(fault(Fault::on(Crm::RetailCrm)));
    }

    /// How many requests the stand-in received.
    pub(crate) fn requests(&self) -> usize {
        self.sandbox.requests(Crm::RetailCrm).len()
    }

    /// Every file below the home, with its contents.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(self.home.path(), &mut found);
        found
    }
}

fn collect(directory: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.ends_with(".limits") {
            // Every request changes what the limiter keeps.
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        } else {
            let contents = fs::read(&path).expect("a file");
            found.push((path, contents));
        }
    }
}

/// The program, with an empty environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vochi-crm"));
    command.env_clear().stdin(Stdio::null());
    command
}

impl Ran {
    pub(crate) fn of(mut command: Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// The one JSON object the program printed, beside a summary.
    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        let mut rows = self.rows();
        assert_eq!(rows.len(), 1, "one line of JSON, got {self}");
        rows.remove(0)
    }

    /// The JSON objects the program printed, without the summary at their end.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<Value> {
        let mut objects = self.objects();
        objects.pop_if(|last| last["summary"] == true);
        objects
    }

    /// The last JSON object the program printed, which sums up the others.
    #[track_caller]
    pub(crate) fn summary(&self) -> Value {
        let last = self.objects().pop().filter(|last| last["summary"] == true);
        last.unwrap_or_else(|| panic!("there is no summary: {self}"))
    }

    #[track_caller]
    fn objects(&self) -> Vec<Value> {
        let object = |line| serde_json::from_str(line);
        let objects = self.stdout.lines().map(object).collect::<Result<_, _>>();
        objects.unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The JSON object, after making sure how the program ended.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32) -> Value {
        assert_eq!(self.code, Some(code), "{self}");
        let value = self.value();
        assert_eq!(value["ok"], code <= 1, "`ok` and the exit code agree: {self}");
        value
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\nstdout: {}\nstderr: {}", self.code, self.stdout, self.stderr)
    }
}

/// The names of an object's keys.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
