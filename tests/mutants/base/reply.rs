use hyper::StatusCode;
use serde_json::{Value, json};

/// What a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// `/health`, all is well.
    Healthy,
    /// The job is done.
    Created { id: String, name: String },
    /// We are stopping, and will not do it.
    Refused,
    /// The client's fault, and how.
    Bad(StatusCode, &'static str),
    /// Ours.
    Failed,
}

impl Reply {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Healthy => StatusCode::OK,
            Self::Created { .. } => StatusCode::CREATED,
            Self::Refused => StatusCode::SERVICE_UNAVAILABLE,
            Self::Bad(status, _) => *status,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(super) fn body(&self) -> Value {
        match self {
            Self::Healthy => json!({ "status": "ok" }),
            Self::Created { id, name } => json!({ "id": id, "name": name }),
            Self::Refused => json!({ "status": "shutting_down" }),
            Self::Bad(_, why) => json!({ "error": why }),
            Self::Failed => json!({ "error": "internal error" }),
        }
    }
}
