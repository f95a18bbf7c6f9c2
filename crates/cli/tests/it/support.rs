//! The test environment: a sandbox, an empty home directory, and runs of the program.

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
/// The path of an upload of finished calls in RetailCRM.
pub(crate) const UPLOAD: &str = "/api/v5/telephony/calls/upload";

/// A sandbox and a home directory for the program.
pub(crate) struct TestEnv {
    pub(crate) sandbox: Sandbox,
    home: TempDir,
    // Dropped last, as the sandbox runs on it.
    _runtime: Runtime,
}

/// The result of a run of the program.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl TestEnv {
    /// Creates an environment without configuration.
    pub(crate) fn bare() -> Self {
        Self::of(|builder, _| builder)
    }

    /// Creates an environment with a configured sandbox; `build` gets the path of the home.
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

    /// Creates an environment with the RetailCRM profile `shop` in `vochi-crm.toml`.
    pub(crate) fn new() -> Self {
        let env = Self::bare();
        env.configure(&env.profile_text("shop"));
        env
    }

    /// Returns the sandbox's RetailCRM profile under a name, as TOML, without retries.
    pub(crate) fn profile_text(&self, name: &str) -> String {
        self.text_of("retailcrm", name)
    }

    /// Returns the sandbox's Kontur profile under a name, as TOML, without retries.
    pub(crate) fn kontur_text(&self, name: &str) -> String {
        self.text_of("kontur", name)
    }

    /// Returns the sandbox's U-ON profile under a name, as TOML, without retries.
    pub(crate) fn uon_text(&self, name: &str) -> String {
        self.text_of("uon", name)
    }

    /// Returns the sandbox's Bitrix24 profile with a webhook under a name, as TOML, without retries.
    pub(crate) fn bitrix24_text(&self, name: &str) -> String {
        self.text_of("bitrix24", name)
    }

    fn text_of(&self, crm: &str, name: &str) -> String {
        let mut profile = self.sandbox.profiles()[crm].clone();
        profile["retries"] = 0.into();
        let table = serde_json::json!({ "profile": { name: profile } });
        toml::to_string(&table).expect("a profile is TOML")
    }

    /// Writes `vochi-crm.toml`, readable only by its owner.
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

    /// Returns a path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns the address of the RetailCRM stand-in.
    pub(crate) fn url(&self) -> String {
        self.sandbox.url(Crm::RetailCrm).to_string()
    }

    /// Prepares the program in the home, with an otherwise empty environment.
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
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments))
    }

    /// Runs the program with `--output json`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["--output", "json"];
        all.extend(arguments);
        self.run(&all)
    }

    /// Injects a fault into the next requests to RetailCRM.
    pub(crate) fn fault(&self, fault: impl FnOnce(Fault) -> Fault) {
        self.sandbox.fault(fault(Fault::on(Crm::RetailCrm)));
    }

    /// Counts the requests the RetailCRM stand-in received.
    pub(crate) fn requests(&self) -> usize {
        self.sandbox.requests(Crm::RetailCrm).len()
    }

    /// Returns every file below the home, with its content.
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
            // Every request changes the limiter's files.
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

/// Prepares the program with an empty environment.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vochi-crm"));
    command.env_clear().stdin(Stdio::null());
    command
}

impl Run {
    pub(crate) fn of(mut command: Command) -> Self {
        Self::from(command.output().expect("the program starts"))
    }

    /// Returns the only JSON object of the output, without the summary.
    #[track_caller]
    pub(crate) fn value(&self) -> Value {
        let mut rows = self.rows();
        assert_eq!(rows.len(), 1, "one line of JSON, got {self}");
        rows.remove(0)
    }

    /// Returns the JSON objects of the output, without the summary.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<Value> {
        let mut objects = self.objects();
        objects.pop_if(|last| last["summary"] == true);
        objects
    }

    /// Returns the summary at the end of the output.
    #[track_caller]
    pub(crate) fn summary(&self) -> Value {
        let last = self.objects().pop().filter(|last| last["summary"] == true);
        last.unwrap_or_else(|| panic!("no summary: {self}"))
    }

    #[track_caller]
    fn objects(&self) -> Vec<Value> {
        let object = |line| serde_json::from_str(line);
        let objects = self.stdout.lines().map(object).collect::<Result<_, _>>();
        objects.unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Checks the exit code and returns the JSON object.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> Value {
        assert_eq!(self.code, Some(code), "{self}");
        let value = self.value();
        assert_eq!(value["ok"], code <= 1, "`ok` and the exit code agree: {self}");
        value
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\nstdout: {}\nstderr: {}", self.code, self.stdout, self.stderr)
    }
}

/// Returns the keys of an object.
#[track_caller]
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
