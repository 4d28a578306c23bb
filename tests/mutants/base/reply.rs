use hyper::StatusCode;
use serde_json::{Value, json};

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// `/health` answers 200.
    Healthy,
    /// The job is stored.
    Created { id: String, name: String },
    /// The server is stopping and refuses the request.
    Refused,
    /// An error of the client, with its reason.
    Bad(StatusCode, &'static str),
    /// An error of the server.
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
