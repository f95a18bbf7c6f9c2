//! Uploads of recordings to the address that the portal names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vochi_crm_core::http::auth::NoAuth;
use vochi_crm_core::http::{LimitClass, Origin, Pipeline};
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::retry::RetryPolicy;
use vochi_crm_core::{AccountName, Cx, Error, Hub, Result, Secret};

use super::{Bitrix24, Client};
use crate::api::{RecordName, RequestUpload, UploadRecord};
use crate::model::{FileId, PortalCallId};

/// How long the portal may take to store a recording.
const ATTEMPT: Duration = Duration::from_secs(60);

/// What pipelines to upload addresses need.
#[derive(Clone, Debug)]
pub(super) struct Uploads {
    pub(super) hub: Hub,
    pub(super) account: AccountName,
    pub(super) retry: RetryPolicy,
    pub(super) bucket: LimitKey,
    pub(super) quota: Quota,
}

impl Uploads {
    /// A pipeline to an upload address, whose query has the credentials.
    fn pipeline(&self, origin: Origin, secrets: Vec<Secret>) -> Pipeline {
        let (hub, account) = (&self.hub, self.account.clone());
        let (dialect, auth) = (Arc::new(Bitrix24), Arc::new(NoAuth::default()));
        Pipeline::builder(hub, account, origin, dialect, auth)
            .secrets(secrets)
            .retry(self.retry)
            .attempt_timeout(ATTEMPT)
            .timeout(ATTEMPT)
            .quota(LimitClass::GENERAL, &self.bucket, self.quota)
            .build()
    }
}

impl Client {
    /// Uploads the recording of a finished call, and attaches it
    /// (`telephony.externalCall.attachRecord`). The file is streamed. The last recording of a call
    /// replaces the others.
    ///
    /// # Errors
    /// As [`send`](Self::send); `input` if the file cannot be read; `rejected` if the portal names an
    /// address of another host.
    pub async fn upload_record(
        &self,
        cx: &Cx,
        call: PortalCallId,
        name: RecordName,
        path: impl Into<PathBuf>,
    ) -> Result<Option<FileId>> {
        let target = self.send(cx, RequestUpload::new(call, name.clone())).await?;
        let upload = UploadRecord::file(target, &name, path);
        if self.hub().plan().is_some() {
            return self.send(cx, &upload).await;
        }
        let url = upload.url()?;
        let mut origin = url.clone();
        origin.set_path("");
        origin.set_query(None);
        let origin: Origin = origin.as_str().parse().map_err(|_| foreign(&url))?;
        if origin.host() != self.portal().host() {
            return Err(foreign(&url));
        }
        // The path of a webhook contains its key, and the query a token.
        let values = url.query_pairs().map(|(_, value)| value.into_owned());
        let segments = url.path_segments().into_iter().flatten().map(str::to_owned);
        let secrets = values.chain(segments).filter(|text| text.len() >= SHORTEST_SECRET);
        let pipeline = self.uploads.pipeline(origin, secrets.map(Secret::new).collect());
        pipeline.send(cx, &upload).await
    }
}

/// The shortest text of an upload address that may be a secret: its other parts are words.
const SHORTEST_SECRET: usize = 12;

/// The error of an address that is not the portal's: it would get the recording.
fn foreign(url: &url::Url) -> Error {
    let host = url.host_str().unwrap_or_default();
    Error::new(
        vochi_crm_core::ErrorKind::Rejected,
        format!("cannot upload the recording: the portal names an address of another host, {host}"),
    )
    .with_hint("attach the recording by its address, or ask the portal's administrator")
}
