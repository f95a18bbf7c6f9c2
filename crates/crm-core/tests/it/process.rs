//! Helper processes of tests: this program, with one ignored test that plays a role.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{limit, state};

const DIRECTORY: &str = "VOCHI_CRM_TEST_DIRECTORY";
const ROLE: &str = "VOCHI_CRM_TEST_ROLE";

/// The role of another process, in a directory shared with the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Opens a call repeatedly and increments a counter in its document.
    CountInCall,
    /// Writes long documents of a call until it is killed.
    WriteCall,
    /// Takes permits of a bucket and prints the times.
    TakePermits,
    /// Locks the file of a bucket, reports that, and keeps the lock until it is killed.
    HoldBucketFile,
}

const ROLES: [Role; 4] =
    [Role::CountInCall, Role::WriteCall, Role::TakePermits, Role::HoldBucketFile];

/// A process that is killed with the test.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn start(role: Role, directory: &Path) -> Self {
        let (_, test) = concat!(module_path!(), "::another_process").split_once("::").unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", test])
            .env(DIRECTORY, directory)
            .env(ROLE, format!("{role:?}"))
            .stdout(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// Waits for a successful exit.
    pub(super) fn succeeds(&mut self) {
        assert!(self.0.wait().unwrap().success());
    }

    /// Waits for the exit and returns the output.
    pub(super) fn output(&mut self) -> String {
        std::io::read_to_string(self.0.stdout.take().unwrap()).unwrap()
    }

    /// Waits for a line of output with this text.
    pub(super) fn wait_for(&mut self, text: &str) {
        let mut lines = std::io::BufReader::new(self.0.stdout.as_mut().unwrap());
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
            assert!(read > 0, "the process ended before it printed {text:?}");
        }
    }

    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Prints a line for the test that started this process.
#[expect(clippy::print_stdout, reason = "the test reads it")]
pub(super) fn report(line: &str) {
    println!("{line}");
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
#[ignore = "runs only as a helper process"]
fn another_process() {
    let (Ok(directory), Ok(role)) = (std::env::var(DIRECTORY), std::env::var(ROLE)) else {
        return;
    };
    let directory = PathBuf::from(directory);
    let role = ROLES.into_iter().find(|one| format!("{one:?}") == role).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match role {
            Role::CountInCall => state::processes::count_in_call(&directory).await,
            Role::WriteCall => state::processes::write_call(&directory).await,
            Role::TakePermits => limit::directory::take_permits(&directory).await,
            Role::HoldBucketFile => limit::directory::hold_bucket_file(&directory).await,
        }
    });
}
