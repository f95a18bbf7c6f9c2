//! `oauth`: authorizes an application of Bitrix24, and shows and renews its authorization.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};

use serde::Serialize;
use vochi_crm::bitrix24::{Authorization, AuthorizationRedirect, CRM, Client, Config, OAuth};
use vochi_crm::{Error, Result, Timestamp};

use crate::app::{Access, App, Session, StateScope};
use crate::args::OAuthArgs;
use crate::exit::Exit;
use crate::output::{Report, Style, Tone, escape_controls};

#[derive(Debug, Serialize)]
struct Output {
    ok: bool,
    profile: String,
    portal: String,
    member_id: String,
    user_id: Option<u64>,
    scope: Vec<String>,
    status: Option<String>,
    /// When the access token expires; the next request renews it.
    expires_at: Timestamp,
    /// When the application has to be authorized again, unless a request renews the tokens before.
    refresh_until: Timestamp,
    /// True if that has passed.
    expired: bool,
    /// There is a refresh token.
    #[serde(skip)]
    can_renew: bool,
}

impl Report for Output {
    fn human(&self, style: Style) -> String {
        let state = if self.expired {
            style.tone(Tone::Warning, "expired")
        } else {
            style.tone(Tone::Success, "authorized")
        };
        let user = self.user_id.map_or_else(|| "unknown".to_owned(), |user| user.to_string());
        let portal = escape_controls(&self.portal).into_owned();
        let scope = escape_controls(&self.scope.join(", ")).into_owned();
        let until = if self.can_renew {
            self.refresh_until.to_string()
        } else {
            "never: there is no refresh token; authorize the application again".to_owned()
        };
        format!(
            "{state}: {portal}\nuser           {user}\nscopes         {scope}\ntoken until    \
             {}\nrenewed until  {until}",
            self.expires_at
        )
    }
}

pub(super) async fn run(app: &App<'_>, args: &OAuthArgs) -> Result<Exit> {
    let session = app.session(StateScope::Run).await?;
    let profile = &session.profile;
    if profile.crm.name() != CRM.as_str() {
        let crm = profile.crm.name();
        return Err(Error::unsupported(format!("{crm} has no authorization to renew")));
    }
    let oauth = application(&session)?.ok_or_else(|| {
        Error::unsupported("an incoming webhook needs no authorization")
            .with_hint("set client_id and client_secret in place of webhook_url")
    })?;
    let cx = app.history();
    let work = async {
        match oauth.status().await? {
            _ if args.refresh => oauth.refresh(&cx).await,
            Some(known) if !args.authorize => Ok(known),
            _ if app.global.dry_run => {
                let redirect = AuthorizationRedirect::parse("code=<CODE>")?;
                oauth.exchange(&cx, &redirect).await
            }
            _ => authorize(app, &oauth).await,
        }
    };
    let found = app.within_deadline(&cx, Access::Write, work).await?;
    let report = output(&profile.name, found, session.hub.clock().now());
    Ok(app.show(&session, &report, Exit::Done))
}

/// Opens the authorization of a profile; `None` unless it is an application of Bitrix24.
pub(super) fn application(session: &Session) -> Result<Option<OAuth>> {
    let profile = &session.profile;
    if profile.crm.name() != CRM.as_str() {
        return Ok(None);
    }
    let config: Config = profile.settings.read()?;
    let client = Client::open(&session.hub, &profile.account, &config)?;
    Ok(client.oauth().cloned())
}

fn output(profile: &str, found: Authorization, now: Timestamp) -> Output {
    let can_renew = found.refresh_until > found.expires_at;
    Output {
        can_renew,
        ok: true,
        profile: profile.to_owned(),
        portal: found.portal.to_string(),
        member_id: found.member_id.to_string(),
        user_id: found.user_id,
        scope: found.scope,
        status: found.status,
        expires_at: found.expires_at,
        refresh_until: found.refresh_until,
        expired: found.refresh_until <= now,
    }
}

/// Guides through an authorization: prints the address and reads the one the browser ends at.
async fn authorize(app: &App<'_>, oauth: &OAuth) -> Result<Authorization> {
    let state = random()?;
    let guide = format!(
        "Open this address as an administrator of the portal, and confirm:\n\n  {}\n\nThe browser \
         then goes to the address of the application's card. Copy that whole address from the \
         browser, also if the page cannot be shown, and paste it here within 30 seconds:\n",
        oauth.authorize_url(&state)
    );
    let address = tokio::task::spawn_blocking(move || {
        let mut error = io::stderr();
        write!(error, "{guide}").and_then(|()| error.flush())?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok::<_, io::Error>(line)
    });
    let address = address.await.map_err(|_| Error::internal("the prompt was stopped"))?;
    let address =
        address.map_err(|error| Error::input(format!("cannot read the address: {error}")))?;
    let redirect = AuthorizationRedirect::parse(&address)?;
    app.add_secrets([redirect.code.clone()]);
    if redirect.state.as_deref() != Some(&*state) {
        return Err(Error::input("the address belongs to another authorization")
            .with_hint("open the address that this run printed"));
    }
    oauth.exchange(&app.history(), &redirect).await
}

/// A text that cannot be guessed.
fn random() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::internal(format!("cannot generate random characters: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
