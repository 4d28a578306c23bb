//! `results.json`: what came of a run, for programs.
//!
//! * `schema`: its shape, versioned; `harness/results.schema.json` is made from it
//! * `project`: a report in that shape, and its score for a grader

mod project;
mod schema;

pub use self::schema::{
    BuildInfo, CatalogueInfo, FindingInfo, HintInfo, Machine, RESULTS_VERSION, Results,
    ScenarioResult, SubjectInfo, SummaryInfo, Tool,
};

pub(super) use self::project::{HISTORY, folder_of};
