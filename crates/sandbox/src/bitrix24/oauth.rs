//! OAuth 2.0: the page of an authorisation, tokens, the OAuth host's `app.info` (§3).

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use crate::wire::{Request, Response};

use super::answer::{json_response, times};
use super::portal::{Portal, written};
use super::rights::{ACCESS, ADMIN, CLIENT_ID, CLIENT_SECRET, MEMBER_ID, Token};

/// Prefix of the requests to the OAuth host's `/rest/`, which has a port of its own.
pub(super) const HOST: &str = "/oauth-host";

fn error(status: StatusCode, code: &str) -> Response {
    json_response(status, &json!({"error": code}))
}

impl Portal {
    /// A request about authorisation, if it is one.
    pub(super) fn authorise(&mut self, request: &Request) -> Option<Response> {
        let path = request.path.trim_end_matches('/');
        if let Some(path) = path.strip_prefix(HOST) {
            return Some(match path.trim_end_matches(".json") {
                "/rest/app.info" => self.token_info(request),
                _ => error(StatusCode::NOT_FOUND, "ERROR_METHOD_NOT_FOUND"),
            });
        }
        match path {
            "/oauth/authorize" => Some(self.ask_user(request)),
            "/oauth/token" => Some(self.tokens(request)),
            _ => None,
        }
    }

    /// The administrator agrees at once. A failure is a page, never a redirect (§3.1).
    fn ask_user(&mut self, request: &Request) -> Response {
        let parameter = |name: &str| fields(request).into_iter().find(|(it, _)| it == name);
        let is_known = parameter("client_id").is_some_and(|(_, id)| id == CLIENT_ID);
        let redirect = Url::parse(&self.rights.redirect_uri).ok().filter(|_| is_known);
        let Some(mut redirect) = redirect else {
            return Response::html(StatusCode::OK, "<h1>Application not found</h1>");
        };
        self.rights.is_installed = true;
        let code = self.rights.code(ADMIN, request.at);
        let state = parameter("state").map(|(_, state)| state).unwrap_or_default();
        redirect.query_pairs_mut().extend_pairs([
            ("code", code.as_str()),
            ("state", &state),
            ("domain", &self.domain()),
            ("member_id", MEMBER_ID),
            ("scope", &self.rights.scopes.join(",")),
            ("server_domain", &self.oauth_domain()),
        ]);
        Response::found(redirect.to_string())
    }

    fn tokens(&mut self, request: &Request) -> Response {
        let fields = fields(request);
        let field = |name: &str| {
            let found = fields.iter().find(|(it, _)| it == name);
            found.map(|(_, value)| value.as_str()).filter(|it| !it.is_empty())
        };
        let grant = field("grant_type");
        let secret = match grant {
            Some("authorization_code") => "code",
            Some("refresh_token") => "refresh_token",
            _ => "grant_type",
        };
        for name in ["grant_type", "client_id", "client_secret", secret] {
            if field(name).is_none() {
                let text = format!("No \"{name}\" parameter found");
                let body = json!({"error": "invalid_request", "error_description": text});
                return json_response(StatusCode::BAD_REQUEST, &body);
            }
        }
        if field("client_id") != Some(CLIENT_ID) {
            return error(StatusCode::OK, "wrong_client");
        }
        if field("client_secret") != Some(CLIENT_SECRET) {
            return error(StatusCode::BAD_REQUEST, "invalid_client");
        }
        if !self.rights.is_installed {
            let text = "Application not installed";
            let body = json!({"error": "NOT_INSTALLED", "error_description": text});
            return json_response(StatusCode::UNAUTHORIZED, &body);
        }
        let value = field(secret).unwrap_or_default();
        let refreshes = grant == Some("refresh_token");
        let token = match grant {
            Some("authorization_code") => self.rights.exchange(value, request.at),
            Some("refresh_token") => self.rights.refresh(value, request.at),
            _ => None,
        };
        match token {
            Some(token) => {
                json_response(StatusCode::OK, &self.token_body(&token, request.at, refreshes))
            }
            None => error(StatusCode::BAD_REQUEST, "invalid_grant"),
        }
    }

    /// A pair of tokens as the OAuth host writes it.
    pub(super) fn token_body(
        &self,
        token: &Token,
        at: tokio::time::Instant,
        refreshes: bool,
    ) -> Value {
        let mut body = json!({
            "access_token": token.access, "client_endpoint": format!("{}/rest/", self.address()),
            "domain": self.oauth_domain(), "expires_in": ACCESS.as_secs(), "member_id": MEMBER_ID,
            "refresh_token": token.refresh, "scope": self.rights.scopes.join(","),
            "server_endpoint": format!("{}/rest/", self.oauth_url), "status": "L",
        });
        if refreshes || !self.dialect.short_tokens {
            let expires = self.time(at).as_second() + ACCESS.as_secs().cast_signed();
            body["expires"] = json!(expires);
            body["user_id"] = json!(token.user);
        }
        body
    }

    /// What the OAuth host knows of an access token (§3.4).
    fn token_info(&self, request: &Request) -> Response {
        let fields = fields(request);
        let auth = fields.iter().find(|(name, _)| name == "auth");
        let credential = auth.map(|(_, auth)| self.rights.application(auth, request.at));
        let Some(Ok(credential)) = credential else {
            return error(StatusCode::BAD_REQUEST, "invalid_client");
        };
        let scope = self.rights.scopes.join(",");
        let tokens = self.rights.tokens.iter();
        let token = tokens.rev().find(|it| auth.is_some_and(|(_, auth)| it.access == *auth));
        let left = token.map_or(ACCESS, |it| it.expires.duration_since(request.at));
        let now = self.time(request.at);
        let info = json!({
            "client_id": CLIENT_ID, "scope": scope,
            "expires": written(now.checked_add(left).unwrap_or(now)),
            "install": {
                "installed": true, "version": 1, "status": "L", "scope": scope,
                "domain": self.domain(), "uri": self.address(),
                "client_endpoint": format!("{}/rest/", self.address()), "member_id": MEMBER_ID,
                "member_type": "portal",
            },
            "user_id": credential.user().to_string(),
        });
        let time = times(self, request.at, None);
        json_response(StatusCode::OK, &json!({"result": info, "time": time}))
    }

    fn oauth_domain(&self) -> String {
        let url = &self.oauth_url;
        url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned()
    }
}

/// Fields of a query and of a form or JSON body.
fn fields(request: &Request) -> Vec<(String, String)> {
    let mut fields = request.query.clone();
    fields.extend(request.form());
    let json: Option<serde_json::Map<String, Value>> = serde_json::from_slice(&request.body).ok();
    let json = json.into_iter().flatten();
    fields.extend(json.map(|(name, value)| (name, super::portal::text_of(&value))));
    fields
}
