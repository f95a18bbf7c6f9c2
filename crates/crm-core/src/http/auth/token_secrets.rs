//! The secrets of tokens, which errors and logs must not contain.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::secret::Secret;

/// The number of tokens masked in errors and logs: late responses may contain an older one.
const REMEMBERED: usize = 3;

/// The newest tokens of an account, to be masked, also in errors of the requests that fetch them:
/// their pipeline shares this value through [`NoAuth::masking`](super::NoAuth::masking).
#[derive(Clone, Default)]
pub struct TokenSecrets(Arc<Mutex<Remembered>>);

/// The secrets of the newest tokens, with their expiry.
type Remembered = VecDeque<(Instant, Vec<Secret>)>;

impl TokenSecrets {
    /// The secrets of unexpired tokens.
    pub(super) fn current(&self) -> Vec<Secret> {
        let now = Instant::now();
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|(forget_at, _)| *forget_at > now);
        tokens.iter().flat_map(|(_, secrets)| secrets.clone()).collect()
    }

    pub(super) fn add(&self, forget_at: Instant, secrets: Vec<Secret>) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() == REMEMBERED {
            tokens.pop_front();
        }
        tokens.push_back((forget_at, secrets));
    }
}

impl fmt::Debug for TokenSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecrets")
    }
}
