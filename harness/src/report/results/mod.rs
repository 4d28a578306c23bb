//! `results.json`: the results of a run, for programs.
//!
//! * `schema`: the versioned schema, from which `harness/results.schema.json` is generated
//! * `project`: a report in that shape, and its score for a grader

mod project;
mod schema;

pub use self::schema::{
    BuildInfo, CatalogueInfo, FindingInfo, HintInfo, Machine, RESULTS_VERSION, Results,
    ScenarioResult, SubjectInfo, SummaryInfo, Tool,
};

pub(super) use self::project::{HISTORY, folder_of};
