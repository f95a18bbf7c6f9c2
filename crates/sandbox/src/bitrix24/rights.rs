//! Credentials: incoming webhooks, the application, its tokens and codes (§1.1, §3).

use std::time::Duration;

use tokio::time::Instant;

use crate::limits;

/// Lifetime of an access token.
pub(super) const ACCESS: Duration = Duration::from_secs(3600);
/// Lifetime of a refresh token.
const REFRESH: Duration = Duration::from_secs(180 * 24 * 3600);
/// Lifetime of an authorisation code.
const CODE: Duration = Duration::from_secs(30);

/// Secret of the seeded webhook, whose user is the administrator.
pub const WEBHOOK_SECRET: &str = "samplewebhook0001";
/// `client_id` of the local application.
pub const CLIENT_ID: &str = "local.sample0000000.00000000";
/// `client_secret` of the local application.
pub const CLIENT_SECRET: &str = "sampleclientsecret0001";
/// `application_token` of the events.
pub const APPLICATION_TOKEN: &str = "sampleapplicationtoken0001";
/// `member_id` of the portal.
pub const MEMBER_ID: &str = "0123456789abcdef0123456789abcdef";
/// Id of the administrator who installed the application and created the webhook.
pub const ADMIN: i64 = 1;

const SCOPES: &[&str] = &["crm", "im", "telephony", "user_basic"];

/// Who sends a request, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Credential {
    /// An incoming webhook: its user and secret.
    Webhook(i64, String),
    /// The application: the user of the token, and the token.
    Application(i64, String),
}

impl Credential {
    pub(super) fn user(&self) -> i64 {
        match self {
            Self::Webhook(user, _) | Self::Application(user, _) => *user,
        }
    }

    pub(super) fn is_application(&self) -> bool {
        matches!(self, Self::Application(..))
    }

    /// What operating time is counted by: the application or the webhook.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Webhook(_, secret) => secret,
            Self::Application(..) => CLIENT_ID,
        }
    }
}

/// Why a credential is refused (§1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// `NO_AUTH_FOUND`.
    NoAuth,
    /// `expired_token`.
    Expired,
    /// `invalid_token`.
    Unknown,
    /// `ERROR_OAUTH`: the application was removed.
    NotInstalled,
    /// `authorization_error`: the user is dismissed.
    User,
}

/// A pair of tokens.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) user: i64,
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) expires: Instant,
    refresh_until: Instant,
    /// Whether the refresh token was used.
    is_used: bool,
}

/// A code of an authorisation.
#[derive(Debug)]
struct Code {
    value: String,
    user: i64,
    until: Instant,
}

/// The credentials of the portal.
#[derive(Debug)]
pub(super) struct Rights {
    /// Webhooks: user, secret.
    pub(super) webhooks: Vec<(i64, String)>,
    /// Scopes of the webhooks and the application.
    pub(super) scopes: Vec<String>,
    pub(super) is_installed: bool,
    /// Whether the application has finished its installation.
    pub(super) is_install_finished: bool,
    /// Where the browser is sent with a code.
    pub(super) redirect_uri: String,
    pub(super) tokens: Vec<Token>,
    codes: Vec<Code>,
    serial: u64,
}

impl Rights {
    pub(super) fn new() -> Self {
        Self {
            webhooks: vec![(ADMIN, WEBHOOK_SECRET.to_owned())],
            scopes: SCOPES.iter().map(|it| (*it).to_owned()).collect(),
            is_installed: true,
            is_install_finished: true,
            redirect_uri: "https://connector.example/bitrix24/oauth/callback".to_owned(),
            tokens: Vec::new(),
            codes: Vec::new(),
            serial: 0,
        }
    }

    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.tokens);
        limits::keep_newest(&mut self.codes);
    }

    /// The webhook with this user and secret.
    pub(super) fn webhook(&self, user: &str, secret: &str) -> Result<Credential, Denied> {
        let mut webhooks = self.webhooks.iter();
        let found = webhooks.find(|(id, own)| id.to_string() == user && own == secret);
        let (user, secret) = found.ok_or(Denied::NoAuth)?;
        Ok(Credential::Webhook(*user, secret.clone()))
    }

    /// The application with this access token.
    pub(super) fn application(&self, access: &str, at: Instant) -> Result<Credential, Denied> {
        let token = self.tokens.iter().find(|it| it.access == access).ok_or(Denied::Unknown)?;
        if !self.is_installed {
            return Err(Denied::NotInstalled);
        }
        if at >= token.expires {
            return Err(Denied::Expired);
        }
        Ok(Credential::Application(token.user, token.access.clone()))
    }

    /// Gives a pair of tokens to a user.
    pub(super) fn issue(&mut self, user: i64, at: Instant) -> Token {
        self.serial += 1;
        let serial = self.serial;
        let token = Token {
            user,
            access: format!("sampleaccesstoken{serial:04}"),
            refresh: format!("samplerefreshtoken{serial:04}"),
            expires: at + ACCESS,
            refresh_until: at + REFRESH,
            is_used: false,
        };
        self.tokens.push(token.clone());
        token
    }

    /// Gives a code to a user.
    pub(super) fn code(&mut self, user: i64, at: Instant) -> String {
        self.serial += 1;
        let value = format!("samplecode{:04}", self.serial);
        self.codes.push(Code { value: value.clone(), user, until: at + CODE });
        value
    }

    /// Exchanges a code for tokens, once and in time.
    pub(super) fn exchange(&mut self, code: &str, at: Instant) -> Option<Token> {
        let index = self.codes.iter().position(|it| it.value == code)?;
        let code = self.codes.remove(index);
        (at < code.until).then(|| self.issue(code.user, at))
    }

    /// Exchanges a refresh token for new tokens, once and in time.
    pub(super) fn refresh(&mut self, refresh: &str, at: Instant) -> Option<Token> {
        let mut tokens = self.tokens.iter_mut();
        let token = tokens.find(|it| it.refresh == refresh && !it.is_used)?;
        if at >= token.refresh_until {
            return None;
        }
        token.is_used = true;
        let user = token.user;
        Some(self.issue(user, at))
    }

    /// Makes every access token expire now.
    pub(super) fn expire(&mut self, at: Instant) {
        for token in &mut self.tokens {
            token.expires = token.expires.min(at);
        }
    }

    /// Removes the application: its tokens become void.
    pub(super) fn uninstall(&mut self) {
        self.is_installed = false;
        self.codes.clear();
        for token in &mut self.tokens {
            token.is_used = true;
        }
    }

    pub(super) fn has_scope(&self, wanted: &str) -> bool {
        wanted.is_empty()
            || wanted.split_whitespace().any(|it| self.scopes.iter().any(|own| own == it))
    }
}
